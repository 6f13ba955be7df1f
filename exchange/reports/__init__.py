"""Reports: aggregate tables for coordinators, each a declaration.

``reports()`` lists them; ``build(report, facts)`` fills one in. The one room with pandas; what
leaves it are plain values (``Table``) and texts (wikitext, CSV, JSON, .tab, .chart).
"""

from __future__ import annotations

from exchange.reports import (
    cohorts,
    fairness,
    gaps,
    interventions,
    overview,
    places,
    queue,
    requests,
    run,
)
from exchange.reports.facts import Facts, Ran
from exchange.reports.reading import PUBLISHED, read_facts
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
    "PUBLISHED",
    "Cell",
    "Column",
    "Facts",
    "Figure",
    "Leaf",
    "Message",
    "Party",
    "Plot",
    "Ran",
    "Report",
    "Rhythm",
    "Sheet",
    "Table",
    "build",
    "read_facts",
    "report",
    "reports",
]

_REPORTS = (
    overview.REPORT,
    interventions.REPORT,
    gaps.REPORT,
    cohorts.REPORT,
    requests.REPORT,
    places.REPORT,
    fairness.REPORT,
    queue.REPORT,
    run.REPORT,
)


def reports() -> tuple[Report, ...]:
    """Every report, in the order in which a reader meets them."""
    return _REPORTS


def report(name: str) -> Report:
    """The report of an id; raises KeyError where there is none."""
    return {one.id: one for one in reports()}[name]


def build(report: Report, facts: Facts) -> tuple[Table, ...]:
    """Fill in the sheets of a report, in their order."""
    return tuple(fill(sheet, facts) for sheet in report.sheets)
