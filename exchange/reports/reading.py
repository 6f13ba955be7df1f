"""Reading: the facts of a movement out of the store, in one consistent state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from exchange.model import Profile, Status
from exchange.reports.facts import Facts, Ran

if TYPE_CHECKING:
    from exchange.store import Store

PUBLISHED = "publish:"
"""What the names of those candidates of a run begin with that are pages of reports, not people."""


def read_facts(
    store: Store,
    *,
    broader: Mapping[str, str | None],
    today: date,
    profiles: Iterable[Profile] | None = None,
) -> Facts:
    """Read everything that reports count; ``broader`` is the capacity hierarchy.

    Where the active ``profiles`` are at hand already, they are not read again.
    """
    with store.snapshot():
        suggestions = store.suggestions.history()
        unmet, arrivals = store.rounds.seekers()
        messages, refusing = store.notices.reception()
        measures = store.measures.all()
        stopped = {one.match.seeker for one in suggestions if one.status is Status.STOPPED}
        return Facts(
            today=today,
            profiles=store.profiles.all() if profiles is None else profiles,
            broader=broader,
            suggestions=suggestions,
            unmet=unmet,
            cohorts=store.rounds.cohorts(),
            problems=[(one.page, one.profile, one.problem) for one in store.problems.all()],
            measures=measures,
            run=_newest(store),
            arrivals=arrivals,
            messages=messages,
            optouts=len(stopped | refusing),
            reverts=_counted(measures, "reverts"),
        )


def _counted(
    history: Iterable[tuple[date, str, float, int | None]], measure: str
) -> tuple[int, int] | None:
    """The newest value of a measure that counts, and out of how many; None before any count."""
    found = [(day, value, n) for day, name, value, n in history if name == measure]
    if not found:
        return None
    _, value, n = max(found, key=lambda one: one[0])
    return int(value), n or 0


def _newest(store: Store) -> Ran | None:
    """The newest run in which somebody was written to, or else the newest with candidates."""
    found = store.runs.last_delivery(aside=PUBLISHED)
    if found is None:
        return None
    run, outcomes = found
    return Ran(run.id, run.begun.date(), outcomes)
