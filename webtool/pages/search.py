"""The front page, and search: one query as a list, a table, a map or a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from exchange.geography import all_countries, all_regions, find_country, find_region
from exchange.languages import find_language
from exchange.model import Kind, Method, Profile, is_unlisted
from exchange.reports import Licence
from exchange.reports.export import LICENCE_COLUMNS, FileColumn, guard_formula
from exchange.search import FACETS, Index, Query, SearchResults
from exchange.search.facets import CAPACITY
from exchange.search.query import DIRECTIONS, FRESHNESS
from exchange.text import search_fold
from webtool.context import context, current_snapshot, reader
from webtool.counts import Tally, count_totals, count_unplaced, top_capacities, unmet_wants
from webtool.http import under_licence
from webtool.map import shade_bounds, shade_levels, world_drawing
from webtool.pages.map import map_picture
from webtool.pages.suggestions import capacity_names
from webtool.render import capacity_link, comma_list, history_link, is_thing, msg, search_url
from webtool.suggest import alternatives

pages = Blueprint("search", __name__)
VIEWS = ("list", "table", "map")
CSV_ROWS = 5_000
"""Rows of one CSV file; larger results come in parts."""
PROFILE_COLUMNS = (
    *(
        FileColumn(name, "date" if name == "edited" else "string")
        for name in (
            "key", "name", "kind", "page", "country", "region", "languages", "offers", "wants",
            "affiliations", "projects", "edited",
        )
    ),
    *LICENCE_COLUMNS,
)  # fmt: skip
"""The columns of that file."""


@pages.get("/search")
def show_search() -> str | BaseResponse:
    """Show the results of a query; ``view`` says how.

    ``what`` is the name of a capacity as somebody typed it: what is no name is searched for.
    """
    here = context()
    if "what" in request.args:
        return redirect(search_url(_asked_for(request.args["what"])))
    index = current_snapshot().index
    query, unknown = split_unknown(Query.of(request.args.items(multi=True)), index)
    view = request.args.get("view", "list")
    view = view if view in VIEWS else "list"
    whole = request.args.get("all", "")
    results = index.search(query, today=here.today, whole=whole)
    last = max(1, -(-results.total // query.size))
    if query.page > last:
        query = replace(query, page=last)
        results = index.search(query, today=here.today, whole=whole)
    nearest = index.correct(query.text)
    profiles = load_profiles(results)
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
        named=comma_list(capacity_link(id) for id in results.named),
        names_thing=any(map(is_thing, results.named)),
        shows_thing=any(is_thing(one.capacity) for each in profiles for one in each.wants),
        meant=nearest.capacities[0] if nearest else "",
        profiles=profiles,
        unknown=unknown,
        whole=whole,
        facet_values={facet: index.facets.values(facet, query.level) for facet in FACETS}
        | {CAPACITY: index.facets.capacities},
        feed=search_url(replace(query, page=1, size=20).pairs(), "api.show_search_feed"),
        shared=search_url(
            replace(query, page=1).pairs(), uselang=None, view=None if view == "list" else view
        ),
        view=view,
        views=VIEWS,
        facets=[one for one in FACETS if results.counts.get(one) or query.values(one)],
        branches=_branches(query, dict(results.counts["capacity"])),
        places=places,
        unplaced=count_unplaced(index, results.everyone) if view == "map" else 0,
        protected=[code for code in query.values("country") if here.protection.covers(code)],
        world=world_drawing(),
        country_link=partial(_within, query),
        picture=search_url(replace(query, page=1, size=20).pairs(), "search.draw_results"),
        values=values,
        shades=shade_levels(values),
        legend=shade_bounds(values),
        last=last,
        exported=CSV_ROWS,
        parts=-(-results.total // CSV_ROWS),
        part_link=lambda part: _part_link(query, part),
        alternatives=alternatives(query) if not results.total else None,
        page_link=lambda number: search_url(
            replace(query, page=number).pairs(), **({} if view == "list" else {"view": view})
        ),
    )


def _within(query: Query, country: str) -> str:
    """Return the address of the same query within a country, as a list."""
    pairs = [pair for pair in replace(query, page=1).pairs() if pair[0] != "country"]
    return search_url([*pairs, ("country", country)])


def _asked_for(text: str) -> list[tuple[str, str]]:
    """Return the query for what somebody typed as a capacity, besides their other choices."""
    text = " ".join(text.split())[:150]
    id = context().directory.resolve(text)
    pairs = [("capacity", id)] if id else [("q", text)] if text else []
    others = request.args.items(multi=True)
    return [*pairs, *(pair for pair in others if pair[0] not in ("what", "uselang"))]


@pages.get("/search.csv")
def download_csv() -> Response:
    """Return the results of a query as CSV, in parts where there are very many.

    ``part`` counts from 1. The header Link leads to the part before and to the next one, as RFC
    8288 has it; past the last one comes a file without rows.
    """
    here = context()
    index = current_snapshot().index
    query, _ = split_unknown(Query.of(request.args.items(multi=True)), index)
    part = Query.of([("page", request.args.get("part", ""))]).page
    every = index.every(query, today=here.today)
    keys = every[(part - 1) * CSV_ROWS : part * CSV_ROWS]
    held = here.store.profiles.get_many(keys)
    shown = here.protection.conceal_all(held[key] for key in keys if key in held)
    answer = _profiles_csv(shown, part=part)
    answer.headers["X-Total-Count"] = str(len(every))
    if 1 < part <= -(-len(every) // CSV_ROWS) + 1:
        answer.headers.add("Link", f'<{_part_link(query, part - 1)}>; rel="prev"')
    if part * CSV_ROWS < len(every):
        answer.headers.add("Link", f'<{_part_link(query, part + 1)}>; rel="next"')
    return answer


@pages.get("/search.svg")
def draw_results() -> Response:
    """Return the map of the results of a query as a picture, to download or to embed."""
    index = current_snapshot().index
    query, _ = split_unknown(Query.of(request.args.items(multi=True)), index)
    found = index.search(replace(query, page=1, size=1), today=context().today).everyone
    values = dict(index.facets.counts("country", found))
    return map_picture(values, msg("web-search-map"), unplaced=count_unplaced(index, found))


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    return guard_formula(value) if isinstance(value, str) else str(value)


def _csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file (UTF-8 with a byte order mark, so that spreadsheets see the letters)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_csv_cell(one) for one in header])
    writer.writerows([_csv_cell(one) for one in row] for row in rows)
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    under_licence(response, Licence.WORDS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _profiles_csv(profiles: Iterable[Profile], *, part: int = 1) -> Response:
    """Return profiles as CSV, capacities by their names in the reader's language."""
    name = context().directory.name
    language = reader().language

    def row(profile: Profile) -> Sequence[object]:
        return (
            profile.key,
            profile.name,
            str(profile.kind),
            profile.page,
            profile.country,
            profile.region,
            "; ".join(f"{one.code}-{one.level}" for one in profile.languages),
            "; ".join(name(one.capacity, language) for one in profile.offers),
            "; ".join(name(one.capacity, language) for one in profile.wants),
            "; ".join(profile.affiliations),
            "; ".join(profile.projects),
            profile.edited.date().isoformat() if profile.edited else None,
            Licence.WORDS,
            history_link(profile.page),
        )

    file = f"profiles-{part}" if part > 1 else "profiles"
    return _csv_response(file, [one.name for one in PROFILE_COLUMNS], map(row, profiles))


def _part_link(query: Query, part: int) -> str:
    """Return the address of a part; how the page itself was cut is nothing to it."""
    pairs = replace(query, page=1, size=20).pairs()
    return search_url((*pairs, ("part", str(part))) if part > 1 else pairs, "search.download_csv")


@dataclass(frozen=True, slots=True)
class FacetBranch:
    """A capacity among the filters, with how many it would give."""

    id: str
    count: int
    narrower: list[FacetBranch] = field(default_factory=list)


def _branches(query: Query, counts: Mapping[str, int]) -> list[FacetBranch]:
    """Return the widest capacities, and what is narrower along the ones that are chosen."""
    directory = context().directory
    chosen = set(query.values("capacity"))
    along = chosen | {wider for one in chosen for wider in directory.broader(one)}

    def branch(id: str) -> FacetBranch:
        below = directory.narrower(id) if id in along else ()
        return FacetBranch(id, counts.get(id, 0), [branch(one) for one in below if shown(one)])

    def shown(id: str) -> bool:
        return id in along or counts.get(id, 0) > 0

    free = [id for id in counts if is_unlisted(id) and id not in chosen][:5]
    free += [id for id in query.values("capacity") if id not in directory]
    return [
        *(branch(id) for id in directory.roots if shown(id)),
        *(FacetBranch(id, counts.get(id, 0)) for id in free),
    ]


def split_unknown(query: Query, index: Index) -> tuple[Query, list[tuple[str, str]]]:
    """Return a query without the filters that nothing can have, and these as (facet, value).

    An address may be old, or mistyped; what is known and simply found nowhere stays. Somebody may
    write a value by any name that it has, in any language.
    """
    directory = context().directory
    known: dict[str, Callable[[str], object]] = {
        "direction": DIRECTIONS.__contains__,
        "freshness": FRESHNESS.__contains__,
        "method": set(Method).__contains__,
        "kind": set(Kind).__contains__,
        "country": all_countries().__contains__,
        "region": {one.id for one in all_regions()}.__contains__,
        "language": lambda code: find_language(code) == code,
        "capacity": lambda id: id in directory or is_unlisted(id),
    }
    chosen, unknown = dict(query.chosen), []
    for facet, values in query.chosen.items():
        is_value = known.get(facet, partial(index.of, facet))
        kept = []
        for one in values:
            value = one if is_value(one) else _value_named(facet, one, index)
            kept += [value] if value and value not in kept else []
            unknown += [] if value else [(facet, one)]
        chosen[facet] = tuple(kept)
    return replace(query, chosen={name: one for name, one in chosen.items() if one}), unknown


def _value_named(facet: str, name: str, index: Index) -> str | None:
    """Return the value of a facet that somebody means by a name, or None."""
    match facet:
        case "capacity":
            id = context().directory.identify(name)
            return id if not is_unlisted(id) or index.tied(id) else None
        case "language":
            return find_language(name)
        case "country":
            return find_country(name)
        case "region":
            return find_region(name)
    written = search_fold(name)
    return next((one for one in index.facets.values(facet) if search_fold(one) == written), None)


def load_profiles(results: SearchResults) -> list[Profile]:
    """Return the profiles of a page of results, in their order, by one query."""
    held = context().store.profiles.get_many(results.keys)
    conceal = context().protection.conceal
    return [conceal(held[key]) for key in results.keys if key in held]


home_pages = Blueprint("home", __name__)


@home_pages.get("/")
def show_home() -> str:
    """Show the first page."""
    here = context()
    snapshot = current_snapshot()
    index = snapshot.index
    return render_template(
        "home.html",
        figures={
            **count_totals(index),
            "unmet": sum(map(len, unmet_wants(index).values())),
            "languages": len(index.facets.values("language")),
            "countries": len(index.facets.values("country")),
        },
        top=top_capacities(index, 8),
        regions=[one.id for one in all_regions()],
        requests=snapshot.newest_requests(here.today, 6),
        capacities=capacity_names(),
    )
