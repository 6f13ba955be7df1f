"""Declaration: what one template says, and Reading: what one page says. Both go through JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from exchange.model import (
    Frequency,
    Kind,
    Language,
    Method,
    Offer,
    Problem,
    Profile,
    Want,
)

AWAY_UNTIL_FURTHER_NOTICE = date.max
"""The day that stands for an ``away until`` that cannot be read: what can't be read means no."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one ``{{Capacity Exchange profile}}`` says.

    ``explicit`` names the attributes that it gives a value of its own, in the order of the
    fields; the others hold the defaults. ``country`` and ``region`` are ids, ``hours`` is the
    time a week, ``contacts`` are user names.
    """

    explicit: tuple[str, ...] = ()
    kind: Kind = Kind.PERSON
    contacts: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    wants: tuple[Want, ...] = ()
    languages: tuple[Language, ...] = ()
    country: str | None = None
    region: str | None = None
    affiliations: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    seats: int = 2
    timezone: str | None = None
    hours: float | None = None
    notify: Frequency = Frequency.FORTNIGHTLY
    away: date | None = None
    about: str = ""

    @classmethod
    def of(cls, profile: Profile) -> Declaration:
        """Declare a profile: everything in it that differs from the defaults, requests left out."""
        blank = cls()
        values: dict[str, Any] = {}
        for name in ATTRIBUTES:
            value = getattr(profile, name)
            if name == "wants":
                value = tuple(want for want in value if not want.request)
            if name == "contacts" and not profile.is_group:
                continue
            if value != getattr(blank, name):
                values[name] = value
        return cls(explicit=tuple(values), **values)


ATTRIBUTES = tuple(name for name in Declaration.__dataclass_fields__ if name != "explicit")
"""The attributes of a declaration, in the order of the template's fields."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one ``{{Capacity Exchange request}}`` asks for; ``contacts`` are user names."""

    wants: tuple[Want, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page says: every declaration on it, in order, and what was not understood.

    ``babel`` are the languages of the page's Babel box. The page's facts (``page_id``,
    ``revision``, ``edited``) are kept so that readings can be merged without the wiki.
    """

    title: str = ""
    namespace: int = 2
    page_id: int = 0
    revision: int = 0
    edited: datetime | None = None
    profiles: tuple[Declaration, ...] = ()
    requests: tuple[Request, ...] = ()
    babel: tuple[Language, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no template of ours in use on the page."""
        return not self.profiles and not self.requests

    @property
    def is_group(self) -> bool:
        """Tell whether a group speaks here: a profile of a group's kind, or a request elsewhere."""
        if self.profiles:
            return any(each.kind is not Kind.PERSON for each in self.profiles)
        return self.namespace != 2

    @property
    def contacts(self) -> tuple[str, ...]:
        """The user names that this page names as contacts, each once, in order."""
        found = [name for each in self.profiles for name in each.contacts]
        found += [name for each in self.requests for name in each.contacts]
        return tuple(dict.fromkeys(found))

    def to_json(self) -> dict[str, Any]:
        """Give the reading as plain data for JSON; defaults are left out."""
        data: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reading:
        """Make a reading from what ``to_json`` gave. Raises ValueError for anything else."""
        return _adapter().validate_python(data)


@cache
def _adapter() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)
