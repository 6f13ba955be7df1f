"""Somebody with a phone and bad luck: two clicks, a reload, the back button, a block while they ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.test_accessibility import opened
from tests.e2e.web_edit.conftest import log_in, log_in_and_go_on, save_on_wiki
from tests.e2e.web_edit.test_form import newcomer, site
from tests.e2e.web_edit.test_words_kept import refusing
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

__all__ = ["newcomer", "site"]

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

NOTE = "For our first workshop"


@pytest.fixture(params=["script", "no script"])
def page(
    request: pytest.FixtureRequest, browser: Browser, site: str, newcomer: str
) -> Iterator[Page]:
    """Somebody who has just logged in on a phone, with and without a script."""
    way = {"language": "en", "color_scheme": "light", "width": 320}
    context, page, _ = opened(browser, site, **way, scripts=request.param == "script")
    log_in(page, site, newcomer)
    yield page
    context.close()


def previewed(page: Page, site: str, offer: str) -> None:
    page.goto(f"{site}/me/profile")
    page.locator("#offers-0-capacity").fill(offer)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("article.preview")).to_contain_text(offer)


def asked(page: Page, site: str) -> None:
    page.goto(f"{site}/me/request")
    page.locator("#what").fill("Sewing")
    page.locator("#until").fill("2027-01-31")
    page.locator("#note").fill(NOTE)


def profile(wiki: MediaWiki, name: str) -> str:
    return wiki.page(f"User:{name}/Capacity Exchange") or ""


def test_a_double_click_saves_once(
    page: Page, site: str, newcomer: str, mediawiki: MediaWiki
) -> None:
    previewed(page, site, "Knitting")
    page.get_by_role("button", name="Save on the wiki").dblclick()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.get_by_text("has changed in the meantime")).to_have_count(0)
    asked(page, site)
    page.get_by_role("button", name="Save the request").dblclick()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert profile(mediawiki, newcomer).count("Capacity Exchange request") == 1
    assert len(mediawiki.history(f"User:{newcomer}/Capacity Exchange")) == 2


def test_a_reload_shows_the_same_again(
    page: Page, site: str, newcomer: str, mediawiki: MediaWiki
) -> None:
    previewed(page, site, "Knitting")
    page.reload()
    expect(page.locator("article.preview")).to_contain_text("Knitting")
    save_on_wiki(page)
    page.reload()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert len(mediawiki.history(f"User:{newcomer}/Capacity Exchange")) == 1


def test_back_from_saved_corrects_what_was_saved(
    page: Page, site: str, newcomer: str, mediawiki: MediaWiki
) -> None:
    previewed(page, site, "Kniting")
    save_on_wiki(page)
    page.go_back()
    page.go_back()
    field = page.locator("#offers-0-capacity")
    expect(field).to_have_value("Kniting")
    field.fill("Knitting")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("article.preview")).to_contain_text("Knitting")
    expect(page.locator("article.preview")).not_to_contain_text("Kniting")
    expect(page.get_by_text("has changed in the meantime")).to_have_count(0)
    save_on_wiki(page)
    text = profile(mediawiki, newcomer)
    assert "Knitting" in text
    assert "Kniting" not in text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("block", "Your account is blocked on the wiki, so nothing could be written."),
        ("token gone", "The wiki no longer accepts this login."),
        ("consumer disabled", "The wiki no longer accepts edits from this tool."),
        ("captcha", "The wiki wants to know that you are a person."),
        ("maxlag", "The wiki is slow right now, and others are already waiting for it."),
        ("ratelimited", "You have edited a lot in a short time."),
        ("readonly", "The wiki is read-only at the moment."),
        ("abusefilter-warning", "A filter of the wiki has something to say"),
    ],
)
def test_back_from_a_refused_request_finds_every_word(
    page: Page,
    site: str,
    newcomer: str,
    mediawiki: MediaWiki,
    provider: Provider,
    kind: str,
    words: str,
) -> None:
    asked(page, site)
    with refusing(kind, mediawiki, provider, user=newcomer):
        page.get_by_role("button", name="Save the request").click()
        expect(page.get_by_text(words)).to_be_visible()
        assert "Sewing" in page.locator("textarea").input_value()
        page.go_back()
        for field, value in (("#what", "Sewing"), ("#until", "2027-01-31"), ("#note", NOTE)):
            expect(page.locator(field)).to_have_value(value)
        page.go_forward()
        expect(page.get_by_text(words)).to_be_visible()
    again = "Save all the same" if kind == "abusefilter-warning" else "Try again"
    page.get_by_role("button", name=again).click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert f"| want = Sewing\n| until = 2027-01-31\n| note = {NOTE}" in profile(mediawiki, newcomer)


def test_a_block_is_told_before_anything_is_asked(
    page: Page, site: str, newcomer: str, mediawiki: MediaWiki, provider: Provider
) -> None:
    with refusing("block", mediawiki, provider, user=newcomer):
        for form in ("/me/request", "/me/profile"):
            page.goto(f"{site}{form}")
            expect(page.get_by_text("Your account is blocked on the wiki")).to_be_visible()
            expect(page.get_by_text("The reason given is Made up.")).to_be_visible()
    page.goto(f"{site}/me/request")
    expect(page.get_by_text("Your account is blocked on the wiki")).to_have_count(0)


def test_a_login_that_ended_mid_request_brings_it_back(
    page: Page, site: str, newcomer: str, mediawiki: MediaWiki
) -> None:
    asked(page, site)
    page.context.clear_cookies()
    page.get_by_role("button", name="Save the request").click()
    expect(page.get_by_text("Your login has ended while you were writing")).to_be_visible()
    log_in_and_go_on(page, newcomer)
    expect(page.locator("#note")).to_have_value(NOTE)
    page.get_by_role("button", name="Save the request").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert NOTE in profile(mediawiki, newcomer)


def test_the_language_menu_takes_a_request_along(page: Page, site: str) -> None:
    asked(page, site)
    page.locator(".picker summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Einmal um Hilfe bitten")
    for field, value in (("#what", "Sewing"), ("#until", "2027-01-31"), ("#note", NOTE)):
        expect(page.locator(field)).to_have_value(value)
