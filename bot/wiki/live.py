"""The Wiki port over any MediaWiki's action API, by pywikibot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.wiki.client import DEFAULT_POLICY, Answer, Client, RequestPolicy
from bot.wiki.port import CHANGE_TAG, Change, Contribution, Edit, Saved, Site
from bot.wiki.rows import (
    REVISION,
    format_time,
    page_from_row,
    parse_time,
    revision_from_row,
    revision_params,
    site_from_info,
    user_from_row,
)
from exchange.errors import EditRefused, ResponseLost
from exchange.model import Page, Revision, User
from exchange.titles import normalise_user_name

_DELETIONS = {"delete": True, "delete_redir": True, "delete_redir2": True, "restore": False}


class LiveWiki:
    """A wiki on the network. Nothing is sent before the first question."""

    def __init__(
        self,
        *,
        api: str,
        user: str = "",
        password: str = "",
        oauth: tuple[str, str, str, str] | None = None,
        policy: RequestPolicy = DEFAULT_POLICY,
    ) -> None:
        """``api`` is the address of ``api.php``.

        ``user`` and ``password`` are a bot password (``Bot@purpose``) or an account's own;
        ``oauth`` are the four tokens of an owner-only consumer, and ``user`` the account it is
        for. Without ``user`` the wiki is read without an account.
        """
        self._client = Client(api=api, user=user, password=password, oauth=oauth, policy=policy)
        self._edits = 0
        self._site: Site | None = None
        self._rights: frozenset[str] = frozenset()

    @property
    def requests(self) -> int:
        """How many HTTP requests have gone out so far."""
        return self._client.requests

    @property
    def edits(self) -> int:
        """How many edits the wiki has confirmed so far."""
        return self._edits

    # -- the wiki and ourselves ---------------------------------------------------------------

    def site(self) -> Site:
        """Describe the wiki. One request, once."""
        if self._site is None:
            found = self._client.ask(
                action="query",
                meta="siteinfo|userinfo",
                list="tags",
                tgprop="active|source",
                tglimit="max",
                siprop="general|namespaces|namespacealiases|extensions",
                uiprop="rights",
            )["query"]
            self._rights = frozenset(found["userinfo"].get("rights", ()))
            self._site = site_from_info(found)
        return self._site

    @property
    def _batch(self) -> int:
        """How many titles, users or contents one request may ask for."""
        self.site()
        return 500 if "apihighlimits" in self._rights else 50

    @property
    def _central(self) -> bool:
        return "CentralAuth" in self.site().extensions

    def own_account(self) -> User:
        """The account that the bot writes as, asked anew."""
        found = self._client.ask(
            action="query",
            meta="userinfo",
            uiprop="groups|rights|blockinfo|centralids|registrationdate",
        )["query"]["userinfo"]
        if found.get("anon"):
            return User(name="", local=False)
        user = user_from_row({**found, "userid": found["id"]}, central=self._central)
        return replace(user, rights=frozenset(found.get("rights", ())))

    def has_new_messages(self) -> bool:
        """Whether somebody wrote on the bot's talk page and it has not been read yet."""
        found = self._client.ask(action="query", meta="userinfo", uiprop="hasmsg")
        return bool(found["query"]["userinfo"].get("messages"))

    # -- pages --------------------------------------------------------------------------------

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        """Every title that is one of ``titles`` or redirects to one: {title: the target}."""
        found: dict[str, str] = {}
        for batch in _batches(titles, self._batch):
            asked = {title: title for title in batch}
            for part in self._client.query(
                titles=batch, prop="redirects", rdprop="title", rdlimit="max"
            ):
                _normalised(part, asked)
                for page in part.get("pages", {}).values():
                    found[page["title"]] = page["title"]
                    for row in page.get("redirects", ()):
                        found[row["title"]] = page["title"]
            found.update({title: asked[title] for title in batch})
        return found

    def pages_using(
        self, *, templates: Iterable[str], namespaces: Iterable[int], content: bool = True
    ) -> Iterator[Page]:
        """Every page that transcludes one of ``templates``, each once; one list for all of them."""
        spaces = "|".join(str(number) for number in sorted(set(namespaces)))
        limit = self._batch if content else self._batch * 10
        seen: set[int] = set()
        for several in _batches(dict.fromkeys(templates), self._batch):
            for part in self._client.query(
                generator="transcludedin",
                titles=several,
                gtinamespace=spaces,
                gtilimit=str(limit),
                prop="info|revisions",
                **revision_params(content),
            ):
                for page in part.get("pages", {}).values():
                    if page["pageid"] not in seen and "missing" not in page:
                        seen.add(page["pageid"])
                        yield page_from_row(page, central=self._central)

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
        templates: Iterable[str] = (),
    ) -> dict[str, Page]:
        """The pages of these titles (or ids), missing ones too, in batches."""
        params: Answer = {"prop": "info|revisions", **revision_params(content)}
        if content:
            params |= {"prop": "info|revisions|categories", "inprop": "protection"}
            params |= {"cllimit": "max"}
        if wanted := "|".join(sorted(set(templates))[:50]):
            params["prop"] += "|templates"
            params |= {"tltemplates": wanted, "tllimit": "max"}
        found: dict[str, Page] = {}
        for batch in _batches(titles, self._batch):
            asked = {title: title for title in batch}
            pages: dict[str, Page] = {}
            for part in self._client.query(titles=batch, **params):
                _normalised(part, asked)
                for row in part.get("pages", {}).values():
                    pages[row["title"]] = page_from_row(row, central=self._central)
            for title, name in asked.items():
                found[title] = pages.get(name) or Page(title=name)
        for numbers in _batches((str(number) for number in ids), self._batch):
            for part in self._client.query(pageids=numbers, **params):
                for row in part.get("pages", {}).values():
                    if "title" in row and "missing" not in row:
                        found[row["title"]] = page_from_row(row, central=self._central)
        if deletions:
            for title, page in found.items():
                if not page.exists and self._was_deleted(page.title):
                    found[title] = Page(
                        page.title,
                        namespace=page.namespace,
                        protection=page.protection,
                        deleted=True,
                    )
        return found

    def _was_deleted(self, title: str) -> bool:
        try:
            found = self._client.ask(
                action="query",
                list="logevents",
                letitle=title,
                letype="delete",
                leprop="type",
                lelimit="20",
            )
        except EditRefused:  # a title that no page can have
            return False
        for row in found["query"]["logevents"]:
            if row["action"] in _DELETIONS:
                return _DELETIONS[row["action"]]
        return False

    def last_revision_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        """The newest revision of a page that ``user`` made, or None. One request."""
        found = self._client.ask(
            action="query",
            pageids=str(page_id),
            prop="revisions",
            rvprop=REVISION,
            rvuser=user,
            rvlimit="1",
        )
        for page in found["query"].get("pages", ()):
            for row in page.get("revisions", ()):
                return revision_from_row(row, central=self._central)
        return None

    def revision_texts(self, *, revisions: Iterable[int]) -> dict[int, str]:
        """The wikitext of these revisions, in batches."""
        found: dict[int, str] = {}
        for batch in _batches((str(number) for number in revisions), self._batch):
            for part in self._client.query(
                revids=batch, prop="revisions", rvprop="ids|content", rvslots="main"
            ):
                for page in part.get("pages", {}).values():
                    for row in page.get("revisions", ()):
                        text = row.get("slots", {}).get("main", {}).get("content")
                        if text is not None:
                            found[row["revid"]] = text
        return found

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        """The newest revisions of a page, newest first."""
        found: list[Revision] = []
        for part in self._client.query(
            titles=[title], prop="revisions", rvprop=REVISION, rvlimit=str(min(limit, 500))
        ):
            for page in part.get("pages", {}).values():
                found += [
                    revision_from_row(row, central=self._central)
                    for row in page.get("revisions", ())
                ]
            if len(found) >= limit:
                break
        return found[:limit]

    # -- people -------------------------------------------------------------------------------

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """The accounts of these names, in batches; renamed ones by their name of today."""
        asked = list(dict.fromkeys(names))
        found = self._accounts(asked)
        gone = [name for name in asked if not found[name].exists]
        renamed = self._renamed(gone) if gone else {}
        if renamed:
            now = self._accounts(list(dict.fromkeys(renamed.values())))
            found |= {old: now[new] for old, new in renamed.items()}
        if locks and self._central:
            found = {name: self._locked(user) for name, user in found.items()}
        return found

    def _accounts(self, names: list[str]) -> dict[str, User]:
        found: dict[str, User] = {}
        for batch in _batches(names, self._batch):
            rows: dict[str, User] = {}
            for part in self._client.query(
                list="users",
                ususers=batch,
                usprop="groups|blockinfo|centralids|registration|gender",
            ):
                rows |= {
                    row["name"]: user_from_row(row, central=self._central)
                    for row in part.get("users", ())
                }
            for name in batch:
                canonical = normalise_user_name(name)
                found[name] = rows.get(canonical) or User(name=canonical, local=False)
        return found

    def _renamed(self, names: list[str]) -> dict[str, str]:
        """The new names of accounts that are gone: {old: new}.

        A rename leaves a redirect from the old user page, and those come in batches. But anybody
        can write a redirect, so the log of renames has the last word.
        """
        found: dict[str, str] = {}
        for name, target in self._redirected_users(names).items():
            rows = self._client.ask(
                action="query",
                list="logevents",
                letype="renameuser",
                letitle=f"User:{normalise_user_name(name)}",
                lelimit="1",
            )["query"]["logevents"]
            if rows and normalise_user_name(rows[0].get("params", {}).get("newuser", "")) == target:
                found[name] = target
        return found

    def _redirected_users(self, names: list[str]) -> dict[str, str]:
        spaces = self.site().namespaces[2]
        found: dict[str, str] = {}
        for batch in _batches(names, self._batch):
            titles = {name: f"{spaces[0]}:{normalise_user_name(name)}" for name in batch}
            for part in self._client.query(titles=list(titles.values()), redirects=True):
                to = {row["from"]: row["to"] for row in part.get("redirects", ())}
                for name, title in titles.items():
                    for _ in range(3):  # renamed more than once
                        title = to.get(title, title)
                    space, _, target = title.partition(":")
                    if title != titles[name] and space in spaces and "/" not in target:
                        found[name] = target
        return found

    def _locked(self, user: User) -> User:
        if not user.exists:
            return user
        found = self._client.ask(
            action="query", meta="globaluserinfo", guiuser=user.name, guiprop=""
        )["query"]["globaluserinfo"]
        return User(
            name=user.name,
            id=user.id,
            local=user.local,
            blocked=user.blocked,
            locked=bool(found.get("locked")),
            hidden=bool(found.get("hidden")),
            temporary=user.temporary,
            groups=user.groups,
            registered=user.registered,
            gender=user.gender,
        )

    # -- what happened ------------------------------------------------------------------------

    def contributions(
        self, *, users: Iterable[str], since: datetime | None = None, namespaces: Iterable[int] = ()
    ) -> Iterator[Contribution]:
        """What these users edited since then, newest first, in batches of users."""
        spaces = [str(number) for number in sorted(set(namespaces))]
        for batch in _batches(users, self._batch):
            rows = self._contributions(batch, since, spaces)
            if len(batch) == 1:
                yield from rows
            else:
                yield from sorted(
                    rows, key=lambda row: (row.revision.timestamp, row.revision.id), reverse=True
                )

    def _contributions(
        self, users: list[str], since: datetime | None, spaces: list[str]
    ) -> Iterator[Contribution]:
        for part in self._client.query(
            list="usercontribs",
            ucuser=users,
            ucprop="ids|title|timestamp|comment|size|tags",
            uclimit="max",
            ucend=format_time(since) if since else None,
            ucnamespace=spaces or None,
        ):
            for row in part.get("usercontribs", ()):
                yield Contribution(
                    title=row["title"],
                    revision=revision_from_row(row, central=self._central),
                    page_id=row["pageid"],
                    namespace=row["ns"],
                    reverted="mw-reverted" in row.get("tags", ()),
                )

    def changes(self, *, since: datetime, namespaces: Iterable[int]) -> Iterator[Change]:
        """Recent changes since then, oldest first."""
        for part in self._client.query(
            list="recentchanges",
            rcdir="newer",
            rcstart=format_time(since),
            rcnamespace=[str(number) for number in sorted(set(namespaces))],
            rctype="edit|new|log",
            rcprop="title|ids|timestamp|user|loginfo",
            rclimit="max",
        ):
            for row in part.get("recentchanges", ()):
                yield Change(
                    title=row.get("title", ""),
                    page_id=row.get("pageid", 0),
                    revision=row.get("revid", 0),
                    user=row.get("user", ""),
                    timestamp=parse_time(row["timestamp"]),
                    kind=row.get("logtype") or row["type"],
                )

    # -- writing ------------------------------------------------------------------------------

    def save(self, *, edit: Edit) -> Saved:
        """Send one edit, once."""
        answer = self._client.write(
            action="edit",
            title=edit.title,
            text=edit.text,
            summary=edit.summary,
            baserevid=str(edit.base_revision) if edit.base_revision else None,
            createonly=edit.create,
            # Whatever was deleted after this moment is not made again (``pagedeleted``).
            starttimestamp="2001-01-15T00:00:00Z" if edit.create else None,
            nocreate=bool(edit.base_revision),
            contentmodel=edit.model or None,
            bot=edit.bot,
            minor=edit.minor,
            tags=CHANGE_TAG if CHANGE_TAG in self.site().change_tags else None,
            notminor=not edit.minor,
            watchlist="nochange",
        )["edit"]
        if answer.get("result") != "Success":
            code = "captcha" if "captcha" in answer else str(answer.get("code", "failure"))
            raise EditRefused(code, str(answer.get("info", answer)))
        if "nochange" in answer:
            return Saved(revision=0)
        try:
            saved = Saved(revision=answer["newrevid"], timestamp=parse_time(answer["newtimestamp"]))
        except KeyError:
            raise ResponseLost(f"saved, it says, but not what: {answer!r:.200}") from None
        self._edits += 1
        return saved


def _normalised(part: Answer, asked: dict[str, str]) -> None:
    """Note under which titles the wiki answers to what was asked."""
    to = {row["from"]: row["to"] for row in part.get("normalized", ())}
    for title, name in asked.items():
        asked[title] = to.get(name, name)


def _batches(values: Iterable[str], size: int) -> Iterator[list[str]]:
    whole = list(dict.fromkeys(values))
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
