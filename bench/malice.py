"""Malice: how long a visitor waits while others are slow, ask for much, or log in at a dead wiki.

Serves a made-up movement by gunicorn as config/gunicorn.py says and asks for the first page, alone
and under each load. Prints the slowest of five answers and its ratio to the slowest without load.

    python -m bench.malice [--clients 40] [--tree PATH of another checkout to compare with]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.unit.web.site import filled

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds after which a visitor gives up."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=40, help="how many slow connections")
    parser.add_argument("--only", default="", help="a word of the one load to try")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is served")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cxc-malice-") as folder:
        filled(Path(folder) / "exchange.db", 300).close()
        with socket.create_server(("127.0.0.1", 0), backlog=100) as dead:
            wiki = f"http://127.0.0.1:{dead.getsockname()[1]}/w/index.php"
            with served(options.tree, Path(folder), wiki) as address:
                idle = slowest(address)
                print(f"{'alone':36} {idle:8.3f} s")
                loads: dict[str, Callable[[str, int], Iterator[None]]] = {
                    f"{options.clients} clients that send slowly": sending_slowly,
                    "10 who have newlines checked": checking,
                    "10 logins at a wiki that hangs": logging_in,
                }
                for name, load in loads.items():
                    if options.only not in name:
                        continue
                    with contextmanager(load)(address, options.clients):
                        time.sleep(1)
                        waited = slowest(address)
                    print(f"{name:36} {waited:8.3f} s   ratio {waited / idle:8.1f}", flush=True)
    return 0


def slowest(address: str) -> float:
    """Return the seconds of the slowest of five answers; after one that never came, no more."""
    worst = 0.0
    for _ in range(5):
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(f"{address}/", timeout=PATIENCE) as answer:
                answer.read()
        except OSError:
            return PATIENCE
        worst = max(worst, time.monotonic() - begun)
    return worst


def sending_slowly(address: str, clients: int) -> Iterator[None]:
    """Send a byte now and then on many connections, in heads and in bodies, without an end."""
    port = int(address.rpartition(":")[2])
    heads = (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"POST /check HTTP/1.1\r\nHost: x\r\n"
             b"Content-Length: 9000\r\n\r\ntext=")  # fmt: skip
    ended = threading.Event()
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(clients)
        ]
        for at, client in enumerate(slow):
            client.sendall(heads[at % 2])

        def drip() -> None:
            while not ended.wait(0.5):
                for at, client in enumerate(slow):
                    try:
                        client.sendall(b"x")
                    except OSError:
                        slow[at].close()

        threading.Thread(target=drip, daemon=True).start()
        yield
        ended.set()


def checking(address: str, clients: int) -> Iterator[None]:
    """Have newlines checked again and again: what is taken at most, and ten times as much."""
    small = _multipart("\n" * 190_000)
    large = _multipart("\n" * 1_900_000)
    kind = {"Content-Type": "multipart/form-data; boundary=xxxx"}

    def ask() -> None:
        for body in (large, small):
            question = urllib.request.Request(f"{address}/check", body, kind)
            with contextlib.suppress(OSError):
                urllib.request.urlopen(question, timeout=PATIENCE)

    yield from _again(ask)


def _multipart(text: str) -> bytes:
    head = 'Content-Disposition: form-data; name="text"'
    return f"--xxxx\r\n{head}\r\n\r\n{text}\r\n--xxxx--\r\n".encode()


def logging_in(address: str, clients: int) -> Iterator[None]:
    """Begin logins again and again at a wiki that never answers."""
    yield from _again(lambda: urllib.request.urlopen(f"{address}/login", timeout=PATIENCE))


def _again(ask: Callable[[], object]) -> Iterator[None]:
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.05):
            try:
                ask()
            except OSError:
                continue

    for _ in range(10):
        threading.Thread(target=work, daemon=True).start()
    yield
    ended.set()


@contextmanager
def served(tree: Path, folder: Path, wiki: str) -> Iterator[str]:
    """Serve a checkout by its own configuration; give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "CXC_DATABASE": f"sqlite:///{folder}/exchange.db",
        "CXC_OAUTH_CONSUMER_KEY": "key",
        "CXC_OAUTH_CONSUMER_SECRET": "secret",
        "CXC_OAUTH_WIKI": wiki,
        "CXC_SECRET": "x" * 40,
        "PYTHONPATH": str(tree),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", str(tree / "config/gunicorn.py"),
         "--bind", f"127.0.0.1:{port}", "--access-logfile", "/dev/null", "--no-control-socket",
         "webtool.wsgi:app"],
        cwd=tree, env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(4):
            while True:
                try:
                    urllib.request.urlopen(f"{address}/", timeout=PATIENCE).close()
                    break
                except OSError:
                    if server.poll() is not None:
                        raise
                    time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
