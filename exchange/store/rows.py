"""Rows: a suggestion as columns and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from exchange.model import Match, Status, Suggestion
from exchange.store.codec import pack_part, unpack_part


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
        "back": [list(pair) for pair in match.back],
        "status": each.status.value,
        "made": each.made,
        "told": each.told,
        "answered": each.answered,
    }


def unpack_suggestion(row: Row[Any]) -> Suggestion:
    """Columns as a suggestion."""
    return Suggestion(
        match=Match(
            seeker=row.seeker,
            helper=row.helper,
            want=row.want,
            offer=row.offer,
            score=row.score,
            parts=tuple(unpack_part(part) for part in row.parts),
            back=tuple((pair[0], pair[1]) for pair in row.back),
        ),
        period=row.period,
        made=row.made,
        status=Status(row.status),
        told=row.told,
        answered=row.answered,
        id=row.id,
    )
