"""Typed: each field's value by its type, with a problem for what is not understood."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from exchange import places
from exchange.directory import Directory
from exchange.fold import fold
from exchange.languages import locale
from exchange.model import Frequency, Kind, Language, Level, Method, Priority, Want
from exchange.template import fields, scalars, terms
from exchange.template.declaration import AWAY_UNTIL_FURTHER_NOTICE, Declaration, Request
from exchange.template.fields import Field, Type
from exchange.template.item import Item
from exchange.template.items import ItemReader
from exchange.template.names import Names
from exchange.template.parameters import Parameters
from exchange.template.problems import Code, problem
from exchange.template.scan import Transclusion
from exchange.template.value import HOLE, Value, entries, filled, line, remembered_level

MOST_ENTRIES = 100
LONGEST_ENTRY = 200
LONGEST_ABOUT = 5_000


@dataclass(frozen=True, slots=True)
class TypedReader:
    """Reads our templates. ``today`` is the day against which dates are past."""

    names: Names
    directory: Directory
    today: date

    def profile(self, parameters: Parameters) -> Declaration:
        """Give what a profile template says."""
        values = self._values(parameters, fields.PROFILE)
        country, region = values.get("country"), values.get("region")
        if country and region and places.region_of(country) not in (None, region):
            home = places.region_of(country) or ""
            parameters.add(Code.REGION_CONTRADICTS, "region", hint=home)
        if "offers" in values:
            values["offers"] = tuple(item.offer() for item in values["offers"])
        if "wants" in values:
            values["wants"] = tuple(item.want() for item in values["wants"])
        return Declaration(explicit=tuple(values), **values)

    def request(self, parameters: Parameters, title: str) -> Request:
        """Give what a request template asks for; what an item says itself counts first."""
        values = self._values(parameters, fields.REQUEST)
        wants = tuple(_asked(item, values, title) for item in values.get("wants", ()))
        return Request(wants, values.get("contacts", ()))

    def item(self, transclusion: Transclusion, outer: Parameters) -> Item | None:
        """Give what a nested item template says, or None where it is another template."""
        if self.names.title(transclusion.title) not in self.names.item:
            return None
        parameters = Parameters.of(transclusion, "item")
        values = self._values(parameters, fields.ITEM)
        outer.problems += parameters.problems
        text, note = line(values.pop("text", "")), line(values.pop("note", ""))
        return Item(text, note=note, **values)

    def _values(self, parameters: Parameters, order: Iterable[Field]) -> dict[str, Any]:
        """Give the values that were understood, by attribute, in the order of the fields."""
        found: dict[str, Any] = {}
        for field in order:
            if field.name in parameters.parts:
                value = _Value(self, parameters, field).read()
                if value is not None and value != ():
                    found[field.attribute] = value
        return found


def _asked(item: Item, values: dict[str, Any], title: str) -> Want:
    """Complete an item of a request with what the request says for all of them."""
    priority: Priority = values.get("priority", Priority.NORMAL)
    return replace(
        item,
        methods=item.methods or values.get("methods", ()),
        level=item.level or values.get("level"),
        priority=item.priority or priority,
        until=item.until or values.get("until"),
        note=item.note or line(values.get("note", "")),
    ).want(title)


@dataclass(slots=True)
class _Value:
    """One field's value while it is read."""

    reader: TypedReader
    parameters: Parameters
    field: Field

    def read(self) -> Any:
        """Give the value, or None (or an empty tuple) where nothing of it was understood."""
        read: Callable[[Value], Any] = getattr(self, f"_{self.field.type.value}")
        targets = self.field.type is Type.USERS
        return read(self.parameters.value(self.field.name, targets=targets))

    def _add(self, code: Code, text: str, hint: str = "") -> None:
        self.parameters.problems.append(problem(code, self.field.name, text, hint))

    def _one(self, value: Value, read: Callable[[str], Any], code: Code) -> Any:
        """Read a value that is one word or number."""
        text = line(filled(value))
        found = read(text)
        if found is None and text:
            self._add(code, text)
        return found

    def _many(self, value: Value) -> list[str]:
        """Give the entries of a simple list."""
        texts: list[str] = []
        if value.inner:
            for each in value.inner:
                self._add(Code.UNKNOWN_TEMPLATE, each.raw)
            value = Value(value.text.replace(HOLE, ""))
        for text in entries(value):
            if len(text) > LONGEST_ENTRY:
                self._add(Code.TOO_LONG, text)
            elif len(texts) >= MOST_ENTRIES:
                self._add(Code.TOO_MANY, text)
                break
            else:
                texts.append(text)
        return texts

    def _several(self, value: Value, read: Callable[[str], Any], code: Code) -> tuple[Any, ...]:
        """Read a simple list, each entry once."""
        found: dict[Any, None] = {}
        for text in self._many(value):
            entry = read(text)
            if entry is None or entry == "":
                self._add(code, text)
            else:
                found[entry] = None
        return tuple(found)

    # --- one method a type -----------------------------------------------------------------

    def _kind(self, value: Value) -> Kind | None:
        found: Kind | None = self._one(value, terms.kind, Code.UNKNOWN_KIND)
        return found

    def _users(self, value: Value) -> tuple[str, ...]:
        return self._several(value, self.reader.names.user_name, Code.BAD_USER_NAME)

    def _items(self, value: Value) -> tuple[Item, ...]:
        reader = ItemReader(
            parameter=self.field.name,
            directory=self.reader.directory,
            today=self.reader.today,
            wanted=self.field.attribute == "wants",
            nested=lambda each: self.reader.item(each, self.parameters),
        )
        items = reader.read(value)
        self.parameters.problems += reader.problems
        return items

    def _languages(self, value: Value) -> tuple[Language, ...]:
        found: dict[str, Language] = {}
        for text in self._many(value):
            language = remembered_level(text)
            if language is None:
                self._add(Code.UNKNOWN_LANGUAGE, text)
            else:
                found.setdefault(language.code, language)
        return tuple(found.values())

    def _country(self, value: Value) -> str | None:
        text = line(filled(value))
        found = places.country(text)
        if found is None and text:
            self._add(Code.UNKNOWN_COUNTRY, text, _likely_country(text))
        return found

    def _region(self, value: Value) -> str | None:
        found: str | None = self._one(value, places.region, Code.UNKNOWN_REGION)
        return found

    def _texts(self, value: Value) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for text in self._many(value):
            found.setdefault(fold(text), text)
        return tuple(found.values())

    def _methods(self, value: Value) -> tuple[Method, ...]:
        value = Value(value.text.replace("/", ","), value.inner)
        return self._several(value, terms.method, Code.UNKNOWN_METHOD)

    def _level(self, value: Value) -> Level | None:
        found: Level | None = self._one(value, terms.level, Code.UNKNOWN_LEVEL)
        return found

    def _priority(self, value: Value) -> Priority | None:
        found: Priority | None = self._one(value, terms.priority, Code.UNKNOWN_PRIORITY)
        return found

    def _count(self, value: Value) -> int | None:
        found: int | None = self._one(value, scalars.count, Code.BAD_COUNT)
        return found

    def _timezone(self, value: Value) -> str | None:
        text = line(filled(value))
        found = scalars.timezone(text)
        if found is None and text:
            self._add(Code.BAD_TIMEZONE, text, scalars.likely_timezone(text))
        return found

    def _hours(self, value: Value) -> float | None:
        found: float | None = self._one(value, scalars.hours, Code.BAD_AVAILABILITY)
        return found

    def _frequency(self, value: Value) -> Frequency | None:
        text = line(filled(value))
        found: Frequency | None = self._one(value, terms.frequency, Code.UNKNOWN_FREQUENCY)
        # Somebody said how often, in words that we do not know: they may have said never.
        return Frequency.NEVER if found is None and text else found

    def _date(self, value: Value) -> date | None:
        text = line(filled(value))
        found = scalars.day(text)
        if found is None and text:
            self._add(Code.BAD_DATE, text, scalars.likely_day(text))
        if found and found < self.reader.today and self.field.attribute == "until":
            self._add(Code.PAST_DATE, text)
        if found is None and text and self.field.attribute == "away":
            return AWAY_UNTIL_FURTHER_NOTICE
        return found

    def _text(self, value: Value) -> str | None:
        text = filled(value).strip()
        if len(text) > LONGEST_ABOUT:
            self._add(Code.TOO_LONG, text)
            text = text[: LONGEST_ABOUT - 1].rstrip() + "…"
        return text or None


def _likely_country(text: str) -> str:
    """Guess which country was meant, as its code: a hint only."""
    english = {fold(str(name)): code for code, name in locale("en").territories.items()}
    near = difflib.get_close_matches(fold(text[:60]), english, n=1, cutoff=0.8)
    return english[near[0]] if near and english[near[0]].isalpha() else ""
