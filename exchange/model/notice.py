"""Notice: a row of the outbox, one message to one person about one round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exchange.model.outcome import Held, Outcome, Reason, Sent, Skipped, Unknown


class NoticeState(StrEnum):
    """Where a notice stands. ``begun`` and ``unknown`` are unfinished: read back first."""

    BEGUN = "begun"
    SENT = "sent"
    SKIPPED = "skipped"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person about one round, as the outbox holds it.

    ``id`` is the stable hash of recipient, campaign and suggestions; ``recipient`` is a profile
    key (for a group's contact: the key, ``>`` and the contact's central id), ``account`` the
    central user id whose talk page is written to and ``name`` that user's name. ``campaign`` is
    the round and the role, such as ``2026-W47`` or ``2026-W47/helper``. ``suggestions`` are ids
    of suggestions, in the order in which the notice numbers them.
    """

    id: str
    recipient: str
    account: int
    name: str
    campaign: str
    suggestions: tuple[int, ...]
    begun: datetime
    state: NoticeState = NoticeState.BEGUN
    reason: str = ""
    detail: str = ""
    page: str = ""
    revision: int | None = None
    attempts: int = 0
    ended: datetime | None = None
    run: int | None = None

    @property
    def finished(self) -> bool:
        """Tell whether we know what became of it."""
        return self.state not in (NoticeState.BEGUN, NoticeState.UNKNOWN)

    @property
    def outcome(self) -> Outcome | None:
        """What became of it as a value; None while it is begun."""
        match self.state:
            case NoticeState.SENT:
                return Sent(self.revision or 0, self.page)
            case NoticeState.SKIPPED:
                return Skipped(Reason(self.reason), self.detail)
            case NoticeState.HELD:
                return Held(Reason(self.reason), self.detail)
            case NoticeState.UNKNOWN:
                return Unknown(self.detail)
            case _:
                return None
