"""Money and things in the tool: words that fit, place and days, and found where what is new is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from exchange.model import Language, Offer, Profile, Want
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over, filled

TODAY = NOW.date()
LENDER = Profile(
    "user:900001",
    "Sample Lender",
    page="User:Sample Lender",
    page_id=900_001,
    edited=NOW,
    country="NG",
    languages=(Language("en", 5),),
    offers=(
        Offer("venue", "venue", note="20 seats", until=TODAY + timedelta(90), place="Ikeja <b>"),
        Offer("camera", "camera", until=TODAY - timedelta(1)),
    ),
    wants=(Want("small-grant", "small grant", since=TODAY + timedelta(30), place="Lagos"),),
)
LEARNER = Profile(
    "user:900002",
    "Sample Learner",
    page="User:Sample Learner",
    page_id=900_002,
    edited=NOW - timedelta(days=9),
    languages=(Language("en", 5),),
    wants=(Want("lua", "Lua"),),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    path: Path = tmp_path_factory.mktemp("things") / "exchange.db"
    store = filled(path, 20)
    with store.transaction():
        store.profiles.save_many([LENDER, LEARNER])
    store.close()
    return app_over(path).test_client()


def main_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text.partition("<main")[2].partition("</main>")[0]


def card_of(client: FlaskClient, name: str) -> str:
    found = main_of(client, f"/search?q={quote(name)}")
    return found.partition(name)[2].partition("</article>")[0]


def test_a_person_looks_for_a_thing_and_wants_to_learn_a_skill(client: FlaskClient) -> None:
    lender = main_of(client, "/people/Sample_Lender")
    assert "Looks for" in lender
    assert "Wants to learn" not in lender
    learner = main_of(client, "/people/Sample_Learner")
    assert "Wants to learn" in learner
    assert "Looks for" not in learner
    assert "Looks for" in card_of(client, "Sample Lender")


def test_a_person_s_page_says_where_and_when_and_what_is_over(client: FlaskClient) -> None:
    page = main_of(client, "/people/Sample_Lender")
    assert "Ikeja &lt;b&gt;" in page
    venue, camera = (part.partition("</li>")[0] for part in page.split('<li class="item">')[1:3])
    assert "Until" in venue
    assert "over</span>" not in venue
    assert "over</span>" in camera
    assert "from " in page.partition("small grant")[2].partition("</li>")[0]


@pytest.mark.parametrize(
    ("address", "said", "unsaid"),
    [
        ("/capacities/venue", ["I need this", "I can offer this"], ["I want to learn this"]),
        ("/capacities/lua", ["I want to learn this", "I can share this"], ["I need this"]),
        ("/search?q=venue", ["Whoever offers", "looks for it"], ["wants to learn it"]),
        ("/search?q=lua", ["wants to learn it"], ["looks for it"]),
        ("/search?capacity=venue&country=JP", ["I need this"], ["I want to learn this"]),
    ],
)
def test_nobody_learns_a_room(
    client: FlaskClient, address: str, said: list[str], unsaid: list[str]
) -> None:
    page = main_of(client, address)
    assert [one for one in said if one not in page] == []
    assert [one for one in unsaid if one in page] == []


def test_what_is_new_of_things_is_in_the_feeds_and_on_their_pages(client: FlaskClient) -> None:
    offers = client.get("/feeds/offers.atom").text
    assert "Sample Lender" in offers
    assert "20 seats" in offers
    assert ":offer:camera" not in offers, "what is over is not new"
    wants = client.get("/feeds/wants.atom").text
    assert "Sample Lender looks for: small grant" in wants
    assert "Sample Learner wants to learn: Lua" in wants
    for address in (
        "/search?direction=offer&sort=freshness",
        "/api/v1/profiles?direction=offer&sort=freshness",
    ):
        assert "Sample Lender" in client.get(address).text


def test_the_check_says_that_it_is_a_thing_with_place_and_days(client: FlaskClient) -> None:
    text = "{{Capacity Exchange profile|offers=\n* venue (in Shkodër; until March 2099)\n* Lua}}"
    page = client.post("/check", data={"text": text}).text
    listed = page.partition('<ul class="plain">')[2]
    venue, lua = (part.partition("</li>")[0] for part in listed.split("<li>")[1:3])
    assert "money and things" in venue
    assert "Shkodër" in venue
    assert 'datetime="2099-03-31"' in venue
    assert "money and things" not in lua
    body = client.get("/api/v1/profiles/user:900001").get_json()
    assert (body["offers"][0]["place"], body["wants"][0]["place"]) == ("Ikeja <b>", "Lagos")


def test_a_person_s_page_shows_who_has_the_thing_in_the_same_country(
    tmp_path: Path,
) -> None:
    path = tmp_path / "exchange.db"
    store = filled(path, 20)

    def seeker(number: int, name: str, country: str) -> Profile:
        return replace(
            LEARNER,
            key=f"user:{number}",
            name=name,
            page=f"User:{name}",
            page_id=number,
            country=country,
            wants=(Want("venue", "venue"),),
        )

    near, far = seeker(900_003, "Sample Near", "NG"), seeker(900_004, "Sample Far", "JP")
    with store.transaction():
        store.profiles.save_many([LENDER, near, far])
    store.close()
    client = app_over(path).test_client()
    assert "Sample Lender" in main_of(client, "/people/Sample_Near")
    assert "Available: Ikeja &lt;b&gt;, until" in main_of(client, "/people/Sample_Near")
    assert "Sample Lender" not in main_of(client, "/people/Sample_Far")
