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

    def add(self, document: int, weights: Mapping[str, float]) -> None:
        """Add one document: the weight of each of its terms, summed over fields."""
        for term, weight in weights.items():
            self._terms.append(self._numbers.setdefault(term, len(self._numbers)))
            self._documents.append(document)
            self._weights.append(weight)

    def done(self) -> Postings:
        """Sort what was collected."""
        vocabulary = sorted(self._numbers)
        place = np.empty(len(vocabulary), dtype=np.uint32)
        for position, term in enumerate(vocabulary):
            place[self._numbers[term]] = position
        terms = place[np.array(self._terms, dtype=np.int64)]
        documents = np.array(self._documents, dtype=np.uint32)
        weights = np.array(self._weights, dtype=np.float32)
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
        self._weights = (weights / (weights + np.float32(_SATURATION))).astype(np.float32)

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


def weigh(fields: Iterable[tuple[list[str], float]]) -> dict[str, float]:
    """Sum the weights of the terms of several fields, each (terms, weight of the field)."""
    weights: dict[str, float] = {}
    for terms, weight in fields:
        for term in terms:
            weights[term] = weights.get(term, 0.0) + weight
    return weights
