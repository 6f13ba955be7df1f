"""Fairness and outcome: is the load shared, do people answer, do we annoy anybody?"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from exchange.model import Status
from exchange.reports.facts import Facts
from exchange.reports.figures import gini, quantile, wilson
from exchange.reports.report import Cell, Column, Figure, Message, Plot, Report, Row, Sheet, whole

AGREED = frozenset((Status.ACCEPTED, Status.IN_TOUCH, Status.EXCHANGED))
DECIDED = AGREED | {Status.DECLINED, Status.STOPPED, Status.EXPIRED}
"""Suggestions that were told and came to something; silence (expired) is an answer too."""


def loads(facts: Facts) -> list[int]:
    """How many suggestions each helper carries now; those who could help and carry none too.

    A helper is whoever offers something, is not away and has seats.
    """
    parties = facts.parties
    able = parties.index[~parties["away"].astype(bool) & (parties["seats"] > 0)]
    carried: Counter[int] = Counter(
        facts.live.loc[facts.live["status"] != Status.EXCHANGED, "helper"].tolist()
    )
    helpers = set(facts.offers["party"]).intersection(able) | set(carried)
    return [carried[helper] for helper in sorted(helpers)]


def waits(facts: Facts) -> list[int]:
    """Days from a seeker's arrival to the first suggestion made for them, of all who have both."""
    if facts.suggestions.empty:
        return []
    first = facts.suggestions[facts.suggestions["seeker"] >= 0].groupby("seeker")["made"].min()
    found = []
    for seeker, made in first.items():
        arrived = facts.arrivals.get(facts.party(whole(seeker)).key)
        if arrived is not None:
            found.append(max(0, (pd.Timestamp(made).date() - arrived).days))
    return found


def _fairness(facts: Facts) -> list[Row]:
    load, days = loads(facts), waits(facts)
    status = facts.suggestions["status"]
    agreed, decided = int(status.isin(AGREED).sum()), int(status.isin(DECIDED).sum())
    return [
        _figure("load-max", Cell.COUNT, max(load, default=None), len(load)),
        _figure("load-p90", Cell.COUNT, quantile(load, 0.9), len(load)),
        _figure("load-gini", Cell.NUMBER, gini(load), len(load)),
        _share("load-idle", load.count(0), len(load)),
        _figure("wait-median", Cell.COUNT, quantile(days, 0.5), len(days)),
        _figure("wait-p90", Cell.COUNT, quantile(days, 0.9), len(days)),
        _share("acceptance", agreed, decided),
        _share("optouts", facts.optouts, facts.messages),
        _share("reverts", *(facts.reverts or (0, 0))),
    ]


def _figure(name: str, unit: Cell, value: int | float | None, n: int) -> Row:
    return (Message(f"figure-{name}"), Figure(unit, value), n, None, None)


def _share(name: str, hits: int, n: int) -> Row:
    low, high = wilson(min(hits, n), n) or (None, None)
    rate = Figure(Cell.RATE, hits / n if n else None)
    return (Message(f"figure-{name}"), rate, n, low, high)


FAIRNESS = Sheet(
    id="fairness",
    head="figure",
    columns=(
        Column("figure", Cell.MESSAGE),
        Column("value", Cell.FIGURE),
        Column("n", Cell.COUNT, "cases"),
        Column("from", Cell.RATE),
        Column("to", Cell.RATE),
    ),
    rows=_fairness,
)


def _spread(facts: Facts) -> list[Row]:
    return sorted(Counter(loads(facts)).items())


LOAD = Sheet(
    id="load",
    head="load",
    columns=(
        Column("load", Cell.COUNT, "suggestions"),
        Column("helpers-count", Cell.COUNT, "people", bar=True),
    ),
    rows=_spread,
    plot=Plot(x="load", y=("helpers-count",)),
)


def _outcomes(facts: Facts) -> list[Row]:
    """Every suggestion that was ever told, by where it stands."""
    told = facts.suggestions.loc[~facts.suggestions["status"].isin(("planned", "withdrawn"))]
    tally = told["status"].value_counts().to_dict()
    return [
        (Message(f"status-{status.value}"), tally[status.value])
        for status in Status
        if status.value in tally
    ]


OUTCOMES = Sheet(
    id="outcomes",
    head="status",
    columns=(
        Column("status", Cell.MESSAGE),
        Column("matches", Cell.COUNT, "suggestions", bar=True),
    ),
    rows=_outcomes,
)

REPORT = Report(id="fairness", sheets=(FAIRNESS, LOAD, OUTCOMES))
