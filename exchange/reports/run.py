"""Run: what became of every candidate of the newest run that wrote something."""

from __future__ import annotations

from collections import Counter

from exchange.model import Held, Outcome, Sent, Skipped, Unknown
from exchange.reports.facts import Facts
from exchange.reports.report import Cell, Column, Message, Report, Row, Sheet

KINDS = ("sent", "skipped", "held", "unknown")


def _kind(outcome: Outcome) -> str:
    return type(outcome).__name__.lower()


def _reason(outcome: Outcome) -> str:
    return outcome.reason.value if isinstance(outcome, Skipped | Held) else ""


def _counts(facts: Facts) -> list[Row]:
    """Outcomes and how many; every candidate is in exactly one row."""
    if facts.run is None:
        return []
    tally = Counter((_kind(one), _reason(one)) for one in facts.run.outcomes.values())
    order = sorted(tally, key=lambda pair: (KINDS.index(pair[0]), -tally[pair], pair[1]))
    return [
        (
            Message(f"run-{kind}"),
            Message(f"outcome-{reason}") if reason else None,
            tally[kind, reason],
        )
        for kind, reason in order
    ]


def _planned(facts: Facts) -> Row:
    return (Message("run-planned"), None, len(facts.run.outcomes) if facts.run else 0)


def _sent(facts: Facts) -> list[Row]:
    """Every page that was written to, with the revision that says what."""
    if facts.run is None:
        return []
    sent = [one for one in facts.run.outcomes.values() if isinstance(one, Sent)]
    return [
        (one.page, one.revision) for one in sorted(sent, key=lambda one: (one.page, one.revision))
    ]


def _unsent(facts: Facts) -> list[Row]:
    """Those whom the next run takes up again, with what stood in the way."""
    if facts.run is None:
        return []
    return [
        (
            facts.find(candidate.split(" ")[0].split(">")[0]),
            Message(f"run-{_kind(one)}"),
            Message(f"outcome-{_reason(one)}") if isinstance(one, Held) else None,
            one.detail,
        )
        for candidate, one in sorted(facts.run.outcomes.items())
        if isinstance(one, Held | Unknown)
    ]


COUNTS = Sheet(
    id="run",
    head="outcome",
    columns=(
        Column("outcome", Cell.MESSAGE),
        Column("reason", Cell.MESSAGE),
        Column("candidates", Cell.COUNT, "candidates", bar=True),
    ),
    rows=_counts,
    total=_planned,
)

SENT = Sheet(
    id="sent",
    head="page",
    columns=(Column("page", Cell.PAGE), Column("revision", Cell.REVISION)),
    rows=_sent,
)

UNSENT = Sheet(
    id="unsent",
    head="party",
    columns=(
        Column("party", Cell.PARTY),
        Column("outcome", Cell.MESSAGE),
        Column("reason", Cell.MESSAGE),
        Column("detail", Cell.TEXT),
    ),
    rows=_unsent,
)

REPORT = Report(id="run", sheets=(COUNTS, SENT, UNSENT))
