"""Serves the web tool on this machine: ``python -m webtool``."""

from __future__ import annotations

import os
import sys
from functools import partial

from werkzeug.serving import WSGIRequestHandler, make_server

from exchange.errors import SettingsError
from exchange.settings import load
from webtool import create_app
from webtool.context import context_of
from webtool.renewal import in_a_thread
from webtool.watch import watch


class _Discreet(WSGIRequestHandler):
    """Logs what was asked for, and neither who asked nor which words they searched for."""

    def log(self, type: str, message: str, *args: object) -> None:
        path = getattr(self, "path", "").partition("?")[0]
        print(f"{getattr(self, 'command', '-')} {path}", file=sys.stderr)


def main() -> int:
    """Serve until Ctrl-C; 0 afterwards, 2 where the settings are wrong."""
    try:
        settings = load(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    app = create_app(settings)
    in_a_thread(partial(watch, context_of(app)))
    server = make_server(
        settings.web.host,
        settings.web.port,
        app,
        threaded=True,
        request_handler=_Discreet,
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
