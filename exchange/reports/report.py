"""Report: a declaration of what is counted, which question it answers, and how it is shown.

A report is a page with one or more sheets; a sheet is a table with a caption. Nothing here knows
of wikitext or HTML: the wiki pages, the web tool's pages and the downloads are all made from the
same declarations, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.reports.facts import Facts


class Cell(StrEnum):
    """What a column holds; the words in brackets give the Python value of a cell.

    Any cell may be None: not known, or nothing to say. That is not the same as zero.
    """

    TEXT = "text"  # (str) as somebody wrote it
    CAPACITY = "capacity"  # (str) capacity id
    CAPACITIES = "capacities"  # (tuple[str, ...])
    PARTY = "party"  # (Party)
    PARTIES = "parties"  # (tuple[Party, ...])
    REGION = "region"  # (str) region id
    COUNTRY = "country"  # (str) ISO 3166-1 alpha-2
    LANGUAGE = "language"  # (str) MediaWiki code
    LANGUAGES = "languages"  # (tuple[str, ...])
    REGIONS = "regions"  # (tuple[str, ...])
    PAGE = "page"  # (str) title of a wiki page
    MESSAGE = "message"  # (Message) words of the project, translated
    COUNT = "count"  # (int)
    CHANGE = "change"  # (int or float) signed difference
    NUMBER = "number"  # (float)
    RATE = "rate"  # (float) 0 to 1, shown as per cent
    POINTS = "points"  # (float) signed difference of two rates, in percentage points
    FIGURE = "figure"  # (Figure) a value with its own unit, for lists of figures
    DATE = "date"  # (datetime.date)
    WINDOW = "window"  # (tuple[int, ...]) hours of the day in UTC
    REVISION = "revision"  # (int) revision id on the wiki
    LEAF = "leaf"  # (str) name of a page below the report's own
    CODE = "code"  # (str) text to copy as it is

    @property
    def is_number(self) -> bool:
        """Tell whether cells of this kind are set to the end and sorted as numbers."""
        return self in _NUMBERS


_NUMBERS = frozenset((Cell.COUNT, Cell.CHANGE, Cell.NUMBER, Cell.RATE, Cell.POINTS, Cell.FIGURE))


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """A person or group in a cell: ``name`` to show, ``page`` the wiki page of the profile."""

    key: str
    name: str = field(compare=False)
    page: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    """Words of the project in a cell: a key of i18n/report or i18n/core and its parameters.

    A parameter may be a number, a ``Party``, or a text; ``("capacity", id)``,
    ``("language", code)``, ``("region", id)`` and ``("country", code)`` are named in the reader's
    language.
    """

    key: str
    params: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit: ``count``, ``number``, ``rate`` or ``change`` (a ``Cell`` value)."""

    unit: Cell
    value: int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    Its heading is the message ``column-<name>``. ``bar`` draws the value as a bar beside the
    number. ``volatile`` marks what changes by the calendar alone (such as "since last week"): it
    is shown, and never makes an edit by itself. ``unit`` goes into downloads (``people``,
    ``wants``, ``hours`` ...). ``wide`` marks a column of sentences, which needs room.
    """

    name: str
    cell: Cell
    unit: str = ""
    bar: bool = False
    volatile: bool = False
    wide: bool = False

    @property
    def heading(self) -> str:
        """The message key of the column's heading."""
        return f"column-{self.name}"


@dataclass(frozen=True, slots=True)
class Plot:
    """How a sheet is drawn: ``x`` names the column of labels, ``y`` the columns of numbers.

    ``kind`` is ``bar``, ``line`` or ``pie``; ``limit`` is how many rows are drawn, from the top.
    """

    x: str
    y: tuple[str, ...]
    kind: str = "bar"
    limit: int = 20


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
    rows: Callable[[Facts], list[Row]]
    total: Callable[[Facts], Row] | None = None
    plot: Plot | None = None
    head: str = ""
    tree: bool = False
    volatile: bool = False

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
class Leaf:
    """A page below a report's own: ``name`` is its place in the title (``SSA``).

    ``title`` and ``lead`` are what the page says above its tables.
    """

    name: str
    title: Message
    lead: tuple[Message, ...]
    tables: tuple[Table, ...]


class Rhythm(StrEnum):
    """How often a report is worth making anew; it is written only where its facts changed."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Report:
    """A page for coordinators.

    Messages: ``report-<id>`` is the title, ``report-<id>-question`` the question it answers,
    ``report-<id>-advice`` the sentence that says what to do with it. ``leaves`` makes the pages
    below it (one a region, one a cohort).
    """

    id: str
    sheets: tuple[Sheet, ...]
    rhythm: Rhythm = Rhythm.DAILY
    leaves: Callable[[Facts], list[Leaf]] | None = None

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


def fill(sheet: Sheet, facts: Facts) -> Table:
    """Fill a sheet in from the facts; checks that every row has a cell for every column."""
    rows = tuple(sheet.rows(facts))
    width = len(sheet.columns)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"{sheet.id}: a row has {len(row)} cells for {width} columns: {row}")
    return Table(sheet, rows, sheet.total(facts) if sheet.total else None)


def day(value: date | None) -> date | None:
    """A moment as its day; pandas' and datetime's subclasses of date become plain dates."""
    return None if value is None else date(value.year, value.month, value.day)


def whole(value: object) -> int:
    """A number out of a frame as a plain int."""
    return int(value)  # type: ignore[call-overload,no-any-return]
