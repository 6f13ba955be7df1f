"""What many or slow requests may take: the others are still answered, the refused are told when."""

from __future__ import annotations

import gzip
import re
import runpy
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import SettingsError
from exchange.model import Profile
from tests.unit.web.site import MOST_OF_A_FIRST_VISIT, addresses, app_over
from webtool import http
from webtool.account.auth import CALLS_AT_ONCE
from webtool.account.oauth import Handshake, LoginFailed, Token
from webtool.http import digest_files
from webtool.limits import AtMost, BoundedCalls, TooBusy
from webtool.pages import check, checked
from webtool.worker import MAX_HEAD, MAX_REQUEST, request_state

OAUTH = {
    "CXC_OAUTH_CONSUMER_KEY": "key",
    "CXC_OAUTH_CONSUMER_SECRET": "secret",
    "CXC_SECRET": "x" * 40,
}


@pytest.mark.parametrize("letter", ["x", "ж", "字", "\n"])
def test_up_to_200_kb_of_any_script_can_be_checked(client: FlaskClient, letter: str) -> None:
    fits = letter * (check.MAX_BYTES // len(letter.encode()))
    assert client.post("/check", data={"text": fits}).status_code == 200
    refused = client.post("/check", data={"text": fits + "xxx"})
    assert refused.status_code == 413
    assert "200 kB" in refused.text


def test_two_texts_are_checked_at_a_time_and_a_third_is_told_when_to_come_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    read_page = checked.read_page

    def slowly(*args: Any, **named: Any) -> Any:
        begun.release()
        assert go.wait(60)
        return read_page(*args, **named)

    monkeypatch.setattr(checked, "read_page", slowly)
    answers: list[int] = []

    def send() -> None:
        answers.append(app.test_client().post("/check", data={"text": "some text"}).status_code)

    threads = [threading.Thread(target=send) for _ in range(checked.AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert begun.acquire(timeout=60)
    third = app.test_client().post("/check", data={"text": "some text"})
    assert (third.status_code, third.headers["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in third.text
    assert app.test_client().get("/check").status_code == 200, "only reading is bounded"
    go.set()
    for thread in threads:
        thread.join(60)
    assert answers == [200] * checked.AT_ONCE
    assert app.test_client().post("/check", data={"text": "some text"}).status_code == 200


def test_a_place_is_free_again_after_an_error() -> None:
    place = AtMost(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="inside"), place.enter():
            raise ValueError("inside")
    with place.enter(), pytest.raises(TooBusy), place.enter():
        pass


def test_calls_that_hang_are_left_after_a_while_and_never_become_more() -> None:
    calls, go = BoundedCalls(limit=2, seconds=0.05), threading.Event()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            calls.run(go.wait)
    with pytest.raises(TooBusy):
        calls.run(lambda: "not asked")
    go.set()
    end = time.monotonic() + 60
    while True:
        try:
            assert calls.run(lambda: "asked") == "asked"
            break
        except TooBusy:
            assert time.monotonic() < end
    with pytest.raises(KeyError):
        calls.run(lambda: {}["what it raises"])


def test_a_login_at_a_wiki_that_hangs_ends_in_time_and_the_next_one_at_once(
    hanging: str,
) -> None:
    hand = Handshake(
        index=f"{hanging}/w/index.php",
        consumer=Token("key", "secret"),
        user_agent="tests",
        seconds=0.2,
        at_once=1,
    )
    with pytest.raises(LoginFailed) as first:
        hand.start(callback="http://127.0.0.1/login/done")
    assert first.value.code == "time-out"
    assert Handshake(index="x", consumer=Token("", ""), user_agent="")._calls.seconds == 5.0


def test_login_needs_an_address_that_no_client_can_choose(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    wiki = {"CXC_OAUTH_WIKI": "https://meta.wikimedia.org/w/index.php"}
    for wrong in ({}, {"CXC_WEB_ADDRESS": "http://example.org"}, {"CXC_WEB_ADDRESS": "example"}):
        with pytest.raises(SettingsError, match="CXC_WEB_ADDRESS"):
            app_over(path, **OAUTH, **wiki, **wrong)
    for right in ({"CXC_WEB_ADDRESS": "https://example.org/"}, {"CXC_TOOL": "exchange"}):
        app = app_over(path, **OAUTH, **wiki, **right)
        assert app.config["SESSION_COOKIE_SECURE"] is True
        assert app.config["SESSION_COOKIE_NAME"] == "__Host-exchange"
    local = app_over(path, **OAUTH, CXC_OAUTH_WIKI="http://127.0.0.1:9/w/index.php")
    assert local.config["SESSION_COOKIE_SECURE"] is False


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 0),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1),
        (b"POST / HTTP/1.1\r\ncontent-LENGTH: 4\r\n\r\nabc", 0),
        (b"POST / HTTP/1.1\r\ncontent-LENGTH: 4\r\n\r\nabcd", 1),
        (b"POST / HTTP/1.1\r\nX-Content-Length: 9\r\n\r\n", 1),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 1),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_REQUEST + 1), 413),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD, 431),
    ],
)
def test_a_request_is_complete_or_not_or_refused(data: bytes, state: int) -> None:
    assert request_state(data) == state
    assert request_state(bytearray(data)) == state


def test_workers_stay_and_have_threads_beside_all_that_may_be_held_up() -> None:
    config = runpy.run_path(str(Path(__file__).parents[3] / "config/gunicorn.py"))
    assert config["max_requests"] == 0
    assert config["threads"] > CALLS_AT_ONCE + checked.AT_ONCE


@pytest.mark.parametrize("language", ["en", "ar", "hi"])
def test_a_first_visit_takes_at_most_40_kb(
    client: FlaskClient, people: list[Profile], language: str
) -> None:
    # What a browser loads is measured in tests/e2e/browser/test_first_visit.py.
    asked = {"Accept-Encoding": "gzip, br", "Accept-Language": language}
    for name, path in addresses(people).items():
        page = client.get(path, headers=asked)
        assert page.headers["Content-Encoding"] == "gzip", name
        assert "Accept-Encoding" in page.headers["Vary"], name
        html = gzip.decompress(page.data).decode()
        taken = len(page.data)
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
            taken += len(client.get(asset.replace("&amp;", "&"), headers=asked).data)
        assert taken <= MOST_OF_A_FIRST_VISIT, (name, taken)


def test_what_is_compressed_is_the_same_and_is_cached_apart(client: FlaskClient) -> None:
    for path, type_ in (("/", "text/html"), ("/static/site.css", "text/css"),
                        ("/api/v1/capacities", "application/json"),
                        ("/static/icon.svg", "image/svg+xml")):  # fmt: skip
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert plain.mimetype == packed.mimetype == type_
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
        body = packed.data
        if packed.headers.get("Content-Encoding") == "gzip":
            assert int(packed.headers["Content-Length"]) == len(body)
            body = gzip.decompress(body)
        assert body == plain.data
        tag = packed.headers["ETag"]
        assert tag.startswith("W/") or "Content-Encoding" not in packed.headers
        again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    refused = client.get("/", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


def test_pages_with_a_cookie_stay_uncompressed(app: Flask) -> None:
    # Beside the CSRF token they hold words from the address: a compressed length tells on both.
    client = app.test_client()
    client.set_cookie("exchange", "something")
    page = client.get("/search?q=guess", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_the_addresses_of_assets_change_with_every_file_that_is_served(tmp_path: Path) -> None:
    package = Path(http.__file__).parent
    names = {path.name for path in digest_files(package)}
    assert {"combobox.js", "icon.svg", "world.json", "site.css", "base.html", "en.json"} <= names
    copy = tmp_path / "webtool"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = http.digest_of(copy)
    assert http.digest_of(copy) == before
    for name in ("static/combobox.js", "static/icon.svg", "map/world.json"):
        (copy / name).write_bytes((copy / name).read_bytes() + b" ")
        after = http.digest_of(copy)
        assert after != before, name
        before = after
