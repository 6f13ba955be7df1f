"""Places: regions, countries, and the map of the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from pyroaring import BitMap

from exchange.fold import search_fold
from exchange.places import countries, members, region_of, regions
from exchange.search import Index
from webtool.context import context, shelf
from webtool.map import bounds, levels
from webtool.map import world as drawing
from webtool.show import country
from webtool.tallies import Tally, largest, of_capacities, of_places

pages = Blueprint("places", __name__)
MEASURES = ("assets", "needs", "gap")


@dataclass(frozen=True, slots=True)
class Flow:
    """A capacity that a place could give or get: people here and people elsewhere."""

    id: str
    here: int
    elsewhere: int


@pages.get("/places")
def overview() -> str:
    """Show the regions with their countries."""
    index = shelf().index
    by_region = of_places(index, "region", [one.id for one in regions()])
    present = set(index.facets.values("country"))
    held = {
        one.id: of_places(index, "country", _by_name(present & set(members(one.id))))
        for one in by_region
    }
    return render_template("places.html", regions=by_region, countries=held)


@pages.get("/places/<id>")
def page(id: str) -> str:
    """Show a region or a country: assets, needs, gaps, what could flow in and out."""
    index = shelf().index
    facet = "region" if id in {one.id for one in regions()} else "country"
    if facet == "country" and id not in countries():
        abort(404)
    people = index.of(facet, id)
    tallies = of_capacities(index, index.facets.capacities, within=people, direct=True)
    inside = _by_name(set(members(id)) & set(index.facets.values("country")))
    return render_template(
        "place.html",
        id=id,
        facet=facet,
        region_id=id if facet == "region" else region_of(id),
        people=len(people),
        offered=largest(tallies, lambda one: one.offers, 12),
        wanted=largest(tallies, lambda one: one.wants, 12),
        gaps=largest(tallies, lambda one: one.gap, 12),
        outward=_flows(index, tallies, people, give=True),
        inward=_flows(index, tallies, people, give=False),
        countries=of_places(index, "country", inside) if facet == "region" else [],
        languages=index.facets.counts("language", people, limit=12),
    )


@pages.get("/map")
def world() -> str:
    """Show assets, needs or gap by country, for everything or for one capacity."""
    here, index = context(), shelf().index
    measure = request.args.get("measure", "assets")
    measure = measure if measure in MEASURES else "assets"
    capacity = request.args.get("capacity", "")[:190]
    if capacity and capacity not in here.directory and not len(index.tied(capacity)):
        abort(404)
    tallies = of_places(index, "country", sorted(index.facets.values("country")), capacity=capacity)
    values = {one.id: value_of(one, measure) for one in tallies}
    return render_template(
        "map.html",
        measure=measure,
        measures=MEASURES,
        capacity_id=capacity,
        tallies=sorted(tallies, key=lambda one: (-value_of(one, measure), one.id)),
        values=values,
        shades=levels(values, signed=measure == "gap"),
        legend=bounds(values, signed=measure == "gap"),
        capacities=[one.id for one in here.directory],
        world=drawing(),
    )


def _by_name(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: search_fold(country(code)))


def value_of(tally: Tally, measure: str) -> int:
    """Give the number that a map shows."""
    return {"assets": tally.offers, "needs": tally.wants, "gap": tally.gap}[measure]


def _flows(index: Index, tallies: list[Tally], people: BitMap, *, give: bool) -> list[Flow]:
    """Find what people here offer and others want (``give``), or want here and others offer.

    Inward counts only what nobody here offers: what is here already need not come from afar.
    """
    found = []
    for one in tallies:
        held = one.offers if give else one.wants
        if not held or (not give and one.offers):
            continue
        others = index.tied(one.id, "want" if give else "offer", direct=True)
        elsewhere = len(others) - others.intersection_cardinality(people)
        if elsewhere:
            found.append(Flow(one.id, held, elsewhere))
    return sorted(
        found, key=lambda flow: (-min(flow.here, flow.elsewhere), -flow.elsewhere, flow.id)
    )[:12]
