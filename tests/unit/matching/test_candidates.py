"""Candidates: what both ways find is what trying every pair by hand finds."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from bench.movement import movement
from exchange.matching import History, load_weights
from exchange.matching.build_market import build_market
from exchange.matching.candidates import find, neighbours
from exchange.matching.candidates.exhaustive import rank_all_helpers
from exchange.matching.candidates.facts import PLACE, collect_facts
from exchange.matching.candidates.find import (
    Breadth,
    CandidateFinder,
    Candidates,
    able_helpers,
    breadth_for,
    is_small,
    seeking_wants,
)
from exchange.matching.columns import seed_of
from exchange.matching.market import Market, PostingLists, allowed_pairs
from exchange.matching.scoring import Tables, score_pairs, score_parts, sum_parts
from tests.support.examples import slow
from tests.unit.matching import reference, worlds

WEIGHTS = load_weights()
TABLES = Tables.of(WEIGHTS)
PERIOD = seed_of(worlds.PERIOD) >> 1
EVERYBODY = Breadth(keep=64, narrow=1 << 30, wide=1 << 30, returns=1 << 30, enough=1 << 30)
"""Windows as wide as the groups, and room for all whom a small movement can have."""

Expected = dict[tuple[str, str], dict[str, int]]


# Both readings of a movement see the same people, who do not change.
world = lru_cache(maxsize=1)(worlds.world)


def market_of(seed: int, people: int) -> tuple[Market, History]:
    profiles, history = world(seed, people)
    market = build_market(
        profiles,
        directory=worlds.DIRECTORY,
        weights=WEIGHTS,
        history=history,
        today=worlds.TODAY,
    )
    return market, history


def expected_of(seed: int, people: int) -> Expected:
    profiles, history = world(seed, people)
    return reference.scores(
        profiles,
        directory=worlds.DIRECTORY,
        weights=WEIGHTS,
        history=history,
        today=worlds.TODAY,
    )


def exhaustive(market: Market, *, most: int = 1000, period: int = PERIOD) -> Candidates:
    ranked = rank_all_helpers(
        market,
        PostingLists.of_offers(market, able_helpers(market)),
        seeking_wants(market),
        most=most,
        tables=TABLES,
        period=period,
    )
    return Candidates.from_ranked(ranked, complete=True)


def by_neighbours(
    market: Market, breadth: Breadth, *, threads: int = 2, period: int = PERIOD
) -> Candidates:
    finder = CandidateFinder(market, tables=TABLES, period=period, breadth=breadth, threads=threads)
    return finder(seeking_wants(market), able_helpers(market))


def by_want(market: Market, found: Candidates) -> dict[tuple[str, str], list[tuple[str, int]]]:
    named: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for want, helper, points in zip(
        found.want[found.rows].tolist(), found.helper.tolist(), found.points.tolist(), strict=True
    ):
        seeker = market.keys[market.wants.person[want]]
        capacity = market.words.capacities[market.wants.capacity[want]]
        named.setdefault((seeker, capacity), []).append((market.keys[helper], points))
    return named


def equal(one: Candidates, other: Candidates) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("want", "starts", "packed")
    )


@pytest.mark.parametrize("block", worlds.blocks(20))
def test_a_thousand_small_movements_have_the_candidates_of_trying_every_pair(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        market, _ = market_of(seed, 4 + seed % 17)
        expected = expected_of(seed, 4 + seed % 17)
        for most in (2, 1000):
            best = {
                (seeker, want): sorted(
                    helpers.items(),
                    key=lambda one: (-one[1], reference.tie(seeker, one[0], PERIOD)),
                )[:most]
                for (seeker, want), helpers in expected.items()
            }
            assert by_want(market, exhaustive(market, most=most)) == best, seed


@pytest.mark.parametrize("block", worlds.blocks(30))
def test_windows_as_wide_as_the_groups_find_all_with_the_points_of_a_plain_reading(
    block: int,
) -> None:
    found_any = 0
    for seed in range(2000 + block * 20, 2020 + block * 20):
        people = 5 + seed % 40
        market, _ = market_of(seed, people)
        expected = expected_of(seed, people)
        named = by_want(market, by_neighbours(market, EVERYBODY))
        assert {want: dict(helpers) for want, helpers in named.items()} == expected, seed
        for helpers in named.values():
            points = [score for _, score in helpers]
            assert points == sorted(points, reverse=True)
        found_any += len(named)
    assert found_any > 100


def test_windows_as_wide_as_the_groups_find_all_in_a_large_movement() -> None:
    market = sparse_movement(1500)
    breadth = EVERYBODY._replace(keep=1500)
    wide, every = by_neighbours(market, breadth), exhaustive(market, most=1500)
    assert np.array_equal(wide.want, every.want)
    assert np.array_equal(wide.starts, every.starts)
    assert set(wide.packed.tolist()) == set(every.packed.tolist())
    code = wide.rows << 32 | wide.helper
    other = every.rows << 32 | every.helper
    assert np.array_equal(np.sort(code), np.sort(other))
    assert np.array_equal(wide.points[np.argsort(code)], every.points[np.argsort(other)])


def sparse_movement(people: int) -> Market:
    """People of whom little is known, many projects, shared contacts and pairs told before."""
    market = movement(people, seed=5)
    rng = np.random.default_rng(5)
    unknown = rng.random((3, people)) < 0.4
    bits = rng.integers(0, 100, (people, 3))
    projects = np.zeros((people, 2), np.uint64)
    for column in bits.T:
        projects[np.arange(people), column // 64] |= np.uint64(1) << (column % 64).astype(np.uint64)
    told = np.sort(rng.choice(people, (people * 4, 2)), axis=1)
    told = told[told[:, 0] < told[:, 1]]
    columns = replace(
        market.people,
        clock=np.where(unknown[0], -1, rng.integers(0, 96, people)).astype(np.int32),
        region=np.where(unknown[1], -1, market.people.region).astype(np.int32),
        country=np.where(unknown[2], -1, market.people.country).astype(np.int32),
        projects=projects,
        contacts=rng.integers(0, people // 3, people).astype(np.int32),
    )
    return replace(
        market, people=columns, suggested_pairs=np.unique(told[:, 0] * people + told[:, 1])
    )


@pytest.mark.parametrize("seed", range(3000, 3400, 4))
def test_what_windows_find_may_be_suggested_and_is_worth_no_less_than_told(seed: int) -> None:
    market, _ = market_of(seed, 10 + seed % 90)
    keep = 1 + seed % 7
    breadth = Breadth(keep=keep, narrow=1 + seed % 3, wide=2 + seed % 5, returns=1, enough=8)
    found, every = by_neighbours(market, breadth), exhaustive(market)
    assert np.diff(found.starts).max(initial=0) <= keep
    exact = dict(
        zip((every.rows << 32 | every.helper).tolist(), every.points.tolist(), strict=True)
    )
    row_of = {want: row for row, want in enumerate(every.want.tolist())}
    for row, helper, points in zip(
        found.rows.tolist(), found.helper.tolist(), found.points.tolist(), strict=True
    ):
        assert points <= exact[row_of[int(found.want[row])] << 32 | helper]
    # Whoever has anybody at all finds somebody, however narrow the windows are.
    free = replace(
        market,
        suggested_pairs=np.zeros(0, np.int64),
        people=replace(
            market.people,
            contact_starts=np.arange(len(market) + 1),
            contacts=np.arange(len(market), dtype=np.int32),
        ),
    )
    assert np.array_equal(by_neighbours(free, breadth).want, exhaustive(free).want)


@pytest.mark.parametrize("people", [3000, slow(20_000)])
def test_threads_and_the_order_of_the_wants_change_nothing(people: int) -> None:
    market, breadth = sparse_movement(people), breadth_for(people)
    one = by_neighbours(market, breadth, threads=1)
    assert equal(one, by_neighbours(market, breadth, threads=2))
    assert equal(one, by_neighbours(market, breadth, threads=3))
    wants, helpers = seeking_wants(market), able_helpers(market)
    finder = CandidateFinder(market, tables=TABLES, period=PERIOD, breadth=breadth)
    some = wants[::3]
    part = finder(some, helpers)
    same = np.isin(one.want[one.rows], some)
    assert np.array_equal(one.packed[same], part.packed)
    seeker = market.wants.person[one.want[one.rows]]
    assert allowed_pairs(market, seeker, one.helper).all()
    assert helpers[one.helper].all()


def test_small_parts_of_a_sort_and_few_places_change_nothing_but_estimates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    market = sparse_movement(2000)
    breadth = breadth_for(2000)
    usual = by_neighbours(market, breadth)
    monkeypatch.setattr(neighbours, "PART", 700)
    assert equal(usual, by_neighbours(market, breadth))
    monkeypatch.setattr("exchange.matching.candidates.facts.PLACES", 50)
    facts = collect_facts(market, TABLES)
    assert facts.person[:, PLACE].max() < 97 * 10
    coarse = by_neighbours(market, EVERYBODY._replace(keep=2000))
    exact, _ = score_pairs(
        market,
        coarse.want,
        coarse.helper[coarse.starts[:-1]],
        tables=TABLES,
        period=PERIOD,
    )
    first = coarse.points[coarse.starts[:-1]]
    assert (exact.score >= first).all()
    assert (exact.score - first).max() <= WEIGHTS.points.country


def test_another_period_spreads_seekers_over_other_helpers() -> None:
    market = movement(8000, seed=9)
    breadth = Breadth(keep=4, narrow=3, wide=3, returns=1, enough=6)
    one, other = (by_neighbours(market, breadth, period=period) for period in (1, 2))
    assert not equal(one, other)
    # The same few at the head of each group would be everybody's candidates.
    asked = np.bincount(one.helper)
    assert asked.max() < 0.05 * len(one.want)


def test_the_way_is_chosen_by_possible_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    market = movement(1200)
    wants, helpers = seeking_wants(market), able_helpers(market)
    possible = int(np.diff(exhaustive(market).starts).sum())
    assert is_small(market, wants, helpers)
    found = CandidateFinder(market, tables=TABLES, period=1)(wants, helpers)
    assert found.complete
    assert len(found) == possible
    monkeypatch.setattr(find, "EXHAUSTIVE", possible - 1)
    assert not is_small(market, wants, helpers)
    assert not CandidateFinder(market, tables=TABLES, period=1)(wants, helpers).complete


def test_keys_that_do_not_fit_are_refused() -> None:
    market = movement(300)
    facts = collect_facts(market, TABLES)
    person = facts.person.copy()
    person[:, PLACE] = (1 << 25) - 1
    huge = facts._replace(person=person, meeting_starts=np.zeros((1 << 25) + 1, np.int64))
    with pytest.raises(ValueError, match="too many for one key"):
        neighbours.check_key_bits(huge)


def test_the_parts_of_a_score_add_up_to_it() -> None:
    market = movement(500)
    ranked = rank_all_helpers(
        market,
        PostingLists.of_offers(market, able_helpers(market)),
        seeking_wants(market),
        most=5,
        tables=TABLES,
        period=0,
    )
    parts = score_parts(market, market, ranked.exchanges, TABLES)
    assert np.array_equal(sum_parts(parts), ranked.score)
    assert ranked.score.max() <= 1000
    for name, most in WEIGHTS.points.model_dump(by_alias=True).items():
        assert parts[name].min() >= 0
        assert parts[name].max() <= most
    first = np.flatnonzero(np.diff(ranked.want, prepend=-1))
    again, _ = score_pairs(
        market, ranked.want[first], ranked.helper[first], tables=TABLES, period=0
    )
    assert np.array_equal(again.score, ranked.score[first])
    assert np.array_equal(again.exchanges.offer, ranked.exchanges.offer[first])
