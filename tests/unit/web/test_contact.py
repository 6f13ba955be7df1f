"""Writing to somebody: the page, the words, and who sees which button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Kind, Language, Offer, Profile, Reason, Sent, Skipped, Want
from exchange.store.notices import Notice
from exchange.store.runs import INDEX_VERSION
from exchange.store.store import Store
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over
from tests.unit.web.test_join import LOGIN, links
from webtool.account.auth import SECRET, auth_services
from webtool.account.oauth import Identity, Token
from webtool.pages.contact import common_ground

ENGLISH, YORUBA = Language("en", 4), Language("yo", 6)
ADA = Profile(
    "user:1",
    "Sample Ada",
    page="User:Sample Ada",
    offers=(Offer("wikidata", "Wikidata"), Offer("unlisted:flying kites", "flying [[kites]]")),
    wants=(Want("lua", "Lua"),),
    languages=(ENGLISH, YORUBA),
)
BEN = Profile(
    "user:2",
    "Sample Ben",
    page="User:Sample Ben",
    offers=(Offer("lua", "Lua"),),
    wants=(Want("technology", "Technology"), Want("finance", "Finance")),
    languages=(Language("fr", 6), ENGLISH, Language("yo", 1)),
)
GROUP = Profile(
    "page:9",
    "Sample Group",
    Kind.USER_GROUP,
    page="Project:Sample Group",
    page_id=9,
    contacts=("Sample Cleo", "Sample Ada"),
    offers=(Offer("finance", "Finance"),),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    store.profiles.save_many([ADA, BEN, GROUP])
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    yield store
    store.close()


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Flask:
    return app_over(tmp_path / "exchange.db", **LOGIN)


def client_of(app: Flask, account: int = 0) -> FlaskClient:
    """A browser; with an account, one that is logged in."""
    client = app.test_client()
    if account:
        with app.test_request_context():
            secret = auth_services().logins.begin(
                identity=Identity(account, f"Sample {account}"), access=Token("a", "b"), now=NOW
            )
        with client.session_transaction(base_url=LOGIN["CXC_WEB_ADDRESS"]) as session:
            session[SECRET] = secret
    return client


def shown(client: FlaskClient, path: str) -> str:
    page = client.get(path, base_url=LOGIN["CXC_WEB_ADDRESS"])
    assert page.status_code == 200
    return page.text.partition("<main")[2]


def message(page: str, name: str = "Write to Sample Ben") -> dict[str, str]:
    """What the button sends along to the wiki."""
    query = parse_qs(urlsplit(links(page)[name]).query)
    return {key: value for key, (value,) in query.items()}


def test_a_stranger_has_one_button_and_it_begins_a_message(app: Flask) -> None:
    page = shown(client_of(app), "/people/Sample_Ben")
    assert page.partition("</header>")[0].count("cdx-button--weight-primary") == 1
    assert message(page) == {
        "title": "User_talk:Sample_Ben",
        "action": "edit",
        "section": "new",
        "preload": "Template:Capacity Exchange profile/message",
        "preloadtitle": "Capacity Exchange",
        "preloadparams[]": "Hello Sample Ben! I found your profile in the [[:Capacity Exchange|"
        "Capacity Exchange]]. You say there that you can share Lua.",
    }
    assert "Edit it" in links(page), "it may be theirs"
    assert "action=edit&title=User%3ASample_Ben" not in unescape(page)


def test_what_both_have_in_common_is_in_it(app: Flask) -> None:
    page = shown(client_of(app, 1), "/people/Sample_Ben")
    assert message(page)["preloadtitle"] == "Capacity Exchange: Lua"
    assert message(page)["preloadparams[]"].partition("]]. ")[2] == (
        "I would like to learn Lua, and you can share that. "
        "You would like to learn technology, and I can share that. "
        "We both speak English."
    )
    assert not {"Edit", "Edit it"} & set(links(page)), "no owner's button for a stranger"


def test_it_is_in_the_reader_s_language(app: Flask) -> None:
    page = shown(client_of(app, 1), "/people/Sample_Ben?uselang=de")
    told = message(page, "An Sample Ben schreiben")
    assert "Ich möchte Lua lernen, und du kannst das weitergeben." in told["preloadparams[]"]
    assert "Wir sprechen beide Englisch." in told["preloadparams[]"]


def test_owners_edit_and_do_not_write_to_themselves(app: Flask) -> None:
    page = shown(client_of(app, 2), "/people/Sample_Ben")
    found = links(page)
    assert found["Edit"] == "/me/profile?of=user:2"
    assert not [words for words in found if words.startswith("Write to")]
    assert page.count("cdx-button--weight-primary") == 1


def test_a_group_is_written_to_through_its_contact(app: Flask) -> None:
    page = shown(client_of(app, 1), "/groups/Sample_Group")
    told = message(page, "Write to Sample Cleo")
    assert told["title"] == "User_talk:Sample_Cleo"
    assert told["preloadtitle"] == "Capacity Exchange"


def test_the_message_goes_where_the_bot_reached_them_last(app: Flask, store: Store) -> None:
    def notice(number: int, page: str, *, sent: bool = True) -> None:
        one = Notice(f"n{number}", "user:2", 2, "Sample Ben", f"c{number}", NOW)
        store.notices.open(one)
        outcome = Sent(number, page) if sent else Skipped(Reason.USER_BLOCKED, "")
        store.notices.close(one.id, outcome, at=NOW + timedelta(days=number))

    notice(1, "User talk:Sample Ben/Old")
    notice(2, "User talk:Sample Ben/Messages")
    notice(3, "", sent=False)
    page = shown(client_of(app), "/people/Sample_Ben")
    assert message(page)["title"] == "User_talk:Sample_Ben/Messages"


def test_words_that_would_be_markup_are_only_words(app: Flask) -> None:
    told = message(shown(client_of(app, 2), "/people/Sample_Ada"), "Write to Sample Ada")
    assert "[[kites" not in told["preloadparams[]"]
    told = message(shown(client_of(app), "/people/Sample_Ada"), "Write to Sample Ada")
    assert "flying &#91;&#91;kites&#93;&#93;" in told["preloadparams[]"]


def test_without_a_wiki_there_is_nobody_to_write_to(store: Store, tmp_path: Path) -> None:
    client = app_over(tmp_path / "exchange.db", CXC_WIKI="").test_client()
    page = client.get("/people/Sample_Ben").text
    assert "Write to" not in page


def test_common_ground_counts_what_is_broader_or_narrower_and_spoken_well_enough() -> None:
    ground = common_ground(ADA, BEN, load())
    assert [one.capacity for one in ground.learn] == ["lua"]
    assert [one.capacity for one in ground.share] == ["technology"]
    assert ground.languages == ("en",)
    other = common_ground(ADA, GROUP, load())
    assert not other


def test_what_is_lent_is_looked_for_and_not_learnt(app: Flask, store: Store) -> None:
    asking = replace(ADA, wants=(*ADA.wants, Want("venue")), offers=(*ADA.offers, Offer("camera")))
    giving = replace(BEN, offers=(*BEN.offers, Offer("venue")), wants=(*BEN.wants, Want("camera")))
    store.profiles.save_many([asking, giving])
    store.metadata.set(INDEX_VERSION, "lent", at=NOW)
    page = shown(client_of(app, 1), "/people/Sample_Ben")
    assert message(page)["preloadparams[]"].partition("]]. ")[2] == (
        "I would like to learn Lua, and you can share that. "
        "I am looking for venue, and you offer that. "
        "You would like to learn technology, and I can share that. "
        "You are looking for camera, and I offer that. "
        "We both speak English."
    )
