"""``bot match`` over a real store: what it keeps from run to run, and what it says about mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.movement import movement
from bot.match import MatchResult, match_profiles
from exchange.errors import SettingsError
from exchange.matching import cluster, load_weights
from exchange.matching.weights import WEIGHTS
from exchange.model import Kind, Language, Offer, Profile, Reason, SuggestionStatus, Want
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.unit.matching import worlds

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


def run(store: Store, at: datetime = NOW, **options: Any) -> MatchResult:
    return match_profiles(store=store, now=at, directory=worlds.DIRECTORY, **options)


def pairs(store: Store, *statuses: SuggestionStatus) -> list[tuple[str, str, SuggestionStatus]]:
    return sorted(
        (one.match.seeker, one.match.helper, one.status)
        for one in store.suggestions.all()
        if not statuses or one.status in statuses
    )


def tell_all(store: Store, at: datetime = NOW) -> None:
    store.suggestions.mark_notified([one.id for one in store.suggestions.planned()], at=at)


def findings(store: Store) -> tuple[Any, ...]:
    return (
        store.rounds.unmet(),
        store.rounds.cohorts(),
        store.rounds.circles(),
        {
            name: (one.value, one.n)
            for name, one in store.metrics.on(NOW.date()).items()
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


def test_a_plan_that_is_no_longer_good_is_withdrawn_and_planned_again_when_it_is(
    store: Store,
) -> None:
    store.profiles.save_many([ADA, BO])
    run(store)
    store.profiles.save_many([replace(BO, offers=())])
    done = run(store)
    assert (done.withdrawn, done.matches) == (1, 0)
    assert pairs(store) == [("user:1", "user:2", SuggestionStatus.WITHDRAWN)]
    store.profiles.save_many([BO])
    done = run(store)
    assert (done.new, done.matches) == (1, 1)
    assert pairs(store) == [("user:1", "user:2", SuggestionStatus.PLANNED)]


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
        ("user:1", "user:2", SuggestionStatus.EXPIRED),
        ("user:1", "user:3", SuggestionStatus.PLANNED),
    ]


def test_a_pair_that_declined_is_never_suggested_again(store: Store) -> None:
    store.profiles.save_many([ADA, BO])
    run(store)
    tell_all(store)
    (one,) = store.suggestions.open()
    store.suggestions.answer(
        one.id, status=SuggestionStatus.DECLINED, by="user:1", via="web", at=NOW
    )
    for days in (1, 40, 400):
        assert run(store, NOW + timedelta(days=days)).matches == 0
    assert pairs(store) == [("user:1", "user:2", SuggestionStatus.DECLINED)]


def test_whom_a_coordinator_introduced_keeps_their_place_until_they_are_told(store: Store) -> None:
    store.profiles.save_many([ADA, replace(BO, seats=1), replace(ADA, key="user:4", name="Dee")])
    run(store)
    (planned,) = store.suggestions.planned()
    seeker = ({"user:1", "user:4"} - {planned.match.seeker}).pop()
    made = store.introductions.make(
        replace(planned.match, seeker=seeker), coordinator=9, name="Cleo", line="Hi!", at=NOW
    )
    for _ in range(2):
        result = run(store)
        (left,) = store.suggestions.planned()
        assert left.id == made.suggestion, "the only seat is taken by hand"
        assert (result.matches, result.unmet) == (0, 1)
    assert store.rounds.unmet() == [(planned.match.seeker, "a-one", "seats")]
    store.introductions.end(made.id, Reason.INTRODUCTION_REFUSED, at=NOW)
    assert run(store).matches == 1
    store.profiles.save_many([CHI])
    store.introductions.make(planned.match, coordinator=9, name="Cleo", line="Hi!", at=NOW)
    run(store)
    assert (planned.match.seeker, "user:3") not in {
        (one.match.seeker, one.match.helper) for one in store.suggestions.planned()
    }, "their want is in somebody's hands"


@pytest.mark.parametrize("speaks", [("user:1", "user:2"), ("user:2", "user:1")])
def test_who_never_wants_to_meet_is_not_brought_together_in_any_role(
    store: Store, speaks: tuple[str, str]
) -> None:
    """Whoever of the two says it: as helper, as seeker, in a swap, in a group of learners."""
    both = {"wants": (Want("a-one"), Want("a-two")), "offers": (Offer("a-one"), Offer("a-two"))}
    people = [replace(ADA, **both), replace(BO, **both)]
    learners = [replace(ADA, key=f"user:{id}", name=f"Learner {id}") for id in range(11, 16)]
    store.profiles.save_many([*people, *learners])
    run(store)
    assert pairs(store, SuggestionStatus.PLANNED), "they would be brought together"
    store.preferences.block(*speaks, at=NOW, via="web")
    run(store)
    met = [{one.match.seeker, one.match.helper} for one in store.suggestions.planned()]
    met += [{*each.members, *each.helpers} for each in store.rounds.cohorts()]
    met += [{*each.members} for each in store.rounds.circles()]
    assert met
    assert not [each for each in met if each >= {"user:1", "user:2"}]
    store.preferences.drop(speaks[0], f"never {speaks[1]}")
    run(store)
    assert {"user:1", "user:2"} in [
        {one.match.seeker, one.match.helper} for one in store.suggestions.planned()
    ], "it was taken back"


@pytest.mark.parametrize("speaks", [("user:2", "user:9"), ("user:9", "user:2")])
def test_who_speaks_for_a_group_meets_nobody_through_it_whom_they_never_want_to_meet(
    store: Store, speaks: tuple[str, str]
) -> None:
    group = replace(ADA, key="page:5", name="Group", kind=Kind.USER_GROUP, page_id=5)
    store.profiles.save_many([replace(group, contacts=("Dee", "Eve")), BO])
    store.pages.save(
        [PageRecord(5, "Group", 0, 1, party="page:5", agreed=(9, 10), reading={})],
    )
    assert run(store).matches == 1
    store.preferences.block(*speaks, at=NOW, via="web")
    assert run(store).matches == 0
    assert ("page:5", "user:2") in store.preferences.blocked_pairs()
    store.pages.save([PageRecord(5, "Group", 0, 2, party="page:5", agreed=(10,), reading={})])
    assert run(store).matches == 1, "they speak for the group no more"


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

    cluster.write_market(movement(300), tmp_path / "in")
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


def test_who_waits_for_a_comparison_is_free_in_the_next_period(store: Store) -> None:
    profiles, _ = worlds.world(7, 60)
    store.profiles.save_many(profiles)
    without = run(store)
    store.suggestions.withdraw([one.id for one in store.suggestions.planned()], at=NOW)
    first = run(store, held_share=0.25)
    assert (first.delayed > 0, first.matches + first.delayed) == (True, without.matches)
    rows = store.suggestions.all()
    delayed = [one for one in rows if one.status is SuggestionStatus.DELAYED]
    again = run(store, held_share=0.25)
    assert (again.matches, again.new, again.withdrawn) == (first.matches, 0, 0)
    assert store.suggestions.all() == rows, "a second run changes nothing"
    tell_all(store)
    told = store.suggestions.all()
    run(store, NOW + timedelta(days=1), held_share=0.25)
    assert [one for one in store.suggestions.all() if one in told] == told
    later = run(store, NOW + timedelta(days=14), held_share=0.25)
    period = later.period
    twice = {
        (one.match.seeker, one.match.want)
        for one in store.suggestions.all()
        if one.status is SuggestionStatus.DELAYED and one.period == period
    } & {(one.match.seeker, one.match.want) for one in delayed}
    assert not twice
    served = {(one.match.seeker, one.match.want) for one in store.suggestions.planned(period)}
    assert served & {(one.match.seeker, one.match.want) for one in delayed}
    measure = store.metrics.on(NOW.date())["held-out"]
    assert measure.value == 0.25
