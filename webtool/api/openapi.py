"""The description of the API for programs: OpenAPI 3.1, made from the declared operations."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from exchange.reports import Licence
from webtool.api.routes import OPERATIONS, Operation
from webtool.api.schemas import ProblemBody
from webtool.pages.search import CSV_ROWS

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_REFERENCES = "#/components/schemas/{model}"


def openapi_description(server: str = "/") -> dict[str, Any]:
    """Return the description, OpenAPI 3.1, of an API that stands at an address."""
    return {**_description(), "servers": [{"url": server.rstrip("/") or "/"}]}


@cache
def _description() -> dict[str, Any]:
    models = [(one.body, "serialization") for one in OPERATIONS]
    _, schemas = models_json_schema(
        [*models, (ProblemBody, "serialization")],  # type: ignore[list-item]
        ref_template=_REFERENCES,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Capacity Exchange",
            "version": "1",
            "description": "People and groups of the Wikimedia movement, what they can share and "
            "what they want to learn. Read-only; no key needed. Answers carry an ETag, except "
            "for a while after the bot has written, where they still show what was before. "
            "All results of a search come as CSV from /search.csv with the parameters of "
            f"/api/v1/profiles but page and size: {CSV_ROWS} rows a file; `part` counts them, the "
            "header Link names the next one, and X-Total-Count how many rows there are in all. "
            "/datapackage.json lists all files with their columns and units.\n\n"
            "The licence here is the data's: counts and the directory of capacities are CC0 1.0; "
            "what people wrote is theirs, CC BY-SA 4.0, and whoever uses it links to the page and "
            "its history, whose address comes with it. `licence` in every answer, its header Link "
            "and `x-licence` of every operation say which. The code is GPL-3.0-or-later.",
            "license": {"name": "CC0 1.0 and CC BY-SA 4.0", "identifier": Licence.BOTH},
        },
        "paths": {_PART.sub(r"{\1}", one.path): {"get": _operation(one)} for one in OPERATIONS},
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(one: Operation) -> dict[str, Any]:
    schema = {"$ref": _REFERENCES.format(model=one.body.__name__)}
    content = {one.media: {"schema": schema, "example": _examples()[one.name]}}
    found: dict[str, Any] = {"description": "Found.", "content": content}
    found["headers"] = {
        "ETag": {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."},
        "Link": {"schema": {"type": "string"}, "description": "The licence, as `license`."},
    }
    responses: dict[str, Any] = {
        "200": found,
        "304": {"description": "Nothing has changed."},
        "400": _problem("A parameter cannot be used as it is."),
        "503": _problem("The database does not answer right now; see Retry-After."),
    }
    parts = _PART.findall(one.path)
    if one.may_be_absent:
        responses["404"] = _problem("There is no such thing.")
    return {
        "summary": one.summary,
        "x-licence": one.licence,
        "operationId": re.sub(r"\W+", "-", one.path.removeprefix("/api/v1/")).strip("-"),
        "parameters": [
            *(
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": one.part[0],
                    "schema": {"type": "string", "minLength": 1},
                    "example": one.part[1],
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
        aside = ("title", "description", "examples")
        found.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": schema["description"],
                "schema": {key: value for key, value in schema.items() if key not in aside},
                "example": schema["examples"][0],
            }
        )
    return found


@cache
def _examples() -> dict[str, Any]:
    """Return an answer of each operation, about made-up people, by its name."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
    )
    return found


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCES.format(model="ProblemBody")}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
