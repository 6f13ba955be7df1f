"""Read-back: does a notice stand on the wiki? Asked after every save, and whenever in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.recipient import USER_TALK
from bot.wiki.port import Saved, Wiki
from exchange.notice import mark, section
from exchange.store.notices import Notice

HISTORY = 50
"""How many of a page's newest revisions are looked through."""

_SKEW = timedelta(days=1)
"""How far our clock and the wiki's may be apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """A notice that stands: in which revision, on which page."""

    revision: int
    page: str
    at: datetime | None = None


def confirm(wiki: Wiki, saved: Saved, notice: Notice) -> Found | None:
    """Read back what a save is said to have written; None where the notice is not in it."""
    if saved.revision:
        text = wiki.text_of(revisions=[saved.revision]).get(saved.revision)
        if text is not None and section.written_by_us(text, notice.id):
            return Found(saved.revision, notice.page, saved.timestamp)
    # Nothing changed, or the revision is hidden: the summary in the history is our witness.
    return in_history(wiki, notice, me="")


def in_history(wiki: Wiki, notice: Notice, *, me: str) -> Found | None:
    """Look for a notice's id in the summaries of its page. One request."""
    if not notice.page:
        return None  # never aimed at a page, so never sent
    for revision in wiki.history(title=notice.page, limit=HISTORY):
        if mark.tagged(revision.summary) == notice.id and (not me or revision.user == me):
            return Found(revision.id, notice.page, revision.timestamp)
    return None


def in_contributions(wiki: Wiki, rows: Iterable[Notice], *, me: str) -> dict[str, Found]:
    """Look for notices in the bot's own contributions: {notice id: where}. About one request."""
    wanted = {row.id: row for row in rows}
    found: dict[str, Found] = {}
    if not wanted:
        return found
    since = min(row.begun for row in wanted.values()) - _SKEW
    for each in wiki.contributions(users=[me], since=since, namespaces=[USER_TALK]):
        notice = mark.tagged(each.revision.summary)
        if notice in wanted and notice not in found:
            found[notice] = Found(each.revision.id, each.title, each.revision.timestamp)
    return found
