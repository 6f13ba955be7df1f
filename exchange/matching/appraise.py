"""Appraise: what each entry of a leaf could score at most, all sixteen at a time.

Numbers are 32-bit floats and there is no branch, so that the compiler takes eight entries in one
step. Whole points up to 2^24 are exact in them; only the points for time and reciprocity, which
are rounded down in the score, come out up to one point higher.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.summaries import (
    CLOCK,
    COUNTRY,
    FRESH,
    HEARD,
    LEVEL,
    METHODS,
    PROJECTS,
    REGION,
    WIDTH,
    WISH_LEVEL,
    WISH_METHODS,
)


def _appraise(
    leaf: Any, hopes: Any, rest: Any, near: Any, levels: Any, given: Any, spoken: Any, ways: Any,
    ways_back: Any, projects: Any, clock: Any, slope: Any, far: Any, reach: Any, region: Any, country: Any,
    points: Any,
) -> None:  # fmt: skip
    """Fill ``hopes`` with the most that each entry of the leaf could score.

    ``levels`` are the points by the offered level, ``given`` the fit of the way back by the
    wanted level (without methods), ``spoken`` the points for the seeker's level of the language.
    ``points`` are those for methods, region, country, twice reciprocity, the best fit, and the
    most for projects.
    Points for time are ``slope`` for each quarter of an hour below ``far``, at most ``reach`` of
    them.
    """
    zero, day = np.float32(0), np.float32(96)
    for_methods, for_region, for_country = points[0], points[1], points[2]
    twice, fit, for_projects = points[3], points[4], points[5]
    level_0, level_1, level_2, level_3, level_4 = (
        levels[0],
        levels[1],
        levels[2],
        levels[3],
        levels[4],
    )
    given_0, given_1, given_2, given_3, given_4 = given[0], given[1], given[2], given[3], given[4]
    for at in range(WIDTH):
        level = leaf[LEVEL, at]
        way = level_0
        way = level_1 if level == 1 else way
        way = level_2 if level == 2 else way
        way = level_3 if level == 3 else way
        way = level_4 if level == 4 else way
        way += near + (for_methods if (leaf[METHODS, at] & ways) != 0 else zero)
        wish = leaf[WISH_LEVEL, at]
        back = given_0
        back = given_1 if wish == 1 else back
        back = given_2 if wish == 2 else back
        back = given_3 if wish == 3 else back
        back = given_4 if wish == 4 else back
        back += for_methods if (leaf[WISH_METHODS, at] & ways_back) != 0 else zero
        hope = rest + way + min(spoken, np.float32(leaf[HEARD, at])) + np.float32(leaf[FRESH, at])
        hope += twice * way * back / ((way + back) * fit)
        apart = abs(np.float32(leaf[CLOCK, at]) - clock)
        apart = min(apart, day - apart)
        close = min(max(far - apart, zero), reach) * slope
        hope += close if leaf[CLOCK, at] >= 0 else zero
        hope += for_region if leaf[REGION, at] == region else zero
        hope += for_country if leaf[COUNTRY, at] == country else zero
        hope += for_projects if (leaf[PROJECTS, at] & projects) != 0 else zero
        hopes[at] = hope


appraise = compiled(_appraise)
