"""``bot match`` over a real store: what it keeps from run to run, and what it says about mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.movement import movement
from bot.match import Matched, match
from exchange.errors import SettingsError
from exchange.matching import load_weights, parquet
from exchange.matching.weights import WEIGHTS
from exchange.model import Language, Offer, Profile, Status, Want
from exchange.store import Store
from tests.matching import worlds

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
YORUBA = (Language("yo"),)
ADA = Profile("user:1", "Ada", wants=(Want("a-one"),), languages=YORUBA, edited=NOW)
BO = Profile("user:2", "Bo", offers=(Offer("a-one"),), languages=YORUBA, edited=NOW)
CHI = replace(BO, key="user:3", name="Chi")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield opened
    opened.close()


def run(store: Store, at: datetime = NOW, **options: Any) -> Matched:
    return match(store=store, now=at, directory=worlds.DIRECTORY, **options)


def pairs(store: Store, *statuses: Status) -> list[tuple[str, str, Status]]:
    return sorted(
        (one.match.seeker, one.match.helper, one.status)
        for one in store.suggestions.all()
        if not statuses or one.status in statuses
    )


def tell_all(store: Store, at: datetime = NOW) -> None:
    store.suggestions.tell([one.id for one in store.suggestions.planned()], at=at)


def findings(store: Store) -> tuple[Any, ...]:
    return (
        store.rounds.unmet(),
        store.rounds.cohorts(),
        store.rounds.circles(),
        {
            name: (one.value, one.n)
            for name, one in store.measures.on(NOW.date()).items()
            if name in MEASURES
        },
    )


MEASURES = ("coverage", "wants-served", "reciprocity")


def test_a_second_run_changes_nothing_before_and_after_people_are_told(store: Store) -> None:
    profiles, _ = worlds.world(7, 60)
    store.profiles.save_many(profiles)
    first = run(store)
    assert first.new == first.matches > 5
    assert first.unmet > 0
    planned, found = store.suggestions.all(), findings(store)
    assert set(found[3]) & set(MEASURES)
    again = run(store)
    assert (again.new, again.withdrawn, again.kept) == (0, 0, first.matches)
    assert store.suggestions.all() == planned
    assert findings(store) == found
    tell_all(store)
    told = store.suggestions.all()
    after = run(store, NOW + timedelta(hours=1))
    assert findings(store) == found
    assert (after.unmet, after.swaps, after.circles, after.cohorts) == (
        first.unmet,
        first.swaps,
        first.circles,
        first.cohorts,
    )
    kept = {one.id: one for one in store.suggestions.all()}
    assert [kept[one.id] for one in told] == told, "what was told stays as it was"


def test_a_dry_run_says_the_same_and_keeps_nothing(store: Store) -> None:
    store.profiles.save_many([ADA, BO])
    said = run(store, dry_run=True)
    assert said.matches == 1
    assert store.suggestions.all() == []
    assert store.measures.on(NOW.date()) == {}
    assert asdict(run(store)) == asdict(said)


def test_a_plan_that_is_no_longer_good_is_withdrawn_and_planned_again_when_it_is(
    store: Store,
) -> None:
    store.profiles.save_many([ADA, BO])
    run(store)
    store.profiles.save_many([replace(BO, offers=())])
    done = run(store)
    assert (done.withdrawn, done.matches) == (1, 0)
    assert pairs(store) == [("user:1", "user:2", Status.WITHDRAWN)]
    store.profiles.save_many([BO])
    done = run(store)
    assert (done.new, done.matches) == (1, 1)
    assert pairs(store) == [("user:1", "user:2", Status.PLANNED)]


def test_silence_frees_the_seat_after_thirty_days_and_somebody_else_is_found(store: Store) -> None:
    store.profiles.save_many([ADA, BO])
    run(store)
    tell_all(store)
    store.profiles.save_many([CHI])
    done = run(store, NOW + timedelta(days=29))
    assert (done.expired, done.matches) == (0, 0)
    done = run(store, NOW + timedelta(days=30))
    assert (done.expired, done.matches) == (1, 1)
    assert pairs(store) == [
        ("user:1", "user:2", Status.EXPIRED),
        ("user:1", "user:3", Status.PLANNED),
    ]


def test_a_pair_that_declined_is_never_suggested_again(store: Store) -> None:
    store.profiles.save_many([ADA, BO])
    run(store)
    tell_all(store)
    (one,) = store.suggestions.open()
    store.suggestions.answer(one.id, status=Status.DECLINED, by="user:1", via="web", at=NOW)
    for days in (1, 40, 400):
        assert run(store, NOW + timedelta(days=days)).matches == 0
    assert pairs(store) == [("user:1", "user:2", Status.DECLINED)]


def test_a_small_change_in_profiles_keeps_nearly_all_of_the_plan(store: Store) -> None:
    profiles, _ = worlds.world(11, 80)
    store.profiles.save_many(profiles)
    first = run(store)
    changed = next(one for one in profiles if one.offers and one.languages)
    store.profiles.save_many([replace(changed, offers=())])
    second = run(store)
    assert second.kept + second.withdrawn == first.matches
    assert second.kept >= 0.85 * first.matches


def test_weights_that_cannot_be_are_told_by_place_and_mend(tmp_path: Path) -> None:
    text = WEIGHTS.read_text()
    for old, new, said in (
        ("level = 70", "level = -1", "points.level: Input should be greater than or equal to 0"),
        ("broader = 50", "broader = 101", "shares.broader: Input should be less than or equal"),
        ("silence-days = 30", "", "bounds.silence-days: Field required"),
        ("silence-days = 30", "silence-days = 'x'", "bounds.silence-days: Input should be a valid"),
        ("[bounds]", "[bounds", "not TOML"),
    ):
        path = tmp_path / "weights.toml"
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(SettingsError) as caught:
            load_weights(path)
        assert said in str(caught.value)
        assert "weights.toml" in str(caught.value)
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        load_weights(tmp_path / "none.toml")


def test_the_command_matches_a_folder_of_parquet_on_this_machine(tmp_path: Path) -> None:
    import pyarrow.parquet

    parquet.write(movement(300), tmp_path / "in")
    command = [sys.executable, "-m", "bot", "match", "--engine", "local", "--json"]
    done = subprocess.run(
        [*command, "--input", f"{tmp_path}/in", "--output", f"{tmp_path}/out"],
        cwd=ROOT,
        env=os.environ | {"CXC_NOW": "2026-11-23T12:00:00Z"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    rows = pyarrow.parquet.read_table(tmp_path / "out" / "matches.parquet")
    assert told["matches"] == rows.num_rows > 100
    assert told["profiles"] == 300
    lost = subprocess.run(
        [*command, "--input", f"{tmp_path}/nowhere", "--output", f"{tmp_path}/out"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lost.returncode == 2
    assert "nowhere" in lost.stderr
