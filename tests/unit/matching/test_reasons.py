"""Reasons: the parts of a score in words, in every language, safe where they go."""

from __future__ import annotations

import pytest

from exchange.directory import load
from exchange.i18n.escape import escape_wikitext
from exchange.i18n.messages import Localizer
from exchange.matching import reasons, sentence
from exchange.model import Level, Match, ScorePart

REASONS = [
    (ScorePart("capacity", 1, ("lua",)), "Wanted and offered: Lua"),
    (
        ScorePart("narrower", 1, ("technology", "lua")),
        "Offered: Lua, which is part of what is wanted: technology",
    ),
    (ScorePart("language", 1, ("yo",)), "Both speak Yoruba"),
    (ScorePart("small-language", 48, ("yo",)), "Both speak Yoruba, which few others here do"),
    (ScorePart("small-language", 47, ("yo",)), "Both speak Yoruba"),
    (ScorePart("time", 1, ("0",)), "Same time of day"),
    (ScorePart("time", 1, ("1",)), "1 hour apart"),
    (ScorePart("time", 1, ("5.5",)), "5.5 hours apart"),
    (ScorePart("level", 1, (str(int(Level.EXPERT)), "0")), "Level: expert offered"),
    (ScorePart("methods", 1, ("mentoring", "training")), "Both like: mentoring and training"),
    (ScorePart("country", 1, ("NG",)), "Both live in the same country: Nigeria"),
    (ScorePart("deadline", 1, ("2026-12-01",)), "Needed by December 1, 2026"),
    (ScorePart("priority", 1, ("urgent",)), "Priority: urgent"),
    (ScorePart("priority", 10, ("normal", "3")), "3 people need this"),
    (ScorePart("priority", 20, ("high", "2")), "Priority: high and 2 people need this"),
    (
        ScorePart("reciprocity", 1, ("unlisted:tea", "lua")),
        "Both ways: tea is wanted in return, and Lua is offered",
    ),
    (ScorePart("deadline", 1, ("soon",)), "Needed by soon"),
]


@pytest.mark.parametrize(("part", "said"), REASONS, ids=lambda value: getattr(value, "name", ""))
def test_reasons_are_said_in_words(part: ScorePart, said: str) -> None:
    assert sentence(part, Localizer("en"), load()) == said


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "ar", "yo"])
def test_reasons_are_said_in_every_language(language: str) -> None:
    directory = load()
    for part, said in REASONS:
        translated = sentence(part, Localizer(language), directory)
        assert "⧼" not in translated
        assert "$" not in translated
        assert translated != said


def test_what_people_wrote_is_escaped_where_it_stands_in_wikitext() -> None:
    part = ScorePart("capacity", 1, ("unlisted:{{evil}}",))
    assert "{{evil}}" in sentence(part, Localizer("en"), load())
    assert "{{" not in sentence(part, Localizer("en"), load(), escape=escape_wikitext)


SAID = [
    # What is wanted and offered stands above the reasons; without points or facts there is none.
    ({"capacity": (300, "lua"), "country": (0, "NG"), "level": (70, "")}, []),
    # English is spoken by most here: that both do is a reason, that few do is not.
    ({"language": (96, "en"), "small-language": (10, "en")}, ["Both speak English"]),
    (
        {"language": (48, "yo"), "small-language": (70, "yo"), "methods": (60, "mentoring")},
        ["Both speak Yoruba, which few others here do", "Both like: mentoring"],
    ),
    ({"language": (48, "yo"), "small-language": (47, "yo")}, ["Both speak Yoruba"]),
    # The strongest three of many.
    (
        {
            "time": (50, "1"),
            "region": (20, "SSA"),
            "language": (120, "yo"),
            "freshness": (20, "2026-11-01"),
            "methods": (60, "mentoring"),
        },
        ["Both speak Yoruba", "Both like: mentoring", "1 hour apart"],
    ),
    # Seven hours apart, a lower level than was asked for, a profile edited long ago: no reasons.
    ({"time": (8, "7"), "level": (28, "1"), "freshness": (19, "2026-07-01")}, []),
    ({"time": (25, "5")}, ["5 hours apart"]),
    ({"level": (70, "4")}, ["Level: expert offered"]),
    ({"freshness": (20, "2026-11-01")}, ["Profile edited recently: November 1, 2026"]),
]


@pytest.mark.parametrize(("parts", "said"), SAID)
def test_only_what_is_true_and_strong_is_said(
    parts: dict[str, tuple[float, str]], said: list[str]
) -> None:
    scored = tuple(
        ScorePart(name, points, (fact,) if fact else ()) for name, (points, fact) in parts.items()
    )
    match = Match("user:1", "user:2", "lua", "lua", 7, scored)
    assert reasons(match, Localizer("en"), load()) == said
