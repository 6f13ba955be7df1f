"""Regions: the eight Wikimedia regions and their countries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from exchange.fold import fold
from exchange.languages import fallbacks, modern
from exchange.places.countries import CONFIG


@dataclass(frozen=True, slots=True)
class Region:
    """A Wikimedia region: id, names by language, other ways to write it, alpha-2 members."""

    id: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    countries: tuple[str, ...]


@cache
def regions() -> tuple[Region, ...]:
    """Give the eight regions, in the order of the committed file."""
    rows = json.loads((CONFIG / "regions.json").read_text(encoding="utf-8"))["regions"]
    return tuple(
        Region(
            row["id"],
            {modern(code): name for code, name in row["names"].items()},
            tuple(row["aliases"]),
            tuple(row["countries"]),
        )
        for row in rows
    )


def region(text: str) -> str | None:
    """Find the region that ``text`` names: its id or a name in any language; None if it is none."""
    return _by_name().get(_key(text)) if len(text) <= 200 else None


def region_of(country: str | None) -> str | None:
    """Give the region of a country (alpha-2), or None."""
    return _by_country().get(country.upper()) if country else None


def members(region: str) -> tuple[str, ...]:
    """Give a region's countries (alpha-2); empty for an unknown id."""
    return next((row.countries for row in regions() if row.id == region), ())


def region_name(id: str, language: str = "en") -> str:
    """Give a region's name in a language, or the nearest one that it has a name in, or the id."""
    names = next((row.names for row in regions() if row.id == id), {})
    return next(
        (names[code] for code in (modern(language), *fallbacks(language)) if code in names), id
    )


def _key(text: str) -> str:
    return " ".join(fold(text).replace("&", " and ").replace(",", " ").split())


@cache
def _by_name() -> Mapping[str, str]:
    return {
        _key(name): row.id
        for row in regions()
        for name in (*row.aliases, *row.names.values(), row.id)
    }


@cache
def _by_country() -> Mapping[str, str]:
    return {country: row.id for row in regions() for country in row.countries}
