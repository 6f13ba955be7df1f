"""A proxy that breaks things on purpose, between the bot and a real MediaWiki.

Faults are planned for a page: ``proxy.plan[title]`` holds what happens to the first, second …
edit of that page; edits without a plan pass. Everything the wiki really did stays done: a fault
that comes ``after`` lets the edit be saved and spoils only the answer.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import ClientSession, ClientTimeout, web

HTML = "<!DOCTYPE html><html><title>Wikimedia Error</title><body>Our servers are …</body></html>"

SPOILED = {
    "504": (504, HTML, "text/html"),
    "503": (503, HTML, "text/html"),
    "502": (502, "", "text/html"),
    "500": (500, HTML, "text/html"),
    "html": (200, HTML, "text/html"),
    "empty": (200, "", "application/json"),
    "garbage": (200, "\x00\x01{{{", "application/json"),
    "array": (200, "[]", "application/json"),
}
"""Answers that say nothing of what was done: (status, body, type)."""

ERRORS = {
    "readonly": "The wiki is currently in read-only mode.",
    "ratelimited": "You've exceeded your rate limit. Please wait some time and try again.",
    "assertuserfailed": "You are no longer logged in, so the action could not be completed.",
    "assertnameduserfailed": "You are no longer logged in as the bot.",
    "blocked": "You have been blocked from editing.",
    "abusefilter-warning": "This action has been automatically identified as harmful.",
    "abusefilter-disallowed": "This action has been automatically identified as harmful.",
    "spamblacklist": "The text you wanted to publish was blocked by the spam filter.",
    "titleblacklist-forbidden": "The title is on the title blacklist.",
    "protectedpage": "This page has been protected to prevent editing.",
    "editconflict": "Edit conflict: badly.",
    "hookaborted": "The modification you tried to make was aborted by an extension.",
    "internal_api_error_DBQueryError": "[abc] Caught exception of type DBQueryError",
}
"""Errors of the action API, which MediaWiki gives before anything is saved."""

BEFORE = ("lost", *SPOILED, "429", "maxlag", "badtoken", "logged-out", "captcha", "dns", *ERRORS)
AFTER = ("lost", *SPOILED, "truncated", "slow", "internal_api_error_DBQueryError", "blackout")
FAULTS = (
    *(f"{kind} before" for kind in BEFORE),
    *(f"{kind} after" for kind in AFTER),
    "late",
)
"""Everything that can be planned."""

SLOW = 6.0
"""Longer than the bot waits for an answer, in seconds."""

BLACKOUT = 8
"""How many reads fail after an edit whose plan is ``blackout``."""


@dataclass
class Proxy:
    """One proxy in a thread of its own."""

    target: str
    plan: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    injected: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    port: int = 0
    dns_down: int = 0
    _dark: int = 0
    _late: dict[str, list[tuple[dict[str, str], bytes]]] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The address of the action API through the proxy."""
        return f"http://127.0.0.1:{self.port}/api.php"

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """Serve until the block ends."""
        loop = asyncio.new_event_loop()
        ready = threading.Event()
        thread = threading.Thread(target=self._serve, args=(loop, ready), daemon=True)
        thread.start()
        ready.wait(30)
        resolve = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            if self.dns_down and port == self.port:
                self.dns_down -= 1
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            return resolve(host, port, *args, **kwargs)

        socket.getaddrinfo = getaddrinfo
        try:
            yield self
        finally:
            socket.getaddrinfo = resolve
            loop.call_soon_threadsafe(loop.stop)
            thread.join(30)

    def _serve(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        asyncio.set_event_loop(loop)

        async def begin() -> None:
            self._session = ClientSession(timeout=ClientTimeout(total=120), auto_decompress=False)
            app = web.Application(client_max_size=64 * 1024**2)
            app.router.add_route("*", "/{path:.*}", self._answer)
            self._runner = web.AppRunner(app, access_log=None)
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", self.port)
            await site.start()
            self.port = self._runner.addresses[0][1]
            ready.set()

        async def end() -> None:
            await self._session.close()
            await self._runner.cleanup()

        loop.run_until_complete(begin())
        loop.run_forever()
        loop.run_until_complete(end())
        loop.close()

    # -- one request --------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        form = _form(request, body)
        title = form.get("title", "")
        if form.get("action") != "edit":
            if self._dark:
                self._dark -= 1
                return self._say(*SPOILED["504"])
            answer = await self._forward(request, body)
            if "hasmsg" in form.get("uiprop", "") and self._next_is("dns before"):
                # The next request needs a new connection, and cannot find the way.
                self.dns_down = 1
                answer.headers["Connection"] = "close"
                answer.force_close()
            return answer
        self.edits[title] += 1
        fault = self.plan[title].pop(0) if self.plan.get(title) else ""
        if not fault:
            answer = await self._forward(request, body)
            if b'"Success"' in bytes(answer.body or b""):  # type: ignore[arg-type]
                await self._deliver_late(title, request)
            return answer
        self.injected[fault] += 1
        if fault == "late":
            self._late.setdefault(title, []).append((dict(request.headers), body))
            return self._hang_up(request)
        kind, _, when = fault.rpartition(" ")
        if when == "before":
            return await self._before(kind, request, body)
        return await self._after(kind, request, body)

    async def _before(self, kind: str, request: web.Request, body: bytes) -> web.StreamResponse:
        if kind == "lost":
            return self._hang_up(request)
        if kind in SPOILED:
            return self._say(*SPOILED[kind])
        if kind == "429":
            return self._say(429, "Too many requests", "text/plain")
        if kind == "logged-out":
            # For real: MediaWiki is asked without the session.
            return await self._forward(request, body, cookies=False)
        if kind == "badtoken":
            return await self._forward(request, _without_token(body))
        if kind == "captcha":
            found = {"edit": {"result": "Failure", "captcha": {"type": "simple", "id": "1"}}}
            return self._say(200, json.dumps(found), "application/json")
        if kind == "maxlag":
            error = {"code": "maxlag", "info": "Waiting for a database: 0.1 seconds lagged"}
            error |= {"host": "db", "lag": 0.1, "type": "db"}  # type: ignore[dict-item]
        else:
            error = {"code": kind, "info": ERRORS[kind]}
        return self._say(200, json.dumps({"error": error}), "application/json")

    async def _after(self, kind: str, request: web.Request, body: bytes) -> web.StreamResponse:
        answer = await self._forward(request, body)
        if kind == "lost":
            return self._hang_up(request)
        if kind == "blackout":
            self._dark = BLACKOUT
            return self._hang_up(request)
        if kind == "slow":
            await asyncio.sleep(SLOW)
            return answer
        if kind == "truncated":
            text = bytes(answer.body)  # type: ignore[arg-type]
            return self._say(200, text[: len(text) // 2].decode(), "application/json")
        if kind in SPOILED:
            return self._say(*SPOILED[kind])
        error = {"code": kind, "info": ERRORS[kind]}
        return self._say(200, json.dumps({"error": error}), "application/json")

    def _next_is(self, fault: str) -> bool:
        """Take a fault that no edit will ever see: it strikes before one is sent."""
        for title, faults in self.plan.items():
            if faults and faults[0] == fault and title == self.aimed:
                faults.pop(0)
                self.injected[fault] += 1
                return True
        return False

    aimed: str = ""
    """The talk page that was last read: the one that the next edit is for."""

    before_late: Callable[[str], object] | None = None
    """What happens on the wiki before a held-back edit is let through."""

    def saved(self, title: str) -> None:
        """What happens on the wiki after an edit was saved."""

    async def _deliver_late(self, title: str, request: web.Request) -> None:
        """Let the edits through that were held back, after a newer one was saved."""
        await asyncio.to_thread(self.saved, title)
        held = self._late.pop(title, [])
        if held and self.before_late is not None:
            await asyncio.to_thread(self.before_late, title)
        for _headers, body in held:
            await self._forward(request, body)

    async def _forward(
        self, request: web.Request, body: bytes, *, cookies: bool = True
    ) -> web.Response:
        skip = {"host", "content-length", "accept-encoding", "connection"}
        if not cookies:
            skip.add("cookie")
        headers = {k: v for k, v in request.headers.items() if k.lower() not in skip}
        url = f"{self.target}{request.rel_url}"
        if body and request.path.endswith("api.php"):
            form = _form(request, body)
            if form.get("action") == "query" and "User talk:" in form.get("titles", ""):
                talks = [t for t in form["titles"].split("|") if t.startswith("User talk:")]
                self.aimed = talks[0]
        async with self._session.request(
            request.method, url, data=body, headers=headers, allow_redirects=False
        ) as found:
            content = await found.read()
            answer = web.Response(status=found.status, body=content)
            for key, value in found.headers.items():
                if key.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    answer.headers.add(key, value)
            return answer

    def _say(self, status: int, body: str, kind: str) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind)

    def _hang_up(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def _form(request: web.Request, body: bytes) -> dict[str, str]:
    if "multipart" in request.headers.get("Content-Type", ""):
        return {}
    return {key: values[-1] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _without_token(body: bytes) -> bytes:
    """The same request with the token of a session that is over."""
    rest = [part for part in body.split(b"&") if not part.startswith(b"token=")]
    return b"&".join([*rest, b"token=0123456789abcdef0123456789abcdef%2B%5C"])
