"""Answers that nobody understood: their author and coordinators settle them, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from exchange.model import Sent
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.store.personal_data import collect_rows
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import key_of, pair

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOTICE = "7" * 32


def account_of(visitor: Visitor) -> int:
    return visitor.provider.accounts[visitor.name].id


def unclear(store: Store, account: int, *, notice: str = NOTICE, revision: int = 4711) -> None:
    """Let somebody have written in a notice what the bot could not read."""
    store.notices.open(Notice(notice, f"user:{account}", account, "Sample Ben", "2026-W47", NOW))
    store.notices.close(notice, Sent(4700, "User talk:Sample Ben"), at=NOW)
    assert store.unclear_answers.note(notice, account=account, revision=revision, at=NOW)


def test_whoever_wrote_it_sees_it_and_lets_the_bot_write_again(member: Make, store: Store) -> None:
    ada = member("Ada")
    unclear(store, account_of(ada))
    unclear(store, 7, notice="8" * 32)
    page = ada.get("/me").text
    assert "did not understand" in page
    assert "Diff%2F4711" in page
    answer = ada.post("/me/unclear")
    assert "settled" in answer.location
    assert "did not understand" not in ada.get("/me").text
    assert store.unclear_answers.accounts() == {7}, "nobody else's"
    assert not store.unclear_answers.note(NOTICE, account=account_of(ada), revision=4711, at=NOW), (
        "the same words read once more hold nobody again"
    )
    assert store.unclear_answers.note(NOTICE, account=account_of(ada), revision=4712, at=NOW)


def test_an_answer_in_the_tool_explains_what_was_unclear(member: Make, store: Store) -> None:
    ada = member("Ada")
    made = pair(store, key_of(ada), "user:7", names=(ada.name, "Sample Helper"))
    unclear(store, account_of(ada))
    ada.get("/me")
    ada.post(f"/me/matches/{made.id}", {"status": "accepted"})
    assert store.unclear_answers.accounts() == frozenset()


def test_a_coordinator_marks_it_as_read_and_can_undo_that(member: Make, store: Store) -> None:
    cleo = member("Cleo")
    store.coordinators.replace([account_of(cleo)], at=NOW)
    unclear(store, 7)
    page = cleo.get("/coordinate").text
    assert "User talk:Sample Ben" in page
    assert "Diff%2F4711" in page
    assert "done" in cleo.post(f"/coordinate/{NOTICE}", {"step": "read"}).location
    assert store.unclear_answers.accounts() == frozenset()
    kept = store.unclear_answers.get(NOTICE)
    assert kept is not None
    assert (kept.settled_by, kept.via) == (key_of(cleo), "coordinator")
    assert kept.settled is not None
    page = cleo.get("/coordinate").text
    assert "Nothing waits to be read." in page
    assert ">Undo" in page
    assert "done" in cleo.post(f"/coordinate/{NOTICE}", {"step": "undo"}).location
    assert store.unclear_answers.accounts() == {7}
    assert "before" in cleo.post(f"/coordinate/{NOTICE}", {"step": "undo"}).location
    assert "before" in cleo.post("/coordinate/unknown", {"step": "read"}).location


def test_what_its_author_settled_no_coordinator_takes_back(member: Make, store: Store) -> None:
    cleo = member("Cleo")
    store.coordinators.replace([account_of(cleo)], at=NOW)
    unclear(store, 7)
    store.unclear_answers.settle_all(7, by="user:7", via="web", at=NOW)
    cleo.get("/coordinate")
    assert "before" in cleo.post(f"/coordinate/{NOTICE}", {"step": "undo"}).location
    assert store.unclear_answers.accounts() == frozenset()


def test_nobody_else_marks_anything(member: Make, visitor: Make, store: Store) -> None:
    eve = member("Eve")
    store.coordinators.replace([7], at=NOW)
    unclear(store, 7)
    page = eve.get("/coordinate")
    assert page.status_code == 403
    assert "Coordinators.json" in page.text
    assert "Diff%2F" not in page.text
    assert eve.post(f"/coordinate/{NOTICE}", {"step": "read"}).status_code == 403
    assert store.unclear_answers.accounts() == {7}
    assert visitor().get("/coordinate").status_code == 302


def test_the_queue_lists_each_with_a_link_and_not_those_that_are_settled(
    member: Make, visitor: Make, store: Store
) -> None:
    unclear(store, 7)
    unclear(store, 8, notice="8" * 32, revision=4712)
    store.unclear_answers.settle("8" * 32, by="user:9", via="coordinator", at=NOW)
    page = visitor().get("/reports/queue").text
    assert "Diff%2F4711" in page
    assert "Diff%2F4712" not in page
    assert "/coordinate" in page


def test_both_can_see_that_it_is_kept(member: Make, store: Store) -> None:
    ada = member("Ada")
    unclear(store, account_of(ada))
    rows = collect_rows(store.database, account_of(ada))
    assert [row["revision"] for row in rows["unclear_answer"]] == [4711]
    store.unclear_answers.settle(NOTICE, by="user:9", via="coordinator", at=NOW)
    assert [row["revision"] for row in collect_rows(store.database, 9)["unclear_answer"]] == [4711]


def test_coordinators_see_which_names_on_their_page_no_account_has(
    member: Make, store: Store
) -> None:
    cleo = member("Cleo")
    store.coordinators.replace([account_of(cleo)], at=NOW)
    assert "no account has" not in cleo.get("/coordinate").text
    store.coordinators.note_unknown(["Adnim", "<b>Clea"], at=NOW)
    page = cleo.get("/coordinate").text
    assert "<bdi>Adnim</bdi> and <bdi>&lt;b&gt;Clea</bdi>" in page or (
        "<bdi>Adnim</bdi>, <bdi>&lt;b&gt;Clea</bdi>" in page
    )
    store.coordinators.note_unknown([], at=NOW)
    assert "Adnim" not in cleo.get("/coordinate").text
