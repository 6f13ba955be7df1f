"""What it did: both arms by the draw, with intervals, and nothing of a few."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import Directory
from exchange.matching.hold_out import HELD_OUT
from exchange.model import Match, Profile, ScorePart, Suggestion, SuggestionStatus
from exchange.privacy import SMALLEST_CELL, UNPROTECTED
from exchange.reports import (
    MessageCell,
    ReportData,
    build_tables,
    find_report,
    read_report_data,
)
from exchange.reports.arms import Drawn, drawn_suggestions
from exchange.reports.effect import count_arm, difference
from exchange.store import Store
from tests.unit.reports.movement import BROADER, TODAY

MADE = date(2026, 11, 9)
OVER = MADE + timedelta(days=14)
MEASURES = [(MADE, HELD_OUT, 0.1, 20)]
DELAYED, OPEN, WITHDRAWN = (
    SuggestionStatus.DELAYED,
    SuggestionStatus.OPEN,
    SuggestionStatus.WITHDRAWN,
)


def made(
    id: int, status: SuggestionStatus, *, seeker: int = 0, parts: tuple[ScorePart, ...] = ()
) -> Suggestion:
    match = Match(f"user:{seeker or id}", "user:999", "law", "law", 1.0, parts)
    at = datetime(MADE.year, MADE.month, MADE.day, 6, tzinfo=UTC)
    return Suggestion(match, "2026-W46", at, status, id=id)


def drawn(*suggestions: Suggestion, answers: dict[int, tuple[SuggestionStatus, int]] | None = None,
          today: date = OVER) -> list[Drawn]:  # fmt: skip
    given = {
        id: [(status, MADE + timedelta(days=days))]
        for id, (status, days) in (answers or {}).items()
    }
    return drawn_suggestions(suggestions, given, MEASURES, today=today, period_days=14)


def test_who_was_drawn_counts_whatever_became_of_them() -> None:
    withdrawn, delayed = made(1, WITHDRAWN), made(2, DELAYED)
    assert drawn(withdrawn, delayed) == [Drawn(False, 0), Drawn(True, 0)]
    again = [made(1, WITHDRAWN, seeker=5), made(2, OPEN, seeker=5)]
    met = {2: (SuggestionStatus.IN_TOUCH, 3)}
    assert drawn(*again, answers=met) == [Drawn(False, 2)], "one want, once"


def test_only_what_came_before_the_period_was_over_counts() -> None:
    for days, reached in ((13, 3), (14, 0)):
        answers = {1: (SuggestionStatus.EXCHANGED, days)}
        assert drawn(made(1, OPEN), answers=answers) == [Drawn(False, reached)]
    assert drawn(made(1, OPEN), today=OVER - timedelta(days=1)) == [], "it is not over yet"


def test_what_was_in_no_draw_is_compared_with_nothing() -> None:
    urgent = made(1, OPEN, parts=(ScorePart("priority", 20, ("urgent",)),))
    introduced = replace(made(2, OPEN), period="introduced")
    before = replace(made(3, OPEN), created_at=datetime(2026, 11, 8, tzinfo=UTC))
    assert drawn(urgent, introduced, before) == []


def test_two_shares_differ_as_newcombe_has_it() -> None:
    """Example (a) of R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10."""
    found = difference(56, 70, 48, 80)
    assert found is not None
    assert found == (
        pytest.approx(0.2),
        pytest.approx(0.0524, abs=1e-4),
        pytest.approx(0.3339, abs=1e-4),
    )
    assert difference(1, 5, 0, 0) is None


@given(st.lists(st.integers(0, 3), max_size=60))
def test_no_few_can_be_told_from_an_arm(reached: list[int]) -> None:
    arm = count_arm(reached)
    assert arm.n == len(reached)
    if not reached:
        return
    known = [arm.n, *(one for one in arm.reached if one is not None), 0]
    if arm.n < SMALLEST_CELL:
        assert set(arm.reached) == {None}
        return
    for one in known:
        for other in known:
            assert abs(one - other) not in range(1, SMALLEST_CELL)


def test_the_report_compares_the_arms() -> None:
    facts = ReportData(today=TODAY, profiles=[Profile("user:1", "A")], broader=BROADER)
    assert [row[1] for row in rows(facts)] == [MessageCell("arm-all")] * 10
    numbers = count()
    facts.drawn = [
        Drawn(waits, 2 if next(numbers) % 10 < hits else 0)
        for waits, hits, n in ((False, 4, 100), (True, 1, 50))
        for _ in range(n)
    ]
    found = {
        (row[0].key, row[1].key): row[2:]  # type: ignore[union-attr]
        for row in rows(facts)
    }
    assert found["status-in-touch", "arm-at-once"][:3] == (40, 100, 0.4)
    assert found["status-in-touch", "arm-delayed"][:3] == (5, 50, 0.1)
    _, n, apart, low, high = found["status-in-touch", "arm-difference"]
    assert (n, apart) == (150, pytest.approx(0.3))
    assert 0.1 < low < 0.3 < high < 0.45  # type: ignore[operator]


def rated(*qualities: int) -> dict[str, tuple[object, ...]]:
    """Return the rows of quality where exchanges were rated like this; 0: not at all."""
    exchanged = [
        replace(made(at + 1, SuggestionStatus.EXCHANGED), quality=quality)
        for at, quality in enumerate(qualities)
    ]
    facts = ReportData(
        today=TODAY,
        profiles=[Profile("user:1", "A")],
        broader=BROADER,
        suggestions=[*exchanged, replace(made(999, OPEN), quality=3)],
    )
    found = {row[0].key: row[2:5] for row in rows(facts)}  # type: ignore[attr-defined]
    return {name: row for name, row in found.items() if name.startswith("effect-quality")}


def test_how_much_it_helped_is_said_of_those_who_said_so() -> None:
    found = rated(*[3] * 12, *[2] * 6, *[1] * 6, *[0] * 7)
    assert found == {
        "effect-quality-3": (12, 24, 0.5),
        "effect-quality-2": (6, 24, 0.25),
        "effect-quality-1": (6, 24, 0.25),
    }
    nothing = (None, None, None)
    assert set(rated(3, 3, 3, 3).values()) == {nothing}
    assert set(rated(*[3] * 20, 0, 0).values()) == {nothing}, "two did not say: nobody's business"
    assert set(rated().values()) == {nothing}
    assert rated(*[3] * 9)["effect-quality-2"] == (0, 9, 0.0)


@given(st.lists(st.integers(0, 3), max_size=60))
def test_no_few_can_be_told_from_how_much_it_helped(qualities: list[int]) -> None:
    found = rated(*qualities)
    known = {hits for hits, _, _ in found.values() if hits is not None}
    whole = {n for _, n, _ in found.values() if n is not None} | {len(qualities)}
    if not known:
        return
    for one in known | whole | {0}:
        for other in known | whole | {0}:
            assert abs(one - other) not in range(1, SMALLEST_CELL)  # type: ignore[operator]


def rows(facts: ReportData) -> tuple[tuple[object, ...], ...]:
    tables = build_tables(find_report("fairness"), facts)
    return next(table.rows for table in tables if table.sheet.id == "effect")


def test_arms_are_read_out_of_the_store_as_they_were_drawn(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    planned = store.suggestions.plan(
        [replace(made(0, status, seeker=at), id=0) for at, status in enumerate(DRAWN, start=1)]
    )
    nothing = Directory(())
    read = partial(read_report_data, store, directory=nothing, today=OVER, protection=UNPROTECTED)
    assert read().drawn == [], "no draw is on record"
    store.metrics.record(MADE, {HELD_OUT: (0.1, 3)})
    at = planned[0].created_at
    store.suggestions.mark_notified([one.id for one in planned], at=at)
    store.suggestions.withdraw([planned[1].id], at=at)
    store.suggestions.answer(
        planned[0].id, status=SuggestionStatus.IN_TOUCH, by="user:1", via="web", at=at
    )
    for _ in range(2):
        store.delayed.record_contacts({planned[2].id: at}, via="seen")
    assert len(store.suggestions.answers(planned[2].id)) == 1
    assert read().drawn == [Drawn(False, 2), Drawn(False, 0), Drawn(True, 2)]
    store.close()


DRAWN = (SuggestionStatus.PLANNED, SuggestionStatus.PLANNED, SuggestionStatus.DELAYED)
