"""Cohorts: people who want the same thing and could learn it together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import numpy as np

from exchange.matching.market import NOBODY, Market
from exchange.matching.postings import Postings
from exchange.matching.weights import Bounds
from exchange.matching.zone import QUARTERS
from exchange.model import Cohort

AWAKE = range(8 * 4, 22 * 4)
"""Quarters of an hour in which people are awake and may be free, by their own clock."""

HELPERS = 3
"""The most helpers that are named for a cohort."""


def cohorts(
    market: Market, bounds: Bounds, untils: Mapping[tuple[str, str], date] | None = None
) -> tuple[Cohort, ...]:
    """Find cohorts: one capacity, one language that all can use, hours that suit all.

    A person is in at most one cohort for a capacity: in the language in which most want it. Who
    shows no time zone joins any. ``untils`` gives the last days of (person, capacity). Larger
    cohorts first.
    """
    wants, languages = market.wants, market.languages
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    active = wants.open & market.people.seeks[wants.person]
    for want in np.flatnonzero(active).tolist():
        person = int(wants.person[want])
        for at in range(languages.starts[person], languages.starts[person + 1]):
            groups[int(wants.capacity[want]), int(languages.code[at])].append(person)
    words = market.words
    order = sorted(
        (key for key, members in groups.items() if len(members) >= bounds.cohort_least),
        key=lambda key: (-len(groups[key]), words.capacities[key[0]], words.languages[key[1]]),
    )
    postings = Postings.of(market, market.people.helps & (market.people.free > 0))
    placed: set[tuple[int, int]] = set()
    found: list[Cohort] = []
    for capacity, language in order:
        members = [row for row in groups[capacity, language] if (row, capacity) not in placed]
        for party in _by_clock(market, members, bounds):
            placed |= {(row, capacity) for row in party}
            found.append(_cohort(market, postings, capacity, language, party, untils or {}))
    found.sort(key=lambda one: (-len(one.members), one.capacity, one.language, one.members))
    return tuple(found)


def _by_clock(market: Market, members: list[int], bounds: Bounds) -> list[list[int]]:
    """Split people into parties whose clocks leave hours that suit all.

    In the order of their clocks, beginning after the widest gap; who has none fills the parties.
    """
    clocks = market.people.clock
    timed = sorted((row for row in members if clocks[row] != NOBODY), key=lambda r: (clocks[r], r))
    others = [row for row in members if clocks[row] == NOBODY]
    if timed:
        gaps = [
            (int(clocks[row]) - int(clocks[timed[at - 1]])) % QUARTERS
            for at, row in enumerate(timed)
        ]
        widest = gaps.index(max(gaps))
        timed = timed[widest:] + timed[:widest]
    reach = bounds.far_hours * 4
    parties: list[list[int]] = []
    for row in timed:
        if parties:
            first = int(clocks[parties[-1][0]])
            near = (int(clocks[row]) - first) % QUARTERS <= reach
            if near and len(parties[-1]) < bounds.cohort_most:
                parties[-1].append(row)
                continue
        parties.append([row])
    for row in others:
        room = [party for party in parties if len(party) < bounds.cohort_most]
        if not room:
            room = [[]]
            parties.append(room[0])
        max(room, key=len).append(row)
    return [sorted(party) for party in parties if len(party) >= bounds.cohort_least]


def hours_of(clocks: list[int]) -> tuple[int, ...]:
    """Give the hours in UTC at which all of these clocks (quarters from UTC) are awake."""
    if not clocks:
        return ()
    return tuple(
        hour
        for hour in range(24)
        if all(
            (hour * 4 + part + clock) % QUARTERS in AWAKE for clock in clocks for part in range(4)
        )
    )


def _cohort(
    market: Market,
    postings: Postings,
    capacity: int,
    language: int,
    party: list[int],
    untils: Mapping[tuple[str, str], date],
) -> Cohort:
    words, keys = market.words, market.keys
    begin, length = postings.find(np.array([capacity]), np.array([language]))
    offers = postings.row[begin[0] : begin[0] + length[0]]
    helpers = [row for row in market.offers.person[offers].tolist() if row not in set(party)]
    helpers.sort(key=lambda row: (-int(market.people.fresh[row]), row))
    clocks = [int(market.people.clock[row]) for row in party]
    ends = [untils.get((keys[row], words.capacities[capacity])) for row in party]
    return Cohort(
        capacity=words.capacities[capacity],
        language=words.languages[language],
        members=tuple(keys[row] for row in party),
        helpers=tuple(keys[row] for row in helpers[:HELPERS]),
        hours=hours_of([clock for clock in clocks if clock != NOBODY]),
        until=min((end for end in ends if end is not None), default=None),
    )
