"""Places: assets, needs and gaps by region, country, language and affiliate, and who helps whom."""

from __future__ import annotations

import pandas as pd

from exchange.reports.facts import Facts
from exchange.reports.figures import wilson
from exchange.reports.gaps import REGION_GAPS, joined, region_gaps
from exchange.reports.report import (
    Cell,
    Column,
    Leaf,
    Message,
    Plot,
    Report,
    Row,
    Sheet,
    Table,
    whole,
)
from exchange.reports.requests import REQUESTS, requests

_COUNTED = (
    Column("people", Cell.COUNT, "people"),
    Column("groups", Cell.COUNT, "groups"),
    Column("offers", Cell.COUNT, "offers"),
    Column("wants", Cell.COUNT, "wants"),
    Column("served", Cell.COUNT, "wants"),
    Column("unmet", Cell.COUNT, "wants", bar=True),
    Column("rate", Cell.RATE, "served wants"),
)

NOWHERE = ""
"""The place of those who do not say where they are; their row is the last one."""


def counted(facts: Facts, members: pd.DataFrame) -> dict[str, Row]:
    """People, groups, offers, wants, served, unmet and rate by place.

    ``members`` has the columns ``place`` and ``party``; somebody in two places is counted in
    both, and once in each. Wants are (person, capacity) pairs, so served and unmet add up.
    """
    members = members.dropna().drop_duplicates(["place", "party"])
    group = facts.parties["group"].to_numpy(dtype=bool)
    in_group = members.assign(group=group[members["party"].to_numpy(dtype=int)])
    people = in_group[~in_group["group"]].groupby("place").size()
    groups = in_group[in_group["group"]].groupby("place").size()
    offers = members.merge(facts.offers, on="party").groupby("place").size()
    asked = members.merge(facts.wants[["party", "capacity", "served"]], on="party")
    wants = asked.groupby("place").size()
    served = asked.groupby("place")["served"].sum()
    table = joined(people=people, groups=groups, offers=offers, wants=wants, served=served)
    rows: dict[str, Row] = {}
    for place, *cells in table.itertuples():
        rows[str(place)] = _row(*(whole(cell) for cell in cells))
    return rows


def _row(people: int, groups: int, offers: int, wants: int, served: int) -> Row:
    rate = served / wants if wants else None
    return (people, groups, offers, wants, served, wants - served, rate)


def _by(facts: Facts, column: str) -> list[Row]:
    places = facts.parties[column].fillna(NOWHERE)
    rows = counted(facts, pd.DataFrame({"place": places, "party": facts.parties.index}))
    nowhere = rows.pop(NOWHERE, None)
    return [*_sorted(rows), *([(None, *nowhere)] if nowhere else [])]


def _sorted(rows: dict[str, Row]) -> list[Row]:
    """The widest gap first, then the most wants."""
    ordered = sorted(rows.items(), key=lambda one: (-whole(one[1][5]), -whole(one[1][3]), one[0]))
    return [(place, *cells) for place, cells in ordered]


def _total(facts: Facts) -> Row:
    """Everybody, those whose place is not known as well."""
    members = pd.DataFrame({"place": "all", "party": facts.parties.index})
    cells = counted(facts, members).get("all", _row(0, 0, 0, 0, 0))
    return (None, *cells)


def _languages(facts: Facts) -> list[Row]:
    members = [(code, at) for at, codes in facts.spoken.items() for code in codes]
    return _sorted(counted(facts, pd.DataFrame(members, columns=["place", "party"])))


def _affiliates(facts: Facts) -> list[Row]:
    frame = facts.affiliations.rename(columns={"affiliation": "place"})
    return _sorted(counted(facts, frame[["place", "party"]]))


def flow(facts: Facts) -> pd.DataFrame:
    """Suggestions that stand, by the helper's region (``source``) and the seeker's (``target``)."""
    live = facts.live
    regions = facts.parties["region"].to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "source": regions[live["helper"].to_numpy(dtype=int)],
            "target": regions[live["seeker"].to_numpy(dtype=int)],
            "agreed": live["status"].isin(("accepted", "in-touch", "exchanged")).to_numpy(),
        }
    )
    frame[["source", "target"]] = frame[["source", "target"]].where(frame.notna(), "")
    return frame.groupby(["source", "target"])["agreed"].agg(["size", "sum"]).reset_index()


def _flow(facts: Facts, *, region: str | None = None) -> list[Row]:
    rows: list[Row] = [
        (source or None, target or None, whole(size), whole(agreed))
        for source, target, size, agreed in flow(facts).itertuples(index=False)
        if region is None or region in (source, target)
    ]
    return sorted(rows, key=lambda row: (-whole(row[2]), str(row[0]), str(row[1])))


def _equity(facts: Facts) -> list[Row]:
    """Seekers served among those who come first and among the rest, with the numbers behind."""
    parties, wants = facts.parties, facts.wants
    seekers = set(wants["party"])
    served = set(wants.loc[wants["served"], "party"])
    emerging = parties["emerging"]
    is_group = parties["group"].astype(bool)
    small = parties["small"].astype(bool)
    sides = (
        ("emerging", emerging.eq(True)),
        ("established", emerging.eq(False)),
        ("unknown", emerging.isna()),
        ("small-groups", is_group & small),
        ("large-groups", is_group & ~small),
        ("persons", ~is_group),
    )
    rows: list[Row] = []
    for name, side in sides:
        here = seekers.intersection(parties.index[side])
        hits = len(here & served)
        low, high = wilson(hits, len(here)) or (None, None)
        rate = hits / len(here) if here else None
        rows.append((Message(f"side-{name}"), len(here), hits, len(here) - hits, rate, low, high))
    return rows


def _sheet(name: str, cell: Cell, column: str) -> Sheet:
    return Sheet(
        id=name,
        head=column,
        columns=(Column(column, cell), *_COUNTED),
        rows=lambda facts: _by(facts, column),
        total=_total,
        plot=Plot(x=column, y=("offers", "wants")),
    )


REGIONS = _sheet("regions", Cell.REGION, "region")
COUNTRIES = _sheet("countries", Cell.COUNTRY, "country")
LANGUAGES = Sheet(
    id="languages",
    head="language",
    columns=(Column("language", Cell.LANGUAGE), *_COUNTED),
    rows=_languages,
    plot=Plot(x="language", y=("offers", "wants")),
)
AFFILIATES = Sheet(
    id="affiliates",
    head="affiliate",
    columns=(Column("affiliate", Cell.TEXT), *_COUNTED),
    rows=_affiliates,
)
FLOW = Sheet(
    id="flow",
    head="source",
    columns=(
        Column("source", Cell.REGION),
        Column("target", Cell.REGION),
        Column("matches", Cell.COUNT, "suggestions", bar=True),
        Column("agreed", Cell.COUNT, "suggestions"),
    ),
    rows=_flow,
)
EQUITY = Sheet(
    id="equity",
    head="side",
    columns=(
        Column("side", Cell.MESSAGE),
        Column("seekers", Cell.COUNT, "people"),
        Column("served", Cell.COUNT, "people"),
        Column("unmet", Cell.COUNT, "people"),
        Column("rate", Cell.RATE, "served people", bar=True),
        Column("from", Cell.RATE),
        Column("to", Cell.RATE),
    ),
    rows=_equity,
)


def _leaves(facts: Facts) -> list[Leaf]:
    """One page a region: what a regional coordinator puts on a page of their own."""
    by_region = {str(row[0]): row for row in _by(facts, "region") if row[0]}
    leaves = []
    for region in sorted(by_region):
        countries = set(facts.parties.loc[facts.parties["region"] == region, "country"].dropna())
        tables = (
            Table(REGIONS, (by_region[region],)),
            Table(REGION_GAPS, tuple(region_gaps(facts, region))),
            Table(COUNTRIES, tuple(row for row in _by(facts, "country") if row[0] in countries)),
            Table(REQUESTS, tuple(requests(facts, region=region))),
            Table(FLOW, tuple(_flow(facts, region=region))),
        )
        about = (("region", region),)
        leaves.append(Leaf(region, Message("region-title", about), (), tables))
    return leaves


REPORT = Report(
    id="places",
    sheets=(REGIONS, EQUITY, FLOW, COUNTRIES, LANGUAGES, AFFILIATES),
    leaves=_leaves,
)
