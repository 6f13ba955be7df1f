"""Reasons: a match's parts and a suggestion's facts, said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from exchange.languages import name as language_name
from exchange.model import Level, Part
from exchange.places import country_name, region_name
from exchange.wording.messages import Param, Wording

if TYPE_CHECKING:
    from exchange.directory import Directory


def reason(part: Part, wording: Wording, directory: Directory) -> str:
    """Say why a part has its points: ``reason-<name>`` with its facts as names of the language.

    Plain text with what people wrote (unlisted capacities, wikis) in it: escape it before it goes
    into wikitext. Unknown parts and facts come as they are; never raises.
    """
    facts = _SAYERS.get(part.name, _as_written)(part.facts, wording, directory)
    return wording.text(f"reason-{part.name}", *facts)


Facts = tuple[str, ...]
Sayer = Callable[[Facts, Wording, "Directory"], tuple[Param, ...]]


def _as_written(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return facts


def _capacities(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return tuple(directory.name(fact, wording.language) for fact in facts)


def _languages(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return tuple(language_name(fact, wording.language) for fact in facts)


def _levels(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    known = {str(int(level)): f"level-{level.name.lower()}" for level in Level}
    return tuple(wording.text(known[fact]) if fact in known else "" for fact in facts)


def _methods(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return (wording.list(wording.text(f"method-{fact}") for fact in facts),)


def _hours(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    try:
        return tuple(float(fact) for fact in facts)
    except ValueError:
        return facts


def _lists(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return (wording.list(facts),)


def _regions(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return tuple(region_name(fact, wording.language) for fact in facts)


def _countries(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return tuple(country_name(fact, wording.language) for fact in facts)


def _days(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    try:
        return tuple(wording.date(date.fromisoformat(fact)) for fact in facts)
    except ValueError:
        return facts


def _priorities(facts: Facts, wording: Wording, directory: Directory) -> tuple[Param, ...]:
    return tuple(wording.text(f"priority-{fact}") for fact in facts)


_SAYERS: Mapping[str, Sayer] = {
    "capacity": _capacities,
    "narrower": _capacities,
    "broader": _capacities,
    "reciprocity": _capacities,
    "language": _languages,
    "small-language": _languages,
    "level": _levels,
    "methods": _methods,
    "time": _hours,
    "projects": _lists,
    "region": _regions,
    "country": _countries,
    "freshness": _days,
    "deadline": _days,
    "priority": _priorities,
}
