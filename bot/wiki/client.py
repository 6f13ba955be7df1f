"""Client: pywikibot, set up in code and tamed. The only module that imports it.

pywikibot reads its configuration, makes folders and looks at the command line when it is
imported. Here it is imported on first use, with an empty folder of its own, so that no
``user-config.py``, no home directory and no file of families is needed, for any wiki.

Reads may be tried again. A write is sent exactly once: where its answer is lost, that is
``ResponseLost`` and for the caller to find out. (pywikibot by itself sends it again, and a new
section stands twice.) Only where the wiki itself said that nothing was saved (lag, an old token,
a lost session) is the same write sent again.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from exchange.errors import EditRefused, ResponseLost, WikiUnavailable

Answer = dict[str, Any]

_SESSION_OVER = frozenset({"badtoken", "assertuserfailed", "assertnameduserfailed"})


@dataclass(frozen=True, slots=True)
class RequestPolicy:
    """How to behave towards a wiki.

    ``pause`` is the least time between two writes; ``maxlag`` the database lag in seconds above
    which to wait; ``tries`` how often a read is tried, ``wait`` the first pause between tries
    (it doubles); ``timeout`` how long to wait for an answer. All in seconds.
    """

    pause: float = 5.0
    maxlag: int = 5
    tries: int = 5
    wait: float = 5.0
    timeout: float = 60.0
    agent: str = "CapacityExchange/0.1 (https://meta.wikimedia.org/wiki/Capacity_Exchange)"


DEFAULT_POLICY = RequestPolicy()


class Client:
    """One account's way to one wiki's action API. It logs in at its first request."""

    def __init__(
        self,
        *,
        api: str,
        user: str = "",
        password: str = "",
        oauth: tuple[str, str, str, str] | None = None,
        policy: RequestPolicy = DEFAULT_POLICY,
    ) -> None:
        self._lib = lib = _library()
        self._user = user.partition("@")[0].replace("_", " ").strip()
        self._policy = policy
        config = lib.config
        # pywikibot knows one set of manners for a whole process: the last client's.
        config.put_throttle = policy.pause
        config.read_maxlag = config.write_maxlag = policy.maxlag
        config.max_retries = policy.tries - 1
        config.retry_wait = policy.wait
        config.retry_max = max(120.0, policy.wait)
        config.socket_timeout = (min(10.0, policy.timeout), policy.timeout)
        config.user_agent_format = policy.agent + " ({script_comments}) {pwb} {http_backend}"
        parts = urlsplit(api)
        if oauth:
            config.authenticate[parts.netloc] = oauth
        family = _family(api)
        self._site = lib.pywikibot.Site(
            code=family.code, fam=family, user=self._user or None, interface=lib.Site
        )
        self._site.secret = password
        self._site.login_name = user
        self._site.throttle.set_delays(delay=0, writedelay=policy.pause)
        self._counter = _counter(f"{parts.scheme}://{parts.netloc}")
        self._counted_before = self._counter.sent

    @property
    def requests(self) -> int:
        """How many HTTP requests went out so far, logins and tokens too."""
        return int(self._counter.sent - self._counted_before)

    def ask(self, **params: Any) -> Answer:
        """Send one reading request; tried again a few times before it is ``WikiUnavailable``."""
        with self._errors():
            self._login()
            return self._request(self._lib.Read, params).submit()  # type: ignore[no-any-return]

    def query(self, **params: Any) -> Iterator[Answer]:
        """Follow a query to its end: its ``query`` part for every whole batch, pages merged."""
        more: Mapping[str, str] = {}
        merged: Answer = {}
        while True:
            answer = self.ask(action="query", **{**params, **more})
            _merge(merged, answer.get("query", {}))
            more = answer.get("continue", {})
            if not more or answer.get("batchcomplete"):
                yield merged
                merged = {}
            if not more:
                return

    def write(self, **params: Any) -> Answer:
        """Send one writing request, exactly once; ``ResponseLost`` where its answer is lost.

        Where the wiki says that it did nothing because our session is over, we log in again and
        send it once more.
        """
        try:
            return self._write(params)
        except EditRefused as refused:
            if refused.code not in _SESSION_OVER or not self._user:
                raise
        with self._errors():
            self._site.log_in_again()
        return self._write(params)

    def _write(self, params: Answer) -> Answer:
        with self._errors():
            self._login()
            try:
                token = self._site.tokens["csrf"]
            except KeyError:  # pywikibot has found nobody logged in
                raise EditRefused("assertuserfailed", "the session is over") from None
            if self._user:
                params = {**params, "assertuser": self._user}
        with self._errors(writing=True):
            answer = self._request(self._lib.Write, {**params, "token": token}).submit()
        if params["action"] not in answer:
            raise ResponseLost(
                f"the answer to {params['action']} says nothing of it: {answer!r:.200}"
            )
        return answer  # type: ignore[no-any-return]

    def _login(self) -> None:
        if self._user and not self._site.logged_in():
            self._site.login()

    def _request(self, kind: Any, params: Mapping[str, Any]) -> Any:
        listed = {
            key: value if isinstance(value, list) or key == "action" else [value]
            for key, value in {"formatversion": "2", **params}.items()
            if value is not False and value is not None
        }
        return kind(site=self._site, parameters=listed, use_get=False)

    @contextlib.contextmanager
    def _errors(self, *, writing: bool = False) -> Iterator[None]:
        """Say pywikibot's and requests' errors in our own words."""
        lib = self._lib
        try:
            yield
        except lib.exceptions.APIMWError as error:
            if writing:
                raise ResponseLost(f"{error.code}: {error.info}") from None
            raise WikiUnavailable(f"{error.code}: {error.info}") from None
        except lib.exceptions.APIError as error:
            raise EditRefused(error.code, error.info) from None
        except lib.exceptions.NoUsernameError as error:
            raise EditRefused("login", str(error)) from None
        except lib.exceptions.MaxlagTimeoutError as error:
            # The wiki said each time that it did nothing.
            raise WikiUnavailable(str(error)) from None
        except (lib.exceptions.Error, ConnectionError, lib.requests.RequestException) as error:
            raise (ResponseLost if writing else WikiUnavailable)(str(error)) from error


def _merge(whole: Answer, part: Answer) -> None:
    """Add one answer's ``query`` part to what earlier answers of its batch gave."""
    for key, value in part.items():
        if key != "pages":
            if isinstance(value, list):
                whole.setdefault(key, []).extend(value)
            else:
                whole[key] = value
            continue
        pages = whole.setdefault("pages", {})
        for page in value:
            known = pages.setdefault(page.get("pageid") or page.get("title"), page)
            if known is page:
                continue
            for prop, rows in page.items():
                if isinstance(rows, list):
                    known[prop] = known.get(prop, []) + rows
                else:
                    known[prop] = rows


# -- pywikibot, imported once, in a folder of its own ----------------------------------------------


@cache
def _library() -> SimpleNamespace:
    """Import pywikibot with an empty configuration, and define our kinds of it."""
    folder = tempfile.TemporaryDirectory(prefix="capacity-exchange-")
    (Path(folder.name) / "user-config.py").touch(mode=0o600)
    before = {key: os.environ.get(key) for key in ("PYWIKIBOT_DIR", "PYWIKIBOT_NO_USER_CONFIG")}
    arguments = sys.argv
    os.environ.update(PYWIKIBOT_DIR=folder.name, PYWIKIBOT_NO_USER_CONFIG="2")
    sys.argv = arguments[:1]  # pywikibot would take some of ours for its own
    try:
        import pywikibot
    finally:
        sys.argv = arguments
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value

    import requests
    from pywikibot import config, exceptions, family, login
    from pywikibot.comms import http
    from pywikibot.data import api
    from pywikibot.site import APISite

    atexit.unregister(http.flush)  # it has its own word on every exception, at the very end
    config.solve_captcha = False
    config.simulate = False
    config.minthrottle = 0
    config.usernames["*"]["*"] = None
    pywikibot.bot.init_handlers()
    log = logging.getLogger("pywiki")
    log.handlers.clear()
    log.setLevel(logging.CRITICAL)  # what matters comes as an exception

    class Site(APISite):  # type: ignore[misc]
        """A wiki that is logged in to with what the settings say, never by asking on a terminal."""

        secret = ""
        login_name = ""

        def login(
            self, autocreate: bool = False, user: str | None = None, *, cookie_only: bool = False
        ) -> None:
            if self.logged_in():
                self._loginstatus = login.LoginStatus.AS_USER
            elif self.is_oauth_token_available() and not cookie_only:
                super().login(autocreate, user, cookie_only=cookie_only)
            elif cookie_only or not self.username():
                return
            else:
                self._loginstatus = login.LoginStatus.IN_PROGRESS
                # With the cookies of another session, ours or another client's of this server,
                # MediaWiki lets nobody log in.
                with contextlib.suppress(KeyError):
                    http.cookie_jar.clear(domain=_domain(self.base_url("")))
                self.tokens.clear()
                manager = login.ClientLoginManager(
                    password=self.secret, site=self, user=self.username()
                )
                manager.login_name = self.login_name
                manager.login_to_site()
                del self.userinfo
                if self.userinfo["name"] != self.username():
                    self._loginstatus = login.LoginStatus.NOT_LOGGED_IN
                    raise exceptions.NoUsernameError(
                        f"logged in as {self.userinfo['name']!r} instead of {self.username()!r}"
                    )
                self._loginstatus = login.LoginStatus.AS_USER

        def log_in_again(self) -> None:
            """Forget the session that was lost and begin a new one."""
            del self.userinfo
            self.tokens.clear()
            with contextlib.suppress(KeyError):
                http.cookie_jar.clear(domain=_domain(self.base_url("")))
            self._loginstatus = login.LoginStatus.NOT_LOGGED_IN
            self.login()

    class Read(api.Request):  # type: ignore[misc]
        """A request that changes nothing."""

        def _get_request_params(self, use_get: bool, paramstring: str) -> Any:
            use_get, uri, body, headers = super()._get_request_params(use_get, paramstring)
            # Lets Wikimedia's servers answer a POST from the nearest data centre.
            return use_get, uri, body, headers | {"Promise-Non-Write-API-Action": "true"}

    class Write(api.Request):  # type: ignore[misc]
        """A request that changes something: its first lost answer is the last word."""

        def _http_request(self, use_get: bool, uri: str, data: Any, headers: Any, _: str) -> Any:
            try:
                response = http.request(
                    self.site, uri=uri, method="POST", data=data, headers=headers
                )
            except ConnectionError as error:  # the name of the server is not known
                raise WikiUnavailable(str(error)) from None
            except requests.ConnectTimeout as error:
                raise WikiUnavailable(str(error)) from None
            except requests.ConnectionError as error:
                if "NewConnectionError" in str(error):  # nobody there, nothing sent
                    raise WikiUnavailable(str(error)) from None
                raise ResponseLost(str(error)) from None
            except (exceptions.Error, requests.RequestException) as error:
                raise ResponseLost(str(error)) from None
            if 400 <= response.status_code < 500 and not _is_json(response.text):
                # Turned away before MediaWiki.
                code = "ratelimited" if response.status_code == 429 else "http"
                raise EditRefused(code, f"HTTP status {response.status_code}")
            return response, False

        def wait(self, delay: float | None = None, **_: Any) -> None:
            code, info = self.last_error["code"], self.last_error["info"]
            if code and not code.startswith("internal_api_error"):
                raise EditRefused(code, info)
            raise ResponseLost(f"{code}: {info}" if code else "no answer that can be read")

    class Counter(requests.adapters.HTTPAdapter):
        """Counts what is really sent, whoever sends it."""

        sent = 0

        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            self.sent += 1
            return super().send(*args, **kwargs)

    return SimpleNamespace(
        pywikibot=pywikibot,
        config=config,
        exceptions=exceptions,
        families=family,
        http=http,
        requests=requests,
        Site=Site,
        Read=Read,
        Write=Write,
        Counter=Counter,
        folder=folder,
    )


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _domain(address: str) -> str:
    """The name under which Python's cookie jar keeps a server's cookies."""
    host = urlsplit(address).hostname or ""
    return host if "." in host else f"{host}.local"


@cache
def _family(api: str) -> Any:
    """A pywikibot family for one wiki, made from nothing but its API address."""
    parts = urlsplit(api)

    def protocol(self: Any, code: str) -> str:
        return parts.scheme

    def scriptpath(self: Any, code: str) -> str:
        return parts.path.removesuffix("/api.php")

    name = re.sub(r"[^a-z0-9]", "", parts.netloc.lower())
    base = _library().families.SingleSiteFamily
    kind = type(
        "ApiFamily",
        (base,),
        {
            "name": name,
            "code": name,
            "domain": parts.netloc,
            "protocol": protocol,
            "scriptpath": scriptpath,
        },
    )
    return kind()


@cache
def _counter(server: str) -> Any:
    lib = _library()
    counter = lib.Counter(pool_maxsize=10)
    lib.http.session.mount(server, counter)
    return counter
