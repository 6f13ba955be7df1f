"""Overview: the movement in ten numbers, and how they moved since last week, month, quarter."""

from __future__ import annotations

from datetime import date, timedelta

from exchange.reports.facts import Facts
from exchange.reports.report import Cell, Column, Figure, Message, Plot, Report, Row, Sheet, day

PREFIX = "overview-"
"""What the names of these figures begin with in the history."""

FIGURES: tuple[tuple[str, Cell], ...] = (
    ("people", Cell.COUNT),
    ("groups", Cell.COUNT),
    ("offers", Cell.COUNT),
    ("wants", Cell.COUNT),
    ("requests", Cell.COUNT),
    ("matches", Cell.COUNT),
    ("coverage", Cell.RATE),
    ("wants-served", Cell.RATE),
    ("reciprocity", Cell.RATE),
    ("load", Cell.NUMBER),
)
SPANS = (("week", 7), ("month", 30), ("quarter", 91))
WEEKS = 26
"""How many weeks of history are drawn."""


def figures(facts: Facts) -> dict[str, int | float | None]:
    """The figures of today by name; a rate of nothing is None.

    ``coverage`` is the share of seekers with a suggestion that stands, ``wants-served`` the same
    of wants, ``reciprocity`` the share of suggestions in which the helper gets something back,
    ``load`` the mean number of suggestions of those who help at all.
    """
    wants, live = facts.wants, facts.live
    seekers = wants["party"].nunique()
    served = wants.loc[wants["served"], "party"].nunique()
    return {
        "people": int((~facts.parties["group"].astype(bool)).sum()),
        "groups": int(facts.parties["group"].astype(bool).sum()),
        "offers": len(facts.offers),
        "wants": len(wants),
        "requests": len(facts.requests),
        "matches": len(live),
        "coverage": served / seekers if seekers else None,
        "wants-served": int(wants["served"].sum()) / len(wants) if len(wants) else None,
        "reciprocity": int(live["back"].sum()) / len(live) if len(live) else None,
        "load": len(live) / live["helper"].nunique() if len(live) else None,
    }


def measures(facts: Facts) -> list[tuple[date, str, float, int | None]]:
    """Today's row of the history: (day, name, value, n); what is not known is left out."""
    return [
        (facts.today, PREFIX + name, float(value), None)
        for name, value in figures(facts).items()
        if value is not None
    ]


def _before(facts: Facts, name: str, days: int) -> float | None:
    """What the history says of that day, or of the nearest day before it within a week more."""
    until, since = facts.today - timedelta(days=days), facts.today - timedelta(days=days + 7)
    frame = facts.measures
    known = frame[
        (frame["name"] == PREFIX + name) & (frame["day"] <= until) & (frame["day"] > since)
    ]
    return None if known.empty else float(known["value"].iloc[-1])


def _overview(facts: Facts) -> list[Row]:
    now = figures(facts)
    rows: list[Row] = []
    for name, unit in FIGURES:
        value = now[name]
        changes: list[Figure | None] = []
        for _, days in SPANS:
            then = _before(facts, name, days)
            known = then is not None and value is not None
            kind = Cell.POINTS if unit is Cell.RATE else Cell.CHANGE
            changes.append(Figure(kind, _less(value, then, unit)) if known else None)
        rows.append((Message(f"figure-{name}"), Figure(unit, value), *changes))
    return rows


def _less(now: int | float | None, then: float | None, unit: Cell) -> int | float:
    difference = (now or 0) - (then or 0)
    return round(difference) if unit is Cell.COUNT else difference


def _history(facts: Facts) -> list[Row]:
    """One row a week, the newest day of each, oldest first."""
    frame = facts.measures
    frame = frame[frame["name"].str.startswith(PREFIX) & (frame["day"] <= facts.today)]
    if frame.empty:
        return []
    known: dict[date, dict[str, float]] = {}
    for moment, name, value in zip(frame["day"], frame["name"], frame["value"], strict=True):
        known.setdefault(moment, {})[name] = value
    newest: dict[int, date] = {}
    for moment in sorted(known):
        week = (facts.today - moment).days // 7
        if week < WEEKS:
            newest[week] = moment
    return [
        (day(moment), *(_cell(known[moment].get(PREFIX + name), unit) for name, unit in FIGURES))
        for moment in sorted(newest.values())
    ]


def _cell(value: float | None, unit: Cell) -> int | float | None:
    if value is None:
        return None
    return round(value) if unit is Cell.COUNT else float(value)


OVERVIEW = Sheet(
    id="overview",
    head="figure",
    columns=(
        Column("figure", Cell.MESSAGE),
        Column("now", Cell.FIGURE),
        *(Column(f"since-{name}", Cell.FIGURE, volatile=True) for name, _ in SPANS),
    ),
    rows=_overview,
)

HISTORY = Sheet(
    id="history",
    head="day",
    columns=(
        Column("day", Cell.DATE),
        *(Column(name, unit, name) for name, unit in FIGURES),
    ),
    rows=_history,
    plot=Plot(x="day", y=("people", "offers", "wants", "matches"), kind="line", limit=WEEKS),
    volatile=True,
)

REPORT = Report(id="overview", sheets=(OVERVIEW, HISTORY))
