"""Pydantic models of what the API returns; they describe it in OpenAPI too."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from exchange.directory import Directory
from exchange.model import CapacityKind, Match, Offer, Profile, Want
from exchange.reports import Licence


class Body(BaseModel):
    """What is said of one thing: no more and no less than its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CountsBody(Body):
    """An answer that is counts and names of capacities."""

    licence: Licence = Field(default=Licence.COUNTS, description="Free of any condition.")


class WordsBody(Body):
    """An answer that has words of people."""

    licence: Licence = Field(
        default=Licence.WORDS, description="What people wrote: link to the page and its history."
    )


HISTORY = "Address of the page's history, which names who wrote it."


class ItemBody(Body):
    """Something that somebody offers or wants."""

    capacity: str = Field(description="Id of a capacity; `unlisted:` and a name where unlisted.")
    name: str = Field(description="Name of the capacity in the language asked for.")
    kind: CapacityKind = Field(
        CapacityKind.SKILL, description="`skill`, or `thing` for money, a place or equipment."
    )
    methods: list[str] = []
    level: int | None = Field(None, description="1 basic, 2 intermediate, 3 advanced, 4 expert.")
    note: str = ""
    priority: int | None = Field(None, description="Wants: 0 normal, 1 high, 2 urgent.")
    until: date | None = Field(
        None, description="Wants and things: the last day on which it is of use, or can be had."
    )
    since: date | None = Field(None, description="Things: the first day.")
    place: str = Field("", description="Things: where it is, as somebody wrote it.")
    request: str | None = Field(None, description="Wants: the page that asks for it.")


class Spoken(Body):
    """A language that somebody uses."""

    code: str = Field(description="MediaWiki language code.")
    level: int = Field(description="0 to 5 as in Babel, 6 for a mother tongue.")


class ProfileBody(WordsBody):
    """A person or a group. `page` has their own words; `history` names who wrote them."""

    key: str
    name: str
    kind: str
    page: str
    history: str = Field(description=HISTORY)
    revision: int
    edited: datetime | None
    country: str | None
    region: str | None
    languages: list[Spoken]
    offers: list[ItemBody]
    wants: list[ItemBody]
    affiliations: list[str]
    projects: list[str]
    methods: list[str]
    seats: int
    timezone: str | None
    hours: float | None
    away: date | None
    unheard: bool = Field(description="Away: did not answer twice whether they are available.")
    about: str
    url: str


class Count(Body):
    """How many people a value would give."""

    value: str
    count: int


class UnknownValue(Body):
    """A value of a filter that is none."""

    facet: str
    value: str


class SearchResponse(WordsBody):
    """One page of results. `next` is the address of the next page."""

    total: int
    page: int
    size: int
    partial: bool = Field(description="Nobody has all words; these have most of them.")
    next: str | None
    profiles: list[ProfileBody]
    facets: dict[str, list[Count]] = Field(
        description="How many each value would give. Long lists end after 30, but for `all`."
    )
    unknown: list[UnknownValue] = Field(description="Filters that nothing can have, left out.")


class CapacityBody(CountsBody):
    """A capacity: people who offer and want it, and its unmet wants (what is narrower included)."""

    id: str
    kind: CapacityKind = Field(description="`skill`, or `thing` for money, a place or equipment.")
    broader: str | None
    names: dict[str, str]
    aliases: dict[str, list[str]]
    wikidata: str | None
    narrower: list[str]
    offers: int
    wants: int
    unmet: int


class Capacities(CountsBody):
    """All capacities, each before what is narrower."""

    capacities: list[CapacityBody]


class PlaceBody(Body):
    """A country (ISO 3166-1 alpha-2) or a Wikimedia region: its people, those who offer and want, and unmet wants."""

    id: str
    type: str
    name: str
    region: str | None
    people: int
    offers: int
    wants: int
    unmet: int


class PlacesBody(CountsBody):
    """Every region, and every country with profiles."""

    places: list[PlaceBody]


class RequestBody(Body):
    """A request with a deadline, and how many people need it: who asks and all who joined it."""

    key: str
    who: str
    history: str = Field(description=HISTORY)
    want: ItemBody
    needed_by: int
    languages: list[str]
    country: str | None
    region: str | None


class PartyBody(Body):
    """One of those who want something: a person or a group."""

    key: str
    who: str
    history: str = Field(description=HISTORY)


class SharedWantBody(Body):
    """What several want in their profiles and the directory does not list."""

    want: ItemBody = Field(description="As the first of them wrote it.")
    needed_by: int
    parties: list[PartyBody] = Field(description="Those who want it, at most ten.")


class RequestsBody(WordsBody):
    """Open requests, in the order that was asked for."""

    total: int
    requests: list[RequestBody]
    shared: list[SharedWantBody] = Field(
        description="What several want beside them, the most wanted first: none of kind `thing`."
    )


class ReasonBody(Body):
    """One part of a score."""

    name: str
    points: float
    facts: list[str]


class MatchBody(Body):
    """A helper for a want, with the reasons."""

    helper: str
    name: str
    history: str = Field(description=HISTORY)
    want: str
    offer: str
    score: float
    reasons: list[str]
    parts: list[ReasonBody]


class MatchesBody(WordsBody):
    """Who could help somebody, best first."""

    key: str
    matches: list[MatchBody]


class ReportEntry(Body):
    """A report."""

    id: str
    title: str
    question: str
    url: str


class ReportsBody(CountsBody):
    """All reports."""

    reports: list[ReportEntry]


class ReportColumn(Body):
    """A column of a table: `type` says what its cells are, `unit` what its numbers count."""

    name: str
    type: str
    unit: str
    title: str


class ReportSheet(Body):
    """A table of a report; `count` is how many rows it has."""

    id: str
    title: str
    licence: Licence
    columns: list[ReportColumn]
    count: int
    rows: list[dict[str, Any]]


class ReportBody(Body):
    """A report; `history` is the address of a page's history, with `{page}` for its title."""

    report: str
    title: str
    licence: Licence
    sheets: list[ReportSheet]
    history: str


class LinkedBody(BaseModel):
    """A person or an organization in the words of schema.org, and where they wrote it."""

    model_config = ConfigDict(extra="allow")

    context: Literal["https://schema.org"] = Field(alias="@context")
    type: Literal["Person", "Organization"] = Field(alias="@type")
    id: str = Field(alias="@id")
    name: str
    knowsAbout: list[dict[str, str]]
    subjectOf: dict[str, str] | None = Field(
        None, description="The page of their own words, its licence and its history."
    )


class Wrong(Body):
    """What is wrong with one parameter."""

    parameter: str
    problem: str


class ProblemBody(Body):
    """ProblemBody details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[Wrong] = []


def item_body(one: Offer | Want, directory: Directory, language: str) -> ItemBody:
    """Describe an offer or want."""
    return ItemBody(
        capacity=one.capacity,
        name=one.text
        if one.capacity not in directory and one.text
        else directory.name(one.capacity, language),
        kind=directory.kind_of(one.capacity),
        methods=[str(method) for method in one.methods],
        level=None if one.level is None else int(one.level),
        note=one.note,
        priority=int(one.priority) if isinstance(one, Want) else None,
        until=one.until,
        since=one.since,
        place=one.place,
        request=one.request if isinstance(one, Want) and one.is_own_request else None,
    )


def profile_body(
    one: Profile, directory: Directory, language: str, *, today: date, url: str, history: str
) -> ProfileBody:
    """Describe a profile; ``url`` is its page in the tool, ``history`` that of the wiki's page."""
    return ProfileBody(
        key=one.key,
        name=one.name,
        kind=str(one.kind),
        page=one.page,
        history=history,
        revision=one.revision,
        edited=one.edited,
        country=one.country,
        region=one.region,
        languages=[Spoken(code=spoken.code, level=spoken.level) for spoken in one.languages],
        offers=[item_body(offer, directory, language) for offer in one.offers],
        wants=[item_body(want, directory, language) for want in one.wants],
        affiliations=list(one.affiliations),
        projects=list(one.projects),
        methods=[str(method) for method in one.methods],
        seats=one.seats,
        timezone=one.timezone,
        hours=one.hours,
        away=one.away,
        unheard=one.is_unheard_of(today),
        about=one.about,
        url=url,
    )


def match_body(one: Match, name: str, history: str, said: tuple[str, ...]) -> MatchBody:
    """Describe a match; ``name`` and ``history`` are the helper's."""
    return MatchBody(
        helper=one.helper,
        name=name,
        history=history,
        want=one.want,
        offer=one.offer,
        score=one.score,
        reasons=list(said),
        parts=[
            ReasonBody(name=part.name, points=part.points, facts=list(part.facts))
            for part in one.parts
        ],
    )
