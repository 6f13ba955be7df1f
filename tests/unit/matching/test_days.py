"""Stretches of days that meet: all pairs of few, and of many some for everybody, at a linear cost."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching import days
from exchange.matching.days import SOME, Span, have_day_in_common, span_of, spans_in_common

FIRST = date(2027, 1, 1)
WHOLE = (date.min, date.max)


def span(since: int, length: int) -> Span:
    return FIRST + timedelta(since), FIRST + timedelta(since + length)


spans = st.lists(st.builds(span, st.integers(0, 60), st.integers(0, 30)) | st.just(WHOLE))


def meeting(wanted: list[Span], offered: list[Span]) -> set[tuple[int, int]]:
    return {
        (at, other)
        for at, one in enumerate(wanted)
        for other, another in enumerate(offered)
        if have_day_in_common(one, another)
    }


@given(spans, spans)
def test_of_few_all_pairs_are_found(wanted: list[Span], offered: list[Span]) -> None:
    found = list(spans_in_common(wanted, offered))
    assert len(found) == len(set(found))
    assert set(found) == meeting(wanted, offered)


@given(spans, spans)
def test_of_many_everybody_keeps_some_of_theirs(wanted: list[Span], offered: list[Span]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "FEW", -1)
        patch.setattr(days, "SOME", 2)
        found = list(spans_in_common(wanted, offered))
    every = meeting(wanted, offered)
    assert set(found) <= every
    for side in (0, 1):
        kept, whole = (Counter(pair[side] for pair in pairs) for pairs in (found, every))
        assert all(kept[one] >= min(2, whole[one]) for one in whole)


@pytest.mark.parametrize("size", [1000, 3000])
def test_pairs_of_many_are_no_product_and_nobody_is_everybodys(size: int) -> None:
    wanted = [span(at % 700, 2000 + at) for at in range(size)]
    offered = [span(at % 900, 2000 + at) for at in range(size)]
    found = list(spans_in_common(wanted, offered))
    assert len(found) <= 4 * SOME * size
    assert max(Counter(other for _, other in found).values()) <= size // 2


def test_a_name_without_a_day_begins_or_ends_with_all_days() -> None:
    assert span_of("/") == WHOLE
    assert span_of("2027-01-01/") == (FIRST, date.max)
    assert span_of("/9999-12-31") == WHOLE
