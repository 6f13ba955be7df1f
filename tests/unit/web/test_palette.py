"""The shades of the map and of matrices: told apart by everybody, in colour and in grey."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

import webtool
from webtool.picture import COLOURS, HATCH, LAND, SEA, SHADES

STATIC = Path(webtool.__file__).parent / "static"
SHEET = (STATIC / "site.css").read_text(encoding="utf-8")
LIGHT, _, _REST = SHEET.partition("@media screen and (prefers-color-scheme: dark)")
DARK = _REST.partition("\n}\n")[0]
MODES = {
    name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", part))
    for name, part in (("light", LIGHT), ("dark", DARK))
}
STEPS = ["s0", "s1", "s2", "s3", "s4", "s5"]

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: A physiologically-based model for simulation
# of color vision deficiency (2009), severity 1.0, on linear RGB.
SEEN_BY = {
    "most people": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "print in grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
Triple = tuple[float, float, float]


def linear(colour: str) -> Triple:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def seen(colour: str, by: str) -> Triple:
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True))))
        for row in SEEN_BY[by]
    )
    return red, green, blue


def luminance(rgb: Triple) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: Triple, other: Triple) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Triple) -> Triple:
    """CIELAB under D65."""
    red, green, blue = rgb
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        luminance(rgb),
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Triple, other: Triple) -> float:
    """CIE 1976: about 2 can just be seen side by side."""
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("by", SEEN_BY)
def test_every_two_shades_are_told_apart_whoever_looks(mode: str, by: str) -> None:
    shades = [seen(MODES[mode][step], by) for step in STEPS]
    for one, other in combinations(range(len(shades)), 2):
        assert difference(shades[one], shades[other]) >= 10, (STEPS[one], STEPS[other])
    # From zero on each is darker than the one before, or, in the dark, lighter.
    lights = [lab(one)[0] for one in shades]
    ordered = lights if mode == "dark" else lights[::-1]
    assert all(two - one >= 7 for one, two in pairwise(ordered)), lights


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("by", SEEN_BY)
def test_no_data_is_hatched_with_lines_that_stand_out(mode: str, by: str) -> None:
    """A hatch is told by its lines, not by its shade, which may be like that of a number."""
    ground, lines = (seen(MODES[mode][name], by) for name in ("land", "hatch"))
    assert contrast(ground, lines) >= 3
    # Zero is nearly as light as the sea: the same lines are its outline.
    assert contrast(seen(MODES[mode]["sea"], by), lines) >= 3
    assert ".land.s0 { stroke: var(--hatch);" in SHEET


@pytest.mark.parametrize("mode", MODES)
def test_numbers_are_read_on_every_shade(mode: str) -> None:
    colours = MODES[mode]
    rules = dict.fromkeys(STEPS, "")
    sheet = (STATIC / "charts.css").read_text(encoding="utf-8")
    for names, ink in re.findall(
        r"^((?:\.h\d,? ?)+)\{ color: var\(--(\w+)\); \}", sheet, re.MULTILINE
    ):
        for digit in re.findall(r"\d", names):
            rules[f"s{digit}"] = ink
    for step, ink in rules.items():
        assert contrast(linear(colours[step]), linear(colours[ink])) >= 4.5, (step, ink)


def test_pictures_have_the_colours_of_the_pages() -> None:
    light = MODES["light"]
    assert list(SHADES) == [light[step] for step in STEPS]
    pages = {
        "offers": "offer",
        "wants": "want",
        "wanting": "want",
        "people": "other",
        "matches": "gap",
        "unmet": "gap",
    }
    assert {name: light[token] for name, token in pages.items()} == COLOURS
    assert [light[name] for name in ("sea", "land", "hatch")] == [SEA, LAND, HATCH]
