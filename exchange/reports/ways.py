"""Ways on: where the unmet wants of a movement lead, as a column of reports and for the web tool's pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from exchange.model import Cohort
from exchange.reports.cells import ColumnType
from exchange.reports.data import ReportData
from exchange.reports.model import Column
from exchange.ways import MOST_WAYS, WayOn, ways_on

WAYS = Column("ways", ColumnType.WAYS, wide=True)
"""Where the wants of a row lead."""


class UnmetWays:
    """Where unmet wants lead, in one state of the facts."""

    def __init__(self, facts: ReportData) -> None:
        self._directory = facts.directory
        keys, silent = facts.parties["key"].tolist(), facts.parties["silent"].tolist()
        self._cohorts: dict[str, list[Cohort]] = defaultdict(list)
        for cohort in facts.cohorts:
            self._cohorts[cohort.capacity].append(cohort)
        # Who shares it or something narrower and takes messages: two are enough to know that
        # somebody else is among them.
        self._sharing: dict[str, set[str]] = defaultdict(set)
        for party, offered in facts.rows("offers", "party", "capacity"):
            for capacity in () if silent[party] else facts.ancestors(offered):
                if len(self._sharing[capacity]) < 2:
                    self._sharing[capacity].add(keys[party])

    def of(
        self,
        capacity: str,
        *,
        seeker: str = "",
        languages: Collection[str] = (),
        is_request: bool = False,
    ) -> tuple[WayOn, ...]:
        """Return where somebody's want leads; without a ``seeker``, that of anybody."""
        return ways_on(
            capacity,
            directory=self._directory,
            is_offered=any(key != seeker for key in self._sharing.get(capacity, ())),
            cohorts=self._cohorts.get(capacity, ()),
            seeker=seeker,
            languages=languages,
            is_request=is_request,
        )[:MOST_WAYS]
