"""The form in a browser: short, by keyboard alone, with and without a script; and the way to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from exchange.model import Language, Offer, Profile, Want
from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.e2e.browser.test_accessibility import WAYS, opened, violations_of
from tests.e2e.web_edit.conftest import join, log_in, served
from tests.e2e.web_edit.test_pages import PREVIEW
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

MOST_STOPS = 25
ENGLISH = (Language("en", 5),)
KITES = Offer("unlisted:flying kites", "Flying kites")
OTHERS = [
    Profile("user:900001", "Sample Helper", languages=ENGLISH, offers=(Offer("lua"),)),
    Profile("user:900002", "Sample Seeker", languages=ENGLISH, wants=(Want("photography"),)),
    Profile("user:900003", "Sample Flyer", languages=ENGLISH, offers=(KITES,)),
    Profile(
        "user:900004",
        "Sample Boatbuilder",
        languages=ENGLISH,
        offers=(Offer("unlisted:paper boats", "Paper boats"), KITES),
    ),
]


@pytest.fixture(scope="module")
def site(
    mediawiki: MediaWiki, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('form')}/exchange.db")
    store.profiles.save_many(OTHERS)
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    with served(provider, store, lambda: NOW) as address:
        yield address
    store.close()


@pytest.fixture
def newcomer(mediawiki: MediaWiki, provider: Provider, fresh: Callable[[str], str]) -> str:
    """Somebody who has an account with a Babel box, and no profile."""
    name = fresh("Sample Newcomer")
    join(mediawiki, provider, name)
    mediawiki.edit(name, f"User:{name}", "{{#babel:en-3|yo}}")
    return name


def opened_form(browser: Browser, site: str, name: str, query: str = "", **way: object) -> Page:
    """The form of somebody, in a window of its own, in Lagos."""
    given = {"language": "en", "color_scheme": "light", "width": 320} | way
    if given.get("scripts", True):
        context = browser.new_context(
            viewport={"width": int(str(given["width"])), "height": 800},
            color_scheme="dark" if given["color_scheme"] == "dark" else "light",
            locale=str(given["language"]),
            timezone_id="Africa/Lagos",
        )
        page = context.new_page()
    else:
        page = opened(browser, site, **given)[1]
    log_in(page, site, name)
    page.goto(f"{site}/me/profile{query}")
    return page


def stops(page: Page) -> list[str]:
    """What the Tab key meets from the top of the page to the preview."""
    page.evaluate("document.activeElement.blur()")
    met: list[str] = []
    while not met or met[-1] != "preview":
        page.keyboard.press("Tab")
        met.append(
            page.evaluate("(e => e.value || e.id || e.textContent.trim())(document.activeElement)")
        )
        assert len(met) < 100, met
    return met


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_few_keys_lead_from_the_top_to_the_preview(
    browser: Browser, site: str, newcomer: str, scripts: bool
) -> None:
    page = opened_form(browser, site, newcomer, scripts=scripts)
    met = stops(page)
    assert len(met) <= MOST_STOPS, met
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_what_is_known_stands_there_and_says_where_from(
    browser: Browser, site: str, newcomer: str, mediawiki: MediaWiki, provider: Provider
) -> None:
    page = opened_form(browser, site, newcomer)
    expect(page.locator("#languages-0-code")).to_have_value("English")
    expect(page.locator("#languages-0-level")).to_have_value("3")
    expect(page.locator("#languages-1-code")).to_have_value(re.compile("^Yor"))
    expect(page.get_by_text("Taken from the Babel box on your user page.")).to_be_visible()
    expect(page.get_by_text("Time zone from your browser: Africa/Lagos.")).to_be_visible()
    expect(page.locator("#timezone")).to_have_value("Africa/Lagos")
    assert mediawiki.page(f"User:{newcomer}/Capacity Exchange") is None
    page.context.close()
    other = f"{newcomer} Plain"
    join(mediawiki, provider, other)
    page = opened_form(browser, site, other, language="fr")
    expect(page.locator("#languages-0-code")).to_have_value("français")
    expect(page.get_by_text("Repris de la langue de cette page.")).to_be_visible()
    page.context.close()


def test_enter_takes_the_suggestion_and_a_row_follows(
    browser: Browser, site: str, newcomer: str
) -> None:
    page = opened_form(browser, site, newcomer)
    expect(page.locator("#offers-1-capacity")).to_have_count(0)
    field = page.locator("#offers-0-capacity")
    field.press_sequentially("photogr")
    page.keyboard.press("Enter")  # at once: the answer is still on its way
    expect(field).to_have_value("photography")
    expect(field).to_be_focused()
    following = page.locator("#offers-1-capacity")
    expect(following).to_have_role("combobox")
    following.press_sequentially("wkdata")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Wikidata")
    page.keyboard.press("Enter")  # like it is not it: the words stay
    expect(following).to_have_value("wkdata")
    page.keyboard.press("Enter")  # and now it is the first button: the preview
    expect(page.locator("article.preview")).to_contain_text("wkdata")
    expect(page.locator("article.preview")).to_contain_text("photography")
    page.context.close()


def test_what_is_not_listed_says_so_at_once(browser: Browser, site: str, newcomer: str) -> None:
    page = opened_form(browser, site, newcomer)
    said = page.get_by_role("status").filter(has_text="kept as you wrote it")
    kept = "Not in the list yet: kept as you wrote it."
    field = page.locator("#wants-0-capacity")
    field.press_sequentially("flying kites")
    expect(said).to_have_text(f"{kept} 2 others wrote the same.")
    field.fill("Paper Boats")
    expect(said).to_have_text(f"{kept} 1 other person wrote the same.")
    field.fill("paper hats")
    expect(said).to_have_text(f"{kept} You are the first to write this.")
    expect(page.get_by_label("Your goal (optional)").first).to_be_visible()
    expect(page.get_by_label("Your goal (optional)").last).to_be_hidden()
    page.context.close()


def test_the_preview_shows_the_profile_and_whom_it_meets(
    browser: Browser, site: str, newcomer: str
) -> None:
    page = opened_form(browser, site, newcomer, "?want=lua&offer=photography")
    page.locator("#wants-0-note").fill("By March I want to run my first workshop")
    page.locator(PREVIEW).click()
    shown = page.locator("article.preview")
    expect(shown).to_contain_text("By March I want to run my first workshop")
    expect(shown).to_contain_text("Africa/Lagos")
    expect(page.get_by_role("region", name="Who could help you at once")).to_contain_text(
        "Sample Helper"
    )
    expect(page.get_by_role("region", name="Whom you could help at once")).to_contain_text(
        "Sample Seeker"
    )
    expect(shown.get_by_role("link")).to_have_count(0)
    expect(page.get_by_role("link", name="Sample Helper")).to_have_attribute("target", "_blank")
    expect(page.locator(".diff")).to_be_hidden()
    page.get_by_text("The change", exact=True).first.click()
    expect(page.locator(".diff")).to_be_visible()
    page.context.close()


def test_a_mistake_in_the_folded_part_opens_it(browser: Browser, site: str, newcomer: str) -> None:
    page = opened_form(browser, site, newcomer, "?want=lua")
    expect(page.locator("#about")).to_be_hidden()
    page.locator("details.more > summary").click()
    page.locator("#timezone").fill("Atlantis")
    page.locator(PREVIEW).click()
    expect(page.locator("#timezone")).to_be_visible()
    expect(page.locator("#timezone-wrong")).to_contain_text("“Atlantis” is not a time zone")
    page.locator("#timezone").fill("")
    page.locator("#languages-0-code").fill("Klingonish")
    page.locator(PREVIEW).click()
    expect(page.locator("#languages-0-code-wrong")).to_be_visible()
    expect(page.locator("#about")).to_be_hidden()
    page.context.close()


def test_what_a_screen_reader_hears_of_the_form(
    browser: Browser, site: str, newcomer: str, heard: Callable[[str, str], None]
) -> None:
    page = opened_form(browser, site, newcomer, "?want=lua")
    form = page.locator("main form")
    expect(page.get_by_text("Time zone from your browser")).to_be_visible()
    heard("form", form.aria_snapshot())
    page.locator(PREVIEW).click()
    heard("preview", page.locator("article.preview").aria_snapshot().replace(newcomer, "NAME"))
    page.context.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_form_that_grew_has_no_violation(
    browser: Browser, site: str, newcomer: str, way: str
) -> None:
    page = opened_form(browser, site, newcomer, "?want=lua", **WAYS[way])
    assert violations_of(page) == []
    page.locator("#offers-0-capacity").press_sequentially("kites")
    expect(page.locator("#offers-1-capacity")).to_be_visible()
    # What is suggested would lie over the rest of the row.
    page.locator("#offers-0-capacity").blur()
    page.locator("#offers-0-capacity").locator("xpath=ancestor::fieldset").locator(
        "summary"
    ).click()
    page.locator("details.more > summary").click()
    assert violations_of(page) == []
    page.locator(PREVIEW).click()
    expect(page.locator("article.preview")).to_be_visible()
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_seen_without_a_script_has_no_violation(
    browser: Browser, site: str, newcomer: str, language: str
) -> None:
    """Axe is a script itself: it looks at the page as it is where ours do not run."""

    def without_script(route: Route) -> None:
        answer = route.fetch()
        seen = re.sub(r"<script .*?</script>|</?noscript>", "", answer.text())
        route.fulfill(response=answer, body=seen)

    page = opened_form(browser, site, newcomer, language=language)
    page.route("**/me/profile*", without_script)
    page.goto(f"{site}/me/profile?want=lua")
    expect(page.locator("button[value=more]")).to_be_visible()
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator(PREVIEW).click()
    expect(page.locator("article.preview")).to_be_visible()
    assert violations_of(page) == []
    page.context.close()


def test_without_a_script_rows_are_asked_for_and_enter_previews(
    browser: Browser, site: str, newcomer: str
) -> None:
    page = opened_form(browser, site, newcomer, scripts=False)
    page.locator("#offers-0-capacity").fill("photo contests, Lua and more, Wikidata")
    page.get_by_role("button", name="More rows").click()
    expect(page.locator("#offers-3-capacity")).to_be_visible()
    page.locator("#wants-0-capacity").fill("grant writing")
    page.locator("#wants-0-capacity").press("Enter")
    shown = page.locator("article.preview")
    for words in ("photo contest", "Lua and more", "Wikidata", "grant"):
        expect(shown).to_contain_text(words)
    page.context.close()


@dataclass
class Walk:
    """Somebody on their way: every click and every field that they fill in is counted."""

    page: Page
    clicks: int = 0
    fields: int = 0

    def click(self, words: str, role: str = "link") -> None:
        self.page.get_by_role(role, name=words, exact=True).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def fill(self, field: str, words: str) -> None:
        self.page.locator(field).press_sequentially(words)
        self.page.keyboard.press("Enter")
        self.fields += 1

    def allow(self, name: str) -> None:
        """The wiki's own part: who they are, and that they allow it."""
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("button", name="Allow").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_from_the_first_page_to_a_saved_profile(
    browser: Browser, site: str, newcomer: str, mediawiki: MediaWiki, scripts: bool
) -> None:
    """Four clicks and three fields beyond the wiki's own login, on a phone."""
    way = {"language": "en", "color_scheme": "light", "width": 320, "scripts": scripts}
    context, page, foreign = opened(browser, site, **way)
    page.goto(site)
    walk = Walk(page)
    walk.fill("#c-help", "juggling")
    page.wait_for_url("**/search?q=juggling&direction=offer")
    expect(page.get_by_text("Nobody matches this search yet.")).to_be_visible()
    walk.click("I want to learn this")
    walk.click("Log in and begin")
    walk.allow(newcomer)
    expect(page.locator("#wants-0-capacity")).to_have_value("juggling")
    page.locator("#wants-0-note").fill("By March I want to juggle five balls")
    walk.fields += 1
    if scripts:
        walk.fill("#offers-0-capacity", "photography")
        expect(page.locator("#offers-1-capacity")).to_be_visible()
    else:
        page.locator("#offers-0-capacity").fill("photography")
        walk.fields += 1
    walk.click("Preview", "button")
    walk.click("Save on the wiki", "button")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    expect(page.locator("#seekers + ul")).to_contain_text("Sample Seeker")
    text = mediawiki.page(f"User:{newcomer}/Capacity Exchange") or ""
    assert "* photography\n" in text
    assert "juggling" in text
    assert "By March I want to juggle five balls" in text
    assert "en-3, yo-N" in text
    assert mediawiki.history(f"User:{newcomer}/Capacity Exchange")[0]["user"] == newcomer
    assert (walk.clicks, walk.fields) == (4, 3)
    assert [one for one in foreign if not one.startswith("http://127.0.0.1")] == []
    context.close()


def test_the_walk_from_the_menu_is_as_short(browser: Browser, site: str, newcomer: str) -> None:
    context, page, _ = opened(browser, site, language="en", color_scheme="light", width=1280)
    page.goto(site)
    walk = Walk(page)
    walk.click("Join")
    walk.click("Log in and begin")
    walk.allow(newcomer)
    walk.fill("#offers-0-capacity", "photogr")
    walk.fill("#wants-0-capacity", "Lua")
    expect(page.locator("#wants-0-capacity")).to_have_value("Lua")
    walk.click("Preview", "button")
    walk.click("Save on the wiki", "button")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert walk.clicks == 4
    assert walk.fields <= 3
    context.close()
