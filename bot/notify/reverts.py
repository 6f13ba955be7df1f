"""Reverts: how many of our messages somebody undid. What annoys shows here first."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.wiki.port import Wiki
from exchange.store import Store

MEASURE = "reverts"
"""The measure of messages that were undone, of those that were sent lately."""

LATELY = timedelta(days=90)
SEEN = timedelta(days=1)
"""So old is a message before it counts: nobody can have undone what they have not seen."""

USER_TALK = 3


def count_reverts(store: Store, wiki: Wiki, *, me: str, now: datetime) -> None:
    """Count the messages of the last 90 days that were undone; one request for each 500 edits.

    Kept only when it changed, so that a day on which nothing happened changes nothing.
    """
    since = now - LATELY
    sent = {
        row.revision
        for row in store.notices.sent(since=since)
        if row.revision and (row.ended or row.begun) <= now - SEEN
    }
    if not sent:
        return
    edits = wiki.contributions(users=[me], since=since, namespaces=[USER_TALK])
    undone = sum(each.reverted for each in edits if each.revision.id in sent)
    newest = store.measures.latest().get(MEASURE)
    if newest is None or (newest.value, newest.n) != (undone, len(sent)):
        store.measures.record(now.date(), {MEASURE: (float(undone), len(sent))})
