"""Quality of the assignment: greedy, ours, optimum, random and top-1, on twenty made-up markets.

    python -m bench.quality [--quick]

The twenty markets of 400 people stand in bench/markets.json with the figures to meet. "optimum" is
OR-tools' minimum-cost flow. The sample movement follows, as the bot matches it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from exchange.matching.assignment.assign import choose_candidates
from exchange.matching.assignment.auction import auction_seats
from exchange.matching.assignment.contest import Contest
from exchange.matching.candidates.find import Candidates
from exchange.matching.metrics import gini

MARKETS = Path(__file__).parent / "markets.json"
COLUMNS = ("people", "wants", "reciprocal", "points", "max", "gini", "idle", "above")


class Edges(NamedTuple):
    """The candidates of a contest, one row each: rows of wants, seekers, helpers, points."""

    want: np.ndarray
    seeker: np.ndarray
    helper: np.ndarray
    value: np.ndarray


def edges_of(contest: Contest) -> Edges:
    found = contest.candidates
    return Edges(found.rows, contest.seeker[found.rows], found.helper, found.points)


def contest_of_rows(rows: np.ndarray, **people: np.ndarray) -> Contest:
    """A contest from rows (seeker, want, helper, points), whose wants and seekers rise."""
    rows = rows[np.lexsort((rows[:, 2], -rows[:, 3], rows[:, 1]))]
    first = np.flatnonzero(np.diff(rows[:, 1], prepend=-1))
    packed = (rows[:, 3] << 32) | rows[:, 2]
    found = Candidates(rows[first, 1], np.append(first, len(rows)), packed, complete=True)
    return Contest(found, rows[first, 0], **people)


def contest_of(market: dict[str, Any]) -> tuple[Contest, int]:
    """One of the markets as a contest, and how many wants it has.

    Everyone shares a language; what is left of the score is the capacity (300 points) and
    reciprocity (200).
    """
    offers = [set(one) for one in market["offers"]]
    wants = [sorted(set(one)) for one in market["wants"]]
    rows, number = [], 0
    for seeker, wanted in enumerate(wants):
        for want in wanted:
            for helper, offered in enumerate(offers):
                if want in offered and helper != seeker:
                    mutual = bool(offers[seeker] & set(wants[helper]))
                    rows.append((seeker, number, helper, 300 + 200 * mutual))
            number += 1
    people = len(offers)
    return contest_of_rows(
        np.array(rows, np.int64),
        seats=np.array(market["seats"]),
        most=np.full(people, 3),
        rank=np.zeros(people, np.int64),
        tie=np.arange(people, dtype=np.uint64),
    ), number


def choose_first(contest: Contest) -> np.ndarray:
    """Top-1: everybody's best helper, whoever else has them."""
    return contest.candidates.starts[:-1]


def choose_by_chance(contest: Contest) -> np.ndarray:
    """Random: any helper, whoever else has them."""
    rng, starts = np.random.default_rng(1), contest.candidates.starts
    return starts[:-1] + rng.integers(0, np.diff(starts))


def choose_greedily(contest: Contest) -> np.ndarray:
    """Choose one after another: first one for each person, then one for each want.

    In each of the two rounds higher ranks go first, then people with fewer ways to be helped,
    then more points. Quick, and a lower bound for everything better.
    """
    edges = edges_of(contest)
    seats, most = contest.seats.tolist(), contest.most.tolist()
    ways = np.bincount(edges.seeker, minlength=len(most))
    rank = contest.rank[edges.seeker]
    places = np.arange(len(edges.value))
    order = np.lexsort((places, -edges.value, ways[edges.seeker], -rank)).tolist()
    rows = list(zip(*(column.tolist() for column in edges), strict=True))
    picked = np.full(len(contest.seeker), -1)
    served: set[int] = set()
    pairs: set[tuple[int, int]] = set()
    for first in (True, False):
        for edge in order:
            want, seeker, helper, _ = rows[edge]
            if (first and seeker in served) or picked[want] >= 0 or (seeker, helper) in pairs:
                continue
            if seats[helper] > 0 and most[seeker] > 0:
                picked[want] = edge
                seats[helper] -= 1
                most[seeker] -= 1
                served.add(seeker)
                pairs.add((seeker, helper))
    return picked


def choose_proven(contest: Contest) -> np.ndarray:
    """The optimum by OR-tools: people, then wants, then points."""
    edges = edges_of(contest)
    chosen = np.flatnonzero(proven(edges, contest))
    picked = np.full(len(contest.seeker), -1)
    picked[edges.want[chosen]] = chosen
    return picked


def proven(edges: Edges, contest: Contest) -> np.ndarray:
    """Whether each candidate is in the optimum: people, then wants, then points."""
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    seekers, want_of = len(contest.most), np.unique(edges.want)
    helpers = len(contest.seats)
    price = 1001 * (len(want_of) + 1)
    pairs, pair = np.unique(edges.seeker * helpers + edges.helper, return_inverse=True)
    # Nodes: source, sink, seekers, wants, pairs, helpers.
    first_want = 2 + seekers
    first_pair = first_want + int(edges.want.max()) + 1
    first_helper = first_pair + len(pairs)
    for seeker in np.unique(edges.seeker).tolist():
        person = -price * (len(want_of) + 2)
        flow.add_arc_with_capacity_and_unit_cost(0, 2 + seeker, 1, person)
        flow.add_arc_with_capacity_and_unit_cost(
            0, 2 + seeker, int(contest.most[seeker]) - 1, -price
        )
    for seeker, want in np.unique(np.stack([edges.seeker, edges.want]), axis=1).T.tolist():
        flow.add_arc_with_capacity_and_unit_cost(2 + seeker, first_want + want, 1, 0)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        first_want + edges.want,
        first_pair + pair,
        np.ones(len(pair), np.int64),
        -edges.value,
    )
    for number, code in enumerate(pairs.tolist()):
        flow.add_arc_with_capacity_and_unit_cost(
            first_pair + number, first_helper + code % helpers, 1, 0
        )
    for helper, seats in enumerate(contest.seats.tolist()):
        flow.add_arc_with_capacity_and_unit_cost(first_helper + helper, 1, seats, 0)
    whole = int(contest.most.sum())
    flow.add_arc_with_capacity_and_unit_cost(0, 1, whole, 0)
    flow.set_node_supply(0, whole)
    flow.set_node_supply(1, -whole)
    assert flow.solve() == flow.OPTIMAL
    return np.asarray(flow.flows(arcs) > 0)


WAYS: dict[str, Callable[[Contest], np.ndarray]] = {
    "random": choose_by_chance,
    "top-1": choose_first,
    "greedy": choose_greedily,
    "auction": auction_seats,
    "ours": choose_candidates,
    "optimum": choose_proven,
}


def figures(contest: Contest, picked: np.ndarray, wants: int) -> dict[str, float]:
    edges = edges_of(contest)
    chosen = picked[picked >= 0]
    load = np.bincount(edges.helper[chosen], minlength=len(contest.seats))
    able = np.isin(np.arange(len(load)), edges.helper)
    return {
        "people": len(np.unique(edges.seeker[chosen])) / len(np.unique(edges.seeker)),
        "wants": len(chosen) / wants,
        "reciprocal": float((edges.value[chosen] > 300).mean()),
        "points": float(edges.value[chosen].sum()),
        "max": float(load.max()),
        "gini": gini(load[able]),
        "idle": float((load[able] == 0).mean()),
        "above": float((load > contest.seats)[able].mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="four markets instead of twenty")
    markets = json.loads(MARKETS.read_text())["markets"][: 4 if parser.parse_args().quick else 20]
    print(f"{len(markets)} markets of 400 people, means")
    print("".join(f"{name:>11}" for name in ("", *COLUMNS)))
    for name, way in WAYS.items():
        sums: dict[str, list[float]] = defaultdict(list)
        for market in markets:
            contest, wants = contest_of(market)
            for figure, value in figures(contest, way(contest), wants).items():
                sums[figure].append(value)
        print(f"{name:>11}" + "".join(f"{np.mean(sums[one]):11.3f}" for one in COLUMNS))
    sample()


def sample() -> None:
    """The sample movement, harvested into a temporary database and matched as the bot does."""
    root = Path(__file__).parents[1]
    with TemporaryDirectory() as folder:
        settings = {
            "CXC_WIKI": f"archive:{root / 'config/sample/movement.xml.gz'}",
            "CXC_WIKI_OUT": f"{folder}/wiki",
            "CXC_DATABASE": f"sqlite:///{folder}/exchange.db",
        }
        told = {}
        for command in ("harvest", "match"):
            done = subprocess.run(
                [sys.executable, "-m", "bot", command, "--json"],
                cwd=root,
                env=os.environ | settings,
                capture_output=True,
                check=True,
                text=True,
            )
            told = json.loads(done.stdout)
    print(f"\nthe sample movement: {told['profiles']} profiles, {told['wants']} wants")
    for name, value in told["measures"].items():
        print(f"{name:>20} {value:9.3f}")


if __name__ == "__main__":
    main()
