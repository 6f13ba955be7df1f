"""Circles: two who teach each other, and three who teach each other in a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from exchange.matching.candidates import Candidates
from exchange.matching.market import Market
from exchange.model import Circle, Match

BREADTH = 8
"""How many of a want's best helpers are looked at: a circle costs at most its square."""


def swaps(matches: Sequence[Match]) -> tuple[Circle, ...]:
    """Give the pairs among these suggestions in which each can teach the other."""
    found: dict[tuple[str, str], Circle] = {}
    for match in matches:
        if match.back and match.pair not in found:
            taught_back = match.back[0][1]
            found[match.pair] = Circle(
                (match.helper, match.seeker), (match.offer, taught_back), match.score
            )
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.members)))


def circles(market: Market, found: Candidates, alone: set[int]) -> tuple[Circle, ...]:
    """Give circles of three for people (rows of the market) who have no swap, each in one.

    Each teaches the next. Only each want's best candidates are looked at, so the cost grows with
    people; of all circles of a person the one with the most points is taken.
    """
    teachers: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    place, last = 0, -1
    seekers = market.wants.person[found.want].tolist()
    wants, helpers = found.want.tolist(), found.helper.tolist()
    offers, scores = found.entries.offer.tolist(), found.score.tolist()
    for at, seeker in enumerate(seekers):
        place = 0 if wants[at] != last else place + 1
        last = wants[at]
        if place < BREADTH:
            known = teachers[seeker].get(helpers[at], (-1, 0))
            teachers[seeker][helpers[at]] = max(known, (scores[at], -offers[at]))
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
        rings.append(_ring(market, teachers, order, best[0]))
    return tuple(rings)


def _ring(
    market: Market,
    teachers: dict[int, dict[int, tuple[int, int]]],
    order: tuple[int, int, int],
    score: int,
) -> Circle:
    taught = []
    for at, teacher in enumerate(order):
        learner = order[(at + 1) % 3]
        offer = -teachers[learner][teacher][1]
        taught.append(market.words.capacities[market.offers.capacity[offer]])
    return Circle(tuple(market.keys[row] for row in order), tuple(taught), score / 3)
