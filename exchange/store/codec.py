"""Codec: model values <-> plain JSON values. Defaults are left out, so rows stay small.

Each value has a pair of functions, ``pack_x`` (value to JSON) and ``unpack_x`` (back), and
``unpack_x(pack_x(value)) == value`` holds for every value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from exchange.model import (
    Frequency,
    Kind,
    Language,
    Level,
    Method,
    Offer,
    Part,
    Priority,
    Problem,
    Profile,
    User,
    Want,
)

Json = dict[str, Any]

_METHODS: Mapping[str, Method] = {method.value: method for method in Method}
_LEVELS = {level.value: level for level in Level}
_PRIORITIES = {priority.value: priority for priority in Priority}
_KINDS = {kind.value: kind for kind in Kind}
_FREQUENCIES = {frequency.value: frequency for frequency in Frequency}


def _methods(values: list[str]) -> tuple[Method, ...]:
    return tuple([_METHODS[value] for value in values])


def pack_offer(offer: Offer) -> Json:
    """Offer to JSON."""
    body: Json = {"capacity": offer.capacity}
    if offer.text:
        body["text"] = offer.text
    if offer.methods:
        body["methods"] = [method.value for method in offer.methods]
    if offer.level is not None:
        body["level"] = offer.level.value
    if offer.note:
        body["note"] = offer.note
    return body


def unpack_offer(body: Json) -> Offer:
    """JSON to Offer."""
    level = body.get("level")
    return Offer(
        capacity=body["capacity"],
        text=body.get("text", ""),
        methods=_methods(body["methods"]) if "methods" in body else (),
        level=None if level is None else _LEVELS[level],
        note=body.get("note", ""),
    )


def pack_want(want: Want) -> Json:
    """Want to JSON."""
    body: Json = {"capacity": want.capacity}
    if want.text:
        body["text"] = want.text
    if want.methods:
        body["methods"] = [method.value for method in want.methods]
    if want.level is not None:
        body["level"] = want.level.value
    if want.priority is not Priority.NORMAL:
        body["priority"] = want.priority.value
    if want.until is not None:
        body["until"] = want.until.isoformat()
    if want.note:
        body["note"] = want.note
    if want.request:
        body["request"] = want.request
    return body


def unpack_want(body: Json) -> Want:
    """JSON to Want."""
    level, until = body.get("level"), body.get("until")
    return Want(
        capacity=body["capacity"],
        text=body.get("text", ""),
        methods=_methods(body["methods"]) if "methods" in body else (),
        level=None if level is None else _LEVELS[level],
        priority=_PRIORITIES[body.get("priority", 0)],
        until=None if until is None else date.fromisoformat(until),
        note=body.get("note", ""),
        request=body.get("request", ""),
    )


def _same(value: Any) -> Any:
    return value


def _listed(pack: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda values: [pack(value) for value in values]


def _tupled(unpack: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda values: tuple([unpack(value) for value in values])


# Field -> (how to pack, how to unpack) of a Profile; key and name come first and always.
_PROFILE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "kind": (lambda kind: kind.value, _KINDS.__getitem__),
    "page": (_same, _same),
    "page_id": (_same, _same),
    "revision": (_same, _same),
    "edited": (datetime.isoformat, datetime.fromisoformat),
    "offers": (_listed(pack_offer), _tupled(unpack_offer)),
    "wants": (_listed(pack_want), _tupled(unpack_want)),
    "languages": (
        _listed(lambda language: [language.code, language.level]),
        _tupled(lambda pair: Language(pair[0], pair[1])),
    ),
    "country": (_same, _same),
    "region": (_same, _same),
    "affiliations": (list, tuple),
    "projects": (list, tuple),
    "methods": (_listed(lambda method: method.value), _methods),
    "seats": (_same, _same),
    "timezone": (_same, _same),
    "hours": (_same, _same),
    "notify": (lambda frequency: frequency.value, _FREQUENCIES.__getitem__),
    "away": (date.isoformat, date.fromisoformat),
    "about": (_same, _same),
    "contacts": (list, tuple),
}
_UNPACKED = {name: unpack for name, (_, unpack) in _PROFILE.items() if unpack is not _same}
_DEFAULT = Profile(key="", name="")
_DEFAULTS = {name: getattr(_DEFAULT, name) for name in _PROFILE}


def pack_profile(profile: Profile) -> Json:
    """Profile to JSON."""
    body: Json = {"key": profile.key, "name": profile.name}
    for name, (pack, _) in _PROFILE.items():
        value = getattr(profile, name)
        if value != _DEFAULTS[name]:
            body[name] = pack(value)
    return body


def unpack_profile(body: Json) -> Profile:
    """JSON to Profile."""
    values = dict(body)
    for name, unpack in _UNPACKED.items():
        if name in values:
            values[name] = unpack(values[name])
    return Profile(**values)


def pack_problem(problem: Problem) -> Json:
    """Problem to JSON."""
    body: Json = {"code": problem.code}
    for name in ("parameter", "text", "hint"):
        if value := getattr(problem, name):
            body[name] = value
    return body


def unpack_problem(body: Json) -> Problem:
    """JSON to Problem."""
    return Problem(**body)


def pack_part(part: Part) -> list[Any]:
    """Part of a score to JSON."""
    return [part.name, part.points, list(part.facts)]


def unpack_part(body: list[Any]) -> Part:
    """JSON to Part."""
    return Part(body[0], body[1], tuple(body[2]))


def pack_user(user: User) -> Json:
    """User to JSON."""
    body: Json = {"name": user.name, "id": user.id}
    if user.groups:
        body["groups"] = sorted(user.groups)
    if user.registered is not None:
        body["registered"] = user.registered.isoformat()
    if not user.local:
        body["local"] = False
    for name in ("blocked", "locked", "hidden", "temporary", "gender"):
        if value := getattr(user, name):
            body[name] = value
    return body


def unpack_user(body: Json) -> User:
    """JSON to User."""
    values = dict(body)
    if "groups" in values:
        values["groups"] = frozenset(values["groups"])
    if "registered" in values:
        values["registered"] = datetime.fromisoformat(values["registered"])
    return User(**values)


def digest(body: Any) -> str:
    """The SHA-256 of a JSON value, the same for equal values."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
