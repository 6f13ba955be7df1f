"""Failures: every error as a friendly page in the reader's language, or as problem details.

Pages get HTML, the API gets RFC 9457. Neither asks the database anything, and neither shows what
went wrong inside.
"""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from exchange.errors import StoreAway

log = logging.getLogger(__name__)
_MEND = {
    404: "There is nothing at this address. /api/openapi.json describes every address there is.",
    405: "Everything here is for reading only: ask with GET or HEAD.",
    500: "It has been noted. Please try again in a while.",
    503: "The database does not answer right now. Please try again after the seconds in Retry-After.",
}
"""What a program is told to do, for errors that no route has told more about."""
_TOLD = (400, 403, 404, 405, 410, 413, 414, 429, 500, 503)
RETRY = 30
"""Seconds after which to ask again while the database is away."""


class ApiProblem(Exception):
    """A question to the API that cannot be answered; ``errors`` says what is wrong where."""

    def __init__(
        self, status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.errors = errors or []
        super().__init__(title)


def install(app: Flask) -> None:
    """Tie the answers to an application."""
    app.register_error_handler(ApiProblem, _api_problem)
    app.register_error_handler(StoreAway, _away)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _api_problem(error: ApiProblem) -> Response:
    return problem(error.status, error.title, error.detail, error.errors)


def _away(error: StoreAway) -> Response:
    log.warning("the database is away: %s", type(error.__cause__).__name__)
    answer = _answer(503, "Service Unavailable")
    answer.headers["Retry-After"] = str(RETRY)
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


def _answer(status: int, title: str) -> Response:
    if _is_api():
        return problem(status, title, _MEND.get(status, ""))
    shown = status if status in _TOLD else (400 if status < 500 else 500)
    words = _words() if status == 404 else ""
    return Response(render_template("error.html", status=shown, words=words), status=status)


def _words() -> str:
    """Give the name that an address ends in, to search for where there is no such page."""
    last = request.path.rstrip("/").rpartition("/")[2]
    return " ".join(last.replace("_", " ").split())[:200]


def problem(
    status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None
) -> Response:
    """Give an answer of RFC 9457: ``application/problem+json``."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, mimetype="application/problem+json")
