"""Every page: it answers, in every language, and what is on it is true."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Offer, Profile
from exchange.store.facade import Store
from tests.search.movement import NOW, movement
from tests.web.site import address, addresses, app_over, filled
from webtool.reader import languages

PAGES = sorted(addresses(movement(240, directory=load())))


@pytest.fixture(scope="module")
def pages(people: list[Profile]) -> dict[str, str]:
    return addresses(people)


def text_of(html: str) -> str:
    """Give what a reader sees."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers(client: FlaskClient, pages: dict[str, str], name: str) -> None:
    answer = client.get(pages[name])
    assert answer.status_code == (404 if name == "missing" else 200)
    html = answer.text
    assert html.count("<h1") == 1
    assert "⧼" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


@pytest.mark.parametrize("language", languages())
def test_every_page_speaks_every_language_and_leaves_no_word_out(
    client: FlaskClient, pages: dict[str, str], language: str
) -> None:
    for page in pages.values():
        sign = "&" if "?" in page else "?"
        html = client.get(f"{page}{sign}uselang={language}").text
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert "⧼" not in html
        assert "{{PLURAL" not in html
        links = re.findall(r'href="(/(?!static)[^"]*)"', html)
        stay = [link for link in links if "openapi" not in link and "uselang=" not in link]
        assert not stay, page


def test_a_language_that_cldr_lacks_works(client: FlaskClient) -> None:
    for code in ("dag", "arz", "pnb", "be-x-old", "zh-yue", "simple", "skr"):
        answer = client.get(f"/search?uselang={code}&q=wikidata")
        assert answer.status_code == 200, code
    assert 'dir="rtl"' in client.get("/?uselang=arz").text


def test_nonsense_for_a_language_is_passed_over(client: FlaskClient) -> None:
    for code in ("%3Cscript%3E", "xx-none", "a" * 500, "../../etc/passwd", "%00", ""):
        html = client.get(f"/?uselang={code}", headers={"Accept-Language": "fr;q=0.9, de;q=0.5"})
        assert '<html lang="fr" dir="ltr">' in html.text


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("pt-BR,en;q=0.5", "pt"),
        ("de-AT", "de"),
        ("tlh,ja;q=0.8,es;q=0.7", "es"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browser_says_the_language(client: FlaskClient, accepted: str, shown: str) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{shown}"' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_person_page_shows_what_the_bot_read(client: FlaskClient, people: list[Profile]) -> None:
    person = people[0]
    seen = text_of(client.get(address(person)).text)
    assert person.name in seen
    assert str(person.revision) in seen
    assert person.page in seen
    assert "Nigria" in seen
    assert "<b>soon</b>" in seen  # as text: what somebody wrote is never markup


def test_helpers_come_with_reasons(client: FlaskClient, people: list[Profile]) -> None:
    pages = [client.get(address(one)).text for one in people if one.wants][:40]
    shown = [page for page in pages if 'class="match"' in page]
    assert shown
    assert all('class="reasons"' in page for page in shown)
    assert "Both speak" in text_of(shown[0])


def test_a_name_as_an_address_has_it_leads_to_the_person(
    client: FlaskClient, people: list[Profile]
) -> None:
    group = next(one for one in people if one.is_group)
    answer = client.get(address(group).replace("/groups/", "/people/"))
    assert answer.status_code == 302
    assert answer.location == address(group)


def test_the_map_shows_zero_and_no_data_as_two_things(client: FlaskClient) -> None:
    html = client.get("/map?measure=assets").text
    assert "no data" in html
    assert re.search(r'class="land s0"[^>]*><title>[^<]*: 0</title>', html)
    assert re.search(r'class="land"[^>]*><title>[^<]*: no data</title>', html)


def test_every_number_of_the_map_stands_in_the_table(client: FlaskClient) -> None:
    html = client.get("/map?measure=needs").text
    drawn = dict(re.findall(r'class="land s\d[^>]*><title>([^<]*): (\d+)</title>', html))
    table = re.findall(
        r'<th scope="row"><a href="[^"]*">([^<]*)</a></th><td class="num">\d+</td>'
        r'<td class="num">(\d+)</td>',
        html,
    )
    assert len(drawn) > 20
    assert drawn.items() <= dict(table).items()


def test_a_search_is_one_query_in_all_its_views(client: FlaskClient) -> None:
    query = "q=wikidata&direction=offer"
    total = client.get(f"/api/v1/profiles?{query}").json["total"]  # type: ignore[index]
    rows = client.get(f"/search.csv?{query}").text.strip().split("\r\n")
    assert len(rows) - 1 == total > 3
    assert f"{total} people and groups" in client.get(f"/search?{query}").text
    assert f"{total} people and groups" in client.get(f"/search?{query}&view=table").text


def test_a_chosen_filter_can_be_taken_away(client: FlaskClient) -> None:
    html = client.get("/search?q=a&language=fr&language=en&country=NG").text
    links = [
        unescape(link) for link in re.findall(r'class="chip chip--remove" href="([^"]*)"', html)
    ]
    assert links == [
        "/search?q=a&language=en&country=NG",
        "/search?q=a&language=fr&country=NG",
        "/search?q=a&language=fr&language=en",
    ]


def test_the_first_page_begins_with_the_newest_requests(
    client: FlaskClient, people: list[Profile]
) -> None:
    asked = [one for one in people if one.edited and any(want.request for want in one.wants)]
    newest = max(one.edited for one in asked if one.edited)
    html = client.get("/").text
    first = re.search(r'<li class="request">.*?<bdi>(.*?)</bdi>', html, re.S)
    assert first
    assert unescape(first[1]) in {one.name for one in asked if one.edited == newest}
    assert re.search(r'class="request__page" href="[^"]*title=[^"]+"', html)


def test_countries_stand_by_their_names_in_the_readers_language(client: FlaskClient) -> None:
    for language, expected in (
        ("en", ["France", "Germany", "Poland"]),
        ("de", ["Deutschland", "Frankreich", "Polen"]),
    ):
        html = client.get(f"/places?uselang={language}").text
        names = re.findall(r'<a class="chip" href="/places/[^"]*">(\S+) <', html)
        assert [name for name in names if name in expected] == expected


def test_a_place_without_profiles_leads_to_its_region(client: FlaskClient) -> None:
    html = client.get("/places/IS").text
    assert "Nobody from here has a profile yet" in html
    assert re.search(r'whole region: <a href="/places/NWE">', html)


def test_a_capacity_leads_to_who_could_learn_it_together(
    client: FlaskClient, database: Path
) -> None:
    together = Store.open(f"sqlite:///{database}").rounds.cohorts()
    assert together
    html = client.get(f"/capacities/{together[0].capacity}").text
    assert '<a href="/reports/cohorts">' in html
    assert 'href="/reports/cohorts"' not in client.get("/capacities/finance").text


def test_the_status_tells_when_the_wiki_was_read(database: Path) -> None:
    for hours, said in ((0, "less than an hour ago"), (3, "3 hours ago"), (72, "3 days ago")):
        then = (NOW + timedelta(hours=hours)).isoformat()
        seen = text_of(app_over(database, CXC_NOW=then).test_client().get("/status").text)
        assert f"The wiki was read {said}" in seen


def test_in_arabic_lists_numbers_and_arrows_go_its_way(client: FlaskClient) -> None:
    text = "{{Capacity Exchange profile|offers=Lua (mentoring, training; expert)|languages=en-3, fr-2, yo-N}}"
    for language, comma in (("ar", "،"), ("de", ","), ("yo", ",")):
        seen = text_of(client.post(f"/check?uselang={language}", data={"text": text}).text)
        assert len(re.findall(rf"\) {comma} ", seen)) == 2, language
    assert re.search(r'<span dir="ltr">\+\d', client.get("/places?uselang=ar").text)


def test_rows_of_a_plot_have_labels_that_differ(client: FlaskClient) -> None:
    html = client.get("/reports/interventions").text
    labels = re.findall(r'class="plot__label"[^>]*>([^<]*)<', html)
    assert len(labels) == len(set(labels)) > 3


def test_check_reads_what_is_pasted_and_tells_problems(client: FlaskClient) -> None:
    text = "{{Capacity Exchange profile\n|offers=Wikidata\n|country=Nigria\n|colour=blue\n}}"
    seen = text_of(client.post("/check", data={"text": text}).text)
    assert "One profile was found" in seen
    assert "“Nigria” is no country" in seen
    assert "NG (Nigeria)" in seen
    assert "There is no parameter “colour”" in seen


def test_check_reads_hostile_text(client: FlaskClient) -> None:
    for text in (
        "{{a|" * 20_000,
        "{" * 50_000 + "}" * 50_000,
        "\x00<script>alert(1)</script>",
        "'''" * 9999,
    ):
        answer = client.post("/check", data={"text": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_check_refuses_what_is_too_large(client: FlaskClient) -> None:
    answer = client.post("/check", data={"text": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_what_people_write_is_never_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    person = Profile(
        "user:1",
        "Evil </script><script>alert(1)</script>",
        page="User:Evil",
        page_id=1,
        about=evil,
        offers=(Offer(f"unlisted:{evil}", text=evil, note=evil),),
        affiliations=(evil,),
        projects=(evil,),
    )
    store = filled(tmp_path / "evil.db", 3)
    store.profiles.save_many([person])
    store.close()
    client = app_over(tmp_path / "evil.db").test_client()
    for page in (
        address(person),
        "/search?q=evil",
        "/search?q=%3Cscript%3Ealert",
        "/capacities",
        "/",
        "/search?view=table",
        "/reports/queue",
        "/reports/places",
        "/nothing/%3Cscript%3E",
    ):
        html = client.get(page).text
        assert "<script>alert" not in html, page
        assert "<img src=x" not in html, page


def test_a_changed_store_is_seen_at_once(tmp_path: Path) -> None:
    filled(tmp_path / "one.db", 5).close()
    client = app_over(tmp_path / "one.db").test_client()
    assert "Newcomer" not in client.get("/search").text
    store = Store.open(f"sqlite:///{tmp_path / 'one.db'}")
    store.profiles.save_many([Profile("user:99", "Newcomer", offers=(Offer("wikidata"),))])
    assert "Newcomer" not in client.get("/search").text
    store.notes.set("index-build", "second", at=NOW)
    assert "Newcomer" in client.get("/search").text


def test_an_empty_store_has_pages_too(tmp_path: Path) -> None:
    app: Flask = app_over(tmp_path / "empty.db")
    client = app.test_client()
    for page in (
        "/",
        "/search?q=x",
        "/search?view=map",
        "/capacities",
        "/places",
        "/places/NG",
        "/map",
        "/reports",
        "/reports/overview",
        "/reports/gaps",
        "/requests",
        "/status",
        "/capacities/finance",
        "/feeds/offers.atom",
        "/api/v1/profiles",
    ):
        assert client.get(page).status_code == 200, page
