"""The commands beside a run: status, doctor, explain, matching a folder, updating the directory."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.app import configured_wiki, open_app
from bot.cli.output import (
    DONE,
    FAILURES,
    USAGE,
    Silent,
    caught_errors,
    make_table,
    print_steps,
)
from bot.cluster import match_folder
from bot.doctor import BAD, GOOD, WARNING, Finding, run_checks
from bot.harvest.harvest import stored_directory
from bot.match import explain_pair
from bot.published_directory import (
    DirectoryUpdate,
    compare_directories,
    parse_table,
    write_update,
)
from bot.wiki import RequestPolicy, open_wiki
from exchange.directory import Directory
from exchange.directory import load as load_directory
from exchange.directory.load import CAPACITIES
from exchange.errors import DirectoryError, SettingsError
from exchange.health import HealthStatus, read_status
from exchange.i18n.escape import one_line
from exchange.i18n.messages import Localizer
from exchange.matching import period_of, sentence
from exchange.matching.explain import WhyNot
from exchange.model import Match, Suggestion
from exchange.settings import load
from exchange.sources.platform import CAPACITIES_TITLE, COMMONS
from exchange.store import Store

_MARKS = {GOOD: ("✓", "green"), WARNING: ("!", "yellow"), BAD: ("✗", "red")}


def print_status(*, as_json: bool) -> int:
    """Print the status; 1 where the database is away or a command's newest run failed."""
    with caught_errors() as result, closing(open_app(progress=Silent())) as app:
        things = stored_directory(app.store).things
        found = read_status(store=app.store, now=app.clock(), things=things)
        if as_json:
            print(json.dumps({"command": "status", **found.as_json()}, ensure_ascii=False))
        else:
            _print_health(found, Console())
        result.status = FAILURES if found.errors else DONE
    return result.status


def print_doctor(*, as_json: bool) -> int:
    """Print what the doctor found; 1 where something is bad, 2 where settings are."""
    console = Console()
    findings = []
    for finding in run_checks(
        os.environ,
        open_store=lambda settings: Store.open(settings.database_url, migrated=False),
        open_wiki=lambda settings: configured_wiki(settings, tries=1, timeout=5),
    ):
        findings.append(finding)
        if not as_json:
            _print_finding(finding, console)
    bad = [finding for finding in findings if finding.verdict == BAD]
    code = DONE if not bad else FAILURES
    if any(finding.subject == "settings" for finding in bad):
        code = USAGE
    if as_json:
        body = {"command": "doctor", "status": code, "findings": [asdict(f) for f in findings]}
        print(json.dumps(body, ensure_ascii=False))
    else:
        _print_verdict(findings, console)
    return code


def _print_finding(finding: Finding, console: Console) -> None:
    line = Text.assemble(
        _MARKS[finding.verdict], " ", (f"{finding.subject:<14}", "bold"), finding.text
    )
    console.print(line, highlight=False, soft_wrap=True)
    if finding.fix:
        console.print(Text(f"{'':16}→ {finding.fix}", "dim"), highlight=False, soft_wrap=True)


def _print_verdict(findings: Sequence[Finding], console: Console) -> None:
    bad = sum(finding.verdict == BAD for finding in findings)
    warnings = sum(finding.verdict == WARNING for finding in findings)
    notes = f", {warnings} to look at" if warnings else ""
    text = f"{bad} to fix{notes}" if bad else f"Everything that a run needs is there{notes}."
    console.print(Text(text, "bold red" if bad else "bold green"), highlight=False)


def _print_health(found: HealthStatus, console: Console) -> None:
    runs = make_table("command", "ended", "took", "result")
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
        measures = make_table("measure", "value", "n", "day")
        for name, each in found.measures.items():
            n = "" if each.n is None else f"{each.n:,}"
            measures.add_row(name, f"{each.value:,.3g}", n, each.day.isoformat())
        console.print(measures)


def _ago(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def print_explanation(seeker: str, helper: str, *, as_json: bool) -> int:
    """Print why they match, part by part, or why not; 1 where one of them has no profile."""
    with caught_errors() as result, closing(open_app(progress=Silent())) as app:
        found = explain_pair(store=app.store, now=app.clock(), seeker=seeker, helper=helper)
        _print_pair(found, stored_directory(app.store), as_json=as_json)
    return result.status


def _print_pair(found: Match | WhyNot | Suggestion, directory: Directory, *, as_json: bool) -> None:
    wording = Localizer("en", "core")
    suggestion = found if isinstance(found, Suggestion) else None
    if isinstance(found, Suggestion):
        found = found.match
    if as_json:
        body = {"command": "explain", "matches": isinstance(found, Match), **asdict(found)}
        body["status"] = suggestion.status.value if suggestion else None
        print(json.dumps(body, ensure_ascii=False))
        return
    console = Console()
    if suggestion is not None:
        console.print(
            f"Suggested on {suggestion.created_at:%Y-%m-%d}; it stands at: "
            f"{wording.text(f'status-{suggestion.status}')}",
            markup=False,
        )
    if not isinstance(found, Match):
        console.print(f"No match: {wording.text(f'unmatched-{found.reason}')}", markup=False)
        return
    table = make_table("points", "why")
    for part in sorted(found.parts, key=lambda part: -part.points):
        table.add_row(f"{part.points:.0f}", one_line(sentence(part, wording, directory)))
    table.add_row(f"[bold]{found.score:.0f}[/]", "[bold]in all, of 1000[/]")
    console.print(table)


def print_folder_match(
    engine: str, input: Path, output: Path, *, dry_run: bool = False, as_json: bool = False
) -> int:
    """Match the folder ``input`` into ``output`` and return the exit status.

    The period is that of the clock. There is no dry run: the folder is all that is written.
    """
    with caught_errors() as result:
        if dry_run:
            raise SettingsError(["--dry-run is not supported with --input and --output"])
        begun = time.monotonic()
        now = load(os.environ).clock()
        done = match_folder(engine=engine, input=input, output=output, period=period_of(now.date()))
        counts = asdict(done) | {"seconds": round(time.monotonic() - begun, 3)}
        if as_json:
            print(json.dumps({"command": "match", "status": 0, **counts}, sort_keys=True))
        else:
            print_steps(Console(), {"match": counts})
    return result.status


def print_update(
    *,
    address: str | None,
    page: str | None,
    dry_run: bool,
    as_json: bool,
    folder: Path = CAPACITIES.parent,
) -> int:
    """Print what was added and where the directories disagree; 1 where the page is of no use."""
    address, title = address or COMMONS, page or CAPACITIES_TITLE
    with caught_errors() as result:
        settings = load(os.environ)
        policy = RequestPolicy(
            pause=0,
            maxlag=settings.wiki.maxlag,
            tries=settings.wiki.tries,
            timeout=settings.wiki.timeout,
            agent=settings.user_agent,
        )
        wiki = open_wiki(address=address, now=settings.clock, policy=policy)
        found = wiki.pages(titles=[title]).get(title)
        if found is None or not found.exists or not found.text:
            raise DirectoryError([f"{title}: there is no such page on {address}"])
        update = compare_directories(
            parse_table(found.text), load_directory(folder / CAPACITIES.name), folder
        )
        if not dry_run:
            write_update(update, folder)
        _print_update(update, folder, dry_run=dry_run, as_json=as_json)
    return result.status


def _print_update(update: DirectoryUpdate, folder: Path, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        body = {
            "command": "directory update",
            "added": update.added,
            "contradictions": update.contradictions,
            "files": sorted(map(str, update.files)),
        }
        print(json.dumps(body, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for line in update.added:
        console.print(f"+ {line}", markup=False)
    for line in update.contradictions:
        console.print(f"! {line}", markup=False)
    done = "would change" if dry_run else "changed"
    console.print(
        f"{len(update.added)} added, {len(update.contradictions)} contradictions; "
        f"{len(update.files)} files {done}: git diff {folder.name}",
        markup=False,
    )
