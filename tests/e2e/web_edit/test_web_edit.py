"""The whole circle: a form in a browser, the wiki, the bot, a talk page, an answer, a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.model import Suggestion, SuggestionStatus
from exchange.store import Store
from tests.e2e.full_run.test_full_run import BOT, Exchange
from tests.e2e.web_edit.conftest import join, log_in, save_on_wiki, served
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("circle")]

ADA, BEN = "Sample Ada", "Sample Ben"


@dataclass
class Circle:
    """The bot, the tool and the wiki together; ``ahead`` turns the tool's clock."""

    bot: Exchange
    provider: Provider
    store: Store
    site: str = ""
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def wiki(self) -> MediaWiki:
        return self.bot.wiki

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def suggestion(self) -> Suggestion:
        (found,) = self.store.suggestions.involving(f"user:{self.provider.accounts[ADA].id}")
        return found

    def reports(self) -> dict[str, str | None]:
        """The report pages on the wiki."""
        prefix = "Capacity Exchange/Reports/"
        found = self.wiki.call(action="query", list="allpages", apprefix=prefix, aplimit="500")
        titles = [page["title"] for page in found["query"]["allpages"]]
        return {title: self.wiki.page(title) for title in titles}


@pytest.fixture(scope="module")
def circle(
    mediawikis: Callable[..., MediaWiki], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Circle]:
    wiki = mediawikis()
    wiki.account(BOT, groups=("bot",), bot_password=True)
    bot = Exchange(wiki, tmp_path_factory.mktemp("circle"))
    install_ours(wiki, BOT)
    provider = Provider(wiki_api=wiki.api).start()
    for name in (ADA, BEN):
        join(wiki, provider, name)
    ben = "{{Capacity Exchange profile\n| offers = Lua (mentoring; expert)\n| languages = en-N\n}}"
    wiki.edit(BEN, f"User:{BEN}", ben)
    store = Store.open(bot.database)
    made = Circle(bot, provider, store)
    with served(provider, store, made.now) as made.site:
        yield made
    store.close()
    provider.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    yield context.new_page()
    context.close()


def test_the_whole_circle_closes(circle: Circle, page: Page) -> None:
    circle.bot("run")
    before = circle.reports()

    log_in(page, circle.site, ADA)
    page.goto(f"{circle.site}/me")
    page.get_by_role("link", name="Create my profile").click()
    page.locator("#wants-0-capacity").press_sequentially("lu")
    expect(page.get_by_role("option", name="Lua", exact=True)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#wants-0-capacity")).to_have_value("Lua")
    page.locator("#offers-0-capacity").fill("event management")
    page.locator("#languages-0-code").fill("English")
    page.get_by_role("button", name="Preview").click()
    save_on_wiki(page)
    expect(page.locator(".match", has_text=BEN)).to_be_visible()

    page.goto(circle.wiki.url(f"User:{ADA}/Capacity Exchange"))
    expect(page.locator("#mw-content-text")).to_contain_text("Lua")
    history = circle.wiki.history(f"User:{ADA}/Capacity Exchange")
    assert [entry["user"] for entry in history] == [ADA]

    counts = circle.bot("run")
    assert counts["sent"] == 1, counts
    page.goto(circle.wiki.url(f"User talk:{ADA}"))
    expect(page.locator("#mw-content-text")).to_contain_text(BEN)

    circle.bot.answer(ADA, "accepted")
    circle.bot("listen")
    page.goto(f"{circle.site}/me")
    expect(page.locator(".match .badge")).to_have_text("accepted")

    circle.ahead = timedelta(hours=1)
    page.get_by_role("button", name="We are in touch").click()
    expect(page.locator(".match .badge")).to_have_text("in touch")
    circle.bot("run")
    made = circle.suggestion()
    assert made.status is SuggestionStatus.IN_TOUCH
    answers = circle.store.suggestions.answers(made.id)
    assert [(each.status, each.via) for each in answers] == [
        (SuggestionStatus.ACCEPTED, "wiki"),
        (SuggestionStatus.IN_TOUCH, "web"),
    ]
    after = circle.reports()
    assert {title for title, text in after.items() if before.get(title) != text}

    # Written before the answer in the tool by the clock, read after it: both are kept, and the
    # tool goes on showing the newest.
    talk = circle.wiki.page(f"User talk:{ADA}") or ""
    older = re.sub(r"(\|status1? *=)[^\n|}]*", r"\1 not a match", talk, count=1)
    assert older != talk
    circle.wiki.edit(ADA, f"User talk:{ADA}", older)
    circle.bot("listen")
    page.reload()
    expect(page.locator(".match .badge")).to_have_text("in touch")
    assert len(circle.store.suggestions.answers(made.id)) == 3
