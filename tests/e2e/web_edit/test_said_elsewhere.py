"""What somebody said elsewhere, in a browser: two clicks make a profile of it, or a tick for each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.e2e.browser.test_accessibility import WAYS, violations_of
from tests.e2e.web_edit.conftest import join, save_on_wiki, served
from tests.e2e.web_edit.test_form import opened_form, stops
from tests.support.elsewhere import (
    AFFILIATES,
    CAPACITIES,
    PEOPLE,
    affiliates_module,
    capacities_page,
    people_page,
    put_pages,
)
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]


@pytest.fixture
def site(mediawiki: MediaWiki, provider: Provider, tmp_path: Path) -> Iterator[str]:
    """The web tool, which has not read any of the pages yet; for it, this wiki is Commons, too."""
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    own = tmp_path / "own.toml"
    own.write_text(f'[sources]\nplatform = "{mediawiki.api}"\nseconds = 30\n')
    with served(provider, store, lambda: NOW, CXC_CONFIG=str(own)) as address:
        yield address
    store.close()


@pytest.fixture
def newcomer(mediawiki: MediaWiki, provider: Provider, fresh: Callable[[str], str]) -> str:
    """Somebody with a Babel box and a row in the platform's table, and no profile."""
    name = fresh("Sample Newcomer")
    join(mediawiki, provider, name)
    put_pages(
        mediawiki,
        {
            CAPACITIES: capacities_page(),
            PEOPLE: people_page({name: "[134, 12]"}),
            AFFILIATES: affiliates_module(name),
        },
    )
    mediawiki.edit(name, f"User:{name}", "{{#babel:en-3|yo}}")
    return name


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_two_clicks_lead_from_an_empty_page_to_a_complete_profile(
    browser: Browser, site: str, newcomer: str, mediawiki: MediaWiki, scripts: bool
) -> None:
    page = opened_form(browser, site, newcomer, scripts=scripts)
    assert mediawiki.page(f"User:{newcomer}/Capacity Exchange") is None
    page.get_by_role("button", name="Take over all of it and preview").click()
    shown = page.locator("article.preview")
    for words in ("Lua", "budgeting", "English", "Wikimedians of Lagos"):
        expect(shown).to_contain_text(words)
    save_on_wiki(page)
    text = mediawiki.page(f"User:{newcomer}/Capacity Exchange") or ""
    for words in ("Lua", "budgeting", "languages = en-3, yo-N", "Wikimedians of Lagos"):
        assert words in text
    assert ("timezone = Africa/Lagos" in text) == scripts
    page.goto(f"{site}/me/profile")
    expect(page.locator("#offers")).to_be_visible()
    expect(page.get_by_text("You already said elsewhere")).to_have_count(0)
    page.context.close()


def test_only_what_is_ticked_comes_along(browser: Browser, site: str, newcomer: str) -> None:
    page = opened_form(browser, site, newcomer)
    page.get_by_label("Can share: Lua").check()
    page.get_by_role("button", name="Preview", exact=True).click()
    shown = page.locator("article.preview")
    expect(shown).to_contain_text("Lua")
    expect(shown).not_to_contain_text("budgeting")
    expect(shown).not_to_contain_text("Wikimedians of Lagos")
    page.context.close()


def test_the_preview_is_still_what_enter_leads_to(
    browser: Browser, site: str, newcomer: str
) -> None:
    page = opened_form(browser, site, newcomer, scripts=False)
    assert len(stops(page)) <= 35
    page.locator("#offers-0-capacity").fill("Wikidata")
    page.locator("#offers-0-capacity").press("Enter")
    shown = page.locator("article.preview")
    expect(shown).to_contain_text("Wikidata")
    expect(shown).not_to_contain_text("budgeting")
    page.context.close()


@pytest.mark.parametrize("way", WAYS)
def test_what_was_said_elsewhere_has_no_violation(
    browser: Browser, site: str, newcomer: str, way: str
) -> None:
    page = opened_form(browser, site, newcomer, **WAYS[way])
    expect(page.locator("#elsewhere")).to_be_visible()
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    page.context.close()
