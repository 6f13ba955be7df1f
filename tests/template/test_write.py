"""Edits of a page: what changes, what stays, and how it looks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from exchange.template import Names, edit
from tests.template.strategies import NAMES

EDITS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "edits.toml").read_text(encoding="utf-8")
)["edit"]


@pytest.mark.parametrize("case", EDITS, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_the_page_is_as_the_edit_says(case: dict[str, Any]) -> None:
    changes = {name: value or None for name, value in case["changes"].items()}
    assert edit(case["before"], changes, names=NAMES) == case["after"]


def test_a_page_without_a_profile_cannot_be_edited() -> None:
    with pytest.raises(LookupError, match="no profile number 1"):
        edit("Hello", {"seats": "3"}, names=NAMES)


def test_a_parameter_that_there_is_not_is_named() -> None:
    with pytest.raises(LookupError, match="'colour'"):
        edit("{{Capacity Exchange profile}}", {"colour": "red"}, names=NAMES)


def test_a_value_that_would_break_out_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match="about"):
        edit("{{Capacity Exchange profile}}", {"about": "x|seats=9"}, names=NAMES)


def test_the_second_profile_of_a_page_can_be_edited() -> None:
    page = "{{Capacity Exchange profile|seats=1}}{{Capacity Exchange profile|seats=2}}"
    assert edit(page, {"seats": "3"}, names=NAMES, which=1) == page.replace("=2", "=3")


def test_names_of_a_wiki_come_from_its_titles_and_namespaces() -> None:
    names = Names.of(
        profile=["Vorlage:Kapazitätsprofil", "Vorlage:Capacity Exchange profile"],
        namespaces={10: ("Vorlage", "Template"), 2: ("Benutzer", "User", "Benutzerin")},
    )
    assert names.profile_title == "Kapazitätsprofil"
    assert names.title("vorlage:kapazitätsprofil") in names.profile
    assert names.title("Template:Capacity_Exchange profile#x") in names.profile
    assert names.user_name("Benutzerin:ada_lee") == "Ada lee"
    assert names.user_name("Diskussion:Ada") == ""
