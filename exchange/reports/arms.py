"""Arms: which suggestions were drawn to be told at once and which to wait, and how far they came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from exchange.matching.hold_out import HELD_OUT, is_in_draw
from exchange.matching.round import period_start
from exchange.model import AGREED, Suggestion, SuggestionStatus

if TYPE_CHECKING:
    from exchange.store import Store

ANSWERED = AGREED | {SuggestionStatus.DECLINED, SuggestionStatus.STOPPED}
MET = frozenset((SuggestionStatus.IN_TOUCH, SuggestionStatus.EXCHANGED))
LEARNT = frozenset((SuggestionStatus.EXCHANGED,))
STEPS: tuple[tuple[str, frozenset[SuggestionStatus]], ...] = (
    ("effect-answered", ANSWERED),
    ("status-in-touch", MET),
    ("status-exchanged", LEARNT),
)
"""What may come of a suggestion, each step within the one before."""


class Drawn(NamedTuple):
    """What was drawn once: whether it waits, and how far it came before its period was over."""

    waits: bool
    reached: int


def drawn_suggestions(
    suggestions: Iterable[Suggestion],
    answers: Mapping[int, Iterable[tuple[SuggestionStatus, date]]],
    measures: Iterable[tuple[date, str, float, int | None]],
    *,
    today: date,
    period_days: int,
) -> list[Drawn]:
    """Return what was in the draw, once for each want and period, if that period is over.

    ``suggestions`` are all that were ever made, withdrawn ones too: who was drawn stays counted.
    """
    days = {day for day, name, value, _ in measures if name == HELD_OUT and value > 0}
    found: dict[tuple[str, str, str], Drawn] = {}
    for one in suggestions:
        made = one.created_at.date()
        end = period_start(made, period_days) + timedelta(days=period_days)
        if made not in days or end > today or one.is_by_hand or not is_in_draw(one.match):
            continue
        given = {status for status, day in answers.get(one.id, ()) if day < end}
        reached = sum(bool(given & step) for _, step in STEPS)
        key = (one.match.seeker, one.match.want, one.period)
        old = found.get(key, Drawn(False, 0))
        waits = one.status is SuggestionStatus.DELAYED
        found[key] = Drawn(old.waits or waits, max(old.reached, reached))
    return list(found.values())


def read_drawn(
    store: Store,
    measures: Iterable[tuple[date, str, float, int | None]],
    *,
    today: date,
    period_days: int,
    things: Collection[str] = frozenset(),
) -> list[Drawn]:
    """Read what was ever in a draw; no query where there was none. ``things`` never are."""
    days = [one for one in measures if one[1] == HELD_OUT]
    if not days:
        return []
    answers: dict[int, list[tuple[SuggestionStatus, date]]] = {}
    for one in store.suggestions.answers():
        answers.setdefault(one.suggestion, []).append((one.status, one.at.date()))
    return drawn_suggestions(
        (one for one in store.suggestions.all() if one.match.want not in things),
        answers,
        days,
        today=today,
        period_days=period_days,
    )
