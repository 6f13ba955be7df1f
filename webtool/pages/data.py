"""All files with data: what each holds, in which columns and units, and under which licence.

The list is made from the declarations that the files themselves are made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from markupsafe import Markup

from exchange.geography import all_regions
from exchange.reports import Licence, Report, Sheet, list_reports
from exchange.reports.export import FileColumn, csv_columns
from exchange.reports.labels import Labels
from webtool.charts import chart_of
from webtool.context import context, current_reports, current_snapshot, reader
from webtool.http import under_licence
from webtool.pages.map import MAP_SHEET
from webtool.pages.reports import tables_of
from webtool.pages.search import PROFILE_COLUMNS
from webtool.render import msg, region_label

pages = Blueprint("data", __name__)

_MEANINGS = {
    "key": "web-data-key",
    "kind": "web-facet-kind",
    "affiliations": "web-facet-affiliation",
    "projects": "web-facet-project",
    "licence": "web-data-licence",
    "history": "web-data-history",
}
"""What columns mean that no report has; the others are called as in reports."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file: where it is, its media type and licence, and its columns if it is a table.

    ``name`` is unique, ``form`` what its links are called.
    """

    name: str
    title: str
    form: str
    address: str
    media: str
    licence: Licence
    columns: tuple[FileColumn, ...] = ()
    sheet: Sheet | None = None

    def meaning(self, column: FileColumn) -> str:
        """Return what a column holds, in the reader's language."""
        declared = {one.name: one for one in self.sheet.columns} if self.sheet else {}
        if column.source in declared:
            labels = Labels(reader().wording, context().directory)
            heading = labels.heading(declared[column.source])
            if column.name == column.source:
                return heading
            ending = column.name.removeprefix(f"{column.source}_")
            return f"{heading}: {msg('column-name' if ending == 'name' else 'web-data-unit')}"
        return msg(_MEANINGS.get(column.name, f"column-{column.name}"))


def search_files() -> list[DataFile]:
    """Return the files of people and groups, all of them or those that a search finds, and their map."""
    address, drawn = (
        url_for(f"search.{name}", _external=True) for name in ("download_csv", "draw_results")
    )
    columns, title, picture = PROFILE_COLUMNS, msg("web-nav-search"), msg("web-search-map")
    return [
        DataFile("search", title, "CSV", address, "text/csv", Licence.WORDS, columns),
        DataFile("search.svg", picture, "SVG", drawn, "image/svg+xml", Licence.COUNTS),
    ]


def map_files() -> list[DataFile]:
    """Return the files of the map: the picture and its numbers, of the view that they are asked for."""
    labels = Labels(reader().wording, context().directory)
    return [
        replace(
            _table_file("world", MAP_SHEET, form, address, labels),
            name="map" if form == "csv" else f"map.{form}",
            title=msg("web-nav-map"),
        )
        for form in ("csv", "svg")
        for address in (url_for(f"map.map_as_{form}", _external=True),)
    ]


def report_files(report: Report) -> Iterator[DataFile]:
    """Yield the files of a report: the whole as JSON, and each table."""
    labels = Labels(reader().wording, context().directory)
    address = url_for("reports.download_report", id=report.id, _external=True)
    title = labels.title(report)
    yield DataFile(report.id, title, "JSON", address, "application/json", report.licence)
    for table in tables_of(report):
        whole = {"id": report.id, "sheet": table.sheet.id}
        for form in ("csv", "tab") if table.sheet.plot else ("csv",):
            address = url_for("reports.download_table", **whole, form=form, _external=True)
            yield _table_file(report.id, table.sheet, form, address, labels)
        if chart_of(table, labels):
            address = url_for("reports.draw_table", **whole, _external=True)
            yield _table_file(report.id, table.sheet, "svg", address, labels)


def place_files() -> tuple[str, list[DataFile]]:
    """Return the name of the largest region and its files; every place has the same."""
    labels = Labels(reader().wording, context().directory)
    index = current_snapshot().index
    largest = max((one.id for one in all_regions()), key=lambda id: len(index.of("region", id)))
    leaf = current_reports().value.place("region", largest)
    files = []
    for table in leaf.tables if leaf else ():
        for form in ("csv", "svg") if chart_of(table, labels) else ("csv",):
            address = url_for(
                "reports.download_of_place",
                kind="region",
                id=largest,
                sheet=table.sheet.id,
                form=form,
                _external=True,
            )
            files.append(_table_file("place", table.sheet, form, address, labels))
    return region_label(largest), files


_MEDIA = {"csv": "text/csv", "tab": "application/json", "svg": "image/svg+xml"}


def _table_file(of: str, sheet: Sheet, form: str, address: str, labels: Labels) -> DataFile:
    drawn = form == "tab" or (form == "svg" and not (sheet.plot and sheet.plot.kind == "network"))
    return DataFile(
        f"{of}.{sheet.id}" + ("" if form == "csv" else f".{form}"),
        labels.caption(sheet),
        ".tab" if form == "tab" else form.upper(),
        address,
        _MEDIA[form],
        Licence.COUNTS if drawn else sheet.licence,
        csv_columns(sheet) if form == "csv" else (),
        sheet,
    )


@pages.get("/data")
def show_data() -> str:
    """Show all files with their columns and units."""
    package = Markup('<a href="{}"><code dir="ltr">/datapackage.json</code></a>').format(
        url_for("data.show_package")
    )
    parts = [(msg("web-nav-search"), search_files()), (msg("web-nav-map"), map_files())]
    parts += [(msg(one.title), list(report_files(one))) for one in list_reports()]
    place, files = place_files()
    return render_template(
        "data.html",
        parts=[*parts, (msg("web-nav-places"), files)],
        place=place,
        package=package,
        licences=licence_links(),
    )


@pages.get("/datapackage.json")
def show_package() -> Response:
    """Return the same list for programs, as a Data Package (datapackage.org, version 2)."""
    files = [*search_files(), *map_files()]
    files += [*(one for each in list_reports() for one in report_files(each))]
    files += place_files()[1]
    body = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "capacity-exchange",
        "title": msg("web-name"),
        "homepage": url_for("data.show_data", _external=True),
        "licenses": [_licence(one) for one in (Licence.COUNTS, Licence.WORDS)],
        "resources": [_resource(one) for one in files],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return under_licence(Response(text, mimetype="application/json"), Licence.COUNTS)


def licence_links() -> dict[str, Markup]:
    """Return a link to each licence, by the name of what is under it."""
    link = Markup('<a href="{}" rel="license noreferrer">{}</a>')
    return {
        "counts": link.format(Licence.COUNTS.address, "CC0 1.0"),
        "words": link.format(Licence.WORDS.address, "CC BY-SA 4.0"),
    }


def _resource(one: DataFile) -> dict[str, Any]:
    whole = [Licence.COUNTS, Licence.WORDS] if one.licence is Licence.BOTH else [one.licence]
    found: dict[str, Any] = {
        "name": one.name,
        "title": one.title,
        "path": one.address,
        "mediatype": one.media,
        "encoding": "utf-8",
        "licenses": [_licence(each) for each in whole],
    }
    if one.columns:
        found["format"] = "csv"
        found["schema"] = {
            "fields": [
                {"name": column.name, "type": column.kind, "title": one.meaning(column)}
                | ({"unit": column.unit} if column.unit else {})
                for column in one.columns
            ]
        }
    return found


def _licence(one: Licence) -> dict[str, str]:
    return {"name": one.value, "path": one.address}
