"""Every test of this folder that takes ``store`` or ``url`` runs on SQLite and on MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.store import Store

BODIES = [
    pytest.param("sqlite", id="SQLite"),
    pytest.param(
        "mariadb",
        id="MariaDB",
        marks=[pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")],
    ),
]


@pytest.fixture(params=BODIES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store/exchange.db"
    found: str = request.getfixturevalue("mariadb_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()
