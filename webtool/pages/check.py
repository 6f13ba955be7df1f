"""Check: what would the bot read on a page, and what would it not understand?"""

from __future__ import annotations

from flask import Blueprint, render_template, request

pages = Blueprint("check", __name__)
MOST = 2_000_000


@pages.route("/check", methods=["GET", "POST"])
def page() -> str:
    """Read pasted wikitext as the bot would; nothing is kept."""
    text = request.form.get("text", "")[:MOST]
    return render_template("check.html", text=text, reading=None)
