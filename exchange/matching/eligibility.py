"""Party: what a profile says about taking part, being served early, and being one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from exchange.geography import is_emerging_community, is_small_affiliate, region_of
from exchange.matching.weights import Bounds
from exchange.model import Frequency, Profile, Suggestion, SuggestionStatus, Want


def takes_part(profile: Profile, *, today: date) -> bool:
    """Whether somebody takes part in a round: not away, not quiet."""
    return not (profile.is_away(today) or is_muted(profile))


def is_muted(profile: Profile) -> bool:
    """Whether somebody wants no messages at all."""
    return profile.notify is Frequency.NEVER


def is_emerging(profile: Profile) -> bool:
    """Whether somebody belongs to an emerging community, as far as is known."""
    return is_emerging_community(profile.country, profile.region)


def is_small(profile: Profile) -> bool:
    """Whether this is a small affiliate, or a group that wants to be one."""
    return is_small_affiliate(profile.kind)


def rank_of(profile: Profile, history: History) -> int:
    """Return the place in the solidarity order, 0 to 3: how many of its three reasons hold."""
    return is_emerging(profile) + is_small(profile) + (profile.key not in history.helped_before)


def region_of_profile(profile: Profile) -> str | None:
    """Return somebody's region: the one they say, or their country's."""
    return profile.region or region_of(profile.country)


def merge_wants(profile: Profile) -> list[Want]:
    """Return each wanted capacity once: the most pressing one, with the methods of all."""
    wants: dict[str, Want] = {}
    for want in profile.wants:
        old = wants.get(want.capacity)
        wants[want.capacity] = want if old is None else _both(old, want)
    return list(wants.values())


def _both(one: Want, other: Want) -> Want:
    ends = [want.until for want in (one, other) if want.until]
    return Want(
        capacity=one.capacity,
        text=one.text,
        methods=tuple(dict.fromkeys(one.methods + other.methods)),
        level=one.level or other.level,
        priority=max(one.priority, other.priority),
        # Who also asks without a last day still wants it after the other one.
        until=max(ends) if len(ends) == 2 else None,
        note=one.note,
        request=one.request or other.request,
        joined=tuple(dict.fromkeys(one.joined + other.joined)),
        joins=max(one.joins, other.joins),
        since=min(one.since, other.since) if one.since and other.since else None,
        place=one.place or other.place,
    )


def _none() -> Mapping[str, int]:
    return MappingProxyType({})


def _no_interpreters() -> Mapping[tuple[str, str, str], str]:
    return MappingProxyType({})


TOLD = frozenset(SuggestionStatus) - {
    SuggestionStatus.PLANNED,
    SuggestionStatus.DELAYED,
    SuggestionStatus.WITHDRAWN,
}
"""Suggestions of which somebody has heard: this pair is not suggested again."""


@dataclass(frozen=True, slots=True)
class History:
    """What a round needs to know of the rounds before.

    ``pairs`` are not suggested again, whoever asks. ``seats_taken`` counts the seats taken per helper.
    ``suggested_this_period`` counts the suggestions that a seeker was told of in this period. ``served`` are the
    (seeker, want) that are in somebody's hands now. ``helped_before`` are the seekers who were ever told of
    a helper. ``planned`` are this period's (seeker, helper, want) that nobody has heard of yet:
    they may be planned again, and are kept where that costs nobody anything; ``interpreters`` says
    who was to interpret at which of them. What a coordinator introduced counts from the moment on
    which they did. ``declined`` says who wants to be in no cohort for what: (key, capacity,
    language). ``reserved`` are the (seeker, want) that wait for a programme. ``things`` is the same for
    money, places and equipment: what is suggested there takes nothing from what people learn from each
    other, nor the other way round.
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    seats_taken: Mapping[str, int] = field(default_factory=_none)
    suggested_this_period: Mapping[str, int] = field(default_factory=_none)
    served: frozenset[tuple[str, str]] = frozenset()
    helped_before: frozenset[str] = frozenset()
    planned: frozenset[tuple[str, str, str]] = frozenset()
    declined: frozenset[tuple[str, str, str]] = frozenset()
    reserved: frozenset[tuple[str, str]] = frozenset()
    interpreters: Mapping[tuple[str, str, str], str] = field(default_factory=_no_interpreters)
    things: History | None = None

    @classmethod
    def of(
        cls,
        suggestions: Iterable[Suggestion],
        *,
        today: date,
        period: str,
        bounds: Bounds,
        things: Collection[str] = (),
    ) -> History:
        """Read the history out of all suggestions ever made; those of ``things`` are kept apart.

        An open suggestion holds its seat (and that of whoever interprets) until it has been silent
        for ``silence_days``; an accepted one, or people in touch, for ``exchange_days`` from their
        answer.
        """
        if things:
            every = list(suggestions)
            skills, others = (
                cls.of(
                    [one for one in every if (one.match.want in things) is apart],
                    today=today,
                    period=period,
                    bounds=bounds,
                )
                for apart in (False, True)
            )
            return replace(skills, things=others)
        pairs: set[tuple[str, str]] = set()
        held: Counter[str] = Counter()
        used: Counter[str] = Counter()
        served: set[tuple[str, str]] = set()
        planned: dict[tuple[str, str, str], str] = {}
        met: set[str] = set()
        for suggestion in suggestions:
            match, status = suggestion.match, suggestion.status
            # What is delayed keeps its place in the plan, so that nothing else moves.
            waits = status in (SuggestionStatus.PLANNED, SuggestionStatus.DELAYED)
            if waits and suggestion.period == period:
                planned[match.seeker, match.helper, match.want] = match.interpreter
            if status is SuggestionStatus.PLANNED and suggestion.is_by_hand:
                # A coordinator or an organiser decided it: no round plans it again, or gives its seat away.
                pairs.add(match.pair)
                served.add((match.seeker, match.want))
                held[match.helper] += 1
            if status not in TOLD:
                continue
            # A helper and an interpreter hear of each other once the seeker has said yes.
            all_heard = status not in (SuggestionStatus.OPEN, SuggestionStatus.EXPIRED)
            pairs.update(two for two in match.pairs if all_heard or match.seeker in two)
            met.add(match.seeker)
            if suggestion.period == period:
                used[match.seeker] += 1
            if is_live(suggestion, today=today, bounds=bounds):
                served.add((match.seeker, match.want))
                if status.holds_seat:
                    held.update(match.parties[1:])
        return cls(
            pairs=frozenset(pairs),
            seats_taken=MappingProxyType(dict(held)),
            suggested_this_period=MappingProxyType(dict(used)),
            served=frozenset(served),
            helped_before=frozenset(met),
            planned=frozenset(planned),
            interpreters=MappingProxyType({each: key for each, key in planned.items() if key}),
        )


def is_live(suggestion: Suggestion, *, today: date, bounds: Bounds) -> bool:
    """Whether a suggestion still stands: open and not silent for too long, or in progress."""
    since: datetime = suggestion.answered_at or suggestion.notified_at or suggestion.created_at
    age = (today - since.date()).days
    if suggestion.status is SuggestionStatus.OPEN:
        return age < bounds.silence_days
    if suggestion.status in (
        SuggestionStatus.ACCEPTED,
        SuggestionStatus.IN_TOUCH,
        SuggestionStatus.EXCHANGED,
    ):
        return age < bounds.exchange_days
    return False
