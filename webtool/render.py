"""How values look on a page: the functions and filters of the templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup, escape

from exchange.geography import country_name, region_countries, region_name
from exchange.i18n.messages import Param, is_reviewed
from exchange.languages import autonym, language_name, text_direction
from exchange.model import NATIVE, UNLISTED, Kind, Method, Offer, Profile, Want
from exchange.reports.export import history_links
from exchange.search.query import DIRECTIONS, FRESHNESS
from exchange.text import fold
from exchange.ways import WayKind, WayOn
from webtool.context import (
    GROUP,
    cached_per_language,
    context,
    current_snapshot,
    reader,
    translated_languages,
)
from webtool.http import code_digest

_ICONS = Path(__file__).parent / "static" / "vendor" / "codex" / "icons.json"
_NO_LANGUAGE = ("static", "api.show_openapi", "meta.show_health", "meta.show_robots")
_OPEN, _SHUT = "\ue000", "\ue001"
_PATH = "!$&'()*+,/:;=@"
"""What stays as it is in a path, by the URL standard, besides letters, digits and ``-._~``."""


def register_filters(app: Flask) -> None:
    """Return the templates the functions and filters they use."""
    app.jinja_env.globals.update(
        msg=msg,
        msg_html=msg_html,
        is_thing=is_thing,
        side_label=side_label,
        known_capacities=lambda: current_snapshot().directory,
        icon=codex_icon,
        reader=reader,
        today=lambda: context().today,
        wiki_link=wiki_link,
        capacity=capacity_label,
        capacity_as_written=capacity_as_written,
        capacity_link=capacity_link,
        capacity_text=capacity_text,
        capacity_url=capacity_url,
        way_link=way_link,
        language=language_label,
        country=country_label,
        region=region_label,
        place=place_label,
        day=format_day,
        number=format_number,
        percent=format_percent,
        moment=format_moment,
        comma_list=comma_list,
        place_url=place_url,
        profile_url=profile_url,
        search_url=search_url,
        interface_languages=translated_languages,
        translation_reviewed=lambda: is_reviewed(GROUP, reader().interface),
        translations_url=translations_url,
        autonym=autonym,
        direction=text_direction,
        bdi=bdi,
        static_url=static_url,
        login_offered=lambda: False,
        stale_since=lambda: g.get("stale_since"),
    )
    app.jinja_env.filters["language"] = language_label
    app.jinja_env.filters["facet_label"] = lambda value, facet: facet_label(facet, value)
    app.url_defaults(_stay_in_language)


def _stay_in_language(endpoint: str, values: dict[str, Any]) -> None:
    """Keep a language that the address asked for in every link of the page."""
    if endpoint not in _NO_LANGUAGE and reader().asked:
        values.setdefault("uselang", reader().language)


def msg(key: str, *params: Param) -> str:
    """Return a message in the reader's language as plain text."""
    if all(isinstance(param, int) for param in params):
        return _cached_msg(key, *params)
    return reader().wording.text(key, *params)


@cached_per_language(16_384)
def _cached_msg(key: str, *params: Param) -> str:
    return reader().wording.text(key, *params)


def is_thing(capacity: str) -> bool:
    """Whether an id or a name of a capacity is that of a thing, which is given or lent."""
    directory = context().directory
    return directory.is_thing(capacity) or directory.is_thing(directory.resolve(capacity) or "")


def side_label(kind: str, items: Iterable[Offer | Want], suffix: str = "") -> str:
    """Return the message key of the label of what somebody offers or wants.

    Nobody learns a room, so it is looked for; the words fit what is learnt as well.
    """
    if kind == "want" and any(is_thing(one.capacity) for one in items):
        return "web-looks-for"
    return f"web-{kind}s{suffix}"


def msg_html(key: str, *params: Param | Markup) -> Markup:
    """Return a message whose parameters may hold markup; the rest is escaped."""
    kept: list[Markup] = []
    plain: list[Param] = []
    for param in params:
        if isinstance(param, Markup):
            plain.append(f"{_OPEN}{len(kept)}{_SHUT}")
            kept.append(param)
        else:
            plain.append(param)
    shown = str(escape(msg(key, *plain)))
    for at, markup in enumerate(kept):
        shown = shown.replace(f"{_OPEN}{at}{_SHUT}", str(markup))
    return Markup(shown)


@cached_per_language(16_384)
def format_number(value: float) -> str:
    """Return a number as the reader writes it."""
    return reader().wording.number(value)


def format_percent(share: float) -> str:
    """Return a share (1 is all) as the reader writes it."""
    return reader().wording.percent(share)


def comma_list(items: Iterable[str | Markup]) -> Markup:
    """Return items joined with the reader's commas; markup stays."""
    parts = list(items)
    marks = [f"{_OPEN}{at}{_SHUT}" for at in range(len(parts))]
    shown = str(escape(reader().wording.commas(marks)))
    for at, part in enumerate(parts):
        shown = shown.replace(marks[at], str(escape(part)))
    return Markup(shown)


def format_day(value: date | datetime | None, style: str = "medium") -> Markup:
    """Return a day as the reader writes it, in a ``time`` element."""
    if value is None:
        return Markup("")
    return _day(value.date() if isinstance(value, datetime) else value, style)


@cached_per_language(4_096)
def _day(value: date, style: str) -> Markup:
    shown = reader().wording.date(value, style)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), shown)


def format_moment(value: datetime | None) -> Markup:
    """Return a day and time of day in UTC, in a ``time`` element."""
    if value is None:
        return Markup("")
    shown = f"{value:%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}" dir="ltr">{} UTC</time>').format(
        f"{value:%Y-%m-%dT%H:%M}Z", shown
    )


def bdi(words: str, code: str) -> Markup:
    """Return words isolated, marked with their language where it is not the page's."""
    if not code or code == reader().interface:
        return Markup("<bdi>{}</bdi>").format(words) if not code else escape(words)
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(code, text_direction(code), words)


def capacity_label(id: str, written: str = "") -> Markup:
    """Return a capacity's name in the reader's language, or the nearest one it has a name in."""
    directory = current_snapshot().directory
    if id not in directory:
        return bdi(written or directory.label(id)[0], "")
    return _capacity(id, directory.digest)


def capacity_as_written(id: str, written: str = "") -> Markup:
    """Return a capacity's name, after what somebody wrote for it where that is none of its names."""
    label = capacity_label(id, written)
    known = current_snapshot().directory.get(id)
    if not written or known is None or fold(written) in map(fold, (id, *known.names.values())):
        return label
    return Markup("{} ({})").format(bdi(written, ""), label)


@cached_per_language(16_384)
def _capacity(id: str, _digest: str) -> Markup:
    return bdi(*current_snapshot().directory.label(id, reader().language))


def capacity_text(id: str) -> str:
    """Return a capacity's name as ``capacity_label`` does, as plain text."""
    return _capacity_text(id, current_snapshot().directory.digest)


@cached_per_language(4_096)
def _capacity_text(id: str, _digest: str) -> str:
    return capacity_label(id).striptags()


@cached_per_language(16_384)
def capacity_url(id: str) -> str:
    """Return the address of a capacity's page."""
    return _address("capacities.show_capacity", "id", id)


def capacity_link(id: str) -> Markup:
    """Return a capacity's name as a link to its page."""
    return _capacity_link(id, current_snapshot().directory.digest)


@cached_per_language(4_096)
def _capacity_link(id: str, _digest: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(capacity_url(id), capacity_label(id))


def way_link(way: WayOn) -> Markup:
    """Return where an unmet want leads, as a link; words alone where there is no wiki to link to."""
    resource = way.resource(reader().language)
    if resource is not None:
        tongue = Markup(' hreflang="{}"').format(resource.language) if resource.language else ""
        return Markup('<a href="{}" rel="noreferrer nofollow ugc"{}>{}</a>').format(
            resource.url, tongue, msg_html(way.message, bdi(resource.title, resource.language))
        )
    about = way.people if way.kind is WayKind.COHORT else capacity_label(way.capacity)
    words = msg_html(way.message, about)
    address = _way_address(way)
    return Markup('<a href="{}" rel="nofollow">{}</a>').format(address, words) if address else words


def _way_address(way: WayOn) -> str:
    """Return the address of a way that leads to a page of ours or of the wiki's."""
    id, words = way.capacity, current_app.jinja_env.globals
    match way.kind:
        case WayKind.COHORT:
            return f"{capacity_url(id)}#cohorts"
        case WayKind.TRAINERS:
            return search_url([("direction", "offer"), ("capacity", id)])
        case WayKind.REQUEST if words["login_offered"]() and words["logged_in"]():  # type: ignore[operator]
            return url_for("ask.show_request_form", what=id.removeprefix(UNLISTED))
        case WayKind.REQUEST:
            return url_for("requests.show_requests")
        case WayKind.COORDINATORS:
            return wiki_link(context().settings.names.coordinators)
        case WayKind.NEARBY:
            return capacity_url(id)
        case WayKind.THINGS:
            return url_for("reports.show_report", id="things")
    return url_for("join.show_join")


@cached_per_language(8_192)
def language_label(code: str, level: int | None = None) -> Markup:
    """Return a language's name in the reader's language, with its level where that is given."""
    name = language_name(code, reader().interface)
    shown = bdi(name, code) if name == autonym(code) else escape(name)
    if level is None:
        return Markup(shown)
    said = msg("web-language-native") if level == NATIVE else msg("web-language-level", level)
    return Markup("{} <span class='level'>({})</span>").format(shown, said)


@cached_per_language(8_192)
def country_label(code: str) -> str:
    """Return a country's name in the reader's language."""
    return country_name(code, reader().interface)


def region_label(id: str) -> str:
    """Return a region's name in the reader's language."""
    return region_name(id, reader().interface)


def place_label(profile: Any) -> str:
    """Return where somebody is: the country, else the region, else nothing."""
    if profile.country:
        return country_label(profile.country)
    return region_label(profile.region) if profile.region else ""


_WORDED: Mapping[str, tuple[str, frozenset[str]]] = {
    "method": ("method-", frozenset(Method)),
    "kind": ("kind-", frozenset(Kind)),
    "direction": ("web-direction-", frozenset(DIRECTIONS)),
    "freshness": ("web-freshness-", frozenset(FRESHNESS)),
}
"""Facets whose values are words of ours, each with the key of its messages."""


def facet_label(facet: str, value: str) -> str:
    """Return our word for a facet's value, or nothing: an address may hold anything."""
    key, known = _WORDED.get(facet, ("", frozenset()))
    return msg(key + value) if value in known else ""


def profile_url(profile: Profile | Any, **more: Any) -> str:
    """Return the address of a person's or group's page."""
    endpoint = "people.show_group" if profile.is_group else "people.show_person"
    name = profile.name.replace(" ", "_")
    return url_for(endpoint, name=name, **more) if more else _address(endpoint, "name", name)


def place_url(kind: str, id: str) -> str:
    """Return the address of a region's, country's, language's or affiliate's page.

    Some countries have the code of a region, which has it to itself.
    """
    if kind == "region" or (kind == "country" and not region_countries(id)):
        return _address("places.show_place", "id", id)
    return url_for("places.show_place_of", kind=kind, id=id)


def _address(endpoint: str, name: str, value: str) -> str:
    """Return an address with one value in it; ``url_for`` takes ten times as long."""
    before, after = _around(endpoint, name)
    return f"{before}{quote(value, safe=_PATH)}{after}"


@cached_per_language(64)
def _around(endpoint: str, name: str) -> tuple[str, str]:
    values: dict[str, Any] = {name: _OPEN}
    before, _, after = url_for(endpoint, **values).partition(quote(_OPEN))
    return before, after


def search_url(
    pairs: Iterable[tuple[str, str]], endpoint: str = "search.show_search", **more: Any
) -> str:
    """Return the address of a search."""
    query = urlencode(list(pairs))
    base = url_for(endpoint, **more)
    return f"{base}{'&' if '?' in base else '?'}{query}" if query else base


def wiki_link(title: str, **more: str | int) -> str:
    """Return the address of a page on the wiki, or nothing where there is no wiki to link to."""
    wiki = context().wiki
    if not wiki or not title:
        return ""
    return f"{wiki}?{urlencode({'title': title.replace(' ', '_'), **more})}"


def history_address() -> str:
    """Return the address of a page's history with ``{page}`` for its title; empty without a wiki."""
    wiki = context().wiki
    return f"{wiki}?title={{page}}&action=history" if wiki else ""


def history_link(title: str) -> str:
    """Return the address of a page's history: who wrote it; nothing where there is no wiki."""
    return history_links([title], history_address())


def translations_url() -> str:
    """Return where translations can be improved, or nothing where there is no wiki to link to."""
    page = wiki_link(context().settings.names.portal)
    return f"{page}#translations" if page else ""


def static_url(name: str) -> str:
    """Return the address of a static file, which changes with the code."""
    return _static(name, request.script_root, code_digest())


@lru_cache(maxsize=256)
def _static(name: str, _root: str, digest: str) -> str:
    return url_for("static", filename=name, v=digest)


@cache
def _icons() -> Mapping[str, Mapping[str, Any]]:
    icons: Mapping[str, Mapping[str, Any]] = json.loads(_ICONS.read_text(encoding="utf-8"))["icons"]
    return icons


@lru_cache(maxsize=512, typed=True)
def codex_icon(name: str, label: str = "") -> Markup:
    """Return an icon of Codex as SVG; without a label it is decoration and says nothing."""
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
