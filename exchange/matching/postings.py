"""Postings: who offers, or wants, each capacity in each language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exchange.matching.arrays import Bools, Ints, spread
from exchange.matching.market import Market

WITHIN = 36
"""Bits of the order inside of a list; the others are for capacity times language."""


@dataclass(frozen=True, eq=False)
class Postings:
    """Lists of offers (or wants) by ``codes``: capacity * languages + language, rising.

    List ``i`` is ``row[starts[i]:starts[i + 1]]``, rows of the market's offers (or wants), with
    ``spoken`` their owner's row in languages.
    """

    languages: int
    codes: Ints
    starts: Ints
    row: Ints
    spoken: Ints

    @classmethod
    def of(
        cls,
        market: Market,
        helping: Bools,
        capacities: Bools | None = None,
        *,
        within: Callable[[Ints, Ints], Ints] | None = None,
    ) -> Postings:
        """List the offers of all people for whom ``helping`` is true (of some capacities only).

        ``within`` gives, of rows of offers and languages, numbers below ``2 ** WITHIN``: their
        order inside of each list (by default, that of the rows).
        """
        listed = helping[market.offers.person]
        if capacities is not None:
            listed &= capacities[market.offers.capacity]
        return cls._listing(market, market.offers.person, market.offers.capacity, listed, within)

    @classmethod
    def of_wants(cls, market: Market) -> Postings:
        """List the open wants of all people who seek."""
        wants = market.wants
        return cls._listing(
            market, wants.person, wants.capacity, wants.open & market.people.seeks[wants.person]
        )

    @classmethod
    def _listing(
        cls,
        market: Market,
        person: Ints,
        capacity: Ints,
        listed: Bools,
        within: Callable[[Ints, Ints], Ints] | None = None,
    ) -> Postings:
        languages = max(len(market.speakers), 1)
        rows = np.flatnonzero(listed)
        at, spoken = spread(market.languages.starts, person[rows])
        row = rows[at]
        codes = capacity[row].astype(np.int64) * languages + market.languages.code[spoken]
        if within is None:
            order = np.argsort(codes, kind="stable")
        else:
            if len(codes) and int(codes.max()) >> (63 - WITHIN):
                raise ValueError("capacities times languages are too many for one sort")
            order = np.argsort((codes << WITHIN) | within(row, spoken))
        codes = codes[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        starts = np.append(first, len(order))
        return cls(languages, codes[first], starts, row[order], spoken[order])

    def find(self, capacity: Ints, language: Ints) -> tuple[Ints, Ints]:
        """Give (begin, length) of each list, length 0 where there is none.

        Words that came after these lists were made are in none of them.
        """
        if not len(self.codes):
            return np.zeros(len(capacity), np.int64), np.zeros(len(capacity), np.int64)
        sought = capacity.astype(np.int64) * self.languages + language
        at = np.minimum(np.searchsorted(self.codes, sought), len(self.codes) - 1)
        begin = self.starts[at]
        there = (self.codes[at] == sought) & (language < self.languages)
        return begin, np.where(there, self.starts[at + 1] - begin, 0)
