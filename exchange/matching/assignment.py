"""Assignment: who is suggested to whom, when not everybody can have the best.

Everybody's best helper is the same few people. So suggestions are assigned: each helper has
seats, each seeker at most a few suggestions, each want one helper, each pair one suggestion. The
objective, in this order: people served at all (higher ranks of the solidarity order first), wants
served, total points. What is equal in all of these is decided by the order of the candidates,
which the hash of both people and the period gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from exchange.matching.arrays import Bools, Ints, Words, starts_of, stretch
from exchange.matching.auction import auctioned, step_for
from exchange.matching.candidates import Candidates
from exchange.matching.flow import best_flow
from exchange.matching.market import Market

SERVED = -1
"""The rank of who is helped already: one more suggestion for them serves nobody more."""

EXACT = 120_000
"""Up to so many edges the optimum itself is worth its time."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Possible suggestions, one row each. Wants rise, and with them seekers; of each the best first.

    ``seeker``, ``want`` and ``helper`` are rows of a market; ``value`` is what a suggestion is
    worth, in points. ``seats`` is by helper; ``most``, ``rank`` and ``tie`` are by seeker.
    """

    seeker: Ints
    want: Ints
    helper: Ints
    value: Ints
    seats: Ints
    most: Ints
    rank: Ints
    tie: Words

    @classmethod
    def of(cls, market: Market, found: Candidates, *, bonus: Ints | int = 0) -> Edges:
        """Take the candidates of a market as edges; ``bonus`` is added to their points."""
        people = market.people
        return cls(
            seeker=market.wants.person[found.want],
            want=found.want,
            helper=found.helper,
            value=found.score + bonus,
            seats=people.free,
            most=people.most,
            rank=people.rank,
            tie=people.seed,
        )

    @cached_property
    def dense(self) -> Dense:
        """The same with seekers, wants and helpers numbered without gaps, in serving order."""
        new = np.flatnonzero(np.diff(self.want, prepend=-1))
        counts = np.diff(np.append(new, len(self.want)))
        of_want = self.seeker[new]
        block = np.flatnonzero(np.diff(of_want, prepend=-1))
        seekers = of_want[block]
        serving = np.lexsort((self.tie[seekers], -self.rank[seekers]))
        seekers, sizes = seekers[serving], np.diff(np.append(block, len(new)))[serving]
        seeker_of, wants = stretch(block[serving], sizes)
        _, order = stretch(new[wants], counts[wants])
        helpers = np.flatnonzero(np.bincount(self.helper, minlength=len(self.seats)))
        number = np.empty(len(self.seats), np.int32)
        number[helpers] = np.arange(len(helpers))
        return Dense(
            order=order,
            seeker_of=seeker_of,
            want_starts=starts_of(sizes),
            edge_starts=starts_of(counts[wants]),
            helper=number[self.helper[order]],
            value=self.value[order].astype(np.int32),
            seats=self.seats[helpers].astype(np.int64),
            units=self.most[seekers].astype(np.int64),
            rank=self.rank[seekers].astype(np.int64),
        )


class Dense(NamedTuple):
    """Edges without gaps in the numbers; ``order`` leads back to the rows."""

    order: Ints
    seeker_of: Ints
    want_starts: Ints
    edge_starts: Ints
    helper: Ints
    value: Ints
    seats: Ints
    units: Ints
    rank: Ints


def way_for(edges: Edges) -> Callable[[Edges], Bools]:
    """Tell how a market of this size is assigned: its first round, and all others in the same way."""
    size = len(edges.want)
    return optimal if size <= EXACT else partial(nearly_optimal, step=step_for(size))


def optimal(edges: Edges) -> Bools:
    """Choose the best edges that there are."""
    return _chosen(edges, best_flow(*edges.dense[1:]))


def nearly_optimal(edges: Edges, *, step: int | None = None) -> Bools:
    """Choose edges by auction: as many people and wants as can be, and nearly the most points.

    ``step`` is the auction's (see there); by default, what suits the number of edges.
    """
    return _chosen(edges, auctioned(*edges.dense[1:], step=step))


def _chosen(edges: Edges, picked: Ints) -> Bools:
    chosen = np.zeros(len(edges.want), bool)
    chosen[edges.dense.order[picked[picked >= 0]]] = True
    return chosen


def greedy(edges: Edges) -> Bools:
    """Choose edges one after another: first one for each person, then one for each want.

    In each of the two rounds higher ranks go first, then people with fewer ways to be helped,
    then more points. Quick, and a lower bound for everything better.
    """
    seats, most = edges.seats.tolist(), edges.most.tolist()
    ways = np.bincount(edges.seeker, minlength=len(most))
    order = np.lexsort(
        (np.arange(len(edges.value)), -edges.value, ways[edges.seeker], -edges.rank[edges.seeker])
    ).tolist()
    seekers, helpers = edges.seeker.tolist(), edges.helper.tolist()
    wants = edges.want.tolist()
    chosen = np.zeros(len(edges.value), bool)
    served: set[int] = set()
    done: set[int] = set()
    pairs: set[tuple[int, int]] = set()
    for first in (True, False):
        for edge in order:
            seeker, want, helper = seekers[edge], wants[edge], helpers[edge]
            if (first and seeker in served) or want in done or (seeker, helper) in pairs:
                continue
            if seats[helper] > 0 and most[seeker] > 0:
                chosen[edge] = True
                seats[helper] -= 1
                most[seeker] -= 1
                served.add(seeker)
                done.add(want)
                pairs.add((seeker, helper))
    return chosen
