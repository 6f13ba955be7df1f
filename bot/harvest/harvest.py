"""Harvest: the wiki's profile pages -> the index. A second harvest reads only what changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import directory
from bot.harvest.counts import Counts
from bot.harvest.owners import records, speakers
from bot.harvest.parties import rebuild
from bot.harvest.reader import UNREADABLE, Found, reader_for, templates
from bot.progress import Progress, Silent
from bot.wiki.port import Wiki
from exchange.model import Page, Problem, User
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.codec import digest
from exchange.store.database import batches
from exchange.store.notes import BUILD
from exchange.store.pages import PageRecord
from exchange.store.problems import PageProblem

READER = "harvest-reader"
"""The note that tells how the pages in the index were read."""

DIRECTORY_PROBLEM = "directory-page"
"""The problem of the directory's page on the wiki when it is refused."""

_REFRESH = 500


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the wiki has: pages to read, ids that need no reading, ids that are gone."""

    pages: Iterable[Page]
    total: int | None
    unchanged: int
    gone: list[int]


def harvest(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    only: Iterable[int] | None = None,
) -> Counts:
    """Bring the index up to what the wiki says now.

    Pages whose newest revision is known are not read again, unless the templates' names, the
    directory or this program changed. With ``only``, just these page ids are looked at. Everything
    is written in one transaction at the end; a dry run takes it back. Pages that cannot be read or
    asked about stay as they were and are counted as ``failed``. Errors: ``WikiAway``,
    ``StoreAway``; nothing is written then.
    """
    progress = progress or Silent()
    consulted = directory.consult(settings=settings, store=store, wiki=wiki)
    reader = reader_for(
        settings=settings, wiki=wiki, directory=consulted.directory, today=now.date()
    )
    known = store.pages.known()
    again = store.notes.get(READER) != reader.mark
    listing = _list(settings, wiki, known, again=again, only=only, progress=progress)
    found = [reader.read(p) for p in progress.track(listing.pages, "Reading pages", listing.total)]
    if only is None and (again or not known):
        here = {each.page.id for each in found}
        listing = _Listing((), None, 0, sorted(known.keys() - here))
    users, seen_again = _users(settings, store, wiki, found, now, progress)
    made, failed = records(
        found,
        users=users,
        wiki=wiki,
        reader=reader,
        contacts=settings.harvest.contacts,
        progress=progress,
    )
    forgotten = store.preferences.all("forget").keys()
    made = [_blank(record) if record.party in forgotten else record for record in made]
    unread = [each.page for each in found if each.reading is None]
    with contextlib.suppress(_Undone), store.transaction():
        parties = {page.party for page in store.pages.by_ids(listing.gone).values()}
        parties |= {page.party for page in store.pages.by_ids(each.id for each in made).values()}
        parties |= {record.party for record in made} | seen_again
        store.accounts.save(
            (user for user in users.values() if f"user:{user.id}" not in forgotten), seen=now
        )
        store.pages.forget(listing.gone)
        for part in progress.track(list(batches(made)), "Writing the index"):
            store.pages.save(part)
            store.problems.replace({record.id: _orphaned(record) for record in part})
        changed, removed = rebuild(store, parties - {""}, group_suffix=settings.names.portal)
        store.problems.replace(
            {page.id: [PageProblem(page.id, page.title, Problem(UNREADABLE))] for page in unread}
        )
        if consulted.page is not None and consulted.page.id:
            store.problems.replace({consulted.page.id: _refused(consulted)})
        consulted.keep(store, at=now)
        if only is None:
            store.notes.set(READER, reader.mark, at=now)
        if changed or removed or made or listing.gone:
            _stamp(store, changed, made, listing.gone, now)
        counts = Counts(
            **store.contents.counts(),
            read=len(found),
            unchanged=listing.unchanged,
            gone=len(listing.gone),
            changed=len(changed),
            removed=removed,
            failed=len(failed) + len(unread),
        )
        if dry_run:
            raise _Undone
    return counts


class _Undone(Exception):
    """A dry run ends here."""


def _list(
    settings: Settings,
    wiki: Wiki,
    known: dict[int, int],
    *,
    again: bool,
    only: Iterable[int] | None,
    progress: Progress,
) -> _Listing:
    titles = templates(settings)
    wanted = [titles["profile"], titles["request"]]
    namespaces = settings.harvest.namespaces
    if only is not None:
        ids = sorted(set(only))
        pages = [p for p in wiki.pages(ids=ids).values() if p.namespace in namespaces]
        here = {page.id for page in pages}
        return _Listing(pages, len(pages), 0, [id for id in ids if id in known and id not in here])
    if again or not known:
        everything = wiki.embedding(templates=wanted, namespaces=namespaces)
        return _Listing(everything, len(known) or None, 0, [])
    newest = {
        page.id: page.revision.id if page.revision else 0
        for page in progress.track(
            wiki.embedding(templates=wanted, namespaces=namespaces, content=False),
            "Listing pages",
            len(known),
        )
    }
    ids = sorted(id for id, revision in newest.items() if known.get(id) != revision)
    return _Listing(
        pages=_fetched(wiki, ids),
        total=len(ids),
        unchanged=len(newest) - len(ids),
        gone=sorted(known.keys() - newest.keys()),
    )


def _fetched(wiki: Wiki, ids: Sequence[int]) -> Iterator[Page]:
    for part in batches(ids):
        yield from wiki.pages(ids=part).values()


def _users(
    settings: Settings,
    store: Store,
    wiki: Wiki,
    found: Iterable[Found],
    now: datetime,
    progress: Progress,
) -> tuple[dict[str, User], set[str]]:
    """The accounts of all speakers, and the parties whose account changed since last time.

    Accounts that nobody looked at for long ride along: ({name asked: user}, {party}).
    """
    names = {
        name
        for each in found
        if each.reading is not None
        for name in speakers(each.page, each.reading)[: settings.harvest.contacts]
    }
    long_ago = now - timedelta(days=settings.harvest.account_days)
    stale = {user.name: user for user in store.accounts.stale(before=long_ago, limit=_REFRESH)}
    wanted = sorted(names | stale.keys())
    users: dict[str, User] = {}
    for part in progress.track(list(batches(wanted)), "Asking about accounts"):
        users |= wiki.users(names=part)
    changed = set()
    for name, before in stale.items():
        user = users.get(name)
        if user is None or user.id != before.id:
            # The name is free again or somebody else's: this account takes no part.
            users[f"{before.id}:{name}"] = User(name=name, id=before.id, local=False)
            changed.add(before.id)
        elif user != before:
            changed.add(user.id)
    return users, {f"user:{id}" for id in changed} | store.pages.parties_agreed_by(changed)


def _blank(record: PageRecord) -> PageRecord:
    """Keep of a page only that it was read: whoever it speaks for asked to be forgotten.

    An edit of the page takes that wish back no more than it was one; only they do, in the tool.
    """
    return PageRecord(record.id, "", record.namespace, record.revision, party=record.party)


def _orphaned(record: PageRecord) -> list[PageProblem]:
    """The problems of a page that speaks for nobody; those of parties are written with them."""
    if record.party:
        return []
    return [
        PageProblem(record.id, record.title, Problem(**problem))
        for problem in record.reading.get("problems", ())
    ]


def _refused(consulted: directory.Consulted) -> list[PageProblem]:
    page = consulted.page
    if page is None:
        return []
    return [
        PageProblem(page.id, page.title, Problem(DIRECTORY_PROBLEM, text=text[:200]))
        for text in consulted.problems
    ]


def _stamp(
    store: Store,
    changed: Sequence[str],
    made: Sequence[PageRecord],
    gone: Sequence[int],
    now: datetime,
) -> None:
    """Give the index a new build id: a digest of the one before and of what changed."""
    digests = store.profiles.digests_of(changed)
    pages = [[record.id, record.revision] for record in made]
    store.notes.set(
        BUILD, digest([store.notes.get(BUILD), digests, pages, list(gone)])[:16], at=now
    )
