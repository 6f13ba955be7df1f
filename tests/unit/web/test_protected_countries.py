"""Whoever lives in a protected country cannot be told from somebody who does not say where.

The same movement is shown twice: once people live in protected countries, once they name only the
region. Every page and file must be the same, byte for byte; only their own pages say what they
wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.publish import figures_page
from exchange.directory import load
from exchange.geography import country_name, region_of
from exchange.model import Cohort, Match, Offer, Profile, ScorePart, Want
from exchange.privacy import CountryProtection
from exchange.reports import build_tables, list_reports, read_report_data
from exchange.reports.labels import Labels
from exchange.reports.wiki_pages import ReportPages, ReportWriter
from exchange.settings import load as load_settings
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW, movement
from tests.unit.web.site import address, addresses, app_over
from webtool.api.openapi import openapi_description
from webtool.context import context_of

PROTECTED = (("TM", "Asia/Ashgabat"), ("ER", "Africa/Asmara"), ("CU", "America/Havana"))


def lived(people: list[Profile], *, said: bool) -> Iterator[Profile]:
    """Move every third person into a protected country, or have them say only the region."""
    for at, one in enumerate(people):
        country, zone = PROTECTED[at // 3 % len(PROTECTED)]
        if at % 3:
            yield one
        elif said:
            named = with_a_room(one, zone.rpartition("/")[2])
            yield replace(named, country=country, region=None, timezone=zone)
        else:
            silent = with_a_room(one, "")
            yield replace(silent, country=None, region=region_of(country), timezone=None)


def with_a_room(one: Profile, place: str) -> Profile:
    """Return somebody who has a room and needs a camera there."""
    room, camera = Offer("venue", place=place), Want("camera", place=place)
    return replace(one, offers=(*one.offers, room), wants=(*one.wants, camera))


def site(folder: Path, people: list[Profile]) -> FlaskClient:
    path = folder / "exchange.db"
    store = Store.open(f"sqlite:///{path}")
    run = store.runs.begin("harvest", at=NOW)
    with store.transaction():
        store.profiles.save_many(people)
        store.rounds.replace(unmet=[], cohorts=[Cohort("wikidata", "en", (people[0].key,))])
        store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.runs.end(run, at=NOW, status=0, counts={"profiles": len(people), "requests": 3})
    return app_over(path).test_client()


@pytest.fixture(scope="module")
def everyone() -> list[Profile]:
    return list(movement(120, directory=load()))


@pytest.fixture(scope="module")
def both(
    everyone: list[Profile], tmp_path_factory: pytest.TempPathFactory
) -> tuple[FlaskClient, FlaskClient]:
    said = site(tmp_path_factory.mktemp("said"), list(lived(everyone, said=True)))
    silent = site(tmp_path_factory.mktemp("silent"), list(lived(everyone, said=False)))
    return said, silent


def published(everyone: list[Profile]) -> list[str]:
    """Every page and file, but for people's own pages and what counts emerging communities.

    That is counted by country, as the whole movement's share; no country can be read off it.
    """
    others = ("person", "group", "report-places")
    pages = [at for name, at in addresses(everyone).items() if not name.startswith(others)]
    files = ["/search?size=100", "/search?view=table&size=100", "/search?q=Turkmenistan"]
    files += [f"/search{form}?q=Havana" for form in ("", ".csv", ".atom")]
    files += ["/search?view=map", "/search.csv", "/map", "/places/CEE", "/places/ESEAP"]
    files += [f"/search?country={country}" for country, _ in PROTECTED]
    files += ["/api/v1/profiles?size=100", "/api/v1/places", "/api/v1/requests?size=100"]
    files += [f"/api/v1/profiles?size=100&country={country}" for country, _ in PROTECTED]
    files += [f"/feeds/{kind}.atom" for kind in ("offers", "wants", "requests")]
    files += [f"/search.atom?country={country}" for country, _ in PROTECTED]
    files += [
        "/search.atom",
        "/search.atom?q=Turkmenistan",
        "/search?country=Kuba",
        "/search?all=country",
    ]
    files += ["/datapackage.json", "/api/openapi.json", "/api/v1/capacities", "/metrics"]
    files += [f"/search.csv?country={country}" for country, _ in PROTECTED]
    files += [f"/places/country/{country}" for country, _ in PROTECTED]
    files += ["/map.csv?measure=unmet", "/map.svg", "/map.svg?region=CEECA", "/search.svg"]
    files += [f"/search.svg?country={country}" for country, _ in PROTECTED]
    for form in ("csv", "svg"):
        files += [
            f"/files/region/CEECA/{sheet}.{form}" for sheet in ("place-offers", "place-wants")
        ]
        files += [f"/files/region/CEECA/{sheet}.{form}" for sheet in ("countries", "place-teach")]
    for report in list_reports():
        if report.id not in COUNTED:
            files += [f"/reports/{report.id}", f"/reports/{report.id}.json"]
            files += [f"/api/v1/reports/{report.id}"]
        for sheet in report.sheets:
            if sheet.id not in ("equity", "fairness"):
                files.append(f"/reports/{report.id}.{sheet.id}.csv")
                files += [f"/reports/{report.id}.{sheet.id}.{form}" for form in ("tab", "svg")]
    for one in everyone:
        # Their own page says what they wrote; no program reads it.
        at = f"/api/v1/profiles/{one.key}"
        files += [at, f"{at}/jsonld"]
    return [*pages, *files]


COUNTED = {"fairness", "overview", "places"}
"""Reports with a share of emerging communities, which is told of the whole movement alone."""


def test_pages_and_files_are_those_of_people_who_do_not_say_their_country(
    both: tuple[FlaskClient, FlaskClient], everyone: list[Profile]
) -> None:
    differing = []
    for at in published(everyone):
        one, other = (client.get(at) for client in both)
        assert one.status_code == other.status_code
        if one.get_data() != other.get_data():
            differing.append(at)
    assert differing == []


def test_the_report_of_places_has_the_same_tables_but_for_emerging_communities(
    both: tuple[FlaskClient, FlaskClient],
) -> None:
    one, other = (client.get("/api/v1/reports/places").get_json() for client in both)
    for body in (one, other):
        body["sheets"] = [each for each in body["sheets"] if each["id"] != "equity"]
    assert len(one["sheets"]) > 3
    assert one == other


def test_the_pages_on_the_wiki_are_those_of_people_who_do_not_say_their_country(
    both: tuple[FlaskClient, FlaskClient],
) -> None:
    written = [dict(wiki_pages(client)) for client in both]
    assert len(written[0]) > 20
    assert any("/places/" in title for title in written[0])
    assert [title for title in written[0] if written[0][title] != written[1].get(title)] == []
    assert written[0].keys() == written[1].keys()
    for text in written[0].values():
        assert not any(country_name(country) in text for country, _ in PROTECTED)


def wiki_pages(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page that the bot writes, but for the share of emerging communities."""
    here = context_of(client.application)
    directory = load()
    facts = read_report_data(
        here.store,
        directory=directory,
        today=NOW.date(),
        protection=here.protection,
    )
    place = ReportPages("Reports", data="Data")
    writer = ReportWriter(Labels.of("en", directory), place, today=NOW.date(), site_language="en")
    for report in list_reports():
        tables = [
            one for one in build_tables(report, facts) if one.sheet.id not in ("equity", "fairness")
        ]
        leaves = report.subpages(facts) if report.subpages else ()
        for page in writer.pages(report, tables, leaves):
            yield page.title, page.text
    figures = figures_page(facts, "Module:Figures.json")
    yield figures.title, figures.text


def test_no_points_of_a_match_tell_such_a_country(
    both: tuple[FlaskClient, FlaskClient], everyone: list[Profile]
) -> None:
    """Whoever lives nearby may fit better; neither a reason nor a sum that lacks one says so."""
    seen = 0
    for one in everyone:
        for match in both[0].get(f"/api/v1/profiles/{one.key}/matches").get_json()["matches"]:
            facts = {
                fact
                for part in match["parts"]
                if part["name"] == "country"
                for fact in part["facts"]
            }
            assert facts.isdisjoint(country for country, _ in PROTECTED)
            assert sum(part["points"] for part in match["parts"]) == pytest.approx(match["score"])
            seen += 1
    assert seen > 50


def test_no_example_of_the_api_lives_in_such_a_country() -> None:
    listed = load_settings({}).privacy.protected_countries
    text = json.dumps(openapi_description())
    said = re.findall(r'"(?:country|addressCountry)": "(\w\w)"', text)
    assert said
    assert not set(said) & set(listed)


@pytest.mark.parametrize("country", [country for country, _ in PROTECTED])
def test_the_page_of_such_a_country_says_why_nobody_is_there(
    both: tuple[FlaskClient, FlaskClient], country: str
) -> None:
    text = both[0].get(f"/places/{country}").get_data(as_text=True)
    assert "Country and Territory Protection List" in text
    found = both[0].get(f"/search?country={country}").get_data(as_text=True)
    assert "Country and Territory Protection List" in found


def test_places_say_how_many_are_in_no_row(both: tuple[FlaskClient, FlaskClient]) -> None:
    for at in ("/places", "/map", "/search?view=map"):
        assert "it is one that is not shown" in both[0].get(at).get_data(as_text=True)


def test_their_own_page_says_what_they_wrote_and_no_machine_reads_it(
    both: tuple[FlaskClient, FlaskClient], everyone: list[Profile]
) -> None:
    one = next(iter(lived(everyone, said=True)))
    page = both[0].get(address(one)).get_data(as_text=True)
    assert country_name("TM") in page
    assert '"addressCountry"' not in page
    body = both[0].get(f"/api/v1/profiles/{one.key}").get_json()
    assert (body["country"], body["region"], body["timezone"]) == (None, region_of("TM"), None)


def test_a_reason_never_names_such_a_country() -> None:
    protection = CountryProtection(frozenset({"TM"}))
    parts = (ScorePart("capacity", 40.0, ("wikidata",)), ScorePart("country", 4.0, ("TM",)))
    match = Match("user:1", "user:2", "wikidata", "wikidata", 44.0, parts)
    assert protection.conceal_match(match) == replace(match, parts=parts[:1], score=40.0)
    other = replace(match, parts=(parts[0], ScorePart("country", 4.0, ("NG",))))
    assert protection.conceal_match(other) is other
    # A capacity may be called like a country.
    named = replace(match, parts=(ScorePart("capacity", 40.0, ("TM",)),))
    assert protection.conceal_match(named) is named


@pytest.mark.parametrize("place", ["Havana", "Cuba", "Kuba", "Asmara, Eritrea", "Гавана"])
def test_the_place_of_a_thing_never_names_such_a_country(place: str) -> None:
    protection = CountryProtection(frozenset({"CU", "ER"}))
    items = (Offer("venue", place=place, note="20 seats"), Offer("venue-2", place="Lagos"))
    one = Profile("user:1", "Ada", offers=items, wants=(Want("camera", place=place),))
    shown = protection.conceal(one)
    assert [each.place for each in (*shown.offers, *shown.wants)] == ["", "Lagos", ""]
    assert shown.offers[0].note == "20 seats"
    about = (ScorePart("capacity", 300.0, ("venue",)), ScorePart("needed", 0.0, (place, "", "")))
    days = (ScorePart("where", 0.0, (place, "", "2027-03-31")),)
    match = Match("user:1", "user:2", "venue", "venue", 300.0, (*about, *days))
    told = protection.conceal_match(match)
    assert told.parts == (about[0], ScorePart("where", 0.0, ("", "", "2027-03-31")))
    assert told.score == 300.0
    elsewhere = replace(match, parts=(ScorePart("where", 0.0, ("Lagos", "", "")),))
    assert protection.conceal_match(elsewhere) is elsewhere
