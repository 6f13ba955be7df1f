"""Watch: a process that serves looks for a new state of the store also while nobody asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from webtool.context import Context

log = logging.getLogger(__name__)
PAUSE = 60.0
"""Seconds between two looks."""


def watch(here: Context, *, pause: Callable[[float], object] = time.sleep) -> None:
    """Look again and again; a visitor who comes after a quiet day finds what is new.

    What goes wrong is told, and tried again with the next look: the database may be away.
    """
    while True:
        try:
            look(here)
        except Exception:
            log.exception("cannot look for a new state")
        pause(PAUSE)


def look(here: Context) -> None:
    """Make what is not there yet, before anybody waits for it, and renew what is old."""
    shelf = here.keeper.current(here.today)
    here.keeper.lookup(shelf)
    here.keeper.counted(shelf)
