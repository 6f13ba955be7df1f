"""Who is asking, and may they? Sessions, CSRF, limits on writing.

Flask's signed cookie exists only for people who log in. It carries the session's secret and the
CSRF token; visitors get none.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import (
    Flask,
    abort,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from exchange.errors import SettingsError
from exchange.model import Match, Profile, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.people import LoginSession
from webtool.account.elsewhere import PublicPages, Source, chosen_sources
from webtool.account.oauth import Handshake, Identity, Token
from webtool.account.wiki import AccountWiki, UserWiki
from webtool.context import context, reader
from webtool.limits import BoundedCalls

SESSION_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Login:
    """A person who is logged in: central user id, name, and their access token at the wiki.

    ``keeps`` says that a text is kept for them.
    """

    account: int
    name: str
    access: Token
    expires: datetime
    keeps: bool = False

    @property
    def key(self) -> str:
        """The key of their own profile."""
        return str(ProfileKey.for_person(self.account))


class Logins:
    """The logins of the web tool; ``key`` is the environment's secret, of any form."""

    def __init__(self, store: Store, *, key: str) -> None:
        self._store = store
        self._fernet = Fernet(derive_key(key, "access tokens"))

    def begin(self, *, identity: Identity, access: Token, now: datetime) -> str:
        """Log somebody in and return the secret for their cookie; drops what has expired."""
        secret = secrets.token_urlsafe(32)
        self._store.sessions.expire(now=now)
        self._store.kept_texts.expire(now=now)
        self._store.sessions.begin(
            LoginSession(
                id=_hash(secret),
                account=identity.id,
                name=identity.name,
                token=self._fernet.encrypt(json.dumps([access.key, access.secret]).encode()),
                begun=now,
                expires=now + SESSION_LIFETIME,
            )
        )
        return secret

    def current(self, secret: str, *, now: datetime) -> Login | None:
        """Return who holds this secret; None if unknown, expired, or of an earlier key."""
        session = self._store.sessions.get(_hash(secret), now=now)
        if session is None:
            return None
        try:
            key, token_secret = json.loads(self._fernet.decrypt(session.token))
        except InvalidToken:
            self._store.sessions.end(session.id)
            return None
        access = Token(key, token_secret)
        return Login(session.account, session.name, access, session.expires, session.keeps)

    def end(self, secret: str) -> None:
        """Log out: the access token is dropped."""
        self._store.sessions.end(_hash(secret))

    def end_all(self, account: int) -> None:
        """Log somebody out everywhere."""
        self._store.sessions.end_all(account)

    def encrypt(self, value: str) -> str:
        """Return a small value encrypted for a cookie, such as a temporary token."""
        return self.encrypt_bytes(value.encode()).decode()

    def encrypt_bytes(self, value: bytes) -> bytes:
        """Return bytes encrypted for the database."""
        return self._fernet.encrypt(value)

    def decrypt_bytes(self, sealed: bytes) -> bytes | None:
        """Return what was encrypted, or None where an earlier key did it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None

    def decrypt(self, sealed: str, *, seconds: int) -> str | None:
        """Return what was encrypted at most ``seconds`` ago, or None."""
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=seconds).decode()
        except InvalidToken:
            return None


def derive_key(key: str, purpose: str) -> bytes:
    """Return a key for one purpose from the environment's secret (HKDF, URL-safe base64)."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"cxc {purpose}".encode())
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


Answer = str | Response | tuple[str, int]
Page = TypeVar("Page", bound=Callable[..., Any])

SECRET = "login"
"""The key of the login's secret in the session cookie."""

EXTENSION = "capacity-exchange-account"
CALLS_AT_ONCE = 4
CALL_SECONDS = 10.0
"""Calls to the wiki for people who edit: how many at a time, and how long each may take."""
WRITES_PER_HOUR = 60
"""Writes that one account may make in an hour."""

csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class AuthServices:
    """What pages that need a login use.

    ``open_wiki`` gives the wiki as the person who is logged in; ``tag`` marks our edits where a
    wiki has it. ``sources`` are where people may have said something about themselves before,
    ``public_pages`` reads them.
    """

    logins: Logins
    handshake: Handshake
    open_wiki: Callable[[Login], AccountWiki]
    sources: tuple[Source, ...]
    public_pages: PublicPages
    tag: str = "capacity-exchange"


def register_auth(app: Flask) -> None:
    """Set up sessions, CSRF and login; needs ``settings.web.login``."""
    here = app.extensions["capacity-exchange"]
    web = here.settings.web
    key = web.secret.get_secret_value()
    user_agent = here.settings.user_agent
    address = here.settings.web_address
    if problem := here.settings.login_problem:
        raise SettingsError([problem])
    secure = address.startswith("https://")
    consumer = Token(web.consumer_key, web.consumer_secret.get_secret_value())
    app.config.update(
        SECRET_KEY=derive_key(key, "cookies"),
        SESSION_COOKIE_NAME="__Host-exchange" if secure else "exchange",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        # Another cookie with each answer would make all pages before it unknown to "back".
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    calls = BoundedCalls(CALLS_AT_ONCE, CALL_SECONDS)

    def open_wiki(login: Login) -> AccountWiki:
        return UserWiki(
            api=web.wiki.removesuffix("index.php") + "api.php",
            consumer=consumer,
            access=login.access,
            user_agent=user_agent,
            calls=calls,
            language=reader().language,
        )

    app.extensions[EXTENSION] = AuthServices(
        logins=Logins(here.store, key=key),
        handshake=Handshake(index=web.wiki, consumer=consumer, user_agent=user_agent),
        open_wiki=open_wiki,
        sources=chosen_sources(here.settings),
        public_pages=PublicPages(user_agent=user_agent, seconds=here.settings.sources.seconds),
    )
    app.jinja_env.globals.update(
        login_offered=lambda: True, logged_in=login_or_none, owned=my_keys, my_profile=my_profile
    )


def auth_services() -> AuthServices:
    """Return the services of the application that answers now."""
    return cast(AuthServices, current_app.extensions[EXTENSION])


def login_or_none() -> Login | None:
    """Return who is logged in, or None; at most one query a request, none for visitors."""
    if "login" not in g:
        secret = session.get(SECRET, "")
        g.login = auth_services().logins.current(secret, now=context().now()) if secret else None
    return cast("Login | None", g.login)


def current_user() -> Login:
    """Return who is logged in; only after ``login_required``."""
    login = login_or_none()
    if login is None:
        abort(403)
    return login


class FormRefused(Exception):
    """A form that was sent cannot be taken now; ``code`` ends the message that says why.

    ``ended`` (the login is over), ``changed`` (another login since the form was opened), ``whose``
    (the form is about another account's profile) or ``often`` (too many writes in an hour).
    """

    def __init__(self, code: str, status: int) -> None:
        self.code = code
        self.status = status
        super().__init__(code)


HOLDING = ("editor", "ask", "invitations", "introduce", "plan", "joining", "wanting", "programmes")
"""Blueprints whose forms hold more than a choice: what was typed is shown again after a refusal."""


def login_required(page: Page) -> Page:
    """Let only people through who are logged in, and only forms with our CSRF token.

    Others are sent to log in and come back; writes without a login are refused. ``FormRefused``
    where a refused form holds what somebody typed.
    """

    @wraps(page)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        holds = request.blueprint in HOLDING and _is_sent_from_here()
        if login_or_none() is None:
            if request.method != "GET":
                if holds:
                    raise FormRefused("ended", 403)
                abort(403)
            return redirect(url_for("account.start_login", next=request.full_path.rstrip("?")))
        if request.method == "POST":
            try:
                csrf.protect()
            except CSRFError:
                if holds:
                    raise FormRefused("changed", 400) from None
                raise
            if request.blueprint not in HOLDING:  # There only some steps write: they count.
                count_write()
        return page(*args, **kwargs)

    return cast(Page, guarded)


def _is_sent_from_here() -> bool:
    """Whether a form comes from a page of ours, as far as the browser says where it comes from."""
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == urlsplit(context().settings.web_address).netloc


def count_write() -> None:
    """Count a write, and refuse it beyond ``WRITES_PER_HOUR``."""
    here = context()
    kind = (request.endpoint or "")[-20:]
    if not here.store.rate_limits.add(
        current_user().account,
        kind,
        at=here.now(),
        within=timedelta(hours=1),
        most=WRITES_PER_HOUR,
    ):
        if request.blueprint in HOLDING:
            raise FormRefused("often", 429)
        abort(429)


def note_name(name: str) -> None:
    """Go on under the name that the wiki says the current user has now."""
    login = current_user()
    if name and name != login.name:
        context().store.sessions.rename(login.account, name)
        g.login = replace(login, name=name)


def my_profiles() -> dict[str, Profile]:
    """Return the profiles that the current user speaks for: their own and their groups'."""
    if "mine" not in g:
        store = context().store
        g.mine = store.profiles.get_many(
            [current_user().key, *store.pages.groups_of(current_user().account)]
        )
    return cast("dict[str, Profile]", g.mine)


def my_profile() -> Profile | None:
    """Return the own profile of whoever is logged in, or None."""
    return my_profiles().get(current_user().key) if login_or_none() else None


def my_keys() -> frozenset[str]:
    """Return the keys of ``my_profiles()``, one's own even where there is no profile yet."""
    return frozenset({current_user().key, *my_profiles()})


def match_as_seeker(id: int, statuses: Collection[SuggestionStatus]) -> Match:
    """Return a match in which the current user is the seeker and that stands at one of these.

    Else 404, or 403 where it is somebody else's; whoever was forgotten writes nothing.
    """
    require_not_forgotten()
    suggestion = context().store.suggestions.get(id)
    if suggestion is None or suggestion.status not in statuses:
        abort(404)
    if suggestion.match.seeker not in my_keys():
        abort(403)
    return suggestion.match


def erasure_marks() -> ErasureMarks:
    """Return the marks of those who were forgotten."""
    here = context()
    return ErasureMarks(
        here.store.database, secrets=here.settings.erasure_keys, log=here.settings.erasure.log
    )


def require_not_forgotten() -> None:
    """Redirect people who asked to be forgotten to where they can come back."""
    if erasure_marks().has(current_user().account):
        abort(redirect(url_for("me.show_matches")))
