"""Fixtures: a wiki for delivery, and worlds on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.delivery.world import World, prepare
from tests.support.wiki.mediawiki import MediaWiki

_worlds = itertools.count(1)


@pytest.fixture(scope="session")
def delivery_wiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """A MediaWiki with our pages; tests of delivery share it and take fresh people."""
    with MediaWiki(folder=tmp_path_factory.mktemp("delivery")) as wiki:
        prepare(wiki)
        yield wiki


@pytest.fixture
def world_of(delivery_wiki: MediaWiki, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Make a world: ``world_of("Ada", "Cleo")``; the people get names that no other test has.

    ``world.name["Ada"]`` is the real name.
    """
    made: list[World] = []

    def make(*names: str, wiki: MediaWiki | None = None) -> World:
        number = next(_worlds)
        folder = tmp_path / str(number)
        folder.mkdir()
        real = {name: f"{name} {number}" for name in ("Ben", *names)}
        world = World.make(wiki or delivery_wiki, folder, [*real.values()][1:], helper=real["Ben"])
        world.name = real
        made.append(world)
        return world

    yield make
    for world in made:
        world.store.close()
