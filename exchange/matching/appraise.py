"""Appraise: what each entry of a leaf could score at most, or each leaf of a block, sixteen at a time.

An entry stands in its leaf as a leaf does in its block: as the summary of itself (see ``summaries``).

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
    CLOCK_TO,
    COUNTRY,
    FRESH,
    HEARD,
    LEVEL,
    METHODS,
    PROJECTS,
    REGION,
    SEVERAL,
    WIDTH,
    WISH_LEVEL,
    WISH_METHODS,
)


def _appraise(
    traits: Any, begin: Any, sums: Any, question: Any, ways: Any, ways_back: Any, projects: Any,
    region: Any, country: Any,
) -> None:  # fmt: skip
    """Fill ``sums`` for the sixteen whose ``traits`` begin at ``begin``."""
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
    begin = np.uint64(begin)
    for place in range(WIDTH):
        to = np.uint64(place)
        at = begin + to
        levels = traits[at + np.uint64(LEVEL * WIDTH)]
        way = level_0 if (levels & 1) != 0 else zero
        other = level_1 if (levels & 2) != 0 else zero
        way = way if way > other else other
        other = level_2 if (levels & 4) != 0 else zero
        way = way if way > other else other
        other = level_3 if (levels & 8) != 0 else zero
        way = way if way > other else other
        other = level_4 if (levels & 16) != 0 else zero
        way = way if way > other else other
        meeting = np.int16(traits[at + np.uint64(METHODS * WIDTH)] & ways) != 0
        way = np.int16(way + near)
        way = np.int16(way + (for_methods if meeting else zero))
        wishes = traits[at + np.uint64(WISH_LEVEL * WIDTH)]
        back = given_0 if (wishes & 1) != 0 else zero
        other = given_1 if (wishes & 2) != 0 else zero
        back = back if back > other else other
        other = given_2 if (wishes & 4) != 0 else zero
        back = back if back > other else other
        other = given_3 if (wishes & 8) != 0 else zero
        back = back if back > other else other
        other = given_4 if (wishes & 16) != 0 else zero
        back = back if back > other else other
        meeting = np.int16(traits[at + np.uint64(WISH_METHODS * WIDTH)] & ways_back) != 0
        back = np.int16(back + (for_methods if meeting else zero))
        points = np.int16(rest + way)
        points = np.int16(points + traits[at + np.uint64(FRESH * WIDTH)])
        heard = traits[at + np.uint64(HEARD * WIDTH)]
        points = np.int16(points + (heard if heard < spoken else spoken))
        there = traits[at + np.uint64(REGION * WIDTH)]
        same = (there == region) | (there == SEVERAL)
        points = np.int16(points + (for_region if same else zero))
        there = traits[at + np.uint64(COUNTRY * WIDTH)]
        same = (there == country) | (there == SEVERAL)
        points = np.int16(points + (for_country if same else zero))
        shared = np.int16(traits[at + np.uint64(PROJECTS * WIDTH)] & projects)
        # The highest bit, which is the sign, may stand for several.
        several = (shared < 0) | (np.int16(shared & np.int16(shared - one)) != 0)
        points = np.int16(
            points + (for_projects if several else (for_project if shared != 0 else zero))
        )
        early = traits[at + np.uint64(CLOCK * WIDTH)]
        late = traits[at + np.uint64(CLOCK_TO * WIDTH)]
        # The nearer end of the span, whichever way round the clock; nothing for who is inside.
        before, after = np.int16(early - clock), np.int16(clock - late)
        over = np.int16(day - np.int16(late - clock))
        under = np.int16(day - np.int16(clock - early))
        apart = before if before > after else after
        other = over if over < under else under
        apart = apart if apart < other else other
        close = np.int16(far - apart)
        close = close if close > zero else zero
        close = close if close < reach else reach
        sums[to + np.uint64(WAY * WIDTH)] = way
        sums[to + np.uint64(BACK * WIDTH)] = back
        sums[to + np.uint64(BARE * WIDTH)] = points
        sums[to + np.uint64(CLOSE * WIDTH)] = close if early >= 0 else zero


appraise = compiled(_appraise, inner=True)
