"""Search: the candidates of a whole market, by whichever way is quicker for its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exchange.matching.arrays import Bools, Ints
from exchange.matching.candidates import Candidates, candidates, walk
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.tables import Tables

EVERYTHING = 4_000_000
"""Markets with fewer possible exchanges (some 10,000 people) keep every candidate: what is left out
costs wants. Others go through the compiled kernel, which keeps the best."""

BREADTH, LEAST = 16, 5
"""Helpers kept for each want in markets where not all are, and in those of ``CROWD`` wants."""

CROWD = 200_000
"""So many wants fill the seats from few candidates each; whoever is left over looks again."""


def breadth(wants: int) -> int:
    """Tell how many helpers are kept for each of so many wants, where not all are."""
    return BREADTH if wants < CROWD else LEAST


def seeking(market: Market) -> Ints:
    """Give the wants that take part in a round."""
    return np.flatnonzero(market.wants.open & market.people.seeks[market.wants.person])


def helping(market: Market) -> Bools:
    """Tell who can be suggested: takes part, and has a free seat."""
    return np.asarray(market.people.helps & (market.people.free > 0), bool)


def find(
    market: Market,
    *,
    tables: Tables,
    period: int,
    wants: Ints | None = None,
    helpers: Bools | None = None,
    most: int | None = None,
) -> Candidates:
    """Find the best helpers for these wants (or all that seek) among ``helpers`` (or all that help).

    ``most`` is how many for each want; by default all in small markets, ``breadth`` in others.
    The compiled kernel and numpy find the same.
    """
    sought = seeking(market) if wants is None else wants
    able = helping(market) if helpers is None else helpers
    postings = Postings.of(market, able)
    possible = int(walk(market, postings, sought)[4].sum())
    whole = most is None and possible <= EVERYTHING
    most = (len(market) if whole else breadth(len(sought))) if most is None else most
    if possible > EVERYTHING:
        from exchange.matching.kernel import best
        from exchange.matching.lists import lists_of

        lists = lists_of(market, able, tables)
        return best(market, lists, sought, most=most, tables=tables, period=period)
    found = candidates(market, postings, sought, most=most, tables=tables, period=period)
    return replace(found, whole=whole)
