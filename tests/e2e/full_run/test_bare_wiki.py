"""``make wiki BARE=1``: an empty wiki, on which README's ``install`` creates everything."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.install import on_wiki_pages
from exchange.settings import load

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("whole")]

ROOT = Path(__file__).parents[3]
EXPORT = re.compile(r"export (CXC_\w+)='(.*)'$", re.M)


def titles_on(api: str) -> set[str]:
    """Return the title of every page of a wiki, discussions and all."""
    spaces = ask(api, meta="siteinfo", siprop="namespaces")["namespaces"]
    return {
        page["title"]
        for space in spaces.values()
        if space["id"] >= 0
        for page in ask(api, list="allpages", apnamespace=space["id"], aplimit="500")["allpages"]
    }


def ask(api: str, **query: Any) -> dict[str, Any]:
    asked = {"action": "query", "format": "json", "formatversion": "2", **query}
    answer = requests.get(api, params=asked, timeout=60).json()
    assert "continue" not in answer
    found: dict[str, Any] = answer["query"]
    return found


def test_install_creates_everything_on_the_bare_wiki_and_changes_nothing_the_second_time() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name[:4] != "CXC_"}
    wiki = subprocess.Popen(
        [sys.executable, "-m", "tests.support.wiki", "--bare", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert wiki.stdout is not None
        told = ""
        for line in wiki.stdout:
            told += line
            if line.startswith("Ctrl-C ends it"):
                break
        shown = dict(EXPORT.findall(told))
        assert ".venv/bin/python -m bot install" in told
        ours = {page.title for page in on_wiki_pages(names=load({}).names, bot="Exchange Bot")}
        before = titles_on(shown["CXC_WIKI"])
        assert len(ours) > 100
        assert not before & ours

        first, second = (
            json.loads(
                subprocess.run(
                    [sys.executable, "-m", "bot", "install", "--json"],
                    cwd=ROOT,
                    env=environment | shown,
                    stdout=subprocess.PIPE,
                    check=True,
                ).stdout
            )
            for _ in range(2)
        )
        assert ours <= titles_on(shown["CXC_WIKI"])
        assert first["edits"] >= len(ours)
        assert second["edits"] == 0
    finally:
        wiki.send_signal(signal.SIGINT)
        rest, _ = wiki.communicate(timeout=60)
    assert (wiki.returncode, rest.strip()) == (0, "gone")
