"""Programme: a round that a hub or an affiliate opens, who applies to it, and what becomes of each.

What the matching engine runs every day is a *round*; what people open, join and confirm is a
*programme round*, here always ``Programme``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import zip_longest

from exchange.model.profile import Kind
from exchange.model.suggestion import PROGRAMME, Match, Suggestion

MOST_APPLICANTS = 2_000
"""How many people one programme can have as applicants."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a programme is for; an empty tuple asks for nothing.

    ``kinds`` are kinds of profile; ``countries`` and ``regions`` ids, ``affiliations`` names. Of
    the kinds one has to fit, and of countries, regions and affiliations together one.
    """

    kinds: tuple[Kind, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as its page describes it.

    ``page`` is the page's id and names the programme for good; ``title`` is the page's.
    ``capacities`` are ids (none: all of them) and ``texts`` what was written for each;
    ``languages`` are codes (none: any that two share).
    ``opens`` and ``closes`` are the first and the last day, in UTC, on which people apply.
    ``seats`` is how many learners it has room for, None where it does not say.
    """

    page: int = 0
    title: str = ""
    name: str = ""
    capacities: tuple[str, ...] = ()
    audience: Audience = Audience()
    opens: date | None = None
    closes: date | None = None
    seats: int | None = None
    languages: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def written(self) -> dict[str, str]:
        """What was written for each capacity, by id; empty where that is not known."""
        return dict(zip_longest(self.capacities, self.texts[: len(self.capacities)], fillvalue=""))

    @property
    def period(self) -> str:
        """What stands in the place of the period of its suggestions."""
        return f"{PROGRAMME}{self.page}"

    @property
    def shown_name(self) -> str:
        """Its name, or its page's title where it has none."""
        return self.name or self.title

    def is_open(self, day: date) -> bool:
        """Whether people can apply on a day."""
        return (self.opens is None or self.opens <= day) and not self.is_closed(day)

    def is_closed(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.closes is not None and self.closes < day


@dataclass(frozen=True, slots=True)
class Application:
    """That an account applied, by their own hand, and with whom they want to be paired.

    ``account`` and ``partners`` are central user ids.
    """

    account: int
    applied: datetime
    partners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammeRecord:
    """What a reading of a page found: the programme, and who stands there by their own hand.

    ``organisers`` are central user ids.
    """

    programme: Programme
    organisers: tuple[int, ...] = ()
    applications: tuple[Application, ...] = ()


class ApplicantStep(StrEnum):
    """What became of an applicant: exactly one at each step. ``programme-<value>`` in i18n."""

    # They cannot be paired, and why.
    EARLY = "early"  # applied before it opened
    LATE = "late"  # applied after it closed
    TOO_MANY = "too-many"  # there were as many applicants as a round can have
    NO_PROFILE = "no-profile"  # has no profile, or takes no part (blocked, gone)
    REPEATED = "repeated"  # another contact applied for the same group
    AUDIENCE = "audience"  # is not whom it is for
    NO_PLACE = "no-place"  # it is for places, and the profile names none
    NOTHING = "nothing"  # neither offers nor wants any of its capacities
    LANGUAGE = "language"  # speaks none of its languages
    AWAY = "away"  # is away
    QUIET = "quiet"  # wants no messages
    # They can be, and here is where they stand.
    PAIRED = "paired"  # in a pair of the draft
    WAITING = "waiting"  # on the waiting list
    CONFIRMED = "confirmed"  # in a pair that the organiser confirmed; nobody was told yet
    TOLD = "told"  # in a pair that was told of
    ASKED = "asked"  # in a pair of which the other said yes
    YES = "yes"  # said yes, and the other has not answered yet
    AGREED = "agreed"  # in a pair whose two both said yes, here or before

    @property
    def is_eligible(self) -> bool:
        """Whether somebody with it takes part in the pairing."""
        return self in _ELIGIBLE


_ELIGIBLE = frozenset(
    (
        ApplicantStep.PAIRED,
        ApplicantStep.WAITING,
        ApplicantStep.CONFIRMED,
        ApplicantStep.TOLD,
        ApplicantStep.ASKED,
        ApplicantStep.YES,
        ApplicantStep.AGREED,
    )
)


class WaitingReason(StrEnum):
    """Why somebody is on the waiting list. ``waiting-<value>`` in i18n."""

    NOBODY = "nobody"  # nobody here offers what they want
    NOBODY_WANTS = "nobody-wants"  # nobody here who is not in a pair wants what they offer
    LANGUAGE = "language"  # those who offer it share no language with them
    SEATS = "seats"  # all who offer it have their seats taken
    FULL = "full"  # the programme has no seat left
    SUGGESTED = "suggested"  # whoever could help was suggested before, or left out here
    LIVE = "live"  # somebody else is helping them with it already
    # They chose each other, and are in no pair of the draft:
    PARTNER = "partner"  # neither offers what the other wants
    PARTNER_OPEN = "partner-open"  # a suggestion that brings them together is under way
    PARTNER_LEFT_OUT = "partner-left-out"  # an organiser left the pair out
    PARTNER_DECLINED = "partner-declined"  # one of them said no here
    PARTNER_ENDED = "partner-ended"  # they were told here, and nobody answered in time
    PARTNER_SEATS = "partner-seats"  # whoever could help has no seat left
    PARTNER_LEARNS = "partner-learns"  # whoever would learn learns it from somebody else already
    PARTNER_LANGUAGE = "partner-language"  # they share no language
    PARTNER_APART = "partner-apart"  # something else, of which nobody is told more


@dataclass(frozen=True, slots=True)
class DraftPair:
    """A pair that a draft proposes. ``agreed`` says that the two chose each other."""

    match: Match
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """A place on the waiting list: a profile key, and why they wait."""

    key: str
    reason: WaitingReason


@dataclass(frozen=True, slots=True)
class ProgrammeDraft:
    """What an organiser confirms: pairs, the waiting list, and what became of each applicant.

    ``steps`` is by account (a central user id); ``keys`` are the profiles for which they applied.
    ``before`` are those who agreed in the exchange before and hold a seat of it. ``digest`` names this
    very draft: a confirmation is about one.
    """

    pairs: tuple[DraftPair, ...] = ()
    waiting: tuple[WaitingPlace, ...] = ()
    before: tuple[Suggestion, ...] = ()
    steps: dict[int, ApplicantStep] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    digest: str = ""
