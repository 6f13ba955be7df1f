"""Requests: what people asked for by itself, with the day by which help is of use."""

from __future__ import annotations

from datetime import date

from exchange.reports.facts import Facts
from exchange.reports.report import Cell, Column, Message, Report, Row, Sheet, day

PRIORITIES = ("normal", "high", "urgent")


def requests(facts: Facts, *, region: str | None = None) -> list[Row]:
    """Open requests, the nearest deadline first, those without one last."""
    frame = facts.requests
    served = {
        (party, capacity)
        for party, capacity, done in zip(
            facts.wants["party"], facts.wants["capacity"], facts.wants["served"], strict=True
        )
        if done
    }
    regions = facts.parties["region"].tolist()
    rows: list[tuple[tuple[object, ...], Row]] = []
    for party, capacity, priority, until, page, note in zip(
        *(frame[name] for name in ("party", "capacity", "priority", "until", "request", "note")),
        strict=True,
    ):
        if region is not None and regions[party] != region:
            continue
        until = day(until if until is not None and until == until else None)
        row: Row = (
            capacity,
            facts.party(party),
            until,
            Message(f"priority-{PRIORITIES[priority]}"),
            Message("state-matched" if (party, capacity) in served else "state-open"),
            page,
            note,
        )
        rows.append(((until or date.max, -priority, capacity, facts.party(party).key, page), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


REQUESTS = Sheet(
    id="requests",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("party", Cell.PARTY),
        Column("until", Cell.DATE),
        Column("priority", Cell.MESSAGE),
        Column("state", Cell.MESSAGE),
        Column("page", Cell.PAGE),
        Column("note", Cell.TEXT),
    ),
    rows=requests,
)

REPORT = Report(id="requests", sheets=(REQUESTS,))
