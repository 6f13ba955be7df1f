"""What somebody may mean while they type a name, as JSON for a combobox."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, jsonify, request

from exchange.directory.name_search import MAX_TEXT, NameHit, name_search_of
from exchange.geography import all_countries, all_regions, country_name, region_name
from exchange.search import Index
from exchange.text import search_fold
from webtool.context import cached_per_language, context, current_snapshot, reader
from webtool.render import msg

pages = Blueprint("suggestions", __name__)

MAX_EACH = 4
"""Capacities, places and people that the search box suggests, of each so many."""


@pages.get("/suggestions")
def show_suggestions() -> Response:
    """Return capacities for ``q``, and a line about words that are no name of any.

    ``[{"name", "written", "lang"}]``; the name that was found stands in ``written`` where the
    reader's language has another one. ``sure`` tells that the first begins with ``q``: it may be on
    its way, so nothing is said yet. With ``all``, places and people come too, and ``written`` says
    what they are. ``without`` is the key of a profile that does not count as one of the others.
    """
    text = " ".join(request.args.get("q", "").split())[:150]
    everything = "all" in request.args
    found = find_capacities(text, MAX_EACH if everything else 8)
    sure = bool(found) and found[0].sure
    rows = [(one.name, one.written, one.language) for one in found]
    if everything and text:
        rows += [(name, kind, reader().interface) for name, kind in _places_and_people(text)]
    answer = jsonify(
        capacities=[{"name": name, "written": said, "lang": code} for name, said, code in rows],
        sure=sure,
        said="" if sure or everything else unlisted_note(text, request.args.get("without", "")),
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def find_capacities(text: str, limit: int = 8) -> Sequence[NameHit]:
    """Return the capacities that somebody may mean, the likeliest first."""
    search = name_search_of(context().directory)
    return search.find(text[:MAX_TEXT], language=reader().language, limit=limit)


def _places_and_people(text: str) -> Iterator[tuple[str, str]]:
    """Yield names that begin with a text, and what they are."""
    start = search_fold(text)
    named = dict.fromkeys(
        (name, key) for folded, name, key in _places() if folded.startswith(start)
    )
    yield from ((name, msg(key)) for name, key in islice(named, MAX_EACH))
    names = _names_of_people()
    at = bisect_left(names, (start,))
    for folded, name, kind in names[at : at + MAX_EACH]:
        if folded.startswith(start):
            yield name, msg(f"kind-{kind}")


@cached_per_language(16)
def _places() -> tuple[tuple[str, str, str], ...]:
    """The places that people may be found by, in the reader's language: folded, name, message.

    Regions are there by their acronyms, too.
    """
    language, protection = reader().interface, context().protection
    places = [
        (name, name, "web-facet-country")
        for code in all_countries()
        if not protection.covers(code) and (name := country_name(code, language))
    ]
    for one in all_regions():
        name = region_name(one.id, language)
        places += [(said, name, "web-facet-region") for said in (name, one.id, *one.aliases)]
    return tuple((search_fold(said), name, key) for said, name, key in sorted(places))


_names: WeakKeyDictionary[Index, tuple[tuple[str, ...], ...]] = WeakKeyDictionary()


def _names_of_people() -> tuple[tuple[str, ...], ...]:
    """The names of everybody who can be found: folded, as written, kind; in order.

    They are kept as long as the index that finds these people.
    """
    snapshot = current_snapshot()
    if snapshot.index not in _names:
        everybody = snapshot.source.profiles
        named = ((search_fold(one.name), one.name, one.kind.value) for one in everybody)
        _names[snapshot.index] = tuple(sorted(named))
    return _names[snapshot.index]


def unlisted_note(text: str, without: str = "") -> str:
    """Return what becomes of words that no capacity is called; empty where one is.

    ``without`` is the profile of whoever writes: the others are counted.
    """
    if not text or (id := context().directory.identify(text)) in context().directory:
        return ""
    index = current_snapshot().index
    return msg("web-unlisted-kept", sum(index.keys[at] != without for at in index.tied(id)))


def capacity_names() -> list[str]:
    """Return the names to pick from without a script, in the reader's language and its order."""
    here, language = context().directory, reader().language
    return sorted({here.name(id, language) for id in here.capacities}, key=search_fold)
