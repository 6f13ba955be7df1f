"""Turn: one run writes at a time. A lease in the database, and a lock on this machine beside it.

The lease holds between machines and ends by itself, so that a dead run blocks nobody for long.
The lock holds on one machine and ends with its process: whoever has the lock knows that the
holder of a lease from the same machine is dead, and need not wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exchange.store import Store

NAME = "notify"
LASTING = timedelta(minutes=10)
"""How long a turn lasts without a sign of life."""


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def turn(
    store: Store, *, name: str = NAME, folder: Path | None = None
) -> Iterator[Callable[[], bool] | None]:
    """Take the turn to write, or give None where somebody else has it.

    Gives the function that extends the turn; where that says False, another run has taken over
    and nothing more may be written. Time is the machine's, not the run's: it may be fixed.
    """
    url = store.database.url.render_as_string(hide_password=True)
    mark = hashlib.sha256(f"{url} {name}".encode()).hexdigest()[:16]
    path = (folder or Path(tempfile.gettempdir())) / f"capacity-exchange-{mark}.lock"
    place = f"{socket.gethostname()}:{mark}"
    holder = f"{place}:{os.getpid()}"[:120]
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        held = store.leases.get(name)
        if held is not None and held.holder.startswith(f"{place}:"):
            store.leases.release(name, held.holder)
        if not store.leases.acquire(name, holder, now=_now(), lasting=LASTING):
            yield None
            return
        try:
            yield lambda: store.leases.renew(name, holder, now=_now(), lasting=LASTING)
        finally:
            store.leases.release(name, holder)
