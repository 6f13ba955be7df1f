"""The same job with no wiki at all: an export in, a folder out, and again: nothing changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange.model.keys import Recipient
from exchange.notices import section
from exchange.store import Store
from tests.support.examples import slow
from tests.support.sample import SampleMovement


@pytest.fixture(scope="module", params=["run", slow("notify")])
def told(
    sample_at: Callable[[str], SampleMovement], request: pytest.FixtureRequest
) -> tuple[SampleMovement, dict[str, Any]]:
    """The sample movement after its first messages, and the counts of that.

    A whole run hears first who wants none; by ``notify`` alone it is the notifying that meets them.
    """
    if request.param == "run":
        sample = sample_at("told")
        return sample, sample.printed["told"]["steps"]["notify"]
    sample = sample_at("harvested")
    sample.run("match")
    return sample, sample.run("notify")


def test_a_whole_run_over_the_sample_movement_tells_everybody_once(
    told: tuple[SampleMovement, dict[str, Any]],
    sample_at: Callable[[str], SampleMovement],
    tmp_path: Path,
) -> None:
    """Every notice stands in a file with its row; every candidate has one outcome."""
    sample, first = told
    skipped = first["skipped"]
    assert isinstance(skipped, dict)
    assert first["planned"] == first["sent"] + sum(skipped.values())
    assert first["sent"] == first["edits"] > 100
    met = {"opted-out-template", "opted-out-category", "opted-out-list"} & skipped.keys()
    assert len(met) == (3 if "harvested" in sample.folder.name else 0)
    store = Store.open(sample.environment["CXC_DATABASE"])
    log = [json.loads(line) for line in (sample.wiki / "edits.jsonl").open()]
    tags = [tag for entry in log if (tag := section.parse_summary_tag(entry["summary"]))]
    assert sorted(tags) == sorted(row.id for row in store.notices.sent())
    assert len(tags) == len(set(tags)) == first["sent"]
    accounts = [row.account for row in store.notices.sent()]
    assert len(accounts) == len(set(accounts))
    newest = store.runs.last("notify")
    assert newest is not None
    assert len(store.runs.outcomes(newest.id)) == first["planned"]
    outcomes = store.runs.outcomes(newest.id)
    lacking = store.problems.profiles_with(["no-languages", "no-items"])
    reached = {str(Recipient.parse(row.recipient).profile) for row in store.notices.sent()}
    silent = [
        key
        for key, record in store.profiles.records(lacking).items()
        if record.active
        and key not in reached
        and not any(key in each for each in outcomes)  # a reason is on record
    ]
    assert (len(lacking) > 20, silent) == (True, [])
    store.close()
    shutil.copytree(sample.folder, tmp_path, dirs_exist_ok=True)
    again = replace(sample, folder=tmp_path).run("notify")
    assert (again["sent"], again["edits"]) == (0, 0)
    # After the second run, without those who turned out to want no messages:
    last = sample_at("settled").run("run")
    assert (last["sent"], last["edits"], last["changed"]) == (0, 0, 0)


def test_the_history_of_an_archive_is_put_together_again(
    told: tuple[SampleMovement, dict[str, Any]], tmp_path: Path
) -> None:
    """``python -m bot recover`` over the folder gives the rows that were lost."""
    sample, _ = told
    shutil.copytree(sample.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "exchange.db").rename(tmp_path / "before.db")
    replace(sample, folder=tmp_path).run("recover")
    stores = [Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("before", "exchange")]
    kept = [
        [(r.id, r.recipient, r.account, r.name, r.page, r.revision) for r in store.notices.sent()]
        for store in stores
    ]
    assert sorted(kept[0]) == sorted(kept[1])
    assert len(kept[0]) > 100
    for store in stores:
        store.close()
