"""One run of the bot in a process of its own, killed at a named step: ``python -m … STEP …``."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.notify import guard, job, notify, readback, send
from bot.notify.governor import Governor
from bot.wiki import Live
from exchange.settings import load
from exchange.store import Store
from exchange.store.notices import Notices
from exchange.store.suggestions import Suggestions
from tests.delivery.world import QUICK

STEPS: dict[str, tuple[Any, str, str]] = {
    "before the row is begun": (Notices, "begin", "before"),
    "after the row is begun": (Notices, "begin", "after"),
    "after the guard": (guard.Guard, "look", "after"),
    "after the page is noted": (Notices, "aim", "after"),
    "before the write": (Live, "save", "before"),
    "after the write": (Live, "save", "after"),
    "before the read-back": (readback, "confirm", "before"),
    "after the read-back": (readback, "confirm", "after"),
    "inside the closing transaction": (Suggestions, "tell", "before"),
    "after the row is closed": (send, "settle", "after"),
    "after it is counted": (Governor, "sent", "after"),
    "before the outcome is recorded": (job._Run, "_record", "before"),
}
"""Step -> what is called there: (where, name, before or after)."""


def arm(step: str, at: int) -> None:
    """Kill this process at the ``at``-th call of a step."""
    where, name, when = STEPS[step]
    inner: Callable[..., Any] = getattr(where, name)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = inner(*args, **kwargs)
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(where, name, wrapped)


def main() -> None:
    """Run notify once with the settings of the environment; print its counts."""
    step, user, password, now = sys.argv[1:5]
    if step:
        arm(step, at=2)
    settings = load(os.environ)
    counts = notify(
        settings=settings,
        store=Store.open(settings.database_url),
        wiki=Live(api=settings.wiki.address, user=user, password=password, manners=QUICK),
        now=datetime.fromisoformat(now),
    )
    print(json.dumps({"sent": counts.sent, "planned": counts.planned, "held": counts.held}))


if __name__ == "__main__":
    main()
