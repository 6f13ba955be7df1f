"""Provider: Special:OAuth and api.php in front of a real MediaWiki.

Extension:OAuth is in no Debian package, so the tests bring their own provider, built on
oauthlib's OAuth 1.0 server classes. It keeps the extension's contract: the same titles under
index.php, the same form-encoded answers, an identity as a signed JWT with the request's nonce,
and API calls carried out as the user who allowed them. The real extension takes its place by
settings alone.

What it answers can be bent once with ``provider.bend = "expired"`` and the like, to meet the
hand-shake's failures; ``lost`` saves an edit and loses the wiki's answer. ``provider.meanwhile``
is called once, just before the next edit reaches the wiki. ``refusal`` answers every call of the API
and ``edit_refusal`` every edit, as long as they are set: what a test's wiki cannot be brought to say.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from flask import Flask, Response, redirect, request
from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from werkzeug.serving import make_server

from tests.support.server import POLL_SECONDS

TOKEN_LIFE = 3600
PAGE = """<!doctype html><html lang="en"><title>Allow?</title><main><h1>Allow {consumer}?</h1>
<form method="post"><label>Your name <input name="user" value="{user}"></label>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="cancel">Cancel</button></form></main></html>"""


@dataclass
class Account:
    """Somebody with an account at the wiki: their password there and their central id."""

    name: str
    password: str
    id: int
    blocked: bool = False
    session: requests.Session | None = None


@dataclass
class Grant:
    """A temporary (request) or lasting (access) token."""

    key: str
    secret: str
    callback: str = ""
    user: str = ""
    verifier: str = ""
    begun: float = field(default_factory=time.time)
    used: bool = False


class Validator(RequestValidator):
    """What oauthlib asks about keys, tokens and nonces, answered from memory."""

    enforce_ssl = False
    client_key_length = request_token_length = access_token_length = (3, 64)
    nonce_length = verifier_length = (3, 64)
    dummy_client = dummy_request_token = dummy_access_token = "dummy-value"

    def __init__(self, consumers: dict[str, str]) -> None:
        super().__init__()
        self.consumers = consumers
        self.requests: dict[str, Grant] = {}
        self.accesses: dict[str, Grant] = {}
        self.nonces: set[tuple[str, str]] = set()

    @property
    def safe_characters(self) -> set[str]:
        return set(super().safe_characters) | set("-_")

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self.consumers.get(client_key, "no such secret")

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.requests[token].secret if token in self.requests else "no such secret"

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.accesses[token].secret if token in self.accesses else "no such secret"

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def get_redirect_uri(self, token: str, request: Any) -> str:
        return self.requests[token].callback

    def invalidate_request_token(self, client_key: str, request_token: str, request: Any) -> None:
        self.requests[request_token].used = True

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key in self.consumers

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        grant = self.requests.get(token)
        return grant is not None and not grant.used and time.time() - grant.begun < TOKEN_LIFE

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.accesses

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        if (timestamp, nonce) in self.nonces:
            return False
        self.nonces.add((timestamp, nonce))
        return True

    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        return urlsplit(redirect_uri).hostname in ("127.0.0.1", "localhost")

    def validate_requested_realms(self, client_key: str, realms: list[str], request: Any) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Any, uri: str = "", realms: Any = None
    ) -> bool:
        return True

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        grant = self.requests.get(token)
        return grant is not None and bool(grant.verifier) and grant.verifier == verifier

    def verify_request_token(self, token: str, request: Any) -> bool:
        return token in self.requests

    def verify_realms(self, token: str, realms: list[str], request: Any) -> bool:
        return True

    def save_request_token(self, token: dict[str, str], request: Any) -> None:
        self.requests[token["oauth_token"]] = Grant(
            token["oauth_token"], token["oauth_token_secret"], callback=request.redirect_uri
        )

    def save_access_token(self, token: dict[str, str], request: Any) -> None:
        self.accesses[token["oauth_token"]] = Grant(
            token["oauth_token"],
            token["oauth_token_secret"],
            user=self.requests[request.resource_owner_key].user,
        )

    def save_verifier(self, token: str, verifier: dict[str, str], request: Any) -> None:
        self.requests[token].verifier = verifier["oauth_verifier"]


class Provider:
    """A provider on a port of its own. ``wiki_api`` is the real MediaWiki's api.php."""

    consumer_key = "test-consumer"
    consumer_secret = "test-secret-" + "0" * 20

    def __init__(self, *, wiki_api: str) -> None:
        self.wiki_api = wiki_api
        self.accounts: dict[str, Account] = {}
        self.validator = Validator({self.consumer_key: self.consumer_secret})
        self.oauth = WebApplicationServer(self.validator)
        self.bend = ""
        self.meanwhile: Callable[[], object] | None = None
        self.calls: list[dict[str, str]] = []
        self.refusal: dict[str, Any] = {}
        self.edit_refusal: dict[str, Any] = {}
        self._patience = threading.Event()
        app = Flask("provider")
        app.add_url_rule("/w/index.php", "index", self._index, methods=["GET", "POST"])
        app.add_url_rule("/w/api.php", "api", self._api, methods=["GET", "POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.index = f"{self.base}/w/index.php"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True
        )

    def start(self) -> Provider:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._patience.set()
        self._server.shutdown()
        self._thread.join(10)

    def add(self, name: str, password: str, central_id: int) -> Account:
        """Let somebody with this account at the wiki allow things here."""
        self.accounts[name] = Account(name, password, central_id)
        return self.accounts[name]

    def allow(self, token: str, user: str) -> str:
        """Do what a click on Allow does; the address that the browser is sent back to."""
        grant = self.validator.requests[token]
        grant.user = user
        grant.verifier = secrets.token_urlsafe(12)
        query = urlencode({"oauth_verifier": grant.verifier, "oauth_token": token})
        joint = "&" if urlsplit(grant.callback).query else "?"
        return f"{grant.callback}{joint}{query}"

    # --- the wiki's side ------------------------------------------------------------------

    def _bent(self, step: str) -> bool:
        if self.bend == step:
            self.bend = ""
            return True
        return False

    def _oauth_request(self) -> tuple[str, str, str, dict[str, str]]:
        is_form = (request.content_type or "").startswith("application/x-www-form-urlencoded")
        body = request.get_data(as_text=True, cache=True) if is_form else ""
        # The address as it was sent: the signature covers its escapes.
        address = self.base + request.environ["REQUEST_URI"]
        return address, request.method, body, dict(request.headers)

    def _index(self) -> Response:
        title = request.args.get("title", "")
        steps = {
            "Special:OAuth/initiate": self._initiate,
            "Special:OAuth/authenticate": self._authorize,
            "Special:OAuth/authorize": self._authorize,
            "Special:OAuth/token": self._token,
            "Special:OAuth/identify": self._identify,
        }
        step = steps.get(title)
        if step is None:
            return Response("no such page", 404)
        if self._bent("garbage"):
            return Response("<html><h1>502 Bad Gateway</h1></html>", 200)
        if self._bent("slow"):
            self._patience.wait(30)
        return step()

    def _initiate(self) -> Response:
        if self._bent("refuse"):
            return Response("Error: Consumer is not approved", 200, mimetype="text/plain")
        headers, body, status = self.oauth.create_request_token_response(
            *self._oauth_request(), credentials={"oauth_callback_confirmed": "true"}
        )
        return Response(body, status, headers)

    def _authorize(self) -> Response:
        token = request.args.get("oauth_token", "")
        if token not in self.validator.requests:
            return Response("Unknown token", 400)
        if request.method == "GET":
            user = next(iter(self.accounts), "")
            return Response(PAGE.format(consumer=self.consumer_key, user=user))
        grant = self.validator.requests[token]
        if request.form.get("answer") != "allow":
            joint = "&" if urlsplit(grant.callback).query else "?"
            refusal = urlencode({"error": "access_denied", "oauth_token": token})
            return redirect(f"{grant.callback}{joint}{refusal}")  # type: ignore[return-value]
        return redirect(self.allow(token, request.form["user"]))  # type: ignore[return-value]

    def _token(self) -> Response:
        if self._bent("expired"):
            return Response("Error: The request token has expired", 200, mimetype="text/plain")
        headers, body, status = self.oauth.create_access_token_response(*self._oauth_request())
        if status != 200:
            return Response("Error: Invalid token or verifier", 200, mimetype="text/plain")
        return Response(body, status, headers)

    def _caller(self) -> tuple[Account | None, Any]:
        valid, oauth_request = self.oauth.validate_protected_resource_request(
            *self._oauth_request(), realms=[]
        )
        if not valid:
            return None, oauth_request
        grant = self.validator.accesses[oauth_request.resource_owner_key]
        return self.accounts.get(grant.user), oauth_request

    def _identify(self) -> Response:
        account, oauth_request = self._caller()
        if account is None:
            return Response('{"error": "mwoauth-invalid-authorization", "message": "Invalid"}')
        now = int(time.time())
        nonce = "wrong" if self._bent("nonce") else oauth_request.nonce
        identity = {
            "iss": self.base,
            "sub": str(account.id),
            "aud": self.consumer_key,
            "iat": now,
            "exp": now + 100,
            "username": account.name,
            "blocked": account.blocked,
            "groups": ["*", "user"],
            "rights": ["read", "edit"],
            "grants": ["basic", "editpage", "createeditmovepage"],
            "editcount": 10,
            "confirmed_email": True,
            "registered": "20200101000000",
            "nonce": nonce,
        }
        secret = "another-secret" * 3 if self._bent("forged") else self.consumer_secret
        if self._bent("late"):
            identity["exp"] = now - 1000
            identity["iat"] = now - 2000
        return Response(jwt.encode(identity, secret, algorithm="HS256"))

    def _api(self) -> Response:
        if "Authorization" not in request.headers and "oauth_token" not in request.args:
            # Whoever is not logged in reads what everybody may read.
            reply = requests.get(self.wiki_api, params=request.args.to_dict(), timeout=60)
            return Response(reply.content, reply.status_code, mimetype="application/json")
        account, _ = self._caller()
        if account is None:
            return Response(
                '{"error": {"code": "mwoauth-invalid-authorization", "info": "Invalid"}}',
                mimetype="application/json",
            )
        session = self._session(account)
        fields = {**request.args.to_dict(), **request.form.to_dict()}
        self.calls.append(fields | {"as": account.name})
        saving = fields.get("action") == "edit"
        if refusal := self.refusal or (self.edit_refusal if saving else {}):
            return Response(json.dumps(refusal), mimetype="application/json")
        if saving and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        reply = session.request(
            request.method,
            self.wiki_api,
            params=request.args.to_dict(),
            data=request.form.to_dict() if request.method == "POST" else None,
            timeout=60,
        )
        if saving and self._bent("lost"):
            return Response("upstream request timeout", 504)
        return Response(reply.content, reply.status_code, mimetype=reply.headers["Content-Type"])

    def _session(self, account: Account) -> requests.Session:
        if account.session is None:
            session = requests.Session()
            ask = {"action": "query", "meta": "tokens", "type": "login", "format": "json"}
            token = session.get(self.wiki_api, params=ask, timeout=60).json()
            reply = session.post(
                self.wiki_api,
                data={
                    "action": "login",
                    "lgname": account.name,
                    "lgpassword": account.password,
                    "lgtoken": token["query"]["tokens"]["logintoken"],
                    "format": "json",
                },
                timeout=60,
            ).json()
            if reply["login"]["result"] != "Success":
                raise RuntimeError(f"the wiki does not know {account.name}: {reply}")
            account.session = session
        return account.session
