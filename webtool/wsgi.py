"""What a WSGI server loads: ``gunicorn webtool.wsgi:app``. Made on the first request or at start."""

from __future__ import annotations

from typing import Any

from flask import Flask

_made: list[Flask] = []


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request; the application is made on the first one, never at import."""
    if not _made:
        _made.append(_make())
    return _made[0](environ, start_response)


def _make() -> Flask:
    import os
    import sys

    from exchange import journal
    from exchange.settings import load
    from webtool import create_app

    settings = load(os.environ)
    journal.begin(sys.stderr, secrets=settings.secrets)
    return create_app(settings)
