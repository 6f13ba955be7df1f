"""Assignment: who is suggested to whom, when not everybody can have the best.

Everybody's best helper is the same few people. So suggestions are assigned: each helper has
seats, each seeker at most a few suggestions, each want one helper, each pair one suggestion. The
objective, in this order: people served at all (higher ranks of the solidarity order first), wants
served, total points; the tie-breaking hash decides what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exchange.matching.arrays import Bools, Ints
from exchange.matching.candidates import Candidates
from exchange.matching.market import Market


@dataclass(frozen=True, eq=False)
class Edges:
    """Possible suggestions, one row each, in the order (want, best first).

    ``seeker``, ``helper`` and ``want`` are any numbers; ``value`` is points, to be made large.
    ``seats`` and ``most`` are by helper and by seeker, ``rank`` by seeker.
    """

    seeker: Ints
    want: Ints
    helper: Ints
    value: Ints
    seats: Ints
    most: Ints
    rank: Ints

    @classmethod
    def of(cls, market: Market, found: Candidates) -> Edges:
        """Take the candidates of a market as edges."""
        return cls(
            market.wants.person[found.want],
            found.want,
            found.helper,
            found.score,
            market.people.free,
            market.people.most,
            market.people.rank,
        )


def greedy(edges: Edges) -> Bools:
    """Choose edges one after another: first one for each person, then one for each want.

    In each of the two rounds higher ranks go first, then people with fewer ways to be helped,
    then more points. Quick, and a lower bound for everything better.
    """
    seats, most = edges.seats.astype(np.int64), edges.most.astype(np.int64)
    ways = np.bincount(edges.seeker, minlength=len(most))
    order = np.lexsort(
        (np.arange(len(edges.value)), -edges.value, ways[edges.seeker], -edges.rank[edges.seeker])
    )
    chosen = np.zeros(len(edges.value), bool)
    served: set[int] = set()
    wants: set[int] = set()
    pairs: set[tuple[int, int]] = set()
    for first in (True, False):
        for edge in order.tolist():
            seeker, want = int(edges.seeker[edge]), int(edges.want[edge])
            helper = int(edges.helper[edge])
            if first and seeker in served:
                continue
            if want in wants or (seeker, helper) in pairs:
                continue
            if seats[helper] > 0 and most[seeker] > 0:
                chosen[edge] = True
                seats[helper] -= 1
                most[seeker] -= 1
                served.add(seeker)
                wants.add(want)
                pairs.add((seeker, helper))
    return chosen
