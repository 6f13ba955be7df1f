"""The coordinators' page, read as people write it; where it cannot be read, it is said where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.harvest.coordinators import parse_coordinators, read_coordinator_page
from exchange.model import Page, Revision

TITLE = "Capacity Exchange/Coordinators.json"


def page_of(text: str | None, level: str) -> Page:
    protection = {"edit": level} if level else {}
    revision = Revision(5, "Admin", datetime(2026, 11, 20, tzinfo=UTC))
    return Page(TITLE, 7, revision=revision, text=text, protection=protection)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("[]", ()),
        ('["Ada", "Ben"]', ("Ada", "Ben")),
        ('["Ada", "Ada", " "]', ("Ada",)),
        ('[\n\t"Ada",\n\t"Ben",\n]', ("Ada", "Ben")),
        ("[“Ada”, „Ben“]", ("Ada", "Ben")),
        ('{"coordinators": ["Ada"], "about": "who may introduce"}', ("Ada",)),
        ('[{"name": "Ada"}, {"user": "Ben"}]', ("Ada", "Ben")),
        ('<syntaxhighlight lang="json">\n["Ada"]\n</syntaxhighlight>', ("Ada",)),
        ('<nowiki>["Ada"]</nowiki><!-- since May -->', ("Ada",)),
        ('["[[User:Ada|her]]", "User:Ben"]', ("[[User:Ada|her]]", "User:Ben")),
    ],
)
def test_whoever_could_be_meant_is_meant(text, names):
    assert parse_coordinators(text) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada, Ben", "line 1, column 1"),
        ('["Ada"\n"Ben"]', "line 2, column 1"),
        ('["Ada"', 'such as ["Ada", "Ben"]'),
        ('["Ada", 5]', 'entry 2 is 5, no user name; write it as "Ada"'),
        ('["Ada", ["Ben"]]', "entry 2"),
        ('[{"id": 7}]', "entry 1"),
        ('{"Ada": 1}', "must be a list"),
        ('{"a": ["Ada"], "b": ["Ben"]}', "must be a list"),
        ('"Ada"', "must be a list"),
        ("null", "must be a list"),
        ("[" * 100_000, "too deeply nested"),
        (None, "hidden"),
    ],
)
def test_what_cannot_be_read_says_where_and_how_to_fix_it(text, said):
    found = read_coordinator_page(page_of(text, "sysop"))
    assert said in found.problem
    assert found.problem.startswith(TITLE)
    assert found.unreadable
    assert found.names == ()


@pytest.mark.parametrize("level", ["", "autoconfirmed", "editsemiprotected", "user"])
def test_an_open_page_names_nobody_whatever_it_says(level):
    for text in ('["Ada"]', "[", ""):
        found = read_coordinator_page(page_of(text, level))
        assert "not protected" in found.problem
        assert (found.names, found.unreadable) == ((), False)
