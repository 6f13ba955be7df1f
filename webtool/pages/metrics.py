"""Metrics: how the exchange is doing, for Prometheus to read and to sound alarms by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from exchange.status import Status, status
from webtool.context import context, shelf

pages = Blueprint("metrics", __name__)


@pages.get("/metrics")
def metrics() -> Response:
    """Give the newest runs, the counts and the measures in Prometheus' text format."""
    here = context()
    registry = CollectorRegistry()
    searchable, behind = len(shelf().index), here.keeper.behind()
    found = status(store=here.store, now=here.now())
    registry.register(_Collected(found, searchable, behind))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Collected:
    """One reading of the status, in the shape that the library asks for."""

    def __init__(self, found: Status, searchable: int, behind: Mapping[str, float]) -> None:
        self._found = found
        self._searchable = searchable
        self._behind = behind

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Give each metric with its values."""
        found = self._found
        yield _family(
            "index",
            "What the index holds, as it was read: wants whose day has passed as well.",
            "kind",
            found.index,
        )
        yield _family(
            "searchable_profiles",
            "Profiles in this process's search index.",
            "kind",
            {"all": self._searchable},
        )
        yield _family(
            "behind_seconds",
            "Seconds for which this process has shown an older state than the store's.",
            "what",
            self._behind,
        )
        yield _family("notices", "Notices by state.", "state", found.delivery)
        yield _family("suggestions", "Suggestions by status.", "status", found.suggestions)
        yield _family(
            "measure",
            "The newest value of each measure of matching.",
            "name",
            {name: each.value for name, each in found.measures.items()},
        )
        yield _family(
            "run_age_seconds",
            "Seconds since the newest run of a command ended, or began if it has not ended.",
            "command",
            {name: found.age(run) for name, run in found.runs.items()},
        )
        ended = GaugeMetricFamily(
            "exchange_run_result",
            "1 for how the newest run of a command stands: running, done or failed.",
            labels=["command", "result"],
        )
        for name, run in found.runs.items():
            result = "running" if run.ended is None else "failed" if run.status else "done"
            for each in ("running", "done", "failed"):
                ended.add_metric([name, each], float(each == result))
        yield ended


def _family(name: str, help: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"exchange_{name}", help, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
