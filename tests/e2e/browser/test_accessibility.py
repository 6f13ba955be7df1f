"""Every page by axe: light and dark, wide and narrow, both directions, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAYS: dict[str, dict[str, Any]] = {
    "light, wide, left-to-right": {"language": "en", "color_scheme": "light", "width": 1280},
    "dark, narrow, left-to-right": {"language": "en", "color_scheme": "dark", "width": 320},
    "light, narrow, right-to-left": {"language": "ar", "color_scheme": "light", "width": 320},
    "dark, wide, right-to-left": {"language": "fa", "color_scheme": "dark", "width": 1280},
}


def opened(browser: Browser, site: str, **way: Any) -> tuple[BrowserContext, Page, list[str]]:
    """Open a window in a way; the list collects every request to anywhere but the site."""
    context = browser.new_context(
        viewport={"width": way["width"], "height": 900},
        color_scheme=way["color_scheme"],
        java_script_enabled=way.get("scripts", True),
        locale=way["language"],
        reduced_motion=way.get("motion", "no-preference"),
        forced_colors=way.get("forced", "none"),
    )
    foreign: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((site, "data:")):
            foreign.append(request.url)

    context.on("request", note)
    return context, context.new_page(), foreign


def violations_of(page: Page) -> list[tuple[str, Any, str]]:
    """Return what axe finds wrong with a page: rule, element, summary.

    After a click the new page's words can be seen before its style sheets are in.
    """
    page.wait_for_load_state("load")
    result = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
    return [
        (one["id"], node["target"], node.get("failureSummary", "")[:300])
        for one in result.response["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("way", WAYS)
def test_no_page_has_a_violation_and_none_asks_elsewhere(
    browser: Browser, site: str, pages: dict[str, str], way: str
) -> None:
    context, page, foreign = opened(browser, site, **WAYS[way])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    width = WAYS[way]["width"]
    found = {}
    for name, address in pages.items():
        page.goto(f"{site}{address}")
        if violations := violations_of(page):
            found[name] = violations
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        assert scrolled <= width, f"{name} scrolls sideways: {scrolled} of {width}"
    context.close()
    assert found == {}
    assert foreign == []
    assert [text for text in said if "404" not in text] == []


@pytest.mark.parametrize("way", WAYS)
def test_what_check_could_not_understand_has_no_violation(
    browser: Browser, site: str, way: str
) -> None:
    context, page, _ = opened(browser, site, **WAYS[way])
    page.goto(f"{site}/check")
    page.locator("textarea").fill(
        "{{Capacity Exchange profile|offers=wikidatta (mentoring)|country=Nigria|languages=xx-9}}"
    )
    page.locator("form.check button").first.click()
    page.wait_for_url("**/check**#read")
    assert page.locator(".problems li").count() == 4
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    context.close()


def test_without_scripts_every_page_shows_the_same(
    browser: Browser, site: str, pages: dict[str, str]
) -> None:
    seen: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for scripts, texts in seen.items():
        way = {"language": "en", "color_scheme": "light", "width": 1280, "scripts": scripts}
        context, page, foreign = opened(browser, site, **way)
        for name, address in pages.items():
            page.goto(f"{site}{address}")
            texts[name] = page.locator("body").inner_text()
        context.close()
        assert foreign == []
    assert seen[True] == seen[False]


def test_the_first_key_leads_past_the_menu(page: Page, site: str) -> None:
    page.goto(f"{site}/search")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("class") == "skip"
    assert skip.bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_keyboard_meets_things_in_the_order_of_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}/search?q=wikidata")
    met: list[tuple[float, float]] = []
    names: list[str] = []
    for _ in range(14):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "document.activeElement.getAttribute('name') || document.activeElement.textContent.trim()"
            )
        )
        met.append(
            tuple(
                page.evaluate(
                    "(() => { const r = document.activeElement.getBoundingClientRect(); return [r.top, r.left] })()"
                )
            )
        )
    assert names[:3] == ["Skip to content", "Capacity Exchange", "Search"]
    assert names.index("q") < len(names) - 1
    tops = [top for top, _ in met[1:]]
    assert all(two >= one - 60 for one, two in pairwise(tops)), met


@pytest.mark.parametrize(
    "way",
    [{"motion": "reduce"}, {"forced": "active"}],
    ids=["with less motion", "with forced colours"],
)
def test_pages_heed_what_readers_set(
    browser: Browser, site: str, pages: dict[str, str], way: dict[str, str]
) -> None:
    context, page, _ = opened(browser, site, language="en", color_scheme="light", width=1280, **way)
    for name in ("home", "search", "map", "person"):
        page.goto(f"{site}{pages[name]}")
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName != 'none'"
            " || parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
        )
        if "motion" in way:
            assert moving == 0, name
        assert page.locator("h1").is_visible()
    context.close()


def test_on_paper_there_is_content_and_no_menu(
    page: Page, site: str, pages: dict[str, str]
) -> None:
    for name in ("search", "person", "report-gaps"):
        page.goto(f"{site}{pages[name]}")
        page.emulate_media(media="print")
        assert not page.locator(".nav").is_visible()
        assert page.locator("h1").is_visible()
        page.emulate_media(media="screen")


def test_filters_can_be_applied_at_once_on_a_phone(browser: Browser, site: str) -> None:
    """However long they are, the button is on the screen."""
    phone = browser.new_page(viewport={"width": 320, "height": 640})
    phone.goto(f"{site}/search?q=wikidata#filters")
    box = phone.get_by_role("button", name="Apply filters").bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 640 - box["height"]
    phone.close()


def test_a_search_by_keyboard_alone(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("combobox", name="Search").first.focus()
    page.keyboard.type("comunicação")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.locator("article.card").count() > 0
    page.get_by_label("Can share it").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**direction=offer**")
    assert page.get_by_role("link", name="Remove Direction: Can share it").is_visible()


@pytest.mark.parametrize(
    "name",
    [
        "search",
        "search-nothing",
        "person",
        "group",
        "report-overview",
        "capacity",
        "country-without-people",
        "home",
    ],
)
def test_what_a_screen_reader_hears(
    page: Page, site: str, pages: dict[str, str], name: str, heard: Callable[[str, str], None]
) -> None:
    page.goto(f"{site}{pages[name]}")
    heard(name, page.locator("body").aria_snapshot())


def test_what_a_screen_reader_hears_of_matches(
    page: Page, site: str, pages: dict[str, str], heard: Callable[[str, str], None]
) -> None:
    page.goto(f"{site}{pages['person']}")
    heard("matches", page.get_by_role("region", name="Who could help").aria_snapshot())
