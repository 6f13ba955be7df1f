"""Labels: cells and messages in a reader's language, as plain text.

``Labels`` is what every form shares (wiki page, web page, download). A form that has markup
overrides ``safe`` and ``party``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from exchange.directory import Directory
from exchange.geography import country_name, region_name
from exchange.i18n.messages import Localizer
from exchange.languages import language_name as language_name
from exchange.model import UNLISTED
from exchange.reports.cells import UNKNOWN_REGION, ColumnType, MessageCell, PartyCell, Quantity
from exchange.reports.model import Column, Report, Sheet
from exchange.ways import WayOn, way_words

NOTHING = "–"
"""What stands in a cell of which nothing is known; not zero."""

MAX_LISTED = 8
"""How many people or capacities a cell lists before it says how many more there are."""


class Labels:
    """Texts of one language. ``directory`` names the capacities."""

    def __init__(self, wording: Localizer, directory: Directory) -> None:
        self.wording = wording
        self.directory = directory
        self._names: dict[tuple[ColumnType, object], str] = {}
        self._parties: dict[tuple[str, str, str], str] = {}
        self._numbers: dict[tuple[ColumnType, int | float, type], str] = {}

    @classmethod
    def of(cls, language: str, directory: Directory) -> Labels:
        """Labels in a language (a MediaWiki code)."""
        return cls(Localizer(language, "report"), directory)

    @property
    def language(self) -> str:
        """The language's code."""
        return self.wording.language

    # --- messages --------------------------------------------------------------------------

    def text(self, key: str, *params: object) -> str:
        """A message; parameters as in ``MessageCell``."""
        return self.message(MessageCell(key, params))

    def message(self, message: MessageCell) -> str:
        """A message with its parameters in words."""
        return self.wording.text(message.key, *map(self._param, message.params))

    def title(self, report: Report) -> str:
        """The title of a report."""
        return self.text(report.title)

    def caption(self, sheet: Sheet) -> str:
        """The caption of a table."""
        return self.text(sheet.caption)

    def advice(self, sheet: Sheet) -> str:
        """What to do with a table; empty where there is nothing to say."""
        return self.text(sheet.advice) if sheet.advice in self.wording else ""

    def empty(self, sheet: Sheet) -> str:
        """What to say where a table has no rows."""
        return self.text(sheet.empty if sheet.empty in self.wording else "empty")

    def heading(self, column: Column) -> str:
        """The heading of a column."""
        if column.region:
            if column.region == UNKNOWN_REGION:
                return self.text("not-known")
            return self.plain_name(ColumnType.REGION, column.region)
        return self.text(column.heading)

    def _param(self, value: object) -> str | int | float:
        if isinstance(value, int | float):
            return value
        if isinstance(value, PartyCell):
            return self.party(value)
        if isinstance(value, date):
            return self.wording.date(value)
        if isinstance(value, tuple):
            kind, what = value
            return self.cell(ColumnType(kind), what)
        return self.safe(str(value))

    # --- cells -----------------------------------------------------------------------------

    def cell(self, kind: ColumnType, value: object) -> str:
        """A cell in words. ``None`` is a dash: not known is not zero."""
        if value is None or value == ():
            return NOTHING
        if isinstance(value, str):
            return self._named(kind, value) or NOTHING
        if isinstance(value, int | float):
            key = (kind, value, type(value))
            if key not in self._numbers:
                self._numbers[key] = self._number(kind, value)
            return self._numbers[key]
        if isinstance(value, Quantity):
            return self.cell(value.unit, value.value)
        if isinstance(value, MessageCell):
            return self.message(value)
        if isinstance(value, PartyCell):
            who = (value.key, value.name, value.page)
            if who not in self._parties:
                self._parties[who] = self.party(value)
            return self._parties[who]
        if isinstance(value, WayOn):
            return self.way(value)
        if isinstance(value, date):
            return self.wording.date(value, "medium")
        if isinstance(value, tuple):
            return self._several(kind, value)
        return self._named(kind, str(value)) or NOTHING

    def _number(self, kind: ColumnType, value: int | float) -> str:
        wording = self.wording
        if kind is ColumnType.REVISION:
            return str(value)
        if kind is ColumnType.RATE:
            return wording.percent(value)
        if kind is ColumnType.POINTS:
            return self._signed(round(100 * value, 1))
        if kind is ColumnType.CHANGE:
            return self._signed(value)
        return wording.number(value, 2 if isinstance(value, float) else 0)

    def _signed(self, value: int | float) -> str:
        # The minus is a sign of its own, not a hyphen, so that it does not break from its number.
        shown = self.wording.number(abs(value), 1)
        return f"+{shown}" if value > 0 else f"−{shown}" if value < 0 else shown

    def _several(self, kind: ColumnType, values: tuple[object, ...]) -> str:
        if kind is ColumnType.WINDOW:
            return self.window(tuple(int(str(value)) for value in values))
        singular = {
            ColumnType.PARTIES: ColumnType.PARTY,
            ColumnType.CAPACITIES: ColumnType.CAPACITY,
            ColumnType.LANGUAGES: ColumnType.LANGUAGE,
            ColumnType.REGIONS: ColumnType.REGION,
            ColumnType.WAYS: ColumnType.WAYS,
        }[kind]
        names = self._names
        shown = [
            names.get((singular, value)) or self.cell(singular, value)
            for value in values[:MAX_LISTED]
        ]
        if len(values) > MAX_LISTED:
            shown.append(self.text("and-more", len(values) - MAX_LISTED))
        return self.listed(shown)

    def _named(self, kind: ColumnType, value: str) -> str:
        if kind not in (
            ColumnType.CAPACITY,
            ColumnType.REGION,
            ColumnType.COUNTRY,
            ColumnType.LANGUAGE,
        ):
            return self.safe(value)
        known = self._names.get((kind, value))
        if known is None:
            known = self._names[kind, value] = self.safe(self.plain_name(kind, value))
        return known

    def plain_name(self, kind: ColumnType, value: str) -> str:
        """The name of a capacity, region, country or language, not made safe for any markup."""
        if value == UNLISTED:
            return self.text("unlisted")
        if kind is ColumnType.CAPACITY:
            return self.directory.name(value, self.language)
        if kind is ColumnType.REGION:
            return region_name(value, self.language)
        if kind is ColumnType.COUNTRY:
            return country_name(value, self.language)
        return language_name(value, self.language)

    def listed(self, texts: list[str]) -> str:
        """Texts with the language's commas between them, without an "and"."""
        return self.wording.commas(texts)

    def window(self, hours: Iterable[int]) -> str:
        """Hours of the day as spans, such as ``9:00–12:00, 20:00–21:00 (UTC)``; may pass midnight."""
        left = sorted(set(hours))
        if len(left) == 24:
            return self.text("any-hour")
        spans: list[list[int]] = []
        for hour in left:
            if spans and spans[-1][1] == hour:
                spans[-1][1] = hour + 1
            else:
                spans.append([hour, hour + 1])
        if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == 24:
            spans[-1][1] = spans.pop(0)[1]
        shown = [f"{start}:00–{end}:00" for start, end in spans]
        return self.text("window", self.listed(shown))

    def way(self, way: WayOn) -> str:
        """Where a want leads, in words."""
        return way_words(way, self.wording, self.directory, escape=self.safe)

    # --- what a form with markup says in its own way ---------------------------------------

    def safe(self, text: str) -> str:
        """Text as somebody wrote it, safe in this form."""
        return text

    def party(self, party: PartyCell) -> str:
        """A person or group."""
        return self.safe(party.name or party.key)
