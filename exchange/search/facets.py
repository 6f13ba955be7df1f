"""Facets: who has which value, as bitmaps of document numbers."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, combinations

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.geography import region_of
from exchange.model import Offer, Profile, Want
from exchange.search.query import DIRECTIONS

CAPACITY = "capacity"
"""The facet whose values count by direction: who *offers* Wikidata, who *wants* it."""

DIRECTION = "direction"
"""The facet of who offers or wants any skill: things are found where they, or words, are asked for."""

ANYTHING = "anything"
"""The same for skills and things alike."""

SIMPLE = ("method", "country", "region", "affiliation", "kind", "project")


def bitmap_of(mask: npt.NDArray[np.bool_]) -> BitMap:
    """Return the document numbers that are true.

    It is written in Roaring's serialised form, as bits or as few numbers for each 65,536: to add
    the numbers takes a hundred times as long.
    """
    packed = np.packbits(mask, bitorder="little")
    parts: list[tuple[int, int, bytes]] = []
    for key, start in enumerate(range(0, len(mask), _CONTAINER)):
        part = mask[start : start + _CONTAINER]
        if (held := int(np.count_nonzero(part))) > _MOST_LISTED:
            bits = packed[start // 8 : (start + _CONTAINER) // 8].tobytes()
            parts.append((key, held, bits.ljust(_CONTAINER // 8, b"\0")))
        elif held:
            parts.append((key, held, np.flatnonzero(part).astype("<u2").tobytes()))
    heads = b"".join(struct.pack("<HH", key, held - 1) for key, held, _ in parts)
    sizes = [8 + 8 * len(parts), *(len(content) for _, _, content in parts)]
    starts = struct.pack(f"<{len(parts)}I", *accumulate(sizes[:-1]))
    begin = struct.pack("<II", _NO_RUNS, len(parts))
    return BitMap.deserialize(b"".join((begin, heads, starts, *(one for _, _, one in parts))))


_CONTAINER = 65_536
_MOST_LISTED = 4_096
_NO_RUNS = 12_346
"""Roaring's sign for bitmaps of such parts: github.com/RoaringBitmap/RoaringFormatSpec."""


_MOST_IN_ROWS = 16_384
_FEWEST_IN_ROWS = 64
"""People in rows of bits, and of them within a set; beyond that Roaring's bitmaps are quicker."""


def numbers_of(people: BitMap) -> npt.NDArray[np.intp]:
    """Return document numbers as an array, of the type by which numpy is quickest to look up."""
    return np.frombuffer(people.to_array(), dtype=np.uint32).astype(np.intp)


def intersect_all(base: BitMap, restrictions: Iterable[BitMap]) -> BitMap:
    """Return who of ``base`` is in every one of these."""
    held = sorted(restrictions, key=len)
    return base.intersection(*held) if held else base


def offers_and_wants(profile: Profile) -> tuple[Offer | Want, ...]:
    """Return offers and wants alike."""
    return (*profile.offers, *profile.wants)


def capacity_links(profile: Profile) -> Iterable[tuple[str, str]]:
    """Return what ties a person to capacities, as (direction, capacity id)."""
    for offer in profile.offers:
        yield "offer", offer.capacity
    for want in profile.wants:
        yield "want", want.capacity
        if want.is_own_request:
            yield "request", want.capacity


def facet_values(profile: Profile) -> Iterable[tuple[str, str]]:
    """Return the other facets' values of a profile, as (facet, value)."""
    methods = {*profile.methods}
    for item in offers_and_wants(profile):
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


def _name_of(facet: str, level: int) -> tuple[str, ...]:
    return ("language", str(level)) if facet == "language" else (facet,)


@dataclass(slots=True)
class _Values:
    """The values of a facet in alphabetical order, who has each, and how many they are.

    ``rows`` are the same people as bits, made when they are first counted so.
    """

    names: tuple[str, ...]
    people: tuple[BitMap, ...]
    sizes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.uint64] | None = None

    @classmethod
    def of(cls, people: Mapping[str, BitMap]) -> _Values:
        """Take the values of a facet in order."""
        names = tuple(sorted(people))
        held = tuple(people[name] for name in names)
        return cls(names, held, np.fromiter(map(len, held), np.int64, len(held)))


class Facets:
    """Bitmaps of a fixed set of profiles, numbered from 0 in the order in which they were added."""

    def __init__(
        self, broader: Mapping[str, tuple[str, ...]], things: Collection[str] = frozenset()
    ) -> None:
        """Begin empty; ``broader`` maps a capacity id to all that are wider than it.

        ``things`` are the capacities that are no skills.
        """
        self._broader, self._things = broader, things
        self._collected: dict[tuple[str, ...], list[int]] = {}
        self._bitmaps: dict[tuple[str, ...], BitMap] = {}
        self._tied: dict[tuple[bool, frozenset[str]], dict[str, BitMap]] = {}
        self._people: dict[tuple[str, ...], Mapping[str, BitMap]] = {}
        self._values: dict[tuple[str, ...], _Values] = {}
        # One search counts many facets within the same people.
        self._last: tuple[BitMap, npt.NDArray[np.uint64]] = BitMap(), np.zeros(0, np.uint64)
        self.size = 0

    def add(self, profile: Profile) -> int:
        """Add a profile and give its number."""
        number = self.size
        self.size += 1
        for name in self._names(profile):
            self._collected.setdefault(name, []).append(number)
        return number

    def _names(self, profile: Profile) -> set[tuple[str, ...]]:
        names: set[tuple[str, ...]] = set(facet_values(profile))
        for direction, capacity in capacity_links(profile):
            names.add((ANYTHING, direction))
            if capacity not in self._things:
                names.add((DIRECTION, direction))
            names.add(("direct", direction, capacity))
            for wider in (capacity, *self._broader.get(capacity, ())):
                names.add((CAPACITY, direction, wider))
        for language in profile.languages:
            for level in range(1, language.level + 1):
                names.add(("language", str(level), language.code))
        return names

    def freeze(self) -> None:
        """Turn what was collected into bitmaps."""
        for name, numbers in self._collected.items():
            bitmap = BitMap(array("I", numbers))
            bitmap.run_optimize()
            self._bitmaps[name] = bitmap
        self._collected.clear()
        values: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for name, bitmap in self._bitmaps.items():
            values.setdefault(name[:-1], []).append((-len(bitmap), name[-1]))
        self._people = {
            name: {value: self._bitmaps[*name, value] for _, value in sorted(pairs)}
            for name, pairs in values.items()
        }
        tied = {value for one in DIRECTIONS for value in self._people.get((CAPACITY, one), ())}
        self.capacities = tuple(sorted(tied))

    def prepare(self) -> None:
        """Gather what most searches need, so that the first reader does not wait for it."""
        every = frozenset(DIRECTIONS)
        ways = [*map(frozenset, combinations(DIRECTIONS, 1)), every - {"offer"}, every]
        for way in ways:
            for direct in (True, False):
                self.ties(way, direct=direct)
        columns = [self._values_of(_name_of(facet, 2)) for facet in (*SIMPLE, "language")]
        for held in (*columns, *(self._ties_of(way) for way in ways)):
            if self.size <= _MOST_IN_ROWS:
                self._bits_of(held)

    def connected_to(
        self, directions: frozenset[str], capacity: str, *, direct: bool = False
    ) -> BitMap:
        """Return who is tied to a capacity (or, unless ``direct``, to a narrower one) in any of
        these directions."""
        return self.ties(directions, direct=direct).get(capacity) or BitMap()

    def with_value(self, facet: str, value: str, level: int = 2) -> BitMap:
        """Return who has this value of a facet; for a language, at this level or better."""
        return self._bitmaps.get((*_name_of(facet, level), value)) or BitMap()

    def any_of(self, facet: str, values: Iterable[str], level: int = 2) -> BitMap:
        """Return who has at least one of these values."""
        return BitMap().union(*[self.with_value(facet, value, level) for value in values])

    def values(self, facet: str, level: int = 2) -> tuple[str, ...]:
        """Return all values of a facet, those of most people first."""
        return tuple(self._people.get(_name_of(facet, level), ()))

    def counts(
        self, facet: str, within: BitMap, *, level: int = 2, limit: int = 0
    ) -> tuple[tuple[str, int], ...]:
        """Count, within a set of people, those with each value of a facet; largest first.

        ``limit`` keeps the largest so many.
        """
        return self._counted(self._values_of(_name_of(facet, level)), within, limit)

    def connection_counts(
        self, within: BitMap, directions: frozenset[str]
    ) -> tuple[tuple[str, int], ...]:
        """Count, within a set of people, those tied to each capacity; largest first."""
        return self._counted(self._ties_of(directions), within)

    def _values_of(self, name: tuple[str, ...]) -> _Values:
        held = self._values.get(name)
        if held is None:
            held = self._values[name] = _Values.of(self._people.get(name, {}))
        return held

    def _ties_of(self, directions: frozenset[str]) -> _Values:
        name = (CAPACITY, *sorted(directions))
        held = self._values.get(name)
        if held is None:
            held = self._values[name] = _Values.of(self.ties(directions))
        return held

    def _counted(
        self, values: _Values, within: BitMap, limit: int = 0
    ) -> tuple[tuple[str, int], ...]:
        if len(within) == self.size:
            counts = values.sizes
        elif self.size <= _MOST_IN_ROWS and len(within) >= _FEWEST_IN_ROWS:
            last = self._last
            if last[0] is not within:
                last = self._last = (within, self._bits(within))
            # A row of bits for each value, all at once: that costs least, until rows are long.
            counts = np.bitwise_count(self._bits_of(values) & last[1]).sum(axis=1, dtype=np.int64)
        else:
            held = map(within.intersection_cardinality, values.people)
            counts = np.fromiter(held, dtype=np.int64, count=len(values.people))
        found = int(np.count_nonzero(counts))
        largest = np.argsort(-counts, kind="stable")[: min(found, limit or found)]
        names = [values.names[at] for at in largest.tolist()]
        return tuple(zip(names, counts[largest].tolist(), strict=True))

    def _bits_of(self, values: _Values) -> npt.NDArray[np.uint64]:
        if values.rows is None:
            rows = np.zeros((len(values.people), -(-self.size // 64)), dtype=np.uint64)
            for at, people in enumerate(values.people):
                rows[at] = self._bits(people)
            values.rows = rows
        return values.rows

    def _bits(self, people: BitMap) -> npt.NDArray[np.uint64]:
        held = np.zeros(-(-self.size // 64) * 64, dtype=bool)
        held[numbers_of(people)] = True
        return np.packbits(held, bitorder="little").view(np.uint64)

    def ties(self, directions: frozenset[str], *, direct: bool = False) -> Mapping[str, BitMap]:
        """Return who is tied to each capacity (see ``connected_to``), gathered once."""
        held = self._tied.get((direct, directions))
        if held is None:
            kind = "direct" if direct else CAPACITY
            held = self._tied[direct, directions] = {
                id: self._union((kind, one, id) for one in DIRECTIONS if one in directions)
                for id in self.capacities
            }
        return held

    def _union(self, names: Iterable[tuple[str, ...]]) -> BitMap:
        held = [bitmap for name in names if (bitmap := self._bitmaps.get(name))]
        return held[0] if len(held) == 1 else BitMap().union(*held)
