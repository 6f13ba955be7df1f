"""A run is killed at every step of the recipe, and two run at once: still exactly one notice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from exchange.model import Status
from tests.delivery.killed import STEPS
from tests.delivery.world import BOT, World
from tests.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery-killed")]

Worlds = Callable[..., World]


def start(world: World, step: str = "") -> subprocess.Popen[str]:
    """Start a run in a process of its own."""
    account = world.wiki.accounts[BOT]
    environment = os.environ | {
        "CXC_WIKI": world.wiki.api,
        "CXC_DATABASE": world.database,
        "CXC_BOT_USER": BOT,
    }
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.delivery.killed", step),
            *(account.login, account.secret, world.now.isoformat()),
        ],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_at_any_step_is_taken_up_again(
    world_of: Worlds, delivery_wiki: MediaWiki, step: str
) -> None:
    """Killed at the second of three people: a missing page, an existing one, a redirect."""
    world = world_of("Kill1", "Kill2", "Kill3")
    names = [world.name[f"Kill{n}"] for n in (1, 2, 3)]
    titles = [f"User talk:{name}" for name in names]
    delivery_wiki.edit("Admin", titles[1], "Hello.")
    titles[2] += "/Inbox"
    delivery_wiki.edit("Admin", titles[2], "Hello.")
    delivery_wiki.edit("Admin", f"User talk:{names[2]}", f"#REDIRECT [[{titles[2]}]]")
    run = start(world, step)
    _, said = run.communicate(timeout=300)
    assert run.returncode == -signal.SIGKILL, said
    world.run()
    assert [world.copies(n, title=t) for n, t in zip(names, titles, strict=True)] == [1, 1, 1]
    assert [len(world.revisions_by_bot(title)) for title in titles] == [1, 1, 1]
    assert {world.status(name) for name in names} == {Status.OPEN}
    assert world.store.notices.unfinished() == []
    assert world.run().planned == 0


def test_two_runs_at_once_write_each_notice_once(world_of: Worlds) -> None:
    """One takes the turn; the other holds, or finds nothing left to say."""
    names = [f"Two{n}" for n in range(6)]
    world = world_of(*names)
    runs = [start(world), start(world)]
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    counts = [json.loads(out) for out, _ in said]
    assert sum(each["sent"] for each in counts) == 6
    assert {world.copies(world.name[name]) for name in names} == {1}
