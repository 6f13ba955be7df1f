"""Responses: which seats are taken now, and how soon somebody usually answers.

Nothing is stored for it: suggestions, notices and answers tell it, in one query.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, inf

from sqlalchemy import String, Text, cast, func, literal, select, union_all

from exchange.model import SuggestionStatus
from exchange.store.codec import NoticeState
from exchange.store.database import Database
from exchange.store.schema import answer, notice, suggestion

FEWEST = 5
"""Of how many answers at least it is said how soon somebody usually answers."""

PATIENCE = timedelta(days=30)
"""After so long without an answer none is expected any more."""

_HELD, _TOLD, _SAID = "held", "told", "said"


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat of somebody's: the suggestion that takes it, where that stands, and since when."""

    suggestion: int
    status: SuggestionStatus
    since: datetime


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """What somebody has to do with suggestions: seats held, and when they were told and answered.

    ``told`` and ``said`` are (suggestion, moment).
    """

    held: list[HeldSeat] = field(default_factory=list)
    told: list[tuple[int, datetime]] = field(default_factory=list)
    said: list[tuple[int, datetime]] = field(default_factory=list)

    def usual_days(self, now: datetime) -> int | None:
        """Return within how many days they answer at least every other message; None if few.

        What may still be answered does not count; what was not answered in time does.
        """
        times: list[float] = []
        for id, at in self.told:
            after = [moment for about, moment in self.said if about == id and moment >= at]
            if after:
                times.append(max(1, ceil((min(after) - at) / timedelta(days=1))))
            elif now - at >= PATIENCE:
                times.append(inf)
        if sum(time < inf for time in times) < FEWEST:
            return None
        usual = sorted(times)[ceil(len(times) / 2) - 1]
        return int(usual) if usual <= PATIENCE.days else None


class Responses:
    """What suggestions, notices and answers tell of people, as records by their profile keys.

    And how much an exchange helped: the one answer that is not in a word.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, id: int, quality: int) -> None:
        """Keep how much an exchange helped, one of ``QUALITIES``; the newest word counts."""
        with self._database.writing() as connection:
            connection.execute(
                suggestion.update().where(suggestion.c.id == id).values(quality=quality)
            )

    def of(self, keys: Iterable[str]) -> Mapping[str, ResponseRecord]:
        """Return the record of each profile key, also where there is nothing. One query."""
        wanted = sorted({*keys})
        found: dict[str, ResponseRecord] = defaultdict(ResponseRecord)
        found |= {key: ResponseRecord() for key in wanted}
        if not wanted:
            return found
        holding = [status.value for status in SuggestionStatus if status.holds_seat]
        since = func.coalesce(suggestion.c.answered, suggestion.c.told, suggestion.c.made)
        seats = [
            select(
                literal(_HELD).label("kind"),
                role.label("key"),
                cast(suggestion.c.id, Text).label("about"),
                suggestion.c.status.label("status"),
                since.label("at"),
            ).where(role.in_(wanted), suggestion.c.status.in_(holding))
            for role in (suggestion.c.helper, suggestion.c.interpreter)
        ]
        told = select(
            literal(_TOLD),
            notice.c.recipient,
            cast(notice.c.suggestions, Text),
            cast(notice.c.state, String(20)),
            func.coalesce(notice.c.ended, notice.c.begun),
        ).where(notice.c.recipient.in_(wanted), notice.c.state == NoticeState.SENT.value)
        said = select(
            literal(_SAID),
            answer.c.by,
            cast(answer.c.suggestion, Text),
            answer.c.status,
            answer.c.at,
        ).where(answer.c.by.in_(wanted))
        with self._database.reading() as connection:
            rows = connection.execute(union_all(*seats, told, said)).all()
        for kind, key, text, status, at in rows:
            record, ids = found[key], json.loads(text)
            if kind == _HELD:
                record.held.append(HeldSeat(ids, SuggestionStatus(status), at))
            elif kind == _SAID:
                record.said.append((ids, at))
            else:
                record.told.extend((id, at) for id in ids)
        return found
