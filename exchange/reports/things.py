"""Things: what there is of money, places and equipment, what is missing, and where.

Nothing of it is in any other report, and nothing of theirs is here: a room does not make up for a
teacher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from exchange.reports.cells import ColumnType
from exchange.reports.data import ReportData
from exchange.reports.gaps import tree_order
from exchange.reports.model import Column, Plot, Report, Row, Sheet
from exchange.reports.places import COUNTRIES, REGIONS, REQUESTS
from exchange.reports.ways import WAYS, UnmetWays


def _of_things(rows: Callable[[ReportData], list[Row]]) -> Callable[[ReportData], list[Row]]:
    return lambda facts: rows(facts.of_things)


def _things(facts: ReportData) -> list[Row]:
    """Who offers and wants each thing, as a tree."""
    table, ways = facts.gaps, facts.once(UnmetWays)
    numbers: dict[str, dict[str, int]] = table.to_dict("index")  # type: ignore[assignment]
    rows: list[Row] = []
    for capacity in tree_order(facts, table):
        one = numbers[capacity]
        counts = (one[name] for name in ("offering", "wanting", "wants", "served", "unmet"))
        rows.append((capacity, *counts, ways.of(capacity) if one["unmet"] else ()))
    return rows


THINGS = Sheet(
    id="things",
    head="capacity",
    tree=True,
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("offering", ColumnType.COUNT, "people"),
        Column("wanting", ColumnType.COUNT, "people"),
        Column("wants", ColumnType.COUNT, "wants"),
        Column("served", ColumnType.COUNT, "wants"),
        Column("unmet", ColumnType.COUNT, "wants", bar=True),
        WAYS,
    ),
    rows=_of_things(_things),
    plot=Plot(x="capacity", y=("unmet",)),
)


def _apart(sheet: Sheet) -> Sheet:
    """The same table of things alone."""
    total = sheet.total
    return replace(
        sheet,
        id=f"things-{sheet.id}",
        rows=_of_things(sheet.rows),
        total=(lambda facts: total(facts.of_things)) if total else None,
    )


REPORT = Report(id="things", sheets=(THINGS, _apart(REGIONS), _apart(COUNTRIES), _apart(REQUESTS)))
