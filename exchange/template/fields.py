"""Fields: every parameter of our templates, declared once.

Reading, writing, the web tool's form and the TemplateData on the wiki all follow these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from exchange.fold import fold


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
    LEVEL = "level"
    PRIORITY = "priority"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its name on the wiki and what it holds.

    ``attribute`` is what it is called in a declaration. ``aliases`` are read as well; where
    several stand in one template, the first one of (name, aliases) that has a value counts.
    ``default`` and ``example`` are written as on the wiki. ``data`` is TemplateData's type.
    ``offered`` tells whether a form shows the parameter from the start.
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

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases, in the order in which they count."""
        return (self.name, *self.aliases)


def _by_name(fields: Iterable[Field]) -> Mapping[str, Field]:
    return MappingProxyType({fold(name): field for field in fields for name in field.names})


PROFILE: tuple[Field, ...] = (
    Field("kind", Type.KIND, "kind", ("type",), default="person", example="user group"),
    Field(
        "contact",
        Type.USERS,
        "contacts",
        ("contacts",),
        example="User:Ada",
        data="wiki-user-name",
        offered=False,
    ),
    Field(
        "offers",
        Type.ITEMS,
        "offers",
        ("offer",),
        example="Wikidata (mentoring; expert)",
        data="content",
    ),
    Field(
        "wants",
        Type.ITEMS,
        "wants",
        ("want", "needs"),
        example="grant writing (until 2027-03-01)",
        data="content",
    ),
    Field("languages", Type.LANGUAGES, "languages", ("language",), example="en-3, yo-N"),
    Field("country", Type.COUNTRY, "country", example="NG"),
    Field("region", Type.REGION, "region", example="SSA"),
    Field(
        "affiliations",
        Type.TEXTS,
        "affiliations",
        ("affiliation",),
        example="Wikimedia Nigeria",
        offered=False,
    ),
    Field("projects", Type.TEXTS, "projects", ("project",), example="Wikidata, yowiki"),
    Field("methods", Type.METHODS, "methods", ("method",), example="mentoring"),
    Field("seats", Type.COUNT, "seats", ("seat",), default="2", example="3", data="number"),
    Field("timezone", Type.TIMEZONE, "timezone", ("time zone",), example="Africa/Lagos"),
    Field("availability", Type.HOURS, "hours", ("hours",), example="2 h/week"),
    Field("notify", Type.FREQUENCY, "notify", default="fortnightly", example="monthly"),
    Field(
        "away until",
        Type.DATE,
        "away",
        ("away",),
        example="2027-01-31",
        data="date",
        offered=False,
    ),
    Field("about", Type.TEXT, "about", example="Ask me about queries.", data="content"),
)
"""The parameters of ``{{Capacity Exchange profile}}``, in the order in which we write them."""

ITEM: tuple[Field, ...] = (
    Field("1", Type.TEXT, "text", ("capacity", "name"), example="Wikidata", required=True),
    Field("methods", Type.METHODS, "methods", ("method",), example="mentoring"),
    Field("level", Type.LEVEL, "level", example="expert"),
    Field("priority", Type.PRIORITY, "priority", example="urgent"),
    Field("until", Type.DATE, "until", ("deadline",), example="2027-03-01", data="date"),
    Field("note", Type.TEXT, "note", ("notes",), example="queries above all"),
)
"""The parameters of ``{{Capacity}}``, one item of a list."""

REQUEST: tuple[Field, ...] = (
    Field("want", Type.ITEMS, "wants", ("wants", "1"), example="grant writing", required=True),
    Field("until", Type.DATE, "until", ("deadline",), example="2027-03-01", data="date"),
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
)
"""The parameters of ``{{Capacity Exchange request}}``."""

PROFILE_BY_NAME = _by_name(PROFILE)
ITEM_BY_NAME = _by_name(ITEM)
REQUEST_BY_NAME = _by_name(REQUEST)
"""Every folded name or alias -> its field."""
