"""A web tool over a real SQLite store with a made-up movement, for tests and for looking at."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from exchange.directory import load
from exchange.model import Problem
from exchange.settings import load as load_settings
from exchange.store.facade import Store
from exchange.store.notes import BUILD
from exchange.store.problems import PageProblem
from tests.search.movement import NOW, movement
from webtool import create_app

WIKI = "https://wiki.example.org/w/api.php"


def filled(path: Path, size: int = 300) -> Store:
    """Make a database of made-up profiles."""
    store = Store.open(f"sqlite:///{path}")
    with store.transaction():
        store.profiles.save_many(movement(size, directory=load()))
        store.notes.set(BUILD, "first", at=NOW)
    return store


def app_over(path: Path, **environment: str) -> Flask:
    """Put the web tool together over a database, at a fixed time."""
    settings = load_settings(
        {"CXC_DATABASE": f"sqlite:///{path}", "CXC_WIKI": WIKI, "CXC_NOW": NOW.isoformat()}
        | environment
    )
    return create_app(settings)
