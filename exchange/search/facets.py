"""Facets: who has which value, as bitmaps of document numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.model import Offer, Profile, Want
from exchange.places import region_of
from exchange.search.query import DIRECTIONS

TIED = "capacity"
"""The facet whose values count by direction: who *offers* Wikidata, who *wants* it."""

SIMPLE = ("method", "country", "region", "affiliation", "kind", "project")


def bitmap_of(numbers: npt.NDArray[np.uint32]) -> BitMap:
    """Give document numbers as a bitmap: an array of Python's goes in at one go, numpy's by one."""
    return BitMap(array("I", numbers.tobytes()))


def all_of(base: BitMap, restrictions: Iterable[BitMap]) -> BitMap:
    """Give who of ``base`` is in every one of these."""
    held = sorted(restrictions, key=len)
    return base.intersection(*held) if held else base


def items(profile: Profile) -> tuple[Offer | Want, ...]:
    """Give offers and wants alike."""
    return (*profile.offers, *profile.wants)


def ties(profile: Profile) -> Iterable[tuple[str, str]]:
    """Give what ties a person to capacities, as (direction, capacity id)."""
    for offer in profile.offers:
        yield "offer", offer.capacity
    for want in profile.wants:
        yield "want", want.capacity
        if want.request:
            yield "request", want.capacity


def simple(profile: Profile) -> Iterable[tuple[str, str]]:
    """Give the other facets' values of a profile, as (facet, value)."""
    methods = {*profile.methods}
    for item in items(profile):
        methods.update(item.methods)
    for method in methods:
        yield "method", str(method)
    if profile.country:
        yield "country", profile.country
    if region := profile.region or region_of(profile.country):
        yield "region", region
    for affiliation in profile.affiliations:
        yield "affiliation", affiliation
    yield "kind", str(profile.kind)
    for project in profile.projects:
        yield "project", project


class Facets:
    """Bitmaps of a fixed set of profiles, numbered from 0 in the order in which they were added."""

    def __init__(self, broader: Mapping[str, tuple[str, ...]]) -> None:
        """Begin empty; ``broader`` maps a capacity id to all that are wider than it."""
        self._broader = broader
        self._collected: dict[tuple[str, ...], list[int]] = {}
        self._bitmaps: dict[tuple[str, ...], BitMap] = {}
        self._tied: dict[tuple[str, ...], dict[str, BitMap]] = {}
        self._ordered: dict[tuple[str, ...], tuple[tuple[str, BitMap], ...]] = {}
        self.size = 0

    def add(self, profile: Profile) -> int:
        """Add a profile and give its number."""
        number = self.size
        self.size += 1
        for name in self._names(profile):
            self._collected.setdefault(name, []).append(number)
        return number

    def _names(self, profile: Profile) -> set[tuple[str, ...]]:
        names: set[tuple[str, ...]] = set(simple(profile))
        for direction, capacity in ties(profile):
            names.add(("direction", direction))
            names.add(("direct", direction, capacity))
            for wider in (capacity, *self._broader.get(capacity, ())):
                names.add((TIED, direction, wider))
        for language in profile.languages:
            for level in range(1, language.level + 1):
                names.add(("language", str(level), language.code))
        return names

    def done(self) -> None:
        """Turn what was collected into bitmaps."""
        for name, numbers in self._collected.items():
            bitmap = BitMap(array("I", numbers))
            bitmap.run_optimize()
            self._bitmaps[name] = bitmap
        self._collected.clear()
        values: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for name, bitmap in self._bitmaps.items():
            values.setdefault(name[:-1], []).append((-len(bitmap), name[-1]))
        self._ordered = {
            name: tuple((value, self._bitmaps[*name, value]) for _, value in sorted(pairs))
            for name, pairs in values.items()
        }
        tied = {value for d in DIRECTIONS for value, _ in self._ordered.get((TIED, d), ())}
        self.capacities = tuple(sorted(tied))
        for ways in _subsets(DIRECTIONS):
            self._tied[ways] = {
                capacity: self._union((TIED, one, capacity) for one in ways)
                for capacity in self.capacities
            }

    def tied(self, directions: frozenset[str], capacity: str, *, direct: bool = False) -> BitMap:
        """Give who is tied to a capacity (or, unless ``direct``, to a narrower one) in any of
        these directions."""
        ways = _ways(directions)
        if direct:
            return self._union(("direct", one, capacity) for one in ways)
        return self._tied[ways].get(capacity) or BitMap()

    def of(self, facet: str, value: str, level: int = 2) -> BitMap:
        """Give who has this value of a facet; for a language, at this level or better."""
        name = ("language", str(level), value) if facet == "language" else (facet, value)
        return self._bitmaps.get(name) or BitMap()

    def any_of(self, facet: str, values: Iterable[str], level: int = 2) -> BitMap:
        """Give who has at least one of these values."""
        return BitMap().union(*[self.of(facet, value, level) for value in values])

    def values(self, facet: str, level: int = 2) -> tuple[str, ...]:
        """Give all values of a facet, those of most people first."""
        return tuple(value for value, _ in self._all(facet, level))

    def counts(
        self, facet: str, within: BitMap, *, level: int = 2, limit: int = 0
    ) -> tuple[tuple[str, int], ...]:
        """Count, within a set of people, those with each value of a facet; largest first.

        ``limit`` keeps the largest so many, exactly: values go by how many people have them at
        all, so the walk ends where nothing further down can be among the largest.
        """
        whole = len(within) == self.size
        found: list[tuple[int, str]] = []
        least = 0
        for value, bitmap in self._all(facet, level):
            if limit and len(found) >= limit and len(bitmap) < least:
                break
            count = len(bitmap) if whole else within.intersection_cardinality(bitmap)
            if count:
                found.append((-count, value))
                if limit and len(found) % limit == 0:
                    found.sort()
                    least = -found[limit - 1][0]
        found.sort()
        return tuple((value, -count) for count, value in found[: limit or None])

    def tied_counts(
        self, within: BitMap, directions: frozenset[str]
    ) -> tuple[tuple[str, int], ...]:
        """Count, within a set of people, those tied to each capacity; largest first."""
        found = [
            (-within.intersection_cardinality(tied), capacity)
            for capacity, tied in self._tied[_ways(directions)].items()
        ]
        return tuple((capacity, -count) for count, capacity in sorted(found) if count)

    def _all(self, facet: str, level: int) -> tuple[tuple[str, BitMap], ...]:
        name = ("language", str(level)) if facet == "language" else (facet,)
        return self._ordered.get(name, ())

    def _union(self, names: Iterable[tuple[str, ...]]) -> BitMap:
        held = [bitmap for name in names if (bitmap := self._bitmaps.get(name))]
        return held[0] if len(held) == 1 else BitMap().union(*held)


def _ways(directions: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in DIRECTIONS if one in directions)


def _subsets(items: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for size in range(len(items) + 1):
        yield from combinations(items, size)
