"""Diff: what an edit changes, line by line, for a table that needs no colours to be read."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 2
MOST_LINES = 4000
"""Longer pages are compared only where they differ at the start or the end."""


class Kind(StrEnum):
    """What became of a line; ``GAP`` stands for lines that are left out."""

    SAME = "same"
    OLD = "old"
    NEW = "new"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff: its text, and its number on the side where it stands."""

    kind: Kind
    text: str = ""
    number: int = 0


def diff(before: str, after: str) -> list[Line]:
    """Compare two texts; empty where they are the same."""
    if before == after:
        return []
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    if len(old) + len(new) > 2 * MOST_LINES:
        return _ends(old, new)
    lines: list[Line] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if lines or group[0][1] > 0:
            lines.append(Line(Kind.GAP))
        for tag, start, end, first, last in group:
            if tag == "equal":
                lines += [Line(Kind.SAME, old[at], at + 1) for at in range(start, end)]
            else:
                lines += [Line(Kind.OLD, old[at], at + 1) for at in range(start, end)]
                lines += [Line(Kind.NEW, new[at], at + 1) for at in range(first, last)]
    return lines


def _ends(old: list[str], new: list[str]) -> list[Line]:
    """Cut what is the same at both ends; the rest is one change. Linear, for very long pages."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    return [
        Line(Kind.GAP),
        *(Line(Kind.OLD, old[at], at + 1) for at in range(head, len(old) - tail)),
        *(Line(Kind.NEW, new[at], at + 1) for at in range(head, len(new) - tail)),
        Line(Kind.GAP),
    ]
