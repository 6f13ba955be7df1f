"""How to take part: a page that says it, and a way there from wherever nobody was found."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from exchange.model import Profile, Want
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import addresses, app_over
from webtool.pages.check import EXAMPLE

LOGIN = {
    "CXC_OAUTH_CONSUMER_KEY": "key",
    "CXC_OAUTH_CONSUMER_SECRET": "secret",
    "CXC_OAUTH_WIKI": "https://wiki.example.org/w/index.php",
    "CXC_SECRET": "a secret that is long enough for the tests",
    "CXC_WEB_ADDRESS": "https://exchange.example.org",
}


def links(page: str) -> dict[str, str]:
    """The address of each link, by its words."""
    found = re.findall(r'<a\b[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.S)
    return {
        " ".join(re.sub(r"<[^>]+>", " ", words).split()): unescape(href) for href, words in found
    }


@pytest.fixture
def with_login(database: Path) -> FlaskClient:
    return app_over(database, **LOGIN).test_client()


def test_the_three_ways_lead_to_login_to_text_and_to_the_form_of_the_wiki(
    with_login: FlaskClient,
) -> None:
    found = links(with_login.get("/join").text)
    assert found["Log in and begin"] == "/me/profile"
    text, form = (urlsplit(found[one]) for one in ("Open the page", "Open the visual editor"))
    assert text.netloc == form.netloc == "wiki.example.org"
    page = {"title": ["Special:MyPage/Capacity_Exchange"]}
    preload = {"preload": ["Template:Capacity Exchange profile/preload"]}
    summary = {"summary": ["Capacity Exchange"]}
    assert parse_qs(text.query) == page | preload | summary | {"action": ["edit"]}
    assert parse_qs(form.query) == page | preload | {"veaction": ["edit"]}


def test_without_login_the_two_ways_on_the_wiki_are_left(client: FlaskClient) -> None:
    page = client.get("/join").text
    assert "Log in" not in page
    assert "/me" not in page
    assert {"Open the page", "Open the visual editor"} <= set(links(page))


def test_without_a_wiki_to_link_to_there_is_the_text_to_copy(database: Path) -> None:
    page = app_over(database, CXC_WIKI="").test_client().get("/join").text
    assert "wiki.example.org" not in page
    assert "<details" in page.partition("</header>")[2]
    assert 'class="names" open' in page
    assert EXAMPLE in unescape(page)


def test_what_somebody_came_for_goes_with_them(with_login: FlaskClient) -> None:
    for query, shown, carried in (
        ("want=lua", "Lua", "/me/profile?want=lua"),
        ("offer=unlisted:oral%20history", "oral history", "/me/profile?offer=oral+history"),
        ("want=%3Cb%3E%20x%20", "<b> x", "/me/profile?want=%3Cb%3E+x"),
    ):
        page = with_login.get(f"/join?{query}").text
        assert f"“{shown}” will be in the form already." in re.sub(r"</?bdi>", "", unescape(page))
        assert links(page)["Log in and begin"] == carried
        assert "<b>" not in page


@pytest.mark.parametrize(
    ("page", "words", "leads_to"),
    [
        ("/search?q=zzz&direction=offer", "I want to learn this", "/join?want=zzz"),
        ("/search?q=zzz&direction=want", "I can share this", "/join?offer=zzz"),
        ("/search?q=zzz", "I can share this", "/join?offer=zzz"),
        ("/search?capacity=lua&q=zzz&direction=offer", "I want to learn this", "/join?want=lua"),
        ("/capacities/facilitation", "I can share this", "/join?offer=facilitation"),
        ("/capacities/facilitation", "I want to learn this", "/join?want=facilitation"),
        ("/places/NG", "Join", "/join"),
        ("/places/IS", "Be the first", "/join"),
        ("/places/SSA", "Join", "/join"),
    ],
)
def test_pages_lead_there(client: FlaskClient, page: str, words: str, leads_to: str) -> None:
    text = client.get(page).text.partition("<main")[2]
    assert links(text)[words] == leads_to


def test_who_is_not_offered_or_wanted_yet_can_be_the_first(tmp_path: Path) -> None:
    path = tmp_path / "exchange.db"
    store = Store.open(f"sqlite:///{path}")
    store.profiles.save_many([Profile("user:1", "Sample Ada", wants=(Want("lua"),))])
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    store.close()
    client = app_over(path).test_client()
    assert links(client.get("/capacities/lua").text)["Be the first"] == "/join?offer=lua"
    assert links(client.get("/people/Sample_Ada").text)["Be the first"] == "/join?offer=lua"
    assert links(client.get("/requests").text.partition("<main")[2])["Join"] == "/join"


def test_every_page_has_it_in_its_menu(client: FlaskClient, people: list[Profile]) -> None:
    for page in addresses(people).values():
        assert links(client.get(page).text.partition("<main")[0])["Join"] == "/join", page


def test_the_language_stays(client: FlaskClient) -> None:
    page = client.get("/join?uselang=ar").text
    assert 'dir="rtl"' in page
    assert links(client.get("/capacities/lua?uselang=de").text)["Ich kann das weitergeben"] == (
        "/join?offer=lua&uselang=de"
    )
