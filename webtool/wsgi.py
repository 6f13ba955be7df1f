"""What a WSGI server loads: ``gunicorn webtool.wsgi:app``. Made on the first request or at start."""

from __future__ import annotations

from typing import Any

from flask import Flask

_made: list[Flask] = []


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request; the application is made on the first one, never at import."""
    if not _made:
        from webtool import create_app

        _made.append(create_app())
    return _made[0](environ, start_response)
