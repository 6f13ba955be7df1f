"""Question: what a want asks of a list, in the whole points that ``appraise`` adds up.

All are 16 bits wide, so that the processor works on sixteen of them in one step. Points for time and
reciprocity are no whole numbers before they are rounded: ``hoped`` adds them at last.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.matching.compiled import compiled
from exchange.matching.summaries import WIDTH
from exchange.matching.tables import Tables

OFFERED, GIVEN = 0, 5
"""Five columns each: points by the offered level; fit of the way back by the wanted level (without
methods)."""

REST, NEAR, SPOKEN, HOUR = 10, 11, 12, 13
"""Points that all entries have, points for capacity, those for the seeker's level of the language,
and the seeker's clock."""

FAR, REACH = 14, 15
"""Clocks so far apart have no points for time; so much nearer, all. Both 0 for who has no clock."""

FOR_METHODS, FOR_REGION, FOR_COUNTRY, FOR_PROJECT, FOR_PROJECTS = range(16, 21)
"""Points for methods, region, country, one project in common, and more."""

COLUMNS = 21

WAY, BACK, BARE, CLOSE = range(4)
"""Rows of ``sums``: fit of the way there and back, points without those for time and reciprocity,
and how much nearer the clocks are than ``FAR``."""

SUMS = 4


def sides_of(tables: Tables) -> NDArray[np.int16]:
    """Fill what is the same in all questions."""
    sides = np.zeros(COLUMNS, np.int16)
    sides[FAR], sides[REACH] = tables.far, max(tables.far - tables.near, 1)
    sides[FOR_METHODS], sides[FOR_REGION] = tables.methods, tables.region
    sides[FOR_COUNTRY] = tables.country
    sides[FOR_PROJECT], sides[FOR_PROJECTS] = tables.projects[1:]
    return sides


def factors_of(tables: Tables) -> NDArray[np.float32]:
    """Give the points for a quarter of an hour nearer, and for each point of harmonic fit."""
    slope = tables.time[0] / max(tables.far - tables.near, 1)
    return np.array([slope, 2 * tables.reciprocity / max(tables.fit, 1)], np.float32)


def _ask(
    question: Any, given: Any, rest: Any, near: Any, spoken: Any, head: Any, most_back: Any,
    ways_back: Any, level_points: Any, offer_level: Any, offer_methods: Any,
) -> Any:  # fmt: skip
    """Fill in what depends on the list, and ``given`` as whole points; give methods of the way back.

    ``head`` is the first way back (see ``reach``) if the list is a twin: there it is known what it
    is worth, but where several offers meet what the helper wants. Elsewhere (-1) it is bounded.
    """
    methods = 0
    for level in range(5):
        given[level] = most_back
        if head >= 0:
            other, given[level] = head, 0
            while other >= 0:
                mine = ways_back[1, other]
                worth = ways_back[2, other] + level_points[level, offer_level[mine]]
                given[level] = max(given[level], worth)
                methods |= offer_methods[mine]
                other = ways_back[3, other]
        question[GIVEN + level] = given[level]
    question[REST], question[NEAR], question[SPOKEN] = rest, near, spoken
    return methods


ask = compiled(_ask, inner=True)


def _hoped(sums: Any, hopes: Any, bare: Any, factors: Any) -> Any:
    """Fill ``hopes`` with all points, rounded up, and ``bare`` without reciprocity; give the highest."""
    slope, scale = factors[0], factors[1]
    one, half = np.float32(1), np.float32(0.5)
    highest = np.int32(0)
    for place in range(WIDTH):
        at = np.uint64(place)
        way = np.float32(sums[at + np.uint64(WAY * WIDTH)])
        back = np.float32(sums[at + np.uint64(BACK * WIDTH)])
        # Half a point stands for what floats lose.
        hope = np.float32(sums[at + np.uint64(BARE * WIDTH)]) + half
        hope += slope * np.float32(sums[at + np.uint64(CLOSE * WIDTH)])
        bare[at] = np.int32(hope)
        hope += scale * way * back / max(way + back, one)
        whole = np.int32(hope)
        hopes[at] = whole
        highest = max(highest, whole)
    return highest


hoped = compiled(_hoped, inner=True)
