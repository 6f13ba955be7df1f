"""The map: a number for each country, as a page, a picture and a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request, url_for

from exchange.geography import all_regions, region_countries
from exchange.reports import Column, ColumnType, Licence, Sheet, Table
from exchange.reports.labels import Labels
from webtool.context import context, current_snapshot, reader
from webtool.counts import Tally, count_places, count_unplaced
from webtool.map import region_box, shade_bounds, shade_levels, world_drawing
from webtool.pages.reports import csv_answer, picture_note, svg_answer
from webtool.picture import draw_map
from webtool.render import msg, region_label, search_url

pages = Blueprint("map", __name__)

MEASURES = ("assets", "needs", "unmet")


@dataclass(frozen=True, slots=True)
class MapView:
    """What an address asks of the map: a measure, one capacity or all, a region or the world."""

    measure: str
    capacity: str
    region: str

    @classmethod
    def asked(cls) -> MapView:
        """Return what the address asks for; 404 for a capacity that there is not."""
        measure = request.args.get("measure", "assets")
        measure = {"gap": "unmet"}.get(measure, measure)  # as addresses said before
        capacity = request.args.get("capacity", "")[:190]
        index = current_snapshot().index
        if capacity and capacity not in context().directory and not len(index.tied(capacity)):
            abort(404)
        region = request.args.get("region", "")
        known = region in {one.id for one in all_regions()}
        return cls(measure if measure in MEASURES else "assets", capacity, region if known else "")

    def address(self, endpoint: str = "map.show_map", **changes: str) -> str:
        """Return the address of this view, changed."""
        asked = {"measure": self.measure, "capacity": self.capacity, "region": self.region}
        given = {name: value for name, value in (asked | changes).items() if value}
        return url_for(endpoint, **given)  # type: ignore[arg-type]

    def tallies(self) -> list[Tally]:
        """Return the tallies of all countries that are shown, the largest number first."""
        index = current_snapshot().index
        countries = sorted(index.facets.values("country"))
        found = count_places(index, "country", countries, capacity=self.capacity)
        return sorted(found, key=lambda one: (-self.number(one), one.id))

    def number(self, tally: Tally) -> int:
        """Return the number that the map shows."""
        return {"assets": tally.offers, "needs": tally.wants, "unmet": tally.unmet}[self.measure]

    def unplaced(self) -> int:
        """Return how many are of no country that is shown."""
        index = current_snapshot().index
        return count_unplaced(index, index.tied(self.capacity) if self.capacity else None)


@pages.get("/map")
def show_map() -> str:
    """Show assets, needs or unmet wants by country, for everything or for one capacity."""
    view = MapView.asked()
    tallies = view.tallies()
    values = {one.id: view.number(one) for one in tallies}
    kept = [("capacity", view.capacity)] if view.capacity else []
    direction = "offer" if view.measure == "assets" else "want"
    return render_template(
        "map.html",
        boxes={one.id: region_box(region_countries(one.id)) for one in all_regions()},
        region_id=view.region,
        region_link=lambda id: view.address(region=id),
        country_link=lambda code: search_url([("direction", direction), *kept, ("country", code)]),
        file_link=lambda form: view.address(f"map.map_as_{form}"),
        measure=view.measure,
        measures=MEASURES,
        capacity_id=view.capacity,
        tallies=tallies,
        values=values,
        shades=shade_levels(values),
        legend=shade_bounds(values),
        capacities=[one.id for one in context().directory],
        unplaced=view.unplaced(),
        world=world_drawing(),
    )


@pages.get("/map.svg")
def map_as_svg() -> Response:
    """Return the map as a picture, to download or to embed."""
    view = MapView.asked()
    title = msg(f"web-map-{view.measure}")
    if view.region:
        title += f" – {region_label(view.region)}"
    if view.capacity:
        title += f": {context().directory.name(view.capacity, reader().language)}"
    return map_picture(
        {one.id: view.number(one) for one in view.tallies()},
        title,
        unplaced=view.unplaced(),
        box=region_box(region_countries(view.region)) if view.region else None,
    )


def map_picture(
    values: Mapping[str, int],
    title: str,
    *,
    unplaced: int,
    box: tuple[int, int, int, int] | None = None,
) -> Response:
    """Return a map of numbers by country as a picture; it says how many are not on it."""
    more = [msg("web-unplaced", unplaced)] if unplaced else []
    drawn = draw_map(
        values,
        Labels(reader().wording, context().directory),
        title=title,
        note=picture_note(current_snapshot().written, Licence.COUNTS, *more),
        unknown=msg("web-no-data"),
        box=box,
    )
    return svg_answer(drawn, Licence.COUNTS)


MAP_SHEET = Sheet(
    id="map",
    head="country",
    columns=(
        Column("country", ColumnType.COUNTRY),
        Column("offering", ColumnType.COUNT, "people"),
        Column("wanting", ColumnType.COUNT, "people"),
        Column("unmet", ColumnType.COUNT, "wants"),
    ),
    rows=lambda facts: [],
)
"""The table below the map, as a file."""


@pages.get("/map.csv")
def map_as_csv() -> Response:
    """Return the numbers of the map, those that it shows first."""
    rows = tuple((one.id, one.offers, one.wants, one.unmet) for one in MapView.asked().tallies())
    labels = Labels(reader().wording, context().directory)
    return csv_answer(Table(MAP_SHEET, rows), labels, "map.csv")
