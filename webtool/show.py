"""Show: how values look on a page. Filters and globals for the templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, g, request, url_for
from markupsafe import Markup, escape

from exchange.languages import autonym, direction
from exchange.languages import name as language_name
from exchange.model import NATIVE, Kind, Method, Profile
from exchange.places import country_name, region_name
from exchange.search.query import DIRECTIONS, FRESHNESS
from exchange.wording.messages import Param
from webtool.context import context, reader
from webtool.headers import code_digest
from webtool.memory import for_reader
from webtool.reader import languages

_ICONS = Path(__file__).parent / "static" / "vendor" / "codex" / "icons.json"
_NO_LANGUAGE = ("static", "api.openapi", "meta.healthz", "meta.robots")
_OPEN, _SHUT = "\ue000", "\ue001"
_PATH = "!$&'()*+,/:;=@"
"""What stays as it is in a path, by the URL standard, besides letters, digits and ``-._~``."""


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(
        t=text,
        tx=marked,
        m=message,
        tm=marked_message,
        known_capacities=lambda: context().directory,
        icon=icon,
        reader=reader,
        today=lambda: context().today,
        wiki_link=wiki_link,
        capacity=capacity,
        capacity_url=capacity_url,
        language=language,
        country=country,
        region=region,
        place=place,
        worded=worded,
        day=day,
        number=number,
        percent=percent,
        moment=moment,
        joined=joined,
        profile_url=profile_url,
        search_url=search_url,
        interface_languages=languages,
        autonym=autonym,
        direction=direction,
        in_language=in_language,
        static=static,
        login_offered=lambda: False,
        late=lambda: g.get("late"),
    )
    app.jinja_env.filters["language"] = language
    app.jinja_env.filters["word"] = lambda value, facet: worded(facet, value)
    app.jinja_env.filters["pairof"] = lambda one, name: (one.id, getattr(one, name))
    app.url_defaults(_stay_in_language)


def _stay_in_language(endpoint: str, values: dict[str, Any]) -> None:
    """Keep a language that the address asked for in every link of the page."""
    if endpoint not in _NO_LANGUAGE and reader().asked:
        values.setdefault("uselang", reader().language)


# --- words ---------------------------------------------------------------------------------


def text(key: str, *params: Param) -> str:
    """Give a message of the pages, ``web-<key>``, as plain text."""
    return message(f"web-{key}", *params) if params else _said(f"web-{key}")


def message(key: str, *params: Param) -> str:
    """Give a message of any group by its full key, as plain text."""
    if all(isinstance(one, int) for one in params):
        return _said(key, *params)
    return reader().wording.text(key, *params)


@for_reader(16_384)
def _said(key: str, *params: Param) -> str:
    return reader().wording.text(key, *params)


def marked(key: str, *params: Param | Markup) -> Markup:
    """Give a message of the pages whose parameters may hold markup; the rest is escaped."""
    return marked_message(f"web-{key}", *params)


def marked_message(key: str, *params: Param | Markup) -> Markup:
    """Give a message of any group whose parameters may hold markup; the rest is escaped."""
    kept: list[Markup] = []
    plain: list[Param] = []
    for param in params:
        if isinstance(param, Markup):
            plain.append(f"{_OPEN}{len(kept)}{_SHUT}")
            kept.append(param)
        else:
            plain.append(param)
    shown = str(escape(message(key, *plain)))
    for at, markup in enumerate(kept):
        shown = shown.replace(f"{_OPEN}{at}{_SHUT}", str(markup))
    return Markup(shown)


@for_reader(16_384)
def number(value: float) -> str:
    """Write a number for the reader."""
    return reader().wording.number(value)


def percent(share: float) -> str:
    """Write a share for the reader."""
    return reader().wording.percent(share)


def joined(items: Iterable[str | Markup]) -> Markup:
    """Join with the reader's commas; markup stays."""
    parts = list(items)
    marks = [f"{_OPEN}{at}{_SHUT}" for at in range(len(parts))]
    shown = str(escape(reader().wording.commas(marks)))
    for at, part in enumerate(parts):
        shown = shown.replace(marks[at], str(escape(part)))
    return Markup(shown)


def day(value: date | datetime | None, style: str = "medium") -> Markup:
    """Write a day for the reader, with its machine form beside it."""
    if value is None:
        return Markup("")
    return _day(value.date() if isinstance(value, datetime) else value, style)


@for_reader(4_096)
def _day(value: date, style: str) -> Markup:
    shown = reader().wording.date(value, style)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), shown)


def moment(value: datetime | None) -> Markup:
    """Write a day and time of day in UTC."""
    if value is None:
        return Markup("")
    shown = f"{value:%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}" dir="ltr">{} UTC</time>').format(
        f"{value:%Y-%m-%dT%H:%M}Z", shown
    )


# --- names ---------------------------------------------------------------------------------


def in_language(words: str, code: str) -> Markup:
    """Mark words that are in another language than the page, for screen readers and fonts."""
    if not code or code == reader().interface:
        return Markup("<bdi>{}</bdi>").format(words) if not code else escape(words)
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(code, direction(code), words)


def capacity(id: str, written: str = "") -> Markup:
    """Give a capacity's name in the reader's language, or the nearest one it has a name in."""
    directory = context().directory
    if id not in directory:
        return in_language(written or directory.label(id)[0], "")
    return _capacity(id, directory.digest)


@for_reader(16_384)
def _capacity(id: str, _digest: str) -> Markup:
    return in_language(*context().directory.label(id, reader().language))


@for_reader(16_384)
def capacity_url(id: str) -> str:
    """Give the address of a capacity's page."""
    return _address("capacities.page", "id", id)


@for_reader(8_192)
def language(code: str, level: int | None = None) -> Markup:
    """Give a language's name in the reader's language, with its level where that is given."""
    name = language_name(code, reader().interface)
    shown = in_language(name, code) if name == autonym(code) else escape(name)
    if level is None:
        return Markup(shown)
    said = text("language-native") if level == NATIVE else text("language-level", level)
    return Markup("{} <span class='level'>({})</span>").format(shown, said)


@for_reader(8_192)
def country(code: str) -> str:
    """Give a country's name in the reader's language."""
    return country_name(code, reader().interface)


def region(id: str) -> str:
    """Give a region's name in the reader's language."""
    return region_name(id, reader().interface)


def place(profile: Any) -> str:
    """Say where somebody is: the country, else the region, else nothing."""
    if profile.country:
        return country(profile.country)
    return region(profile.region) if profile.region else ""


_WORDED: Mapping[str, tuple[str, frozenset[str]]] = {
    "method": ("method-", frozenset(Method)),
    "kind": ("kind-", frozenset(Kind)),
    "direction": ("web-direction-", frozenset(DIRECTIONS)),
    "freshness": ("web-freshness-", frozenset(FRESHNESS)),
}
"""Facets whose values are words of ours, each with the key of its messages."""


def worded(facet: str, value: str) -> str:
    """Give our word for a facet's value; nothing where we have none: an address may hold anything."""
    key, known = _WORDED.get(facet, ("", frozenset()))
    return message(key + value) if value in known else ""


# --- addresses -----------------------------------------------------------------------------


def profile_url(profile: Profile | Any, **more: Any) -> str:
    """Give the address of a person's or group's page."""
    endpoint = "people.group" if profile.is_group else "people.person"
    name = profile.name.replace(" ", "_")
    return url_for(endpoint, name=name, **more) if more else _address(endpoint, "name", name)


def _address(endpoint: str, name: str, value: str) -> str:
    """Give an address with one value in it: Flask's own way of it takes ten times as long."""
    before, after = _around(endpoint, name)
    return f"{before}{quote(value, safe=_PATH)}{after}"


@for_reader(64)
def _around(endpoint: str, name: str) -> tuple[str, str]:
    values: dict[str, Any] = {name: _OPEN}
    before, _, after = url_for(endpoint, **values).partition(quote(_OPEN))
    return before, after


def search_url(pairs: Iterable[tuple[str, str]], endpoint: str = "search.page", **more: Any) -> str:
    """Give the address of a search."""
    query = urlencode(list(pairs))
    base = url_for(endpoint, **more)
    return f"{base}{'&' if '?' in base else '?'}{query}" if query else base


def wiki_link(title: str, **more: str | int) -> str:
    """Give the address of a page on the wiki, or nothing where there is no wiki to link to."""
    wiki = context().wiki
    if not wiki or not title:
        return ""
    return f"{wiki}?{urlencode({'title': title.replace(' ', '_'), **more})}"


def static(name: str) -> str:
    """Give the address of a static file, which changes with the code."""
    return _static(name, request.script_root, code_digest())


@lru_cache(maxsize=256)
def _static(name: str, _root: str, digest: str) -> str:
    return url_for("static", filename=name, v=digest)


# --- icons ---------------------------------------------------------------------------------


@cache
def _icons() -> Mapping[str, Mapping[str, Any]]:
    icons: Mapping[str, Mapping[str, Any]] = json.loads(_ICONS.read_text(encoding="utf-8"))["icons"]
    return icons


@lru_cache(maxsize=512, typed=True)
def icon(name: str, label: str = "") -> Markup:
    """Draw an icon of Codex; without a label it is decoration and says nothing."""
    drawn = _icons()[name]
    flip = " icon--flip" if drawn.get("flip") else ""
    said = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    return Markup('<svg class="icon{}" viewBox="0 0 20 20" {}>{}</svg>').format(
        flip, said, Markup(drawn["path"])
    )
