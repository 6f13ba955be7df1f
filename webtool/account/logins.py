"""Logins: a cookie's secret on one side, an encrypted access token on the other.

The cookie holds a random secret, the database only its hash; the token is encrypted with a key
that stands in neither. So the database alone, or the cookie alone, opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exchange.store import Store
from exchange.store.sessions import Session
from webtool.account.handshake import Identity, Token

LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who is logged in: central user id, name, and what opens the wiki for them."""

    account: int
    name: str
    access: Token
    expires: datetime

    @property
    def key(self) -> str:
        """The key of their own profile."""
        return f"user:{self.account}"


class Logins:
    """The logins of the web tool. ``key`` is the secret from the environment, of any form."""

    def __init__(self, store: Store, *, key: str) -> None:
        self._store = store
        self._fernet = Fernet(derive(key, "access tokens"))

    def begin(self, *, identity: Identity, access: Token, now: datetime) -> str:
        """Log somebody in; the secret for their cookie. Expired logins go at the same time."""
        secret = secrets.token_urlsafe(32)
        self._store.sessions.expire(now=now)
        self._store.sessions.begin(
            Session(
                id=_hash(secret),
                account=identity.id,
                name=identity.name,
                token=self._fernet.encrypt(json.dumps([access.key, access.secret]).encode()),
                begun=now,
                expires=now + LIFE,
            )
        )
        return secret

    def current(self, secret: str, *, now: datetime) -> Login | None:
        """Who holds this secret, or None: unknown, expired, or from before the key changed."""
        session = self._store.sessions.get(_hash(secret), now=now)
        if session is None:
            return None
        try:
            key, token_secret = json.loads(self._fernet.decrypt(session.token))
        except InvalidToken:
            self._store.sessions.end(session.id)
            return None
        return Login(session.account, session.name, Token(key, token_secret), session.expires)

    def end(self, secret: str) -> None:
        """Log out: the access token is dropped."""
        self._store.sessions.end(_hash(secret))

    def end_all(self, account: int) -> None:
        """Log somebody out everywhere."""
        self._store.sessions.end_all(account)

    def seal(self, value: str) -> str:
        """Encrypt a small value that travels in a cookie, such as a temporary token."""
        return self._fernet.encrypt(value.encode()).decode()

    def open(self, sealed: str, *, seconds: int) -> str | None:
        """What was sealed at most so long ago, or None."""
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=seconds).decode()
        except InvalidToken:
            return None


def derive(key: str, purpose: str) -> bytes:
    """A key for one purpose from the secret of the environment (HKDF, URL-safe base64)."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"cxc {purpose}".encode())
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
