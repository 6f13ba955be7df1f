"""The wiki as the person who logged in sees and edits it: api.php with their access token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
from markupsafe import Markup
from requests_oauthlib import OAuth1

from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from exchange.model import User
from exchange.profiles.names import TemplateNames as TemplateNames
from exchange.settings.schema import PageNames as Called
from webtool.account.oauth import Token
from webtool.limits import BoundedCalls

Json = dict[str, Any]
MOST_ASKED = 10
"""How many names that nobody has are looked up in the log of renames: mostly there are none."""


@dataclass(frozen=True, slots=True)
class EditablePage:
    """A page to be edited: its text and the revision that text is from (0: no such page yet).

    ``page`` is its id. The title is that of the page itself, where a redirect led to it.
    ``refusal`` is what a save would be told by what the wiki knows now, such as a block.
    """

    title: str
    text: str = ""
    revision: int = 0
    page: int = 0
    refusal: EditRefused | None = field(default=None, compare=False)

    @property
    def exists(self) -> bool:
        """Whether the page is there already."""
        return self.revision != 0


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The wiki as somebody meets it.

    ``names`` are our templates' names there, with redirects to them and namespaces; ``language`` is
    the wiki's own, ``user`` what the one who asks is called there now.
    """

    names: TemplateNames
    language: str
    user: str


_BLOCK_END = re.compile(r"<br[^>]*>|</(?:p|li|div|dd|dt|h[1-6]|tr|ul|ol|table)>", re.I)
_UNSEEN = re.compile(r"<(style|script)\b.*?</\1>|<!--.*?-->", re.I | re.S)


def plain_words(html: str) -> str:
    """Return what HTML of the wiki says, as text with a line for each block; no markup is left."""
    lines = (Markup(line).striptags() for line in _BLOCK_END.split(_UNSEEN.sub("", html)))
    return "\n".join(filter(None, lines))


class AccountWiki(Protocol):
    """What the pages behind the login need of a wiki: it is read and edited as one person.

    ``UserWiki`` is the real one, and says which errors there are; the tests' own wiki in memory
    passes the same contract suite.
    """

    def draft(self, *, title: str) -> EditablePage:
        """Return the page of this title as it is now, redirects followed."""

    def site_info(self, called: Called) -> SiteInfo:
        """Return the names of our templates on the wiki, its language, and who is asking."""

    def tags(self) -> frozenset[str]:
        """Return the change tags that this person's edits may carry."""

    def find_user(self, *, names: Sequence[str]) -> User | None:
        """Return the first of these names that is an account, with its central id, or None."""

    def former_names(self, *, names: Sequence[str], now: str) -> frozenset[str]:
        """Return which of these whoever is called ``now`` had before; none that somebody has today."""

    def save(self, *, draft: EditablePage, text: str, summary: str, tag: str = "") -> int:
        """Save a page that was made from ``draft``; return the new revision, 0 if unchanged."""


class UserWiki:
    """api.php in the name of one person.

    Errors: ``WikiUnavailable`` where nothing was written for sure, ``EditRefused`` with the API's code
    (``editconflict``, ``articleexists``, ``blocked`` ...), ``ResponseLost`` where a save's answer
    was lost: read the page before saving again. ``TooBusy`` where too many are asking already.
    """

    def __init__(
        self,
        *,
        api: str,
        consumer: Token,
        access: Token,
        user_agent: str,
        calls: BoundedCalls,
        language: str = "en",
    ) -> None:
        self.api = api
        self._said_in = {"errorformat": "html", "errorlang": language, "errorsuselocal": "1"}
        self._calls = calls
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent
        self._session.auth = OAuth1(
            consumer.key,
            client_secret=consumer.secret,
            resource_owner_key=access.key,
            resource_owner_secret=access.secret,
        )

    def _ask(self, *, write: bool = False, **fields: str) -> Json:
        fields = {"format": "json", "formatversion": "2", **self._said_in, **fields}
        try:
            answer = self._calls.run(lambda: self._send(fields, write=write))
        except (requests.RequestException, TimeoutError, ValueError) as error:
            kind = ResponseLost if write else WikiUnavailable
            raise kind(f"{self.api}: {type(error).__name__}") from error
        if "errors" in answer:
            raise _refusal(answer["errors"][0])
        if "error" in answer:  # What stands before the API itself answers in its own way.
            refusal = answer["error"]
            raise EditRefused(str(refusal.get("code", "unknown")), str(refusal.get("info", "")))
        return answer

    def _send(self, fields: dict[str, str], *, write: bool) -> Json:
        seconds = self._calls.seconds
        if write:
            reply = self._session.post(self.api, data=fields, timeout=seconds)
        else:
            reply = self._session.get(self.api, params=fields, timeout=seconds)
        reply.raise_for_status()
        answer: Json = reply.json()
        return answer

    def draft(self, *, title: str) -> EditablePage:
        """Return the page of this title as it is now."""
        answer = self._ask(
            action="query",
            prop="revisions|info",
            titles=title,
            rvprop="ids|content",
            rvslots="main",
            redirects="1",
            intestactions="edit",
            intestactionsdetail="full",
        )
        page = answer["query"]["pages"][0]
        if page.get("invalid"):
            raise EditRefused("invalidtitle", str(page.get("invalidreason", "")))
        refusals = page.get("actions", {}).get("edit") or ()
        refusal = next((_refusal(each) for each in refusals), None)
        if "revisions" not in page:
            return EditablePage(page["title"], refusal=refusal)
        revision = page["revisions"][0]
        return EditablePage(
            page["title"],
            revision["slots"]["main"]["content"],
            revision["revid"],
            page["pageid"],
            refusal,
        )

    def site_info(self, called: Called) -> SiteInfo:
        """Return the names of our templates on the wiki, its language, and who is asking."""
        titles = {
            role: f"Template:{getattr(called, role)}"
            for role in ("profile", "request", "capacity", "programme")
        }
        answer = self._ask(
            action="query",
            meta="siteinfo|userinfo",
            siprop="general|namespaces|namespacealiases",
            titles="|".join(titles.values()),
            prop="redirects",
            rdlimit="max",
        )["query"]
        spaces: dict[int, list[str]] = {}
        for space in answer["namespaces"].values():
            spaces[space["id"]] = [space["name"], space.get("canonical", "")]
        for alias in answer["namespacealiases"]:
            spaces.setdefault(alias["id"], []).append(alias["alias"])
        # The wiki answers under its own name of the namespace.
        own = {
            page["title"].partition(":")[2]: [each["title"] for each in page.get("redirects", ())]
            for page in answer["pages"]
        }
        every = {
            role: [title, *own.get(title.partition(":")[2], ())] for role, title in titles.items()
        }
        names = TemplateNames.of(
            profile=every["profile"],
            request=every["request"],
            item=every["capacity"],
            programme=every["programme"],
            namespaces={
                number: [name for name in names if name] for number, names in spaces.items()
            },
        )
        return SiteInfo(names, answer["general"]["lang"], answer["userinfo"]["name"])

    def tags(self) -> frozenset[str]:
        """Return the change tags that this person's edits may carry."""
        answer = self._ask(action="query", list="tags", tgprop="active|source", tglimit="max")
        return frozenset(
            tag["name"]
            for tag in answer["query"]["tags"]
            if tag.get("active") and "manual" in tag.get("source", ())
        )

    def find_user(self, *, names: Sequence[str]) -> User | None:
        """Return the first of these names that is an account, with its central id, or None."""
        answer = self._ask(
            action="query", list="users", ususers="|".join(names), usprop="centralids"
        )
        for row in answer["query"]["users"]:
            # Where accounts are not shared between wikis, the wiki's own number is the central one.
            if account := row.get("centralids", {}).get("CentralAuth", row.get("userid", 0)):
                return User(row["name"], account)
        return None

    def former_names(self, *, names: Sequence[str], now: str) -> frozenset[str]:
        """Return which of these whoever is called ``now`` had before, as the log of renames says.

        At most ``MOST_ASKED`` names that nobody has today are looked up.
        """
        if not names:
            return frozenset()
        asked = "|".join(names[:50])
        rows = self._ask(action="query", list="users", ususers=asked)["query"]["users"]
        free = [row["name"] for row in rows if row.get("missing") and row["name"] != now]
        return frozenset(name for name in free[:MOST_ASKED] if self._renamed(name) == now)

    def _renamed(self, name: str) -> str:
        """Return what an account of this name is called now that was perhaps renamed more than once."""
        for _ in range(3):
            rows = self._ask(
                action="query",
                list="logevents",
                letype="renameuser",
                letitle=f"User:{name}",
                lelimit="1",
            )["query"]["logevents"]
            if not rows:
                break
            name = str(rows[0].get("params", {}).get("newuser", ""))
        return name

    def save(self, *, draft: EditablePage, text: str, summary: str, tag: str = "") -> int:
        """Save a page that was made from ``draft``; return the new revision, 0 if nothing changed.

        Somebody else's edit in between is ``EditRefused("editconflict")`` or ``("articleexists")``.
        """
        token = self._ask(action="query", meta="tokens", type="csrf")
        base = {"baserevid": str(draft.revision)} if draft.exists else {"createonly": "1"}
        answer = self._ask(
            write=True,
            action="edit",
            title=draft.title,
            text=text,
            summary=summary,
            **{"assert": "user"},
            **base,
            **({"tags": tag} if tag else {}),
            # Who changes a profile here did not ask to follow a discussion that stands beside it.
            discussiontoolsautosubscribe="no",
            token=token["query"]["tokens"]["csrftoken"],
        )
        edit = answer.get("edit", {})
        if edit.get("result") != "Success":
            said = plain_words(str(edit.get("warning", ""))) or str(edit.get("info", ""))
            raise EditRefused(_refusal_code(edit), said)
        return int(edit.get("newrevid", 0))


def _refusal(error: Json) -> EditRefused:
    """Return an error of the API as a refusal, in the words of the wiki; no markup is left."""
    reason = (error.get("data") or {}).get("readonlyreason")
    said = str(reason) if reason else plain_words(str(error.get("html", "")))
    return EditRefused(str(error.get("code", "unknown")), said)


def _refusal_code(edit: Json) -> str:
    """Return the code of an edit that was neither saved nor an error: a captcha or a filter."""
    if "captcha" in edit:
        return "captcha"
    return str(edit.get("code") or "refused")
