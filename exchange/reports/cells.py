"""Cells: what may stand in a report's cell, and the kinds of columns that hold it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ColumnType(StrEnum):
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
    WAYS = "ways"  # (tuple[WayOn, ...]) where a want leads
    STEP = "step"  # (StepCell) what to do next, and where

    @property
    def is_number(self) -> bool:
        """Whether cells of this kind are set to the end and sorted as numbers."""
        return self in NUMBERS


NUMBERS = frozenset(
    (
        ColumnType.COUNT,
        ColumnType.CHANGE,
        ColumnType.NUMBER,
        ColumnType.RATE,
        ColumnType.POINTS,
        ColumnType.FIGURE,
    )
)

LINKS = frozenset(
    (
        ColumnType.PAGE,
        ColumnType.REVISION,
        ColumnType.LEAF,
        ColumnType.CODE,
        ColumnType.WAYS,
        ColumnType.STEP,
    )
)
"""Kinds of cells that a form with markup makes something of: links, or code to copy."""

UNKNOWN_REGION = "?"
"""The region of a column for those whose region is not known."""


@dataclass(frozen=True, slots=True, order=True)
class PartyCell:
    """A person or group in a cell: ``name`` to show, ``page`` the wiki page of the profile."""

    key: str
    name: str = field(compare=False)
    page: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class MessageCell:
    """Words of the project in a cell: a key of i18n/report or i18n/core and its parameters.

    A parameter may be a number, a ``PartyCell``, or a text; ``("capacity", id)``,
    ``("language", code)``, ``("region", id)`` and ``("country", code)`` are named in the reader's
    language.
    """

    key: str
    params: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class StepCell(MessageCell):
    """What to do about a row, and where: words, a page of the wiki, and how to open it."""

    page: str = ""
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit: ``count``, ``number``, ``rate`` or ``change`` (a ``ColumnType`` value)."""

    unit: ColumnType
    value: int | float | None


def to_date(value: date | None) -> date | None:
    """A moment as its day; pandas' and datetime's subclasses of date become plain dates."""
    return None if value is None else date(value.year, value.month, value.day)


def to_int(value: object) -> int:
    """A number out of a frame as a plain int."""
    return int(value)  # type: ignore[call-overload,no-any-return]
