"""Chart: a table as .tab and .chart text, as Extension:Chart and JsonConfig want them.

Rules (https://www.mediawiki.org/wiki/Extension:Chart, Help:Tabular Data): version 1, CC0-1.0, at
most 100 kB, strings of at most 400 characters on one line, the label first and numbers after it,
column names of letters, digits and underscores.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from exchange.reports.labels import Labels
from exchange.reports.report import Cell, Column, Figure, Row, Table
from exchange.wording import plain

LICENCE = "CC0-1.0"
LIMIT = 100_000
"""The most bytes that a .tab page may have."""

STRING = 400
"""The most characters that a string in it may have."""


def drawable(table: Table) -> bool:
    """Tell whether a table is drawn: it has a plot and something to draw."""
    return table.sheet.plot is not None and bool(table.rows)


def tab(table: Table, labels: Labels) -> str:
    """A table's plotted columns as tabular data: the label first, then the numbers.

    Rows that do not fit into 100 kB are left out from the end.
    """
    rows = _rows(table, labels)
    while True:
        text = _dump(_tabular(table, rows, labels))
        size = len(text.encode())
        if size <= LIMIT:
            return text
        rows = rows[: min(len(rows) - 1, len(rows) * LIMIT // size)]


def chart(table: Table, labels: Labels, *, source: str) -> str:
    """How to draw it; ``source`` is the title of the .tab page, without its namespace."""
    plot = table.sheet.plot
    if plot is None:
        raise ValueError(f"{table.sheet.id} has no plot")
    x, *ys = _columns(table)
    return _dump(
        {
            "license": LICENCE,
            "version": 1,
            "source": source,
            "type": plot.kind,
            "title": _local(labels, labels.caption(table.sheet)),
            "xAxis": {"title": _local(labels, labels.heading(x))},
            "yAxis": {"title": _local(labels, ", ".join(labels.heading(y) for y in ys))},
        }
    )


def _tabular(table: Table, rows: Sequence[Row], labels: Labels) -> dict[str, object]:
    x, *ys = _columns(table)
    return {
        "license": LICENCE,
        "description": _local(labels, labels.caption(table.sheet)),
        "sources": "Capacity Exchange",
        "schema": {
            "fields": [
                {"name": _field(x), "type": "string", "title": _local(labels, labels.heading(x))},
                *(
                    {
                        "name": _field(y),
                        "type": "number",
                        "title": _local(labels, labels.heading(y)),
                    }
                    for y in ys
                ),
            ]
        },
        "data": [list(row) for row in rows],
    }


def _columns(table: Table) -> list[Column]:
    plot = table.sheet.plot
    if plot is None:
        return []
    by_name = {column.name: column for column in table.sheet.columns}
    return [by_name[name] for name in (plot.x, *plot.y)]


def _rows(table: Table, labels: Labels) -> list[Row]:
    plot = table.sheet.plot
    columns = _columns(table)
    if plot is None:
        return []
    at = [table.sheet.columns.index(column) for column in columns]
    rows: list[Row] = []
    for row in table.rows[: plot.limit]:
        x = labels.cell(columns[0].cell, row[at[0]])
        if columns[0].cell is Cell.DATE:
            x = str(row[at[0]])
        numbers = [row[index] for index in at[1:]]
        shown = [one.value if isinstance(one, Figure) else one for one in numbers]
        rows.append((plain(x, STRING), *shown))
    return rows


def _field(column: Column) -> str:
    return column.name.replace("-", "_")


def _local(labels: Labels, text: str) -> dict[str, str]:
    return {labels.language: plain(text, STRING)}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
