"""Download: reports as CSV and JSON, for spreadsheets and programs."""

from __future__ import annotations

import csv as comma_separated
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from exchange.i18n.escape import one_line
from exchange.model import UNLISTED
from exchange.reports.cells import ColumnType, MessageCell, PartyCell, Quantity
from exchange.reports.labels import Labels
from exchange.reports.model import Column, Licence, Report, Row, Sheet, Table
from exchange.ways import WayOn

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""What a spreadsheet may take for the beginning of a formula."""

_NAMED = frozenset(
    (ColumnType.CAPACITY, ColumnType.REGION, ColumnType.COUNTRY, ColumnType.LANGUAGE)
)
_LISTED = {
    ColumnType.CAPACITIES: ColumnType.CAPACITY,
    ColumnType.REGIONS: ColumnType.REGION,
    ColumnType.LANGUAGES: ColumnType.LANGUAGE,
}

MACHINE_COPY_ROWS = 2000
"""The most rows of a sheet in the copy on the wiki; the web tool's downloads have all."""

MACHINE_COPY_BYTES = 1_500_000
"""The most bytes of that copy: a page of a wiki has at most 2 MB."""


def guard_formula(text: str) -> str:
    """Return a text for a cell of a CSV file that no spreadsheet takes for a formula.

    It is one line; an apostrophe goes before what could be a formula. Every CSV file of the
    project, of the bot and of the web tool, writes its texts with this.
    """
    text = one_line(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a CSV file: ``kind`` is a type of Table Schema, ``source`` the column of the table.

    A source gives several columns where it has an id and a name.
    """

    name: str
    kind: str
    unit: str = ""
    source: str = ""


LICENCE_COLUMNS = (FileColumn("licence", "string"), FileColumn("history", "string"))
"""The last columns of a file of people's words: what it may be used under, whom to name by which
link. A file of counts, for which nobody need be named, has only the first."""


def csv_columns(sheet: Sheet) -> tuple[FileColumn, ...]:
    """Return the columns of a sheet's CSV file, in their order."""
    found: list[FileColumn] = []
    for column in sheet.columns:
        kind = _KINDS.get(column.cell, "string")
        found.append(FileColumn(column.name, kind, column.unit, column.name))
        if ending := _second(column.cell):
            found.append(FileColumn(f"{column.name}_{ending}", "string", source=column.name))
    return (*found, *LICENCE_COLUMNS[: 1 if sheet.licence is Licence.COUNTS else 2])


_KINDS = {
    ColumnType.COUNT: "integer",
    ColumnType.REVISION: "integer",
    ColumnType.CHANGE: "number",
    ColumnType.NUMBER: "number",
    ColumnType.RATE: "number",
    ColumnType.POINTS: "number",
    ColumnType.FIGURE: "number",
    ColumnType.DATE: "date",
}


def _second(cell: ColumnType) -> str:
    """The ending of the name of a second column, which says what an id or a number means."""
    if cell in _NAMED or cell is ColumnType.PARTY:
        return "name"
    return "unit" if cell is ColumnType.FIGURE else ""


def table_csv(table: Table, labels: Labels, history: str = "") -> str:
    """A table as CSV (RFC 4180, UTF-8), with the machine names of columns as its head.

    What has an id and a name (capacity, place, language, person) has a column for each, and what
    has a unit of its own, one for that. CSV knows no comments: the licence is a column.
    ``history`` is the address of a page's history, with ``{page}`` for its title.
    """
    out = io.StringIO()
    writer = comma_separated.writer(out)
    writer.writerow(column.name for column in csv_columns(table.sheet))
    licence = table.sheet.licence
    for row in table.rows:
        cells: list[str | int | float] = []
        for column, value in zip(table.sheet.columns, row, strict=True):
            cells += _csv_cells(column, value, labels)
        cells.append(licence.value)
        if licence is Licence.WORDS:
            cells.append(history_links(_pages(table.sheet, row), history))
        writer.writerow(cells)
    return out.getvalue()


def history_links(titles: Iterable[str], history: str) -> str:
    """Return the addresses of pages' histories, with blanks between; nothing without a wiki."""
    if not history:
        return ""
    each = dict.fromkeys(title.replace(" ", "_") for title in titles if title)
    return " ".join(history.replace("{page}", quote(title, safe="")) for title in each)


def _pages(sheet: Sheet, row: Row) -> Iterator[str]:
    """The pages that a row leads to: those of the people in it, and those that it names."""
    for column, value in zip(sheet.columns, row, strict=True):
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, PartyCell):
                yield one.page
            elif column.cell is ColumnType.PAGE and isinstance(one, str):
                yield one


def _csv_cells(column: Column, value: object, labels: Labels) -> list[str | int | float]:
    if value is None:
        return ["", ""] if _second(column.cell) else [""]
    if isinstance(value, Quantity):
        return ["" if value.value is None else value.value, value.unit.value]
    if isinstance(value, bool | int | float):
        return [value]
    if isinstance(value, PartyCell):
        return [guard_formula(value.key), guard_formula(value.name)]
    if column.cell in _NAMED:
        return [
            guard_formula(str(value)),
            guard_formula(labels.plain_name(column.cell, str(value))),
        ]
    if isinstance(value, tuple):
        return [guard_formula("; ".join(str(_value(column.cell, one, labels)) for one in value))]
    return [guard_formula(str(_value(column.cell, value, labels)))]


def table_records(table: Table, labels: Labels) -> list[dict[str, object]]:
    """A table's rows as plain JSON values by column name; ids, not names, where there are ids."""
    return [
        {
            column.name: _json(column, value, labels)
            for column, value in zip(table.sheet.columns, row, strict=True)
        }
        for row in table.rows
    ]


def _json(column: Column, value: object, labels: Labels) -> object:
    if isinstance(value, Quantity):
        return {"value": value.value, "unit": value.unit.value}
    if isinstance(value, PartyCell):
        return {"key": value.key, "name": one_line(value.name), "page": value.page}
    if isinstance(value, tuple):
        return [_json(column, one, labels) for one in value]
    if isinstance(value, WayOn):
        found = value.resource(labels.language)
        words = {"kind": value.kind.value, "capacity": value.capacity, "words": labels.way(value)}
        return words | ({} if found is None else {"address": found.url})
    return _value(column.cell, value, labels)


def _value(cell: ColumnType, value: object, labels: Labels) -> object:
    if isinstance(value, PartyCell):
        return one_line(value.name or value.key)
    if isinstance(value, MessageCell):
        return one_line(labels.message(value))
    if isinstance(value, WayOn):
        return one_line(labels.way(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return one_line(value)
    return value


def report_json(report: Report, tables: Sequence[Table], labels: Labels, history: str = "") -> str:
    """A whole report as JSON: every sheet with its columns, their units, licence, and all rows.

    ``history`` is the address of a page's history, with ``{page}`` for its title.
    """
    whole = _whole(report, tables, labels, None) | {"history": history}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def machine_copy(
    reports: Sequence[tuple[Report, Sequence[Table]]], labels: Labels
) -> tuple[str, str]:
    """The wiki's page for programs: (text, digest of what does not go by the calendar).

    It has all reports; of long tables fewer rows where it would not fit into a page.
    """
    most = MACHINE_COPY_ROWS
    while True:
        whole = [_whole(report, tables, labels, most) for report, tables in reports]
        stable = [
            _without_volatile(one, tables) for one, (_, tables) in zip(whole, reports, strict=True)
        ]
        dumped = json.dumps(stable, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(dumped.encode()).hexdigest()[:16]
        copy = {"digest": digest, "reports": whole}
        text = json.dumps(copy, ensure_ascii=False, indent=1)
        # The wiki sets JSON in by tabs, one for each level, whatever we send.
        if len(text.encode()) <= MACHINE_COPY_BYTES or most <= 1:
            return text, digest
        most //= 2


def _whole(
    report: Report, tables: Sequence[Table], labels: Labels, most: int | None
) -> dict[str, object]:
    return {
        "report": report.id,
        "title": labels.title(report),
        "licence": report.licence,
        "sheets": [
            {
                "id": table.sheet.id,
                "title": labels.caption(table.sheet),
                "licence": table.sheet.licence,
                "columns": [
                    {
                        "name": column.name,
                        "type": column.cell.value,
                        "unit": column.unit,
                        "title": labels.heading(column),
                    }
                    for column in table.sheet.columns
                ],
                "count": len(table.rows),
                "rows": table_records(Table(table.sheet, table.rows[:most]), labels),
            }
            for table in tables
        ],
    }


def _without_volatile(whole: dict[str, object], tables: Sequence[Table]) -> list[object]:
    kept: list[object] = [whole["title"], whole["licence"]]
    for table, sheet in zip(tables, whole["sheets"], strict=True):  # type: ignore[call-overload]
        if table.sheet.volatile:
            continue
        gone = {column.name for column in table.sheet.columns if column.volatile}
        kept.append(sheet["title"])
        kept.append([{k: v for k, v in row.items() if k not in gone} for row in sheet["rows"]])
        kept.append(sheet["count"])
    return kept


# -- Chart: a table as .tab and .chart text, as Extension:Chart and JsonConfig want them.

MAX_TAB_BYTES = 100_000
"""The most bytes that a .tab page may have."""

MAX_STRING = 400
"""The most characters that a string in it may have."""


def has_chart(table: Table) -> bool:
    """Whether a table is drawn on the wiki: Extension:Chart knows bars and lines."""
    plot = table.sheet.plot
    return plot is not None and plot.kind in ("bar", "line") and bool(table.rows)


def pick_apart(
    whole: Mapping[str, int], own: Mapping[str, int], broader: Callable[[str], Iterable[str]]
) -> list[str]:
    """Return capacities with the largest figures first, none of which is within another.

    ``whole`` is the figure of a capacity with what is narrower, ``own`` the part that people wrote
    as the capacity itself. A broad one stands where at least half is its own; else what is
    narrower does. ``broader`` gives all that are wider.
    """
    solid = {one for one, figure in whole.items() if 0 < figure <= 2 * own.get(one, 0)}
    apart = [one for one in solid if solid.isdisjoint(broader(one))]
    return sorted(apart, key=lambda one: (-whole[one], one))


def plotted_rows(table: Table, labels: Labels, *, whole: bool = False) -> tuple[list[Row], int]:
    """Return the rows that a plot draws, and how many it could draw.

    Bars are in the order of the first numbers that they draw, and nothing is drawn for zero. Of a
    tree, no capacity is drawn beside one that it is within. ``whole`` draws all of them.
    """
    plot = table.sheet.plot
    if plot is None:
        return [], 0
    names = [column.name for column in table.sheet.columns]
    x, at = names.index(plot.x), names.index(plot.y[0])
    rows = [row for row in table.rows if row[x] is not None]
    if plot.interval:
        low = names.index(plot.interval[0])
        rows = [row for row in rows if row[low] is not None]
    if plot.kind == "line":
        return rows[-plot.limit :], len(rows)
    most = len(rows) if whole else plot.limit
    if plot.kind != "bar" or table.sheet.columns[x].cell.is_number:
        return rows[:most], len(rows)
    if table.sheet.tree:
        figures = {str(row[0]): int(str(row[at])) for row in rows if row[0] != UNLISTED}
        own = dict(figures)
        for one, figure in figures.items():
            if above := labels.directory.broader(one)[:1]:
                own[above[0]] = own.get(above[0], 0) - figure
        order = {
            one: place
            for place, one in enumerate(pick_apart(figures, own, labels.directory.broader))
        }
        rows = sorted((row for row in rows if row[0] in order), key=lambda row: order[str(row[0])])
    else:
        # Nothing is drawn for zero, but where its interval says that it need not be zero.
        drawn = rows if plot.interval else [row for row in rows if _size(row[at])]
        rows = sorted(drawn, key=lambda row: -_size(row[at]))
    return rows[:most], len(rows)


def _size(value: object) -> float:
    number = value.value if isinstance(value, Quantity) else value
    return float(number) if isinstance(number, int | float) else 0.0


def table_tab(table: Table, labels: Labels) -> str:
    """A table's plotted columns as tabular data: the label first, then the numbers.

    Rows that do not fit into 100 kB are left out from the end.
    """
    rows = _rows(table, labels)
    while True:
        text = _dump(_tabular(table, rows, labels))
        size = len(text.encode())
        if size <= MAX_TAB_BYTES:
            return text
        rows = rows[: min(len(rows) - 1, len(rows) * MAX_TAB_BYTES // size)]


def table_chart(table: Table, labels: Labels, *, source: str) -> str:
    """How to draw it; ``source`` is the title of the .tab page, without its namespace."""
    plot = table.sheet.plot
    if plot is None:
        raise ValueError(f"{table.sheet.id} has no plot")
    x, *ys = _columns(table)
    return _dump(
        {
            "license": Licence.COUNTS,
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
        "license": Licence.COUNTS,
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
    for row in plotted_rows(table, labels)[0]:
        x = labels.cell(columns[0].cell, row[at[0]])
        if columns[0].cell is ColumnType.DATE:
            x = str(row[at[0]])
        numbers = [row[index] for index in at[1:]]
        shown = [one.value if isinstance(one, Quantity) else one for one in numbers]
        rows.append((one_line(x, MAX_STRING), *shown))
    return rows


def _field(column: Column) -> str:
    return column.name.replace("-", "_")


def _local(labels: Labels, text: str) -> dict[str, str]:
    return {labels.language: one_line(text, MAX_STRING)}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
