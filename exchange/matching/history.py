"""History: what earlier suggestions mean for the next round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from exchange.matching.weights import Bounds
from exchange.model import Status, Suggestion


def _none() -> Mapping[str, int]:
    return MappingProxyType({})


TOLD = frozenset(Status) - {Status.PLANNED, Status.WITHDRAWN}
"""Suggestions of which somebody has heard: this pair is not suggested again."""


@dataclass(frozen=True, slots=True)
class History:
    """What a round needs to know of the rounds before.

    ``pairs`` are not suggested again, whoever asks. ``held`` counts the seats taken per helper.
    ``used`` counts the suggestions that a seeker was told of in this period. ``served`` are the
    (seeker, want) that are in somebody's hands now. ``met`` are the seekers who were ever told of
    a helper. ``planned`` are this period's (seeker, helper, want) that nobody has heard of yet:
    they may be planned anew, and are kept where that costs nobody anything.
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    held: Mapping[str, int] = field(default_factory=_none)
    used: Mapping[str, int] = field(default_factory=_none)
    served: frozenset[tuple[str, str]] = frozenset()
    met: frozenset[str] = frozenset()
    planned: frozenset[tuple[str, str, str]] = frozenset()

    @classmethod
    def of(
        cls, suggestions: Iterable[Suggestion], *, today: date, period: str, bounds: Bounds
    ) -> History:
        """Read the history out of all suggestions ever made.

        An open suggestion holds its seat until it has been silent for ``silence_days``; an
        accepted one, or people in touch, for ``exchange_days`` from their answer.
        """
        pairs: set[tuple[str, str]] = set()
        held: Counter[str] = Counter()
        used: Counter[str] = Counter()
        served: set[tuple[str, str]] = set()
        planned: set[tuple[str, str, str]] = set()
        met: set[str] = set()
        for suggestion in suggestions:
            match, status = suggestion.match, suggestion.status
            if status is Status.PLANNED and suggestion.period == period:
                planned.add((match.seeker, match.helper, match.want))
            if status not in TOLD:
                continue
            pairs.add(match.pair)
            met.add(match.seeker)
            if suggestion.period == period:
                used[match.seeker] += 1
            if is_live(suggestion, today=today, bounds=bounds):
                served.add((match.seeker, match.want))
                if status.holds_seat:
                    held[match.helper] += 1
        return cls(
            pairs=frozenset(pairs),
            held=MappingProxyType(dict(held)),
            used=MappingProxyType(dict(used)),
            served=frozenset(served),
            met=frozenset(met),
            planned=frozenset(planned),
        )


def is_live(suggestion: Suggestion, *, today: date, bounds: Bounds) -> bool:
    """Tell whether a suggestion still stands: open and not silent for too long, or in progress."""
    since: datetime = suggestion.answered or suggestion.told or suggestion.made
    age = (today - since.date()).days
    if suggestion.status is Status.OPEN:
        return age < bounds.silence_days
    if suggestion.status in (Status.ACCEPTED, Status.IN_TOUCH, Status.EXCHANGED):
        return age < bounds.exchange_days
    return False
