"""Spark: match a folder of Parquet files into another, on this machine or on many.

``python -m bot match --engine spark --input FOLDER --output FOLDER``; docs/scale.md says when.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from exchange.errors import SettingsError
from exchange.matching.arrays import Bools, Ints, seed_of
from exchange.matching.candidates import Candidates
from exchange.matching.market import Market
from exchange.matching.measures import of_suggestions
from exchange.matching.rounds import assigned
from exchange.matching.score import PARTS, Parts, parts_of
from exchange.matching.search import breadth, find, seeking
from exchange.matching.tables import Tables
from exchange.matching.weights import Weights, load_weights

ENGINES = ("local", "spark")


@dataclass(frozen=True, slots=True)
class MatchedFolder:
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
) -> MatchedFolder:
    """Match the market in ``input`` and write ``output``/matches.parquet.

    Both engines find the same suggestions. ``session`` is a SparkSession to use; without it one
    is begun here (and ended), as ``spark-submit`` or the environment configures it.
    """
    try:
        from exchange.matching import parquet
    except ImportError as error:
        raise SettingsError([f"{error.name} is missing; install requirements-spark.txt"]) from error
    weights = weights or load_weights()
    tables, seed = Tables.of(weights), seed_of(period) >> 1
    market = parquet.read(input)
    most = breadth(len(seeking(market)))

    def local(wants: Ints, helpers: Bools) -> Candidates:
        return find(market, tables=tables, period=seed, wants=wants, helpers=helpers, most=most)

    if engine == "local":
        done = assigned(market, local)
    else:
        from exchange.matching.spark import PART, Spread

        with _session(session) as begun:
            spread = Spread(begun, market, tables=tables, period=seed, most=most, part=part or PART)
            done = assigned(market, spread)
            spread.close()
    chosen = done.chosen
    parts = parts_by_chunk(market, chosen, tables)
    parquet.write_matches(market, chosen, parts, output / "matches.parquet")
    figures = of_suggestions(market, chosen)
    return MatchedFolder(
        engine=engine,
        profiles=len(market),
        wants=int(np.sum(market.wants.open)),
        matches=len(chosen),
        measures={name: measure.value for name, measure in sorted(figures.items())},
    )


def parts_by_chunk(
    market: Market, chosen: Candidates, tables: Tables, size: int = 200_000, threads: int = 2
) -> Parts:
    """Work out the parts of every suggestion, so many at a time, to bound memory."""

    def part(begin: int) -> Parts:
        return parts_of(market, market, chosen.entries.take(slice(begin, begin + size)), tables)

    with ThreadPoolExecutor(threads) as pool:
        chunks = list(pool.map(part, range(0, max(len(chosen), 1), size)))
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in PARTS}


@contextmanager
def _session(given: Any) -> Iterator[Any]:
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
