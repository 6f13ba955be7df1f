"""State: a programme as it stands in the store, with the draft that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from exchange.directory import Directory
from exchange.matching.eligibility import TOLD, History
from exchange.matching.unmet import UnmetReason
from exchange.matching.weights import Weights
from exchange.model import Profile, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey, is_group_key
from exchange.model.programme import (
    Application,
    Programme,
    ProgrammeDraft,
)
from exchange.programmes.applicants import admit_applicants
from exchange.programmes.draft import ProgrammeHistory, draft_programme
from exchange.programmes.phases import confirmable_programmes
from exchange.programmes.reserve import (
    Reserve,
    keeps,
    kept_until,
    reserve_applicants,
    waiting_wants,
)
from exchange.store import Store
from exchange.store.programmes import CONFIRMED, LEFT_OUT, ProgrammePair


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """A programme with everybody who applied, what was decided, and what is proposed now.

    ``decided`` are the organisers' decisions, ``suggestions`` what became of the confirmed ones, by
    id; ``yes`` says whose answer to one of them is a yes, by id; ``profiles`` are those of everybody
    in it, by key.
    """

    programme: Programme
    applications: Sequence[Application]
    draft: ProgrammeDraft
    decided: Sequence[ProgrammePair]
    suggestions: Mapping[int, Suggestion]
    profiles: Mapping[str, Profile]
    yes: Mapping[int, Collection[str]] = field(default_factory=dict)

    def figures(self) -> ProgrammeFigures:
        """Count how far it got: people up to ``waiting``, pairs from there on."""
        steps = list(self.draft.steps.values())
        confirmed = [one for one in self.decided if one.state == CONFIRMED]
        known = [
            self.suggestions[one.suggestion]
            for one in confirmed
            if one.suggestion in self.suggestions
        ]
        return ProgrammeFigures(
            applied=len(steps),
            eligible=sum(step.is_eligible for step in steps),
            waiting=len(self.draft.waiting),
            confirmed=len(confirmed),
            told=sum(one.status in TOLD for one in known),
            accepted=sum(one.is_agreed(self.yes.get(one.id, ())) for one in known),
            exchanged=sum(one.status is SuggestionStatus.EXCHANGED for one in known),
        )


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """How far a programme got: people who applied, fit and wait; pairs confirmed, told and so on.

    ``accepted`` are the pairs in which both said yes.
    """

    applied: int = 0
    eligible: int = 0
    waiting: int = 0
    confirmed: int = 0
    told: int = 0
    accepted: int = 0
    exchanged: int = 0


def read_programme(
    store: Store, programme: Programme, *, directory: Directory, weights: Weights, today: date
) -> ProgrammeState:
    """Read a programme and draft it. A dozen queries, however many applied."""
    with store.snapshot():
        applications = store.programmes.applications(programme.page)
        decided = store.programmes.pairs(programme.page)
        groups = store.pages.groups_by_contact()
        suggestions = store.suggestions.history()
        yes = store.programmes.yeses(
            one.id for one in suggestions if one.status is SuggestionStatus.ACCEPTED
        )
        apart = store.preferences.blocked_pairs()
        silent = store.preferences.left_alone()
        keys = _keys_of(applications, groups)
        mine = {key for several in keys.values() for key in several}
        decided_keys = {key for one in decided for key in one.pair}
        records = store.profiles.records(mine | decided_keys)
    active = {key: one.profile for key, one in records.items() if one.active}
    admission = admit_applicants(
        programme,
        applications,
        keys=keys,
        profiles=active,
        directory=directory,
        silent=silent,
        today=today,
    )
    general = History.of(suggestions, today=today, period=programme.period, bounds=weights.bounds)
    draft = draft_programme(
        programme,
        admission,
        history=ProgrammeHistory(
            general=replace(general, pairs=general.pairs | apart),
            suggestions=suggestions,
            left_out={one.pair for one in decided if one.state == LEFT_OUT},
            apart=apart,
            yes=yes,
        ),
        directory=directory,
        weights=weights,
        today=today,
    )
    wanted = {one.suggestion for one in decided if one.suggestion}
    return ProgrammeState(
        programme=programme,
        applications=applications,
        draft=draft,
        decided=decided,
        suggestions={one.id: one for one in suggestions if one.id in wanted},
        profiles={key: one.profile for key, one in records.items()},
        yes=yes,
    )


def _keys_of(
    applications: Iterable[Application], groups: Mapping[int, Sequence[str]]
) -> dict[int, tuple[str, ...]]:
    """Return the profiles for which those who applied can apply: {account: keys}."""
    return {
        one.account: (str(ProfileKey.for_person(one.account)), *groups.get(one.account, ()))
        for one in applications
    }


def read_reserve(
    store: Store,
    profiles: Iterable[Profile],
    *,
    directory: Directory,
    silent: Collection[str],
    today: date,
) -> Reserve:
    """Read what programmes keep from the daily matching: eight queries, one where there is none.

    ``profiles`` are the active ones. What nobody can confirm keeps nothing.
    """
    programmes = store.programmes.all()
    if not programmes:
        return Reserve()
    confirmable = confirmable_programmes(store)
    programmes = [one for one in programmes if one.page in confirmable]
    applications = store.programmes.all_applications()
    return reserve_applicants(
        programmes,
        applications,
        last_decisions(store.programmes.pairs(), before=today),
        keys=_keys_of(
            (one for several in applications.values() for one in several),
            store.pages.groups_by_contact(),
        ),
        profiles={one.key: one for one in profiles},
        directory=directory,
        silent=silent,
        today=today,
    )


def last_decisions(decided: Iterable[ProgrammePair], *, before: date) -> dict[int, datetime]:
    """Return when organisers decided last on a day before one: {page: moment}."""
    found: dict[int, datetime] = {}
    for each in decided:
        if each.at.date() < before:
            found[each.page] = max(each.at, found.get(each.page, each.at))
    return found


def wants_in_programmes(
    store: Store,
    account: int,
    profiles: Mapping[str, Profile],
    *,
    directory: Directory,
    today: date,
) -> dict[tuple[str, str], tuple[Programme, date]]:
    """Return what somebody wants that waits for a programme, and until when at most.

    ``profiles`` are those for which they can apply. {(profile key, capacity): (programme, day)}. Once a
    programme is closed, what waits is what the last round of the daily matching left alone.
    """
    applied = store.programmes.applied_to(account)
    if applied and profiles:
        confirmable = confirmable_programmes(store)
        applied = [one for one in applied if one[0].page in confirmable]
    if not applied or not profiles:
        return {}
    latest = last_decisions(
        store.programmes.pairs(*(programme.page for programme, _ in applied)), before=today
    )
    silent = store.preferences.left_alone()
    recorded = {
        (key, capacity)
        for key, capacity, reason in store.rounds.unmet(*profiles)
        if reason == UnmetReason.ROUND
    }
    found: dict[tuple[str, str], tuple[Programme, date]] = {}
    for programme, application in applied:
        decided = latest.get(programme.page)
        if not keeps(programme, application, decided=decided, today=today):
            continue
        admission = admit_applicants(
            programme,
            [application],
            keys={account: sorted(profiles, key=is_group_key)},
            profiles=profiles,
            directory=directory,
            silent=silent,
            today=today,
        )
        until = kept_until(programme, application)
        for one in admission.participants:
            for capacity in waiting_wants(programme, one, directory, today):
                named = (one.profile.key, capacity)
                if programme.is_closed(today) and named not in recorded:
                    continue
                if named not in found or found[named][1] < until:
                    found[named] = programme, until
    return found
