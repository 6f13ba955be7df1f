"""Money and things: by the rules of skills, where they stand, and apart from everybody's skills."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.directory import Directory
from exchange.matching import (
    History,
    Lookup,
    Result,
    UnmetReason,
    WhyNot,
    explain_pair,
    load_weights,
    match_profiles,
)
from exchange.model import (
    Capacity,
    CapacityKind,
    Language,
    Level,
    Match,
    Method,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from tests.unit.matching import worlds
from tests.unit.matching.worlds import PERIOD, TODAY

DIRECTORY = Directory(
    [
        *worlds.DIRECTORY,
        Capacity("things", names={"en": "things"}, kind=CapacityKind.THING),
        Capacity("money", "things", names={"en": "money"}),
        Capacity("room", "things", names={"en": "room"}, bound=True),
        Capacity("hall", "room", names={"en": "hall"}),
        Capacity("lent-out", "room", names={"en": "lent out"}, bound=False),
    ]
)
WEIGHTS = load_weights()
ENGLISH = (Language("en", 4),)
SEEKER = Profile("user:1", "Ada", languages=ENGLISH, country="NG")
HELPER = Profile("user:2", "Bo", languages=ENGLISH, country="NG")


def matched(*people: Profile, history: History | None = None) -> Result:
    return match_profiles(
        people,
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=history or History(),
        today=TODAY,
        period=PERIOD,
    )


def wanting(*capacities: str, **changes: object) -> Profile:
    return replace(SEEKER, wants=tuple(map(Want, capacities)), **changes)  # type: ignore[arg-type]


def offering(*capacities: str, **changes: object) -> Profile:
    return replace(HELPER, offers=tuple(map(Offer, capacities)), **changes)  # type: ignore[arg-type]


def things(*people: Profile, history: History | None = None) -> Result:
    found = matched(*people, history=history).things
    assert found is not None
    return found


def told(*people: Profile, history: History | None = None) -> list[tuple[str, str]]:
    return [(one.want, one.offer) for one in things(*people, history=history).matches]


def lacking(*people: Profile) -> list[UnmetReason]:
    return [one.reason for one in things(*people).unmet]


def test_the_kind_is_that_of_the_widest_and_the_place_that_of_the_nearest_that_says() -> None:
    assert DIRECTORY.things == {"things", "money", "room", "hall", "lent-out"}
    assert DIRECTORY.bound == {"room", "hall"}
    assert not DIRECTORY.is_thing("unlisted:room with a view")


@pytest.mark.parametrize(
    ("there", "here", "reason"),
    [
        ({"country": "NG"}, {"country": "NG"}, None),
        ({"country": "NG"}, {"country": "GH"}, UnmetReason.PLACE),
        ({"country": "NG", "region": "SSA"}, {"country": None, "region": "SSA"}, UnmetReason.PLACE),
        ({"country": None, "region": "SSA"}, {"country": "NG"}, UnmetReason.PLACE),
        ({"country": None}, {"country": None}, UnmetReason.PLACE),
        (
            {"country": "NG", "languages": (Language("ha"),)},
            {"country": "NG"},
            UnmetReason.LANGUAGE,
        ),
    ],
)
@pytest.mark.parametrize(("want", "offer"), [("room", "room"), ("hall", "room"), ("room", "hall")])
def test_a_room_is_of_use_in_its_country(
    there: dict[str, object],
    here: dict[str, object],
    reason: UnmetReason | None,
    want: str,
    offer: str,
) -> None:
    seeker, helper = wanting(want, **here), offering(offer, **there)
    assert told(seeker, helper) == ([] if reason else [(want, offer)])
    assert lacking(seeker, helper) == ([reason] if reason else [])
    found = explain_pair(seeker, helper, directory=DIRECTORY, weights=WEIGHTS, today=TODAY)
    if reason:
        assert found == WhyNot(seeker.key, helper.key, reason, (want,))
    else:
        assert found == things(seeker, helper).matches[0]


@pytest.mark.parametrize("capacity", ["money", "lent-out", "things"])
def test_money_goes_everywhere(capacity: str) -> None:
    here, there = wanting(capacity, country="NG"), offering(capacity, country="GH")
    assert told(here, there) == [(capacity, capacity)]
    assert told(replace(here, country=None), there) == [(capacity, capacity)]


def test_nobody_offers_it_is_another_reason_than_elsewhere() -> None:
    assert lacking(wanting("room")) == [UnmetReason.NOBODY]
    assert lacking(wanting("room"), offering("money")) == [UnmetReason.NOBODY]
    both = replace(wanting("room"), offers=(Offer("room"),))
    assert lacking(both) == [UnmetReason.NOBODY], "one's own room is nobody else's"


def test_neither_level_nor_method_nor_clock_is_worth_anything() -> None:
    helper = replace(
        HELPER,
        offers=(Offer("room", level=Level.EXPERT, methods=(Method.MENTORING,)),),
        methods=(Method.TRAINING,),
        timezone="UTC+1",
    )
    want = Want("room", level=Level.BASIC, methods=(Method.MENTORING,))
    seeker = replace(SEEKER, wants=(want,), methods=(Method.TRAINING,), timezone="UTC+1")
    (match,) = things(seeker, helper).matches
    assert {part.name: part.points for part in match.parts} == {
        "capacity": 300,
        "language": 96,
        "region": 20,
        "country": 20,
    }


def test_a_thing_for_a_thing_goes_both_ways_and_a_thing_for_a_skill_is_not_counted() -> None:
    seeker = replace(wanting("room"), offers=(Offer("money"), Offer("a")))
    helper = replace(offering("room"), wants=(Want("money"), Want("a")))
    found = matched(seeker, helper)
    assert found.things is not None
    assert {one.reciprocal for one in found.things.matches} == {
        (("money", "money"),),
        (("room", "room"),),
    }
    (skill,) = found.matches
    assert skill.reciprocal == ()
    assert (skill.seeker, skill.want) == ("user:2", "a")


def test_seats_suggestions_and_pairs_are_counted_apart() -> None:
    seeker, helper = wanting("a", "room"), offering("a", "room", seats=1)
    found = matched(seeker, helper)
    assert [one.want for one in found.matches] == ["a"]
    assert found.things is not None
    assert [one.want for one in found.things.matches] == ["room"]
    at = datetime(2026, 11, 20, tzinfo=UTC)

    def after(match: Match) -> Result:
        known = Suggestion(match, PERIOD, at, SuggestionStatus.OPEN, at)
        history = History.of(
            [known],
            today=TODAY,
            period=PERIOD,
            bounds=WEIGHTS.bounds,
            things=DIRECTORY.things,
        )
        return matched(seeker, helper, history=history)

    lent, taught = after(found.things.matches[0]), after(found.matches[0])
    assert [one.want for one in lent.matches] == ["a"]
    assert lent.things is not None
    assert lent.things.matches == ()
    assert taught.matches == ()
    assert taught.things is not None
    assert len(taught.things.matches) == 1


def test_a_plan_stays_and_what_is_lent_is_not_asked_for_again() -> None:
    first, second = offering("room"), offering("room", key="user:3", name="Chi")
    planned = History(things=History(planned=frozenset({("user:1", "user:3", "room")})))
    (match,) = things(wanting("room"), first, second, history=planned).matches
    assert match.helper == "user:3"
    served = History(things=History(served=frozenset({("user:1", "room")})))
    found = things(wanting("room"), first, history=served)
    assert (found.matches, found.unmet) == ((), ())


def test_nobody_interprets_gathers_or_passes_on_things() -> None:
    interpreting = Profile(
        "user:9",
        "Zed",
        languages=(Language("en"), Language("fr")),
        country="NG",
        offers=(Offer("money", methods=(Method.INTERPRETING,)),),
        methods=(Method.INTERPRETING,),
    )
    french = [
        wanting("room", key=f"user:{at}", languages=(Language("fr"),), contacts=(str(at),))
        for at in range(3, 8)
    ]
    found = matched(offering("room", seats=9), interpreting, *french)
    assert (found.matches, found.cohorts, found.swaps, found.circles, found.chains) == ((),) * 5
    assert found.things is not None
    assert found.things.matches == ()
    assert found.things.cohorts == ()
    assert {one.reason for one in found.things.unmet} == {UnmetReason.LANGUAGE}


def with_things(people: Iterable[Profile], luck: random.Random) -> list[Profile]:
    names = sorted(DIRECTORY.things)
    given = []
    for one in people:
        until = luck.choice([None, TODAY - timedelta(1), TODAY + timedelta(9)])
        offers = tuple(map(Offer, luck.sample(names, luck.randint(0, 2))))
        wants = tuple(Want(name, until=until) for name in luck.sample(names, luck.randint(0, 2)))
        given.append(replace(one, offers=(*one.offers, *offers), wants=(*one.wants, *wants)))
    return given


@pytest.mark.parametrize("block", worlds.blocks(5))
def test_whatever_things_there_are_skills_are_matched_as_without_them(block: int) -> None:
    for seed in range(12 * block, 12 * block + 12):
        people, history = worlds.world(seed, 24)
        given = with_things(people, random.Random(seed))
        found = matched(*given, history=history)
        assert replace(found, things=None) == matched(*people, history=history)
        lent = found.things or Result(PERIOD)
        asked = {
            (one.key, want.capacity)
            for one in given
            for want in one.wants
            if want.capacity in DIRECTORY.things and (want.until is None or want.until >= TODAY)
        }
        ended = Counter((one.seeker, one.want) for one in (*lent.matches, *lent.unmet))
        assert ended == Counter(asked), "each want is served or unmet, and never both"
        by_key = {one.key: one for one in given}
        for match in lent.matches:
            seeker, helper = by_key[match.seeker], by_key[match.helper]
            bound = {match.want, match.offer} & DIRECTORY.bound
            assert not bound or (seeker.country is not None and seeker.country == helper.country)
            assert sum(part.points for part in match.parts) == match.score


# --- where and when ---

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("there", "here", "reason"),
    [
        ("Tirana", "", UnmetReason.PLACE),
        ("Nigeria", "", None),
        ("Lagos", "", None),
        ("Lagos", "Ghana", UnmetReason.PLACE),
        ("Accra, Ghana", "Ghana", None),
        ("Tirana", "Albania", None),
        ("Shkodër", "", None),
        ("", "Tirana", UnmetReason.PLACE),
    ],
)
def test_the_place_of_an_entry_counts_before_the_country_of_a_profile(
    there: str, here: str, reason: UnmetReason | None
) -> None:
    helper = replace(HELPER, offers=(Offer("room", place=there),))
    seeker = replace(SEEKER, wants=(Want("room", place=here),))
    assert told(seeker, helper) == ([] if reason else [("room", "room")])
    assert lacking(seeker, helper) == ([reason] if reason else [])
    found = explain_pair(seeker, helper, directory=DIRECTORY, weights=WEIGHTS, today=TODAY)
    assert isinstance(found, Match) is (reason is None)


def test_whoever_says_no_country_may_say_where_the_thing_is() -> None:
    helper = replace(HELPER, country=None, offers=(Offer("room", place="Lagos"),))
    assert told(wanting("room"), helper) == [("room", "room")]


@pytest.mark.parametrize("capacity", ["room", "money"])
@pytest.mark.parametrize(
    ("wanted", "offered"), [("{}", "{}"), ("things", "money"), ("room", "hall")]
)
def test_what_is_over_is_not_suggested_and_the_reason_says_so(
    capacity: str, wanted: str, offered: str
) -> None:
    want, offer = wanted.format(capacity), offered.format(capacity)
    seeker = wanting(want)

    def offering_until(until: object) -> Profile:
        return replace(HELPER, offers=(Offer(offer, until=until),))  # type: ignore[arg-type]

    assert told(seeker, offering_until(TODAY)) == [(want, offer)], "the last day is one"
    assert told(seeker, offering_until(TODAY - DAY)) == []
    assert lacking(seeker, offering_until(TODAY - DAY)) == [UnmetReason.DAYS]
    found = explain_pair(
        seeker, offering_until(TODAY - DAY), directory=DIRECTORY, weights=WEIGHTS, today=TODAY
    )
    assert found == WhyNot("user:1", "user:2", UnmetReason.DAYS, (want,))


def test_what_is_over_elsewhere_is_nothing_and_days_come_before_place() -> None:
    over = Offer("room", until=TODAY - DAY)
    elsewhere = replace(HELPER, country="GH", offers=(over,))
    assert lacking(wanting("room"), elsewhere) == [UnmetReason.NOBODY]
    near = replace(HELPER, key="user:3", offers=(over,))
    far = offering("room", country="GH")
    assert lacking(wanting("room"), near, far) == [UnmetReason.DAYS]


def test_where_and_when_it_is_comes_with_the_match() -> None:
    first, last = TODAY + 5 * DAY, TODAY + 9 * DAY
    helper = replace(HELPER, offers=(Offer("room", since=first, until=last, place="Lagos"),))
    seeker = replace(SEEKER, wants=(Want("room", since=last, place="Ikeja"),))
    (match,) = things(seeker, helper).matches
    assert (match.want, match.offer) == ("room", "room")
    parts = {part.name: (part.points, part.facts) for part in match.parts}
    assert parts["where"] == (0.0, ("Lagos", first.isoformat(), last.isoformat()))
    assert parts["needed"] == (0.0, ("Ikeja", last.isoformat(), ""))
    assert parts["capacity"] == (300.0, ("room",))
    assert match.score == sum(points for points, _ in parts.values())
    plain = replace(HELPER, offers=(Offer("room"),))
    (without,) = things(wanting("room"), plain).matches
    assert "where" not in {part.name for part in without.parts}


def test_the_history_knows_a_thing_whatever_days_it_has() -> None:
    last = TODAY + 9 * DAY
    seeker = replace(SEEKER, wants=(Want("room", until=last),))
    helper = replace(HELPER, offers=(Offer("room", until=last),))
    (match,) = things(seeker, helper).matches
    at = datetime(2026, 11, 20, tzinfo=UTC)
    known = Suggestion(match, PERIOD, at, SuggestionStatus.ACCEPTED, at)
    history = History.of(
        [known], today=TODAY, period=PERIOD, bounds=WEIGHTS.bounds, things=DIRECTORY.things
    )
    found = things(seeker, helper, history=history)
    assert (found.matches, found.unmet) == ((), ())


spans = st.tuples(st.none() | st.integers(-20, 20), st.none() | st.integers(-20, 20)).filter(
    lambda ends: None in ends or ends[0] <= ends[1]
)


def days(span: tuple[int | None, int | None]) -> dict[str, date | None]:
    since, until = (None if one is None else TODAY + one * DAY for one in span)
    return {"since": since, "until": until}


@given(
    wanted=spans,
    offered=spans,
    want=st.sampled_from(["room", "hall", "money"]),
    offer=st.sampled_from(["room", "hall", "money"]),
)
@example((None, None), (None, None), "room", "hall")
@example((0, 0), (0, 0), "room", "room")
@example((3, 5), (5, 9), "room", "room")
@example((3, 5), (6, 9), "room", "room")
def test_two_meet_on_a_day_that_both_have_from_today_on(
    wanted: tuple[int | None, int | None],
    offered: tuple[int | None, int | None],
    want: str,
    offer: str,
) -> None:
    seeker = replace(SEEKER, wants=(Want(want, **days(wanted)),))  # type: ignore[arg-type]
    helper = replace(HELPER, offers=(Offer(offer, **days(offered)),))  # type: ignore[arg-type]

    def has(span: tuple[int | None, int | None], day: int) -> bool:
        since, until = span
        return (since is None or since <= day) and (until is None or day <= until)

    meets = (want == "money") == (offer == "money")
    common = any(has(wanted, day) and has(offered, day) for day in range(50))
    found = things(seeker, helper)
    assert [(one.want, one.offer) for one in found.matches] == [(want, offer)] * (meets and common)
    # Every want that is still open is met or has its reason.
    still = wanted[1] is None or wanted[1] >= 0
    assert len(found.matches) + len(found.unmet) == still
    if still and meets and not common:
        assert [one.reason for one in found.unmet] == [UnmetReason.DAYS]


# --- who has it, without a round ---


def lookup(*people: Profile) -> Lookup:
    return Lookup(people, directory=DIRECTORY, weights=WEIGHTS, history=History(), today=TODAY)


def test_who_has_it_is_found_at_once_and_by_the_rules_of_a_round() -> None:
    seeker, helper = wanting("a", "room"), offering("a", "room")
    asked = lookup(seeker, helper, offering("room", key="user:3", country="GH"))
    found = matched(seeker, helper)
    assert found.things is not None
    assert asked.helpers_for(seeker.key) == [*found.matches, *found.things.matches]
    assert {one.want for one in asked.seekers_for(helper.key)} == {"a", "room"}
    assert asked.seekers_for("user:3") == []
    assert asked.helpers_for("nobody") == []


def test_an_edit_of_a_thing_counts_at_once() -> None:
    seeker, helper = wanting("room"), replace(HELPER, offers=())
    before = lookup(seeker, helper)
    assert before.helpers_for(seeker.key) == []
    room = Offer("room", until=TODAY + DAY, place="Lagos")
    after = before.with_profiles([replace(helper, offers=(room,))])
    (match,) = after.helpers_for(seeker.key)
    assert ("where", ("Lagos", "", (TODAY + DAY).isoformat())) in {
        (part.name, part.facts) for part in match.parts
    }
    assert before.helpers_for(seeker.key) == [], "an older one does not change"
    again = after.with_profiles([helper])
    assert again.helpers_for(seeker.key) == []
    assert after.with_profiles([], removed=[helper.key]).helpers_for(seeker.key) == []
    moved = after.with_profiles([replace(helper, offers=(replace(room, place="Tirana"),))])
    assert moved.helpers_for(seeker.key) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["room", "hall", "money", "a"]),
            st.sampled_from(["room", "hall", "money", "a"]),
            st.sampled_from(["NG", "GH", None]),
            spans,
            spans,
        ),
        max_size=5,
    )
)
def test_the_lookup_finds_whoever_a_round_could_match(
    people: list[
        tuple[str, str, str | None, tuple[int | None, int | None], tuple[int | None, int | None]]
    ],
) -> None:
    everyone = [
        Profile(
            f"user:{at + 1}",
            f"Sample {at}",
            languages=ENGLISH,
            country=country,
            offers=(Offer(offer, **(days(gives) if offer != "a" else {})),),  # type: ignore[arg-type]
            wants=(Want(want, **(days(needs) if want != "a" else {})),),  # type: ignore[arg-type]
        )
        for at, (offer, want, country, gives, needs) in enumerate(people)
    ]
    asked = lookup(*everyone)
    edited = lookup().with_profiles(everyone)
    for one in everyone:
        found = asked.helpers_for(one.key, most=9)
        assert edited.helpers_for(one.key, most=9) == found
        met = {
            other.key
            for other in everyone
            if isinstance(
                explain_pair(one, other, directory=DIRECTORY, weights=WEIGHTS, today=TODAY), Match
            )
        }
        assert {match.helper for match in found} == met
