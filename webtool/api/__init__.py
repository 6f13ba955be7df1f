"""API: the same data for machines: JSON with OpenAPI 3.1, JSON-LD, Atom feeds.

Reading only. Sizes are bounded, bad questions are answered with problem details (RFC 9457), and
every answer carries an ETag.
"""

from __future__ import annotations

import json

from flask import Response, render_template, url_for
from markupsafe import Markup

from webtool.api import feeds
from webtool.api.openapi import description
from webtool.api.routes import OPERATIONS, api
from webtool.pages.search import EXPORTED

__all__ = ["api"]


@api.get("/api")
def page() -> str:
    """Describe the API for people."""
    code = Markup('<code dir="ltr">{}</code>')
    csv = Markup('<a href="{}">{}</a>').format(url_for("search.table"), code.format("/search.csv"))
    return render_template(
        "api.html", operations=OPERATIONS, csv=csv, rows=EXPORTED, part=code.format("part")
    )


@api.get("/api/openapi.json")
def openapi() -> Response:
    """Describe the API for programs."""
    text = json.dumps(description(), ensure_ascii=False, indent=1)
    return Response(text, mimetype="application/json")


@api.get("/feeds")
def all_feeds() -> str:
    """List the feeds."""
    return render_template("feeds.html", kinds=feeds.KINDS)


@api.get("/feeds/<kind>.atom")
def atom(kind: str) -> Response:
    """Give a feed."""
    return feeds.feed(kind)
