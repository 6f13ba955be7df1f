"""Spark: match a folder of Parquet files into another, on this machine or on many.

``python -m bot match --engine spark --input FOLDER --output FOLDER``; docs/scale.md says when.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from exchange.errors import SettingsError
from exchange.matching import Weights, load_weights
from exchange.matching.assignment.assign import assign_helpers
from exchange.matching.candidates.find import CandidateFinder, breadth_for, seeking_wants
from exchange.matching.columns import seed_of
from exchange.matching.metrics import measure_suggestions
from exchange.matching.scoring import Tables


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What matching a folder came to."""

    engine: str
    profiles: int
    wants: int
    matches: int
    measures: dict[str, float] = field(default_factory=dict)


def match_folder(
    *,
    engine: str,
    input: Path,
    output: Path,
    period: str,
    weights: Weights | None = None,
    session: Any = None,
    part: int | None = None,
) -> FolderResult:
    """Match the market in ``input`` and write ``output``/matches.parquet.

    Both engines find the same suggestions. ``session`` is a SparkSession to use; without it one
    is begun here (and ended), as ``spark-submit`` or the environment configures it.
    """
    try:
        from exchange.matching import cluster
    except ImportError as error:
        raise SettingsError([f"{error.name} is missing; install requirements-spark.txt"]) from error
    tables, seed = Tables.of(weights or load_weights()), seed_of(period) >> 1
    market = cluster.read_market(input)
    # Both engines look at as much, so that they find the same.
    breadth = breadth_for(len(seeking_wants(market)))
    if engine == "local":
        finder = CandidateFinder(market, tables=tables, period=seed, breadth=breadth)
        assigned = assign_helpers(market, finder)
    else:
        with _spark_session(session) as begun:
            spark = cluster.SparkFinder(
                begun,
                market,
                tables=tables,
                period=seed,
                breadth=breadth,
                part=part or cluster.PART,
            )
            assigned = assign_helpers(market, spark)
            spark.close()
    chosen, parts = cluster.score_assigned(market, assigned, tables=tables, period=seed)
    cluster.write_matches(market, chosen, parts, output / "matches.parquet")
    figures = measure_suggestions(market, chosen.helper, chosen.score)
    return FolderResult(
        engine=engine,
        profiles=len(market),
        wants=int(np.sum(market.wants.open)),
        matches=len(chosen),
        measures={name: measure.value for name, measure in sorted(figures.items())},
    )


@contextmanager
def _spark_session(given: Any) -> Iterator[Any]:
    if given is not None:
        yield given
        return
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SettingsError(["pyspark is missing; install requirements-spark.txt"]) from error
    session = SparkSession.builder.appName("capacity-exchange").getOrCreate()
    try:
        yield session
    finally:
        session.stop()
