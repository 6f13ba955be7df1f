"""Headers: what goes with every answer, and when an answer need not be sent again."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from flask import Flask, Response, g, make_response, request

from webtool.context import context, reader, shelf

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FRESH = ("meta.", "metrics.", "static", "account.", "me.", "editor.", "ask.")
"""Blueprints whose answers change without the index: they get no ETag from here."""


def install(app: Flask) -> None:
    """Tie both to an application."""
    app.before_request(_unchanged)
    app.after_request(_complete)


def _unchanged() -> Response | None:
    """Answer 304 before any work where the reader holds this very answer already.

    The tag is made of the state of the store, the language, the day and the code: nothing else
    goes into a public page. An answer that shows an earlier state in part gets no tag.
    """
    if request.method not in ("GET", "HEAD") or not request.endpoint:
        return None
    if request.endpoint.startswith(_FRESH) or request.cookies:
        return None
    if request.endpoint == "check.page" and request.args:
        return None
    parts = (
        shelf().state,
        reader().language,
        context().today.isoformat(),
        request.full_path,
        code_digest(),
    )
    g.tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
    if request.if_none_match.contains_weak(g.tag):
        return make_response("", 304)
    return None


def _complete(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/"):
        # Programs that run in somebody's browser may read everything, errors as well.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    if request.endpoint == "static":
        # Only an address that changes with the file is for ever; a file that is not there is not.
        found = response.status_code in (200, 206, 304) and "v" in request.args
        lasting = "public, max-age=31536000, immutable" if found else "no-cache"
        response.headers["Cache-Control"] = lasting
        return response
    response.vary.update(("Accept-Language", "Cookie"))
    if (tag := g.get("tag")) and "late" not in g and response.status_code in (200, 304):
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    elif request.cookies:
        response.headers["Cache-Control"] = "private, no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


@cache
def code_digest() -> str:
    """Give a fingerprint of the pages' code, styles and words: it changes when they do."""
    root = Path(__file__).parent
    mark = hashlib.sha256(metadata.version("flask").encode())
    words = root.parent / "i18n"
    files = [
        *root.rglob("*.py"),
        *root.rglob("*.html"),
        *root.rglob("*.css"),
        *words.rglob("*.json"),
    ]
    for path in sorted(files):
        mark.update(path.read_bytes())
    return mark.hexdigest()[:12]
