"""Reasons: the parts of a score in words, in every language, safe where they go."""

from __future__ import annotations

import pytest

from exchange.directory import load
from exchange.matching import reasons, sentence
from exchange.model import Level, Match, Part
from exchange.wording import Wording, escape

REASONS = [
    (Part("capacity", 1, ("lua",)), "Wanted and offered: Lua"),
    (
        Part("narrower", 1, ("technology", "lua")),
        "Offered: Lua, which is a part of what is wanted: technology",
    ),
    (Part("language", 1, ("yo",)), "Both speak Yoruba"),
    (Part("time", 1, ("0",)), "Same time of day"),
    (Part("time", 1, ("1",)), "1 hour apart"),
    (Part("time", 1, ("5.5",)), "5.5 hours apart"),
    (Part("level", 1, (str(int(Level.EXPERT)), "0")), "Level: expert offered"),
    (Part("methods", 1, ("mentoring", "training")), "Both like: mentoring and training"),
    (Part("country", 1, ("NG",)), "Both live in the same country: Nigeria"),
    (Part("deadline", 1, ("2026-12-01",)), "Needed by December 1, 2026"),
    (Part("priority", 1, ("urgent",)), "Priority: urgent"),
    (
        Part("reciprocity", 1, ("unlisted:tea", "lua")),
        "Also the other way round: tea is wanted in return, and Lua offered",
    ),
    (Part("deadline", 1, ("soon",)), "Needed by soon"),
]


@pytest.mark.parametrize(("part", "said"), REASONS, ids=lambda value: getattr(value, "name", ""))
def test_reasons_are_said_in_words(part: Part, said: str) -> None:
    assert sentence(part, Wording("en"), load()) == said


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "ar", "yo"])
def test_reasons_are_said_in_every_language(language: str) -> None:
    directory = load()
    for part, said in REASONS:
        translated = sentence(part, Wording(language), directory)
        assert "⧼" not in translated
        assert "$" not in translated
        assert translated != said


def test_what_people_wrote_is_escaped_where_it_stands_in_wikitext() -> None:
    part = Part("capacity", 1, ("unlisted:{{evil}}",))
    assert "{{evil}}" in sentence(part, Wording("en"), load())
    assert "{{" not in sentence(part, Wording("en"), load(), escape=escape)


def test_parts_that_gave_no_points_are_left_out() -> None:
    parts = (Part("capacity", 5, ("lua",)), Part("country", 0, ("NG",)), Part("level", 2))
    match = Match("user:1", "user:2", "lua", "lua", 7, parts)
    assert reasons(match, Wording("en"), load()) == ["Wanted and offered: Lua"]
