"""Shared wants: the same unlisted thing in several profiles, counted once for each who wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import Directory
from exchange.matching import History, load_weights, match_profiles
from exchange.matching.shared_wants import SharedWants, count_shared
from exchange.model import Capacity, Kind, Language, Offer, Profile, Want

TODAY = date(2026, 11, 23)
PAST = TODAY - timedelta(days=1)
DIRECTORY = Directory([Capacity("lua", names={"en": "Lua"})])
HISTORY = "unlisted:oral history"


def person(number: int, *wants: Want, offers: tuple[Offer, ...] = ()) -> Profile:
    return Profile(
        f"user:{number}", f"P{number}", wants=wants, offers=offers, languages=(Language("en"),)
    )


def group(number: int, *contacts: str) -> Profile:
    return Profile(
        f"page:{number}",
        f"Group {number}",
        kind=Kind.USER_GROUP,
        contacts=contacts,
        wants=(Want(HISTORY),),
    )


def needed(*profiles: Profile) -> list[int]:
    """Return for each who wants it how many are said to need it."""
    return [
        want.joins + 1
        for profile in count_shared(profiles, TODAY)
        for want in profile.wants
        if want.capacity == HISTORY
    ]


WANTS = Want(HISTORY)


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ([person(1, WANTS)], [1]),
        ([person(1, WANTS), person(2, WANTS)], [2, 2]),
        ([person(1, WANTS, WANTS), person(2)], [1, 1]),  # twice by one is once
        ([person(1, WANTS), person(2, Want(HISTORY, until=PAST))], [1, 1]),
        ([person(1, WANTS), person(2, Want(HISTORY, until=TODAY)), person(3, WANTS)], [3] * 3),
        ([person(1, WANTS), group(9, "P5")], [2, 2]),
        ([person(1, WANTS), group(9, "P1")], [1, 1]),  # one's own group adds nobody
        ([group(8, "P1"), group(9, "P1")], [2, 2]),
        ([person(1, Want("lua")), person(2, Want("lua"))], []),  # what is listed has requests
    ],
)
def test_each_who_wants_it_counts_once(profiles: list[Profile], said: list[int]) -> None:
    assert needed(*profiles) == said


def test_who_signed_a_request_and_who_wants_it_in_a_profile_count_together() -> None:
    asked = Want(HISTORY, request="User:P1", joins=1)
    signed = Want(HISTORY, request="User:P1", joined=("User:P1",))
    asker, signer, other = person(1, asked), person(2, signed), person(3, WANTS)
    assert needed(asker, signer, other) == [3, 1, 3], "whoever signed gets no points by it"
    assert needed(person(1, replace(asked, joins=7)), other) == [8, 2], "none that is known is lost"


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=9))
def test_names_decide_and_nobody_is_lost(wants: list[tuple[str, bool]]) -> None:
    profiles = [
        person(at, Want(f"unlisted:{name}", until=PAST if late else None))
        for at, (name, late) in enumerate(wants)
    ]
    found = SharedWants.among(profiles, TODAY)
    for name in "abc":
        expected = {f"user:{at}" for at, want in enumerate(wants) if want == (name, False)}
        said = {one.key for one in found.parties.get(f"unlisted:{name}", ())}
        assert said == (expected if len(expected) > 1 else set())
    assert [one.key for one in count_shared(profiles, TODAY)] == [one.key for one in profiles]


def test_what_more_people_want_gets_the_last_seat_and_forms_a_cohort() -> None:
    lone = Want("unlisted:knitting")
    helper = replace(
        person(50, offers=(Offer(HISTORY), Offer("unlisted:knitting"))), seats=1, name="Helper"
    )
    for first, second in ((WANTS, lone), (lone, WANTS)):
        found = match_profiles(
            # P3 and P4 want it, too; a helper who is busy with nothing else takes one.
            [person(1, first), person(2, second), *(person(at, WANTS) for at in (3, 4)), helper],
            directory=DIRECTORY,
            weights=load_weights(),
            history=History(),
            today=TODAY,
            period="2026-11-23",
        )
        (match,) = found.matches
        assert match.want == HISTORY
        assert ("priority", ("normal", "3")) in {(p.name, p.facts) for p in match.parts}
        (cohort,) = found.cohorts
        assert (cohort.capacity, len(cohort.members)) == (HISTORY, 3)
