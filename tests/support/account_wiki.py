"""A wiki in memory for the pages behind the login, to try what a real one does only now and then.

It passes the contract suite of ``AccountWiki`` (tests/integration/account/test_wiki_contract.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from exchange.errors import EditRefused
from exchange.model import User
from exchange.profiles.names import TemplateNames
from exchange.settings.schema import PageNames
from webtool.account.wiki import EditablePage, SiteInfo

_REDIRECT = re.compile(r"#redirect\s*\[\[([^\]]+)\]\]", re.I)


@dataclass
class MemoryPage:
    """A page with its revisions, each an id, its author and its text."""

    id: int
    revisions: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.revisions[-1][2]


@dataclass
class MemorySite:
    """The pages that everybody sees; ``open_as`` gives the wiki of one person.

    ``before_save`` runs when a save has been sent, ``after_save`` when it has been made: both may
    raise what a wiki that fails there would.
    """

    pages: dict[str, MemoryPage] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    before_save: Callable[[], None] = lambda: None
    after_save: Callable[[], None] = lambda: None
    last: int = 0

    def open_as(self, name: str) -> MemoryAccountWiki:
        return MemoryAccountWiki(self, name)

    def edit(self, user: str, title: str, text: str) -> int:
        """Save a text whatever stands there, as MediaWiki would trim it; the new revision or 0."""
        text = normalize("NFC", text).rstrip()
        page = self.pages.setdefault(title, MemoryPage(len(self.pages) + 1))
        if page.revisions and page.text == text:
            return 0
        self.last += 1
        page.revisions.append((self.last, user, text))
        return self.last

    def rename(self, old: str, new: str) -> None:
        """Give an account another name, from which the old one is free."""
        self.accounts[new] = self.accounts.pop(old, 0)
        for name in (old, *(each for each, now in self.renamed.items() if now == old)):
            self.renamed[name] = new

    def authors(self, title: str) -> set[str]:
        return {user for _, user, _ in self.pages[title].revisions}


@dataclass
class MemoryAccountWiki:
    """``AccountWiki`` on pages in memory."""

    site: MemorySite
    name: str

    def draft(self, *, title: str) -> EditablePage:
        if re.search(r"[<>\[\]{}|#]", title):
            raise EditRefused("invalidtitle", "")
        page = self.site.pages.get(title)
        if page is not None and (target := _REDIRECT.match(page.text)):
            title = target[1]
            page = self.site.pages.get(title)
        if page is None:
            return EditablePage(title)
        revision, _, text = page.revisions[-1]
        return EditablePage(title, text, revision, page.id)

    def site_info(self, called: PageNames) -> SiteInfo:
        names = TemplateNames.of(
            profile=[f"Template:{called.profile}"],
            request=[f"Template:{called.request}"],
            item=[f"Template:{called.capacity}"],
        )
        return SiteInfo(names, "en", self.name)

    def tags(self) -> frozenset[str]:
        return self.site.tags

    def find_user(self, *, names: Sequence[str]) -> User | None:
        known = (User(each, self.site.accounts.get(each, 0)) for each in names)
        return next((user for user in known if user.exists), None)

    def former_names(self, *, names: Sequence[str], now: str) -> frozenset[str]:
        return frozenset(
            name
            for name in names
            if name not in (now, *self.site.accounts) and self.site.renamed.get(name) == now
        )

    def save(self, *, draft: EditablePage, text: str, summary: str, tag: str = "") -> int:
        self.site.before_save()
        page = self.site.pages.get(draft.title)
        if not draft.exists and page is not None:
            raise EditRefused("articleexists", "")
        if draft.exists and page is not None and page.revisions[-1][0] != draft.revision:
            raise EditRefused("editconflict", "")
        revision = self.site.edit(self.name, draft.title, text)
        self.site.after_save()
        return revision
