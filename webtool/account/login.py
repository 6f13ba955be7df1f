"""Login and logout: to the wiki and back, in as many windows at once as somebody likes."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from exchange.languages import is_known
from webtool.account.auth import SECRET, auth_services, csrf, login_or_none
from webtool.account.oauth import Identity, LoginFailed, Token
from webtool.context import context

pages = Blueprint("account", __name__)
log = logging.getLogger(__name__)

PENDING = "pending"
LOGIN_TIMEOUT = 600
"""Seconds that somebody may take at the wiki before they come back."""
MAX_PENDING = 4
MAX_PENDING_CHARACTERS = 2_400
"""Logins that one browser may have under way, and what of its cookie they may take together."""


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that is under way at the wiki: its temporary token, and where to go on after it."""

    token: Token
    after: str
    sealed: str


@pages.get("/login")
def start_login() -> Response:
    """Send somebody to the wiki, which asks whether they allow the login.

    ``again=1`` logs in anew whoever is logged in already: the wiki may have ended its part.
    """
    after = _safe_target(request.args.get("next", ""))
    if login_or_none() is not None and request.args.get("again") != "1":
        return redirect(after)
    back = context().settings.web_address
    try:
        address, token = auth_services().handshake.start(
            callback=back + url_for("account.finish_login", uselang=None)
        )
    except LoginFailed as failure:
        return _login_failed(failure, after)
    waiting = auth_services().logins.encrypt(json.dumps([token.key, token.secret, after]))
    _keep_pending([*(each.sealed for each in _pending()), waiting])
    return redirect(address)


@pages.get("/login/done")
def finish_login() -> Response:
    """Finish a login with the answer that somebody brings back from the wiki."""
    pending = _pending()
    answered = request.args.get("oauth_token", "")
    found = next((each for each in pending if each.token.key == answered), None)
    if found is None and "error" in request.args and pending:
        found = pending[-1]  # Who says no need not say to what.
    if found is None:
        return _login_failed(LoginFailed("mixed-up" if pending else "expired"))
    others = [each.sealed for each in pending if each is not found]
    _keep_pending(others)
    try:
        access = auth_services().handshake.complete(
            token=found.token, query=request.query_string.decode("ascii", "replace")
        )
        identity = auth_services().handshake.identify(access=access)
    except LoginFailed as failure:
        return _login_failed(failure, found.after)
    _begin_session(identity, access, others)
    return redirect(found.after)


def _begin_session(identity: Identity, access: Token, pending: list[str]) -> None:
    """Begin a fresh cookie: whatever somebody planted before the login is worth nothing after it.

    Other logins that are under way go on, and so do the forms of other windows that the same
    person has open.
    """
    before = login_or_none()
    logins = auth_services().logins
    same = before is not None and before.account == identity.id
    form_token = session.get("csrf_token") if same else None
    if before is not None:
        logins.end(session[SECRET])
    session.clear()
    session.permanent = True
    if form_token:
        session["csrf_token"] = form_token
    _keep_pending(pending)
    here = context()
    session[SECRET] = logins.begin(identity=identity, access=access, now=here.now())
    here.store.signs_of_life.record(identity.id, at=here.now(), via="web")


@pages.get("/me/gone")
def show_erased() -> str:
    """Say that somebody's data was erased; they are logged out already."""
    grants = f"{context().settings.web.wiki}?title=Special:OAuthManageMyGrants"
    return render_template("account/gone.html", page=request.args.get("page", ""), grants=grants)


@pages.post("/logout")
def end_login() -> Response:
    """Log out, and drop the access to the wiki."""
    if login_or_none() is None:
        abort(403)
    csrf.protect()
    auth_services().logins.end(session[SECRET])
    session.clear()
    return redirect(url_for("home.show_home"))


def _pending() -> list[PendingLogin]:
    """Return the logins that this browser has under way, the newest last."""
    found = []
    for sealed in session.get(PENDING, ()):
        text = auth_services().logins.decrypt(sealed, seconds=LOGIN_TIMEOUT)
        if text is not None:
            key, secret, after = json.loads(text)
            found.append(PendingLogin(Token(key, secret), after, sealed))
    return found


def _keep_pending(sealed: list[str]) -> None:
    """Keep the newest of these logins in the cookie, as many as it has room for."""
    kept = sealed[-MAX_PENDING:]
    while len(kept) > 1 and sum(map(len, kept)) > MAX_PENDING_CHARACTERS:
        del kept[0]
    if kept:
        session[PENDING] = kept
    else:
        session.pop(PENDING, None)


def _safe_target(address: str) -> str:
    """Return an address of our own to go on to; anything else becomes one's matches."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    if not own or "\\" in address or not address.isprintable() or len(address) > 500:
        language = request.args.get("uselang", "")
        return url_for("me.show_matches", uselang=language if is_known(language) else None)
    return address


def _login_failed(failure: LoginFailed, after: str = "") -> Response:
    """Return the page about a login that did not come about, with the ways on and back."""
    log.warning("login failed: %s", failure.code)
    status = 502 if failure.code in ("garbage", "time-out", "not-approved") else 403
    page = make_response(
        render_template("account/failed.html", code=failure.code, after=after), status
    )
    if failure.code == "busy":
        page.status_code, page.headers["Retry-After"] = 503, "5"
    return page
