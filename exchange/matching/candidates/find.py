"""Find: the helpers who could be suggested for each want, by whichever way suits the market's size.

Small markets keep everybody who could help (``exhaustive``), as what is left out costs wants. In
large ones each want keeps the best of those who stand near it (``neighbours``, ``search``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from exchange.matching.candidates.exhaustive import rank_all_helpers
from exchange.matching.candidates.facts import PLACE, Facts, collect_facts, pack_items
from exchange.matching.columns import Bools, Ints, mix, sort_rows, spread, starts_of
from exchange.matching.market import Market, PostingLists
from exchange.matching.scoring import RankedExchanges, Tables

if TYPE_CHECKING:
    from exchange.matching.candidates.neighbours import Groups


class Breadth(NamedTuple):
    """How much is looked at for each want.

    ``keep`` is how many helpers are kept, ``narrow`` and ``wide`` how many entries are in a
    window, ``returns`` for how many capacities that an own offer meets those who want them are
    looked at, and once so many entries are ``enough`` (and anybody was found) no further capacity
    is looked at.
    """

    keep: int
    narrow: int
    wide: int
    returns: int
    enough: int


EXHAUSTIVE = 4_000_000
"""Markets with at most so many possible exchanges (some 10,000 people) keep every candidate."""

LARGE = 600_000
"""Markets of so many wants are never small; see also ``BREADTHS``."""

BREADTHS = (
    (100_000, Breadth(keep=32, narrow=16, wide=64, returns=2, enough=64)),
    (LARGE, Breadth(keep=12, narrow=8, wide=24, returns=2, enough=24)),
)
"""How much is looked at for each want below so many wants: the fewer, the more."""

LARGE_BREADTH = Breadth(keep=8, narrow=6, wide=12, returns=2, enough=16)
"""... and in larger markets."""

CHUNK = 20_000
"""Wants that one thread takes at a time."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Helpers for wants. Wants (rows of the market) rise; each has its helpers best first.

    Want ``want[i]`` has ``packed[starts[i]:starts[i + 1]]``, each ``points << 32 | helper``.
    ``complete`` tells that nobody who could help is left out.
    """

    want: Ints
    starts: Ints
    packed: NDArray[np.int64]
    complete: bool = False

    def __len__(self) -> int:
        return len(self.packed)

    @classmethod
    def from_ranked(cls, ranked: RankedExchanges, *, complete: bool) -> Self:
        """Take the helpers of ranked exchanges."""
        first = np.flatnonzero(np.diff(ranked.want, prepend=-1))
        packed = (ranked.score.astype(np.int64) << 32) | ranked.helper
        return cls(ranked.want[first], np.append(first, len(packed)), packed, complete)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The number of the want that each candidate is for."""
        return np.repeat(np.arange(len(self.want)), np.diff(self.starts))

    @property
    def helper(self) -> NDArray[np.int64]:
        """The helper of each candidate."""
        return self.packed & 0xFFFFFFFF

    @property
    def points(self) -> NDArray[np.int64]:
        """The points of each candidate; in large markets what the search could tell of them."""
        return self.packed >> 32

    def select(self, which: Bools) -> Candidates:
        """Return the candidates for which ``which`` is true; wants without any are left out."""
        counts = np.bincount(self.rows[which], minlength=len(self.want))
        return Candidates(
            self.want[counts > 0],
            starts_of(counts[counts > 0]),
            self.packed[which],
            self.complete,
        )


def seeking_wants(market: Market) -> NDArray[np.int64]:
    """Return the rows of the wants that take part in a round."""
    return np.flatnonzero(market.wants.open & market.people.seeks[market.wants.person])


def able_helpers(market: Market) -> Bools:
    """Return who can be suggested: takes part, and has a free seat."""
    return np.asarray(market.people.helps & (market.people.free > 0), bool)


def is_small(market: Market, wants: Ints, helpers: Bools) -> bool:
    """Whether these wants and helpers have at most ``EXHAUSTIVE`` possible exchanges."""
    if len(wants) >= LARGE:
        return False
    offers, languages, hierarchy = market.offers, market.languages, market.hierarchy
    capacities, codes = len(hierarchy.starts) - 1, max(len(market.speakers), 1)
    rows = np.flatnonzero(helpers[offers.person])
    at, spoken = spread(languages.starts, offers.person[rows])
    code = offers.capacity[rows[at]].astype(np.int64) * codes + languages.code[spoken]
    supply = np.bincount(code, minlength=capacities * codes).reshape(capacities, codes)
    met = np.zeros_like(supply)
    meets = np.flatnonzero(np.diff(hierarchy.starts))
    if len(meets):
        # Of those that meet nothing there are no rows, so a sum ends where the next begins.
        offered = supply[hierarchy.offered]
        met[meets] = np.add.reduceat(offered, hierarchy.starts[meets], axis=0)
    at, spoken = spread(languages.starts, market.wants.person[wants])
    return int(met[market.wants.capacity[wants[at]], languages.code[spoken]].sum()) <= EXHAUSTIVE


def breadth_for(wants: int) -> Breadth:
    """Return how much is looked at for each of so many wants."""
    return next((breadth for below, breadth in BREADTHS if wants < below), LARGE_BREADTH)


class CandidateFinder:
    """Finds helpers in one market, round after round.

    Which way suits the market is decided by the first wants that are asked for. ``breadth`` sets
    the way to neighbours, and how much is looked at.
    """

    def __init__(
        self,
        market: Market,
        *,
        tables: Tables,
        period: int,
        breadth: Breadth | None = None,
        threads: int = 2,
    ) -> None:
        """Take a market; ``period`` (63 bits) decides ties."""
        self.market, self.tables, self.period = market, tables, period
        self.breadth, self.threads = breadth, threads

    def __call__(self, wants: Ints, helpers: Bools) -> Candidates:
        """Return the best of ``helpers`` for each of these wants, which rise."""
        wants = np.asarray(wants, np.int64)
        if self.breadth is None and is_small(self.market, wants, helpers):
            ranked = rank_all_helpers(
                self.market,
                PostingLists.of_offers(self.market, helpers),
                wants,
                most=len(self.market),
                tables=self.tables,
                period=self.period,
            )
            return Candidates.from_ranked(ranked, complete=True)
        self.breadth = self.breadth or breadth_for(len(wants))
        return self.search_groups(self.group_helpers(helpers), wants)

    @cached_property
    def facts(self) -> Facts:
        """What the compiled loops read of the market."""
        return collect_facts(self.market, self.tables)

    def group_helpers(self, helpers: Bools, offered: Bools | None = None) -> Groups:
        """Put the offers of ``helpers`` into groups (of some ``offered`` capacities only)."""
        from exchange.matching.candidates.neighbours import group_helpers

        return group_helpers(
            self.market, self.facts, helpers, offered=offered, threads=self.threads
        )

    def search_groups(self, groups: Groups, wants: Ints) -> Candidates:
        """Return the best helpers of these groups for each of these wants, which rise."""
        from exchange.matching.candidates.search import close_up, search_wants

        breadth = self.breadth or breadth_for(len(wants))
        asked, order = self._questions(wants)
        packed = np.empty((len(wants), breadth.keep), np.int64)
        counts = np.zeros(len(wants), np.int32)

        def search_part(begin: int) -> None:
            part = order[begin : begin + CHUNK]
            search_wants(self.facts, groups, breadth, asked, part, (packed, counts))

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(search_part, range(0, len(wants), CHUNK)))
        # In place: a copy would be the largest array of all.
        close_up(packed.ravel(), counts)
        starts = starts_of(counts[counts > 0])
        return Candidates(wants[counts > 0], starts, packed.ravel()[: starts[-1]])

    def _questions(self, wants: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what is asked for each want, and an order in which neighbours come together."""
        market, table = self.market, self.market.wants
        person, capacity = table.person[wants], table.capacity[wants]
        with np.errstate(over="ignore"):
            chance = mix(
                market.people.seed[person]
                ^ np.uint64(self.period)
                ^ mix(capacity.astype(np.uint64))
            )
        asked = np.empty((len(wants), 4), np.int64)
        asked[:, 0] = person
        asked[:, 1] = pack_items(table)[wants]
        asked[:, 2] = (chance >> np.uint64(1)).astype(np.int64)
        asked[:, 3] = table.priority[wants] + table.deadline[wants]
        language = np.append(market.languages.code, 0)[market.languages.starts[person]]
        place = self.facts.person[person, PLACE]
        return asked, sort_rows(capacity, language, place)
