"""Whatever somebody types is read, kept as text, or told: /check never hides that it was dropped."""

from __future__ import annotations

import json

import pytest

from exchange.profiles.fields import PROFILE, REQUEST, Field
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from tests.unit.profiles.strategies import DIRECTORY, TODAY

NAMES = TemplateNames.of(
    profile=["Capacity Exchange profile"], request=["Capacity Exchange request"]
)
WORD = "Xqzvwk"
"""A word that means nothing in any language."""

SHAPES = [
    WORD,
    f"Lua, {WORD}",
    f"{WORD}, en-3",
    f"\n* Lua\n* {WORD}",
    f"\n# {WORD}",
    f"Lua ({WORD})",
    f"Lua – {WORD}",
    f"3 {WORD}",
    f"2027-01-31 {WORD}",
    f"<s>{WORD}</s> Lua",
    f"[[{WORD}]]",
    f"'''{WORD}'''",
    f"<small>{WORD}</small>",
    f"\n{{|\n| Lua || {WORD}\n|}}",
    f"\n<ul><li>{WORD}</li></ul>",
    f"\n== {WORD} ==\n* Lua",
    f"\n; {WORD}\n: Lua",
    f"{{{{hlist|Lua|{WORD}}}}}",
]
FIELDS = [
    pytest.param(template, field, id=f"{name}-{field.name.replace(' ', '-')}")
    for name, template, fields in (
        ("profile", "Capacity Exchange profile", PROFILE),
        ("request", "Capacity Exchange request", REQUEST),
    )
    for field in fields
]


@pytest.mark.parametrize(("template", "field"), FIELDS)
def test_a_word_that_means_nothing_is_kept_or_told(template: str, field: Field) -> None:
    lost = []
    for shape in SHAPES:
        if template.endswith("profile") and field.name not in ("offers", "languages"):
            rest = "|offers=Wikidata|languages=en-3"
        else:
            rest = ""
        text = f"{{{{{template}|{field.name}={shape}\n{rest}}}}}"
        reading = read_page(
            text, names=NAMES, directory=DIRECTORY, today=TODAY, title="User:Ada", namespace=2
        )
        if WORD.lower() not in json.dumps(reading.to_json()).lower():
            lost.append(shape)
    assert lost == []


def test_what_is_hidden_on_purpose_is_not_told() -> None:
    text = f"{{{{Capacity Exchange profile|offers=Lua<!-- {WORD} -->|languages=en-3}}}}"
    reading = read_page(
        text, names=NAMES, directory=DIRECTORY, today=TODAY, title="User:Ada", namespace=2
    )
    assert WORD not in json.dumps(reading.to_json())
