"""The lookup: who could help one person right after an edit, without a round.

    python -m bench.lookup [--people 100000] [--quick]

Prints CPU milliseconds: one edited profile taken in and its matches both ways (p50, p99, worst),
0.1 % of all profiles taken in, and how many times quicker that is than making the lookup anew.
The goals are 50 ms for one person at 100,000, and 5 times for 0.1 %.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np

from bench.movement import broader_of, movement, profiles_of
from exchange.matching import History, Lookup, load_weights
from exchange.model import Profile

TODAY = date(2026, 11, 23)


class CapacityTree:
    """The capacities of the made-up movement."""

    above = broader_of()
    things = bound = frozenset[str]()

    def broader(self, id: str) -> tuple[str, ...]:
        return self.above.get(id, ())


def edited(profile: Profile, other: Profile) -> Profile:
    """An edit that changes what somebody offers and wants."""
    return replace(profile, offers=other.offers, wants=other.wants)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="3,000 people")
    given = parser.parse_args()
    people = 3000 if given.quick else given.people
    profiles = profiles_of(movement(people))
    rng = np.random.default_rng(people)

    def made(some: list[Profile]) -> Lookup:
        return Lookup(
            some, directory=CapacityTree(), weights=load_weights(), history=History(), today=TODAY
        )

    begun = time.process_time()
    lookup = made(profiles)
    whole = time.process_time() - begun

    def take_in(changed: list[Profile]) -> None:
        nonlocal lookup
        lookup = lookup.with_profiles(changed)

    print(f"{people:,} people, made in {whole:.2f} s")
    taken: dict[str, list[float]] = {"taken in": [], "who could help": [], "whom to help": []}
    for at in rng.choice(people, 100, replace=False).tolist():
        profile = edited(profiles[at], profiles[int(rng.integers(people))])
        steps: tuple[Callable[[], object], ...] = (
            partial(take_in, [profile]),
            partial(lambda key: lookup.helpers_for(key), profile.key),
            partial(lambda key: lookup.seekers_for(key), profile.key),
        )
        for times, step in zip(taken.values(), steps, strict=True):
            begun = time.process_time()
            step()
            times.append(1000 * (time.process_time() - begun))
    for name, times in taken.items():
        times.sort()
        print(
            f"one edit, {name}: p50 {times[50]:.1f} ms, p99 {times[98]:.1f}, most {times[99]:.1f}"
        )
    lookup = made(profiles)
    changed = [
        edited(profiles[at], profiles[int(rng.integers(people))])
        for at in rng.choice(people, max(people // 1000, 1), replace=False).tolist()
    ]
    begun = time.process_time()
    take_in(changed)
    took = time.process_time() - begun
    print(f"{len(changed)} edits: {1000 * took:.1f} ms, {whole / took:.0f} times quicker than anew")


if __name__ == "__main__":
    main()
