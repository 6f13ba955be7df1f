"""A round: who is suggested to whom, and who never is."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.i18n.messages import Localizer
from exchange.matching import (
    History,
    Lookup,
    UnmetReason,
    WhyNot,
    explain_pair,
    load_weights,
    match_profiles,
    period_of,
    reasons,
)
from exchange.matching.build_market import build_market
from exchange.matching.metrics import measure_history
from exchange.matching.shared_wants import count_shared
from exchange.model import (
    Frequency,
    Kind,
    Language,
    Level,
    Match,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from tests.unit.matching import reference, worlds
from tests.unit.matching.worlds import DIRECTORY, PERIOD, TODAY, TWICE

WEIGHTS = load_weights()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEKER = Profile(
    "user:1", "Ada", wants=(Want("a-one"),), languages=(Language("yo"),), edited=NOW, country="NG"
)
HELPER = Profile(
    "user:2", "Bo", offers=(Offer("a-one"),), languages=(Language("yo"),), edited=NOW, country="NG"
)


def suggested(*profiles: Profile, history: History | None = None) -> list[tuple[str, str, str]]:
    result = match_profiles(
        profiles,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=history or History(),
        today=TODAY,
        period=PERIOD,
    )
    return [(one.seeker, one.helper, one.want) for one in result.matches]


def score(seeker: Profile, helper: Profile) -> float:
    explained = explain_pair(seeker, helper, directory=DIRECTORY, weights=WEIGHTS, today=TODAY)
    assert isinstance(explained, Match)
    return explained.score


def lacking(
    *profiles: Profile, history: History | None = None
) -> list[tuple[str, str, UnmetReason]]:
    result = match_profiles(
        profiles,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=history or History(),
        today=TODAY,
        period=PERIOD,
    )
    return [(one.seeker, one.want, one.reason) for one in result.unmet]


PAIR = [("user:1", "user:2", "a-one")]


def test_a_seeker_is_suggested_the_one_who_offers_it() -> None:
    assert suggested(SEEKER, HELPER) == PAIR


@pytest.mark.parametrize(
    ("seeker", "helper", "reason"),
    [
        (SEEKER, replace(HELPER, offers=(Offer("a-two"),)), UnmetReason.NOBODY),
        (SEEKER, replace(HELPER, offers=()), UnmetReason.NOBODY),
        (replace(SEEKER, offers=(Offer("a-one"),)), replace(HELPER, offers=()), UnmetReason.NOBODY),
        (SEEKER, replace(HELPER, languages=(Language("en"),)), UnmetReason.LANGUAGE),
        (SEEKER, replace(HELPER, languages=(Language("yo", 1),)), UnmetReason.LANGUAGE),
        (SEEKER, replace(HELPER, languages=()), UnmetReason.LANGUAGE),
        (SEEKER, replace(HELPER, away=TODAY), UnmetReason.AWAY),
        (SEEKER, replace(HELPER, notify=Frequency.NEVER), UnmetReason.AWAY),
        (SEEKER, replace(HELPER, unanswered=TWICE), UnmetReason.AWAY),
        (SEEKER, replace(HELPER, seats=0), UnmetReason.SEATS),
        (replace(SEEKER, away=TODAY), HELPER, UnmetReason.AWAY),
        (replace(SEEKER, notify=Frequency.NEVER), HELPER, UnmetReason.QUIET),
        (replace(SEEKER, unanswered=TWICE), HELPER, UnmetReason.AWAY),
    ],
)
def test_who_is_never_suggested_and_the_reason_why(
    seeker: Profile, helper: Profile, reason: UnmetReason
) -> None:
    assert suggested(seeker, helper) == []
    assert lacking(seeker, helper) == [("user:1", "a-one", reason)]


@pytest.mark.parametrize(
    "unanswered", [(), (TODAY - timedelta(days=181),), (TWICE[0], TODAY + timedelta(days=1))]
)
def test_nobody_drops_out_in_silence_before_a_second_question_was_not_answered(
    unanswered: tuple[date, ...],
) -> None:
    for years in (1, 2, 9):
        old = replace(HELPER, edited=NOW - timedelta(days=365 * years), unanswered=unanswered)
        assert suggested(SEEKER, old) == PAIR
        assert suggested(replace(SEEKER, edited=old.edited, unanswered=unanswered), HELPER) == PAIR


def test_an_unanswered_question_takes_the_points_for_freshness() -> None:
    fresh = replace(HELPER, edited=NOW)
    full = score(SEEKER, fresh)
    assert score(SEEKER, replace(fresh, unanswered=(TODAY + timedelta(days=1),))) == full
    without = replace(fresh, unanswered=(TODAY,))
    assert score(SEEKER, without) == full - WEIGHTS.points.freshness


def test_who_was_away_until_yesterday_takes_part_again() -> None:
    assert suggested(SEEKER, replace(HELPER, away=TODAY - timedelta(days=1))) == PAIR


def test_an_offer_is_good_for_a_wider_and_for_a_narrower_want_and_not_for_a_sibling() -> None:
    for wanted in ("a", "a-one-deep"):
        assert suggested(replace(SEEKER, wants=(Want(wanted),)), HELPER) != []
    assert suggested(replace(SEEKER, wants=(Want("a-two"),)), HELPER) == []


def test_a_narrower_offer_is_worth_more_than_a_broader_one() -> None:
    narrow = replace(HELPER, key="user:3", name="Chi", offers=(Offer("a-one-deep"),))
    broad = replace(HELPER, key="user:4", name="Dayo", offers=(Offer("a"),))
    assert suggested(SEEKER, narrow, broad) == [("user:1", "user:3", "a-one")]


def test_a_group_and_its_contact_are_never_suggested_to_each_other() -> None:
    group = replace(HELPER, key="page:9", name="Lagos", kind=Kind.USER_GROUP, contacts=("Ada",))
    assert suggested(SEEKER, group) == []
    assert suggested(SEEKER, replace(group, contacts=("Efe",))) == [("user:1", "page:9", "a-one")]


def test_two_groups_with_one_contact_are_never_suggested_to_each_other() -> None:
    groups = [
        replace(one, key=f"page:{at}", kind=Kind.USER_GROUP, contacts=("Efe", name))
        for at, (one, name) in enumerate([(SEEKER, "Ada"), (HELPER, "Bo")])
    ]
    assert suggested(*groups) == []


def test_a_pair_that_was_told_of_each_other_is_not_suggested_again_either_way() -> None:
    history = History(pairs=frozenset({("user:1", "user:2")}))
    assert suggested(SEEKER, HELPER, history=history) == []
    assert lacking(SEEKER, HELPER, history=history) == [("user:1", "a-one", UnmetReason.SUGGESTED)]


def test_seats_that_are_held_stay_held() -> None:
    history = History(seats_taken={"user:2": 2})
    assert suggested(SEEKER, HELPER, history=history) == []
    assert lacking(SEEKER, HELPER, history=history) == [("user:1", "a-one", UnmetReason.SEATS)]
    assert suggested(SEEKER, replace(HELPER, seats=3), history=history) == PAIR


def test_a_seeker_gets_three_suggestions_in_a_period_and_not_more() -> None:
    wants = ("a-one-deep", "a-two", "b-one", "c")
    seeker = replace(SEEKER, wants=tuple(Want(one) for one in wants))
    helpers = [
        replace(HELPER, key=f"user:{at}", name=f"H{at}", offers=(Offer(one),))
        for at, one in enumerate(wants, start=10)
    ]
    assert len(suggested(seeker, *helpers)) == 3
    assert (
        len(suggested(seeker, *helpers, history=History(suggested_this_period={"user:1": 2}))) == 1
    )
    assert lacking(seeker, *helpers, history=History(suggested_this_period={"user:1": 3})) == [
        ("user:1", want, UnmetReason.LIMIT) for want in wants
    ]


def test_a_want_that_is_over_or_in_somebodys_hands_is_not_matched() -> None:
    late = replace(SEEKER, wants=(Want("a-one", until=TODAY - timedelta(days=1)),))
    assert suggested(late, HELPER) == []
    assert suggested(replace(late, wants=(Want("a-one", until=TODAY),)), HELPER) == PAIR
    assert suggested(SEEKER, HELPER, history=History(served=frozenset({("user:1", "a-one")}))) == []


@pytest.mark.parametrize(
    ("first", "second", "history"),
    [
        ({"country": "NG"}, {"country": "DE"}, History()),
        ({"kind": Kind.AFFILIATE_TO_BE}, {"kind": Kind.CHAPTER}, History()),
        ({}, {}, History(helped_before=frozenset({"user:8"}))),
    ],
)
def test_the_only_seat_goes_to_who_comes_first_in_the_solidarity_order(
    first: dict[str, object], second: dict[str, object], history: History
) -> None:
    base = replace(SEEKER, country=None, contacts=())
    early = replace(base, key="user:7", name="Early", **first)  # type: ignore[arg-type]
    late = replace(base, key="user:8", name="Late", **second)  # type: ignore[arg-type]
    helper = replace(HELPER, seats=1, country="DE", wants=())
    assert suggested(late, early, helper, history=history) == [("user:7", "user:2", "a-one")]


def test_the_order_of_the_profiles_changes_nothing() -> None:
    for seed in range(40):
        profiles, history = worlds.world(seed, 25)
        rng = random.Random(seed)
        results = []
        for _ in range(3):
            rng.shuffle(profiles)
            results.append(
                match_profiles(
                    profiles,
                    directory=DIRECTORY,
                    weights=WEIGHTS,
                    history=history,
                    today=TODAY,
                    period=PERIOD,
                )
            )
        assert results[0] == results[1] == results[2]


def test_every_suggestion_has_the_points_of_a_plain_reading_in_parts_that_add_up() -> None:
    for seed in range(60):
        profiles, history = worlds.world(seed, 30)
        expected = reference.scores(
            reference.with_others_counted(profiles, TODAY),
            directory=DIRECTORY,
            weights=WEIGHTS,
            history=history,
            today=TODAY,
        )
        result = match_profiles(
            profiles,
            directory=DIRECTORY,
            weights=WEIGHTS,
            history=history,
            today=TODAY,
            period=PERIOD,
        )
        for one in result.matches:
            assert one.score == sum(part.points for part in one.parts)
            if one.interpretation is None:
                assert one.score == expected[one.seeker, one.want][one.helper]
        matched = {(one.seeker, one.want) for one in result.matches}
        unmet = {(one.seeker, one.want) for one in result.unmet}
        assert not matched & unmet
        for one in result.unmet:
            if (one.seeker, one.want) in expected:
                assert one.reason in (UnmetReason.SEATS, UnmetReason.LIMIT)


def test_the_same_plan_is_kept_when_one_person_changes() -> None:
    profiles, _ = worlds.world(5, 60)
    first = match_profiles(
        profiles,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
        period=PERIOD,
    )
    planned = frozenset((one.seeker, one.helper, one.want) for one in first.matches)
    changed = [replace(profiles[0], wants=(), offers=()), *profiles[1:]]
    second = match_profiles(
        changed,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(planned=planned),
        today=TODAY,
        period=PERIOD,
    )
    assert second.measures["kept"].value >= 0.8


def test_swaps_and_circles_of_three_teach_round() -> None:
    ring = [
        Profile(
            f"user:{at}",
            f"P{at}",
            offers=(Offer(offer),),
            wants=(Want(want),),
            languages=(Language("yo"),),
        )
        for at, (offer, want) in enumerate([("a", "b"), ("b", "c"), ("c", "a")])
    ]
    swap = [replace(ring[0], key="user:8", name="S"), replace(ring[0], key="user:9", name="T")]
    swap[1] = replace(swap[1], offers=(Offer("b"),), wants=(Want("a"),))
    result = match_profiles(
        [*ring],
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
        period=PERIOD,
    )
    assert result.swaps == ()
    (circle,) = result.circles
    by_key = {one.key: one for one in ring}
    for at, member in enumerate(circle.members):
        learner = by_key[circle.members[(at + 1) % 3]]
        assert [one.capacity for one in by_key[member].offers] == [circle.capacities[at]]
        assert [one.capacity for one in learner.wants] == [circle.capacities[at]]
    result = match_profiles(
        swap,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
        period=PERIOD,
    )
    (pair,) = result.swaps
    assert set(pair.members) == {"user:8", "user:9"}


def test_people_who_want_the_same_thing_at_hours_that_suit_all_are_a_cohort() -> None:
    people = [
        replace(SEEKER, key=f"user:{at}", name=f"P{at}", timezone=zone)
        for at, zone in enumerate(["Africa/Lagos", "Africa/Accra", None, "Pacific/Auckland"], 10)
    ]
    result = match_profiles(
        [*people, HELPER],
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
        period=PERIOD,
    )
    (cohort,) = result.cohorts
    assert cohort.capacity == "a-one"
    assert cohort.language == "yo"
    assert cohort.members == ("user:10", "user:11", "user:12")
    assert cohort.helpers == ("user:2",)
    assert cohort.hours == tuple(range(8, 21))


def test_whoever_joined_a_request_counts_in_a_cohort_with_who_asked() -> None:
    (want,) = SEEKER.wants
    asks = replace(SEEKER, wants=(replace(want, request="User:Ada", joins=2),))
    joins = replace(want, request="User:Ada", joined=("User:Ada",))
    joined = [
        replace(SEEKER, key=f"user:{at}", name=f"P{at}", page="User:Ada", wants=(joins,))
        for at in (10, 11)
    ]
    result = match_profiles(
        [asks, *joined, HELPER],
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
        period=PERIOD,
    )
    (cohort,) = result.cohorts
    assert cohort.members == ("user:1", "user:10", "user:11")
    assert cohort.helpers == ("user:2",)


def test_a_request_that_others_joined_gets_the_last_seat() -> None:
    helper = replace(HELPER, seats=1)
    (want,) = SEEKER.wants
    want = replace(want, request="User:Ada")
    other = replace(SEEKER, key="user:9", name="Ada 9", wants=(replace(want, request="User:9"),))
    for joins in (1, 4):
        joined = replace(SEEKER, wants=(replace(want, joins=joins),))
        assert suggested(joined, other, helper) == [("user:1", "user:2", "a-one")]
        swapped = replace(other, wants=(replace(want, request="User:9", joins=joins),))
        plain = replace(SEEKER, wants=(want,))
        assert suggested(plain, swapped, helper) == [("user:9", "user:2", "a-one")]


def test_history_frees_seats_after_silence_and_never_repeats_a_pair() -> None:
    def told(status: SuggestionStatus, days: int) -> History:
        one = Suggestion(
            Match("user:1", "user:2", "a-one", "a-one", 500.0),
            "2026-W40",
            NOW - timedelta(days=days),
            status,
            notified_at=NOW - timedelta(days=days),
        )
        return History.of([one], today=TODAY, period=PERIOD, bounds=WEIGHTS.bounds)

    assert told(SuggestionStatus.OPEN, 29).seats_taken == {"user:2": 1}
    assert told(SuggestionStatus.OPEN, 30).seats_taken == {}
    assert told(SuggestionStatus.ACCEPTED, 30).seats_taken == {"user:2": 1}
    assert told(SuggestionStatus.EXCHANGED, 1).seats_taken == {}
    assert told(SuggestionStatus.EXCHANGED, 1).served == {("user:1", "a-one")}
    for status in SuggestionStatus:
        history = told(status, 40)
        assert bool(history.pairs) == (status not in ("planned", "delayed", "withdrawn"))
    other = replace(HELPER, key="user:3", name="Chi")
    for status in (SuggestionStatus.EXPIRED, SuggestionStatus.DECLINED):
        assert suggested(SEEKER, HELPER, other, history=told(status, 40)) == [
            ("user:1", "user:3", "a-one")
        ]


def test_answers_count_within_two_weeks_and_waiting_ends_with_the_first_message() -> None:
    def told(id: int, days: int, status: SuggestionStatus, answered: int | None) -> Suggestion:
        at = NOW - timedelta(days=days)
        seeker = f"user:{id}"
        return Suggestion(
            Match(seeker, "user:9", "a-one", "a-one", 500.0),
            "2026-W40",
            at,
            status,
            notified_at=at,
            answered_at=None if answered is None else at + timedelta(days=answered),
        )

    figures = measure_history(
        [
            told(1, 40, SuggestionStatus.ACCEPTED, 3),
            told(1, 30, SuggestionStatus.DECLINED, 1),
            told(2, 40, SuggestionStatus.ACCEPTED, 20),  # too late
            told(3, 40, SuggestionStatus.OPEN, None),
            told(4, 5, SuggestionStatus.OPEN, None),  # may still answer
            told(5, 0, SuggestionStatus.IN_TOUCH, 0),
        ],
        {"user:1": (NOW - timedelta(days=42)).date(), "user:2": (NOW - timedelta(days=50)).date()},
    )
    assert (figures["accepted-in-14-days"].value, figures["accepted-in-14-days"].n) == (2 / 5, 5)
    assert figures["accepted-in-14-days-low"].value < 2 / 5 < 1
    assert figures["accepted-in-14-days-high"].value > 2 / 5
    assert (figures["wait-told-median"].value, figures["wait-told-median"].n) == (6.0, 2)


@pytest.mark.parametrize("block", worlds.blocks(3))
def test_explain_says_why_or_why_not_and_agrees_with_the_round(block: int) -> None:
    for seed in range(block, 30, 3):
        profiles, history = worlds.world(seed, 12)
        expected = reference.scores(
            reference.with_others_counted(profiles, TODAY),
            directory=DIRECTORY,
            weights=WEIGHTS,
            history=history,
            today=TODAY,
        )
        profiles = count_shared(profiles, TODAY)
        market = build_market(
            profiles, directory=DIRECTORY, weights=WEIGHTS, history=history, today=TODAY
        )
        for seeker in profiles:
            for helper in profiles:
                told = explain_pair(
                    seeker,
                    helper,
                    directory=DIRECTORY,
                    weights=WEIGHTS,
                    today=TODAY,
                    history=history,
                    market=market,
                )
                points = [
                    helpers[helper.key]
                    for (key, _), helpers in expected.items()
                    if key == seeker.key and helper.key in helpers
                ]
                if isinstance(told, WhyNot):
                    assert points == [], (seed, seeker.key, helper.key, told)
                else:
                    assert told.score == max(points)


def test_reasons_are_sentences_for_people() -> None:
    seeker = replace(SEEKER, wants=(Want("a-one", level=Level.BASIC),), offers=(Offer("b"),))
    helper = replace(
        HELPER,
        offers=(Offer("a-one-deep", level=Level.EXPERT),),
        wants=(Want("b"),),
        timezone="Africa/Lagos",
    )
    found = explain_pair(seeker, helper, directory=DIRECTORY, weights=WEIGHTS, today=TODAY)
    assert isinstance(found, Match)
    said = reasons(found, Localizer("en"), DIRECTORY)
    assert "Both speak Yoruba" in said
    assert any("a one deep" in sentence for sentence in said)
    assert all("⧼" not in sentence and "$" not in sentence for sentence in said)


def test_periods_are_two_weeks_long_and_begin_on_mondays() -> None:
    assert period_of(date(2026, 11, 22)) != period_of(date(2026, 11, 23))
    assert period_of(date(2026, 11, 23)) == period_of(date(2026, 12, 6)) == "2026-W48"
    assert period_of(date(2026, 12, 7)) == "2026-W50"


@pytest.mark.parametrize("block", worlds.blocks(5))
def test_who_could_help_after_an_edit_is_what_a_new_lookup_says(block: int) -> None:
    for seed in range(block * 5, block * 5 + 5):
        profiles, history = worlds.world(seed, 30)
        edits, _ = worlds.world(seed + 1000, 30)
        rng = random.Random(seed)
        lookup = Lookup(
            profiles, directory=DIRECTORY, weights=WEIGHTS, history=history, today=TODAY
        )
        current = {one.key: one for one in profiles}
        for step in range(4):
            changed = rng.sample(edits, 2)
            gone = rng.sample(sorted(current), 1) if step % 2 else []
            before = lookup
            answers = {key: lookup.helpers_for(key, most=3) for key in sorted(current)[:3]}
            lookup = lookup.with_profiles(changed, removed=gone)
            for key, answer in answers.items():
                assert before.helpers_for(key, most=3) == answer, "the older lookup stays"
            current = {key: one for key, one in current.items() if key not in gone}
            current |= {one.key: one for one in changed}
            fresh = Lookup(
                current.values(),
                directory=DIRECTORY,
                weights=WEIGHTS,
                history=history,
                today=TODAY,
            )
            for key in current:
                assert lookup.helpers_for(key, most=3) == fresh.helpers_for(key, most=3)
                assert lookup.seekers_for(key, most=3) == fresh.seekers_for(key, most=3)


@pytest.mark.parametrize("block", worlds.blocks(4))
def test_the_few_whom_somebody_could_help_best_are_the_first_of_all_whom_they_could_help(
    block: int,
) -> None:
    asked = 0
    for seed in range(block, 40, 4):
        profiles, history = worlds.world(seed, 40)
        lookup = Lookup(
            profiles, directory=DIRECTORY, weights=WEIGHTS, history=history, today=TODAY
        )
        for one in profiles:
            everybody = lookup.seekers_for(one.key, most=1000)
            asked += len(everybody) > 4
            for most in (1, 4):
                assert lookup.seekers_for(one.key, most=most) == everybody[:most]
    assert asked > 25, "too few could help many"


def test_a_language_that_is_new_to_the_lookup_is_nobody_elses() -> None:
    others = [
        replace(HELPER, key=f"user:{at}", name=f"Bo {at}", languages=(Language("en"),), offers=(o,))
        for at, o in enumerate((Offer("a-one"), Offer("b"), Offer("a-two")), start=3)
    ]
    lookup = Lookup(others, directory=DIRECTORY, weights=WEIGHTS, history=History(), today=TODAY)
    for wanted in ("a-one", "b", "a-two"):
        seeker = replace(SEEKER, wants=(Want(wanted),), offers=(Offer(wanted),))
        edited = lookup.with_profiles([seeker])
        assert edited.helpers_for(seeker.key) == []
        assert edited.seekers_for(seeker.key) == []
