"""The same job with no wiki at all: an export in, a folder out, and again: nothing changes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import bot
from exchange.model.keys import Recipient
from exchange.notices import section
from exchange.store import Store

SAMPLE = "config/sample/movement.xml.gz"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def run(environment: dict[str, str], *command: str) -> dict[str, object]:
    done = CliRunner().invoke(bot, [*command, "--json"], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A folder after the first messages to the sample movement, and the counts of that."""
    folder = tmp_path_factory.mktemp("told")
    for step in ("install", "harvest", "match"):
        run(over(folder), step)
    return folder, run(over(folder), "notify")


def over(folder: Path) -> dict[str, str]:
    return {
        "CXC_WIKI": f"archive:{SAMPLE}",
        "CXC_WIKI_OUT": str(folder / "wiki"),
        "CXC_DATABASE": f"sqlite:///{folder}/exchange.db",
        "CXC_NOW": NOW.isoformat(),
    }


def test_a_whole_run_over_the_sample_movement_tells_everybody_once(
    told: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    """Every notice stands in a file with its row; every candidate has one outcome."""
    folder, first = told
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    environment = over(tmp_path)
    skipped = first["skipped"]
    assert isinstance(skipped, dict)
    assert first["planned"] == first["sent"] + sum(skipped.values())  # type: ignore[operator]
    assert first["sent"] == first["edits"] > 100  # type: ignore[operator]
    assert {"opted-out-template", "opted-out-category", "opted-out-list"} <= skipped.keys()
    store = Store.open(environment["CXC_DATABASE"])
    log = [json.loads(line) for line in (tmp_path / "wiki" / "edits.jsonl").open()]
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
    again = run(environment, "notify")
    assert (again["sent"], again["edits"]) == (0, 0)
    store.close()
    run(environment, "run")  # without those who turned out to want no messages
    last = run(environment, "run")
    assert (last["sent"], last["edits"], last["changed"]) == (0, 0, 0)


def test_the_history_of_an_archive_is_put_together_again(
    told: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    """``python -m bot recover`` over the folder gives the rows that were lost."""
    shutil.copytree(told[0], tmp_path, dirs_exist_ok=True)
    (tmp_path / "exchange.db").rename(tmp_path / "before.db")
    run(over(tmp_path), "recover")
    stores = [Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("before", "exchange")]
    kept = [
        [(r.id, r.recipient, r.account, r.name, r.page, r.revision) for r in store.notices.sent()]
        for store in stores
    ]
    assert sorted(kept[0]) == sorted(kept[1])
    assert len(kept[0]) > 100
    for store in stores:
        store.close()
