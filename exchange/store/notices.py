"""Notices: the outbox. A row is committed before any write, and closed after the read-back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from exchange.errors import StoreError
from exchange.model import Outcome, Reason
from exchange.model.keys import ProfileKey, Recipient
from exchange.store.codec import NoticeState, outcome_to_row
from exchange.store.database import Database
from exchange.store.declined_cohorts import COHORT, what_was_declined
from exchange.store.people import SILENT
from exchange.store.schema import notice, preference

__all__ = ["Notice", "NoticeState", "Notices", "outcome_to_row"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient in one campaign.

    ``id`` is the stable hash that stands in the text and in the edit summary. ``recipient`` is a
    profile key, ``account`` the central user id of whoever gets the message, ``name`` their user
    name. ``suggestions`` are ids of suggestions. ``attempts`` counts the writes that were tried.
    ``read_revision`` is the newest revision of its page in which answers were looked for,
    ``confirmed_revision`` that of the newest answer that the bot confirmed on the page.
    """

    id: str
    recipient: str
    account: int
    name: str
    campaign: str
    begun: datetime
    suggestions: tuple[int, ...] = ()
    state: NoticeState = NoticeState.BEGUN
    reason: Reason | None = None
    detail: str = ""
    page: str = ""
    revision: int | None = None
    attempts: int = 1
    ended: datetime | None = None
    run: int | None = None
    read_revision: int = 0
    confirmed_revision: int = 0


class DeliveryStats(NamedTuple):
    """How many notices stand on a page (``sent``), and who wants none of what.

    ``refusing`` are the profile keys of those who want no more, ``alone`` all whom nobody is to write
    to: those, and whoever said no on the wiki; ``declined`` are the cohorts that somebody declined, as
    (profile key, capacity, language).
    """

    sent: int
    refusing: set[str]
    alone: set[str]
    declined: set[tuple[str, str, str]]


class Notices:
    """The outbox of the delivery history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, wanted: Notice) -> tuple[Notice, bool]:
        """Open a row, committed when this returns: (the row as it stands, whether it is new).

        Where the recipient has a row in this campaign already, that row comes back unchanged:
        its state says what happened, and ``retry`` takes it up once more.
        """
        with self._database.writing() as connection:
            if self._database.insert_new(notice, _values(wanted)):
                return wanted, True
            found = connection.execute(
                select(notice)
                .where(notice.c.recipient == wanted.recipient)
                .where(notice.c.campaign == wanted.campaign)
            ).first()
        if found is None:
            raise StoreError(f"the notice id {wanted.id} is in use for somebody else")
        return _unpack(found), False

    def retry(
        self, id: str, *, begun: datetime, run: int | None = None, page: str | None = None
    ) -> Notice:
        """Open a row once more before another attempt at the same message."""
        values: dict[str, Any] = {
            "state": NoticeState.BEGUN.value,
            "reason": "",
            "detail": "",
            "begun": begun,
            "ended": None,
            "run": run,
            "attempts": notice.c.attempts + 1,
        }
        if page is not None:
            values["page"] = page
        return self._update(id, values)

    def replace(self, id: str, wanted: Notice) -> Notice:
        """Put a row in the place of one that never left anything on a page.

        What is to be said to the same recipient in the same campaign has changed since.
        """
        with self._database.writing() as connection:
            gone = connection.execute(
                notice.delete()
                .where(notice.c.id == id)
                .where(notice.c.state.in_([NoticeState.SKIPPED.value, NoticeState.HELD.value]))
            )
            if not gone.rowcount or not self._database.insert_new(notice, _values(wanted)):
                raise StoreError(f"the notice {id} may stand on a page; it cannot be replaced")
        return wanted

    def set_target_page(self, id: str, *, page: str) -> Notice:
        """Note the page that the next write goes to, before it goes."""
        return self._update(id, {"page": page})

    def close(self, id: str, outcome: Outcome, *, at: datetime) -> Notice:
        """Close a row with what became of it."""
        state, reason, detail, page, revision = outcome_to_row(outcome)
        values: dict[str, Any] = {
            "state": state.value,
            "reason": reason,
            "detail": detail[:255],
            "ended": at,
        }
        if page:
            values["page"] = page
        if revision is not None:
            values["revision"] = revision
        return self._update(id, values)

    def mark_read(self, id: str, *, revision: int) -> None:
        """Note the newest revision of its page in which answers were looked for."""
        self._update(id, {"read_revision": revision})

    def mark_confirmed(self, id: str, *, revision: int) -> None:
        """Note the revision of the newest answer that was confirmed on the page."""
        self._update(id, {"confirmed_revision": revision})

    def get(self, id: str) -> Notice | None:
        """The notice of this id."""
        found = self._select(notice.c.id == id)
        return found[0] if found else None

    def unfinished(self) -> list[Notice]:
        """Rows that may or may not stand on a page: begun and never closed, or unknown."""
        return self._select(
            notice.c.state.in_([NoticeState.BEGUN.value, NoticeState.UNKNOWN.value])
        )

    def to(self, account: int) -> list[Notice]:
        """Everything that one account was sent or not sent, over all roles, oldest first."""
        return self._select(notice.c.account == account)

    def sent(
        self,
        *,
        since: datetime | None = None,
        accounts: Collection[int] | None = None,
        groups: Collection[ProfileKey] = (),
    ) -> list[Notice]:
        """Notices that stand on a page (sent since then), oldest first.

        With ``accounts`` only those to these accounts, and those to ``groups`` or any contact of one.
        """
        conditions: list[ColumnElement[Any]] = [notice.c.state == NoticeState.SENT.value]
        if since is not None:
            conditions.append(notice.c.ended >= since)
        if accounts is not None:
            ranges = [Recipient.range_of_contacts(group) for group in groups]
            recipient = notice.c.recipient  # a range, which an index finds, where LIKE reads all
            conditions.append(
                or_(
                    notice.c.account.in_(accounts),
                    recipient.in_([str(group) for group in groups]),
                    *(and_(recipient >= first, recipient < end) for first, end in ranges),
                )
            )
        return self._select(*conditions)

    def delivery_stats(self) -> DeliveryStats:
        """How many notices stand on a page, and who wants none of what. One query."""
        sent = select(func.count().label("sent")).where(notice.c.state == NoticeState.SENT.value)
        counted = sent.subquery()
        said = preference.c.name
        wanted = or_(said.in_(SILENT), said.startswith(COHORT, autoescape=True))
        query = select(counted.c.sent, preference.c.profile, said, preference.c.value).select_from(
            counted.outerjoin(preference, wanted)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return DeliveryStats(
            rows[0].sent,
            {row.profile for row in rows if row.name == "stop"},
            {row.profile for row in rows if row.name in SILENT},
            {
                (row.profile, *what_was_declined(row.value))
                for row in rows
                if row.name is not None and row.name.startswith(COHORT)
            },
        )

    def counts(self) -> dict[str, int]:
        """How many notices there are in each state."""
        query = select(notice.c.state, func.count()).group_by(notice.c.state)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(notice.c.state))
            return dict(rows.all())

    def restore(self, notices: Iterable[Notice]) -> int:
        """Put back rows that the bot's own contributions prove; give back how many were new."""
        with self._database.writing():
            return sum(self._database.insert_new(notice, _values(each)) for each in notices)

    def _update(self, id: str, values: dict[str, Any]) -> Notice:
        with self._database.writing() as connection:
            connection.execute(notice.update().where(notice.c.id == id).values(**values))
            row = connection.execute(select(notice).where(notice.c.id == id)).first()
        if row is None:
            raise StoreError(f"there is no notice {id}")
        return _unpack(row)

    def _select(self, *conditions: ColumnElement[Any]) -> list[Notice]:
        query = select(notice).where(*conditions).order_by(notice.c.begun, notice.c.id)
        with self._database.reading() as connection:
            return [_unpack(row) for row in connection.execute(query)]


def _values(each: Notice) -> dict[str, Any]:
    return {
        "id": each.id,
        "recipient": each.recipient,
        "account": each.account,
        "name": each.name,
        "campaign": each.campaign,
        "suggestions": list(each.suggestions),
        "state": each.state.value,
        "reason": "" if each.reason is None else each.reason.value,
        "detail": each.detail[:255],
        "page": each.page,
        "revision": each.revision,
        "attempts": each.attempts,
        "begun": each.begun,
        "ended": each.ended,
        "run": each.run,
        "read_revision": each.read_revision,
        "confirmed_revision": each.confirmed_revision,
    }


def _unpack(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        recipient=row.recipient,
        account=row.account,
        name=row.name,
        campaign=row.campaign,
        begun=row.begun,
        suggestions=tuple(row.suggestions),
        state=NoticeState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        detail=row.detail,
        page=row.page,
        revision=row.revision,
        attempts=row.attempts,
        ended=row.ended,
        run=row.run,
        read_revision=row.read_revision,
        confirmed_revision=row.confirmed_revision,
    )
