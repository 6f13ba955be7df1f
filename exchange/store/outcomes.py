"""Outcomes as columns and back, for the outbox and the run's list alike."""

from __future__ import annotations

from enum import StrEnum

from exchange.model import Held, Outcome, Reason, Sent, Skipped, Unknown


class State(StrEnum):
    """Where a notice stands, or how a candidate ended."""

    BEGUN = "begun"
    SENT = "sent"
    SKIPPED = "skipped"
    HELD = "held"
    UNKNOWN = "unknown"


def describe(outcome: Outcome) -> tuple[State, str, str, str, int | None]:
    """An outcome as columns: (state, reason, detail, page, revision)."""
    if isinstance(outcome, Sent):
        return State.SENT, "", "", outcome.page, outcome.revision
    if isinstance(outcome, Unknown):
        return State.UNKNOWN, "", outcome.detail, "", None
    state = State.SKIPPED if isinstance(outcome, Skipped) else State.HELD
    return state, outcome.reason.value, outcome.detail, "", None


def outcome_of(state: str, reason: str, detail: str, page: str, revision: int | None) -> Outcome:
    """Columns as an outcome; a row that was begun and never closed is unknown."""
    if state == State.SENT:
        return Sent(revision or 0, page)
    if state == State.SKIPPED:
        return Skipped(Reason(reason), detail)
    if state == State.HELD:
        return Held(Reason(reason), detail)
    return Unknown(detail)
