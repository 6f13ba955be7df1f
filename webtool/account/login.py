"""Log in and out."""

from __future__ import annotations

import json
import logging
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from exchange.languages import known
from webtool.account.gate import SECRET, csrf, current, gate, moment
from webtool.account.handshake import HandshakeFailed, Token
from webtool.context import context

pages = Blueprint("account", __name__)
log = logging.getLogger(__name__)

PENDING = "pending"
PATIENCE = 600
"""Seconds that somebody may take at the wiki before they come back."""


@pages.get("/login")
def login() -> Response | tuple[str, int]:
    """Send somebody to the wiki, which asks whether they allow us to know who they are."""
    if current() is not None:
        return redirect(_inside(request.args.get("next", "")))
    back = context().settings.web.address.rstrip("/") or request.host_url.rstrip("/")
    try:
        address, token = gate().handshake.begin(callback=back + url_for("account.done"))
    except HandshakeFailed as failure:
        return _failed(failure)
    waiting = json.dumps([token.key, token.secret, _inside(request.args.get("next", ""))])
    session.clear()
    session[PENDING] = gate().logins.seal(waiting)
    return redirect(address)


@pages.get("/login/done")
def done() -> Response | tuple[str, int]:
    """Take up the answer that somebody brings from the wiki."""
    sealed = session.pop(PENDING, "")
    waiting = gate().logins.open(sealed, seconds=PATIENCE) if sealed else None
    if waiting is None:
        return _failed(HandshakeFailed("expired"))
    key, secret, after = json.loads(waiting)
    try:
        access = gate().handshake.finish(
            token=Token(key, secret), query=request.query_string.decode("ascii", "replace")
        )
        identity = gate().handshake.identify(access=access)
    except HandshakeFailed as failure:
        return _failed(failure)
    if identity.blocked:
        return _failed(HandshakeFailed("blocked"))
    # A fresh cookie: whatever somebody planted before the login is worth nothing after it.
    session.clear()
    session.permanent = True
    session[SECRET] = gate().logins.begin(identity=identity, access=access, now=moment())
    return redirect(after)


@pages.get("/me/gone")
def gone() -> str:
    """Say that somebody was forgotten; they are logged out already."""
    return render_template("account/gone.html")


@pages.post("/logout")
def logout() -> Response:
    """Forget the login and its access to the wiki."""
    if current() is None:
        abort(403)
    csrf.protect()
    gate().logins.end(session[SECRET])
    session.clear()
    return redirect(url_for("home.page"))


def _inside(address: str) -> str:
    """An address of our own to go on to; anything else leads to one's matches."""
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and address.startswith("/")
    if not own or address.startswith(("//", "/\\")) or "\\" in address or len(address) > 500:
        language = request.args.get("uselang", "")
        return url_for("me.matches", uselang=language if known(language) else None)
    return address


def _failed(failure: HandshakeFailed) -> tuple[str, int]:
    log.warning("login failed: %s", failure.code)
    status = 502 if failure.code in ("garbage", "time-out", "not-approved") else 403
    session.pop(PENDING, None)
    return render_template("account/failed.html", code=failure.code), status
