"""What a WSGI server loads: ``gunicorn webtool.wsgi:app``. Made at start or on the first request."""

from __future__ import annotations

import logging
import threading
from typing import Any

from flask import Flask

log = logging.getLogger(__name__)
_made: list[Flask] = []
_making = threading.Lock()


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request; the application is made by now or on the first one, never at import."""
    return _app()(environ, start_response)


def begin() -> None:
    """Make the application in a thread, and what its pages are made from, before anybody asks.

    A server calls this in each worker, after the fork: no thread and no connection outlives one.
    """
    threading.Thread(target=_begin, daemon=True).start()


def _begin() -> None:
    from webtool.context import context_of
    from webtool.watch import watch

    try:
        made = _app()
    except Exception:
        log.exception("cannot begin")  # each request tries again, and says so
        return
    watch(context_of(made))


def _app() -> Flask:
    with _making:
        if not _made:
            _made.append(_make())
        return _made[0]


def _make() -> Flask:
    import os
    import sys

    from exchange import journal
    from exchange.settings import load
    from webtool import create_app

    settings = load(os.environ)
    journal.begin(sys.stderr, secrets=settings.secrets)
    return create_app(settings)
