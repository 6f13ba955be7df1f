"""Reasons: the parts of a score as sentences that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from exchange.languages import name as language_name
from exchange.model import Match, Part
from exchange.places import country_name, region_name
from exchange.wording import Wording
from exchange.wording.messages import Param


class Names(Protocol):
    """What reasons ask of the capacity directory."""

    def name(self, id: str, language: str = "en") -> str:
        """Give a capacity's name in a language."""
        ...


def reasons(
    match: Match,
    wording: Wording,
    directory: Names,
    *,
    escape: Callable[[str], str] = str,
    least: int = 1,
) -> list[str]:
    """Say why two people were suggested to each other: one sentence a part of the score.

    Sentences come in the order of the parts, for parts of at least ``least`` points. ``escape``
    makes names safe for where the text goes (wikitext); capacity names may be what a person wrote.
    """
    return [
        sentence(part, wording, directory, escape=escape)
        for part in match.parts
        if part.points >= least and part.facts
    ]


def sentence(
    part: Part, wording: Wording, directory: Names, *, escape: Callable[[str], str] = str
) -> str:
    """Say one part of a score in words: message ``reason-<name>`` with the part's facts.

    Facts that cannot be read come as they were written; never raises.
    """

    def capacity(id: str) -> str:
        return escape(directory.name(id, wording.language))

    def message(id: str) -> str:
        return wording.text(id)

    def day(text: str) -> str:
        return wording.date(date.fromisoformat(text))

    readers: Mapping[str, Callable[[str], str]] = {
        "capacity": capacity,
        "narrower": capacity,
        "broader": capacity,
        "reciprocity": capacity,
        "language": lambda code: language_name(code, wording.language),
        "small-language": lambda code: language_name(code, wording.language),
        "level": lambda number: message(f"level-{LEVELS[int(number)]}"),
        "region": lambda id: region_name(id, wording.language),
        "country": lambda code: country_name(code, wording.language),
        "freshness": day,
        "deadline": day,
        "priority": lambda name: message(f"priority-{name}"),
    }

    def said(fact: str) -> Param:
        try:
            return float(fact) if part.name == "time" else readers.get(part.name, escape)(fact)
        except (ValueError, IndexError):
            return escape(fact)

    if part.name == "methods":
        return wording.text(
            "reason-methods", wording.list(message(f"method-{name}") for name in part.facts)
        )
    if part.name == "projects":
        return wording.text("reason-projects", wording.list(map(escape, part.facts)))
    return wording.text(f"reason-{part.name}", *map(said, part.facts))


LEVELS = ("unknown", "basic", "intermediate", "advanced", "expert")
"""Names of levels in messages, by number."""
