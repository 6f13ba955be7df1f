"""Introductions as they are kept: five a day, one outcome each, and who wants none."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.model import (
    INTRODUCED,
    Held,
    Match,
    Reason,
    Skipped,
    Suggestion,
    SuggestionStatus,
)
from exchange.model.keys import ProfileKey
from exchange.store import Store
from exchange.store.introductions import (
    MOST_A_DAY,
    TOLD,
    Introduction,
    NotIntroduced,
    is_refused,
)
from exchange.store.notices import Notice
from exchange.store.schema import metadata
from tests.support.examples import examples

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def match(seeker: int, helper: int, want: str = "lua") -> Match:
    return Match(f"user:{seeker}", f"user:{helper}", want, want, 700.0)


def make(
    store: Store, seeker: int, helper: int, *, by: int = 5, at: datetime = NOW, line: str = "Hi!"
) -> Introduction:
    return store.introductions.make(
        match(seeker, helper), coordinator=by, name=f"Sample {by}", line=line, at=at
    )


def status_of(store: Store, made: Introduction) -> SuggestionStatus:
    suggestion = store.suggestions.get(made.suggestion)
    assert suggestion is not None
    return suggestion.status


def test_it_is_a_planned_suggestion_with_a_line_and_takes_the_place_of_one(store: Store) -> None:
    plans = [Suggestion(match(1, 2), "2026-W47", NOW), Suggestion(match(1, 3), "2026-W47", NOW)]
    planned, other = store.suggestions.plan(plans)
    made = make(store, 1, 2)
    kept = store.suggestions.get(made.suggestion)
    assert kept is not None
    assert (kept.period, kept.status) == (INTRODUCED, SuggestionStatus.PLANNED)
    known = store.suggestions.get_many([planned.id, other.id])
    assert known[planned.id].status is SuggestionStatus.WITHDRAWN, "nobody is told twice"
    assert known[other.id].status is SuggestionStatus.PLANNED
    assert store.introductions.waiting() == [made]
    assert store.introductions.of([made.suggestion, other.id]) == {made.suggestion: made}
    assert store.introductions.by(5, since=NOW) == [made]
    assert store.introductions.by(6, since=NOW) == []


def test_a_pair_waits_once_whoever_introduces_them(store: Store) -> None:
    make(store, 1, 2)
    for by in (5, 6):
        with pytest.raises(NotIntroduced) as refused:
            make(store, 1, 2, by=by)
        assert refused.value.code == "before"
    assert store.introductions.left(5, day=NOW.date()) == MOST_A_DAY - 1
    assert store.introductions.left(6, day=NOW.date()) == MOST_A_DAY


def test_whom_somebody_was_told_of_is_not_introduced_again(store: Store) -> None:
    made = make(store, 1, 2)
    store.suggestions.mark_notified([made.suggestion], at=NOW)
    store.introductions.end_told([made.suggestion], at=NOW, run=7)
    with pytest.raises(NotIntroduced):
        make(store, 1, 2)
    (ended,) = store.introductions.ended_in(7)
    assert (ended.outcome, ended.ended) == (TOLD, NOW)


def test_what_was_never_told_can_be_tried_again(store: Store) -> None:
    first = make(store, 1, 2)
    store.introductions.end(first.id, Reason.WAITED_TOO_LONG, at=NOW)
    assert status_of(store, first) is SuggestionStatus.WITHDRAWN
    again = make(store, 1, 2, at=NOW + timedelta(days=40))
    assert status_of(store, again) is SuggestionStatus.PLANNED
    assert store.introductions.waiting() == [again]
    store.introductions.end(first.id, Reason.CAP, at=NOW)
    assert store.introductions.waiting() == [again], "an outcome ends its own introduction only"


def test_one_is_taken_back_by_whoever_made_it_while_nobody_is_at_it(store: Store) -> None:
    made = make(store, 1, 2)
    back = store.introductions.take_back
    row = Notice("9" * 32, "user:1", 1, "Sample 1", "2026-W48", NOW, (made.suggestion,))
    store.notices.open(row)
    assert not back(made.id, coordinator=5, at=NOW), "the bot writes just now"
    store.notices.close(row.id, Held(Reason.WIKI_AWAY), at=NOW)
    assert not back(made.id, coordinator=6, at=NOW)
    assert back(made.id, coordinator=5, at=NOW)
    assert not back(made.id, coordinator=5, at=NOW)
    (ended,) = store.introductions.of([made.suggestion]).values()
    assert (ended.outcome, ended.run) == (Reason.TAKEN_BACK.value, None)
    assert status_of(store, made) is SuggestionStatus.WITHDRAWN


def test_the_newest_reason_is_that_of_this_recipient_alone(store: Store) -> None:
    reasons = (Reason.CAP, Reason.PAGE_PROTECTED)
    for day, reason in enumerate(reasons):
        run = store.runs.begin("notify", at=NOW + timedelta(days=day))
        store.runs.record_many(
            run,
            {
                "user:1 seeker": Skipped(reason),
                "user:11 seeker": Skipped(Reason.AWAY),
                "user:1 helper": Skipped(Reason.AWAY),
                "page:1>user:4 seeker": Held(Reason.PAGE_IN_USE),
            },
        )
    for key, told in (("user:1", "page-protected"), ("page:1", "page-in-use"), ("user:2", "")):
        asked = ProfileKey.parse(key)
        assert store.runs.newest_reason(asked, "seeker", since=NOW) == told
    later = NOW + timedelta(days=5)
    assert store.runs.newest_reason(ProfileKey.parse("user:1"), "seeker", since=later) == ""


def test_five_a_day_whoever_presses_how_fast(store: Store) -> None:
    def press(helper: int) -> str:
        try:
            make(store, 1, helper)
        except NotIntroduced as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(press, range(10, 22)))
    assert Counter(done) == {"made": MOST_A_DAY, "limit": len(done) - MOST_A_DAY}
    assert len(store.introductions.waiting()) == MOST_A_DAY
    assert store.introductions.left(5, day=NOW.date()) == 0
    planned = [one for one in store.suggestions.planned() if one.is_introduction]
    assert len(planned) == MOST_A_DAY, "what was refused left nothing behind"
    make(store, 1, 30, by=6)
    make(store, 1, 31, at=NOW + timedelta(days=1))


def test_a_refusal_is_of_one_coordinator_or_of_all_and_can_be_taken_back(store: Store) -> None:
    made = make(store, 1, 2)
    pair = ("user:1", "user:2")
    store.introductions.refuse("user:2", "user:6", at=NOW, via="web")
    assert not is_refused(made, pair, store.introductions.refusals())
    store.introductions.refuse("user:2", "user:5", at=NOW, via="wiki")
    store.introductions.refuse("user:2", "user:5", at=NOW, via="wiki")
    assert is_refused(made, pair, store.introductions.refusals())
    assert store.introductions.refusals("user:1") == frozenset()
    store.introductions.allow("user:2", "user:5")
    assert not is_refused(made, pair, store.introductions.refusals())
    store.introductions.refuse("user:1", at=NOW, via="web")
    assert is_refused(made, pair, store.introductions.refusals())


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("make"),
            st.integers(1, 4),
            st.integers(1, 4),
            st.integers(5, 6),
            st.integers(0, 2),
        ),
        st.tuples(st.just("tell"), st.integers(0, 12)),
        st.tuples(st.just("end"), st.integers(0, 12), st.sampled_from(sorted(Reason))),
    ),
    max_size=40,
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_whatever_happens_each_has_one_outcome_and_nobody_makes_too_many(
    store: Store, steps: list[tuple[object, ...]]
) -> None:
    with store.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    made: list[Introduction] = []
    outcomes: dict[int, str] = {}
    for name, *values in steps:
        if name == "make":
            seeker, helper, by, day = map(int, map(str, values))
            if seeker != helper:
                at = NOW + timedelta(days=day)
                with suppress(NotIntroduced):
                    made.append(make(store, seeker, helper, by=by, at=at))
        elif made and name == "tell":
            one = made[int(str(values[0])) % len(made)]
            if status_of(store, one) is SuggestionStatus.PLANNED:
                store.suggestions.mark_notified([one.suggestion], at=NOW)
                store.introductions.end_told([one.suggestion], at=NOW)
        elif made:
            one = made[int(str(values[0])) % len(made)]
            store.introductions.end(one.id, Reason(str(values[1])), at=NOW)
        known = store.introductions.of(one.suggestion for one in made)
        waiting = store.introductions.waiting()
        assert len({one.suggestion for one in waiting}) == len(waiting)
        planned = {one.id for one in store.suggestions.planned() if one.is_introduction}
        assert planned == {one.suggestion for one in waiting}
        counted = Counter((one.coordinator, one.made.date()) for one in made)
        assert all(count <= MOST_A_DAY for count in counted.values())
        for one in known.values():
            assert outcomes.setdefault(one.id, one.outcome) in ("", one.outcome)
            outcomes[one.id] = one.outcome
