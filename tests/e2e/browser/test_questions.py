"""The two questions on the first page: suggestions by keyboard, by mouse, and without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browser.test_accessibility import WAYS, opened, violations_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("way", WAYS)
def test_an_open_list_has_no_violation_and_fits(browser: Browser, site: str, way: str) -> None:
    context, page, foreign = opened(browser, site, **WAYS[way])
    page.goto(site)
    page.locator("#c-give").press_sequentially("foto")
    expect(page.locator("#c-give")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    assert foreign == []
    context.close()


def test_one_key_picks_and_searches(page: Page, site: str) -> None:
    page.goto(site)
    field = page.get_by_role("combobox", name="I want to learn …")
    field.press_sequentially("wkdata")
    expect(page.get_by_role("option").first).to_have_text("Wikidata")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?capacity=wikidata&direction=offer")


def test_a_click_picks_and_searches(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("combobox", name="I can share …").press_sequentially("fotograf")
    page.get_by_role("option", name="photography").click()
    page.wait_for_url("**/search?capacity=photography&direction=want")


def test_enter_alone_searches_for_what_was_typed(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("combobox", name="I can share …").fill("flying kites")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=flying+kites&direction=want")
    page.get_by_role("link", name="I can share this").click()
    page.wait_for_url("**/join?offer=flying+kites")


def test_escape_keeps_the_words(page: Page, site: str) -> None:
    page.goto(site)
    field = page.get_by_role("combobox", name="I can share …")
    field.press_sequentially("wiki")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("wiki")


def test_a_late_answer_is_not_shown_for_other_words(page: Page, site: str) -> None:
    """The answer to “wi” comes after that to “lua”."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/suggestions?q=wi", hold)
    page.goto(site)
    field = page.get_by_role("combobox", name="I can share …")
    with page.expect_request("**/suggestions?q=wi"):
        field.fill("wi")
    with page.expect_response("**/suggestions?q=lua"):
        field.fill("lua")
    expect(page.get_by_role("option").first).to_have_text("Lua")
    with page.expect_response("**/suggestions?q=wi"):
        waiting[0].continue_()
    expect(page.get_by_role("option").first).to_have_text("Lua")


def test_while_nothing_answers_the_names_of_the_page_are_suggested(page: Page, site: str) -> None:
    page.route("**/suggestions**", lambda route: route.abort())
    page.goto(site)
    page.get_by_role("combobox", name="I can share …").fill("wikid")
    expect(page.get_by_role("option").first).to_have_text("Wikidata")


def test_without_a_script_the_browser_suggests_and_the_search_is_the_same(
    browser: Browser, site: str
) -> None:
    way = {"language": "de", "color_scheme": "light", "width": 320, "scripts": False}
    context, page, _ = opened(browser, site, **way)
    page.goto(site)
    field = page.get_by_role("combobox", name="Ich möchte lernen …")
    assert field.get_attribute("list") == "capacities"
    assert page.locator("#capacities option[value=Fotografie]").count() == 1
    field.fill("fotografie")
    field.press("Enter")
    page.wait_for_url("**/search?capacity=photography&direction=offer")
    context.close()


@pytest.mark.parametrize("address", ["/", "/search?view=table"])
def test_the_search_box_suggests_places_and_people(page: Page, site: str, address: str) -> None:
    """By mouse and by keyboard; what was chosen is searched for at once."""
    page.goto(f"{site}{address}")
    field = page.get_by_role("combobox", name="Search for people, groups and capacities")
    field.press_sequentially("nigeri")
    page.get_by_role("option", name="Nigeria Country").click()
    page.wait_for_url("**/search?*q=Nigeria*")
    field = page.get_by_role("combobox", name="Search for people, groups and capacities")
    field.fill("")
    field.press_sequentially("keiko")
    expect(page.get_by_role("listbox", name="Search for people")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Keiko*")
    assert page.get_by_role("link", name="Keiko").first.is_visible()


def test_what_a_screen_reader_hears_of_suggestions(
    page: Page, site: str, heard: Callable[[str, str], None]
) -> None:
    page.goto(site)
    page.locator("#c-help").press_sequentially("fotograf")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    heard("questions", page.get_by_role("region", name="I want to learn …").aria_snapshot())
