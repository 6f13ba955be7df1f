"""Feeds: new offers, wants and requests as Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Tree

from flask import Response, abort, url_for

from exchange.model import Offer, Profile, Want
from exchange.search import Query
from webtool.context import context, reader, shelf
from webtool.pages.search import listed
from webtool.show import profile_url, text

KINDS = ("offers", "wants", "requests")
PEOPLE = 30
"""How many of the newest profiles a feed looks at."""

_ATOM = "http://www.w3.org/2005/Atom"
_UNPRINTABLE = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is new."""

    id: str
    title: str
    link: str
    updated: datetime
    author: str
    summary: str = ""


def feed(kind: str) -> Response:
    """Give a feed; the newest profile comes first."""
    if kind not in KINDS:
        abort(404)
    direction = kind[:-1]
    query = Query.of([("direction", direction), ("sort", "freshness"), ("size", str(PEOPLE))])
    found = listed(shelf().index.search(query, today=context().today))
    entries = [entry for profile in found for entry in _entries(profile, direction)]
    return Response(_atom(kind, entries), mimetype="application/atom+xml")


def _page(kind: str) -> str:
    """Give the address of the page that shows the same to people."""
    if kind == "requests":
        return url_for("requests.page", _external=True)
    return url_for("search.page", direction=kind[:-1], sort="freshness", _external=True)


def _entries(profile: Profile, direction: str) -> Iterator[Entry]:
    updated = profile.edited or datetime.fromtimestamp(0, UTC)
    for one in _items(profile, direction):
        name = context().directory.name(one.capacity, reader().language)
        if one.text and one.capacity not in context().directory:
            name = one.text
        yield Entry(
            # A tag of RFC 4151: stays the same wherever the tool runs.
            id=f"tag:capacity-exchange,2026:{profile.key}:{direction}:{one.capacity}".replace(
                " ", "_"
            ),
            title=text(f"feed-entry-{direction}", profile.name, name),
            link=profile_url(profile, _external=True),
            updated=updated if updated.tzinfo else updated.replace(tzinfo=UTC),
            author=profile.name,
            summary=one.note,
        )


def _items(profile: Profile, direction: str) -> tuple[Offer | Want, ...]:
    if direction == "offer":
        return profile.offers
    today = context().today
    return tuple(
        want
        for want in profile.wants
        if bool(want.request) == (direction == "request")
        and (want.until is None or want.until >= today)
    )


def _atom(kind: str, entries: list[Entry]) -> bytes:
    Tree.register_namespace("", _ATOM)
    root = Tree.Element(f"{{{_ATOM}}}feed", {"xml:lang": reader().interface})

    def add(parent: Tree.Element, name: str, words: str = "", **attributes: str) -> Tree.Element:
        child = Tree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        if words:
            child.text = words.translate(_UNPRINTABLE)
        return child

    here = url_for("api.atom", kind=kind, _external=True)
    add(root, "id", f"tag:capacity-exchange,2026:{kind}")
    add(root, "title", f"{text('name')} – {text(f'feed-{kind}')}")
    newest = max((one.updated for one in entries), default=context().now())
    add(root, "updated", newest.isoformat())
    add(root, "link", rel="self", type="application/atom+xml", href=here)
    add(root, "link", rel="alternate", type="text/html", href=_page(kind))
    for one in entries:
        entry = add(root, "entry")
        add(entry, "id", one.id)
        add(entry, "title", one.title)
        add(entry, "updated", one.updated.isoformat())
        add(add(entry, "author"), "name", one.author)
        add(entry, "link", rel="alternate", type="text/html", href=one.link)
        if one.summary:
            add(entry, "summary", one.summary)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))
