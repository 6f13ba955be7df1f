"""Reports: aggregate tables for coordinators, each a declaration.

``list_reports()`` lists them; ``build_tables(report, facts)`` fills one in. The one package with pandas; what
leaves it are plain values (``Table``) and texts (wikitext, CSV, JSON, .tab, .chart).
"""

from __future__ import annotations

from exchange.reports import effect, fairness, gaps, places, programmes, progress, queue, things
from exchange.reports.cells import ColumnType, MessageCell, PartyCell, Quantity
from exchange.reports.data import DeliveryRun, ReportData
from exchange.reports.model import Column, Licence, Plot, Report, Sheet, Subpage, Table, fill_sheet
from exchange.reports.places import place_page as place_page
from exchange.reports.queue import WaitingRow as WaitingRow
from exchange.reports.reading import read_report_data

__all__ = [
    "Column",
    "ColumnType",
    "DeliveryRun",
    "Licence",
    "MessageCell",
    "PartyCell",
    "Plot",
    "Quantity",
    "Report",
    "ReportData",
    "Sheet",
    "Subpage",
    "Table",
    "build_tables",
    "find_report",
    "list_reports",
    "place_page",
    "read_report_data",
]

_REPORTS = (
    progress.OVERVIEW_REPORT,
    progress.INTERVENTIONS_REPORT,
    gaps.REPORT,
    gaps.LATENT_REPORT,
    things.REPORT,
    progress.COHORTS_REPORT,
    places.REQUESTS_REPORT,
    places.PLACES_REPORT,
    programmes.REPORT,
    effect.FAIRNESS_REPORT,
    queue.QUEUE_REPORT,
    fairness.LAST_RUN_REPORT,
)


def list_reports() -> tuple[Report, ...]:
    """Every report, in the order in which a reader meets them."""
    return _REPORTS


def find_report(name: str) -> Report:
    """The report of an id; raises KeyError where there is none."""
    return {one.id: one for one in list_reports()}[name]


def build_tables(report: Report, facts: ReportData) -> tuple[Table, ...]:
    """Fill in the sheets of a report, in their order."""
    return tuple(fill_sheet(sheet, facts) for sheet in report.sheets)
