"""Map: the world as drawn once by draw.mjs, coloured by a number for each country."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

STEPS = 5
"""How many shades a map has, besides the one of no data and the one of zero."""


@cache
def world() -> Mapping[str, Any]:
    """Give the drawing: ``shapes`` (paths) and ``dots`` (points) by ISO 3166-1 alpha-2 code."""
    drawn: Mapping[str, Any] = json.loads(
        (Path(__file__).parent / "world.json").read_text(encoding="utf-8")
    )
    return drawn


def levels(values: Mapping[str, int]) -> dict[str, int]:
    """Give each country its shade: 0 for zero, else 1 to 5, equal numbers of countries in each.

    A country that is not in ``values`` has no data, and no shade. For numbers below zero the
    shade is negative.
    """
    sizes = sorted({abs(value) for value in values.values() if value})
    shade = {size: 1 + at * STEPS // len(sizes) for at, size in enumerate(sizes)}
    return {
        code: 0 if value == 0 else shade[abs(value)] * (1 if value > 0 else -1)
        for code, value in values.items()
    }


def bounds(values: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """Give the legend: (shade, smallest, largest number in it), shades in order."""
    found: dict[int, list[int]] = {}
    for code, level in levels(values).items():
        found.setdefault(level, []).append(values[code])
    return [(level, min(held), max(held)) for level, held in sorted(found.items())]
