"""API: the same data for machines."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from webtool.context import context

api = Blueprint("api", __name__)


@api.get("/api")
def page() -> str:
    """Describe the API for people."""
    return render_template("api.html")


@api.get("/feeds")
def feeds() -> str:
    """List the feeds."""
    return render_template("feeds.html")


@api.get("/feeds/<kind>.atom")
def feed(kind: str) -> str:
    return kind


@api.get("/api/v1/profiles/<key>/jsonld")
def linked(key: str) -> Response:
    return jsonify({})
