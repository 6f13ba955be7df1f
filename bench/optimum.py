"""The assignment against the optimum over all candidates, as OR-tools proves it.

    python -m bench.optimum [--sizes 2000 4000 10000]

Ours is what the bot would suggest: candidates by size, rounds, flow or auction. The goal is 99 %.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from bench.movement import movement
from bench.quality import choose_proven
from exchange.matching import load_weights
from exchange.matching.assignment.assign import assign_helpers
from exchange.matching.assignment.contest import Contest
from exchange.matching.candidates.exhaustive import rank_all_helpers
from exchange.matching.candidates.find import (
    CandidateFinder,
    Candidates,
    able_helpers,
    seeking_wants,
)
from exchange.matching.market import Market, PostingLists
from exchange.matching.scoring import RankedExchanges, Tables, score_pairs


def ours(market: Market, tables: Tables) -> RankedExchanges:
    finder = CandidateFinder(market, tables=tables, period=1)
    assigned = assign_helpers(market, finder)
    return score_pairs(market, assigned.want, assigned.helper, tables=tables, period=1)[0]


def optimum(market: Market, tables: Tables) -> tuple[RankedExchanges, int]:
    """The proven optimum, and over how many candidates."""
    every = rank_all_helpers(
        market,
        PostingLists.of_offers(market, able_helpers(market)),
        seeking_wants(market),
        most=len(market),
        tables=tables,
        period=1,
    )
    found = Candidates.from_ranked(every, complete=True)
    people = market.people
    contest = Contest(
        found,
        market.wants.person[found.want],
        people.free,
        people.most,
        people.rank,
        people.seed,
    )
    picked = choose_proven(contest)
    return every.take(picked[picked >= 0]), len(every)


def tell(name: str, market: Market, chosen: RankedExchanges, seconds: float) -> int:
    people = len(np.unique(market.wants.person[chosen.want]))
    print(
        f"{name:>10} {people:9,} people {len(chosen):9,} wants {int(chosen.score.sum()):12,} points"
        f" {seconds:7.1f} s",
        flush=True,
    )
    return people


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
        best, candidates = optimum(market, tables)
        print(f"\n{size:,} people, {candidates:,} candidates")
        people = tell("ours", market, chosen, took)
        most = tell("optimum", market, best, time.perf_counter() - begun)
        share = chosen.score.sum() / best.score.sum()
        print(
            f"{people / most:10.4f} of the people, {len(chosen) / len(best):.4f} of the wants,"
            f" {share:.4f} of the points"
        )


if __name__ == "__main__":
    main()
