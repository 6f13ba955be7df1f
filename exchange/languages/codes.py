"""Language codes: which there are, what they are called, and what stands in for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

FOLDER = Path(__file__).parents[2] / "config" / "languages"

MODERN: Mapping[str, str] = {
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
}
"""Codes that Wikimedia wikis still use -> the code that MediaWiki uses for the same today."""

CLDR: Mapping[str, str] = {
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
def _data(file: str) -> Any:
    return json.loads((FOLDER / file).read_text(encoding="utf-8"))


@cache
def _languages() -> Mapping[str, tuple[str, str]]:
    return {code: (row[0], row[1]) for code, row in _data("languages.json")["languages"].items()}


def all_codes() -> tuple[str, ...]:
    """Give every known code, sorted."""
    return tuple(_languages())


def modern(code: str) -> str:
    """Write a code in its modern form: lower case, hyphens, today's code for an old one."""
    code = code.strip().lower().replace("_", "-")
    return MODERN.get(code) or str(_data("aliases.json")["aliases"].get(code, code))


def known(code: str) -> bool:
    """Tell whether MediaWiki has a language of this code (old codes count)."""
    return modern(code) in _languages()


def autonym(code: str) -> str:
    """Give a language's own name for itself, or the code where it is not known."""
    return _languages().get(modern(code), (code, ""))[0]


def direction(code: str) -> str:
    """Tell in which direction a language is written: ``ltr`` or ``rtl``."""
    return _languages().get(modern(code), ("", "ltr"))[1]


@lru_cache(maxsize=16_384)
def fallbacks(code: str) -> tuple[str, ...]:
    """Give the languages to try where a text is missing in this one, nearest first.

    Follows MediaWiki's chains to their end; a code that has none falls back to what stands before
    its last hyphen. English is always last (and is left out for English itself).
    """
    code = modern(code)
    chain: list[str] = []
    waiting = [code]
    while waiting:
        current = waiting.pop(0)
        nearer = [modern(next_) for next_ in _data("fallbacks.json")["fallbacks"].get(current, ())]
        if not nearer and "-" in current:
            nearer = [head for head in [current.rpartition("-")[0]] if head in _languages()]
        for next_ in nearer:
            if next_ not in chain and next_ != code:
                chain.append(next_)
                waiting.append(next_)
    return tuple(next_ for next_ in chain if next_ != "en") + (("en",) if code != "en" else ())


def root(code: str) -> str:
    """Give the language without script, region or register: people of one root understand each other.

    ``pt-br`` -> ``pt``, ``zh-hant`` -> ``zh``, ``en-gb`` -> ``en``, ``sr-latn`` -> ``sr``; codes
    that only look so stay (``be-tarask`` is ``be``, ``map-bms`` is itself).
    """
    code = modern(code)
    head = code.partition("-")[0]
    return modern(head) if head in _languages() else code


def cldr(code: str) -> str | None:
    """Give the CLDR locale of a MediaWiki code as Babel writes it, or None where CLDR has none."""
    found = _own_locale(modern(code))
    return str(found) if found else None


@lru_cache(maxsize=16_384)
def _own_locale(code: str) -> Locale | None:
    parts = CLDR.get(code, code).replace("-", "_").split("_")
    tidy = [parts[0].lower()] + [p.title() if len(p) == 4 else p.upper() for p in parts[1:]]
    try:
        return Locale.parse("_".join(tidy))
    except (UnknownLocaleError, ValueError, TypeError):
        return None


@lru_cache(maxsize=16_384)
def locale(code: str) -> Locale:
    """Give the nearest CLDR locale along the fallback chain, for numbers, dates and names."""
    for candidate in (modern(code), *fallbacks(code), "en"):
        found = _own_locale(candidate)
        if found:
            return found
    return Locale("en")


@lru_cache(maxsize=16_384)
def name(code: str, in_language: str = "en") -> str:
    """Give a language's name in another language, else its own name, else the code."""
    code = modern(code)
    if root(in_language) == code:
        return autonym(code)
    wanted = dict.fromkeys(
        (code.replace("-", "_"), CLDR.get(code, code), str(_own_locale(code) or code))
    )
    for candidate in (in_language, *fallbacks(in_language)):
        found = _own_locale(modern(candidate))
        for key in wanted:
            tidy = "_".join(
                part.title() if len(part) == 4 else part.upper() if at else part
                for at, part in enumerate(key.split("_"))
            )
            if found and tidy in found.languages:
                return str(found.languages[tidy])
    return autonym(code)
