"""The search page where it is asked for what is not there, or for everything at once."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Profile, Want
from exchange.settings import load as load_settings
from exchange.store.facade import Store
from exchange.store.notes import BUILD
from tests.search.movement import NOW
from tests.web.site import app_over, filled
from webtool import create_app
from webtool.pages import search


def total(client: FlaskClient, query: str) -> int:
    found = client.get(f"/api/v1/profiles?{query}").get_json()
    return int(found["total"])


def test_who_offers_or_wants_or_asked_is_the_union(
    client: FlaskClient, people: list[Profile]
) -> None:
    def those(side: str, id: str) -> set[str]:
        return {one.key for one in people if id in {it.capacity for it in getattr(one, side)}}

    directory = load()
    narrowest = [id for id in directory.capacities if not directory.narrower(id)]
    capacity = max(narrowest, key=lambda id: min(len(those(s, id)) for s in ("offers", "wants")))
    offer, want = those("offers", capacity), those("wants", capacity)
    assert offer - want
    assert want - offer
    asked = "direction=offer&direction=want&direction=request"
    assert total(client, f"capacity={capacity}&{asked}") == len(offer | want)
    assert total(client, f"capacity={capacity}") == len(offer | want)
    html = client.get(f"/search?capacity={capacity}&{asked}").text
    assert f"{len(offer | want)} people and groups" in html


def test_a_value_that_is_no_value_is_shown_as_it_is(client: FlaskClient) -> None:
    for query in ("kind", "method", "direction", "freshness", "language", "country", "region"):
        html = client.get(f"/search?{query}=no-such-thing").text
        assert "⧼" not in html, query
        assert "no-such-thing" in html, query


def test_where_nobody_fits_a_way_on_is_shown(client: FlaskClient) -> None:
    html = client.get("/search?q=wikidatta&country=NG").text
    assert 'Did you mean <a href="/search?capacity=wikidata">Wikidata</a>?' in html
    links = re.findall(r'<a class="chip" href="([^"]*)"><span>without', html)
    assert [unescape(link) for link in links] == ["/search?country=NG"]
    html = client.get("/search?q=wikidata&country=NG&country=GH&language=tlh&view=table").text
    shown = re.search(
        r'href="([^"]*)"><span>without Klingon</span> <span class="count">(\d+)<', html
    )
    assert shown
    query = unescape(shown[1]).removeprefix("/search?view=table&")
    assert query == "q=wikidata&country=NG&country=GH"
    assert total(client, query) == int(shown[2]) > 0


@pytest.mark.parametrize("page", ["9", "1000"])
def test_past_the_last_page_stands_the_last_one(client: FlaskClient, page: str) -> None:
    html = client.get(f"/search?size=100&page={page}").text
    assert "Page 3 of 3" in html
    assert html.count('class="card"') == 40


def test_what_somebody_wanted_until_yesterday_no_longer_counts(tmp_path: Path) -> None:
    day = NOW.date()
    store = filled(tmp_path / "one.db", 2)
    late, last = Want("lua", until=day - timedelta(1)), Want("lua", until=day)
    people = [Profile("user:91", "Late", wants=(late,)), Profile("user:92", "Last", wants=(last,))]
    store.profiles.save_many(people)
    store.notes.set(BUILD, "second", at=NOW)
    store.close()
    for then, names in ((NOW, {"Last"}), (NOW + timedelta(1), set())):
        client = app_over(tmp_path / "one.db", CXC_NOW=then.isoformat()).test_client()
        found = client.get("/api/v1/profiles?capacity=lua&direction=want").get_json()
        assert {one["name"] for one in found["profiles"]} & {"Late", "Last"} == names


def test_the_same_process_leaves_it_out_from_the_next_day_on(tmp_path: Path) -> None:
    clock = [NOW]
    store = Store.open(f"sqlite:///{tmp_path / 'one.db'}")
    wants = (Want("lua", until=NOW.date()),)
    store.profiles.save_many([Profile("user:92", "Last", wants=wants)])
    app = create_app(load_settings({}), store, now=lambda: clock[0])
    client = app.test_client()
    first = client.get("/api/v1/profiles?capacity=lua")
    clock[0] += timedelta(1)
    again = client.get(
        "/api/v1/profiles?capacity=lua", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert first.get_json()["total"] == 1
    assert (again.status_code, again.get_json()["total"]) == (200, 0)


def test_a_result_larger_than_a_file_comes_in_parts_that_lead_to_each_other(
    client: FlaskClient, people: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXPORTED", 100)
    asked: str | None = "/search.csv?sort=name&size=50&page=2&uselang=de"
    nexts, befores, names, keys = [], [], [], []
    while asked:
        answer = client.get(asked)
        assert answer.headers["X-Total-Count"] == str(len(people))
        names.append(answer.headers["Content-Disposition"].partition("filename=")[2])
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows[0][0] == "key"
        keys += [row[0] for row in rows[1:]]
        links = ", ".join(answer.headers.get_all("Link"))
        there = {rel: link for link, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', links)}
        befores.append(there.pop("prev", None))
        asked = there.pop("next", None)
        nexts.append(asked)
        assert not there
    every = [
        client.get(f"/api/v1/profiles?sort=name&size=100&page={n}").get_json() for n in (1, 2, 3)
    ]
    assert keys == [one["key"] for page in every for one in page["profiles"]]
    assert names == ['"profiles.csv"', '"profiles-2.csv"', '"profiles-3.csv"']
    first = "/search.csv?uselang=de&sort=name"
    assert nexts == [f"{first}&part=2", f"{first}&part=3", None]
    assert befores == [None, first, f"{first}&part=2"]


def test_the_page_says_where_a_file_has_not_all_and_leads_to_the_rest(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXPORTED", 100)
    html = client.get("/search?page=2").text
    assert "A CSV file has at most 100 rows; these 240 come in 3 parts:" in html
    links = re.findall(r'<a href="([^"]*)" download>', html)
    assert [unescape(link) for link in links] == [
        "/search.csv", "/search.csv", "/search.csv?part=2", "/search.csv?part=3",
    ]  # fmt: skip
    html = client.get("/search?country=NG").text
    assert "A CSV file has at most" not in html
    assert html.count(" download>") == 1


@pytest.mark.parametrize("part", ["0", "-1", "x", "99999999999", ""])
def test_a_part_that_there_is_not_is_the_first_or_empty(client: FlaskClient, part: str) -> None:
    answer = client.get(f"/search.csv?part={part}")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) in (1, 241)
    assert "Link" not in answer.headers
    assert len(client.get("/search.csv?part=2").text.splitlines()) == 1


def test_the_status_and_the_first_page_count_the_same(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 60)
    over, again = Want("lua", until=NOW.date() - timedelta(1)), Want("paws", request="User:X/R")
    wants = (over, Want("paws"), again)
    store.profiles.save_many([Profile("user:91", "Late", page_id=91, edited=NOW, wants=wants)])
    store.notes.set(BUILD, "second", at=NOW)
    counts = store.contents.counts()
    store.close()
    client = app_over(tmp_path / "one.db").test_client()
    first, status = (
        dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", client.get(page).text))
        for page in ("/", "/status")
    )
    both = ("People", "Groups", "Offers", "Wants")
    assert [status[name] for name in both] == [first[name] for name in both]
    assert int(first["Wants"]) < counts["wants"], "wants whose day has passed are left out"
    assert "wants whose day has passed are left out" in client.get("/status").text
    assert int(first["People"]) + int(first["Groups"]) == counts["profiles"]
