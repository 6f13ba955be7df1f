"""Reports: each as tables, plots and files, from the same declarations as on the wiki."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from exchange.reports import report, reports

pages = Blueprint("reports", __name__)


@pages.get("/reports")
def overview() -> str:
    """Show which reports there are and the question that each answers."""
    return render_template("reports.html", reports=reports())


@pages.get("/reports/<id>")
def page(id: str) -> str:
    """Show one report."""
    try:
        one = report(id)
    except KeyError:
        abort(404)
    return render_template("report.html", report=one, tables=())
