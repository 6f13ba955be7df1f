"""Meta: is it alive, how old is what it shows, and what it is."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from webtool.context import context, shelf

pages = Blueprint("meta", __name__)


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
    newest = here.store.runs.commands().values()
    return render_template(
        "status.html",
        counts=here.store.profiles.counts(),
        problems=here.store.problems.count(),
        runs=sorted(newest, key=lambda run: (run.begun, run.id), reverse=True),
        build=shelf().index.build,
        now=here.now(),
    )
