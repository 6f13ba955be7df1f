"""What was typed as the pages go on with it: rows, and what was picked in the tree of capacities."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from exchange.directory import load
from tests.support.account_wiki import MemorySite
from tests.unit.account.test_saving import TITLE, app, client, site

__all__ = ["app", "client", "site"]


def send(client: FlaskClient, page: str = "/me/profile", **fields: str | list[str]) -> str:
    """Send a form, a field's name with ``_`` for ``-``; the page that answers."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token
    typed = {name.replace("_", "-"): value for name, value in fields.items()}
    return unescape(client.post(page, data={"csrf_token": token[1], "base": "0"} | typed).text)


def rows(page: str, side: str) -> list[str]:
    """The capacities that the fields of a page hold."""
    found = re.findall(rf'name="{side}-\d+-capacity" value="([^"]*)"', page)
    return [one for one in found if one]


def test_what_is_ticked_stands_in_rows_below_what_was_typed(client: FlaskClient) -> None:
    page = send(
        client,
        step="form",
        offers_0_capacity="Cooking",
        offers_1_capacity="",
        offers_pick=["lua", "no-such-capacity", "photography"],
        wants_0_capacity="SQL",
        wants_0_note="By March",
        wants_pick="wikidata",
        about="My words.",
    )
    assert rows(page, "offers") == ["Cooking", "Lua", "photography"]
    assert rows(page, "wants") == ["SQL", "Wikidata"]
    assert "By March" in page
    assert "My words." in page
    assert 'value="lua" checked disabled' in page, "it is in the list"


def test_what_is_in_the_list_is_not_added_again(client: FlaskClient) -> None:
    page = send(
        client, step="form", offers_0_capacity="fotografia", offers_pick=["photography"] * 2
    )
    assert rows(page, "offers") == ["fotografia"]


def test_what_is_ticked_counts_without_being_added_first(
    client: FlaskClient, site: MemorySite
) -> None:
    picked = {"offers_0_capacity": "", "offers_pick": "lua", "wants_pick": "photography"}
    page = send(client, step="preview", **picked)
    assert "* Lua" in page
    assert rows(page, "offers") == ["Lua"]
    send(client, step="save", **picked)
    text = site.pages[TITLE].text
    assert "* Lua" in text
    assert "* photography" in text


def test_what_is_ticked_stays_beside_a_mistake(client: FlaskClient) -> None:
    page = send(client, step="preview", offers_pick="lua", timezone="Atlantis")
    assert "is not a time zone" in page
    assert rows(page, "offers") == ["Lua"]
    page = send(client, step="preview", wants_0_note="By March", offers_pick="lua")
    assert "By March" in page
    assert rows(page, "offers") == ["Lua"]


def test_a_request_takes_the_capacity_whose_button_was_pressed(
    client: FlaskClient, site: MemorySite
) -> None:
    page = send(client, "/me/request", what="", note="Soon please", what_pick="lua")
    assert 'name="what" value="Lua"' in page
    assert "Soon please" in page
    assert TITLE not in site.pages


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr", "pt", "yo"])
def test_whatever_is_picked_in_any_language_is_read_as_itself(language: str) -> None:
    directory = load()
    for id in directory.capacities:
        assert directory.identify(directory.name(id, language)) == id
