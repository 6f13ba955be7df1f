"""Appraise: what each entry of a leaf could score at most, all sixteen at a time.

Numbers are 32-bit floats and there is no branch, so that the compiler takes eight entries in one
step. Whole points up to 2^24 are exact in them; only the points for time and reciprocity, which
are rounded down in the score, come out up to one point higher.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.question import (
    FAR,
    FIT,
    FOR_COUNTRY,
    FOR_METHODS,
    FOR_PROJECT,
    FOR_PROJECTS,
    FOR_REGION,
    GIVEN,
    HOUR,
    NEAR,
    OFFERED,
    REACH,
    REST,
    SLOPE,
    SPOKEN,
    TWICE,
)
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
    traits: Any, leaf: Any, hopes: Any, bare: Any, question: Any, ways: Any, ways_back: Any,
    projects: Any, region: Any, country: Any,
) -> Any:  # fmt: skip
    """Fill ``hopes`` with the most that each entry of a leaf could score; give the highest.

    ``bare`` is the same without points for reciprocity. ``leaf`` is where it begins in ``traits``.
    """
    zero, one, day, half = np.float32(0), np.float32(1), np.float32(96), np.float32(0.5)
    level_0, level_1, level_2 = question[OFFERED], question[OFFERED + 1], question[OFFERED + 2]
    level_3, level_4 = question[OFFERED + 3], question[OFFERED + 4]
    given_0, given_1, given_2 = question[GIVEN], question[GIVEN + 1], question[GIVEN + 2]
    given_3, given_4 = question[GIVEN + 3], question[GIVEN + 4]
    # Half a point stands for what floats lose; ``hopes`` are rounded down.
    rest, near, spoken = question[REST] + half, question[NEAR], question[SPOKEN]
    clock, slope, far, reach = question[HOUR], question[SLOPE], question[FAR], question[REACH]
    for_methods, for_region = question[FOR_METHODS], question[FOR_REGION]
    for_country, twice, fit = question[FOR_COUNTRY], question[TWICE], question[FIT]
    for_project, for_projects = question[FOR_PROJECT], question[FOR_PROJECTS]
    # 16 bits wide as the traits are, so that sixteen are compared in one step.
    ways, ways_back, projects = np.int16(ways), np.int16(ways_back), np.int16(projects)
    region, country = np.int16(region), np.int16(country)
    highest = np.int32(0)
    # Unsigned, since numba looks twice at numbers that could count from the end.
    begin = np.uint64(leaf)
    for place in range(WIDTH):
        at = begin + np.uint64(place)
        level = traits[at + np.uint64(LEVEL * WIDTH)]
        way = level_0
        way = level_1 if level == 1 else way
        way = level_2 if level == 2 else way
        way = level_3 if level == 3 else way
        way = level_4 if level == 4 else way
        meeting = np.int16(traits[at + np.uint64(METHODS * WIDTH)] & ways) != 0
        way += near + (for_methods if meeting else zero)
        wish = traits[at + np.uint64(WISH_LEVEL * WIDTH)]
        back = given_0
        back = given_1 if wish == 1 else back
        back = given_2 if wish == 2 else back
        back = given_3 if wish == 3 else back
        back = given_4 if wish == 4 else back
        meeting = np.int16(traits[at + np.uint64(WISH_METHODS * WIDTH)] & ways_back) != 0
        back += for_methods if meeting else zero
        hope = rest + way + np.float32(traits[at + np.uint64(FRESH * WIDTH)])
        hope += min(spoken, np.float32(traits[at + np.uint64(HEARD * WIDTH)]))
        hour = traits[at + np.uint64(CLOCK * WIDTH)]
        apart = abs(np.float32(hour) - clock)
        apart = min(apart, day - apart)
        close = min(max(far - apart, zero), reach) * slope
        hope += close if hour >= 0 else zero
        hope += for_region if traits[at + np.uint64(REGION * WIDTH)] == region else zero
        hope += for_country if traits[at + np.uint64(COUNTRY * WIDTH)] == country else zero
        shared = np.int16(traits[at + np.uint64(PROJECTS * WIDTH)] & projects)
        # The highest bit, which is the sign, may stand for several.
        several = (shared < 0) | ((shared & np.int16(shared - 1)) != 0)
        hope += for_projects if several else (for_project if shared != 0 else zero)
        bare[place] = np.int32(hope)
        hope += twice * way * back / max((way + back) * fit, one)
        whole = np.int32(hope)
        hopes[place] = whole
        highest = max(highest, whole)
    return highest


appraise = compiled(_appraise, inner=True)
