"""Joining a request in the tool, on a wiki in memory: written once, taken back, and refused."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import EditRefused, ResponseLost
from exchange.model import Language, Profile, Want
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.joined_requests import NOTHING
from exchange.store.pages import PageRecord
from exchange.store.runs import INDEX_VERSION
from tests.support.account_wiki import MemorySite
from tests.unit.account.test_saving import app, client, fail, site
from tests.unit.search.movement import NOW
from webtool.context import context_of

__all__ = ["app", "client", "site"]

PAGE = "User:Ben/Capacity Exchange"
ASK = "{{Capacity Exchange request\n| want = Lua\n| joined =\n* [[User:Dee]]\n}}"
ADDRESS = "/me/joined?of=user:42&what=lua"
MINE = "* [[User:Ada]]"


@pytest.fixture
def store(app: Flask) -> Store:
    return context_of(app).store


@pytest.fixture(autouse=True)
def asked(store: Store, site: MemorySite) -> None:
    """Ben asks for Lua on his page, and Dee needs it too."""
    site.edit("Ben", PAGE, ASK)
    page = site.pages[PAGE].id
    want = Want("lua", "Lua", request=PAGE, joins=1)
    ben = Profile("user:42", "Ben", page=PAGE, page_id=page, edited=NOW, wants=(want,))
    store.profiles.save_many([ben, Profile("user:41", "Ada", languages=(Language("en"),))])
    store.pages.save([PageRecord(page, PAGE, 2, 1, party="user:42", agreed=(42,))])
    store.joined_requests.replace({page: [(44, "lua")]})
    store.metadata.set(INDEX_VERSION, "asked", at=NOW)


def send(client: FlaskClient, step: str = "join") -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    assert token
    answer = client.post(ADDRESS, data={"csrf_token": token[1], "step": step})
    return answer.status_code, answer.text


def test_the_request_leads_there_and_nothing_is_written_before_a_click(
    client: FlaskClient, site: MemorySite
) -> None:
    link = 'href="/me/joined?of=user:42&amp;what=lua"'
    for page in ("/requests", "/people/Ben", "/"):
        html = client.get(page).text
        assert "I need this too" in html
        assert link in html or "/me/joined?of=user%3A42&amp;what=lua" in html
        assert "2 people need this" in html
    form = client.get(ADDRESS).text
    assert "A line with your user name is written onto" in form
    assert len(site.pages[PAGE].revisions) == 1


def test_a_name_is_written_once_shown_on_ones_own_page_and_taken_back(
    client: FlaskClient, site: MemorySite, store: Store
) -> None:
    assert [send(client)[0] for _ in range(2)] == [200, 200]
    assert site.pages[PAGE].text.count(MINE) == 1
    assert len(site.pages[PAGE].revisions) == 2, "a second click writes nothing"
    assert site.pages[PAGE].revisions[-1][1] == "Ada"
    assert store.joined_requests.by([41]) == {site.pages[PAGE].id: [(41, "lua")]}
    assert "You have joined this request" in client.get(ADDRESS).text
    mine = client.get("/me").text
    assert "Requests that you joined" in mine
    assert "I no longer need this" in mine
    status, page = send(client, "leave")
    assert status == 200
    assert "Your name no longer stands on" in page
    assert site.pages[PAGE].text == ASK, "what others wrote is as it was"
    assert store.joined_requests.by([41]) == {site.pages[PAGE].id: [(41, NOTHING)]}
    assert "Requests that you joined" not in client.get("/me").text
    assert send(client, "leave")[0] == 200
    assert len(site.pages[PAGE].revisions) == 3
    assert send(client)[0] == 200
    assert MINE in site.pages[PAGE].text


def test_another_edit_in_between_is_no_trouble_and_nothing_of_it_is_lost(
    client: FlaskClient, site: MemorySite
) -> None:
    def meanwhile() -> None:
        site.before_save = lambda: None
        site.edit("Cy", PAGE, ASK.replace("[[User:Dee]]", "[[User:Dee]]\n* [[User:Cy]]") + " Yes.")

    site.before_save = meanwhile
    assert send(client)[0] == 200
    text = site.pages[PAGE].text
    assert [text.count(f"User:{one}]") for one in ("Dee", "Cy", "Ada")] == [1, 1, 1]
    assert text.endswith(" Yes.")


def test_a_save_whose_answer_was_lost_is_looked_for(client: FlaskClient, site: MemorySite) -> None:
    site.after_save = lambda: fail(ResponseLost("lost"))
    assert send(client)[0] == 200
    assert site.pages[PAGE].text.count(MINE) == 1


@pytest.mark.parametrize("step", ["join", "leave"])
@pytest.mark.parametrize("code", ["blocked", "protectedpage", "abusefilter-warning", "readonly"])
def test_what_the_wiki_refuses_is_told_with_the_line_and_the_way_by_hand(
    client: FlaskClient, site: MemorySite, store: Store, code: str, step: str
) -> None:
    if step == "leave":
        send(client)
    before, rows = site.pages[PAGE].text, store.joined_requests.all()
    site.before_save = lambda: fail(EditRefused(code, "Why and so"))
    status, page = send(client, step)
    assert status == 409
    assert "Why and so" in page
    assert MINE in page
    assert "You can write the line there yourself" in page
    assert f'name="step" value="{step}"' in page, "it can be tried again"
    assert site.pages[PAGE].text == before
    assert store.joined_requests.all() == rows
    site.before_save = lambda: None
    assert send(client, step)[0] == 200


@pytest.mark.parametrize("text", ["Done, thank you!", ASK.replace("Lua", "Photography")])
def test_a_request_that_is_no_longer_there_is_not_joined(
    client: FlaskClient, site: MemorySite, text: str
) -> None:
    site.edit("Ben", PAGE, text)
    status, page = send(client)
    assert status == 404
    assert "no longer on its page" in page
    assert site.pages[PAGE].text == text
    assert client.get(ADDRESS).status_code == 404


def test_a_page_that_leads_elsewhere_by_now_is_not_written_to(
    client: FlaskClient, site: MemorySite
) -> None:
    site.edit("Ben", PAGE, "#REDIRECT [[User:Eve]]")
    site.edit("Eve", "User:Eve", ASK)
    assert send(client)[0] == 404
    assert site.pages["User:Eve"].text == ASK


def test_ones_own_request_and_one_that_nobody_made_cannot_be_joined(
    client: FlaskClient, store: Store
) -> None:
    own = Profile("user:41", "Ada", wants=(Want("lua", request="User:Ada"),))
    store.profiles.save_many([own])
    store.metadata.set(INDEX_VERSION, "mine", at=NOW)
    assert client.get("/me/joined?of=user:41&what=lua").status_code == 302
    assert "/me/joined?of=user:41" not in client.get("/requests").text
    for query in ("", "?of=user:42&what=sql", "?of=user:99&what=lua", "?of=user:42"):
        assert client.get(f"/me/joined{query}").status_code == 404


def test_whoever_is_not_logged_in_comes_back_to_it_and_no_form_from_elsewhere_writes(
    app: Flask, client: FlaskClient, site: MemorySite
) -> None:
    visitor = app.test_client()
    assert "I need this too" in visitor.get("/requests").text
    there = visitor.get(ADDRESS)
    assert there.status_code == 302
    assert "next=/me/joined" in there.location.replace("%2F", "/")
    assert visitor.post(ADDRESS, data={"step": "join"}).status_code == 403
    refused = client.post(ADDRESS, data={"step": "join"})
    assert refused.status_code == 400
    assert site.pages[PAGE].text == ASK


def test_whoever_was_forgotten_joins_nothing(
    app: Flask, client: FlaskClient, site: MemorySite, store: Store
) -> None:
    keys = context_of(app).settings.erasure_keys
    ErasureMarks(store.database, secrets=keys).add(41, at=NOW)
    assert client.get(ADDRESS).location == "/me"
    assert site.pages[PAGE].text == ASK


@pytest.mark.parametrize("title", [PAGE, "Project:Group/Ask"])
def test_whoever_only_joined_is_led_to_a_profile_of_their_own(
    client: FlaskClient, store: Store, site: MemorySite, title: str
) -> None:
    want = Want("lua", request=title, joined=(title,))
    ada = Profile("user:41", "Ada", page=title, page_id=site.pages[PAGE].id, wants=(want,))
    store.profiles.save_many([ada])
    store.metadata.set(INDEX_VERSION, "alone", at=NOW)
    for page in ("/me", "/people/Ada"):
        assert "Create my profile" in client.get(page).text
    form = client.get("/me/profile").text
    assert "User:Ada/Capacity Exchange" in form
    assert PAGE not in form
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    sent = {"csrf_token": token[1], "step": "save", "base": "0", "offers-0-capacity": "SQL"}
    assert client.post("/me/profile", data=sent).status_code == 200
    assert site.pages[PAGE].text == ASK
    assert site.authors("User:Ada/Capacity Exchange") == {"Ada"}
    visitor = client.application.test_client()
    assert "Create my profile" in visitor.get("/people/Ada").text


def test_a_line_with_ones_former_name_is_ones_own(client: FlaskClient, site: MemorySite) -> None:
    site.edit("Ada", PAGE, ASK.replace("[[User:Dee]]", "[[User:Ada before]]\n* [[User:Dee]]"))
    assert "You have joined this request" not in client.get(ADDRESS).text
    site.renamed["Ada before"] = "Ada"
    assert "You have joined this request" in client.get(ADDRESS).text
    assert send(client)[0] == 200
    assert MINE not in site.pages[PAGE].text, "it stands there already"
    assert send(client, "leave")[0] == 200
    assert site.pages[PAGE].text == ASK
