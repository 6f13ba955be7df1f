"""Gaps: who offers and who wants each capacity, rolled up the hierarchy, a person counted once."""

from __future__ import annotations

import pandas as pd

from exchange.reports.facts import REASONS, Facts
from exchange.reports.report import Cell, Column, Plot, Report, Row, Sheet

PEOPLE = "people"


def people(frame: pd.DataFrame, by: str = "capacity") -> pd.Series:
    """Distinct parties by a column."""
    return frame.groupby(by, observed=True)["party"].nunique()


def counts(facts: Facts) -> pd.DataFrame:
    """One row a capacity, broader ones included; every number counts a person once.

    A person is ``served`` at a row where every want of theirs in it is served; else they count
    once under the hardest reason of theirs. So served and unmet add up to wants.
    """
    offers, wants = facts.rolled(facts.offers), facts.rolled(facts.wants)
    rank = {reason: at for at, reason in enumerate(REASONS)}
    wants = wants.assign(rank=wants["reason"].map(rank).fillna(len(REASONS)).astype(int))
    seekers = (
        wants.groupby(["capacity", "party"], observed=True)
        .agg(rank=("rank", "min"), priority=("priority", "max"))
        .reset_index()
    )
    helpers = offers[["capacity", "party"]].drop_duplicates()
    helpers = helpers.assign(seats=facts.parties["seats"].to_numpy()[helpers["party"]])
    table = pd.DataFrame(
        {
            "offers": people(helpers),
            "seats": helpers.groupby("capacity", observed=True)["seats"].sum(),
            "wants": people(seekers),
            "high": people(seekers[seekers["priority"] == 1]),
            "urgent": people(seekers[seekers["priority"] == 2]),
            "served": people(seekers[seekers["rank"] == len(REASONS)]),
        }
    )
    for at, reason in enumerate(REASONS):
        table[reason] = people(seekers[seekers["rank"] == at])
    table = table.fillna(0).astype(int)
    table["unmet"] = table[list(REASONS)].sum(axis=1)
    return table.sort_index()


def _ordered(facts: Facts, table: pd.DataFrame) -> list[str]:
    """Capacities as a tree: each under its broader one, the widest gap first among sisters."""
    unmet = table["unmet"].to_dict()
    below: dict[str | None, list[str]] = {}
    for capacity in table.index:
        above = facts.lineage(capacity)[1:]
        below.setdefault(above[0] if above else None, []).append(capacity)
    order: list[str] = []

    def walk(at: str | None) -> None:
        for capacity in sorted(below.get(at, ()), key=lambda one: (-unmet[one], one)):
            order.append(capacity)
            walk(capacity)

    walk(None)
    return order


def gaps(facts: Facts) -> list[Row]:
    """Rows of the main sheet."""
    table = counts(facts)
    numbers: dict[str, dict[str, int]] = table.to_dict("index")  # type: ignore[assignment]
    rows: list[Row] = []
    for capacity in _ordered(facts, table):
        one = numbers[capacity]
        offers, wants = one["offers"], one["wants"]
        rows.append(
            (
                capacity,
                offers,
                one["seats"],
                wants,
                one["high"],
                one["urgent"],
                wants / offers if offers else None,
                one["served"],
                one["unmet"],
                *(one[reason] for reason in REASONS),
            )
        )
    return rows


GAPS = Sheet(
    id="gaps",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("offers", Cell.COUNT, PEOPLE),
        Column("seats", Cell.COUNT, "seats"),
        Column("wants", Cell.COUNT, PEOPLE),
        Column("high", Cell.COUNT, PEOPLE),
        Column("urgent", Cell.COUNT, PEOPLE),
        Column("ratio", Cell.NUMBER, "wants an offer"),
        Column("served", Cell.COUNT, PEOPLE),
        Column("unmet", Cell.COUNT, PEOPLE, bar=True),
        *(Column(f"unmet-{reason}", Cell.COUNT, PEOPLE) for reason in REASONS),
    ),
    rows=gaps,
    plot=Plot(x="capacity", y=("offers", "wants")),
)

REPORT = Report(id="gaps", sheets=(GAPS,))
