"""Addresses of people and groups go by whose they are, not by the order of keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exchange.model import Kind, Offer, Profile, Reason
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.unit.web.site import app_over

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def person(id: int, name: str, about: str) -> Profile:
    return Profile(
        f"user:{id}", name, page=f"User:{name}", page_id=id, offers=(Offer("lua"),), about=about
    )


def group(id: int, name: str, page: str, about: str) -> Profile:
    return Profile(
        f"page:{id}",
        name,
        Kind.USER_GROUP,
        page=page,
        page_id=id,
        offers=(Offer("lua"),),
        about=about,
        contacts=("Ada",),
    )


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    people = [
        person(5, "Ada", "the person"),
        group(3, "Ada", "Ada", "a page titled like her"),
        group(8, "Moon", "Moon/Capacity Exchange", "the subpage"),
        group(9, "Moon", "Moon", "the group itself"),
        group(20, "Sun", "Project:Sun", "the older"),
        group(100, "Sun", "Sun", "the newer"),
        person(6, "Only Ben", "alone"),
        person(7, "Hidden Cy", "hidden"),
    ]
    store.profiles.save_many(people, states={"user:7": Reason.USER_HIDDEN})
    reading = {"profiles": [{"about": "hidden words"}]}
    store.pages.save([PageRecord(7, "User:Hidden Cy", 2, 1, party="user:7", reading=reading)])
    store.metadata.set("index-build", "one", at=NOW)
    store.close()
    return app_over(tmp_path / "exchange.db").test_client()


@pytest.mark.parametrize(
    ("address", "about"),
    [
        ("/people/Ada", "the person"),
        ("/people/ada", "the person"),
        ("/people/user:5", "the person"),
        ("/groups/Ada", "a page titled like her"),
        ("/groups/page:3", "a page titled like her"),
        ("/groups/Moon", "the group itself"),
        ("/groups/page:8", "the subpage"),
        ("/groups/Sun", "the older"),
        ("/groups/page:100", "the newer"),
    ],
)
def test_each_party_has_an_address_of_its_own(
    client: FlaskClient, address: str, about: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert about in answer.text


def test_the_other_kind_is_redirected_to_where_nobody_else_has_the_name(
    client: FlaskClient,
) -> None:
    assert client.get("/groups/Only_Ben").location == "/people/Only_Ben"
    assert client.get("/people/Sun").location == "/groups/Sun"


def test_a_hidden_account_is_on_no_page(client: FlaskClient) -> None:
    for address in ("/people/Hidden_Cy", "/people/user:7"):
        assert client.get(address).status_code == 404
    assert "hidden words" not in client.get("/check?page=User:Hidden_Cy").text
