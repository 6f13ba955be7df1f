"""Reports as tables, plots and files, from the same declarations as on the wiki."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from exchange.directory import Directory
from exchange.i18n.messages import Localizer
from exchange.model.keys import is_group_key
from exchange.reports import (
    Column,
    Licence,
    PartyCell,
    Report,
    Sheet,
    Subpage,
    Table,
    WaitingRow,
    find_report,
    list_reports,
)
from exchange.reports.cells import ColumnType, StepCell
from exchange.reports.export import report_json, table_csv, table_tab
from exchange.reports.labels import Labels
from webtool.charts import NetworkChart, chart_of
from webtool.context import context, current_reports, reader
from webtool.http import under_licence
from webtool.pages.draft import Draft, draft_invitation
from webtool.picture import draw, draw_inline
from webtool.render import (
    capacity_url,
    comma_list,
    history_address,
    language_label,
    msg,
    place_url,
    region_label,
    way_link,
    wiki_link,
)
from webtool.snapshot import ReportCache, Versioned

pages = Blueprint("reports", __name__)
ROWS_SHOWN = 50
"""Rows of a table on a page; the downloads have all of them."""

PLACE_ROWS, FOLDED_ROWS = 5, 15
"""Rows of a table on a place's page, and of one that is folded; each has a link to the rest."""

FOLDED = {
    "overloaded": True,
    "requests": True,
    "flow": True,
    "place-teach": False,
    "countries": True,
    "place-people": False,
}
"""The tables of a place's page that are folded, and whether they have all rows there are, to be
counted: what to do next and for whom comes first."""

QUEUE_ROWS = 6
"""What waits for a coordinator, on one page: with it, a page is read on a phone without much scrolling."""


_PLACES = {
    ColumnType.REGION: "region",
    ColumnType.COUNTRY: "country",
    ColumnType.LANGUAGE: "language",
}


class HtmlLabels(Labels):
    """Labels whose names and links are markup; ``markup`` gives a text as it goes into a page.

    What somebody wrote waits behind a mark of the private use area until the words around it
    have been escaped.
    """

    def __init__(self, wording: Localizer, directory: Directory) -> None:
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
        """Return a cell."""
        if isinstance(value, int | float) and column.cell is not ColumnType.REVISION:
            return escape(self.cell(column.cell, value))
        if column.cell is ColumnType.CAPACITY and isinstance(value, str):
            return Markup('<a href="{}">{}</a>').format(
                capacity_url(value), self.markup(self.cell(column.cell, value))
            )
        if column.cell in _PLACES and isinstance(value, str):
            address = place_url(_PLACES[column.cell], value)
            return Markup('<a href="{}">{}</a>').format(
                address, self.markup(self.cell(column.cell, value))
            )
        if column.name == "affiliate" and isinstance(value, str):
            address = place_url("affiliate", value)
            return Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, value)
        if column.cell is ColumnType.PAGE and isinstance(value, str) and (link := wiki_link(value)):
            return Markup('<a href="{}" rel="noreferrer"><bdi>{}</bdi></a>').format(link, value)
        if column.cell is ColumnType.REVISION and (link := wiki_link(f"Special:Diff/{value}")):
            return Markup('<a href="{}" rel="noreferrer">{}</a>').format(link, value)
        if column.cell is ColumnType.LEAF and isinstance(value, str):
            address = url_for("reports.show_subpage", id="cohorts", name=value)
            return Markup('<a href="{}">{}</a>').format(address, self.text("draft"))
        if isinstance(value, StepCell):
            return self._step(value)
        if column.cell is ColumnType.WAYS and isinstance(value, tuple) and value:
            return comma_list(way_link(one) for one in value)
        if column.cell is ColumnType.CODE and value:
            return Markup("<code dir='auto'>{}</code>").format(str(value))
        return self.markup(self.cell(column.cell, value))

    def _step(self, step: StepCell) -> Markup:
        """Return a button that leads to where the step is done; words alone without a wiki."""
        page = step.page or context().settings.names.directory
        words = self.markup(self.message(step))
        if not (link := wiki_link(page, **dict(step.query))):
            return words
        shape = "cdx-button cdx-button--fake-button cdx-button--fake-button--enabled"
        return Markup('<a class="{}" href="{}" rel="noreferrer">{}</a>').format(shape, link, words)

    def safe(self, text: str) -> str:
        """Isolate what somebody wrote, as its direction may be another than the page's."""
        return self._keep(Markup("<bdi>{}</bdi>").format(text.replace("\ue000", "")))

    def party(self, party: PartyCell) -> str:
        """Link a person or group to their page."""
        endpoint = "people.show_group" if is_group_key(party.key) else "people.show_person"
        if not party.name or party.name == party.key:
            return self.safe(party.key)
        address = url_for(endpoint, name=party.name.replace(" ", "_"))
        return self._keep(Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, party.name))

    def _keep(self, markup: Markup) -> str:
        self._kept.append(markup)
        return f"\ue000{len(self._kept) - 1}\ue001"


@pages.get("/reports")
def show_reports() -> str:
    """Show which reports there are and the question that each answers."""
    return render_template("reports.html", reports=list_reports())


@pages.get("/reports/<id>")
def show_report(id: str) -> str:
    """Show one report."""
    one, made = _report(id), current_reports()
    if one.id == "queue":
        return _show_queue(one, made)
    filled = made.value.get(one.id)
    return _render(one, filled.tables, made.written, leaves=filled.leaves)


@pages.get("/reports/<id>/<path:name>")
def show_subpage(id: str, name: str) -> str | BaseResponse:
    """Show a page below a report, such as one cohort; a place has its page among the places."""
    one, made = _report(id), current_reports()
    if id == "places":
        return redirect(place_url("region", name), 301)
    leaves = made.value.get(one.id).leaves
    found = next((leaf for leaf in leaves if leaf.name == name), None)
    if found is None:
        abort(404)
    invitation = draft_invitation(found, found.invitation) if found.invitation else None
    return _render(one, found.tables, made.written, leaf=found, invitation=invitation)


@pages.get("/reports/<id>.json")
def download_report(id: str) -> Response:
    """Return a whole report as JSON."""
    return report_answer(_report(id))


def report_answer(one: Report) -> Response:
    """Return a report as JSON, under its licence."""
    labels = Labels(reader().wording, context().directory)
    text = report_json(one, tables_of(one), labels, history_address())
    return under_licence(Response(text, mimetype="application/json"), one.licence)


@pages.get("/reports/<id>.<sheet>.<any(csv, tab):form>")
def download_table(id: str, sheet: str, form: str) -> Response:
    """Return one table of a report as CSV, or as tabular data for a wiki."""
    one = _report(id)
    table = next((table for table in tables_of(one) if table.sheet.id == sheet), None)
    if table is None or (form == "tab" and table.sheet.plot is None):
        abort(404)
    labels = Labels(reader().wording, context().directory)
    if form == "tab":
        answer = Response(table_tab(table, labels), mimetype="application/json")
    else:
        text = table_csv(table, labels, history_address())
        answer = Response("\ufeff" + text, mimetype="text/csv")
    under_licence(answer, Licence.COUNTS if form == "tab" else table.sheet.licence)
    answer.headers["Content-Disposition"] = f'attachment; filename="{id}.{sheet}.{form}"'
    return answer


@pages.get("/reports/<id>.<sheet>.svg")
def draw_table(id: str, sheet: str) -> Response:
    """Return the chart of one table of a report, as a picture to download or to embed."""
    one = _report(id)
    table = next((table for table in tables_of(one) if table.sheet.id == sheet), None)
    return _picture(table, "")


@pages.get(
    "/files/<any(region, country, language, affiliate):kind>/<path:id>/<sheet>.<any(csv, svg):form>"
)
def download_of_place(kind: str, id: str, sheet: str, form: str) -> Response:
    """Return a table of a place as CSV, or its chart as a picture."""
    leaf = current_reports().value.place(kind, id)
    tables = leaf.tables if leaf else ()
    table = next((table for table in tables if table.sheet.id == sheet), None)
    if table is None or leaf is None:
        abort(404)
    labels = Labels(reader().wording, context().directory)
    if form == "svg":
        return _picture(table, labels.message(leaf.title))
    return csv_answer(table, labels, f"{id}.{sheet}.csv")


def _picture(table: Table | None, place: str) -> Response:
    labels = Labels(reader().wording, context().directory)
    chart = chart_of(table, labels, whole="all" in request.args) if table else None
    if table is None or chart is None:
        abort(404)
    caption = labels.caption(table.sheet)
    licence = table.sheet.licence if isinstance(chart, NetworkChart) else Licence.COUNTS
    title = f"{caption} – {place}" if place else caption
    note = picture_note(current_reports().written, licence)
    return svg_answer(draw(chart, labels, title=title, note=note), licence)


def picture_note(written: datetime | None, licence: Licence, *more: str) -> str:
    """Return what a picture says of itself: where it is from, of when, and its licence."""
    when = reader().wording.date(written) if written else ""
    return " · ".join(filter(None, (msg("web-name"), when, licence.value, *more)))


def svg_answer(drawn: str, licence: Licence) -> Response:
    """Return a picture, under its licence."""
    return under_licence(Response(drawn, mimetype="image/svg+xml"), licence)


def csv_answer(table: Table, labels: Labels, name: str) -> Response:
    """Return a table as a CSV file of this name, under its licence."""
    text = table_csv(table, labels, history_address())
    answer = under_licence(Response("\ufeff" + text, mimetype="text/csv"), table.sheet.licence)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is shown: one kind of what waits, of a region, of a language."""

    kind: str
    region: str
    language: str

    @classmethod
    def asked(cls) -> QueueFilter:
        """Return what the address asks for."""
        return cls(*(request.args.get(name, "")[:40] for name in ("kind", "region", "language")))

    def matches(self, one: WaitingRow) -> bool:
        """Whether a row is of the region and the language, where one is asked for."""
        return (not self.region or self.region in one.regions) and (
            not self.language or self.language in one.languages
        )

    def address(self, **changes: str | int) -> str:
        """Return the address of the queue with this filter, changed."""
        asked = {"kind": self.kind, "region": self.region, "language": self.language} | changes
        given = {name: value for name, value in asked.items() if value}
        return url_for("reports.show_report", id="queue", **given)  # type: ignore[arg-type]


def _show_queue(one: Report, made: Versioned[ReportCache]) -> str:
    """Show one kind of what waits, a page at a time; without a choice, the first of which there is any."""
    waiting, chosen = made.value.get(one.id).waiting, QueueFilter.asked()
    found = {id: [each for each in rows if chosen.matches(each)] for id, rows in waiting.items()}
    kind = chosen.kind if chosen.kind in found else next(filter(found.get, found), "unmatched")
    number, last = asked_page(len(found[kind]), QUEUE_ROWS)
    every = [each for rows in waiting.values() for each in rows]
    regions = {region for each in every for region in each.regions}
    languages = {code for each in every for code in each.languages}
    return render_template(
        "queue.html",
        report=one,
        sheets={sheet.id: sheet for sheet in one.sheets},
        counts={id: len(rows) for id, rows in found.items()},
        kind=kind,
        chosen=chosen,
        regions=sorted(regions, key=lambda code: str(region_label(code))),
        languages=sorted(languages, key=lambda code: str(language_label(code).striptags())),
        rows=[each.row for each in found[kind][(number - 1) * QUEUE_ROWS : number * QUEUE_ROWS]],
        page=number,
        last=last,
        page_link=lambda at: chosen.address(kind=kind, page=at),
        labels=HtmlLabels(reader().wording, context().directory),
        as_of=made.written,
        on_wiki=f"{context().settings.names.reports}/{one.id}",
    )


def asked_page(total: int, size: int) -> tuple[int, int]:
    """Return the page that the address asks for, and the last one there is."""
    last = max(1, -(-total // size))
    asked = request.args.get("page", "")
    readable = asked.isascii() and asked.isdigit() and len(asked) < 6
    return min(max(int(asked), 1), last) if readable else 1, last


def show_tables(leaf: Subpage, template: str, *, kind: str, **given: object) -> str:
    """Return a page with the tables of a place, from the same declarations as on the wiki."""

    def address(sheet: Sheet, form: str) -> str:
        id = leaf.name.partition("/")[2] or leaf.name
        return url_for("reports.download_of_place", kind=kind, id=id, sheet=sheet.id, form=form)

    labels = HtmlLabels(reader().wording, context().directory)
    shown = _shown(leaf.tables, labels, address, least=2)
    short = {
        "is_short": True,
        "folded": FOLDED,
        "shown": PLACE_ROWS,
        "shown_folded": FOLDED_ROWS,
    }
    return render_template(template, leaf=leaf, **shown | short, **given)


def _render(
    one: Report,
    tables: Sequence[Table],
    at: datetime | None,
    *,
    leaf: Subpage | None = None,
    leaves: Sequence[Subpage] = (),
    invitation: Draft | None = None,
) -> str:
    def address(sheet: Sheet, form: str) -> str:
        if form == "svg":
            return url_for("reports.draw_table", id=one.id, sheet=sheet.id)
        return url_for("reports.download_table", id=one.id, sheet=sheet.id, form=form)

    labels = HtmlLabels(reader().wording, context().directory)
    return render_template(
        "report.html",
        report=one,
        leaf=leaf,
        leaves=leaves,
        invitation=invitation,
        as_of=at,
        on_wiki=f"{context().settings.names.reports}/{one.id}",
        **_shown(tables, labels, None if leaf else address),
    )


def _shown(
    tables: Sequence[Table],
    labels: HtmlLabels,
    address: Callable[[Sheet, str], str] | None,
    *,
    least: int = 1,
) -> dict[str, object]:
    """Return what the templates of tables need; ``all`` in the address names one shown whole.

    Charts are drawn of tables with at least so many rows.
    """
    whole = request.args.get("all", "")
    charts = {
        table.sheet.id: chart
        for table in tables
        if len(table.rows) >= least
        and (chart := chart_of(table, labels, whole=table.sheet.id == whole))
    }
    return {
        "tables": tables,
        "labels": labels,
        "charts": charts,
        "kinds": {id: type(chart).__name__ for id, chart in charts.items()},
        "network": partial(draw_inline, labels=labels),
        "shown": ROWS_SHOWN,
        "is_short": False,
        "folded": {},
        "whole": whole,
        "file_url": address,
    }


def _report(id: str) -> Report:
    try:
        return find_report(id)
    except KeyError:
        abort(404)


def tables_of(one: Report) -> tuple[Table, ...]:
    """Return the tables of a report."""
    return current_reports().value.get(one.id).tables
