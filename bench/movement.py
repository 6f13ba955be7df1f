"""Made-up movements of any size, as columns: a fixed seed, no person in it exists.

The shape: 500 capacities in a tree of three levels, 300 languages, 200 countries in 8 regions, all
as unequal as Zipf's law has them; about 3 offers, 3 wants and 2 languages a person, 1 to 3 seats.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from exchange.matching.build_market import hierarchy_of
from exchange.matching.columns import mix, starts_of
from exchange.matching.market import (
    Hierarchy,
    Languages,
    Market,
    MarketWords,
    Offers,
    People,
    Wants,
    counted,
)
from exchange.matching.things import relate
from exchange.matching.weights import Weights, load_weights
from exchange.model import Language, Offer, Profile, Want
from exchange.model.keys import ProfileKey

CAPACITIES, LANGUAGES, COUNTRIES, REGIONS, PROJECTS = 500, 300, 200, 8, 60
WORDS = tuple(f"c{at}" for at in range(CAPACITIES))


def zipf(count: int, power: float = 1.0) -> np.ndarray:
    """Shares of ``count`` things by Zipf's law."""
    weights: np.ndarray = 1.0 / np.arange(1, count + 1) ** power
    shares: np.ndarray = weights / weights.sum()
    return shares


def broader_of() -> dict[str, tuple[str, ...]]:
    """A tree of three levels: 10 capacities, 7 below each, 6 below each of these."""
    found: dict[str, tuple[str, ...]] = {}
    for capacity in range(CAPACITIES):
        line, at = [], capacity
        while at >= 10:
            at = (at - 10) // 7 if at < 80 else 10 + (at - 80) // 6
            line.append(f"c{at}")
        found[f"c{capacity}"] = tuple(line)
    return found


@cache
def _hierarchy(weights: Weights) -> Hierarchy:
    return hierarchy_of(relate(WORDS, broader_of().__getitem__), weights)


_committed_weights = cache(load_weights)


def lists(rng: np.random.Generator, people: int, mean: float, most: int) -> np.ndarray:
    """How many of something each person has: at least one."""
    return np.clip(1 + rng.poisson(mean - 1, people), 1, most)


def distinct(
    rng: np.random.Generator, counts: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw things for people by their shares: (owner, thing), each thing once a person."""
    owner = np.repeat(np.arange(len(counts)), counts)
    thing = rng.choice(len(shares), len(owner), p=shares)
    codes = np.unique(owner * len(shares) + thing)
    return codes // len(shares), codes % len(shares)


def movement(people: int, *, seed: int = 2026, weights: Weights | None = None) -> Market:
    """Make a movement of so many people."""
    weights = weights or _committed_weights()
    points = weights.points
    rng = np.random.default_rng([seed, people])
    popular = rng.permutation(CAPACITIES)
    share = zipf(CAPACITIES)[np.argsort(popular)]
    offering, offered = distinct(rng, lists(rng, people, 3, 8), share)
    wanting, wanted = distinct(rng, lists(rng, people, 3, 8), share)
    speaking, spoken = distinct(rng, lists(rng, people, 2, 6), zipf(LANGUAGES))
    working, worked = distinct(rng, lists(rng, people, 2, 5), zipf(PROJECTS))
    country = rng.choice(COUNTRIES, people, p=zipf(COUNTRIES)).astype(np.int32)
    methods = np.array([0, 1, 2, 4, 8, 3, 6, 130], np.int32)
    bits = np.zeros((people, 1), np.uint64)
    np.bitwise_or.at(bits[:, 0], working, np.uint64(1) << worked.astype(np.uint64))
    languages = Languages(
        starts_of(np.bincount(speaking, minlength=people)),
        spoken.astype(np.int32),
        rng.choice(np.array([2, 3, 4, 5, 6], np.int8), len(spoken)),
    )
    seats = rng.integers(1, 4, people).astype(np.int32)
    active = rng.random(people) < 0.97
    with np.errstate(over="ignore"):
        seeds = mix(np.arange(people, dtype=np.uint64) + np.uint64(seed))
    return Market(
        keys=(),
        people=People(
            seed=seeds,
            seats=seats,
            free=seats.copy(),
            most=np.full(people, weights.bounds.suggestions, np.int32),
            helps=active,
            seeks=active,
            rank=rng.choice(4, people, p=[0.3, 0.4, 0.2, 0.1]).astype(np.int32),
            clock=((country.astype(np.int64) * 37 % 24) * 4).astype(np.int32),
            region=(country % REGIONS).astype(np.int32),
            country=country,
            fresh=(points.freshness * rng.integers(0, 11, people) // 10).astype(np.int32),
            projects=bits,
            contact_starts=np.arange(people + 1),
            contacts=np.arange(people, dtype=np.int32),
        ),
        offers=Offers(
            starts_of(np.bincount(offering, minlength=people)),
            offering.astype(np.int32),
            offered.astype(np.int32),
            rng.integers(0, 5, len(offering)).astype(np.int32),
            rng.choice(methods, len(offering)),
        ),
        wants=Wants(
            starts=starts_of(np.bincount(wanting, minlength=people)),
            person=wanting.astype(np.int32),
            capacity=wanted.astype(np.int32),
            level=rng.integers(0, 5, len(wanting)).astype(np.int32),
            methods=rng.choice(methods, len(wanting)),
            priority=rng.choice(
                np.array([0, points.priority // 2, points.priority], np.int32),
                len(wanting),
                p=[0.8, 0.15, 0.05],
            ),
            deadline=np.where(rng.random(len(wanting)) < 0.05, points.deadline, 0).astype(np.int32),
            open=np.ones(len(wanting), bool),
        ),
        languages=languages,
        hierarchy=_hierarchy(weights),
        speakers=counted(languages, LANGUAGES),
        size=people,
        words=MarketWords(
            capacities=WORDS,
            languages=tuple(f"l{at}" for at in range(LANGUAGES)),
            countries=tuple(f"k{at}" for at in range(COUNTRIES)),
            regions=tuple(f"r{at}" for at in range(REGIONS)),
            projects=tuple(f"p{at}" for at in range(PROJECTS)),
        ),
    )


def profiles_of(market: Market) -> list[Profile]:
    """Write the people of a movement as profiles, for what begins with profiles."""
    people, words = market.people, market.words
    spoken, offers, wants = market.languages, market.offers, market.wants
    return [
        Profile(
            key=str(ProfileKey.for_person(row + 1_000_000)),
            name=f"Made-up {row}",
            languages=tuple(
                Language(words.languages[spoken.code[at]], int(spoken.level[at]))
                for at in range(spoken.starts[row], spoken.starts[row + 1])
            ),
            offers=tuple(
                Offer(words.capacities[offers.capacity[at]])
                for at in range(offers.starts[row], offers.starts[row + 1])
            ),
            wants=tuple(
                Want(words.capacities[wants.capacity[at]])
                for at in range(wants.starts[row], wants.starts[row + 1])
            ),
            country=words.countries[people.country[row]],
            region=words.regions[people.region[row]],
            seats=int(people.seats[row]),
            timezone=f"UTC+{people.clock[row] // 4}",
        )
        for row in range(len(market))
    ]


__all__ = ["Hierarchy", "movement", "profiles_of"]
