"""The pages behind the login in a real browser: by axe, by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from exchange.directory import load
from exchange.model import (
    Language,
    Match,
    Offer,
    Problem,
    Profile,
    ScorePart,
    Sent,
    Suggestion,
    SuggestionStatus,
    User,
    Want,
)
from exchange.model.programme import Application, Programme, ProgrammeRecord
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.store.pages import PageProblem, PageRecord
from exchange.store.runs import INDEX_VERSION
from exchange.store.unclear_answers import VIA_COORDINATOR
from tests.e2e.browser.test_accessibility import WAYS, opened, violations_of
from tests.e2e.web_edit.conftest import join, log_in, served
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW, movement

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]

ADA = "Sample Circle Ada"
NOTICE = "0123456789abcdef"
SIA, HAL, SOL = "user:700001", "user:700002", "user:700003"
ASKED = "User:Sample Sol"
ROUND = "Project:Sample round"
PREVIEW = "button[value=preview]:not([aria-hidden])"
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
    english = (Language("en", 5),)
    sia = Profile(SIA, "Sample Sia", wants=(Want("finance"),), languages=english, page_id=1)
    hal = Profile(
        HAL, "Sample Hal", offers=(Offer("finance"),), languages=english, seats=5, page_id=2
    )
    mediawiki.edit("Admin", ASKED, "{{Capacity Exchange request|want=Lua}}")
    (page,) = mediawiki.call(action="query", titles=ASKED)["query"]["pages"]
    store.pages.save([PageRecord(page["pageid"], ASKED, 2, 1, party=SOL, agreed=(700003,))])
    need = Want("lua", "Lua", until=NOW.date(), note="For our wiki", request=ASKED, joins=2)
    sol = Profile(SOL, "Sample Sol", page=ASKED, page_id=page["pageid"], wants=(need,))
    store.profiles.save_many([sol])
    store.profiles.save_many([*others, ada, *(replace(one, edited=NOW) for one in (sia, hal))])
    store.rounds.replace(unmet=[(SIA, "finance", "seats")])
    store.accounts.save([User(ADA, account)], seen=NOW)
    parts = (
        ScorePart("capacity", 9, ("finance",)),
        ScorePart("methods", 2, ("mentoring", "training")),
    )
    made = store.suggestions.plan(
        [
            Suggestion(Match(key, one.key, "finance", "finance", 9, parts), "2026-W47", NOW)
            for one in others[:3]
        ]
    )
    store.suggestions.mark_notified([each.id for each in made], at=NOW)
    store.suggestions.answer(
        made[0].id, status=SuggestionStatus.ACCEPTED, by=key, via="web", at=NOW
    )
    told = Notice(NOTICE, key, account, ADA, "2026-W47", NOW, tuple(each.id for each in made))
    store.notices.open(told)
    store.notices.close(NOTICE, Sent(5, f"User talk:{ADA}"), at=NOW)
    store.preferences.set(key, "cap", "monthly", at=NOW, via="web")
    store.preferences.set(key, "pause", "2027-01-31", at=NOW, via="web")
    store.preferences.block(key, others[4].key, at=NOW, via="web", name=others[4].name)
    store.coordinators.replace([account], at=NOW)
    for number, who in enumerate((account, account, 7)):
        sent = Notice(f"{number:032}", f"user:{who}", who, ADA, f"2026-W4{number}", NOW)
        store.notices.open(sent)
        store.notices.close(sent.id, Sent(number + 1, f"User talk:{ADA} {number}"), at=NOW)
        store.unclear_answers.note(sent.id, account=who, revision=number + 2, at=NOW)
    store.unclear_answers.settle(f"{1:032}", by=key, via=VIA_COORDINATOR, at=NOW)
    open_rounds(mediawiki, store, account)
    store.metadata.set(INDEX_VERSION, "filled", at=NOW)
    mediawiki.edit(ADA, f"User:{ADA}", TEXT)
    with served(provider, store, lambda: NOW) as address:
        yield address
    store.close()


def open_rounds(mediawiki: MediaWiki, store: Store, organiser: int) -> None:
    """Open a round that is over, with a pair to confirm, and one that nobody can confirm."""
    mediawiki.edit("Admin", ROUND, "{{Capacity Exchange round|capacities=Finance|note=Hello}}")
    (page,) = mediawiki.call(action="query", titles=ROUND)["query"]["pages"]
    over, before = NOW.date() - timedelta(days=1), NOW - timedelta(days=5)
    made = Programme(page["pageid"], ROUND, "A round", ("finance",), closes=over)
    applications = tuple(Application(account, before) for account in (700001, 700002, 700009))
    open_yet = Programme(page["pageid"] + 100_000, "Project:Another", languages=("en", "ar"))
    store.accounts.save([User("Sample Sia", 700001), User("Sample Lost", 700009)], seen=NOW)
    store.programmes.replace(
        {
            made.page: ProgrammeRecord(made, (organiser,), applications),
            open_yet.page: ProgrammeRecord(open_yet),
        }
    )
    wrong = Problem("unknown-account", "applicants", "4", "Sample Sia")
    store.problems.replace({made.page: [PageProblem(made.page, ROUND, wrong)]})


def visit(page: Page, site: str) -> Iterator[str]:
    """Come by every page behind the login; the name of each."""
    page.goto(f"{site}/login/done")
    yield "a login that failed"
    log_in(page, site, ADA)
    page.goto(f"{site}/me?said=answered")
    yield "matches"
    for path in (f"{NOTICE}/yes", f"{NOTICE}/stop", "x/yes"):
        page.goto(f"{site}/answer/{path}")
        yield f"the answer {path}"
    page.goto(f"{site}/requests")
    yield "requests"
    page.locator(f"a[href*='{SOL.replace(':', '%3A')}'], a[href*='of={SOL}']").click()
    yield "a request to join"
    page.locator("button[value=join]").click()
    yield "a request that was joined"
    page.goto(f"{site}/me")
    yield "what was joined"
    page.locator("#joined + ul button[value=leave]").click()
    yield "a request that was left"
    page.goto(f"{site}/me/known")
    yield "what is kept"
    page.locator("form[action*=forget] button").click()
    yield "forget"
    page.goto(f"{site}/me/known/rows")
    yield "every row"
    page.goto(f"{site}/me/stop?said=kept")
    yield "stop"
    page.goto(f"{site}/me")
    page.locator("#person").fill("Nobody at all")
    page.locator("#never ~ form button").last.click()
    yield "a name that nobody has"
    page.goto(f"{site}/coordinate")
    yield "the coordinators' queue"
    page.goto(f"{site}/introduce")
    yield "whom to introduce"
    page.goto(f"{site}/introduce?seeker={SIA}")
    yield "to whom to introduce them"
    page.goto(f"{site}/introduce?seeker=Nobody&helper={HAL}")
    yield "introduce nobody"
    page.goto(f"{site}/introduce?seeker={HAL}&helper={SIA}")
    yield "what speaks against it"
    page.goto(f"{site}/introduce?seeker={SIA}&helper={HAL}")
    page.locator("#line").fill("example.org")
    page.locator("#form button").first.click()
    yield "a line with a link"
    page.goto(f"{site}/me/rounds")
    yield "the rounds"
    page.locator("a[href$='/pairs']").click()
    yield "the pairs of a round"
    page.goto(page.url.removesuffix("/pairs"))
    yield "a round"
    page.goto(f"{site}/me/request")
    yield "request"
    page.goto(f"{site}/me/profile")
    page.locator("#wants-1-capacity").press_sequentially("fin")
    yield "the form with an open list"
    page.keyboard.press("Escape")
    page.locator("details.more > summary").click()
    page.locator("#seats").fill("5")
    page.locator(PREVIEW).click()
    yield "preview"
    page.goto(f"{site}/me/profile")
    page.locator("#languages-0-code").fill("Klingonish")
    page.locator(PREVIEW).click()
    yield "complaints"


@pytest.mark.parametrize("way", WAYS)
def test_no_page_behind_the_login_has_a_violation(browser: Browser, site: str, way: str) -> None:
    context, page, _ = opened(browser, site, **WAYS[way])
    found, wide = {}, {}
    for name in visit(page, site):
        if violations := violations_of(page):
            found[name] = violations
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        if scrolled > WAYS[way]["width"]:
            wide[name] = scrolled
    context.close()
    assert found == {}
    assert wide == {}


LIGHT = {"language": "en", "color_scheme": "light", "width": 1280}


@pytest.mark.parametrize("scripts", [False, True])
def test_a_coordinator_introduces_two_people_from_the_queue(
    browser: Browser, site: str, scripts: bool
) -> None:
    way = {"language": "en", "color_scheme": "light", "width": 320, "scripts": scripts}
    context, page, _ = opened(browser, site, **way)
    log_in(page, site, ADA)
    page.goto(f"{site}/coordinate")
    page.get_by_role("link", name="Introduce two people").click()
    page.get_by_role("link", name=re.compile("Choose.*Sample Sia")).click()
    page.get_by_role("link", name=re.compile("Choose.*Sample Hal")).click()
    expect(page.get_by_role("heading", name="Sample Sia")).to_be_visible()
    expect(page.locator("main")).to_contain_text("English")
    page.get_by_label("One line to both").fill("See https://example.org")
    page.get_by_role("button", name="Introduce them").click()
    if not scripts:
        expect(page.get_by_role("alert")).to_have_text("Leave out links and addresses of pages.")
        context.close()
        return
    line = page.get_by_label("One line to both")
    expect(line).to_have_value("See https://example.org")
    line.fill("You both keep the books of a user group.")
    page.get_by_role("button", name="Introduce them").click()
    expect(page.get_by_text("Kept. The bot tells them")).to_be_visible()
    mine = page.locator("section", has=page.get_by_role("heading", name="My introductions"))
    expect(mine).to_contain_text("You both keep the books of a user group.")
    expect(mine).to_contain_text("not told yet")
    page.goto(f"{site}/introduce?seeker={SIA}&helper={HAL}")
    expect(page.locator("#against")).to_contain_text("brought together before")
    context.close()


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
    # Somebody who types slowly sees the list of each letter; the last one is meant.
    with form.expect_response(re.compile(r"/suggestions\?.*\bq=wikidat(&|$)")):
        form.locator("#wants-1-capacity").press_sequentially("wikidat")
    expect(form.get_by_role("option", name="education Wikimedia in education")).to_be_visible()
    form.keyboard.press("ArrowDown")
    row = form.locator("fieldset.row", has=form.locator("#wants-1-capacity"))
    heard("combobox", row.aria_snapshot())


@pytest.mark.parametrize("width", [320, 1280])
def test_a_late_suggestion_moves_no_button(browser: Browser, site: str, width: int) -> None:
    """What the list says of a word comes when somebody may already be pressing the button below."""
    context, page, _ = opened(browser, site, **LIGHT | {"width": width})
    log_in(page, site, ADA)
    waiting: list[Route] = []
    page.route("**/suggestions?*", lambda route: waiting.append(route))
    page.goto(f"{site}/me/request")
    button = page.get_by_role("button", name="Save the request")
    said = page.locator(".combobox__said")
    for word in ("Sewing", "Wikidata"):
        with page.expect_request("**/suggestions?*"):
            page.locator("#what").fill(word)
        page.locator("#note").focus()
        before, silent = button.bounding_box(), said.inner_text()
        waiting.pop().continue_()
        expect(said).not_to_have_text(silent)
        assert button.bounding_box() == pytest.approx(before, abs=1), word
    context.close()


def test_without_scripts_the_browser_s_own_list_suggests(browser: Browser, site: str) -> None:
    context, page, _ = opened(browser, site, **LIGHT, scripts=False)
    log_in(page, site, ADA)
    page.goto(f"{site}/me/profile")
    field = page.locator("#wants-1-capacity")
    assert field.get_attribute("list") == "capacities"
    assert page.locator("#capacities option[value=Wikidata]").count() == 1
    field.fill("Wikidata")
    page.locator(PREVIEW).click()
    expect(page.locator(".diff__new", has_text="Wikidata")).to_have_count(1)
    context.close()
