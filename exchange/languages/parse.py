"""Reading languages as people write them: ``en-3``, ``yo-N``, ``français``, ``Swahili (basic)``.

A code comes before a name: ``men`` is Mende, though Manx is called so in some language. Whatever
has the form of a code that nobody assigned is no language, rather than another one; and so is a
code with something left over (``en-``, ``-en``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from babel.core import get_global

from exchange.languages.codes import (
    all_codes,
    autonym,
    canonical,
    is_known,
    load_data,
    nearest_locale,
    rare_languages,
)
from exchange.model import NATIVE, Language
from exchange.text import JOINER, LIST_SIGN, fold

_CODE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,9}){0,3}")
_REGION = re.compile(r"(?:[a-z]{4}-)?(?:[a-z]{2}|[0-9]{3})|[a-z]{4}")
# A digit may follow at once (en3); an n may be the end of a name (Mandarin).
_LEVEL = re.compile(r"[\s_:=–—-]*[(（]?\s*([0-5])\s*[)）]?\s*|[\s_:=–—(（-]+(n)\s*[)）]?\s*")
_AROUND = re.compile(
    rf"^\s*(?:{LIST_SIGN}\s*)?[\"'“”„‟‘’‚«»‹›「」『』\U0001f1e6-\U0001f1ff\u2600-\u27bf\s]*"
    r"|[.!?\"'“”‘’«»‹›「」『』\U0001f1e6-\U0001f1ff\u2600-\u27bf\s]+$"
)
_SPEAK = re.compile(
    r"^(?:i (?:can |also )?speak|speaks?|(?:yo )?hablo|je parle|ich spreche|(?:eu )?falo|parlo|أتحدث) ",
    re.IGNORECASE,
)
_BARE_CODE = re.compile(r"[a-z]{2,3}(?:-[0-5n])?")
_LEVELLED_CODE = re.compile(r"[a-z]{2,3}-[0-5N]")
_BEFORE = re.compile(r"([A-Z]{2})\s+(\w{4,})")
_ELIDED = re.compile(r"\bd['’](?=\w)")
MAX_JOINED = 12
_NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
"""Codes that say of a text that it is in none, in several or in an unknown language."""
_FEMININE = (
    ("", ""),
    ("esa", "és"),
    ("esa", "ês"),
    ("enne", "en"),
    ("a", "o"),
    ("a", ""),
    ("e", ""),
)
"""Endings of the adjective beside a word for a language: "lingua italiana", "langue française"."""
_REMARK = re.compile(r"(.+?)\s*[(（\[［]\s*([^()（）\[\]［］]+?)\s*[)）\]］]")
_DETAIL = re.compile(r"(.+?)(?:\s*[(（\[:：–—]|\s-\s)\s*(.+?)\s*[)）\]]?")


@cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {
        name: code for code, row in load_data("names.json")["names"].items() for name in row
    }
    # Where a language and one of its scripts have the same name, the language has it.
    by_hyphens = sorted(all_codes(), key=lambda code: (code.count("-"), code), reverse=True)
    own = {fold(autonym(code)): code for code in by_hyphens}
    regional = {
        fold(str(name)): canonical(code.partition("_")[0])
        for code, name in nearest_locale("en").languages.items()
        if "_" in code
    }
    more = {
        fold(name): canonical(code)
        for code, row in load_data("more_names.json")["names"].items()
        for name in row
    }
    return regional | names | own | more


@cache
def _rare_names() -> Mapping[str, str]:
    """English names of the languages that CLDR does not know: {folded: code}, if only one has it."""
    codes: dict[str, set[str]] = {}
    for code, english in rare_languages().items():
        for name in {english, english.partition(" (")[0]}:
            codes.setdefault(fold(name), set()).add(canonical(code))
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}


@cache
def _levels() -> Mapping[str, int]:
    return {
        fold(word): NATIVE if level == "N" else int(level)
        for level, words in load_data("levels.json")["levels"].items()
        for word in words
    }


@cache
def _word_sets() -> Mapping[str, frozenset[str]]:
    """Words around the name of a language by what they are, as ``about`` in the file says."""
    data = load_data("language_words.json")
    by_language = data["language"].values()
    return {
        "language": frozenset(fold(word) for words in by_language for word in words),
        "article": frozenset(data["article"]),
        **{kind: frozenset(map(fold, data[kind])) for kind in ("only", "joined", "left_out")},
    }


def find_language(text: str) -> str | None:
    """Find the language that ``text`` names: a code, an old code, or a name in any language.

    Returns the canonical MediaWiki code, or None. Codes count before names. A name that two
    languages share in different languages means neither, except that every language owns its
    name for itself.
    """
    text = text.strip()
    if len(text) > 100:
        return None
    plain = text.lower().replace("_", "-")
    folded = fold(text)
    if folded != plain and len(folded) < 4 and _CODE.fullmatch(folded):
        return None  # "en-": neither the code nor what a language may be called.
    if plain in _NO_LANGUAGE:
        return None
    if _CODE.fullmatch(plain):
        if is_known(plain):
            return canonical(plain)
        head, _, region = plain.partition("-")
        if _REGION.fullmatch(region) and is_known(head):
            return canonical(head)  # en-US, es-419
    named = _names().get(folded)
    if named is None:
        named = _rare_names().get(folded)
    return (_without_word(folded) if named is None else named) or None


def _without_word(folded: str) -> str | None:
    """Find a language called by its name and the word for a language: "język polski"."""
    names, sets = _names(), _word_sets()
    longer = (f"{word} {folded}" for word in sets["left_out"])
    shorter = (folded.removeprefix(word) for word in sets["joined"] if folded.startswith(word))
    for name in (*longer, *shorter):
        if code := names.get(name):
            return code
    words, known = folded.split(), sets["language"]
    if len(words) > 2 and words[0] in sets["article"]:
        words = words[1:]
    for size in (1, 2):
        for rest, word in ((words[size:], words[:size]), (words[:-size], words[-size:])):
            if not rest or " ".join(word) not in known:
                continue
            if len(rest) > 1 and rest[0] in sets["article"]:
                rest = rest[1:]
            name = " ".join(rest)
            for end, other in _FEMININE:
                if name.endswith(end) and (code := names.get(name.removesuffix(end) + other)):
                    return code
    return None


def parse_language(text: str, *, unstated: int = NATIVE) -> Language | None:
    """Read one language with its level, as in Babel boxes or in words; None if it is none.

    ``en-3``, ``yo-N``, ``pt-br-2``, ``fr``, ``English 4``, ``Deutsch (Muttersprachler)``.
    ``unstated`` is the level where none is stated: a mother tongue in Babel boxes. Never raises.
    """
    return _parse_cached(text.strip(), unstated) if len(text) <= 100 else None


def parse_languages(text: str, *, unstated: int = NATIVE) -> tuple[Language, ...]:
    """Read one entry that may hold several languages: "en/fr", "English and French (basic)".

    It holds several only where every part is a language and the whole is none. Empty where it is
    none at all.
    """
    plain = _LEVELLED_CODE.fullmatch(text) is not None
    text = text if plain else _SPEAK.sub("", _AROUND.sub("", text[:400]))
    if whole := parse_language(text, unstated=unstated):
        return (whole,)
    words = text.split()
    if len(words) > 1 and {fold(words[0]), fold(words[-1])} & _word_sets()["only"]:
        words = [word for word in words if fold(word) not in _word_sets()["only"]]
        text = " ".join(words)
    if codes := _as_codes(words):
        return tuple(filter(None, (_parse_cached(code, unstated) for code in codes)))
    # At either end a joining word joins nothing ("and French"), unless it is a code ("en - fr").
    for parts in (JOINER.split(text), JOINER.split(f" {text} "), words):
        if len(parts := [part for part in parts if part.strip()]) <= MAX_JOINED:
            found = [parse_language(part, unstated=unstated) for part in parts]
            several = tuple(each for each in found if each is not None)
            if several and len(several) == len(parts):
                return several
    return ()


def _as_codes(words: Sequence[str]) -> list[str]:
    """Return words that are all codes, without those that mean "and" in a language beside them."""
    if not 1 < len(words) <= MAX_JOINED:
        return []
    codes = [each.lower() for each in words]
    if not all(_BARE_CODE.fullmatch(each) and _parse_cached(each, NATIVE) for each in codes):
        return []
    also_and = load_data("language_words.json")["and"]
    inside = range(1, len(codes) - 1)
    beside = {at: {codes[at - 1][:2], codes[at + 1][:2]} for at in inside}
    return [
        code
        for at, code in enumerate(codes)
        if not {*also_and.get(code, ())} & beside.get(at, set())
    ]


@lru_cache(maxsize=4096)  # Many people write the same.
def _parse_cached(text: str, unstated: int) -> Language | None:
    code = find_language(text) if text else None
    if code:
        return Language(code, unstated)
    folded = text.lower()
    for at in range(len(folded) - 1, 0, -1):
        # The shortest tail that is a level: "-3", " (n)", ": 2".
        if found := _LEVEL.fullmatch(folded, at):
            code = _find_with_region(text[:at].rstrip(" _:=–—-(（"))
            if code:
                level = found.group(1)
                return Language(code, int(level) if level else NATIVE)
        elif at < len(folded) - 8:
            break
    for one, other in _pairs_of(text):
        for name, word in ((one, other), (other, one)):
            level_word = _levels().get(fold(word))
            if level_word is not None and (code := find_language(name)):
                return Language(code, level_word)
    if code := _find_with_region(text):
        return Language(code, unstated)
    return _with_remark(text, unstated)


def _with_remark(text: str, unstated: int) -> Language | None:
    """Read "en-3 (English)", "Yoruba (yo-N)", "de-2 (rusty)"; None where the two name different ones."""
    if not (found := _REMARK.fullmatch(text)):
        return None
    said = [(part, _parse_cached(part, unstated)) for part in found.groups()]
    named = [language for _, language in said if language]
    if len({language.code for language in named}) != 1:
        return None
    levelled = (language for part, language in said if language and _states_level(part))
    return next(levelled, named[0] if len(named) == 2 else None)


def _states_level(text: str) -> bool:
    """Whether a text that names a language says how well, too."""
    return _parse_cached(text, 0) == _parse_cached(text, NATIVE)


def _find_with_region(text: str) -> str | None:
    if code := find_language(text):
        return code
    if pair := _DETAIL.fullmatch(text):
        return _of_region(pair[1], pair[2])
    if pair := _BEFORE.fullmatch(text):
        return _of_region(pair[2], pair[1])
    return None


def _of_region(name: str, region: str) -> str | None:
    """Return the language of a region or script: "English (UK)", "Chinese (Traditional)"."""
    if variant := find_language(f"{region} {name}"):
        return variant
    code = find_language(name)
    if not code or (_CODE.fullmatch(name.lower()) and len(name) < 4):
        return None
    place = get_global("territory_aliases").get(region.upper(), [region.upper()])[0]
    wanted = fold(region)
    for locale in (nearest_locale("en"), nearest_locale(code)):
        for territory, called in [*locale.territories.items(), *locale.scripts.items()]:
            if territory == place or fold(str(called)) == wanted:
                variant = f"{code}-{territory.lower()}"
                return canonical(variant) if is_known(variant) else code
    return None


def _pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Return the ways to read a text as a name and a level: "Deutsch (gut)", "fluent English"."""
    if found := _DETAIL.fullmatch(text):
        yield found.group(1), found.group(2)
    words = _ELIDED.sub("de ", text).split()
    for at in range(1, min(len(words), 6)):
        yield " ".join(words[:at]), " ".join(words[at:])
