"""Reports: each as tables, plots and files, from the same declarations as on the wiki."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, url_for
from markupsafe import Markup, escape

from exchange.directory import Directory
from exchange.reports import Column, Leaf, Party, Report, Table, report, reports
from exchange.reports.chart import tab
from exchange.reports.download import as_json, csv
from exchange.reports.labels import Labels
from exchange.reports.report import Cell
from exchange.wording import Wording
from webtool.context import context, counted, reader
from webtool.show import wiki_link

pages = Blueprint("reports", __name__)
SHOWN = 50
"""Rows of a table on a page; the downloads have all of them."""


class PageLabels(Labels):
    """Labels whose names and links are markup; ``markup`` gives a text as it goes into a page.

    What somebody wrote waits behind a mark of the private use area until the words around it
    have been escaped.
    """

    def __init__(self, wording: Wording, directory: Directory) -> None:
        super().__init__(wording, directory)
        self._kept: list[Markup] = []

    def markup(self, text: str) -> Markup:
        """Escape a text and put the kept markup in its places."""
        first, *parts = str(escape(text)).split("\ue000")
        shown = [first]
        for part in parts:
            number, _, rest = part.partition("\ue001")
            shown += [str(self._kept[int(number)]), rest]
        return Markup("".join(shown))

    def show(self, column: Column, value: object) -> Markup:
        """Give a cell."""
        if column.cell is Cell.CAPACITY and isinstance(value, str):
            address = url_for("capacities.page", id=value)
            return Markup('<a href="{}">{}</a>').format(
                address, self.markup(self.cell(column.cell, value))
            )
        if column.cell in (Cell.REGION, Cell.COUNTRY) and isinstance(value, str):
            address = url_for("places.page", id=value)
            return Markup('<a href="{}">{}</a>').format(
                address, self.markup(self.cell(column.cell, value))
            )
        if column.cell is Cell.PAGE and isinstance(value, str) and (link := wiki_link(value)):
            return Markup('<a href="{}" rel="noreferrer"><bdi>{}</bdi></a>').format(link, value)
        if column.cell is Cell.CODE and value:
            return Markup("<code dir='auto'>{}</code>").format(str(value))
        return self.markup(self.cell(column.cell, value))

    def safe(self, text: str) -> str:
        """Isolate what somebody wrote, as its direction may be another than the page's."""
        return self._keep(Markup("<bdi>{}</bdi>").format(text.replace("\ue000", "")))

    def party(self, party: Party) -> str:
        """Link a person or group to their page."""
        endpoint = "people.group" if party.key.startswith("page:") else "people.person"
        if not party.name or party.name == party.key:
            return self.safe(party.key)
        address = url_for(endpoint, name=party.name.replace(" ", "_"))
        return self._keep(Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, party.name))

    def _keep(self, markup: Markup) -> str:
        self._kept.append(markup)
        return f"\ue000{len(self._kept) - 1}\ue001"


@dataclass(frozen=True, slots=True)
class Bars:
    """A table's plot, ready to draw: for each row a label and a number for each series.

    ``names`` are the series' columns: offers and wants have the same colours everywhere.
    """

    names: tuple[str, ...]
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...], tuple[str, ...]], ...]
    top: float


@pages.get("/reports")
def overview() -> str:
    """Show which reports there are and the question that each answers."""
    return render_template("reports.html", reports=reports())


@pages.get("/reports/<id>")
def page(id: str) -> str:
    """Show one report."""
    one, made = _report(id), counted()
    filled = made.value.of(one.id)
    return _render(one, filled.tables, made.at, leaves=filled.leaves)


@pages.get("/reports/<id>/<path:name>")
def leaf(id: str, name: str) -> str:
    """Show a page below a report: one region, one cohort."""
    one, made = _report(id), counted()
    leaves = made.value.of(one.id).leaves
    found = next((leaf for leaf in leaves if leaf.name == name), None)
    if found is None:
        abort(404)
    return _render(one, found.tables, made.at, leaf=found)


@pages.get("/reports/<id>.json")
def whole(id: str) -> Response:
    """Give a whole report as JSON."""
    one = _report(id)
    labels = Labels(reader().wording, context().directory)
    return Response(as_json(one, tables_of(one), labels), mimetype="application/json")


@pages.get("/reports/<id>.<sheet>.<any(csv, tab):form>")
def download(id: str, sheet: str, form: str) -> Response:
    """Give one table of a report as CSV, or as tabular data for a wiki."""
    one = _report(id)
    table = next((table for table in tables_of(one) if table.sheet.id == sheet), None)
    if table is None or (form == "tab" and table.sheet.plot is None):
        abort(404)
    labels = Labels(reader().wording, context().directory)
    if form == "tab":
        answer = Response(tab(table, labels), mimetype="application/json")
    else:
        answer = Response("\ufeff" + csv(table, labels), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{id}.{sheet}.{form}"'
    return answer


def _render(
    one: Report,
    tables: Sequence[Table],
    at: datetime | None,
    *,
    leaf: Leaf | None = None,
    leaves: Sequence[Leaf] = (),
) -> str:
    labels = PageLabels(reader().wording, context().directory)
    return render_template(
        "report.html",
        report=one,
        tables=tables,
        leaf=leaf,
        leaves=leaves,
        labels=labels,
        plots={table.sheet.id: plot for table in tables if (plot := bars(table, labels))},
        shown=SHOWN,
        as_of=at,
        on_wiki=f"{context().settings.names.reports}/{one.id}",
    )


def bars(table: Table, labels: Labels) -> Bars | None:
    """Make a table's plot from its own rows; None where it has none."""
    plot = table.sheet.plot
    if plot is None or not table.rows:
        return None
    columns = {column.name: at for at, column in enumerate(table.sheet.columns)}
    held = [table.sheet.columns[columns[name]] for name in plot.y]
    name = table.sheet.columns[columns[plot.x]]
    plain = Labels(labels.wording, labels.directory)
    rows = []
    drawn = table.rows[: plot.limit]
    # Where a label comes twice, what stands in the next column tells the rows apart.
    at = columns[plot.x]
    twice = len({row[at] for row in drawn}) < len(drawn)
    beside = table.sheet.columns[at + 1] if twice else None
    for row in drawn:
        values = tuple(_number(row[columns[one.name]]) for one in held)
        shown = tuple(plain.cell(one.cell, row[columns[one.name]]) for one in held)
        label = plain.cell(name.cell, row[at])
        if beside is not None:
            label = f"{label} – {plain.cell(beside.cell, row[at + 1])}"
        rows.append((label, values, shown))
    top = max((value for _, values, _ in rows for value in values), default=0.0)
    if top <= 0:
        return None
    return Bars(plot.y, tuple(labels.heading(one) for one in held), tuple(rows), top)


def _number(value: object) -> float:
    return max(float(value), 0.0) if isinstance(value, int | float) else 0.0


def _report(id: str) -> Report:
    try:
        return report(id)
    except KeyError:
        abort(404)


def tables_of(one: Report) -> tuple[Table, ...]:
    """Give the tables of a report."""
    return counted().value.of(one.id).tables
