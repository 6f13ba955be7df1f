"""Requests: what people ask for once, with a deadline."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from webtool.context import context, shelf

pages = Blueprint("requests", __name__)
SIZE = 30


@pages.get("/requests")
def page() -> str:
    """Show the open requests, those that end first at the top."""
    found = shelf().open(context().today)
    last = max(1, -(-len(found) // SIZE))
    asked = request.args.get("page", "1")
    number = (
        min(int(asked), last)
        if asked.isascii() and asked.isdigit() and asked != "0" and len(asked) < 6
        else 1
    )
    return render_template(
        "requests.html",
        requests=found[(number - 1) * SIZE : number * SIZE],
        total=len(found),
        page=number,
        last=last,
        page_link=lambda one: url_for("requests.page", page=one),
    )
