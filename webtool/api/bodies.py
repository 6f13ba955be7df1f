"""Bodies: what the API takes and gives, as models that also describe it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from exchange.directory import Directory
from exchange.model import Match, Offer, Profile, Want
from exchange.search.query import MAX_PAGE, MAX_SIZE, MAX_TEXT


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Body):
    """Something that somebody offers or wants."""

    capacity: str = Field(description="Id of a capacity; `unlisted:` and a name where unlisted.")
    name: str = Field(description="Name of the capacity in the language asked for.")
    methods: list[str] = []
    level: int | None = Field(None, description="1 basic, 2 intermediate, 3 advanced, 4 expert.")
    note: str = ""
    priority: int | None = Field(None, description="Wants: 0 normal, 1 high, 2 urgent.")
    until: date | None = Field(None, description="Wants: the last day on which help is of use.")
    request: str | None = Field(None, description="Wants: the page that asks for it.")


class Spoken(_Body):
    """A language that somebody uses."""

    code: str = Field(description="MediaWiki language code.")
    level: int = Field(description="0 to 5 as in Babel, 6 for a mother tongue.")


class ProfileBody(_Body):
    """A person or a group."""

    key: str
    name: str
    kind: str
    page: str
    revision: int
    edited: datetime | None
    country: str | None
    region: str | None
    languages: list[Spoken]
    offers: list[Item]
    wants: list[Item]
    affiliations: list[str]
    projects: list[str]
    methods: list[str]
    seats: int
    timezone: str | None
    hours: float | None
    away: date | None
    about: str
    url: str


class Count(_Body):
    """How many people a value would give."""

    value: str
    count: int


class Found(_Body):
    """One page of results. `next` is the address of the next page."""

    total: int
    page: int
    size: int
    partial: bool = Field(description="Nobody has all words; these have most of them.")
    next: str | None
    profiles: list[ProfileBody]
    facets: dict[str, list[Count]]


class CapacityBody(_Body):
    """A capacity with how many people offer and want it (what is narrower included)."""

    id: str
    broader: str | None
    names: dict[str, str]
    aliases: dict[str, list[str]]
    wikidata: str | None
    narrower: list[str]
    offers: int
    wants: int
    gap: int


class Capacities(_Body):
    """All capacities, each before what is narrower."""

    capacities: list[CapacityBody]


class PlaceBody(_Body):
    """A country (ISO 3166-1 alpha-2) or a Wikimedia region."""

    id: str
    type: str
    name: str
    region: str | None
    people: int
    offers: int
    wants: int
    gap: int


class PlacesBody(_Body):
    """Every region, and every country with profiles."""

    places: list[PlaceBody]


class Asked(_Body):
    """A request with a deadline."""

    key: str
    who: str
    want: Item
    languages: list[str]
    country: str | None
    region: str | None


class RequestsBody(_Body):
    """Open requests, those that end first at the top."""

    total: int
    requests: list[Asked]


class Reason(_Body):
    """One part of a score."""

    name: str
    points: float
    facts: list[str]


class MatchBody(_Body):
    """A helper for a want, with the reasons."""

    helper: str
    name: str
    want: str
    offer: str
    score: float
    reasons: list[str]
    parts: list[Reason]


class MatchesBody(_Body):
    """Who could help somebody, best first."""

    key: str
    matches: list[MatchBody]


class ReportEntry(_Body):
    """A report."""

    id: str
    title: str
    question: str
    url: str


class ReportsBody(_Body):
    """All reports."""

    reports: list[ReportEntry]


class Wrong(_Body):
    """What is wrong with one parameter."""

    parameter: str
    problem: str


class Problem(_Body):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[Wrong] = []


# --- what is asked -------------------------------------------------------------------------

Text = Annotated[str, Field(max_length=MAX_TEXT)]
Values = Annotated[list[Text], Field(max_length=40)]


class NoQuery(_Body):
    """Nothing but the language of names."""

    uselang: Annotated[str, Field(max_length=25)] = Field("en", description="Language of names.")


class SearchQuery(NoQuery):
    """Free text and facets: values of one facet are OR, facets are AND."""

    q: Text = Field("", description="Words in any language.")
    direction: Values = Field([], description="`offer`, `want`, `request`.")
    capacity: Values = Field([], description="Ids; narrower ones count too.")
    method: Values = []
    language: Values = []
    level: int = Field(2, ge=1, le=6, description="Least level at which a language counts.")
    country: Values = []
    region: Values = []
    affiliation: Values = []
    kind: Values = []
    project: Values = []
    freshness: Values = Field([], description="`month`, `quarter`, `year`.")
    sort: Annotated[str, Field(pattern="^(relevance|freshness|name)$")] = "relevance"
    page: int = Field(1, ge=1, le=MAX_PAGE)
    size: int = Field(20, ge=1, le=MAX_SIZE)


class RequestsQuery(NoQuery):
    """How many requests."""

    size: int = Field(50, ge=1, le=MAX_SIZE)


class MatchesQuery(NoQuery):
    """How many helpers."""

    size: int = Field(6, ge=1, le=20)


# --- from values ---------------------------------------------------------------------------


def item(one: Offer | Want, directory: Directory, language: str) -> Item:
    """Describe an offer or want."""
    asked = isinstance(one, Want)
    return Item(
        capacity=one.capacity,
        name=one.text
        if one.capacity not in directory and one.text
        else directory.name(one.capacity, language),
        methods=[str(method) for method in one.methods],
        level=None if one.level is None else int(one.level),
        note=one.note,
        priority=int(one.priority) if isinstance(one, Want) else None,
        until=one.until if isinstance(one, Want) else None,
        request=(one.request or None) if asked and isinstance(one, Want) else None,
    )


def profile(one: Profile, directory: Directory, language: str, url: str) -> ProfileBody:
    """Describe a profile."""
    return ProfileBody(
        key=one.key,
        name=one.name,
        kind=str(one.kind),
        page=one.page,
        revision=one.revision,
        edited=one.edited,
        country=one.country,
        region=one.region,
        languages=[Spoken(code=spoken.code, level=spoken.level) for spoken in one.languages],
        offers=[item(offer, directory, language) for offer in one.offers],
        wants=[item(want, directory, language) for want in one.wants],
        affiliations=list(one.affiliations),
        projects=list(one.projects),
        methods=[str(method) for method in one.methods],
        seats=one.seats,
        timezone=one.timezone,
        hours=one.hours,
        away=one.away,
        about=one.about,
        url=url,
    )


def match(one: Match, name: str, said: tuple[str, ...]) -> MatchBody:
    """Describe a match."""
    return MatchBody(
        helper=one.helper,
        name=name,
        want=one.want,
        offer=one.offer,
        score=one.score,
        reasons=list(said),
        parts=[
            Reason(name=part.name, points=part.points, facts=list(part.facts)) for part in one.parts
        ],
    )
