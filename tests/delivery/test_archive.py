"""The same job with no wiki at all: an export in, a folder out, and again: nothing changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from bot.__main__ import bot
from exchange.notice import mark
from exchange.store import Store

SAMPLE = "config/sample/movement.xml.gz"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_whole_run_over_the_sample_movement_tells_everybody_once(tmp_path: Path) -> None:
    """Every notice stands in a file with its row; every candidate has one outcome."""
    database = f"sqlite:///{tmp_path}/exchange.db"
    environment = {
        "CXC_WIKI": f"archive:{SAMPLE}",
        "CXC_WIKI_OUT": str(tmp_path / "wiki"),
        "CXC_DATABASE": database,
        "CXC_NOW": NOW.isoformat(),
    }

    def run(*command: str) -> dict[str, object]:
        done = CliRunner().invoke(bot, [*command, "--json"], env=environment)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    for step in ("install", "harvest", "match"):
        run(step)
    first = run("notify")
    skipped = first["skipped"]
    assert isinstance(skipped, dict)
    assert first["planned"] == first["sent"] + sum(skipped.values())  # type: ignore[operator]
    assert first["sent"] == first["edits"] > 100  # type: ignore[operator]
    assert {"opted-out-template", "opted-out-category", "opted-out-list"} <= skipped.keys()
    store = Store.open(database)
    log = [json.loads(line) for line in (tmp_path / "wiki" / "edits.jsonl").open()]
    tags = [tag for entry in log if (tag := mark.tagged(entry["summary"]))]
    assert sorted(tags) == sorted(row.id for row in store.notices.sent())
    assert len(tags) == len(set(tags)) == first["sent"]
    accounts = [row.account for row in store.notices.sent()]
    assert len(accounts) == len(set(accounts))
    newest = store.runs.last("notify")
    assert newest is not None
    assert len(store.runs.outcomes(newest.id)) == first["planned"]
    again = run("notify")
    assert (again["sent"], again["edits"]) == (0, 0)
    store.close()


def test_the_history_of_an_archive_is_put_together_again(tmp_path: Path) -> None:
    """``python -m bot recover`` over the folder gives the rows that were lost."""
    environment = {
        "CXC_WIKI": f"archive:{SAMPLE}",
        "CXC_WIKI_OUT": str(tmp_path / "wiki"),
        "CXC_DATABASE": f"sqlite:///{tmp_path}/one.db",
        "CXC_NOW": NOW.isoformat(),
    }
    for step in ("install", "harvest", "match", "notify"):
        done = CliRunner().invoke(bot, [step, "--json"], env=environment)
        assert done.exit_code == 0, done.output
    environment["CXC_DATABASE"] = f"sqlite:///{tmp_path}/two.db"
    done = CliRunner().invoke(bot, ["recover", "--json"], env=environment)
    assert done.exit_code == 0, done.output
    stores = [Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("one", "two")]
    kept = [
        [(r.id, r.recipient, r.account, r.name, r.page, r.revision) for r in store.notices.sent()]
        for store in stores
    ]
    assert sorted(kept[0]) == sorted(kept[1])
    assert len(kept[0]) > 100
    for store in stores:
        store.close()
