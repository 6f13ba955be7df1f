from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.errors import StoreError
from exchange.model import (
    Kind,
    Language,
    Level,
    Offer,
    Priority,
    Problem,
    Profile,
    Reason,
    User,
    Want,
)
from exchange.store import Store
from exchange.store.pages import PageProblem, PageRecord
from tests.support.examples import examples
from tests.unit.store import values

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
ADA = Profile(
    "user:1",
    "Ada",
    page="User:Ada",
    page_id=11,
    revision=5,
    edited=NOW,
    offers=(Offer("sparql", "SPARQL", level=Level.EXPERT), Offer("finance")),
    wants=(Want("events", priority=Priority.URGENT, until=date(2027, 1, 1)),),
    languages=(Language("yo"), Language("en", 3)),
    country="NG",
)
GROUP = Profile("page:12", "Wikimedians of Yoruba", Kind.USER_GROUP, page_id=12)


def test_a_profile_comes_back_as_it_was_kept(store: Store) -> None:
    store.profiles.save_many([ADA, GROUP])
    assert store.profiles.all() == [GROUP, ADA]
    assert store.profiles.get("user:1") == ADA
    assert store.profiles.get("user:1").name == "Ada"  # type: ignore[union-attr]
    assert store.profiles.get("user:2") is None
    assert store.profiles.by_name("Ada") == ADA
    assert store.profiles.by_name("ada") is None
    assert store.profiles.get_many(["user:1", "user:9"]) == {"user:1": ADA}


def test_only_profiles_that_changed_are_written_again(store: Store) -> None:
    assert store.profiles.save_many([ADA, GROUP]) == ["page:12", "user:1"]
    assert store.profiles.save_many([ADA, GROUP]) == []
    assert store.profiles.save_many([replace(ADA, seats=5), GROUP]) == ["user:1"]
    assert store.profiles.save_many([replace(ADA, seats=5, name="Ada L.")]) == ["user:1"]
    assert store.profiles.by_name("Ada L.") is not None


def test_who_takes_no_part_now_is_kept_apart_with_the_reason(store: Store) -> None:
    store.profiles.save_many([ADA, GROUP], states={"user:1": Reason.USER_BLOCKED})
    assert store.profiles.all() == [GROUP]
    assert store.profiles.all(active=False) == [ADA]
    assert len(store.profiles.all(active=None)) == 2
    assert store.profiles.states() == {"user:1": Reason.USER_BLOCKED}
    assert not store.profiles.records()["user:1"].active
    assert store.profiles.save_many([ADA]) == ["user:1"]
    assert store.profiles.states() == {}


def counts(store: Store) -> dict[str, int]:
    """Return how many profiles, offers and wants there are; of other things there are none here."""
    found = store.counts(today=date(2026, 11, 23))
    assert (found.pop("pages"), found.pop("problems")) == (0, 0)
    return found


def test_offers_and_wants_are_counted_of_those_who_take_part(store: Store) -> None:
    store.profiles.save_many([ADA, GROUP])
    assert counts(store) == {"profiles": 2, "offers": 2, "wants": 1}
    store.profiles.save_many([replace(ADA, offers=())])
    assert counts(store) == {"profiles": 2, "offers": 0, "wants": 1}
    store.profiles.save_many([ADA], states={"user:1": Reason.AWAY})
    assert counts(store) == {"profiles": 1, "offers": 0, "wants": 0}


def test_who_has_not_changed_is_not_read_again(store: Store) -> None:
    people = [replace(ADA, key=f"user:{number}", name=f"Ada {number}") for number in range(1, 6)]
    store.profiles.save_many(people)
    first = store.profiles.active()
    assert list(first.profiles.values()) == store.profiles.all() == people
    changed = [replace(people[0], seats=9), replace(people[1], name="Bea"), people[2]]
    store.profiles.save_many(changed, states={"user:3": Reason.AWAY})
    store.profiles.forget(["user:4"])
    store.profiles.save_many([GROUP])
    second = store.profiles.active(first)
    assert list(second.profiles.items()) == [(one.key, one) for one in store.profiles.all()]
    assert second == store.profiles.active()
    assert second.profiles["user:5"] is first.profiles["user:5"]
    assert [second.profiles[one.key] for one in changed[:2]] == changed[:2]
    store.profiles.save_many([people[2]])
    assert store.profiles.active(second) == store.profiles.active()


def test_a_forgotten_profile_leaves_nothing_in_the_index(store: Store) -> None:
    store.profiles.save_many([ADA, GROUP])
    store.problems.replace({11: [PageProblem(11, "User:Ada", Problem("bad-date"), "user:1")]})
    store.profiles.forget(["user:1", "user:404"])
    assert store.profiles.all() == [GROUP]
    assert store.problems.all() == []
    assert store.counts(today=date(2026, 11, 23))["offers"] == 0


@settings(
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.lists(values.PROFILES, max_size=4, unique_by=lambda profile: profile.key))
def test_any_profile_whatever_survives_the_database(store: Store, some: list[Profile]) -> None:
    # What somebody left unanswered stands on no page: it is kept with their signs of life.
    some = [replace(profile, unanswered=()) for profile in some]
    store.profiles.save_many(some)
    kept = store.profiles.get_many(profile.key for profile in some)
    assert kept == {profile.key: profile for profile in some}
    assert {key: each.name for key, each in kept.items()} == {each.key: each.name for each in some}


def test_pages_tell_what_was_read_and_for_whom(store: Store) -> None:
    mine = PageRecord(
        11, "User:Ada", 2, 5, NOW, "Ada", "Ada", "user:1", (1,), {"profiles": [{"seats": 3}]}
    )
    empty = PageRecord(13, "User:Bo/doc", 2, 6)
    store.pages.save([mine, empty])
    assert store.pages.known() == {11: 5, 13: 6}
    assert store.pages.get(11) == mine
    assert store.pages.get(11).consented  # type: ignore[union-attr]
    assert store.pages.get(99) is None
    assert store.pages.of(["user:1"]) == [mine]
    assert store.pages.by_ids([13, 99]) == {13: empty}
    assert store.pages.parties_agreed_by([1, 2]) == {"user:1"}
    assert store.counts(today=date(2026, 11, 23))["pages"] == 1
    store.pages.save([replace(mine, revision=7)])
    assert store.pages.known() == {11: 7, 13: 6}
    store.pages.forget([11])
    assert store.pages.all() == [empty]


def test_problems_are_replaced_page_by_page(store: Store) -> None:
    first = PageProblem(11, "User:Ada", Problem("bad-date", "away until", "soon", "2027"), "user:1")
    other = PageProblem(12, "Group", Problem("unclosed"))
    store.problems.replace({11: [first, first], 12: [other]})
    assert store.problems.all() == [other, first, first]
    assert store.problems.on(12) == [other]
    store.problems.replace({11: [first], 12: []})
    assert store.problems.all() == [first]
    assert store.counts(today=date(2026, 11, 23))["problems"] == store.problems.count() == 1


def test_a_problem_longer_than_its_column_is_cut_and_not_refused(store: Store) -> None:
    long = Problem("too-long", "p" * 300, "💥" * 300, "h" * 300)
    store.problems.replace({1: [PageProblem(1, "User:Ada", long)]})
    assert store.problems.all()[0].problem.text == "💥" * 255


def test_accounts_are_found_by_id_and_by_name(store: Store) -> None:
    ada = User("Ada", 1, groups=frozenset({"bot", "sysop"}), registered=NOW)
    bo = User("Bo", 2, blocked="sitewide")
    store.accounts.save([ada, bo, User("Nobody")], seen=NOW)
    assert store.accounts.all() == {1: ada, 2: bo}
    assert store.accounts.get(1) == ada
    assert store.accounts.get_many([2, 3]) == {2: bo}
    store.accounts.save([replace(ada, name="Ada L.")], seen=NOW + timedelta(days=2))
    assert store.accounts.stale(before=NOW + timedelta(days=1), limit=9) == [bo]


def test_writes_of_several_nouns_are_one_transaction(store: Store) -> None:
    def broken() -> None:
        with store.transaction():
            store.profiles.save_many([ADA])
            store.metadata.set("index-build", "x", at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert store.profiles.all() == []
    assert store.metadata.get("index-build") is None


def test_a_write_inside_of_a_read_is_a_mistake_that_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="open the transaction with writing"), store.snapshot():
        store.metadata.set("x", "y", at=NOW)


def test_a_moment_without_an_offset_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="aware datetime"):
        store.metadata.set("x", "y", at=datetime(2026, 11, 23))


def test_a_moment_comes_back_in_utc_to_the_microsecond(store: Store) -> None:
    store.metadata.set("x", "y", at=NOW.astimezone(tz=datetime.now().astimezone().tzinfo))
