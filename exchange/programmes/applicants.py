"""Applicants: whether somebody who applied to a programme takes part in it, and with what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from exchange.geography import affiliate_names
from exchange.matching.eligibility import is_muted, region_of_profile
from exchange.matching.things import CapacityTree
from exchange.model import USABLE, Method, Profile
from exchange.model.programme import (
    MOST_APPLICANTS,
    ApplicantStep,
    Application,
    Audience,
    Programme,
)
from exchange.text import fold


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a profile that counts in a programme: its capacities and its languages."""

    programme: Programme
    directory: CapacityTree

    def wants(self, capacity: str) -> bool:
        """Whether somebody may learn it there: it is one of the capacities, or a part of one."""
        within = self.programme.capacities
        return not within or bool(
            {capacity, *self.directory.broader(capacity)}.intersection(within)
        )

    def offers(self, capacity: str) -> bool:
        """Whether somebody may help with it there: also with what one of them is a part of."""
        wider = (one for each in self.programme.capacities for one in self.directory.broader(each))
        return self.wants(capacity) or capacity in wider

    def of(self, profile: Profile) -> Profile:
        """Return a profile with nothing but what counts. Nobody interprets in a programme."""
        spoken = self.programme.languages
        return replace(
            profile,
            offers=tuple(
                replace(one, methods=_exchanging(one.methods))
                for one in profile.offers
                if self.offers(one.capacity)
            ),
            wants=tuple(one for one in profile.wants if self.wants(one.capacity)),
            languages=tuple(one for one in profile.languages if not spoken or one.code in spoken),
            methods=_exchanging(profile.methods),
        )


def _exchanging(methods: Iterable[Method]) -> tuple[Method, ...]:
    return tuple(one for one in methods if one is not Method.INTERPRETING)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part: the application, and the part of the profile that counts."""

    application: Application
    profile: Profile

    @property
    def place(self) -> tuple[float, int]:
        """Their place in the order of the programme: who applied first comes first."""
        return self.application.applied.timestamp(), self.application.account


@dataclass(frozen=True, slots=True)
class Admission:
    """Who takes part, in the order of application, and why the others do not: by account."""

    participants: tuple[Participant, ...]
    refused: Mapping[int, ApplicantStep]
    keys: Mapping[int, str]


def admit_applicants(
    programme: Programme,
    applications: Iterable[Application],
    *,
    keys: Mapping[int, Sequence[str]],
    profiles: Mapping[str, Profile],
    directory: CapacityTree,
    silent: Collection[str],
    today: date,
) -> Admission:
    """Tell who of those who applied takes part.

    ``keys`` are the profiles for which an account can apply, its own first, then those of groups
    whose contact it is: the first that fits counts. ``profiles`` are the active ones; ``silent``
    are the keys of those who want no messages. Everybody ends either way, once.
    """
    scope = Scope(programme, directory)
    taken: dict[str, int] = {}
    participants: list[Participant] = []
    refused: dict[int, ApplicantStep] = {}
    chosen: dict[int, str] = {}
    ordered = sorted(applications, key=lambda one: (one.applied, one.account))
    for number, each in enumerate(ordered):
        step, profile = _step_of(each, programme, scope, keys, profiles, silent, today)
        if profile is not None:
            chosen[each.account] = profile.key
        if number >= MOST_APPLICANTS:
            step = ApplicantStep.TOO_MANY
        if step is None and profile is not None and profile.key in taken:
            step = ApplicantStep.REPEATED
        if step is None and profile is not None:
            taken[profile.key] = each.account
            participants.append(Participant(each, scope.of(profile)))
        else:
            refused[each.account] = step or ApplicantStep.NO_PROFILE
    return Admission(tuple(participants), refused, chosen)


def _step_of(
    each: Application,
    programme: Programme,
    scope: Scope,
    keys: Mapping[int, Sequence[str]],
    profiles: Mapping[str, Profile],
    silent: Collection[str],
    today: date,
) -> tuple[ApplicantStep | None, Profile | None]:
    """Return why somebody takes no part (None where they do), and the profile that says so."""
    day = each.applied.date()
    known = [profiles[key] for key in keys.get(each.account, ()) if key in profiles]
    first = known[0] if known else None
    if programme.opens is not None and day < programme.opens:
        return ApplicantStep.EARLY, first
    if programme.is_closed(day):
        return ApplicantStep.LATE, first
    said: ApplicantStep | None = ApplicantStep.NO_PROFILE
    for number, profile in enumerate(known):
        step = _refusal(profile, programme.audience, scope, silent, today)
        if step is None:
            return None, profile
        if number == 0:
            said = step
    return said, first


def _refusal(
    profile: Profile, audience: Audience, scope: Scope, silent: Collection[str], today: date
) -> ApplicantStep | None:
    """Return why a profile takes no part, the hardest to change first; None where it does."""
    if not fits_audience(profile, audience):
        return ApplicantStep.NO_PLACE if lacks_place(profile, audience) else ApplicantStep.AUDIENCE
    counted = scope.of(profile)
    if not counted.offers and not counted.open_wants(today):
        return ApplicantStep.NOTHING
    if not any(language.level >= USABLE for language in counted.languages):
        return ApplicantStep.LANGUAGE
    if profile.key in silent or is_muted(profile):
        return ApplicantStep.QUIET
    return ApplicantStep.AWAY if profile.is_away(today) else None


def fits_audience(profile: Profile, audience: Audience) -> bool:
    """Whether a profile is of one of the kinds, and of one of the places or affiliations."""
    if audience.kinds and profile.kind not in audience.kinds:
        return False
    if not (audience.countries or audience.regions or audience.affiliations):
        return True
    mine = {name for one in (*profile.affiliations, profile.name) for name in _called(one)}
    return (
        profile.country in audience.countries
        or region_of_profile(profile) in audience.regions
        or any(mine & _called(one) for one in audience.affiliations)
    )


def lacks_place(profile: Profile, audience: Audience) -> bool:
    """Whether a profile may fit as soon as it says where it is at home."""
    anywhere = replace(audience, countries=(), regions=(), affiliations=())
    silent = profile.country is None and profile.region is None
    return (
        silent and bool(audience.countries or audience.regions) and fits_audience(profile, anywhere)
    )


def _called(affiliation: str) -> set[str]:
    """All that an affiliate is called, as far as we know it, to be compared."""
    return {fold(affiliation), *map(fold, affiliate_names(affiliation))}
