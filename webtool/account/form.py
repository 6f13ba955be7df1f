"""Form: a profile's declaration as fields that somebody fills in, and back. No wiki, no Flask.

Every list has rows of its own: ``offers-0-capacity``, ``offers-0-level`` and so on. A row whose
first field is empty is passed over, so that rows can be emptied and blank ones can wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from exchange.directory import Directory
from exchange.fold import fold
from exchange.languages import normalise
from exchange.model import (
    NATIVE,
    UNLISTED,
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Offer,
    Priority,
    Want,
)
from exchange.template import Declaration
from exchange.template.scalars import hours, timezone

MOST_ROWS = 60
MOST_TEXT = 300
MOST_ABOUT = 4000
BLANK = 2
LEVELS = (*range(6), NATIVE)

Item = TypeVar("Item", Offer, Want)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A field that cannot be read: its name in the form, and a code for ``account-field-…``."""

    field: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list as the form shows it: every value as the text that its field holds."""

    text: str = ""
    level: str = ""
    priority: str = "0"
    until: str = ""
    note: str = ""
    methods: tuple[str, ...] = ()


def rows_of(items: Iterable[Offer | Want | Language]) -> list[Row]:
    """Give the rows for what was declared."""
    rows = []
    for one in items:
        if isinstance(one, Language):
            rows.append(Row(one.code, str(one.level)))
            continue
        row = Row(one.text, str(one.level.value) if one.level else "", note=one.note)
        if isinstance(one, Want):
            until = one.until.isoformat() if one.until else ""
            row = replace(row, priority=str(one.priority.value), until=until)
        rows.append(replace(row, methods=tuple(one.methods)))
    return rows


def rows_sent(fields: Fields, name: str) -> list[Row]:
    """Give the rows as somebody filled them in, unreadable ones and empty ones too."""
    first = "code" if name == "languages" else "capacity"
    return [
        Row(
            fields.one(f"{name}-{at}-{first}", 150),
            fields.one(f"{name}-{at}-level"),
            fields.one(f"{name}-{at}-priority") or "0",
            fields.one(f"{name}-{at}-until"),
            fields.one(f"{name}-{at}-note"),
            tuple(filter(None, fields.all(f"{name}-{at}-methods"))),
        )
        for at in range(fields.rows(name, first))
    ]


class Fields:
    """What somebody filled in: one value or several by name, cut to what is sensible."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def one(self, name: str, most: int = MOST_TEXT) -> str:
        """The first value, without what a line cannot hold."""
        given = next(iter(self._values.get(name, ())), "")
        return " ".join(given.split())[:most]

    def text(self, name: str, most: int) -> str:
        """A value of several lines."""
        given = next(iter(self._values.get(name, ())), "")
        return given.replace("\r\n", "\n").replace("\r", "\n").strip()[:most]

    def all(self, name: str) -> Sequence[str]:
        """Every value of a name."""
        return self._values.get(name, ())[:50]

    def rows(self, name: str, first: str) -> int:
        """How many rows of a list were sent."""
        count = 0
        while count < MOST_ROWS and f"{name}-{count}-{first}" in self._values:
            count += 1
        return count


def fill(
    fields: Fields, *, before: Declaration, directory: Directory
) -> tuple[Declaration, list[Complaint]]:
    """Read the fields over what was declared before; what was not asked for stays as it was.

    An unreadable field keeps its value from before and is complained about.
    """
    reader = _Reader(fields, before, directory)
    values: dict[str, Any] = {
        "kind": reader.choice("kind", Kind, before.kind),
        "contacts": reader.names("contacts", before.contacts),
        "offers": reader.items("offers", before.offers, reader.offer),
        "wants": reader.items("wants", before.wants, reader.want),
        "languages": reader.languages(),
        "country": reader.plain("country", before.country),
        "region": reader.plain("region", before.region),
        "affiliations": reader.names("affiliations", before.affiliations),
        "projects": reader.names("projects", before.projects),
        "methods": reader.methods("methods", before.methods),
        "seats": reader.count("seats", before.seats),
        "timezone": reader.told("timezone", before.timezone, timezone),
        "hours": reader.hours(),
        "notify": reader.choice("notify", Frequency, before.notify),
        "away": reader.day("away", before.away),
        "about": fields.text("about", MOST_ABOUT) if "about" in fields else before.about,
    }
    blank = Declaration()
    explicit = tuple(
        name
        for name, value in values.items()
        if value != getattr(blank, name)
        or (name in before.explicit and value == getattr(before, name))
    )
    return replace(before, explicit=explicit, **values), reader.complaints


class _Reader:
    def __init__(self, fields: Fields, before: Declaration, directory: Directory) -> None:
        self.fields = fields
        self.before = before
        self.directory = directory
        self.complaints: list[Complaint] = []

    def _complain(self, field: str, code: str, text: str = "") -> None:
        self.complaints.append(Complaint(field, code, text[:80]))

    # --- lists ------------------------------------------------------------------------------

    def items(
        self, name: str, before: tuple[Item, ...], make: Callable[[str, Item | None], Item]
    ) -> tuple[Item, ...]:
        """Offers or wants; a row that was there before keeps what the form does not show."""
        rows = self.fields.rows(name, "capacity")
        if not rows:
            return before
        found: list[Item] = []
        for at in range(rows):
            row = f"{name}-{at}"
            if self.fields.one(f"{row}-capacity"):
                found.append(make(row, before[at] if at < len(before) else None))
        return tuple(found)

    def capacity(self, row: str, before: Offer | Want | None) -> tuple[str, str]:
        """(id, as written): a known name, or an unlisted one that others may write too."""
        text = self.fields.one(f"{row}-capacity", 150)
        if before is not None and before.text == text:
            return before.capacity, text
        return self.directory.resolve(text) or f"{UNLISTED}{fold(text)}", text

    def offer(self, row: str, before: Offer | None) -> Offer:
        """One row of what somebody shares."""
        id, text = self.capacity(row, before)
        return Offer(
            id,
            text,
            methods=self.methods(f"{row}-methods", ()),
            level=self.level(f"{row}-level"),
            note=self.fields.one(f"{row}-note"),
        )

    def want(self, row: str, before: Want | None) -> Want:
        """One row of what somebody wants to learn."""
        id, text = self.capacity(row, before)
        urgent = self.fields.one(f"{row}-priority")
        return Want(
            id,
            text,
            methods=self.methods(f"{row}-methods", ()),
            level=self.level(f"{row}-level"),
            priority=Priority(int(urgent)) if urgent in ("0", "1", "2") else Priority.NORMAL,
            until=self.day(f"{row}-until", None),
            note=self.fields.one(f"{row}-note"),
        )

    def languages(self) -> tuple[Language, ...]:
        """Languages by any name; the last level counts where one stands twice."""
        rows = self.fields.rows("languages", "code")
        if not rows:
            return self.before.languages
        found: dict[str, Language] = {}
        for at in range(rows):
            text = self.fields.one(f"languages-{at}-code", 60)
            if not text:
                continue
            code = normalise(text)
            if code is None:
                self._complain(f"languages-{at}-code", "language", text)
                continue
            level = self.fields.one(f"languages-{at}-level")
            known = level.isdigit() and int(level) in LEVELS
            found[code] = Language(code, int(level) if known else NATIVE)
        return tuple(found.values())

    def names(self, name: str, before: tuple[str, ...]) -> tuple[str, ...]:
        """A list in one field, with commas between, or a line each."""
        if name not in self.fields:
            return before
        text = self.fields.text(name, MOST_ABOUT).replace("\n", ",")
        parts = (" ".join(part.split()) for part in text.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))[:50]

    def methods(self, name: str, before: tuple[Method, ...]) -> tuple[Method, ...]:
        """Ticked boxes; an empty mark is sent along, so that no tick at all can be told."""
        if name not in self.fields:
            return before
        ticked = set(self.fields.all(name))
        return tuple(method for method in Method if method.value in ticked)

    # --- single values ----------------------------------------------------------------------

    def level(self, name: str) -> Level | None:
        """A level, or none."""
        text = self.fields.one(name)
        return Level(int(text)) if text in ("1", "2", "3", "4") else None

    def choice(self, name: str, kind: Callable[[str], Any], before: Any) -> Any:
        """One of a few words."""
        text = self.fields.one(name)
        try:
            return kind(text) if text else before
        except ValueError:
            self._complain(name, "choice", text)
            return before

    def plain(self, name: str, before: str | None) -> str | None:
        """A code from a list, or nothing."""
        return (self.fields.one(name, 20) or None) if name in self.fields else before

    def told(self, name: str, before: str | None, read: Callable[[str], str | None]) -> str | None:
        """Something with a reader of its own."""
        if name not in self.fields:
            return before
        text = self.fields.one(name, 60)
        value = read(text) if text else None
        if text and value is None:
            self._complain(name, name, text)
            return before
        return value

    def hours(self) -> float | None:
        """Hours a week."""
        if "hours" not in self.fields:
            return self.before.hours
        text = self.fields.one("hours", 20)
        value = hours(f"{text} h/week") if text else None
        if text and value is None:
            self._complain("hours", "hours", text)
            return self.before.hours
        return value

    def count(self, name: str, before: int) -> int:
        """A number of people."""
        if name not in self.fields:
            return before
        text = self.fields.one(name, 4)
        if text.isdigit() and int(text) <= 50:
            return int(text)
        if text:
            self._complain(name, "count", text)
        return before if text else Declaration().seats

    def day(self, name: str, before: date | None) -> date | None:
        """A day, as browsers send it."""
        if name not in self.fields:
            return before
        text = self.fields.one(name, 10)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._complain(name, "day", text)
            return before
