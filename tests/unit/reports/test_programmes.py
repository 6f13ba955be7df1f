"""The report on rounds: what is told of each, nothing of a few, and in no other figure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.model import Match, SuggestionStatus
from exchange.model.programme import Application, DraftPair, Programme, ProgrammeRecord
from exchange.privacy import SMALLEST_CELL
from exchange.reports.programme_counts import ProgrammeCounts, count_programmes
from exchange.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield opened
    opened.close()


@given(st.lists(st.integers(0, 3), max_size=30))
def test_no_number_below_five_can_be_told_from_what_is_shown(reached: list[int]) -> None:
    shown = ProgrammeCounts("A", 0, reached).tellable()
    sizes = Counter(reached)
    true = [sum(sizes[level] for level in sizes if level >= step) for step in range(4)]
    assert all(said in (None, real) for said, real in zip(shown, true, strict=True))
    known = [number for number in shown if number is not None]
    assert all(number == 0 or number >= SMALLEST_CELL for number in known)
    apart = [one - other for one, other in itertools.pairwise(known)]
    assert all(each == 0 or each >= SMALLEST_CELL for each in apart)


def test_each_round_is_counted_by_its_page(store: Store) -> None:
    programmes = [Programme(page, f"Round {page}") for page in (3, 4)]
    applied = tuple(Application(account, NOW) for account in range(1, 25))
    store.programmes.replace(
        {
            3: ProgrammeRecord(programmes[0], (1,), applied),
            4: ProgrammeRecord(programmes[1], (1,), applied[:2]),
        }
    )
    pairs = [
        DraftPair(Match(f"user:{at}", f"user:{at + 12}", "lua", "lua", 1.0)) for at in range(1, 13)
    ]
    planned = store.programmes.confirm(programmes[0], pairs[:11], pairs[11:], organiser=1, at=NOW)
    for one in planned[:10]:
        store.suggestions.mark_notified([one.id], at=NOW)
    for one in planned[:5]:
        by = one.match.seeker
        store.suggestions.answer(one.id, status=SuggestionStatus.ACCEPTED, by=by, via="web", at=NOW)
    for one in planned[:5]:
        assert count_programmes(store, store.suggestions.history())[0].reached.count(2) < 5
        by, yes = one.match.helper, SuggestionStatus.ACCEPTED
        store.suggestions.answer(one.id, status=yes, by=by, via="web", at=NOW + timedelta(hours=1))
    first, second = count_programmes(store, store.suggestions.history())
    assert (first.title, first.applicants, sorted(first.reached)) == (
        "Round 3",
        24,
        [0] + [1] * 5 + [2] * 5,
    )
    assert first.tellable() == (11, None, 5, 0)
    assert (second.title, second.applicants, second.tellable()) == ("Round 4", 2, (0, 0, 0, 0))
