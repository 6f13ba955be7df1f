"""What one template says, what one page says, and what was not understood. All go through JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import AliasChoices, Field, TypeAdapter

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
from exchange.model.programme import (
    Programme,
)
from exchange.profiles.programme_values import ApplicantLine

AWAY_UNTIL_FURTHER_NOTICE = date.max
"""The day that stands for an ``away until`` that cannot be read: what can't be read means no."""


@dataclass(frozen=True, slots=True)
class ProfileTemplate:
    """What one ``{{Capacity Exchange profile}}`` says.

    ``given`` names the attributes that it gives a value of its own, in the order of the
    fields; the others hold the defaults. ``country`` and ``region`` are ids, ``hours`` is the
    time a week, ``contacts`` are user names.
    """

    # Stored readings of versions before called it ``explicit``.
    given: Annotated[
        tuple[str, ...], Field(validation_alias=AliasChoices("given", "explicit"))
    ] = ()
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
    def of(cls, profile: Profile) -> ProfileTemplate:
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
        return cls(given=tuple(values), **values)

    def to_json(self) -> dict[str, Any]:
        """Return the declaration as plain data for JSON; defaults are left out."""
        return dict(_template_adapter().dump_python(self, mode="json", exclude_defaults=True))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ProfileTemplate:
        """Make a declaration from what ``to_json`` gave. Raises ValueError for anything else."""
        return _template_adapter().validate_python(data)


ATTRIBUTES = tuple(name for name in ProfileTemplate.__dataclass_fields__ if name != "given")
"""The attributes of a template, in the order of the template's fields."""


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """What one ``{{Capacity Exchange request}}`` asks for, and who needs it too.

    ``contacts`` and ``joined`` are user names. Who joined is not stored with a reading: the store
    has it by account, of those who wrote it themselves.
    """

    wants: tuple[Want, ...] = ()
    contacts: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammeTemplate:
    """What one ``{{Capacity Exchange round}}`` says: the programme, and whom it names.

    ``organisers`` are user names. Neither they nor the applicants are stored with a reading: the
    store has them by account, of those who wrote it themselves.
    """

    programme: Programme
    note: str = ""
    organisers: tuple[str, ...] = ()
    applicants: tuple[ApplicantLine, ...] = ()


class OmissionReason(StrEnum):
    """Why a value that was understood counts for nothing."""

    NOTHING = "nothing"
    HEADING = "heading"
    UNSEEN = "unseen"
    REPEATED = "repeated"
    UNTICKED = "unticked"


@dataclass(frozen=True, slots=True)
class Omission:
    """A value that counts for nothing, though nobody has to fix it: "none", a heading, struck text."""

    parameter: str
    text: str
    reason: OmissionReason


@dataclass(frozen=True, slots=True)
class PageReading:
    """What one page says: every template on it, in order, and what was not understood.

    ``babel`` are the languages of the page's Babel box, ``user_babel`` those of the user page
    above it. ``translatable`` says that the Translate extension is at work there. ``omissions``
    are values that were understood and count for nothing. The page's facts (``page_id``,
    ``revision``, ``edited``) are kept so that readings can be merged without the wiki.
    """

    title: str = ""
    namespace: int = 2
    page_id: int = 0
    revision: int = 0
    edited: datetime | None = None
    profiles: tuple[ProfileTemplate, ...] = ()
    requests: tuple[RequestTemplate, ...] = ()
    babel: tuple[Language, ...] = ()
    problems: tuple[Problem, ...] = ()
    user_babel: tuple[Language, ...] = ()
    translatable: bool = False
    omissions: tuple[Omission, ...] = ()
    programme: ProgrammeTemplate | None = None

    @property
    def is_empty(self) -> bool:
        """Whether neither a profile nor a request is in use on the page."""
        return not self.profiles and not self.requests

    @property
    def is_group(self) -> bool:
        """Whether a group speaks here: a profile of a group's kind, or a request elsewhere."""
        if self.profiles:
            return any(each.kind is not Kind.PERSON for each in self.profiles)
        return self.namespace != 2

    @property
    def contacts(self) -> tuple[str, ...]:
        """The user names that this page names as contacts, each once, in order."""
        found = [name for each in self.profiles for name in each.contacts]
        found += [name for each in self.requests for name in each.contacts]
        return tuple(dict.fromkeys(found))

    @property
    def joined(self) -> tuple[str, ...]:
        """The user names of those who joined a request on this page, each once, in order."""
        return tuple(dict.fromkeys(name for each in self.requests for name in each.joined))

    def wants(self, capacity: str) -> bool:
        """Whether a template on the page wants this capacity."""
        found = [want for each in self.profiles for want in each.wants]
        found += [want for each in self.requests for want in each.wants]
        return any(want.capacity == capacity for want in found)

    def wants_joined_by(self, name: str) -> tuple[Want, ...]:
        """Return what the requests ask for that this user name joined."""
        return tuple(want for one in self.requests if name in one.joined for want in one.wants)

    @property
    def in_programme(self) -> tuple[str, ...]:
        """The user names that apply to the page's programme, or organise it, organisers first."""
        if self.programme is None:
            return ()
        applicants = (line.name for line in self.programme.applicants)
        return tuple(dict.fromkeys((*self.programme.organisers, *applicants)))

    def without_joined(self) -> PageReading:
        """Return the reading without the names of those who joined, applied or organise."""
        bare = self
        if self.joined:
            requests = tuple(replace(one, joined=()) for one in self.requests)
            bare = replace(bare, requests=requests)
        if self.programme is not None:
            left = replace(self.programme, organisers=(), applicants=())
            bare = replace(bare, programme=left)
        return bare

    def emptied(self) -> PageReading:
        """Return a reading of the same page on which nothing counts."""
        return PageReading(self.title, self.namespace, self.page_id, self.revision, self.edited)

    def to_json(self) -> dict[str, Any]:
        """Return the reading as plain data for JSON; defaults are left out."""
        data: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PageReading:
        """Make a reading from what ``to_json`` gave. Raises ValueError for anything else."""
        return _adapter().validate_python(data)


@cache
def _adapter() -> TypeAdapter[PageReading]:
    return TypeAdapter(PageReading)


@cache
def _template_adapter() -> TypeAdapter[ProfileTemplate]:
    return TypeAdapter(ProfileTemplate)


# --- problems ---

MAX_PROBLEM_TEXT = 200


class ProblemCode(StrEnum):
    """Why something on a page could not be understood as written."""

    # The template as a whole.
    UNCLOSED = "unclosed"
    UNKNOWN_PARAMETER = "unknown-parameter"
    UNNEEDED_PARAMETER = "unneeded-parameter"
    PRIVATE_PROFILE = "private-profile"
    UNNAMED_VALUE = "unnamed-value"
    DUPLICATE_PARAMETER = "duplicate-parameter"
    SEVERAL_PROFILES = "several-profiles"
    TOO_LARGE = "too-large"
    # What matching needs and a profile lacks.
    NO_LANGUAGES = "no-languages"
    NO_ITEMS = "no-items"
    # Values.
    UNKNOWN_TEMPLATE = "unknown-template"
    UNKNOWN_KIND = "unknown-kind"
    MISSING_KIND = "missing-kind"
    PERSON_ELSEWHERE = "person-elsewhere"
    MISSING_CONTACT = "missing-contact"
    BAD_USER_NAME = "bad-user-name"
    PLACEHOLDER = "placeholder"
    UNKNOWN_LANGUAGE = "unknown-language"
    UNKNOWN_COUNTRY = "unknown-country"
    UNKNOWN_REGION = "unknown-region"
    REGION_CONTRADICTS = "region-contradicts"
    UNKNOWN_METHOD = "unknown-method"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_PRIORITY = "unknown-priority"
    BAD_COUNT = "bad-count"
    BAD_TIMEZONE = "bad-timezone"
    BAD_AVAILABILITY = "bad-availability"
    UNKNOWN_FREQUENCY = "unknown-frequency"
    BAD_DATE = "bad-date"
    PAST_DATE = "past-date"
    # Items.
    NEAR_MISS = "near-miss"
    NOT_A_CAPACITY = "not-a-capacity"
    UNKNOWN_DETAIL = "unknown-detail"
    REPEATED_ITEM = "repeated-item"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    EMPTY_REQUEST = "empty-request"
    # Programmes.
    UNKNOWN_AUDIENCE = "unknown-audience"
    ENDS_BEFORE_START = "ends-before-start"
    NO_ORGANISERS = "no-organisers"
    SEVERAL_PROGRAMMES = "several-programmes"


def make_omission(parameter: str, text: str, reason: OmissionReason) -> Omission:
    """Make an omission; its text is cut and put on one line as a problem's is."""
    return Omission(parameter, _shortened(text), reason)


def make_problem(code: ProblemCode, parameter: str = "", text: str = "", hint: str = "") -> Problem:
    """Make a problem; the text is cut to 200 characters and put on one line."""
    return Problem(code.value, parameter, _shortened(text), hint)


def _shortened(text: str) -> str:
    text = " ".join(text[: MAX_PROBLEM_TEXT * 4].split())
    return text if len(text) <= MAX_PROBLEM_TEXT else text[: MAX_PROBLEM_TEXT - 1] + "…"
