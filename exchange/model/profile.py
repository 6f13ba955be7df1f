"""Profile: what a person or a group shares and wants, as their wiki page says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from exchange.model.capacity import Level, Method, Priority

NATIVE = 6
"""The level of a mother tongue; Babel's ``N``. Babel's 0 to 5 are kept as they are."""

FLUENT = 4
"""The level of a language that states none: nobody has two dozen mother tongues.

From this level on somebody can interpret.
"""

USABLE = 2
"""The lowest Babel level at which two people can work together."""


UNANSWERED_MOST = 2
"""After so many unanswered questions whether they are still there, somebody counts as away."""


class Kind(StrEnum):
    """Who is speaking: a person or a kind of group."""

    PERSON = "person"
    INFORMAL_GROUP = "informal-group"
    AFFILIATE_TO_BE = "affiliate-to-be"
    USER_GROUP = "user-group"
    CHAPTER = "chapter"
    THEMATIC_ORGANISATION = "thematic-organisation"
    HUB = "hub"


class Frequency(StrEnum):
    """How often somebody wants to hear from the bot."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    NEVER = "no"


@dataclass(frozen=True, slots=True, order=True)
class Language:
    """A language somebody uses: MediaWiki code, level 0 to 5 as in Babel or ``NATIVE``."""

    code: str
    level: int = NATIVE


@dataclass(frozen=True, slots=True)
class Offer:
    """One capacity that somebody can share.

    ``capacity`` is a directory id or ``unlisted:`` and the folded name; ``text`` is the name as
    it was written. Of a thing, ``since`` and ``until`` are the first and the last day on which it
    can be had, and ``place`` says where, as it was written.
    """

    capacity: str
    text: str = ""
    methods: tuple[Method, ...] = ()
    level: Level | None = None
    note: str = ""
    since: date | None = None
    until: date | None = None
    place: str = ""

    def is_over(self, today: date) -> bool:
        """Whether the last day on which it can be had is over."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Want:
    """One capacity that somebody wants to learn or needs help with.

    ``until`` is the last day on which help is of use; of a thing, ``since`` is the first, and
    ``place`` says where it is needed. ``request`` is the title of the page whose
    ``{{Capacity Exchange request}}`` asked for it, or empty where it stands in the profile.
    ``joined`` are the titles of others' requests that this want joins; ``joins`` is how many people
    joined it themselves, where it is a request.
    """

    capacity: str
    text: str = ""
    methods: tuple[Method, ...] = ()
    level: Level | None = None
    priority: Priority = Priority.NORMAL
    until: date | None = None
    note: str = ""
    request: str = ""
    joined: tuple[str, ...] = ()
    joins: int = 0
    since: date | None = None
    place: str = ""

    def is_over(self, today: date) -> bool:
        """Whether the last day on which help is of use is over."""
        return self.until is not None and self.until < today

    @property
    def is_own_request(self) -> bool:
        """Whether somebody asked for it on a page of their own, and did not just join others."""
        return bool(self.request) and self.request not in self.joined


@dataclass(frozen=True, slots=True)
class Profile:
    """What one person or group shares and wants: the newest reading of their pages.

    ``key`` names the party for good: ``user:`` and the central user id for a person (a user name
    can change), ``page:`` and the page id for a group. ``name`` is for display and does not take
    part in comparisons. ``country`` is an ISO 3166-1 alpha-2 code, ``region`` a Wikimedia region
    id. ``hours`` is the time a week that they have. ``contacts`` are the user names that a
    group's notices go to; a person's own name for a person. ``unanswered`` is no part of what a
    page says: the days from which a question whether they are still there counts as unanswered,
    oldest first, none where they gave a sign of life since.
    """

    key: str
    name: str = field(compare=False)
    kind: Kind = Kind.PERSON
    page: str = ""
    page_id: int = 0
    revision: int = 0
    edited: datetime | None = None
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
    contacts: tuple[str, ...] = ()
    unanswered: tuple[date, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether more than one person stands behind this profile."""
        return self.kind is not Kind.PERSON

    @property
    def interprets(self) -> bool:
        """Whether they offer to interpret between two others, at an offer or as a whole."""
        ways = (self.methods, *(offer.methods for offer in self.offers))
        return any(Method.INTERPRETING in methods for methods in ways)

    @property
    def stands_on_request(self) -> bool:
        """Whether it has no page of its own: all that it says is that they joined others' requests."""
        return any(self.page in want.joined for want in self.wants)

    def only(self, is_kept: Callable[[str], bool]) -> Profile:
        """Return the profile with those offers and wants alone whose capacity is kept."""
        offers = tuple(one for one in self.offers if is_kept(one.capacity))
        wants = tuple(one for one in self.wants if is_kept(one.capacity))
        if len(offers) == len(self.offers) and len(wants) == len(self.wants):
            return self
        return replace(self, offers=offers, wants=wants)

    def open_wants(self, today: date) -> tuple[Want, ...]:
        """Return the wants that are still of use on a day."""
        return tuple(want for want in self.wants if not want.is_over(today))

    def open_offers(self, today: date) -> tuple[Offer, ...]:
        """Return what can still be had on a day: what somebody teaches, and things not yet over."""
        return tuple(offer for offer in self.offers if not offer.is_over(today))

    def questions_unanswered(self, day: date) -> int:
        """Return how many questions whether they are still there had gone unanswered by a day."""
        return sum(since <= day for since in self.unanswered)

    def is_unheard_of(self, day: date) -> bool:
        """Whether they count as away because they answered no question whether they are there."""
        return self.questions_unanswered(day) >= UNANSWERED_MOST

    def is_away(self, day: date) -> bool:
        """Whether they are away on a day: until a day that they named, or as ``is_unheard_of``."""
        return (self.away is not None and self.away >= day) or self.is_unheard_of(day)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something on a page that could not be understood as written; nothing of it is lost.

    ``code`` is stable and names the message ``problem-<code>`` in i18n; ``parameter`` is the
    template parameter (empty for the page as a whole); ``text`` is what stands there, at most 200
    characters; ``hint`` is what was perhaps meant (a capacity id, a date, a spelling).
    """

    code: str
    parameter: str = ""
    text: str = ""
    hint: str = ""
