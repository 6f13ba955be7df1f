"""Owners: whom a page speaks for, and whether they agreed to it.

A profile is its owner's only if the owner put it there or edited the page with it in place:
somebody else's hand can neither enrol a person nor make the bot write to them. The last editor
comes with the page; only where that is somebody else does it take one more request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.harvest.reader import Found, Reader
from bot.progress import Progress
from bot.wiki.port import Wiki
from exchange.errors import Refused
from exchange.model import Frequency, Page, Problem, Reason, Revision, User
from exchange.store.database import batches
from exchange.store.pages import PageRecord
from exchange.template import Declaration, Reading

NOT_THE_OWNER = "not-the-owner"
"""The problem of a profile that its owner never touched."""

NO_SUCH_USER = "no-such-user"
"""The problem of an owner or contact who has no account."""

CONTACT_NOT_CONFIRMED = "contact-not-confirmed"
"""The problem of a contact who never edited the group's page with the profile in place."""

TOO_MANY_CONTACTS = "too-many-contacts"
"""The problem of a group that names more contacts than the bot asks about."""

USER = 2


def owner_of(page: Page) -> str:
    """The user name that a page in the user namespace belongs to, else an empty text."""
    if page.namespace != USER:
        return ""
    return page.title.partition(":")[2].partition("/")[0].strip()


def speakers(page: Page, reading: Reading) -> tuple[str, ...]:
    """The user names that may agree to what a page says, the page's own owner first."""
    if reading.is_empty:
        return ()
    owner = owner_of(page)
    if not reading.is_group:
        return (owner,) if owner else ()
    return tuple(dict.fromkeys(reading.contacts)) or ((owner,) if owner else ())


def state_of(user: User | None) -> Reason | None:
    """Why an account takes no part now, or None where it may."""
    if user is None or not user.exists or not user.local:
        return Reason.USER_MISSING
    if user.hidden:
        return Reason.USER_HIDDEN
    if user.locked:
        return Reason.USER_LOCKED
    if user.blocked == "sitewide":
        return Reason.USER_BLOCKED
    if user.temporary:
        return Reason.USER_TEMPORARY
    if user.name.startswith(("Vanished user", "Renamed user")):
        return Reason.USER_VANISHED
    if "bot" in user.groups:
        return Reason.USER_BOT
    return None


def records(
    found: Iterable[Found],
    *,
    users: Mapping[str, User],
    wiki: Wiki,
    reader: Reader,
    contacts: int,
    progress: Progress,
) -> tuple[list[PageRecord], list[Page]]:
    """Tell for each page whom it speaks for and who agreed: (records, pages that failed).

    ``users`` are the accounts of all speakers by the name on the page; ``contacts`` is how many
    of a group are asked about. One request for each speaker who did not edit last, and the texts
    of their newest revisions in batches.
    """
    pages = [(each.page, each.reading) for each in found if each.reading is not None]
    asks = [
        (page, user)
        for page, reading in pages
        for name in speakers(page, reading)[:contacts]
        if (user := users.get(name)) and user.exists and not _edited_last(page, user)
    ]
    theirs: dict[tuple[int, int], Revision] = {}
    failed: dict[int, Page] = {}
    for page, user in progress.track(asks, "Asking who put profiles there"):
        try:
            revision = wiki.last_by(page_id=page.id, title=page.title, user=user.name)
        except Refused:
            failed[page.id] = page
        else:
            if revision is not None:
                theirs[page.id, user.id] = revision
    older = _read_older({page.id: page for page, _ in asks}, theirs, wiki=wiki, reader=reader)
    made = [
        _record(page, reading, users, older, contacts)
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
    reader: Reader,
) -> dict[tuple[int, int], Reading]:
    """What stood on a page when somebody last edited it: {(page id, user id): reading}."""
    older = {}
    for part in batches(sorted(theirs.items())):
        texts = wiki.text_of(revisions=[revision.id for _, revision in part])
        for (page_id, user_id), revision in part:
            text = texts.get(revision.id)
            if text is not None:
                then = replace(pages[page_id], text=text, revision=revision)
                if (reading := reader.read(then).reading) is not None:
                    older[page_id, user_id] = reading
    return older


def _record(
    page: Page,
    reading: Reading,
    users: Mapping[str, User],
    older: Mapping[tuple[int, int], Reading],
    contacts: int,
) -> PageRecord:
    agreed: list[int] = []
    problems = list(reading.problems)
    names = speakers(page, reading)
    party = f"page:{page.id}" if names and reading.is_group else ""
    for name in names[:contacts]:
        user = users.get(name)
        if user is None or not user.exists:
            problems.append(Problem(NO_SUCH_USER, text=name))
            continue
        party = party or f"user:{user.id}"
        then = reading if _edited_last(page, user) else older.get((page.id, user.id))
        if then is not None and not then.is_empty:
            agreed.append(user.id)
            reading = _no_more_than(reading, then)
        else:
            code = CONTACT_NOT_CONFIRMED if reading.is_group else NOT_THE_OWNER
            problems.append(Problem(code, text=name))
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
        owner=owner_of(page),
        party=party,
        agreed=tuple(dict.fromkeys(agreed)),
        reading=replace(reading, problems=tuple(problems)).to_json(),
    )


def _no_more_than(reading: Reading, agreed: Reading) -> Reading:
    """Keep what the owner said against messages, whatever somebody else wrote over it since."""
    if agreed is reading:
        return reading
    silent = any(each.notify is Frequency.NEVER for each in agreed.profiles)
    away = max((each.away for each in agreed.profiles if each.away), default=None)

    def kept(each: Declaration) -> Declaration:
        # Explicit, so that it counts when profiles are merged.
        if silent:
            explicit = tuple(dict.fromkeys((*each.explicit, "notify")))
            each = replace(each, notify=Frequency.NEVER, explicit=explicit)
        if away and (each.away is None or each.away < away):
            explicit = tuple(dict.fromkeys((*each.explicit, "away")))
            each = replace(each, away=away, explicit=explicit)
        return each

    return replace(reading, profiles=tuple(kept(each) for each in reading.profiles))
