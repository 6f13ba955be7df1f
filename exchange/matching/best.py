"""Best: the best helpers of a want so far, those with more points first, then the lower tie."""

from __future__ import annotations

from typing import Any

from exchange.matching.compiled import compiled


def _take_in(
    points: Any, ties: Any, helpers: Any, entries: Any, spoken_of: Any, near_of: Any,
    held: Any, known: Any, score: Any, tie: Any, helper: Any, entry: Any, spoken: Any, near: Any,
) -> Any:  # fmt: skip
    """Put a helper where they belong; give how many are held then.

    The first columns have a row each for as many as are kept; whoever is beyond the last one goes.
    ``known`` is where the same helper stands already, with something worse (-1: nowhere).
    """
    most = len(points)
    place = known
    if known < 0:
        place = held if held < most else most - 1
        held = min(held + 1, most)
    while place > 0 and (
        points[place - 1] < score or (points[place - 1] == score and ties[place - 1] > tie)
    ):
        points[place], ties[place] = points[place - 1], ties[place - 1]
        helpers[place], entries[place] = helpers[place - 1], entries[place - 1]
        spoken_of[place], near_of[place] = spoken_of[place - 1], near_of[place - 1]
        place -= 1
    points[place], ties[place] = score, tie
    helpers[place], entries[place] = helper, entry
    spoken_of[place], near_of[place] = spoken, near
    return held


take_in = compiled(_take_in, inner=True)
