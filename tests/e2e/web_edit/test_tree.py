"""All capacities to pick from, beside the fields: with and without a script, by keyboard, by axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.test_accessibility import WAYS, violations_of
from tests.e2e.web_edit.conftest import save_on_wiki
from tests.e2e.web_edit.test_form import newcomer, opened_form, site
from tests.support.wiki.mediawiki import MediaWiki

__all__ = ["newcomer", "site"]

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])


def unfold(page: Page, side: str, root: str) -> None:
    """Open the tree of a side, and one of its branches."""
    tree = page.locator(f"section[aria-labelledby={side}] .tree")
    tree.get_by_text("Or pick from the whole list").click()
    tree.locator(".tree__root > summary", has_text=root).click()


@SCRIPTS
def test_what_is_ticked_joins_the_words_that_were_typed(
    browser: Browser, site: str, newcomer: str, mediawiki: MediaWiki, scripts: bool
) -> None:
    page = opened_form(browser, site, newcomer, scripts=scripts)
    page.locator("#offers-0-capacity").fill("Cooking")
    page.locator("#wants-0-capacity").fill("Lua")
    page.locator("#wants-0-note").evaluate("one => { one.value = 'By March'; }")
    unfold(page, "offers", "communication")
    page.get_by_role("checkbox", name="storytelling").check()
    page.get_by_role("checkbox", name="supporting newcomers").check()
    page.get_by_role("button", name="Add what is ticked").click()
    page.wait_for_url("**#offers")
    for field, value in (
        ("#offers-0-capacity", "Cooking"),
        ("#offers-1-capacity", "supporting newcomers"),
        ("#offers-2-capacity", "storytelling"),
        ("#wants-0-capacity", "Lua"),
        ("#wants-0-note", "By March"),
        ("#languages-0-code", "English"),
    ):
        expect(page.locator(field)).to_have_value(value)
    unfold(page, "offers", "communication")
    expect(page.get_by_role("checkbox", name="storytelling")).to_be_disabled()
    unfold(page, "wants", "technology")
    page.locator("[name=wants-pick][value=wikidata]").check()  # and this one is not even added
    page.get_by_role("button", name="Preview").click()
    for words in ("Cooking", "storytelling", "supporting newcomers", "Lua", "By March", "Wikidata"):
        expect(page.locator("article.preview")).to_contain_text(words)
    page.get_by_role("button", name="Back to the form").click()
    expect(page.locator("#wants-1-capacity")).to_have_value("Wikidata")
    page.get_by_role("button", name="Preview").click()
    save_on_wiki(page)
    text = mediawiki.page(f"User:{newcomer}/Capacity Exchange") or ""
    assert "* Cooking\n* supporting newcomers\n* storytelling\n" in text
    assert "* Lua – By March\n* Wikidata\n" in text
    page.context.close()


@SCRIPTS
def test_back_finds_what_was_ticked(
    browser: Browser, site: str, newcomer: str, scripts: bool
) -> None:
    page = opened_form(browser, site, newcomer, scripts=scripts)
    page.locator("#offers-0-capacity").fill("Cooking")
    unfold(page, "wants", "technology")
    page.locator("[name=wants-pick][value=wikidata]").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("article.preview")).to_contain_text("Wikidata")
    page.go_back()
    expect(page.locator("#offers-0-capacity")).to_have_value("Cooking")
    assert page.locator("[name=wants-pick][value=wikidata]").is_checked()
    page.context.close()


def test_a_capacity_is_ticked_by_keyboard_alone(browser: Browser, site: str, newcomer: str) -> None:
    page = opened_form(browser, site, newcomer)
    summary = page.locator(".tree > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    box = page.locator(":focus")
    expect(box).to_be_checked()
    picked = box.get_attribute("value") or ""
    page.keyboard.press("Enter")  # as anywhere in the form: the preview
    name = page.locator(".item__name").first
    expect(name).to_be_visible()
    assert name.inner_text().replace(" ", "-") == picked
    page.context.close()


@pytest.mark.parametrize("way", WAYS)
def test_the_open_tree_has_no_violation_and_fits(
    browser: Browser, site: str, newcomer: str, way: str
) -> None:
    page = opened_form(browser, site, newcomer, "?offer=storytelling", **WAYS[way])
    for address in (page.url, f"{site}/me/request"):
        page.goto(address)
        page.locator(".tree > summary").first.click()
        for root in page.locator(".tree[open] .tree__root > summary").all():
            root.click()
        assert violations_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    page.context.close()


@SCRIPTS
def test_a_request_takes_what_is_pressed_and_keeps_the_rest(
    browser: Browser,
    site: str,
    newcomer: str,
    mediawiki: MediaWiki,
    scripts: bool,
) -> None:
    page = opened_form(browser, site, newcomer, scripts=scripts)
    page.goto(f"{site}/me/request")
    page.locator("#note").fill("For our first workshop")
    page.locator("#until").fill("2027-01-31")
    page.get_by_text("Or pick from the whole list").click()
    page.locator(".tree__root > summary", has_text="technology").click()
    page.locator("[name=what-pick][value=wikidata]").click()
    expect(page.locator("#what")).to_have_value("Wikidata")
    expect(page.locator("#note")).to_have_value("For our first workshop")
    expect(page.locator("#until")).to_have_value("2027-01-31")
    page.get_by_role("button", name="Save the request on the wiki").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    text = mediawiki.page(f"User:{newcomer}/Capacity Exchange") or ""
    assert "| want = Wikidata\n| until = 2027-01-31\n| note = For our first workshop" in text
    page.context.close()
