"""The page of invitations in a browser: without a script, narrow, dark and from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.e2e.browser.test_accessibility import WAYS, opened, violations_of
from tests.e2e.web_edit.conftest import join, log_in, served
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.search.movement import NOW

pytestmark = [pytest.mark.wiki, pytest.mark.browser, pytest.mark.xdist_group("wiki")]


@pytest.fixture
def site(provider: Provider, tmp_path: Path) -> Iterator[str]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    with served(provider, store, lambda: NOW) as address:
        yield address
    store.close()


@pytest.mark.parametrize("way", WAYS)
def test_invitations_have_no_violation_and_need_no_script(
    browser: Browser,
    site: str,
    mediawiki: MediaWiki,
    provider: Provider,
    fresh: Callable[[str], str],
    way: str,
) -> None:
    name = fresh("Sample Coordinator")
    join(mediawiki, provider, name)
    context, page, _ = opened(browser, site, **WAYS[way])
    log_in(page, site, name)
    page.goto(f"{site}/me/invitations")
    assert violations_of(page) == []
    page.locator("#names").fill("Quiet One\nSomebody With A Very Long Name Indeed Who Writes A Lot")
    page.locator("button[value=make]").last.click()
    expect(page.locator("#for-2")).to_contain_text("Somebody With A Very Long Name")
    expect(page.locator("#for-1")).to_contain_text(f"{site}/me/profile?uselang=")
    assert violations_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WAYS[way]["width"]
    context.close()
