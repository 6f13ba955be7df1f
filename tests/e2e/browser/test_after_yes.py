"""The pages after a yes, as somebody sees them who is logged in: no violation, nothing sideways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.model import (
    Match,
    Offer,
    Profile,
    ScorePart,
    Sent,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.store import Store
from exchange.store.notices import Notice
from tests.e2e.browser.test_accessibility import WAYS, violations_of
from tests.support.account_wiki import MemorySite
from tests.support.server import serving
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over
from webtool.account.auth import EXTENSION, SECRET
from webtool.account.oauth import Identity, Token

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADA = "user:41"
NOTICE = "fedcba9876543210"
PROFILE = "{{Capacity Exchange profile\n| wants = finance, Lua, video\n| languages = en\n}}"
LONG = "Wikimedia Community User Group of the Far Away Islands and Their Surroundings"
STANDING = (
    ("user:51", "Ben", "finance", SuggestionStatus.OPEN),
    ("user:52", LONG, "lua", SuggestionStatus.ACCEPTED),
    ("user:53", "Dörte Beispiel", "video", SuggestionStatus.EXCHANGED),
)


def fill(store: Store) -> None:
    """Let Ada have a match at each step, and a check-in about the second."""
    wants = tuple(Want(want) for _, _, want, _ in STANDING)
    people = [Profile(ADA, "Ada", page_id=1, wants=wants, timezone="UTC+1")]
    for at, (key, name, want, _) in enumerate(STANDING):
        offers = (Offer(want),)
        people.append(Profile(key, name, page_id=2 + at, offers=offers, timezone="UTC+5:30"))
    store.profiles.save_many(people)
    store.metadata.set("index-build", "after yes", at=NOW)
    parts = (ScorePart("time", 9.0, ("4.5",)), ScorePart("level", 70.0, ("4", "2")))
    for key, _, want, status in STANDING:
        match = Match(ADA, key, want, want, 9.0, parts)
        (made,) = store.suggestions.plan([Suggestion(match, "2026-W40", NOW)])
        told = NOW - timedelta(days=33)
        store.suggestions.mark_notified([made.id], at=told)
        if status is not SuggestionStatus.OPEN:
            at = told + timedelta(days=1)
            store.suggestions.answer(made.id, status=status, by=ADA, via="web", at=at)
        if status is SuggestionStatus.ACCEPTED:
            row = Notice(NOTICE, ADA, 41, "Ada", "2026-W47/check-in", NOW, (made.id,))
            store.notices.open(row)
            store.notices.close(NOTICE, Sent(5, "User talk:Ada"), at=NOW)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a web tool, and the cookie of a browser in which Ada is logged in."""
    path: Path = tmp_path_factory.mktemp("after") / "exchange.db"
    store = Store.open(f"sqlite:///{path}")
    fill(store)
    store.close()
    app = app_over(
        path,
        CXC_OAUTH_CONSUMER_KEY="key",
        CXC_OAUTH_CONSUMER_SECRET="secret",
        CXC_OAUTH_WIKI="http://127.0.0.1:9/w/index.php",
        CXC_SECRET="x" * 40,
    )
    site = MemorySite()
    site.edit("Ada", "User:Ada/Capacity Exchange", PROFILE)
    services = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(services, open_wiki=lambda login: site.open_as(login.name))
    client = app.test_client()
    logins = services.logins
    with client.session_transaction() as session:
        session[SECRET] = logins.begin(
            identity=Identity(41, "Ada"), access=Token("k", "s"), now=NOW
        )
    cookie = client.get_cookie("exchange")
    assert cookie is not None
    with serving(app) as address:
        yield address, cookie.value


@contextmanager
def logged_in(browser: Browser, served: tuple[str, str], way: str) -> Iterator[Page]:
    """A window in which Ada is logged in."""
    address, cookie = served
    language, scheme = WAYS[way]["language"], WAYS[way]["color_scheme"]
    context = browser.new_context(
        viewport={"width": WAYS[way]["width"], "height": 900},
        color_scheme=scheme,
        locale=language,
        base_url=address,
    )
    context.add_cookies([{"name": "exchange", "value": cookie, "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


def is_fine(page: Page, name: str) -> None:
    """Hold a page against axe and its window."""
    assert violations_of(page) == [], name
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{name} scrolls sideways"  # type: ignore[index]


@pytest.mark.parametrize("way", WAYS)
def test_no_page_after_a_yes_has_a_violation(
    browser: Browser, served: tuple[str, str], way: str
) -> None:
    with logged_in(browser, served, way) as page:
        page.goto("/me")
        is_fine(page, "me")
        page.goto("/me/matches/2/plan")
        is_fine(page, "plan")
        page.locator("#goal").fill("Write my first module and have it reviewed by somebody else")
        page.locator("button[value=save]").last.click()
        page.wait_for_selector(".cdx-message--success")
        is_fine(page, "plan-saved")
        page.goto("/me")
        page.locator("form[action$='/quality'] button").last.click()
        expect(page.locator("form[action$='/quality'] .answers__now")).to_be_visible()
        is_fine(page, "me-rated")
        page.locator("form[action='/me/matches/3/share'] button").click()
        page.wait_for_selector("h1")
        is_fine(page, "shared")
        page.locator("form[action='/me/matches/3/share'] button[value=undo]").click()
        expect(page.locator("form[action='/me/matches/3/share']")).to_have_count(0)
        is_fine(page, "shared-back")
        for word in ("not-yet", "it-helped"):
            page.goto(f"/answer/{NOTICE}/{word}")
            is_fine(page, f"answer-{word}")
