"""Counts of places: how many are there, offer, want and wait for a match, now and week by week."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from exchange.geography import region_of
from exchange.model import UNLISTED
from exchange.privacy import SMALLEST_CELL, tellable_parts
from exchange.reports.cells import ColumnType, to_int
from exchange.reports.data import PlaceWeek, ReportData
from exchange.reports.export import pick_apart
from exchange.reports.model import Column, Plot, Row, Sheet

KINDS = ("region", "country", "language", "affiliate")
"""The kinds of places that have a page."""

COUNTED = (
    Column("people", ColumnType.COUNT, "people"),
    Column("groups", ColumnType.COUNT, "groups"),
    Column("offers", ColumnType.COUNT, "offers"),
    Column("wants", ColumnType.COUNT, "wants"),
    Column("served", ColumnType.COUNT, "wants"),
    Column("unmet", ColumnType.COUNT, "wants", bar=True),
    Column("rate", ColumnType.RATE, "share of wants"),
)


def members_of(facts: ReportData, kind: str) -> pd.DataFrame:
    """Return who is in which place of a kind: rows of ``place`` and ``party``."""
    if kind == "language":
        rows = [(code, at) for at, codes in facts.spoken.items() for code in codes]
        return pd.DataFrame(rows, columns=["place", "party"])
    if kind == "affiliate":
        frame = facts.affiliations.rename(columns={"affiliation": "place"})
        return frame[["place", "party"]]
    return pd.DataFrame({"place": facts.parties[kind], "party": facts.parties.index})


def members_at(facts: ReportData, kind: str, place: str) -> frozenset[int]:
    """Return who is in one place."""
    return facts.once(_MEMBERS[kind]).get(place, frozenset())


def _members(kind: str) -> Callable[[ReportData], dict[str, frozenset[int]]]:
    def find(facts: ReportData) -> dict[str, frozenset[int]]:
        found: dict[str, set[int]] = {}
        members = members_of(facts, kind).dropna()
        for place, party in zip(members["place"].tolist(), members["party"].tolist(), strict=True):
            found.setdefault(place, set()).add(party)
        return {place: frozenset(parties) for place, parties in found.items()}

    return find


_MEMBERS = {kind: _members(kind) for kind in KINDS}
"""What finds all members of each kind of place: once for all pages (``ReportData.once``)."""


def count_members(facts: ReportData, members: pd.DataFrame) -> dict[str, Row]:
    """Return people, groups, offers, wants, served, unmet and rate by place.

    ``members`` has the columns ``place`` and ``party``; somebody in two places is counted in
    both, and once in each. Wants are (person, capacity) pairs, so served and unmet add up.
    """
    members = members.dropna().drop_duplicates(["place", "party"])
    at, places = pd.factorize(members["place"])
    party = members["party"].to_numpy(dtype=int)
    each = facts.once(_counts_of_parties)
    cells = (
        np.bincount(at, weights=numbers[party], minlength=len(places)).astype(int).tolist()
        for numbers in each
    )
    return {
        str(place): count_row(*row) for place, *row in zip(places.tolist(), *cells, strict=True)
    }


def _counts_of_parties(facts: ReportData) -> tuple[np.ndarray, ...]:
    """Whether each party is a person, is a group, and how much it offers, wants and has served."""
    group = facts.parties["group"].to_numpy(dtype=bool)
    wanting = facts.wants["party"].to_numpy(dtype=int)
    return (
        ~group,
        group,
        np.bincount(facts.offers["party"].to_numpy(dtype=int), minlength=len(group)),
        np.bincount(wanting, minlength=len(group)),
        np.bincount(wanting[facts.wants["served"].to_numpy(dtype=bool)], minlength=len(group)),
    )


def count_row(people: int, groups: int, offers: int, wants: int, served: int) -> Row:
    """Return the cells of ``COUNTED``."""
    rate = served / wants if wants else None
    return (people, groups, offers, wants, served, wants - served, rate)


# -- Capacities: what people in a place offer and want, with what is narrower.


@dataclass(frozen=True, slots=True)
class _Ties:
    """Who has which capacity, one row for each party and capacity that a side of theirs is within.

    ``code`` is the capacity's place in ``names``; ``own`` are the rows of what people wrote itself.
    """

    names: list[str]
    code: np.ndarray
    party: np.ndarray
    own: np.ndarray

    @classmethod
    def of(cls, facts: ReportData, frame: pd.DataFrame) -> _Ties:
        rolled = facts.with_ancestors(frame)[["party", "own", "capacity"]]
        rolled = rolled[rolled["capacity"] != UNLISTED]
        rolled = rolled.assign(own=rolled["own"] == rolled["capacity"])
        # What somebody wrote itself stands first, and so is what is kept.
        rolled = rolled.sort_values("own", ascending=False, kind="stable")
        rolled = rolled.drop_duplicates(["party", "capacity"])
        code, names = pd.factorize(rolled["capacity"])
        party, own = rolled["party"].to_numpy(dtype=int), rolled["own"].to_numpy(dtype=bool)
        return cls([str(name) for name in names], code, party, own)

    def count(self, here: np.ndarray) -> tuple[dict[str, int], dict[str, int]]:
        """Return how many of those ``here`` have each capacity, and how many wrote it itself."""
        inside = here[self.party]
        whole, own = (
            dict(zip(self.names, np.bincount(self.code[rows]).tolist(), strict=False))
            for rows in (inside, inside & self.own)
        )
        return {name: n for name, n in whole.items() if n}, own


def _offers(facts: ReportData) -> _Ties:
    return _Ties.of(facts, facts.offers)


def _wants(facts: ReportData) -> _Ties:
    return _Ties.of(facts, facts.wants)


def place_capacities(facts: ReportData, here: Collection[int], side: str) -> list[Row]:
    """Return the capacities that people in a place have among ``offers`` or ``wants``, and how many.

    Those of most people first, and none beside one that it is within.
    """
    flags = np.zeros(len(facts.parties), dtype=bool)
    flags[list(here)] = True
    whole, own = facts.once(_offers if side == "offers" else _wants).count(flags)
    apart = pick_apart(whole, own, lambda one: facts.ancestors(one)[1:])
    return [(capacity, whole[capacity]) for capacity in apart]


def _capacities(id: str, number: str) -> Sheet:
    return Sheet(
        id=id,
        head="capacity",
        columns=(
            Column("capacity", ColumnType.CAPACITY),
            Column(number, ColumnType.COUNT, "people"),
        ),
        rows=lambda facts: [],
        plot=Plot(x="capacity", y=(number,), limit=10),
    )


PLACE_OFFERS = _capacities("place-offers", "offering")
PLACE_WANTS = _capacities("place-wants", "wanting")


# -- Weeks: the same counts as they were, kept for places with enough people.


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_counts(facts: ReportData) -> list[PlaceWeek]:
    """Return the counts of this week that are kept: of places with at least ``SMALLEST_CELL``.

    Nobody can tell a smaller number from those that are kept: what is left of the movement
    without its kept regions, or of a region without its kept countries, is nothing or as many.
    """
    counts = {kind: count_members(facts, members_of(facts, kind)) for kind in KINDS}
    sizes = {
        kind: {place: to_int(row[0]) + to_int(row[1]) for place, row in rows.items()}
        for kind, rows in counts.items()
    }
    regions = _tellable(sizes["region"], len(facts.parties))
    countries: set[str] = set()
    for region in regions:
        inside = {at: n for at, n in sizes["country"].items() if region_of(at) == region}
        countries |= _tellable(inside, sizes["region"][region])
    enough = {
        kind: {
            place for place, n in sizes[kind].items() if n >= SMALLEST_CELL and len(place) <= 190
        }
        for kind in ("language", "affiliate")
    }
    kept: dict[str, set[str]] = {"region": regions, "country": countries, **enough}
    week = monday_of(facts.today)
    return [
        (week, kind, place, *(to_int(counts[kind][place][at]) for at in (0, 1, 2, 3, 5)))  # type: ignore[misc]
        for kind in KINDS
        for place in sorted(kept[kind])
    ]


def _tellable(sizes: Mapping[str, int], whole: int) -> set[str]:
    return tellable_parts(sizes, untold=max(0, whole - sum(sizes.values())))


RECENT_WEEKS = 26
"""For how many weeks a history has a row for each week; before that it has one for each month."""

HISTORY_LENGTH = 60
"""The most weeks and months that are drawn."""


def thin(days: Iterable[date], today: date) -> list[date]:
    """Return the days that a history shows: the newest of each recent week, before that of each month."""
    newest: dict[tuple[int, int], date] = {}
    for day in sorted(days):
        week = (today - day).days // 7
        key = (0, week) if week < RECENT_WEEKS else (day.year, day.month)
        newest[key] = day
    return sorted(newest.values())


def place_trend(facts: ReportData, kind: str, id: str, now: Row) -> list[Row]:
    """Return the weeks of a place, the oldest first; the last one is as of today (``now``)."""
    this = monday_of(facts.today)
    weeks = {row[0]: row[3:] for row in facts.weeks_of(kind, id) if row[0] < this}
    rows: list[Row] = [(week, *weeks[week]) for week in thin(weeks, this)]
    return [*rows, (this, *now[:4], now[5])] if rows else []


PLACE_TREND = Sheet(
    id="place-trend",
    head="week",
    columns=(
        Column("week", ColumnType.DATE),
        *(column for column in COUNTED if column.name in ("people", "groups", "offers", "wants")),
        Column("unmet", ColumnType.COUNT, "wants"),
    ),
    rows=lambda facts: [],
    plot=Plot(
        x="week", y=("people", "offers", "wants", "unmet"), kind="line", limit=HISTORY_LENGTH
    ),
    volatile=True,
)
