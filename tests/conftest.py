"""Fixtures that every corner may use.

What they give is told in ``tests.support.wiki.mediawiki`` and ``tests.support.mariadb``.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from exchange.store import Store
from tests.support.examples import load_profile
from tests.support.mariadb import MariaDB
from tests.support.sample import SampleMovement, copy_sample
from tests.support.wiki.mediawiki import MediaWiki
from tests.support.wiki.ours import install_ours
from tests.support.wiki.releases import SUITES

load_profile()

BODIES = [
    pytest.param("sqlite", id="SQLite"),
    pytest.param(
        "mariadb",
        id="MariaDB",
        marks=[pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")],
    ),
]

_numbers = itertools.count(1)


class _Compiled(BytecodeCache):
    """Each template compiled once, for all the web tools that tests put together."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": _Compiled()}


run_migrations = Store.migrate


@cache
def _migrated() -> bytes:
    """A database that the migrations made."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "exchange.db"
        store = Store.open(f"sqlite:///{made}", migrated=False)
        run_migrations(store)
        store.close()
        return made.read_bytes()


def _migrate_as_before(store: Store) -> bool:
    """Begin a new SQLite database as a copy of the first one: migrations take longer than most tests.

    Tests of the migrations put ``run_migrations`` back.
    """
    path = store.database.url.database
    is_new = path != ":memory:" and not store.database.exists()
    if is_new:
        with contextlib.suppress(OSError):  # then the migrations say what is wrong
            copy = Path(f"{path}.{threading.get_ident()}")
            copy.write_bytes(_migrated())
            try:
                os.link(copy, str(path))  # fails where another thread was faster
            finally:
                copy.unlink()
    return run_migrations(store) or is_new


Store.migrate = _migrate_as_before  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking, again and again, through what stays anyway."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Return names that no other test has: ``fresh("Ada")`` is ``Ada 17``."""
    return lambda name: f"{name} {next(_numbers)}"


@pytest.fixture(scope="session")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """The MediaWiki that the tests of one worker share, with the account ``Exchange Bot``."""
    with MediaWiki(folder=tmp_path_factory.mktemp("mediawiki")) as wiki:
        wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
        yield wiki


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    """Another shared MediaWiki, with our on-wiki pages.

    It is not the one above: there, any test may write a template of ours by hand, and install would
    leave that alone.
    """
    with MediaWiki(folder=tmp_path_factory.mktemp("installed")) as wiki:
        wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
        install_ours(wiki)
        yield wiki


@pytest.fixture(scope="module")
def mediawikis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., MediaWiki]]:
    """Make further wikis: ``mediawikis(extensions=..., settings=..., release=...)``."""
    made: list[MediaWiki] = []

    def make(**options: Any) -> MediaWiki:
        made.append(MediaWiki(folder=tmp_path_factory.mktemp("mediawiki"), **options))
        return made[-1].start()

    yield make
    for wiki in made:
        wiki.stop()


@pytest.fixture(scope="package", params=SUITES)
def release(request: pytest.FixtureRequest) -> str:
    """A release of MediaWiki: each test that takes it runs on all of them."""
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def sample_at(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SampleMovement]:
    """Copy the sample movement: ``sample_at("told")`` has it after the first whole run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return lambda stage: copy_sample(stage, shared=shared, folder=tmp_path_factory.mktemp(stage))


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
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make addresses of empty stores: each test that takes it runs on SQLite and on MariaDB."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/store{next(_numbers)}/exchange.db"
    server: MariaDB = request.getfixturevalue("mariadb")
    return server.database


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The address of an empty store, on SQLite and on MariaDB."""
    return new_url()
