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


def levels(values: Mapping[str, int], *, signed: bool = False) -> dict[str, str]:
    """Give each country its shade, the name of a class of the style sheet.

    ``s0`` is zero, ``s1`` to ``s5`` hold equally many different numbers each. With ``signed``,
    numbers above zero have ``g1`` to ``g5`` and those below ``e1`` to ``e5``. A country that is
    not in ``values`` has no data, and no shade.
    """
    sizes = sorted({abs(value) for value in values.values() if value})
    shade = {size: 1 + at * STEPS // len(sizes) for at, size in enumerate(sizes)}

    def name(value: int) -> str:
        if not value:
            return "s0"
        side = "s" if not signed else "g" if value > 0 else "e"
        return f"{side}{shade[abs(value)]}"

    return {code: name(value) for code, value in values.items()}


def bounds(values: Mapping[str, int], *, signed: bool = False) -> list[tuple[str, int, int]]:
    """Give the legend: (shade, smallest, largest number in it), by number.

    Shades that look the same (``g1`` and ``g2``) come as one.
    """
    found: dict[str, list[int]] = {}
    for code, level in levels(values, signed=signed).items():
        found.setdefault(_LOOKS.get(level, level), []).append(values[code])
    legend = [(level, min(held), max(held)) for level, held in found.items()]
    return sorted(legend, key=lambda row: row[1])


_LOOKS = {"g2": "g1", "g4": "g5", "e2": "e1", "e4": "e5"}
