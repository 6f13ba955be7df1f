"""Typed: each field's value by its type, with a problem for what is not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from exchange import geography
from exchange.directory import Directory
from exchange.languages import parse_languages
from exchange.model import (
    FLUENT,
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Priority,
    Problem,
)
from exchange.model.programme import MOST_APPLICANTS, Audience
from exchange.profiles import fields, scalars
from exchange.profiles.document import (
    AWAY_UNTIL_FURTHER_NOTICE,
    Omission,
    OmissionReason,
    ProblemCode,
    ProfileTemplate,
    ProgrammeTemplate,
    RequestTemplate,
    make_omission,
    make_problem,
)
from exchange.profiles.fields import Field, TemplateParameters, Type
from exchange.profiles.item_words import ListItem, complete_request, without_until
from exchange.profiles.items import ItemReader
from exchange.profiles.names import TemplateNames, link_mentions
from exchange.profiles.programme_values import (
    ApplicantLine,
    make_programme,
    read_applicants,
    read_audience,
)
from exchange.profiles.suggestions import suggest
from exchange.profiles.whereabouts import MAX_PLACE_LENGTH, Days, parse_days
from exchange.text import fold
from exchange.wikitext.markup import template_role, unseen_texts
from exchange.wikitext.nodes import Parameter
from exchange.wikitext.plain_text import (
    PLACEHOLDER,
    PlainValue,
    link_targets,
    restore_templates,
    single_line,
    split_entries,
)
from exchange.wikitext.preprocessor import Transclusion

_OWN_NOTHING = frozenset({Type.FREQUENCY, Type.DATE, Type.DAYS, Type.COUNT, Type.TEXT, Type.ITEMS})
"""Types that mean something by "none", or see to it themselves."""

MAX_ENTRIES = 100
MAX_ENTRY_LENGTH = 200
MAX_ABOUT_LENGTH = 5_000


@dataclass(frozen=True, slots=True)
class TemplateReader:
    """Reads our templates. ``today`` is the day against which dates are past."""

    names: TemplateNames
    directory: Directory
    today: date

    def profile(self, parameters: TemplateParameters) -> ProfileTemplate:
        """Return what a profile template says."""
        values = self._values(parameters, fields.PROFILE)
        country, region = values.get("country"), values.get("region")
        if country and region and geography.region_of(country) not in (None, region):
            home = geography.region_of(country) or ""
            parameters.add(ProblemCode.REGION_CONTRADICTS, "region", hint=home)
        if "offers" in values:
            values["offers"] = tuple(item.offer() for item in values["offers"])
        if "wants" in values:
            values["wants"] = tuple(item.want() for item in values["wants"])
        return ProfileTemplate(given=tuple(values), **values)

    def request(self, parameters: TemplateParameters, title: str) -> RequestTemplate:
        """Return what a request template asks for; what an item says itself counts first."""
        values = self._values(parameters, fields.REQUEST)
        wants = tuple(complete_request(item, values, title) for item in values.get("wants", ()))
        return RequestTemplate(wants, values.get("contacts", ()), values.get("joined", ()))

    def programme(self, parameters: TemplateParameters, title: str, page: int) -> ProgrammeTemplate:
        """Return what a programme's template says."""
        values = self._values(parameters, fields.PROGRAMME)
        programme = make_programme(values, title=title, page=page)
        if programme.opens and programme.closes and programme.closes < programme.opens:
            parameters.add(ProblemCode.ENDS_BEFORE_START, "closes", hint=str(programme.opens))
        named = values.get("organisers", ()), values.get("applicants", ())
        return ProgrammeTemplate(programme, values.get("note", ""), *named)

    def is_item(self, transclusion: Transclusion) -> bool:
        """Whether this is an item template and not another one."""
        return self.names.title(transclusion.title) in self.names.item

    def item(self, transclusion: Transclusion, outer: TemplateParameters) -> ListItem | None:
        """Return what a nested item template says, or None where it is another template."""
        if not self.is_item(transclusion):
            return None
        parameters = TemplateParameters.of(transclusion, "item")
        values = self._values(parameters, fields.ITEM)
        outer.problems += parameters.problems
        outer.omissions += parameters.omissions
        text, note = single_line(values.pop("text", "")), single_line(values.pop("note", ""))
        since, until = values.pop("days", Days())
        place = single_line(values.pop("place", ""))[:MAX_PLACE_LENGTH]
        return ListItem(text, since=since, until=until, place=place, note=note, **values)

    def _values(self, parameters: TemplateParameters, order: Iterable[Field]) -> dict[str, Any]:
        """Return the values that were understood, by attribute, in the order of the fields."""
        found: dict[str, Any] = {}
        for declared in order:
            if declared.name in parameters.by_field:
                value = _read_field(self, parameters, declared)
                if value is not None and value != ():
                    found[declared.attribute] = value
        return found


_REMEMBERED = frozenset(
    {Type.KIND, Type.COUNTRY, Type.REGION, Type.METHODS, Type.COUNT, Type.TIMEZONE, Type.HOURS}
    | {Type.FREQUENCY, Type.LEVEL, Type.PRIORITY}
)
"""Types whose values many people write alike, and that depend on nothing else."""
_SHORT = 40
_MAY_HIDE = re.compile(r"<(?!!--)|~~")


def _read_field(reader: TemplateReader, parameters: TemplateParameters, field: Field) -> Any:
    """Return a field's value, or None (or an empty tuple) where nothing of it was understood."""
    value = parameters.value(field.name)
    page, part = parameters.template.page, parameters.by_field[field.name][1]
    if value.inner or value.text != page.text[part.value : part.end]:
        _note_unseen(parameters, field.name, part)
    if field.type in _REMEMBERED and not value.inner and len(value.text) <= _SHORT:
        found, problems, omissions = _read_short(field.name, field.type, value.text)
        parameters.problems += problems
        parameters.omissions += omissions
        return found
    whole = _WholeValue(
        field.name, field.type, parameters.problems, parameters.omissions, reader, parameters
    )
    return whole.read(value)


@lru_cache(maxsize=4096)
def _read_short(
    name: str, type: Type, text: str
) -> tuple[Any, tuple[Problem, ...], tuple[Omission, ...]]:
    value = _FieldValue(name, type, [], [])
    return value.read(PlainValue(text)), tuple(value.problems), tuple(value.omissions)


def _note_unseen(parameters: TemplateParameters, name: str, part: Parameter) -> None:
    """Note what is struck out or hidden in a value."""
    page = parameters.template.page
    gone: list[str] = []
    if _MAY_HIDE.search(page.text, part.value, part.end):
        pieces, at = [], part.value
        for each in page.opaque_spans(part.value, part.end):
            pieces.append(page.text[at : each.start])
            at = max(at, each.end)
        gone += unseen_texts("".join([*pieces, page.text[at : part.end]]))
    for template in page.within(part.value, part.end):
        if template_role(template.title) == "struck":
            gone.append(", ".join(page.visible(one.value, one.end) for one in template.parameters))
    for text in map(single_line, gone):
        if text:
            parameters.omit(name, text, OmissionReason.UNSEEN)


@dataclass(slots=True)
class _FieldValue:
    """One field's value while it is read: the types that depend on nothing but the text."""

    name: str
    type: Type
    problems: list[Problem]
    omissions: list[Omission]

    def read(self, value: PlainValue) -> Any:
        """Return what a value says, or None (or an empty tuple) where nothing was understood."""
        optional = self.type not in _OWN_NOTHING and not value.inner
        if optional and scalars.is_nothing(value.text):
            self._omit(value.text)
            return None
        read: Callable[[PlainValue], Any] = getattr(self, f"_{self.type}")
        return read(value)

    def _omit(self, text: str, reason: OmissionReason = OmissionReason.NOTHING) -> None:
        if text := single_line(text):
            self.omissions.append(make_omission(self.name, text, reason))

    def _add(self, code: ProblemCode, text: str, hint: str = "") -> None:
        hint = hint or suggest(code, text)
        self.problems.append(make_problem(code, self.name, text, hint))

    def _one(self, value: PlainValue, read: Callable[[str], Any], code: ProblemCode) -> Any:
        """Read a value that is one word or number."""
        text = single_line(restore_templates(value))
        found = read(text)
        if found is None and text:
            self._add(code, text)
        return found

    def _many(self, value: PlainValue) -> list[str]:
        """Return the entries of a simple list."""
        texts: list[str] = []
        if value.inner:
            for each in value.inner:
                self._add(ProblemCode.UNKNOWN_TEMPLATE, each.raw)
            value = PlainValue(value.text.replace(PLACEHOLDER, ""))
        for text in split_entries(value):
            if scalars.is_nothing(text):
                self._omit(text)
            elif len(text) > MAX_ENTRY_LENGTH:
                self._add(ProblemCode.TOO_LONG, text)
            elif len(texts) >= MAX_ENTRIES:
                self._add(ProblemCode.TOO_MANY, text)
                break
            else:
                texts.append(text)
        return texts

    def _several(
        self, value: PlainValue, read: Callable[[str], Any], code: ProblemCode
    ) -> tuple[Any, ...]:
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

    def _kind(self, value: PlainValue) -> Kind | None:
        found: Kind | None = self._one(value, scalars.parse_kind, ProblemCode.UNKNOWN_KIND)
        return found

    def _languages(self, value: PlainValue) -> tuple[Language, ...]:
        found: dict[str, Language] = {}
        for text in self._many(value):
            languages = parse_languages(text, unstated=FLUENT)
            if not languages:
                self._add(ProblemCode.UNKNOWN_LANGUAGE, text)
            for language in languages:
                if found.setdefault(language.code, language) != language:
                    self._omit(text, OmissionReason.REPEATED)
        return tuple(found.values())

    def _country(self, value: PlainValue) -> str | None:
        text = single_line(value.text.replace(PLACEHOLDER, ""))
        for each in value.inner if not text else ():
            # {{flag|Nigeria}} and {{NGA}}
            first = next((one for one in each.parameters if one.key == "1"), None)
            inside = each.page.visible(first.value, first.end) if first else ""
            text = inside.strip() if template_role(each.title) == "flag" else each.title
        found = geography.find_country(text) or geography.country_beside_place(text)
        text = text if found else single_line(restore_templates(value))
        if found is None and text:
            self._add(ProblemCode.UNKNOWN_COUNTRY, text, geography.suggest_country(text))
        return found

    def _region(self, value: PlainValue) -> str | None:
        found: str | None = self._one(value, geography.find_region, ProblemCode.UNKNOWN_REGION)
        return found

    def _texts(self, value: PlainValue) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for text in self._many(value):
            found.setdefault(fold(text), text)
        return tuple(found.values())

    def _methods(self, value: PlainValue) -> tuple[Method, ...]:
        value = PlainValue(value.text.replace("/", ","), value.inner)
        return self._several(value, scalars.parse_method, ProblemCode.UNKNOWN_METHOD)

    def _level(self, value: PlainValue) -> Level | None:
        found: Level | None = self._one(value, scalars.parse_level, ProblemCode.UNKNOWN_LEVEL)
        return found

    def _priority(self, value: PlainValue) -> Priority | None:
        found: Priority | None = self._one(
            value, scalars.parse_priority, ProblemCode.UNKNOWN_PRIORITY
        )
        return found

    def _count(self, value: PlainValue) -> int | None:
        if scalars.term_table("nothing").get(fold(value.text)) == "none":
            return 0
        found: int | None = self._one(value, scalars.parse_count, ProblemCode.BAD_COUNT)
        return found

    def _timezone(self, value: PlainValue) -> str | None:
        text = single_line(restore_templates(value))
        found = scalars.parse_timezone(text)
        if found is None and text:
            self._add(ProblemCode.BAD_TIMEZONE, text, scalars.suggest_timezone(text))
        return found

    def _hours(self, value: PlainValue) -> float | None:
        found: float | None = self._one(value, scalars.parse_hours, ProblemCode.BAD_AVAILABILITY)
        return found

    def _frequency(self, value: PlainValue) -> Frequency | None:
        text = single_line(restore_templates(value))
        found: Frequency | None = self._one(
            value, scalars.parse_frequency, ProblemCode.UNKNOWN_FREQUENCY
        )
        # Somebody said how often, in words that we do not know: they may have said never.
        return Frequency.NEVER if found is None and text else found

    def _text(self, value: PlainValue) -> str | None:
        text = restore_templates(value).strip()
        if len(text) > MAX_ABOUT_LENGTH:
            self._add(ProblemCode.TOO_LONG, text)
            text = text[: MAX_ABOUT_LENGTH - 1].rstrip() + "…"
        return text or None


@dataclass(slots=True)
class _WholeValue(_FieldValue):
    """A value of any type: what may hold templates, user names and days, too."""

    reader: TemplateReader
    parameters: TemplateParameters

    def _with_mentions(self, value: PlainValue) -> str:
        """Return a value in which templates that name users are links, and others are left out."""
        text = value.text
        for each in value.inner:
            mention = template_role(each.title) == "user"
            if not mention:
                self._add(ProblemCode.UNKNOWN_TEMPLATE, each.raw)
            text = text.replace(PLACEHOLDER, link_mentions(each) if mention else "", 1)
        return text

    def _users(self, value: PlainValue) -> tuple[str, ...]:
        text = self._with_mentions(value)
        found: dict[str, None] = {}
        for entry in split_entries(PlainValue(text), raw=True)[:MAX_ENTRIES]:
            links = link_targets(entry)
            users = [user for link in links if (user := self.reader.names.user_of_link(link))]
            if users:
                # The rest is a signature's talk link and the like.
                found |= dict.fromkeys(self._without_placeholders(users))
                continue
            for written in self.reader.names.split_users(single_line(entry)):
                self._user(written, found)
        return tuple(found)

    def _user(self, written: str, found: dict[str, None]) -> None:
        """Add the user that a text without links names."""
        user = self.reader.names.user_name(written)
        user = user or self.reader.names.user_of_link(written)
        if user and not _SIGNED_AT.search(written):
            found |= dict.fromkeys(self._without_placeholders([user]))
        elif scalars.is_nothing(written):
            self._omit(written)
        elif not (found and _SIGNED_AT.search(written)):
            self._add(ProblemCode.BAD_USER_NAME, written)

    def _without_placeholders(self, users: Iterable[str]) -> list[str]:
        """Leave out what stands in the examples for a name, such as "Your name"."""
        wanted = []
        for user in users:
            if scalars.is_placeholder(user):
                self._add(ProblemCode.PLACEHOLDER, user)
            else:
                wanted.append(user)
        return wanted

    def _applicants(self, value: PlainValue) -> tuple[ApplicantLine, ...]:
        text = self._with_mentions(value)
        lines, unread, more = read_applicants(text, names=self.reader.names, most=MOST_APPLICANTS)
        for written in unread:
            self._add(ProblemCode.BAD_USER_NAME, written)
        if more:
            self._add(ProblemCode.TOO_MANY, "")
        named = {*self._without_placeholders(line.name for line in lines)}
        return tuple(line for line in lines if line.name in named)

    def _audience(self, value: PlainValue) -> Audience:
        found, unknown = read_audience(self._many(value))
        for text in unknown:
            self._add(ProblemCode.UNKNOWN_AUDIENCE, text)
        return found

    def _items(self, value: PlainValue) -> tuple[ListItem, ...]:
        reader = ItemReader(
            parameter=self.name,
            directory=self.reader.directory,
            today=self.reader.today,
            wanted=self.name in ("wants", "want", "capacities"),
            nested=lambda each: self.reader.item(each, self.parameters),
            is_item=self.reader.is_item,
        )
        items = reader.read(value)
        self.problems += reader.problems
        self.omissions += reader.omissions
        return items

    def _date(self, value: PlainValue) -> date | None:
        text = single_line(restore_templates(value))
        if scalars.term_table("nothing").get(fold(text)) == "none" or not text.strip("-–— "):
            self._omit(text)
            return None
        found = scalars.parse_date(without_until(text))
        if found is None and text:
            self._add(ProblemCode.BAD_DATE, text, scalars.suggest_date(text))
        if found is None and text and self.name == "away until":
            return AWAY_UNTIL_FURTHER_NOTICE
        return found

    def _days(self, value: PlainValue) -> Days | None:
        text = single_line(restore_templates(value))
        found = parse_days(f"until {text}") or parse_days(text)
        if found is None and scalars.is_nothing(text):
            self._omit(text)
        elif found is None:
            self._add(ProblemCode.BAD_DATE, text, scalars.suggest_date(without_until(text)))
        elif found.until and found.until < self.reader.today:
            self._add(ProblemCode.PAST_DATE, text)
        return found


_SIGNED_AT = re.compile(r"^\d{1,2}[:.]\d{2}\b|\b\d{4}[^()]*\([A-Z]{2,5}\)$")
"""A moment of a signature, or one half of it."""
