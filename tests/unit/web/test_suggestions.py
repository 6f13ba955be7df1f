"""The two questions on the first page, and what their fields suggest."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exchange.model import Offer, Profile, Want
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over


@pytest.fixture
def kites(tmp_path: Path) -> FlaskClient:
    """A tool in which two people wrote the same thing that is in no list."""
    path = tmp_path / "exchange.db"
    store = Store.open(f"sqlite:///{path}")
    store.profiles.save_many(
        [
            Profile("user:1", "Sample Ada", wants=(Want("unlisted:flying kites", "Flying kites"),)),
            Profile("user:2", "Sample Ben", offers=(Offer("unlisted:flying kites", "flying kites"),)),
            Profile("user:3", "Sample Cleo", offers=(Offer("lua", "Lua"),)),
        ]
    )  # fmt: skip
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.close()
    return app_over(path).test_client()


def test_names_in_every_language_are_suggested_in_the_reader_s(client: FlaskClient) -> None:
    told = client.get("/suggestions?q=fotograf&uselang=fr").get_json()
    assert told["capacities"][0]["name"] == "photographie"
    assert told["capacities"][0]["written"].lower().startswith(("fotograf", "fotoğraf"))
    assert told["capacities"][0]["lang"]
    assert told["sure"] is True
    told = client.get("/suggestions?q=wikdata").get_json()
    assert told["capacities"][0] == {"name": "Wikidata", "written": "", "lang": ""}
    assert told["sure"] is False


def test_what_is_not_listed_says_so_and_how_many_wrote_the_same(kites: FlaskClient) -> None:
    for words in ("flying kites", "Flying%20%20KITES"):
        said = kites.get(f"/suggestions?q={words}").get_json()["said"]
        assert said == "Not in the list yet: kept as you wrote it. 2 others wrote the same."
    assert "first to write this" in kites.get("/suggestions?q=juggling").get_json()["said"]
    own = kites.get("/suggestions?q=flying kites&without=user:1").get_json()["said"]
    assert own.endswith("1 other person wrote the same."), "whoever writes is none of the others"
    assert kites.get("/suggestions?q=Lua").get_json()["said"] == ""
    assert kites.get("/suggestions?q=wikid").get_json()["said"] == "", "it is on its way"
    assert kites.get("/suggestions?q=").get_json() == {"capacities": [], "said": "", "sure": False}


def test_the_search_box_suggests_places_and_people_too(kites: FlaskClient) -> None:
    """And says what they are; whoever cannot be found by a country is not found by it here."""

    def told(query: str) -> list[tuple[str, str]]:
        rows = kites.get(f"/suggestions?all=1&{query}").get_json()["capacities"]
        return [(row["name"], row["written"]) for row in rows]

    assert told("q=sample") == [
        ("Sample Ada", "person"),
        ("Sample Ben", "person"),
        ("Sample Cleo", "person"),
    ]
    assert told("q=SAMPLE%20B") == [("Sample Ben", "person")]
    assert ("Nigeria", "Country") in told("q=niger")
    assert ("Deutschland", "Land") in told("q=deutschl&uselang=de")
    assert ("Sub-Saharan Africa", "Region") in told("q=sub-s")
    assert ("East, Southeast Asia, & Pacific", "Region") in told("q=eseap")
    assert not any(kind == "Country" for _, kind in told("q=iran"))
    assert told("q=lua")[0][0] == "Lua"
    assert told("q=") == []
    assert kites.get("/suggestions?q=sample").get_json()["capacities"] == []


def test_suggestions_are_cached_by_what_they_depend_on(client: FlaskClient) -> None:
    first = client.get("/suggestions?q=lua")
    tag = first.headers["ETag"]
    again = client.get("/suggestions?q=lua", headers={"If-None-Match": tag})
    assert again.status_code == 304
    other = client.get("/suggestions?q=lua&uselang=de", headers={"If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("what", "leads_to"),
    [
        ("Lua", "/search?capacity=lua&direction=offer"),
        ("  FOTOGRAFIE ", "/search?capacity=photography&direction=offer"),
        ("flying kites", "/search?q=flying+kites&direction=offer"),
        ("a & b=c", "/search?q=a+%26+b%3Dc&direction=offer"),
        ("", "/search?direction=offer"),
    ],
)
def test_a_question_is_answered_by_a_search_that_can_be_kept(
    client: FlaskClient, what: str, leads_to: str
) -> None:
    answer = client.get("/search", query_string={"direction": "offer", "what": what})
    assert answer.status_code == 302
    assert answer.location == leads_to
    assert client.get(answer.location).status_code == 200


def test_a_question_keeps_the_language(client: FlaskClient) -> None:
    answer = client.get("/search?what=Lua&direction=want&uselang=yo")
    assert answer.location == "/search?uselang=yo&capacity=lua&direction=want"


def test_without_a_script_the_names_are_in_the_page(client: FlaskClient) -> None:
    page = unescape(client.get("/?uselang=de").text)
    assert '<option value="Fotografie">' in page
    assert page.count('list="capacities"') == 2
    assert page.count("<select") == 0


def test_all_our_scripts_together_are_small() -> None:
    static = Path(__file__).parents[3] / "webtool/static"
    assert sum(file.stat().st_size for file in static.rglob("*.js")) <= 5_000
