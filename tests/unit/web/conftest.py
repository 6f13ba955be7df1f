"""The web tool over a made-up movement, in process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Profile
from tests.unit.search.movement import movement
from tests.unit.web.site import app_over, filled

SIZE = 240


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "exchange.db"
    filled(path, SIZE).close()
    return path


@pytest.fixture(scope="session")
def app(database: Path) -> Flask:
    return app_over(database)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="session")
def people() -> list[Profile]:
    return list(movement(SIZE, directory=load()))


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
