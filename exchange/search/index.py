"""Index: all profiles in memory, searched by text and facets without asking the database."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache, partial

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.directory import Directory
from exchange.directory.directory import names_of
from exchange.geography import affiliate_names, all_countries, all_regions, country_name
from exchange.languages import all_codes, autonym
from exchange.languages import language_name as language_name
from exchange.model import Profile
from exchange.search.facets import (
    ANYTHING,
    CAPACITY,
    DIRECTION,
    SIMPLE,
    Facets,
    bitmap_of,
    intersect_all,
    numbers_of,
    offers_and_wants,
)
from exchange.search.lexicon import Concept, Lexicon
from exchange.search.meaning import Correction, QueryReader, meaning_of
from exchange.search.query import DIRECTIONS, FRESHNESS, Query, Sort
from exchange.search.ranking import (
    PostingsWriter,
    Relevance,
    SearchHits,
    TermPostings,
    sum_weights,
)
from exchange.search.tokenizer import index_terms, terms_cached
from exchange.text import search_fold

# -- Texts: what somebody wrote in a profile, as the fields that words are found in.

_SHORT = 80
"""Up to so many characters others may have written the same."""

Texts = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def texts_of(profile: Profile) -> Texts:
    """Return what somebody wrote: name, affiliations (with all that they are called), projects, notes."""
    said = ((item.note, item.place) for item in offers_and_wants(profile))
    notes = [text for texts in said for text in texts if text]
    known = [
        other for one in profile.affiliations for other in affiliate_names(one) if other != one
    ]
    affiliations = (*profile.affiliations, *known)
    return profile.name, affiliations, profile.projects, (profile.about, *notes)


def weighted_terms(texts: Texts) -> Iterable[tuple[Iterable[str], float]]:
    """Return the terms of each text and how much they count."""
    name, affiliations, projects, notes = texts
    yield index_terms(name), 5.0
    for written, weight in ((affiliations, 2.0), (projects, 1.0), (notes, 0.6)):
        for text in written:
            yield terms_cached(text) if len(text) <= _SHORT else index_terms(text), weight


# -- Index: all profiles in memory, searched by text and facets without asking the database.

_ALL = frozenset(DIRECTIONS)
_NEVER = -1
_HIGHEST = 0x7FFF_FFFF
_REMEMBERED = 16
HIGH_CARDINALITY = ("language", "country", "affiliation", "project")
"""Facets with many values, of which an answer holds the largest."""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of results: profile keys in order, how many there are in all, and the counts.

    ``counts`` maps a facet to its values and how many people each would give, largest first,
    leaving out the facet's own choice. ``named`` are the capacities that the words name. ``partial`` tells that nobody has all the words and those
    who have most of them are shown. ``everyone`` is the whole result as document numbers.
    """

    keys: tuple[str, ...]
    total: int
    counts: Mapping[str, tuple[tuple[str, int], ...]]
    partial: bool = False
    named: tuple[str, ...] = ()
    everyone: BitMap = field(default_factory=BitMap, repr=False, compare=False)


class Index:
    """A fixed set of profiles, ready to be searched. ``build_index`` names the state it was made from."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        *,
        concepts: Iterable[Concept],
        broader: Mapping[str, tuple[str, ...]],
        things: Collection[str] = frozenset(),
        meaning: QueryReader | None = None,
        build: str = "",
        before: Index | None = None,
    ) -> None:
        """Index profiles. ``broader`` maps a capacity id to all wider ones; ``things`` are no skills.

        ``meaning`` tells which capacities words name.

        What was analysed for the index of ``before`` is taken over for profiles whose texts are
        the same; the index is the same as without it.
        """
        self.build = build
        self._meaning = meaning
        self.keys: list[str] = []
        self.facets = Facets(broader, things)
        writer = PostingsWriter()
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
                writer.add(number, sum_weights(weighted_terms(texts)))
            days.append(profile.edited.toordinal() if profile.edited else _NEVER)
            moments.append(profile.edited.timestamp() if profile.edited else 0.0)
            for item in offers_and_wants(profile):
                if item.capacity.startswith("unlisted:"):
                    unlisted.setdefault(item.capacity, item.text)
        self._numbers = {key: number for number, key in enumerate(self.keys)}
        self.facets.freeze()
        self._days = np.array(days, dtype=np.int64)
        order = sorted(range(len(names)), key=lambda at: (names[at], self.keys[at]))
        self._by_name = np.array(order, dtype=np.intp)
        order = sorted(range(len(days)), key=lambda at: (-moments[at], self.keys[at]))
        self._by_freshness = np.array(order, dtype=np.intp)
        self._freshness = _ranks(self._by_freshness)
        extra = [
            Concept("capacity", id, (text, id.partition(":")[2]))
            for id, text in sorted(unlisted.items())
        ]
        self._postings: TermPostings = writer.freeze(
            before._postings if before is not None else None
        )
        self._relevance = Relevance(
            postings=self._postings,
            lexicon=Lexicon(concepts, extra),
            facets=self.facets,
            names=names,
            meaning=meaning,
            tie=1.0 - self._freshness / max(len(days), 1),
        )
        # Somebody turns pages and ticks boxes with the same words. Each holds a score a profile.
        self._found = lru_cache(maxsize=_REMEMBERED)(self._relevance.find)
        self._fresh_since = lru_cache(maxsize=2 * len(FRESHNESS))(partial(_since, self._days))
        self._everyone = BitMap()
        self._everyone.add_range(0, len(self.keys))
        self._relevance.prepare()

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def search(
        self, query: Query, *, today: date, limit: int = 30, whole: str = ""
    ) -> SearchResults:
        """Search. ``limit`` is how many values a facet with many of them brings back, but for the
        one that is asked for ``whole``.
        """
        found = self._text(query)
        restrictions = self._restrictions(query, today)
        base = found.everyone if found is not None else self._everyone
        everyone = intersect_all(base, restrictions.values())
        return SearchResults(
            keys=self._page(query, everyone, found),
            total=len(everyone),
            counts=self._counts(query, found, restrictions, today, limit, whole),
            partial=found is not None and found.partial,
            named=found.named if found is not None else (),
            everyone=everyone,
        )

    def correct(self, text: str) -> Correction | None:
        """Return what was perhaps meant by words that name no capacity, or None."""
        return self._meaning.correct(text) if self._meaning is not None and text else None

    def every(self, query: Query, *, today: date) -> tuple[str, ...]:
        """Return the keys of all results in order, for exports; the page is not looked at."""
        found = self._text(query)
        base = found.everyone if found is not None else self._everyone
        everyone = intersect_all(base, self._restrictions(query, today).values())
        numbers = self._ordered(query, everyone, found, len(everyone))
        return tuple(self.keys[number] for number in numbers.tolist())

    def tied(self, capacity: str, *directions: str, direct: bool = False) -> BitMap:
        """Return who offers, wants (or both) a capacity or, unless ``direct``, a narrower one."""
        return self.facets.connected_to(frozenset(directions) or _ALL, capacity, direct=direct)

    def of(self, facet: str, value: str) -> BitMap:
        """Return who has this value of a facet, as document numbers."""
        return self.facets.with_value(facet, value)

    def numbers(self, keys: Iterable[str]) -> BitMap:
        """Return the document numbers of those of these profiles who are here."""
        return BitMap(self._numbers[key] for key in keys if key in self._numbers)

    def _kept(self, key: str, mark: int) -> int | None:
        """Return the number of a profile whose texts are marked so, else nothing."""
        number = self._numbers.get(key)
        return number if number is not None and self._marks[number] == mark else None

    # --- the parts of a search -------------------------------------------------------------

    def _text(self, query: Query) -> SearchHits | None:
        if not query.text:
            return None
        return self._found(query.text, frozenset(query.values("direction")) or _ALL)

    def _restrictions(self, query: Query, today: date) -> dict[str, BitMap]:
        held: dict[str, BitMap] = {}
        directions = frozenset(query.values("direction")) or _ALL
        if capacities := query.values(CAPACITY):
            held["tie"] = BitMap().union(
                *[self.facets.connected_to(directions, capacity) for capacity in capacities]
            )
        elif directions != _ALL or query.values("direction"):
            held["tie"] = self.facets.any_of(_sides(query), sorted(directions))
        for facet in (*SIMPLE, "language"):
            if values := query.values(facet):
                held[facet] = self.facets.any_of(facet, values, query.level)
        if values := query.values("freshness"):
            held["freshness"] = BitMap().union(*[self._fresh(value, today) for value in values])
        return held

    def _counts(
        self,
        query: Query,
        found: SearchHits | None,
        held: Mapping[str, BitMap],
        today: date,
        limit: int,
        whole: str,
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        base = found.everyone if found is not None else self._everyone
        everyone = intersect_all(base, held.values())

        def without(name: str) -> BitMap:
            if name not in held:
                return everyone
            return intersect_all(base, (one for key, one in held.items() if key != name))

        def tied(one: str) -> BitMap:
            """Return who would be found in one direction: words mean something else in each."""
            way, capacities = frozenset((one,)), query.values(CAPACITY)
            ties = (
                BitMap().union(*[self.facets.connected_to(way, id) for id in capacities])
                if capacities
                else self.facets.with_value(_sides(query), one)
            )
            words = found.by_direction[one] if found is not None else self._everyone
            others = (held[key] for key in held if key != "tie")
            return intersect_all(words, (ties, *others))

        directions = frozenset(query.values("direction")) or _ALL
        counts = {
            "direction": tuple((one, count) for one in DIRECTIONS if (count := len(tied(one)))),
            CAPACITY: self.facets.connection_counts(without("tie"), directions),
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
                facet,
                without(facet),
                level=query.level,
                limit=limit if facet in HIGH_CARDINALITY and facet != whole else 0,
            )
        return counts

    def _fresh(self, name: str, today: date) -> BitMap:
        if name not in FRESHNESS:
            return BitMap()
        return self._fresh_since(today.toordinal() - FRESHNESS[name])

    def _page(self, query: Query, everyone: BitMap, found: SearchHits | None) -> tuple[str, ...]:
        end = query.page * query.size
        numbers = self._ordered(query, everyone, found, end)[end - query.size :]
        return tuple(self.keys[number] for number in numbers.tolist())

    def _ordered(
        self, query: Query, everyone: BitMap, found: SearchHits | None, wanted: int
    ) -> npt.NDArray[np.intp]:
        if query.sort is Sort.NAME:
            return self._first(self._by_name, everyone, wanted)
        if query.sort is Sort.FRESHNESS or found is None:
            return self._first(self._by_freshness, everyone, wanted)
        numbers = numbers_of(everyone)
        # Scores are not negative, so their bits are in the same order as they.
        bits = found.scores[numbers].view(np.int32).astype(np.int64)
        keys = ((_HIGHEST - bits) << 32) | self._freshness[numbers]
        if wanted < len(keys):
            keys = np.partition(keys, wanted - 1)[:wanted]
        keys.sort()
        order: npt.NDArray[np.intp] = self._by_freshness[keys & _HIGHEST]
        return order

    def _first(
        self, order: npt.NDArray[np.intp], everyone: BitMap, wanted: int
    ) -> npt.NDArray[np.intp]:
        """Return the first of these people in an order of all."""
        asked = np.zeros(len(order), dtype=bool)
        asked[numbers_of(everyone)] = True
        end = 2 * wanted
        while np.count_nonzero(asked[order[:end]]) < wanted and end < len(order):
            end *= 4
        return order[:end][asked[order[:end]]][:wanted]


def _sides(query: Query) -> str:
    """Return the facet of who offers or wants at all: words may be about things as well, and so is
    what is new.
    """
    return ANYTHING if query.text or query.sort is Sort.FRESHNESS else DIRECTION


def _since(days: npt.NDArray[np.int64], day: int) -> BitMap:
    return bitmap_of(days >= day)


def _ranks(order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks


# -- Build: an index from profiles, with the names of everything that a word may stand for.

NAMED_IN = ("en", "de", "fr", "es", "pt", "ar", "yo", "ru", "zh", "ja", "hi", "id")
"""Languages in whose names countries, regions and languages are found."""


def build_index(
    profiles: Iterable[Profile],
    *,
    directory: Directory,
    name: str = "",
    before: Index | None = None,
) -> Index:
    """Index profiles; ``name`` says which state of the store they are (``Index.build``).

    ``before`` is the index of an earlier state, whose work on the same texts is taken over.
    """
    return Index(
        profiles,
        concepts=[*_capacities(directory), *_places()],
        broader={capacity.id: directory.broader(capacity.id) for capacity in directory},
        things=directory.things,
        meaning=meaning_of(directory),
        build=name,
        before=before,
    )


def _capacities(directory: Directory) -> Iterator[Concept]:
    for capacity in directory:
        yield Concept("capacity", capacity.id, (*names_of(capacity), capacity.id))


@cache
def _places() -> tuple[Concept, ...]:
    found = [
        Concept("country", code, tuple(dict.fromkeys(country_name(code, one) for one in NAMED_IN)))
        for code in all_countries()
    ]
    found += [
        Concept(
            "region",
            one.id,
            # "SA" and "NA" are words of many languages.
            (*one.names.values(), *(name for name in (one.id, *one.aliases) if len(name) > 2)),
        )
        for one in all_regions()
    ]
    found += [
        Concept("language", code, tuple(dict.fromkeys((autonym(code), *_names(code)))))
        for code in all_codes()
    ]
    return tuple(found)


def _names(code: str) -> Iterator[str]:
    for one in NAMED_IN[:7]:
        yield language_name(code, one)
