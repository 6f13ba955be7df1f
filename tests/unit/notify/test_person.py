"""Who may be written to: every state of an account, each with its own reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.notify.person import check_user
from exchange.model import Reason, User

ME = User("Exchange Bot", 1, groups=frozenset({"bot"}))
ADA = User("Sample Ada", 41)


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        (ADA, None),
        (replace(ADA, blocked="partial"), None),
        (replace(ADA, id=0), Reason.USER_MISSING),
        (replace(ADA, id=42), Reason.USER_MISSING),
        (replace(ADA, local=False), Reason.USER_MISSING),
        (replace(ADA, blocked="sitewide"), Reason.USER_BLOCKED),
        (replace(ADA, locked=True), Reason.USER_LOCKED),
        (replace(ADA, hidden=True), Reason.USER_HIDDEN),
        (replace(ADA, hidden=True, locked=True, blocked="sitewide"), Reason.USER_HIDDEN),
        (replace(ADA, temporary=True), Reason.USER_TEMPORARY),
        (replace(ADA, name="~2026-12345-6"), Reason.USER_TEMPORARY),
        (replace(ADA, name="192.0.2.7"), Reason.USER_TEMPORARY),
        (replace(ADA, name="2001:db8::7"), Reason.USER_TEMPORARY),
        (replace(ADA, name="Vanished user 7af3"), Reason.USER_VANISHED),
        (replace(ADA, name="Renamed user abc"), Reason.USER_VANISHED),
        (replace(ADA, groups=frozenset({"bot"})), Reason.USER_BOT),
        (replace(ADA, id=1), Reason.USER_SELF),
    ],
)
def test_each_state_has_its_own_outcome(user: User, reason: Reason | None) -> None:
    account = 1 if user.id == 1 else 41
    found = check_user(user, account=account, me=ME)
    assert (found.reason if found else None) == reason
