"""Programmes: seats, caps and consent hold whoever applies, and everybody knows where they stand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching import History, is_muted
from exchange.model import (
    Frequency,
    Kind,
    Language,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.model.programme import (
    MOST_APPLICANTS,
    ApplicantStep,
    Application,
    Audience,
    Programme,
    ProgrammeDraft,
    WaitingReason,
)
from exchange.programmes.applicants import Scope, fits_audience
from exchange.programmes.draft import ProgrammeHistory
from tests.unit.matching.worlds import DIRECTORY, TODAY
from tests.unit.programmes.rounds import CLOSES, OPENS, Round, keys_of, match, round_of

seeds = st.integers(0, 2**32)
CHOSEN = frozenset(one for one in WaitingReason if one.value.startswith("partner"))
"""The reasons of those who chose each other and are in no pair."""
APPLIED = datetime(OPENS.year, OPENS.month, OPENS.day, 12, tzinfo=UTC)


def pairs_of(draft: ProgrammeDraft) -> set[tuple[str, str]]:
    return {one.match.pair for one in draft.pairs}


@given(seeds)
def test_nobody_gets_more_than_their_seats_and_the_round_no_more_than_its_own(seed: int) -> None:
    made = round_of(seed)
    draft = made.draft()
    if made.programme.seats is not None:
        assert len(draft.pairs) <= made.programme.seats
    taken = made.history.general.seats_taken
    helping = Counter(one.match.helper for one in draft.pairs)
    for key, count in helping.items():
        assert count <= made.profiles[key].seats - taken.get(key, 0)
    learning = Counter(one.match.seeker for one in draft.pairs)
    assert not learning or max(learning.values()) == 1


@given(seeds)
def test_only_those_who_applied_and_fit_are_in_a_pair(seed: int) -> None:
    made = round_of(seed)
    draft, programme = made.draft(), made.programme
    applied = {one.account: one for one in made.applications}
    accounts = {
        key: account for account, key in draft.keys.items() if draft.steps[account].is_eligible
    }
    scope = Scope(programme, DIRECTORY)
    for pair in draft.pairs:
        for key in pair.match.pair:
            day = applied[accounts[key]].applied.date()
            profile = made.profiles[key]
            assert OPENS <= day <= CLOSES
            assert fits_audience(profile, programme.audience)
            assert not is_muted(profile)
            assert not profile.is_away(TODAY)
            assert key not in made.silent
        assert scope.wants(pair.match.want)
        assert scope.offers(pair.match.offer)
        assert pair.match.want in {one.capacity for one in made.profiles[pair.match.seeker].wants}
        assert pair.match.offer in {one.capacity for one in made.profiles[pair.match.helper].offers}
        spoken = [
            {one.code for one in made.profiles[key].languages if one.level >= 2}
            for key in pair.match.pair
        ]
        shared = set.intersection(*spoken)
        assert shared & set(programme.languages or shared)
        assert pair.match.interpretation is None
        assert pair.match.pair not in made.history.apart
        assert pair.match.pair not in made.history.left_out
        assert pair.agreed or pair.match.pair not in made.history.general.pairs


@given(seeds)
def test_everybody_ends_in_one_step_and_the_waiting_list_is_all_the_others(seed: int) -> None:
    made = round_of(seed)
    draft = made.draft()
    assert draft.steps.keys() == {one.account for one in made.applications}
    paired = {key for pair in draft.pairs for key in pair.match.pair}
    waiting = [place.key for place in draft.waiting]
    assert len(waiting) == len({*waiting})
    assert not paired & {*waiting}
    by_step: dict[ApplicantStep, set[str]] = {}
    for account, step in draft.steps.items():
        if step.is_eligible:
            by_step.setdefault(step, set()).add(draft.keys[account])
    assert by_step.get(ApplicantStep.PAIRED, set()) == paired
    assert by_step.get(ApplicantStep.WAITING, set()) == {*waiting}
    applied = {one.account: one for one in made.applications}
    account_of = {
        key: account for account, key in draft.keys.items() if draft.steps[account].is_eligible
    }
    order = [(applied[account_of[key]].applied, account_of[key]) for key in waiting]
    assert order == sorted(order)


@given(seeds)
def test_those_who_chose_each_other_come_first(seed: int) -> None:
    made = round_of(seed)
    draft = made.draft()
    partners = {one.account: set(one.partners) for one in made.applications}
    account_of = {
        key: account for account, key in draft.keys.items() if draft.steps[account].is_eligible
    }
    flags = [one.agreed for one in draft.pairs]
    assert flags == sorted(flags, reverse=True)
    for pair in draft.pairs:
        if pair.agreed:
            one, other = (account_of[key] for key in pair.match.pair)
            assert other in partners[one]
            assert one in partners[other]
    # Whoever chose each other and is apart all the same has a reason that says so, or a pair.
    assert not any(
        place.reason in CHOSEN
        and not any(
            account_of[place.key] in partners.get(other, ())
            for other in partners[account_of[place.key]]
        )
        for place in draft.waiting
    )


def is_true(
    reason: WaitingReason, made: Round, draft: ProgrammeDraft, two: tuple[str, str]
) -> bool:
    """Whether a reason says the truth of two who chose each other, told from the facts alone."""
    scope, general = Scope(made.programme, DIRECTORY), made.history.general
    one, other = (scope.of(made.profiles[key]) for key in two)
    between = [s for s in made.history.suggestions if s.match.pair == two]
    here = [s for s in between if s.period == made.programme.period]
    taken = Counter(pair.match.helper for pair in draft.pairs)
    learning = {pair.match.seeker for pair in draft.pairs}
    learning |= {
        s.match.seeker
        for s in made.history.suggestions
        if s.status.holds_seat or s.status in (SuggestionStatus.EXCHANGED, SuggestionStatus.PLANNED)
    }
    learning |= {key for key, _ in general.served}

    def teaches(helper: Profile, seeker: Profile) -> bool:
        return any(
            offer.capacity == want.capacity
            or offer.capacity in DIRECTORY.broader(want.capacity)
            or want.capacity in DIRECTORY.broader(offer.capacity)
            for offer in helper.offers
            for want in seeker.open_wants(TODAY)
        )

    def is_taken(helper: Profile) -> bool:
        held = general.seats_taken.get(helper.key, 0) + taken[helper.key]
        return helper.seats <= held

    ways = [(a, b) for a, b in ((one, other), (other, one)) if teaches(a, b)]
    spoken = [{each.code for each in p.languages if each.level >= 2} for p in (one, other)]
    statuses = {s.status for s in here}
    match reason:
        case WaitingReason.PARTNER:
            return not ways
        case WaitingReason.PARTNER_OPEN:
            return any(s.status.holds_seat or s.is_by_hand for s in between)
        case WaitingReason.PARTNER_LEFT_OUT:
            return two in made.history.left_out
        case WaitingReason.PARTNER_DECLINED:
            return bool(statuses & {SuggestionStatus.DECLINED, SuggestionStatus.STOPPED})
        case WaitingReason.PARTNER_ENDED:
            return SuggestionStatus.EXPIRED in statuses
        case WaitingReason.PARTNER_SEATS:
            return any(is_taken(helper) for helper, _ in ways)
        case WaitingReason.PARTNER_LEARNS:
            return any(seeker.key in learning for _, seeker in ways)
        case WaitingReason.PARTNER_LANGUAGE:
            return bool(ways) and not set.intersection(*spoken)
        case WaitingReason.PARTNER_APART:
            return two in made.history.apart
        case _:
            return True


@given(seeds)
def test_of_those_who_chose_each_other_only_the_truth_is_said(seed: int) -> None:
    made = round_of(seed)
    rng = random.Random(seed)
    partners = {one.account: set(one.partners) for one in made.applications}
    keys = made.admission().keys
    chosen = sorted(
        (min(keys[a], keys[b]), max(keys[a], keys[b]))
        for a, several in partners.items()
        for b in several
        if a < b and a in partners.get(b, ()) and {a, b} <= keys.keys() and keys[a] != keys[b]
    )
    statuses = [None, None, *SuggestionStatus]
    made = made.with_suggestions(
        [
            Suggestion(
                match(*rng.sample(two, 2), rng.choice(["a", "b"])),
                rng.choice(["2026-W40", made.programme.period]),
                APPLIED,
                status,
                id=100 + at,
            )
            for at, two in enumerate(chosen)
            if (status := rng.choice(statuses)) is not None
        ]
    )
    more = frozenset(rng.sample(chosen, len(chosen) // 4))
    made = replace(made, history=replace(made.history, left_out={*made.history.left_out, *more}))
    draft = made.draft()
    for place in draft.waiting:
        if place.reason in CHOSEN:
            mine = [two for two in chosen if place.key in two]
            assert any(is_true(place.reason, made, draft, two) for two in mine), place


@given(seeds)
def test_the_same_applicants_in_any_order_give_the_same_draft(seed: int) -> None:
    made = round_of(seed)
    rng = random.Random(seed)
    applications = list(made.applications)
    rng.shuffle(applications)
    profiles = list(made.profiles.items())
    rng.shuffle(profiles)
    again = replace(made, applications=tuple(applications), profiles=dict(profiles))
    assert again.draft() == made.draft()


@given(
    seeds,
    st.sampled_from([SuggestionStatus.PLANNED, SuggestionStatus.OPEN, SuggestionStatus.IN_TOUCH]),
)
def test_once_confirmed_a_draft_proposes_none_of_them_again(
    seed: int, status: SuggestionStatus
) -> None:
    made = round_of(seed)
    first = made.draft()
    after = made.tell(first, status)
    second = after.draft()
    assert not pairs_of(first) & pairs_of(second)
    assert not {one.match.seeker for one in first.pairs} & {
        one.match.seeker for one in second.pairs
    }
    if made.programme.seats is not None:
        assert len(first.pairs) + len(second.pairs) <= made.programme.seats
    steps = {SuggestionStatus.PLANNED: "confirmed", SuggestionStatus.OPEN: "told"}
    for account, step in first.steps.items():
        if step is ApplicantStep.PAIRED:
            assert second.steps[account] == steps.get(status, "agreed")
    assert after.draft() == second


@given(seeds)
def test_a_no_frees_the_seat_and_the_two_are_not_proposed_again(seed: int) -> None:
    made = round_of(seed)
    first = made.draft()
    second = made.tell(first, SuggestionStatus.DECLINED).draft()
    assert not pairs_of(first) & pairs_of(second)
    told = {account for account, step in second.steps.items() if step is ApplicantStep.TOLD}
    assert not told


@given(seeds)
def test_whoever_withdraws_is_gone_from_the_next_draft(seed: int) -> None:
    made = round_of(seed)
    gone = {one.account for one in made.applications if one.account % 4 == seed % 4}
    left = tuple(one for one in made.applications if one.account not in gone)
    draft = replace(made, applications=left).draft()
    assert not gone & draft.steps.keys()
    keys = {key for one in left for key in keys_of(one.account)}
    assert all(key in keys for pair in draft.pairs for key in pair.match.pair)


# -- single rules ----------------------------------------------------------------------------------


def party(number: int, *, offers: str = "", wants: str = "", **more: object) -> Profile:
    return Profile(
        key=f"user:{number}",
        name=f"P{number}",
        offers=tuple(Offer(one) for one in offers.split()),
        wants=tuple(Want(one) for one in wants.split()),
        languages=(Language("en"),),
        **more,  # type: ignore[arg-type]
    )


def plain_round(
    *people: Profile, programme: Programme | None = None, **partners: tuple[int, ...]
) -> Round:
    applications = tuple(
        Application(at, APPLIED + timedelta(minutes=at), partners.get(f"p{at}", ()))
        for at in range(1, len(people) + 1)
    )
    return Round(
        programme or Programme(page=7),
        applications,
        {one.key: one for one in people},
        ProgrammeHistory(History()),
        frozenset(),
    )


def test_who_named_each_other_is_paired_although_others_fit_better() -> None:
    made = plain_round(
        party(1, wants="a"),
        party(2, offers="a", seats=1),
        party(3, offers="a-one", seats=1),
        p1=(3,),
        p3=(1,),
    )
    (pair, *_) = made.draft().pairs
    assert (pair.match.seeker, pair.match.helper, pair.agreed) == ("user:1", "user:3", True)


def _before(status: SuggestionStatus, *, here: bool, helper: int = 2) -> list[Suggestion]:
    period = "programme-7" if here else "2026-W40"
    return [Suggestion(match("user:1", f"user:{helper}", "a"), period, APPLIED, status, id=3)]


ASKS, HELPS = party(1, wants="a"), party(2, offers="a", seats=1)
TWO = ("user:1", "user:2")


@pytest.mark.parametrize(
    ("people", "suggestions", "history", "reason"),
    [
        ((ASKS, party(2, offers="b")), [], {}, "partner"),
        ((ASKS, party(2, wants="a")), [], {}, "partner"),
        (
            (replace(ASKS, wants=(Want("a", until=TODAY - timedelta(1)), Want("c"))), HELPS),
            [],
            {},
            "partner",
        ),
        ((ASKS, HELPS), [], {"left_out": {TWO}}, "partner-left-out"),
        ((ASKS, HELPS), [], {"apart": {TWO}}, "partner-apart"),
        ((ASKS, HELPS), _before(SuggestionStatus.OPEN, here=False), {}, "partner-open"),
        ((ASKS, HELPS), _before(SuggestionStatus.DECLINED, here=True), {}, "partner-declined"),
        ((ASKS, HELPS), _before(SuggestionStatus.EXPIRED, here=True), {}, "partner-ended"),
        ((ASKS, replace(HELPS, seats=0)), [], {}, "partner-seats"),
        (
            (ASKS, HELPS),
            _before(SuggestionStatus.OPEN, here=False, helper=9),
            {},
            "partner-learns",
        ),
        ((ASKS, replace(HELPS, languages=(Language("yo"),))), [], {}, "partner-language"),
    ],
)
def test_who_chose_each_other_and_is_in_no_pair_is_told_the_true_reason(
    people: tuple[Profile, ...],
    suggestions: list[Suggestion],
    history: dict[str, object],
    reason: str,
) -> None:
    made = plain_round(*people, p1=(2,), p2=(1,))
    made = replace(made, history=replace(made.history, **history))  # type: ignore[arg-type]
    draft = made.with_suggestions(suggestions).draft()
    assert draft.pairs == ()
    assert {one.key: one.reason.value for one in draft.waiting} == dict.fromkeys(TWO, reason)


@pytest.mark.parametrize("status", [SuggestionStatus.DECLINED, SuggestionStatus.EXPIRED])
def test_what_ended_elsewhere_is_no_reason_against_what_two_chose(status: SuggestionStatus) -> None:
    made = plain_round(ASKS, HELPS, p1=(2,), p2=(1,))
    (pair,) = made.with_suggestions(_before(status, here=False)).draft().pairs
    assert pair.agreed


def test_a_name_that_only_one_of_two_wrote_brings_nobody_together() -> None:
    made = plain_round(party(1, wants="a"), party(2, offers="a"), party(3, offers="b"), p1=(3,))
    draft = made.draft()
    assert pairs_of(draft) == {("user:1", "user:2")}
    assert not draft.pairs[0].agreed


def test_who_said_yes_to_each_other_before_has_a_seat_and_is_not_told_again() -> None:
    made = plain_round(
        party(1, wants="a"),
        party(2, offers="a"),
        party(3, wants="a"),
        programme=Programme(page=7, seats=1),
    ).with_suggestions(
        [
            Suggestion(
                match("user:1", "user:2", "a"), "2026-W40", APPLIED, SuggestionStatus.IN_TOUCH, id=3
            )
        ]
    )
    draft = made.draft()
    assert draft.pairs == ()
    assert [draft.steps[one] for one in (1, 2, 3)] == ["agreed", "agreed", "waiting"]
    assert draft.waiting[0].reason is WaitingReason.FULL

    assert [one.id for one in draft.before] == [3], "it is shown as what holds the seat"


@pytest.mark.parametrize(
    ("yes", "steps"),
    [
        ({"user:1"}, ["yes", "asked"]),
        ({"user:2"}, ["asked", "yes"]),
        ({"user:1", "user:2"}, ["agreed", "agreed"]),
    ],
)
def test_only_two_yeses_are_an_agreement(yes: set[str], steps: list[str]) -> None:
    accepted = Suggestion(
        match("user:1", "user:2", "a"), "programme-7", APPLIED, SuggestionStatus.ACCEPTED, id=3
    )
    made = plain_round(
        party(1, wants="a"), party(2, offers="a"), programme=Programme(page=7, seats=1)
    ).with_suggestions([accepted])
    made = replace(made, history=replace(made.history, yes={3: yes}))
    draft = made.draft()
    assert [draft.steps[one] for one in (1, 2)] == steps
    assert (draft.pairs, draft.before) == ((), ())
    elsewhere = made.with_suggestions([])
    elsewhere = replace(
        elsewhere,
        history=replace(elsewhere.history, suggestions=[replace(accepted, period="2026-W40")]),
    )
    assert [one.id for one in elsewhere.draft().before] == ([3] if len(yes) == 2 else [])


def test_a_yes_about_something_else_takes_no_seat() -> None:
    made = plain_round(
        party(1, wants="a b"),
        party(2, offers="a b"),
        programme=Programme(page=7, capacities=("b",)),
    ).with_suggestions(
        [
            Suggestion(
                match("user:1", "user:2", "a"), "2026-W40", APPLIED, SuggestionStatus.IN_TOUCH, id=3
            )
        ]
    )
    assert made.draft().steps[1] is ApplicantStep.WAITING


@pytest.mark.parametrize(
    ("people", "reasons"),
    [
        ([party(1, wants="a"), party(2, wants="a")], {1: "nobody", 2: "nobody"}),
        ([party(1, offers="a")], {1: "nobody-wants"}),
        ([party(1, wants="a"), party(2, wants="a"), party(3, offers="a", seats=1)], {2: "seats"}),
        (
            [party(1, wants="a"), replace(party(2, offers="a"), languages=(Language("yo"),))],
            {1: "language", 2: "nobody-wants"},
        ),
    ],
)
def test_everybody_who_waits_is_told_why(people: list[Profile], reasons: dict[int, str]) -> None:
    draft = plain_round(*people).draft()
    assert {int(one.key[5:]): one.reason.value for one in draft.waiting} == reasons


def test_seats_go_to_those_who_applied_first() -> None:
    people = [party(at, wants="a") for at in range(1, 6)]
    made = plain_round(*people, party(6, offers="a", seats=9), programme=Programme(page=7, seats=2))
    draft = made.draft()
    assert [one.match.seeker for one in draft.pairs] == ["user:1", "user:2"]
    assert [(one.key, one.reason) for one in draft.waiting] == [
        (f"user:{at}", WaitingReason.FULL) for at in (3, 4, 5)
    ]


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"wants": (), "offers": ()}, "nothing"),
        ({"wants": (Want("b"),)}, "nothing"),
        ({"wants": (Want("a", until=TODAY - timedelta(days=1)),)}, "nothing"),
        ({"languages": (Language("yo"),)}, "language"),
        ({"languages": (Language("en", 1),)}, "language"),
        ({"notify": Frequency.NEVER}, "quiet"),
        ({"away": TODAY}, "away"),
        ({"country": "DE"}, "audience"),
        ({"kind": Kind.HUB}, "audience"),
        ({}, "waiting"),
        ({"country": None, "affiliations": ("wikimedia ghana",)}, "waiting"),
        ({"country": None, "region": "SSA"}, "waiting"),
        ({"wants": (Want("a-one-deep"),)}, "waiting"),
        ({"wants": (), "offers": (Offer("a"),)}, "waiting"),
    ],
)
def test_whoever_does_not_fit_is_told_why(change: dict[str, object], step: str) -> None:
    programme = Programme(
        page=7,
        capacities=("a-one",) if change.get("offers") else ("a",),
        languages=("en",),
        audience=Audience((Kind.PERSON,), ("NG",), ("SSA",), ("Wikimedia Ghana",)),
    )
    one = replace(party(1, wants="a"), **({"country": "NG"} | change))  # type: ignore[arg-type]
    assert plain_round(one, programme=programme).draft().steps == {1: step}


def test_a_group_applies_through_its_contact_and_only_once() -> None:
    group = replace(party(3, wants="a"), key="page:3", kind=Kind.USER_GROUP)
    made = replace(
        plain_round(programme=Programme(page=7)),
        applications=tuple(Application(at, APPLIED + timedelta(minutes=at)) for at in (3, 4, 5)),
        profiles={"page:3": group, "user:5": party(5, offers="a")},
    )
    draft = made.draft()
    assert draft.steps == {3: "paired", 4: "repeated", 5: "paired"}
    assert pairs_of(draft) == {("page:3", "user:5")}


def test_without_a_profile_there_is_nothing_to_go_by() -> None:
    made = plain_round(party(1, wants="a"), party(2, offers="a"))
    draft = replace(made, profiles={"user:1": made.profiles["user:1"]}).draft()
    assert draft.steps == {1: "waiting", 2: "no-profile"}


def test_no_more_than_a_round_can_have_take_part() -> None:
    most = MOST_APPLICANTS
    made = replace(
        plain_round(party(1, wants="a")),
        applications=tuple(
            Application(at, APPLIED + timedelta(seconds=at)) for at in range(1, most + 3)
        ),
    )
    steps = Counter(made.admission().refused.values())
    assert steps[ApplicantStep.TOO_MANY] == 2
