"""What a save meets at a wiki that fails in the midst of it, on a wiki in memory."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from exchange.store import Store
from tests.support.account_wiki import MemoryAccountWiki, MemorySite
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over
from webtool.account.auth import EXTENSION, SECRET
from webtool.account.oauth import Identity, Token
from webtool.account.wiki import EditablePage
from webtool.limits import TooBusy

TITLE = "User:Ada/Capacity Exchange"


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()


@pytest.fixture
def app(tmp_path: Path, site: MemorySite) -> Flask:
    Store.open(f"sqlite:///{tmp_path}/one.db").close()
    app = app_over(
        tmp_path / "one.db",
        CXC_OAUTH_CONSUMER_KEY="key",
        CXC_OAUTH_CONSUMER_SECRET="secret",
        CXC_OAUTH_WIKI="http://127.0.0.1:9/w/index.php",
        CXC_SECRET="x" * 40,
    )
    services = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(services, open_wiki=lambda login: site.open_as(login.name))
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which Ada is logged in."""
    logins = app.extensions[EXTENSION].logins
    secret = logins.begin(identity=Identity(41, "Ada"), access=Token("k", "s"), now=NOW)
    client = app.test_client()
    with client.session_transaction() as session:
        session[SECRET] = secret
    return client


def save(client: FlaskClient, base: int = 0) -> tuple[int, str]:
    page = client.get("/me/profile").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = client.post(
        "/me/profile",
        data={
            "csrf_token": token[1],
            "step": "save",
            "base": str(base),
            "offers-0-capacity": "Lua",
        },
    )
    return answer.status_code, answer.text


def fail(error: Exception) -> None:
    raise error


def test_a_save_is_on_the_page_in_their_name(client: FlaskClient, site: MemorySite) -> None:
    assert save(client)[0] == 200
    assert "Lua" in site.pages[TITLE].text
    assert site.authors(TITLE) == {"Ada"}


def test_a_save_whose_answer_was_lost_is_looked_for_on_the_page(
    client: FlaskClient, site: MemorySite
) -> None:
    site.after_save = lambda: fail(ResponseLost("lost"))
    assert save(client)[0] == 200, "it arrived, only its answer was lost"
    assert len(site.pages[TITLE].revisions) == 1


def test_a_save_that_never_arrived_is_told_as_unknown(
    client: FlaskClient, site: MemorySite
) -> None:
    site.before_save = lambda: fail(ResponseLost("lost"))
    assert save(client)[0] == 502
    assert TITLE not in site.pages


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WikiUnavailable("away"), 502),
        (EditRefused("blocked", "You are blocked"), 409),
        (EditRefused("abusefilter-disallowed", "No"), 409),
        (TooBusy(), 503),
    ],
)
def test_what_the_wiki_refuses_is_told_and_nothing_is_written(
    client: FlaskClient, site: MemorySite, error: Exception, status: int
) -> None:
    site.before_save = lambda: fail(error)
    assert save(client)[0] == status
    assert TITLE not in site.pages


def test_an_edit_in_between_shows_the_newer_page_before_anything_is_saved(
    client: FlaskClient, site: MemorySite
) -> None:
    base = site.edit("Ada", TITLE, "Old words.")

    def meanwhile() -> None:
        site.before_save = lambda: None
        site.edit("Ben", TITLE, "Newer words.")

    site.before_save = meanwhile
    status, page = save(client, base)
    assert status == 409
    assert "Newer words." in page
    assert site.pages[TITLE].text == "Newer words."


def test_a_second_click_on_save_is_told_as_saved_and_writes_nothing(
    client: FlaskClient, site: MemorySite
) -> None:
    """One after the other, and in the very moment: nobody is told that somebody else was there."""
    assert save(client)[0] == 200
    status, page = save(client)
    assert status == 200
    assert "Your words are on" in page
    del site.pages[TITLE]

    def meanwhile() -> None:
        site.before_save = lambda: None
        site.edit("Ada", TITLE, "{{Capacity Exchange profile\n| offers = Lua\n}}\n")

    site.before_save = meanwhile
    status, page = save(client)
    assert status == 200
    assert "Your words are on" in page
    assert len(site.pages[TITLE].revisions) == 1


def test_a_request_that_is_sent_twice_is_asked_once(client: FlaskClient, site: MemorySite) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me/request").text)
    assert token
    asked = {"csrf_token": token[1], "what": "Lua", "note": "For our {{infobox}} cafe\u0301"}
    for _ in range(2):
        page = client.post("/me/request", data=asked)
        assert page.status_code == 200
        assert "Your words are on" in page.text
    assert site.pages[TITLE].text.count("Capacity Exchange request") == 1
    assert client.post("/me/request", data=asked | {"note": ""}).status_code == 200
    assert site.pages[TITLE].text.count("Capacity Exchange request") == 2, "another request"


@pytest.mark.parametrize("error", [WikiUnavailable("away"), TooBusy(), EditRefused("x", "")])
def test_a_request_can_be_written_while_the_wiki_is_away(
    client: FlaskClient, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it would let them save is asked first; without an answer the form opens all the same."""
    with monkeypatch.context() as away:
        away.setattr(MemoryAccountWiki, "draft", lambda wiki, *, title: fail(error))
        page = client.get("/me/request?what=lua")
        assert page.status_code == 200
        assert 'name="what" value="Lua"' in page.text


def began(client: FlaskClient) -> dict[str, str]:
    """What a form holds that was just opened."""
    page = client.get("/me/profile").text
    names = ("csrf_token", "base", "began")
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in names}
    return {name: one[1] for name, one in found.items() if one}


def test_whoever_goes_back_to_a_form_that_was_saved_can_correct_a_word(
    client: FlaskClient, site: MemorySite
) -> None:
    """The words that they wrote are nobody else's: they are not put together with the correction."""
    form = began(client) | {"offers-0-capacity": "Luaa", "wants-0-capacity": "SQL"}
    assert client.post("/me/profile", data=form | {"step": "save"}).status_code == 200
    corrected = form | {"offers-0-capacity": "Lua"}
    page = client.post("/me/profile", data=corrected | {"step": "preview"}).text
    assert "The page has changed" not in page
    assert client.post("/me/profile", data=corrected | {"step": "save"}).status_code == 409
    corrected["base"] = str(site.last)
    assert client.post("/me/profile", data=corrected | {"step": "save"}).status_code == 200
    assert "Luaa" not in site.pages[TITLE].text
    assert "* Lua" in site.pages[TITLE].text
    newer = site.pages[TITLE].text.replace("* Lua", "* Lua\n* Photography")
    site.edit("Ada", TITLE, newer)
    page = client.post("/me/profile", data=corrected | {"step": "preview"}).text
    assert "The page has changed" in page
    assert "photography" in page, "what came from elsewhere stays"


def test_what_came_from_elsewhere_can_be_taken_out_in_the_form(
    client: FlaskClient, site: MemorySite
) -> None:
    form = began(client) | {"offers-0-capacity": "Lua"}
    site.edit("Ada", TITLE, "{{Capacity Exchange profile\n| offers =\n* Photography\n}}")
    page = client.post("/me/profile", data=form | {"step": "preview"}).text
    assert "Photography" in page
    page = client.post("/me/profile", data=form | {"step": "form"}).text
    rows = dict(re.findall(r'name="(offers-\d+-capacity)" value="([^"]+)"', page))
    assert sorted(rows.values()) == ["Lua", "Photography"]
    seen = re.findall(r'name="(began|base)" value="([^"]+)"', page)
    fields = {name: "Lua" if value == "Lua" else "" for name, value in rows.items()}
    again = form | dict(seen) | fields
    assert client.post("/me/profile", data=again | {"step": "save"}).status_code == 200
    assert "Photography" not in site.pages[TITLE].text
    assert "* Lua" in site.pages[TITLE].text


BABEL = "{{#babel:yo|en-3}} Hello!"


def preview(client: FlaskClient) -> str:
    page = client.get("/me/profile").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], "step": "preview", "offers-0-capacity": "Lua"}
    return client.post("/me/profile", data=data).text


def test_the_babel_box_of_the_user_page_counts_in_the_preview_and_once_it_is_saved(
    client: FlaskClient, site: MemorySite
) -> None:
    site.edit("Ada", "User:Ada", BABEL)
    for html in (preview(client), save(client)[1]):
        assert "The profile says no language" not in html
        assert "Languages come from the Babel box on" in html
        assert "Yoruba" in html


@pytest.mark.parametrize("above", ["No box here.", None])
def test_no_babel_box_anywhere_is_told_in_the_preview(
    client: FlaskClient, site: MemorySite, above: str | None
) -> None:
    if above:
        site.edit("Ada", "User:Ada", above)
    html = preview(client)
    assert "The profile says no language" in html
    assert "Languages come from" not in html


@pytest.mark.parametrize("error", [WikiUnavailable("away"), TooBusy(), EditRefused("x", "")])
def test_a_wiki_that_does_not_show_the_user_page_lets_it_be_told_as_saved(
    client: FlaskClient, site: MemorySite, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = MemoryAccountWiki.draft
    base = site.edit("Ada", TITLE, "{{Capacity Exchange profile|offers=SQL}}")

    def draft(wiki: MemoryAccountWiki, *, title: str) -> EditablePage:
        if title == "User:Ada":
            raise error
        return read(wiki, title=title)

    monkeypatch.setattr(MemoryAccountWiki, "draft", draft)
    status, html = save(client, base)
    assert status == 200
    assert "Lua" in site.pages[TITLE].text
    assert "The profile says no language" not in html, "nobody knows"
