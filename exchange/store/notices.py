"""Notices: the outbox. A row is committed before any write, and closed after the read-back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from exchange.errors import StoreError
from exchange.model import Outcome, Reason
from exchange.store.database import Database
from exchange.store.outcomes import State, describe
from exchange.store.tables import Moment, notice, preference

__all__ = ["Notice", "Notices", "State", "describe"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient in one campaign.

    ``id`` is the stable hash that stands in the text and in the edit summary. ``recipient`` is a
    profile key, ``account`` the central user id of whoever gets the message, ``name`` their user
    name. ``suggestions`` are ids of suggestions. ``attempts`` counts the writes that were tried.
    """

    id: str
    recipient: str
    account: int
    name: str
    campaign: str
    begun: datetime
    suggestions: tuple[int, ...] = ()
    state: State = State.BEGUN
    reason: Reason | None = None
    detail: str = ""
    page: str = ""
    revision: int | None = None
    attempts: int = 1
    ended: datetime | None = None
    run: int | None = None


class Notices:
    """The outbox of the delivery history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, wanted: Notice) -> tuple[Notice, bool]:
        """Open a row, committed when this returns: (the row as it stands, whether it is new).

        Where the recipient has a row in this campaign already, that row comes back unchanged:
        its state says what happened, and ``again`` takes it up once more.
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

    def again(
        self, id: str, *, begun: datetime, run: int | None = None, page: str | None = None
    ) -> Notice:
        """Open a row once more before another attempt at the same message."""
        values: dict[str, Any] = {
            "state": State.BEGUN.value,
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

    def renew(self, id: str, wanted: Notice) -> Notice:
        """Put a row in the place of one that never left anything on a page.

        What is to be said to the same recipient in the same campaign has changed since.
        """
        with self._database.writing() as connection:
            gone = connection.execute(
                notice.delete()
                .where(notice.c.id == id)
                .where(notice.c.state.in_([State.SKIPPED.value, State.HELD.value]))
            )
            if not gone.rowcount or not self._database.insert_new(notice, _values(wanted)):
                raise StoreError(f"the notice {id} may stand on a page; it cannot be replaced")
        return wanted

    def aim(self, id: str, *, page: str) -> Notice:
        """Note the page that the next write goes to, before it goes."""
        return self._update(id, {"page": page})

    def finish(self, id: str, outcome: Outcome, *, at: datetime) -> Notice:
        """Close a row with what became of it."""
        state, reason, detail, page, revision = describe(outcome)
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

    def get(self, id: str) -> Notice | None:
        """The notice of this id."""
        found = self._select(notice.c.id == id)
        return found[0] if found else None

    def unfinished(self) -> list[Notice]:
        """Rows that may or may not stand on a page: begun and never closed, or unknown."""
        return self._select(notice.c.state.in_([State.BEGUN.value, State.UNKNOWN.value]))

    def of(self, recipient: str) -> list[Notice]:
        """Everything that one profile was sent or not sent, oldest first."""
        return self._select(notice.c.recipient == recipient)

    def to(self, account: int) -> list[Notice]:
        """Everything that one account was sent or not sent, over all roles, oldest first."""
        return self._select(notice.c.account == account)

    def campaign(self, name: str) -> dict[str, Notice]:
        """The notices of one campaign: {recipient: notice}."""
        return {each.recipient: each for each in self._select(notice.c.campaign == name)}

    def last_to(self, account: int) -> datetime | None:
        """When this account last got a message, over all roles; what may stand counts."""
        return self.last().get(account)

    def last(self) -> dict[int, datetime]:
        """When each account last got a message: {central user id: moment}."""
        query = (
            select(
                notice.c.account,
                func.max(func.coalesce(notice.c.ended, notice.c.begun, type_=Moment)),
            )
            .where(notice.c.state.in_([State.SENT, State.UNKNOWN, State.BEGUN]))
            .group_by(notice.c.account)
        )
        with self._database.reading() as connection:
            return dict(connection.execute(query).all())

    def sent(self, *, since: datetime | None = None) -> list[Notice]:
        """Notices that stand on a page (sent since then), oldest first."""
        conditions: list[ColumnElement[Any]] = [notice.c.state == State.SENT.value]
        if since is not None:
            conditions.append(notice.c.ended >= since)
        return self._select(*conditions)

    def reception(self) -> tuple[int, set[str]]:
        """How many notices stand on a page, and the profile keys of those who want no more."""
        sent = select(func.count().label("sent")).where(notice.c.state == State.SENT.value)
        counted = sent.subquery()
        query = select(counted.c.sent, preference.c.profile).select_from(
            counted.outerjoin(preference, preference.c.name == "stop")
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return rows[0].sent, {row.profile for row in rows if row.profile is not None}

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
        state=State(row.state),
        reason=Reason(row.reason) if row.reason else None,
        detail=row.detail,
        page=row.page,
        revision=row.revision,
        attempts=row.attempts,
        ended=row.ended,
        run=row.run,
    )
