"""Question: what a want asks of a list, as the floats that ``appraise`` and ``bound`` work with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.matching.compiled import compiled
from exchange.matching.tables import Tables

OFFERED, GIVEN = 0, 5
"""Five columns each: points by the offered level; fit of the way back by the wanted level (without
methods)."""

REST, NEAR, SPOKEN, HOUR = 10, 11, 12, 13
"""Points that all entries have, points for capacity, those for the seeker's level of the language,
and the seeker's clock."""

SLOPE, FAR, REACH = 14, 15, 16
"""Points for time are ``SLOPE`` for each quarter of an hour below ``FAR``, at most ``REACH`` of
them."""

FOR_METHODS, FOR_REGION, FOR_COUNTRY, TWICE, FIT, FOR_PROJECT, FOR_PROJECTS = range(17, 24)
"""Points for methods, region, country, twice reciprocity, the best fit, one project, and more."""

COLUMNS = 24


def sides_of(tables: Tables) -> NDArray[np.float32]:
    """Fill what is the same in all questions."""
    sides = np.zeros(COLUMNS, np.float32)
    between = max(tables.far - tables.near, 1)
    sides[SLOPE] = (tables.time[0] if len(tables.time) else 0) / between
    sides[FAR], sides[REACH] = tables.far, between
    sides[FOR_METHODS], sides[FOR_REGION] = tables.methods, tables.region
    sides[FOR_COUNTRY], sides[TWICE] = tables.country, 2 * tables.reciprocity
    sides[FIT] = max(tables.fit, 1)
    sides[FOR_PROJECT], sides[FOR_PROJECTS] = tables.projects[1:]
    return sides


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
