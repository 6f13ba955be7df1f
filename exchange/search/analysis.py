"""Analysis: text in any script -> the terms it is found by.

Both sides, what is indexed and what is asked, go through the same steps: fold (case, accents,
width, marks of direction), normalise Arabic letters, cut into words; scripts that are written
without spaces are cut into pairs of characters instead.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from exchange.fold import search_fold, unescape

_JOINER = "\u00b7"
_JOINERS = str.maketrans(dict.fromkeys("-‐‑‒–'’‘ʼʻ`´.&+", _JOINER))
"""Between two letters these may join (e-mail, L'Atelier, N'Djamena) or part: both are found."""

_SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af"  # Hangul: spaced, but its particles stick to the word
)
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")

_MARKS = "".join(
    chr(point) for point in range(0x0900, 0x1CFA) if unicodedata.category(chr(point))[0] == "M"
)
"""A letter or digit, or a vowel sign: to Unicode (and ``re``) the signs of Indic scripts are marks
beside the letter, to a reader they are part of the word."""

_LETTER = rf"(?:[^\W_]|[{_MARKS}])"

_WORD = re.compile(rf"{_LETTER}+(?:{_JOINER}+{_LETTER}+)*")
_RUN = re.compile(rf"[{_SPACELESS}]+|[^{_SPACELESS}]+")


def normal(text: str) -> str:
    """Fold a text for searching, keeping a sign (``·``) of what may join two words."""
    return search_fold(unescape(text).translate(_JOINERS))


def terms(text: str) -> list[str]:
    """Give the terms that a text is found by, in order and with repetitions."""
    found: list[str] = []
    for word in _WORD.findall(normal(text)):
        found += _word_terms(word)
    return found


@lru_cache(maxsize=32_768)
def remembered_terms(text: str) -> tuple[str, ...]:
    """Give the terms of a text that many may have written alike: an affiliation, a short note."""
    return tuple(terms(text))


def questions(text: str) -> list[tuple[tuple[str, ...], ...]]:
    """Give what a searcher asks: for each word its alternatives, each the terms that must all hold.

    ``e-mail`` asks for ``email``, or for both ``e`` and ``mail``; a run of Han characters asks
    for all its pairs. Twelve words at most.
    """
    asked: list[tuple[tuple[str, ...], ...]] = []
    for word in _WORD.findall(normal(text)):
        parts = [part for part in word.split(_JOINER) if part]
        ways = [tuple(term for part in parts for term in _part_terms(part, asking=True))]
        if len(parts) > 1:
            ways.append(tuple(_part_terms("".join(parts), asking=True)))
        if (way := tuple(dict.fromkeys(way for way in ways if way))) and way not in asked:
            asked.append(way)
    return asked[:12]


@lru_cache(maxsize=65_536)
def _word_terms(word: str) -> tuple[str, ...]:
    parts = [part for part in word.split(_JOINER) if part]
    found = [term for part in parts for term in _part_terms(part)]
    if len(parts) > 1:
        found += _part_terms("".join(parts))
    return tuple(found)


def _part_terms(part: str, *, asking: bool = False) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(part):
        if not _is_spaceless(run):
            found.append(_stem(run[:40]))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
            if not asking:
                found += list(dict.fromkeys(run))
    return found


def _is_spaceless(run: str) -> bool:
    return _RUN_SPACELESS.match(run) is not None


_RUN_SPACELESS = re.compile(rf"[{_SPACELESS}]")


def _stem(word: str) -> str:
    """Take off the Arabic article and the plural -s of Latin script: alike on both sides."""
    if "\u0600" <= word[0] <= "\u06ff":
        for article in _ARTICLES:
            if word.startswith(article) and len(word) >= len(article) + 3:
                return word[len(article) :]
        return word
    if len(word) >= 4 and word.isascii() and word.endswith("s") and word[-2] not in "siu":
        return word[:-1]
    return word
