"""Every page: it answers, in every language, and what is on it is true."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from exchange.directory import load
from exchange.geography import region_of
from exchange.model import USABLE, Cohort, Language, Offer, Profile, Want
from exchange.reports.progress import event_type
from exchange.store.people import OPTED_OUT
from exchange.store.store import Store
from tests.support.examples import slow
from tests.unit.search.movement import NOW, movement
from tests.unit.web.site import address, addresses, app_over, filled
from webtool.context import translated_languages

WRITTEN_APART = {"en", "ar", "ja", "ru", "yo"}
"""Languages of one script, direction or way of counting each: `make test-fast` takes these."""

PAGES = sorted(addresses(movement(240, directory=load())))


@pytest.fixture(scope="module")
def pages(people: list[Profile]) -> dict[str, str]:
    return addresses(people)


def text_of(html: str) -> str:
    """Return what a reader sees."""
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


@pytest.mark.parametrize(
    "language",
    [code if code in WRITTEN_APART else slow(code) for code in translated_languages()],
)
def test_every_page_speaks_every_language_and_leaves_no_word_out(
    client: FlaskClient, pages: dict[str, str], language: str
) -> None:
    for page in pages.values():
        sign = "&" if "?" in page else "?"
        html = client.get(f"{page}{sign}uselang={language}").text
        direction = "rtl" if language in ("ar", "fa") else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert "⧼" not in html
        assert "{{PLURAL" not in html
        # But what is to be shared: others read it in their own.
        links = re.findall(r'href="(/(?!static)[^"]*)"(?! rel="bookmark")', html)
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
        ("tlh,ko;q=0.8,es;q=0.7", "es"),
        ("fa-IR,en;q=0.5", "fa"),
        ("szl,de;q=0.5", "pl"),
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
    shown = [page for page in pages if 'class="match__what"' in page]
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
    alone = set(load().capacities) - {cohort.capacity for cohort in together}
    assert 'href="/reports/cohorts"' not in client.get(f"/capacities/{min(alone)}").text


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


def test_rows_of_a_plot_have_labels_that_differ(client: FlaskClient) -> None:
    html = client.get("/reports/gaps").text
    labels = re.findall(r'class="plot__label"[^>]*>([^<]*)<', html)
    assert len(labels) == len(set(labels)) > 3


def test_check_reads_what_is_pasted_and_tells_problems(client: FlaskClient) -> None:
    text = "{{Capacity Exchange profile\n|offers=Wikidata\n|country=Nigria\n|colour=blue\n}}"
    seen = text_of(client.post("/check", data={"text": text}).text)
    assert "One profile was found" in seen
    assert "“Nigria” is not a country" in seen
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
        "/reports/queue?kind=unlisted",
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
    store.metadata.set("index-build", "second", at=NOW)
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


@pytest.mark.parametrize(
    "text", ["{{ nobody }}", "{% if it.nothing %}{% endif %}", "{{ it.nothing }}"]
)
def test_a_wrong_name_in_a_template_is_an_error(app: Flask, text: str) -> None:
    with app.test_request_context("/"), pytest.raises(UndefinedError):
        render_template_string(text, it=date(2026, 11, 23))


def test_a_country_that_has_the_code_of_a_region_has_a_page_of_its_own(client: FlaskClient) -> None:
    for code, country, region in (
        ("SA", "Saudi Arabia", "South Asia"),
        ("NA", "Namibia", "North America"),
    ):
        assert f"<h1>{country}</h1>" in client.get(f"/places/country/{code}").text
        assert f"<h1>{region}" in client.get(f"/places/{code}").text
    assert client.get("/places/language/xx-nothing").status_code == 404
    assert client.get("/places/affiliate/Nobody").status_code == 404


def test_a_place_has_one_page(client: FlaskClient) -> None:
    answer = client.get("/reports/places/SSA?uselang=fr")
    assert (answer.status_code, answer.location) == (301, "/places/SSA?uselang=fr")
    html = client.get("/places/language/en").text
    assert "Largest unmet wants, who asks, and who could help" in html


# --- the coordinators' queue ----------------------------------------------------------------


def counts_of(html: str) -> dict[str, int]:
    """What the contents of the queue say: how many of each kind."""
    found = re.findall(r'kind=([a-z]+)[^>]*>[^<]*<span class="count">([\d,]+)<', html)
    return {kind: int(number.replace(",", "")) for kind, number in found}


def entries(client: FlaskClient, address: str) -> list[str]:
    """The headings of all rows of one kind, from all its pages."""
    found, at = [], 1
    while True:
        html = client.get(f"{address}&page={at}").text
        section = html[html.index('id="kind-heading"') :]
        found += [text_of(head) for head in re.findall(r"<h3>(.*?)</h3>", section, re.DOTALL)]
        if 'rel="next"' not in section:
            return found
        at += 1


@pytest.mark.parametrize("where", ["", "&region=SSA", "&language=fr", "&region=SSA&language=en"])
def test_the_queue_counts_what_it_shows_whatever_is_filtered(
    client: FlaskClient, where: str
) -> None:
    counts = counts_of(client.get(f"/reports/queue?kind=unanswered{where}").text)
    report = client.get("/reports/queue.json").json
    assert isinstance(report, dict)
    assert list(counts) == [sheet["id"] for sheet in report["sheets"]]
    for kind, number in counts.items():
        assert len(entries(client, f"/reports/queue?kind={kind}{where}")) == number, kind
    if not where:
        assert list(counts.values()) == [sheet["count"] for sheet in report["sheets"]]


def test_a_filter_of_the_queue_shows_people_of_the_place_and_language_alone(
    client: FlaskClient, people: list[Profile]
) -> None:
    address = "/reports/queue?kind=unmatched&region=SSA&language=en"
    here = set(entries(client, address))
    meant = {
        one.name
        for one in people
        if (one.region or region_of(one.country or "")) == "SSA"
        and any(each.code == "en" and each.level >= USABLE for each in one.languages)
    }
    assert here
    assert here <= meant


def test_the_queue_begins_with_what_there_is_and_keeps_a_filter_on_its_way(
    client: FlaskClient,
) -> None:
    html = client.get("/reports/queue?region=SSA&language=en&kind=nonsense&page=99999").text
    assert 'option value="SSA" selected' in html
    assert re.search(r'href="/reports/queue\?kind=unanswered&amp;region=SSA&amp;language=en"', html)
    assert counts_of(html)[re.findall(r'option value="([a-z]+)" selected', html)[0]] > 0
    nothing = client.get("/reports/queue?kind=unmatched&region=nowhere").text
    assert "Nothing here right now" in nothing


# --- invitations to cohorts -----------------------------------------------------------------


def test_an_invitation_is_in_the_cohorts_language_and_leaves_out_who_opted_out(
    tmp_path: Path,
) -> None:
    people = [
        Profile(
            f"user:{n}",
            name,
            page=f"User:{name}",
            page_id=n,
            languages=(Language("de", 5),),
            wants=(Want("wikidata"),),
        )
        for n, name in enumerate(("Ada", "Bo", "Cy", "Dov"), start=1)
    ]
    store = Store.open(f"sqlite:///{tmp_path / 'de.db'}")
    store.profiles.save_many(people)
    keys = tuple(one.key for one in people)
    store.rounds.replace(unmet=[], cohorts=[Cohort("wikidata", "de", keys, hours=(17, 18))])
    store.preferences.set("user:4", OPTED_OUT, "opted-out-list", at=NOW, via="wiki")
    store.metadata.set("index-build", "first", at=NOW)
    store.close()
    client = app_over(tmp_path / "de.db").test_client()
    html = unescape(client.get("/reports/cohorts/wikidata-de?uselang=fr").text)
    draft = re.findall(r'<textarea[^>]*lang="de"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)[0]
    assert draft.startswith("Hallo! Sie möchten etwas über Wikidata lernen.")
    assert "wach: 17:00–19:00 (UTC)" in draft
    assert draft.endswith("* [[:User:Ada|Ada]]\n* [[:User:Bo|Bo]]\n* [[:User:Cy|Cy]]")
    assert "Dov" not in html
    rows = client.get("/reports/cohorts").text.partition("<tbody>")[2]
    assert '<td><a href="/reports/cohorts/wikidata-de">Draft</a></td>' in rows
    begin, register = (parse_qs(urlsplit(each).query) for each in re.findall(
        r'href="(https://wiki[^"]*title=(?:Event|Special)[^"]*)"', html))  # fmt: skip
    event = "Event:Lernen wir zusammen: Wikidata, auf Deutsch"
    assert begin["title"] == [event.replace(" ", "_")]
    assert begin["preload"] == ["Template:Capacity/event"]
    assert begin["preloadparams[]"] == [draft.split("\n\n* [[")[0]]
    assert register == {
        "title": ["Special:EnableEventRegistration"],
        "wpEventPage": [event],
        "wpEventTypes[]": ["meetup"],
    }
    # The same in the words of the extension: no parameter that it does not take, no date of ours.
    taken = tomllib.loads((Path(__file__).parent / "campaign_events.toml").read_text("utf-8"))
    assert event.partition(":")[0] == taken["namespace"]
    assert register.keys() == {"title", taken["page"], taken["types"]}
    assert register["title"] == [f"Special:{taken['special']}"]
    assert not register.keys() & {*taken["dates"]}
    for members, helpers in ((3, 0), (3, 1), (8, 1), (9, 1), (20, 3)):
        keys = tuple(f"user:{n}" for n in range(members + helpers))
        cohort = Cohort("wikidata", "de", keys[:members], helpers=keys[members:])
        assert event_type(cohort) in taken["type"]
