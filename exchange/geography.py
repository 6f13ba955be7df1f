"""Countries, Wikimedia regions, affiliates and emerging communities, by any common name."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import get_global

from exchange.languages import canonical, fallback_chain, nearest_locale
from exchange.model import Kind
from exchange.text import fold, search_fold

CONFIG = Path(__file__).parents[1] / "config"


@cache
def _names() -> Mapping[str, str]:
    rows = json.loads((CONFIG / "countries.json").read_text(encoding="utf-8"))["countries"]
    aliases = json.loads((CONFIG / "country_aliases.json").read_text(encoding="utf-8"))["aliases"]
    return {
        **{name: code for code, names in rows.items() for name in names},
        **{fold(name): code for code, names in aliases.items() for name in names},
    }


@cache
def _alpha3() -> Mapping[str, str]:
    # CLDR's own table; Kosovo's XK and XKX are in common use and not of ISO.
    known = all_countries()
    aliases = get_global("territory_aliases")
    found = {
        old: new[0]
        for old, new in aliases.items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in known
    }
    return found | {"XKX": "XK"}


@cache
def all_countries() -> tuple[str, ...]:
    """Return the alpha-2 codes of all countries and territories that have a region, sorted."""
    rows = json.loads((CONFIG / "regions.json").read_text(encoding="utf-8"))["regions"]
    return tuple(sorted(code for row in rows for code in row["countries"]))


def find_country(text: str) -> str | None:
    """Find the country that ``text`` names: a code, a flag, or any common name in any language.

    Returns the alpha-2 code, or None. Codes count before names, except that a name's capital
    (``Nga``, Russia in Vietnamese) makes it a name. A name that means two countries in two
    languages (``Kongo``) means neither.
    """
    text = text.strip()
    if len(text) > 200:
        return None
    folded = fold(text)
    code = _flag(text) or folded.upper()
    if code in _alpha2():
        return code
    if find_ambiguous(text):
        return None
    names = _names()
    named = names.get(folded) or names.get(folded.removeprefix("the ").rstrip("."))
    if text.istitle() and named:
        return named
    return _alpha3().get(code) or named or names.get(_without_flag(folded))


def find_ambiguous(text: str) -> tuple[str, ...]:
    """Return the codes of the countries that a name means alike; empty where it means one or none."""
    return _ambiguous().get(fold(text[:100]).removeprefix("the "), ())


@cache
def _ambiguous() -> Mapping[str, tuple[str, ...]]:
    rows = json.loads((CONFIG / "country_aliases.json").read_text(encoding="utf-8"))["ambiguous"]
    return {fold(name): tuple(codes) for name, codes in rows.items()}


def _flag(text: str) -> str:
    """Return the code of a flag: two letters of a kind of their own."""
    if len(text) != 2 or not all("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in text):
        return ""
    return "".join(chr(ord(sign) - 0x1F1E6 + ord("A")) for sign in text)


def _without_flag(text: str) -> str:
    return "".join(sign for sign in text if not "\U0001f1e6" <= sign <= "\U0001f1ff").strip()


@cache
def _alpha2() -> frozenset[str]:
    rows = json.loads((CONFIG / "countries.json").read_text(encoding="utf-8"))["countries"]
    return frozenset(all_countries()) | frozenset(rows)


def country_name(code: str, language: str = "en") -> str:
    """Return a country's name in a language, or the nearest one along its fallbacks, or the code."""
    for candidate in (language, *fallback_chain(language)):
        found = nearest_locale(candidate).territories.get(code.upper())
        if found:
            return str(found)
    return code


def country_beside_place(text: str) -> str | None:
    """Return the one country in "Lagos, Nigeria"; codes may be those of states (Los Angeles, CA)."""
    parts = [part for part in re.split(r"\s*[,;()（）]\s*", text) if part]
    named = {find_country(part) for part in parts if len(part) > 3} - {None}
    return named.pop() if 1 < len(parts) < 4 and len(named) == 1 else None


def find_place_country(text: str) -> str | None:
    """Return the country of a place: a country or territory, a large city, or one beside the other.

    Cities are those that time zones are called after, in any language. A name that a city of
    another country has as well is none of them.
    """
    beside = country_beside_place(text)
    return find_country(text) or beside or _cities().get(fold(text[:100]))


_TWINS = {
    *("santiago", "san juan", "la paz", "mérida", "merida", "córdoba", "cordoba", "victoria"),
    *("kingston", "hamilton", "georgetown", "halifax", "san luis", "mendoza", "salta", "regina"),
    *("vincennes", "petersburg", "center", "knox", "marengo", "monticello", "easter", "midway"),
    *("wake", "davis", "palmer", "troll", "phoenix", "santarém", "santarem", "bahia", "st. john's"),
}
"""Names of cities that time zones are called after and that well-known places elsewhere share."""


@cache
def _cities() -> Mapping[str, str]:
    """Return the country of each city that CLDR names, by its folded names."""
    countries = {
        zone: code for zone, code in get_global("zone_territories").items() if code != "001"
    }
    found: dict[str, set[str]] = {}

    def add(name: str, code: str) -> None:
        found.setdefault(fold(name), set()).add(code)

    for zone, code in countries.items():
        if "/" in zone and not zone.startswith("Etc/"):
            add(zone.rpartition("/")[2].replace("_", " "), code)
    for language in _CITY_LANGUAGES:
        for zone, names in nearest_locale(language).time_zones.items():
            if zone in countries and "city" in names:
                add(str(names["city"]), countries[zone])
    return {
        name: codes.pop()
        for name, codes in found.items()
        if len(codes) == 1 and name not in _TWINS and not find_country(name)
    }


_CITY_LANGUAGES = (
    *("en", "ar", "de", "es", "fr", "pt", "yo", "uk", "ru", "pl", "it", "ja", "fa", "id", "tr"),
    *("sq", "bn", "ca", "cs", "el", "fi", "ha", "he", "hi", "hu", "ko", "nl", "ro", "sr", "sv"),
    *("sw", "ta", "th", "ur", "vi", "zh"),
)


def suggest_country(text: str) -> str:
    """Guess which country was meant, as its code, or name those it may be: a hint only."""
    if several := find_ambiguous(text):
        return ", ".join(several)
    english = {fold(str(name)): code for code, name in nearest_locale("en").territories.items()}
    near = difflib.get_close_matches(fold(text[:60]), english, n=1, cutoff=0.8)
    return english[near[0]] if near and english[near[0]].isalpha() else ""


# --- affiliates ---


def affiliate_names(text: str) -> tuple[str, ...]:
    """Return all names and acronyms of the affiliate that is called so; empty if we know none."""
    return _affiliates().get(search_fold(text[:200]), ())


def all_affiliates() -> tuple[str, ...]:
    """Return every name and acronym of the affiliates that we know."""
    return tuple(dict.fromkeys(name for names in _affiliates().values() for name in names))


@cache
def _affiliates() -> Mapping[str, tuple[str, ...]]:
    rows = json.loads((CONFIG / "affiliates.json").read_text(encoding="utf-8"))["affiliates"]
    return {search_fold(name): tuple(row) for row in rows for name in row}


# --- regions ---


@dataclass(frozen=True, slots=True)
class Region:
    """A Wikimedia region: id, names by language, other ways to write it, alpha-2 members."""

    id: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    countries: tuple[str, ...]


@cache
def all_regions() -> tuple[Region, ...]:
    """Return the eight regions, in the order of the committed file."""
    rows = json.loads((CONFIG / "regions.json").read_text(encoding="utf-8"))["regions"]
    return tuple(
        Region(
            row["id"],
            {canonical(code): name for code, name in row["names"].items()},
            tuple(row["aliases"]),
            tuple(row["countries"]),
        )
        for row in rows
    )


def find_region(text: str) -> str | None:
    """Find the region that ``text`` names: its id or a name in any language; None if it is none."""
    return _regions_by_name().get(_region_key(text)) if len(text) <= 200 else None


def region_of(country: str | None) -> str | None:
    """Return the region of a country (alpha-2), or None."""
    return _by_country().get(country.upper()) if country else None


def region_countries(region: str) -> tuple[str, ...]:
    """Return a region's countries (alpha-2); empty for an unknown id."""
    return next((row.countries for row in all_regions() if row.id == region), ())


def region_name(id: str, language: str = "en") -> str:
    """Return a region's name in a language, or the nearest one that it has a name in, or the id."""
    names = next((row.names for row in all_regions() if row.id == id), {})
    return next(
        (names[code] for code in (canonical(language), *fallback_chain(language)) if code in names),
        id,
    )


def _region_key(text: str) -> str:
    return " ".join(fold(text).replace("&", " and ").replace(",", " ").split())


@cache
def _regions_by_name() -> Mapping[str, str]:
    return {
        _region_key(name): row.id
        for row in all_regions()
        for name in (*row.aliases, *row.names.values(), row.id)
    }


@cache
def _by_country() -> Mapping[str, str]:
    return {country: row.id for row in all_regions() for country in row.countries}


# --- emerging communities, whom the match serves first ---

EMERGING_SHARE = 0.75


@cache
def _countries() -> frozenset[str]:
    return frozenset(json.loads((CONFIG / "emerging.json").read_text("utf-8"))["countries"])


def is_emerging_community(country: str | None = None, region: str | None = None) -> bool:
    """Whether somebody of this country (alpha-2), or else region, is of an emerging community."""
    if country:
        return country.upper() in _countries()
    of_region = region_countries(region) if region else ()
    return bool(of_region) and sum(c in _countries() for c in of_region) >= EMERGING_SHARE * len(
        of_region
    )


# --- affiliates ---


def is_small_affiliate(kind: Kind) -> bool:
    """Whether a group counts as small: a user group, an informal group, or one still to be.

    Chapters, thematic organisations and hubs are not small; persons are no groups. That is the
    rule of the matching design ("small affiliates and affiliates-to-be first"); no list of
    affiliates' sizes is public in a form that could be held here.
    """
    return kind in (Kind.USER_GROUP, Kind.INFORMAL_GROUP, Kind.AFFILIATE_TO_BE)
