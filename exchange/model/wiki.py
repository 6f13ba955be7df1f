"""Page, revision and user: the facts a wiki tells us, whichever body the wiki has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from exchange.model.outcome import Reason

WIKITEXT = "wikitext"

_VANISHED = re.compile(
    r"(?:vanished user|renamed user|vanisheduser|renameduser|deleted user)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a page. ``user_id`` is the editor's central id, 0 for none or unknown."""

    id: int
    user: str
    timestamp: datetime
    user_id: int = 0
    parent: int = 0
    summary: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it stands now.

    ``id`` 0 and ``revision`` None mean that there is no such page. ``text`` is None where content
    was not asked for, or is hidden. ``redirect`` is the target's title (with ``#section``, or an
    interwiki prefix) where the page is a redirect. ``protection`` maps an action (``edit``,
    ``create``) to the level that it needs, cascading protection included. ``deleted`` tells that
    a page of this title was deleted and not restored. ``templates`` are those of the templates
    asked for that the page shows, through other templates too.
    """

    title: str
    id: int = 0
    namespace: int = 0
    revision: Revision | None = None
    text: str | None = None
    model: str = WIKITEXT
    redirect: str = ""
    protection: dict[str, str] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()
    deleted: bool = False
    templates: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        """Whether there is a page of this title."""
        return self.revision is not None


@dataclass(frozen=True, slots=True)
class User:
    """An account and its state now.

    ``id`` is the central user id where the wiki has one, else the local id; 0 where there is no
    such account. ``name`` is the name now: where an account was renamed, the name it was asked by
    is the key it came back under. ``blocked`` is ``""``, ``"sitewide"`` or ``"partial"``;
    ``local`` tells whether the account exists on this wiki. ``rights`` are known of the bot's own
    account alone.
    """

    name: str
    id: int = 0
    local: bool = True
    blocked: str = ""
    locked: bool = False
    hidden: bool = False
    temporary: bool = False
    groups: frozenset[str] = frozenset()
    registered: datetime | None = None
    gender: str = ""
    rights: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        """Whether there is such an account."""
        return self.id != 0


def account_problem(user: User | None) -> Reason | None:
    """Return why an account takes no part and gets no message now, or None where it may."""
    if user is None or not user.exists:
        return Reason.USER_MISSING
    if user.hidden:
        return Reason.USER_HIDDEN
    if _VANISHED.match(user.name):
        return Reason.USER_VANISHED
    if user.locked:
        return Reason.USER_LOCKED
    if user.blocked == "sitewide":
        return Reason.USER_BLOCKED
    if user.temporary:
        return Reason.USER_TEMPORARY
    if "bot" in user.groups:
        return Reason.USER_BOT
    if not user.local:
        return Reason.USER_MISSING
    return None
