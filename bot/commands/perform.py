"""Perform: run steps one after the other, keep a record of each, and say how it went."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from bot.commands import summary
from bot.commands.session import Session
from bot.commands.steps import STEPS
from bot.progress import shown
from exchange.errors import ExchangeError, SettingsError

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
    session: Session | None = None
    try:
        with shown(on=not as_json) as progress:
            session = Session.of(progress=progress, dry_run=dry_run)
            for name in names:
                steps[name], status = _step(session, name, status, errors, more)
                if status == FAILURES and steps[name].get("error"):
                    break
    except SettingsError as error:
        for problem in error.problems:
            errors.print(problem, markup=False, style="red")
        return USAGE
    except ExchangeError as error:
        errors.print(str(error), markup=False, style="red")
        status = FAILURES
    except KeyboardInterrupt:
        errors.print("interrupted; what was begun is taken up again next time")
        status = FAILURES
    finally:
        if session is not None:
            session.close()
    if as_json:
        print(summary.as_json(command, status, steps))
    elif steps:
        summary.tell(Console(), steps)
    return status


def _step(
    session: Session, name: str, status: int, errors: Console, more: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """Do one step: (its counts, the exit status so far). Its run is recorded either way."""
    # A dry run leaves no trace, and says 0 for its run.
    run = 0 if session.dry_run else session.store.runs.begin(name, at=session.clock())
    begun = time.monotonic()
    before = _traffic(session)
    counts: dict[str, Any] = {}
    try:
        counts = STEPS[name].do(session, run, **more)
        if counts.get("failed"):
            status = FAILURES
    except SettingsError:
        status = USAGE
        raise
    except ExchangeError as error:
        counts = {"error": f"{type(error).__name__}: {error}"}
        errors.print(f"{name}: {error}", markup=False, style="red")
        status = FAILURES
    except BaseException as error:
        counts = {"error": type(error).__name__}
        status = FAILURES
        raise
    finally:
        after = _traffic(session)
        counts |= {
            "edits": counts.get("edits", 0) or after[0] - before[0],
            "requests": after[1] - before[1],
            "seconds": round(time.monotonic() - begun, 3),
        }
        if run:
            session.store.runs.end(run, at=session.clock(), status=status, counts=counts)
    return counts, status


def _traffic(session: Session) -> tuple[int, int]:
    wiki = session.opened_wiki
    return (wiki.edits, wiki.requests) if wiki is not None else (0, 0)
