from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, text

from exchange.errors import StoreError
from exchange.model import Profile
from exchange.store import Store, migrate
from exchange.store.database import Database
from exchange.store.schema import metadata
from tests.conftest import run_migrations
from tests.support.examples import slow


@pytest.fixture(autouse=True)
def _by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each database here by the migrations, and none as a copy."""
    monkeypatch.setattr(Store, "migrate", run_migrations)


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store) -> None:
    assert migrate.drift(store.database) == []


def test_the_newest_file_is_the_one_that_alembic_calls_the_head() -> None:
    scripts = Config()
    scripts.set_main_option("script_location", str(migrate.FOLDER))
    assert migrate.head() == ScriptDirectory.from_config(scripts).get_current_head()


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


@pytest.mark.parametrize("rounds", [int(os.environ.get("CXC_TEST_ROUNDS", "3"))])
def test_sixteen_programs_may_open_a_new_database_at_once(
    new_url: Callable[[], str], rounds: int
) -> None:
    """``CXC_TEST_ROUNDS=50`` makes it fifty databases."""
    urls = [new_url() for _ in range(rounds)]
    together = multiprocessing.get_context("fork")
    barrier, failures = together.Barrier(16), together.Queue()
    programs = [
        together.Process(target=_open_together, args=(urls, barrier, failures)) for _ in range(16)
    ]
    for program in programs:
        program.start()
    # Fifty databases on a busy machine take minutes, and are no failure.
    told = [failures.get(timeout=120 * (rounds + 1)) for _ in programs]
    for program in programs:
        program.join(timeout=60)
    assert [each for each in told if each] == []
    for url in urls:
        database = Database(url)
        assert migrate.current(database) == migrate.head()
        assert migrate.drift(database) == []
        database.close()


def _open_together(urls: list[str], barrier: Barrier, failures: multiprocessing.Queue[Any]) -> None:
    told = []
    for url in urls:
        barrier.wait(timeout=120)
        try:
            Store.open(url).close()
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    failures.put(told)


@pytest.mark.parametrize("step", [7, slow(1)])
def test_a_migration_that_was_killed_between_two_statements_is_taken_up_again(
    url: str, step: int
) -> None:
    """Each time it gets a step further than before; MariaDB keeps what was done."""
    for statement in range(1, 1000, step):
        program = multiprocessing.get_context("fork").Process(
            target=_open_until_killed, args=(url, statement)
        )
        program.start()
        program.join(timeout=60)
        if program.exitcode == 0:
            break
        assert program.exitcode == -signal.SIGKILL, f"before statement {statement}"
    assert statement > len(metadata.sorted_tables)
    database = Database(url)
    assert migrate.current(database) == migrate.head()
    assert migrate.drift(database) == []
    database.close()


def _open_until_killed(url: str, statement: int) -> None:
    done = itertools.count(1)

    def kill_before(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        writes = sql.lstrip().startswith(("CREATE", "ALTER", "INSERT", "UPDATE"))
        if writes and next(done) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", kill_before)
    Store.open(url).close()


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
        store.metadata.set(name, name, at=now)
    assert [store.metadata.get(name) for name in names] == names


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


def test_unclear_answers_become_rows_and_the_migration_may_be_cut_off(url: str) -> None:
    """MariaDB keeps each table at once and the note of the migration last: it may run again."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    store = Store.open(url)
    notice = "5" * 32
    for left in (("unclear_answer", "block_mark"), ("block_mark",), ()):
        store.preferences.set("user:7", "unclear", f"{notice} 4711", at=now, via="wiki")
        store.preferences.set("user:8", "unclear", "nonsense", at=now, via="wiki")
        store.preferences.set("user:8", "stop", "yes", at=now, via="wiki")
        with store.database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
            for table in left:
                connection.execute(text(f"DROP TABLE {table}"))
        assert store.migrate() is True
        assert migrate.drift(store.database) == []
        (waiting,) = store.unclear_answers.waiting()
        assert (waiting.notice, waiting.account, waiting.revision) == (notice, 7, 4711)
        assert waiting.at == now
        assert store.preferences.all("unclear") == {}
        assert store.preferences.all("stop") == {"user:8": "yes"}
    store.close()
