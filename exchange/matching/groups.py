"""Groups: two who teach each other, rings of three, chains, and cohorts who learn together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

import numpy as np

from exchange.matching.candidates.find import Candidates
from exchange.matching.columns import turns
from exchange.matching.market import NOBODY, QUARTERS, Market, PostingLists
from exchange.matching.scoring import Tables, score_pairs
from exchange.matching.weights import Bounds
from exchange.model import Chain, Circle, Cohort, Match

BREADTH = 8
"""How many of a want's best helpers are looked at: a circle costs at most its square."""


def find_swaps(matches: Sequence[Match]) -> tuple[Circle, ...]:
    """Return the pairs among these suggestions in which each can teach the other."""
    found: dict[tuple[str, str], Circle] = {}
    for match in matches:
        if match.reciprocal and match.pair not in found:
            taught_back = match.reciprocal[0][1]
            found[match.pair] = Circle(
                (match.helper, match.seeker), (match.offer, taught_back), match.score
            )
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.members)))


def find_circles(
    market: Market, found: Candidates, alone: set[int], *, tables: Tables
) -> tuple[Circle, ...]:
    """Return circles of three for people (rows of the market) who have no swap, each in one.

    Each teaches the next. Only each want's best candidates are looked at, so the cost grows with
    people; of all circles of a person the one with the most points is taken.
    """
    best_few = turns(found.rows) < BREADTH
    rows = found.rows[best_few]
    seekers = market.wants.person[found.want[rows]].tolist()
    helpers, points = found.helper[best_few].tolist(), found.points[best_few].tolist()
    # Of each seeker and teacher: the most points, and the want that they are for.
    teachers: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for seeker, want, helper, score in zip(
        seekers, found.want[rows].tolist(), helpers, points, strict=True
    ):
        known = teachers[seeker].get(helper, (-1, 0))
        teachers[seeker][helper] = max(known, (score, -want))
    taken: set[int] = set()
    rings: list[Circle] = []
    for first in sorted(alone):
        if first in taken:
            continue
        best: tuple[int, int, int] | None = None
        for second, (one, _) in teachers[first].items():
            if second in taken or first in teachers[second]:
                continue
            for third, (two, _) in teachers.get(second, {}).items():
                if third in (first, second) or third in taken:
                    continue
                three = teachers.get(third, {}).get(first)
                if three is None or second in teachers[third] or third in teachers[first]:
                    continue
                ring = (one + two + three[0], -second, -third)
                best = ring if best is None else max(best, ring)
        if best is None:
            continue
        second, third = -best[1], -best[2]
        taken |= {first, second, third}
        # ``second`` teaches ``first``: the order of teaching runs against the order of asking.
        order = (third, second, first)
        rings.append(_ring(market, teachers, order, best[0], tables))
    return tuple(rings)


def _ring(
    market: Market,
    teachers: dict[int, dict[int, tuple[int, int]]],
    order: tuple[int, int, int],
    score: int,
    tables: Tables,
) -> Circle:
    learners = (*order[1:], order[0])
    wants = [
        -teachers[learner][teacher][1] for teacher, learner in zip(order, learners, strict=True)
    ]
    taught, _ = score_pairs(market, np.array(wants), np.array(order), tables=tables, period=0)
    offered = dict(zip(taught.want.tolist(), taught.exchanges.offer.tolist(), strict=True))
    return Circle(
        tuple(market.keys[row] for row in order),
        tuple(market.words.capacities[market.offers.capacity[offered[want]]] for want in wants),
        score / 3,
    )


LONGEST_CHAIN = 4
"""The most people in a chain: who starts it, and whom it reaches."""


def find_chains(
    matches: Sequence[Match],
    *,
    givers: Collection[str],
    taken: Collection[str],
    choices: Mapping[str, int],
) -> tuple[Chain, ...]:
    """Return chains of these suggestions, of three people or four, each person in one at most.

    One of the ``givers``, who want nothing, starts each; nobody who is ``taken`` (by a swap or a
    circle) is in one. Since every link is a suggestion, a chain costs nobody theirs. Of a giver's
    chains the longest is taken, then the one that reaches those with the fewest ``choices``
    (possible helpers), then the one with the most points.
    """
    links: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if match.interpretation is None:
            links[match.helper].append(match)
    used = set(taken)
    chains: list[Chain] = []
    for giver in sorted({*givers} - used):
        best = min(
            _paths(links, (giver,), (), used),
            key=lambda path: (
                -len(path),
                sum(choices.get(one.seeker, 0) for one in path),
                -sum(one.score for one in path),
                [one.seeker for one in path],
            ),
            default=(),
        )
        if len(best) > 1:
            members = (giver, *(one.seeker for one in best))
            points = sum(one.score for one in best) / len(best)
            chains.append(Chain(members, tuple(one.want for one in best), points))
            used.update(members)
    return tuple(chains)


def _paths(
    links: Mapping[str, list[Match]],
    members: tuple[str, ...],
    path: tuple[Match, ...],
    used: set[str],
) -> Iterator[tuple[Match, ...]]:
    """Return every way on from the last of some people, each to somebody new."""
    if path:
        yield path
    if len(members) < LONGEST_CHAIN:
        for one in links.get(members[-1], ()):
            if one.seeker not in used and one.seeker not in members:
                yield from _paths(links, (*members, one.seeker), (*path, one), used)


AWAKE = range(8 * 4, 22 * 4)
"""Quarters of an hour in which people are awake, by their own clock."""

HELPERS = 3
"""The most helpers that are named for a cohort."""


def find_cohorts(
    market: Market,
    bounds: Bounds,
    untils: Mapping[tuple[str, str], date] | None = None,
    declined: Collection[tuple[str, str, str]] = (),
) -> tuple[Cohort, ...]:
    """Find cohorts: one capacity, one language that all can use, hours that suit all.

    A person is in at most one cohort for a capacity: in the language in which most want it. Who
    shows no time zone joins any. ``untils`` gives the last days of (person, capacity); ``declined``
    are (person, capacity, language) that are in no such cohort, nor help in one. Larger cohorts first.
    """
    wants, languages, words = market.wants, market.languages, market.words
    refusing = set(declined)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    active = wants.open & market.people.seeks[wants.person]
    for want in np.flatnonzero(active).tolist():
        person = int(wants.person[want])
        for at in range(languages.starts[person], languages.starts[person + 1]):
            capacity, language = int(wants.capacity[want]), int(languages.code[at])
            said = (market.keys[person], words.capacities[capacity], words.languages[language])
            if said not in refusing:
                groups[capacity, language].append(person)
    order = sorted(
        (key for key, members in groups.items() if len(members) >= bounds.cohort_least),
        key=lambda key: (-len(groups[key]), words.capacities[key[0]], words.languages[key[1]]),
    )
    postings = PostingLists.of_offers(market, market.people.helps & (market.people.free > 0))
    placed: set[tuple[int, int]] = set()
    found: list[Cohort] = []
    for capacity, language in order:
        members = [row for row in groups[capacity, language] if (row, capacity) not in placed]
        for party in _by_clock(market, members, bounds):
            placed |= {(row, capacity) for row in party}
            one = _cohort(market, postings, (capacity, language), party, untils or {}, refusing)
            found.append(one)
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
    """Return the hours in UTC at which all of these clocks (quarters from UTC) are awake."""
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
    postings: PostingLists,
    about: tuple[int, int],
    party: list[int],
    untils: Mapping[tuple[str, str], date],
    refusing: Collection[tuple[str, str, str]],
) -> Cohort:
    (capacity, language), words, keys = about, market.words, market.keys
    named = (words.capacities[capacity], words.languages[language])
    begin, length = postings.find(np.array([capacity]), np.array([language]))
    offers = postings.row[begin[0] : begin[0] + length[0]]
    helpers = [row for row in market.offers.person[offers].tolist() if row not in set(party)]
    helpers.sort(key=lambda row: (-int(market.people.fresh[row]), row))
    willing = (keys[row] for row in helpers if (keys[row], *named) not in refusing)
    clocks = [int(market.people.clock[row]) for row in party]
    ends = [untils.get((keys[row], words.capacities[capacity])) for row in party]
    return Cohort(
        capacity=words.capacities[capacity],
        language=words.languages[language],
        members=tuple(keys[row] for row in party),
        helpers=tuple(islice(willing, HELPERS)),
        hours=hours_of([clock for clock in clocks if clock != NOBODY]),
        until=min((end for end in ends if end is not None), default=None),
    )
