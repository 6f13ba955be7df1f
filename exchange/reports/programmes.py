"""Programmes: how far each programme round got, apart from every other figure.

Who applied stands on the round's page for everybody to see. What organisers confirmed and what people
answered does not: of that no number is told from which a few could be told.
"""

from __future__ import annotations

from exchange.reports.cells import ColumnType
from exchange.reports.data import ReportData
from exchange.reports.model import Column, Report, Row, Sheet


def _rows(facts: ReportData) -> list[Row]:
    return [(one.title, one.applicants, *one.tellable()) for one in facts.programmes]


PROGRAMMES = Sheet(
    id="programmes",
    head="page",
    columns=(
        Column("page", ColumnType.PAGE),
        Column("applicants", ColumnType.COUNT, "people"),
        Column("pairs-confirmed", ColumnType.COUNT, "pairs"),
        Column("pairs-told", ColumnType.COUNT, "pairs"),
        Column("pairs-accepted", ColumnType.COUNT, "pairs"),
        Column("pairs-exchanged", ColumnType.COUNT, "pairs"),
    ),
    rows=_rows,
)

REPORT = Report(id="rounds", sheets=(PROGRAMMES,))
