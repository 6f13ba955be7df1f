"""Recovery: rows that a dead run left open are closed before a new run writes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.notify import readback
from bot.notify.send import settle
from bot.wiki.port import Wiki
from exchange.model import Held, Reason
from exchange.store import Store


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many unfinished notices stood on their page, and how many had left nothing."""

    standing: int = 0
    absent: int = 0


def recover(store: Store, wiki: Wiki, *, me: str, clock: Callable[[], datetime]) -> Recovered:
    """Find out what became of every unfinished notice.

    Those that stand become sent; those that do not are held, and may be sent again under the same
    row. Errors: ``WikiAway`` where the wiki does not answer; the rows then stay open, and nothing
    else may be written to these people.
    """
    rows = store.notices.unfinished()
    found = readback.in_contributions(wiki, rows, me=me)
    standing = absent = 0
    for row in rows:
        where = found.get(row.id) or readback.in_history(wiki, row, me=me)
        if where is not None:
            settle(store, row, where, at=where.at or clock())
            standing += 1
        else:
            left = Held(Reason.INTERRUPTED, "an earlier run ended before it was written")
            store.notices.finish(row.id, left, at=clock())
            absent += 1
    return Recovered(standing, absent)
