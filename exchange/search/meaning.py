"""Meaning: the capacities that a query names, however it is put.

"how do I write a grant", "Wikidata-Schulung" and "конкурси фотографій" each name a capacity, in
words of one language, inflected, compounded, with words around it that say nothing. A name is
meant where its words are in the query; the rarer a word is in names, the more it says.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from exchange.directory import Directory
from exchange.languages.codes import load_data
from exchange.search.tokenizer import (
    COMPOUNDING,
    accented_words,
    forget_words,
    index_terms,
    is_spaceless,
    is_stemmed,
    parse_query,
    stemming_of,
    stems_of,
    stems_of_parts,
    terms_by_position,
)
from exchange.text import search_fold

_SHORT_WORD = 2
"""Letters of a word that a name with longer ones does not need: articles, "of", "i"."""
_NOTHING: frozenset[int] = frozenset()
_NO_TERM: frozenset[str] = frozenset()
_MOST_UNITS = 4
_MOST_TIED = 4
_PARTLY = 0.45
"""How much of a name and of the query must be the same, where no whole name is in the query."""
_SHORTEST_PART = 4
"""Letters of the shortest part of a compound."""
_LONG_WORD = 8
"""From so many letters on two may be wrong, else one; below four none."""
_SHORTEST_MISSPELT = 4
_MOST_TRIED = 16


@dataclass(frozen=True, slots=True)
class NamedCapacities:
    """Capacities that the same words of a query name, and which words (counted from 0) those are."""

    capacities: tuple[str, ...]
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class Correction:
    """What was perhaps meant by words that name nothing: the text, put right, and capacities."""

    text: str
    capacities: tuple[str, ...]


_Name = tuple[str, str, frozenset[str]]
"""A capacity, one of its names, and the terms of its English names."""


@lru_cache(maxsize=16_384)
def _name_terms(name: str) -> tuple[str, ...]:
    return tuple(term for word in parse_query(name) for term in word[0])


class _Stems:
    """Stems of words, by how languages stem them, and the word of a language that each is of.

    All are in three columns, the first a hash of each: so many names would be large as strings.
    """

    def __init__(self, languages: Iterable[_LanguageNames]) -> None:
        """``languages`` are numbered as they come."""
        held = list(languages)
        stems = np.concatenate([np.array(one.stems, dtype=np.int64) for one in held])
        order = np.argsort(stems, kind="stable")
        self._stems = stems[order]
        sizes = [len(one.stems) for one in held]
        self._languages = np.repeat(np.arange(len(held), dtype=np.uint16), sizes)[order]
        self._words = np.concatenate([np.array(one.stem_words) for one in held])[order]

    def find(self, stems: list[int]) -> Iterator[tuple[int, int, int]]:
        """Yield what these hashes are stems of, as (place among them, language, word)."""
        asked = np.array(stems, dtype=np.int64)
        low = np.searchsorted(self._stems, asked)
        high = np.searchsorted(self._stems, asked, side="right")
        for at in np.flatnonzero(high > low).tolist():
            found = slice(low[at], high[at])
            languages, words = self._languages[found].tolist(), self._words[found].tolist()
            yield from zip(repeat(at), languages, words)


class _LanguageNames:
    """The names of capacities in one language, each as the numbers of its words."""

    def __init__(
        self, language: str, names: Iterable[_Name], fillers: frozenset[str] = _NO_TERM
    ) -> None:
        self.language = language
        self.stemming = stemming_of(language)
        self.capacities: list[str] = []
        self.terms: set[str] = set()
        self._taken_over = not is_stemmed(language)
        numbers: dict[str, int] = {}
        words: list[tuple[int, ...]] = []
        seen: set[tuple[str, tuple[int, ...]]] = set()
        for capacity, name, english in names:
            every = _name_terms(name)
            terms = tuple(term for term in every if term not in fillers) or every
            accented = accented_words(name)
            longer = any(len(term) > _SHORT_WORD for term in terms)
            said = {
                self._number(numbers, term, accented.get(term, ""), taken_over=term in english)
                for term in terms
                if len(term) > _SHORT_WORD or not term.isalpha() or not longer or is_spaceless(term)
            }
            meant = [tuple(sorted(said))]
            if len(terms) == 2 and language == "en" and all(map(str.isalpha, terms)):
                # Others write it as one word: "projectmanagement".
                joined = "".join(terms)
                meant.append((self._number(numbers, joined, "", taken_over=True),))
            if not said or (capacity, meant[0]) in seen:
                continue
            seen.add((capacity, meant[0]))
            self.capacities += [capacity] * len(meant)
            words += meant
        self.stems = array("q", (hash((self.stemming, stem)) for stem in numbers))
        self.stem_words = array("I", numbers.values())
        self._words, self._word_ends = _joined(words)
        holders: dict[int, list[int]] = {}
        for at in sorted(range(len(words)), key=lambda at: len(words[at])):
            for number in words[at]:
                holders.setdefault(number, []).append(at)
        by_word = [holders.get(at, ()) for at in range(len(numbers))]
        self._holders, self._holder_ends = _joined(by_word)
        total = len(words) + 1
        self.weights = array("d", (math.log(1 + total / (len(one) or 1)) for one in by_word))
        self.sizes = array("d", (sum(self.weights[number] for number in one) for one in words))

    def _number(self, numbers: dict[str, int], term: str, written: str, *, taken_over: bool) -> int:
        self.terms.add(term)
        # "Wikidata" has no endings of a language that only took it over.
        plain = taken_over and self._taken_over
        stems = (term,) if plain else stems_of(term, self.stemming, written)
        known = next((numbers[stem] for stem in stems if stem in numbers), None)
        number = len(numbers) if known is None else known
        for stem in stems:
            numbers.setdefault(stem, number)
        return number

    def words_of(self, name: int) -> array[int]:
        """Return the words of a name."""
        return self._words[self._word_ends[name] : self._word_ends[name + 1]]

    def holding(self, word: int, longest: int) -> Iterator[int]:
        """Yield the names that have a word, of so many words at most: they come by length."""
        for at in range(self._holder_ends[word], self._holder_ends[word + 1]):
            name = self._holders[at]
            if self._word_ends[name + 1] - self._word_ends[name] > longest:
                return
            yield name


def _joined(rows: Iterable[Sequence[int]]) -> tuple[array[int], array[int]]:
    """Return rows of numbers one after the other, and where each begins and the last ends."""
    numbers, ends = array("I"), array("I", (0,))
    for row in rows:
        numbers.extend(row)
        ends.append(len(numbers))
    return numbers, ends


def meaning_of(directory: Directory) -> QueryReader:
    """Return what names mean in a directory; it is made once for equal ones."""
    made = _MADE.get(directory.digest)
    if made is None:
        while len(_MADE) >= _MOST_MADE:
            _MADE.pop(next(iter(_MADE)), None)
        made = _MADE[directory.digest] = QueryReader(directory)
    return made


_MOST_MADE = 4
_MADE: dict[str, QueryReader] = {}


class QueryReader:
    """Finds the capacities that words name, among all names of a directory in all languages."""

    def __init__(self, directory: Directory) -> None:
        by_language: dict[str, list[_Name]] = {}
        for capacity in directory:
            english = frozenset(
                term
                for name in (capacity.names.get("en", ""), *capacity.aliases.get("en", ()))
                for term in _name_terms(name)
            )
            for language, name in capacity.names.items():
                by_language.setdefault(language, []).append((capacity.id, name, english))
            for language, names in capacity.aliases.items():
                held = by_language.setdefault(language, [])
                held += [(capacity.id, name, english) for name in names]
        fillers = load_data("fillers.json")["words"].values()
        self._fillers = frozenset(term for words in fillers for term in index_terms(words))
        self._languages = [
            _LanguageNames(language, held, self._fillers)
            for language, held in sorted(by_language.items())
        ]
        self._stems = _Stems(self._languages)
        stemmings: dict[str, set[str]] = {}
        for one in self._languages:
            stemmings.setdefault(one.stemming, set()).update(*one.terms)
        self._stemmings = [(name, frozenset(letters)) for name, letters in stemmings.items()]
        """The ways of stemming, and the letters of the names in their languages."""
        self._compounding = [
            (at, one.stemming)
            for at, one in enumerate(self._languages)
            if one.language in COMPOUNDING
        ]
        terms = {one.language: one.terms for one in self._languages}
        self._english = frozenset(terms.get("en", ()))
        self._spelt = sorted(
            term
            for term in {*chain.from_iterable(terms.values())}
            if len(term) >= _SHORTEST_MISSPELT
        )
        for one in self._languages:
            one.terms.clear()
        _name_terms.cache_clear()
        forget_words()
        self.understand = lru_cache(maxsize=1_024)(self._understand)
        self._holding = lru_cache(maxsize=16_384)(self._find)

    def _understand(self, text: str) -> tuple[NamedCapacities, ...]:
        """Return the capacities that a query names, those said with most words first.

        Where no whole name is in it, the names that have most in common with it, if that is
        enough ("grant" for "grant proposal").
        """
        asked, word_of = terms_by_position(text)
        accented = accented_words(text)
        said = [_NO_TERM if terms <= self._fillers else terms for terms in asked]
        found = [self._found_at(terms, accented) for terms in (said if any(said) else asked)]
        places = [
            _FoundWords(names, [held.get(at, _NOTHING) for held in found])
            for at, names in enumerate(self._languages)
            if any(at in held for held in found)
        ]
        free = frozenset(range(len(asked)))
        units: list[NamedCapacities] = []
        while free and len(units) < _MOST_UNITS:
            unit = _best_names(places, free, whole=True)
            if unit is None and not units:
                unit = _best_names(places, free, whole=False)
            if unit is None:
                break
            named, positions, languages = unit
            units.append(NamedCapacities(named, frozenset(word_of[at] for at in positions)))
            free -= positions
            # Who asks in a language goes on in it; many names are English in every language.
            places = [place for place in places if place.names.language in {*languages, "en"}]
        return tuple(units)

    def _found_at(
        self, terms: frozenset[str], accented: Mapping[str, str]
    ) -> dict[int, frozenset[int]]:
        """Return the words of names that stand at a position, by the number of their language.

        Only what is no word of any name may be made of several.
        """
        for parts in (False, True):
            found: dict[int, frozenset[int]] = {}
            for term in terms:
                for at, words in self._holding(term, accented.get(term, ""), parts):
                    found[at] = found[at] | words if at in found else words
            if found:
                return found
        return {}

    def _find(self, term: str, written: str, parts: bool) -> tuple[tuple[int, frozenset[int]], ...]:
        """Return the words of names that a word of the query may be, by language; what it begins
        or ends with where ``parts``."""
        if len(term) == 1 and not is_spaceless(term):
            return ()
        held = self._parts(term) if parts else self._whole(term, written)
        return tuple((language, frozenset(words)) for language, words in sorted(held.items()))

    def _whole(self, term: str, written: str) -> dict[int, list[int]]:
        stems: list[int] = []
        first: set[int] = set()
        for name, letters in self._stemmings:
            if term[0] in letters:
                first.add(len(stems))
                stems += [hash((name, stem)) for stem in stems_of(term, name, written)]
        hits = list(self._stems.find(stems))
        # The word as it stands rather than what its ending may hide.
        found = {language: [word] for at, language, word in hits if at in first}
        nearer = frozenset(found)
        for _, language, word in hits:
            if language not in nearer:
                found.setdefault(language, []).append(word)
        return found

    def _parts(self, term: str) -> dict[int, list[int]]:
        """Return the words that a compound begins and ends with, each as long as possible."""
        whole = range(len(term) - 1, _SHORTEST_PART - 1, -1)
        pieces = [*(term[:end] for end in whole), *(term[-size:] for size in whole)]
        asked: list[int] = []
        language_of: list[int] = []
        for language, stemming in self._compounding:
            stems = stems_of_parts(pieces, stemming)
            asked += [
                hash((stemming, stem)) if len(stem) >= _SHORTEST_PART else 0 for stem in stems
            ]
            language_of += [language] * len(pieces)
        longest: dict[tuple[int, bool], int] = {}
        for at, language, word in self._stems.find(asked):
            if language == language_of[at]:
                ending = at % len(pieces) >= len(whole)
                longest.setdefault((language, ending), word)
        found: dict[int, list[int]] = {}
        for (language, _), word in longest.items():
            found.setdefault(language, []).append(word)
        return found

    def correct(self, text: str) -> Correction | None:
        """Return what was perhaps meant by a text with words that are in no name; None where nothing is.

        It is what names a capacity where the text names none, or names one with more words, or has
        an English name spelt right. A word may be wrong in one letter, a long one in two; two letters may have changed places.
        """
        before = self.understand(text)
        words = search_fold(text[:200]).split()
        tried = [(words, frozenset[str]())]
        for at, word in enumerate(words):
            near = self._nearest(word)
            tried = [
                ([*said[:at], one, *said[at + 1 :]], changed | {one} if one != word else changed)
                for said, changed in tried
                for one in near or (word,)
            ][:_MOST_TRIED]
        better, changed = max(tried, key=lambda one: self._words_named(one[0]))
        units = self.understand(" ".join(better)) if changed else ()
        if not units:
            return None
        # "Wikidatta" has an ending of some language, but is no name that people take over; beside
        # words that name something ("teach Wikipedia") a word may be one that no name has.
        named = {words[at] for unit in before for at in unit.words if at < len(words)}
        misspelt = self._english.issuperset(changed) and not named.isdisjoint({*words} - {*better})
        if before and not misspelt and len(units[0].words) <= len(before[0].words):
            return None
        return Correction(" ".join(better), units[0].capacities)

    def _words_named(self, words: list[str]) -> int:
        units = self.understand(" ".join(words))
        return len(units[0].words) if units else 0

    def _nearest(self, word: str) -> list[str]:
        """Return the words of names that a misspelt one is as near to as to any, the likeliest first."""
        word = next((word[0][0] for word in parse_query(word)), word)  # Without a plural's s.
        at = bisect_left(self._spelt, word)
        known = self._spelt[at : at + 1] == [word]
        if len(word) < _SHORTEST_MISSPELT or known or not word.isalpha() or self._inflected(word):
            return []
        most = 2 if len(word) >= _LONG_WORD else 1
        found = process.extract(word, self._spelt, scorer=OSA.distance, score_cutoff=most, limit=8)
        # Most people get the first letter right.
        ranked = sorted(
            found,
            key=lambda one: (one[1], one[0] not in self._english, one[0][0] != word[0], one[0]),
        )
        return [str(one[0]) for one in ranked if one[1] == ranked[0][1]][:_MOST_TIED]

    def _inflected(self, word: str) -> bool:
        """Whether a word is one of English names in another form ("teach" for "teaching")."""
        stemming = stemming_of("en")
        stem = hash((stemming, stems_of(word, stemming)[0]))
        return any(self._languages[at].language == "en" for _, at, _ in self._stems.find([stem]))


@dataclass(frozen=True, slots=True)
class _FoundWords:
    """For each position of a query, the words of a language's names that stand there."""

    names: _LanguageNames
    words: list[frozenset[int]]


def _best_names(
    places: list[_FoundWords], free: frozenset[int], *, whole: bool
) -> tuple[tuple[str, ...], frozenset[int], frozenset[str]] | None:
    """Return what the names mean that fit the free positions of a query best, if any fits enough.

    With it, which positions these are and which languages the names are of.
    """
    best: dict[str, tuple[float, frozenset[int], str]] = {}
    most, least = (1, 0.0) if whole else (2, _PARTLY)
    for place in places:
        names, found = place.names, place.words
        words = {number: at for at in sorted(free) for number in found[at]}
        if not words:
            continue
        said = (
            1.0
            if whole
            else sum(max((names.weights[n] for n in found[at]), default=0.0) for at in free)
        )
        longest = most * len(words)
        for at in sorted({at for number in words for at in names.holding(number, longest)}):
            in_name = names.words_of(at)
            shared = [number for number in in_name if number in words]
            if len(in_name) > most * len(shared):
                continue
            weight = sum(names.weights[number] for number in shared)
            value = weight if whole else weight / names.sizes[at] * weight / said
            if value < least:
                continue
            positions = frozenset(words[number] for number in shared)
            held = best.get(names.capacities[at])
            if held is None or (len(positions), value) > (len(held[1]), held[0]):
                best[names.capacities[at]] = value, positions, names.language
    if not best:
        return None
    ranked = sorted(best.items(), key=lambda one: (-len(one[1][1]), -one[1][0], one[0]))
    positions = ranked[0][1][1]
    same = [(id, *one) for id, one in ranked if one[1] == positions]
    kept = [one for one in same if one[1] >= 0.9 * same[0][1]][:_MOST_TIED]
    return tuple(one[0] for one in kept), positions, frozenset(one[3] for one in kept)
