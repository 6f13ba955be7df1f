"""Explanation: the parts of a score in words, or why two people do not match."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bot.commands.perform import DONE, FAILURES, USAGE
from bot.commands.session import Session
from bot.directory import known
from bot.explain import explain
from bot.progress import Silent
from exchange.errors import ExchangeError, SettingsError
from exchange.matching import sentence
from exchange.model import Match, Suggestion
from exchange.wording import Wording, plain


def tell_explanation(seeker: str, helper: str, *, as_json: bool) -> int:
    """Print why they match, part by part, or why not; 1 where one of them has no profile."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        session = Session.of(progress=Silent())
        now = session.clock()
        found = explain(store=session.store, now=now, seeker=seeker, helper=helper)
        directory = known(session.store)
        session.close()
    except SettingsError as error:
        for problem in error.problems:
            errors.print(problem, markup=False, style="red")
        return USAGE
    except ExchangeError as error:
        errors.print(str(error), markup=False, style="red")
        return FAILURES
    wording = Wording("en", "core")
    suggestion = found if isinstance(found, Suggestion) else None
    if isinstance(found, Suggestion):
        found = found.match
    if as_json:
        body = {"command": "explain", "matches": isinstance(found, Match), **asdict(found)}
        body["status"] = suggestion.status.value if suggestion else None
        print(json.dumps(body, ensure_ascii=False))
        return DONE
    console = Console()
    if suggestion is not None:
        console.print(
            f"Suggested on {suggestion.made:%Y-%m-%d}; it stands at: "
            f"{wording.text(f'status-{suggestion.status}')}",
            markup=False,
        )
    if not isinstance(found, Match):
        console.print(f"No match: {wording.text(f'unmatched-{found.reason}')}", markup=False)
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("points", justify="right")
    table.add_column("why")
    for part in sorted(found.parts, key=lambda part: -part.points):
        table.add_row(f"{part.points:.0f}", plain(sentence(part, wording, directory)))
    table.add_row(f"[bold]{found.score:.0f}[/]", "[bold]in all, of 1000[/]")
    console.print(table)
    return DONE
