"""Requests: how many people need each one, those that most people need first, or by the last day."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exchange.model import Language, Profile, Want
from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over


def asker(number: int, capacity: str, joins: int, until: date | None = None) -> Profile:
    page = f"User:P{number}"
    want = Want(capacity, until=until, request=page, joins=joins)
    return Profile(
        f"user:{number}", f"P{number}", page=page, wants=(want,), languages=(Language("en"),)
    )


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    store = Store.open(f"sqlite:///{tmp_path}/one.db")
    people = [
        asker(1, "lua", 0, date(2026, 12, 1)),
        asker(2, "wikidata", 4, date(2027, 3, 1)),
        asker(3, "photography", 1),
        asker(4, "facilitation", 4, date(2026, 12, 24)),
    ]
    # Whoever joined wants it, too, and asks for nothing on a page of their own.
    joined = Want("wikidata", request="User:P2", joined=("User:P2",))
    people.append(Profile("user:5", "P5", page="User:P2", wants=(joined,)))
    store.profiles.save_many(people)
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.close()
    return app_over(tmp_path / "one.db").test_client()


def shown(html: str) -> list[tuple[str, str]]:
    """Return who asks on the page, and what is said of how many people need it."""
    found = []
    for one in html.split('<li class="request">')[1:]:
        who = re.search(r"<bdi>(P\d)</bdi>", one)
        needed = re.search(r'class="request__joined">(?:<svg.*?</svg>)?([^<]*)<', one, re.S)
        assert who
        found.append((who[1], needed[1] if needed else ""))
    return found


def test_what_most_people_need_is_at_the_top(client: FlaskClient) -> None:
    assert shown(client.get("/requests").text) == [
        ("P4", "5 people need this"),
        ("P2", "5 people need this"),
        ("P3", "2 people need this"),
        ("P1", ""),
    ]


def test_they_can_be_sorted_by_the_last_day(client: FlaskClient) -> None:
    html = client.get("/requests?sort=until").text
    assert [who for who, _ in shown(html)] == ["P1", "P4", "P2", "P3"]
    assert '<option value="until" selected>' in html
    assert shown(client.get("/requests?sort=nonsense").text) == shown(client.get("/requests").text)


def test_the_api_and_the_report_tell_how_many_need_it(client: FlaskClient) -> None:
    def needed(sort: str) -> list[tuple[str, int]]:
        found = client.get(f"/api/v1/requests{sort}").get_json()["requests"]
        return [(one["who"], one["needed_by"]) for one in found]

    assert needed("") == [("P1", 1), ("P4", 5), ("P2", 5), ("P3", 2)]
    assert needed("?sort=joined") == [("P4", 5), ("P2", 5), ("P3", 2), ("P1", 1)]
    assert client.get("/api/v1/requests?sort=name").status_code == 400
    report = client.get("/reports/requests").text
    assert "People who need it" in report


def test_what_several_want_in_their_profiles_stands_below_those_of_most_people_first(
    tmp_path: Path,
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/shared.db")

    def wanting(number: int, *names: str, request: str = "") -> Profile:
        wants = (Want(f"unlisted:{name.casefold()}", name, request=request) for name in names)
        return Profile(f"user:{number}", f"P{number}", page=f"User:P{number}", wants=tuple(wants))

    store.profiles.save_many(
        [
            *(wanting(at, "Oral history", "Knitting") for at in (1, 2)),
            *(wanting(at, "Knitting") for at in (3, 4, 5)),
            *(wanting(at, "Podcasts") for at in (6, 7)),
            wanting(8, "Podcasts", request="User:P8"),
            wanting(9, "Only mine"),
        ]
    )
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.close()
    client = app_over(tmp_path / "shared.db").test_client()
    html = client.get("/requests").text
    asked, shared = html.split("Not in the directory yet</h2>")
    assert shown(asked) == [("P8", "3 people need this")], "a request says it of itself"
    assert shown(shared) == [("P1", "5 people need this"), ("P1", "2 people need this")]
    assert re.findall(r"<bdi[^>]*>(Knitting|Oral history)</bdi>", shared) == [
        "Knitting",
        "Oral history",
    ]
    assert "Only mine" not in html
    assert "2 people need this" in client.get("/people/P2").text
    body = client.get("/api/v1/requests").get_json()
    assert body["requests"][0]["needed_by"] == 3
    assert [
        (one["want"]["name"], one["needed_by"], [who["key"] for who in one["parties"]])
        for one in body["shared"]
    ] == [
        ("Knitting", 5, [f"user:{at}" for at in (1, 2, 3, 4, 5)]),
        ("Oral history", 2, ["user:1", "user:2"]),
    ]
    assert len(client.get("/api/v1/requests?size=1").get_json()["shared"]) == 1
    assert client.get("/api/v1/requests?kind=thing").get_json()["shared"] == []
