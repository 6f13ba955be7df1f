"""The API: the same data for programs, as JSON with OpenAPI 3.1, JSON-LD and Atom feeds.

Read-only. Sizes are bounded, errors are problem details (RFC 9457), answers carry an ETag.
"""

from __future__ import annotations

import json

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from exchange.search import Query
from webtool.api import feeds
from webtool.api.openapi import openapi_description
from webtool.api.routes import OPERATIONS, api
from webtool.context import current_snapshot
from webtool.pages.data import licence_links
from webtool.pages.search import CSV_ROWS, split_unknown

__all__ = ["api"]


@api.get("/api")
def show_api() -> str:
    """Describe the API for people."""
    code = Markup('<code dir="ltr">{}</code>')
    csv = Markup('<a href="{}">{}</a>').format(
        url_for("search.download_csv"), code.format("/search.csv")
    )
    return render_template(
        "api.html",
        operations=OPERATIONS,
        licences=licence_links(),
        csv=csv,
        rows=CSV_ROWS,
        part=code.format("part"),
    )


@api.get("/api/openapi.json")
def show_openapi() -> Response:
    """Describe the API for programs."""
    text = json.dumps(
        openapi_description(url_for("home.show_home", _external=True)), ensure_ascii=False, indent=1
    )
    return Response(text, mimetype="application/json")


@api.get("/feeds")
def show_feeds() -> str:
    """List the feeds."""
    return render_template("feeds.html", kinds=feeds.KINDS)


@api.get("/search.atom")
def show_search_feed() -> Response:
    """Return a search as a feed."""
    index = current_snapshot().index
    query, _ = split_unknown(Query.of(request.args.items(multi=True)), index)
    return feeds.build_search_feed(query)


@api.get("/feeds/<kind>.atom")
def show_feed(kind: str) -> Response:
    """Return a feed."""
    return feeds.build_feed(kind)
