"""Candidates: what numpy and the kernel find is what trying every pair by hand finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.movement import movement
from exchange.matching import kernel, load_weights
from exchange.matching.arrays import seed_of
from exchange.matching.build import build
from exchange.matching.candidates import Candidates, candidates
from exchange.matching.kernel import best
from exchange.matching.lists import lists_of
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.score import parts_of, total
from exchange.matching.search import helping, seeking
from exchange.matching.summaries import PROJECTS
from exchange.matching.tables import Tables
from tests.matching import reference, worlds

WEIGHTS = load_weights()
TABLES = Tables.of(WEIGHTS)
PERIOD = seed_of(worlds.PERIOD) >> 1


def market_of(seed: int, people: int) -> tuple[Market, dict[tuple[str, str], dict[str, int]]]:
    profiles, history = worlds.world(seed, people)
    market = build(
        profiles,
        directory=worlds.DIRECTORY,
        weights=WEIGHTS,
        history=history,
        today=worlds.TODAY,
    )
    expected = reference.scores(
        profiles,
        directory=worlds.DIRECTORY,
        weights=WEIGHTS,
        history=history,
        today=worlds.TODAY,
    )
    return market, expected


def by_want(market: Market, found: Candidates) -> dict[tuple[str, str], list[tuple[str, int]]]:
    named: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for want, helper, score in zip(
        found.want.tolist(), found.helper.tolist(), found.score.tolist(), strict=True
    ):
        seeker = market.keys[market.wants.person[want]]
        capacity = market.words.capacities[market.wants.capacity[want]]
        named.setdefault((seeker, capacity), []).append((market.keys[helper], score))
    return named


def best_of(expected: dict[tuple[str, str], dict[str, int]], most: int) -> dict[object, object]:
    return {
        (seeker, want): sorted(
            helpers.items(),
            key=lambda one: (-one[1], reference.tie(seeker, one[0], PERIOD)),
        )[:most]
        for (seeker, want), helpers in expected.items()
    }


@pytest.mark.parametrize("block", range(20))
def test_a_thousand_small_movements_have_the_candidates_of_trying_every_pair(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        market, expected = market_of(seed, 4 + seed % 17)
        for most in (2, 1000):
            found = candidates(
                market,
                Postings.of(market, helping(market)),
                seeking(market),
                most=most,
                tables=TABLES,
                period=PERIOD,
            )
            assert by_want(market, found) == best_of(expected, most), seed


def same(one: Candidates, other: Candidates) -> bool:
    return all(
        np.array_equal(mine, theirs)
        for mine, theirs in (
            (one.want, other.want),
            (one.helper, other.helper),
            (one.score, other.score),
            (one.tie, other.tie),
            (one.entries.offer, other.entries.offer),
            (one.entries.spoken, other.entries.spoken),
            (one.entries.heard, other.entries.heard),
            (one.entries.capacity, other.entries.capacity),
        )
    )


@pytest.mark.xdist_group("kernel")
def test_the_kernel_finds_in_small_movements_what_numpy_finds() -> None:
    for seed in range(2000, 2300):
        market, _ = market_of(seed, 5 + seed % 40)
        for most in (1, 3):
            wants, able = seeking(market), helping(market)
            slow = candidates(
                market, Postings.of(market, able), wants, most=most, tables=TABLES, period=PERIOD
            )
            quick = best(
                market,
                lists_of(market, able, TABLES),
                wants,
                most=most,
                tables=TABLES,
                period=PERIOD,
            )
            assert same(slow, quick), seed


@pytest.mark.xdist_group("kernel")
@pytest.mark.parametrize("threads", [1, 2])
def test_the_kernel_finds_in_a_movement_with_long_lists_what_numpy_finds(threads: int) -> None:
    market = movement(2000, seed=threads)
    wants, able = seeking(market), helping(market)
    lists = lists_of(market, able, TABLES, long=30)
    assert (lists.twins >= 0).any(), "no list is long enough to have twins"
    quick = best(market, lists, wants, most=6, tables=TABLES, period=9, threads=threads)
    slow = candidates(market, Postings.of(market, able), wants, most=6, tables=TABLES, period=9)
    assert same(slow, quick)


@pytest.mark.xdist_group("kernel")
def test_the_kernel_finds_among_people_of_whom_little_is_known_what_numpy_finds() -> None:
    market = movement(4000, seed=5)
    rng = np.random.default_rng(5)
    unknown = rng.random((3, len(market))) < 0.4
    bits = rng.integers(0, 100, (len(market), 3))
    projects = np.zeros((len(market), 2), np.uint64)
    for column in bits.T:
        projects[np.arange(len(market)), column // 64] |= np.uint64(1) << (column % 64).astype(
            np.uint64
        )
    people = replace(
        market.people,
        clock=np.where(unknown[0], -1, rng.integers(0, 96, len(market))).astype(np.int32),
        region=np.where(unknown[1], -1, market.people.region).astype(np.int32),
        country=np.where(unknown[2], -1, market.people.country).astype(np.int32),
        projects=projects,
    )
    market = replace(market, people=people)
    wants, able = seeking(market), helping(market)
    lists = lists_of(market, able, TABLES, long=60)
    assert np.diff(lists.blocks).max() > 1, "no list has more than one block"
    assert (lists.traits[:, PROJECTS] < 0).any(), "all projects have a bit of their own"
    quick = best(market, lists, wants, most=5, tables=TABLES, period=9)
    slow = candidates(market, Postings.of(market, able), wants, most=5, tables=TABLES, period=9)
    assert same(slow, quick)


@pytest.mark.xdist_group("kernel")
def test_the_kernel_does_without_twins_for_who_has_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    market = movement(2000, seed=3)
    wants, able = seeking(market), helping(market)
    lists = lists_of(market, able, TABLES, long=30)
    asked = {"most": 4, "tables": TABLES, "period": 9}
    with_twins = best(market, lists, wants, **asked)
    monkeypatch.setattr(kernel, "LISTS", 0)
    assert same(with_twins, best(market, lists, wants, **asked))


def test_the_parts_of_a_score_add_up_to_it() -> None:
    market = movement(500)
    found = candidates(
        market,
        Postings.of(market, helping(market)),
        seeking(market),
        most=5,
        tables=TABLES,
        period=0,
    )
    parts = parts_of(market, market, found.entries, TABLES)
    assert np.array_equal(total(parts), found.score)
    assert found.score.max() <= 1000
    for name, most in WEIGHTS.points.model_dump(by_alias=True).items():
        assert parts[name].min() >= 0
        assert parts[name].max() <= most
