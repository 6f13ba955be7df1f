"""Countries: found by any common name or ISO code, in any language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.core import get_global

from exchange.fold import fold
from exchange.languages import fallbacks, locale

CONFIG = Path(__file__).parents[2] / "config"

COMMON: Mapping[str, str] = {
    "america": "US",
    "brasil": "BR",
    "burma": "MM",
    "côte d'ivoire": "CI",
    "czech republic": "CZ",
    "drc": "CD",
    "dr congo": "CD",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "ivory coast": "CI",
    "macedonia": "MK",
    "northern ireland": "GB",
    "palestine": "PS",
    "republic of ireland": "IE",
    "russian federation": "RU",
    "scotland": "GB",
    "swaziland": "SZ",
    "the gambia": "GM",
    "the netherlands": "NL",
    "the philippines": "PH",
    "turkey": "TR",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s.a.": "US",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "viet nam": "VN",
    "wales": "GB",
}
"""Common ways of writing a country that CLDR does not have, folded."""


@cache
def _names() -> Mapping[str, str]:
    rows = json.loads((CONFIG / "countries.json").read_text(encoding="utf-8"))["countries"]
    return {**{name: code for code, names in rows.items() for name in names}, **COMMON}


@cache
def _alpha3() -> Mapping[str, str]:
    # CLDR's own table; Kosovo's XK and XKX are in common use and not of ISO.
    known = countries()
    aliases = get_global("territory_aliases")
    found = {
        old: new[0]
        for old, new in aliases.items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in known
    }
    return found | {"XKX": "XK"}


@cache
def countries() -> tuple[str, ...]:
    """Give the alpha-2 codes of all countries and territories that have a region, sorted."""
    rows = json.loads((CONFIG / "regions.json").read_text(encoding="utf-8"))["regions"]
    return tuple(sorted(code for row in rows for code in row["countries"]))


def country(text: str) -> str | None:
    """Find the country that ``text`` names: alpha-2, alpha-3, or any common name in any language.

    Gives the alpha-2 code, or None. A name that means two countries in two languages (``Kongo``)
    means neither.
    """
    text = text.strip()
    if len(text) > 200:
        return None
    if text in _alpha3():
        # In capitals it is a code: NGA is Nigeria, and nga is Russia in Vietnamese.
        return _alpha3()[text]
    folded = fold(text)
    code = folded.upper()
    if code in _alpha2():
        return code
    return _names().get(folded) or _names().get(folded.removeprefix("the ")) or _alpha3().get(code)


@cache
def _alpha2() -> frozenset[str]:
    rows = json.loads((CONFIG / "countries.json").read_text(encoding="utf-8"))["countries"]
    return frozenset(countries()) | frozenset(rows)


def country_name(code: str, language: str = "en") -> str:
    """Give a country's name in a language, or the nearest one along its fallbacks, or the code."""
    for candidate in (language, *fallbacks(language)):
        found = locale(candidate).territories.get(code.upper())
        if found:
            return str(found)
    return code
