"""The directory as people extended it on the wiki, in the tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exchange.model import Offer, Profile
from exchange.store.notes import BUILD, DIRECTORY
from exchange.store.state import State, States
from tests.search.movement import NOW
from tests.web.site import app_over, filled

PAGE = {
    "capacities": [
        {"id": "moon-gardening", "names": {"en": "Moon gardening", "de": "Mondgärtnern"}}
    ]
}


def test_a_capacity_that_was_added_on_the_wiki_has_its_name_and_page_here(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    client = app_over(tmp_path / "exchange.db").test_client()
    assert client.get("/capacities/moon-gardening").status_code == 404
    store.notes.set(DIRECTORY, json.dumps(PAGE), at=NOW)
    moon = (Offer("moon-gardening", "moon gardens"),)
    store.profiles.save_many([Profile("user:9001", "Sample Moon", page_id=9001, offers=moon)])
    store.notes.set(BUILD, "second", at=NOW)
    assert "Mondgärtnern" in client.get("/capacities/moon-gardening?uselang=de").text
    assert "Sample Moon" in client.get("/search?q=Mondgärtnern").text
    store.close()


def test_an_answer_does_not_read_the_directory_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.notes.set(DIRECTORY, json.dumps(PAGE), at=NOW)
    client = app_over(tmp_path / "exchange.db").test_client()
    read: list[str] = []
    now = States.now

    def noted(self: States, **given: str | None) -> State:
        found = now(self, **given)
        read.append(found.directory)
        return found

    monkeypatch.setattr(States, "now", noted)
    for _ in range(2):
        assert client.get("/capacities/moon-gardening").status_code == 200
    assert read == [json.dumps(PAGE), ""]
    store.close()


def test_a_page_that_no_longer_fits_leaves_the_committed_directory(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.notes.set(DIRECTORY, '{"capacities": [{"id": "moon", "broader": "nowhere"}]}', at=NOW)
    client = app_over(tmp_path / "exchange.db").test_client()
    assert client.get("/capacities/lua").status_code == 200
    assert client.get("/capacities/moon").status_code == 404
    store.close()
