"""Gaps: who offers and who wants each capacity, and which wants are unmet, rolled up the hierarchy."""

from __future__ import annotations

from typing import Any

import pandas as pd

from exchange.model import UNLISTED, is_unlisted
from exchange.reports.cells import ColumnType, to_int
from exchange.reports.data import ReportData
from exchange.reports.frames import REASONS
from exchange.reports.model import Column, Plot, Report, Row, Sheet
from exchange.reports.ways import WAYS, UnmetWays

PEOPLE = "people"
WANTS = "wants"


def tree_order(facts: ReportData, table: pd.DataFrame) -> list[str]:
    """Capacities as a tree: each under its broader one, most unmet wants first among sisters."""
    unmet = table["unmet"].to_dict()
    below: dict[str | None, list[str]] = {}
    for capacity in table.index:
        above = facts.ancestors(capacity)[1:]
        below.setdefault(above[0] if above else None, []).append(capacity)
    order: list[str] = []

    def walk(at: str | None) -> None:
        for capacity in sorted(below.get(at, ()), key=lambda one: (-unmet[one], one)):
            order.append(capacity)
            walk(capacity)

    walk(None)
    return order


def gaps(facts: ReportData) -> list[Row]:
    """Rows of the main sheet."""
    table = facts.gaps
    numbers: dict[str, dict[str, int]] = table.to_dict("index")  # type: ignore[assignment]
    ways = facts.once(UnmetWays)
    rows: list[Row] = []
    for capacity in tree_order(facts, table):
        if is_unlisted(capacity) and capacity != UNLISTED:
            continue  # by name they are in the coordinator's queue
        one = numbers[capacity]
        offering, wanting = one["offering"], one["wanting"]
        rows.append(
            (
                capacity,
                offering,
                one["seats"],
                wanting,
                wanting / offering if offering else None,
                one["wants"],
                one["high"],
                one["urgent"],
                one["served"],
                one["unmet"],
                ways.of(capacity) if one["unmet"] else (),
                *(one[f"unmet-{reason}"] for reason in REASONS),
            )
        )
    return rows


def figures(facts: ReportData) -> dict[str, dict[str, Any]]:
    """Return how many people offer and want each listed capacity, and what is part of it.

    These are the first numbers of ``gaps``, for the wiki's module, which any page may ask. What is
    part of a thing are things.
    """
    return dict(sorted((_figures(facts) | _figures(facts.of_things)).items()))


def _figures(facts: ReportData) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    below: dict[str, list[str]] = {}
    numbers: dict[str, dict[str, int]] = facts.gaps.to_dict("index")  # type: ignore[assignment]
    for capacity, one in numbers.items():
        if not is_unlisted(capacity) and (one["offering"] or one["wanting"]):
            found[capacity] = {"offers": int(one["offering"]), "wants": int(one["wanting"])}
            for above in facts.ancestors(capacity)[1:2]:
                below.setdefault(above, []).append(capacity)
    for capacity, parts in below.items():
        found[capacity]["narrower"] = sorted(parts)
    return found


GAPS = Sheet(
    id="gaps",
    head="capacity",
    tree=True,
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("offering", ColumnType.COUNT, PEOPLE),
        Column("seats", ColumnType.COUNT, "seats"),
        Column("wanting", ColumnType.COUNT, PEOPLE),
        Column("ratio", ColumnType.NUMBER, "people wanting for each who offers"),
        Column("wants", ColumnType.COUNT, WANTS),
        Column("high", ColumnType.COUNT, WANTS),
        Column("urgent", ColumnType.COUNT, WANTS),
        Column("served", ColumnType.COUNT, WANTS),
        Column("unmet", ColumnType.COUNT, WANTS, bar=True),
        WAYS,
        *(Column(f"unmet-{reason}", ColumnType.COUNT, WANTS) for reason in REASONS),
    ),
    rows=gaps,
    plot=Plot(x="capacity", y=("unmet",)),
)


def _single(facts: ReportData) -> list[Row]:
    """Capacities that somebody wants and exactly one party can help with."""
    table = facts.gaps
    asked = set(facts.wants["capacity"])
    offers = facts.with_ancestors(facts.offers)
    rows: list[Row] = []
    for capacity in table.index[(table["offering"] == 1) & (table["wants"] > 0)]:
        if capacity not in asked:
            continue
        helper = int(offers.loc[offers["capacity"] == capacity, "party"].iloc[0])
        one = table.loc[capacity]
        rows.append(
            (
                capacity,
                facts.party(helper),
                to_int(one["seats"]),
                to_int(one["wanting"]),
                to_int(one["unmet"]),
            )
        )
    return sorted(rows, key=lambda row: (-to_int(row[3]), row[0]))


SINGLE = Sheet(
    id="single",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("helper", ColumnType.PARTY),
        Column("seats", ColumnType.COUNT, "seats"),
        Column("wanting", ColumnType.COUNT, PEOPLE),
        Column("unmet", ColumnType.COUNT, WANTS, bar=True),
    ),
    rows=_single,
)


def _surplus(facts: ReportData) -> list[Row]:
    """Capacities as offered where there are more seats than people who want them."""
    table = facts.gaps
    offered = table[table.index.isin(facts.offers["capacity"].unique())]
    spare = (offered["seats"] - offered["wanting"]).rename("surplus")
    rows: list[Row] = [
        (
            capacity,
            to_int(offered.at[capacity, "offering"]),
            to_int(offered.at[capacity, "seats"]),
            to_int(offered.at[capacity, "wanting"]),
            to_int(over),
        )
        for capacity, over in spare[spare > 0].items()
    ]
    return sorted(rows, key=lambda row: (-to_int(row[4]), row[0]))


SURPLUS = Sheet(
    id="surplus",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("offering", ColumnType.COUNT, PEOPLE),
        Column("seats", ColumnType.COUNT, "seats"),
        Column("wanting", ColumnType.COUNT, PEOPLE),
        Column("surplus", ColumnType.COUNT, "seats", bar=True),
    ),
    rows=_surplus,
)


REPORT = Report(id="gaps", sheets=(GAPS, SINGLE, SURPLUS))


def _latent(facts: ReportData) -> list[Row]:
    """Capacities with unmet wants that people who do not offer them here said they can share."""
    table = facts.gaps
    rows: list[Row] = [
        (
            capacity,
            to_int(table.at[capacity, "wanting"]),
            to_int(table.at[capacity, "unmet"]),
            facts.latent[capacity],
        )
        for capacity in table.index[table["unmet"] > 0]
        if capacity in facts.latent
    ]
    return sorted(rows, key=lambda row: (-to_int(row[2]), -to_int(row[3]), row[0]))


LATENT = Sheet(
    id="latent",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("wanting", ColumnType.COUNT, PEOPLE),
        Column("unmet", ColumnType.COUNT, WANTS, bar=True),
        Column("latent", ColumnType.COUNT, PEOPLE),
    ),
    rows=_latent,
)

LATENT_REPORT = Report(id="latent", sheets=(LATENT,))
