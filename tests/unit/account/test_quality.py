"""How much an exchange helped a group: any contact says so in the tool, nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.model import Kind, Match, Profile, SuggestionStatus
from exchange.model.suggestion import Suggestion
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.unit.account.test_saving import app, client, site
from tests.unit.search.movement import NOW
from webtool.context import context_of

__all__ = ["app", "client", "site"]

GROUP = "page:9"


@pytest.fixture
def store(app: Flask) -> Store:
    return context_of(app).store


def learnt(store: Store, *contacts: int) -> int:
    """Let a group with these contacts have learnt from Ben; the suggestion's id."""
    group = Profile(GROUP, "Binders", kind=Kind.USER_GROUP, page="Project:Binders", page_id=9)
    store.profiles.save_many([group, Profile("user:42", "Ben")])
    store.pages.save([PageRecord(9, "Project:Binders", 4, 1, party=GROUP, agreed=contacts)])
    (made,) = store.suggestions.plan(
        [Suggestion(Match(GROUP, "user:42", "lua", "lua", 1.0), "2026-W30", NOW)]
    )
    store.suggestions.mark_notified([made.id], at=NOW)
    store.suggestions.answer(
        made.id, status=SuggestionStatus.EXCHANGED, by=GROUP, via="web", at=NOW
    )
    return made.id


def rate(client: FlaskClient, id: int, quality: int) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    assert token
    sent = {"csrf_token": token[1], "quality": str(quality)}
    return client.post(f"/me/matches/{id}/quality", data=sent).status_code


def test_a_contact_is_asked_and_says_how_much_it_helped_the_group(
    client: FlaskClient, store: Store
) -> None:
    id = learnt(store, 41, 43)
    assert f'action="/me/matches/{id}/quality"' in client.get("/me").text
    assert rate(client, id, 3) == 302
    (kept,) = store.suggestions.involving(GROUP)
    assert kept.quality == 3


def test_nobody_else_says_it_for_a_group(client: FlaskClient, store: Store) -> None:
    id = learnt(store, 43)
    assert f"/me/matches/{id}/quality" not in client.get("/me").text
    assert rate(client, id, 3) == 403
    (kept,) = store.suggestions.involving(GROUP)
    assert not kept.quality
