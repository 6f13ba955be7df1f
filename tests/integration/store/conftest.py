"""Every test of this folder that takes ``store`` or ``url`` runs on SQLite and on MariaDB."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchange.store import Store


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()
