"""``python -m webtool``: it serves, and its log tells on nobody."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.unit.search.movement import NOW


@pytest.mark.server
def test_it_serves_and_logs_neither_addresses_nor_words(database: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "CXC_DATABASE": f"sqlite:///{database}", "CXC_PORT": str(port),
                   "CXC_NOW": NOW.isoformat(), "PYTHONUNBUFFERED": "1"}  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "webtool"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    told = server.stdout.readline()  # printed when the port is open
    assert f"http://127.0.0.1:{port}/" in told
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/search?q=secretword") as answer:
        assert answer.status == 200
    server.terminate()
    _, log = server.communicate(timeout=30)
    assert "GET /search" in log
    assert "secretword" not in log
    assert "127.0.0.1" not in log
