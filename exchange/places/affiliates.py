"""Affiliates: chapters, thematic organisations and user groups, found by name or acronym."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from exchange.fold import fold
from exchange.model import Kind
from exchange.places.countries import CONFIG


@dataclass(frozen=True, slots=True)
class Affiliate:
    """A recognised affiliate. ``id`` is its acronym in lower case, unique."""

    id: str
    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()


@cache
def affiliates() -> tuple[Affiliate, ...]:
    """Give all affiliates of the committed list, which is early and incomplete."""
    rows = json.loads((CONFIG / "affiliates.json").read_text(encoding="utf-8"))["affiliates"]
    return tuple(
        Affiliate(row["id"], row["name"], Kind(row["kind"]), tuple(row.get("aliases", ())))
        for row in rows
    )


def affiliate(text: str) -> Affiliate | None:
    """Find the affiliate that ``text`` names (name, without "User Group" too, or alias), or None.

    Acronyms of two letters are left out: they are country codes as well.
    """
    return _by_name().get(_key(text)) if len(text) <= 200 else None


def small_or_to_be(kind: Kind) -> bool:
    """Tell whether a group counts as small: a user group, an informal group, or one still to be.

    Chapters, thematic organisations and hubs are not small; persons are no groups. That is the
    rule of the matching design ("small affiliates and affiliates-to-be first"); no list of
    affiliates' sizes is public in a form that could be held here.
    """
    return kind in (Kind.USER_GROUP, Kind.INFORMAL_GROUP, Kind.AFFILIATE_TO_BE)


def _key(text: str) -> str:
    words = [word for word in fold(text).split() if word not in ("the",)]
    return " ".join(words).removesuffix(" user group")


@cache
def _by_name() -> Mapping[str, Affiliate]:
    claims: dict[str, list[Affiliate]] = {}
    for row in affiliates():
        names = [row.name, *row.aliases, *([row.id] if len(row.id) > 2 else [])]
        for name in {_key(name) for name in names}:
            claims.setdefault(name, []).append(row)
    return {name: rows[0] for name, rows in claims.items() if len(rows) == 1}
