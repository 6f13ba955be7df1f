"""The page of data files: every file that it lists, downloaded and held against what it says."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.reports import Licence, list_reports
from webtool.http import DATA_FILES

FILE = re.compile(
    r'<a href="([^"]+)" type="([^"]+)">([^<]+)</a> <span class="hint">Licence: <bdi>([^<]+)</bdi>'
)
ROW = re.compile(
    r"<tr><th scope=\"row\"><code[^>]*>(.*?)</code></th><td>(.*?)</td><td><code[^>]*>(.*?)</code></td><td>(.*?)</td></tr>"
)
Listed = dict[str, tuple[str, Licence, list[tuple[str, ...]]]]


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def listed(client: FlaskClient) -> Listed:
    """What the page says: by address the media type, the licence and the columns."""
    html = client.get("/data").text
    found: Listed = {}
    starts = [*FILE.finditer(html)]
    for at, link in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(html)
        rows = [tuple(map(plain, row)) for row in ROW.findall(html[link.end() : end])]
        address = urlsplit(unescape(link[1]))
        found[address.path] = (link[2], Licence(link[4]), rows)
    return found


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    text = client.get(address).text
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def fits(kind: str, cell: str) -> bool:
    if not cell or kind == "string":
        return True
    try:
        {"integer": int, "number": float, "date": date.fromisoformat}[kind](cell)
    except ValueError:
        return False
    return True


def test_every_file_of_the_page_is_there_with_the_columns_that_it_says(client: FlaskClient) -> None:
    files = listed(client)
    tables = 0
    for address, (media, licence, columns) in files.items():
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, media), address
        assert f'<{licence.address}>; rel="license"' in answer.headers.getlist("Link"), address
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (media == "text/csv") == bool(columns), address
        if media == "image/svg+xml":
            assert licence in answer.text, address
            continue
        if not columns:
            assert licence in (answer.get_json().get("licence"), answer.get_json().get("license"))
            continue
        tables += 1
        head, *rows = rows_of(client, address)
        assert head == [name for name, *_ in columns], address
        assert all(meaning for _, meaning, *_ in columns), address
        for row in rows:
            for cell, (name, _, kind, _) in zip(row, columns, strict=True):
                assert fits(kind, cell), (address, name, cell)
            assert row[head.index("licence")] == licence
    assert tables > len(list_reports())


def test_the_units_are_those_in_the_reports(client: FlaskClient) -> None:
    files = listed(client)
    compared = 0
    for report in list_reports():
        for sheet in client.get(f"/reports/{report.id}.json").get_json()["sheets"]:
            columns = files[f"/reports/{report.id}.{sheet['id']}.csv"][2]
            units = {name: unit for name, _, _, unit in columns}
            for one in sheet["columns"]:
                compared += 1
                assert units[one["name"]] == one["unit"]
    assert compared > 100


def test_the_data_package_says_the_same(client: FlaskClient) -> None:
    package = client.get("/datapackage.json").get_json()
    files = listed(client)
    names = [one["name"] for one in package["resources"]]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9._-]+", name) for name in names)
    said: dict[str, Any] = {urlsplit(one["path"]).path: one for one in package["resources"]}
    assert said.keys() == files.keys()
    for address, (media, licence, columns) in files.items():
        one = said[address]
        assert one["mediatype"] == media
        assert " AND ".join(each["name"] for each in one["licenses"]) == licence
        fields = one.get("schema", {}).get("fields", [])
        assert [
            (each["name"], each["title"], each["type"], each.get("unit", "")) for each in fields
        ] == columns


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_page_names_columns_in_the_readers_language(client: FlaskClient, language: str) -> None:
    here = client.get("/datapackage.json").get_json()["resources"]
    there = client.get(f"/datapackage.json?uselang={language}").get_json()["resources"]
    assert [one["name"] for one in here] == [one["name"] for one in there]
    titles = [
        [field["title"] for one in each for field in one.get("schema", {}).get("fields", [])]
        for each in (here, there)
    ]
    same = [one for one, other in zip(*titles, strict=True) if one == other]
    assert len(set(same)) < len(set(titles[0])) / 4, same


def test_no_file_is_missing_on_the_page(app: Flask, client: FlaskClient) -> None:
    """Whatever answers with a file for programs is on the page, or among the feeds or the API."""
    endpoints = {app.url_map.bind("localhost").match(address)[0] for address in listed(client)}
    elsewhere = {"data.show_package", "api.show_openapi", "api.show_feed", "api.show_search_feed"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        example = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule)
        if example.endswith(DATA_FILES) and rule.endpoint not in elsewhere:
            assert rule.endpoint in endpoints, rule.rule
