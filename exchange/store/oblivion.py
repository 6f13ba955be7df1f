"""Oblivion: what is left of somebody who wants to be forgotten, until they come back.

Gone: the profile, its items and problems, the reading of their pages, the account's state, the
words of their suggestions (score, reasons, what the other one wanted), their names and the
details in notices and outcomes, what they asked of the bot. Left: that they asked to be
forgotten, which notices they got and which pairs were suggested or declined, by key alone:
without that they would be written to again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from exchange.store.facade import Store
from exchange.store.tables import account as accounts
from exchange.store.tables import notice, outcome, page, preference, suggestion


def forget(store: Store, key: str, *, account: int, at: datetime) -> None:
    """Forget a profile key, and the account behind it where it is a person's; all or nothing."""
    with store.database.writing() as connection:
        ids = list(connection.scalars(select(page.c.id).where(page.c.party == key)))
        store.problems.replace(dict.fromkeys(ids, ()))
        # The page's number and revision stay, so that it is not read again as something new.
        connection.execute(
            page.update()
            .where(page.c.party == key)
            .values(title="", editor="", owner="", agreed=[], reading={})
        )
        store.profiles.forget([key])
        connection.execute(preference.delete().where(preference.c.profile == key))
        store.preferences.set(key, "forget", "yes", at=at, via="web")
        connection.execute(
            suggestion.update()
            .where(or_(suggestion.c.seeker == key, suggestion.c.helper == key))
            .values(score=0.0, parts=[], back=[])
        )
        connection.execute(
            notice.update().where(notice.c.recipient == key).values(name="", detail="", page="")
        )
        connection.execute(
            outcome.update().where(outcome.c.candidate == key).values(detail="", page="")
        )
        connection.execute(accounts.delete().where(accounts.c.id == account))
        store.sessions.end_all(account)
        store.deeds.drop(account)


def welcome(store: Store, key: str) -> None:
    """Let somebody who was forgotten take part again: the next harvest reads their pages anew."""
    with store.transaction():
        store.preferences.drop(key, "forget")
        store.pages.forget(page.id for page in store.pages.of([key]))
