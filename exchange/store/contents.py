"""Contents: how much the index holds."""

from __future__ import annotations

from sqlalchemy import func, literal, select, union_all

from exchange.store.database import Database
from exchange.store.tables import item, page, problem, profile

_COUNTED = ("page", "profile", "offer", "want", "problem")


class Contents:
    """The numbers of things in the index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> dict[str, int]:
        """How many there are, by one query: pages, profiles, offers, wants and problems.

        Pages are those that speak for somebody; profiles are the active ones, and offers and
        wants theirs, as they were read: wants whose day has passed as well.
        """
        active = profile.c.active.is_(True)
        query = union_all(
            select(literal("page"), func.count()).select_from(page).where(page.c.party != ""),
            select(literal("profile"), func.count()).select_from(profile).where(active),
            select(item.c.direction, func.count())
            .join(profile, profile.c.key == item.c.profile)
            .where(active)
            .group_by(item.c.direction),
            select(literal("problem"), func.count()).select_from(problem),
        )
        with self._database.reading() as connection:
            found: dict[str, int] = dict(connection.execute(query).all())
        return {f"{name}s": found.get(name, 0) for name in _COUNTED}
