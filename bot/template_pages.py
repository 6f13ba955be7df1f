"""TemplateData: what each template's parameters are, for VisualEditor's form and for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from exchange.directory import Directory
from exchange.geography import all_regions
from exchange.i18n.messages import I18N, available_languages, is_reviewed, load_messages
from exchange.languages import autonym, text_direction
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.notices.reader_language import GROUP as NOTICE_GROUP
from exchange.profiles.fields import ITEM, PROFILE, PROGRAMME, REQUEST, Field, FormPart, Type
from exchange.settings.schema import PageNames
from exchange.ways import WayTitles

GROUP = "onwiki"
PREFIX = "onwiki-"


@cache
def localized_message(key: str, language: str, *, folder: Path = I18N) -> str:
    """A message in a language, or nothing where it is not translated."""
    return load_messages(folder, GROUP, language).get(PREFIX + key, "")


def message_keys(*, folder: Path = I18N) -> tuple[str, ...]:
    """Every message's key, without its prefix, in the order of the English file."""
    return tuple(key.removeprefix(PREFIX) for key in load_messages(folder, GROUP, "en"))


def in_every_language(key: str) -> dict[str, str]:
    """A message in every language that has it, English first."""
    codes = sorted(available_languages(GROUP), key=lambda code: (code != "en", code))
    return {code: text for code in codes if (text := localized_message(key, code))}


def unreviewed_languages() -> str:
    """The languages of notices that no speaker has reviewed, each by its own name, as wikitext."""
    ours = available_languages(NOTICE_GROUP)
    codes = (code for code in ours if not is_reviewed(NOTICE_GROUP, code))
    return ", ".join(
        f'<span lang="{code}" dir="{text_direction(code)}">{autonym(code)}</span>' for code in codes
    )


def way_titles(names: PageNames) -> WayTitles:
    """Return what our pages are called to which unmet wants lead."""
    return WayTitles(names.reports, names.portal, names.directory, names.coordinators)


_STATUS = Field("status", Type.TEXT, example="in touch")
NOTICE = (
    Field("id", Type.TEXT, required=True, offered=False),
    Field("lang", Type.TEXT, example="fr", offered=False),
    _STATUS,
    *(Field(f"status{number}", Type.TEXT, offered=False) for number in (1, 2, 3)),
    Field("heard", Type.TEXT, offered=False),
    Field("unclear", Type.TEXT, offered=False),
)
"""The parameters of the notice's wrapper (``exchange.notices.template``)."""

BAR = (
    Field("1", Type.COUNT, example="7", data="number", required=True),
    Field("2", Type.COUNT, default="1", example="10", data="number", required=True),
)
"""The parameters of the bar."""

TEMPLATES = {
    "profile": PROFILE,
    "request": REQUEST,
    "programme": PROGRAMME,
    "capacity": ITEM,
    "notice": NOTICE,
    "bar": BAR,
}
_KEYS = (
    {("bar", "1"): "value", ("bar", "2"): "most"}
    | {("notice", f"status{number}"): "status" for number in (1, 2, 3)}
    | {("programme", name): f"round-{name}" for name in ("seats", "language")}
)
_CHOICES: dict[Type, type[Enum]] = {
    Type.KIND: Kind,
    Type.FREQUENCY: Frequency,
    Type.METHODS: Method,
    Type.LEVEL: Level,
    Type.PRIORITY: Priority,
}

_PARTS = {
    FormPart.ABOUT: "td-about",
    FormPart.ITEMS: "doc-items",
    FormPart.PLACE: "place",
    FormPart.EXCHANGE: "methods",
    FormPart.MESSAGES: "td-notify",
}
"""The message that heads each part of a form."""

_ONE_CAPACITY = {("capacity", "1"), ("request", "want")}
"""The parameters that mostly hold the name of one capacity."""


def template_data(template: str, directory: Directory) -> dict[str, Any]:
    """The TemplateData of one of our templates, by its name in ``[names]``.

    Of the capacities in the ``directory`` the broad ones are suggested: VisualEditor lists all that
    is suggested below the field, and the template's page shows it as a table.
    """
    fields = TEMPLATES[template]
    return {
        "description": in_every_language(f"td-{template}"),
        "format": "{{_\n|_=_\n}}" if template in {"profile", "request", "programme"} else "inline",
        "params": {field.name: _parameter(template, field, directory) for field in fields},
        "paramOrder": [field.name for field in fields],
        "sets": [
            {"label": in_every_language(_PARTS[part]), "params": [field.name for field in inside]}
            for part, inside in form_parts(template)
        ],
    }


def form_parts(template: str) -> list[tuple[FormPart, list[Field]]]:
    """The parts of a template's form with their fields, in the order of their first ones."""
    found: dict[FormPart, list[Field]] = {}
    for field in TEMPLATES[template]:
        if field.part:
            found.setdefault(field.part, []).append(field)
    return list(found.items())


def template_data_block(template: str, directory: Directory) -> str:
    """The same as wikitext."""
    data = template_data(template, directory)
    parts = [f"{_json(name)}: {_json(value)}" for name, value in data.items() if name != "params"]
    # A parameter a line: twenty-seven languages of it, indented, would be as long as a page may be.
    lines = [f"{_json(name)}: {_json(value)}" for name, value in data["params"].items()]
    parts.append('"params": {\n' + ",\n".join(lines) + "\n}")
    return "<templatedata>\n{\n" + ",\n".join(parts) + "\n}\n</templatedata>"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parameter(template: str, field: Field, directory: Directory) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": in_every_language(label_key(template, field)),
        "description": in_every_language(help_key(template, field)),
        "type": field.data,
    }
    if field.aliases:
        found["aliases"] = list(field.aliases)
    if field.default:
        found["default"] = field.default
        found["autovalue"] = field.default
    if field.example:
        found["example"] = field.example
    if suggested := suggestions(template, field, directory):
        found["suggestedvalues"] = suggested
    if field.required:
        found["required"] = True
    elif field.offered:
        found["suggested"] = True
    return found


def help_key(template: str, field: Field) -> str:
    """The message that explains a parameter."""
    return _key(template, field) + "-help"


def label_key(template: str, field: Field) -> str:
    """The message that names a parameter; most are the same words as in the box."""
    key = _key(template, field)
    return key if key in message_keys() else key.removeprefix("td-")


def _key(template: str, field: Field) -> str:
    return "td-" + _KEYS.get((template, field.name), field.name.replace(" ", "-"))


def suggestions(template: str, field: Field, directory: Directory) -> list[str]:
    """The values to choose from in a form, as people write them; anything else is read, too."""
    if field.type in _CHOICES:
        return list(_words(_CHOICES[field.type]))
    if field.type is Type.REGION:
        return [region.names["en"] for region in all_regions()]
    if (template, field.name) in _ONE_CAPACITY:
        broad = {each.broader for each in directory}
        return sorted(each.names["en"] for each in directory if each.id in broad)
    return list(field.suggestions)


def _words(choices: type[Enum]) -> Iterable[str]:
    """The words for the choices, as people write them."""
    for choice in choices:
        value = choice.value if isinstance(choice.value, str) else choice.name.lower()
        yield value if choice is Kind.AFFILIATE_TO_BE else value.replace("-", " ")
