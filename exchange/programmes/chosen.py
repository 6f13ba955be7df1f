"""Chosen: two who named each other when they applied, matched, or the true reason why they are not."""

from __future__ import annotations

from collections.abc import Callable, Collection

from exchange.matching.eligibility import TOLD
from exchange.matching.explain import WhyNot
from exchange.matching.unmet import UnmetReason
from exchange.model import Match, Suggestion, SuggestionStatus
from exchange.model.programme import WaitingReason

_SAID_NO = frozenset((SuggestionStatus.DECLINED, SuggestionStatus.STOPPED))
_REASONS = {
    UnmetReason.SEATS: WaitingReason.PARTNER_SEATS,
    UnmetReason.LIVE: WaitingReason.PARTNER_LEARNS,
    UnmetReason.LANGUAGE: WaitingReason.PARTNER_LANGUAGE,
    UnmetReason.NOBODY: WaitingReason.PARTNER,
    UnmetReason.LATE: WaitingReason.PARTNER,
}
"""Why one of the two cannot learn from the other; anything else is not told in detail."""

_NEAREST = (
    WaitingReason.PARTNER_OPEN,
    WaitingReason.PARTNER_SEATS,
    WaitingReason.PARTNER_LEARNS,
    WaitingReason.PARTNER_LANGUAGE,
    WaitingReason.PARTNER_APART,
    WaitingReason.PARTNER,
)
"""Of the two directions, the reason that is nearer to a pair counts."""

Explain = Callable[[str, str], Match | WhyNot]
"""What a seeker could learn from a helper, by profile keys, or why nothing."""


def match_chosen(
    one: str,
    other: str,
    *,
    explain: Explain,
    learners: Collection[str],
    between: Collection[Suggestion],
) -> Match | WaitingReason:
    """Return the better way in which one of the two learns from the other, or why there is none.

    ``learners`` learn from somebody already; ``between`` are the suggestions of the two to each
    other, of whatever origin.
    """
    found: list[Match] = []
    reasons: list[WaitingReason] = []
    for seeker, helper in ((one, other), (other, one)):
        result = explain(seeker, helper)
        if isinstance(result, WhyNot):
            reasons.append(_reason(result.reason, between))
        elif seeker in learners:
            reasons.append(WaitingReason.PARTNER_LEARNS)
        else:
            found.append(result)
    if found:
        return min(found, key=lambda each: (-each.score, each.seeker))
    return min(reasons, key=_NEAREST.index)


def _reason(reason: UnmetReason, between: Collection[Suggestion]) -> WaitingReason:
    held = reason in (UnmetReason.SEATS, UnmetReason.LIVE)
    if held and any(map(_is_under_way, between)):
        # The seat that is missing, or the want that is in somebody's hands, is in theirs.
        return WaitingReason.PARTNER_OPEN
    return _REASONS.get(reason, WaitingReason.PARTNER_APART)


def _is_under_way(one: Suggestion) -> bool:
    return one.status.holds_seat or (one.status is SuggestionStatus.PLANNED and one.is_by_hand)


def why_barred(period: str, between: Collection[Suggestion]) -> WaitingReason | None:
    """Return why two are not proposed again in a programme of which they were told; None if not."""
    here = [one for one in between if one.period == period and one.status in TOLD]
    if not here:
        return None
    if any(map(_is_under_way, here)):
        return WaitingReason.PARTNER_OPEN
    said_no = any(one.status in _SAID_NO for one in here)
    return WaitingReason.PARTNER_DECLINED if said_no else WaitingReason.PARTNER_ENDED
