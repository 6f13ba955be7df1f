"""What JsonConfig and Extension:Chart accept on a page of data, from reading their sources.

JCDataContent, JCTabularContent, JCValidators, JCUtils and JCChartContent (as of 2026): the same rules
in the same order, each error with its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MAX_PAGE = 2 * 1024 * 1024
LINE = 400
LANGUAGE = re.compile(r"[a-z0-9-]{2,}")
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-4.0+", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "ODbL-1.0")


def is_line(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) <= LINE and not re.search(r"^\s|[\r\n\t]|\s$", value)
    )


def is_localized(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(LANGUAGE.fullmatch(key) for key in value)
        and all(is_line(text) for text in value.values())
    )


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TYPES = {
    "string": is_line,
    "boolean": lambda value: isinstance(value, bool),
    "number": is_number,
    "localized": is_localized,
}


def tabular_errors(text: str) -> Iterator[str]:
    """Yield what is wrong with the text of a .tab page."""
    page = _read(text)
    yield from _data_errors(page)
    yield from (f"unexpected {key}" for key in page if key not in _TABULAR)
    fields = page.get("schema", {}).get("fields")
    if not isinstance(fields, list) or [*page["schema"]] != ["fields"]:
        yield "schema"
        return
    names: list[str] = []
    for field in fields:
        name = field.get("name", "")
        if not re.fullmatch(r"[^\W\d]\w*", name) or name in names:
            yield f"name {name!r}"
        names.append(name)
        if field.get("type") not in TYPES:
            yield f"type of {name}"
        if "title" in field and not is_localized(field["title"]):
            yield f"title of {name}"
        if {*field} - {"name", "type", "title"}:
            yield f"unexpected keys of {name}"
    for number, row in enumerate(page["data"]):
        if not isinstance(row, list) or len(row) != len(fields):
            yield f"row {number}"
            continue
        for field, value in zip(fields, row, strict=True):
            if value is not None and not TYPES[field["type"]](value):
                yield f"row {number}: {field['name']}"


def chart_errors(text: str, tables: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the text of a .chart page, among these .tab pages."""
    page = _read(text)
    yield from _data_errors(page)
    if page.get("version") != 1 or isinstance(page["version"], bool):
        yield "version"
    if page.get("type") not in ("bar", "rect", "line", "area", "pie"):
        yield "type"
    places = {"title": page.get("title")} | {
        f"{axis}/title": page.get(axis, {}).get("title") for axis in ("xAxis", "yAxis")
    }
    yield from (
        place
        for place, said in places.items()
        if said is not None and not is_line(said) and not is_localized(said)
    )
    source = tables.get(f"Data:{page.get('source')}")
    if source is None:
        yield "source"
    else:
        yield from (f"source: {error}" for error in tabular_errors(source))


_TABULAR = ("license", "description", "sources", "schema", "data")


def _read(text: str) -> dict[str, Any]:
    assert len(text.encode()) <= MAX_PAGE
    page = json.loads(text)
    assert isinstance(page, dict)
    return page


def _data_errors(page: Mapping[str, Any]) -> Iterator[str]:
    if page.get("license") not in LICENCES:
        yield "license"
    if "description" in page and not is_localized(page["description"]):
        yield "description"
    if not isinstance(page.get("sources", ""), str):
        yield "sources"
