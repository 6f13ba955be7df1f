"""Ownership: whom a page speaks for, whether they agreed to it, and who was forgotten.

A profile is its owner's only if the owner put it there or edited the page with it in place:
somebody else's hand can neither enrol a person nor make the bot write to them. The last editor
comes with the page; only where that is somebody else does it take one more request. Whoever was
forgotten is taken out of what a harvest has read, before it is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.cli.output import Progress
from bot.harvest.programmes import KnownApplications, confirm_programme, without_accounts
from bot.harvest.reader import Group, PageReader, ReadPage, as_group
from bot.wiki.port import Wiki
from exchange.errors import EditRefused
from exchange.model import (
    GONE,
    Frequency,
    Offer,
    Page,
    Problem,
    Revision,
    User,
    Want,
    account_problem,
)
from exchange.model.keys import ProfileKey
from exchange.profiles.document import (
    PageReading,
    ProblemCode,
    ProfileTemplate,
    make_problem,
)
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.erasure_marks import ErasureMark, ErasureMarks
from exchange.store.pages import PageRecord, strip_contacts
from exchange.titles import normalise_user_name, owner_of

NOT_THE_OWNER = "not-the-owner"
"""The problem of a profile that its owner never touched."""

NO_SUCH_USER = "no-such-user"
"""The problem of a contact who has no account; its text is their number."""

CONTACT_NOT_CONFIRMED = "contact-not-confirmed"
"""The problem of a contact who never edited the group's page with the profile in place."""

TOO_MANY_CONTACTS = "too-many-contacts"
"""The problem of a group that names more contacts than the bot asks about."""

JOIN_NOT_CONFIRMED = "join-not-confirmed"
"""The problem of somebody who is said to join a request and did not write it themselves."""

MOST_JOINED = 50
"""How many of those who joined the requests on a page are asked about."""

ADDED_BY_OTHERS = "added-by-others"
"""The problem of what somebody else wrote since an owner's newest edit: it waits for the owner."""

USER = 2

Item = TypeVar("Item", Offer, Want)

_RATE = {
    Frequency.NEVER: 0,
    Frequency.MONTHLY: 1,
    Frequency.FORTNIGHTLY: 2,
    Frequency.WEEKLY: 3,
}
"""How often somebody wants to be written to, as numbers that compare."""


def page_owner(page: Page) -> str:
    """The user name that a page belongs to, empty where it is nobody's."""
    return owner_of(page.title) if page.namespace == USER else ""


def without_unowned(
    found: Iterable[ReadPage], users: Mapping[str, User]
) -> tuple[list[ReadPage], list[int]]:
    """Leave out the pages in the user space of accounts that are gone: (the others, their ids).

    A hidden account is mostly one that the wiki does not have, so nothing of such a page is kept
    or shown; it is read again until there is an account.
    """
    kept, unowned = [], []
    for each in found:
        owner = page_owner(each.page)
        if owner and account_problem(users.get(owner)) in GONE:
            unowned.append(each.page.id)
        else:
            kept.append(each)
    return kept, unowned


def claimants(page: Page, reading: PageReading) -> tuple[str, ...]:
    """The user names that may agree to what a page says, the page's own owner first."""
    if reading.is_empty:
        return ()
    owner = page_owner(page)
    if not reading.is_group:
        return (owner,) if owner else ()
    return tuple(dict.fromkeys(reading.contacts)) or ((owner,) if owner else ())


def speakers(page: Page, reading: PageReading, contacts: int | None) -> tuple[str, ...]:
    """Return the user names that are asked about: who may agree, who joined, who is in a programme."""
    return tuple(dict.fromkeys((*_own_speakers(page, reading, contacts), *reading.in_programme)))


def _own_speakers(page: Page, reading: PageReading, contacts: int | None) -> tuple[str, ...]:
    return (*claimants(page, reading)[:contacts], *reading.joined[:MOST_JOINED])


def page_records(
    found: Iterable[ReadPage],
    *,
    users: Mapping[str, User],
    wiki: Wiki,
    reader: PageReader,
    contacts: int,
    progress: Progress,
    groups: Mapping[int, Group],
    known: KnownApplications,
) -> tuple[list[PageRecord], list[Page]]:
    """Return for each page whom it speaks for and who agreed: (records, pages that failed).

    ``users`` are the accounts of all speakers by the name on the page; ``contacts`` is how many
    of a group are asked about, ``groups`` whose the requests below their pages are. One request for
    each speaker who did not edit last and is not ``known`` to be there by their own hand, and the
    texts of their newest revisions in batches.
    """
    pages = [(each.page, each.reading) for each in found if each.reading is not None]
    asks = [
        (page, user)
        for page, reading in pages
        for name in speakers(page, reading, contacts)
        if (user := users.get(name)) and user.exists and not _edited_last(page, user)
        if name in _own_speakers(page, reading, contacts)
        or not known.is_settled(page, reading, name, user)
    ]
    theirs: dict[tuple[int, int], Revision] = {}
    failed: dict[int, Page] = {}
    for page, user in progress.track(asks, "Asking who put profiles there"):
        try:
            revision = wiki.last_revision_by(page_id=page.id, title=page.title, user=user.name)
        except EditRefused:
            failed[page.id] = page
        else:
            # A name can have changed hands: the id is the better witness here, too.
            if revision is not None and revision.user_id in (0, user.id):
                theirs[page.id, user.id] = revision
    older = _read_older({page.id: page for page, _ in asks}, theirs, wiki=wiki, reader=reader)
    made = [
        _record(page, reading, users, older, contacts, groups.get(page.id), known)
        for page, reading in pages
        if page.id not in failed
    ]
    return made, list(failed.values())


def _edited_last(page: Page, user: User) -> bool:
    revision = page.revision
    if revision is None:
        return False
    # The id is the better witness: a name can change.
    return revision.user_id == user.id if revision.user_id else revision.user == user.name


def _read_older(
    pages: Mapping[int, Page],
    theirs: Mapping[tuple[int, int], Revision],
    *,
    wiki: Wiki,
    reader: PageReader,
) -> dict[tuple[int, int], PageReading]:
    """What stood on a page when somebody last edited it: {(page id, user id): reading}."""
    older = {}
    for part in batches(sorted(theirs.items())):
        texts = wiki.revision_texts(revisions=[revision.id for _, revision in part])
        for (page_id, user_id), revision in part:
            text = texts.get(revision.id)
            if text is not None:
                then = replace(pages[page_id], text=text, revision=revision)
                if (reading := reader.read(then).reading) is not None:
                    older[page_id, user_id] = reading
    return older


def _record(
    page: Page,
    reading: PageReading,
    users: Mapping[str, User],
    older: Mapping[tuple[int, int], PageReading],
    contacts: int,
    group: Group | None,
    known: KnownApplications,
) -> PageRecord:
    agreed: list[int] = []
    confirmed: list[PageReading] = []
    problems = list(reading.problems)
    names = claimants(page, reading)
    party = str(ProfileKey.for_group(page.id)) if names and reading.is_group else ""
    party = group.key if group else party
    missing = []
    for number, name in enumerate(names[:contacts], 1):
        user = users.get(name)
        if user is None or account_problem(user) in GONE:
            # By number: it may be the name of somebody who is hidden.
            problems.append(Problem(NO_SUCH_USER, "contact", str(number)))
            missing.append(name)
            continue
        party = party or str(ProfileKey.for_person(user.id))
        then = reading if _edited_last(page, user) else older.get((page.id, user.id))
        if then is not None and group is not None:
            then = as_group(then, group)
        if then is not None and _names_owner(page, then, name):
            agreed.append(user.id)
            confirmed.append(then)
        else:
            code = CONTACT_NOT_CONFIRMED if reading.is_group else NOT_THE_OWNER
            problems.append(Problem(code, text=name))
    joined, unconfirmed = _confirm_joined(page, reading, users, older, names)
    problems += unconfirmed

    def own(user: User) -> PageReading | None:
        return reading if _edited_last(page, user) else older.get((page.id, user.id))

    programme, unconfirmed = confirm_programme(page, reading, users=users, own=own, known=known)
    problems += unconfirmed
    if confirmed and reading not in confirmed:
        # The newest of theirs is what they all left standing.
        newest = max(confirmed, key=lambda one: one.revision)
        reading, added = hold_additions(reading, newest)
        problems += [Problem(ADDED_BY_OTHERS, parameter, text) for parameter, text in added]
    for then in confirmed:
        reading = _keep_opt_outs(reading, then)
    if len(names) > contacts:
        problems.append(Problem(TOO_MANY_CONTACTS, "contact", ", ".join(names[contacts:])[:200]))
    revision = page.revision
    return PageRecord(
        id=page.id,
        title=page.title,
        namespace=page.namespace,
        revision=revision.id if revision else 0,
        edited=revision.timestamp if revision else None,
        editor=revision.user if revision else "",
        owner=page_owner(page),
        party=party,
        agreed=tuple(dict.fromkeys(agreed)),
        reading=strip_contacts(
            replace(reading, problems=tuple(problems)).without_joined().to_json(), missing
        ),
        joined=joined,
        programme=programme,
    )


def _confirm_joined(
    page: Page,
    reading: PageReading,
    users: Mapping[str, User],
    older: Mapping[tuple[int, int], PageReading],
    speaking: Collection[str],
) -> tuple[list[tuple[int, str]], list[Problem]]:
    """Return who joined what by their own hand: ((central id, capacity), problems of the others).

    What a request asks for now and did not when somebody joined it is not what they joined.
    Whoever speaks for the page asked for it themselves.
    """
    joined: list[tuple[int, str]] = []
    problems: list[Problem] = []
    if len(reading.joined) > MOST_JOINED:
        rest = ", ".join(reading.joined[MOST_JOINED:])
        problems.append(make_problem(ProblemCode.TOO_MANY, "joined", rest))
    for name in reading.joined[:MOST_JOINED]:
        user = users.get(name)
        if name in speaking or user is None or account_problem(user) in GONE:
            continue
        then = reading if _edited_last(page, user) else older.get((page.id, user.id))
        own = {want.capacity for want in then.wants_joined_by(name)} if then else set()
        asked = [want.capacity for want in reading.wants_joined_by(name)]
        joined += [(user.id, capacity) for capacity in asked if capacity in own]
        if not own.issuperset(asked):
            problems.append(Problem(JOIN_NOT_CONFIRMED, "joined", name))
    return joined, problems


def hide_contacts(store: Store, names: Collection[str]) -> list[PageRecord]:
    """Take accounts that are gone out of what groups' pages say, and return these pages.

    That they agreed is kept, by number: when the account is back, it speaks for the group again.
    """
    changed = []
    for record in store.pages.mentioning(names):
        reading = strip_contacts(record.reading, names)
        if reading != record.reading:
            changed.append(replace(record, reading=reading))
    store.pages.save(changed)
    return changed


def _names_owner(page: Page, reading: PageReading, name: str) -> bool:
    """Whether a revision of somebody's own says that they speak here: they were no passer-by."""
    return normalise_user_name(name) in map(normalise_user_name, claimants(page, reading))


def hold_additions(
    reading: PageReading, confirmed: PageReading
) -> tuple[PageReading, list[tuple[str, str]]]:
    """Take out what others added since the owner's newest edit: (reading, [(parameter, text)]).

    ``confirmed`` is what stood there then. Others may take away; what they add, or bring back,
    counts once the owner edits the page. Where they added and took away at once they may have
    reworded: then what the owner had stays.
    """
    added: list[tuple[str, str]] = []
    mine = confirmed.profiles
    profiles = []
    for number, each in enumerate(reading.profiles):
        own = mine[number] if number < len(mine) else ProfileTemplate(kind=each.kind)
        changes: dict[str, Any] = {}
        for name in ("offers", "wants"):
            changes[name] = _held(getattr(each, name), getattr(own, name), name, added)
        if number >= len(mine):
            # A whole template of somebody else's: nothing in it counts.
            profiles.append(own)
            continue
        for name, raised in (
            ("notify", _RATE[each.notify] > _RATE[own.notify]),
            ("seats", each.seats > own.seats),
            ("about", bool(each.about) and each.about != own.about),
        ):
            if raised:
                changes[name] = getattr(own, name)
                added.append((name, str(getattr(each, name))[:200]))
        changed = replace(each, **changes)
        for name in ("notify", "seats", "about", "offers", "wants"):
            # What the owner gave no value of its own has none now, and the other way round: of
            # several pages the newest value counts.
            if getattr(changed, name) != getattr(each, name):
                given = tuple(one for one in changed.given if one != name)
                changed = replace(changed, given=(*given, *({name} & {*own.given})))
        profiles.append(changed)
    asked = tuple(want for each in confirmed.requests for want in each.wants)
    requests = tuple(
        replace(each, wants=_held(each.wants, asked, "request", added)) for each in reading.requests
    )
    return replace(reading, profiles=tuple(profiles), requests=requests), added


def _held(
    now: tuple[Item, ...], own: tuple[Item, ...], parameter: str, added: list[tuple[str, str]]
) -> tuple[Item, ...]:
    """Return the owner's items that count; note in ``added`` those that somebody else wrote."""
    known = {one.capacity: one for one in own}
    foreign = [one for one in now if one.capacity not in known]
    added += [(parameter, one.text or one.capacity) for one in foreign]
    left = {one.capacity for one in now}
    return tuple(one for one in own if foreign or one.capacity in left)


def _keep_opt_outs(reading: PageReading, agreed: PageReading) -> PageReading:
    """Keep what the owner said against messages, whatever somebody else wrote over it since."""
    if agreed is reading:
        return reading
    silent = any(each.notify is Frequency.NEVER for each in agreed.profiles)
    away = max((each.away for each in agreed.profiles if each.away), default=None)

    def kept(each: ProfileTemplate) -> ProfileTemplate:
        # Explicit, so that it counts when profiles are merged.
        if silent:
            given = tuple(dict.fromkeys((*each.given, "notify")))
            each = replace(each, notify=Frequency.NEVER, given=given)
        if away and (each.away is None or each.away < away):
            given = tuple(dict.fromkeys((*each.given, "away")))
            each = replace(each, away=away, given=given)
        return each

    return replace(reading, profiles=tuple(kept(each) for each in reading.profiles))


# --- who was forgotten ---


@dataclass(frozen=True, slots=True)
class Erased:
    """Those who were forgotten among the people whom a harvest met, and what they are called."""

    marks: Mapping[int, ErasureMark]
    names: frozenset[str]

    @classmethod
    def among(
        cls, marks: ErasureMarks, users: Mapping[str, User], found: Iterable[ReadPage]
    ) -> Erased:
        """Test everybody who is about to be stored: owners, contacts, last editors."""
        editors = {
            each.page.revision.user_id: each.page.revision.user
            for each in found
            if each.page.revision is not None and each.page.revision.user_id
        }
        theirs = marks.of({user.id for user in users.values() if user.exists} | editors.keys())
        names = {name for id, name in editors.items() if id in theirs}
        for asked, user in users.items():
            if user.id in theirs:
                names |= {asked, user.name}
        return cls(theirs, frozenset(names))

    def strip_record(self, record: PageRecord) -> PageRecord:
        """Return a page's record without them: only that it was read, where it is their own.

        An edit of the page takes that wish back no more than it was one; only they do, in the tool.
        """
        if not self.marks:
            return record
        keys = {str(ProfileKey.for_person(id)) for id in self.marks}
        if record.party in keys or record.owner in self.names:
            return PageRecord(record.id, "", record.namespace, record.revision, joined=())
        return replace(
            record,
            editor="" if record.editor in self.names else record.editor,
            agreed=tuple(id for id in record.agreed if id not in self.marks),
            reading=strip_contacts(record.reading, self.names),
            joined=[one for one in record.joined if one[0] not in self.marks]
            if record.joined is not None
            else None,
            programme=without_accounts(record.programme, self.marks),
        )

    def strip_user_pages(self, known: Mapping[int, tuple[str, int]]) -> dict[int, tuple[str, int]]:
        """Return which user pages were read, {page id: (title, revision)}, without theirs."""
        return {
            id: (title, revision)
            for id, (title, revision) in known.items()
            if owner_of(title) not in self.names
        }
