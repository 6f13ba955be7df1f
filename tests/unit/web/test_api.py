"""The API against its own description, its feeds, its errors, its JSON-LD."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as Tree

import jsonschema_rs
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
from werkzeug.datastructures import MultiDict

from exchange.directory import load
from exchange.i18n.messages import Localizer
from exchange.model import Profile, Want
from exchange.reports import Licence
from exchange.store.runs import INDEX_VERSION
from tests.support.examples import examples
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over, filled
from webtool.api.openapi import openapi_description
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
            max_examples=examples(10),
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            # What is compressed is unpacked by any client but this one.
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        try:
            ask()
        except Unsatisfiable:
            continue  # an operation that takes anything has no bad questions
        asked.append(operation.path)
    assert len(asked) >= 10


def test_the_description_is_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(openapi_description()).validate()
    assert openapi_description()["openapi"] == "3.1.0"
    assert len(openapi_description()["paths"]) >= 10
    # The validator sees what is wrong.
    broken = openapi_description() | {"servers": [{"address": "/"}]}
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(broken).validate()


def validator(reference: dict[str, str]) -> jsonschema_rs.Draft202012Validator:
    """Return a validator of a schema of the description."""
    whole = reference | {"components": openapi_description()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


OPERATIONS_DESCRIBED = {
    path: parts["get"] for path, parts in openapi_description()["paths"].items()
}


@pytest.mark.parametrize("path", OPERATIONS_DESCRIBED)
def test_every_parameter_is_described_and_its_example_is_a_value_of_it(path: str) -> None:
    for one in OPERATIONS_DESCRIBED[path]["parameters"]:
        assert one["description"].endswith("."), one["name"]
        validator(one["schema"]).validate(one["example"])


@pytest.mark.parametrize("path", OPERATIONS_DESCRIBED)
def test_every_example_is_an_answer_of_its_schema(path: str) -> None:
    (content,) = OPERATIONS_DESCRIBED[path]["responses"]["200"]["content"].values()
    schema = validator(content["schema"])
    schema.validate(content["example"])
    assert not schema.is_valid({})


def test_every_example_of_a_question_is_answered(client: FlaskClient) -> None:
    for path, one in OPERATIONS_DESCRIBED.items():
        address, asked = path, MultiDict[str, str]()
        for parameter in one["parameters"]:
            name, value = parameter["name"], parameter["example"]
            if parameter["in"] == "path":
                address = path.replace(f"{{{name}}}", "user:1" if name == "key" else value)
            else:
                asked.setlist(name, value if isinstance(value, list) else [str(value)])
        answer = client.get(address, query_string=asked)
        assert answer.status_code == 200, (address, answer.text)
        (content,) = one["responses"]["200"]["content"].values()
        validator(content["schema"]).validate(answer.get_json(force=True))
        licence = Licence(one["x-licence"])
        assert f'<{licence.address}>; rel="license"' in answer.headers.getlist("Link")


def test_the_description_says_where_the_api_is_and_whose_licence_is_which(
    client: FlaskClient,
) -> None:
    body = client.get("/api/openapi.json").get_json()
    assert body["servers"] == [{"url": "http://localhost"}]
    assert body["info"]["license"]["identifier"] == "CC0-1.0 AND CC-BY-SA-4.0"
    assert "The code is GPL-3.0-or-later" in body["info"]["description"]
    counts = {
        one["operationId"]
        for one in OPERATIONS_DESCRIBED.values()
        if one["x-licence"] == Licence.COUNTS
    }
    assert counts == {"capacities", "capacities-id", "places", "reports"}


def test_every_answer_of_people_leads_to_the_history_of_their_page(client: FlaskClient) -> None:
    found = client.get("/api/v1/profiles?size=100").get_json()
    assert found["licence"] == "CC-BY-SA-4.0"
    for one in found["profiles"]:
        asked = parse_qs(urlsplit(one["history"]).query)
        assert (asked["title"], asked["action"]) == ([one["page"].replace(" ", "_")], ["history"])
    for one in client.get("/api/v1/requests?size=100").get_json()["requests"]:
        asked = parse_qs(urlsplit(one["history"]).query)
        assert asked["title"] == [one["want"]["request"].replace(" ", "_")]
    assert client.get("/api/v1/capacities/wikidata").get_json()["licence"] == "CC0-1.0"


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
        "/search.csv",
        "/search.atom",
        "/feeds/wants.atom",
        "/reports/gaps.json",
        "/reports/gaps.gaps.csv",
        "/reports/gaps.gaps.tab",
        "/reports/gaps.nothing.csv",
    ):
        headers = client.get(page).headers
        assert headers["Access-Control-Allow-Origin"] == "*", page
        assert "Link" in headers["Access-Control-Expose-Headers"]
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
    answers = (
        client.get(f"/api/v1/profiles/{one.key}/matches").get_json()["matches"]
        for one in people
        if one.wants
    )
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
    assert root.findtext(f"{ATOM}rights") == "CC-BY-SA-4.0"
    for entry in entries:
        relations = {
            link.attrib["rel"]: link.attrib["href"] for link in entry.iterfind(f"{ATOM}link")
        }
        assert relations["version-history"].endswith("&action=history")
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
    store.metadata.set(INDEX_VERSION, "second", at=NOW)
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
    assert body["subjectOf"]["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert body["subjectOf"]["archivedAt"] == body["sameAs"] + "&action=history"


def test_what_somebody_lends_is_offered_and_not_known(
    client: FlaskClient, people: list[Profile]
) -> None:
    things = load().things
    person = next(one for one in people if {each.capacity for each in one.offers} & things)
    body = client.get(f"/api/v1/profiles/{person.key}/jsonld").get_json()
    lent = {one.capacity for one in person.offers} & things
    assert {one["itemOffered"]["termCode"] for one in body["makesOffer"]} == lent
    assert not lent & {one["termCode"] for one in body["knowsAbout"]}
    offered = client.get(f"/api/v1/profiles/{person.key}").get_json()["offers"]
    assert {one["capacity"] for one in offered if one["kind"] == "thing"} == lent


def test_requests_for_things_are_asked_for_by_kind(client: FlaskClient) -> None:
    things = load().things
    for kind, is_thing in (("skill", False), ("thing", True)):
        body = client.get(f"/api/v1/requests?kind={kind}&size=100").get_json()
        assert all((one["want"]["capacity"] in things) is is_thing for one in body["requests"])
        assert all(one["want"]["kind"] == kind for one in body["requests"])
    assert client.get("/api/v1/requests").get_json()["total"] > 0
    assert client.get("/api/v1/requests?kind=both").status_code == 400
    assert client.get("/api/v1/capacities/venue").get_json()["kind"] == "thing"
    assert client.get("/api/v1/capacities/lua").get_json()["kind"] == "skill"


def test_the_page_says_of_every_address_what_the_description_says() -> None:
    wording = Localizer("en", "web")
    for one in OPERATIONS:
        assert wording.text(f"web-api-gives-{one.name}").replace("’", "'") == one.summary
