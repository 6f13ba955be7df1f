"""Counts: what a run of notify did. planned = sent + skipped + held + unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exchange.model import Held, Outcome, Reason, Sent, Skipped, Unknown


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run of notify did.

    Every candidate is in exactly one of ``sent``, ``skipped`` (by reason), ``held`` (``because``
    gives the reasons) and ``unknown``. ``answers`` were read from talk pages (``unclear`` ones not understood,
    ``foreign`` ones not by the recipient), ``met`` pairs were seen to write to each other,
    ``expired`` suggestions ended in silence. ``recovered`` notices of an earlier run stood on
    their page, ``interrupted`` ones had left nothing. ``failed`` counts what needs a person:
    unknown ones, and everything that was held because the run was stopped.
    """

    planned: int = 0
    sent: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    held: int = 0
    because: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    answers: int = 0
    unclear: int = 0
    foreign: int = 0
    met: int = 0
    expired: int = 0
    recovered: int = 0
    interrupted: int = 0
    failed: int = 0

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome], **more: int) -> Counts:
        """Count outcomes: {candidate: outcome}."""
        values = list(outcomes.values())
        held = [each for each in values if isinstance(each, Held)]
        unknown = sum(isinstance(each, Unknown) for each in values)
        return cls(
            planned=len(values),
            sent=sum(isinstance(each, Sent) for each in values),
            skipped=_by_reason(each for each in values if isinstance(each, Skipped)),
            held=len(held),
            because=_by_reason(held),
            unknown=unknown,
            failed=unknown + sum(each.reason not in _IN_ORDER for each in held),
            **more,
        )


_IN_ORDER = {Reason.DRY_RUN, Reason.DAILY_CAP}
"""Reasons for holding back that are as they should be."""


def _by_reason(outcomes: Iterable[Skipped | Held]) -> dict[str, int]:
    return dict(sorted(Counter(each.reason.value for each in outcomes).items()))
