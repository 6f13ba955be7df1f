"""Flow: from which region to which help goes, where it could go, and who could teach whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from exchange.geography import all_regions
from exchange.model import AGREED
from exchange.privacy import is_tellable, tellable_parts
from exchange.reports.cells import UNKNOWN_REGION, ColumnType, to_int
from exchange.reports.data import ReportData
from exchange.reports.fairness import tally_answers
from exchange.reports.model import Column, Plot, Row, Sheet
from exchange.reports.progress import find_helpers

REGIONS = (*(one.id for one in all_regions()), UNKNOWN_REGION)
"""The rows and columns of a matrix; the last are those whose region is not known."""


@dataclass(frozen=True, slots=True)
class _Live:
    """Suggestions that stand: one row each, and the ways (from which region to which) they go."""

    helper: np.ndarray
    seeker: np.ndarray
    way: np.ndarray
    agreed: np.ndarray
    ways: list[tuple[str | None, str | None]]

    @classmethod
    def of(cls, facts: ReportData) -> _Live:
        live, regions = facts.live, facts.parties["region"].tolist()
        helper, seeker = (live[name].to_numpy(dtype=int) for name in ("helper", "seeker"))
        ways: dict[tuple[str | None, str | None], int] = {}
        way = [
            ways.setdefault((regions[at] or None, regions[to] or None), len(ways))
            for at, to in zip(helper.tolist(), seeker.tolist(), strict=True)
        ]
        agreed = live["status"].isin([*AGREED]).to_numpy(dtype=bool)
        return cls(helper, seeker, np.array(way, dtype=int), agreed, [*ways])

    def count(self, rows: np.ndarray) -> dict[tuple[str | None, str | None], int]:
        """Return how many of some rows (flags) go each way that any of them goes."""
        numbers = np.bincount(self.way[rows], minlength=len(self.ways)).tolist()
        return {way: n for way, n in zip(self.ways, numbers, strict=True) if n}


def flow_rows(facts: ReportData, *, here: Collection[int] | None = None) -> list[Row]:
    """Return suggestions that stand by the regions of both sides, perhaps only to or from a place."""
    live = facts.once(_Live.of)
    rows_here = np.ones(len(live.way), dtype=bool)
    if here is not None:
        inside = np.zeros(len(facts.parties), dtype=bool)
        inside[list(here)] = True
        rows_here = inside[live.helper] | inside[live.seeker]
    made = live.count(rows_here)
    found = live.count(rows_here & live.agreed)
    agreed = {way: found.get(way, 0) for way in made}
    answers = tally_answers(Counter(facts.suggestions["status"].tolist()))
    ended = answers.agreed - sum(agreed.values())
    enough = here is None and "agreed" in answers.told
    told = tellable_parts(agreed, untold=ended) if enough else set()
    rows: list[Row] = []
    for way, number in made.items():
        tell = way in told and is_tellable(agreed[way], number)
        rows.append((*way, number, agreed[way] if tell else None))
    return sorted(rows, key=lambda row: (-to_int(row[2]), str(row[0]), str(row[1])))


FLOW = Sheet(
    id="flow",
    head="source",
    columns=(
        Column("source", ColumnType.REGION),
        Column("target", ColumnType.REGION),
        Column("matches", ColumnType.COUNT, "suggestions", bar=True),
        Column("agreed", ColumnType.COUNT, "suggestions"),
    ),
    rows=flow_rows,
)
PLACE_FLOW = replace(FLOW, columns=FLOW.columns[:3])
"""Without who agreed: places overlap, and what few people answer follows from two of them."""


# -- Matrices: from each region to each other, as one table.


def _matrix(counts: Counter[tuple[str, str]]) -> list[Row]:
    """One row a region that anything comes from, with a cell for each region that it goes to."""
    given = {source for source, _ in counts}
    return [
        (
            None if source == UNKNOWN_REGION else source,
            *(counts[source, target] for target in REGIONS),
        )
        for source in REGIONS
        if source in given
    ]


def _matches(facts: ReportData) -> list[Row]:
    return _matrix(
        Counter(
            {
                (str(source or UNKNOWN_REGION), str(target or UNKNOWN_REGION)): to_int(size)
                for source, target, size, _ in flow_rows(facts)
            }
        )
    )


def _could(facts: ReportData) -> list[Row]:
    """Unmet wants by the seeker's region, once for each region from which somebody could help.

    Could help: offers it or something narrower, is somebody else, and is_foreign a language.
    """
    regions = [region or UNKNOWN_REGION for region in facts.parties["region"].fillna("").tolist()]
    missing = [
        (party, capacity)
        for party, capacity, served in facts.rows("wants", "party", "capacity", "served")
        if not served
    ]
    helping = facts.once(find_helpers)
    lacking = {capacity for _, capacity in missing}
    offering = {
        capacity: frozenset(helping[capacity]) for capacity in lacking if capacity in helping
    }
    able: dict[str, dict[str, dict[str, int]]] = {}
    for capacity, helpers in offering.items():
        by_language = able[capacity] = {}
        for helper in helpers:
            region = regions[helper]
            for code in facts.spoken.get(helper, ()):
                there = by_language.setdefault(code, {})
                there[region] = there.get(region, 0) + 1
    counts: Counter[tuple[str, str]] = Counter()
    for party, capacity in missing:
        if capacity not in able:
            continue
        itself, own = party in offering[capacity], regions[party]
        found: set[str] = set()
        for code in facts.spoken.get(party, ()):
            for region, n in able[capacity].get(code, {}).items():
                if n > (itself and region == own):
                    found.add(region)
        for region in found:
            counts[region, own] += 1
    return _matrix(counts)


def _matrix_sheet(id: str, unit: str, *, matches: bool) -> Sheet:
    targets = tuple(
        Column(
            f"to-{region if region != UNKNOWN_REGION else 'unknown'}",
            ColumnType.COUNT,
            unit,
            region=region,
        )
        for region in REGIONS
    )
    return Sheet(
        id=id,
        head="source",
        columns=(Column("source", ColumnType.REGION), *targets),
        rows=_matches if matches else _could,
        plot=Plot(x="source", y=tuple(column.name for column in targets), kind="matrix"),
    )


MATCH_MATRIX = _matrix_sheet("match-matrix", "suggestions", matches=True)
COULD_MATRIX = _matrix_sheet("could-matrix", "wants", matches=False)


# -- Network: who could teach whom, in one place.

MOST_PAIRS = 18
"""The most pairs that a network shows: more lines than that nobody can tell apart."""

MOST_ALIKE = 3
"""In how many pairs of a network the same capacity, helper or seeker is at most."""

MOST_LOOKED_AT = 200
"""Of how many helpers of a capacity those are taken that are in fewest pairs."""


def _closed(facts: ReportData) -> frozenset[int]:
    parties = facts.parties
    return frozenset(parties.index[parties["silent"] | parties["away"]].tolist())


def _waiting(facts: ReportData) -> dict[int, list[str]]:
    """What each party wants that nobody helps with."""
    found: dict[int, list[str]] = {}
    for party, capacity, served in facts.rows("wants", "party", "capacity", "served"):
        if not served:
            found.setdefault(party, []).append(capacity)
    return found


def teach_rows(facts: ReportData, here: Collection[int]) -> list[Row]:
    """Return pairs for the unmet wants of a place: who could teach it, what, to whom, in which languages.

    What most people lack comes first; of those who could help, whoever is in fewest pairs so far.
    Nobody who is away or wants no messages is named.
    """
    closed = facts.once(_closed)
    waiting = facts.once(_waiting)
    asked: dict[str, list[int]] = {}
    for party in sorted(here):
        for capacity in waiting.get(party, ()) if party not in closed else ():
            asked.setdefault(capacity, []).append(party)
    order = sorted(asked, key=lambda one: (-len(asked[one]), one))
    helping = facts.once(find_helpers)
    pairs: Counter[int] = Counter()
    rows: list[Row] = []
    for capacity in order:
        found = 0
        for seeker in asked[capacity]:
            if found == MOST_ALIKE or pairs[seeker] == MOST_ALIKE:
                continue
            spoken = facts.spoken.get(seeker, ())
            is_foreign = frozenset(spoken).isdisjoint
            able = [
                helper
                for helper in helping.get(capacity, [])[:MOST_LOOKED_AT]
                if helper not in closed
                and helper != seeker
                and pairs[helper] < MOST_ALIKE
                and not is_foreign(facts.spoken.get(helper, ()))
            ]
            if not able:
                continue
            helper = min(able, key=lambda one: (pairs[one], one))
            pairs.update((helper, seeker))
            found += 1
            shared = tuple(code for code in spoken if code in facts.spoken[helper])
            rows.append((facts.party(helper), capacity, facts.party(seeker), shared))
            if len(rows) == MOST_PAIRS:
                return rows
    return rows


TEACH = Sheet(
    id="place-teach",
    head="helper",
    columns=(
        Column("helper", ColumnType.PARTY),
        Column("capacity", ColumnType.CAPACITY),
        Column("seeker", ColumnType.PARTY),
        Column("languages", ColumnType.LANGUAGES),
    ),
    rows=lambda facts: [],
    plot=Plot(x="helper", y=("seeker",), kind="network", limit=MOST_PAIRS),
)
