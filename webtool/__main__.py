"""Serves the web tool on this machine: ``python -m webtool``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial

from werkzeug.serving import WSGIRequestHandler, make_server

from exchange.errors import SettingsError
from exchange.settings import load
from webtool import create_app
from webtool.context import context_of, watch_store
from webtool.snapshot import run_in_thread


class _RequestHandler(WSGIRequestHandler):
    """Logs method and path: neither addresses nor what people searched for."""

    def log(self, type: str, message: str, *args: object) -> None:
        path = getattr(self, "path", "").partition("?")[0]
        print(f"{getattr(self, 'command', '-')} {path}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C; return 0 afterwards, 2 where the settings are invalid."""
    argparse.ArgumentParser(
        prog="python -m webtool",
        description="Serve the web tool on this machine, at CXC_HOST and CXC_PORT, until Ctrl-C.",
        epilog="Settings come from config/settings.toml and the environment: docs/operations.md.",
    ).parse_args(arguments)
    try:
        settings = load(os.environ)
        app = create_app(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    run_in_thread(partial(watch_store, context_of(app)))
    server = make_server(
        settings.web.host,
        settings.web.port,
        app,
        threaded=True,
        request_handler=_RequestHandler,
    )
    print(
        f"The Capacity Exchange is at http://{settings.web.host}:{server.server_port}/ (Ctrl-C ends it)"
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
