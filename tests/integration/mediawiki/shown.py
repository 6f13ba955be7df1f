"""A reading in few words, as the case files have it."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any

from exchange.model import NATIVE, Language, Level, Offer, Priority, Problem, Want
from exchange.profiles.document import PageReading, ProgrammeTemplate


def shown(reading: PageReading) -> dict[str, Any]:
    """Return what a reading says: profiles, requests, babel, problems, omissions; empty ones left out."""
    found = {
        "profiles": [
            {name: _value(getattr(each, name)) for name in each.given} for each in reading.profiles
        ],
        "requests": [
            {
                "wants": _value(each.wants),
                **({"contacts": list(each.contacts)} if each.contacts else {}),
                **({"joined": list(each.joined)} if each.joined else {}),
            }
            for each in reading.requests
        ],
        "babel": _value(reading.babel),
        "round": _programme(reading.programme) if reading.programme else {},
        "problems": [_problem(each) for each in reading.problems],
        "omissions": [f"{each.reason} {each.parameter}: {each.text}" for each in reading.omissions],
    }
    return {name: value for name, value in found.items() if value}


def _programme(one: ProgrammeTemplate) -> dict[str, Any]:
    """A round: what its template says, and who stands there; what is empty is left out."""
    programme, audience = one.programme, one.programme.audience
    said = {
        "name": programme.name,
        "capacities": [
            key if text.casefold() == key.casefold() else f'{key} "{text}"'
            for key, text in programme.written.items()
        ],
        "for": [
            *(f"kind {each.value}" for each in audience.kinds),
            *(f"region {each}" for each in audience.regions),
            *(f"country {each}" for each in audience.countries),
            *(f"affiliate {each}" for each in audience.affiliations),
        ],
        "opens": programme.opens.isoformat() if programme.opens else "",
        "closes": programme.closes.isoformat() if programme.closes else "",
        "seats": programme.seats,
        "languages": list(programme.languages),
        "note": one.note,
        "organisers": list(one.organisers),
        "applicants": [" with ".join((each.name, *each.partners)) for each in one.applicants],
    }
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def _value(value: Any) -> Any:
    match value:
        case tuple():
            return [_value(each) for each in value]
        case Offer() | Want():
            return _item(value)
        case Language():
            return f"{value.code}-{'N' if value.level == NATIVE else value.level}"
        case Enum():
            return value.value
        case date():
            return value.isoformat()
    return value


def _item(item: Offer | Want) -> str:
    """An item: id, what was written where it differs, details."""
    parts = [item.capacity]
    if item.text.casefold() != item.capacity.casefold():
        parts.append(f'"{item.text}"')
    parts += [method.value for method in item.methods]
    parts += [item.level.name.lower()] if isinstance(item.level, Level) else []
    if isinstance(item, Want):
        parts += [item.priority.name.lower()] if item.priority is not Priority.NORMAL else []
        parts += [item.until.isoformat()] if item.until else []
    parts += [f"– {item.note}"] if item.note else []
    if isinstance(item, Want) and item.request:
        parts.append(f"@ {item.request}")
    return " ".join(parts)


def _problem(problem: Problem) -> str:
    text = f"{problem.code} {problem.parameter}: {problem.text}".strip()
    return f"{text} -> {problem.hint}" if problem.hint else text
