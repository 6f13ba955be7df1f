"""Counts: what a run of notify did. planned = sent + skipped + held + unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exchange.model import Held, Outcome, Sent, Skipped, Unknown


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run of notify did.

    Every candidate is in exactly one of ``sent``, ``skipped`` (by reason), ``held`` (by reason)
    and ``unknown``. ``answers`` were read from talk pages (``unclear`` ones not understood,
    ``foreign`` ones not by the recipient), ``met`` pairs were seen to write to each other,
    ``expired`` suggestions ended in silence. ``recovered`` notices of an earlier run stood on
    their page, ``interrupted`` ones had left nothing.
    """

    planned: int = 0
    sent: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    answers: int = 0
    unclear: int = 0
    foreign: int = 0
    met: int = 0
    expired: int = 0
    recovered: int = 0
    interrupted: int = 0

    @property
    def failed(self) -> bool:
        """Tell whether something needs a person: unknown ones, or a run that was stopped."""
        return bool(self.unknown or set(self.held) - _IN_ORDER)

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome], **more: int) -> Counts:
        """Count outcomes: {candidate: outcome}."""
        values = list(outcomes.values())
        return cls(
            planned=len(values),
            sent=sum(isinstance(each, Sent) for each in values),
            skipped=_by_reason(each for each in values if isinstance(each, Skipped)),
            held=_by_reason(each for each in values if isinstance(each, Held)),
            unknown=sum(isinstance(each, Unknown) for each in values),
            **more,
        )


_IN_ORDER = {"dry-run", "daily-cap"}
"""Reasons for holding back that are as they should be."""


def _by_reason(outcomes: Iterable[Skipped | Held]) -> dict[str, int]:
    return dict(sorted(Counter(each.reason.value for each in outcomes).items()))
