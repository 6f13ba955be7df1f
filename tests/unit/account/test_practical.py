"""Free seats, how soon somebody answers, and hours in common: true, or left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching.groups import AWAKE
from exchange.matching.market import QUARTERS
from exchange.store.responses import FEWEST, ResponseRecord
from webtool.account.practical import common_hours

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)


def record(*days: float | None, told: datetime = LONG_AGO) -> ResponseRecord:
    """Return the record of somebody who answered after so many days; None: never."""
    found = ResponseRecord()
    for id, after in enumerate(days):
        found.told.append((id, told))
        if after is not None:
            found.said.append((id, told + timedelta(days=after)))
    return found


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        ((1, 1, 1, 1), None),
        ((0.1, 0.2, 3, 4, 5), 3),
        ((2, 2, 2, 2, 2, None, None, None, None, None), 2),
        ((2, 2, 2, 2, 2, None, None, None, None, None, None), None),
        ((40, 40, 40, 40, 40), None),
    ],
)
def test_usually_means_at_least_every_other_time_and_five_answers(
    days: tuple[float | None, ...], usual: int | None
) -> None:
    assert record(*days).usual_days(NOW) == usual


def test_what_may_still_be_answered_does_not_count() -> None:
    found = record(2, 2, 2, 2, 2)
    found.told.extend([(90 + at, NOW - timedelta(days=3)) for at in range(20)])
    assert found.usual_days(NOW) == 2


def test_a_second_answer_is_none_and_neither_is_one_from_before() -> None:
    found = record(2, 2, 2, 2, 2)
    found.said.extend([(id, at + timedelta(days=9)) for id, at in found.said])
    found.said.extend([(id, LONG_AGO - timedelta(days=1)) for id in range(5)])
    assert found.usual_days(NOW) == 2


@given(st.lists(st.none() | st.floats(0, 60), max_size=20))
def test_how_soon_is_never_told_of_a_few(days: list[float | None]) -> None:
    usual = record(*days).usual_days(NOW)
    answered = [one for one in days if one is not None]
    if usual is None:
        return
    assert len(answered) >= FEWEST
    assert 2 * sum(one <= usual for one in answered) >= len(days)


CLOCKS = st.integers(0, QUARTERS - 1)


@given(CLOCKS, CLOCKS)
def test_both_are_awake_at_common_hours_and_at_no_others(own: int, other: int) -> None:
    spans = common_hours(own, other)
    inside = {quarter for start, end in spans for quarter in range(start, end)}
    for quarter in range(QUARTERS):
        theirs = (quarter - own + other) % QUARTERS
        assert (quarter in inside) == (quarter in AWAKE and theirs in AWAKE)
    assert all(one[1] < two[0] for one, two in pairwise(spans))


def test_hours_are_told_by_ones_own_clock() -> None:
    lagos, delhi = 4, 22
    assert common_hours(lagos, delhi) == [(32, 70)], "8:00 to 17:30 in Lagos"
    assert common_hours(delhi, lagos) == [(50, 88)], "12:30 to 22:00 in Delhi"
    assert common_hours(0, 44) == [(32, 44), (84, 88)], "at both ends of the day"
