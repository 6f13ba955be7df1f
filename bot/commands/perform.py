"""Perform: run steps one after the other, keep a record of each, and say how it went."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from bot.commands import summary
from bot.commands.session import Session
from bot.commands.steps import STEPS
from bot.progress import shown
from exchange import journal
from exchange.errors import ExchangeError, SettingsError, StoreAway

log = logging.getLogger("exchange.bot")

DONE = 0
FAILURES = 1
USAGE = 2


def perform(
    command: str, names: Sequence[str], *, dry_run: bool = False, as_json: bool = False, **more: Any
) -> int:
    """Do these steps and give the exit status: 0 done, 1 with failures, 2 wrong settings.

    A step that fails ends the command: what comes after builds on it. Everything that a person
    can mend is told on standard error; standard output has the table or the JSON object.
    """
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    steps: dict[str, dict[str, Any]] = {}
    status = DONE
    problems: list[str] = []
    session: Session | None = None
    try:
        with shown(on=not as_json) as progress:
            session = Session.of(progress=progress, dry_run=dry_run)
            journal.begin(
                sys.stderr,
                secrets=session.settings.secrets,
                # On a terminal the bars and the table tell; logs are for whoever reads later.
                level=logging.WARNING if sys.stderr.isatty() else logging.INFO,
            )
            for name in names:
                steps[name] = {}
                status = max(status, _step(session, name, steps[name], more))
    except SettingsError as error:
        problems += error.problems
        status = USAGE
    except ExchangeError as error:
        problems.append(str(error))
        status = FAILURES
    except KeyboardInterrupt:
        problems.append("interrupted; what was begun is taken up again next time")
        status = FAILURES
    finally:
        if session is not None:
            session.close()
    for problem in problems:
        errors.print(problem, markup=False, style="red")
    if as_json:
        print(summary.as_json(command, status, steps, problems))
    elif any(steps.values()):
        summary.tell(Console(), steps)
    return status


def _step(session: Session, name: str, counts: dict[str, Any], more: dict[str, Any]) -> int:
    """Do one step, fill in its counts and give its exit status. Its run is recorded either way."""
    # A dry run leaves no trace, and says 0 for its run.
    run = 0 if session.dry_run else session.store.runs.begin(name, at=session.clock())
    begun = time.monotonic()
    edits, requests = _traffic(session)
    status = FAILURES
    try:
        counts |= STEPS[name].do(session, run, **more)
        status = FAILURES if counts.get("failed") else DONE
    except SettingsError as error:
        status = USAGE
        counts["error"] = str(error)
        raise
    except ExchangeError as error:
        counts["error"] = str(error)
        raise
    except BaseException as error:
        counts["error"] = type(error).__name__
        raise
    finally:
        now = _traffic(session)
        counts["edits"] = counts.get("edits") or now[0] - edits
        counts["requests"] = now[1] - requests
        counts["seconds"] = round(time.monotonic() - begun, 3)
        if run:
            # Where the database is away, what went wrong before is what must be told.
            with contextlib.suppress(StoreAway):
                session.store.runs.end(run, at=session.clock(), status=status, counts=counts)
    return status


def _traffic(session: Session) -> tuple[int, int]:
    wiki = session.opened_wiki
    return (wiki.edits, wiki.requests) if wiki is not None else (0, 0)
