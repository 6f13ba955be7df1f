"""A wiki that discusses as Meta does, a notice of ours on it, and a Chromium to answer in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.browser.conftest import browser_type_launch_args
from tests.integration.delivery.world import BOT, World
from tests.support.wiki.mediawiki import LIKE_META, PASSWORD, MediaWiki
from tests.support.wiki.ours import install_ours

__all__ = ["browser_type_launch_args"]

SETTINGS = """
// Asked of everybody once, in front of what is tested.
$wgDefaultUserOptions['visualeditor-hidebetawelcome'] = 1;
$wgParsoidSettings = [ 'useSelser' => true, 'linting' => true ];
"""


@pytest.fixture(scope="package")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """The wiki, with our pages."""
    folder = tmp_path_factory.mktemp("discussion")
    extensions = (*LIKE_META, "InputBox")
    with MediaWiki(extensions=extensions, settings=SETTINGS, folder=folder) as wiki:
        wiki.account(BOT, groups=("bot",), bot_password=True)
        wiki.edit(BOT, f"User:{BOT}", "A bot.")
        wiki.edit(BOT, f"User talk:{BOT}", "A bot.")
        install_ours(wiki, BOT)
        yield wiki


@pytest.fixture
def told(talking: MediaWiki, fresh: Callable[[str], str], tmp_path: Path) -> Iterator[World]:
    """Three people, of whom two were just told of the third: ``world.name["Ada"]``."""
    names = {name: fresh(name) for name in ("Ben", "Ada", "Cleo")}
    talking.accounts_at_once(names.values())
    world = World.make(talking, tmp_path, [names["Ada"], names["Cleo"]], helper=names["Ben"])
    world.name = names
    counts = world.run()
    assert counts.sent == 2, counts
    talking.jobs()
    yield world
    world.store.close()


def notifications(wiki: MediaWiki) -> list[tuple[str, str]]:
    """Everything that Echo told anybody, thanks for round numbers of edits aside."""
    wiki.jobs()
    with closing(sqlite3.connect(wiki.folder / "data/wiki.sqlite")) as database:
        return database.execute(
            "SELECT user_name, event_type FROM echo_notification "
            "JOIN echo_event ON event_id = notification_event "
            "JOIN user ON user_id = notification_user "
            "WHERE event_type NOT IN ('thank-you-edit', 'welcome') ORDER BY event_id, user_name"
        ).fetchall()


def log_in(page: Page, wiki: MediaWiki, name: str) -> None:
    """Log in as people do."""
    page.goto(wiki.url("Special:UserLogin"))
    page.get_by_label("Username").fill(name)
    page.locator("#wpPassword1").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "UserLogin" not in url)
