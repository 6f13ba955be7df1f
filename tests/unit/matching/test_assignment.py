"""Assignment: the optimum as a solver proves it, and never more than anybody's seats."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ortools.graph.python import min_cost_flow

from bench.movement import movement
from bench.quality import choose_greedily, contest_of, contest_of_rows, edges_of
from exchange.matching import load_weights
from exchange.matching.assignment import assign
from exchange.matching.assignment.assign import assign_helpers, choose_candidates
from exchange.matching.assignment.auction import auction_seats
from exchange.matching.assignment.contest import SERVED, Contest
from exchange.matching.assignment.min_cost_flow import best_assignment
from exchange.matching.candidates.find import (
    CandidateFinder,
    able_helpers,
    breadth_for,
    seeking_wants,
)
from exchange.matching.market import Market, allowed_pairs
from exchange.matching.scoring import Tables, score_pairs
from tests.support.examples import slow
from tests.unit.matching.worlds import blocks

MARKETS = json.loads((Path(__file__).parents[3] / "bench/markets.json").read_text())["markets"]
TABLES = Tables.of(load_weights())


def random_contest(seed: int, seekers: int = 12, helpers: int = 8) -> Contest:
    """A market of contested helpers, with several wants a seeker."""
    rng = np.random.default_rng(seed)
    rows = []
    want = 0
    for seeker in range(seekers):
        for _ in range(rng.integers(0, 6)):
            for helper in rng.permutation(helpers)[: rng.integers(0, 5)]:
                rows.append((seeker, want, int(helper), int(rng.integers(1, 1001))))
            want += 1
    size = max(seekers, helpers)
    return contest_of_rows(
        np.array(rows, np.int64).reshape(-1, 4),
        seats=rng.integers(0, 4, size),
        most=rng.integers(0, 4, size),
        rank=rng.integers(0, 4, size),
        tie=rng.permutation(size).astype(np.uint64),
    )


def contest_of_market(market: Market) -> Contest:
    finder = CandidateFinder(market, tables=TABLES, period=1)
    found = finder(seeking_wants(market), able_helpers(market))
    people = market.people
    return Contest(
        found,
        market.wants.person[found.want],
        people.free,
        people.most,
        people.rank,
        people.seed,
    )


def objective(contest: Contest, picked: np.ndarray) -> tuple[int, tuple[int, ...], int, int]:
    """People, people by rank from the highest, wants, points."""
    edges, chosen = edges_of(contest), picked[picked >= 0]
    served = np.unique(edges.seeker[chosen])
    ranks = tuple(int((contest.rank[served] == rank).sum()) for rank in (3, 2, 1, 0))
    return len(served), ranks, len(chosen), int(edges.value[chosen].sum())


def proven(contest: Contest) -> tuple[object, ...]:
    """The best there is, by OR-tools' minimum-cost flow; nothing of it is ours."""
    edges = edges_of(contest)
    flow = min_cost_flow.SimpleMinCostFlow()
    number: dict[object, int] = {}

    def node(name: object) -> int:
        return number.setdefault(name, len(number))

    source, sink = node("source"), node("sink")
    want_price = 1001 * (len(np.unique(edges.want)) + 1)
    person_price = want_price * (len(np.unique(edges.want)) + 1)
    arcs: dict[int, int] = {}
    total = 0
    for seeker in np.unique(edges.seeker).tolist():
        units = int(contest.most[seeker])
        total += units
        rank = int(contest.rank[seeker])
        for unit in range(units):
            price = -want_price - (person_price * (1 + rank) if unit == 0 else 0)
            flow.add_arc_with_capacity_and_unit_cost(source, node(("s", seeker)), 1, price)
    for seeker, want in np.unique(np.stack([edges.seeker, edges.want]), axis=1).T.tolist():
        flow.add_arc_with_capacity_and_unit_cost(node(("s", seeker)), node(("w", want)), 1, 0)
    for row, (seeker, want, helper, value) in enumerate(
        zip(
            edges.seeker.tolist(),
            edges.want.tolist(),
            edges.helper.tolist(),
            edges.value.tolist(),
            strict=True,
        )
    ):
        pair = node(("p", seeker, helper))
        arc = flow.add_arc_with_capacity_and_unit_cost(node(("w", want)), pair, 1, -value)
        arcs[arc] = row
    for seeker, helper in np.unique(np.stack([edges.seeker, edges.helper]), axis=1).T.tolist():
        flow.add_arc_with_capacity_and_unit_cost(
            node(("p", seeker, helper)), node(("h", helper)), 1, 0
        )
    for helper in np.unique(edges.helper).tolist():
        flow.add_arc_with_capacity_and_unit_cost(
            node(("h", helper)), sink, int(contest.seats[helper]), 0
        )
    flow.add_arc_with_capacity_and_unit_cost(source, sink, total, 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    assert flow.solve() == flow.OPTIMAL
    picked = np.full(len(contest.seeker), -1)
    for arc, row in arcs.items():
        if flow.flow(arc) > 0:
            picked[edges.want[row]] = row
    return objective(contest, picked)


def assert_feasible(contest: Contest, picked: np.ndarray) -> None:
    edges, chosen = edges_of(contest), picked[picked >= 0]
    assert np.array_equal(edges.want[chosen], np.flatnonzero(picked >= 0))
    load = np.bincount(edges.helper[chosen], minlength=len(contest.seats))
    assert (load <= contest.seats).all()
    used = np.bincount(edges.seeker[chosen], minlength=len(contest.most))
    assert (used <= contest.most).all()
    pairs = np.stack([edges.seeker[chosen], edges.helper[chosen]])
    assert len(np.unique(pairs, axis=1).T) == len(chosen)


@pytest.mark.parametrize("block", range(4))
def test_hundreds_of_contested_markets_have_the_objective_that_the_solver_proves(
    block: int,
) -> None:
    for seed in range(block * 100, block * 100 + 100):
        contest = random_contest(seed)
        picked = best_assignment(contest)
        assert_feasible(contest, picked)
        assert objective(contest, picked) == proven(contest), seed


@pytest.mark.parametrize("number", [0, *(slow(at) for at in range(5, 20, 5))])
def test_the_markets_of_the_benchmark_have_the_objective_that_the_solver_proves(
    number: int,
) -> None:
    contest, _ = contest_of(MARKETS[number])
    picked = choose_candidates(contest)
    assert_feasible(contest, picked)
    assert objective(contest, picked) == proven(contest)


@pytest.mark.slow
def test_the_auction_has_nearly_all_of_the_optimum_that_the_solver_proves() -> None:
    contest = contest_of_market(movement(2500))
    picked, first = auction_seats(contest), choose_greedily(contest)
    assert_feasible(contest, picked)
    people, _, wants, points = objective(contest, picked)
    best_people, _, best_wants, best_points = proven(contest)
    greedy_people, *_ = objective(contest, first)
    assert people >= greedy_people
    assert people >= 0.999 * best_people
    assert wants >= 0.999 * best_wants
    assert points >= 0.998 * best_points


def test_the_auction_of_small_contested_markets_keeps_every_rule_and_serves_as_many() -> None:
    short = 0
    for seed in range(500, 900):
        contest = random_contest(seed)
        picked = auction_seats(contest)
        assert_feasible(contest, picked)
        people, *_ = objective(contest, picked)
        most, *_ = objective(contest, best_assignment(contest))
        greedy_people, *_ = objective(contest, choose_greedily(contest))
        assert people >= greedy_people, seed
        short += people < most
    assert short <= 4, "chains through one person twice are rare"


def test_who_is_served_already_makes_room_in_the_auction_for_who_is_not() -> None:
    fewer = 0
    for seed in range(1000, 1300):
        contest = random_contest(seed)
        contest = replace(contest, rank=np.where(contest.rank == 0, SERVED, 0))
        picked = auction_seats(contest)
        assert_feasible(contest, picked)
        edges = edges_of(contest)
        new, most = (
            len(
                {
                    one
                    for one in edges.seeker[which[which >= 0]].tolist()
                    if contest.rank[one] != SERVED
                }
            )
            for which in (picked, best_assignment(contest))
        )
        assert new <= most
        fewer += new < most
        # No seat stays free that somebody could take at once.
        chosen = picked[picked >= 0]
        load = np.bincount(edges.helper[chosen], minlength=len(contest.seats))
        used = np.bincount(edges.seeker[chosen], minlength=len(contest.most))
        pairs = set(zip(edges.seeker[chosen].tolist(), edges.helper[chosen].tolist(), strict=True))
        for seeker, want, helper in zip(
            edges.seeker.tolist(), edges.want.tolist(), edges.helper.tolist(), strict=True
        ):
            assert (
                picked[want] >= 0
                or (seeker, helper) in pairs
                or load[helper] >= contest.seats[helper]
                or used[seeker] >= contest.most[seeker]
            ), seed
    assert fewer <= 3, "chains through one person twice are rare"


def test_greedy_keeps_every_rule_and_is_never_better_than_the_optimum() -> None:
    for seed in range(900, 1000):
        contest = random_contest(seed)
        picked = choose_greedily(contest)
        assert_feasible(contest, picked)
        assert objective(contest, picked) <= objective(contest, choose_candidates(contest))


@pytest.mark.parametrize("number", range(0, 20, 4))
def test_the_auction_is_within_one_per_cent_where_all_are_worth_nearly_the_same(
    number: int,
) -> None:
    contest, _ = contest_of(MARKETS[number])
    picked = auction_seats(contest)
    assert_feasible(contest, picked)
    people, _, wants, points = objective(contest, picked)
    best_people, _, best_wants, best_points = objective(contest, best_assignment(contest))
    assert people == best_people
    assert wants >= 0.99 * best_wants
    assert points >= 0.99 * best_points


def assert_rules(market: Market, want: np.ndarray, helper: np.ndarray) -> None:
    """Everything that docs/matching.md never allows."""
    seeker = market.wants.person[want]
    people = market.people
    assert (np.diff(want) > 0).all()
    assert market.wants.open[want].all()
    assert people.seeks[seeker].all()
    assert people.helps[helper].all()
    assert (np.bincount(helper, minlength=len(market)) <= people.free).all()
    assert (np.bincount(seeker, minlength=len(market)) <= people.most).all()
    assert len(np.unique(seeker.astype(np.int64) * len(market) + helper)) == len(want)
    assert allowed_pairs(market, seeker, helper).all()
    scored, _ = score_pairs(market, want, helper, tables=TABLES, period=1)
    assert np.array_equal(scored.want, want)
    assert np.array_equal(scored.helper, helper)


def contested_market(seed: int) -> Market:
    """A random market in which many things are rare, held, told before or not there."""
    people = 20 + seed % 180
    market, rng = movement(people, seed=seed), np.random.default_rng(seed)
    columns = market.people
    told = np.sort(rng.integers(0, people, (people, 2)), axis=1)
    told = told[told[:, 0] < told[:, 1]]
    return replace(
        market,
        people=replace(
            columns,
            free=np.minimum(columns.seats, rng.integers(0, 4, people)).astype(np.int32),
            most=rng.integers(0, 4, people).astype(np.int32),
            seeks=columns.seeks & (rng.random(people) < 0.9),
            contacts=rng.integers(0, people, people).astype(np.int32),
        ),
        wants=replace(market.wants, open=rng.random(len(market.wants.person)) < 0.8),
        suggested_pairs=np.unique(told[:, 0] * people + told[:, 1]),
    )


@pytest.mark.parametrize("block", blocks(55))
def test_thousands_of_random_markets_keep_every_rule_either_way(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign, "OPTIMUM", 0)
    suggested = 0
    for seed in range(block, 1100, 55):
        market = contested_market(seed)
        breadth = breadth_for(0)._replace(keep=1 + seed % 9, narrow=2, wide=1 + seed % 12)
        for way in (breadth, None):
            finder = CandidateFinder(market, tables=TABLES, period=1, breadth=way)
            assigned = assign_helpers(market, finder)
            assert_rules(market, assigned.want, assigned.helper)
            suggested += len(assigned)
    assert suggested > 1000


@pytest.mark.parametrize("people", [4000, slow(9000)])
def test_windows_and_rounds_have_nearly_all_that_all_candidates_have(people: int) -> None:
    market = movement(people)
    figures = []
    for breadth in (None, breadth_for(people)):
        finder = CandidateFinder(market, tables=TABLES, period=1, breadth=breadth)
        assigned = assign_helpers(market, finder)
        assert_rules(market, assigned.want, assigned.helper)
        scored, _ = score_pairs(market, assigned.want, assigned.helper, tables=TABLES, period=1)
        served = len(np.unique(market.wants.person[assigned.want]))
        figures.append((served, len(assigned), int(scored.score.sum())))
    for all_candidates, windows in zip(*figures, strict=True):
        assert windows >= 0.98 * all_candidates, figures
