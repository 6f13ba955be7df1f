"""For operators: health check, status, metrics for Prometheus, robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, render_template
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from exchange.health import HealthStatus, read_status
from exchange.privacy import is_tellable
from exchange.reports.fairness import tally_answers
from exchange.store.runs import MetricValue
from webtool.context import context, current_snapshot
from webtool.counts import count_totals

meta_pages = Blueprint("meta", __name__)
_ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n" for path in ("/search", "/suggestions", "/api/", "/me", "/login")
)


@meta_pages.get("/healthz")
def show_health() -> Response:
    """Say that the process answers; no database is asked."""
    return Response("ok\n", mimetype="text/plain")


@meta_pages.get("/robots.txt")
def show_robots() -> Response:
    """Keep crawlers out of endless searches; people's pages say noindex themselves."""
    return Response(_ROBOTS, mimetype="text/plain")


@meta_pages.get("/status")
def show_status() -> str:
    """Show the last runs, counts and the age of what is shown."""
    here = context()
    snapshot = current_snapshot()
    index = snapshot.index
    found = HealthStatus(now=here.now(), runs=here.store.runs.commands())
    harvest = found.runs.get("harvest")
    return render_template(
        "status.html",
        counts=count_totals(index),
        problems=here.store.problems.count(),
        runs=sorted(found.runs.values(), key=lambda run: (run.begun, run.id), reverse=True),
        build=index.build,
        stale_since=snapshot.stale_since,
        read=harvest,
        hours=int(found.age(harvest) // 3600) if harvest else 0,
    )


metrics_pages = Blueprint("metrics", __name__)


@metrics_pages.get("/metrics")
def show_metrics() -> Response:
    """Return the newest runs, the counts and the measures in Prometheus' text format."""
    here = context()
    registry = CollectorRegistry()
    searchable, behind = len(current_snapshot().index), here.snapshots.stale_seconds()
    found = read_status(
        store=here.store, now=here.now(), things=current_snapshot().directory.things
    )
    registry.register(_StatusCollector(found, searchable, behind))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _StatusCollector:
    """One reading of the status, in the shape that the library asks for."""

    def __init__(self, found: HealthStatus, searchable: int, behind: Mapping[str, float]) -> None:
        self._found = found
        self._searchable = searchable
        self._behind = behind

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return each metric with its values."""
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
        answers = tally_answers(found.suggestions)
        shown = {**answers.statuses, "other": answers.rest}
        shown |= {one: found.suggestions.get(one, 0) for one in ("planned", "withdrawn")}
        yield _family("suggestions", "Suggestions by status; few are other.", "status", shown)
        yield _family(
            "measure",
            "The newest value of each measure of matching.",
            "name",
            {name: each.value for name, each in _without_few(found.measures).items()},
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


def _without_few(measures: Mapping[str, MetricValue]) -> dict[str, MetricValue]:
    """Leave out what share agreed where that says something of a few: answers are not public."""
    share = measures.get("accepted-in-14-days")
    told = share is None or is_tellable(round(share.value * (share.n or 0)), share.n or 0)
    return {name: one for name, one in measures.items() if told or "accept" not in name}


def _family(name: str, help: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"exchange_{name}", help, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
