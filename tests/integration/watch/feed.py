"""Feed: server-sent events out of what a real MediaWiki sends to its recent-changes feed.

MediaWiki sends each change as a UDP packet of JSON ($wgRCFeeds), the same objects that
EventStreams carries; this puts them on an HTTP connection as server-sent events. Like
EventStreams it begins with what has come since the time that ``since`` names.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Feed:
    """A stream of recent changes. ``settings`` is the PHP that makes a MediaWiki send to it."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._readers: list[queue.Queue[bytes | None]] = []
        self._past: list[tuple[float, bytes]] = []
        self.asked: list[str] = []
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                self.wfile.write(b":ok\n\n")
                mine = feed._listen(_since(self.path))
                with contextlib.suppress(OSError):
                    while (data := mine.get()) is not None:
                        self.wfile.write(data)
                        self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/v2/stream/recentchange"
        port = self._socket.getsockname()[1]
        self.settings = f"""
$wgRCFeeds['test'] = [
    'formatter' => 'JSONRCFeedFormatter',
    'uri' => 'udp://127.0.0.1:{port}',
    'add_interwiki_prefix' => false,
    'omit_bots' => false,
];
"""
        for target in (self._relay, self._server.serve_forever):
            threading.Thread(target=target, daemon=True).start()

    def say(self, data: bytes) -> None:
        """Send something to everyone who listens."""
        with self._lock:
            for reader in self._readers:
                reader.put(data)

    def drop(self) -> None:
        """Close every connection, as EventStreams does after a quarter of an hour."""
        with self._lock:
            for reader in self._readers:
                reader.put(None)
            self._readers.clear()

    def stop(self) -> None:
        self.drop()
        self._server.shutdown()
        self._socket.close()

    def _listen(self, since: float) -> queue.Queue[bytes | None]:
        """Take up a reader at a time: what came since then, and whatever comes."""
        mine: queue.Queue[bytes | None] = queue.Queue()
        with self._lock:
            for moment, data in self._past:
                if moment >= since:
                    mine.put(data)
            self._readers.append(mine)
        return mine

    def _relay(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                change = json.loads(self._socket.recv(65536))
                data = b"event: message\nid: [{}]\ndata: " + json.dumps(change).encode() + b"\n\n"
                with self._lock:
                    self._past.append((change["timestamp"], data))
                    for reader in self._readers:
                        reader.put(data)


def _since(path: str) -> float:
    """The time that a request asks to begin at, in seconds since 1970; now where it names none."""
    asked = parse_qs(urlsplit(path).query).get("since")
    return datetime.fromisoformat(asked[0]).timestamp() if asked else time.time()
