"""How gunicorn serves the web tool: no addresses and no query strings in the logs."""

import os
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500

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


def post_worker_init(worker: Any) -> None:
    """Let a worker make what its pages are made from before a visitor waits for it."""
    from webtool import wsgi

    wsgi.begin()
