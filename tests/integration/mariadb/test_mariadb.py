"""What only a server can do: go away, take no writes, kill connections, serve two programs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchange.errors import StoreError, StoreUnavailable
from exchange.model import Match, Offer, Profile, Suggestion, SuggestionStatus
from exchange.store import Store
from exchange.store.notices import Notice
from tests.support.mariadb import MariaDB

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")]

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Profile("user:1", "Ada", offers=(Offer("sparql", "😀 𐤀 ẹ́"),))


@pytest.fixture
def store(mariadb_url: str) -> Iterator[Store]:
    opened = Store.open(mariadb_url)
    yield opened
    opened.close()


def test_all_four_bytes_of_utf8_are_kept_on_a_server_that_defaults_to_latin1(
    store: Store, mariadb: MariaDB
) -> None:
    store.profiles.save_many([replace(ADA, name="Ọlá 😀")])
    assert store.profiles.by_name("Ọlá 😀") == ADA
    name = store.database.url.database
    collations = mariadb.execute(
        "SELECT DISTINCT table_collation FROM information_schema.tables "
        f"WHERE table_schema = '{name}' AND table_name != 'alembic_version'"
    )
    assert collations == [("utf8mb4_bin",)]


def test_a_server_that_is_away_is_told_as_such_and_found_again(
    store: Store, mariadb: MariaDB
) -> None:
    store.profiles.save_many([ADA])
    mariadb.stop()
    try:
        with pytest.raises(StoreUnavailable, match="try again later"):
            store.profiles.all()
    finally:
        mariadb.start()
    assert store.profiles.all() == [ADA]


def test_idle_connections_that_the_server_closed_are_replaced(
    store: Store, mariadb: MariaDB
) -> None:
    store.profiles.save_many([ADA])
    for id, user in mariadb.execute("SELECT id, user FROM information_schema.processlist"):
        if user == "tool":
            mariadb.execute(f"KILL {id}")
    assert store.profiles.all() == [ADA], "server has gone away, and nobody noticed"


def test_a_connection_that_breaks_within_a_transaction_undoes_it_and_is_told(
    store: Store, mariadb: MariaDB
) -> None:
    def broken() -> None:
        with store.transaction():
            store.profiles.save_many([ADA])
            for id, user in mariadb.execute("SELECT id, user FROM information_schema.processlist"):
                if user == "tool":
                    mariadb.execute(f"KILL {id}")
            store.profiles.all()

    with pytest.raises(StoreUnavailable):
        broken()
    assert store.profiles.all() == []


def test_in_a_read_only_window_reading_goes_on_and_writing_is_told_to_wait(
    store: Store, mariadb: MariaDB
) -> None:
    store.profiles.save_many([ADA])
    mariadb.execute("SET GLOBAL read_only = ON")
    try:
        assert store.profiles.all() == [ADA]
        with pytest.raises(StoreUnavailable, match="read-only"):
            store.metadata.set("x", "y", at=NOW)
    finally:
        mariadb.execute("SET GLOBAL read_only = OFF")
    store.metadata.set("x", "y", at=NOW)
    assert store.metadata.get("x") == "y"


def test_a_wrong_password_is_told_without_the_password(mariadb_url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(mariadb_url.replace("se%25cret", "hunter2"))
    assert "Access denied" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_text_too_long_for_its_column_is_refused_and_never_cut_in_silence(store: Store) -> None:
    with pytest.raises(StoreError, match="too long"):
        store.metadata.set("n" * 61, "x", at=NOW)


def test_a_reader_sees_one_state_while_a_writer_goes_on(store: Store) -> None:
    store.profiles.save_many([ADA])

    def write() -> None:
        store.profiles.save_many([replace(ADA, seats=9), replace(ADA, key="user:2")])

    with store.snapshot():
        before = store.profiles.all()
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=30)
        assert not writer.is_alive(), "a reader must not hold up a writer"
        assert store.profiles.all() == before
    assert len(store.profiles.all()) == 2


def test_of_many_programs_that_want_a_lease_at_once_one_gets_it(mariadb_url: str) -> None:
    Store.open(mariadb_url).close()
    for number in range(5):
        name = f"lease {number}"
        got = _at_once(
            mariadb_url,
            lambda store, who, name=name: store.locks.acquire(name, who, now=NOW, ttl=HOUR),
        )
        assert sorted(got) == [False, False, False, True]


def test_of_many_programs_that_begin_one_notice_at_once_one_begins_it(mariadb_url: str) -> None:
    Store.open(mariadb_url).close()
    for number in range(5):
        row = Notice("", "user:1", 1, "Ada", f"campaign {number}", NOW)
        got = _at_once(
            mariadb_url,
            lambda store, who, row=row: store.notices.open(replace(row, id=row.campaign + who))[1],
        )
        assert sorted(got) == [False, False, False, True]


def test_the_bot_and_the_web_tool_write_at_once_and_nothing_is_lost(mariadb_url: str) -> None:
    store = Store.open(mariadb_url)
    seekers = [f"user:{number}" for number in range(40)]
    suggestions = store.suggestions.plan(
        Suggestion(Match(key, "user:99", "sparql", "sparql", 1.0), "2026-W47", NOW)
        for key in seekers
    )
    ids = [each.id for each in suggestions]
    failures: list[BaseException] = []

    def bot() -> None:
        try:
            for round in range(4):
                store.suggestions.mark_notified(ids, at=NOW)
                store.profiles.save_many(replace(ADA, key=key, seats=round) for key in seekers)
        except BaseException as error:
            failures.append(error)

    def web(part: int) -> None:
        try:
            for id in ids[part::2]:
                store.suggestions.answer(
                    id, status=SuggestionStatus.ACCEPTED, by="user:99", via="web", at=NOW + HOUR
                )
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=bot)]
    threads += [threading.Thread(target=web, args=(part,)) for part in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert {each.status for each in store.suggestions.all()} == {SuggestionStatus.ACCEPTED}
    assert {profile.seats for profile in store.profiles.all()} == {3}
    store.close()


def _at_once(url: str, ask: Callable[[Store, str], bool]) -> list[bool]:
    """Let four programs, each with a store of its own, ask in the same moment."""
    ready = threading.Barrier(4)

    def one(who: str) -> bool:
        store = Store.open(url, migrated=False)
        store.metadata.get("connects")
        ready.wait(timeout=60)
        try:
            return ask(store, who)
        finally:
            store.close()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, "abcd"))
