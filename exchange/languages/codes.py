"""Language codes: which there are, what they are called, and what stands in for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers

FOLDER = Path(__file__).parents[2] / "config" / "languages"

RENAMED_CODES: Mapping[str, str] = {
    "als": "gsw",
    "bat-smg": "sgs",
    "be-x-old": "be-tarask",
    "bh": "bho",
    "cbk-zam": "cbk",
    "eml": "egl",
    "en-simple": "en",
    "fil": "tl",
    "fiu-vro": "vro",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
    "no": "nb",
    "nrm": "nrf",
    "roa-rup": "rup",
    "simple": "en",
    "sr-ec": "sr-cyrl",
    "sr-el": "sr-latn",
    "zh-classical": "lzh",
    "zh-min-nan": "nan",
    "zh-yue": "yue",
    "zh-cdo": "cdo",
    "zh-hans-cn": "zh-cn",
    "zh-hans-my": "zh-my",
    "zh-hans-sg": "zh-sg",
    "zh-hant-hk": "zh-hk",
    "zh-hant-mo": "zh-mo",
    "zh-hant-tw": "zh-tw",
}
"""Codes that Wikimedia wikis still use -> the code that MediaWiki uses for the same today."""

CLDR_LOCALES: Mapping[str, str] = {
    "ary": "ar_MA",
    "arz": "ar_EG",
    "arq": "ar_DZ",
    "aeb": "ar_TN",
    "be-tarask": "be",
    "crh-cyrl": "crh",
    "de-formal": "de",
    "es-formal": "es",
    "hu-formal": "hu",
    "nl-informal": "nl",
    "kk-arab": "kk",
    "kk-latn": "kk",
    "ku-latn": "ku",
    "ku-arab": "ckb",
    "pnb": "pa_Arab",
    "pt": "pt_PT",
    "pt-br": "pt",
    "sh": "sr_Latn",
    "sh-latn": "sr_Latn",
    "sh-cyrl": "sr_Cyrl",
    "shi": "shi_Latn",
    "tl": "fil",
    "tt-cyrl": "tt",
    "ug-arab": "ug",
    "zh-cn": "zh_Hans",
    "zh-my": "zh_Hans_MY",
    "zh-sg": "zh_Hans_SG",
    "zh-hk": "zh_Hant_HK",
    "zh-mo": "zh_Hant_MO",
    "zh-tw": "zh_Hant",
}
"""MediaWiki codes whose CLDR locale is not simply the same code written another way."""


@cache
def load_data(file: str) -> Any:
    """Return the content of one JSON file in config/languages."""
    return json.loads((FOLDER / file).read_text(encoding="utf-8"))


@cache
def _languages() -> Mapping[str, tuple[str, str]]:
    return {
        code: (row[0], row[1]) for code, row in load_data("languages.json")["languages"].items()
    }


@cache
def _more() -> Mapping[str, tuple[str, str]]:
    """Codes that only MediaWiki's names or Babel's ISO 639-3 list have: (name, code to use)."""
    rows = json.loads((FOLDER / "codes.json").read_text(encoding="utf-8"))["codes"]
    return {code: (row[0], row[-1] if len(row) > 1 else code) for code, row in rows.items()}


def rare_languages() -> Mapping[str, str]:
    """Return the English names of the languages that are not in ``all_codes``, by their code."""
    return {code: row[0] for code, row in _more().items()}


def _has_code(code: str) -> bool:
    # The long list is read from disk only for a code that the usual one lacks.
    return code in _languages() or code in _more()


def all_codes() -> tuple[str, ...]:
    """Return the code of every language that has an autonym, sorted. Others are known, too."""
    return tuple(_languages())


@lru_cache(maxsize=16_384)
def canonical(code: str) -> str:
    """Write a code in its modern form: lower case, hyphens, today's code for an old one."""
    code = code.strip().lower().replace("_", "-")
    renamed = RENAMED_CODES.get(code) or str(load_data("aliases.json")["aliases"].get(code, code))
    if renamed in _languages() or renamed not in _more():
        return renamed
    return _more()[renamed][1]


def is_known(code: str) -> bool:
    """Whether MediaWiki or its Babel boxes have a language of this code (old codes count)."""
    return _has_code(canonical(code))


def has_autonym(code: str) -> bool:
    """Whether a language is one of ``all_codes``: MediaWiki's usual ones (old codes count)."""
    return canonical(code) in _languages()


def autonym(code: str) -> str:
    """Return a language's own name for itself, or the code where it is not known."""
    code = canonical(code)
    return (_languages().get(code) or _more().get(code) or (code, ""))[0]


def text_direction(code: str) -> str:
    """Return in which direction a language is written: ``ltr`` or ``rtl``."""
    return _languages().get(canonical(code), ("", "ltr"))[1]


@lru_cache(maxsize=16_384)
def fallback_chain(code: str) -> tuple[str, ...]:
    """Return the languages to try where a text is missing in this one, nearest first.

    They are those that MediaWiki tries; a code for which it names none falls back to what stands
    before its last hyphen. English is always last (and is left out for English itself).
    """
    code = canonical(code)
    table = _fallbacks()
    chain = list(table.get(code, ()))
    if not chain and "-" in code and (head := code.rpartition("-")[0]) in _languages():
        chain = [head, *table.get(head, ())]
    named = (canonical(one) for one in chain)
    return tuple(dict.fromkeys(one for one in (*named, "en") if one != code))


@cache
def _fallbacks() -> Mapping[str, tuple[str, ...]]:
    rows = load_data("fallbacks.json")["fallbacks"]
    todays = {canonical(code): tuple(row) for code, row in rows.items()}
    return todays | {code: tuple(row) for code, row in rows.items()}


def base_language(code: str) -> str:
    """Return the language without script, region or register: people of one root understand each other.

    ``pt-br`` -> ``pt``, ``zh-hant`` -> ``zh``, ``en-gb`` -> ``en``, ``sr-latn`` -> ``sr``; codes
    that only look so stay (``be-tarask`` is ``be``, ``map-bms`` is itself).
    """
    code = canonical(code)
    head = code.partition("-")[0]
    return canonical(head) if _has_code(head) else code


@cache
def _cldr_languages() -> frozenset[str]:
    """Return the first parts of all locales of CLDR; Babel looks through all of them for each name."""
    known = {locale.partition("_")[0] for locale in locale_identifiers()}
    return frozenset(known.union(get_global("language_aliases"), ("root", "und")))


@lru_cache(maxsize=16_384)
def _own_locale(code: str) -> Locale | None:
    parts = CLDR_LOCALES.get(code, code).replace("-", "_").split("_")
    tidy = [parts[0].lower()] + [p.title() if len(p) == 4 else p.upper() for p in parts[1:]]
    if tidy[0] not in _cldr_languages():
        return None
    try:
        return Locale.parse("_".join(tidy))
    except (UnknownLocaleError, ValueError, TypeError):
        return None


@lru_cache(maxsize=16_384)
def nearest_locale(code: str) -> Locale:
    """Return the nearest CLDR locale along the fallback chain, for numbers, dates and names."""
    for candidate in (canonical(code), *fallback_chain(code), "en"):
        found = _own_locale(candidate)
        if found:
            return found
    return Locale("en")


@lru_cache(maxsize=16_384)
def language_name(code: str, in_language: str = "en") -> str:
    """Return a language's name in another language, else its own name, else the code."""
    code = canonical(code)
    if base_language(in_language) == code:
        return autonym(code)
    for candidate in (in_language, *fallback_chain(in_language)):
        found = _own_locale(canonical(candidate))
        for key in _cldr_keys(code):
            if found and key in found.languages:
                return str(found.languages[key])
    return autonym(code)


def language_names(in_language: str) -> Mapping[str, str]:
    """Return what CLDR calls the languages of ``all_codes`` in one language itself, no fallback."""
    locale = _own_locale(canonical(in_language))
    named = locale.languages if locale else {}
    found = {
        code: next((str(named[key]) for key in _cldr_keys(code) if key in named), "")
        for code in all_codes()
    }
    return {code: name for code, name in found.items() if name}


@lru_cache(maxsize=16_384)
def _cldr_keys(code: str) -> tuple[str, ...]:
    """Return the names that a language may have in CLDR's tables."""
    keys = (code.replace("-", "_"), CLDR_LOCALES.get(code, code), str(_own_locale(code) or code))
    return tuple(
        dict.fromkeys(
            "_".join(
                part.title() if len(part) == 4 else part.upper() if at else part
                for at, part in enumerate(key.split("_"))
            )
            for key in keys
        )
    )
