"""The map of the world, drawn once by draw.mjs, shaded by a number for each country."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

STEPS = 5
"""How many shades a map has, besides the one of no data and the one of zero."""


@cache
def world_drawing() -> Mapping[str, Any]:
    """Return the drawing: ``shapes`` (paths) and ``dots`` (points) by ISO 3166-1 alpha-2 code."""
    drawn: Mapping[str, Any] = json.loads(
        (Path(__file__).parent / "world.json").read_text(encoding="utf-8")
    )
    return drawn


@cache
def region_box(countries: tuple[str, ...]) -> tuple[int, int, int, int]:
    """Return the part of the drawing that shows these countries: left, top, width, height.

    Of each country its largest island counts: France is in Europe, with Réunion or without.
    """
    world = world_drawing()
    boxes = [_box_of(world["shapes"][code]) for code in countries if code in world["shapes"]]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return left - 20, top - 20, right - left + 40, bottom - top + 40


def _box_of(path: str) -> tuple[int, int, int, int]:
    """The box around the largest part of a path of relative steps, as draw.mjs writes it."""
    x = y = 0
    largest = (0, 0, 0, 0)
    for part in re.findall(r"m[^m]+", path):
        numbers = [int(one) for one in re.findall(r"-?\d+", part)]
        points = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        if part.endswith("z"):
            x, y = points[0]
        xs, ys = zip(*points, strict=True)
        box = min(xs), min(ys), max(xs), max(ys)
        if _area(box) >= _area(largest):
            largest = box
    return largest


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def shade_levels(values: Mapping[str, int]) -> dict[str, str]:
    """Return each country its shade, the name of a class of the style sheet.

    ``s0`` is zero, ``s1`` to ``s5`` hold equally many different numbers each. A country that is
    not in ``values`` has no data, and no shade.
    """
    shades = shade_numbers(values.values())
    return {code: f"s{shades[value]}" for code, value in values.items()}


def shade_numbers(numbers: Iterable[int]) -> dict[int, int]:
    """Return the shade of each number: 0 for zero, then as many different numbers in each."""
    sizes = sorted({one for one in numbers if one})
    return {0: 0} | {size: 1 + at * STEPS // len(sizes) for at, size in enumerate(sizes)}


def shade_bounds(values: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return the legend: (shade, smallest, largest number in it), by number."""
    found: dict[str, list[int]] = {}
    for code, level in shade_levels(values).items():
        found.setdefault(level, []).append(values[code])
    legend = [(level, min(held), max(held)) for level, held in found.items()]
    return sorted(legend, key=lambda row: row[1])
