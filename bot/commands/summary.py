"""Summary: what a run counted, as one JSON object or as a table for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
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


def as_json(command: str, status: int, steps: Mapping[str, Mapping[str, Any]]) -> str:
    """One line with everything that was counted, all in all and step by step."""
    whole = {"command": command, "status": status, **union(steps), "steps": dict(steps)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=False)


def tell(console: Console, steps: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a table: a row for each thing that was counted, grouped by step."""
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold")
    table.add_column("step", style="cyan", no_wrap=True)
    table.add_column("counted")
    table.add_column("", justify="right")
    for step, counts in steps.items():
        shown = step
        for name, value in _rows(counts):
            table.add_row(shown, name, value)
            shown = ""
        table.add_section()
    console.print(table)
    edits = _sum(steps, "edits")
    if edits or any(_sum(steps, name) for name in ("changed", "removed", "sent", "failed")):
        console.print(f"[bold]{edits:,} edits[/]")
    else:
        console.print("[bold]nothing changed[/]")


def _sum(steps: Mapping[str, Mapping[str, Any]], name: str) -> int:
    return sum(int(counts.get(name, 0)) for counts in steps.values())


def _rows(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for name, value in counts.items():
        label = name.replace("_", " ")
        if isinstance(value, Mapping):
            rows += [
                (f"{label}: {each.replace('-', ' ')}", _number(n)) for each, n in value.items()
            ]
        elif name == "seconds":
            rows.append((label, f"{value:.1f}"))
        elif value or name in COUNTED:
            rows.append((label, _number(value)))
    return rows


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
