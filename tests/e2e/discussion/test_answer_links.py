"""Answers by the links of a notice, on the wiki and in the tool: two clicks, the record of a reply."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from bot.notify import ListenResult, listen_for_answers
from exchange.model import SuggestionStatus
from tests.e2e.discussion.conftest import log_in, notifications
from tests.e2e.discussion.test_chromium import PHONE, too_wide, visit
from tests.e2e.web_edit.conftest import served
from tests.integration.delivery.world import BOT, World, live, settings_for
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("discussion")]

WORDS = {
    "yes": SuggestionStatus.ACCEPTED,
    "not this one": SuggestionStatus.DECLINED,
    "we are in touch": SuggestionStatus.IN_TOUCH,
    "it helped": SuggestionStatus.EXCHANGED,
    "stop": SuggestionStatus.STOPPED,
}


def heard(world: World) -> ListenResult:
    """Let the bot read what people wrote."""
    return listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
    )


def answer(page: Page, wiki: MediaWiki, title: str, word: str, skin: str = "vector-2022") -> None:
    """Two clicks from the notice: the word, and "save"."""
    visit(page, wiki, title, useskin=skin)
    page.locator(".mw-parser-output").get_by_role("link", name=word, exact=True).click()
    page.locator("#wpSave").click()
    expect(page.locator("h2", has_text=f"Capacity Exchange: {word}")).to_be_visible()


@pytest.mark.parametrize("word", WORDS)
def test_two_clicks_on_the_wiki_are_an_answer(
    page: Page, told: World, talking: MediaWiki, word: str
) -> None:
    ada, title = told.name["Ada"], f"User talk:{told.name['Ada']}"
    before = talking.page(title) or ""
    told_before = notifications(talking)
    log_in(page, talking, ada)
    answer(page, talking, title, word)
    after = talking.page(title) or ""
    assert after.startswith(before)
    assert f"-->{word} [[User:{ada}|{ada}]]" in after
    assert "noinclude" not in after
    assert notifications(talking) == told_before, "nobody else hears of it"
    assert heard(told).answers == 1
    (recorded,) = told.store.suggestions.answers()
    assert (recorded.status, recorded.by, recorded.via, recorded.revision) == (
        WORDS[word],
        told.key(ada),
        "wiki",
        talking.history(title)[0]["revid"],
    )
    assert heard(told).answers == 0
    told.run(later=timedelta(days=1))
    visit(page, talking, title)
    expect(page.locator(".capacity-exchange-notice")).to_contain_text(f"Understood: {word}.")


def test_somebody_else_s_section_is_no_yes(page: Page, told: World, talking: MediaWiki) -> None:
    log_in(page, talking, told.name["Cleo"])
    answer(page, talking, f"User talk:{told.name['Ada']}", "yes")
    assert heard(told).answers == 0
    assert told.status(told.name["Ada"]) is SuggestionStatus.OPEN


def test_the_words_hold_on_a_phone_and_the_section_may_be_archived(
    page: Page, told: World, talking: MediaWiki
) -> None:
    ada, title = told.name["Ada"], f"User talk:{told.name['Ada']}"
    page.set_viewport_size(PHONE)
    log_in(page, talking, ada)
    visit(page, talking, title, useskin="minerva")
    assert too_wide(page) == []
    answer(page, talking, title, "it helped", "minerva")
    talking.edit(told.name["Cleo"], f"{title}/Archive", talking.page(title) or "")
    talking.edit(told.name["Cleo"], title, "All is in the archive.")
    assert heard(told).answers == 1
    assert told.status(ada) is SuggestionStatus.EXCHANGED


def dump(world: World, *, without: tuple[str, ...] = ()) -> list[str]:
    """Everything that is in the database."""
    with closing(sqlite3.connect(world.database.removeprefix("sqlite:///"))) as database:
        return [line for line in database.iterdump() if not any(f'"{t}"' in line for t in without)]


@pytest.fixture
def tool(told: World, talking: MediaWiki) -> Iterator[str]:
    """A web tool with login over the same store, and notices that link to it; its address."""
    provider = Provider(wiki_api=talking.api).start()
    for name, id in told.ids.items():
        provider.add(name, "never asked for", id)
    with served(provider, told.store, lambda: datetime.now(UTC)) as address:
        title = "Module:Capacity Exchange/settings.json"
        before = talking.page(title) or ""
        talking.edit(BOT, title, json.dumps({**json.loads(before), "web_address": address}))
        talking.jobs()
        yield address
        talking.edit(BOT, title, before)
    provider.stop()


def test_two_clicks_in_the_tool_are_the_same_answer_and_can_be_undone(
    page: Page, told: World, talking: MediaWiki, tool: str
) -> None:
    ada, title = told.name["Ada"], f"User talk:{told.name['Ada']}"
    (suggestion,) = told.store.suggestions.involving(told.key(ada))
    visit(page, talking, title)
    links = page.locator(".mw-parser-output")
    links.get_by_role("link", name="yes", exact=True).nth(1).click()
    # Not logged in yet: the wiki asks, and the way leads back to the same page.
    page.get_by_label("Your name").fill(ada)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{tool}/answer/*/yes?uselang=en")
    for word, status in WORDS.items():
        visit(page, talking, title)
        before = dump(told)
        links.get_by_role("link", name=word, exact=True).nth(1).click()
        button = page.locator("main").get_by_role("button")
        expect(button).to_have_count(1)
        assert dump(told) == before, "looking writes nothing"
        button.click()
        expect(page.locator("main .cdx-message--success")).to_contain_text("Saved")
        expect(page.locator("main")).not_to_contain_text("⧼")
        (recorded,) = told.store.suggestions.answers()
        assert (recorded.suggestion, recorded.status, recorded.by, recorded.via) == (
            suggestion.id,
            status,
            told.key(ada),
            "web",
        )
        assert told.status(ada) is status
        stopped = told.store.preferences.of(told.key(ada)).get("stop", "")
        assert bool(stopped) == (word == "stop")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("main .cdx-message--success")).to_contain_text("Taken back")
        writes = ("deed",)
        assert dump(told, without=writes) == [e for e in before if '"deed"' not in e]
