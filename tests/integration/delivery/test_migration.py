"""A database and talk pages that an earlier version wrote: all that was said still holds.

``tests/data/written_by_8f485c2`` was written by that version's code (``bot install``, ``bot run``
over the sample movement, then three answers and a stop through its store): the whole database as
SQL, and the log of its edits to talk pages.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import bot
from exchange.model import SuggestionStatus
from exchange.model.keys import CandidateId, ProfileKey, Recipient
from exchange.notices import section
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks

WRITTEN = Path(__file__).parents[2] / "data" / "written_by_8f485c2"
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "exchange.db")
    connection.executescript(gzip.decompress((WRITTEN / "exchange.sql.gz").read_bytes()).decode())
    connection.close()
    (tmp_path / "wiki").mkdir()
    edits = gzip.decompress((WRITTEN / "edits.jsonl.gz").read_bytes())
    (tmp_path / "wiki" / "edits.jsonl").write_bytes(edits)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{folder}/exchange.db")
    yield opened
    opened.close()


def edits(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "wiki" / "edits.jsonl").open(encoding="utf-8")]


def run(folder: Path, *command: str) -> dict[str, object]:
    environment = {
        "CXC_WIKI": "archive:config/sample/movement.xml.gz",
        "CXC_WIKI_OUT": str(folder / "wiki"),
        "CXC_DATABASE": f"sqlite:///{folder}/exchange.db",
        "CXC_NOW": NOW.isoformat(),
    }
    done = CliRunner().invoke(bot, [*command, "--json"], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_every_key_is_read_and_written_as_it_was(store: Store) -> None:
    profiles = [profile.key for profile in store.profiles.all(active=None)]
    assert len(profiles) == 411
    assert [str(ProfileKey.parse(key)) for key in profiles] == profiles
    recipients = [row.recipient for row in store.notices.sent()]
    assert len(recipients) == 181
    assert [str(Recipient.parse(recipient)) for recipient in recipients] == recipients
    ran = store.runs.last_delivery()
    assert ran is not None
    assert [str(CandidateId.parse(candidate)) for candidate in ran[1]] == list(ran[1])


def test_stops_pauses_and_answers_are_kept(store: Store) -> None:
    assert "stop" in store.preferences.of("user:1020")
    assert store.preferences.of("page:378")["pause"] == "2026-12-24"
    kept = {each.id: each.status for each in store.suggestions.get_many([1, 2, 3]).values()}
    assert kept == {
        1: SuggestionStatus.ACCEPTED,
        2: SuggestionStatus.DECLINED,
        3: SuggestionStatus.EXCHANGED,
    }
    assert len(store.suggestions.answers()) == 3


def test_nobody_gets_a_notice_twice(folder: Path, store: Store) -> None:
    before = edits(folder)
    told = {row.account for row in store.notices.sent()}
    store.close()
    run(folder, "install")
    installed = edits(folder)[len(before) :]
    # Of all talk pages, an installation writes only the bot's own, and no notice.
    on_talk_pages = [str(one["title"]) for one in installed if "User talk:" in str(one["title"])]
    assert set(on_talk_pages) <= {"User talk:Capacity Exchange bot"}
    assert not any(section.parse_summary_tag(str(one["summary"])) for one in installed)
    run(folder, "harvest")
    run(folder, "match")
    first = run(folder, "notify")
    fresh = [
        one
        for one in edits(folder)[len(before) + len(installed) :]
        if "User talk:" in str(one["title"])
    ]
    ids = [section.parse_summary_tag(str(one["summary"])) for one in (*before, *fresh)]
    assert len(ids) == len(set(ids))
    # Everybody had their message this week: nobody of them gets another within a fortnight.
    store = Store.open(f"sqlite:///{folder}/exchange.db")
    again = [row for row in store.notices.sent() if row.ended and row.ended >= NOW]
    assert not told & {row.account for row in again}
    assert first["sent"] == len(again) == len(fresh)
    assert run(folder, "notify")["sent"] == 0
    assert "stop" in store.preferences.of("user:1020")
    store.close()


def test_an_answer_on_a_page_of_then_is_heard_now(folder: Path, store: Store) -> None:
    """Somebody writes ``stop`` behind ``status=`` of a notice that the earlier version wrote."""
    row = next(
        row
        for row in store.notices.sent()
        if row.recipient.startswith("user:") and "stop" not in store.preferences.of(row.recipient)
    )
    written = next(one for one in edits(folder) if row.id in str(one["summary"]))
    last = edits(folder)[-1]
    head, status, rest = str(written["text"]).partition("|status=")
    answer = written | {
        "revid": int(str(last["revid"])) + 1,
        "parent": written["revid"],
        "user": row.name,
        "userid": row.account,
        "timestamp": "2026-11-23T20:00:00Z",
        "summary": "",
        "text": f"{head}{status} stop {rest}",
    }
    with (folder / "wiki" / "edits.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(answer) + "\n")
    run(folder, "install")
    assert run(folder, "notify")["answers"] == 1
    assert store.preferences.of(row.recipient)["stop"] == f"notice {row.id}"


def test_whoever_was_written_to_then_is_forgotten_now(store: Store) -> None:
    row = next(row for row in store.notices.sent() if ">" in row.recipient)
    person = ProfileKey.for_person(row.account)
    marks = ErasureMarks(store.database, secrets=[b"a key of at least 32 characters!"])
    erase_person(store, row.account, marks=marks, at=NOW)
    assert row.account not in {one.account for one in store.notices.sent()}
    assert row.id not in {one.id for one in store.notices.sent()}
    ran = store.runs.last_delivery()
    assert ran is not None
    assert ran[1], "others' outcomes stay"
    assert not [name for name in ran[1] if CandidateId.parse(name).recipient.concerns(person)]
