"""History: do our records know of everything that our own edits on the wiki prove?

A database that is new, restored or rebuilt does not. Whoever writes by it writes twice, or to
people who said no since it was copied.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from bot.notify.person import USER_TALK, talk_page_owner
from bot.wiki.port import Contribution, Wiki
from exchange.model import Held, Reason
from exchange.notices.section import parse_summary_tag
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.runs import REBUILT

CONFIRMED = "history-confirmed"
"""The note of when the operator last confirmed: older edits are not asked about again."""

LOOK_BACK = timedelta(days=90)


RECENT = 10
"""Of how many of our newest edits of reports it is asked whether a run of ours made them."""


def check_history(
    store: Store,
    wiki: Wiki,
    *,
    me: str,
    now: datetime,
    marks: ErasureMarks | None = None,
    reports: str = "",
) -> Held | None:
    """Return why nothing may be sent by these records, or None. One request for 500 edits.

    Looked at are our edits of the last 90 days, all of them where the records are empty, and none
    from before the operator last confirmed. Notices to people who were forgotten, by the
    ``marks``, are meant to be unknown. Of the newest edits below ``reports`` a run must be known
    that made them: an older copy of the database may lack no notice, and still what people said.
    """
    if store.metadata.get(REBUILT) is not None:
        detail = "the history was rebuilt; check it, then run: python -m bot confirm-history"
        return Held(Reason.HISTORY_LOST, detail)
    empty = not store.notices.counts()
    confirmed = store.metadata.get(CONFIRMED)
    since = None if empty else now - LOOK_BACK
    if confirmed is not None:
        since = max(filter(None, (since, datetime.fromisoformat(confirmed))))
    known = {row.id for row in store.notices.sent(since=since)}
    known |= {row.id for row in store.notices.unfinished()}
    for each in wiki.contributions(users=[me], since=since, namespaces=[USER_TALK]):
        notice = parse_summary_tag(each.revision.summary)
        if notice is None or notice in known or store.notices.get(notice) is not None:
            continue
        if marks is not None and _was_erased(each.title, wiki, marks):
            continue
        detail = f"{each.title} has a notice that the database lacks: run python -m bot recover"
        return Held(Reason.HISTORY_LOST, detail)
    since = max(filter(None, (since, now - LOOK_BACK)))
    unknown = _find_unknown_report(store, wiki, me, reports, since) if reports else None
    if unknown is not None:
        store.metadata.set(REBUILT, now.isoformat(), at=now)
        detail = (
            f"{unknown.title} was written after this database was copied; bring back a newer copy"
        )
        return Held(Reason.HISTORY_LOST, f"{detail}, or run: python -m bot recover")
    return None


def _find_unknown_report(
    store: Store, wiki: Wiki, me: str, reports: str, since: datetime
) -> Contribution | None:
    """Return a report of ours that no run in the records can have written; one request at most."""
    name, colon, _ = reports.partition(":")
    spaces = wiki.site().namespaces.items()
    space = next((id for id, names in spaces if id and colon and name in names), 0)
    edits = wiki.contributions(users=[me], since=since, namespaces=[space])
    ours = (each for each in edits if _is_below(each, reports))
    newest = islice(ours, RECENT)
    return next((each for each in newest if not store.runs.covers(each.revision.timestamp)), None)


def _is_below(each: Contribution, root: str) -> bool:
    return each.title == root or each.title.startswith(f"{root}/")


def _was_erased(title: str, wiki: Wiki, marks: ErasureMarks) -> bool:
    """Whether a talk page is that of somebody who is forgotten, or was and came back."""
    name = talk_page_owner(title, wiki.site())
    user = wiki.users(names=[name]).get(name) if name else None
    return user is not None and user.exists and bool(marks.ever([user.id]))
