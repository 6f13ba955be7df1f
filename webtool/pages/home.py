"""The first page: a search box, the two questions, and the movement at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template

from webtool.context import context, shelf
from webtool.tallies import largest, of_capacities

pages = Blueprint("home", __name__)


@pages.get("/")
def page() -> str:
    """Show the first page."""
    here = context()
    now = shelf()
    index = now.index
    tallies = of_capacities(index, index.facets.capacities, direct=True)
    groups = [kind for kind in index.facets.values("kind") if kind != "person"]
    figures = {
        "people": len(index.of("kind", "person")),
        "groups": len(index.facets.any_of("kind", groups)),
        "offers": sum(one.offers for one in tallies),
        "wants": sum(one.wants for one in tallies),
        "languages": len(index.facets.values("language", 1)),
        "countries": len(index.facets.values("country")),
    }
    return render_template(
        "home.html",
        figures=figures,
        offered=largest(tallies, lambda one: one.offers, 8),
        wanted=largest(tallies, lambda one: one.wants, 8),
        gaps=largest(tallies, lambda one: one.gap, 8),
        requests=now.newest(here.today, 6),
        roots=here.directory.roots,
    )
