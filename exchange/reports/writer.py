"""Writer: the pages of a report on a wiki, its tables paged, its twins for machines beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from exchange.reports import chart, download
from exchange.reports.labels import Labels
from exchange.reports.page import PageText, Place, Text, digest_texts
from exchange.reports.report import Leaf, Report, Table
from exchange.reports.wikitext import WikiLabels, write_table


class Writer:
    """Writes the pages of reports in one language, into one place on a wiki."""

    def __init__(self, labels: Labels, place: Place, *, today: date, site_language: str) -> None:
        self.labels = WikiLabels(labels.wording, labels.directory)
        self.plain = labels
        self.place = place
        self.today = today
        self.foreign = labels.language != site_language

    def pages(
        self, report: Report, tables: Sequence[Table], leaves: Sequence[Leaf] = ()
    ) -> Iterator[PageText]:
        """Every page of a report: its own, those below it, and their twins for machines."""
        labels, place = self.labels, self.place
        labels.below = place.page(report.id)
        text = Text()
        self._open(text)
        text.add(f"'''{labels.title(report)}.''' {labels.text(report.question)}", "")
        text.add(labels.text(report.advice), "")
        text.add(self._twins(report, tables))
        below: list[PageText] = []
        for at, table in enumerate(tables):
            self._sheet(text, table, transcluded=at == 0, report=report, below=below)
        if leaves:
            text.add("", f"== {labels.text(f'report-{report.id}-leaves')} ==")
            for leaf in leaves:
                title = place.page(report.id, leaf.name)
                text.add(f"* [[:{title}|{labels.message(leaf.title)}]]")
        self._close(text)
        main = text.page(place.page(report.id))
        # What is linked to comes first, so that no link is red, not even for a moment.
        for table in tables:
            yield from self._plot(table, main)
        yield self._machine(report, tables)
        for leaf in leaves:
            yield self._leaf(report, leaf)
        yield from below
        yield main

    def index(self, reports: Sequence[Report]) -> PageText:
        """The page that lists all reports and the question that each answers."""
        labels = self.labels
        text = Text()
        self._open(text)
        text.add(labels.text("index-lead"), "")
        for report in reports:
            link = f"[[:{self.place.page(report.id)}|{labels.title(report)}]]"
            text.add(f"; {link}", f": {labels.text(report.question)}")
        self._close(text, dated=False)
        return text.page(self.place.root)

    def retired(self, title: str) -> PageText:
        """What is said on a page that is not needed any more."""
        link = f"[[:{self.place.root}|{self.labels.text('all-reports')}]]"
        text = Text()
        text.add(f"{self.labels.text('page-retired')} {link}")
        return text.page(title)

    # --- the parts of a page ---------------------------------------------------------------

    def _open(self, text: Text) -> None:
        if self.foreign:
            wording = self.labels.wording
            text.add(f'<div lang="{wording.language}" dir="{wording.direction}">')

    def _close(self, text: Text, *, dated: bool = True) -> None:
        labels = self.labels
        back = f"[[:{self.place.root}|{labels.text('all-reports')}]]"
        text.add("", f"<small>{back}</small>")
        if dated:
            text.add(f"<small>· {labels.text('as-of', self.today)}</small>", volatile=True)
        if self.foreign:
            text.add("</div>")

    def _twins(self, report: Report, tables: Sequence[Table]) -> str:
        """Links to the same numbers for machines."""
        page = self.place.page(report.id)
        links = [f"[[:{page}.json|JSON]]"]
        for table in tables:
            if chart.drawable(table):
                for ending in (".tab", ".chart"):
                    links.append(
                        f"[[:{self._data(table.sheet.id, ending)}|{table.sheet.id}{ending}]]"
                    )
        return f"<small>{self.labels.text('machine-readable')} {' · '.join(links)}</small>"

    def _data(self, name: str, ending: str) -> str:
        if self.place.data:
            return f"{self.place.data}:{self.place.root}/{name}{ending}"
        return f"{self.place.root}/{name}{ending}"

    def _sheet(
        self,
        text: Text,
        table: Table,
        *,
        transcluded: bool,
        report: Report | None = None,
        below: list[PageText] | None = None,
    ) -> None:
        labels, sheet = self.labels, table.sheet
        text.add("", f"== {labels.caption(sheet)} ==", f'<span id="{sheet.id}"></span>')
        if advice := labels.advice(sheet):
            text.add(advice)
        text.add("")
        rows = table.rows
        if report is not None and below is not None and len(rows) > self.place.rows:
            pages = self._paged(report, table)
            below += pages
            first = rows[: self.place.rows]
            links = " · ".join(
                f"[[:{self.place.page(report.id, sheet.id, str(at))}|{at}]]"
                for at in range(1, len(pages) + 1)
            )
            text.add(f"{labels.text('first-rows', len(first), len(rows))} {links}", "")
            rows = first
        write_table(text, table, rows, labels, bar=self.place.bar, part=transcluded)
        if chart.drawable(table) and self.place.data:
            name = f"{self.place.root}/{sheet.id}"
            text.add(f"{{{{#chart:{name}.chart|data={name}.tab}}}}")

    def _paged(self, report: Report, table: Table) -> list[PageText]:
        """The pages below a report that hold all rows of a long table."""
        labels, sheet, size = self.labels, table.sheet, self.place.rows_below
        chunks = [table.rows[at : at + size] for at in range(0, len(table.rows), size)]
        pages = []
        for at, chunk in enumerate(chunks[: self.place.pages], start=1):
            text = Text()
            self._open(text)
            text.add(f"'''[[:{self.place.page(report.id)}|{labels.title(report)}]]'''")
            around = [
                f"[[:{self.place.page(report.id, sheet.id, str(to))}|{mark}]]"
                for to, mark in ((at - 1, "←"), (at + 1, "→"))
                if 1 <= to <= min(len(chunks), self.place.pages)
            ]
            text.add(
                labels.text("page-of", at, min(len(chunks), self.place.pages)),
                " · ".join(around),
                "",
            )
            if len(chunks) > self.place.pages and at == self.place.pages:
                text.add(
                    labels.text("rows-left-out", sum(map(len, chunks[self.place.pages :]))), ""
                )
            write_table(text, table, chunk, labels, bar=self.place.bar, part=True)
            self._close(text)
            pages.append(text.page(self.place.page(report.id, sheet.id, str(at))))
        return pages

    def _leaf(self, report: Report, leaf: Leaf) -> PageText:
        labels = self.labels
        text = Text()
        self._open(text)
        text.add(f"'''{labels.message(leaf.title)}'''", "")
        for paragraph in leaf.lead:
            text.add(labels.message(paragraph), "")
        title = self.place.page(report.id, leaf.name)
        for at, table in enumerate(leaf.tables):
            self._sheet(text, table, transcluded=at < 2)
        text.add("", f"<small>{labels.text('transclude', title)}</small>")
        self._close(text)
        return text.page(title)

    # --- twins for machines ----------------------------------------------------------------

    def _machine(self, report: Report, tables: Sequence[Table]) -> PageText:
        title = f"{self.place.page(report.id)}.json"
        text, digest = download.twin(report, tables, self.plain)
        return PageText(title, text, digest, "json")

    def _plot(self, table: Table, main: PageText) -> Iterator[PageText]:
        """The table for Extension:Chart; one that goes by the calendar is new when its page is."""
        if not chart.drawable(table):
            return
        source = self._data(table.sheet.id, ".tab").removeprefix(f"{self.place.data}:")
        model = "" if self.place.data else "json"
        for ending, text in (
            (".tab", chart.tab(table, self.plain)),
            (".chart", chart.chart(table, self.plain, source=source)),
        ):
            digest = main.digest if table.sheet.volatile else digest_texts([text])
            yield PageText(self._data(table.sheet.id, ending), text, digest, model)
