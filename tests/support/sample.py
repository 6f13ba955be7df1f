"""The sample movement after the bot's commands, made once for all tests of a run.

Its stages are what the demo does, one upon the other: ``harvested`` (install, harvest), ``told``
(the first whole run) and ``settled`` (the second). The workers share them: the first that needs a
stage makes it, and each test gets a copy of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.__main__ import bot

SAMPLE = Path(__file__).parents[2] / "config/sample/movement.xml.gz"
NOW = "2026-11-23T08:00:00Z"
"""The sample movement lives then."""

STAGES = {"harvested": ("install", "harvest"), "told": ("run",), "settled": ("run",)}


@dataclass(frozen=True, slots=True)
class SampleMovement:
    """A folder with the wiki that was written and the database, and what the commands printed."""

    folder: Path
    printed: dict[str, Any]
    """By stage: what the last of its commands printed."""

    @property
    def wiki(self) -> Path:
        """The folder of pages that the bot wrote."""
        return self.folder / "wiki"

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / "exchange.db"

    @property
    def environment(self) -> dict[str, str]:
        """The settings for commands and for the web tool."""
        return {
            "CXC_WIKI": f"archive:{SAMPLE}",
            "CXC_WIKI_OUT": str(self.wiki),
            "CXC_DATABASE": f"sqlite:///{self.database}",
            "CXC_NOW": NOW,
        }

    def run(self, *command: str) -> Any:
        """Run a command in this process; what it printed as JSON."""
        done = CliRunner().invoke(bot, [*command, "--json"], env=self.environment)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout.splitlines()[-1])


def copy_sample(stage: str, *, shared: Path, folder: Path) -> SampleMovement:
    """Return the movement at a stage, in a folder that is new or empty.

    ``shared`` is a folder for all tests and workers of a run.
    """
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = _stage(stage, shared)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return SampleMovement(folder, json.loads((folder / "printed.json").read_text("utf-8")))


def _stage(name: str, shared: Path) -> Path:
    done = shared / f"sample-{name}"
    if done.exists():
        return done
    making = shared / f"sample-{name}-{os.getpid()}"
    stages = list(STAGES)
    printed: dict[str, Any] = {}
    if before := stages[: stages.index(name)]:
        shutil.copytree(_stage(before[-1], shared), making)
        printed = json.loads((making / "printed.json").read_text("utf-8"))
    else:
        making.mkdir()
    movement = SampleMovement(making, printed)
    for command in STAGES[name]:
        printed[name] = movement.run(command)
    (making / "printed.json").write_text(json.dumps(printed), encoding="utf-8")
    making.rename(done)
    return done
