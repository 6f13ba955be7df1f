"""New offers, wants and requests as Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from flask import Response, abort, url_for

from exchange.model import Offer, Profile, Want
from exchange.reports import Licence
from exchange.search import Query
from exchange.search.facets import CAPACITY
from exchange.search.query import DIRECTIONS, Sort
from webtool.context import context, current_snapshot, reader
from webtool.http import under_licence
from webtool.pages.search import load_profiles
from webtool.render import history_link, msg, profile_url, search_url

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
    history: str
    summary: str = ""


def build_feed(kind: str) -> Response:
    """Return a feed; the newest profile comes first."""
    if kind not in KINDS:
        abort(404)
    direction = kind[:-1]
    query = Query.of([("direction", direction), ("sort", "freshness"), ("size", str(PEOPLE))])
    found = load_profiles(current_snapshot().index.search(query, today=context().today))
    entries = [entry for profile in found for entry in _entries(profile, direction)]
    here = url_for("api.show_feed", kind=kind, _external=True)
    return _response(_atom(kind, msg(f"web-feed-{kind}"), (here, _page(kind)), entries))


def build_search_feed(query: Query) -> Response:
    """Return a search as a feed: who was edited last comes first, with what was searched for."""
    directory = context().directory
    newest = replace(query, sort=Sort.FRESHNESS, page=1, size=PEOPLE)
    results = current_snapshot().index.search(newest, today=context().today)
    asked = query.values(CAPACITY) or results.named
    wanted = {one for id in asked for one in (id, *directory.descendants(id))}
    entries = [
        entry
        for profile in load_profiles(results)
        for direction in query.values("direction") or DIRECTIONS
        for entry in _entries(profile, direction, wanted)
    ]
    pairs = replace(query, page=1, size=20).pairs()
    name = ":".join(quote(value, safe="") for pair in pairs for value in pair)
    here = search_url(pairs, "api.show_search_feed", _external=True)
    page = search_url(pairs, _external=True)
    title = query.text or msg("web-nav-search")
    return _response(_atom(f"search:{name}", title, (here, page), entries))


def _response(body: bytes) -> Response:
    return under_licence(Response(body, mimetype="application/atom+xml"), Licence.WORDS)


def _page(kind: str) -> str:
    """Return the address of the page that shows the same to people."""
    if kind == "requests":
        return url_for("requests.show_requests", _external=True)
    return url_for("search.show_search", direction=kind[:-1], sort="freshness", _external=True)


def _entries(profile: Profile, direction: str, wanted: Collection[str] = ()) -> Iterator[Entry]:
    updated = profile.edited or datetime.fromtimestamp(0, UTC)
    for one in _items(profile, direction):
        if wanted and one.capacity not in wanted:
            continue
        name = context().directory.name(one.capacity, reader().language)
        if one.text and one.capacity not in context().directory:
            name = one.text
        yield Entry(
            # A tag of RFC 4151: stays the same wherever the tool runs.
            id=f"tag:capacity-exchange,2026:{profile.key}:{direction}:{one.capacity}".replace(
                " ", "_"
            ),
            title=msg(f"web-feed-entry-{_deed(direction, one)}", profile.name, name),
            link=profile_url(profile, _external=True),
            updated=updated if updated.tzinfo else updated.replace(tzinfo=UTC),
            author=profile.name,
            history=history_link(profile.page),
            summary=one.note,
        )


def _deed(direction: str, one: Offer | Want) -> str:
    """Return what somebody does with it: nobody learns a thing."""
    is_thing = context().directory.is_thing(one.capacity)
    return "need" if direction == "want" and is_thing else direction


def _items(profile: Profile, direction: str) -> tuple[Offer | Want, ...]:
    if direction == "offer":
        return profile.open_offers(context().today)
    today = context().today
    return tuple(
        want
        for want in profile.wants
        if want.is_own_request == (direction == "request")
        and (want.until is None or want.until >= today)
    )


def _atom(name: str, title: str, addresses: tuple[str, str], entries: list[Entry]) -> bytes:
    """Return a feed; ``addresses`` are its own and that of the page that shows the same."""
    Tree.register_namespace("", _ATOM)
    root = Tree.Element(f"{{{_ATOM}}}feed", {"xml:lang": reader().interface})

    def add(parent: Tree.Element, name: str, words: str = "", **attributes: str) -> Tree.Element:
        child = Tree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        if words:
            child.text = words.translate(_UNPRINTABLE)
        return child

    here, page = addresses
    add(root, "id", f"tag:capacity-exchange,2026:{name}")
    add(root, "title", f"{msg('web-name')} – {title}")
    newest = max((one.updated for one in entries), default=context().now())
    add(root, "updated", newest.isoformat())
    add(root, "link", rel="self", type="application/atom+xml", href=here)
    add(root, "link", rel="alternate", type="text/html", href=page)
    add(root, "link", rel="license", href=Licence.WORDS.address)
    add(root, "rights", Licence.WORDS)
    for one in entries:
        entry = add(root, "entry")
        add(entry, "id", one.id)
        add(entry, "title", one.title)
        add(entry, "updated", one.updated.isoformat())
        add(add(entry, "author"), "name", one.author)
        add(entry, "link", rel="alternate", type="text/html", href=one.link)
        if one.history:
            add(entry, "link", rel="version-history", type="text/html", href=one.history)
        if one.summary:
            add(entry, "summary", one.summary)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))
