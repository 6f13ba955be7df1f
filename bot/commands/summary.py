"""Summary: what a run counted, as one JSON object or as a table for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

COUNTED = (
    "pages",
    "profiles",
    "problems",
    "offers",
    "wants",
    "matches",
    "planned",
    "sent",
    "held",
    "unknown",
    "edits",
    "requests",
)
"""What is always there, 0 where nothing counted it; ``skipped`` by reason and ``seconds`` too."""


def union(steps: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The counts of all steps as one: later ones say what is so now, ``skipped`` adds up."""
    total: dict[str, Any] = dict.fromkeys(COUNTED, 0)
    total["skipped"] = {}
    total["seconds"] = 0.0
    for counts in steps.values():
        for name, value in counts.items():
            if name in ("edits", "requests", "seconds", "failed"):
                total[name] = total.get(name, 0) + value
            elif name == "skipped" and isinstance(value, Mapping):
                for reason, count in value.items():
                    total["skipped"][reason] = total["skipped"].get(reason, 0) + count
            else:
                total[name] = value
    total["seconds"] = round(total["seconds"], 3)
    return total


def as_json(
    command: str,
    status: int,
    steps: Mapping[str, Mapping[str, Any]],
    problems: Sequence[str] = (),
) -> str:
    """One line with everything that was counted, all in all and step by step."""
    whole = {"command": command, "status": status, **union(steps)}
    whole |= {"steps": dict(steps), "errors": list(problems)}
    return json.dumps(whole, ensure_ascii=False)


def tell(console: Console, steps: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a table: a row for each step, with what it counted."""
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("step", style="cyan", no_wrap=True)
    table.add_column("counted")
    table.add_column("seconds", justify="right", no_wrap=True)
    for step, counts in steps.items():
        shown = ", ".join(f"{value} {name}" for name, value in _counted(counts))
        table.add_row(step, escape(shown) or "–", f"{counts.get('seconds', 0):.1f}")
    console.print(table, highlight=False)
    edits = _sum(steps, "edits")
    if edits or any(_sum(steps, name) for name in ("changed", "removed", "sent", "failed")):
        console.print(f"[bold]{edits:,} edits[/]", highlight=False)
    else:
        console.print("[bold]nothing changed[/]")


def _sum(steps: Mapping[str, Mapping[str, Any]], name: str) -> int:
    return sum(int(counts.get(name, 0)) for counts in steps.values())


def _counted(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What people want to see of some counts: (name, value); what is 0 says nothing."""
    shown = []
    for name, value in counts.items():
        label = name.replace("_", " ")
        if name == "skipped" and isinstance(value, Mapping):
            shown += [
                (f"skipped ({each.replace('-', ' ')})", f"{n:,}") for each, n in value.items()
            ]
        elif isinstance(value, bool | str):
            shown.append((str(value), f"{label}:"))
        elif isinstance(value, int | float) and value and name != "seconds":
            shown.append((label, f"{value:,}"))
    return shown
