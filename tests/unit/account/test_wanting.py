"""I need this too, of an unlisted want in somebody's profile: one click writes it into one's own."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import EditRefused, ResponseLost
from exchange.model import Language, Profile, Want
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.runs import INDEX_VERSION
from tests.support.account_wiki import MemorySite
from tests.unit.account.test_saving import app, client, fail, site
from tests.unit.search.movement import NOW
from webtool.context import context_of

__all__ = ["app", "client", "site"]

OWN = "User:Ada/Capacity Exchange"
PROFILE = "{{Capacity Exchange profile\n| offers = SQL\n| languages = en\n}}"
ADDRESS = "/me/wanted?of=user:42&what=unlisted:bookbinding"
LINK = "/me/wanted?of=user:42&what=unlisted:bookbinding".replace("&", "&amp;")


@pytest.fixture
def store(app: Flask) -> Store:
    return context_of(app).store


@pytest.fixture(autouse=True)
def wanted(store: Store, site: MemorySite) -> None:
    """Ben and Cy want bookbinding, which the directory does not know; Ada has a profile."""
    site.edit("Ada", OWN, PROFILE)
    want = Want("unlisted:bookbinding", "Bookbinding")
    store.profiles.save_many(
        [
            Profile("user:42", "Ben", page="User:Ben", edited=NOW, wants=(want,)),
            Profile("user:43", "Cy", page="User:Cy", edited=NOW, wants=(want, Want("lua", "Lua"))),
            Profile("user:41", "Ada", page=OWN, languages=(Language("en"),)),
        ]
    )
    store.metadata.set(INDEX_VERSION, "wanted", at=NOW)


def send(client: FlaskClient, step: str = "join", address: str = ADDRESS) -> tuple[int, str]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    assert token
    answer = client.post(address, data={"csrf_token": token[1], "step": step})
    return answer.status_code, answer.text


def plain(html: str) -> str:
    return html.replace("%3A", ":").replace("%20", "+")


def test_pages_lead_there_and_say_how_many_need_it(client: FlaskClient, site: MemorySite) -> None:
    listed = client.get("/requests").text
    assert "Not in the directory yet" in listed
    for html in (listed, client.get("/people/Ben").text):
        assert LINK in plain(html)
        assert "2 people need this" in html
    assert "/me/wanted" not in client.get("/people/Cy").text.split("Lua")[1].split("</li>")[0]
    form = client.get(ADDRESS).text
    assert "is added to what you want to learn" in form
    assert len(site.pages[OWN].revisions) == 1, "looking writes nothing"


def test_it_is_written_once_into_ones_own_profile_and_taken_back(
    client: FlaskClient, site: MemorySite
) -> None:
    assert [send(client)[0] for _ in range(2)] == [200, 200]
    assert site.pages[OWN].text.count("Bookbinding") == 1
    assert len(site.pages[OWN].revisions) == 2, "a second click writes nothing"
    assert site.pages[OWN].revisions[-1][1] == "Ada"
    assert "User:Ben" not in site.pages, "nobody writes into somebody else's profile"
    assert "stands among what you want to learn" in client.get(ADDRESS).text
    status, page = send(client, "leave")
    assert status == 200
    assert "no longer stands among what you want to learn" in page
    assert site.pages[OWN].text == PROFILE
    assert [send(client, "leave")[0], send(client)[0]] == [200, 200]
    assert len(site.pages[OWN].revisions) == 4


def test_a_want_that_says_more_stays_and_is_edited_by_hand(
    client: FlaskClient, site: MemorySite
) -> None:
    text = PROFILE.replace("| lang", "| wants = {{Capacity|bookbinding|note=for museums}}\n| lang")
    site.edit("Ada", OWN, text)
    seen = client.get(ADDRESS).text
    assert "stands among what you want to learn" in seen
    assert 'value="leave"' not in seen
    assert "Edit the profile again" in seen
    status, page = send(client, "leave")
    assert (status, site.pages[OWN].text) == (200, text)
    assert "stands among what you want to learn" in page
    assert "no longer" not in page


def test_without_a_profile_the_form_begins_with_it(client: FlaskClient, site: MemorySite) -> None:
    site.edit("Ada", OWN, "Hello.")
    for answer in (client.get(ADDRESS), client.post(ADDRESS, data={"csrf_token": "", "step": ""})):
        assert answer.status_code in (302, 400)
    there = client.get(ADDRESS)
    assert there.status_code == 302
    form = client.get(there.location).text
    assert 'value="Bookbinding"' in form
    assert send(client)[0] == 302
    assert site.pages[OWN].text == "Hello."


def test_another_edit_in_between_is_no_trouble_and_a_lost_answer_is_looked_for(
    client: FlaskClient, site: MemorySite
) -> None:
    def meanwhile() -> None:
        site.before_save = lambda: None
        site.edit("Bot", OWN, PROFILE + " More.")

    site.before_save = meanwhile
    site.after_save = lambda: fail(ResponseLost("lost"))
    assert send(client)[0] == 200
    assert site.pages[OWN].text.endswith("}} More.")
    assert site.pages[OWN].text.count("Bookbinding") == 1


@pytest.mark.parametrize("code", ["blocked", "protectedpage", "abusefilter-warning", "readonly"])
def test_what_the_wiki_refuses_is_told_with_the_line(
    client: FlaskClient, site: MemorySite, code: str
) -> None:
    site.before_save = lambda: fail(EditRefused(code, "Why and so"))
    status, page = send(client)
    assert status == 409
    assert "Why and so" in page
    assert "* Bookbinding" in page
    assert site.pages[OWN].text == PROFILE


@pytest.mark.parametrize(
    "query",
    ["", "?of=user:42", "?of=user:42&what=lua", "?of=user:43&what=lua", "?of=user:99&what=x"],
)
def test_only_unlisted_wants_that_stand_somewhere_are_wanted_too(
    client: FlaskClient, query: str
) -> None:
    assert client.get(f"/me/wanted{query}").status_code == 404


def test_ones_own_want_leads_to_ones_own_page(client: FlaskClient, store: Store) -> None:
    own = Profile("user:41", "Ada", page=OWN, wants=(Want("unlisted:bookbinding"),))
    store.profiles.save_many([own])
    store.metadata.set(INDEX_VERSION, "mine", at=NOW)
    there = client.get("/me/wanted?of=user:41&what=unlisted:bookbinding")
    assert (there.status_code, there.location) == (302, "/people/Ada")
    html = client.get("/people/Ada").text
    assert "/me/wanted" not in html
    assert "3 people need this" in html


def test_whoever_is_not_logged_in_comes_back_and_no_form_from_elsewhere_writes(
    app: Flask, client: FlaskClient, site: MemorySite
) -> None:
    visitor = app.test_client()
    assert LINK in plain(visitor.get("/people/Ben").text)
    there = visitor.get(ADDRESS)
    assert "next=/me/wanted" in there.location.replace("%2F", "/")
    assert visitor.post(ADDRESS, data={"step": "join"}).status_code == 403
    assert client.post(ADDRESS, data={"step": "join"}).status_code == 400
    assert site.pages[OWN].text == PROFILE


def test_whoever_was_forgotten_wants_nothing(
    app: Flask, client: FlaskClient, site: MemorySite, store: Store
) -> None:
    keys = context_of(app).settings.erasure_keys
    ErasureMarks(store.database, secrets=keys).add(41, at=NOW)
    assert client.get(ADDRESS).location == "/me"
    assert site.pages[OWN].text == PROFILE
