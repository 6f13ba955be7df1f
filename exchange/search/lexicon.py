"""Lexicon: things with names in many languages that a searched word may stand for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from exchange.search.tokenizer import forget_words, index_terms

Ids = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.intp]
"""Document or name numbers, of the type by which numpy is quickest to look up."""
Weights = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

Word = tuple[tuple[str, ...], ...]
"""A searched word: its alternatives, each the terms that must all hold."""


@dataclass(frozen=True, slots=True)
class Concept:
    """Something with names: ``facet`` (capacity, country, ...), its value, every way to write it."""

    facet: str
    value: str
    names: tuple[str, ...]


class _NameTable:
    """Names of some concepts, to be looked up by their terms.

    Concepts have names in dozens of languages, so all of them are kept as three columns: the terms
    in order, the names that hold each, and the length of each name.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = tuple(concepts)
        numbers: dict[str, int] = {}
        terms, holders, owners = array("I"), array("I"), array("I")
        lengths = array("f")
        for number, concept in enumerate(self.concepts):
            names = dict.fromkeys(frozenset(index_terms(name)) for name in concept.names)
            for name in filter(None, names):
                for term in name:
                    terms.append(numbers.setdefault(term, len(numbers)))
                    holders.append(len(lengths))
                lengths.append(len(name))
                owners.append(number)
        self._vocabulary = sorted(numbers)
        place = np.empty(len(numbers), dtype=np.intp)
        place[[numbers[term] for term in self._vocabulary]] = np.arange(len(numbers))
        placed = place[np.array(terms, dtype=np.intp)]
        self._ends = np.searchsorted(np.sort(placed), np.arange(len(numbers) + 1))
        self._names = np.array(holders, dtype=np.intp)[np.argsort(placed, kind="stable")]
        self._lengths = np.array(lengths)
        self._owners = np.array(owners, dtype=np.intp)
        forget_words()

    @staticmethod
    @lru_cache(maxsize=2)
    def of(concepts: tuple[Concept, ...]) -> _NameTable:
        """Return the table of concepts, made once."""
        return _NameTable(concepts)

    def matching_concepts(self, word: Word, *, prefix: bool = False) -> list[int]:
        """Return what ``Lexicon.matching_concepts`` does, of these concepts."""
        found: set[int] = set()
        for way in word:
            held: Numbers | None = None
            for at, term in enumerate(way):
                last = prefix and at == len(way) - 1
                owners = self._owners[self._starting(term) if last else self._holding(term)]
                held = owners if held is None else held[np.isin(held, owners)]
                if not len(held):
                    break
            else:
                found.update(() if held is None else held.tolist())
        return sorted(found)

    def name_coverage(self, asked: frozenset[str], prefix: str = "") -> Scores:
        """Return what ``Lexicon.name_coverage`` does, of these concepts."""
        best = np.zeros(len(self.concepts), dtype=np.float32)
        whole = [self._holding(term) for term in asked]
        begun = self._starting(prefix) if prefix else self._names[:0]
        named = np.sort(np.concatenate((begun, *whole)))
        if not len(named):
            return best
        named = named[np.diff(named, prepend=-1) > 0]
        held = np.zeros(len(self._lengths), dtype=np.float32)
        np.add.at(held, begun, np.float32(0.5))
        for term, names in zip(asked, whole, strict=True):
            held[names] += np.float32(0.5 if prefix and term.startswith(prefix) else 1.0)
        owners = self._owners[named]  # In order, as the names are.
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        share = held[named] / self._lengths[named]
        best[owners[firsts]] = np.maximum.reduceat(share, firsts)
        return best

    def _holding(self, term: str) -> Numbers:
        at = bisect_left(self._vocabulary, term)
        if at == len(self._vocabulary) or self._vocabulary[at] != term:
            return self._names[:0]
        return self._names[self._ends[at] : self._ends[at + 1]]

    def _starting(self, prefix: str) -> Numbers:
        low = bisect_left(self._vocabulary, prefix)
        high = bisect_left(self._vocabulary, prefix + "\U0010ffff", low)
        return self._names[self._ends[low] : self._ends[high]]


class Lexicon:
    """Looks up which concepts a searched word may stand for.

    The ``standing`` ones are the capacities of the directory and the places: most runs of the bot
    leave all of them as they were, so they are looked through once. The others are what people
    made up.
    """

    def __init__(self, standing: Iterable[Concept], others: Iterable[Concept] = ()) -> None:
        self._tables = (_NameTable.of(tuple(standing)), _NameTable(others))
        self.concepts = tuple(concept for table in self._tables for concept in table.concepts)

    def matching_concepts(self, word: Word, *, prefix: bool = False) -> list[int]:
        """Return the numbers of the concepts that have this word in their names, in order."""
        standing, others = (each.matching_concepts(word, prefix=prefix) for each in self._tables)
        return [*standing, *(len(self._tables[0].concepts) + number for number in others)]

    def name_coverage(self, asked: frozenset[str], prefix: str = "") -> Scores:
        """Return how much of each concept's best-fitting name was asked for, 0 to 1.

        ``prefix`` is the term still being typed, or empty; what it begins counts for half of
        what it completes.
        """
        return np.concatenate([table.name_coverage(asked, prefix) for table in self._tables])
