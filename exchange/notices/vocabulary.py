"""Vocabulary: the words with which people answer a notice, as data, and where they stand in a text.

The words that a notice shows are messages (i18n/notice); the many more that people write are in
config/answers.toml. A text is cut into clauses of folded words, and phrases are found in them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from exchange.model import SuggestionStatus
from exchange.text import fold, search_fold

FILE = Path(__file__).parents[2] / "config" / "answers.toml"
GAP = 3
"""How many words at most stand in the place of a gap (``…``)."""

_SIGN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Signs that are written without spaces between words: each counts as a word."""

_WORD = re.compile(
    rf"[{_SIGN}]|(?![{_SIGN}])[^\W_](?:(?![{_SIGN}])[^\W_]|[\u0300-\u036f\u0900-\u0dff'])*"
)
_CLAUSE = re.compile(
    r"[.,;:!?…()\[\]{}|/\n\r\u2014\u2013\u060c\u061b\u061f\u06d4\u0964\u0965\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+|\s-+\s"
)
_EXACT_BELOW = 4
"""Latin words shorter than this count only as they are written, or without any accent."""


class Meaning(StrEnum):
    """What a phrase of the vocabulary means; the names are those of the file."""

    ACCEPTED = "accepted"
    ALONE = "alone"
    IN_TOUCH = "in-touch"
    EXCHANGED = "exchanged"
    ALONE_EXCHANGED = "alone-exchanged"
    NO = "no"
    NOT_THIS_ONE = "not-this-one"
    NOT_YET = "not-yet"
    STOP = "stop"
    NEVER = "never"
    NO_INTRODUCER = "no-introducer"
    NO_INTRODUCTIONS = "no-introductions"
    NEGATION = "negation"
    HEDGE = "hedge"
    COURTESY = "courtesy"
    HARMLESS = "harmless"
    FILLER = "filler"
    ORDINARY = "ordinary"


AGREEING: Mapping[Meaning, SuggestionStatus] = {
    Meaning.ACCEPTED: SuggestionStatus.ACCEPTED,
    Meaning.ALONE: SuggestionStatus.ACCEPTED,
    Meaning.IN_TOUCH: SuggestionStatus.IN_TOUCH,
    Meaning.EXCHANGED: SuggestionStatus.EXCHANGED,
    Meaning.ALONE_EXCHANGED: SuggestionStatus.EXCHANGED,
}
WEAK = frozenset({Meaning.ALONE, Meaning.ALONE_EXCHANGED})

REFUSING = (Meaning.NO_INTRODUCER, Meaning.NO_INTRODUCTIONS)
"""Refusals of introductions: none by this coordinator, or none at all."""

_OF_STATUS = {
    SuggestionStatus.ACCEPTED: Meaning.ACCEPTED,
    SuggestionStatus.IN_TOUCH: Meaning.IN_TOUCH,
    SuggestionStatus.EXCHANGED: Meaning.EXCHANGED,
    SuggestionStatus.DECLINED: Meaning.NO,
    SuggestionStatus.STOPPED: Meaning.STOP,
}


class Word(NamedTuple):
    """A word of a text: as folded, and without accents."""

    exact: str
    bare: str


class Phrase(NamedTuple):
    """Words to find, None for a gap. ``strict``: only with exactly these accents."""

    words: tuple[Word | None, ...]
    strict: bool
    meaning: Meaning
    language: str


class Hit(NamedTuple):
    """A phrase found in a clause: its words are ``clause[start:end]``."""

    start: int
    end: int
    phrase: Phrase

    @property
    def meaning(self) -> Meaning:
        """What the phrase means."""
        return self.phrase.meaning


def split_clauses(text: str) -> list[tuple[Word, ...]]:
    """Return the clauses of a plain text, each as its words; empty ones are left out."""
    clauses = (tuple(_words(part)) for part in _CLAUSE.split(text))
    return [clause for clause in clauses if clause]


def leave_out(clause: Sequence[Word], hits: Iterable[Hit]) -> list[tuple[Word, ...]]:
    """Return what stands in a clause before, between and behind some phrases."""
    inside = {at for hit in hits for at in range(hit.start, hit.end)}
    parts: list[list[Word]] = [[]]
    for at, word in enumerate(clause):
        if at in inside:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


def _words(text: str) -> Iterator[Word]:
    for each in _WORD.findall(fold(text)):
        exact = each.replace("'", "")
        if exact:
            yield Word(exact, search_fold(exact).replace("'", "").replace(" ", ""))


def _same(word: Word, wanted: Word, strict: bool) -> bool:
    if word.exact == wanted.exact:
        return True
    if strict or word.bare != wanted.bare:
        return False
    # Short words that differ by an accent are often different words (sí and si, nó and no).
    return word.exact == word.bare or len(word.bare) >= _EXACT_BELOW or not word.bare.isascii()


@dataclass(frozen=True)
class Vocabulary:
    """Phrases by the first of their words, of all languages together.

    ``notices`` are the languages that have notices: their stops and noes count anywhere.
    """

    phrases: Mapping[str, tuple[Phrase, ...]]
    notices: frozenset[str]

    def find_phrases(self, clause: Sequence[Word]) -> list[Hit]:
        """Return every phrase in a clause, longest first at each place, overlapping ones too."""
        found: list[Hit] = []
        for start, word in enumerate(clause):
            here = [
                Hit(start, end, phrase)
                for phrase in self.phrases.get(word.bare, ())
                if (end := _match(clause, start, phrase))
            ]
            found += sorted(here, key=lambda hit: start - hit.end)
        return found


def _match(clause: Sequence[Word], start: int, phrase: Phrase) -> int:
    """Return where a phrase that begins at ``start`` ends, or 0."""
    at = start
    gap = 0
    for wanted in phrase.words:
        if wanted is None:
            gap = GAP
            continue
        while at < len(clause) and not _same(clause[at], wanted, phrase.strict):
            if not gap:
                return 0
            gap -= 1
            at += 1
        if at >= len(clause):
            return 0
        at += 1
        gap = 0
    return at


@cache
def load_vocabulary(path: Path = FILE) -> Vocabulary:
    """Return the vocabulary of the file. Errors: ``ValueError`` names the language and the word."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return _build(tables)


def with_messages(vocabulary: Vocabulary, tables: Mapping[str, Mapping[str, str]]) -> Vocabulary:
    """Return the vocabulary with the words of our own notices: {language: messages}."""
    more: list[Phrase] = []
    for language, table in tables.items():
        for meaning in REFUSING:
            words = table.get(f"notice-answer-{meaning.value}", "").split("|")
            more += [_phrase(text, meaning, language) for text in words if text.strip()]
        declined = SuggestionStatus.DECLINED.value
        # Of the words for a no, the one that notices show says what it is about.
        shown = table.get(f"notice-answer-{declined}", "").split("|")[0]
        not_yet = table.get("notice-answer-not-yet", "").split("|")
        more += [
            _phrase(text, Meaning.NOT_THIS_ONE, language) for text in (shown, declined) if text
        ]
        more += [_phrase(text, Meaning.NOT_YET, language) for text in not_yet if text.strip()]
        for status, meaning in _OF_STATUS.items():
            known = {
                phrase.words
                for phrases in vocabulary.phrases.values()
                for phrase in phrases
                if phrase.language == language and phrase.meaning in AGREEING
            }
            for text in (*table.get(f"notice-answer-{status.value}", "").split("|"), status.value):
                if text.strip():
                    phrase = _phrase(text, meaning, language)
                    # A word that the file marks as weak stays so.
                    if phrase.words not in known:
                        more.append(phrase)
    every = [phrase for phrases in vocabulary.phrases.values() for phrase in phrases]
    return Vocabulary(_by_first([*every, *more]), vocabulary.notices | frozenset(tables))


def _build(tables: Mapping[str, Mapping[str, object]]) -> Vocabulary:
    phrases: list[Phrase] = []
    notices = set()
    for language, table in tables.items():
        if table.get("notices", True):
            notices.add(language)
        for name, texts in table.items():
            if name == "notices":
                continue
            if name not in list(Meaning) or not isinstance(texts, list):
                raise ValueError(f"config/answers.toml: [{language}] {name} is not a list we know")
            phrases += [_phrase(str(text), Meaning(name), language) for text in texts]
    return Vocabulary(_by_first(phrases), frozenset(notices))


def _by_first(phrases: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        first = phrase.words[0]
        if first is None:
            raise ValueError(
                f"config/answers.toml: a phrase of {phrase.language} begins with a gap"
            )
        found.setdefault(first.bare, []).append(phrase)
    return {first: tuple(dict.fromkeys(each)) for first, each in found.items()}


def _phrase(text: str, meaning: Meaning, language: str) -> Phrase:
    strict = text.startswith("=")
    words: list[Word | None] = []
    for part in text.lstrip("=").split("…"):
        words += [*_words(part), None]
    return Phrase(tuple(words[:-1]), strict, meaning, language)
