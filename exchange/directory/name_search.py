"""Name search: which capacities somebody may mean while they type, in any language, with typos."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from exchange.directory.directory import Directory
from exchange.languages import fallback_chain
from exchange.text import search_fold

MAX_TEXT = 80
"""Characters of what was typed that are looked at."""
_LONGEST = 60
_SHORTEST_GUESS = 4
_NEAR = 0.65
"""The share of what was typed that a name must have to be like it."""
_WORD_NEAR = {False: 0.4, True: 0.6}
"""The same for each word of it; higher for names in languages that are not the reader's."""
_EXACT, _START, _WORD, _INSIDE, _TYPO = range(5)
_RANKS = {False: (0, 1, 2, 4, 7), True: (0, 3, 5, 6, 7)}
"""What comes before what, for names in the reader's languages and in others (``True``)."""
_BREAK = re.compile(r"[\s,،、;/()&'’-]+")
_UNBROKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]")
"""Scripts that put no space between words, or join what follows a word to it."""


@dataclass(frozen=True, slots=True)
class NameHit:
    """A capacity that may be meant.

    ``name`` is what the reader's language calls it, a name that ``Directory.resolve`` takes for
    it; ``written`` is the name that was found, empty where it is the same, in ``language``.
    ``sure`` tells that the name begins with what was typed.
    """

    id: str
    name: str
    written: str = ""
    language: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    id: str
    text: str
    language: str
    words: str


class NameSearch:
    """All names and aliases of a directory, in a form that is quick to look through."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._names = [
            _Name(key := search_fold(text), capacity.id, text, language, _words(key))
            for capacity in directory
            for language, texts in _texts(capacity.names.items(), capacity.aliases.items())
            for text in texts
            if directory.resolve(text) == capacity.id
        ]

    def find(self, text: str, *, language: str = "en", limit: int = 8) -> list[NameHit]:
        """Return the capacities that ``text`` may mean, each once, the likeliest first.

        A name that is equal comes first, then one that begins so, one in which a word begins so,
        one that holds it, and at last, where few were found, one that is like it. Names in the
        reader's language come before others, short ones before long ones.
        """
        wanted = search_fold(text[:MAX_TEXT])
        if not wanted:
            return []
        near = {code: at for at, code in enumerate((language, *fallback_chain(language)))}
        found: dict[str, tuple[tuple[float, ...], str, int, _Name]] = {}

        def note(kind: int, name: _Name, share: float = 1) -> None:
            foreign = name.language not in near
            closeness = near.get(name.language, len(near))
            order = (_RANKS[foreign][kind], -share, closeness, len(name.key))
            if name.id not in found or (order, name.key) < found[name.id][:2]:
                found[name.id] = (order, name.key, kind, name)

        for kind, name in self._matches(wanted, near):
            note(kind, name)
        if len(found) < limit and len(wanted) >= _SHORTEST_GUESS:
            for share, name in self._near(wanted, near):
                note(_TYPO, name, share)
        best = sorted(found.values(), key=lambda one: one[:2])[:limit]
        return [self._hit(name, kind, language) for _, _, kind, name in best]

    def _hit(self, name: _Name, kind: int, language: str) -> NameHit:
        shown = self.directory.name(name.id, language)
        if self.directory.resolve(shown) != name.id:
            shown = name.text
        same = search_fold(shown) == name.key
        return NameHit(
            name.id,
            shown,
            "" if same else name.text,
            "" if same else name.language,
            kind in (_EXACT, _START),
        )

    def _matches(self, wanted: str, near: Container[str]) -> Iterator[tuple[int, _Name]]:
        """Return the names that hold what was typed, and how.

        One letter begins a thousand names, and three are within as many: of those only what is in
        the reader's languages is of use, but where a letter is a word.
        """
        unbroken = _UNBROKEN.search(wanted) is not None
        for name in self._names:
            at = name.key.find(wanted)
            if at < 0:
                continue
            close = unbroken or name.language in near
            if at == 0 and len(name.key) == len(wanted):
                yield _EXACT, name
            elif at == 0 and (close or len(wanted) > 1):
                yield _START, name
            elif f" {wanted}" in name.words and (close or len(wanted) > 1):
                yield _WORD, name
            elif close and (unbroken or len(wanted) > 1):
                yield _INSIDE, name

    def _near(self, wanted: str, near: Container[str]) -> Iterator[tuple[float, _Name]]:
        """Return names that have most letter pairs of what was typed, with the share of them.

        What was typed may go on: its end says nothing yet. A name may go on after it, so only the
        pairs of what was typed count.
        """
        pairs, words = _pairs(wanted), [_pairs(word) for word in _words(wanted).split()]
        held = Counter(at for pair in pairs for at in self._by_pair.get(pair, ()))
        least = _NEAR * len(pairs)
        for at, count in held.items():
            name = self._names[at]
            if count >= least and _all_near(words, name, foreign=name.language not in near):
                yield count / len(pairs), name

    @cached_property
    def _by_pair(self) -> dict[str, list[int]]:
        table: dict[str, list[int]] = {}
        for at, name in enumerate(self._names):
            if len(name.key) <= _LONGEST:
                for pair in _pairs(name.key):
                    table.setdefault(pair, []).append(at)
        return table


@lru_cache(maxsize=2)
def name_search_of(directory: Directory) -> NameSearch:
    """Return the search over a directory's names, made once for each directory."""
    return NameSearch(directory)


def _texts(
    names: Iterable[tuple[str, str]], aliases: Iterable[tuple[str, Iterable[str]]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for language, name in names:
        yield language, (name,)
    for language, texts in aliases:
        yield language, tuple(texts)


def _all_near(words: Iterable[frozenset[str]], name: _Name, *, foreign: bool) -> bool:
    """Whether every word, as its letter pairs, is like one word of a name; else it is chance.

    Hardly anybody mistypes the first letter of a word. In a language that is not the reader's it
    takes more to be like a word, and much longer words are others.
    """
    least, longer = _WORD_NEAR[foreign], 2 if foreign else _LONGEST
    own = [_pairs(word) for word in name.words.split()]
    return all(
        any(
            len(word & one) >= least * len(word)
            and len(one) <= len(word) + longer
            and any(pair[0] == " " for pair in word & one)
            for one in own
        )
        for word in words
    )


def _words(key: str) -> str:
    """Return a folded name as words with one space before each; Arabic ones without the article."""
    return f" {_BREAK.sub(' ', key)}".replace(" ال", " ")


def _pairs(text: str) -> frozenset[str]:
    padded = f" {text}"
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))
