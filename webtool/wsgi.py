"""The WSGI entry point: ``gunicorn webtool.wsgi:app``."""

from __future__ import annotations

import logging
import threading
from typing import Any

from flask import Flask

log = logging.getLogger(__name__)
_made: list[Flask] = []
_making = threading.Lock()


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request; the application is made when a worker starts, never at import."""
    return _app()(environ, start_response)


def check_settings() -> None:
    """Raise SettingsError where the settings do not let the tool start."""
    import os

    from exchange.errors import SettingsError
    from exchange.settings import load

    if problem := load(os.environ).login_problem:
        raise SettingsError([problem])


def warm_up() -> None:
    """Make the application and its first snapshot in a thread, before anybody asks.

    A server calls this in each worker after the fork: threads and connections do not survive one.
    """
    threading.Thread(target=_warm_up, daemon=True).start()


def _warm_up() -> None:
    from webtool.context import context_of, watch_store

    try:
        made = _app()
    except Exception:
        log.exception("cannot warm up")  # each request tries again, and says so
        return
    watch_store(context_of(made))


def _app() -> Flask:
    with _making:
        if not _made:
            _made.append(_make())
        return _made[0]


def _make() -> Flask:
    import os
    import sys

    from exchange import logfmt
    from exchange.settings import load
    from webtool import create_app

    settings = load(os.environ)
    logfmt.configure_logging(sys.stderr, secrets=settings.secrets)
    return create_app(settings)
