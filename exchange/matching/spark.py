"""Spark: candidates by many machines, with the same kernel.

Wants are cut by capacity, and the wants of hot capacities once more, so that no task is much
larger than another. A task gets the wants of its part and, of the market, what can meet them:
the offers of the capacities that its wants relate to. It runs the kernel and gives back the best
helpers. The assignment over them is one machine's work, as it is a small part of the whole.

pyspark is imported by who starts a session, not by this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Bools, Ints, spread
from exchange.matching.candidates import Candidates, joined
from exchange.matching.market import Market
from exchange.matching.score import Entries
from exchange.matching.tables import Tables

PART = 50_000
"""The most wants in a task."""


class Spread:
    """A finder (see ``rounds``) that spreads the search over Spark."""

    def __init__(
        self,
        session: Any,
        market: Market,
        *,
        tables: Tables,
        period: int,
        most: int,
        part: int = PART,
    ) -> None:
        """Send the market to all machines, once; ``session`` is a SparkSession."""
        self._context = session.sparkContext
        self._market, self._part = market, part
        self._sent = self._context.broadcast((market, tables, period, most))

    def __call__(self, wants: Ints, helpers: Bools) -> Candidates:
        """Find the best of ``helpers`` for each of these wants."""
        parts = parts_of_wants(self._market, wants, self._part)
        sent, able = self._sent, self._context.broadcast(np.packbits(helpers))

        def search(part: NDArray[np.int64]) -> Candidates:
            market, tables, period, most = sent.value
            free = np.unpackbits(able.value, count=len(market)).astype(bool)
            return search_part(market, part, free, tables=tables, period=period, most=most)

        tasks = self._context.parallelize(parts, max(len(parts), 1))
        found = [_empty(), *tasks.map(search).collect()]
        able.destroy()
        whole = joined(found)
        order = np.argsort(whole.want, kind="stable")
        return whole.take(order)

    def close(self) -> None:
        """Take the market off the machines."""
        self._sent.destroy()


def parts_of_wants(market: Market, wants: Ints, most: int) -> list[NDArray[np.int64]]:
    """Cut wants by capacity into parts of at most ``most``; small capacities share a part."""
    capacity = market.wants.capacity[wants]
    order = np.argsort(capacity, kind="stable")
    return [np.sort(each) for each in _cut(np.asarray(wants, np.int64)[order], most)]


def _cut(wants: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    for begin in range(0, len(wants), most):
        yield wants[begin : begin + most]


def search_part(
    market: Market, wants: Ints, helpers: Bools, *, tables: Tables, period: int, most: int
) -> Candidates:
    """Find the best helpers for some wants, laying out only the offers that could meet them."""
    from exchange.matching.kernel import best
    from exchange.matching.lists import lists_of

    hierarchy = market.hierarchy
    capacities = np.unique(market.wants.capacity[wants])
    _, related = spread(hierarchy.starts, capacities)
    meeting = np.zeros(len(hierarchy.starts) - 1, bool)
    meeting[hierarchy.offered[related]] = True
    lists = lists_of(market, helpers, tables, capacities=meeting)
    return best(market, lists, wants, most=most, tables=tables, period=period, threads=1)


def _empty() -> Candidates:
    none = np.zeros(0, np.int32)
    return Candidates(Entries(none, none, none, none, none), none, none, np.zeros(0, np.uint64))
