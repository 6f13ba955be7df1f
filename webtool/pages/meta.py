"""Meta: is it alive, how old is what it shows, and what it is."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from exchange.status import Status
from webtool.context import context, shelf
from webtool.tallies import figures

pages = Blueprint("meta", __name__)
_ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n" for path in ("/search", "/api/", "/me", "/login")
)


@pages.get("/healthz")
def healthz() -> Response:
    """Say that the process answers; asks the database nothing."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out of endless searches; people's pages say noindex themselves."""
    return Response(_ROBOTS, mimetype="text/plain")


@pages.get("/status")
def status() -> str:
    """Show the last runs, counts and the age of what is shown."""
    here = context()
    now, index = shelf(), shelf().index
    found = Status(now=here.now(), runs=here.store.runs.commands())
    harvest = found.runs.get("harvest")
    return render_template(
        "status.html",
        counts=figures(index),
        problems=here.store.problems.count(),
        runs=sorted(found.runs.values(), key=lambda run: (run.begun, run.id), reverse=True),
        build=index.build,
        late=now.late,
        read=harvest,
        hours=int(found.age(harvest) // 3600) if harvest else 0,
    )
