"""Writing to somebody from their page in the tool: what stands on the wiki in the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from exchange.model import Cohort, Language, Offer, Profile, Want
from exchange.settings import load
from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.e2e.discussion.conftest import log_in
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW
from webtool import create_app

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("discussion")]

KITES = Offer("unlisted:kites", "{{subst:kites}} & [[more]]")


@pytest.fixture
def ben(fresh: Callable[[str], str], talking: MediaWiki) -> str:
    name = fresh("Ben")
    talking.account(name)
    return name


@pytest.fixture
def tool(talking: MediaWiki, tmp_path: Path, ben: str) -> Iterator[Flask]:
    store = Store.open(f"sqlite:///{tmp_path}/contact.db")
    offers = (Offer("lua", "Lua"), KITES)
    store.profiles.save_many([Profile("user:2", ben, page=f"User:{ben}", offers=offers)])
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    yield create_app(load({"CXC_WIKI": talking.api}), store)
    store.close()


@pytest.mark.parametrize(
    ("language", "ours"), [("en", "Capacity Exchange"), ("ar", "تبادل القدرات")]
)
def test_the_message_is_there_to_be_completed_and_stands_signed_on_the_talk_page(
    page: Page,
    talking: MediaWiki,
    tool: Flask,
    ben: str,
    fresh: Callable[[str], str],
    language: str,
    ours: str,
) -> None:
    ada = fresh("Ada")
    talking.account(ada)
    log_in(page, talking, ada)
    shown = tool.test_client().get(f"/people/{ben.replace(' ', '_')}?uselang={language}").text
    address = re.search(r'href="([^"]+section=new[^"]+)"', shown)
    assert address
    page.goto(unescape(address[1]))
    box = page.locator("#wpTextbox1")
    text = box.input_value()
    assert text.rstrip().endswith("~~~~")
    assert ben in text.partition("\n")[0]
    box.fill(text.replace("\n\n", " Would you teach me?\n\n", 1))
    page.locator("#wpSave").click()
    expect(page.locator("h2", has_text=ours)).to_be_visible()
    saved = talking.page(f"User talk:{ben}") or ""
    assert "Would you teach me?\n\n" in saved
    assert f"[[User:{ada}|{ada}]]" in saved
    assert "noinclude" not in saved
    body = page.locator(".mw-parser-output")
    expect(body).to_contain_text("{{subst:kites}} & [[more]]")
    expect(body.get_by_role("link", name=ours)).to_be_visible()


def test_an_event_begins_with_the_invitation_that_was_drafted(
    page: Page, talking: MediaWiki, tmp_path: Path, fresh: Callable[[str], str]
) -> None:
    names = [fresh(name) for name in ("Ana", "Petr", "Zofia")]
    people = [
        Profile(
            f"user:{number}",
            name,
            page=f"User:{name}",
            page_id=number,
            languages=(Language("fr", 3),),
            wants=(Want("grant-proposal"),),
        )
        for number, name in enumerate(names, start=1)
    ]
    keys = tuple(one.key for one in people)
    store = Store.open(f"sqlite:///{tmp_path}/cohort.db")
    store.profiles.save_many(people)
    store.rounds.replace(unmet=[], cohorts=[Cohort("grant-proposal", "fr", keys, hours=(17,))])
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    client = create_app(load({"CXC_WIKI": talking.api}), store).test_client()
    shown = unescape(client.get("/reports/cohorts/grant-proposal-fr").text)
    store.close()
    draft = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.DOTALL)[0]
    address = re.search(r'href="([^"]+title=Event[^"]+)"', shown)
    assert address
    ada = fresh("Ada")
    talking.account(ada)
    log_in(page, talking, ada)
    page.goto(address[1])
    text = page.locator("#wpTextbox1").input_value()
    assert text.rstrip() == draft.partition("\n\n* [[")[0]
    page.locator("#wpSave").click()
    expect(page.locator(".mw-parser-output")).to_contain_text("17:00")
    assert text.rstrip() in (talking.page(page.locator("h1").inner_text()) or "")
