"""Appraise: what each entry of a leaf could score at most, all sixteen at a time.

There is no branch, so that the compiler takes all sixteen in one step. It says so in 16 bits at
every step: numba would make 64 of them, and the processor takes only four of these at a time.
Numbers that count entries are unsigned, since numba looks twice at those that could be negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.question import (
    BACK,
    BARE,
    CLOSE,
    FAR,
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
    SPOKEN,
    WAY,
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
    traits: Any, leaf: Any, sums: Any, question: Any, ways: Any, ways_back: Any, projects: Any,
    region: Any, country: Any,
) -> None:  # fmt: skip
    """Fill ``sums`` for the entries of the leaf that begins at ``leaf``."""
    zero, one, day = np.int16(0), np.int16(1), np.int16(96)
    level_0, level_1, level_2 = question[OFFERED], question[OFFERED + 1], question[OFFERED + 2]
    level_3, level_4 = question[OFFERED + 3], question[OFFERED + 4]
    given_0, given_1, given_2 = question[GIVEN], question[GIVEN + 1], question[GIVEN + 2]
    given_3, given_4 = question[GIVEN + 3], question[GIVEN + 4]
    rest, near, spoken = question[REST], question[NEAR], question[SPOKEN]
    clock, far, reach = question[HOUR], question[FAR], question[REACH]
    for_methods, for_region = question[FOR_METHODS], question[FOR_REGION]
    for_country = question[FOR_COUNTRY]
    for_project, for_projects = question[FOR_PROJECT], question[FOR_PROJECTS]
    ways, ways_back, projects = np.int16(ways), np.int16(ways_back), np.int16(projects)
    region, country = np.int16(region), np.int16(country)
    begin = np.uint64(leaf)
    for place in range(WIDTH):
        to = np.uint64(place)
        at = begin + to
        level = traits[at + np.uint64(LEVEL * WIDTH)]
        way = level_0
        way = level_1 if level == 1 else way
        way = level_2 if level == 2 else way
        way = level_3 if level == 3 else way
        way = level_4 if level == 4 else way
        meeting = np.int16(traits[at + np.uint64(METHODS * WIDTH)] & ways) != 0
        way = np.int16(way + near)
        way = np.int16(way + (for_methods if meeting else zero))
        wish = traits[at + np.uint64(WISH_LEVEL * WIDTH)]
        back = given_0
        back = given_1 if wish == 1 else back
        back = given_2 if wish == 2 else back
        back = given_3 if wish == 3 else back
        back = given_4 if wish == 4 else back
        meeting = np.int16(traits[at + np.uint64(WISH_METHODS * WIDTH)] & ways_back) != 0
        back = np.int16(back + (for_methods if meeting else zero))
        points = np.int16(rest + way)
        points = np.int16(points + traits[at + np.uint64(FRESH * WIDTH)])
        heard = traits[at + np.uint64(HEARD * WIDTH)]
        points = np.int16(points + (heard if heard < spoken else spoken))
        same = traits[at + np.uint64(REGION * WIDTH)] == region
        points = np.int16(points + (for_region if same else zero))
        same = traits[at + np.uint64(COUNTRY * WIDTH)] == country
        points = np.int16(points + (for_country if same else zero))
        shared = np.int16(traits[at + np.uint64(PROJECTS * WIDTH)] & projects)
        # The highest bit, which is the sign, may stand for several.
        several = (shared < 0) | (np.int16(shared & np.int16(shared - one)) != 0)
        points = np.int16(
            points + (for_projects if several else (for_project if shared != 0 else zero))
        )
        hour = traits[at + np.uint64(CLOCK * WIDTH)]
        apart, other = np.int16(hour - clock), np.int16(clock - hour)
        apart = apart if apart > other else other
        other = np.int16(day - apart)
        close = np.int16(far - (apart if apart < other else other))
        close = close if close > zero else zero
        close = close if close < reach else reach
        sums[to + np.uint64(WAY * WIDTH)] = way
        sums[to + np.uint64(BACK * WIDTH)] = back
        sums[to + np.uint64(BARE * WIDTH)] = points
        sums[to + np.uint64(CLOSE * WIDTH)] = close if hour >= 0 else zero


appraise = compiled(_appraise, inner=True)
