"""Rounds: candidates and assignment of a market of any size.

A small market is assigned once, over all candidates. In a large one each want has only its best
candidates, and the same popular helpers are among those of many; so whoever is left over looks
again, among the helpers with seats left, until nobody finds anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from exchange.matching.arrays import Bools, Ints, turns
from exchange.matching.assignment import SERVED, Edges, way_for
from exchange.matching.candidates import Candidates, joined
from exchange.matching.market import Market
from exchange.matching.search import helping, seeking

ROUNDS = 4
"""The most rounds; the last ones serve very few."""


class Finder(Protocol):
    """Where candidates come from: one machine, or many."""

    def __call__(self, wants: Ints, helpers: Bools) -> Candidates:
        """Find the best of ``helpers`` for each of these wants (which rise)."""
        ...


@dataclass(frozen=True, eq=False)
class Assigned:
    """What the rounds came to: suggestions, and the first round with all its candidates.

    ``chosen`` has one row a suggestion, in the order of the wants.
    """

    chosen: Candidates
    found: Candidates
    edges: Edges
    picked: Bools


def assigned(
    market: Market,
    find: Finder,
    *,
    rounds: int = ROUNDS,
    bonus: Callable[[Candidates], Ints] | None = None,
) -> Assigned:
    """Assign a market by rounds; ``bonus`` gives the points that candidates are worth more."""
    wants, helpers = seeking(market), helping(market)
    first: tuple[Candidates, Edges, Bools] | None = None
    parts: list[Candidates] = []
    free, most = market.people.free.copy(), market.people.most.copy()
    rank = market.people.rank.copy()
    had = np.full((len(market), int(most.max(initial=0))), -1, np.int32)
    choose: Callable[[Edges], Bools] | None = None
    for _ in range(rounds):
        found = find(wants, helpers)
        if parts:
            again = (had[market.wants.person[found.want]] == found.helper[:, None]).any(axis=1)
            found = found.take(~again)
        edges = Edges.of(market, found, bonus=bonus(found) if bonus else 0)
        edges = replace(edges, seats=free, most=most, rank=rank)
        choose = choose or way_for(edges)
        picked = choose(edges)
        chosen = found.take(np.flatnonzero(picked))
        first = first or (found, edges, picked)
        parts.append(chosen)
        if not len(chosen):
            break
        seekers = market.wants.person[chosen.want]
        had[seekers, most[seekers] - 1 - turns(seekers)] = chosen.helper
        free = free - np.bincount(chosen.helper, minlength=len(market))
        most = most - np.bincount(seekers, minlength=len(market))
        rank[seekers] = SERVED
        helpers = helpers & (free > 0)
        # Who had no candidate at all finds none among fewer helpers.
        left = np.zeros(len(market.wants.person), bool)
        left[found.want] = True
        left[chosen.want] = False
        wants = np.flatnonzero(left & (most[market.wants.person] > 0))
        if found.whole or not len(wants) or not helpers.any():
            break
    whole = joined(parts)
    assert first is not None, "there is at least one round"
    return Assigned(whole.take(np.argsort(whole.want, kind="stable")), *first)
