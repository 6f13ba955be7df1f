"""Index: all profiles in memory, searched by text and facets without asking the database."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.fold import search_fold
from exchange.model import Profile
from exchange.search.concepts import Concept, Lexicon
from exchange.search.facets import SIMPLE, TIED, Facets, all_of, bitmap_of, items
from exchange.search.postings import Postings, Writer, weigh
from exchange.search.query import DIRECTIONS, FRESHNESS, Query, Sort
from exchange.search.relevance import Found, Relevance
from exchange.search.texts import fields, texts_of

_ALL = frozenset(DIRECTIONS)
_NEVER = -1
_REMEMBERED = 16
OPEN = ("language", "country", "affiliation", "project")
"""Facets with many values, of which an answer holds the largest."""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results: profile keys in order, how many there are in all, and the counts.

    ``counts`` maps a facet to its values and how many people each would give, largest first,
    leaving out the facet's own choice. ``partial`` tells that nobody has all the words and those
    who have most of them are shown. ``everyone`` is the whole result as document numbers.
    """

    keys: tuple[str, ...]
    total: int
    counts: Mapping[str, tuple[tuple[str, int], ...]]
    partial: bool = False
    everyone: BitMap = field(default_factory=BitMap, repr=False, compare=False)


class Index:
    """A fixed set of profiles, ready to be searched. ``build`` names the state it was made from."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        *,
        concepts: Iterable[Concept],
        broader: Mapping[str, tuple[str, ...]],
        build: str = "",
        before: Index | None = None,
    ) -> None:
        """Index profiles. ``broader`` maps a capacity id to all wider ones.

        What was analysed for the index of ``before`` is taken over for profiles whose texts are
        the same; the index is the same as without it.
        """
        self.build = build
        self.keys: list[str] = []
        self.facets = Facets(broader)
        writer = Writer()
        self._marks = array("q")
        self._names: list[str] = []
        names = self._names
        days: list[int] = []
        moments: list[float] = []
        unlisted: dict[str, str] = {}
        for profile in profiles:
            number = self.facets.add(profile)
            self.keys.append(profile.key)
            texts = texts_of(profile)
            self._marks.append(hash(texts))
            old = before._kept(profile.key, self._marks[-1]) if before else None
            if before is not None and old is not None:
                names.append(before._names[old])
                writer.keep(old, number)
            else:
                names.append(search_fold(profile.name))
                writer.add(number, weigh(fields(texts)))
            days.append(profile.edited.toordinal() if profile.edited else _NEVER)
            moments.append(profile.edited.timestamp() if profile.edited else 0.0)
            for item in items(profile):
                if item.capacity.startswith("unlisted:"):
                    unlisted.setdefault(item.capacity, item.text)
        self._numbers = {key: number for number, key in enumerate(self.keys)}
        self.facets.done()
        self._days = np.array(days, dtype=np.int64)
        order = sorted(range(len(names)), key=lambda at: (names[at], self.keys[at]))
        self._by_name = _ranks(order)
        order = sorted(range(len(days)), key=lambda at: (-moments[at], self.keys[at]))
        self._by_freshness = _ranks(order)
        extra = [
            Concept("capacity", id, (text, id.partition(":")[2]))
            for id, text in sorted(unlisted.items())
        ]
        self._postings: Postings = writer.done(before._postings if before is not None else None)
        self._relevance = Relevance(
            postings=self._postings,
            lexicon=Lexicon((*concepts, *extra)),
            facets=self.facets,
            names=names,
            tie=1.0 - self._by_freshness / max(len(days), 1),
        )
        # Somebody turns pages and ticks boxes with the same words. Each holds a score a profile.
        self._found = lru_cache(maxsize=_REMEMBERED)(self._relevance.find)
        self._fresh_since = lru_cache(maxsize=2 * len(FRESHNESS))(partial(_since, self._days))
        self._everyone = BitMap()
        self._everyone.add_range(0, len(self.keys))

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def search(self, query: Query, *, today: date, limit: int = 30) -> Results:
        """Search. ``limit`` is how many values a facet with many of them brings back."""
        found = self._text(query)
        restrictions = self._restrictions(query, today)
        base = found.everyone if found is not None else self._everyone
        everyone = all_of(base, restrictions.values())
        return Results(
            keys=self._page(query, everyone, found),
            total=len(everyone),
            counts=self._counts(query, base, restrictions, today, limit),
            partial=found is not None and found.partial,
            everyone=everyone,
        )

    def every(self, query: Query, *, today: date) -> tuple[str, ...]:
        """Give the keys of all results in order, for exports; the page is not looked at."""
        found = self._text(query)
        base = found.everyone if found is not None else self._everyone
        everyone = all_of(base, self._restrictions(query, today).values())
        numbers = self._ordered(query, everyone, found, len(everyone))
        return tuple(self.keys[number] for number in numbers)

    def tied(self, capacity: str, *directions: str, direct: bool = False) -> BitMap:
        """Give who offers, wants (or both) a capacity or, unless ``direct``, a narrower one."""
        return self.facets.tied(frozenset(directions) or _ALL, capacity, direct=direct)

    def of(self, facet: str, value: str) -> BitMap:
        """Give who has this value of a facet, as document numbers."""
        return self.facets.of(facet, value)

    def _kept(self, key: str, mark: int) -> int | None:
        """Give the number of a profile whose texts are marked so, else nothing."""
        number = self._numbers.get(key)
        return number if number is not None and self._marks[number] == mark else None

    # --- the parts of a search -------------------------------------------------------------

    def _text(self, query: Query) -> Found | None:
        if not query.text:
            return None
        return self._found(query.text, frozenset(query.values("direction")) or _ALL)

    def _restrictions(self, query: Query, today: date) -> dict[str, BitMap]:
        held: dict[str, BitMap] = {}
        directions = frozenset(query.values("direction")) or _ALL
        if capacities := query.values(TIED):
            held["tie"] = BitMap().union(
                *[self.facets.tied(directions, capacity) for capacity in capacities]
            )
        elif directions != _ALL or query.values("direction"):
            held["tie"] = self.facets.any_of("direction", sorted(directions))
        for facet in (*SIMPLE, "language"):
            if values := query.values(facet):
                held[facet] = self.facets.any_of(facet, values, query.level)
        if values := query.values("freshness"):
            held["freshness"] = BitMap().union(*[self._fresh(value, today) for value in values])
        return held

    def _counts(
        self,
        query: Query,
        base: BitMap,
        held: Mapping[str, BitMap],
        today: date,
        limit: int,
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        everyone = all_of(base, held.values())

        def without(name: str) -> BitMap:
            if name not in held:
                return everyone
            return all_of(base, (one for key, one in held.items() if key != name))

        tie = without("tie")
        directions = frozenset(query.values("direction")) or _ALL
        if capacities := query.values(TIED):
            asked = {
                one: BitMap().union(*[self.facets.tied(frozenset((one,)), c) for c in capacities])
                for one in DIRECTIONS
            }
        else:
            asked = {one: self.facets.of("direction", one) for one in DIRECTIONS}
        counts = {
            "direction": tuple(
                (one, count)
                for one in DIRECTIONS
                if (count := tie.intersection_cardinality(asked[one]))
            ),
            TIED: self.facets.tied_counts(tie, directions),
            "freshness": tuple(
                (name, count)
                for name in FRESHNESS
                if (
                    count := without("freshness").intersection_cardinality(self._fresh(name, today))
                )
            ),
        }
        for facet in (*SIMPLE, "language"):
            counts[facet] = self.facets.counts(
                facet, without(facet), level=query.level, limit=limit if facet in OPEN else 0
            )
        return counts

    def _fresh(self, name: str, today: date) -> BitMap:
        if name not in FRESHNESS:
            return BitMap()
        return self._fresh_since(today.toordinal() - FRESHNESS[name])

    def _page(self, query: Query, everyone: BitMap, found: Found | None) -> tuple[str, ...]:
        end = query.page * query.size
        numbers = self._ordered(query, everyone, found, end)[end - query.size :]
        return tuple(self.keys[number] for number in numbers)

    def _ordered(
        self, query: Query, everyone: BitMap, found: Found | None, wanted: int
    ) -> list[int]:
        numbers = np.frombuffer(everyone.to_array(), dtype=np.uint32)
        if query.sort is Sort.NAME:
            rank: npt.NDArray[np.float64] = self._by_name[numbers]
        elif query.sort is Sort.FRESHNESS or found is None:
            rank = self._by_freshness[numbers]
        else:
            rank = -found.scores[numbers].astype(np.float64)
        if wanted < len(numbers):
            edge = np.partition(rank, wanted - 1)[wanted - 1]
            kept = rank <= edge
            numbers, rank = numbers[kept], rank[kept]
        order = np.lexsort((self._by_freshness[numbers], rank))[:wanted]
        return [int(number) for number in numbers[order]]


def _since(days: npt.NDArray[np.int64], day: int) -> BitMap:
    return bitmap_of(np.flatnonzero(days >= day).astype(np.uint32))


def _ranks(order: list[int]) -> npt.NDArray[np.float64]:
    ranks = np.empty(len(order), dtype=np.float64)
    ranks[order] = np.arange(len(order), dtype=np.float64)
    return ranks
