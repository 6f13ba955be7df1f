"""A dry run tells what the run after it does, figure by figure and page by page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, select

from bot.__main__ import bot
from bot.cli.app import DRY_RUN_FOLDER, RUN
from exchange.store.schema import metadata

SAMPLE = Path("config/sample/movement.xml.gz").resolve()

Counts = dict[str, Any]


class Bot:
    """The bot over the sample movement, in a folder of its own, with a fixed time."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "exchange.db"
        self.wiki = folder / "wiki"
        self.environment = {
            "CXC_WIKI": f"archive:{SAMPLE}",
            "CXC_WIKI_OUT": str(self.wiki),
            "CXC_DATABASE": f"sqlite:///{self.database}",
            "CXC_NOW": "2026-11-23T08:00:00Z",
        }

    def __call__(self, *command: str) -> Counts:
        done = CliRunner().invoke(bot, [*command, "--json"], env=self.environment)
        assert done.exit_code == 0, done.output
        counts: Counts = json.loads(done.stdout)
        return counts

    def rows(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        engine = create_engine(self.environment["CXC_DATABASE"])
        with engine.connect() as connection:
            found = {
                table.name: sorted(map(repr, connection.execute(select(table))))
                for table in metadata.sorted_tables
            }
        engine.dispose()
        return found


def files_of(folder: Path) -> dict[str, str]:
    """Return the text of every page in a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "edits.jsonl"
    }


def edits_of(folder: Path) -> list[Counts]:
    """Return every edit in a folder, in order."""
    return [json.loads(line) for line in (folder / "edits.jsonl").read_text("utf-8").splitlines()]


def summaries_of(edits: list[Counts]) -> list[tuple[str, str]]:
    return [(edit["title"], edit["summary"]) for edit in edits]


def renumbered(text: str, revisions: list[int]) -> str:
    """Return a page of the dry run with the wiki's numbers of revisions, and without a digest."""
    text = re.sub(r"\b10{6}\d{6}\b", lambda found: str(revisions[int(found[0]) - 10**12]), text)
    return re.sub(r"(digest\W+)[0-9a-f]{16}", r"\1", text)


def without_time(steps: Counts) -> Counts:
    return {name: {**counts, "seconds": 0} for name, counts in steps.items()}


@pytest.mark.slow
def test_a_dry_run_over_the_sample_movement_tells_what_the_run_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exchange = Bot(tmp_path)
    exchange("install")
    exchange.database.unlink()  # as fresh as a first run's
    installed, installed_edits = files_of(exchange.wiki), edits_of(exchange.wiki)

    would = exchange("run", "--dry-run")
    rehearsed, told = files_of(DRY_RUN_FOLDER), edits_of(DRY_RUN_FOLDER)
    assert not exchange.database.exists()
    assert (files_of(exchange.wiki), edits_of(exchange.wiki)) == (installed, installed_edits)

    did = exchange("run")
    assert list(would["steps"]) == list(RUN)
    assert without_time(would["steps"]) == without_time(did["steps"])
    assert did["sent"] > 100
    assert did["edits"] == len(told) > did["sent"]
    made = edits_of(exchange.wiki)[len(installed_edits) :]
    assert summaries_of(made) == summaries_of(told)
    revisions = [edit["revid"] for edit in made]
    shown = {name: renumbered(text, revisions) for name, text in rehearsed.items()}
    stand = {name: renumbered(text, []) for name, text in files_of(exchange.wiki).items()}
    assert {name: renumbered(text, []) for name, text in installed.items()} | shown == stand

    kept, written = exchange.rows(), files_of(exchange.wiki)
    exchange("run", "--dry-run")
    assert exchange.rows() == kept
    assert files_of(exchange.wiki) == written
