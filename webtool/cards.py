"""Cards: people among results, and the choices beside them, from pieces that are remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sized
from datetime import date
from typing import NamedTuple

from markupsafe import Markup, escape

from exchange.directory import Directory
from exchange.model import Offer, Profile, Want
from webtool.context import context
from webtool.memory import for_reader
from webtool.show import (
    capacity,
    capacity_url,
    country,
    day,
    icon,
    language,
    marked,
    message,
    number,
    place,
    profile_url,
    region,
    text,
    worded,
)

_CHIPS = 6
_SPOKEN = 4
_COUNTED = "</span></label></div>\n"


class Side(NamedTuple):
    """What somebody offers or wants, as chips; ``more`` tells how many are left out."""

    kind: str
    title: str
    chips: Markup
    more: str


class Card(NamedTuple):
    """A person or group in words of the reader's language."""

    icon: Markup
    address: str
    name: str
    facts: tuple[str, ...]
    away: str
    sides: tuple[Side, ...]


def cards(profiles: Iterable[Profile]) -> list[Card]:
    """Put people and groups into words."""
    here = context()
    return [_card(one, here.directory, here.today) for one in profiles]


def _card(profile: Profile, directory: Directory, today: date) -> Card:
    away = profile.away
    return Card(
        icon=icon("userGroup" if profile.is_group else "userAvatar"),
        address=profile_url(profile),
        name=profile.name,
        facts=tuple(_facts(profile)),
        away=marked("away-until", day(away)) if away and away >= today else "",
        sides=tuple(
            Side(
                kind,
                text(f"{kind}s"),
                Markup("\n".join([_chip_of(one, directory) for one in items[:_CHIPS]])),
                _more(items, _CHIPS),
            )
            for kind, items in (("offer", profile.offers), ("want", profile.wants))
            if items
        ),
    )


def _facts(profile: Profile) -> Iterator[str]:
    if profile.is_group:
        yield message(f"kind-{profile.kind}")
    if where := place(profile):
        yield where
    if profile.languages:
        spoken = Markup(" · ".join([language(one.code) for one in profile.languages[:_SPOKEN]]))
        more = _more(profile.languages, _SPOKEN)
        yield spoken + " " + more if more else spoken
    if profile.edited:
        yield escape(text("edited")) + " " + day(profile.edited)


def _chip_of(item: Offer | Want, directory: Directory) -> Markup:
    id = item.capacity
    return _chip(id, "" if id in directory else item.text, directory.digest)


def _more(items: Sized, shown: int) -> str:
    return text("more", len(items) - shown) if len(items) > shown else ""


def chip(id: str, written: str = "") -> Markup:
    """Show a capacity as a chip that leads to its page."""
    directory = context().directory
    return _chip(id, "" if id in directory else written, directory.digest)


def choice(facet: str, value: str, count: int, chosen: bool) -> Markup:
    """Show a value of a facet as a tick box with its label and how many it would give."""
    return choices(facet, ((value, count),), (value,) if chosen else ())


def choices(facet: str, counts: Iterable[tuple[str, int]], chosen: Collection[str]) -> Markup:
    """Show values of a facet, those that are ``chosen`` ticked."""
    digest = context().directory.digest
    parts: list[str] = []
    for value, count in counts:
        parts += (_choice(facet, value, value in chosen, digest), escape(number(count)), _COUNTED)
    return Markup("".join(parts))


def facet_value(facet: str, value: str) -> str:
    """Give the name of a facet's value in the reader's language; what has none, as written."""
    match facet:
        case "capacity":
            return capacity(value)
        case "language":
            return language(value)
        case "country":
            return country(value)
        case "region":
            return region(value)
    return worded(facet, value) or Markup("<bdi>{}</bdi>").format(value)


@for_reader(16_384)
def _chip(id: str, written: str, _digest: str) -> Markup:
    label, address = escape(capacity(id, written)), escape(capacity_url(id))
    return Markup(f'<li><a class="chip" href="{address}">{label}</a></li>')


@for_reader(8_192)
def _choice(facet: str, value: str, chosen: bool, _digest: str) -> str:
    """Give what stands before the count: that changes with every search."""
    id = escape(f"f-{facet}-{value.replace(' ', '_')}")
    ticked = " checked" if chosen else ""
    return (
        f'<div class="choice"><input type="checkbox" name="{facet}" value="{escape(value)}"'
        f' id="{id}"{ticked}><label for="{id}">{escape(facet_value(facet, value))}'
        ' <span class="count">'
    )
