"""What people have written in their profiles keeps its meaning, whatever the directory gains."""

import json
from pathlib import Path

from exchange.directory import Directory, load

RESOLVED: dict[str, str] = json.loads(
    Path(__file__).with_name("resolved.json").read_text(encoding="utf-8")
)
"""Every name, alias, id and item of November 2026, before the languages had files of their own."""


def test_what_resolved_once_resolves_the_same() -> None:
    directory = load()
    assert len(RESOLVED) > 1_300
    assert {name: directory.resolve(name) for name in RESOLVED} == RESOLVED


def test_a_name_that_gained_a_second_meaning_would_be_told() -> None:
    directory = load()
    fewer = Directory(
        (capacity for capacity in directory if capacity.id not in directory.descendants("finance")),
    )
    assert {name: fewer.resolve(name) for name in RESOLVED} != RESOLVED
