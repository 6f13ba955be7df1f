"""What was typed comes back after a refusal: by the page's buttons and by the browser's own back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.store import Store
from tests.e2e.browser.test_accessibility import violations_of
from tests.e2e.web_edit.conftest import join, log_in, log_in_and_go_on, save_on_wiki, served
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

ADA = "Sample Kept Ada"
TEXT = "{{Capacity Exchange profile\n| offers = Wikidata\n| seats = 3\n| languages = en-3\n}}\n"
READ_ONLY = "$wgReadOnly = 'The disks are exchanged.';"


@pytest.fixture(scope="module")
def site(
    mediawiki: MediaWiki, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("kept")
    store = Store.open(f"sqlite:///{folder}/exchange.db")
    join(mediawiki, provider, ADA)
    with served(provider, store, lambda: NOW) as address:
        yield address
    store.close()


@pytest.fixture(params=["script", "no script"])
def page(
    request: pytest.FixtureRequest, browser: Browser, site: str, mediawiki: MediaWiki
) -> Iterator[Page]:
    """Somebody who is logged in, with a profile, with and without script."""
    mediawiki.edit(ADA, f"User:{ADA}", TEXT)
    context = browser.new_context(locale="en", java_script_enabled=request.param == "script")
    page = context.new_page()
    log_in(page, site, ADA)
    page.goto(f"{site}/me/profile")
    yield page
    context.close()
    mediawiki.settings("", name="kept")


def fill(page: Page) -> None:
    page.locator("#offers-1-capacity").fill("Knitting")
    page.locator("#offers-0-capacity").fill("Wikidata queries")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Check before you save")).to_be_visible()


def test_back_from_a_refusal_finds_the_form_as_it_was(page: Page, mediawiki: MediaWiki) -> None:
    fill(page)
    mediawiki.settings(READ_ONLY, name="kept")
    page.get_by_role("button", name="Save on the wiki").click()
    expect(page.get_by_role("heading", name="It was not saved")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Check before you save")).to_be_visible()
    page.go_back()
    expect(page.locator("#offers-1-capacity")).to_have_value("Knitting")
    expect(page.locator("#offers-0-capacity")).to_have_value("Wikidata queries")


def test_from_a_refusal_a_button_leads_on_or_back(page: Page, mediawiki: MediaWiki) -> None:
    fill(page)
    mediawiki.settings(READ_ONLY, name="kept")
    page.get_by_role("button", name="Save on the wiki").click()
    page.get_by_text("Copy my text").first.click()
    assert "Knitting" in page.locator("textarea").input_value()
    page.get_by_role("button", name="Back to the form").click()
    expect(page.locator("#offers-1-capacity")).to_have_value("Knitting")
    page.get_by_role("button", name="Preview").click()
    mediawiki.settings("", name="kept")
    save_on_wiki(page)
    assert "Knitting" in (mediawiki.page(f"User:{ADA}") or "")


@contextmanager
def refusing(kind: str, wiki: MediaWiki, provider: Provider, *, user: str = ADA) -> Iterator[None]:
    """A wiki, or what stands before it, that says no in one way."""
    title = f"User:{user}"
    accesses = dict(provider.validator.accesses)
    if kind == "block":
        wiki.call("Admin", action="block", user=user, expiry="never", reason="Made up")
    elif kind == "protected":
        wiki.call("Admin", action="protect", title=title, protections="edit=sysop")
    elif kind == "token gone":
        provider.validator.accesses.clear()
    elif kind == "consumer disabled":
        provider.refusal = {
            "error": {
                "code": "mwoauth-invalid-authorization",
                "info": "The authorization headers in your request are not valid: not approved",
            }
        }
    elif kind == "captcha":
        provider.edit_refusal = {"edit": {"result": "Failure", "captcha": {"type": "image"}}}
    else:
        provider.edit_refusal = {"errors": [{"code": kind, "html": "<p>Please wait.</p>"}]}
    try:
        yield
    finally:
        provider.refusal, provider.edit_refusal = {}, {}
        provider.validator.accesses |= accesses
        if kind == "block":
            wiki.call("Admin", action="unblock", user=user)
        elif kind == "protected":
            wiki.call("Admin", action="protect", title=title, protections="edit=all")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("block", "Your account is blocked on the wiki, so nothing could be written."),
        ("protected", "The page is protected, so nothing could be written."),
        ("token gone", "The wiki no longer accepts this login."),
        ("consumer disabled", "The wiki no longer accepts edits from this tool."),
        ("captcha", "The wiki wants to know that you are a person."),
        ("maxlag", "The wiki is slow right now, and others are already waiting for it."),
        ("ratelimited", "You have edited a lot in a short time."),
        ("editconflict", "The page has changed in the meantime."),
    ],
)
def test_each_refusal_holds_the_form_and_back_finds_it(
    page: Page, mediawiki: MediaWiki, provider: Provider, kind: str, words: str
) -> None:
    with ExitStack() as until:
        if kind == "protected":  # To protect a page is a revision of it: it comes first.
            until.enter_context(refusing(kind, mediawiki, provider))
        fill(page)
        if kind != "protected":
            until.enter_context(refusing(kind, mediawiki, provider))
        page.get_by_role("button", name="Save on the wiki").click()
        expect(page.get_by_text(words)).to_be_visible()
        if kind != "editconflict":
            expect(page.get_by_role("heading", name="It was not saved")).to_be_visible()
            assert "Knitting" in page.locator("textarea").input_value()
            expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect(page.get_by_role("button", name="Back to the form")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Check before you save")).to_be_visible()
        page.go_back()
        expect(page.locator("#offers-1-capacity")).to_have_value("Knitting")
        expect(page.locator("#offers-0-capacity")).to_have_value("Wikidata queries")
        page.go_forward()
        page.go_forward()
        expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="Back to the form").click()
    expect(page.locator("#offers-1-capacity")).to_have_value("Knitting")
    page.get_by_role("button", name="Preview").click()
    save_on_wiki(page)
    assert "Knitting" in (mediawiki.page(f"User:{ADA}") or "")


def test_a_login_that_ended_mid_form_leads_through_the_wiki_to_the_preview(
    page: Page, mediawiki: MediaWiki
) -> None:
    page.locator("#offers-1-capacity").fill("Knitting")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Your login has ended while you were writing")).to_be_visible()
    log_in_and_go_on(page, ADA)
    expect(page.get_by_role("heading", name="Check before you save")).to_be_visible()
    expect(page.locator("article.preview")).to_contain_text("Knitting")
    assert cookies != page.context.cookies()
    save_on_wiki(page)
    assert "Knitting" in (mediawiki.page(f"User:{ADA}") or "")


def test_two_windows_log_in_and_the_form_of_either_goes_on(
    page: Page, site: str, mediawiki: MediaWiki
) -> None:
    page.locator("#offers-1-capacity").fill("Knitting")
    page.context.clear_cookies()
    others = [page.context.new_page() for _ in range(2)]
    for other in others:
        other.goto(f"{site}/login")
    for other in others:
        other.get_by_label("Your name").fill(ADA)
        other.get_by_role("button", name="Allow").click()
        expect(other.get_by_role("heading", name="My matches")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("You have logged in again since")).to_be_visible()
    page.get_by_role("button", name="Go on to the preview").click()
    save_on_wiki(page)
    assert "Knitting" in (mediawiki.page(f"User:{ADA}") or "")


def test_the_language_menu_takes_along_what_was_typed(page: Page, mediawiki: MediaWiki) -> None:
    def choose(language: str, heading: str) -> None:
        page.locator(".picker summary").click()
        page.get_by_role("button", name=language).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    page.locator("#offers-1-capacity").fill("Knitting")
    choose("Deutsch", "Mein Profil bearbeiten")
    expect(page.locator("#offers-1-capacity")).to_have_value("Knitting")
    page.locator("#offers-1-capacity").press("Enter")  # still the preview, not a language
    expect(page.locator("article.preview")).to_contain_text("Knitting")
    choose("English", "Check before you save")
    mediawiki.settings(READ_ONLY, name="kept")
    page.get_by_role("button", name="Save on the wiki").click()
    expect(page.get_by_role("heading", name="It was not saved")).to_be_visible()
    mediawiki.settings("", name="kept")
    choose("français", "Regardez avant d’enregistrer")
    expect(page.locator("article.preview")).to_contain_text("Knitting")
    assert "Knitting" not in (mediawiki.page(f"User:{ADA}") or "")


def test_two_versions_are_chosen_between_side_by_side(page: Page, mediawiki: MediaWiki) -> None:
    page.locator("#offers-0-capacity").focus()
    page.locator("#about").evaluate("one => { one.value = 'From the form.'; }")
    newer = TEXT.replace("| seats", "| about = From another window.\n| seats")
    mediawiki.edit(ADA, f"User:{ADA}", newer)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Which version should stay?")).to_be_visible()
    page.get_by_label("Both, yours first").check()
    page.get_by_role("button", name="Go on to the preview").click()
    save_on_wiki(page)
    text = mediawiki.page(f"User:{ADA}") or ""
    assert "From the form.\n\nFrom another window." in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(1100, "en"), (320, "de"), (320, "ar")])
def test_the_pages_that_ask_and_refuse_have_no_violation(
    browser: Browser, site: str, mediawiki: MediaWiki, width: int, language: str, scheme: str
) -> None:
    mediawiki.edit(ADA, f"User:{ADA}", TEXT)
    context = browser.new_context(
        locale="en",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    log_in(page, site, ADA)
    try:
        page.goto(f"{site}/me/profile?uselang={language}")
        page.locator("#about").evaluate(
            "one => { one.value = 'From the form, ' + 'long '.repeat(40); }"
        )
        newer = TEXT.replace("| seats", "| about = From another window.\n| seats")
        mediawiki.edit(ADA, f"User:{ADA}", newer)
        page.locator("button.cdx-button[value=preview]").click()
        page.wait_for_selector("fieldset.versions")
        _check(page, f"conflict-{width}-{language}-{scheme}")
        page.locator("input[value=mine]").check()
        page.locator("button.cdx-button[value=preview]").click()
        page.wait_for_selector("button.cdx-button[value=save]")
        mediawiki.settings(READ_ONLY, name="kept")
        page.locator("button.cdx-button[value=save]").click()
        page.wait_for_selector("blockquote")
        page.locator("main summary").click()
        _check(page, f"refused-{width}-{language}-{scheme}")
    finally:
        context.close()
        mediawiki.settings("", name="kept")


def _check(page: Page, name: str) -> None:
    assert violations_of(page) == [], name
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, name
