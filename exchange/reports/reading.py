"""Reading: the facts of a movement out of the store, in one consistent state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from exchange.model import Status
from exchange.reports.facts import Facts, Ran

if TYPE_CHECKING:
    from exchange.store import Store

PUBLISHED = "publish:"
"""What the names of those candidates of a run begin with that are pages of reports, not people."""


def read_facts(store: Store, *, broader: Mapping[str, str | None], today: date) -> Facts:
    """Read everything that reports count; ``broader`` is the capacity hierarchy."""
    with store.snapshot():
        suggestions = store.suggestions.history()
        stopped = {one.match.seeker for one in suggestions if one.status is Status.STOPPED}
        return Facts(
            today=today,
            profiles=store.profiles.all(),
            broader=broader,
            suggestions=suggestions,
            unmet=store.rounds.unmet(),
            cohorts=store.rounds.cohorts(),
            problems=[(one.page, one.profile, one.problem) for one in store.problems.all()],
            measures=store.measures.all(),
            run=_newest(store),
            arrivals=store.rounds.arrivals(),
            messages=store.notices.count_sent(),
            optouts=len(stopped | store.preferences.all("stop").keys()),
            reverts=_counted(store, "reverts"),
        )


def _counted(store: Store, measure: str) -> tuple[int, int] | None:
    """The newest value of a measure that counts, and out of how many; None before any count."""
    found = store.measures.latest().get(measure)
    return (int(found.value), found.n or 0) if found else None


def _newest(store: Store) -> Ran | None:
    """The newest run in which somebody was written to, or else the newest with candidates."""
    found = store.runs.last_delivering(aside=PUBLISHED)
    if found is None:
        return None
    outcomes = {
        candidate: outcome
        for candidate, outcome in store.runs.outcomes(found.id).items()
        if not candidate.startswith(PUBLISHED)
    }
    return Ran(found.id, found.begun.date(), outcomes)
