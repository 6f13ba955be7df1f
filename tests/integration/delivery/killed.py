"""One run of the bot in a process of its own, killed at a named step of the recipe."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from multiprocessing.queues import Queue
from typing import Any

from bot.edits import CircuitBreaker
from bot.notify import deliver, eligibility, notify_people, run
from bot.wiki import LiveWiki
from exchange.store import Store
from exchange.store.notices import Notices
from exchange.store.suggestions import Suggestions
from tests.integration.delivery.world import World, live, settings_for

STEPS: dict[str, tuple[Any, str, str]] = {
    "before the row is begun": (Notices, "open", "before"),
    "after the row is begun": (Notices, "open", "after"),
    "after the guard": (eligibility.Eligibility, "recheck", "after"),
    "after the page is noted": (Notices, "set_target_page", "after"),
    "before the write": (LiveWiki, "save", "before"),
    "after the write": (LiveWiki, "save", "after"),
    "before the read-back": (deliver, "confirm_saved", "before"),
    "after the read-back": (deliver, "confirm_saved", "after"),
    "inside the closing transaction": (Suggestions, "mark_notified", "before"),
    "after the row is closed": (deliver, "mark_sent", "after"),
    "after it is counted": (CircuitBreaker, "sent", "after"),
    "before the outcome is recorded": (run._Run, "_record", "before"),
}
"""Step -> what is called there: (where, name, before or after)."""

_fork = multiprocessing.get_context("fork")


def start(world: World, step: str = "", **options: Any) -> tuple[ForkProcess, Queue[int]]:
    """Start a run in a process of its own, which is killed at a step; what it sent is put out."""
    sent: Queue[int] = _fork.Queue()
    process = _fork.Process(target=_run, args=(world, step, options, sent))
    process.start()
    return process, sent


def _run(world: World, step: str, options: dict[str, Any], sent: Queue[int]) -> None:
    if step:
        _arm(step, at=2)
    counts = notify_people(
        settings=settings_for(world.wiki, world.database, **options),
        store=Store.open(world.database),
        wiki=live(world.wiki),
        now=world.now,
    )
    sent.put(counts.sent)


def _arm(step: str, at: int) -> None:
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
