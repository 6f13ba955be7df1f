"""Matching at size: time and memory of each stage, and how they grow.

    python -m bench.match [--sizes 10000 100000 1000000] [--baselines] [--spark] [--quick]

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
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.movement import movement
from bot.spark import parts_by_chunk
from exchange.matching import load_weights
from exchange.matching.arrays import Bools, Ints
from exchange.matching.candidates import Candidates
from exchange.matching.kernel import best
from exchange.matching.lists import lists_of
from exchange.matching.market import Market
from exchange.matching.rounds import assigned
from exchange.matching.search import breadth
from exchange.matching.tables import Tables


def run(market: Market, threads: int) -> tuple[dict[str, float], Candidates, dict[str, Ints]]:
    """Match a market whole: (seconds by stage, suggestions, their parts)."""
    tables = Tables.of(load_weights())
    seconds = {"lists": 0.0, "search": 0.0}
    cpu = time.process_time()

    def find(wants: Ints, helpers: Bools) -> Candidates:
        begun = time.perf_counter()
        most = breadth(len(wants))
        lists = lists_of(market, helpers, tables, threads=threads)
        seconds["lists"] += time.perf_counter() - begun
        begun = time.perf_counter()
        found = best(market, lists, wants, most=most, tables=tables, period=1, threads=threads)
        seconds["search"] += time.perf_counter() - begun
        return found

    begun = time.perf_counter()
    done = assigned(market, find)
    whole = time.perf_counter() - begun
    seconds["assignment"] = whole - seconds["lists"] - seconds["search"]
    begun = time.perf_counter()
    parts = parts_by_chunk(market, done.chosen, tables, threads=threads)
    seconds["reasons"] = time.perf_counter() - begun
    seconds["all"] = whole + seconds["reasons"]
    seconds["cpu"] = time.process_time() - cpu
    return seconds, done.chosen, dict(parts)


def one(people: int, threads: int) -> dict[str, float]:
    """Measure one size in this process."""
    from exchange.matching import parquet

    # The exact flow of small markets compiles too: the small one warms every path.
    run(movement(600), threads)
    run(movement(12_000), threads)
    market = movement(people)
    with TemporaryDirectory() as folder:
        parquet.write(market, Path(folder) / "in")
        begun = time.perf_counter()
        market = parquet.read(Path(folder) / "in")
        limit = time.perf_counter() - begun
        seconds, chosen, parts = run(market, threads)
        begun = time.perf_counter()
        parquet.write_matches(market, chosen, parts, Path(folder) / "out.parquet")
        limit += time.perf_counter() - begun
    seekers = np.unique(market.wants.person[market.wants.open])
    load = np.bincount(chosen.helper, minlength=len(market))
    return {
        "people": people,
        **seconds,
        "limit": limit,
        "times_limit": seconds["all"] / limit,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "served": len(np.unique(market.wants.person[chosen.want])) / len(seekers),
        "wants": len(chosen) / int(market.wants.open.sum()),
        "load_max": float(load.max()),
        "above_seats": float((load > market.people.seats).sum()),
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
        duckdb.sql(
            "select want, helper from (select a.want, g.helper, row_number() over (partition by"
            " a.want order by least(a.level, g.level) desc) as place from asking a join giving g"
            " using (capacity, code)) where place <= 5"
        ).fetchnumpy()
        found["duckdb"] = time.perf_counter() - begun
    begun = time.perf_counter()
    duckdb.sql(
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

    from bot.spark import match_folder
    from exchange.matching import parquet

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(Path(__file__).parents[1])}
    found: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        parquet.write(movement(people), Path(folder) / "in")
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
        print(f"\n{people:,} people")
        for name, value in figures.items():
            print(f"{name:>14} {value:12.3f}")
        if before:
            print(f"{'growth':>14} {figures['all'] / before['all']:12.3f}")
        if given.baselines:
            for name, seconds in baselines(people).items():
                print(f"{name:>14} {seconds:12.3f}  {seconds / figures['all']:.1f} times ours")
        if given.spark:
            for name, value in over_spark(people).items():
                print(f"{name:>14} {value:12.3f}")
        before = figures


if __name__ == "__main__":
    main()
