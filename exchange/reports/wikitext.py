"""Wikitext: labels and tables in core wikitext, with one template for bars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from exchange.reports.labels import Labels
from exchange.reports.page import Text
from exchange.reports.report import Cell, Column, Figure, Party, Row, Table
from exchange.wording import escape

_NO_TITLE = re.compile(r"[\[\]{}|#<>\x00-\x1f]|^$")


class WikiLabels(Labels):
    """Labels as wikitext: what people wrote is escaped, people link to their profiles."""

    below = ""
    """The title of the page that leaves are below of."""

    def safe(self, text: str) -> str:
        """Text as somebody wrote it, without any meaning as markup."""
        return escape(text)

    def party(self, party: Party) -> str:
        """A person or group, linked to their profile's page."""
        return self.link(party.page, party.name or party.key)

    def link(self, title: str, label: str) -> str:
        """A link to a page; only the label where no page can have that title."""
        shown = f"<bdi>{escape(label)}</bdi>"
        if _NO_TITLE.search(title):
            return shown
        return f"[[:{title.replace('&', '&amp;').replace(chr(39), '&#39;')}|{shown}]]"

    def cell(self, kind: Cell, value: object) -> str:
        """A cell as wikitext."""
        if kind is Cell.PAGE and isinstance(value, str) and value:
            return self.link(value, value)
        if kind is Cell.LEAF and isinstance(value, str):
            return f"[[:{self.below}/{value}|{self.text('draft')}]]"
        if kind is Cell.REVISION and isinstance(value, int):
            return f"[[Special:Diff/{value}|{value}]]"
        if kind is Cell.CODE and value:
            return f"<code>{escape(str(value))}</code>"
        return super().cell(kind, value)


def write_table(
    text: Text, table: Table, rows: Sequence[Row], labels: WikiLabels, *, bar: str, part: bool
) -> None:
    """Write rows of a table: sortable, with caption and scopes; ``part`` makes it transcludable.

    A wide table scrolls in a box of its own, by keyboard too; the page around it does not.
    """
    sheet = table.sheet
    volatile = sheet.volatile
    if not rows:
        text.add(f"''{labels.empty(sheet)}''", volatile=volatile)
        return
    caption = labels.caption(sheet)
    box = f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{escape(caption)}">'
    text.add(
        f"<onlyinclude>{box}" if part else box,
        '{| class="wikitable sortable"',
        f'|+ style="text-align:start" | {caption}',
        volatile=volatile,
    )
    columns = sheet.columns
    for column in columns:
        sort = ' data-sort-type="number"' if column.cell.is_number else ""
        room = ' style="min-width:15em"' if column.wide else ""
        heading = f'! scope="col"{sort}{room} | {labels.heading(column)}'
        text.add(heading, volatile=volatile or column.volatile)
    tops = [_top(rows, at) if column.bar else 0.0 for at, column in enumerate(columns)]
    for row in rows:
        text.add("|-", volatile=volatile)
        for column, value, top in zip(columns, row, tops, strict=True):
            if column.name == sheet.head:
                cell = _head(labels, column, value, tree=sheet.tree)
            else:
                cell = _cell(labels, column, value, top, bar)
            text.add(cell, volatile=volatile or column.volatile)
    if table.total is not None:
        text.add('|- class="sortbottom"', volatile=volatile)
        for column, value in zip(columns, table.total, strict=True):
            if column.name == sheet.head:
                name = labels.text("total") if value is None else labels.cell(column.cell, value)
                text.add(f'! scope="row" style="text-align:start" | {name}', volatile=volatile)
            else:
                text.add(_cell(labels, column, value, 0.0, bar), volatile=volatile)
    text.add("|}", "</div></onlyinclude>" if part else "</div>", volatile=volatile)


def _head(labels: WikiLabels, column: Column, value: object, *, tree: bool) -> str:
    """A row's heading; in a tree a capacity is set in by its depth in the hierarchy."""
    shown = labels.text("not-known") if value is None else labels.cell(column.cell, value)
    style = "text-align:start"
    depth = len(labels.directory.broader(value)) if tree and isinstance(value, str) else 0
    if depth:
        style += f";padding-inline-start:{0.4 + depth:.1f}em"
    if depth or not tree:
        style += ";font-weight:normal"
    return f'! scope="row" style="{style}" | {shown}'


def _cell(labels: WikiLabels, column: Column, value: object, top: float, bar: str) -> str:
    shown = labels.cell(column.cell, value)
    if not column.cell.is_number:
        sort = f'data-sort-value="{value.isoformat()}" | ' if isinstance(value, date) else ""
        return f"| {sort}{shown}"
    number = value.value if isinstance(value, Figure) else value
    sort = f'data-sort-value="{number}"' if isinstance(number, int | float) else ""
    if top and isinstance(number, int | float):
        drawn = f"{{{{{bar}|{number:g}|{top:g}}}}}"
        return f'| {sort} style="text-align:end;white-space:nowrap" | {shown} {drawn}'
    return f'| {sort} style="text-align:end" | {shown}'


def _top(rows: Sequence[Row], at: int) -> float:
    """The largest number in a column: what the longest bar stands for."""
    numbers = [float(value) for row in rows if isinstance(value := row[at], int | float)]
    return max(numbers, default=0.0)
