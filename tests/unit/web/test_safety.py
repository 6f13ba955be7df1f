"""What goes with every answer: headers, no cookies, ETags, friendly failures."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.model import Profile
from exchange.settings import load as load_settings
from exchange.store.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import address, addresses, app_over, filled
from webtool import create_app
from webtool.codex import __main__ as codex
from webtool.context import context
from webtool.http import ALWAYS
from webtool.map import shade_bounds, shade_levels

ROOT = Path(__file__).parents[3]
OTHERS = (
    "/healthz", "/robots.txt", "/search.csv", "/feeds/wants.atom", "/api/openapi.json",
    "/api/v1/profiles", "/api/v1/profiles?size=0", "/api/v1/nothing", "/static/site.css",
    "/reports/gaps.json",
)  # fmt: skip


def test_every_answer_has_the_headers_and_no_cookie(
    client: FlaskClient, people: list[Profile]
) -> None:
    for page in (*addresses(people).values(), *OTHERS):
        answer = client.get(page)
        for name, value in ALWAYS.items():
            assert answer.headers.get(name) == value, (page, name)
        assert "Set-Cookie" not in answer.headers, page
    assert client.post("/search").headers["Content-Security-Policy"]


def test_nothing_on_a_page_comes_from_elsewhere(client: FlaskClient, people: list[Profile]) -> None:
    for page in addresses(people).values():
        html = client.get(page).text
        loaded = re.findall(
            r'<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)="([^"]*)"', html
        )
        assert all(one.startswith("/") for one in loaded), page


def test_people_are_not_for_search_engines(client: FlaskClient, people: list[Profile]) -> None:
    for page in (address(people[0]), "/search?q=a"):
        assert '<meta name="robots" content="noindex' in client.get(page).text
    assert client.get("/search.csv").headers["X-Robots-Tag"] == "noindex"
    assert client.get("/api/v1/profiles").headers["X-Robots-Tag"] == "noindex"


def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, people: list[Profile]) -> None:
    for page in ("/", "/search?q=a", address(people[0]), "/api/v1/capacities", "/reports/gaps"):
        first = client.get(page)
        tag = first.headers["ETag"]
        again = client.get(page, headers={"If-None-Match": tag})
        assert again.status_code == 304, page
        assert not again.data
        other = client.get(page, headers={"If-None-Match": tag, "Accept-Language": "de"})
        assert other.status_code == 200, page


def test_an_etag_changes_with_the_store(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 3)
    client = app_over(tmp_path / "one.db").test_client()
    tags = [client.get("/").headers["ETag"]]
    run = store.runs.begin("match", at=NOW)
    tags.append(client.get("/").headers["ETag"])
    store.runs.end(run, at=NOW, status=0, counts={})
    tags.append(client.get("/").headers["ETag"])
    store.metadata.set("index-build", "second", at=NOW)
    tags.append(client.get("/").headers["ETag"])
    assert len(set(tags)) == 4


def test_while_the_database_is_away_pages_say_so_and_healthz_answers() -> None:
    settings = load_settings({"CXC_DATABASE": "mysql+pymysql://nobody@127.0.0.1:9/none"})
    client = create_app(settings, Store.open(settings.database_url, migrated=False)).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/search?uselang=de")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Die Datenbank antwortet gerade nicht" in answer.text
    problem = client.get("/api/v1/profiles")
    assert problem.status_code == 503
    assert problem.mimetype == "application/problem+json"
    assert "Retry-After" in problem.headers


def test_an_error_inside_shows_nothing_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    with app.app_context():
        monkeypatch.setattr(type(context().store.profiles), "get_many", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = app.test_client().get("/search?q=wikidata")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_an_error_inside_the_api_is_a_problem_that_shows_nothing_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    with app.app_context():
        monkeypatch.setattr(type(context().store.profiles), "get_many", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = app.test_client().get("/api/v1/profiles?q=wikidata")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.get_json()["detail"]
    assert "secret" not in answer.text


def test_only_a_file_whose_address_changes_with_it_is_kept_for_ever(client: FlaskClient) -> None:
    sheet = re.findall(r'href="(/static/site\.css[^"]*)"', client.get("/").text)[0]
    assert "immutable" in client.get(sheet).headers["Cache-Control"]
    for other in ("/static/site.css", "/static/none.css?v=1"):
        assert client.get(other).headers["Cache-Control"] == "no-cache"


def test_what_is_not_there_is_asked_for_again_and_can_be_searched_for(client: FlaskClient) -> None:
    answer = client.get("/people/Jos%C3%A9_P%C3%A9rez")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-cache"
    assert 'value="José Pérez"' in answer.text


def test_a_csv_runs_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 2)
    store.profiles.save_many([Profile("user:9", "=HYPERLINK(1)", affiliations=("@SUM(1)", "-1"))])
    store.metadata.set("index-build", "second", at=NOW)
    store.close()
    text = app_over(tmp_path / "one.db").test_client().get("/search.csv").text
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'@SUM(1); -1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_long_address_and_strange_bytes_are_answered(client: FlaskClient) -> None:
    for page in (
        "/search?q=" + "a" * 5000,
        "/search?" + "&".join(f"country=C{n}" for n in range(400)),
        "/search?q=%ff%fe%00",
        "/people/%00",
        "/people/" + "x" * 3000,
        "/capacities/" + "y" * 3000,
        "/places/%22%3E",
        "/reports/..%2f..%2fetc",
        "/requests?page=99999999999",
        "/map?capacity=nothing",
    ):
        assert client.get(page).status_code in (200, 404), page


def test_vendored_files_are_the_ones_that_were_vendored() -> None:
    folder = ROOT / "webtool" / "static" / "vendor"
    listed = json.loads((folder / "vendored.json").read_text(encoding="utf-8"))["files"]
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("vendored.json", "README.md")
    }
    assert found == {name for name in listed if not name.startswith("..")}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_the_styles_of_codex_are_those_that_the_pages_use() -> None:
    assert codex.TARGET.read_text(encoding="utf-8") == codex.current_styles()
    css = codex.TARGET.read_text(encoding="utf-8")
    source = codex.SOURCE.read_text(encoding="utf-8")
    assert "message__icon:lang(ar)" in source
    assert "message__icon:lang(" not in css, "in Arabic a warning shows a warning's sign, too"
    for name in codex.used_classes(ROOT / "webtool"):
        # A rule of its own: others may need further classes that no page uses.
        alone = re.compile(rf"[}},]\.{name}[{{,]")
        assert not alone.search(source) or f".{name}" in css, name
    assert "cdx-dialog" not in css


def test_the_values_of_codex_are_those_that_styles_use() -> None:
    css = codex.TARGET.read_text(encoding="utf-8")
    served = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "webtool/static").rglob("*.css")
    )
    used = set(re.findall(r"var\(\s*(--[a-z0-9-]+)", served))
    for source, part in (
        (codex.TOKENS, css.partition("@media")[0]),
        (codex.DARK_TOKENS, css.partition("(prefers-color-scheme:dark)")[2].partition("}}")[0]),
    ):
        there = set(re.findall(r"^ +(--[a-z0-9-]+):", source.read_text(encoding="utf-8"), re.M))
        assert set(re.findall(r"(--[a-z0-9-]+):", part)) == there & used
    assert "--color-option-pink" not in css


def test_a_value_that_another_is_made_of_is_used_with_it() -> None:
    values = [("--a", "var( --b )"), ("--b", "calc(1px + var(--c))"), ("--c", "1px"), ("--d", "2")]
    assert codex.used_tokens("p{color:var( --a, red)}", values) == {"--a", "--b", "--c"}
    assert codex.used_tokens("p{color:red}", values) == frozenset()


def test_shades_hold_equally_many_numbers_and_keep_zero_apart() -> None:
    values = {f"C{number}": number for number in range(11)}
    shades = shade_levels(values)
    assert shades["C0"] == "s0"
    assert [shades[f"C{number}"] for number in (1, 2, 3, 10)] == ["s1", "s1", "s2", "s5"]
    assert shade_bounds(values)[0] == ("s0", 0, 0)
