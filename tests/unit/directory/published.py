"""A directory and a published table that agree, lack and contradict in every way."""

import json
from pathlib import Path

ROWS: list[list[object]] = [
    [1, {"en": "tea", "de": "Tee", "fr": "thé"}, {"en": "A drink."}, "Q6097"],
    [2, {"en": "cake", "de": "Torte", "zxx-no": "x"}, {}, "Q13276"],
    [3, {"en": "loaf", "de": "Laib"}, None, None],
    [4, {"en": "juice"}, {}, "Q8492"],
    [6, {"en": "milk", "fr": "thé"}, {}, "Q6097"],
]


def table(rows: object = ROWS) -> str:
    """Return a tabular page as Commons has it."""
    columns = {"id": "number", "name": "localized", "description": "localized"}
    fields = [{"name": name, "type": type} for name, type in columns.items()]
    fields.append({"name": "wikidata_item", "type": "string"})
    return json.dumps({"license": "CC0-1.0", "schema": {"fields": fields}, "data": rows})


def folder(base: Path) -> Path:
    """Write the directory: tea knows its number, cake and milk do not, bread has number 3."""
    entries = [
        {"id": "tea", "platform": 1},
        {"id": "cake", "wikidata": "Q1"},
        {"id": "bread", "platform": 3},
        {"id": "milk"},
    ]
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    (base / "capacities.json").write_text(f'{{"capacities": [\n{lines}\n ]}}\n')
    (base / "names").mkdir()
    names = {
        "en": {"reviewed": True, "tea": "tea", "cake": "cake", "bread": "bread", "milk": "milk"},
        "de": {"reviewed": ["bread"], "tea": "Teee", "cake": "Kuchen", "bread": "Brot"},
    }
    for code, content in names.items():
        written = {"@metadata": {"reviewed": content.pop("reviewed")}, **content}
        lines = ",\n".join(f" {json.dumps(id)}: {json.dumps(one)}" for id, one in written.items())
        (base / "names" / f"{code}.json").write_text("{\n" + lines + "\n}\n")
    return base
