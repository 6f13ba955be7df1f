"""The web tool on gunicorn as it is configured, with clients that send slowly or never end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.site import filled
from webtool.worker import REQUEST_SECONDS

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[3]
SLOW = 40
BEGINNINGS = (
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\ntext=",
    b"POST /check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntext=\r\n",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gunicorn with config/gunicorn.py and one worker."""
    path = tmp_path_factory.mktemp("worker") / "exchange.db"
    filled(path, 20).close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py"),
               "--bind", f"127.0.0.1:{port}", "--workers", "1", "webtool.wsgi:app"]  # fmt: skip
    environment = {**os.environ, "CXC_DATABASE": f"sqlite:///{path}", "CXC_WIKI": ""}
    gunicorn = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}/", timeout=60):
                break
        except OSError:
            assert gunicorn.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
    yield address
    gunicorn.terminate()
    gunicorn.wait(60)


def connect(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=60)


def ask(client: socket.socket, request: bytes, *, until: bytes = b"\r\n\r\n") -> bytes:
    """Return what comes after a request, up to some bytes."""
    client.sendall(request)
    answer = b""
    while not answer.endswith(until):
        piece = client.recv(65_536)
        assert piece, answer
        answer += piece
    return answer


def test_clients_that_send_slowly_keep_nobody_out_and_are_closed_in_time(server: str) -> None:
    slow = [connect(server) for _ in range(SLOW)]
    for at, client in enumerate(slow):
        client.sendall(BEGINNINGS[at % len(BEGINNINGS)])
    begun = time.monotonic()
    for path in ("/", "/search?q=lua", "/healthz"):
        with urllib.request.urlopen(f"{server}{path}", timeout=REQUEST_SECONDS) as answer:
            assert answer.status == 200
    assert time.monotonic() - begun < REQUEST_SECONDS, "answered while the slow ones were there"
    said = [client.recv(100) for client in slow]
    assert all(one == b"" or one.startswith(b"HTTP/1.1 408 ") for one in said)
    for client in slow:
        client.close()


def test_a_request_in_pieces_and_one_after_another_are_answered(server: str) -> None:
    with connect(server) as client:
        for piece in (b"GET /hea", b"lthz HTTP/1.1\r\nHo", b"st: x\r\n"):
            client.sendall(piece)
        assert ask(client, b"\r\n", until=b"ok\n").startswith(b"HTTP/1.1 200 ")
        again = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        assert ask(client, again, until=b"ok\n").startswith(b"HTTP/1.1 200 ")
        client.sendall(again + again.replace(b"x\r\n", b"x\r\nConnection: close\r\n"))
        both = b""
        while piece := client.recv(65_536):
            both += piece
        assert both.count(b"HTTP/1.1 200 ") == 2


def test_what_is_too_large_is_refused_before_it_is_sent(server: str) -> None:
    with connect(server) as client:
        head = b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n"
        assert ask(client, head).startswith(b"HTTP/1.1 413 ")


def test_wrong_settings_keep_the_server_from_starting() -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "config/gunicorn.py"),
               "--bind", "127.0.0.1:0", "webtool.wsgi:app"]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "CXC_PORT": "none"}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "CXC_PORT" in done.stderr
