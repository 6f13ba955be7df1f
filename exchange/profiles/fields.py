"""Fields: every parameter of our templates, declared once.

Reading, writing, the web tool's form and the TemplateData on the wiki all follow these.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from exchange.model import Problem
from exchange.profiles.document import (
    Omission,
    OmissionReason,
    ProblemCode,
    make_omission,
    make_problem,
)
from exchange.profiles.scalars import term_table
from exchange.text import fold
from exchange.wikitext.nodes import Parameter, Transclusion
from exchange.wikitext.plain_text import PlainValue, plain_value


class Type(StrEnum):
    """What a parameter's value is."""

    KIND = "kind"
    USERS = "users"
    ITEMS = "items"
    LANGUAGES = "languages"
    COUNTRY = "country"
    REGION = "region"
    TEXTS = "texts"
    METHODS = "methods"
    COUNT = "count"
    TIMEZONE = "timezone"
    HOURS = "hours"
    FREQUENCY = "frequency"
    DATE = "date"
    DAYS = "days"
    LEVEL = "level"
    PRIORITY = "priority"
    TEXT = "text"
    AUDIENCE = "audience"
    APPLICANTS = "applicants"


class FormPart(StrEnum):
    """Which part of a form a parameter stands in."""

    ABOUT = "about"
    ITEMS = "items"
    PLACE = "place"
    EXCHANGE = "exchange"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its name on the wiki and what it holds.

    ``attribute`` is what it is called in a template. ``aliases`` are read as well; where
    several stand in one template, the first one of (name, aliases) that has a value counts.
    ``default`` and ``example`` are written as on the wiki. ``data`` is TemplateData's type.
    ``offered`` says whether a form shows the parameter from the start, ``part`` with which others
    it stands there. ``suggestions`` are values to choose from, where the type has no words of its
    own.
    """

    name: str
    type: Type
    attribute: str = ""
    aliases: tuple[str, ...] = ()
    default: str = ""
    example: str = ""
    data: str = "string"
    offered: bool = True
    required: bool = False
    part: FormPart | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases, in the order in which they count."""
        return (self.name, *self.aliases)


def _by_name(fields: Iterable[Field]) -> Mapping[str, Field]:
    return MappingProxyType({fold(name): field for field in fields for name in field.names})


_ABOUT, _ITEMS, _PLACE, _EXCHANGE, _MESSAGES = FormPart

PROFILE: tuple[Field, ...] = (
    Field(
        "kind",
        Type.KIND,
        "kind",
        ("type",),
        default="person",
        example="user group",
        part=_ABOUT,
    ),
    Field(
        "contact",
        Type.USERS,
        "contacts",
        ("contacts",),
        example="User:Ada",
        data="wiki-user-name",
        offered=False,
        part=_MESSAGES,
    ),
    Field(
        "offers",
        Type.ITEMS,
        "offers",
        ("offer",),
        example="Wikidata (mentoring; expert)",
        data="content",
        part=_ITEMS,
    ),
    Field(
        "wants",
        Type.ITEMS,
        "wants",
        ("want", "needs"),
        example="grant writing (until 2027-03-01)",
        data="content",
        part=_ITEMS,
    ),
    Field(
        "languages", Type.LANGUAGES, "languages", ("language",), example="en-3, yo-N", part=_ABOUT
    ),
    Field("country", Type.COUNTRY, "country", example="NG", part=_PLACE),
    Field("region", Type.REGION, "region", example="SSA", part=_PLACE),
    Field(
        "affiliations",
        Type.TEXTS,
        "affiliations",
        ("affiliation",),
        example="Wikimedia Nigeria",
        offered=False,
        part=_ABOUT,
    ),
    Field(
        "projects",
        Type.TEXTS,
        "projects",
        ("project",),
        example="Wikidata, yowiki",
        part=_ABOUT,
        suggestions=(
            "Wikipedia",
            "Wikimedia Commons",
            "Wikidata",
            "Wiktionary",
            "Wikisource",
            "Wikibooks",
            "Wikiquote",
            "Wikivoyage",
            "Wikiversity",
            "Wikinews",
            "Wikispecies",
            "Meta-Wiki",
            "MediaWiki",
        ),
    ),
    Field("methods", Type.METHODS, "methods", ("method",), example="mentoring", part=_EXCHANGE),
    Field(
        "seats",
        Type.COUNT,
        "seats",
        ("seat",),
        default="2",
        example="3",
        data="number",
        part=_EXCHANGE,
        suggestions=("1", "2", "3", "5", "10"),
    ),
    Field(
        "timezone", Type.TIMEZONE, "timezone", ("time zone",), example="Africa/Lagos", part=_PLACE
    ),
    Field(
        "availability",
        Type.HOURS,
        "hours",
        ("hours",),
        example="2 h/week",
        part=_EXCHANGE,
        suggestions=("1 h/week", "2 h/week", "4 h/week", "2 h/month", "5 h/month"),
    ),
    Field(
        "notify", Type.FREQUENCY, "notify", default="fortnightly", example="monthly", part=_MESSAGES
    ),
    Field(
        "away until",
        Type.DATE,
        "away",
        ("away",),
        example="2027-01-31",
        data="date",
        offered=False,
        part=_MESSAGES,
    ),
    Field(
        "about", Type.TEXT, "about", example="Ask me about queries.", data="content", part=_ABOUT
    ),
)
"""The parameters of ``{{Capacity Exchange profile}}``, in the order in which we write them."""

ITEM: tuple[Field, ...] = (
    Field("1", Type.TEXT, "text", ("capacity", "name"), example="Wikidata", required=True),
    Field("methods", Type.METHODS, "methods", ("method",), example="mentoring"),
    Field("level", Type.LEVEL, "level", example="expert"),
    Field("priority", Type.PRIORITY, "priority", example="urgent"),
    Field("until", Type.DAYS, "days", ("deadline",), example="2027-03-01", data="date"),
    Field("place", Type.TEXT, "place", ("where",), example="Tirana"),
    Field("note", Type.TEXT, "note", ("notes",), example="queries above all"),
)
"""The parameters of ``{{Capacity}}``, one item of a list."""

REQUEST: tuple[Field, ...] = (
    Field("want", Type.ITEMS, "wants", ("wants", "1"), example="grant writing", required=True),
    Field("until", Type.DAYS, "days", ("deadline",), example="2027-03-01", data="date"),
    Field("priority", Type.PRIORITY, "priority", example="urgent"),
    Field("level", Type.LEVEL, "level", example="basic"),
    Field("methods", Type.METHODS, "methods", ("method",), example="mentoring"),
    Field(
        "contact",
        Type.USERS,
        "contacts",
        ("contacts",),
        example="User:Ada",
        data="wiki-user-name",
        offered=False,
    ),
    Field("note", Type.TEXT, "note", ("notes", "about"), example="For our first grant."),
    Field(
        "joined",
        Type.USERS,
        "joined",
        ("joined by", "me too"),
        example="User:Ben",
        data="content",
        offered=False,
    ),
)
"""The parameters of ``{{Capacity Exchange request}}``."""

PROGRAMME: tuple[Field, ...] = (
    Field("name", Type.TEXT, "name", example="Wikidata mentoring, spring 2027"),
    Field(
        "capacities",
        Type.ITEMS,
        "capacities",
        ("capacity", "topics", "topic"),
        example="Wikidata, grant writing",
        data="content",
    ),
    Field("for", Type.AUDIENCE, "audience", ("audience",), example="Sub-Saharan Africa"),
    Field(
        "opens", Type.DATE, "opens", ("open", "opening", "start"), example="2027-02-01", data="date"
    ),
    Field(
        "closes",
        Type.DATE,
        "closes",
        ("close", "closing", "deadline", "end"),
        example="2027-02-28",
        data="date",
    ),
    Field("seats", Type.COUNT, "seats", ("seat", "places", "place"), example="15", data="number"),
    Field("language", Type.LANGUAGES, "languages", ("languages",), example="en, fr"),
    Field("note", Type.TEXT, "note", ("notes", "about"), example="Six weeks, two hours a week."),
    Field(
        "organisers",
        Type.USERS,
        "organisers",
        ("organiser", "organizers", "organizer"),
        example="User:Ada",
        data="content",
        required=True,
    ),
    Field(
        "applicants",
        Type.APPLICANTS,
        "applicants",
        ("applicant", "applications", "application", "participants", "participant"),
        example="User:Ben",
        data="content",
        offered=False,
    ),
)
"""The parameters of ``{{Capacity Exchange round}}``, a programme round."""

PROFILE_BY_NAME = _by_name(PROFILE)
ITEM_BY_NAME = _by_name(ITEM)
REQUEST_BY_NAME = _by_name(REQUEST)
PROGRAMME_BY_NAME = _by_name(PROGRAMME)
"""Every folded name or alias -> its field."""


def find_field(name: str, table: Mapping[str, Field]) -> Field | None:
    """Return the field that a parameter's folded name means, in any of our languages, or None."""
    if table is PROGRAMME_BY_NAME and (own := term_table("programme parameters").get(name)):
        return table[own]
    return table.get(name) or table.get(term_table("parameters").get(name, ""))


# -- The parameters of one template on a page, by the field that each means.

BY_NAME: Mapping[str, Mapping[str, Field]] = {
    "profile": PROFILE_BY_NAME,
    "request": REQUEST_BY_NAME,
    "item": ITEM_BY_NAME,
    "programme": PROGRAMME_BY_NAME,
}
"""Every folded name or alias -> its field, for each template."""


@dataclass(slots=True)
class TemplateParameters:
    """The parameters of one template that have a value, by field, and what is wrong with them.

    ``omissions`` are values that count for nothing.
    """

    template: Transclusion
    by_field: dict[str, tuple[Field, Parameter]]
    problems: list[Problem] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)
    is_private: bool = False

    @classmethod
    def of(cls, template: Transclusion, kind: str) -> TemplateParameters:
        """Sort a template's parameters; the last of a name counts, as in MediaWiki."""
        table = BY_NAME[kind]
        found = cls(template, {})
        last: dict[str, Parameter] = {}
        for part in whole_parameters(template):
            key = fold(part.key)
            if key in last and (key in table or part.equals >= 0):
                found.add(ProblemCode.DUPLICATE_PARAMETER, part.key, last[key])
            last[key] = part
        for key, part in last.items():
            known = table.get(key) or find_field(key, table)
            written = template.page.text[part.value : part.end].strip()
            if not written or (
                written[0] == "<" and not template.page.visible(part.value, part.end).strip()
            ):
                continue
            if known is None:
                found._unknown(part, table)
            elif known.name not in found.by_field:
                found.by_field[known.name] = known, part
            else:
                found._twice(known, part)
        return found

    def add(
        self, code: ProblemCode, parameter: str, part: Parameter | None = None, hint: str = ""
    ) -> None:
        """Note a problem with what stands in a parameter."""
        part = part or self.by_field[parameter][1]
        text = self.template.page.text[part.value : part.end]
        self.problems.append(make_problem(code, parameter[:100], text, hint))

    def omit(self, parameter: str, text: str, reason: OmissionReason) -> None:
        """Note a value that counts for nothing."""
        self.omissions.append(make_omission(parameter, text, reason))

    def _unknown(self, part: Parameter, table: Mapping[str, Field]) -> None:
        if part.equals < 0:
            self.add(ProblemCode.UNNAMED_VALUE, "", part)
            return
        key = fold(part.key[:50])
        if key in term_table("visibility"):
            self._visibility(key, part)
            return
        hint = term_table("parameter hints").get(key, "")
        if hint == "added":
            return
        if hint == "unneeded":
            self.add(ProblemCode.UNNEEDED_PARAMETER, part.key, part)
            return
        if hint in table:
            self.add(ProblemCode.UNKNOWN_PARAMETER, part.key, part, table[hint].name)
            return
        near = difflib.get_close_matches(key, table, n=1, cutoff=0.75)
        self.add(ProblemCode.UNKNOWN_PARAMETER, part.key, part, table[near[0]].name if near else "")

    def _twice(self, known: Field, part: Parameter) -> None:
        """Of a name and its aliases, the first in the field's order counts."""
        other = self.by_field[known.name][1]
        order = {fold(name): at for at, name in enumerate(known.names)}
        if order.get(fold(part.key), len(order)) < order.get(fold(other.key), len(order)):
            self.by_field[known.name] = known, part
            part, other = other, part
        self.add(ProblemCode.DUPLICATE_PARAMETER, part.key, part)

    def _visibility(self, key: str, part: Parameter) -> None:
        """Note that somebody asks not to be listed; an answer that cannot be read means so."""
        unless = "no" if term_table("visibility")[key] == "private" else "yes"
        text = fold(self.template.page.visible(part.value, part.end))
        self.is_private |= term_table("answers").get(text) != unless

    def value(self, name: str) -> PlainValue:
        """Return the value of a field as plain text."""
        field, part = self.by_field[name]
        users = field.type in (Type.USERS, Type.APPLICANTS)
        items = field.type is Type.ITEMS
        return plain_value(self.template.page, part.value, part.end, targets=users, heads=items)


def whole_parameters(template: Transclusion) -> Sequence[Parameter]:
    """Return the parameters; one whose table was cut at its pipes is put together again."""
    page, found = template.page, template.parameters
    if page.text.find("{|", template.start, template.end) < 0:
        return found
    whole: list[Parameter] = []
    opened = False
    for part in found:
        text = page.text[part.value : part.end]
        if opened:
            whole[-1] = whole[-1]._replace(end=part.end)
            opened = not text.startswith("}")
        else:
            whole.append(part)
            opened = part.equals >= 0 and text.rstrip().endswith("{")
    return whole
