"""Report: a declaration of what is counted, which question it answers, and how it is shown.

A report is a page with one or more sheets; a sheet is a table with a caption. Nothing here knows
of wikitext or HTML: the wiki pages, the web tool's pages and the downloads are all made from the
same declarations, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from exchange.reports.cells import ColumnType, MessageCell, PartyCell
from exchange.reports.data import ReportData


class Licence(StrEnum):
    """What data may be used under, by its SPDX identifier.

    Counts and the directory are free of any condition. What people wrote is theirs, under the
    wiki's licence: whoever uses it links to the page and its history.
    """

    COUNTS = "CC0-1.0"
    WORDS = "CC-BY-SA-4.0"
    BOTH = "CC0-1.0 AND CC-BY-SA-4.0"

    @property
    def address(self) -> str:
        """Where the licence stands; of both, the one with conditions."""
        if self is Licence.COUNTS:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        return "https://creativecommons.org/licenses/by-sa/4.0/"

    @staticmethod
    def of_all(parts: Iterable[Licence]) -> Licence:
        """Return the licence of what consists of several parts."""
        held = set(parts)
        return next(iter(held)) if len(held) == 1 else Licence.BOTH if held else Licence.COUNTS


_PEOPLE = frozenset((ColumnType.PARTY, ColumnType.PARTIES, ColumnType.PAGE))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Its heading is the message ``column-<name>``. ``bar`` draws the value as a bar beside the
    number. ``volatile`` marks what changes by the calendar alone (such as "since last week"): it
    is shown, and never makes an edit by itself. ``unit`` goes into downloads (``people``,
    ``wants``, ``share of wants`` ...); every number has one but a figure, whose cells say theirs.
    ``wide`` marks a column of sentences, which needs room. ``region`` is the region that the
    column is about: its name is the heading.
    """

    name: str
    cell: ColumnType
    unit: str = ""
    bar: bool = False
    volatile: bool = False
    wide: bool = False
    region: str = ""

    @property
    def heading(self) -> str:
        """The message key of the column's heading."""
        return f"column-{self.name}"


@dataclass(frozen=True, slots=True)
class Plot:
    """How a sheet is drawn: ``x`` names the column of labels, ``y`` the columns of numbers.

    ``kind`` is ``bar``, ``line`` (rows are points in time), ``matrix`` (rows and columns are
    places) or ``network`` (``x`` teaches ``y``). ``limit`` is how many rows are drawn: of bars those
    with the largest numbers in the first column of ``y``, of lines the newest. ``interval`` names
    the columns between which the true value lies; only rows that know it are drawn.
    """

    x: str
    y: tuple[str, ...]
    kind: str = "bar"
    limit: int = 20
    interval: tuple[str, str] | None = None


Value = object
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a report.

    ``rows`` makes the rows from the facts, in the order in which they are shown; ``total``, where
    there is one, the closing row. ``head`` names the column whose cells are row headings.
    ``tree`` marks one whose capacities stand below their broader ones. ``volatile`` marks a sheet that changes by the calendar alone; it never makes an edit by itself.
    Messages: ``sheet-<id>`` is the caption, ``sheet-<id>-advice`` the sentence that says what to do with it,
    ``sheet-<id>-empty`` what stands there where there are no rows.
    """

    id: str
    columns: tuple[Column, ...]
    rows: Callable[[ReportData], list[Row]]
    total: Callable[[ReportData], Row] | None = None
    plot: Plot | None = None
    head: str = ""
    tree: bool = False
    volatile: bool = False

    @property
    def licence(self) -> Licence:
        """Words, where rows name people or lead to what they wrote; else counts."""
        named = any(column.cell in _PEOPLE for column in self.columns)
        return Licence.WORDS if named else Licence.COUNTS

    @property
    def caption(self) -> str:
        """The message key of the table's caption."""
        return f"sheet-{self.id}"

    @property
    def advice(self) -> str:
        """The message key of the sentence that says what to do with this table."""
        return f"sheet-{self.id}-advice"

    @property
    def empty(self) -> str:
        """The message key of what is said where there are no rows."""
        return f"sheet-{self.id}-empty"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet filled in: plain tuples, ready for any form."""

    sheet: Sheet
    rows: tuple[Row, ...]
    total: Row | None = None

    def column(self, name: str) -> tuple[Value, ...]:
        """The cells of one column, from the top."""
        at = [column.name for column in self.sheet.columns].index(name)
        return tuple(row[at] for row in self.rows)

    def records(self) -> list[dict[str, Value]]:
        """The rows as dictionaries by column name."""
        names = [column.name for column in self.sheet.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class CohortInvitation:
    """What makes of a page's lead an invitation: its language, whom it is for, to what.

    ``event`` is a type of events of the CampaignEvents extension.
    """

    language: str
    people: tuple[PartyCell, ...]
    event: str


@dataclass(frozen=True, slots=True)
class Subpage:
    """A page below a report's own: ``name`` is its place in the title (``SSA``).

    ``title`` and ``lead`` are what the page says above its tables. ``on_wiki`` tells whether it
    is worth a page of its own on the wiki, too. An ``invitation`` is said in the language of those
    who are invited, not in the reader's.
    """

    name: str
    title: MessageCell
    lead: tuple[MessageCell, ...]
    tables: tuple[Table, ...]
    on_wiki: bool = True
    invitation: CohortInvitation | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A page for coordinators.

    Messages: ``report-<id>`` is the title, ``report-<id>-question`` the question it answers,
    ``report-<id>-advice`` the sentence that says what to do with it. ``subpages`` makes the pages
    below it (one a region, one a cohort).
    """

    id: str
    sheets: tuple[Sheet, ...]
    subpages: Callable[[ReportData], list[Subpage]] | None = None

    @property
    def licence(self) -> Licence:
        """The licence of all its sheets together."""
        return Licence.of_all(sheet.licence for sheet in self.sheets)

    @property
    def title(self) -> str:
        """The message key of the title."""
        return f"report-{self.id}"

    @property
    def question(self) -> str:
        """The message key of the question that the report answers."""
        return f"report-{self.id}-question"

    @property
    def advice(self) -> str:
        """The message key of the sentence that says what to do with it."""
        return f"report-{self.id}-advice"


def fill_sheet(sheet: Sheet, facts: ReportData) -> Table:
    """Fill a sheet in from the facts; checks that every row has a cell for every column."""
    rows = tuple(sheet.rows(facts))
    width = len(sheet.columns)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"{sheet.id}: a row has {len(row)} cells for {width} columns: {row}")
    return Table(sheet, rows, sheet.total(facts) if sheet.total else None)
