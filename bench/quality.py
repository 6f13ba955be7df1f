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
from typing import Any

import numpy as np

from exchange.matching.assignment import Edges, greedy, nearly_optimal, optimal
from exchange.matching.measures import gini

MARKETS = Path(__file__).parent / "markets.json"
COLUMNS = ("people", "wants", "reciprocal", "points", "max", "gini", "idle", "above")


def edges_of(market: dict[str, Any]) -> tuple[Edges, int]:
    """Candidates of one of the markets, and how many wants it has.

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
    table = np.array(rows, np.int64)
    table = table[np.lexsort((table[:, 2], -table[:, 3], table[:, 1]))]
    people = len(offers)
    return Edges(
        seeker=table[:, 0],
        want=table[:, 1],
        helper=table[:, 2],
        value=table[:, 3],
        seats=np.array(market["seats"]),
        most=np.full(people, 3),
        rank=np.zeros(people, np.int64),
        tie=np.arange(people, dtype=np.uint64),
    ), number


def best_of_each(edges: Edges) -> np.ndarray:
    """Top-1: everybody's best helper, whoever else has them."""
    return np.diff(edges.want, prepend=-1) != 0


def by_chance(edges: Edges) -> np.ndarray:
    """Random: any helper, whoever else has them."""
    order = np.random.default_rng(1).permutation(len(edges.want))
    chosen = np.zeros(len(edges.want), bool)
    chosen[order[np.unique(edges.want[order], return_index=True)[1]]] = True
    return chosen


def proven(edges: Edges) -> np.ndarray:
    """The optimum by OR-tools: people, then wants, then points."""
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    seekers, want_of = len(edges.most), np.unique(edges.want)
    helpers = len(edges.seats)
    price = 1001 * (len(want_of) + 1)
    pairs, pair = np.unique(edges.seeker * helpers + edges.helper, return_inverse=True)
    # Nodes: source, sink, seekers, wants, pairs, helpers.
    first_want = 2 + seekers
    first_pair = first_want + int(edges.want.max()) + 1
    first_helper = first_pair + len(pairs)
    for seeker in np.unique(edges.seeker).tolist():
        person = -price * (len(want_of) + 2)
        flow.add_arc_with_capacity_and_unit_cost(0, 2 + seeker, 1, person)
        flow.add_arc_with_capacity_and_unit_cost(0, 2 + seeker, int(edges.most[seeker]) - 1, -price)
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
    for helper, seats in enumerate(edges.seats.tolist()):
        flow.add_arc_with_capacity_and_unit_cost(first_helper + helper, 1, seats, 0)
    whole = int(edges.most.sum())
    flow.add_arc_with_capacity_and_unit_cost(0, 1, whole, 0)
    flow.set_node_supply(0, whole)
    flow.set_node_supply(1, -whole)
    assert flow.solve() == flow.OPTIMAL
    return np.asarray(flow.flows(arcs) > 0)


WAYS: dict[str, Callable[[Edges], np.ndarray]] = {
    "random": by_chance,
    "top-1": best_of_each,
    "greedy": greedy,
    "auction": nearly_optimal,
    "ours": optimal,
    "optimum": proven,
}


def figures(edges: Edges, chosen: np.ndarray, wants: int) -> dict[str, float]:
    load = np.bincount(edges.helper[chosen], minlength=len(edges.seats))
    able = np.isin(np.arange(len(load)), edges.helper)
    return {
        "people": len(np.unique(edges.seeker[chosen])) / len(np.unique(edges.seeker)),
        "wants": chosen.sum() / wants,
        "reciprocal": float((edges.value[chosen] > 300).mean()),
        "points": float(edges.value[chosen].sum()),
        "max": float(load.max()),
        "gini": gini(load[able]),
        "idle": float((load[able] == 0).mean()),
        "above": float((load > edges.seats)[able].mean()),
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
            edges, wants = edges_of(market)
            for figure, value in figures(edges, way(edges), wants).items():
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
