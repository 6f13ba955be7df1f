"""A gunicorn worker that hands a request to a thread only once the whole of it has arrived.

gunicorn's threads read requests themselves, so as many clients that send slowly as there are
threads keep everybody else out. Here the worker's event loop reads, as nginx does in front of
Toolforge, and closes what has not arrived in time (docs/decisions, "Slow clients").
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import struct
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

REQUEST_SECONDS = 10.0
"""Seconds in which a whole request must arrive."""
SEND_SECONDS = 10
"""Seconds without progress after which an answer is given up."""
SEND_BUFFER = 400_000
"""Bytes of an answer that the kernel keeps for a slow reader; the thread is free meanwhile."""
MAX_HEAD = 32_768
MAX_REQUEST = 1_000_000
"""Bytes of a request; what the web tool takes is smaller."""

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding:", re.I | re.M)
_END = b"\r\n\r\n"


@dataclass
class _Arrival:
    """A request that is arriving, and when it must have arrived."""

    deadline: float
    data: bytearray = field(default_factory=bytearray)


def request_state(data: bytes | bytearray) -> int:
    """Return 0 while a request is incomplete, 1 once it is complete, else a status to refuse with."""
    head, end, _ = bytes(data[: MAX_HEAD + len(_END)]).partition(_END)
    if not end:
        return 431 if len(data) > MAX_HEAD else 0
    if _CHUNKED.search(head):
        if len(data) > MAX_REQUEST:
            return 413
        return int(data.endswith(b"\r\n0\r\n\r\n"))
    length = int(match[1]) if (match := _LENGTH.search(head)) else 0
    if len(head) + length > MAX_REQUEST:
        return 413
    return int(len(data) >= len(head) + len(_END) + length)


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker with its requests read by the event loop."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._arriving: dict[Any, _Arrival] = {}

    def enqueue_req(self, conn: Any) -> None:
        """Wait for a connection's next request; gunicorn calls this for new and kept ones."""
        sock = conn.sock
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER // 2)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        arrival = _Arrival(time.monotonic() + REQUEST_SECONDS)
        if conn.parser is not None:
            arrival.data += conn.parser.unreader.take_buffered()
        self._arriving[conn] = arrival
        self.poller.register(sock, selectors.EVENT_READ, partial(self._receive, conn))
        self._receive(conn, sock)

    def murder_pending(self) -> None:
        """Close connections whose request did not arrive in time; called every second."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [one for one, held in self._arriving.items() if held.deadline < now]:
            self._refuse(conn, 408 if self._arriving[conn].data else 0)

    def _receive(self, conn: Any, sock: socket.socket) -> None:
        data = self._arriving[conn].data
        state = request_state(data) if data else 0
        try:
            while not state:
                received = sock.recv(65_536)
                if not received:
                    self._refuse(conn, 0)
                    return
                data += received
                state = request_state(data)
        except BlockingIOError:
            return
        except OSError:
            self._refuse(conn, 0)
            return
        if state > 1:
            self._refuse(conn, state)
            return
        self.poller.unregister(sock)
        del self._arriving[conn]
        conn.init()
        conn.parser.unreader.unread(bytes(data))
        conn.data_ready = True
        super().enqueue_req(conn)

    def _refuse(self, conn: Any, status: int) -> None:
        """Close a connection, with a last word where there is one."""
        self.poller.unregister(conn.sock)
        del self._arriving[conn]
        self.nr_conns -= 1
        if status:
            with contextlib.suppress(OSError):
                conn.sock.send(
                    b"HTTP/1.1 %d Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    % status
                )
        conn.close()
