"""UnclearAnswers: what recipients wrote in their notices that nobody understood, until it is settled.

What we do not understand is not silence: while a row waits, nobody writes to that account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from exchange.store.database import Database
from exchange.store.schema import notice, unclear_answer

VIA_WIKI, VIA_WEB, VIA_COORDINATOR = "wiki", "web", "coordinator"
"""How an unclear answer was settled: by a later one, by its author in the tool, by a coordinator."""


@dataclass(frozen=True, slots=True)
class UnclearAnswer:
    """What ``account`` (``name``) wrote in a notice on ``page``, in ``revision``, read ``at``.

    ``settled`` is None while it waits; ``settled_by`` is the profile key of whoever settled it.
    """

    notice: str
    account: int
    revision: int
    at: datetime
    settled: datetime | None = None
    settled_by: str = ""
    via: str = ""
    name: str = ""
    page: str = ""


class UnclearAnswers:
    """The unclear answers, at most one a notice: the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, notice: str, *, account: int, revision: int, at: datetime) -> bool:
        """Keep an unclear answer; tell whether it is new. What was settled stays settled."""
        known = self.get(notice)
        if known is not None and known.revision >= revision:
            return False
        row = {
            "notice": notice,
            "account": account,
            "revision": revision,
            "at": at,
            "settled": None,
            "settled_by": "",
            "via": "",
        }
        self._database.upsert(unclear_answer, [row])
        return True

    def get(self, id: str) -> UnclearAnswer | None:
        """The unclear answer in the notice of this id, settled or not."""
        found = self._select(unclear_answer.c.notice == id)
        return found[0] if found else None

    def waiting(self) -> list[UnclearAnswer]:
        """Those that nobody has settled, oldest first."""
        return self._select(unclear_answer.c.settled.is_(None))

    def of(self, account: int, *, settled: bool = False) -> list[UnclearAnswer]:
        """Those of one account that nobody has settled, or all of them; oldest first."""
        waits = () if settled else (unclear_answer.c.settled.is_(None),)
        return self._select(unclear_answer.c.account == account, *waits)

    def marked(self, *, since: datetime) -> list[UnclearAnswer]:
        """Those that coordinators have marked as read since then, the newest first."""
        found = self._select(
            unclear_answer.c.via == VIA_COORDINATOR, unclear_answer.c.settled >= since
        )
        return sorted(found, key=lambda one: (one.settled or since, one.notice), reverse=True)

    def accounts(self) -> frozenset[int]:
        """The accounts that nobody writes to because of what they wrote."""
        query = select(unclear_answer.c.account).where(unclear_answer.c.settled.is_(None))
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query))

    def settle_all(self, account: int, *, by: str, via: str, at: datetime, until: int = 0) -> int:
        """Settle everything that waits of an account (up to a revision); how many that were."""
        conditions = [unclear_answer.c.account == account]
        if until:
            conditions.append(unclear_answer.c.revision <= until)
        return self._settle(conditions, by=by, via=via, at=at)

    def settle(self, id: str, *, by: str, via: str, at: datetime) -> bool:
        """Settle what waits in the notice of this id; tell whether anything did."""
        return self._settle([unclear_answer.c.notice == id], by=by, via=via, at=at) > 0

    def reopen(self, id: str) -> bool:
        """Take a coordinator's mark back, so that the answer waits again; tell whether there was one."""
        query = (
            unclear_answer.update()
            .where(unclear_answer.c.notice == id, unclear_answer.c.via == VIA_COORDINATOR)
            .values(settled=None, settled_by="", via="")
        )
        with self._database.writing() as connection:
            return connection.execute(query).rowcount > 0

    def _settle(
        self, conditions: Iterable[ColumnElement[bool]], *, by: str, via: str, at: datetime
    ) -> int:
        query = (
            unclear_answer.update()
            .where(unclear_answer.c.settled.is_(None), *conditions)
            .values(settled=at, settled_by=by, via=via)
        )
        with self._database.writing() as connection:
            return connection.execute(query).rowcount

    def _select(self, *conditions: ColumnElement[bool]) -> list[UnclearAnswer]:
        query = (
            select(unclear_answer, notice.c.name, notice.c.page)
            .outerjoin(notice, notice.c.id == unclear_answer.c.notice)
            .where(*conditions)
            .order_by(unclear_answer.c.at, unclear_answer.c.notice)
        )
        with self._database.reading() as connection:
            return [
                UnclearAnswer(
                    row.notice,
                    row.account,
                    row.revision,
                    row.at,
                    settled=row.settled,
                    settled_by=row.settled_by,
                    via=row.via,
                    name=row.name or "",
                    page=row.page or "",
                )
                for row in connection.execute(query)
            ]
