"""Being forgotten: what goes, and the little that must stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from exchange.model import Match, Offer, Part, Profile, Status, Suggestion, User, Want
from exchange.store import Store
from exchange.store.oblivion import forget

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA = Profile(
    "user:41",
    "Sample Ada",
    page="User:Sample Ada",
    page_id=7,
    offers=(Offer("lua", "Lua"),),
    about="words of Ada",
)
BEN = Profile("user:42", "Sample Ben", page_id=8, wants=(Want("lua", "Lua"),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    store.accounts.save([User("Sample Ada", 41), User("Sample Ben", 42)], seen=NOW)
    store.profiles.save_many([ADA, BEN])
    match = Match("user:42", "user:41", "lua", "lua", 2.0, (Part("capacity", 2.0, ("lua",)),))
    (made,) = store.suggestions.plan([Suggestion(match, "2026-W47", NOW)])
    store.suggestions.answer(made.id, status=Status.DECLINED, by="user:42", via="wiki", at=NOW)
    store.preferences.set("user:41", "pause", "2026-12-24", at=NOW, via="web")
    yield store
    store.close()


def everything(store: Store) -> str:
    with store.database.reading() as connection:
        tables = connection.execute(text("select name from sqlite_master where type = 'table'"))
        return "\n".join(
            repr(connection.execute(text(f'select * from "{name}"')).all())
            for (name,) in tables.all()
        )


def test_the_name_and_the_words_of_the_person_are_nowhere(store: Store) -> None:
    assert "Sample Ada" in everything(store)
    forget(store, "user:41", account=41, at=NOW)
    left = everything(store)
    assert "Sample Ada" not in left
    assert "words of Ada" not in left
    assert "2026-12-24" not in left


def test_others_stay_as_they_are(store: Store) -> None:
    forget(store, "user:41", account=41, at=NOW)
    assert store.profiles.get("user:42") == BEN


def test_what_keeps_the_bot_from_writing_again_stays(store: Store) -> None:
    forget(store, "user:41", account=41, at=NOW)
    assert store.preferences.of("user:41") == {"forget": "yes"}
    (kept,) = store.suggestions.of("user:41")
    assert (kept.status, kept.match.parts) == (Status.DECLINED, ())


def test_forgetting_twice_changes_nothing_more(store: Store) -> None:
    forget(store, "user:41", account=41, at=NOW)
    before = everything(store)
    forget(store, "user:41", account=41, at=NOW)
    assert everything(store) == before
