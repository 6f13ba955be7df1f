"""The directory as people extended it on the wiki, in the tool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exchange.model import Offer, Profile
from exchange.store.runs import DIRECTORY_PAGE, INDEX_VERSION
from exchange.store.store import Store, StoreVersion
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over, filled

PAGE = {
    "capacities": [
        {"id": "moon-gardening", "names": {"en": "Moon gardening", "de": "Mondgärtnern"}}
    ]
}


def test_a_capacity_that_was_added_on_the_wiki_has_its_name_and_page_here(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    client = app_over(tmp_path / "exchange.db").test_client()
    assert client.get("/capacities/moon-gardening").status_code == 404
    store.metadata.set(DIRECTORY_PAGE, json.dumps(PAGE), at=NOW)
    moon = (Offer("moon-gardening", "moon gardens"),)
    store.profiles.save_many([Profile("user:9001", "Sample Moon", page_id=9001, offers=moon)])
    store.metadata.set(INDEX_VERSION, "second", at=NOW)
    assert "Mondgärtnern" in client.get("/capacities/moon-gardening?uselang=de").text
    assert "Sample Moon" in client.get("/search?q=Mondgärtnern").text
    store.close()


def test_an_answer_does_not_read_the_directory_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.metadata.set(DIRECTORY_PAGE, json.dumps(PAGE), at=NOW)
    client = app_over(tmp_path / "exchange.db").test_client()
    read: list[str] = []
    version = Store.version

    def noted(self: Store, **given: str | None) -> StoreVersion:
        found = version(self, **given)
        read.append(found.directory)
        return found

    monkeypatch.setattr(Store, "version", noted)
    for _ in range(2):
        assert client.get("/capacities/moon-gardening").status_code == 200
    assert read == [json.dumps(PAGE), ""]
    store.close()


def test_a_page_that_no_longer_fits_leaves_the_committed_directory(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.metadata.set(
        DIRECTORY_PAGE, '{"capacities": [{"id": "moon", "broader": "nowhere"}]}', at=NOW
    )
    client = app_over(tmp_path / "exchange.db").test_client()
    assert client.get("/capacities/lua").status_code == 200
    assert client.get("/capacities/moon").status_code == 404
    store.close()


LINKS = {
    "capacities": [
        {
            "id": "lua",
            "names": {"sw": "Lua ya wiki"},
            "resources": [
                {
                    "title": "Lua on <wikis>",
                    "url": "https://www.mediawiki.org/wiki/Lua/Tutorial",
                    "language": "en",
                }
            ],
        }
    ]
}


def test_a_capacity_shows_its_sentence_and_what_coordinators_linked(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.metadata.set(DIRECTORY_PAGE, json.dumps(LINKS), at=NOW)
    client = app_over(tmp_path / "exchange.db").test_client()
    html = client.get("/capacities/lua").text
    assert (
        'href="https://www.mediawiki.org/wiki/Lua/Tutorial" rel="noreferrer nofollow ugc"' in html
    )
    assert "Lua on &lt;wikis&gt;" in html
    html = client.get("/capacities/photography").text
    assert "Taking and editing pictures that articles can use." in html
    assert "Learn it here" not in html
    store.close()


def test_a_machine_made_name_says_so_and_a_reviewed_one_does_not(tmp_path: Path) -> None:
    store = filled(tmp_path / "exchange.db", 5)
    store.metadata.set(DIRECTORY_PAGE, json.dumps(LINKS), at=NOW)
    client = app_over(tmp_path / "exchange.db").test_client()
    note = "maschinell erstellt"
    assert note in client.get("/capacities/photography?uselang=de").text
    assert "made by a machine" not in client.get("/capacities/photography?uselang=en").text
    assert "створила машина" in client.get("/capacities/photography?uselang=uk").text
    # A name that people wrote beside a sentence that nobody reviewed, and one without any.
    assert "створила машина" in client.get("/capacities/communication?uselang=uk").text
    assert "ya da açıklamasını" not in client.get("/capacities/communication?uselang=tr").text
    assert "ya da açıklamasını" in client.get("/capacities/photography?uselang=tr").text
    assert "made by a machine" not in client.get("/capacities/lua?uselang=sw").text
    store.close()
