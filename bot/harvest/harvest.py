"""Harvest: the wiki's profile pages -> the index. A second harvest reads only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.cli.output import Progress, Silent
from bot.harvest.coordinators import find_coordinators
from bot.harvest.joiners import JOINER_PAGES, joiners, read_joiner_pages
from bot.harvest.ownership import (
    Erased,
    hide_contacts,
    page_owner,
    page_records,
    speakers,
    without_unowned,
)
from bot.harvest.profiles import rebuild_profiles, with_hidden_joiners
from bot.harvest.programmes import Editors, KnownApplications, named_partners
from bot.harvest.reader import (
    UNREADABLE,
    USER_PAGES,
    ReadPage,
    build_reader,
    groups_above,
    read_user_pages,
    template_titles,
    with_group_contacts,
    without_translations,
)
from bot.wiki.port import Wiki
from exchange import directory
from exchange.directory import Directory
from exchange.errors import DirectoryError
from exchange.model import GONE, Page, Problem, User, account_problem
from exchange.model.keys import ProfileKey, is_group_key
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.codec import digest
from exchange.store.database import batches
from exchange.store.erasure import apply_erasures
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.pages import PageProblem, PageRecord
from exchange.store.runs import DIRECTORY_PAGE, INDEX_VERSION
from exchange.titles import case_variants

# --- what a harvest found and did ---


@dataclass(frozen=True, slots=True)
class HarvestResult:
    """What stands in the index after a harvest, and what the harvest did to get there.

    ``pages``, ``profiles``, ``offers``, ``wants`` and ``problems`` count the index (profiles that
    take part; pages that speak for somebody). ``read`` pages were new or changed, ``unchanged``
    ones were not asked for, ``gone`` ones lost the template. ``changed`` and ``removed`` count
    profiles. ``failed`` pages could not be read or asked about; the next harvest tries again.
    """

    pages: int = 0
    profiles: int = 0
    offers: int = 0
    wants: int = 0
    problems: int = 0
    read: int = 0
    unchanged: int = 0
    gone: int = 0
    changed: int = 0
    removed: int = 0
    failed: int = 0


# --- the directory as this wiki has it: the committed one, and the page that extends it ---


@dataclass(frozen=True, slots=True)
class WikiDirectory:
    """The directory to read profiles with, its page, and what is wrong with that page.

    ``text`` is the page's text that is in force, empty where there is none.
    """

    directory: Directory
    text: str = ""
    page: Page | None = None
    problems: tuple[str, ...] = ()

    def keep(self, store: Store, *, at: datetime) -> None:
        """Let the text in force be what ``stored_directory`` gives from now on."""
        if self.text:
            store.metadata.set(DIRECTORY_PAGE, self.text, at=at)
        else:
            store.metadata.drop(DIRECTORY_PAGE)


def stored_directory(store: Store) -> Directory:
    """The directory as the last harvest left it, without asking the wiki.

    A stored page that an earlier version accepted and this one refuses counts for nothing.
    """
    try:
        return directory.load(extra=store.metadata.get(DIRECTORY_PAGE))
    except DirectoryError:
        return directory.load()


def read_directory_page(page: Page | None, *, store: Store) -> WikiDirectory:
    """Return the directory as its page on the wiki extends it.

    A page that contradicts itself or the committed directory is refused whole, with its problems,
    and the last good one stays in force.
    """
    text = (page.text or "") if page is not None and page.exists else ""
    if not text.strip():
        return WikiDirectory(directory.load(), page=page)
    try:
        return WikiDirectory(directory.load(extra=text), text, page)
    except DirectoryError as error:
        return WikiDirectory(
            stored_directory(store), store.metadata.get(DIRECTORY_PAGE) or "", page, error.problems
        )


# --- harvest ---

READER = "harvest-reader"
"""The note that tells how the pages in the index were read."""

DIRECTORY_PROBLEM = "directory-page"
"""The problem of the directory's page on the wiki when it is refused."""

_REFRESH = 100_000

LOCK_DAYS = 7
"""Within how many days everybody is asked about whether they are locked globally."""

_RECENT = 100
"""Among so many of a page's newest edits somebody is looked for whose name was misspelt on it."""

_FEW = 500
"""So many people may be asked about one by one in a harvest because their pages changed."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the wiki has: pages to read, ids that need no reading, ids that are gone."""

    pages: Iterable[Page]
    total: int | None
    unchanged: int
    gone: list[int]


def harvest_pages(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    only: Iterable[int] | None = None,
) -> HarvestResult:
    """Bring the index up to what the wiki says now.

    Pages whose newest revision is known are not read again, unless the templates' names, the
    directory or this program changed. With ``only``, just these page ids are looked at. Everything
    is written in one transaction at the end. Pages that cannot be read or
    asked about stay as they were and are counted as ``failed``. Errors: ``WikiUnavailable``,
    ``StoreUnavailable``; nothing is written then.
    """
    progress = progress or Silent()
    marks = ErasureMarks(store.database, secrets=settings.erasure_keys, log=settings.erasure.log)
    apply_erasures(store, marks=marks, at=now, everybody=only is None)
    called = settings.names
    pages = wiki.pages(titles=[called.directory, called.coordinators])
    wiki_directory = read_directory_page(pages.get(called.directory), store=store)
    reader = build_reader(
        settings=settings, wiki=wiki, directory=wiki_directory.directory, today=now.date()
    )
    coordinators = find_coordinators(pages.get(called.coordinators), wiki=wiki, names=reader.names)
    known = store.pages.known()
    again = store.metadata.get(READER) != reader.mark
    listing = _list_pages(settings, wiki, known, again=again, only=only, progress=progress)
    found = [reader.read(p) for p in progress.track(listing.pages, "Reading pages", listing.total)]
    if only is None and (again or not known):
        here = {each.page.id for each in found}
        listing = _Listing((), None, 0, sorted(known.keys() - here))
    found = without_translations(found, store=store)
    groups = groups_above(found, store=store)
    user_pages = read_user_pages(
        with_group_contacts(found, groups),
        store=store,
        wiki=wiki,
        reader=reader,
        gone=listing.gone,
        whole=only is None,
    )
    found = user_pages.found
    asked = None if marks.all() else settings.harvest.contacts
    users, seen_again = _read_accounts(settings, store, wiki, found, now, progress, asked)
    found, unowned = without_unowned(found, users)
    left = _names_gone(store, users)
    unowned += store.pages.ids_owned_by(left)
    listing.gone.extend(sorted(known.keys() & {*unowned} - {*listing.gone}))
    made, failed = page_records(
        found,
        users=users,
        wiki=wiki,
        reader=reader,
        contacts=settings.harvest.contacts,
        progress=progress,
        groups=groups,
        known=KnownApplications.of(store, found, editors=_page_editors(wiki, marks)),
    )
    made += user_pages.records
    erased = Erased.among(marks, users, found)
    made = [erased.strip_record(record) for record in made]
    user_pages.known = erased.strip_user_pages(user_pages.known)
    unread = [
        each.page
        for each in found
        if each.reading is None and page_owner(each.page) not in erased.names
    ]
    joiner_pages = read_joiner_pages(
        made, store=store, wiki=wiki, reader=reader, users=users, whole=only is None
    )
    with store.transaction():
        parties = {page.party for page in store.pages.by_ids(listing.gone).values()}
        parties |= {page.party for page in hide_contacts(store, left)}
        parties |= {page.party for page in store.pages.by_ids(each.id for each in made).values()}
        parties |= {record.party for record in made} | seen_again
        parties |= joiners(store, [*listing.gone, *(record.id for record in made)])
        parties |= _askers(store, seen_again)
        store.accounts.save((u for u in users.values() if u.id not in erased.marks), seen=now)
        made = with_hidden_joiners(store, made, found, users, now)
        for account in erased.marks:
            marks.add(account, at=now)  # renewed where the key is not the newest
        store.pages.forget(listing.gone)
        for part in progress.track(list(batches(made)), "Writing the index"):
            store.pages.save(part)
            store.joined_requests.replace({e.id: e.joined for e in part if e.joined is not None})
            store.programmes.replace({e.id: e.programme for e in part if e.joined is not None})
            store.problems.replace({record.id: _unowned_problems(record) for record in part})
        parties |= joiners(store, [record.id for record in made]) | joiner_pages.parties
        changed, removed = rebuild_profiles(
            store,
            parties - {""},
            group_suffix=settings.names.portal,
            language=reader.language,
            spoken=joiner_pages.languages,
        )
        store.problems.replace(
            {page.id: [PageProblem(page.id, page.title, Problem(UNREADABLE))] for page in unread}
        )
        if wiki_directory.page is not None and wiki_directory.page.id:
            store.problems.replace({wiki_directory.page.id: _directory_problems(wiki_directory)})
        wiki_directory.keep(store, at=now)
        named = store.coordinators.all() if coordinators is None else coordinators.accounts
        store.coordinators.replace(named - marks.of(named).keys(), at=now)
        if coordinators is not None:  # else the last good ones stay
            store.coordinators.note_unknown(coordinators.unknown, at=now)
        store.metadata.set(USER_PAGES, user_pages.to_json(), at=now)
        rows = store.joined_requests.all().values()
        joining = {account for several in rows for account, _ in several}
        store.metadata.set(JOINER_PAGES, joiner_pages.to_json(joining), at=now)
        if only is None:
            store.metadata.set(READER, reader.mark, at=now)
        if changed or removed or made or listing.gone:
            _bump_index_version(store, changed, made, listing.gone, now)
        return HarvestResult(
            **store.counts(today=now.date(), things=wiki_directory.directory.things),
            read=len(found),
            unchanged=listing.unchanged,
            gone=len(listing.gone),
            changed=len(changed),
            removed=removed,
            failed=len(failed) + len(unread),
        )


def _list_pages(
    settings: Settings,
    wiki: Wiki,
    known: dict[int, int],
    *,
    again: bool,
    only: Iterable[int] | None,
    progress: Progress,
) -> _Listing:
    titles = template_titles(settings)
    wanted = [titles["profile"], titles["request"], titles["programme"]]
    wanted += [variant for title in wanted for variant in case_variants(title)]
    namespaces = settings.harvest.namespaces
    if only is not None:
        ids = sorted(set(only))
        pages = [p for p in wiki.pages(ids=ids).values() if p.namespace in namespaces]
        here = {page.id for page in pages}
        return _Listing(pages, len(pages), 0, [id for id in ids if id in known and id not in here])
    if again or not known:
        everything = wiki.pages_using(templates=wanted, namespaces=namespaces)
        return _Listing(everything, len(known) or None, 0, [])
    newest = {
        page.id: page.revision.id if page.revision else 0
        for page in progress.track(
            wiki.pages_using(templates=wanted, namespaces=namespaces, content=False),
            "Listing pages",
            len(known),
        )
    }
    ids = sorted(id for id, revision in newest.items() if known.get(id) != revision)
    return _Listing(
        pages=_fetch_pages(wiki, ids),
        total=len(ids),
        unchanged=len(newest) - len(ids),
        gone=sorted(known.keys() - newest.keys()),
    )


def _fetch_pages(wiki: Wiki, ids: Sequence[int]) -> Iterator[Page]:
    for part in batches(ids):
        yield from wiki.pages(ids=part).values()


def _read_accounts(
    settings: Settings,
    store: Store,
    wiki: Wiki,
    found: Iterable[ReadPage],
    now: datetime,
    progress: Progress,
    contacts: int | None,
) -> tuple[dict[str, User], set[str]]:
    """The accounts of all speakers, and the parties whose account changed since last time.

    ``contacts`` is how many of a group are asked about; all where it is None. Accounts that
    nobody looked at for long ride along: ({name asked: user}, {party}). Whether somebody is locked
    globally takes a request each: it is asked of those whose pages changed, and of everybody
    within ``LOCK_DAYS``; whoever is known to be locked stays so until then.
    """
    names = {
        name
        for each in found
        for name in (
            page_owner(each.page),
            *(speakers(each.page, each.reading, contacts) if each.reading is not None else ()),
            *(named_partners(each.reading) if each.reading is not None else ()),
        )
        if name
    }
    long_ago = now - timedelta(days=settings.harvest.account_days)
    stale = {user.name: user for user in store.accounts.stale(before=long_ago, limit=_REFRESH)}
    wanted = sorted(names | stale.keys())
    locks = names if len(names) <= _FEW else set()
    today = now.toordinal() % LOCK_DAYS
    locks = locks | {name for name, u in stale.items() if u.locked or u.id % LOCK_DAYS == today}
    users: dict[str, User] = {}
    for part in progress.track(list(batches(wanted)), "Asking about accounts"):
        users |= wiki.users(names=[name for name in part if name not in locks])
        if here := [name for name in part if name in locks]:
            users |= wiki.users(names=here, locks=True)
    known = store.accounts.get_many(user.id for name, user in users.items() if name not in locks)
    for id, before in known.items():
        if before.locked:
            users |= {n: replace(u, locked=True) for n, u in users.items() if u.id == id}
    changed = set()
    met = {user.id for user in users.values()}
    for name, before in stale.items():
        user = users.get(name)
        if user is None or user.id != before.id:
            # The name is free again or somebody else's: unless it was met under a new one, this
            # account takes no part.
            if before.id not in met:
                users[f"{before.id}:{name}"] = User(name=name, id=before.id, local=False)
            changed.add(before.id)
        elif user != before:
            changed.add(user.id)
    return users, {
        str(ProfileKey.for_person(id)) for id in changed
    } | store.pages.parties_agreed_by(changed)


def _page_editors(wiki: Wiki, marks: ErasureMarks) -> Editors:
    """Return what asks who edited a page lately, without those who were forgotten: one request."""

    def asked(page: Page) -> list[str]:
        edits = [one for one in wiki.history(title=page.title, limit=_RECENT) if one.user]
        forgotten = marks.of({one.user_id for one in edits if one.user_id})
        return list(dict.fromkeys(one.user for one in edits if one.user_id not in forgotten))

    return asked


def _askers(store: Store, parties: Iterable[str]) -> set[str]:
    """Whose requests these people joined: whether they count may have changed."""
    people = [ProfileKey.parse(key).account for key in parties if not is_group_key(key)]
    pages = store.joined_requests.by(people) if people else {}
    return {record.party for record in store.pages.by_ids(pages).values()}


def _names_gone(store: Store, users: Mapping[str, User]) -> set[str]:
    """The names of accounts that are gone since they were last looked at."""
    gone = {user.id for user in users.values() if account_problem(user) in GONE}
    before = store.accounts.get_many(gone - {0})
    return {user.name for user in before.values() if account_problem(user) not in GONE}


def _unowned_problems(record: PageRecord) -> list[PageProblem]:
    """The problems of a page that speaks for nobody; those of parties are written with them."""
    if record.party:
        return []
    return [
        PageProblem(record.id, record.title, Problem(**problem))
        for problem in record.reading.get("problems", ())
    ]


def _directory_problems(wiki_directory: WikiDirectory) -> list[PageProblem]:
    page = wiki_directory.page
    if page is None:
        return []
    return [
        PageProblem(page.id, page.title, Problem(DIRECTORY_PROBLEM, text=text[:200]))
        for text in wiki_directory.problems
    ]


def _bump_index_version(
    store: Store,
    changed: Sequence[str],
    made: Sequence[PageRecord],
    gone: Sequence[int],
    now: datetime,
) -> None:
    """Return the index a new build id: a digest of the one before and of what changed."""
    digests = store.profiles.digests_of(changed)
    pages = [[record.id, record.revision] for record in made]
    store.metadata.set(
        INDEX_VERSION,
        digest([store.metadata.get(INDEX_VERSION), digests, pages, list(gone)])[:16],
        at=now,
    )
