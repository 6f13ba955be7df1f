"""Postings: which documents hold a term, and how much it says about them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]

_SATURATION = 1.2
_MAX_EXPANDED = 2_000


class Writer:
    """Collects (term, document, weight) triples; ``done`` sorts them into postings."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms = array("L")
        self._documents = array("L")
        self._weights = array("f")
        self._kept: dict[int, int] = {}

    def keep(self, before: int, document: int) -> None:
        """Take over a document from the postings that ``done`` is given, where it was ``before``."""
        self._kept[before] = document

    def add(self, document: int, weights: Mapping[str, float]) -> None:
        """Add one document: the weight of each of its terms, summed over fields."""
        for term, weight in weights.items():
            self._terms.append(self._numbers.setdefault(term, len(self._numbers)))
            self._documents.append(document)
            self._weights.append(weight)

    def done(self, before: Postings | None = None) -> Postings:
        """Sort what was collected, with what is kept of the postings of ``before``."""
        collected = np.array(self._terms, dtype=np.int64)
        documents = np.array(self._documents, dtype=np.uint32)
        weights = saturated(np.array(self._weights, dtype=np.float32))
        if before is not None and self._kept:
            old_terms, old_documents, old_weights = before.kept(self._kept)
            used = np.flatnonzero(np.bincount(old_terms, minlength=len(before.vocabulary)))
            numbers = np.zeros(len(before.vocabulary), dtype=np.int64)
            for position in used.tolist():
                term = before.vocabulary[position]
                numbers[position] = self._numbers.setdefault(term, len(self._numbers))
            collected = np.concatenate((numbers[old_terms], collected))
            documents = np.concatenate((old_documents, documents))
            weights = np.concatenate((old_weights, weights))
        vocabulary = sorted(self._numbers)
        place = np.empty(len(vocabulary), dtype=np.uint32)
        for at, term in enumerate(vocabulary):
            place[self._numbers[term]] = at
        terms = place[collected]
        order = np.lexsort((documents, terms))
        starts = np.searchsorted(terms[order], np.arange(len(vocabulary) + 1))
        return Postings(vocabulary, starts, documents[order], weights[order])


class Postings:
    """Terms in order, and for each its documents (ascending) with saturated weights, 0 to 1."""

    def __init__(
        self,
        vocabulary: list[str],
        starts: npt.NDArray[np.int64],
        documents: Ids,
        weights: Weights,
    ) -> None:
        self.vocabulary = vocabulary
        self._starts = starts
        self._documents = documents
        self._weights = weights

    def kept(self, numbers: Mapping[int, int]) -> tuple[npt.NDArray[np.int64], Ids, Weights]:
        """Give the (term, document, weight) triples of some documents under new numbers."""
        size = 1 + max(int(self._documents.max(initial=0)), *numbers)
        renamed = np.full(size, -1, dtype=np.int64)
        renamed[np.fromiter(numbers.keys(), np.int64)] = np.fromiter(numbers.values(), np.int64)
        documents = renamed[self._documents]
        held = documents >= 0
        terms = np.repeat(np.arange(len(self.vocabulary)), np.diff(self._starts))
        return terms[held], documents[held].astype(np.uint32), self._weights[held]

    def term(self, term: str) -> tuple[Ids, Weights]:
        """Give the documents and weights of a term; both empty where nobody wrote it."""
        at = bisect_left(self.vocabulary, term)
        if at == len(self.vocabulary) or self.vocabulary[at] != term:
            return self._documents[:0], self._weights[:0]
        return self._slice(at, at + 1)

    def starting(self, prefix: str) -> tuple[Ids, Weights]:
        """Give the documents of all terms that start so; a document may come more than once."""
        low = bisect_left(self.vocabulary, prefix)
        high = bisect_left(self.vocabulary, prefix + "\U0010ffff", low)
        return self._slice(low, min(high, low + _MAX_EXPANDED))

    def _slice(self, low: int, high: int) -> tuple[Ids, Weights]:
        part = slice(int(self._starts[low]), int(self._starts[high]))
        return self._documents[part], self._weights[part]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self._documents.nbytes + self._weights.nbytes + self._starts.nbytes)


def saturated(weights: Weights) -> Weights:
    """Bend weights to between 0 and 1: saying a word often counts for less and less."""
    return (weights / (weights + np.float32(_SATURATION))).astype(np.float32)


def weigh(fields: Iterable[tuple[Iterable[str], float]]) -> dict[str, float]:
    """Sum the weights of the terms of several fields, each (terms, weight of the field)."""
    weights: dict[str, float] = {}
    for terms, weight in fields:
        for term in terms:
            weights[term] = weights.get(term, 0.0) + weight
    return weights
