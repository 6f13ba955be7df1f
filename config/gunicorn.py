"""How gunicorn serves the web tool: no addresses and no query strings in the logs."""

import os
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# More threads than login and checking together may hold (webtool/limits.py).
threads = 12
# Requests are read by an event loop, so that slow clients fill no threads.
worker_class = "webtool.worker.BufferingWorker"
timeout = 60
graceful_timeout = 20
keepalive = 5
# Workers are not recycled: a new one needs seconds of the processor for its search index, and two
# workers that count the same requests (health checks too) are recycled together.
max_requests = 0

# Where there is no writable home, the workers' sign of life goes to memory.
worker_tmp_dir = "/dev/shm"

# Toolforge's proxies, which say whether the request came by HTTPS.
forwarded_allow_ips = "192.168.0.0/16"
limit_request_line = 8190
limit_request_fields = 60

# One line a request: method, path without the query, status, size, microseconds. The Foundation's
# privacy policy holds: no addresses, no agents, no referers, no user names.
accesslog = "-"
errorlog = "-"
access_log_format = 'event=request method=%(m)s path="%(U)s" status=%(s)s bytes=%(B)s us=%(D)s'
loglevel = "info"


def on_starting(server: Any) -> None:
    """Refuse to start with settings that are wrong, with all that is wrong."""
    import sys

    from exchange.errors import SettingsError
    from webtool import wsgi

    try:
        wsgi.check_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def post_worker_init(worker: Any) -> None:
    """Let a worker make what its pages are made from before a visitor waits for it."""
    from webtool import wsgi

    wsgi.warm_up()
