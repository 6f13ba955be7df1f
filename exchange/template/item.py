"""Item: one entry of a list of offers or wants, and the rows such lists are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from exchange.model import Level, Method, Offer, Priority, Want
from exchange.template.scan import Transclusion
from exchange.template.value import HOLE

_BULLET = re.compile(r"\s*(?:[*#:•·‣]+|[-–—](?=\s))\s*")
_PAREN = re.compile(r"[()（）]")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, whether offered or wanted. ``text`` is the capacity as written."""

    text: str
    capacity: str = ""
    methods: tuple[Method, ...] = ()
    level: Level | None = None
    priority: Priority = Priority.NORMAL
    until: date | None = None
    note: str = ""

    def offer(self) -> Offer:
        """Give the item as an offer."""
        return Offer(self.capacity, self.text, self.methods, self.level, self.note)

    def want(self, request: str = "") -> Want:
        """Give the item as a want; ``request`` is the title of the page that asks."""
        return Want(
            self.capacity,
            self.text,
            self.methods,
            self.level,
            self.priority,
            self.until,
            self.note,
            request,
        )


def rows(text: str) -> Iterator[tuple[bool, str]]:
    """Give the rows of a list: whether it has a bullet, and its text.

    Lines without a bullet belong to the row before them; there the line break separates.
    """
    bulleted = False
    row: list[str] = []
    for each in text.split("\n"):
        if bullet := _BULLET.match(each):
            yield bulleted, "\n".join(row)
            bulleted, row = True, [each[bullet.end() :]]
        else:
            row.append(each)
    yield bulleted, "\n".join(row)


def fill(text: str, inner: Iterator[Transclusion]) -> str:
    """Put the transclusions back into the holes of a text, as they were written."""
    if HOLE not in text:
        return text
    first, *rest = text.split(HOLE)
    return first + "".join(next(inner).raw.replace(HOLE, "") + each for each in rest)


def closing(row: str, at: int) -> int:
    """Where the bracket that opens at ``at`` closes, or the end of the row."""
    depth = 0
    for bracket in _PAREN.finditer(row, at):
        depth += 1 if bracket.group() in "(（" else -1
        if not depth:
            return bracket.start()
    line_end = row.find("\n", at)
    return line_end if line_end >= 0 else len(row)


def skip_spaces(row: str, at: int) -> int:
    """Where the text goes on after the spaces from ``at`` on."""
    while at < len(row) and row[at] in " \t\u00a0\u3000":
        at += 1
    return at
