"""Meta: is it alive, how old is what it shows, and what it is."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from exchange.store.runs import Run
from webtool.context import context, shelf

pages = Blueprint("meta", __name__)
_LOOKED_AT = 200
"""How many runs are looked through for the newest of each command."""


@pages.get("/healthz")
def healthz() -> Response:
    """Say that the process answers; asks the database nothing."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out of endless searches; people's pages say noindex themselves."""
    return Response("User-agent: *\nDisallow: /search\nDisallow: /api/\n", mimetype="text/plain")


@pages.get("/status")
def status() -> str:
    """Show the last runs, counts and the age of what is shown."""
    here = context()
    newest: dict[str, Run] = {}
    for run in here.store.runs.recent(_LOOKED_AT):
        newest.setdefault(run.command, run)
    return render_template(
        "status.html",
        counts=here.store.profiles.counts(),
        problems=here.store.problems.count(),
        runs=list(newest.values()),
        build=shelf().index.build,
        now=here.now(),
    )
