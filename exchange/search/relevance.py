"""Relevance: who is meant by some words, and how well each fits.

Each word brings a score to a person, from what they wrote (name first, then affiliations, then
notes; rarer words count for more) and from what the word stands for (a capacity they offer or
want, a country, a language). Somebody is found who has every word; where nobody has, those with
the most words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.fold import search_fold
from exchange.search.analysis import questions
from exchange.search.concepts import Lexicon, Word
from exchange.search.facets import TIED, Facets, bitmap_of
from exchange.search.postings import Postings

_CONCEPT_WEIGHT = {TIED: 1.0, "language": 0.5, "region": 0.5, "country": 0.6}
_NARROWER = 0.4
_EXACT_NAME = 20.0
_TIE = 0.05
_STEPS = 4.0

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, with a score for everybody (0 for those who were not)."""

    everyone: BitMap
    scores: Scores
    partial: bool = False


class Relevance:
    """Finds people by words."""

    def __init__(
        self,
        *,
        postings: Postings,
        lexicon: Lexicon,
        facets: Facets,
        names: Sequence[str],
        tie: npt.NDArray[np.float64],
    ) -> None:
        """``names`` are folded names by document number; ``tie`` (0 to 1) decides among equals."""
        self._postings = postings
        self._lexicon = lexicon
        self._facets = facets
        self._size = facets.size
        self._tie = (tie * _TIE).astype(np.float32)
        self._named: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            self._named.setdefault(name, []).append(number)

    def find(self, text: str, directions: frozenset[str]) -> Found:
        """Find who fits a text; capacities count in these directions only."""
        asked = questions(text)
        scores = np.zeros(self._size, dtype=np.float32)
        held = np.zeros(self._size, dtype=np.uint8)
        ends_open = bool(text) and (text[-1].isalnum() or not text[-1].isascii())
        every = frozenset(term for word in asked for way in word for term in way)
        last = asked[-1][0][-1] if asked and ends_open else ""
        for position, word in enumerate(asked):
            prefix = ends_open and position == len(asked) - 1
            part = self._written(word, prefix=prefix)
            self._meant(part, word, every, last, directions, prefix=prefix)
            held += part > 0
            scores += part
        most = int(held.max(initial=0))
        everyone = held == most if most else np.zeros(self._size, dtype=bool)
        for number in self._named.get(search_fold(text), ()):
            scores[number] += _EXACT_NAME
        scores += self._tie
        numbers = np.flatnonzero(everyone).astype(np.uint32)
        return Found(bitmap_of(numbers), scores, partial=0 < most < len(asked))

    def _written(self, word: Word, *, prefix: bool) -> Scores:
        best = np.zeros(self._size, dtype=np.float32)
        for way in word:
            part: Scores | None = None
            for at, term in enumerate(way):
                one = self._term(term, prefix=prefix and at == len(way) - 1)
                part = one if part is None else np.where((part > 0) & (one > 0), part + one, 0)
            if part is not None:
                best = np.maximum(best, part)
        return best

    def _term(self, term: str, *, prefix: bool) -> Scores:
        scores = np.zeros(self._size, dtype=np.float32)
        if prefix and (len(term) > 1 or not term.isascii()):
            numbers, weights = self._postings.starting(term)
            scores[numbers] = weights * np.float32(0.6 * self._rarity(len(numbers)))
        numbers, weights = self._postings.term(term)
        if len(numbers):
            exact = weights * np.float32(self._rarity(len(numbers)))
            scores[numbers] = np.maximum(scores[numbers], exact)
        return scores

    def _meant(
        self,
        scores: Scores,
        word: Word,
        every: frozenset[str],
        last: str,
        directions: frozenset[str],
        *,
        prefix: bool,
    ) -> None:
        """Raise the scores of those who have a capacity, country ... that the word stands for."""
        steps: dict[int, list[BitMap]] = {}
        for number in self._lexicon.meant(word, prefix=prefix and len(last) > 1):
            concept = self._lexicon.concepts[number]
            covered = self._lexicon.coverage(number, every, last if len(last) > 1 else "")
            fits = (0.15 + 0.85 * covered**2) * _CONCEPT_WEIGHT[concept.facet]
            if concept.facet != TIED:
                self._step(steps, self._facets.of(concept.facet, concept.value), fits)
                continue
            direct = self._facets.tied(directions, concept.value, direct=True)
            self._step(steps, direct, fits)
            if covered == 1.0:
                wider = self._facets.tied(directions, concept.value)
                self._step(steps, wider - direct, fits * _NARROWER)
        for step in sorted(steps):
            together = BitMap().union(*steps[step])
            numbers = np.frombuffer(together.to_array(), dtype=np.uint32)
            if len(numbers):
                scores[numbers] = np.maximum(scores[numbers], np.float32(step / _STEPS))

    def _step(self, steps: dict[int, list[BitMap]], people: BitMap, fits: float) -> None:
        """Gather sets of people by score, in quarter steps: few unions instead of many sums."""
        if people:
            step = max(1, round(fits * self._rarity(len(people)) * _STEPS))
            steps.setdefault(step, []).append(people)

    def _rarity(self, held: int) -> float:
        """Weigh a word by how few have it (BM25's inverse document frequency), at least 1."""
        return 1.0 + float(np.log1p((self._size - held + 0.5) / (held + 0.5)))
