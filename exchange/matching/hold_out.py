"""Hold-out: the few suggestions that wait for one period, so that there is something to compare with.

Off unless a community agrees to it. Anybody can recompute who waits, from what is public: the
seeker's profile key, the capacity that they want, and the Monday on which the period began.

    number = the first 8 bytes of SHA-256 of "<profile key>|<capacity id>", as a whole number,
             the most significant byte first
    turn   = how many periods lie between Monday 1970-01-05 and the period's own Monday
    draw   = ((number + turn * 11400714819323198485) mod 2**64) / 2**64

A suggestion waits where its draw is below the share in the settings. The long number is 2**64
divided by the golden ratio: from one period to the next, a draw moves by 0.618 (around the circle
from 0 to 1), so that with a share of up to a quarter nobody waits twice in a row for the same want,
and over the periods everybody's share is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from exchange.matching.round import period_start
from exchange.model import Match, Priority, Suggestion, SuggestionStatus

HELD_OUT = "held-out"
"""The measure of the days on which there was a draw: the share, and how many were in it."""

MOST = 0.25
"""The largest share: above 0.38, somebody could wait twice in a row."""

_STEP = 11400714819323198485
_ALL = 1 << 64
_FIRST_MONDAY = date(1970, 1, 5)


def draw_number(seeker: str, want: str, *, day: date, period_days: int) -> float:
    """Return the draw of a want in the period that ``day`` is in: from 0 up to 1, without 1."""
    number = int.from_bytes(sha256(f"{seeker}|{want}".encode()).digest()[:8], "big")
    turn = (period_start(day, period_days) - _FIRST_MONDAY).days // period_days
    # By whole numbers as far as it goes: the same on every machine.
    return ((number + turn * _STEP) % _ALL >> 11) / (1 << 53)


def is_in_draw(match: Match) -> bool:
    """Whether a suggestion may have to wait: never where the want is urgent or soon over."""
    urgent = Priority.URGENT.name.lower()
    return not any(
        part.name == "deadline" or (part.name == "priority" and urgent in part.facts)
        for part in match.parts
    )


def is_held_out(match: Match, *, share: float, day: date, period_days: int) -> bool:
    """Whether a suggestion made on this day waits for the next period."""
    return is_in_draw(match) and share > draw_number(
        match.seeker, match.want, day=day, period_days=period_days
    )


def hold_out(
    suggestions: Iterable[Suggestion],
    *,
    share: float,
    planned: Collection[tuple[str, str, str, str]],
    day: date,
    period_days: int,
) -> dict[tuple[str, str, str, str], Suggestion]:
    """Delay the suggestions that the draw says, by (seeker, helper, want, period).

    Each is drawn once, when it is first ``planned``: who is to be told already is told.
    """
    found = {}
    for one in suggestions:
        key = (one.match.seeker, one.match.helper, one.match.want, one.period)
        waits = key not in planned and is_held_out(
            one.match, share=share, day=day, period_days=period_days
        )
        found[key] = replace(one, status=SuggestionStatus.DELAYED) if waits else one
    return found


def is_waiting(suggestion: Suggestion, *, day: date, period_days: int) -> bool:
    """Whether a suggestion is delayed still: until the period is over in which it was made."""
    begun = period_start(suggestion.created_at.date(), period_days)
    return suggestion.status is SuggestionStatus.DELAYED and day < begun + timedelta(period_days)


def waiting_seekers(
    delayed: Iterable[Suggestion], *, day: date, period_days: int
) -> dict[str, list[Suggestion]]:
    """Return what is delayed still, by the seeker who is not told of it."""
    found: dict[str, list[Suggestion]] = {}
    for one in delayed:
        if is_waiting(one, day=day, period_days=period_days):
            found.setdefault(one.match.seeker, []).append(one)
    return found
