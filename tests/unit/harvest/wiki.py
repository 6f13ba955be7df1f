"""A wiki in memory for harvests: pages with histories, accounts, and a count of requests.

It asks for what a live wiki would: one request for 500 pages, 500 users or 500 texts, and one for
each ``last_revision_by``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.wiki import Site
from exchange.errors import WikiUnavailable
from exchange.model import Page, Revision, User

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
NAMESPACES = {0: ("",), 2: ("User",), 3: ("User talk",), 4: ("Project",), 10: ("Template",)}
BATCH = 500


@dataclass
class MemoryWiki:
    accounts: dict[str, User] = field(default_factory=dict)
    histories: dict[int, list[tuple[Revision, str]]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    contents: int = 0
    lock_questions: int = 0
    fail_on: dict[str, Exception] = field(default_factory=dict)
    edits: int = 0
    _numbers: int = 100

    # -- what tests do to it -------------------------------------------------------------------

    def account(self, name: str, **state: Any) -> User:
        user = User(name, len(self.accounts) + 1, **state)
        self.accounts[name] = user
        return user

    def rename(self, old: str, new: str) -> None:
        self.accounts[new] = replace(self.accounts[old], name=new)
        self.accounts[old] = self.accounts[new]
        for history in self.histories.values():
            history[:] = [
                (replace(each, user=new) if each.user == old else each, text)
                for each, text in history
            ]

    def edit(self, title: str, text: str, *, by: str) -> int:
        id = next((id for id, known in self.titles.items() if known == title), 0)
        if not id:
            id = len(self.titles) + 11
            self.titles[id] = title
        self._numbers += 1
        user = self.accounts.get(by)
        revision = Revision(
            id=self._numbers,
            user=by,
            timestamp=BEGIN + timedelta(minutes=self._numbers),
            user_id=user.id if user else 0,
            size=len(text),
        )
        self.histories.setdefault(id, []).append((revision, text))
        return id

    def delete(self, title: str) -> None:
        (id,) = (id for id, known in self.titles.items() if known == title)
        del self.histories[id], self.titles[id]

    def forget_requests(self) -> None:
        self.asked.clear()
        self.contents = 0

    @property
    def requests(self) -> int:
        return sum(self.asked.values())

    # -- the port ------------------------------------------------------------------------------

    def site(self) -> Site:
        self._ask("site")
        return Site(name="Memory", language="en", namespaces=NAMESPACES)

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        self._ask("redirects_to")
        wanted = list(titles)
        found = {title: title for title in wanted}
        return found | {old: new for old, new in self.redirects.items() if new in wanted}

    def pages_using(
        self, *, templates: Iterable[str], namespaces: Iterable[int], content: bool = True
    ) -> Iterator[Page]:
        wanted, spaces = list(templates), set(namespaces)
        calls = {*wanted, *(old for old, new in self.redirects.items() if new in wanted)}
        names = [title.partition(":")[2].casefold() for title in calls]
        number = 0
        for id in sorted(self.titles):
            page = self._page(id, content=content)
            text = self.histories[id][-1][1].replace("_", " ").casefold()
            if page.namespace in spaces and any(name in text for name in names):
                if number % BATCH == 0:
                    self._ask("pages_using")
                number += 1
                self.contents += content
                yield page
        if not number:
            self._ask("pages_using")

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
        templates: Iterable[str] = (),
    ) -> dict[str, Page]:
        named, numbered = list(titles), list(ids)
        self._ask("pages", math.ceil((len(named) + len(numbered)) / BATCH))
        known = {title: id for id, title in self.titles.items()}
        found = {
            title: self._page(known[title], content=content) if title in known else Page(title)
            for title in named
        }
        for id in numbered:
            if id in self.titles:
                self.contents += content
                found[self.titles[id]] = self._page(id, content=content)
        return found

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        wanted = list(names)
        self._ask("users", math.ceil(len(wanted) / BATCH))
        found = {name: self.accounts.get(name, User(name)) for name in wanted}
        if locks:
            self.lock_questions += len(wanted)
            return found
        # As the real API, which tells locks only where each account is asked about them.
        return {name: replace(user, locked=False) for name, user in found.items()}

    def last_revision_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        self._ask("last_revision_by")
        if title in self.fail_on:
            raise self.fail_on[title]
        theirs = [revision for revision, _ in self.histories[page_id] if revision.user == user]
        return theirs[-1] if theirs else None

    def revision_texts(self, *, revisions: Iterable[int]) -> dict[int, str]:
        wanted = set(revisions)
        self._ask("revision_texts", math.ceil(len(wanted) / BATCH))
        return {
            revision.id: text
            for history in self.histories.values()
            for revision, text in history
            if revision.id in wanted
        }

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        self._ask("history")
        (id,) = (id for id, known in self.titles.items() if known == title)
        return [revision for revision, _ in reversed(self.histories[id])][:limit]

    def _ask(self, what: str, count: int = 1) -> None:
        if what in self.fail_on:
            raise WikiUnavailable(str(self.fail_on[what]))
        self.asked[what] = self.asked.get(what, 0) + count

    def _page(self, id: int, *, content: bool) -> Page:
        title = self.titles[id]
        revision, text = self.histories[id][-1]
        space = title.partition(":")[0]
        namespace = next((n for n, names in NAMESPACES.items() if space in names and n), 0)
        return Page(
            title=title,
            id=id,
            namespace=namespace,
            revision=revision,
            text=text if content else None,
        )
