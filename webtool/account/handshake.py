"""Hand-shake: who is it? OAuth 1.0a with any MediaWiki that has Extension:OAuth.

mwoauth does the talking. It knows no time-outs and reports every trouble as one kind of error or
as a stray ``TypeError``, so all of that ends here: callers see ``HandshakeFailed`` with a code
that names the message ``login-failed-<code>``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

import mwoauth
import mwoauth.functions
import requests

T = TypeVar("T")


class HandshakeFailed(Exception):
    """The login did not come about.

    ``code`` is one of ``denied`` (they said no), ``expired`` (too late, or used before),
    ``mixed-up`` (another login's answer), ``tampered`` (the identity is not what the wiki
    signed), ``not-approved`` (the wiki refuses this tool), ``time-out`` and ``garbage``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


@dataclass(frozen=True, slots=True)
class Token:
    """A key and its secret: temporary while the hand-shake lasts, or for access."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the wiki says it is: central user id, name now, and whether they are blocked."""

    id: int
    name: str
    blocked: bool = False


class _Patient:
    """``requests`` as mwoauth uses it, with the time-out that mwoauth leaves out."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def post(self, **arguments: Any) -> requests.Response:
        return requests.post(timeout=self.seconds, **arguments)


class Handshake:
    """The three steps of a login. ``index`` is the address of the wiki's index.php."""

    def __init__(
        self, *, index: str, consumer: Token, user_agent: str, seconds: float = 15.0
    ) -> None:
        self.index = index
        self.user_agent = user_agent
        self._consumer = mwoauth.ConsumerToken(consumer.key, consumer.secret)
        # mwoauth 0.4.0 calls requests.post by its module's name and passes no time-out.
        mwoauth.functions.requests = _Patient(seconds)

    def begin(self, *, callback: str) -> tuple[str, Token]:
        """Ask the wiki for a temporary token: the address to send the person to, and the token."""
        address, token = _tell(
            "not-approved",
            lambda: mwoauth.initiate(
                self.index, self._consumer, callback=callback, user_agent=self.user_agent
            ),
        )
        return address, Token(_text(token.key), _text(token.secret))

    def finish(self, *, token: Token, query: str) -> Token:
        """Trade the answer that the person brought back for an access token."""
        fields = parse_qs(query)
        if "error" in fields:
            raise HandshakeFailed("denied", fields["error"][0][:80])
        if fields.get("oauth_token") != [token.key] or "oauth_verifier" not in fields:
            raise HandshakeFailed("mixed-up")
        access = _tell(
            "expired",
            lambda: mwoauth.complete(
                self.index,
                self._consumer,
                mwoauth.RequestToken(token.key, token.secret),
                query,
                user_agent=self.user_agent,
            ),
        )
        return Token(_text(access.key), _text(access.secret))

    def identify(self, *, access: Token) -> Identity:
        """Ask the wiki who holds this access token; its signature, time and nonce are checked."""
        said = _tell(
            "tampered",
            lambda: mwoauth.identify(
                self.index,
                self._consumer,
                mwoauth.AccessToken(access.key, access.secret),
                user_agent=self.user_agent,
            ),
        )
        try:
            return Identity(int(said["sub"]), str(said["username"]), bool(said.get("blocked")))
        except (KeyError, TypeError, ValueError) as error:
            raise HandshakeFailed("garbage", repr(error)) from error


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _tell(refusal: str, ask: Callable[[], T]) -> T:
    """Carry out one step; every way in which it can fail becomes a HandshakeFailed."""
    try:
        return ask()
    except requests.Timeout as error:
        raise HandshakeFailed("time-out") from error
    except requests.RequestException as error:
        raise HandshakeFailed("garbage", type(error).__name__) from error
    except mwoauth.OAuthException as error:
        said = str(error)
        garbage = "something else" in said or "<" in said or "lacks token" in said
        raise HandshakeFailed("garbage" if garbage else refusal, said[:200]) from error
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        # What mwoauth stumbles over where an answer lacks what it takes for granted.
        raise HandshakeFailed(refusal, type(error).__name__) from error
