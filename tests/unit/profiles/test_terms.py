"""The words that people may write, and the messages that name what they wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.profiles import scalars
from exchange.profiles.document import ProblemCode
from exchange.profiles.fields import ITEM, PROFILE, REQUEST
from exchange.text import fold

MESSAGES = Path(__file__).parents[3] / "i18n" / "core"
LANGUAGES = ("en", "de", "fr", "es", "pt", "ar", "yo")
READERS: dict[str, Any] = {
    "method": (scalars.parse_method, {each.value: each for each in Method}),
    "kind": (scalars.parse_kind, {each.value: each for each in Kind}),
    "frequency": (scalars.parse_frequency, {each.value: each for each in Frequency}),
    "level": (scalars.parse_level, {each.name.lower(): each for each in Level}),
    "priority": (scalars.parse_priority, {each.name.lower(): each for each in Priority}),
}


def messages(language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", READERS)
def test_every_word_that_we_show_is_a_word_that_we_read(group: str, language: str) -> None:
    read, every = READERS[group]
    shown = messages(language)
    for value, meaning in every.items():
        assert read(shown[f"{group}-{value}"]) == meaning
        assert read(value.replace("-", " ").upper()) == meaning


@pytest.mark.parametrize(
    "group", ["methods", "levels", "priorities", "frequencies", "kinds", "times"]
)
def test_no_word_means_two_things(group: str) -> None:
    table = json.loads(scalars.FILE.read_text(encoding="utf-8"))[group]
    meanings: dict[str, set[str]] = {}
    for term, words in table.items():
        for word in (term, *words):
            meanings.setdefault(fold(word), set()).add(term)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", [*LANGUAGES, "qqq"])
def test_every_problem_has_a_message(language: str) -> None:
    shown = messages(language)
    assert [code.value for code in ProblemCode if not shown.get(f"problem-{code.value}")] == []


@pytest.mark.parametrize("fields", [PROFILE, ITEM, REQUEST], ids=["profile", "item", "request"])
def test_no_two_parameters_share_a_name(fields: Any) -> None:
    names = [fold(name) for field in fields for name in field.names]
    assert len(names) == len(set(names))
