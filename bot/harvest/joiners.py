"""Joiners: who joined others' requests, and the languages that the Babel boxes on their user pages say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.harvest.reader import PageReader
from bot.wiki.port import Wiki
from exchange.model import GONE, Language, Page, User, account_problem
from exchange.model.keys import ProfileKey
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.pages import PageRecord

JOINER_PAGES = "joiner-pages"
"""The note of which user pages were read for those who joined requests."""


def joiners(store: Store, pages: Iterable[int]) -> set[str]:
    """Return the profile keys of those who joined requests on these pages, by page id."""
    return {
        str(ProfileKey.for_person(account))
        for found in store.joined_requests.on(pages).values()
        for account, _ in found
    }


@dataclass(frozen=True, slots=True)
class _UserPage:
    """A joiner's user page as it was read: its title and revision, and what its Babel box says."""

    title: str
    revision: int
    languages: tuple[Language, ...] = ()


@dataclass(slots=True)
class JoinerPages:
    """The user pages of those who joined, by central id; ``changed`` are those who say something new."""

    known: dict[int, _UserPage] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    @property
    def languages(self) -> dict[int, tuple[Language, ...]]:
        """What the Babel boxes say: {central id: languages}."""
        return {account: page.languages for account, page in self.known.items()}

    @property
    def parties(self) -> set[str]:
        """The profile keys of those who say something new."""
        return {str(ProfileKey.for_person(account)) for account in self.changed}

    def to_json(self, joining: Collection[int]) -> str:
        """Return what to remember of those who still join anything."""
        noted = {
            account: [page.title, page.revision, [[one.code, one.level] for one in page.languages]]
            for account, page in sorted(self.known.items())
            if account in joining
        }
        return json.dumps(noted, ensure_ascii=False, separators=(",", ":"))


def read_joiner_pages(
    made: Iterable[PageRecord],
    *,
    store: Store,
    wiki: Wiki,
    reader: PageReader,
    users: Mapping[str, User],
    whole: bool,
) -> JoinerPages:
    """Read the user pages of those who joined requests on these pages, or on any where ``whole``.

    By title and a batch at a time, and those read before only where their revision is another one;
    no request where nobody joined.
    """
    noted = json.loads(store.metadata.get(JOINER_PAGES) or "{}")
    before = {
        int(account): _UserPage(title, revision, tuple(Language(*one) for one in spoken))
        for account, (title, revision, spoken) in noted.items()
    }
    joining = {account for record in made for account, _ in record.joined or ()}
    if whole:
        rows = store.joined_requests.all().values()
        joining |= {account for several in rows for account, _ in several}
    found = JoinerPages(before)
    if not joining:
        return found
    accounts = store.accounts.get_many(joining) | {user.id: user for user in users.values()}
    space = wiki.site().namespaces[2][0]
    titles = {
        account: f"{space}:{accounts[account].name}"
        for account in sorted(joining)
        if account in accounts and account_problem(accounts[account]) not in GONE
    }
    pages: dict[str, Page] = {}
    for part in batches(sorted(titles.values())):
        pages |= wiki.pages(titles=part, content=False)
    changed = {
        account: title
        for account, title in titles.items()
        if (read := before.get(account)) is None
        or (read.title, read.revision) != (title, _revision(pages[title]))
    }
    for part in batches(sorted(changed.values())):
        pages |= wiki.pages(titles=part)
    for account, title in changed.items():
        reading = reader.read(pages[title]).reading
        languages = reading.babel if reading else ()
        if account not in before or before[account].languages != languages:
            found.changed.add(account)
        found.known[account] = _UserPage(title, _revision(pages[title]), languages)
    return found


def _revision(page: Page) -> int:
    return page.revision.id if page.revision else 0
