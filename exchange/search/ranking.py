"""Relevance: who is meant by some words, and how well each fits.

Where a query names a capacity, those who offer it come first, then who offers something narrower,
then who wants it, then who only wrote the same words. Each word brings a score to a person, from what
they wrote (name first, then affiliations, then notes; rarer words count for more) and from what the
word stands for (a capacity they offer or want, a country, a language). Somebody is found who has
every word; where nobody has, those with the most words. Beside a capacity, words that are no place
or language need not be there: "how do I write a grant".
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from exchange.search.facets import CAPACITY, Facets, bitmap_of, numbers_of
from exchange.search.lexicon import Ids, Lexicon, Mask, Numbers, Scores, Weights, Word
from exchange.search.meaning import NamedCapacities, QueryReader
from exchange.search.query import DIRECTIONS
from exchange.search.tokenizer import parse_query
from exchange.text import search_fold

# -- Postings: which documents hold a term, and how much it says about them.

_SATURATION = 1.2
_MAX_EXPANDED = 2_000


class PostingsWriter:
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

    def freeze(self, before: TermPostings | None = None) -> TermPostings:
        """Sort what was collected, with what is kept of the postings of ``before``."""
        collected = np.array(self._terms, dtype=np.int64)
        documents = np.array(self._documents, dtype=np.uint32)
        weights = saturate_weights(np.array(self._weights, dtype=np.float32))
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
        return TermPostings(vocabulary, starts, documents[order], weights[order])


class TermPostings:
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
        """Return the (term, document, weight) triples of some documents under new numbers."""
        size = 1 + max(int(self._documents.max(initial=0)), *numbers)
        renamed = np.full(size, -1, dtype=np.int64)
        renamed[np.fromiter(numbers.keys(), np.int64)] = np.fromiter(numbers.values(), np.int64)
        documents = renamed[self._documents]
        held = documents >= 0
        terms = np.repeat(np.arange(len(self.vocabulary)), np.diff(self._starts))
        return terms[held], documents[held].astype(np.uint32), self._weights[held]

    def term(self, term: str) -> tuple[Numbers, Weights]:
        """Return the documents and weights of a term; both empty where nobody wrote it."""
        at = bisect_left(self.vocabulary, term)
        if at == len(self.vocabulary) or self.vocabulary[at] != term:
            return self._slice(0, 0)
        return self._slice(at, at + 1)

    def starting(self, prefix: str) -> tuple[Numbers, Weights]:
        """Return the documents of all terms that start so; a document may come more than once."""
        low = bisect_left(self.vocabulary, prefix)
        high = bisect_left(self.vocabulary, prefix + "\U0010ffff", low)
        return self._slice(low, min(high, low + _MAX_EXPANDED))

    def _slice(self, low: int, high: int) -> tuple[Numbers, Weights]:
        part = slice(int(self._starts[low]), int(self._starts[high]))
        return self._documents[part].astype(np.intp), self._weights[part]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self._documents.nbytes + self._weights.nbytes + self._starts.nbytes)


def saturate_weights(weights: Weights) -> Weights:
    """Bend weights to between 0 and 1: saying a word often counts for less and less."""
    return (weights / (weights + np.float32(_SATURATION))).astype(np.float32)


def sum_weights(fields: Iterable[tuple[Iterable[str], float]]) -> dict[str, float]:
    """Sum the weights of the terms of several fields, each (terms, weight of the field)."""
    weights: dict[str, float] = {}
    for words, weight in fields:
        for term in words:
            weights[term] = weights.get(term, 0.0) + weight
    return weights


# -- Relevance: who is meant by some words, and how well each fits.

_CONCEPT_WEIGHT = {CAPACITY: 1.0, "language": 0.5, "region": 0.5, "country": 0.6}
_NARROWER = 0.4
_NAMED = 1_000.0
"""Points of a step towards a named capacity: more than any words are worth."""
_EXACT_NAME = 20 * _NAMED
_SHORTEST_PLACE = 4
"""Letters of a place's or language's name that counts beside a capacity: "Do" is a language, too."""
_TIE = 0.05
_BUCKETS_PER_POINT = 4.0
_EACH_WAY = tuple((one, frozenset((one,))) for one in DIRECTIONS)


@dataclass(frozen=True, slots=True)
class SearchHits:
    """Who was found, with a score for everybody (0 for those who were not).

    ``named`` are the capacities that the words name, the one named by most words first.
    ``by_direction`` is who would be found where capacities count in that direction only.
    """

    everyone: BitMap
    scores: Scores
    partial: bool = False
    named: tuple[str, ...] = ()
    by_direction: Mapping[str, BitMap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _WordHits:
    """Who has a word: the scores of everybody, who has it but for capacities, and the capacities of
    that name, with whether narrower ones count."""

    scores: Scores
    plain: Mask
    capacities: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Side:
    """Who is tied to each capacity, and who only to a narrower one, with how much that says."""

    direct: Mapping[str, BitMap]
    narrower: Mapping[str, BitMap]
    direct_rarity: Mapping[str, float]
    narrower_rarity: Mapping[str, float]


class Relevance:
    """Finds people by words."""

    def __init__(
        self,
        *,
        postings: TermPostings,
        lexicon: Lexicon,
        facets: Facets,
        names: Sequence[str],
        meaning: QueryReader | None = None,
        tie: npt.NDArray[np.float64],
    ) -> None:
        """``names`` are folded names by document number; ``tie`` (0 to 1) decides among equals."""
        self._postings = postings
        self._lexicon = lexicon
        self._places = np.array([one.facet != CAPACITY for one in lexicon.concepts], dtype=bool)
        self._facets = facets
        self._meaning = meaning
        self._size = facets.size
        self._tie = (tie * _TIE).astype(np.float32)
        self._sides = lru_cache(maxsize=16)(self._make_side)
        self._names = names
        hashes = np.fromiter(map(hash, names), dtype=np.int64, count=len(names))
        self._by_hash = np.argsort(hashes).astype(np.uint32)
        self._hashes = hashes[self._by_hash]

    def prepare(self) -> None:
        """Gather what most searches need, so that the first reader does not wait for it."""
        self._facets.prepare()
        for _, way in (*_EACH_WAY, ("", frozenset(DIRECTIONS))):
            self._sides(way)

    def find(self, text: str, directions: frozenset[str]) -> SearchHits:
        """Find who fits a text; capacities count in these directions only."""
        asked = parse_query(text)
        scores = np.zeros(self._size, dtype=np.float32)
        ends_open = bool(text) and (text[-1].isalnum() or not text[-1].isascii())
        every = frozenset(term for word in asked for way in word for term in way)
        last = asked[-1][0][-1] if asked and ends_open else ""
        units = self._meaning.understand(text) if self._meaning is not None else ()
        needed = set(range(len(asked)))
        words: list[_WordHits] = []
        covered = self._lexicon.name_coverage(every, last if len(last) > 1 else "")
        for position, word in enumerate(asked):
            prefix = ends_open and position == len(asked) - 1
            words.append(self._word_hits(word, covered, directions, prefix=prefix))
            scores += words[-1].scores
        if units:
            said = frozenset[int]().union(*(unit.words for unit in units))
            places = self._places & (covered == 1.0)
            needed = {at for at in needed if at in said or self._is_place(asked[at], places)}
        for unit in units:
            self._add_steps(scores, unit.capacities, directions)
        wanted = _Wanted(self._facets, needed, words, units)
        everyone, most = wanted.people(directions)
        for number in self._called(search_fold(text)):
            scores[number] += _EXACT_NAME
        scores += self._tie
        named = tuple(dict.fromkeys(id for unit in units for id in unit.capacities))
        return SearchHits(
            everyone=everyone,
            scores=scores,
            partial=0 < most < len(needed),
            named=named,
            by_direction={
                one: everyone if directions == way or not wanted.tied else wanted.people(way)[0]
                for one, way in _EACH_WAY
            },
        )

    def _called(self, name: str) -> Iterator[int]:
        """Yield who is called exactly so."""
        low, high = (np.searchsorted(self._hashes, hash(name), side) for side in ("left", "right"))
        for number in self._by_hash[low:high].tolist():
            if self._names[number] == name:
                yield number

    def _make_side(self, directions: frozenset[str]) -> _Side:
        direct = self._facets.ties(directions, direct=True)
        wider = self._facets.ties(directions)
        narrower = {id: wider[id] - direct[id] for id in wider}
        return _Side(direct, narrower, *(self._rarities(one) for one in (direct, narrower)))

    def _rarities(self, people: Mapping[str, BitMap]) -> Mapping[str, float]:
        return {id: self._rarity(len(one)) for id, one in people.items()}

    def _is_place(self, word: Word, places: Mask) -> bool:
        """Whether a word is in the name of one of these places or languages."""
        if all(len(term) < _SHORTEST_PLACE and term.isascii() for way in word for term in way):
            return False
        return bool(places.any() and places[self._lexicon.matching_concepts(word)].any())

    def _add_steps(
        self, scores: Scores, capacities: Iterable[str], directions: frozenset[str]
    ) -> None:
        """Add how near everybody is to what was named: offering it, something narrower, wanting."""
        steps = np.zeros(self._size, dtype=np.float32)
        ways: list[tuple[frozenset[str], bool, float]] = []
        if wanted := directions - {"offer"}:
            ways += [(wanted, False, 1.0), (wanted, True, 2.0)]
        if "offer" in directions:
            offer = frozenset(("offer",))
            ways += [(offer, False, 3.0), (offer, True, 4.0)]
        for asked, direct, value in ways:  # The farthest first: nearer ones are laid over them.
            ties = self._facets.ties(asked, direct=direct)
            people = BitMap().union(*(ties[id] for id in capacities if id in ties))
            steps[numbers_of(people)] = np.float32(value * _NAMED)
        scores += steps

    def _text_scores(self, word: Word, *, prefix: bool) -> Scores:
        best: Scores | None = None
        for way in word:
            part: Scores | None = None
            for at, term in enumerate(way):
                one = self._term(term, prefix=prefix and at == len(way) - 1)
                part = one if part is None else (part + one) * ((part > 0) & (one > 0))
            if part is not None:
                best = part if best is None else np.maximum(best, part)
        return np.zeros(self._size, dtype=np.float32) if best is None else best

    def _term(self, term: str, *, prefix: bool) -> Scores:
        scores = np.zeros(self._size, dtype=np.float32)
        if prefix and (len(term) > 1 or not term.isascii()):
            numbers, weights = self._postings.starting(term)
            scores[numbers] = weights * np.float32(0.6 * self._rarity(len(numbers)))
        numbers, weights = self._postings.term(term)
        if len(numbers):
            exact = weights * np.float32(self._rarity(len(numbers)))
            scores[numbers] = np.maximum(scores[numbers], exact) if prefix else exact
        return scores

    def _word_hits(
        self, word: Word, covered: Scores, directions: frozenset[str], *, prefix: bool
    ) -> _WordHits:
        """Return who has a word: in what they wrote, or by a capacity, country ... of that name."""
        scores = self._text_scores(word, prefix=prefix)
        side = self._sides(directions)
        steps: dict[int, list[BitMap]] = {}
        capacities: list[tuple[str, float, bool]] = []
        typing = prefix and (len(word[0][-1]) > 1)
        for number in self._lexicon.matching_concepts(word, prefix=typing):
            concept, share = self._lexicon.concepts[number], float(covered[number])
            fits = (0.15 + 0.85 * share**2) * _CONCEPT_WEIGHT[concept.facet]
            if concept.facet == CAPACITY:
                if concept.value in side.direct:
                    capacities.append((concept.value, fits, share == 1.0))
            else:
                people = self._facets.with_value(concept.facet, concept.value)
                _bucket(steps, people, fits * self._rarity(len(people)))
        self._raise(scores, steps)
        plain = scores > 0
        steps.clear()
        for id, fits, whole in capacities:
            _bucket(steps, side.direct[id], fits * side.direct_rarity[id])
            if whole:
                _bucket(steps, side.narrower[id], fits * _NARROWER * side.narrower_rarity[id])
        self._raise(scores, steps)
        return _WordHits(scores, plain, [(id, whole) for id, _, whole in capacities])

    def _raise(self, scores: Scores, steps: Mapping[int, list[BitMap]]) -> None:
        for step in sorted(steps):
            numbers = numbers_of(BitMap().union(*steps[step]))
            scores[numbers] = np.maximum(scores[numbers], np.float32(step / _BUCKETS_PER_POINT))

    def _rarity(self, held: int) -> float:
        """Weigh a word by how few have it (BM25's inverse document frequency), at least 1."""
        return 1.0 + float(np.log1p((self._size - held + 0.5) / (held + 0.5)))


def _bucket(steps: dict[int, list[BitMap]], people: BitMap, points: float) -> None:
    """Gather sets of people by score, in quarter steps: few unions instead of many sums."""
    if people:
        steps.setdefault(max(1, round(points * _BUCKETS_PER_POINT)), []).append(people)


class _Wanted:
    """Who has the words of a query that are needed, where capacities count in some directions only.

    Who is tied to what a unit names has all of its words.
    """

    def __init__(
        self,
        facets: Facets,
        needed: Iterable[int],
        words: Sequence[_WordHits],
        units: Sequence[NamedCapacities],
    ) -> None:
        self._facets = facets
        said = frozenset[int]().union(*(unit.words for unit in units))
        groups = [(sorted(unit.words), unit.capacities) for unit in units]
        self._groups = [*groups, *(([at], ()) for at in sorted(needed) if at not in said)]
        """Words that go together, and the capacities that stand for all of them."""
        self._words = words
        self._plain = {
            at: bitmap_of(words[at].plain) for positions, _ in self._groups for at in positions
        }
        self.tied = bool(units) or any(words[at].capacities for at in self._plain)
        """Whether directions make a difference."""

    def people(self, directions: frozenset[str]) -> tuple[BitMap, int]:
        """Return who has most of the words, and how many that are."""
        parts = [self._having(*group, directions) for group in self._groups]
        if parts and (everyone := BitMap.intersection(*parts)):
            return everyone, len(self._plain)
        return self._most(directions)

    def _having(
        self, positions: list[int], capacities: tuple[str, ...], directions: frozenset[str]
    ) -> BitMap:
        """Return who has all words of a group, or is tied to what they name."""
        near = self._ties([(id, True) for id in capacities], directions)
        each = [
            (self._plain[at], *self._ties(self._words[at].capacities, directions))
            for at in positions
        ]
        if len(each) == 1:
            return BitMap.union(*each[0], *near)
        return BitMap.union(BitMap.intersection(*(BitMap.union(*one) for one in each)), *near)

    def _most(self, directions: frozenset[str]) -> tuple[BitMap, int]:
        """Count how many of the words everybody has."""
        held = np.zeros(self._facets.size, dtype=np.uint8)
        for positions, capacities in self._groups:
            part = np.add.reduce([self._words[at].plain for at in positions], dtype=np.uint8)
            for at in positions:
                tied = BitMap().union(*self._ties(self._words[at].capacities, directions))
                part[numbers_of(tied - self._plain[at])] += 1
            near = BitMap().union(*self._ties([(id, True) for id in capacities], directions))
            part[numbers_of(near)] = len(positions)
            held += part
        most = int(held.max(initial=0))
        return (bitmap_of(held == most) if most else BitMap()), most

    def _ties(
        self, capacities: Iterable[tuple[str, bool]], directions: frozenset[str]
    ) -> list[BitMap]:
        """Return who is tied to each of these capacities or, where so marked, to narrower ones."""
        direct = self._facets.ties(directions, direct=True)
        wider = self._facets.ties(directions)
        people = ((wider if whole else direct).get(id) for id, whole in capacities)
        return [one for one in people if one]
