"""The search page where it is asked for what is not there, or for everything at once."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as Tree

import pytest
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Profile, Want
from exchange.settings import load as load_settings
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over, filled
from webtool import create_app
from webtool.pages import search


def total(client: FlaskClient, query: str) -> int:
    found = client.get(f"/api/v1/profiles?{query}").get_json()
    return int(found["total"])


def heading(html: str) -> str:
    found = re.search('<h2 id="results">([^<]*)</h2>', html)
    assert found
    return found[1]


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
    html = client.get("/search?q=volcanology&country=NG").text
    links = re.findall(r'<a class="chip" href="([^"]*)"><span>without', html)
    assert [unescape(link) for link in links] == ["/search?country=NG"]
    html = client.get("/search?q=wikidata&country=NG&country=GH&language=tlh&view=table").text
    shown = re.search(
        r'href="([^"]*)"><span>without <bdi [^>]*>Klingon</bdi></span> <span class="count">(\d+)<',
        html,
    )
    assert shown
    query = unescape(shown[1]).removeprefix("/search?view=table&")
    assert query == "q=wikidata&country=NG&country=GH"
    assert total(client, query) == int(shown[2]) > 0


def test_no_filters_are_offered_where_none_would_leave_anybody(client: FlaskClient) -> None:
    assert 'class="facets"' in client.get("/search?q=wikidata").text
    held = client.get("/search?q=volcanology&country=NG").text
    assert 'id="f-country"' in held, "what is held can be taken back"
    nobody = client.get("/search?q=xqzvkw").text
    assert 'class="facets"' not in nobody
    assert 'href="#filters"' not in nobody


def test_a_typo_is_asked_about_in_a_place_of_its_own(client: FlaskClient) -> None:
    html = client.get("/search?q=wikidatta&country=NG").text
    asked = '<p id="meant">Did you mean <a href="/search?capacity=wikidata">Wikidata</a>?</p>'
    assert asked in " ".join(html.split()).replace("</bdi>", "").replace("<bdi>", "")
    assert 'id="meant"' not in client.get("/search?q=wikidata").text


def test_what_the_words_name_is_said(client: FlaskClient) -> None:
    html = client.get("/search?q=ウィキデータの使い方").text
    assert re.search(r'class="named">.*<a href="/capacities/wikidata">Wikidata</a>', html)


@pytest.mark.parametrize(
    "address",
    ["country=Nirgendwo", "language=xx-nobody", "kind=robot", "capacity=no-such", "region=MOON"],
)
def test_a_filter_that_nothing_can_have_is_told_and_left_out(
    client: FlaskClient, address: str
) -> None:
    html = client.get(f"/search?q=wikidata&{address}").text
    assert re.search(f"“<bdi[^>]*>{address.partition('=')[2]}</bdi>”", html)
    assert heading(html) == heading(client.get("/search?q=wikidata").text) != "Nobody"


def test_a_capacity_may_be_given_by_its_name(client: FlaskClient) -> None:
    html = client.get("/search?capacity=ウィキデータ").text
    assert heading(html) == heading(client.get("/search?capacity=wikidata").text) != "Nobody"


def test_every_value_of_a_long_filter_can_be_reached(client: FlaskClient) -> None:
    few = client.get("/search").text
    link = re.search(r'href="(/search\?all=language[^"]*)">Show all (\d+)<', few)
    assert link
    whole = client.get(unescape(link[1]).partition("#")[0]).text
    ticked = 'type="checkbox" name="language"'
    assert few.count(ticked) == 30
    assert whole.count(ticked) == int(link[2]) > 30


@pytest.mark.parametrize(
    "query",
    ["q=wikidata", "q=photo+contest&direction=offer", "language=fr", "q=amara+nigeria", "q=learn"],
)
def test_a_count_is_what_a_click_gives(client: FlaskClient, query: str) -> None:
    html = client.get(f"/search?{query}&all=language").text
    shown = [
        (facet, value, count)
        for facet, value, count in re.findall(
            r'name="(\w+)" value="([^"]*)" id="[^"]*">'
            r'<label[^>]*>.*? <span class="count">(\d+)</span>',
            html,
        )
        if f"{facet}=" not in query
    ]
    assert {name for name, _, _ in shown} >= {"capacity", "region", "kind"}
    ways = [one for one in shown if one[0] == "direction"]
    for facet, value, count in [*ways, *shown[::9]]:
        assert total(client, f"{query}&{facet}={quote(unescape(value))}") == int(count)


def test_a_long_filter_has_a_field_for_names(client: FlaskClient) -> None:
    html = client.get("/search?uselang=de").text
    field = re.search(r'<input [^>]*name="language" list="([^"]*)"[^>]*>', html)
    assert field
    listed = re.search(rf'<datalist id="{field[1]}">(.*?)</datalist>', html, re.DOTALL)
    assert listed
    whole = client.get("/search?all=language").text
    options = re.findall(r"<option ([^>]*)>", listed[1])
    assert len(options) == whole.count('type="checkbox" name="language"') > 30
    assert 'value="Französisch"' in options
    # "Ga" is a language, and the code of another one.
    assert 'value="gaa" label="Ga"' in options or not any('"Ga"' in one for one in options)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("language=Yoruba", "language=yo"),
        ("language=Twi", "language=tw"),
        ("language=Französisch&language=fr", "language=fr"),
        ("language=&country=Deutschland", "country=DE"),
        ("country=côte d’ivoire", "country=CI"),
        ("region=Sub-Saharan Africa", "region=SSA"),
        ("capacity=Fotowettbewerb", "capacity=photo-contest"),
        ("capacity=Drone Photography", "capacity=unlisted:drone photography"),
        ("affiliation=wikimedia france", "affiliation=Wikimedia France"),
    ],
)
def test_a_filter_takes_a_name_in_any_language(
    client: FlaskClient, written: str, meant: str
) -> None:
    html = client.get(f"/search?{written}").text
    assert heading(html) == heading(client.get(f"/search?{meant}").text)
    facet, _, value = meant.partition("=")
    assert re.search(rf'name="{facet}" value="{value}" id="[^"]*" checked', html)
    assert total(client, written) == total(client, meant)


def test_programs_are_told_too_and_may_have_all_values(client: FlaskClient) -> None:
    found = client.get("/api/v1/profiles?q=wikidata&country=Nirgendwo&kind=robot").get_json()
    assert found["unknown"] == [
        {"facet": "country", "value": "Nirgendwo"},
        {"facet": "kind", "value": "robot"},
    ]
    assert found["total"] == total(client, "q=wikidata")
    few, whole = (
        client.get(f"/api/v1/profiles{asked}").get_json()["facets"]["language"]
        for asked in ("", "?all=language")
    )
    assert len(few) == 30 < len(whole)
    assert whole[:30] == few


def test_a_search_has_a_feed_of_what_was_searched(client: FlaskClient) -> None:
    html = client.get("/search?q=wikidata&language=fr").text
    link = re.search(r'href="(/search\.atom[^"]*)"', html)
    assert link
    feed = client.get(unescape(link[1]))
    assert feed.mimetype == "application/atom+xml"
    root = Tree.fromstring(feed.data)
    space = {"a": "http://www.w3.org/2005/Atom"}
    titles = [one.text or "" for one in root.findall("a:entry/a:title", space)]
    assert titles
    # What RFC 4287 asks of a feed and of each entry.
    ids = [one.text or "" for one in root.iterfind(".//a:id", space)]
    assert len(ids) == len(set(ids)) == len(titles) + 1
    assert all(re.fullmatch(r"tag:[^\s<>\"{}|\\^`]+", one) for one in ids)
    for one in (root, *root.findall("a:entry", space)):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"a:{name}", space)) == 1
        moment = one.findtext("a:updated", "", space)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", moment)
    assert len(root.findall("a:entry/a:author/a:name", space)) == len(titles)
    addresses = {one.attrib["rel"]: one.attrib["href"] for one in root.findall("a:link", space)}
    # The feed and the page that is shared lead to the same search.
    assert addresses["self"].endswith(unescape(link[1]))
    assert addresses["alternate"].endswith("/search?q=wikidata&language=fr")
    assert root.findtext("a:title", namespaces=space) == "Capacity Exchange – wikidata"


def test_a_search_has_a_link_to_share_that_is_in_everybody_s_language(client: FlaskClient) -> None:
    html = client.get("/search?q=wikidata&language=fr&page=2&view=table&uselang=de").text
    link = re.search(r'<a href="([^"]*)" rel="bookmark">Link zu dieser Suche</a>', html)
    assert link
    assert unescape(link[1]) == "/search?view=table&q=wikidata&language=fr"


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
    store.metadata.set(INDEX_VERSION, "second", at=NOW)
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
    monkeypatch.setattr(search, "CSV_ROWS", 100)
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
        assert there.pop("license") == "https://creativecommons.org/licenses/by-sa/4.0/"
        assert {row[-2] for row in rows[1:]} == {"CC-BY-SA-4.0"}
        assert all(row[-1].endswith("&action=history") for row in rows[1:])
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
    monkeypatch.setattr(search, "CSV_ROWS", 100)
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
    assert len(answer.headers.getlist("Link")) == 1, "the licence alone"
    assert len(client.get("/search.csv?part=2").text.splitlines()) == 1


def test_the_status_and_the_first_page_count_the_same(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 60)
    over, again = Want("lua", until=NOW.date() - timedelta(1)), Want("paws", request="User:X/R")
    wants = (over, Want("paws"), again)
    store.profiles.save_many([Profile("user:91", "Late", page_id=91, edited=NOW, wants=wants)])
    store.metadata.set(INDEX_VERSION, "second", at=NOW)
    counts = store.counts(today=NOW.date(), things=load().things)
    store.close()
    client = app_over(tmp_path / "one.db").test_client()
    first, status = (
        dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", client.get(page).text))
        for page in ("/", "/status")
    )
    both = ("People", "Groups", "Offers", "Wants")
    assert [status[name] for name in both] == [first[name] for name in both]
    assert int(first["Wants"]) == counts["wants"], "wants whose day has passed are left out"
    assert "wants whose day has passed are left out" in client.get("/status").text
    assert int(first["People"]) + int(first["Groups"]) == counts["profiles"]
