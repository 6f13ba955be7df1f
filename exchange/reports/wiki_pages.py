"""Writer: the pages of a report on a wiki, its tables paged, its twins for machines beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from exchange.i18n.escape import escape_wikitext
from exchange.i18n.messages import Localizer
from exchange.reports import export
from exchange.reports.cells import LINKS, NUMBERS, ColumnType, PartyCell, Quantity, StepCell
from exchange.reports.labels import NOTHING, Labels
from exchange.reports.model import Column, Report, Row, Subpage, Table
from exchange.ways import WayOn, WayTitles

# -- Page: the text of a wiki page of ours, and how it is told from what people wrote around it.

BEGIN = "<!-- Capacity Exchange report: what stands between these two comments is written by the bot; digest "
END = "<!-- Capacity Exchange report ends -->"
_BLOCK = re.compile(
    re.escape(BEGIN) + r"(?P<digest>[0-9a-f]{16}) -->.*?" + re.escape(END), re.DOTALL
)
FORMAT_VERSION = 1
"""Raise this where the form changes, so that every page is written once in the new one."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page to write: ``digest`` tells whether it says anything new.

    ``model`` is the content model (``wikitext`` or ``json``). ``text`` of a wikitext page stands
    between two comments; what people write before and after them is
    theirs (``replace_report``).
    """

    title: str
    text: str
    digest: str
    model: str = "wikitext"


@dataclass(frozen=True, slots=True)
class ReportPages:
    """Where the pages go and what they link to.

    ``root`` is the title of the page that lists all reports; ``bar`` the name of the bar
    template. ``data`` is the namespace of Extension:Chart's pages (``Data``), empty where the wiki
    has none: without it no page could draw a chart, so none is written for one.
    """

    root: str
    bar: str = "Capacity Exchange bar"
    data: str = ""
    ways: WayTitles = field(default_factory=WayTitles)
    rows: int = 300
    rows_below: int = 1000
    pages: int = 40
    """Rows of a table on a report's own page, on a page below it, and the most pages below."""

    def page(self, report: str, *below: str) -> str:
        """The title of a report's page, or of one below it."""
        return "/".join((self.root, report, *below))

    @property
    def numbers(self) -> str:
        """The title of the page that has the numbers of all reports for programs."""
        return f"{self.root}/data.json"


def replace_report(old: str, new: str) -> str | None:
    """Put a page's new text where the old one stands; None where somebody took the comments out."""
    found = _BLOCK.search(old)
    return None if found is None else old[: found.start()] + new + old[found.end() :]


def digest_of(text: str) -> str:
    """The digest that a page carries; empty where it has none."""
    found = _BLOCK.search(text)
    return found["digest"] if found else ""


class PageBuilder:
    """Lines of a page, in full and without what changes by the calendar alone."""

    def __init__(self) -> None:
        self.full: list[str] = []
        self.stable: list[str] = []

    def add(self, *lines: str, volatile: bool = False) -> None:
        """Add lines; ``volatile`` ones are shown and do not count as a change."""
        self.full += lines
        if not volatile:
            self.stable += lines

    def page(self, title: str) -> PageText:
        """The page of these lines."""
        digest = digest_texts([str(FORMAT_VERSION), *self.stable])
        text = "\n".join([f"{BEGIN}{digest} -->", *self.full, END])
        return PageText(title, text, digest)


def digest_texts(texts: Iterable[str]) -> str:
    """A short digest of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


# -- Wikitext: labels and tables in core wikitext, with one template for bars.

_NO_TITLE = re.compile(r"[\[\]{}|#<>\x00-\x1f]|^$")


class WikiLabels(Labels):
    """Labels as wikitext: what people wrote is escaped, people link to their profiles."""

    below = ""
    """The title of the page that leaves are below of."""

    there: frozenset[str] = frozenset()
    """The names of the leaves that have a page."""
    ways = WayTitles()

    def safe(self, text: str) -> str:
        """Text as somebody wrote it, without any meaning as markup."""
        return escape_wikitext(text)

    def party(self, party: PartyCell) -> str:
        """A person or group, linked to their profile's page."""
        return self.link(party.page, party.name or party.key)

    def link(self, title: str, label: str) -> str:
        """A link to a page; only the label where no page can have that title."""
        shown = f"<bdi>{escape_wikitext(label)}</bdi>"
        if _NO_TITLE.search(title):
            return shown
        return f"[[:{title.replace('&', '&amp;').replace(chr(39), '&#39;')}|{shown}]]"

    def cell(self, kind: ColumnType, value: object) -> str:
        """A cell as wikitext."""
        if kind not in LINKS:
            return super().cell(kind, value)
        if isinstance(value, WayOn):
            return self.ways.link(value, self.way(value), self.language)
        if kind is ColumnType.PAGE and isinstance(value, str) and value:
            return self.link(value, value)
        if kind is ColumnType.LEAF and isinstance(value, str):
            if value not in self.there:
                return NOTHING
            return f"[[:{self.below}/{value}|{self.text('draft')}]]"
        if isinstance(value, StepCell) and value.page:
            # A title that is encoded has no meaning as markup; the parser function decodes it.
            title = quote(value.page.replace("_", " "), safe=" :/").replace("~", "%7E")
            query = "&".join(f"{name}={quote(said)}" for name, said in value.query)
            return f'<span class="plainlinks">[{{{{fullurl:{title}|{query}}}}} {self.message(value)}]</span>'
        if kind is ColumnType.REVISION and isinstance(value, int):
            return f"[[Special:Diff/{value}|{value}]]"
        if kind is ColumnType.CODE and value:
            return f"<code>{escape_wikitext(str(value))}</code>"
        return super().cell(kind, value)


def write_table(
    text: PageBuilder,
    table: Table,
    rows: Sequence[Row],
    labels: WikiLabels,
    *,
    bar: str,
    part: bool,
) -> None:
    """Write rows of a table: sortable, with caption and scopes; ``part`` makes it transcludable.

    A wide table scrolls in a box of its own, by keyboard too; the page around it does not.
    """
    sheet = table.sheet
    volatile = sheet.volatile
    if not rows:
        text.add(f"''{labels.empty(sheet)}''", volatile=volatile)
        return
    caption = labels.caption(sheet)
    box = f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{escape_wikitext(caption)}">'
    text.add(
        f"<onlyinclude>{box}" if part else box,
        '{| class="wikitable sortable"',
        f'|+ style="text-align:start" | {caption}',
        volatile=volatile,
    )
    columns = sheet.columns
    for column in columns:
        sort = ' data-sort-type="number"' if column.cell.is_number else ""
        room = ' style="min-width:15em"' if column.wide else ""
        heading = f'! scope="col"{sort}{room} | {labels.heading(column)}'
        text.add(heading, volatile=volatile or column.volatile)
    tops = [_top(rows, at) if column.bar else 0.0 for at, column in enumerate(columns)]
    for row in rows:
        text.add("|-", volatile=volatile)
        for column, value, top in zip(columns, row, tops, strict=True):
            if column.name == sheet.head:
                cell = _head(labels, column, value, tree=sheet.tree)
            else:
                cell = _cell(labels, column, value, top, bar)
            text.add(cell, volatile=volatile or column.volatile)
    if table.total is not None:
        text.add('|- class="sortbottom"', volatile=volatile)
        for column, value in zip(columns, table.total, strict=True):
            if column.name == sheet.head:
                name = labels.text("total") if value is None else labels.cell(column.cell, value)
                text.add(f'! scope="row" style="text-align:start" | {name}', volatile=volatile)
            else:
                text.add(_cell(labels, column, value, 0.0, bar), volatile=volatile)
    text.add("|}", "</div></onlyinclude>" if part else "</div>", volatile=volatile)


def _head(labels: WikiLabels, column: Column, value: object, *, tree: bool) -> str:
    """A row's heading; in a tree a capacity is set in by its depth in the hierarchy."""
    shown = labels.text("not-known") if value is None else labels.cell(column.cell, value)
    style = "text-align:start"
    depth = len(labels.directory.broader(value)) if tree and isinstance(value, str) else 0
    if depth:
        style += f";padding-inline-start:{0.4 + depth:.1f}em"
    if depth or not tree:
        style += ";font-weight:normal"
    return f'! scope="row" style="{style}" | {shown}'


def _cell(labels: WikiLabels, column: Column, value: object, top: float, bar: str) -> str:
    shown = labels.cell(column.cell, value)
    if column.cell not in NUMBERS:
        sort = f'data-sort-value="{value.isoformat()}" | ' if isinstance(value, date) else ""
        return f"| {sort}{shown}"
    number = value.value if isinstance(value, Quantity) else value
    sort = f'data-sort-value="{number}"' if isinstance(number, int | float) else ""
    if top and isinstance(number, int | float):
        drawn = f"{{{{{bar}|{number:g}|{top:g}}}}}"
        return f'| {sort} style="text-align:end;white-space:nowrap" | {shown} {drawn}'
    return f'| {sort} style="text-align:end" | {shown}'


def _top(rows: Sequence[Row], at: int) -> float:
    """The largest number in a column: what the longest bar stands for."""
    numbers = [float(value) for row in rows if isinstance(value := row[at], int | float)]
    return max(numbers, default=0.0)


# -- Writer: the pages of a report on a wiki, its tables paged, its twins for machines beside it.


class ReportWriter:
    """Writes the pages of reports in one language, into one place on a wiki."""

    def __init__(
        self, labels: Labels, place: ReportPages, *, today: date, site_language: str
    ) -> None:
        self.labels = WikiLabels(labels.wording, labels.directory)
        self.labels.ways = place.ways
        self.plain = labels
        self.place = place
        self.today = today
        self.foreign = labels.language != site_language

    def pages(
        self, report: Report, tables: Sequence[Table], leaves: Sequence[Subpage] = ()
    ) -> Iterator[PageText]:
        """Every page of a report: its own, those below it, and its charts where the wiki draws them."""
        labels, place = self.labels, self.place
        leaves = [leaf for leaf in leaves if leaf.on_wiki]
        labels.below = place.page(report.id)
        labels.there = frozenset(leaf.name for leaf in leaves)
        text = PageBuilder()
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
        for leaf in leaves:
            yield self._leaf(report, leaf)
        yield from below
        yield main

    def index(self, reports: Sequence[Report], retired: Sequence[str] = ()) -> PageText:
        """The page that lists all reports and the question that each answers.

        At its end stand the pages that are ``retired``, for whoever may delete them.
        """
        labels = self.labels
        text = PageBuilder()
        self._open(text)
        text.add(labels.text("index-lead"), "")
        for report in reports:
            link = f"[[:{self.place.page(report.id)}|{labels.title(report)}]]"
            text.add(f"; {link}", f": {labels.text(report.question)}")
        if retired:
            box = '<div class="mw-collapsible mw-collapsed" style="margin-top:2em">'
            text.add("", f"{box}{labels.text('retired-pages', len(retired))}")
            text.add('<div class="mw-collapsible-content">')
            text.add(*(f"* [[:{title}]]" for title in retired), "</div></div>")
        self._close(text, dated=False)
        return text.page(self.place.root)

    def retired(self, title: str) -> PageText:
        """What is said on a page that is not needed any more."""
        link = f"[[:{self.place.root}|{self.labels.text('all-reports')}]]"
        text = PageBuilder()
        text.add(f"{self.labels.text('page-retired')} {link}")
        return text.page(title)

    # --- the parts of a page ---------------------------------------------------------------

    def _open(self, text: PageBuilder) -> None:
        if self.foreign:
            wording = self.labels.wording
            text.add(f'<div lang="{wording.language}" dir="{wording.direction}">')

    def _close(self, text: PageBuilder, *, dated: bool = True) -> None:
        labels = self.labels
        back = f"[[:{self.place.root}|{labels.text('all-reports')}]]"
        text.add("", f"<small>{back}</small>")
        if dated:
            text.add(f"<small>· {labels.text('as-of', self.today)}</small>", volatile=True)
        if self.foreign:
            text.add("</div>")

    def _twins(self, report: Report, tables: Sequence[Table]) -> str:
        """Links to the same numbers for programs."""
        links = [f"[[:{self.place.numbers}|JSON]]"]
        for table in tables:
            if self._drawn(table):
                id, endings = table.sheet.id, (".tab", ".chart")
                links += (f"[[:{self._data(id, ending)}|{id}{ending}]]" for ending in endings)
        return f"<small>{self.labels.text('machine-readable')} {' · '.join(links)}</small>"

    def _drawn(self, table: Table) -> bool:
        return bool(self.place.data) and export.has_chart(table)

    def _data(self, name: str, ending: str) -> str:
        return f"{self.place.data}:{self.place.root}/{name}{ending}"

    def _sheet(
        self,
        text: PageBuilder,
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
        if report is not None and self._drawn(table):
            name = f"{self.place.root}/{sheet.id}"
            text.add(f"{{{{#chart:{name}.chart|data={name}.tab}}}}")

    def _paged(self, report: Report, table: Table) -> list[PageText]:
        """The pages below a report that hold all rows of a long table."""
        labels, sheet, size = self.labels, table.sheet, self.place.rows_below
        chunks = [table.rows[at : at + size] for at in range(0, len(table.rows), size)]
        pages = []
        for at, chunk in enumerate(chunks[: self.place.pages], start=1):
            text = PageBuilder()
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

    def _leaf(self, report: Report, leaf: Subpage) -> PageText:
        labels = self.labels
        text = PageBuilder()
        self._open(text)
        said = labels
        if leaf.invitation is not None:
            said = WikiLabels(Localizer(leaf.invitation.language, "report"), labels.directory)
            wording = said.wording
            text.add(f'<div lang="{wording.language}" dir="{wording.direction}">')
        text.add(f"'''{said.message(leaf.title)}'''", "")
        for paragraph in leaf.lead:
            text.add(said.message(paragraph), "")
        if leaf.invitation is not None:
            text.add("</div>")
        title = self.place.page(report.id, leaf.name)
        for at, table in enumerate(leaf.tables):
            self._sheet(text, table, transcluded=at < 4)
        text.add("", f"<small>{labels.text('transclude', title)}</small>")
        self._close(text)
        return text.page(title)

    # --- for programs ----------------------------------------------------------------------

    def numbers(self, reports: Sequence[tuple[Report, Sequence[Table]]]) -> PageText:
        """The page with the numbers of all reports for programs: one, not one beside each."""
        text, digest = export.machine_copy(reports, self.plain)
        return PageText(self.place.numbers, text, digest, "json")

    def _plot(self, table: Table, main: PageText) -> Iterator[PageText]:
        """The table for Extension:Chart; one that goes by the calendar is new when its page is."""
        if not self._drawn(table):
            return
        source = self._data(table.sheet.id, ".tab").removeprefix(f"{self.place.data}:")
        for ending, text in (
            (".tab", export.table_tab(table, self.plain)),
            (".chart", export.table_chart(table, self.plain, source=source)),
        ):
            digest = main.digest if table.sheet.volatile else digest_texts([text])
            # JsonConfig knows by the title what the page is.
            yield PageText(self._data(table.sheet.id, ending), text, digest, "")
