"""The assignment against the optimum over all candidates, as OR-tools proves it.

    python -m bench.optimum [--sizes 2000 4000 10000]

Ours is what the bot would suggest: candidates by size, rounds, flow or auction. The goal is 99 %.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from bench.movement import movement
from bench.quality import proven
from exchange.matching import load_weights
from exchange.matching.arrays import Bools, Ints
from exchange.matching.assignment import Edges
from exchange.matching.candidates import Candidates, candidates
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.rounds import assigned
from exchange.matching.search import find, helping, seeking
from exchange.matching.tables import Tables


def ours(market: Market, tables: Tables) -> Candidates:
    def finder(wants: Ints, helpers: Bools) -> Candidates:
        return find(market, tables=tables, period=1, wants=wants, helpers=helpers)

    return assigned(market, finder).chosen


def told(name: str, market: Market, chosen: Candidates, seconds: float) -> None:
    people = len(np.unique(market.wants.person[chosen.want]))
    print(
        f"{name:>10} {people:9,} people {len(chosen):9,} wants {int(chosen.score.sum()):12,} points"
        f" {seconds:7.1f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 4000, 10_000])
    tables = Tables.of(load_weights())
    ours(movement(3000), tables)  # compiles
    for size in parser.parse_args().sizes:
        market = movement(size)
        begun = time.perf_counter()
        chosen = ours(market, tables)
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        postings = Postings.of(market, helping(market))
        every = candidates(market, postings, seeking(market), most=size, tables=tables, period=1)
        best = every.take(proven(Edges.of(market, every)))
        print(f"\n{size:,} people, {len(every):,} candidates")
        told("ours", market, chosen, took)
        told("optimum", market, best, time.perf_counter() - begun)
        share = chosen.score.sum() / best.score.sum()
        print(f"{len(chosen) / len(best):10.4f} of the wants, {share:.4f} of the points")


if __name__ == "__main__":
    main()
