"""The pages behind the login in a real browser: by axe, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from exchange.directory import load
from exchange.model import Match, Offer, Part, Profile, Status, Suggestion, User, Want
from exchange.store import Store
from exchange.store.notes import BUILD
from tests.browser.test_accessibility import TAGS, WAYS, opened
from tests.circle.conftest import join, log_in, served
from tests.oauth.provider import Provider
from tests.search.movement import NOW, movement
from tests.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

ADA = "Sample Circle Ada"
TEXT = """Hello, this page is made up.
{{Capacity Exchange profile
| offers = Wikidata (mentoring; expert) – queries
| wants = grant writing
| shoe size = 43
| languages = en-3, yo-N
}}
"""


@pytest.fixture(scope="module")
def site(
    mediawiki: MediaWiki, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a tool in which somebody has matches, wishes and a page with a problem."""
    folder: Path = tmp_path_factory.mktemp("pages")
    store = Store.open(f"sqlite:///{folder}/exchange.db")
    account = join(mediawiki, provider, ADA)
    key = f"user:{account}"
    others = [one for one in movement(40, directory=load()) if one.key != key]
    ada = Profile(
        key,
        ADA,
        page=f"User:{ADA}",
        page_id=99_999,
        offers=(Offer("lua", "Lua"),),
        wants=(Want("finance", "Finance"),),
    )
    store.profiles.save_many([*others, ada])
    store.accounts.save([User(ADA, account)], seen=NOW)
    parts = (Part("capacity", 9, ("finance",)), Part("methods", 2, ("mentoring", "training")))
    made = store.suggestions.plan(
        [
            Suggestion(Match(key, one.key, "finance", "finance", 9, parts), "2026-W47", NOW)
            for one in others[:3]
        ]
    )
    store.suggestions.tell([each.id for each in made], at=NOW)
    store.suggestions.answer(made[0].id, status=Status.ACCEPTED, by=key, via="web", at=NOW)
    store.preferences.set(key, "cap", "monthly", at=NOW, via="web")
    store.preferences.set(key, "pause", "2027-01-31", at=NOW, via="web")
    store.notes.set(BUILD, "filled", at=NOW)
    mediawiki.edit(ADA, f"User:{ADA}", TEXT)
    with served(provider, store, lambda: NOW) as address:
        yield address
    store.close()


def visit(page: Page, site: str) -> Iterator[str]:
    """Come by every page behind the login; the name of each."""
    page.goto(f"{site}/login/done")
    yield "a login that failed"
    log_in(page, site, ADA)
    page.goto(f"{site}/me?said=answered")
    yield "matches"
    page.goto(f"{site}/me/known")
    yield "what is kept"
    page.locator("form[action*=forget] button").click()
    yield "forget"
    page.goto(f"{site}/me/request")
    yield "request"
    page.goto(f"{site}/me/profile")
    page.locator("#wants-1-capacity").press_sequentially("fin")
    yield "the form with an open list"
    page.locator("#seats").fill("5")
    page.locator("button[value=preview]").click()
    yield "preview"
    page.goto(f"{site}/me/profile")
    page.locator("#languages-0-code").fill("Klingonish")
    page.locator("button[value=preview]").click()
    yield "complaints"


@pytest.mark.parametrize("way", WAYS)
def test_no_page_behind_the_login_has_a_violation(browser: Browser, site: str, way: str) -> None:
    context, page, _ = opened(browser, site, **WAYS[way])
    found, wide = {}, {}
    for name in visit(page, site):
        result = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
        violations = [
            (one["id"], node["target"], node.get("failureSummary", "")[:300])
            for one in result.response["violations"]
            for node in one["nodes"][:3]
        ]
        if violations:
            found[name] = violations
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        if scrolled > WAYS[way]["width"]:
            wide[name] = scrolled
    context.close()
    assert found == {}
    assert wide == {}


LIGHT = {"language": "en", "color_scheme": "light", "width": 1280}


@pytest.fixture
def form(browser: Browser, site: str) -> Iterator[Page]:
    context, page, _ = opened(browser, site, **LIGHT)
    log_in(page, site, ADA)
    page.goto(f"{site}/me/profile")
    yield page
    context.close()


def test_a_capacity_is_picked_by_keyboard_alone(form: Page) -> None:
    field = form.locator("#wants-1-capacity")
    expect(field).to_have_role("combobox")
    field.focus()
    form.keyboard.type("finan")
    expect(field).to_have_attribute("aria-expanded", "true")
    options = form.get_by_role("listbox").get_by_role("option")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowUp")
    picked = options.nth(0)
    expect(picked).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", picked.get_attribute("id") or "")
    words = picked.inner_text()
    form.keyboard.press("Enter")
    expect(field).to_have_value(words)
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_focused()


def test_escape_closes_the_list_and_keeps_what_was_typed(form: Page) -> None:
    field = form.locator("#wants-1-capacity")
    field.press_sequentially("finan")
    form.keyboard.press("Escape")
    expect(form.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value("finan")


def test_accents_and_case_do_not_hide_a_capacity(form: Page) -> None:
    form.locator("#wants-1-capacity").press_sequentially("WIKÍDATA")
    expect(form.get_by_role("listbox").get_by_role("option").first).to_have_text("Wikidata")


def test_a_capacity_is_picked_with_the_mouse(form: Page) -> None:
    field = form.locator("#wants-1-capacity")
    field.press_sequentially("wikidat")
    form.get_by_role("listbox").get_by_role("option").first.click()
    expect(field).to_have_value("Wikidata")


def test_what_a_screen_reader_hears_of_an_open_list(
    form: Page, heard: Callable[[str, str], None]
) -> None:
    form.locator("#wants-1-capacity").press_sequentially("wikidat")
    form.keyboard.press("ArrowDown")
    row = form.locator("fieldset.row", has=form.locator("#wants-1-capacity"))
    heard("combobox", row.aria_snapshot())


def test_without_scripts_the_browser_s_own_list_suggests(browser: Browser, site: str) -> None:
    context, page, _ = opened(browser, site, **LIGHT, scripts=False)
    log_in(page, site, ADA)
    page.goto(f"{site}/me/profile")
    field = page.locator("#wants-1-capacity")
    assert field.get_attribute("list") == "capacities"
    assert page.locator("#capacities option[value=Wikidata]").count() == 1
    field.fill("Wikidata")
    page.locator("button[value=preview]").click()
    expect(page.locator(".diff__new", has_text="Wikidata")).to_have_count(1)
    context.close()
