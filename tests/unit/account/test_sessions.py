"""Logins: what is kept opens nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from exchange.store import Store
from webtool.account.auth import SESSION_LIFETIME, Logins
from webtool.account.oauth import Identity, Token

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA = Identity(41, "Sample Ada")
ACCESS = Token("access-key", "access-secret")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield store
    store.close()


def test_the_secret_opens_the_login_and_nothing_else_does(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    secret = logins.begin(identity=ADA, access=ACCESS, now=NOW)
    login = logins.current(secret, now=NOW)
    assert login is not None
    assert (login.account, login.name, login.access, login.key) == (
        41,
        "Sample Ada",
        ACCESS,
        "user:41",
    )
    assert logins.current(secret + "x", now=NOW) is None
    assert logins.current("", now=NOW) is None


def test_neither_the_secret_nor_the_token_stands_in_the_database(store: Store) -> None:
    secret = Logins(store, key="k" * 32).begin(identity=ADA, access=ACCESS, now=NOW)
    with store.database.reading() as connection:
        kept = repr(connection.execute(text("select * from session")).all())
    for hidden in (secret, ACCESS.key, ACCESS.secret):
        assert hidden not in kept


def test_a_login_ends_after_thirty_days(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    secret = logins.begin(identity=ADA, access=ACCESS, now=NOW)
    assert logins.current(secret, now=NOW + SESSION_LIFETIME - timedelta(seconds=1)) is not None
    assert logins.current(secret, now=NOW + SESSION_LIFETIME) is None


def test_the_next_login_sweeps_expired_ones_away(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    logins.begin(identity=ADA, access=ACCESS, now=NOW)
    logins.begin(identity=Identity(42, "Sample Ben"), access=ACCESS, now=NOW + SESSION_LIFETIME)
    with store.database.reading() as connection:
        assert connection.execute(text("select count(*) from session")).scalar() == 1


def test_logging_out_drops_the_token(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    secret = logins.begin(identity=ADA, access=ACCESS, now=NOW)
    logins.end(secret)
    assert logins.current(secret, now=NOW) is None
    with store.database.reading() as connection:
        assert connection.execute(text("select count(*) from session")).scalar() == 0


def test_logging_out_everywhere_leaves_others_in(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    first = logins.begin(identity=ADA, access=ACCESS, now=NOW)
    second = logins.begin(identity=ADA, access=ACCESS, now=NOW)
    other = logins.begin(identity=Identity(42, "Sample Ben"), access=ACCESS, now=NOW)
    logins.end_all(41)
    assert logins.current(first, now=NOW) is None
    assert logins.current(second, now=NOW) is None
    assert logins.current(other, now=NOW) is not None


def test_with_another_key_old_logins_are_over(store: Store) -> None:
    secret = Logins(store, key="k" * 32).begin(identity=ADA, access=ACCESS, now=NOW)
    assert Logins(store, key="another key").current(secret, now=NOW) is None


def test_each_login_has_a_secret_of_its_own(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    secrets = {logins.begin(identity=ADA, access=ACCESS, now=NOW) for _ in range(5)}
    assert len(secrets) == 5


def test_a_encrypted_value_opens_only_here_and_only_for_a_while(store: Store) -> None:
    logins = Logins(store, key="k" * 32)
    encrypted = logins.encrypt("request-secret")
    assert "request-secret" not in encrypted
    assert logins.decrypt(encrypted, seconds=600) == "request-secret"
    assert logins.decrypt(encrypted, seconds=-1) is None
    assert Logins(store, key="another").decrypt(encrypted, seconds=600) is None
    assert logins.decrypt("nonsense", seconds=600) is None
