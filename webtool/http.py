"""What goes with every answer: security headers, ETags, and errors as pages or problem details."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from exchange.errors import StoreUnavailable
from exchange.reports import Licence
from webtool.context import context, current_snapshot, reader
from webtool.limits import TooBusy

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COMPRESSED = frozenset(
    {
        "text/html", "text/css", "text/javascript", "text/csv", "text/plain", "image/svg+xml",
        "application/json", "application/problem+json", "application/ld+json",
        "application/atom+xml",
    }
)  # fmt: skip
"""Media types whose answers are compressed; all of them are text."""
DATA_FILES = (".csv", ".json", ".tab", ".atom", ".svg")
"""What the addresses of files end in that programs on other sites may read."""
_SMALL = 500
_FORMS = ("editor.", "ask.", "introduce.", "programmes.")
"""Blueprints with forms to write in, whose pages the reader's own browser keeps for "back"."""
_WITHOUT_ETAG = (
    "meta.",
    "metrics.",
    "static",
    "account.",
    "me.",
    "editor.",
    "ask.",
    "introduce.",
    "programmes.",
    "organising.",
)
"""Blueprints whose answers change without the index: they get no ETag from here."""


def register_headers(app: Flask) -> None:
    """Add the headers to every answer of an application."""
    app.before_request(_unchanged)
    app.after_request(_compress)  # Flask runs these in reverse order: this one comes last
    app.after_request(_complete)


def _unchanged() -> Response | None:
    """Answer 304 before any work where the reader holds this very answer already.

    The tag is made of the state of the store, the language, the day and the code: nothing else
    goes into a public page. An answer that shows an earlier state in part gets no tag.
    """
    if request.method not in ("GET", "HEAD") or not request.endpoint:
        return None
    if request.endpoint.startswith(_WITHOUT_ETAG) or request.cookies:
        return None
    if request.endpoint == "check.show_check" and request.args:
        return None
    parts = (
        current_snapshot().version,
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
    if request.path.startswith("/api/") or request.path.endswith(DATA_FILES):
        # Programs that run in somebody's browser may read everything, errors as well.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After, X-Total-Count"
    if request.endpoint == "static":
        # Only an address that changes with the file is for ever; a file that is not there is not.
        found = response.status_code in (200, 206, 304) and "v" in request.args
        lasting = "public, max-age=31536000, immutable" if found else "no-cache"
        response.headers["Cache-Control"] = lasting
        return response
    response.vary.update(("Accept-Language", "Cookie"))
    if (tag := g.get("tag")) and "stale_since" not in g and response.status_code in (200, 304):
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    elif request.cookies and (request.endpoint or "").startswith(_FORMS):
        # A form that browsers may not keep is empty, or an error, after "back".
        response.headers["Cache-Control"] = "private, no-cache"
    elif request.cookies:
        response.headers["Cache-Control"] = "private, no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def under_licence(response: Response, licence: Licence) -> Response:
    """Say in a header what an answer may be used under (RFC 8288, RFC 4946)."""
    response.headers.add("Link", f'<{licence.address}>; rel="license"')
    return response


def _compress(response: Response) -> Response:
    """Compress an answer by gzip for clients that take it.

    Pages for somebody who is logged in stay as they are: beside words from the address they hold
    the CSRF token, and the length of a compressed page tells on both (the BREACH attack).
    """
    if response.mimetype not in COMPRESSED or response.status_code == 304:
        return response
    response.vary.add("Accept-Encoding")
    if (
        request.accept_encodings.quality("gzip") <= 0
        or request.cookies
        or (response.is_streamed and not response.direct_passthrough)
        or response.status_code == 206
        or "Content-Encoding" in response.headers
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALL:
        return response
    response.set_data(_gzip_asset(body) if request.endpoint == "static" else _gzip_page(body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=32)
def _gzip_asset(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


@lru_cache(maxsize=64)
def _gzip_page(body: bytes) -> bytes:
    # The first pages of the tool are the same for most who come.
    return gzip.compress(body, 6, mtime=0)


@cache
def code_digest() -> str:
    """Return a digest of everything that pages are made of: code, templates, assets, words.

    The addresses of static files and every ETag carry it.
    """
    return digest_of(Path(__file__).parent)


def digest_of(root: Path) -> str:
    """Return the digest of a package's files and of the messages beside it."""
    digest = hashlib.sha256(metadata.version("flask").encode())
    for path in digest_files(root):
        digest.update(path.relative_to(root.parent).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def digest_files(root: Path) -> list[Path]:
    """Return every file that answers depend on: the package (map and assets too) and messages."""
    files = [path for folder in (root, root.parent / "i18n") for path in folder.rglob("*")]
    return sorted(
        path for path in files if path.is_file() and path.suffix not in (".pyc", ".mjs", ".md")
    )


log = logging.getLogger(__name__)
_ADVICE = {
    404: "There is nothing at this address. /api/openapi.json describes every address there is.",
    405: "Everything here is for reading only: ask with GET or HEAD.",
    500: "It has been noted. Please try again in a while.",
    503: "The database does not answer right now. Please try again after the seconds in Retry-After.",
}
"""What the API tells programs about errors for which no route has said more."""
_WITH_MESSAGES = (400, 403, 404, 405, 410, 413, 414, 429, 500, 503)
RETRY_AFTER = 30
"""Seconds after which to ask again while the database is unavailable."""


class ApiProblem(Exception):
    """A request to the API that cannot be answered; ``errors`` says what is wrong where."""

    def __init__(
        self, status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.errors = errors or []
        super().__init__(title)


def register_error_pages(app: Flask) -> None:
    """Answer every error of an application with a page or with problem details."""
    app.register_error_handler(ApiProblem, _api_problem)
    app.register_error_handler(StoreUnavailable, _away)
    app.register_error_handler(TooBusy, _busy)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _api_problem(error: ApiProblem) -> Response:
    return problem_response(error.status, error.title, error.detail, error.errors)


def _away(error: StoreUnavailable) -> Response:
    log.warning("the database is away: %s", type(error.__cause__).__name__)
    answer = _answer(503, "Service Unavailable")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _busy(error: TooBusy) -> Response:
    answer = _answer(503, "Service Unavailable", message="busy")
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _refused(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    answer = _answer(error.code, error.name)
    if error.code == 405:
        answer.headers["Allow"] = error.get_response().headers.get("Allow", "GET")
    return answer


def _broken(error: Exception) -> Response:
    log.error("an error while answering %s", request.endpoint, exc_info=error)
    return _answer(500, "Internal Server Error")


def _answer(status: int, title: str, *, message: str = "") -> Response:
    if _is_api():
        return problem_response(status, title, _ADVICE.get(status, ""))
    shown = status if status in _WITH_MESSAGES else (400 if status < 500 else 500)
    words = _words() if status == 404 else ""
    return Response(
        render_template("error.html", message=message or shown, words=words), status=status
    )


def _words() -> str:
    """Return the name that an address ends in, to search for where there is no such page."""
    last = request.path.rstrip("/").rpartition("/")[2]
    return " ".join(last.replace("_", " ").split())[:200]


def problem_response(
    status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None
) -> Response:
    """Return problem details as of RFC 9457: ``application/problem+json``."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, mimetype="application/problem+json")
