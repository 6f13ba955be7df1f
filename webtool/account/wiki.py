"""The wiki as the person who logged in sees and edits it: api.php with their access token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from requests_oauthlib import OAuth1

from exchange.errors import NoAnswer, Refused, WikiAway
from exchange.settings.shape import Names as Called
from exchange.template import Names as TemplateNames
from webtool.account.handshake import Token

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A page to be edited: its text and the revision that text is from (0: no such page yet).

    ``page`` is its id. The title is that of the page itself, where a redirect led to it.
    """

    title: str
    text: str = ""
    revision: int = 0
    page: int = 0

    @property
    def exists(self) -> bool:
        """Tell whether the page is there already."""
        return self.revision != 0


class PersonalWiki:
    """api.php in the name of one person.

    Errors: ``WikiAway`` where nothing was written for sure, ``Refused`` with the API's code
    (``editconflict``, ``articleexists``, ``blocked`` ...), ``NoAnswer`` where a save's answer
    was lost: read the page before saving again.
    """

    def __init__(
        self, *, api: str, consumer: Token, access: Token, user_agent: str, seconds: float = 20.0
    ) -> None:
        self.api = api
        self.seconds = seconds
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent
        self._session.auth = OAuth1(
            consumer.key,
            client_secret=consumer.secret,
            resource_owner_key=access.key,
            resource_owner_secret=access.secret,
        )

    def _ask(self, *, write: bool = False, **fields: str) -> Json:
        fields = {"format": "json", "formatversion": "2", **fields}
        try:
            if write:
                reply = self._session.post(self.api, data=fields, timeout=self.seconds)
            else:
                reply = self._session.get(self.api, params=fields, timeout=self.seconds)
            reply.raise_for_status()
            answer: Json = reply.json()
        except (requests.RequestException, ValueError) as error:
            kind = NoAnswer if write else WikiAway
            raise kind(f"{self.api}: {type(error).__name__}") from error
        if "error" in answer:
            said = answer["error"]
            info = said.get("readonlyreason") or said.get("info", "")
            raise Refused(str(said.get("code", "unknown")), str(info))
        return answer

    def draft(self, *, title: str) -> Draft:
        """The page of this title as it stands now."""
        answer = self._ask(
            action="query",
            prop="revisions",
            titles=title,
            rvprop="ids|content",
            rvslots="main",
            redirects="1",
        )
        page = answer["query"]["pages"][0]
        if page.get("invalid"):
            raise Refused("invalidtitle", str(page.get("invalidreason", "")))
        if "revisions" not in page:
            return Draft(page["title"])
        revision = page["revisions"][0]
        return Draft(
            page["title"], revision["slots"]["main"]["content"], revision["revid"], page["pageid"]
        )

    def names(self, called: Called) -> TemplateNames:
        """What our templates are called on the wiki, redirects to them and namespaces included."""
        titles = {
            role: f"Template:{getattr(called, role)}" for role in ("profile", "request", "capacity")
        }
        answer = self._ask(
            action="query",
            meta="siteinfo",
            siprop="namespaces|namespacealiases",
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
        return TemplateNames.of(
            profile=every["profile"],
            request=every["request"],
            item=every["capacity"],
            namespaces={
                number: [name for name in names if name] for number, names in spaces.items()
            },
        )

    def tags(self) -> frozenset[str]:
        """The change tags that this person's edits may carry."""
        answer = self._ask(action="query", list="tags", tgprop="active|source", tglimit="max")
        return frozenset(
            tag["name"]
            for tag in answer["query"]["tags"]
            if tag.get("active") and "manual" in tag.get("source", ())
        )

    def save(self, *, draft: Draft, text: str, summary: str, tag: str = "") -> int:
        """Save a page that was made from ``draft``; the new revision, or 0 if nothing changed.

        Somebody else's edit in between is ``Refused("editconflict")`` or ``("articleexists")``.
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
            token=token["query"]["tokens"]["csrftoken"],
        )
        edit = answer.get("edit", {})
        if edit.get("result") != "Success":
            raise Refused(_why(edit), str(edit.get("info") or edit.get("warning") or ""))
        return int(edit.get("newrevid", 0))


def _why(edit: Json) -> str:
    """The code of an edit that was neither saved nor an error: a captcha or a filter."""
    if "captcha" in edit:
        return "captcha"
    return str(edit.get("code") or "refused")
