"""A run is killed at every step of the recipe, and two run at once: still exactly one notice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from exchange.model import SuggestionStatus
from tests.integration.delivery.killed import STEPS, start
from tests.integration.delivery.world import World
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]


@pytest.fixture(scope="module")
def crowd(delivery_wiki: MediaWiki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three people for each step: without a talk page, with one, and with a redirect."""
    names = [f"Kill {i} {kind}" for i in range(len(STEPS)) for kind in ("none", "page", "away")]
    world = World.make(delivery_wiki, tmp_path_factory.mktemp("killed"), names, helper="Kill Ben")
    pages = {f"User talk:{name}": "Hello." for name in names if name.endswith("page")}
    for name in names:
        if name.endswith("away"):
            pages[f"User talk:{name}/Inbox"] = "Hello."
            pages[f"User talk:{name}"] = f"#REDIRECT [[User talk:{name}/Inbox]]"
    delivery_wiki.fill(pages)
    yield world
    world.store.close()


@pytest.mark.parametrize(("number", "step"), [*enumerate(STEPS)], ids=STEPS)
def test_a_run_killed_at_any_step_is_taken_up_again(crowd: World, number: int, step: str) -> None:
    """Killed at the second of three people; the next run brings everybody exactly one notice."""
    world = crowd
    names = [f"Kill {number} {kind}" for kind in ("none", "page", "away")]
    titles = [f"User talk:{names[0]}", f"User talk:{names[1]}", f"User talk:{names[2]}/Inbox"]
    run, _ = start(world, step, trial=tuple(names))
    run.join(300)
    assert run.exitcode == -signal.SIGKILL
    world.run(trial=tuple(names))
    assert [world.copies(n, title=t) for n, t in zip(names, titles, strict=True)] == [1, 1, 1]
    assert [len(world.revisions_by_bot(title)) for title in titles] == [1, 1, 1]
    assert {world.status(name) for name in names} == {SuggestionStatus.OPEN}
    assert world.store.notices.unfinished() == []
    assert world.run(trial=tuple(names)).sent == 0


def test_two_runs_at_once_write_each_notice_once(world_of: Worlds) -> None:
    """One takes the turn; the other holds, or finds nothing left to say."""
    names = [f"Two{n}" for n in range(6)]
    world = world_of(*names)
    runs = [start(world), start(world)]
    for run, _ in runs:
        run.join(300)
    assert [run.exitcode for run, _ in runs] == [0, 0]
    assert sum(sent.get(timeout=10) for _, sent in runs) == 6
    assert {world.copies(world.name[name]) for name in names} == {1}
