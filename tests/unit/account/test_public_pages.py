"""Public pages are read within a time and a size, once for all, and may fail without any harm."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, Response

from exchange.directory import load as load_directory
from exchange.errors import SettingsError
from exchange.model import Offer
from exchange.settings import load
from tests.support.server import serving
from webtool.account.elsewhere import (
    AT_ONCE,
    MAX_BYTES,
    FormOwner,
    PublicPages,
    ask_sources,
    chosen_sources,
)

WHO = FormOwner("Ada Lovelace", "", load_directory(), date(2026, 11, 23))
LOGIN = {
    "CXC_OAUTH_CONSUMER_KEY": "key",
    "CXC_OAUTH_CONSUMER_SECRET": "secret",
    "CXC_OAUTH_WIKI": "http://127.0.0.1:9/w/index.php",
    "CXC_SECRET": "a secret that is long enough for the tests",
}


@dataclass
class Server:
    """A server that answers as its paths say, and counts who asked."""

    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    go_on: threading.Event = field(default_factory=threading.Event)
    texts: dict[str, str] = field(default_factory=dict)

    def answer(self, path: str) -> Response:
        self.asked[path] += 1
        match path:
            case "huge":
                return Response(b"x" * 65_536 for _ in range(MAX_BYTES // 65_536 + 2))
            case "hanging":
                self.go_on.wait(60)
                return Response("late")
            case "broken":
                return Response("no", 500)
            case "bytes":
                return Response(b"\xff\xfe\x00")
        return Response(self.texts.get(path, "fine"))


@pytest.fixture
def server() -> Iterator[Server]:
    app, one = Flask("elsewhere"), Server()
    app.add_url_rule("/<path:path>", "answer", one.answer)
    with ExitStack() as stack:
        one.address = stack.enter_context(serving(app))
        stack.callback(one.go_on.set)
        yield one


def read(pages: PublicPages, server: Server, *paths: str, kept: float = 60) -> dict[str, str]:
    found = pages.read({f"{server.address}/{path}": kept for path in paths})
    return {address.rpartition("/")[2]: text for address, text in found.items()}


def test_what_fails_says_nothing_and_the_others_are_read(server: Server) -> None:
    pages = PublicPages(user_agent="tests", seconds=20)
    assert read(pages, server, "huge", "broken", "bytes", "a") == {"a": "fine"}
    assert pages.read({"http://127.0.0.1:9/": 60.0, "nonsense": 60.0}) == {}


def test_nobody_waits_longer_than_said_and_a_late_answer_counts_from_then_on(
    server: Server,
) -> None:
    pages = PublicPages(user_agent="tests", seconds=2)
    assert read(pages, server, "hanging", "a") == {"a": "fine"}
    asking = pages._asked[f"{server.address}/hanging"]
    server.go_on.set()
    asking.result(30)
    assert read(pages, server, "hanging", "a") == {"hanging": "late", "a": "fine"}
    assert server.asked == {"hanging": 1, "a": 1}


def test_a_server_that_hangs_is_not_asked_by_ever_more(server: Server) -> None:
    pages = PublicPages(user_agent="tests", seconds=0.5)
    assert pages.read({f"{server.address}/hanging?{at}": 60.0 for at in range(AT_ONCE + 4)}) == {}
    assert pages.read({f"{server.address}/hanging?1": 60.0}) == {}
    assert server.asked["hanging"] <= AT_ONCE


def test_an_answer_is_asked_for_once_and_an_old_one_holds_where_no_newer_comes(
    server: Server,
) -> None:
    pages = PublicPages(user_agent="tests", seconds=20)
    server.texts["a"] = "first"
    assert read(pages, server, "a") == read(pages, server, "a") == {"a": "first"}
    assert server.asked["a"] == 1
    assert read(pages, server, "b", kept=0) == {"b": "fine"}
    server.texts["b"] = "newer"
    assert read(pages, server, "b", kept=0) == {"b": "newer"}
    address = f"{server.address}/b"
    pages._download = lambda _: (_ for _ in ()).throw(ValueError)  # type: ignore[method-assign]
    assert pages.read({address: 0}) == {address: "newer"}


def settings_with(folder: Path, **sources: str) -> dict[str, str]:
    own = folder / "own.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in sources.items()]
    own.write_text("\n".join(["[sources]", *lines]))
    return LOGIN | {"CXC_CONFIG": str(own)}


def test_other_servers_are_asked_only_where_the_settings_name_them(
    server: Server, tmp_path: Path
) -> None:
    usual = [one.name for one in chosen_sources(load(LOGIN))]
    assert usual == ["categories", "mentors", "affiliates"]
    meta = LOGIN | {"CXC_OAUTH_WIKI": "https://meta.wikimedia.org/w/index.php"}
    assert [one.name for one in chosen_sources(load(meta))] == ["platform", *usual]
    off = settings_with(tmp_path, platform="", mentors="", affiliates="")
    assert [one.name for one in chosen_sources(load(meta | off))] == ["categories"]

    server.texts = {
        "badges/Ada Lovelace": json.dumps({"results": [{"badge_class": {"display_name": "Lua"}}]}),
        "tools/Ada Lovelace": json.dumps(
            {"results": [{"title": "T", "author": [{"wiki_username": "Ada Lovelace"}]}]}
        ),
    }
    on = settings_with(
        tmp_path,
        badges=f"{server.address}/badges/{{name}}",
        tools=f"{server.address}/tools/{{name}}",
    )
    pages = PublicPages(user_agent="tests", seconds=20)
    said = ask_sources(chosen_sources(load(on)), WHO, pages)
    assert [(each.source, one.value) for each in said for one in each.statements] == [
        ("badges", Offer("lua", "Lua", note="Lua")),
        ("tools", Offer("software-development", "software-development", note="T")),
    ]
    assert said[0].page == f"{server.address}/badges/Ada%20Lovelace"


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        ({"badges": "https://x.org/"}, "no address by name"),
        ({"tools": "ftp://x.org/{name}"}, "no address by name"),
        ({"platform": "Commons"}, 'use "auto"'),
    ],
)
def test_a_wrong_setting_says_how_to_fix_it(
    tmp_path: Path, sources: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(settings_with(tmp_path, **sources))
