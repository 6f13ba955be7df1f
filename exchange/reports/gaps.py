"""Gaps: who offers and who wants each capacity, rolled up the hierarchy, a person counted once."""

from __future__ import annotations

import pandas as pd

from exchange.model import UNLISTED, is_unlisted
from exchange.reports.facts import REASONS, Facts
from exchange.reports.report import Cell, Column, Plot, Report, Row, Sheet, whole

PEOPLE = "people"


def people(frame: pd.DataFrame, by: str = "capacity") -> pd.Series:
    """Distinct parties by a column."""
    return frame.groupby(by)["party"].nunique()


def joined(**columns: pd.Series) -> pd.DataFrame:
    """Counts side by side, one row a key that any of them has, sorted; what is missing is 0.

    By plain dictionaries: no alignment of indexes of different types.
    """
    counts = {name: column.to_dict() for name, column in columns.items()}
    keys = sorted({str(key) for count in counts.values() for key in count})
    return pd.DataFrame(
        {name: [int(count.get(key, 0)) for key in keys] for name, count in counts.items()},
        index=pd.Index(keys, dtype=object),
    )


def counts(facts: Facts) -> pd.DataFrame:
    """One row a capacity, broader ones included; every number counts a person once.

    A person is ``served`` at a row where every want of theirs in it is served; else they count
    once under the hardest reason of theirs. So served and unmet add up to wants.
    """
    offers, wants = facts.rolled(facts.offers), facts.rolled(facts.wants)
    rank = {reason: at for at, reason in enumerate(REASONS)}
    wants = wants.assign(rank=wants["reason"].map(rank).fillna(len(REASONS)).astype(int))
    seekers = (
        wants.groupby(["capacity", "party"])
        .agg(rank=("rank", "min"), priority=("priority", "max"))
        .reset_index()
    )
    helpers = offers[["capacity", "party"]].drop_duplicates()
    helpers = helpers.assign(seats=facts.parties["seats"].to_numpy()[helpers["party"]])
    by_reason = {
        f"unmet-{reason}": people(seekers[seekers["rank"] == at])
        for at, reason in enumerate(REASONS)
    }
    table = joined(
        offers=people(helpers),
        seats=helpers.groupby("capacity")["seats"].sum(),
        wants=people(seekers),
        high=people(seekers[seekers["priority"] == 1]),
        urgent=people(seekers[seekers["priority"] == 2]),
        served=people(seekers[seekers["rank"] == len(REASONS)]),
        **by_reason,
    )
    table["unmet"] = table[list(by_reason)].sum(axis=1)
    return table


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
    table = facts.gaps
    numbers: dict[str, dict[str, int]] = table.to_dict("index")  # type: ignore[assignment]
    rows: list[Row] = []
    for capacity in _ordered(facts, table):
        if is_unlisted(capacity) and capacity != UNLISTED:
            continue  # by name they are in the coordinator's queue
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
                *(one[f"unmet-{reason}"] for reason in REASONS),
            )
        )
    return rows


GAPS = Sheet(
    id="gaps",
    head="capacity",
    tree=True,
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


def _single(facts: Facts) -> list[Row]:
    """Capacities that somebody wants and exactly one party can help with."""
    table = facts.gaps
    asked = set(facts.wants["capacity"])
    offers = facts.rolled(facts.offers)
    rows: list[Row] = []
    for capacity in table.index[(table["offers"] == 1) & (table["wants"] > 0)]:
        if capacity not in asked:
            continue
        helper = int(offers.loc[offers["capacity"] == capacity, "party"].iloc[0])
        one = table.loc[capacity]
        rows.append(
            (
                capacity,
                facts.party(helper),
                whole(one["seats"]),
                whole(one["wants"]),
                whole(one["unmet"]),
            )
        )
    return sorted(rows, key=lambda row: (-whole(row[3]), row[0]))


SINGLE = Sheet(
    id="single",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("helper", Cell.PARTY),
        Column("seats", Cell.COUNT, "seats"),
        Column("wants", Cell.COUNT, PEOPLE),
        Column("unmet", Cell.COUNT, PEOPLE, bar=True),
    ),
    rows=_single,
)


def _surplus(facts: Facts) -> list[Row]:
    """Capacities as offered where there are more seats than people who want them."""
    table = facts.gaps
    offered = table[table.index.isin(facts.offers["capacity"].unique())]
    spare = (offered["seats"] - offered["wants"]).rename("surplus")
    rows: list[Row] = [
        (
            capacity,
            whole(offered.at[capacity, "offers"]),
            whole(offered.at[capacity, "seats"]),
            whole(offered.at[capacity, "wants"]),
            whole(over),
        )
        for capacity, over in spare[spare > 0].items()
    ]
    return sorted(rows, key=lambda row: (-whole(row[4]), row[0]))


SURPLUS = Sheet(
    id="surplus",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("offers", Cell.COUNT, PEOPLE),
        Column("seats", Cell.COUNT, "seats"),
        Column("wants", Cell.COUNT, PEOPLE),
        Column("surplus", Cell.COUNT, "seats", bar=True),
    ),
    rows=_surplus,
)


def region_gaps(facts: Facts, region: str) -> list[Row]:
    """What is wanted in one region and offered there, by capacity as written, widest gap first."""
    here = facts.parties.index[facts.parties["region"] == region]
    wants = facts.wants[facts.wants["party"].isin(here)]
    offers = facts.offers[facts.offers["party"].isin(here)]
    table = joined(
        offers=people(offers), wants=people(wants), served=people(wants[wants["served"]])
    )
    rows: list[Row] = [
        (capacity, offers, wants, served, wants - served)
        for capacity, offers, wants, served in table.itertuples()
        if wants
    ]
    return sorted(rows, key=lambda row: (-whole(row[4]), -whole(row[2]), row[0]))


REGION_GAPS = Sheet(
    id="region-gaps",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("offers", Cell.COUNT, PEOPLE),
        Column("wants", Cell.COUNT, PEOPLE),
        Column("served", Cell.COUNT, PEOPLE),
        Column("unmet", Cell.COUNT, PEOPLE, bar=True),
    ),
    rows=lambda facts: [],
)

REPORT = Report(id="gaps", sheets=(GAPS, SINGLE, SURPLUS))
