"""Result cards and facet boxes, put together from cached pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sized
from datetime import date
from typing import NamedTuple

from flask import Flask
from markupsafe import Markup, escape

from exchange.directory import Directory
from exchange.languages import find_language
from exchange.model import Offer, Profile, Want
from webtool.context import cached_per_language, context, current_snapshot
from webtool.render import (
    capacity_label,
    capacity_url,
    codex_icon,
    country_label,
    facet_label,
    format_day,
    format_number,
    language_label,
    msg,
    msg_html,
    place_label,
    profile_url,
    region_label,
    side_label,
)

_CHIPS = 6
_SPOKEN = 4
_OPTIONS = 500
"""More would make a page heavy; the field takes every name all the same."""
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


def build_cards(profiles: Iterable[Profile]) -> list[Card]:
    """Return cards of people and groups in the reader's language."""
    here = context()
    return [_card(one, here.directory, here.today) for one in profiles]


def _card(profile: Profile, directory: Directory, today: date) -> Card:
    return Card(
        icon=codex_icon("userGroup" if profile.is_group else "userAvatar"),
        address=profile_url(profile),
        name=profile.name,
        facts=tuple(_facts(profile)),
        away=away_words(profile, today),
        sides=tuple(
            Side(
                kind,
                msg(side_label(kind, items)),
                Markup("\n".join([_chip_of(one, directory) for one in items[:_CHIPS]])),
                _more(items, _CHIPS),
            )
            for kind, items in (("offer", profile.offers), ("want", profile.wants))
            if items
        ),
    )


def away_words(profile: Profile, today: date) -> str:
    """Return until when somebody is away, or that they were not heard of; empty where they are there."""
    if profile.away is not None and profile.away >= today:
        return msg_html("web-away-until", format_day(profile.away))
    return msg("web-away-unheard") if profile.is_unheard_of(today) else ""


def _facts(profile: Profile) -> Iterator[str]:
    if profile.is_group:
        yield msg(f"kind-{profile.kind}")
    if where := place_label(profile):
        yield where
    if profile.languages:
        spoken = Markup(
            " · ".join([language_label(one.code) for one in profile.languages[:_SPOKEN]])
        )
        more = _more(profile.languages, _SPOKEN)
        yield spoken + " " + more if more else spoken
    if profile.edited:
        yield escape(msg("web-edited")) + " " + format_day(profile.edited)


def _chip_of(item: Offer | Want, directory: Directory) -> Markup:
    id = item.capacity
    return _chip(id, "" if id in directory else item.text, directory.digest)


def _more(items: Sized, shown: int) -> str:
    return msg("web-more", len(items) - shown) if len(items) > shown else ""


def capacity_chip(id: str, written: str = "") -> Markup:
    """Return a capacity as a chip that links to its page."""
    directory = current_snapshot().directory
    return _chip(id, "" if id in directory else written, directory.digest)


def facet_choice(facet: str, value: str, count: int, chosen: bool) -> Markup:
    """Return a value of a facet as a check box with its label and how many it would give."""
    return facet_choices(facet, ((value, count),), (value,) if chosen else ())


def facet_choices(facet: str, counts: Iterable[tuple[str, int]], chosen: Collection[str]) -> Markup:
    """Return values of a facet as check boxes, those that are ``chosen`` ticked."""
    digest = current_snapshot().directory.digest
    parts: list[str] = []
    for value, count in counts:
        parts += (
            _choice(facet, value, value in chosen, digest),
            escape(format_number(count)),
            _COUNTED,
        )
    return Markup("".join(parts))


def facet_options(facet: str, values: Collection[str]) -> Markup:
    """Return values of a facet as options of a field in which one writes their names."""
    return _options(facet, tuple(values)[:_OPTIONS], current_snapshot().directory.digest)


def facet_value(facet: str, value: str) -> str:
    """Return the name of a facet's value in the reader's language; what has none, as written."""
    match facet:
        case "capacity":
            return capacity_label(value)
        case "language":
            return language_label(value)
        case "country":
            return country_label(value)
        case "region":
            return region_label(value)
    return facet_label(facet, value) or Markup("<bdi>{}</bdi>").format(value)


@cached_per_language(16_384)
def _chip(id: str, written: str, _digest: str) -> Markup:
    label, address = escape(capacity_label(id, written)), escape(capacity_url(id))
    return Markup(f'<li><a class="chip" href="{address}">{label}</a></li>')


@cached_per_language(64)
def _options(facet: str, values: tuple[str, ...], _digest: str) -> Markup:
    named = sorted((Markup(facet_value(facet, value)).striptags(), value) for value in values)
    return Markup("").join(
        Markup('<option value="{}">').format(name)
        if _reads_back(facet, name, value)
        else Markup('<option value="{}" label="{}">').format(value, name)
        for name, value in named
    )


def _reads_back(facet: str, name: str, value: str) -> bool:
    """Whether a name means the value: "Ga" is a language whose name is another one's code."""
    match facet:
        case "capacity":
            return current_snapshot().directory.identify(name) == value
        case "language":
            return find_language(name) == value
    return facet in ("country", "region") or name == value


@cached_per_language(8_192)
def _choice(facet: str, value: str, chosen: bool, _digest: str) -> str:
    """Return what stands before the count: that changes with every search."""
    id = escape(f"f-{facet}-{value.replace(' ', '_')}")
    ticked = " checked" if chosen else ""
    return (
        f'<div class="choice"><input type="checkbox" name="{facet}" value="{escape(value)}"'
        f' id="{id}"{ticked}><label for="{id}">{escape(facet_value(facet, value))}'
        ' <span class="count">'
    )


def register_globals(app: Flask) -> None:
    """Register the functions of this module for an application's templates."""
    app.jinja_env.globals.update(
        away_words=away_words,
        cards=build_cards,
        chip=capacity_chip,
        choice=facet_choice,
        choices=facet_choices,
        facet_value=facet_value,
        options=facet_options,
    )
