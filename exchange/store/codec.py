"""Codec: model values <-> plain JSON values. Defaults are left out, so rows stay small.

Each value has a pair of functions, ``pack_x`` (value to JSON) and ``unpack_x`` (back), and
``unpack_x(pack_x(value)) == value`` holds for every value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from exchange.model import (
    Frequency,
    Held,
    Interpretation,
    Kind,
    Language,
    Level,
    Match,
    Method,
    Offer,
    Outcome,
    Priority,
    Profile,
    Reason,
    ScorePart,
    Sent,
    Skipped,
    Suggestion,
    SuggestionStatus,
    Unknown,
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
    return body | _pack_whereabouts(offer)


def unpack_offer(body: Json) -> Offer:
    """JSON to Offer."""
    level = body.get("level")
    return Offer(
        capacity=body["capacity"],
        text=body.get("text", ""),
        methods=_methods(body["methods"]) if "methods" in body else (),
        level=None if level is None else _LEVELS[level],
        note=body.get("note", ""),
        **_unpack_whereabouts(body),
    )


def _pack_whereabouts(one: Offer | Want) -> Json:
    body: Json = {"place": one.place} if one.place else {}
    for name, day in (("since", one.since), ("until", one.until)):
        if day is not None:
            body[name] = day.isoformat()
    return body


def _unpack_whereabouts(body: Json) -> dict[str, Any]:
    days = {name: date.fromisoformat(body[name]) for name in ("since", "until") if name in body}
    return days | ({"place": body["place"]} if "place" in body else {})


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
    if want.note:
        body["note"] = want.note
    if want.request:
        body["request"] = want.request
    if want.joined:
        body["joined"] = list(want.joined)
    if want.joins:
        body["joins"] = want.joins
    return body | _pack_whereabouts(want)


def unpack_want(body: Json) -> Want:
    """JSON to Want."""
    level = body.get("level")
    return Want(
        capacity=body["capacity"],
        text=body.get("text", ""),
        methods=_methods(body["methods"]) if "methods" in body else (),
        level=None if level is None else _LEVELS[level],
        priority=_PRIORITIES[body.get("priority", 0)],
        note=body.get("note", ""),
        request=body.get("request", ""),
        joined=tuple(body.get("joined", ())),
        joins=body.get("joins", 0),
        **_unpack_whereabouts(body),
    )


def _same(value: Any) -> Any:
    return value


def _listed(pack: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda values: [pack(value) for value in values]


def _tupled(unpack: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda values: tuple([unpack(value) for value in values])


# Field -> (how to pack, how to unpack) of a Profile; key and name come first and always.
# Fields of a profile that JSON cannot hold as they are; every other field is written unchanged, so
# that a new field is kept without a line here.
_CONVERTED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "kind": (lambda kind: kind.value, _KINDS.__getitem__),
    "edited": (datetime.isoformat, datetime.fromisoformat),
    "offers": (_listed(pack_offer), _tupled(unpack_offer)),
    "wants": (_listed(pack_want), _tupled(unpack_want)),
    "languages": (
        _listed(lambda language: [language.code, language.level]),
        _tupled(lambda pair: Language(pair[0], pair[1])),
    ),
    "affiliations": (list, tuple),
    "projects": (list, tuple),
    "methods": (_listed(lambda method: method.value), _methods),
    "notify": (lambda frequency: frequency.value, _FREQUENCIES.__getitem__),
    "away": (date.isoformat, date.fromisoformat),
    "contacts": (list, tuple),
    "unanswered": (_listed(date.isoformat), _tupled(date.fromisoformat)),
}
_DEFAULT = Profile(key="", name="")
_DEFAULTS = {
    each.name: getattr(_DEFAULT, each.name)
    for each in fields(Profile)
    if each.name not in ("key", "name")
}


def pack_profile(profile: Profile) -> Json:
    """Profile to JSON."""
    body: Json = {"key": profile.key, "name": profile.name}
    for name, default in _DEFAULTS.items():
        value = getattr(profile, name)
        if value != default:
            body[name] = _CONVERTED[name][0](value) if name in _CONVERTED else value
    return body


def unpack_profile(body: Json) -> Profile:
    """JSON to Profile."""
    values = dict(body)
    for name, (_, unpack) in _CONVERTED.items():
        if name in values:
            values[name] = unpack(values[name])
    return Profile(**values)


def pack_days(days: Sequence[date]) -> str:
    """Days as one text, with spaces between."""
    return " ".join(day.isoformat() for day in days)


def unpack_days(text: str) -> tuple[date, ...]:
    """Such a text as days."""
    return tuple(map(date.fromisoformat, text.split()))


def pack_part(part: ScorePart) -> list[Any]:
    """Part of a score to JSON."""
    return [part.name, part.points, list(part.facts)]


def unpack_part(body: list[Any]) -> ScorePart:
    """JSON to Part."""
    return ScorePart(body[0], body[1], tuple(body[2]))


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


# -- Rows: a suggestion as columns and back.


def pack_suggestion(each: Suggestion) -> dict[str, Any]:
    """A suggestion as columns; its id is the database's."""
    match = each.match
    return {
        "seeker": match.seeker,
        "helper": match.helper,
        "want": match.want,
        "offer": match.offer,
        "period": each.period,
        "score": match.score,
        "parts": [pack_part(part) for part in match.parts],
        "back": [list(pair) for pair in match.reciprocal],
        "interpreter": match.interpreter,
        "languages": _languages(match),
        "status": each.status.value,
        "made": each.created_at,
        "told": each.notified_at,
        "answered": each.answered_at,
    }


def _languages(match: Match) -> list[str]:
    third = match.interpretation
    return [] if third is None else [third.seeker_language, third.helper_language]


def unpack_suggestion(row: Row[Any]) -> Suggestion:
    """Columns as a suggestion."""
    third = Interpretation(row.interpreter, *row.languages) if row.interpreter else None
    return Suggestion(
        match=Match(
            seeker=row.seeker,
            helper=row.helper,
            want=row.want,
            offer=row.offer,
            score=row.score,
            parts=tuple(unpack_part(part) for part in row.parts),
            reciprocal=tuple((pair[0], pair[1]) for pair in row.back),
            interpretation=third,
        ),
        period=row.period,
        created_at=row.made,
        status=SuggestionStatus(row.status),
        notified_at=row.told,
        answered_at=row.answered,
        id=row.id,
        quality=row.quality or 0,
    )


# -- Outcomes as columns and back, for the outbox and the run's list alike.


class NoticeState(StrEnum):
    """Where a notice stands, or how a candidate ended."""

    BEGUN = "begun"
    SENT = "sent"
    SKIPPED = "skipped"
    HELD = "held"
    UNKNOWN = "unknown"


def outcome_to_row(outcome: Outcome) -> tuple[NoticeState, str, str, str, int | None]:
    """An outcome as columns: (state, reason, detail, page, revision)."""
    if isinstance(outcome, Sent):
        return NoticeState.SENT, "", "", outcome.page, outcome.revision
    if isinstance(outcome, Unknown):
        return NoticeState.UNKNOWN, "", outcome.detail, "", None
    state = NoticeState.SKIPPED if isinstance(outcome, Skipped) else NoticeState.HELD
    return state, outcome.reason.value, outcome.detail, "", None


def outcome_from_row(
    state: str, reason: str, detail: str, page: str, revision: int | None
) -> Outcome:
    """Columns as an outcome; a row that was begun and never closed is unknown."""
    if state == NoticeState.SENT:
        return Sent(revision or 0, page)
    if state == NoticeState.SKIPPED:
        return Skipped(Reason(reason), detail)
    if state == NoticeState.HELD:
        return Held(Reason(reason), detail)
    return Unknown(detail)
