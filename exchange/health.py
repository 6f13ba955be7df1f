"""Status: the last runs, their ages, counts and errors, and the newest measures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exchange.store import Store
from exchange.store.runs import INDEX_VERSION, MetricValue, Run


@dataclass(frozen=True, slots=True)
class HealthStatus:
    """How the exchange is doing. ``runs`` has the newest run of each command.

    ``index`` counts pages, profiles, offers, wants and problems; ``delivery`` counts notices by
    state, ``suggestions`` by status. ``build`` is the id of the index as it stands.
    """

    now: datetime
    runs: dict[str, Run] = field(default_factory=dict)
    index: dict[str, int] = field(default_factory=dict)
    delivery: dict[str, int] = field(default_factory=dict)
    suggestions: dict[str, int] = field(default_factory=dict)
    measures: dict[str, MetricValue] = field(default_factory=dict)
    build: str = ""

    def age(self, run: Run) -> float:
        """Seconds since a run ended, or since it began where it has not ended."""
        return (self.now - (run.ended or run.begun)).total_seconds()

    @property
    def errors(self) -> dict[str, str]:
        """Commands whose newest run failed, and why."""
        return {
            name: str(run.counts.get("error", "finished with failures"))
            for name, run in self.runs.items()
            if run.status
        }

    @property
    def unfinished(self) -> list[str]:
        """Commands whose newest run has no end: it runs now, or it died."""
        return [name for name, run in self.runs.items() if run.ended is None]

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "now": self.now.isoformat(),
            "build": self.build,
            "index": self.index,
            "delivery": self.delivery,
            "suggestions": self.suggestions,
            "runs": {
                name: {
                    "begun": run.begun.isoformat(),
                    "ended": run.ended.isoformat() if run.ended else None,
                    "age": round(self.age(run), 1),
                    "status": run.status,
                    "counts": run.counts,
                }
                for name, run in self.runs.items()
            },
            "errors": self.errors,
            "unfinished": self.unfinished,
            "measures": {
                name: {"day": each.day.isoformat(), "value": each.value, "n": each.n}
                for name, each in self.measures.items()
            },
        }


def read_status(*, store: Store, now: datetime, things: Collection[str]) -> HealthStatus:
    """Read how the exchange is doing: from the database alone, in six queries.

    What is about ``things`` is not counted with the skills.
    """
    with store.snapshot():
        return HealthStatus(
            now=now,
            runs=store.runs.commands(),
            index=store.counts(today=now.date(), things=things),
            delivery=store.notices.counts(),
            suggestions=store.suggestions.counts(things=things),
            measures=store.metrics.latest(),
            build=store.metadata.get(INDEX_VERSION) or "",
        )
