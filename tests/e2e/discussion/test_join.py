"""The two ways onto the wiki that /join shows, followed in a browser to a saved profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from exchange.settings import load
from tests.e2e.discussion.conftest import log_in
from tests.e2e.discussion.test_chromium import PATIENCE, PHONE
from tests.support.wiki.mediawiki import MediaWiki
from webtool import create_app

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("discussion")]


@pytest.fixture
def ways(talking: MediaWiki, tmp_path: Path) -> dict[str, str]:
    """The address of each way, by the words of its button."""
    settings = load({"CXC_WIKI": talking.api, "CXC_DATABASE": f"sqlite:///{tmp_path}/join.db"})
    page = create_app(settings).test_client().get("/join").text
    found = re.findall(r'class="cdx-button[^"]*" href="([^"]+)"[^>]*>([^<]+)</a>', page)
    return {words: unescape(href) for href, words in found}


@pytest.fixture
def ada(page: Page, talking: MediaWiki, fresh: Callable[[str], str]) -> str:
    name = fresh("Ada")
    talking.account(name)
    log_in(page, talking, name)
    return name


def test_as_text_the_template_is_there_to_be_filled_in(
    page: Page, talking: MediaWiki, ways: dict[str, str], ada: str
) -> None:
    page.goto(ways["Open the page"])
    box = page.locator("#wpTextbox1")
    text = box.input_value()
    assert text.startswith("{{Capacity Exchange profile\n|kind=person\n|offers=\n* \n")
    box.fill(text.replace("* \n", "* Lua\n", 1))
    page.locator("#wpSave").click()
    expect(page.locator(".capacity-exchange-profile")).to_contain_text("Lua")
    assert "* Lua\n" in (talking.page(f"User:{ada}/Capacity Exchange") or "")


def test_in_the_visual_editor_the_template_is_there_to_be_clicked(
    page: Page, ways: dict[str, str], ada: str
) -> None:
    page.goto(ways["Open the visual editor"])
    profile = page.locator(".ve-ce-surface .capacity-exchange-profile")
    expect(profile).to_be_visible(timeout=PATIENCE)
    assert f"User:{ada}/Capacity" in page.url.replace("%20", " ").replace("_", " ")


@pytest.mark.parametrize("language", ["en", "ar", "uk", "de"])
def test_the_portal_fits_on_a_phone(page: Page, talking: MediaWiki, language: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(talking.url("Capacity Exchange", useskin="minerva", uselang=language))
    expect(page.locator(".createbox input[name=create]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = page.locator(".capacity-exchange-portal").bounding_box()
    for part in ("title", "create"):
        inside = page.locator(f".createbox input[name={part}]").bounding_box()
        assert box
        assert inside
        assert inside["x"] >= box["x"]
        assert inside["x"] + inside["width"] <= box["x"] + box["width"]


def test_what_somebody_needs_becomes_a_request_on_a_page_of_their_own(
    page: Page, talking: MediaWiki, ada: str
) -> None:
    page.goto(talking.url("Capacity Exchange"))
    page.get_by_label("What I need").fill("grant writing")
    page.get_by_role("button", name="I am looking for help").click()
    expect(page.locator("#wpTextbox1")).to_have_value(
        re.compile(r"^\{\{Capacity Exchange request\n\|want=\{\{subst:SUBPAGENAME\}\}\n")
    )
    page.locator("#wpSave").click()
    expect(page.locator(".capacity-exchange-request")).to_contain_text("grant writing")
    text = talking.page(f"User:{ada}/Capacity Exchange/grant writing") or ""
    assert "|want=grant writing\n" in text
