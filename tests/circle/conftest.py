"""A real Chromium in front of the web tool with login, a provider, and a real MediaWiki."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from exchange.settings import load
from exchange.store import Store
from tests.browser.conftest import browser_type_launch_args, heard
from tests.oauth.provider import Provider
from tests.wiki.mediawiki import MediaWiki
from webtool import create_app

__all__ = ["browser_type_launch_args", "heard"]


@contextmanager
def served(provider: Provider, store: Store, now: Callable[[], datetime]) -> Iterator[str]:
    """Serve the web tool on a port of its own; its address."""
    settings = load(
        {
            "CXC_OAUTH_CONSUMER_KEY": provider.consumer_key,
            "CXC_OAUTH_CONSUMER_SECRET": provider.consumer_secret,
            "CXC_OAUTH_WIKI": provider.index,
            "CXC_SECRET": "a secret that is long enough for the tests",
        }
    )
    server = make_server("127.0.0.1", 0, create_app(settings, store, now=now), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def join(wiki: MediaWiki, provider: Provider, name: str) -> int:
    """Give somebody an account at the wiki that they can log in with; its central id."""
    account = wiki.account(name)
    found = wiki.call(action="query", list="users", ususers=name)["query"]["users"]
    return provider.add(name, account.password, found[0]["userid"]).id


def log_in(page: Page, site: str, name: str) -> None:
    """Log in as people do: a link, the wiki's question, a click."""
    page.goto(site)
    page.locator("header .account").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{site}/**")


@pytest.fixture(scope="module")
def provider(mediawiki: MediaWiki) -> Iterator[Provider]:
    provider = Provider(wiki_api=mediawiki.api).start()
    yield provider
    provider.stop()
