"""OAuth 1.0a with any MediaWiki that has Extension:OAuth: who is it?

mwoauth does the talking. It knows no time-outs and reports every trouble as one kind of error or
as a stray ``TypeError``, so all of that ends here: callers see ``LoginFailed`` with a code
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

from webtool.limits import BoundedCalls, TooBusy

T = TypeVar("T")


class LoginFailed(Exception):
    """The login did not come about.

    ``code`` is one of ``denied`` (they said no), ``expired`` (too late, or used before),
    ``mixed-up`` (another login's answer), ``tampered`` (the identity is not what the wiki
    signed), ``not-approved`` (the wiki refuses this tool), ``time-out``, ``garbage``
    and ``busy`` (too many logins at once while the wiki is slow).
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
    """Who the wiki says it is: central user id, and name now."""

    id: int
    name: str


class _Requests:
    """``requests`` as mwoauth uses it, with the time-out that mwoauth leaves out."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def post(self, **arguments: Any) -> requests.Response:
        return requests.post(timeout=self.seconds, **arguments)


class Handshake:
    """The three steps of a login. ``index`` is the address of the wiki's index.php.

    A wiki that hangs must not take the tool with it: each step takes ``seconds`` at most, and
    ``at_once`` of them may be under way.
    """

    def __init__(
        self,
        *,
        index: str,
        consumer: Token,
        user_agent: str,
        seconds: float = 5.0,
        at_once: int = 4,
    ) -> None:
        self.index = index
        self.user_agent = user_agent
        self._consumer = mwoauth.ConsumerToken(consumer.key, consumer.secret)
        self._calls = BoundedCalls(at_once, seconds)
        # mwoauth 0.4.0 calls requests.post by its module's name and passes no time-out.
        mwoauth.functions.requests = _Requests(seconds)

    def start(self, *, callback: str) -> tuple[str, Token]:
        """Ask the wiki for a temporary token: the address to send the person to, and the token."""
        address, token = self._call(
            "not-approved",
            lambda: mwoauth.initiate(
                self.index, self._consumer, callback=callback, user_agent=self.user_agent
            ),
        )
        return address, Token(_text(token.key), _text(token.secret))

    def complete(self, *, token: Token, query: str) -> Token:
        """Trade the answer that the person brought back for an access token."""
        fields = parse_qs(query)
        if "error" in fields:
            raise LoginFailed("denied", fields["error"][0][:80])
        if fields.get("oauth_token") != [token.key] or "oauth_verifier" not in fields:
            raise LoginFailed("mixed-up")
        access = self._call(
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
        said = self._call(
            "tampered",
            lambda: mwoauth.identify(
                self.index,
                self._consumer,
                mwoauth.AccessToken(access.key, access.secret),
                user_agent=self.user_agent,
            ),
        )
        try:
            return Identity(int(said["sub"]), str(said["username"]))
        except (KeyError, TypeError, ValueError) as error:
            raise LoginFailed("garbage", repr(error)) from error

    def _call(self, refusal: str, ask: Callable[[], T]) -> T:
        try:
            return _translate(refusal, lambda: self._calls.run(ask))
        except TooBusy as error:
            raise LoginFailed("busy") from error


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _translate(refusal: str, ask: Callable[[], T]) -> T:
    """Carry out one step; every way in which it can fail becomes a LoginFailed."""
    try:
        return ask()
    except (requests.Timeout, TimeoutError) as error:
        raise LoginFailed("time-out") from error
    except requests.RequestException as error:
        raise LoginFailed("garbage", type(error).__name__) from error
    except mwoauth.OAuthException as error:
        said = str(error)
        garbage = "something else" in said or "<" in said or "lacks token" in said
        raise LoginFailed("garbage" if garbage else refusal, said[:200]) from error
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        # What mwoauth stumbles over where an answer lacks what it takes for granted.
        raise LoginFailed(refusal, type(error).__name__) from error
