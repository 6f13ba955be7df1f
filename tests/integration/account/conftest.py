"""The web tool with login, in front of a provider, in front of a real MediaWiki."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.settings import load
from exchange.store import Store
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from webtool import create_app

SECRET = "a secret that is long enough for the tests"


class Form(HTMLParser):
    """Reads the fields of a page's largest form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = self._area = ""
        self._picked: list[str] = []

    @property
    def fields(self) -> dict[str, list[str]]:
        return max(self.forms, key=len)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and name and "disabled" not in given:
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.forms[-1].setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self._select, self._picked = name, []
        elif tag == "option" and self._select:
            if "selected" in given or not self._picked:
                self._picked = [given.get("value", "")]
        elif tag == "textarea":
            self._area = name
            self.forms[-1][name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.forms[-1][self._select], self._select = self._picked, ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area][0] += data


@dataclass
class Visitor:
    """Somebody at a browser without JavaScript."""

    client: FlaskClient
    provider: Provider
    name: str = ""
    last: TestResponse | None = field(default=None, repr=False)

    def get(self, path: str, **more: Any) -> TestResponse:
        self.last = self.client.get(path, **more)
        return self.last

    def post(self, path: str, data: Any = None, *, forged: bool = False) -> TestResponse:
        """Send a form with the token of the page that was seen last."""
        given = dict(data or {})
        if not forged:
            given["csrf_token"] = self.token()
        self.last = self.client.post(path, data=given)
        return self.last

    def fields(self) -> dict[str, list[str]]:
        """What the form of the page that was seen last would send, as it was shown."""
        assert self.last is not None
        form = Form()
        form.feed(self.last.text)
        return form.fields

    def token(self) -> str:
        found = None
        if self.last is not None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.last.text)
        if found is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/").text)
        assert found, "there is no form to take a token from"
        return found[1]

    def login(self, name: str, *, after: str = "/me") -> TestResponse:
        """Go through the whole hand-shake."""
        self.name = name
        there = self.client.get("/login", query_string={"next": after})
        assert there.status_code == 302, there.text
        token = re.search(r"oauth_token=([^&]+)", there.location)
        assert token, there.location
        back = self.provider.allow(token[1], name)
        self.last = self.client.get(back[back.index("/login/done") :])
        return self.last


@pytest.fixture(scope="module")
def provider(mediawiki: MediaWiki) -> Iterator[Provider]:
    provider = Provider(wiki_api=mediawiki.api).start()
    yield provider
    provider.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield store
    store.close()


@pytest.fixture
def clock() -> list[datetime]:
    """The moment that the tool takes for now, to be turned forward."""
    return [datetime(2026, 11, 23, 12, 0, tzinfo=UTC)]


@pytest.fixture
def app(
    provider: Provider,
    store: Store,
    clock: list[datetime],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Flask:
    """The tool; a test's parameter is the text of a file of settings."""
    config = tmp_path / "settings.toml"
    config.write_text(getattr(request, "param", ""))
    settings = load(
        {
            "CXC_CONFIG": str(config),
            "CXC_OAUTH_CONSUMER_KEY": provider.consumer_key,
            "CXC_OAUTH_CONSUMER_SECRET": provider.consumer_secret,
            "CXC_OAUTH_WIKI": provider.index,
            "CXC_SECRET": SECRET,
        }
    )
    return create_app(settings, store, now=lambda: clock[0])


@pytest.fixture
def visitor(app: Flask, provider: Provider) -> Callable[[], Visitor]:
    """Make a visitor with a browser of their own."""
    return lambda: Visitor(app.test_client(), provider)


@pytest.fixture
def member(
    visitor: Callable[[], Visitor],
    provider: Provider,
    mediawiki: MediaWiki,
    fresh: Callable[[str], str],
) -> Callable[..., Visitor]:
    """Make somebody with an account at the wiki who is logged in; ids count up from 1001."""

    def make(name: str = "Ada", *, id: int = 0) -> Visitor:
        full = fresh(f"Sample {name}")
        account = mediawiki.account(full)
        provider.add(full, account.password, id or 1000 + len(provider.accounts))
        one = visitor()
        one.login(full)
        return one

    return make
