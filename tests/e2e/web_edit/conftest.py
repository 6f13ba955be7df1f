"""A real Chromium in front of the web tool with login, a provider, and a real MediaWiki."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from exchange.settings import load
from exchange.store import Store
from tests.e2e.browser.conftest import browser_type_launch_args, heard
from tests.support.provider import Provider
from tests.support.server import serving
from tests.support.wiki.mediawiki import MediaWiki
from webtool import create_app

__all__ = ["browser_type_launch_args", "heard"]


@contextmanager
def served(
    provider: Provider, store: Store, now: Callable[[], datetime], **environment: str
) -> Iterator[str]:
    """Serve the web tool on a port of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = load(
        {
            "CXC_PORT": str(port),
            "CXC_OAUTH_CONSUMER_KEY": provider.consumer_key,
            "CXC_OAUTH_CONSUMER_SECRET": provider.consumer_secret,
            "CXC_OAUTH_WIKI": provider.index,
            "CXC_SECRET": "a secret that is long enough for the tests",
            **environment,
        }
    )
    with serving(create_app(settings, store, now=now), port=port) as address:
        yield address


def join(wiki: MediaWiki, provider: Provider, name: str) -> int:
    """Make somebody an account at the wiki that they can log in with; its central id."""
    account = wiki.account(name)
    found = wiki.call(action="query", list="users", ususers=name)["query"]["users"]
    return provider.add(name, account.password, found[0]["userid"]).id


def log_in(page: Page, site: str, name: str) -> None:
    """Log in as people do: a link, the wiki's question, a click."""
    page.goto(site)
    page.locator("header .account").click()
    _allow(page, name)
    page.wait_for_url(f"{site}/**")


def log_in_and_go_on(page: Page, name: str) -> None:
    """Log in from a page that holds a form over the login."""
    page.get_by_role("link", name="Log in and go on").click()
    _allow(page, name)


def _allow(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Allow").click()


def save_on_wiki(page: Page) -> None:
    """Save what a preview shows, and see that it is saved."""
    page.get_by_role("button", name="Save on the wiki").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()


@pytest.fixture(scope="module")
def provider(mediawiki: MediaWiki) -> Iterator[Provider]:
    provider = Provider(wiki_api=mediawiki.api).start()
    yield provider
    provider.stop()
