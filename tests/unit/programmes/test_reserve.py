"""Reserve: the daily matching leaves to a round what belongs to it, and takes back what it left."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.match import MatchResult, explain_pair, match_profiles
from exchange.matching import load_weights
from exchange.matching.eligibility import TOLD, is_live
from exchange.matching.explain import WhyNot
from exchange.model import Language, Match, Offer, Profile, SuggestionStatus, User, Want
from exchange.model.programme import Application, Programme, ProgrammeRecord
from exchange.programmes.reserve import LONGEST, PATIENCE, kept_until
from exchange.programmes.state import read_programme, read_reserve, wants_in_programmes
from exchange.store import Store
from tests.support.examples import examples
from tests.unit.matching.worlds import DIRECTORY

BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ORGANISER = 90
ROUND = Programme(7, "Project:Round", "Round", ("a",))


def learner(number: int, *wants: Want, **more: object) -> Profile:
    made = Profile(
        f"user:{number}", f"Ada {number}", wants=wants, languages=(Language("en", 4),), edited=BEGIN
    )
    return replace(made, **more)  # type: ignore[arg-type]


def helper(number: int, *offers: str, seats: int = 1) -> Profile:
    offered = tuple(map(Offer, offers))
    return replace(learner(number), name=f"Bo {number}", offers=offered, seats=seats)


class Days:
    """A movement from day to day: the bot's daily matching, and rounds beside it."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, BEGIN
        store.coordinators.replace([ORGANISER], at=BEGIN)

    @property
    def today(self) -> date:
        return self.now.date()

    def open(self, *accounts: int, of: Programme = ROUND) -> None:
        """Let people apply now, beside those who did before."""
        before = self.store.programmes.applications(of.page)
        new = [Application(one, self.now) for one in accounts]
        self.store.programmes.replace({of.page: ProgrammeRecord(of, (ORGANISER,), (*before, *new))})

    def match(self, *, later: timedelta = timedelta()) -> MatchResult:
        self.now += later
        return match_profiles(store=self.store, now=self.now, directory=DIRECTORY)

    def tell(self) -> None:
        planned = [one.id for one in self.store.suggestions.planned()]
        self.store.suggestions.mark_notified(planned, at=self.now)

    def confirm(self, of: Programme = ROUND, *, share: float = 1, rng: random.Random) -> int:
        state = read_programme(
            self.store, of, directory=DIRECTORY, weights=load_weights(), today=self.today
        )
        chosen = [one for one in state.draft.pairs if rng.random() < share]
        others = [one for one in state.draft.pairs if one not in chosen]
        self.store.programmes.confirm(of, chosen, others, organiser=1, at=self.now)
        return len(chosen)

    def planned(self) -> set[tuple[str, str]]:
        found = self.store.suggestions.planned()
        return {(one.match.seeker, one.match.helper) for one in found}

    def waiting(self, account: int) -> set[tuple[str, str]]:
        """What somebody reads to wait for a round."""
        key = f"user:{account}"
        profile = self.store.profiles.get(key)
        assert profile
        return {
            *wants_in_programmes(
                self.store, account, {key: profile}, directory=DIRECTORY, today=self.today
            )
        }

    def reasons(self) -> dict[tuple[str, str], str]:
        return {(key, want): reason for key, want, reason in self.store.rounds.unmet()}


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with closing(Store.open(f"sqlite:///{tmp_path}/exchange.db")) as store:
        yield Days(store)


def closing_in(number: int) -> Programme:
    return replace(ROUND, closes=(BEGIN + number * DAY).date())


def test_what_an_applicant_wants_waits_for_the_round_and_comes_back_when_it_is_over(
    days: Days,
) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one"), helper(3, "b")])
    programme = closing_in(5)
    days.open(1, 2, of=programme)
    found = days.match()
    assert (found.matches, found.unmet, found.in_rounds) == (0, 1, 1)
    assert days.reasons() == {("user:1", "a-one"): "in-round"}
    for number in range(1, 40):
        found = days.match(later=DAY)
        kept = number <= 5 + PATIENCE.days
        assert (found.matches, found.in_rounds) == ((0, 1) if kept else (1, 0)), number
    assert days.planned() == {("user:1", "user:2")}


def test_what_nobody_can_confirm_keeps_nothing_until_somebody_can(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one")])
    days.open(1, 2)
    days.store.coordinators.replace([], at=BEGIN)
    assert (days.match().matches, days.reasons()) == (1, {})
    assert not days.waiting(1)
    days.store.coordinators.replace([ORGANISER], at=BEGIN)
    assert days.match(later=DAY).in_rounds == 1
    assert days.waiting(1) == {("user:1", "a-one")}


def test_the_day_after_the_organiser_decided_the_rest_is_free(days: Days) -> None:
    people = [learner(1, Want("a-one")), learner(2, Want("a-one")), helper(3, "a-one")]
    days.store.profiles.save_many([*people, helper(4, "a-one")])
    programme = closing_in(1)
    days.open(1, 2, 3, of=programme)
    assert days.match(later=2 * DAY).matches == 0
    assert days.confirm(programme, rng=random.Random(1)) == 1
    ((learnt, _),) = days.planned()
    assert days.match().in_rounds == 1, "the organiser may still confirm the next today"
    assert days.match(later=DAY).in_rounds == 0
    left = ({"user:1", "user:2"} - {learnt}).pop()
    assert days.planned() == {(learnt, "user:3"), (left, "user:4")}


def test_a_plan_of_before_the_application_is_taken_back(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one")])
    assert days.match().new == 1
    days.open(1)
    found = days.match(later=DAY)
    assert (found.withdrawn, found.matches, found.in_rounds) == (1, 0, 1)


def test_what_was_told_before_the_application_stays_in_those_hands(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one")])
    days.match()
    days.tell()
    days.open(1, 2)
    found = days.match(later=DAY)
    assert (found.unmet, found.in_rounds) == (0, 0)
    assert days.reasons() == {}


def test_seats_are_kept_for_learners_of_the_round_and_for_no_others(days: Days) -> None:
    outside = learner(9, Want("a-one"))
    days.store.profiles.save_many([outside, helper(2, "a-one", "b"), learner(1, Want("a-one"))])
    days.open(2)
    assert days.match().matches == 1, "no learner of the round needs this helper"
    days.open(1)
    found = days.match(later=DAY)
    assert days.planned() == set()
    assert days.reasons() == {("user:1", "a-one"): "in-round", ("user:9", "a-one"): "seats"}
    assert found.unmet == 2


@pytest.mark.parametrize(
    ("profile", "waits"),
    [
        (learner(1, Want("a")), True),
        (learner(1, Want("a-one-deep")), True),
        (learner(1, Want("b")), False),
        (learner(1, Want("a", until=(BEGIN + 20 * DAY).date())), False),
        (learner(1, Want("a", until=(BEGIN + 200 * DAY).date())), True),
        (learner(1, Want("a"), Want("a", until=(BEGIN + 9 * DAY).date())), False),
        (learner(1, Want("a"), languages=(Language("yo", 4),)), False),
    ],
    ids=str,
)
def test_only_what_the_round_can_serve_in_time_waits(
    days: Days, profile: Profile, waits: bool
) -> None:
    programme = replace(closing_in(3), languages=("en",))
    days.store.profiles.save_many([profile, helper(2, "a")])
    days.open(1, of=programme)
    assert days.match().in_rounds == int(waits)
    shown = wants_in_programmes(
        days.store, 1, {profile.key: profile}, directory=DIRECTORY, today=days.today
    )
    assert {capacity for _, capacity in shown} == ({profile.wants[0].capacity} if waits else set())


@pytest.mark.parametrize(
    "stands", [{"opens": (BEGIN + DAY).date()}, {"closes": (BEGIN - DAY).date()}]
)
def test_an_application_that_does_not_count_keeps_nothing(
    days: Days, stands: dict[str, date]
) -> None:
    days.store.profiles.save_many([learner(1, Want("a")), helper(2, "a")])
    days.open(1, 2, of=replace(ROUND, **stands))  # type: ignore[arg-type]
    assert (days.match().matches, days.reasons()) == (1, {})


def test_once_nobody_can_apply_what_nobody_there_shares_is_free(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one"), helper(3, "b")])
    days.open(1, 3, of=closing_in(1))
    assert days.match(later=DAY).in_rounds == 1
    assert days.match(later=DAY).matches == 1


def test_leaving_gives_back_what_waited(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("a-one")), helper(2, "a-one")])
    days.open(1, 2)
    assert days.match().matches == 0
    days.store.programmes.withdraw(ROUND.page, 1)
    assert days.match(later=DAY).matches == 1


def test_what_keeps_two_apart_is_said_when_asked(days: Days) -> None:
    days.store.profiles.save_many([learner(1, Want("lua")), helper(2, "lua"), helper(3, "lua")])
    days.open(1, 2, of=replace(ROUND, capacities=("lua",)))
    told = explain_pair(store=days.store, now=days.now, seeker="user:1", helper="user:3")
    assert isinstance(told, WhyNot)
    assert told.reason == "in-round"
    days.store.programmes.withdraw(ROUND.page, 1)
    told = explain_pair(store=days.store, now=days.now, seeker="user:1", helper="user:3")
    assert isinstance(told, Match)


@given(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 4000)))
def test_nothing_is_kept_for_ever(applied: int, closes: int | None) -> None:
    at = BEGIN + applied * DAY
    last = None if closes is None else at.date() + closes * DAY
    until = kept_until(replace(ROUND, closes=last), Application(1, at))
    assert at.date() + PATIENCE <= until <= at.date() + LONGEST


# -- random histories ----------------------------------------------------------------------------


class History(Days):
    """Days on which people apply and leave, rounds open, close and are confirmed, by a seed."""

    def __init__(self, store: Store, seed: int) -> None:
        super().__init__(store)
        self.rng = rng = random.Random(seed)
        names = ("a", "a-one", "a-two", "b", "c")
        people = []
        for number in range(1, 15):
            wants = (
                Want(one, until=(BEGIN + rng.choice([20, 400]) * DAY).date())
                if rng.random() < 0.2
                else Want(one)
                for one in rng.sample(names, rng.randint(0, 2))
            )
            made = learner(number, *wants, seats=rng.randint(0, 2))
            people.append(replace(made, offers=tuple(map(Offer, rng.sample(names, 1)))))
        self.people = {one.key: one for one in people}
        store.profiles.save_many(people)
        store.accounts.save([User(one.name, int(one.key[5:])) for one in people], seen=BEGIN)
        self.rounds = {
            page: Programme(
                page,
                f"Project:{page}",
                capacities=rng.choice([(), ("a",), ("b", "c")]),
                opens=None if rng.random() < 0.4 else (BEGIN + rng.randint(0, 6) * DAY).date(),
                closes=None if page == 9 else (BEGIN + rng.randint(4, 14) * DAY).date(),
                seats=rng.choice([None, 2]),
            )
            for page in (7, 8, 9)
        }
        for each in self.rounds.values():
            self.open(of=each)

    def live_day(self) -> None:
        """Let a day pass up to the daily matching."""
        rng, programmes = self.rng, self.store.programmes
        for page, programme in self.rounds.items():
            for account in rng.sample(range(1, 15), 3):
                if programme.is_open(self.today):
                    programmes.apply(page, account, partners=(), at=self.now)
            if rng.random() < 0.2:
                programmes.withdraw(page, rng.randint(1, 14))
            if rng.random() < 0.3 and not (programme.closes and programme.is_open(self.today)):
                self.confirm(programme, share=0.7, rng=rng)
        for one in self.store.suggestions.open():
            if rng.random() < 0.3:
                status = rng.choice([SuggestionStatus.ACCEPTED, SuggestionStatus.DECLINED])
                self.store.suggestions.answer(
                    one.id, status=status, by=one.match.seeker, via="web", at=self.now
                )

    def assert_one_outcome_each(self) -> None:
        """What waits has a suggestion that stands, or its reason: never both, never none."""
        bounds = load_weights().bounds
        every = self.store.suggestions.history()
        standing = {
            (one.match.seeker, one.match.want)
            for one in every
            if one.status is SuggestionStatus.PLANNED
            or is_live(one, today=self.today, bounds=bounds)
        }
        reasons = self.reasons()
        reserve = read_reserve(
            self.store,
            self.people.values(),
            directory=DIRECTORY,
            silent=frozenset(),
            today=self.today,
        )
        for named in reserve.wants:
            assert (named in standing) is (reasons.get(named) != "in-round")
        assert {one for one, why in reasons.items() if why == "in-round"} <= reserve.wants
        planned = {
            (one.match.seeker, one.match.want)
            for one in every
            if one.status is SuggestionStatus.PLANNED and not one.is_of_programme
        }
        waiting = {named for named, reason in reasons.items() if reason == "in-round"}
        assert not planned & waiting, "what waits is planned for nobody"
        told = Counter((one.match.seeker, one.match.helper) for one in every if one.status in TOLD)
        assert max(told.values(), default=0) <= 1, "nobody is told of the same person twice"
        held = Counter(
            one.match.helper
            for one in every
            if one.status is SuggestionStatus.PLANNED
            or (is_live(one, today=self.today, bounds=bounds) and one.status.holds_seat)
        )
        for key, count in held.items():
            assert count <= self.people[key].seats
        helping = {one.match.helper for one in every if one.status is SuggestionStatus.PLANNED}
        by_hand = {one.match.helper for one in every if one.is_of_programme}
        assert not helping & reserve.helpers - by_hand, "seats of the round are used up by nobody"


@given(st.integers(0, 2**32))
@settings(max_examples=examples(8))
def test_rounds_and_the_daily_matching_take_nothing_from_each_other(seed: int) -> None:
    with (
        TemporaryDirectory() as folder,
        closing(Store.open(f"sqlite:///{folder}/exchange.db")) as store,
    ):
        made = History(store, seed)
        waited = 0
        for _ in range(12):
            made.now += DAY
            made.live_day()
            made.match()
            waited += "in-round" in made.reasons().values()
            made.assert_one_outcome_each()
            made.tell()
        assert waited, "else this shows nothing"
        made.match(later=LONGEST + DAY)
        assert "in-round" not in made.reasons().values(), "no want is lost for ever"
        made.assert_one_outcome_each()
