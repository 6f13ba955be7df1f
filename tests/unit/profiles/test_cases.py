"""Each case of the data files: one page, and what it says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.profiles.writer import edit_profile
from tests.integration.mediawiki.shown import shown
from tests.unit.profiles.strategies import DIRECTORY, TODAY

NAMES = TemplateNames.of(profile=["Capacity Exchange profile", "Template:Perfil de intercambio"])
CASES: list[dict[str, Any]] = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def test_there_are_many_cases_and_no_two_have_one_name() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) >= 400
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_the_page_says_what_the_case_says(case: dict[str, Any]) -> None:
    case = dict(case)
    case.pop("name")
    text = case.pop("text")
    place = {"title": case.pop("title", "User:Ada"), "namespace": case.pop("namespace", 2)}
    reading = read_page(text, names=NAMES, directory=DIRECTORY, today=TODAY, **place)
    assert shown(reading) == case
    assert edit_profile(text, {}, names=NAMES) == text
