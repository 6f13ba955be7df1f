"""Tokenizer: text in any script -> the terms it is found by, and the stems of words.

Both sides, what is indexed and what is asked, go through the same steps: fold (case, accents,
width, marks of direction), normalise Arabic letters, cut into words; scripts that are written
without spaces are cut into pairs of characters instead.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

from exchange.text import fold, search_fold, unescape_entities

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

_PICTURE = "[\u2300-\u23ff\u2600-\u27bf\U0001f000-\U0001faff]"
"""One picture (an emoji, a star): some people's names are nothing else."""

_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(rf"{_LETTER}+(?:{_JOINER}+{_LETTER}+)*|{_PICTURE}")
_RUN = re.compile(rf"[{_SPACELESS}]+|[^{_SPACELESS}]+")


def fold_for_search(text: str) -> str:
    """Fold a text for searching, keeping a sign (``·``) of what may join two words."""
    return search_fold(unescape_entities(text).translate(_JOINERS))


def index_terms(text: str) -> list[str]:
    """Return the terms that a text is found by, in order and with repetitions."""
    found: list[str] = []
    for word in _WORD.findall(fold_for_search(text)):
        found += _word_terms(word)
    return found


@lru_cache(maxsize=65_536)
def terms_cached(text: str) -> tuple[str, ...]:
    """Return the terms of a text that many may have written alike: an affiliation, a short note."""
    return tuple(index_terms(text))


def parse_query(text: str) -> list[tuple[tuple[str, ...], ...]]:
    """Return what a searcher asks: for each word its alternatives, each the terms that must all hold.

    ``e-mail`` asks for ``email``, or for both ``e`` and ``mail``; a run of Han characters asks
    for all its pairs. Twelve words at most.
    """
    asked: list[tuple[tuple[str, ...], ...]] = []
    for word in _WORD.findall(fold_for_search(text)):
        parts = [part for part in word.split(_JOINER) if part]
        ways = [tuple(term for part in parts for term in _part_terms(part, asking=True))]
        if len(parts) > 1:
            ways.append(tuple(_part_terms("".join(parts), asking=True)))
        if (way := tuple(dict.fromkeys(way for way in ways if way))) and way not in asked:
            asked.append(way)
    return asked[:12]


def accented_words(text: str) -> dict[str, str]:
    """Return the words of a text with their accents, by what they are without."""
    if text.isascii():
        return {}
    words = {search_fold(word): word for word in _LETTERS.findall(fold(text, remember=False))}
    return {plain: word for plain, word in words.items() if plain != word}


def terms_by_position(text: str) -> tuple[list[frozenset[str]], list[int]]:
    """Return the terms at each position of a query, and of which word each position is a part.

    ``Wikidata-Schulung`` is one word with two positions; what it is without the hyphen stands at
    the first of them.
    """
    asked: list[frozenset[str]] = []
    word_of: list[int] = []
    for number, word in enumerate(parse_query(text)):
        first, *others = word
        if len(word) == 1:  # Pairs of characters of one run, or simply a word.
            asked.append(frozenset(first))
            word_of.append(number)
            continue
        joined = {term for way in others for term in way}
        for at, term in enumerate(first):
            asked.append(frozenset((term, *joined)) if at == 0 else frozenset((term,)))
            word_of.append(number)
    return asked, word_of


@lru_cache(maxsize=4_096)
def _word_terms(word: str) -> tuple[str, ...]:
    parts = [part for part in word.split(_JOINER) if part]
    found = [term for part in parts for term in _part_terms(part)]
    if len(parts) > 1:
        found += _part_terms("".join(parts))
    return tuple(found)


def _part_terms(part: str, *, asking: bool = False) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(part):
        if not is_spaceless(run):
            found.append(_strip_affixes(run[:40]))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
            if not asking:
                found += list(dict.fromkeys(run))
    return found


def is_spaceless(run: str) -> bool:
    """Whether a text begins in a script that is written without spaces."""
    return _RUN_SPACELESS.match(run) is not None


_RUN_SPACELESS = re.compile(rf"[{_SPACELESS}]")


def _strip_affixes(word: str) -> str:
    """Take off the Arabic article and the plural -s of Latin script: alike on both sides."""
    if "\u0600" <= word[0] <= "\u06ff":
        for article in _ARTICLES:
            if word.startswith(article) and len(word) >= len(article) + 3:
                return word[len(article) :]
        return word
    if len(word) >= 4 and word.isascii() and word.endswith("s") and word[-2] not in "siu":
        return word[:-1]
    return word


# -- Stems: what the inflected forms of a word have in common. Snowball's algorithms where there is one
# for the language. Elsewhere words are the same that differ only in their last few letters, and
# Hebrew words also by the letters set before them, Swahili ones by the syllable of the plural. Scripts that are written without spaces need
# none: they are cut into pairs of characters.

_SNOWBALL = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ms": "indonesian",
    "nb": "norwegian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "pt-br": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_ALGORITHMS = frozenset(_SNOWBALL.values())
_AGGLUTINATIVE = frozenset(("estonian", "basque", "finnish", "hungarian", "polish", "turkish"))
_BEGINNINGS = "beginnings"
_AS_WRITTEN = ""
_PREFIXED = frozenset(("he", "sw"))
_UNINFLECTED = frozenset(("vi", "yo", "ig", "ha", "zh-hans", "zh-hant", "ja", "ko", "th"))
"""Words do not change their form, or are cut into pairs of characters."""

COMPOUNDING = frozenset(("da", "de", "et", "fi", "hu", "nb", "nl", "sv"))
"""Languages that write several nouns as one word."""

_SHORTEST = 4
_ENDING = 3
_HEBREW_PREFIXES = "והבלמשכ"
_SWAHILI_PLURALS = ("ma", "mi", "vi", "wa")

_local = threading.local()


def stemming_of(language: str) -> str:
    """Return how words of a language are stemmed: many languages share one way."""
    if language in _SNOWBALL:
        return _SNOWBALL[language]
    if language in _UNINFLECTED:
        return _AS_WRITTEN
    return language if language in _PREFIXED else _BEGINNINGS


def stems_of(word: str, stemming: str, written: str = "") -> tuple[str, ...]:
    """Return the stems of a word that was folded for search; two words with one in common match.

    ``stemming`` is that of a language (``stemming_of``), ``written`` the word with its accents,
    which the endings of many languages need. The first stem is that of the word as it stands.
    """
    if stemming in _ALGORITHMS:
        found = [_snowball(word, stemming)]
        if written and written != word:
            found.insert(0, search_fold(_snowball(written, stemming)))
        if stemming in _AGGLUTINATIVE:
            # Several endings in a row, or those of adjectives: the algorithm may stop before the last.
            found += [
                stem[:-cut] for stem in found for cut in (1, 2) if len(stem) - cut > _SHORTEST
            ]
        return tuple(dict.fromkeys(found)) if len(found) > 1 else (found[0],)
    if stemming == _AS_WRITTEN or len(word) <= _SHORTEST:
        return (word,)
    found = list(_beginnings(word))
    if stemming == "sw" and word.startswith(_SWAHILI_PLURALS) and len(word) > 2 + _SHORTEST:
        found += _beginnings(word[2:])
    if stemming == "he":
        bare = word
        while len(bare) > _SHORTEST and bare[0] in _HEBREW_PREFIXES:
            bare = bare[1:]
            found += _beginnings(bare)
    return tuple(dict.fromkeys(found))


def stems_of_parts(parts: list[str], stemming: str) -> list[str]:
    """Return the first stem of each part of a compound, all at once."""
    found: list[str] = _stemmer(stemming).stemWords(parts)
    return found


def is_stemmed(language: str) -> bool:
    """Whether there is an algorithm for a language, so that its endings are known."""
    return language in _SNOWBALL


def _beginnings(word: str) -> tuple[str, ...]:
    shortest = max(_SHORTEST, len(word) - _ENDING)
    return tuple(word[:end] for end in range(len(word), shortest - 1, -1)) or (word,)


def _snowball(word: str, algorithm: str) -> str:
    stem: str = _stemmer(algorithm).stemWord(word)
    # Two letters that are left of a word are a word of some other language: "et" of "etika".
    return stem if len(stem) > 2 or not stem[:1].isascii() else word


def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    # A stemmer of the library must not be used by two threads at once.
    made: dict[str, Stemmer.Stemmer] = _local.__dict__
    if algorithm not in made:
        made[algorithm] = Stemmer.Stemmer(algorithm, 0)
    return made[algorithm]


def forget_words() -> None:
    """Forget the words of names, which are cut up once and not asked for again."""
    _word_terms.cache_clear()
