"""Fixtures that every corner may use.

What they give is told in ``tests.wiki.mediawiki`` and ``tests.mariadb.server``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mariadb.server import MariaDB
from tests.wiki.mediawiki import MediaWiki
from tests.wiki.ours import install_ours

BODIES = [
    pytest.param("sqlite", id="SQLite"),
    pytest.param(
        "mariadb",
        id="MariaDB",
        marks=[pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")],
    ),
]

_numbers = itertools.count(1)


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Give names that no other test has: ``fresh("Ada")`` is ``Ada 17``."""
    return lambda name: f"{name} {next(_numbers)}"


@pytest.fixture(scope="session")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """The MediaWiki that the tests of one worker share, with the account ``Exchange Bot``."""
    with MediaWiki(folder=tmp_path_factory.mktemp("mediawiki")) as wiki:
        wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
        yield wiki


@pytest.fixture(scope="session")
def installed(mediawiki: MediaWiki) -> MediaWiki:
    """The shared MediaWiki with our on-wiki pages."""
    install_ours(mediawiki)
    return mediawiki


@pytest.fixture(scope="module")
def mediawikis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., MediaWiki]]:
    """Make further wikis: ``mediawikis(extensions=..., settings=..., language=...)``."""
    made: list[MediaWiki] = []

    def make(**options: Any) -> MediaWiki:
        made.append(MediaWiki(folder=tmp_path_factory.mktemp("mediawiki"), **options))
        return made[-1].start()

    yield make
    for wiki in made:
        wiki.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """The MariaDB that the tests of one worker share."""
    with MariaDB() as server:
        yield server


@pytest.fixture
def mariadb_url(mariadb: MariaDB) -> str:
    """The URL of a new, empty database."""
    return mariadb.database()


@pytest.fixture(params=BODIES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store: each test that takes it runs on SQLite and on MariaDB."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store/exchange.db"
    found: str = request.getfixturevalue("mariadb_url")
    return found
