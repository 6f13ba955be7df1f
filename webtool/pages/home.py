"""The first page: a search box, the two questions, and the movement at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template

from webtool.context import context, shelf
from webtool.tallies import figures, largest, of_capacities

pages = Blueprint("home", __name__)


@pages.get("/")
def page() -> str:
    """Show the first page."""
    here = context()
    now = shelf()
    index = now.index
    tallies = of_capacities(index, index.facets.capacities, direct=True)
    return render_template(
        "home.html",
        figures={
            **figures(index),
            "languages": len(index.facets.values("language", 1)),
            "countries": len(index.facets.values("country")),
        },
        offered=largest(tallies, lambda one: one.offers, 8),
        wanted=largest(tallies, lambda one: one.wants, 8),
        gaps=largest(tallies, lambda one: one.gap, 8),
        requests=now.newest(here.today, 6),
        roots=here.directory.roots,
    )
