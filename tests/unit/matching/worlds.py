"""Small made-up movements for tests: every kind of odd profile, from a seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from exchange.directory import Directory
from exchange.matching import History
from exchange.model import (
    Capacity,
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Offer,
    Priority,
    Profile,
    Want,
)
from tests.support.examples import slow

TODAY = date(2026, 11, 23)
PERIOD = "2026-W48"

DIRECTORY = Directory(
    [
        Capacity("a", names={"en": "a"}),
        Capacity("a-one", "a", names={"en": "a one"}),
        Capacity("a-one-deep", "a-one", names={"en": "a one deep"}),
        Capacity("a-two", "a", names={"en": "a two"}),
        Capacity("b", names={"en": "b"}),
        Capacity("b-one", "b", names={"en": "b one"}),
        Capacity("c", names={"en": "c"}),
    ]
)
TWICE = (TODAY - timedelta(days=180), TODAY)
"""Two questions that went unanswered, the second as of today."""
CAPACITIES = (*DIRECTORY.capacities, "unlisted:knitting")
ZONES = (None, "Africa/Lagos", "Asia/Kolkata", "America/Lima", "UTC+12", "Asia/Kathmandu", "Mars")
COUNTRIES = (None, "NG", "IN", "PE", "DE", "GH")
LANGUAGES = ("en", "yo", "hi", "es", "qu")
EXCHANGING = tuple(one for one in Method if one is not Method.INTERPRETING)
PROJECTS = ("wikidata", "enwiki", "yowiki", "commonswiki")


def blocks(count: int) -> list[object]:
    """Numbers of blocks of random worlds: the first for every run of the tests, the rest slow."""
    return [0, *(slow(block) for block in range(1, count))]


def few(rng: random.Random, things: tuple[str, ...], most: int) -> list[str]:
    return rng.sample(things, rng.randint(0, min(most, len(things))))


def person(rng: random.Random, number: int) -> Profile:
    group = rng.random() < 0.2
    names = ("Ada", "Bo", "Chi", "Dayo", "Efe")
    methods = tuple(Method(name) for name in few(rng, EXCHANGING, 2))
    return Profile(
        key=f"page:{number}" if group else f"user:{number}",
        name=f"Group {number}" if group else f"{rng.choice(names)} {number}",
        kind=rng.choice([*Kind][1:]) if group else Kind.PERSON,
        edited=None
        if rng.random() < 0.1
        else datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=rng.randint(0, 760)),
        offers=tuple(
            Offer(
                capacity,
                methods=tuple(Method(name) for name in few(rng, EXCHANGING, 2)),
                level=rng.choice([None, *Level]),
            )
            for capacity in few(rng, CAPACITIES, 3)
        ),
        wants=tuple(
            Want(
                capacity,
                methods=tuple(Method(name) for name in few(rng, EXCHANGING, 1)),
                level=rng.choice([None, *Level]),
                priority=rng.choice([*Priority]),
                until=rng.choice([None, None, TODAY + timedelta(days=rng.randint(-5, 60))]),
                joins=number % 6 if number % 3 == 0 else 0,
            )
            for capacity in few(rng, CAPACITIES, 4)
        ),
        languages=tuple(Language(code, rng.randint(1, 6)) for code in few(rng, LANGUAGES, 3)),
        country=rng.choice(COUNTRIES),
        region=rng.choice([None, None, "SSA", "SA"]),
        projects=tuple(few(rng, PROJECTS, 3)),
        methods=methods,
        seats=rng.randint(0, 3),
        timezone=rng.choice(ZONES),
        notify=rng.choice([Frequency.FORTNIGHTLY] * 9 + [Frequency.NEVER]),
        away=rng.choice([None] * 9 + [TODAY]),
        contacts=(f"{rng.choice(names)} {rng.randint(0, number)}",) if group else (),
        unanswered=TWICE[: (number % 7 == 0) + (number % 21 == 0)],
    )


def world(seed: int, people: int) -> tuple[list[Profile], History]:
    """Profiles in any order, and a history that concerns some of them."""
    rng = random.Random(seed)
    profiles = [person(rng, number) for number in range(1, people + 1)]
    rng.shuffle(profiles)
    keys = [profile.key for profile in profiles]
    pairs = {
        (min(pair), max(pair)) for pair in (tuple(rng.sample(keys, 2)) for _ in range(people // 3))
    }
    wants = [(one.key, want.capacity) for one in profiles for want in one.wants]
    return profiles, History(
        pairs=frozenset((one, other) for one, other in pairs),
        seats_taken=dict.fromkeys(rng.sample(keys, people // 5), 1),
        suggested_this_period={key: rng.randint(1, 3) for key in rng.sample(keys, people // 6)},
        served=frozenset(rng.sample(wants, len(wants) // 8)),
        helped_before=frozenset(rng.sample(keys, people // 2)),
    )


def with_interpreters(profiles: list[Profile], seed: int) -> list[Profile]:
    """The same people, of whom a third offers to interpret."""
    rng = random.Random(seed)
    return [
        replace(one, methods=(*one.methods, Method.INTERPRETING)) if rng.random() < 0.34 else one
        for one in profiles
    ]
