"""Concepts: things with names in many languages that a searched word may stand for.

A capacity, a country, a region, a language: whoever asks for ``comunicação`` means the capacity,
and finds those who wrote ``communication``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exchange.search.analysis import terms

Word = tuple[tuple[str, ...], ...]
"""A searched word: its alternatives, each the terms that must all hold."""


@dataclass(frozen=True, slots=True)
class Concept:
    """Something with names: ``facet`` (capacity, country, ...), its value, every way to write it."""

    facet: str
    value: str
    names: tuple[str, ...]


class Lexicon:
    """Looks up which concepts a searched word may stand for."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = tuple(concepts)
        self._names: list[tuple[frozenset[str], ...]] = []
        by_term: dict[str, set[int]] = {}
        for number, concept in enumerate(self.concepts):
            names = {frozenset(terms(name)) for name in concept.names}
            self._names.append(tuple(sorted((name for name in names if name), key=sorted)))
            for name in names:
                for term in name:
                    by_term.setdefault(term, set()).add(number)
        self._by_term = by_term
        self._vocabulary = sorted(by_term)

    def meant(self, word: Word, *, prefix: bool) -> set[int]:
        """Give the numbers of the concepts that have this word in one of their names."""
        found: set[int] = set()
        for way in word:
            sets = [self._by_term.get(term, set()) for term in way[:-1]]
            last = set(self._by_term.get(way[-1], ()))
            if prefix:
                for term in self._starting(way[-1]):
                    last |= self._by_term[term]
            found |= last.intersection(*sets) if sets else last
        return found

    def coverage(self, number: int, asked: frozenset[str], prefix: str) -> float:
        """Tell how much of a concept's best-fitting name was asked for, 0 to 1.

        ``prefix`` is the term still being typed, or empty; what it begins counts for half of
        what it completes.
        """
        best = 0.0
        for name in self._names[number]:
            if asked.isdisjoint(name) and not prefix:
                continue
            held = sum(
                1.0 if term in asked else 0.5 if prefix and term.startswith(prefix) else 0.0
                for term in name
            )
            best = max(best, held / len(name))
        return best

    def _starting(self, prefix: str) -> Iterator[str]:
        at = bisect_left(self._vocabulary, prefix)
        while at < len(self._vocabulary) and self._vocabulary[at].startswith(prefix):
            yield self._vocabulary[at]
            at += 1
