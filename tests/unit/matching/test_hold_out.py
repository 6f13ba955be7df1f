"""The draw of those who wait: recomputable from what is public, fair, and never twice in a row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching import History, load_weights, period_of
from exchange.matching.hold_out import MOST, draw_number, hold_out, is_held_out, is_waiting
from exchange.matching.round import period_start
from exchange.model import Match, ScorePart, Suggestion, SuggestionStatus
from exchange.settings.schema import Notify

DAY = date(2026, 11, 23)
BOUNDS = load_weights().bounds
DAYS = BOUNDS.period_days
DAYS_OF_WORK = st.dates(date(2020, 1, 1), date(2060, 1, 1))
SHARES = st.floats(0, MOST)


def match(seeker: int = 1, want: str = "wikidata", *parts: ScorePart) -> Match:
    return Match(f"user:{seeker}", "user:2", want, want, 1.0, parts)


@given(st.integers(1), st.text(min_size=1), DAYS_OF_WORK)
def test_anybody_can_recompute_a_draw(number: int, want: str, day: date) -> None:
    """As docs/matching.md says it, by nothing but the standard library."""
    key = f"user:{number}|{want}".encode()
    monday = day - timedelta(days=(day - date(1970, 1, 5)).days % 14)
    turn = (monday - date(1970, 1, 5)).days // 14
    first = int.from_bytes(sha256(key).digest()[:8], "big")
    drawn = ((first + turn * 11400714819323198485) % 2**64) / 2**64
    found = draw_number(f"user:{number}", want, day=day, period_days=14)
    assert found == pytest.approx(drawn, abs=1e-15)
    assert 0 <= found < 1


@given(st.integers(1, 10**9), st.sampled_from(["a", "unlisted:b c", "æ"]), DAYS_OF_WORK, SHARES)
def test_nobody_waits_twice_in_a_row_for_the_same(
    number: int, want: str, day: date, share: float
) -> None:
    one = match(number, want)
    turns = [day + timedelta(days=DAYS * at) for at in range(12)]
    waits = [is_held_out(one, share=share, day=turn, period_days=DAYS) for turn in turns]
    assert not any(first and second for first, second in pairwise(waits))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.25])
def test_the_share_that_waits_is_the_one_that_was_set(share: float) -> None:
    """In one period over many people, and for one person over many periods."""
    people = 20_000
    waiting = sum(
        is_held_out(match(at), share=share, day=DAY, period_days=DAYS) for at in range(people)
    )
    assert waiting / people == pytest.approx(share, abs=0.01)
    periods = [DAY + timedelta(days=DAYS * at) for at in range(400)]
    for person in range(1, 20):
        own = sum(is_held_out(match(person), share=share, day=d, period_days=DAYS) for d in periods)
        assert own / len(periods) == pytest.approx(share, abs=0.01)


def test_what_is_urgent_or_soon_over_never_waits() -> None:
    urgent = ScorePart("priority", 20, ("urgent",))
    high = ScorePart("priority", 10, ("high",))
    late = ScorePart("deadline", 10, ("2026-12-01",))
    chosen = [
        at for at in range(400) if is_held_out(match(at), share=MOST, day=DAY, period_days=DAYS)
    ]
    for at in chosen:
        assert is_held_out(match(at, "wikidata", high), share=MOST, day=DAY, period_days=DAYS)
        for part in (urgent, late):
            one = match(at, "wikidata", part)
            assert not is_held_out(one, share=MOST, day=DAY, period_days=DAYS)


@given(st.integers(0, 13), SHARES)
def test_one_draw_for_the_whole_period_and_free_in_the_next(later: int, share: float) -> None:
    monday = period_start(DAY, DAYS)
    at = datetime.combine(monday, datetime.min.time(), UTC)
    all_ = [Suggestion(match(who), period_of(monday, DAYS), at) for who in range(1, 60)]
    first = hold_out(all_, share=share, planned=(), day=monday, period_days=DAYS)
    day = monday + timedelta(days=later)
    assert first == hold_out(all_, share=share, planned=(), day=day, period_days=DAYS)
    assert [one.match for one in first.values()] == [one.match for one in all_]
    waiting = [one for one in first.values() if one.status is SuggestionStatus.DELAYED]
    history = History.of(first.values(), today=day, period=period_of(day, DAYS), bounds=BOUNDS)
    keys = {(one.match.seeker, one.match.helper, one.match.want) for one in all_}
    assert history == History(planned=frozenset(keys)), "nobody heard of anything yet"
    assert all(is_waiting(one, day=day, period_days=DAYS) for one in waiting)
    after = monday + timedelta(days=DAYS)
    free = History.of(waiting, today=after, period=period_of(after, DAYS), bounds=BOUNDS)
    assert free == History()
    assert not any(is_waiting(one, day=after, period_days=DAYS) for one in waiting)


def test_who_is_to_be_told_already_is_not_drawn_again() -> None:
    at = datetime.combine(DAY, datetime.min.time(), UTC)
    all_ = [Suggestion(match(who), period_of(DAY, DAYS), at) for who in range(1, 60)]
    keys = hold_out(all_, share=0, planned=(), day=DAY, period_days=DAYS)
    again = hold_out(all_, share=MOST, planned=keys, day=DAY, period_days=DAYS)
    assert {one.status for one in again.values()} == {SuggestionStatus.PLANNED}


def test_settings_know_the_bound_of_the_formula() -> None:
    bounds = [
        limit.le for limit in Notify.model_fields["hold_out"].metadata if hasattr(limit, "le")
    ]
    assert bounds == [MOST]
