"""Bound: what the best entry of each leaf could score at most, sixteen leaves at a time.

As ``appraise`` does it for entries, by the summaries of leaves (see ``summaries``).
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


def _bound(
    summaries: Any, block: Any, bounds: Any, question: Any, ways: Any, ways_back: Any,
    projects: Any, region: Any, country: Any,
) -> Any:  # fmt: skip
    """Fill ``bounds`` with the most that any entry of each leaf could score; give the highest.

    ``block`` is where the summaries of the leaves begin.
    """
    zero, one, day, half = np.float32(0), np.float32(1), np.float32(96), np.float32(0.5)
    level_0, level_1, level_2 = question[OFFERED], question[OFFERED + 1], question[OFFERED + 2]
    level_3, level_4 = question[OFFERED + 3], question[OFFERED + 4]
    given_0, given_1, given_2 = question[GIVEN], question[GIVEN + 1], question[GIVEN + 2]
    given_3, given_4 = question[GIVEN + 3], question[GIVEN + 4]
    rest, near, spoken = question[REST] + half, question[NEAR], question[SPOKEN]
    clock, slope, far, reach = question[HOUR], question[SLOPE], question[FAR], question[REACH]
    for_methods, for_region = question[FOR_METHODS], question[FOR_REGION]
    for_country, twice, fit = question[FOR_COUNTRY], question[TWICE], question[FIT]
    for_project, for_projects = question[FOR_PROJECT], question[FOR_PROJECTS]
    ways, ways_back, projects = np.int16(ways), np.int16(ways_back), np.int16(projects)
    region, country = np.int16(region), np.int16(country)
    highest = np.int32(0)
    begin = np.uint64(block)
    for place in range(WIDTH):
        at = begin + np.uint64(place)
        levels = summaries[at + np.uint64(LEVEL * WIDTH)]
        way = level_0 if (levels & 1) != 0 else zero
        way = max(way, level_1 if (levels & 2) != 0 else zero)
        way = max(way, level_2 if (levels & 4) != 0 else zero)
        way = max(way, level_3 if (levels & 8) != 0 else zero)
        way = max(way, level_4 if (levels & 16) != 0 else zero)
        meeting = np.int16(summaries[at + np.uint64(METHODS * WIDTH)] & ways) != 0
        way += near + (for_methods if meeting else zero)
        wishes = summaries[at + np.uint64(WISH_LEVEL * WIDTH)]
        back = given_0 if (wishes & 1) != 0 else zero
        back = max(back, given_1 if (wishes & 2) != 0 else zero)
        back = max(back, given_2 if (wishes & 4) != 0 else zero)
        back = max(back, given_3 if (wishes & 8) != 0 else zero)
        back = max(back, given_4 if (wishes & 16) != 0 else zero)
        meeting = np.int16(summaries[at + np.uint64(WISH_METHODS * WIDTH)] & ways_back) != 0
        back += for_methods if meeting else zero
        hope = rest + way + np.float32(summaries[at + np.uint64(FRESH * WIDTH)])
        hope += min(spoken, np.float32(summaries[at + np.uint64(HEARD * WIDTH)]))
        hope += twice * way * back / max((way + back) * fit, one)
        from_hour = summaries[at + np.uint64(CLOCK * WIDTH)]
        early = np.float32(from_hour)
        late = np.float32(summaries[at + np.uint64(CLOCK_TO * WIDTH)])
        before, after = abs(early - clock), abs(late - clock)
        apart = min(min(before, day - before), min(after, day - after))
        apart = zero if (early <= clock) & (clock <= late) else apart
        close = min(max(far - apart, zero), reach) * slope
        hope += close if from_hour >= 0 else zero
        there = summaries[at + np.uint64(REGION * WIDTH)]
        hope += for_region if (there == region) | (there == SEVERAL) else zero
        there = summaries[at + np.uint64(COUNTRY * WIDTH)]
        hope += for_country if (there == country) | (there == SEVERAL) else zero
        shared = np.int16(summaries[at + np.uint64(PROJECTS * WIDTH)] & projects)
        several = (shared < 0) | ((shared & np.int16(shared - 1)) != 0)
        hope += for_projects if several else (for_project if shared != 0 else zero)
        whole = np.int32(hope)
        bounds[place] = whole
        highest = max(highest, whole)
    return highest


bound = compiled(_bound, inner=True)
