"""TemplateData: what each template's parameters are, for VisualEditor's form and for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from typing import Any

from bot.install.texts import in_all
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.template.fields import ITEM, PROFILE, REQUEST, Field, Type

_STATUS = Field("status", Type.TEXT, example="in touch")
NOTICE = (
    Field("id", Type.TEXT, required=True, offered=False),
    Field("lang", Type.TEXT, example="fr", offered=False),
    _STATUS,
    *(Field(f"status{number}", Type.TEXT, offered=False) for number in (1, 2, 3)),
)
"""The parameters of the notice's wrapper (``exchange.notice.wrapper``)."""

BAR = (
    Field("1", Type.COUNT, example="7", data="number", required=True),
    Field("2", Type.COUNT, default="1", example="10", data="number", required=True),
)
"""The parameters of the bar."""

TEMPLATES = {
    "profile": PROFILE,
    "request": REQUEST,
    "capacity": ITEM,
    "notice": NOTICE,
    "bar": BAR,
}
_KEYS = {("bar", "1"): "value", ("bar", "2"): "most"} | {
    ("notice", f"status{number}"): "status" for number in (1, 2, 3)
}
_CHOICES: dict[Type, type[Enum]] = {
    Type.KIND: Kind,
    Type.FREQUENCY: Frequency,
    Type.METHODS: Method,
    Type.LEVEL: Level,
    Type.PRIORITY: Priority,
}


def data(template: str) -> dict[str, Any]:
    """The TemplateData of one of our templates, by its name in ``[names]``."""
    fields = TEMPLATES[template]
    return {
        "description": in_all(f"td-{template}"),
        "format": "{{_\n|_=_\n}}" if template in {"profile", "request"} else "inline",
        "params": {field.name: _parameter(template, field) for field in fields},
        "paramOrder": [field.name for field in fields],
    }


def block(template: str) -> str:
    """The same as wikitext."""
    return (
        "<templatedata>\n"
        + json.dumps(data(template), ensure_ascii=False, indent=1)
        + "\n</templatedata>"
    )


def _parameter(template: str, field: Field) -> dict[str, Any]:
    key = "td-" + _KEYS.get((template, field.name), field.name.replace(" ", "-"))
    found: dict[str, Any] = {
        # Most labels are the same words as in the box.
        "label": in_all(key) or in_all(key.removeprefix("td-")),
        "description": in_all(f"{key}-help"),
        "type": field.data,
    }
    if field.aliases:
        found["aliases"] = list(field.aliases)
    if field.default:
        found["default"] = field.default
        found["autovalue"] = field.default
    if field.example:
        found["example"] = field.example
    if field.type in _CHOICES:
        found["suggestedvalues"] = list(_words(_CHOICES[field.type]))
    if field.required:
        found["required"] = True
    elif field.offered:
        found["suggested"] = True
    return found


def _words(choices: type[Enum]) -> Iterable[str]:
    """The words for the choices, as people write them."""
    for choice in choices:
        value = choice.value if isinstance(choice.value, str) else choice.name.lower()
        yield value if choice is Kind.AFFILIATE_TO_BE else value.replace("-", " ")
