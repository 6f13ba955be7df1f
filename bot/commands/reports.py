"""Reports: what ``status`` and ``doctor`` found, as tables for people or as JSON."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bot.commands.perform import DONE, FAILURES, USAGE
from bot.commands.session import Session
from bot.doctor import BAD, GOOD, examine
from bot.progress import Silent
from exchange.errors import ExchangeError, SettingsError
from exchange.status import Status, status
from exchange.store import Store

_MARKS = {GOOD: "[green]✓[/]", BAD: "[red]✗[/]"}


def tell_status(*, as_json: bool) -> int:
    """Print the status; 1 where the database is away or a command's newest run failed."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        session = Session.of(progress=Silent())
        found = status(store=session.store, now=session.clock())
        session.close()
    except SettingsError as error:
        for problem in error.problems:
            errors.print(problem, markup=False, style="red")
        return USAGE
    except ExchangeError as error:
        errors.print(str(error), markup=False, style="red")
        return FAILURES
    if as_json:
        print(json.dumps({"command": "status", **found.as_json()}, ensure_ascii=False))
    else:
        _show(found, Console())
    return FAILURES if found.errors else DONE


def tell_doctor(*, as_json: bool) -> int:
    """Print what the doctor found; 1 where something is bad, 2 where settings are."""
    console = Console()
    findings = []
    for finding in examine(
        os.environ,
        open_store=lambda settings: Store.open(settings.database_url, migrated=False),
        open_wiki=lambda settings: Session(settings, Silent()).wiki,
    ):
        findings.append(finding)
        if not as_json:
            mark = _MARKS.get(finding.verdict, "[yellow]![/]")
            console.print(f"{mark} [bold]{finding.subject}[/]", end=" ")
            console.print(finding.text, markup=False, highlight=False, soft_wrap=True)
            if finding.mend:
                console.print(f"  → {finding.mend}", markup=False, soft_wrap=True, style="dim")
    bad = [finding for finding in findings if finding.verdict == BAD]
    code = DONE if not bad else FAILURES
    if any(finding.subject == "settings" for finding in bad):
        code = USAGE
    if as_json:
        body = {"command": "doctor", "status": code, "findings": [asdict(f) for f in findings]}
        print(json.dumps(body, ensure_ascii=False))
    return code


def _show(found: Status, console: Console) -> None:
    runs = _table("command", "ended", "took", "result")
    for name, run in found.runs.items():
        if run.ended is None:
            when, took, result = f"begun {_ago(found.age(run))}", "", "[yellow]has not ended[/]"
        else:
            when = _ago(found.age(run))
            took = f"{(run.ended - run.begun).total_seconds():.1f} s"
            result = "[green]done[/]" if not run.status else f"[red]{found.errors[name]}[/]"
        runs.add_row(name, when, took, result)
    if found.runs:
        console.print(runs)
    else:
        console.print("Nothing has run yet; begin with: python -m bot harvest")
    for title, counts in (
        ("index", found.index),
        ("suggestions", found.suggestions),
        ("notices", found.delivery),
    ):
        if counts:
            shown = ", ".join(f"{count:,} {name}" for name, count in counts.items())
            console.print(f"[bold]{title}[/]: {shown}", highlight=False)
    if found.measures:
        measures = _table("measure", "value", "n", "day")
        for name, each in found.measures.items():
            n = "" if each.n is None else f"{each.n:,}"
            measures.add_row(name, f"{each.value:,.3g}", n, each.day.isoformat())
        console.print(measures)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in ("value", "n", "took") else "left")
    return table


def _ago(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
