"""Edits of a page: what changes, what stays, and how it looks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.profiles.names import TemplateNames
from exchange.profiles.writer import edit_profile, remove_templates
from tests.unit.profiles.strategies import NAMES

EDITS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "edits.toml").read_text(encoding="utf-8")
)["edit"]


@pytest.mark.parametrize("case", EDITS, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_the_page_is_as_the_edit_says(case: dict[str, Any]) -> None:
    changes = {name: value or None for name, value in case["changes"].items()}
    assert edit_profile(case["before"], changes, names=NAMES) == case["after"]


def test_a_page_without_a_profile_cannot_be_edited() -> None:
    with pytest.raises(LookupError, match="no profile number 1"):
        edit_profile("Hello", {"seats": "3"}, names=NAMES)


def test_a_parameter_that_there_is_not_is_named() -> None:
    with pytest.raises(LookupError, match="'colour'"):
        edit_profile("{{Capacity Exchange profile}}", {"colour": "red"}, names=NAMES)


def test_a_value_that_would_break_out_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match="about"):
        edit_profile("{{Capacity Exchange profile}}", {"about": "x|seats=9"}, names=NAMES)


def test_the_second_profile_of_a_page_can_be_edited() -> None:
    page = "{{Capacity Exchange profile|seats=1}}{{Capacity Exchange profile|seats=2}}"
    assert edit_profile(page, {"seats": "3"}, names=NAMES, which=1) == page.replace("=2", "=3")


def test_names_of_a_wiki_come_from_its_titles_and_namespaces() -> None:
    names = TemplateNames.of(
        profile=["Vorlage:Kapazitätsprofil", "Vorlage:Capacity Exchange profile"],
        namespaces={10: ("Vorlage", "Template"), 2: ("Benutzer", "User", "Benutzerin")},
    )
    assert names.profile_title == "Kapazitätsprofil"
    assert names.title("vorlage:kapazitätsprofil") in names.profile
    assert names.title("Template:Capacity_Exchange profile#x") in names.profile
    assert names.user_name("Benutzerin:ada_lee") == "Ada lee"
    assert names.user_name("Diskussion:Ada") == ""


BOX = "{{Capacity Exchange profile\n| offers = Lua\n}}"
REMOVALS = [
    (BOX, ""),
    (f"{BOX}\n", ""),
    (f"Hello\n\n{BOX}\n\nBye", "Hello\n\nBye"),
    (f"Hello\n{BOX}\nBye", "Hello\nBye"),
    (f"{BOX}\n\nHello", "Hello"),
    (f"{BOX}  \nHello", "Hello"),
    (f"Hello {BOX} there", "Hello  there"),
    (f"* {BOX}\nBye", "* \nBye"),
    (f"{BOX}{{{{Capacity Exchange request|want=x}}}}\nBye", "\nBye"),
    (f"<noinclude>{BOX}</noinclude>", "<noinclude></noinclude>"),
    (f"<nowiki>{BOX}</nowiki> <!-- {BOX} -->", f"<nowiki>{BOX}</nowiki> <!-- {BOX} -->"),
    ("{{Capacity Exchange profile|about={{Capacity Exchange request|want=x}}}}.", "."),
    ("{{Babel|en}}\nNothing of ours.", "{{Babel|en}}\nNothing of ours."),
]


@pytest.mark.parametrize(("before", "after"), REMOVALS)
def test_templates_are_taken_off_and_nothing_else(before: str, after: str) -> None:
    assert remove_templates(before, names=NAMES, keep=lambda _: False) == after
    assert remove_templates(before, names=NAMES, keep=lambda _: True) == before


PIECES = [
    BOX,
    "{{Capacity Exchange request|want=x}}",
    "\n",
    " ",
    "ß",
    "{{B|ß}}",
    "<!--",
    "-->",
    "{{",
]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_no_template_is_left_and_no_letter_of_others_is_lost(page: str) -> None:
    after = remove_templates(page, names=NAMES, keep=lambda _: False)
    again = remove_templates(after, names=NAMES, keep=lambda _: False)
    assert again == after
    assert after.count("ß") == page.count("ß")
