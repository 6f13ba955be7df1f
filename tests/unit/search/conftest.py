"""A made-up movement and its index, shared by the tests of search."""

from __future__ import annotations

import pytest

from exchange.directory import Directory, load
from exchange.model import Profile
from exchange.search import Index, build_index
from tests.unit.search.movement import movement


@pytest.fixture(scope="session")
def directory() -> Directory:
    return load()


@pytest.fixture(scope="session")
def people(directory: Directory) -> list[Profile]:
    return list(movement(400, directory=directory))


@pytest.fixture(scope="session")
def index(people: list[Profile], directory: Directory) -> Index:
    return build_index(people, directory=directory, name="test")
