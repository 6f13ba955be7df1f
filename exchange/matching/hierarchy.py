"""Hierarchy: which offers meet which wants, worked out from the capacity directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from exchange.matching.arrays import starts_of
from exchange.matching.market import Hierarchy
from exchange.matching.tables import capacity_points
from exchange.matching.weights import Weights


def hierarchy_of(
    words: Sequence[str], broader: Mapping[str, tuple[str, ...]], weights: Weights
) -> Hierarchy:
    """Work out which offers meet which wants: for each word itself, narrower, broader."""
    number = {word: at for at, word in enumerate(words)}
    rows: list[dict[int, int]] = [{at: 0} for at in range(len(words))]
    for word, at in number.items():
        for steps, wider in enumerate(broader.get(word, ()), start=1):
            above = number.get(wider)
            if above is not None:
                rows[at][above] = -steps
                rows[above][at] = steps
    meets = [
        [(other, step) for other, step in sorted(row.items()) if capacity_points(step, weights)]
        for row in rows
    ]
    flat = [pair for row in meets for pair in row]
    return Hierarchy(
        starts_of(len(row) for row in meets),
        np.array([other for other, _ in flat], np.int32),
        np.array([capacity_points(step, weights) for _, step in flat], np.int32),
        np.array([step for _, step in flat], np.int32),
    )
