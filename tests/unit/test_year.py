"""``bench.year``: the same seed, the same year; seats, caps and the draw hold in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.year import RATES, Scenario, Simulation, Year, not_built, scenarios
from exchange.matching import load_weights
from exchange.model import Frequency, Profile
from tests.unit.matching import worlds

WEIGHTS = load_weights()


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
    seats = {one.key: one.seats for one in people()}
    assert all(load <= seats[key] for key, load in first.carried.items())
    assert first.served <= first.seekers <= first.there
    assert 0 < first.exchanged <= first.in_touch <= first.told + first.delayed


def test_nobody_is_served_where_nobody_answers() -> None:
    silent = year(Scenario("silent", WEIGHTS), answers=0.0)
    assert (silent.served, silent.exchanged, silent.told > 0) == (set(), 0, True)


def test_who_waits_is_not_told() -> None:
    assert year(Scenario("plain", WEIGHTS)).delayed == 0
    held = year(Scenario("held", WEIGHTS, 0.25))
    assert 0 < held.delayed < held.told


def test_what_is_not_built_is_said() -> None:
    assert set(not_built()) >= {"joined requests"} or not not_built()
