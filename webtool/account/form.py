"""A profile as form fields and back; knows neither the wiki nor Flask.

Every list has rows of its own: ``offers-0-capacity``, ``offers-0-level`` and so on. A row whose
first field is empty counts for nothing: that is how rows are removed and blank ones wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from exchange.directory import Directory
from exchange.languages import find_language, language_name
from exchange.model import (
    FLUENT,
    NATIVE,
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Offer,
    Priority,
    Want,
)
from exchange.profiles.document import AWAY_UNTIL_FURTHER_NOTICE, ProfileTemplate
from exchange.profiles.scalars import parse_hours, parse_timezone
from exchange.profiles.whereabouts import MAX_PLACE_LENGTH, as_skill

MAX_ROWS = 300
MAX_TEXT = 300
MAX_LONG_TEXT = 100_000
"""Far more than the form lets anybody type: what stands on the wiki already may be longer."""
LEVELS = (*range(6), NATIVE)
_SEPARATOR = re.compile(r"[,;،؛、，；]")

Item = TypeVar("Item", Offer, Want)


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field that cannot be parsed: its name, and a code for the message ``account-field-…``."""

    field: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a list as the form shows it: every value as the text that its field holds."""

    text: str = ""
    level: str = ""
    priority: str = "0"
    until: str = ""
    note: str = ""
    methods: tuple[str, ...] = ()
    since: str = ""
    place: str = ""


def rows_of(items: Iterable[Offer | Want | Language]) -> list[FormRow]:
    """Return the rows for what was declared."""
    rows = []
    for one in items:
        if isinstance(one, Language):
            rows.append(FormRow(one.code, str(one.level)))
            continue
        since, until = (day.isoformat() if day else "" for day in (one.since, one.until))
        urgent = str(one.priority.value) if isinstance(one, Want) else "0"
        level = str(one.level.value) if one.level else ""
        row = FormRow(one.text, level, urgent, until, one.note, since=since, place=one.place)
        rows.append(replace(row, methods=tuple(one.methods)))
    return rows


def language_rows(languages: Iterable[Language], reader_language: str) -> list[FormRow]:
    """Return rows with the languages' names as the reader calls them, where these read back."""
    rows = []
    for row in rows_of(languages):
        name = language_name(row.text, reader_language)
        rows.append(replace(row, text=name) if find_language(name) == row.text else row)
    return rows


def with_blank(rows: Sequence[FormRow], more: int = 0) -> list[FormRow]:
    """Return rows with one that waits to be filled in at the end, and some more if asked for."""
    is_full = not rows or bool(rows[-1].text or rows[-1].note)
    return [*rows, *[FormRow()] * (more + is_full)]


def submitted_rows(fields: FormFields, name: str) -> list[FormRow]:
    """Return the rows as somebody filled them in, unreadable ones and empty ones too."""
    first = "code" if name == "languages" else "capacity"
    return [
        FormRow(
            fields.get(f"{name}-{at}-{first}", 150),
            fields.get(f"{name}-{at}-level"),
            fields.get(f"{name}-{at}-priority") or "0",
            fields.get(f"{name}-{at}-until"),
            fields.get(f"{name}-{at}-note"),
            tuple(filter(None, fields.all(f"{name}-{at}-methods"))),
            fields.get(f"{name}-{at}-since"),
            fields.get(f"{name}-{at}-place"),
        )
        for at in range(fields.count_rows(name, first))
    ]


def _is_untouched(sent: FormRow, item: Offer | Want) -> bool:
    """Whether a row came back as the form showed the item, cut as the form cuts."""
    (row,) = rows_of([item])
    shown = replace(
        row,
        text=" ".join(row.text.split())[:150],
        note=" ".join(row.note.split())[:MAX_TEXT],
        methods=tuple(sorted(row.methods)),
    )
    return replace(sent, methods=tuple(sorted(sent.methods))) == shown


def _find_untouched(sent: FormRow, before: tuple[Item, ...], at: int) -> Item | None:
    """Return the item that a row shows unchanged; a form shown again has its rows in other places."""
    for one in before[at:] + before[:at]:
        if _is_untouched(sent, one):
            return one
    return None


def _says_something(sent: FormRow, item: Offer | Want | None) -> bool:
    """Whether a row without a capacity says something new; a row that was emptied is removed."""
    blank = FormRow(priority=sent.priority, level=sent.level)
    if replace(sent, text="") == blank:
        return False
    return item is None or not _is_untouched(replace(sent, text=item.text), item)


def split_names(text: str, directory: Directory) -> list[str]:
    """Return the names in a field: several where separators stand between them and one is known.

    The longest known name counts, so that ``Privacy, Security & GDPR`` is one. Words that no
    capacity is called by stay as they are, separators and all, where no part of them is known.
    """
    if directory.resolve(text):
        return [text]
    names, known, at = [], False, 0
    while at < len(text):
        found = directory.match_prefix(text, at)
        cut = _SEPARATOR.search(text, at)
        end = found[1] if found else cut.start() if cut else len(text)
        known = known or found is not None
        names.append(text[at:end].strip(" ,;،؛、，；"))
        at = end + 1
    names = list(dict.fromkeys(filter(None, names)))
    return names if known else [text]


def missing_items(declared: ProfileTemplate) -> list[FieldError]:
    """Return what is wrong with a profile in which nobody offers or wants anything."""
    if declared.offers or declared.wants:
        return []
    return [FieldError("offers-0-capacity", "empty")]


class FormFields:
    """What somebody filled in: one value or several by name, of bounded length."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, most: int = MAX_TEXT) -> str:
        """Return the first value on one line, cut to ``most`` characters."""
        given = next(iter(self._values.get(name, ())), "")
        return " ".join(given.split())[:most]

    def text(self, name: str, most: int) -> str:
        """Return a value of several lines."""
        given = next(iter(self._values.get(name, ())), "")
        return given.replace("\r\n", "\n").replace("\r", "\n").strip()[:most]

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a name."""
        return self._values.get(name, ())[:50]

    def count_rows(self, name: str, first: str) -> int:
        """Return how many rows of a list were sent."""
        count = 0
        while count < MAX_ROWS and f"{name}-{count}-{first}" in self._values:
            count += 1
        return count


def parse_form(
    fields: FormFields, *, before: ProfileTemplate, directory: Directory
) -> tuple[ProfileTemplate, list[FieldError]]:
    """Return what was declared before with the fields applied, and the errors.

    What the form did not ask for, and what cannot be parsed, stays as it was.
    """
    reader = _Reader(fields, before, directory)
    values: dict[str, Any] = {
        "kind": reader.choice("kind", Kind, before.kind),
        "contacts": reader.names("contacts", before.contacts),
        "offers": reader.items("offers", before.offers, reader.offer),
        "wants": reader.items("wants", before.wants, reader.want),
        "languages": reader.languages(),
        "country": reader.code("country", before.country),
        "region": reader.code("region", before.region),
        "affiliations": reader.names("affiliations", before.affiliations),
        "projects": reader.names("projects", before.projects),
        "methods": reader.methods("methods", before.methods),
        "seats": reader.count("seats", before.seats),
        "timezone": reader.parsed("timezone", before.timezone, parse_timezone),
        "hours": reader.hours(),
        "notify": reader.choice("notify", Frequency, before.notify),
        "away": reader.day("away", before.away),
        "about": fields.text("about", MAX_LONG_TEXT) if "about" in fields else before.about,
    }
    blank = ProfileTemplate()
    given = tuple(
        name
        for name, value in values.items()
        if value != getattr(blank, name)
        or (name in before.given and value == getattr(before, name))
    )
    return replace(before, given=given, **values), reader.errors


def with_carried(
    declared: ProfileTemplate, *, offer: str, want: str, directory: Directory, language: str
) -> ProfileTemplate:
    """Return a declaration with what somebody came for: ids or names from an address."""

    def named(text: str) -> tuple[str, str]:
        id = directory.identify(text)
        return id, directory.name(id, language) if id in directory else text

    if offer and directory.identify(offer) not in {one.capacity for one in declared.offers}:
        declared = replace(declared, offers=(*declared.offers, Offer(*named(offer))))
    if want and directory.identify(want) not in {one.capacity for one in declared.wants}:
        declared = replace(declared, wants=(*declared.wants, Want(*named(want))))
    return declared


class _Reader:
    def __init__(self, fields: FormFields, before: ProfileTemplate, directory: Directory) -> None:
        self.fields = fields
        self.before = before
        self.directory = directory
        self.errors: list[FieldError] = []

    def _report(self, field: str, code: str, text: str = "") -> None:
        self.errors.append(FieldError(field, code, text[:80]))

    # --- lists ------------------------------------------------------------------------------

    def items(
        self, name: str, before: tuple[Item, ...], make: Callable[[str, Item | None], Item]
    ) -> tuple[Item, ...]:
        """Offers or wants; a row that was there before keeps what the form does not show."""
        rows = self.fields.count_rows(name, "capacity")
        if not rows:
            return before
        found: list[Item] = []
        sent = submitted_rows(self.fields, name)
        for at in range(rows):
            row = f"{name}-{at}"
            old = before[at] if at < len(before) else None
            untouched = _find_untouched(sent[at], before, at)
            if untouched is not None:
                found.append(untouched)  # Whatever the form cannot show of it stays.
            elif self.fields.get(f"{row}-capacity"):
                named = self.named(make(row, old), old)
                thing = self.directory.is_thing
                found += [one if thing(one.capacity) else as_skill(one) for one in named]
            elif _says_something(sent[at], old):
                self._report(f"{row}-capacity", "unnamed")
        return tuple(found)

    def named(self, item: Item, before: Item | None) -> list[Item]:
        """Return one item, or several where somebody wrote several names into one field."""
        if before is not None and before.text == item.text:
            return [item]
        names = split_names(item.text, self.directory)
        if len(names) == 1:
            return [item]
        return [
            replace(
                item,
                capacity=self.directory.identify(name),
                text=name,
                note="" if at else item.note,
            )
            for at, name in enumerate(names)
        ]

    def capacity(self, row: str, before: Offer | Want | None) -> tuple[str, str]:
        """(id, as written): a known name, or an unlisted one that others may write too."""
        text = self.fields.get(f"{row}-capacity", 150)
        if before is not None and before.text == text:
            return before.capacity, text
        return self.directory.identify(text), text

    def offer(self, row: str, before: Offer | None) -> Offer:
        """One row of what somebody shares."""
        id, text = self.capacity(row, before)
        return Offer(id, text, **self.said(row, before))

    def said(self, row: str, before: Offer | Want | None) -> dict[str, Any]:
        """What can be said of an offer and a want alike."""
        return {
            "methods": self.methods(f"{row}-methods", ()),
            "level": self.level(f"{row}-level"),
            "since": self.day(f"{row}-since", None),
            "until": self.day(f"{row}-until", None),
            "place": self.fields.get(f"{row}-place", MAX_PLACE_LENGTH),
            "note": self.note(row, before),
        }

    def note(self, row: str, before: Offer | Want | None) -> str:
        """What is said about a row; a longer note than the form takes stays whole."""
        text = self.fields.get(f"{row}-note")
        if before is not None and text == " ".join(before.note.split())[:MAX_TEXT]:
            return before.note
        return text

    def want(self, row: str, before: Want | None) -> Want:
        """One row of what somebody wants to learn."""
        id, text = self.capacity(row, before)
        urgent = self.fields.get(f"{row}-priority")
        return Want(
            id,
            text,
            priority=Priority(int(urgent)) if urgent in ("0", "1", "2") else Priority.NORMAL,
            **self.said(row, before),
        )

    def languages(self) -> tuple[Language, ...]:
        """Languages by any name; the last level counts where one stands twice."""
        rows = self.fields.count_rows("languages", "code")
        if not rows:
            return self.before.languages
        found: dict[str, Language] = {}
        for at in range(rows):
            text = self.fields.get(f"languages-{at}-code", 60)
            if not text:
                continue
            code = find_language(text)
            if code is None:
                self._report(f"languages-{at}-code", "language", text)
                continue
            level = self.fields.get(f"languages-{at}-level")
            known = level.isdigit() and int(level) in LEVELS
            found[code] = Language(code, int(level) if known else FLUENT)
        return tuple(found.values())

    def names(self, name: str, before: tuple[str, ...]) -> tuple[str, ...]:
        """A list in one field, with commas between, or a line each."""
        if name not in self.fields:
            return before
        text = self.fields.text(name, MAX_LONG_TEXT).replace("\n", ",")
        if text == ", ".join(before):
            return before  # An entry may hold commas itself.
        parts = (" ".join(part.split()) for part in text.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))[:MAX_ROWS]

    def methods(self, name: str, before: tuple[Method, ...]) -> tuple[Method, ...]:
        """Ticked boxes; an empty mark is sent along, so that no tick at all can be told."""
        if name not in self.fields:
            return before
        ticked = set(self.fields.all(name))
        return tuple(method for method in Method if method.value in ticked)

    # --- single values ----------------------------------------------------------------------

    def level(self, name: str) -> Level | None:
        """A level, or none."""
        text = self.fields.get(name)
        return Level(int(text)) if text in ("1", "2", "3", "4") else None

    def choice(self, name: str, kind: Callable[[str], Any], before: Any) -> Any:
        """One of a few words."""
        text = self.fields.get(name)
        try:
            return kind(text) if text else before
        except ValueError:
            self._report(name, "choice", text)
            return before

    def code(self, name: str, before: str | None) -> str | None:
        """A code from a list, or nothing."""
        return (self.fields.get(name, 20) or None) if name in self.fields else before

    def parsed(
        self, name: str, before: str | None, read: Callable[[str], str | None]
    ) -> str | None:
        """Something with a reader of its own."""
        if name not in self.fields:
            return before
        text = self.fields.get(name, 60)
        value = read(text) if text else None
        if text and value is None:
            self._report(name, name, text)
            return before
        return value

    def hours(self) -> float | None:
        """Hours a week."""
        if "hours" not in self.fields:
            return self.before.hours
        text = self.fields.get("hours", 20)
        value = parse_hours(f"{text} h/week") if text else None
        if text and value is None:
            self._report("hours", "hours", text)
            return self.before.hours
        return value

    def count(self, name: str, before: int) -> int:
        """A number of people."""
        if name not in self.fields:
            return before
        text = self.fields.get(name, 4)
        if text.isdigit() and int(text) <= 50:
            return int(text)
        if text:
            self._report(name, "count", text)
        return before if text else ProfileTemplate().seats

    def day(self, name: str, before: date | None) -> date | None:
        """A day, as browsers send it."""
        if name not in self.fields:
            return before
        text = self.fields.get(name, 10)
        if not text and before == AWAY_UNTIL_FURTHER_NOTICE:
            return before  # The form cannot show it.
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._report(name, "day", text)
            return before
