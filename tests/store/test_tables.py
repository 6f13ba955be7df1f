from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from exchange.errors import StoreError
from exchange.model import Profile
from exchange.store import Store, migrate
from exchange.store.database import Database
from exchange.store.tables import metadata


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    assert migrate.drift(store.database) == []


def test_a_difference_between_database_and_code_is_told(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(text("ALTER TABLE note ADD COLUMN extra INTEGER"))
    assert any("extra" in difference for difference in migrate.drift(store.database))


def test_a_database_is_made_on_first_use_and_found_again(url: str) -> None:
    with_first = Store.open(url)
    with_first.profiles.save_many([Profile("user:1", "Ada")])
    with_first.close()
    again = Store.open(url)
    assert [profile.key for profile in again.profiles.all()] == ["user:1"]
    assert again.migrate() is False
    again.close()


def test_two_programs_may_open_a_new_database_at_once(url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            Store.open(url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    database = Database(url)
    assert migrate.current(database) == migrate.head()
    database.close()


def test_a_database_newer_than_the_code_is_refused_with_the_mend(store: Store, url: str) -> None:
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"9999.*deploy the newer version"):
        Store.open(url)


def test_nothing_connects_before_it_is_used() -> None:
    Store.open("mysql+pymysql://nobody@127.0.0.1:9/none", migrated=False)


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("", "use sqlite:///FILE"),
        ("no url", "use sqlite:///FILE"),
        ("nosuch://x", "use sqlite:///FILE"),
        ("postgresql+nosuch://x", "use sqlite:///FILE"),
    ],
)
def test_a_wrong_url_is_told_with_the_mend(url: str, mend: str) -> None:
    with pytest.raises(StoreError, match=mend):
        Database(url)


def test_every_text_compares_by_its_bytes(store: Store) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    names = ["ada", "Ada", "àda", "ａｄａ", "😀", "ß", "ss"]
    for name in names:
        store.notes.set(name, name, at=now)
    assert [store.notes.get(name) for name in names] == names


def test_later_migrations_only_add_so_that_the_old_version_can_go_on_serving() -> None:
    removing = ("drop_column", "drop_table", "alter_column", "rename_table", "drop_constraint")
    for path in sorted((migrate.FOLDER / "versions").glob("0*.py")):
        upgrade = path.read_text("utf-8").partition("def upgrade")[2].partition("def downgrade")[0]
        assert upgrade, path.name
        assert not [name for name in removing if f"op.{name}(" in upgrade], path.name


def test_every_table_is_kept_in_utf8mb4_by_innodb() -> None:
    for table in metadata.sorted_tables:
        assert table.dialect_options["mysql"]["charset"] == "utf8mb4", table.name
        assert table.dialect_options["mysql"]["collate"] == "utf8mb4_bin", table.name
        assert table.dialect_options["mysql"]["engine"] == "InnoDB", table.name
