"""Search: one query as a list, a table, a map or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Blueprint, Response, render_template, request

from exchange.model import Profile, is_unlisted
from exchange.search import FACETS, Query, Results
from webtool import exports
from webtool.context import context, shelf
from webtool.instead import instead
from webtool.map import bounds, levels, world
from webtool.show import search_url
from webtool.tallies import Tally

pages = Blueprint("search", __name__)
VIEWS = ("list", "table", "map")
EXPORTED = 5_000
"""Rows of one CSV file; larger results come in parts."""


@pages.get("/search")
def page() -> str:
    """Show the results of a query; ``view`` says how."""
    here = context()
    query = Query.of(request.args.items(multi=True))
    view = request.args.get("view", "list")
    view = view if view in VIEWS else "list"
    index = shelf().index
    results = index.search(query, today=here.today)
    last = max(1, -(-results.total // query.size))
    if query.page > last:
        query = replace(query, page=last)
        results = index.search(query, today=here.today)
    profiles = listed(results)
    places = []
    if view == "map":
        places = [
            Tally(code, count, 0)
            for code, count in index.facets.counts("country", results.everyone)
        ]
    values = {one.id: one.offers for one in places}
    return render_template(
        "search.html",
        query=query,
        results=results,
        profiles=profiles,
        view=view,
        views=VIEWS,
        facets=FACETS,
        branches=_branches(query, dict(results.counts["capacity"])),
        places=places,
        world=world(),
        values=values,
        shades=levels(values),
        legend=bounds(values),
        last=last,
        exported=EXPORTED,
        parts=-(-results.total // EXPORTED),
        part_link=lambda part: _part_link(query, part),
        instead=instead(query) if not results.total else None,
        page_link=lambda number: search_url(
            replace(query, page=number).pairs(), **({} if view == "list" else {"view": view})
        ),
    )


@pages.get("/search.csv")
def table() -> Response:
    """Give the results of a query as CSV, in parts where there are very many.

    ``part`` counts from 1. The header Link leads to the part before and to the next one, as RFC
    8288 has it; past the last one comes a file without rows.
    """
    here = context()
    query = Query.of(request.args.items(multi=True))
    part = Query.of([("page", request.args.get("part", ""))]).page
    every = shelf().index.every(query, today=here.today)
    keys = every[(part - 1) * EXPORTED : part * EXPORTED]
    held = here.store.profiles.get_many(keys)
    answer = exports.profiles_csv([held[key] for key in keys if key in held], part=part)
    answer.headers["X-Total-Count"] = str(len(every))
    if 1 < part <= -(-len(every) // EXPORTED) + 1:
        answer.headers.add("Link", f'<{_part_link(query, part - 1)}>; rel="prev"')
    if part * EXPORTED < len(every):
        answer.headers.add("Link", f'<{_part_link(query, part + 1)}>; rel="next"')
    return answer


def _part_link(query: Query, part: int) -> str:
    """Give the address of a part; how the page itself was cut is nothing to it."""
    pairs = replace(query, page=1, size=20).pairs()
    return search_url((*pairs, ("part", str(part))) if part > 1 else pairs, "search.table")


@dataclass(frozen=True, slots=True)
class Branch:
    """A capacity among the filters, with how many it would give."""

    id: str
    count: int
    narrower: list[Branch] = field(default_factory=list)


def _branches(query: Query, counts: Mapping[str, int]) -> list[Branch]:
    """Give the widest capacities, and what is narrower along the ones that are chosen."""
    directory = context().directory
    chosen = set(query.values("capacity"))
    along = chosen | {wider for one in chosen for wider in directory.broader(one)}

    def branch(id: str) -> Branch:
        below = directory.narrower(id) if id in along else ()
        return Branch(id, counts.get(id, 0), [branch(one) for one in below if shown(one)])

    def shown(id: str) -> bool:
        return id in along or counts.get(id, 0) > 0

    free = [id for id in counts if is_unlisted(id) and id not in chosen][:5]
    free += [id for id in query.values("capacity") if id not in directory]
    return [
        *(branch(id) for id in directory.roots if shown(id)),
        *(Branch(id, counts.get(id, 0)) for id in free),
    ]


def listed(results: Results) -> list[Profile]:
    """Read a page of results from the store, in their order, by one query."""
    held = context().store.profiles.get_many(results.keys)
    return [held[key] for key in results.keys if key in held]
