"""Gate: who is asking, and may they? Everything behind the login passes through here.

Flask's signed cookie exists only for people who log in. It carries the login's secret and the
token against forged forms; visitors get none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from exchange.model import Profile
from webtool.account.handshake import Handshake, Token
from webtool.account.logins import LIFE, Login, Logins, derive
from webtool.account.wiki import PersonalWiki
from webtool.context import context

Answer = str | Response | tuple[str, int]
Page = TypeVar("Page", bound=Callable[..., Any])

SECRET = "login"
"""What the login's secret is called in the cookie."""

_NAME = "capacity-exchange-account"
_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 60
"""Writes that one account may make in an hour."""

csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Gate:
    """What the pages behind the login work with. ``tag`` marks our edits where a wiki has it."""

    logins: Logins
    handshake: Handshake
    consumer: Token
    api: str
    user_agent: str
    tag: str = "capacity-exchange"

    def wiki(self, login: Login) -> PersonalWiki:
        """The wiki in the name of somebody who is logged in."""
        return PersonalWiki(
            api=self.api, consumer=self.consumer, access=login.access, user_agent=self.user_agent
        )


def install(app: Flask) -> None:
    """Open the gate: needs ``settings.web.login``."""
    here = app.extensions["capacity-exchange"]
    web = here.settings.web
    key = web.secret.get_secret_value()
    user_agent = f"capacity-exchange ({here.settings.wiki.contact})"
    secure = web.address.startswith("https://")
    consumer = Token(web.consumer_key, web.consumer_secret.get_secret_value())
    app.config.update(
        SECRET_KEY=derive(key, "cookies"),
        SESSION_COOKIE_NAME="__Host-exchange" if secure else "exchange",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LIFE,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    app.extensions[_NAME] = Gate(
        logins=Logins(here.store, key=key),
        handshake=Handshake(index=web.wiki, consumer=consumer, user_agent=user_agent),
        consumer=consumer,
        api=web.wiki.removesuffix("index.php") + "api.php",
        user_agent=user_agent,
    )
    app.jinja_env.globals.update(login_offered=lambda: True, logged_in=current, owned=keys)


def gate() -> Gate:
    """The gate of the application that answers now."""
    return cast(Gate, current_app.extensions[_NAME])


def current() -> Login | None:
    """Who is logged in, or None; one query at most for each request, none for visitors."""
    if "login" not in g:
        secret = session.get(SECRET, "")
        g.login = gate().logins.current(secret, now=context().now()) if secret else None
    return cast("Login | None", g.login)


def me() -> Login:
    """Who is logged in; only behind ``login_required``."""
    login = current()
    if login is None:
        abort(403)
    return login


def login_required(page: Page) -> Page:
    """Let only people through who are logged in; of their forms only those that we gave them.

    Others are sent to log in and come back; what they wanted to write is refused.
    """

    @wraps(page)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current() is None:
            if request.method != "GET":
                abort(403)
            return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
        if request.method == "POST":
            csrf.protect()
            _measured()
        return page(*args, **kwargs)

    return cast(Page, guarded)


def _measured() -> None:
    """Count a write, and refuse it where somebody writes without end."""
    now = context().now()
    store = context().store
    if store.deeds.count(me().account, since=now - _HOUR) >= MOST_AN_HOUR:
        abort(429)
    store.deeds.add(me().account, (request.endpoint or "")[-20:], at=now)


def mine() -> dict[str, Profile]:
    """The profiles that whoever is logged in speaks for: their own and their groups'."""
    if "mine" not in g:
        store = context().store
        g.mine = store.profiles.get_many([me().key, *store.pages.groups_of(me().account)])
    return cast("dict[str, Profile]", g.mine)


def keys() -> frozenset[str]:
    """The keys of ``mine()``, one's own even where there is no profile yet."""
    return frozenset({me().key, *mine()})


def moment() -> datetime:
    """The time now."""
    return context().now()
