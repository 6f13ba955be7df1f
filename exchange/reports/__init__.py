"""Reports: aggregate tables for coordinators, each a declaration.

``reports()`` lists them; ``build(report, facts)`` fills one in. The one room with pandas; what
leaves it are plain values (``Table``) and texts (wikitext, CSV, JSON, .tab, .chart).
"""

from __future__ import annotations

from exchange.reports.facts import Delivered, Facts, Places, Ran
from exchange.reports.report import (
    Cell,
    Column,
    Figure,
    Leaf,
    Message,
    Party,
    Plot,
    Report,
    Rhythm,
    Sheet,
    Table,
    fill,
)

__all__ = [
    "Cell",
    "Column",
    "Delivered",
    "Facts",
    "Figure",
    "Leaf",
    "Message",
    "Party",
    "Places",
    "Plot",
    "Ran",
    "Report",
    "Rhythm",
    "Sheet",
    "Table",
    "build",
    "report",
    "reports",
]


def reports() -> tuple[Report, ...]:
    """Every report, in the order in which a reader meets them."""
    from exchange.reports import gaps

    return (gaps.REPORT,)


def report(name: str) -> Report:
    """The report of an id; raises KeyError where there is none."""
    return {one.id: one for one in reports()}[name]


def build(report: Report, facts: Facts) -> tuple[Table, ...]:
    """Fill in the sheets of a report, in their order."""
    return tuple(fill(sheet, facts) for sheet in report.sheets)
