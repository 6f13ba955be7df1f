"""A WSGI application on a port of its own, in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

from werkzeug.serving import make_server

POLL_SECONDS = 0.02
"""How soon a server notices that it is to end; the default makes each test wait half a second."""


@contextmanager
def serving(app: WSGIApplication, *, port: int = 0) -> Iterator[str]:
    """Serve an application while the block runs; its address. Port 0 is any free one."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
