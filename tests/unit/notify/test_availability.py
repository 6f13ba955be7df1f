"""Whether somebody is still there: who is asked when, and what brings them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notify.availability import (
    Silence,
    ask_instead,
    due_questions,
    note_unanswered,
)
from bot.notify.recipients import MEMORY, AlreadyTold, build_candidates
from exchange.model import (
    Frequency,
    Kind,
    Match,
    Profile,
    Suggestion,
    SuggestionStatus,
    User,
)
from exchange.model.suggestion import INTRODUCED
from exchange.notices.message import Role
from exchange.settings import load
from exchange.settings.schema import Notify
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from exchange.store.pages import PageRecord

DAYS = 180
PATIENCE = 30
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
OLD = Profile("user:1", "Sample Ada", page="User:Sample Ada", edited=NOW - timedelta(days=DAYS))
NOTIFY: Notify = load({}).notify


def day(number: int) -> date:
    return date(2020, 1, 1) + timedelta(days=number)


@given(
    signs=st.lists(st.integers(1, 900), max_size=6),
    steps=st.lists(st.integers(1, 20), min_size=40, max_size=80),
)
def test_over_the_years_nobody_is_asked_too_often_or_away_too_early(
    signs: list[int], steps: list[int]
) -> None:
    """Runs come at any distance, signs of life at any time."""
    asked: set[date] = set()
    now = 0
    for step in steps:
        now += step
        heard = max((each for each in signs if each <= now), default=0)
        silence = Silence({"user:1": day(0)}, {"user:1": day(heard)}, {}, {1: asked}, DAYS)
        last = silence.last_sign("user:1")
        assert last == day(heard)
        if silence.is_due("user:1", day(now)):
            assert (day(now) - last).days >= DAYS, "there was a sign of life"
            assert all((day(now) - each).days >= DAYS for each in asked), "twice within a period"
            assert len([each for each in asked if each > last]) < 2, "a third question"
            asked.add(day(now))
        since = silence.questions("user:1")
        lives = replace(OLD, unanswered=tuple(e + timedelta(days=PATIENCE) for e in since))
        if lives.is_away(day(now)):
            assert len(since) == 2
            assert (day(now) - since[1]).days >= PATIENCE
            assert (since[1] - since[0]).days >= DAYS
        assert bool(since) == any(each > last for each in asked), "a sign of life ends it"


def test_of_a_groups_contacts_each_is_asked_and_the_questions_count_as_one() -> None:
    speakers = {"page:9": frozenset({1, 2})}

    def after(asked: dict[int, set[date]], heard: dict[str, date] | None = None) -> Silence:
        return Silence({"page:9": day(0)}, heard or {}, speakers, asked, DAYS)

    first = {1: {day(180)}}
    assert after({}).is_due("page:9", day(180))
    assert after(first).is_due("page:9", day(180 + MEMORY.days - 1))
    assert not after(first).is_due("page:9", day(180 + MEMORY.days))
    assert after(first).is_due("page:9", day(360))
    both = {1: {day(180)}, 2: {day(200)}}
    assert after(both).questions("page:9") == [day(180)]
    twice = {1: {day(180), day(360)}, 2: {day(200), day(380)}}
    assert after(twice).questions("page:9") == [day(180), day(360)]
    assert not after(twice).is_due("page:9", day(800))
    for key in ("page:9", "user:1", "user:2"):
        assert after(twice, {key: day(390)}).questions("page:9") == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield store
    store.close()


def due(store: Store, *, now: datetime = NOW, days: int = DAYS) -> list[str]:
    return due_questions(store, AlreadyTold.of(store).asked, now=now, days=days)


def ask(store: Store, at: datetime, *, account: int = 1, recipient: str = "user:1") -> None:
    store.notices.restore(
        [
            Notice(
                id=f"{account:08x}{at:%Y%m%d}",
                recipient=recipient,
                account=account,
                name="Sample Ada",
                campaign=f"{at:%G-W%V}/available",
                begun=at,
                state=NoticeState.SENT,
                ended=at,
            )
        ]
    )


@pytest.mark.parametrize(
    ("changed", "wish", "asked"),
    [
        ({}, "", True),
        ({"edited": NOW - timedelta(days=DAYS - 1)}, "", False),
        ({"edited": None}, "", False),
        ({"notify": Frequency.NEVER}, "", False),
        ({"notify": Frequency.MONTHLY}, "", True),
        ({"away": TODAY}, "", False),
        ({"away": TODAY - timedelta(days=1)}, "", True),
        ({}, "stop", False),
        ({}, "opted-out", False),
        ({}, "cap", True),
    ],
)
def test_who_is_asked(store: Store, changed: dict[str, object], wish: str, asked: bool) -> None:
    store.profiles.save_many([replace(OLD, **changed)])  # type: ignore[arg-type]
    if wish:
        store.preferences.set(OLD.key, wish, "monthly", at=NOW, via="wiki")
    assert due(store) == ([OLD.key] if asked else [])
    assert due(store, days=0) == []


def test_a_login_and_an_answer_are_signs_of_life(store: Store) -> None:
    store.profiles.save_many([OLD])
    store.signs_of_life.record(1, at=NOW - timedelta(days=DAYS), via="web")
    assert due(store) == [OLD.key]
    store.signs_of_life.record(1, at=NOW - timedelta(days=DAYS - 1), via="web")
    assert due(store) == []
    store.preferences.drop(OLD.key)
    made = Suggestion(Match(OLD.key, "user:2", "lua", "lua", 1.0), "2026-W40", NOW)
    (one,) = store.suggestions.plan([made])
    assert due(store) == [OLD.key]
    at = NOW - timedelta(days=9)
    store.suggestions.answer(
        one.id, status=SuggestionStatus.DECLINED, by=OLD.key, via="wiki", at=at
    )
    assert due(store) == []


def test_a_question_takes_the_place_of_a_suggestion_and_of_nothing_else() -> None:
    suggestion = Suggestion(Match("user:1", "user:2", "lua", "lua", 1.0), "2026-W48", NOW)
    introduced = replace(suggestion, period=INTRODUCED)

    def left(*roles: Role, found: Suggestion = suggestion, besides: str = "") -> list[Role]:
        waiting = {("user:1", role): [found] for role in roles}
        ask_instead(waiting, ["user:1"], besides={besides})
        return [role for _, role in waiting]

    assert left(Role.SEEKER) == [Role.AVAILABLE]
    assert left() == [Role.AVAILABLE]
    for other in (Role.HELPER, Role.CHECK_IN, Role.INTERPRETER, Role.OWNER):
        assert left(Role.SEEKER, other) == [Role.SEEKER, other]
    assert left(Role.SEEKER, found=introduced) == [Role.SEEKER]
    assert left(Role.SEEKER, besides="user:1") == [Role.SEEKER]


def test_only_two_unanswered_questions_make_away_and_any_sign_of_life_brings_back(
    store: Store,
) -> None:
    def noted(days: int) -> Profile:
        note_unanswered(store, NOTIFY, now=NOW + timedelta(days=days))
        profile = store.profiles.get(OLD.key)
        assert profile is not None
        return profile

    store.profiles.save_many([OLD])
    assert noted(0).unanswered == ()
    ask(store, NOW)
    for days, count in ((1, 0), (PATIENCE - 1, 0), (PATIENCE, 1), (DAYS, 1)):
        assert noted(days).questions_unanswered(TODAY + timedelta(days=days)) == count
    ask(store, NOW + timedelta(days=DAYS))
    last = DAYS + PATIENCE
    assert not noted(last - 1).is_away(TODAY + timedelta(days=last - 1))
    then = TODAY + timedelta(days=last)
    assert noted(last).is_away(then)
    build = store.version().build
    assert noted(last + 1).is_away(then)
    assert store.version().build == build, "nothing changed"
    # What was read anew without an edit changes nothing; an edit does at once.
    store.profiles.save_many([replace(OLD, about="read anew")])
    assert noted(last).is_away(then)
    store.profiles.save_many([replace(OLD, edited=NOW + timedelta(days=last))])
    found = store.profiles.get(OLD.key)
    assert found is not None
    assert found.unanswered == ()
    assert noted(last).unanswered == ()


def test_a_login_brings_back_at_once_and_so_do_the_groups_of_whoever_logs_in(store: Store) -> None:
    group = replace(OLD, key="page:9", name="Sample Group", kind=Kind.USER_GROUP, page_id=9)
    other = replace(OLD, key="user:2", name="Sample Ben")
    store.profiles.save_many([OLD, group, other])
    store.pages.save([PageRecord(9, "Sample Group", 0, 1, party=group.key, agreed=(1,))])
    for at in (NOW - timedelta(days=300), NOW - timedelta(days=100)):
        ask(store, at)
        ask(store, at, account=2, recipient="user:2")
    before = [replace(one, edited=NOW - timedelta(days=500)) for one in (OLD, group, other)]
    store.profiles.save_many(before)
    assert note_unanswered(store, NOTIFY, now=NOW) == 3
    build = store.version().build
    store.signs_of_life.record(1, at=NOW, via="web")
    away = {
        key: one.is_away(TODAY) for key, one in store.profiles.get_many(keys_of(before)).items()
    }
    assert away == {"page:9": False, "user:1": False, "user:2": True}
    assert store.version().build != build, "pages are made anew"
    assert note_unanswered(store, NOTIFY, now=NOW) == 0


def keys_of(profiles: list[Profile]) -> list[str]:
    return [one.key for one in profiles]


def test_a_contact_who_was_asked_lately_is_not_asked_for_the_group_as_well(store: Store) -> None:
    group = replace(OLD, key="page:9", kind=Kind.USER_GROUP, contacts=("Sample Ada", "Sample Ben"))
    ask(store, NOW - timedelta(days=20))
    users = {name: User(name, id) for id, name in enumerate(group.contacts, 1)}
    found = build_candidates(
        {(group.key, Role.AVAILABLE): []},
        profiles={group.key: group},
        users=users,
        told=AlreadyTold.of(store),
        now=NOW,
    )
    assert [one.recipient for one in found] == ["page:9>user:2"]
