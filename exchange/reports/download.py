"""Download: reports as CSV and JSON, for spreadsheets and programs."""

from __future__ import annotations

import csv as comma_separated
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date

from exchange.reports.labels import Labels
from exchange.reports.report import Cell, Column, Figure, Message, Party, Report, Table
from exchange.wording import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""What a spreadsheet may take for the beginning of a formula."""

_NAMED = frozenset((Cell.CAPACITY, Cell.REGION, Cell.COUNTRY, Cell.LANGUAGE))
_LISTED = {
    Cell.CAPACITIES: Cell.CAPACITY,
    Cell.REGIONS: Cell.REGION,
    Cell.LANGUAGES: Cell.LANGUAGE,
}

TWIN_ROWS = 2000
"""The most rows of a sheet in the twin on the wiki; the web tool's downloads have all."""


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what could be one."""
    text = plain(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def csv(table: Table, labels: Labels) -> str:
    """A table as CSV (RFC 4180, UTF-8), with the machine names of columns as its head.

    What has an id and a name (capacity, place, language, person) has a column for each.
    """
    out = io.StringIO()
    writer = comma_separated.writer(out)
    columns = table.sheet.columns
    head: list[str] = []
    for column in columns:
        head.append(column.name)
        if column.cell in _NAMED or column.cell is Cell.PARTY:
            head.append(f"{column.name}_name")
    writer.writerow(head)
    for row in table.rows:
        cells: list[str | int | float] = []
        for column, value in zip(columns, row, strict=True):
            cells += _csv_cells(column, value, labels)
        writer.writerow(cells)
    return out.getvalue()


def _csv_cells(column: Column, value: object, labels: Labels) -> list[str | int | float]:
    double = column.cell in _NAMED or column.cell is Cell.PARTY
    if value is None:
        return ["", ""] if double else [""]
    if isinstance(value, Figure):
        return ["" if value.value is None else value.value]
    if isinstance(value, bool | int | float):
        return [value]
    if isinstance(value, Party):
        return [value.key, guarded(value.name)]
    if column.cell in _NAMED:
        return [guarded(str(value)), guarded(labels.plain_name(column.cell, str(value)))]
    if isinstance(value, tuple):
        return [guarded("; ".join(str(_value(column.cell, one, labels)) for one in value))]
    return [guarded(str(_value(column.cell, value, labels)))]


def records(table: Table, labels: Labels) -> list[dict[str, object]]:
    """A table's rows as plain JSON values by column name; ids, not names, where there are ids."""
    return [
        {
            column.name: _json(column, value, labels)
            for column, value in zip(table.sheet.columns, row, strict=True)
        }
        for row in table.rows
    ]


def _json(column: Column, value: object, labels: Labels) -> object:
    if isinstance(value, Figure):
        return {"value": value.value, "unit": value.unit.value}
    if isinstance(value, Party):
        return {"key": value.key, "name": plain(value.name), "page": value.page}
    if isinstance(value, tuple):
        return [_json(column, one, labels) for one in value]
    return _value(column.cell, value, labels)


def _value(cell: Cell, value: object, labels: Labels) -> object:
    if isinstance(value, Party):
        return plain(value.name or value.key)
    if isinstance(value, Message):
        return plain(labels.message(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return plain(value)
    return value


def as_json(report: Report, tables: Sequence[Table], labels: Labels) -> str:
    """A whole report as JSON: every sheet with its columns, their units, and all rows."""
    return json.dumps(_whole(report, tables, labels, None), ensure_ascii=False, indent=1)


def twin(report: Report, tables: Sequence[Table], labels: Labels) -> tuple[str, str]:
    """The JSON page beside a report's wiki page: (text, digest of what does not go by the calendar)."""
    whole = _whole(report, tables, labels, TWIN_ROWS)
    stable = json.dumps(_without_volatile(whole, tables), ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(stable.encode()).hexdigest()[:16]
    return json.dumps({"digest": digest, **whole}, ensure_ascii=False, indent=1), digest


def _whole(
    report: Report, tables: Sequence[Table], labels: Labels, most: int | None
) -> dict[str, object]:
    return {
        "report": report.id,
        "title": labels.title(report),
        "licence": "CC0-1.0",
        "sheets": [
            {
                "id": table.sheet.id,
                "title": labels.caption(table.sheet),
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
                "rows": records(Table(table.sheet, table.rows[:most]), labels),
            }
            for table in tables
        ],
    }


def _without_volatile(whole: dict[str, object], tables: Sequence[Table]) -> list[object]:
    kept: list[object] = [whole["title"]]
    for table, sheet in zip(tables, whole["sheets"], strict=True):  # type: ignore[call-overload]
        if table.sheet.volatile:
            continue
        gone = {column.name for column in table.sheet.columns if column.volatile}
        kept.append(sheet["title"])
        kept.append([{k: v for k, v in row.items() if k not in gone} for row in sheet["rows"]])
        kept.append(sheet["count"])
    return kept
