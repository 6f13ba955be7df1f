"""Bound: what the best entry of a block could score at most, by the block's summary."""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.summaries import (
    CLOCK,
    CLOCK_TO,
    COUNTRY,
    FRESH,
    HEARD,
    LEVEL,
    METHODS,
    REGION,
    WISH_LEVEL,
    WISH_METHODS,
)


def _bound(
    row: Any, near: Any, wish: Any, ways: Any, spoken: Any, clock: Any, region: Any, country: Any,
    is_twin: Any, most_back: Any, given: Any, ways_back: Any, side: Any, level_bound: Any,
    time_points: Any, kind: Any, gain: Any,
) -> Any:  # fmt: skip
    """Give the most points that an entry in the summary ``row`` could have, but for projects.

    Arguments as those of ``appraise``, in whole points; ``most_back`` bounds the way back where
    the block is in no twin.
    """
    way = near + level_bound[wish, row[LEVEL]]
    if row[METHODS] & ways:
        way += side[0]
    hope = way + row[FRESH] + min(spoken, row[HEARD])
    if clock >= 0 and row[CLOCK] >= 0:
        apart = 0
        if clock < row[CLOCK] or clock > row[CLOCK_TO]:
            one, two = abs(clock - row[CLOCK]), abs(clock - row[CLOCK_TO])
            apart = min(min(one, 96 - one), min(two, 96 - two))
        hope += time_points[apart]
    if row[REGION] == -2 or row[REGION] == region:
        hope += side[1]
    if row[COUNTRY] == -2 or row[COUNTRY] == country:
        hope += side[2]
    if most_back > 0:
        back = most_back
        if is_twin:
            back = 0
            for level in range(5):
                if (row[WISH_LEVEL] >> level) & 1:
                    back = max(back, np.int64(given[level]))
            if row[WISH_METHODS] & ways_back:
                back += side[0]
        hope += gain[(kind[len(kind) - 1] + 1) * kind[way] + kind[back]]
    return hope


bound = compiled(_bound)
