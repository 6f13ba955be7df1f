"""``bench.year``: the same seed, the same year; seats, caps and the draw hold in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.simulation import FEATURES, RATED, RATES, Scenario, Simulation, Year
from bench.year import format_cell, format_difference, format_rows, scenarios
from exchange.matching import load_weights
from exchange.model import Frequency, Profile
from tests.unit.matching import worlds

WEIGHTS = load_weights()
PLAIN = Scenario("plain", WEIGHTS)


def people() -> list[Profile]:
    profiles, _ = worlds.world(7, 60)
    return [replace(one, notify=Frequency.FORTNIGHTLY) for one in profiles]


def year(scenario: Scenario, *, periods: int = 6, seed: int = 0, **rates: float) -> Year:
    run = Simulation(people(), worlds.DIRECTORY, scenario, rates=RATES | rates, seed=seed)
    return run.run(periods)


@pytest.mark.parametrize("scenario", scenarios(WEIGHTS), ids=lambda one: one.name)
def test_a_year_is_the_same_for_the_same_seed_and_keeps_to_the_caps(scenario: Scenario) -> None:
    first = year(scenario)
    assert first == year(scenario)
    assert first.figures() != year(scenario, seed=1).figures()
    assert first.busiest == 1, "one message to a person in a period"
    seats = {one.key: max(one.seats, 1) for one in people()}
    assert all(load <= seats[key] for key, load in first.carried.items())
    assert first.served <= first.seekers <= first.there
    assert 0 < first.exchanged <= first.in_touch


def test_nobody_is_served_where_nobody_answers() -> None:
    silent = year(PLAIN, answers=0.0)
    assert (silent.served, silent.exchanged, silent.told > 0) == (set(), 0, True)


def test_who_waits_is_not_told() -> None:
    assert year(PLAIN).delayed == 0
    held = year(Scenario("held", WEIGHTS, 0.25))
    assert 0 < held.delayed < held.told


@pytest.mark.parametrize(
    ("feature", "rates"),
    [
        ("joining", {"joins": 0.3}),
        ("chains", {"ring": 0.4}),
        ("after yes", {"plan": 0.5}),
        ("check-ins", {"check-in": 1.0}),
        ("still there?", {"leaves": 0.2, "silently": 1.0}),
    ],
)
def test_each_feature_can_be_switched_off(feature: str, rates: dict[str, float]) -> None:
    periods = 32 if feature == "still there?" else 6
    without = Scenario("without", WEIGHTS, without=(feature,))
    on, off = (year(one, periods=periods, **rates) for one in (PLAIN, without))
    assert on != off
    if feature == "after yes":
        assert (off.became, on.exchanged > off.exchanged) == (0, True)


def test_a_feature_that_nobody_uses_changes_nothing() -> None:
    unused = {"joins": 0.0, "ring": 0.0, "interprets": 0.0}
    without = Scenario("without", WEIGHTS, without=("interpreters", "joining", "chains"))
    assert year(PLAIN, **unused) == year(without, **unused)


def test_differences_are_told_from_noise() -> None:
    assert format_cell([154, 148, 160]) == "154 ±6"
    assert [format_difference(one) for one in ([8, 2], [8, -2], [0.0, 0.0], [-0.5, 0.0])] == [
        "+5",
        "(+3.0)",
        "=",
        "(-0.25)",
    ]


def test_the_tables_fit_a_hundred_columns() -> None:
    names = list(year(PLAIN, periods=1).figures())
    rows = {one.name: dict.fromkeys(names, (1234.5, 987.5)) for one in scenarios(WEIGHTS)}
    lines = format_rows(rows)
    assert max(map(len, lines)) <= 100
    assert len(lines) == 2 * len(rows) + 2


def test_each_feature_has_a_row_and_each_rate_says_of_what() -> None:
    assert {name for one in scenarios(WEIGHTS) for name in one.without} == set(FEATURES)
    assert all(rate.what and 0 <= rate.value <= 1 for rate in RATED.values())
    assert any(rate.source for rate in RATED.values())
