"""Draft: who is paired with whom in a programme, and who waits, before anybody is told.

Those who chose each other come first. The others are matched by the same engine as every day, over
a market of nobody but those who take part, with nothing but the programme's capacities and
languages. Nobody learns from two at once. Where there are more pairs than seats, who applied
earlier has the seat.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from exchange.matching.eligibility import History
from exchange.matching.explain import WhyNot, explain_pair
from exchange.matching.round import match_profiles
from exchange.matching.things import CapacityTree
from exchange.matching.unmet import UnmetReason
from exchange.matching.weights import Weights
from exchange.model import AGREED, Match, Profile, Suggestion, SuggestionStatus
from exchange.model.programme import (
    ApplicantStep,
    DraftPair,
    Programme,
    ProgrammeDraft,
    WaitingPlace,
    WaitingReason,
)
from exchange.programmes.applicants import Admission, Participant, Scope
from exchange.programmes.chosen import match_chosen, why_barred

_STANDING = {
    SuggestionStatus.PLANNED: ApplicantStep.CONFIRMED,
    SuggestionStatus.OPEN: ApplicantStep.TOLD,
    **dict.fromkeys(AGREED, ApplicantStep.AGREED),
}
"""Where those stand who are in a pair of the programme that is in somebody's hands."""

_REASONS = {
    UnmetReason.NOBODY: WaitingReason.NOBODY,
    UnmetReason.LANGUAGE: WaitingReason.LANGUAGE,
    UnmetReason.SUGGESTED: WaitingReason.SUGGESTED,
    UnmetReason.LIVE: WaitingReason.LIVE,
}
"""Why the engine found nobody, in the words of a waiting list; anything else is a lack of seats."""


@dataclass(frozen=True, slots=True)
class ProgrammeHistory:
    """What a draft needs to know of what was before.

    ``general`` is the history of the whole exchange. ``suggestions`` are those of this programme,
    and all those in progress, of whatever origin. ``left_out`` are pairs that an organiser left
    out, ``apart`` pairs who never want to meet, each the smaller key first. ``yes`` says whose answer
    to a suggestion is a yes: {id: profile keys}.
    """

    general: History
    suggestions: Sequence[Suggestion] = ()
    left_out: Collection[tuple[str, str]] = frozenset()
    apart: Collection[tuple[str, str]] = frozenset()
    yes: Mapping[int, Collection[str]] = field(default_factory=dict)

    def is_agreed(self, one: Suggestion) -> bool:
        """Whether both whom a suggestion is about said yes."""
        return one.is_agreed(self.yes.get(one.id, ()))

    def step_of(self, key: str, one: Suggestion) -> ApplicantStep:
        """Return where one of the two of a standing suggestion stands."""
        step = _STANDING[one.status]
        if step is not ApplicantStep.AGREED or self.is_agreed(one):
            return step
        return ApplicantStep.YES if key in self.yes.get(one.id, ()) else ApplicantStep.ASKED


def draft_programme(
    programme: Programme,
    admission: Admission,
    *,
    history: ProgrammeHistory,
    directory: CapacityTree,
    weights: Weights,
    today: date,
) -> ProgrammeDraft:
    """Return whom an organiser could confirm, and the waiting list: the same for the same input.

    Everybody who applied ends in one step: refused, in a pair that stands, in one of this draft, or
    on the waiting list with a reason.
    """
    pairing = _Pairing.begin(programme, admission, history, directory, weights, today)
    pairing.pair_agreed()
    pairing.pair_others()
    return pairing.draft(admission)


@dataclass(slots=True)
class _Pairing:
    """A draft while it is made."""

    programme: Programme
    people: Mapping[str, Participant]
    history: ProgrammeHistory
    directory: CapacityTree
    weights: Weights
    today: date
    standing: dict[str, ApplicantStep] = field(default_factory=dict)
    before: list[Suggestion] = field(default_factory=list)
    learners: set[str] = field(default_factory=set)
    seats_left: int | None = None
    taken: Counter[str] = field(default_factory=Counter)
    pairs: list[DraftPair] = field(default_factory=list)
    reasons: dict[str, WaitingReason] = field(default_factory=dict)
    between: dict[tuple[str, str], list[Suggestion]] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        programme: Programme,
        admission: Admission,
        history: ProgrammeHistory,
        directory: CapacityTree,
        weights: Weights,
        today: date,
    ) -> _Pairing:
        people = {one.profile.key: one for one in admission.participants}
        # Nobody learns from two at once.
        bounds = weights.bounds.model_copy(update={"suggestions": 1})
        made = cls(
            programme,
            people,
            history,
            directory,
            weights.model_copy(update={"bounds": bounds}),
            today,
            seats_left=programme.seats,
        )
        for each in _standing_pairs(programme, people, history, directory):
            if each.period != programme.period:
                made.before.append(each)
            for key in each.match.pair:
                step = history.step_of(key, each)
                made.standing[key] = max(made.standing.get(key, step), step, key=_ORDER.index)
            made.learners.add(each.match.seeker)
            made._take_seat()
        return made

    def _take_seat(self) -> None:
        if self.seats_left is not None:
            self.seats_left = max(0, self.seats_left - 1)

    @property
    def is_full(self) -> bool:
        """Whether the programme has no seat left."""
        return self.seats_left == 0

    def _add(self, match: Match, *, agreed: bool = False) -> None:
        self.pairs.append(DraftPair(match, agreed))
        self.learners.add(match.seeker)
        self.taken[match.helper] += 1
        self._take_seat()

    def pair_agreed(self) -> None:
        """Pair those who named each other when they applied, the earlier ones first."""
        keys = {one.application.account: key for key, one in self.people.items()}
        chosen = []
        for key, one in self.people.items():
            for account in one.application.partners:
                other = keys.get(account, "")
                if other > key and self._names(other, one.application.account):
                    places = sorted((one.place, self.people[other].place))
                    chosen.append((places[1], places[0], key, other))
        two = {(min(key, other), max(key, other)) for _, _, key, other in chosen}
        for each in self.history.suggestions:
            if each.match.pair in two:
                self.between.setdefault(each.match.pair, []).append(each)
        for _, _, key, other in sorted(chosen):
            match = self._match_of_two(key, other)
            if isinstance(match, WaitingReason):
                for who in (key, other):
                    self.reasons.setdefault(who, match)
            elif self.is_full:
                for who in match.pair:
                    self.reasons.setdefault(who, WaitingReason.FULL)
            else:
                self._add(match, agreed=True)

    def _names(self, key: str, account: int) -> bool:
        return account in self.people[key].application.partners

    def _match_of_two(self, key: str, other: str) -> Match | WaitingReason:
        """Return the better way in which one of the two learns from the other, or why there is none."""
        pair = (min(key, other), max(key, other))
        if pair in self.history.left_out:
            return WaitingReason.PARTNER_LEFT_OUT
        between = self.between.get(pair, ())
        if barred := why_barred(self.programme.period, between):
            return barred
        if pair in self.history.apart:
            return WaitingReason.PARTNER_APART
        # What was suggested to them elsewhere is no reason against what they chose themselves.
        history = replace(self._history(), pairs=frozenset(self.history.apart))

        def explain(seeker: str, helper: str) -> Match | WhyNot:
            return explain_pair(
                self.people[seeker].profile,
                self.people[helper].profile,
                directory=self.directory,
                weights=self.weights,
                today=self.today,
                history=history,
            )

        return match_chosen(key, other, explain=explain, learners=self.learners, between=between)

    def _history(self) -> History:
        """The history with what this draft has given away already."""
        general = self.history.general
        held = Counter(general.seats_taken)
        held.update(self.taken)
        pairs = {*general.pairs, *self.history.left_out, *self.history.apart}
        return replace(
            general,
            pairs=frozenset(pairs),
            seats_taken=held,
            suggested_this_period={},
            planned=frozenset(),
            interpreters={},
        )

    def pair_others(self) -> None:
        """Match everybody who learns from nobody yet with whoever has seats."""
        market = [self._in_market(key, one.profile) for key, one in self.people.items()]
        result = match_profiles(
            market,
            directory=self.directory,
            weights=self.weights,
            history=self._history(),
            today=self.today,
            period=self.programme.period,
        )
        places = {key: one.place for key, one in self.people.items()}
        best: dict[str, Match] = {}
        for match in result.matches:
            if match.interpretation is None:
                best.setdefault(match.seeker, match)
        for match in sorted(best.values(), key=lambda one: (places[one.seeker], one.helper)):
            if self.is_full:
                for each in match.pair:
                    self.reasons.setdefault(each, WaitingReason.FULL)
            else:
                self._add(match)
        missing: dict[str, set[WaitingReason]] = {}
        for unmet in result.unmet:
            reason = _REASONS.get(unmet.reason, WaitingReason.SEATS)
            missing.setdefault(unmet.seeker, set()).add(reason)
        for key, reasons in missing.items():
            # The nearest to a pair of all that they want.
            self.reasons.setdefault(key, min(reasons, key=_NEAR.index))

    def _in_market(self, key: str, profile: Profile) -> Profile:
        return replace(profile, wants=()) if key in self.learners else profile

    def draft(self, admission: Admission) -> ProgrammeDraft:
        """Put together what was found."""
        paired = {key for pair in self.pairs for key in pair.match.pair}
        waiting = []
        steps: dict[int, ApplicantStep] = {}
        for account, refused in admission.refused.items():
            # Who is away by now and said yes before is in a pair all the same.
            stands = self.standing.get(admission.keys.get(account, ""), refused)
            steps[account] = refused if refused is ApplicantStep.REPEATED else stands
        for key, one in self.people.items():
            if key in self.standing:
                step = self.standing[key]
            elif key in paired:
                step = ApplicantStep.PAIRED
            else:
                step = ApplicantStep.WAITING
                waiting.append(WaitingPlace(key, self._why(key, one.profile)))
            steps[one.application.account] = step
        pairs = tuple(self.pairs)
        return ProgrammeDraft(
            pairs=pairs,
            waiting=tuple(waiting),
            before=tuple(self.before),
            steps=dict(sorted(steps.items())),
            keys=dict(sorted(admission.keys.items())),
            digest=_digest(pairs, waiting, steps),
        )

    def _why(self, key: str, profile: Profile) -> WaitingReason:
        if key in self.reasons:
            return self.reasons[key]
        wants = {one.capacity for one in profile.open_wants(self.today)}
        if wants and {(key, one) for one in wants} <= self.history.general.served:
            return WaitingReason.LIVE
        return WaitingReason.NOBODY if wants else WaitingReason.NOBODY_WANTS


_ORDER = (
    ApplicantStep.CONFIRMED,
    ApplicantStep.TOLD,
    ApplicantStep.ASKED,
    ApplicantStep.YES,
    ApplicantStep.AGREED,
)
_NEAR = (
    WaitingReason.FULL,
    WaitingReason.SEATS,
    WaitingReason.LIVE,
    WaitingReason.SUGGESTED,
    WaitingReason.LANGUAGE,
    WaitingReason.NOBODY,
    WaitingReason.NOBODY_WANTS,
)


def _standing_pairs(
    programme: Programme,
    people: Mapping[str, Participant],
    history: ProgrammeHistory,
    directory: CapacityTree,
) -> Iterable[Suggestion]:
    """Return the pairs that hold a seat: of this programme, and those who agreed before it.

    Whoever accepted each other in the exchange, both applied and are within the capacities, need
    not be told again: they take a seat.
    """
    scope = Scope(programme, directory)
    seen: set[tuple[str, str]] = set()
    for each in sorted(
        history.suggestions, key=lambda one: (one.period != programme.period, one.id)
    ):
        match = each.match
        ways = match.seeker, match.helper  # Two can learn from each other: a seat each way.
        if each.status not in _STANDING or ways in seen:
            continue
        ours = each.period == programme.period
        before = (
            history.is_agreed(each)
            and scope.wants(match.want)
            and all(k in people for k in match.pair)
        )
        if ours or before:
            seen.add(ways)
            yield each


def _digest(
    pairs: Iterable[DraftPair],
    waiting: Iterable[WaitingPlace],
    steps: Mapping[int, ApplicantStep],
) -> str:
    """Name a draft by all that an organiser sees of it."""
    said = [
        [[*one.match.pair, one.match.seeker, one.match.want, one.match.offer] for one in pairs],
        [[one.key, one.reason] for one in waiting],
        sorted(steps.items()),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
