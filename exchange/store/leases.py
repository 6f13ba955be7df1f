"""Leases: who may run now. A lease that is not renewed expires, so a dead run blocks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.tables import lease


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a name, and until when."""

    name: str
    holder: str
    expires: datetime


class Leases:
    """One holder a name at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, holder: str, *, now: datetime, lasting: timedelta) -> bool:
        """Take a lease that is free, expired or one's own; tell whether one has it now."""
        with self._database.writing() as connection:
            if self._database.insert_new(
                lease, {"name": name, "holder": holder, "expires": now + lasting}
            ):
                return True
            connection.execute(
                lease.update()
                .where(lease.c.name == name)
                .where((lease.c.holder == holder) | (lease.c.expires <= now))
                .values(holder=holder, expires=now + lasting)
            )
            query = select(lease.c.holder).where(lease.c.name == name)
            return connection.scalar(query) == holder

    def renew(self, name: str, holder: str, *, now: datetime, lasting: timedelta) -> bool:
        """Extend one's own lease; False where it is no longer one's own: stop at once."""
        with self._database.writing() as connection:
            connection.execute(
                lease.update()
                .where(lease.c.name == name, lease.c.holder == holder, lease.c.expires > now)
                .values(expires=now + lasting)
            )
            found = connection.execute(select(lease).where(lease.c.name == name)).first()
        return found is not None and found.holder == holder and found.expires > now

    def release(self, name: str, holder: str) -> None:
        """Give back one's own lease."""
        with self._database.writing() as connection:
            connection.execute(lease.delete().where(lease.c.name == name, lease.c.holder == holder))

    def get(self, name: str) -> Lease | None:
        """Who holds a name."""
        with self._database.reading() as connection:
            row = connection.execute(select(lease).where(lease.c.name == name)).first()
        return None if row is None else Lease(row.name, row.holder, row.expires)
