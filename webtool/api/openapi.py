"""OpenAPI: the description of the API for programs, made from the operations' declarations."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from webtool.api.bodies import Problem
from webtool.api.routes import OPERATIONS, Operation
from webtool.pages.search import EXPORTED

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_REFERENCES = "#/components/schemas/{model}"


@cache
def description() -> dict[str, Any]:
    """Give the description, OpenAPI 3.1."""
    models = [(one.body, "serialization") for one in OPERATIONS if one.body is not None]
    _, schemas = models_json_schema(
        [*models, (Problem, "serialization")],  # type: ignore[list-item]
        ref_template=_REFERENCES,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Capacity Exchange",
            "version": "1",
            "description": "People and groups of the Wikimedia movement, what they can share and "
            "what they want to learn. Reading only; no key needed. Answers carry an ETag, except "
            "for a while after the bot has written, where they still show what was before. "
            "All results of a search come as CSV from /search.csv with the parameters of "
            f"/api/v1/profiles but page and size: {EXPORTED} rows a file; `part` counts them, the "
            "header Link names the next one, and X-Total-Count how many rows there are in all.",
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "paths": {_PART.sub(r"{\1}", one.path): {"get": _operation(one)} for one in OPERATIONS},
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(one: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    if one.body is not None:
        schema = {"$ref": _REFERENCES.format(model=one.body.__name__)}
    found = {"description": "Found.", "content": {one.media: {"schema": schema}}}
    found["headers"] = {
        "ETag": {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."}
    }
    responses: dict[str, Any] = {
        "200": found,
        "304": {"description": "Nothing has changed."},
        "400": _problem("A parameter cannot be used as it is."),
        "503": _problem("The database does not answer right now; see Retry-After."),
    }
    parts = _PART.findall(one.path)
    if parts:
        responses["404"] = _problem("There is no such thing.")
    return {
        "summary": one.summary,
        "operationId": re.sub(r"\W+", "-", one.path.removeprefix("/api/v1/")).strip("-"),
        "parameters": [
            *(
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "minLength": 1},
                }
                for name in parts
            ),
            *_parameters(one),
        ],
        "responses": dict(sorted(responses.items())),
    }


def _parameters(one: Operation) -> list[dict[str, Any]]:
    fields = one.query.model_json_schema()["properties"]
    found = []
    for name, schema in sorted(fields.items()):
        kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
        parameter = {"name": name, "in": "query", "required": False, "schema": kept}
        if text := schema.get("description"):
            parameter["description"] = text
        found.append(parameter)
    return found


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCES.format(model="Problem")}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
