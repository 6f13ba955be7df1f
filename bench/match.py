"""Matching at size: time and memory of each stage, and how they grow.

    python -m bench.match [--sizes 10000 100000 1000000] [--json] [--baselines] [--spark] [--quick]

Each size runs in a process of its own (so that peak memory is its own) and once more to warm up
at a small size first (so that no compiling is timed). "limit" is reading and writing alone: the
columns from Parquet, the suggestions to Parquet. ``--baselines`` adds what others would write, for
the plain parts of the score only: the naive pandas merge (to 10,000 people), DuckDB's naive join
(to 100,000) and DuckDB's join of lists that are cut to their best first ("bucketed", any size).
``--spark`` adds the same market over Spark in local mode, with its suggestions compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.movement import movement
from exchange.matching import load_weights
from exchange.matching.assignment.assign import Assignment, assign_helpers
from exchange.matching.candidates.find import CandidateFinder, Candidates
from exchange.matching.columns import Bools, Ints
from exchange.matching.market import Market
from exchange.matching.scoring import Parts, RankedExchanges, Tables


class TimedFinder(CandidateFinder):
    """Finds candidates, and keeps the seconds that each stage took."""

    def __init__(self, market: Market, **given: Any) -> None:
        super().__init__(market, **given)
        self.seconds = {"groups": 0.0, "search": 0.0}

    def __call__(self, wants: Ints, helpers: Bools) -> Candidates:
        found: Candidates = self.timed("search", super().__call__, wants, helpers)
        return found

    def group_helpers(self, helpers: Bools, offered: Bools | None = None) -> Any:
        groups = self.timed("groups", super().group_helpers, helpers, offered)
        self.seconds["search"] -= self.last
        return groups

    def timed(self, stage: str, work: Callable[..., Any], *given: Any) -> Any:
        begun = time.perf_counter()
        done = work(*given)
        self.last = time.perf_counter() - begun
        self.seconds[stage] += self.last
        return done


def run(market: Market, threads: int) -> tuple[dict[str, float], RankedExchanges, Parts]:
    """Match a market whole: (seconds by stage, suggestions, their points by part)."""
    from exchange.matching.cluster import score_assigned

    tables, cpu, begun = Tables.of(load_weights()), time.process_time(), time.perf_counter()
    finder = TimedFinder(market, tables=tables, period=1, threads=threads)
    assigned: Assignment = assign_helpers(market, finder)
    whole = time.perf_counter() - begun
    seconds = finder.seconds | {"assignment": whole - sum(finder.seconds.values())}
    begun = time.perf_counter()
    chosen, parts = score_assigned(market, assigned, tables=tables, period=1, threads=threads)
    seconds["reasons"] = time.perf_counter() - begun
    seconds["all"] = whole + seconds["reasons"]
    seconds["cpu"] = time.process_time() - cpu
    return seconds, chosen, parts


def one(people: int, threads: int) -> dict[str, float]:
    """Measure one size in this process."""
    from exchange.matching import cluster

    # The exact flow of small markets compiles too: these warm every path.
    run(movement(600), threads)
    run(movement(4000), threads)
    run(movement(12_000), threads)
    market = movement(people)
    with TemporaryDirectory() as folder:
        cluster.write_market(market, Path(folder) / "in")
        begun = time.perf_counter()
        market = cluster.read_market(Path(folder) / "in")
        limit = time.perf_counter() - begun
        seconds, chosen, parts = run(market, threads)
        begun = time.perf_counter()
        cluster.write_matches(market, chosen, parts, Path(folder) / "out.parquet")
        limit += time.perf_counter() - begun
    load = np.bincount(chosen.helper, minlength=len(market))
    return {
        "people": people,
        **seconds,
        "limit": limit,
        "times_limit": seconds["all"] / limit,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "seekers": len(np.unique(market.wants.person[market.wants.open])),
        "served": len(np.unique(market.wants.person[chosen.want])),
        "wanted": int(market.wants.open.sum()),
        "wants": len(chosen),
        "points": int(chosen.score.sum()),
        "reciprocity": float((parts["reciprocity"] > 0).mean()),
        "load_max": int(load.max()),
        "above_seats": int((load > market.people.seats).sum()),
    }


def baselines(people: int) -> dict[str, float]:
    """Time plain joins that score capacity, language and country only, for the best 5."""
    import duckdb
    import pandas as pd

    market = movement(people)
    offers = pd.DataFrame({"helper": market.offers.person, "capacity": market.offers.capacity})
    wants = pd.DataFrame(
        {
            "want": np.arange(len(market.wants.person)),
            "seeker": market.wants.person,
            "capacity": market.wants.capacity,
        }
    )
    spoken = pd.DataFrame(
        {
            "person": np.repeat(np.arange(people), np.diff(market.languages.starts)),
            "code": market.languages.code,
            "level": market.languages.level,
        }
    )
    asking = wants.merge(spoken, left_on="seeker", right_on="person")
    giving = offers.merge(spoken, left_on="helper", right_on="person")
    found: dict[str, float] = {}
    if people <= 10_000:
        begun = time.perf_counter()
        pairs = asking.merge(giving, on=["capacity", "code"])
        pairs["points"] = np.minimum(pairs["level_x"], pairs["level_y"])
        pairs.sort_values("points", ascending=False).groupby("want").head(5)
        found["pandas"] = time.perf_counter() - begun
    if people <= 100_000:
        begun = time.perf_counter()
        duckdb.execute(
            "select want, helper from (select a.want, g.helper, row_number() over (partition by"
            " a.want order by least(a.level, g.level) desc) as place from asking a join giving g"
            " using (capacity, code)) where place <= 5"
        ).fetchnumpy()
        found["duckdb"] = time.perf_counter() - begun
    begun = time.perf_counter()
    duckdb.execute(
        "with best as (select * from giving qualify row_number() over"
        " (partition by capacity, code order by level desc, helper) <= 6)"
        " select want, helper from asking a join best g using (capacity, code)"
        " where a.seeker <> g.helper qualify row_number() over"
        " (partition by a.want order by least(a.level, g.level) desc) <= 5"
    ).fetchnumpy()
    found["bucketed"] = time.perf_counter() - begun
    return found


def over_spark(people: int) -> dict[str, float]:
    """Match the same folder on one machine and over Spark: seconds, and whether they agree."""
    import pyarrow.parquet as pq

    from bot.cluster import match_folder
    from exchange.matching import cluster

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(Path(__file__).parents[1])}
    found: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        cluster.write_market(movement(people), Path(folder) / "in")
        tables = []
        for engine in ("local", "spark"):
            begun = time.perf_counter()
            match_folder(
                engine=engine, input=Path(folder) / "in", output=Path(folder) / engine, period="-"
            )
            found[engine] = time.perf_counter() - begun
            tables.append(pq.read_table(Path(folder) / engine / "matches.parquet"))
    found["same"] = float(tables[0].equals(tables[1]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--json", action="store_true", help="one JSON object a size")
    parser.add_argument("--quick", action="store_true", help="2,000 and 10,000 people")
    parser.add_argument("--baselines", action="store_true", help="also plain joins")
    parser.add_argument("--spark", action="store_true", help="also over Spark in local mode")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one, given.threads)))
        return
    before: dict[str, float] = {}
    for people in [2_000, 10_000] if given.quick else given.sizes:
        told = subprocess.run(
            [sys.executable, "-m", "bench.match", f"--one={people}", f"--threads={given.threads}"],
            capture_output=True,
            check=True,
            text=True,
        )
        figures = json.loads(told.stdout)
        if before:
            figures["growth"] = figures["all"] / before["all"]
        if given.baselines:
            figures |= {f"{name}_seconds": took for name, took in baselines(people).items()}
        if given.spark:
            figures |= {f"engine_{name}": value for name, value in over_spark(people).items()}
        if given.json:
            print(json.dumps(figures), flush=True)
        else:
            print(f"\n{people:,} people")
            for name, value in figures.items():
                print(f"{name:>16} {value:16,.3f}", flush=True)
        before = figures


if __name__ == "__main__":
    main()
