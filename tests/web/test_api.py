"""The API against its own description, its feeds, its errors, its JSON-LD."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from exchange.model import Profile, Want
from exchange.store.notes import BUILD
from exchange.wording import Wording
from tests.search.movement import NOW
from tests.web.site import app_over, filled
from webtool.api.openapi import description
from webtool.api.routes import OPERATIONS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["good questions", "bad questions"])
def test_every_answer_is_as_described(app: Flask, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        try:
            ask()
        except Unsatisfiable:
            continue  # an operation that takes anything has no bad questions
        asked.append(operation.path)
    assert len(asked) >= 10


def test_the_description_is_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(description()).validate()
    assert description()["openapi"] == "3.1.0"
    assert len(description()["paths"]) >= 10


def test_a_bad_question_is_told_what_is_wrong_where(client: FlaskClient) -> None:
    answer = client.get("/api/v1/profiles?size=1000&sort=best&colour=blue")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == 400
    assert {one["parameter"] for one in problem["errors"]} == {"size", "sort", "colour"}


def test_what_is_not_there_is_a_problem_too(client: FlaskClient) -> None:
    for page in ("/api/v1/profiles/user:0", "/api/v1/capacities/x", "/api/v1/reports/x", "/api/v2"):
        answer = client.get(page)
        assert answer.status_code == 404, page
        assert answer.mimetype == "application/problem+json", page
        assert answer.get_json()["detail"], page
    answer = client.post("/api/v1/profiles")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]
    assert "GET" in answer.get_json()["detail"]


def test_programs_in_a_browser_may_read_answers_and_errors(client: FlaskClient) -> None:
    for page in (
        "/api/v1/capacities",
        "/api/openapi.json",
        "/api/v1/nothing",
        "/api/v1/places?x=1",
    ):
        assert client.get(page).headers["Access-Control-Allow-Origin"] == "*", page
    assert "Access-Control-Allow-Origin" not in client.get("/search").headers


def test_a_head_is_the_answer_without_its_body(client: FlaskClient) -> None:
    for page in ("/", "/search.csv", "/api/v1/capacities", "/feeds/offers.atom", "/nothing"):
        whole, head = client.get(page), client.head(page)
        assert not head.data, page
        assert head.status_code == whole.status_code, page
        assert head.headers.get("ETag") == whole.headers.get("ETag"), page
        assert head.content_length == whole.content_length, page


def test_following_next_gives_everybody_once(client: FlaskClient, people: list[Profile]) -> None:
    address: str | None = "/api/v1/profiles?size=100&sort=name"
    keys: list[str] = []
    while address:
        page = client.get(address).get_json()
        keys += [one["key"] for one in page["profiles"]]
        address = page["next"]
    assert len(keys) == len(set(keys))
    assert set(keys) == {one.key for one in people}


def test_names_come_in_the_language_asked_for(client: FlaskClient) -> None:
    one = client.get("/api/v1/capacities/wikidata").get_json()
    assert one["names"]["en"] == "Wikidata"
    places = client.get("/api/v1/places?uselang=fr").get_json()["places"]
    assert {"Allemagne", "Nigeria"} <= {one["name"] for one in places}


def test_who_could_help_comes_with_reasons(client: FlaskClient, people: list[Profile]) -> None:
    answers = [
        client.get(f"/api/v1/profiles/{one.key}/matches").get_json()["matches"]
        for one in people
        if one.wants
    ]
    found = next(matches for matches in answers if matches)
    assert found[0]["reasons"]
    assert round(sum(part["points"] for part in found[0]["parts"]), 6) == round(
        found[0]["score"], 6
    )
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)


@pytest.mark.parametrize("kind", ["offers", "wants", "requests"])
def test_a_feed_is_atom_with_ids_that_differ(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/feeds/{kind}.atom")
    assert answer.mimetype == "application/atom+xml"
    root = Tree.fromstring(answer.data)
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) > 5
    assert len(ids) == len(set(ids))
    updated = [str(entry.findtext(f"{ATOM}updated")) for entry in entries]
    assert updated == sorted(updated, reverse=True)


def test_a_feed_leaves_out_what_was_wanted_until_yesterday(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 1)
    days = {"lua": -1, "quarry": 0, "paws": -1, "hotcat": 1}
    wants = tuple(
        Want(
            id,
            until=NOW.date() + timedelta(days=n),
            request="" if id in ("lua", "quarry") else "User:X/R",
        )
        for id, n in days.items()
    )
    store.profiles.save_many([Profile("user:91", "Late", edited=NOW, wants=wants)])
    store.notes.set(BUILD, "second", at=NOW)
    store.close()
    client = app_over(tmp_path / "one.db").test_client()
    for kind, left in (("wants", "Quarry"), ("requests", "HotCat")):
        root = Tree.fromstring(client.get(f"/feeds/{kind}.atom").data)
        titles = [str(title.text) for title in root.iterfind(f"{ATOM}entry/{ATOM}title")]
        mine = [title for title in titles if title.startswith("Late ")]
        assert len(mine) == 1
        assert mine[0].endswith(left)
        page = root.findall(f"{ATOM}link")[1].attrib["href"].removeprefix("http://localhost")
        assert client.get(page).status_code == 200


def test_there_is_no_other_feed(client: FlaskClient) -> None:
    assert client.get("/feeds/everything.atom").status_code == 404


def test_a_profile_is_linked_data(client: FlaskClient, people: list[Profile]) -> None:
    person = next(one for one in people if not one.is_group and one.offers and one.country)
    answer = client.get(f"/api/v1/profiles/{person.key}/jsonld")
    assert answer.mimetype == "application/ld+json"
    body = answer.get_json()
    assert body["@type"] == "Person"
    assert body["name"] == person.name
    assert {one["termCode"] for one in body["knowsAbout"]} == {
        one.capacity for one in person.offers
    }


def test_the_page_says_of_every_address_what_the_description_says() -> None:
    wording = Wording("en", "web")
    for one in OPERATIONS:
        assert wording.text(f"web-api-gives-{one.name}").replace("’", "'") == one.summary
