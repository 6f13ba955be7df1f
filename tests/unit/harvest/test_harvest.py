from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.harvest import HarvestResult, harvest_pages, reader
from bot.harvest.harvest import stored_directory
from bot.harvest.joiners import JOINER_PAGES
from exchange.directory import load as load_directory
from exchange.errors import EditRefused, SettingsError, WikiUnavailable
from exchange.model import FLUENT, NATIVE, Frequency, Language, Profile, Reason, User
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.erasure import erase_person, restore_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.pages import PageRecord
from exchange.store.personal_data import collect_rows
from exchange.store.runs import DIRECTORY_PAGE, INDEX_VERSION
from exchange.store.schema import metadata
from tests.unit.harvest.wiki import BEGIN, MemoryWiki

NOW = BEGIN + timedelta(days=20)
PROFILE = "{{Capacity Exchange profile|offers=Wikidata|wants=grant writing|languages=en}}"
Run = Callable[..., HarvestResult]


@pytest.fixture
def wiki() -> MemoryWiki:
    made = MemoryWiki()
    for name in ("Ada", "Bo", "Cy"):
        made.account(name)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield opened
    opened.close()


@pytest.fixture
def settings() -> Settings:
    return load({"CXC_ERASURE_KEYS": "a-key-of-at-least-32-characters!"})


@pytest.fixture
def run(wiki: MemoryWiki, store: Store, settings: Settings) -> Run:
    def again(**more: Any) -> HarvestResult:
        wiki.forget_requests()
        return harvest_pages(
            **{"settings": settings, "store": store, "wiki": wiki, "now": NOW} | more
        )

    return again


def only(store: Store) -> Profile:
    (profile,) = store.profiles.all()
    return profile


def codes(store: Store) -> list[str]:
    return [each.problem.code for each in store.problems.all()]


def test_a_profile_on_ones_own_page_is_in_the_index(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    counts = run()
    profile = only(store)
    assert (profile.key, profile.name, profile.contacts) == ("user:1", "Ada", ("Ada",))
    assert profile.page == "User:Ada"
    assert [offer.capacity for offer in profile.offers] == ["wikidata"]
    assert (counts.pages, counts.profiles, counts.offers, counts.wants) == (1, 1, 1, 1)
    assert (counts.read, counts.changed, counts.failed) == (1, 1, 0)


def test_a_second_harvest_asks_for_no_content_and_changes_nothing(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    for number in range(600):
        name = f"Person {number}"
        wiki.account(name)
        wiki.edit(f"User:{name}", PROFILE, by=name)
    first = run()
    assert first.profiles == 600
    assert wiki.requests <= 600 / 500 * 2 + 10, wiki.asked
    build = store.metadata.get(INDEX_VERSION)
    second = run()
    assert wiki.contents == 0
    assert wiki.requests <= 600 / 500 + 5, wiki.asked
    assert second == replace(first, read=0, changed=0, unchanged=600)
    assert store.metadata.get(INDEX_VERSION) == build


def test_only_a_page_that_changed_is_read_again(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    run()
    build = store.metadata.get(INDEX_VERSION)
    wiki.edit("User:Ada", PROFILE.replace("Wikidata", "Finance"), by="Ada")
    counts = run()
    assert wiki.contents == 1
    assert (counts.read, counts.unchanged, counts.changed) == (1, 1, 1)
    assert store.profiles.get("user:1").offers[0].capacity == "finance"  # type: ignore[union-attr]
    assert store.metadata.get(INDEX_VERSION) != build


def test_a_page_that_lost_the_template_leaves_the_index(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    run()
    wiki.edit("User:Ada", "Nothing to see.", by="Ada")
    wiki.delete("User:Bo")
    counts = run()
    assert (counts.gone, counts.removed, counts.profiles) == (2, 2, 0)
    assert store.profiles.all(active=None) == []
    assert store.pages.known() == {}


def test_a_page_that_only_mentions_the_template_is_not_read_twice(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", f"<nowiki>{PROFILE}</nowiki>", by="Ada")
    assert run().pages == 0
    assert run().unchanged == 1
    assert wiki.contents == 0
    assert store.profiles.all() == []


@pytest.mark.parametrize("title", ["User:Ada/doc", "User:Ada/sandbox", "Template:Box"])
def test_documentation_sandboxes_and_other_namespaces_hold_no_profile(
    wiki: MemoryWiki, store: Store, run: Run, title: str
) -> None:
    wiki.edit(title, PROFILE, by="Ada")
    run()
    assert store.profiles.all() == []


def test_redirects_to_the_template_count(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.redirects["Template:Échange"] = "Template:Capacity Exchange profile"
    wiki.edit("User:Ada", "{{échange|offers=Wikidata}}", by="Ada")
    run()
    assert only(store).key == "user:1"


def test_a_new_name_of_the_template_makes_every_page_be_read_again(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE + "{{Échange|offers=Finance}}", by="Ada")
    run()
    assert len(only(store).offers) == 1
    wiki.redirects["Template:Échange"] = "Template:Capacity Exchange profile"
    assert run().read == 1
    assert "several-profiles" in codes(store)


# -- the owner rule ---------------------------------------------------------------------------


def test_nobody_can_enrol_somebody_else(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", "Hello, I am Ada.", by="Ada")
    wiki.edit("User:Ada", PROFILE, by="Bo")
    run()
    assert store.profiles.all(active=None) == []
    assert codes(store) == ["not-the-owner"]


def test_an_owner_who_edits_the_page_with_the_profile_in_place_agrees_to_it(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Bo")
    run()
    wiki.edit("User:Ada", PROFILE + " And thanks!", by="Ada")
    run()
    assert only(store).key == "user:1"
    assert codes(store) == []


def test_somebody_elses_later_edit_costs_one_request_and_changes_nothing_about_consent(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    wiki.edit("User:Ada", PROFILE + "[[Category:Typos]]", by="Bo")
    run()
    assert wiki.asked["last_revision_by"] == 1
    assert only(store).key == "user:1"


def test_an_owner_who_took_the_profile_out_is_not_enrolled_by_its_return(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    wiki.edit("User:Ada", "No more.", by="Ada")
    wiki.edit("User:Ada", PROFILE, by="Bo")
    run()
    assert store.profiles.all(active=None) == []


def test_somebody_else_cannot_make_the_bot_write_to_one_who_said_no(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE.replace("}}", "|notify=no|away until=2030-01-01}}"), by="Ada")
    run()
    for text in (PROFILE.replace("}}", "|notify=weekly}}"), PROFILE):
        wiki.edit("User:Ada", text, by="Bo")
        run()
        assert only(store).notify is Frequency.NEVER
        assert only(store).away == date(2030, 1, 1)


OFFERS = "{{Capacity Exchange profile|offers=%s}}"
ONE = "{{Capacity Exchange profile|offers=Wikidata; Lua|wants=finance|languages=en%s}}"


@pytest.mark.parametrize(
    ("owners", "strangers", "counts"),
    [
        ("|notify=monthly", "|notify=weekly", Frequency.MONTHLY),
        ("", "|notify=weekly", Frequency.FORTNIGHTLY),
        ("|notify=monthly", "", Frequency.MONTHLY),
        ("|notify=weekly", "|notify=monthly", Frequency.MONTHLY),
        ("|notify=weekly", "|notify=no", Frequency.NEVER),
        ("|notify=no", "|notify=monthly", Frequency.NEVER),
        ("|notify=weekly", "|notify=weekly", Frequency.WEEKLY),
    ],
)
def test_somebody_else_can_make_the_bot_write_less_often_and_not_more(
    wiki: MemoryWiki, store: Store, run: Run, owners: str, strangers: str, counts: Frequency
) -> None:
    wiki.edit("User:Ada", ONE % owners, by="Ada")
    run()
    wiki.edit("User:Ada", ONE % strangers, by="Bo")
    run()
    assert only(store).notify is counts
    wiki.edit("User:Ada", (ONE % strangers) + " Fine.", by="Ada")
    run()
    own = {"": Frequency.FORTNIGHTLY}.get(strangers) or Frequency(strangers.partition("=")[2])
    assert only(store).notify is own, "the owner's next edit confirms it"


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "offers", "wants", "waits"),
    [
        ("Wikidata; Lua", "Wikidata", "Wikidata; Lua", ["wikidata"], [], 1),
        ("Wikidata", "Wikidata", "Wikidata; Lua", ["wikidata"], [], 1),
        ("Wikidata", "Wikidata; Lua", "Lua", ["lua"], [], 0),
        ("Wikidata", "Wikidata (basic)", "Wikidata (expert)", ["wikidata"], [], 0),
        ("Wikidata", "Wikidata; Loa", "Wikidata; Lua", ["wikidata", "unlisted:loa"], [], 1),
        ("Wikidata", "Wikidata", "Wikidata|wants=finance", ["wikidata"], [], 1),
        ("Wikidata|wants=finance", "Wikidata", "Wikidata|wants=finance", ["wikidata"], [], 1),
        ("Wikidata|wants=finance", "Wikidata|wants=finance", "Wikidata", ["wikidata"], [], 0),
    ],
)
def test_somebody_else_can_take_away_and_neither_add_nor_bring_back(
    wiki: MemoryWiki,
    store: Store,
    run: Run,
    before: str,
    mine: str,
    theirs: str,
    offers: list[str],
    wants: list[str],
    waits: int,
) -> None:
    for text, by in ((before, "Ada"), (mine, "Ada"), (theirs, "Bo")):
        wiki.edit("User:Ada", OFFERS % text, by=by)
        run()
    profile = only(store)
    assert sorted(one.capacity for one in profile.offers) == sorted(offers)
    assert [one.capacity for one in profile.wants] == wants
    assert codes(store).count("added-by-others") == waits
    wiki.edit("User:Ada", (OFFERS % theirs) + " ", by="Ada")
    run()
    assert "added-by-others" not in codes(store)


def test_a_second_template_of_somebody_elses_does_not_count(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    more = "{{Capacity Exchange profile|offers=Lua|notify=weekly|about=Buy this}}"
    wiki.edit("User:Ada", PROFILE + more, by="Bo")
    run()
    mine = only(store)
    assert [one.capacity for one in mine.offers] == ["wikidata"]
    assert (mine.notify, mine.about) == (Frequency.FORTNIGHTLY, "")


def test_a_request_of_somebody_elses_on_my_page_is_none_of_mine(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Ada", PROFILE + "{{Capacity Exchange request|what=Lua}}", by="Bo")
    run()
    assert "lua" not in [one.capacity for one in only(store).wants]


def test_a_renamed_persons_old_name_in_other_hands_gets_nothing_of_theirs(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    old = wiki.accounts.pop("Ada")
    wiki.accounts["Ada now"] = replace(old, name="Ada now")
    wiki.accounts["Ada"] = User("Ada", 777)
    wiki.edit("User:Ada", "{{Capacity Exchange profile|offers=Lua}}", by="Ada")
    wiki.edit("User:Ada now", PROFILE, by="Ada now")
    run(now=NOW + timedelta(days=2))
    found = {one.key: one for one in store.profiles.all()}
    assert {key: one.name for key, one in found.items()} == {"user:1": "Ada now", "user:777": "Ada"}
    assert [one.capacity for one in found["user:777"].offers] == ["lua"]
    assert [one.capacity for one in found["user:1"].offers] == ["wikidata"]


def test_a_page_left_under_an_old_name_speaks_for_nobody_once_the_name_is_anothers(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    old = wiki.accounts.pop("Ada")
    wiki.accounts["Ada now"] = replace(old, name="Ada now")
    wiki.accounts["Ada"] = User("Ada", 777)
    run(now=NOW + timedelta(days=2))
    assert store.profiles.all() == []
    wiki.edit("User:Ada", PROFILE + " A bot was here.", by="Bo")
    run(now=NOW + timedelta(days=3))
    assert store.profiles.all() == []


def test_nothing_is_kept_of_a_page_of_nobody_until_there_is_an_account(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    """It may be the page of somebody whose account is hidden: the wiki does not tell these apart."""
    wiki.edit("User:Nobody", PROFILE, by="Bo")
    wiki.edit("User:Nobody/Club", PROFILE.replace("}}", "|kind=user group|contact=Bo}}"), by="Bo")
    for _ in range(2):
        counts = run()
        assert (counts.pages, counts.read, counts.changed, counts.failed) == (0, 0, 0, 0)
        assert store.pages.all() == store.profiles.all(active=None) == store.problems.all() == []
    wiki.account("Nobody")
    wiki.edit("User:Nobody", PROFILE + " ", by="Nobody")
    run()
    assert {each.name for each in store.profiles.all()} == {"Nobody", "Nobody/Club"}


@pytest.mark.parametrize("name", ["Nobody", "Hidden", "Ghost, Ada, Ghost"])
def test_a_contact_without_an_account_is_a_problem_by_number(
    wiki: MemoryWiki, store: Store, run: Run, name: str
) -> None:
    wiki.account("Hidden", hidden=True)
    group = PROFILE.replace("}}", f"|kind=user group|contact=Bo, {name}}}}}")
    wiki.edit("Project:Group", group, by="Bo")
    run()
    problem = store.problems.all()[0].problem
    assert (problem.code, problem.parameter, problem.text) == ("no-such-user", "contact", "2")
    assert only(store).contacts == ("Bo",)
    assert not {"Nobody", "Hidden", "Ghost"} & {*str(store.pages.all()).split("'")}


GROUP = PROFILE.replace("}}", "|kind=user group|contact=User:Ada, User:Bo}}")


def test_a_group_has_the_contacts_who_edited_its_page(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    page = wiki.edit("Wikimedians of the Moon/Capacity Exchange", GROUP, by="Ada")
    run()
    group = only(store)
    assert (group.key, group.name) == (f"page:{page}", "Wikimedians of the Moon")
    assert group.contacts == ("Ada",)
    assert codes(store) == ["contact-not-confirmed"]
    wiki.edit("Wikimedians of the Moon/Capacity Exchange", GROUP + " ", by="Bo")
    run()
    assert only(store).contacts == ("Ada", "Bo")


def test_passers_by_who_are_named_afterwards_are_no_contacts(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    title = "Wikimedians of the Moon"
    named = PROFILE.replace("}}", "|kind=user group|contact=User:Cy}}")
    wiki.edit(title, named, by="Cy")
    wiki.edit(title, named + " A comma.", by="Ada")
    wiki.edit(title, named + " A comma, and a full stop.", by="Bo")
    wiki.edit(title, named.replace("User:Cy", "User:Ada, User:Bo, User:Cy"), by="Cy")
    run()
    assert only(store).contacts == ("Cy",)
    assert codes(store) == ["contact-not-confirmed"] * 2
    both = named.replace("User:Cy", "User:Ada, User:Bo, User:Cy")
    wiki.edit(title, both + " Yes, it is me.", by="Ada")
    run()
    assert only(store).contacts == ("Ada", "Cy")


def test_a_contact_who_took_their_name_out_is_not_enrolled_by_its_return(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    title = "Wikimedians of the Moon"
    wiki.edit(title, GROUP, by="Ada")
    wiki.edit(title, GROUP.replace("User:Ada, ", ""), by="Ada")
    wiki.edit(title, GROUP, by="Cy")
    run()
    assert store.profiles.all() == []


def test_a_group_whose_contacts_never_agreed_takes_no_part(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    page = wiki.edit("Wikimedians of the Moon", GROUP, by="Cy")
    run()
    assert store.profiles.all() == []
    assert store.profiles.states() == {f"page:{page}": Reason.NO_CONTACT}


def test_a_page_with_a_thousand_contacts_does_not_cost_a_thousand_requests(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    names = [f"Member {number}" for number in range(1000)]
    for name in names:
        wiki.account(name)
    wiki.edit("Moon", PROFILE.replace("}}", f"|kind=hub|contact={', '.join(names)}}}}}"), by="Cy")
    run()
    assert wiki.requests < 20
    assert "too-many-contacts" in codes(store) or "too-many" in codes(store)


# -- accounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"blocked": "sitewide"}, Reason.USER_BLOCKED),
        ({"locked": True}, Reason.USER_LOCKED),
        ({"temporary": True}, Reason.USER_TEMPORARY),
        ({"groups": frozenset({"bot"})}, Reason.USER_BOT),
        ({"hidden": True}, None),
        ({"local": False}, None),
    ],
)
def test_an_account_that_cannot_take_part_is_out_with_its_reason(
    wiki: MemoryWiki, store: Store, run: Run, state: dict[str, Any], reason: Reason | None
) -> None:
    """Of those whom the wiki does not show nothing is kept at all."""
    wiki.account("Di", **state)
    wiki.edit("User:Di", PROFILE, by="Di")
    run()
    assert store.profiles.states() == ({"user:4": reason} if reason else {})


def test_a_partial_block_leaves_somebody_in(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.account("Di", blocked="partial")
    wiki.edit("User:Di", PROFILE, by="Di")
    run()
    assert only(store).key == "user:4"


def test_a_block_is_seen_on_a_later_day_though_the_page_did_not_change(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    wiki.accounts["Ada"] = replace(wiki.accounts["Ada"], blocked="sitewide")
    run()
    assert store.profiles.states() == {}, "accounts are not asked about at every harvest"
    build = store.metadata.get(INDEX_VERSION)
    run(now=NOW + timedelta(days=2))
    assert store.profiles.states() == {"user:1": Reason.USER_BLOCKED}
    assert store.metadata.get(INDEX_VERSION) != build


def test_a_global_lock_is_seen_within_a_week_and_stays_until_it_is_lifted(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    """Asked of one person in seven a day, so that a large community costs few requests."""
    names = [f"Person {number}" for number in range(70)]
    for name in names:
        wiki.account(name)
        wiki.edit(f"User:{name}", PROFILE, by=name)
    run()
    wiki.accounts["Person 5"] = replace(wiki.accounts["Person 5"], locked=True)
    key = f"user:{wiki.accounts['Person 5'].id}"
    for day in range(1, 8):
        wiki.lock_questions = 0
        run(now=NOW + timedelta(days=day))
        assert wiki.lock_questions <= 70 / 7 + 1
    assert store.profiles.states() == {key: Reason.USER_LOCKED}
    assert key not in {profile.key for profile in store.profiles.all()}, "in no search, no match"
    wiki.edit("User:Person 5", f"{PROFILE} locked", by="Ada")
    run(now=NOW + timedelta(days=8))
    assert store.profiles.states() == {key: Reason.USER_LOCKED}
    wiki.accounts["Person 5"] = replace(wiki.accounts["Person 5"], locked=False)
    run(now=NOW + timedelta(days=9))
    assert store.profiles.states() == {}


def test_a_lock_is_not_forgotten_where_many_pages_are_read_at_once(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.account("Locked", locked=True)
    wiki.edit("User:Locked", PROFILE, by="Ada")
    wiki.edit("User:Locked", f"{PROFILE} mine", by="Locked")
    run()
    key = f"user:{wiki.accounts['Locked'].id}"
    assert store.profiles.states() == {key: Reason.USER_LOCKED}
    for number in range(501):
        wiki.account(f"Person {number}")
        wiki.edit(f"User:Person {number}", PROFILE, by=f"Person {number}")
    wiki.edit("User:Locked", f"{PROFILE} again", by="Ada")
    wiki.lock_questions = 0
    run()
    assert wiki.lock_questions == 0
    assert store.profiles.states() == {key: Reason.USER_LOCKED}


def test_a_renamed_person_is_the_same_person(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    wiki.rename("Ada", "Ada Lovelace")
    run(now=NOW + timedelta(days=2))
    assert (only(store).key, only(store).name) == ("user:1", "Ada Lovelace")


def test_several_pages_of_one_person_are_one_profile(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit(
        "User:Ada/Capacity Exchange", "{{Capacity Exchange profile|offers=Finance}}", by="Ada"
    )
    run()
    assert [offer.capacity for offer in only(store).offers] == ["finance"]
    assert "several-profiles" in codes(store)
    wiki.delete("User:Ada/Capacity Exchange")
    run()
    assert [offer.capacity for offer in only(store).offers] == ["wikidata"]
    assert codes(store) == []


def test_a_request_becomes_a_want_of_its_owner(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Ada/Ask", "{{Capacity Exchange request|Finance|until=2027-03-01}}", by="Ada")
    run()
    assert {want.capacity for want in only(store).wants} == {"grant-proposal", "finance"}


# -- who joins a request ------------------------------------------------------------------------

ASK = "{{#babel:en}}{{Capacity Exchange request|want=Finance|until=2027-03-01|joined=}}"


def joined_by(*names: str, text: str = ASK) -> str:
    return text.replace("joined=", "joined=" + "".join(f"\n* [[User:{one}]]" for one in names))


def wants_of(store: Store, key: str) -> list[tuple[str, tuple[str, ...]]]:
    profile = store.profiles.get(key)
    return [(want.capacity, want.joined) for want in profile.wants] if profile else []


def test_whoever_joins_a_request_wants_it_too(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    asked, mine = store.profiles.get("user:1"), store.profiles.get("user:2")
    assert asked
    assert mine
    assert [want.is_own_request for want in asked.wants] == [True]
    assert wants_of(store, "user:2") == [("grant-proposal", ()), ("finance", ("User:Ada",))]
    assert not any(want.is_own_request for want in mine.wants)
    assert mine.wants[1].until == date(2027, 3, 1)
    assert (mine.page, codes(store)) == ("User:Bo", [])
    wiki.edit("User:Ada", ASK, by="Cy")  # Anybody may take away.
    run()
    assert wants_of(store, "user:2") == [("grant-proposal", ())]


def test_a_request_counts_who_joined_it_and_can_take_part(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    wiki.edit("User:Ada", joined_by("Bo", "Cy"), by="Cy")
    run()
    assert joins_of(store, "user:1") == 2
    assert joins_of(store, "user:2") == 0, "what they joined is the other one's request"
    wiki.accounts["Bo"] = replace(wiki.accounts["Bo"], blocked="sitewide")
    run(now=NOW + timedelta(days=2))
    assert joins_of(store, "user:1") == 1
    wiki.accounts["Bo"] = replace(wiki.accounts["Bo"], blocked="")
    run(now=NOW + timedelta(days=4))
    assert joins_of(store, "user:1") == 2
    wiki.edit("User:Ada", joined_by("Bo"), by="Cy")
    run(now=NOW + timedelta(days=4))
    assert joins_of(store, "user:1") == 1


def joins_of(store: Store, key: str) -> int:
    profile = store.profiles.get(key)
    assert profile
    return profile.wants[0].joins


def test_nobody_can_join_for_somebody_else(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Cy")
    run()
    assert store.profiles.get("user:2") is None
    assert codes(store) == ["join-not-confirmed"]
    # Neither does an edit of theirs before that, nor one in which they took themselves out.
    wiki.edit("User:Ada", joined_by("Bo") + " Yes.", by="Bo")
    run()
    assert wants_of(store, "user:2") == [("finance", ("User:Ada",))]
    wiki.edit("User:Ada", ASK, by="Bo")
    wiki.edit("User:Ada", joined_by("Bo"), by="Ada")
    run()
    assert store.profiles.get("user:2") is None
    assert codes(store) == ["join-not-confirmed"]


def test_what_a_request_asks_for_later_nobody_joined(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    wiki.edit("User:Ada", joined_by("Bo", text=ASK.replace("Finance", "Lua")), by="Ada")
    run()
    assert store.profiles.get("user:2") is None
    assert codes(store) == ["join-not-confirmed"]


def test_a_request_that_does_not_count_cannot_be_joined(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    assert store.profiles.all() == []


def test_what_somebody_wants_anyway_stays_theirs_when_they_join(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    own = PROFILE.replace("grant writing", "Finance (urgent) – for our group")
    wiki.edit("User:Bo", own, by="Bo")
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    (want,) = store.profiles.all()[1].wants
    assert (want.note, want.joined, want.request) == ("for our group", ("User:Ada",), "")


def test_several_people_join_a_groups_request_and_its_contacts_do_not(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    group = PROFILE.replace("}}", "|kind=user group|contact=User:Ada}}")
    wiki.edit("Project:Group", group, by="Ada")
    wiki.edit("Project:Group/Ask", ASK, by="Ada")
    wiki.edit("Project:Group/Ask", joined_by("Bo"), by="Bo")
    wiki.edit("Project:Group/Ask", joined_by("Ada", "Bo", "Cy"), by="Cy")
    run()
    assert [wants_of(store, f"user:{id}") for id in (1, 2, 3)] == [
        [],
        [("finance", ("Project:Group/Ask",))],
        [("finance", ("Project:Group/Ask",))],
    ]
    wiki.delete("Project:Group/Ask")
    run()
    assert [one.name for one in store.profiles.all()] == ["Group"]


def test_joining_outlives_a_new_name_and_ends_with_a_block_and_with_the_account(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    wiki.rename("Bo", "Bo Peep")
    wiki.edit("User:Ada", joined_by("Bo") + " Please.", by="Ada")
    run(now=NOW + timedelta(days=2))
    known = store.profiles.get("user:2")
    assert known
    assert known.name == "Bo Peep"
    wiki.accounts["Bo"] = wiki.accounts["Bo Peep"] = replace(known_user(wiki), blocked="sitewide")
    run(now=NOW + timedelta(days=4))
    assert store.profiles.states() == {"user:2": Reason.USER_BLOCKED}
    wiki.accounts["Bo"] = wiki.accounts["Bo Peep"] = replace(known_user(wiki), hidden=True)
    run(now=NOW + timedelta(days=6))
    wiki.edit("User:Ada", joined_by("Bo"), by="Ada")
    run(now=NOW + timedelta(days=6))
    assert "Bo" not in str(store.problems.all())
    assert [one.name for one in store.profiles.all(active=None)] == ["Ada"]
    assert joins_of(store, "user:1") == 0
    wiki.accounts["Bo"] = wiki.accounts["Bo Peep"] = replace(
        known_user(wiki), hidden=False, blocked=""
    )
    run(now=NOW + timedelta(days=8))
    assert wants_of(store, "user:2") == [("finance", ("User:Ada",))]
    assert joins_of(store, "user:1") == 1


def test_what_a_hidden_account_joined_counts_again_unless_its_line_is_gone(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    wiki.edit("User:Ada", joined_by("Bo", "Cy"), by="Cy")
    run()
    bo, cy = wiki.accounts["Bo"], wiki.accounts["Cy"]
    del wiki.accounts["Bo"], wiki.accounts["Cy"]  # As the wiki shows them to a bot.
    wiki.edit("User:Ada", joined_by("Bo"), by="Ada")
    run()
    assert [one.name for one in store.profiles.all(active=None)] == ["Ada"]
    assert joins_of(store, "user:1") == 0
    wiki.accounts |= {"Bo": bo, "Cy": cy}
    run(now=NOW + timedelta(days=2))
    assert [one.name for one in store.profiles.all(active=None)] == ["Ada", "Bo"]
    assert joins_of(store, "user:1") == 1


def test_whoever_only_joined_speaks_the_wikis_language_until_they_say_more(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    bo = store.profiles.get("user:2")
    assert bo
    assert bo.languages == (Language("en", 2),)
    assert codes(store) == []
    wiki.edit("User:Bo", PROFILE.replace("languages=en", "languages=yo"), by="Bo")
    run()
    bo = store.profiles.get("user:2")
    assert bo
    assert [one.code for one in bo.languages] == ["yo"]


def known_user(wiki: MemoryWiki) -> User:
    return wiki.accounts["Bo Peep"]


def test_whoever_is_forgotten_has_joined_nothing_and_their_request_is_nobodys(
    wiki: MemoryWiki, store: Store, run: Run, settings: Settings
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    wiki.edit("User:Ada", joined_by("Bo", "Cy"), by="Cy")
    wiki.edit("User:Cy", PROFILE, by="Cy")
    run()
    marks = ErasureMarks(store.database, secrets=settings.erasure_keys)
    assert joins_of(store, "user:1") == 2
    erase_person(store, 2, marks=marks, at=NOW)
    assert [one.name for one in store.profiles.all()] == ["Ada", "Cy"]
    assert joins_of(store, "user:1") == 1
    wiki.edit("User:Ada", joined_by("Bo", "Cy") + " Please.", by="Ada")
    run()
    assert [one.name for one in store.profiles.all()] == ["Ada", "Cy"]
    erase_person(store, 1, marks=marks, at=NOW)
    assert wants_of(store, "user:3") == [("grant-proposal", ())]
    assert "Ada" not in str(store.profiles.all())
    wiki.edit("User:Ada", joined_by("Bo", "Cy") + " Thanks.", by="Ada")
    run()
    assert wants_of(store, "user:3") == [("grant-proposal", ())]


def test_fifty_of_those_who_joined_are_asked_about(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    names = [f"Person {number}" for number in range(60)]
    for name in names:
        wiki.account(name)
    wiki.edit("User:Ada", joined_by(*names), by="Ada")
    run()
    assert wiki.asked["last_revision_by"] == 50
    assert set(codes(store)) == {"too-many", "join-not-confirmed"}


# -- what goes wrong --------------------------------------------------------------------------


def test_one_bad_page_never_stops_a_run(
    wiki: MemoryWiki, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", "{{Capacity Exchange profile|offers=boom}}", by="Bo")
    honest = reader.read_page

    def breaking(text: str, **rest: Any) -> Any:
        if "boom" in text:
            raise RecursionError
        return honest(text, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(reader, "read_page", breaking)
        counts = run()
    assert (counts.failed, counts.profiles) == (1, 1)
    assert codes(store) == ["unreadable-page"]
    assert run().profiles == 2, "the next harvest takes it up again"


def test_a_page_whose_history_is_refused_waits_for_the_next_harvest(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Ada", PROFILE + " ", by="Bo")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    wiki.fail_on["User:Ada"] = EditRefused("permissiondenied", "You may not.")
    counts = run()
    assert (counts.failed, counts.profiles) == (1, 1)
    wiki.fail_on.clear()
    assert run().profiles == 2


@pytest.mark.parametrize("what", ["redirects_to", "pages_using", "users", "pages"])
def test_a_wiki_that_goes_away_leaves_the_index_as_it_was(
    wiki: MemoryWiki, store: Store, run: Run, what: str
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    before = (store.profiles.all(), store.pages.known(), store.metadata.get(INDEX_VERSION))
    wiki.edit("User:Bo", PROFILE, by="Bo")
    wiki.fail_on[what] = WikiUnavailable("504")
    with pytest.raises(WikiUnavailable):
        run()
    assert (store.profiles.all(), store.pages.known(), store.metadata.get(INDEX_VERSION)) == before


def test_the_same_wiki_gives_the_same_database(wiki: MemoryWiki, run: Run, tmp_path: Path) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("Moon", GROUP, by="Bo")
    builds = []
    for number in (1, 2):
        store = Store.open(f"sqlite:///{tmp_path}/{number}.db")
        run(store=store)
        builds.append((store.metadata.get(INDEX_VERSION), store.profiles.records()))
        store.close()
    assert builds[0] == builds[1]


def test_just_some_pages_can_be_looked_at(wiki: MemoryWiki, store: Store, run: Run) -> None:
    ada = wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    run()
    wiki.edit("User:Ada", PROFILE.replace("Wikidata", "Finance"), by="Ada")
    wiki.edit("User:Bo", PROFILE.replace("Wikidata", "Finance"), by="Bo")
    counts = run(only=[ada])
    assert counts.changed == 1
    assert store.profiles.get("user:2").offers[0].capacity == "wikidata"  # type: ignore[union-attr]
    wiki.delete("User:Ada")
    assert run(only=[ada]).removed == 1
    assert [profile.key for profile in store.profiles.all()] == ["user:2"]


# -- the directory's page and those who want to be forgotten ----------------------------------


def test_a_stored_directory_page_that_this_version_refuses_does_not_stop_the_run(
    store: Store, wiki: MemoryWiki, run: Run
) -> None:
    deep = [
        {"id": f"d{at}", "names": {"en": f"d {at}"}, **({"broader": f"d{at - 1}"} if at else {})}
        for at in range(30)
    ]
    store.metadata.set(DIRECTORY_PAGE, json.dumps({"capacities": deep}), at=NOW)
    assert len(stored_directory(store)) == len(load_directory())
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    assert only(store).offers[0].capacity == "wikidata"


def test_the_directory_page_on_the_wiki_extends_the_directory(
    wiki: MemoryWiki, store: Store, run: Run, settings: Settings
) -> None:
    title = settings.names.directory
    wiki.edit(
        "User:Ada", "{{Capacity Exchange profile|offers=Moon gardening|languages=en}}", by="Ada"
    )
    run()
    assert only(store).offers[0].capacity == "unlisted:moon gardening"
    wiki.edit(title, '{"capacities": [{"id": "moon", "names": {"en": "Moon gardening"}}]}', by="Bo")
    run()
    assert only(store).offers[0].capacity == "moon"
    wiki.edit(title, '{"capacities": [{"id": "moon", "broader": "nowhere"}]}', by="Bo")
    run()
    assert only(store).offers[0].capacity == "moon", "the last good one stays"
    assert set(codes(store)) == {"directory-page"}


@pytest.fixture
def marks(store: Store, settings: Settings) -> ErasureMarks:
    return ErasureMarks(store.database, secrets=settings.erasure_keys, log=settings.erasure.log)


def test_somebody_who_asked_to_be_forgotten_leaves_no_trace_until_they_come_back(
    wiki: MemoryWiki, store: Store, run: Run, marks: ErasureMarks
) -> None:
    wiki.edit("User:Ada", PROFILE + " {{Capacity Exchange profile|languages=Klingonish}}", by="Ada")
    run()
    erase_person(store, 1, marks=marks, at=NOW)
    run()
    assert wiki.contents == 0, "what was read stays read"
    wiki.redirects["Template:New name"] = "Template:Capacity Exchange profile"
    wiki.edit("User:Ada", PROFILE + " An edit is no wish to come back.", by="Ada")
    run()
    assert store.profiles.all(active=None) == []
    assert store.accounts.all() == {}
    assert store.problems.all() == []
    (page,) = store.pages.all()
    assert page == PageRecord(page.id, "", 2, page.revision)
    assert run().read == 0
    restore_person(store, 1, marks=marks, at=NOW)
    assert run().read == 1
    assert only(store).key == "user:1"


def test_a_forgotten_contact_is_no_contact_and_the_group_stays(
    wiki: MemoryWiki, store: Store, run: Run, marks: ErasureMarks
) -> None:
    wiki.edit("Project:Group", GROUP, by="Ada")
    wiki.edit("Project:Group", GROUP + " Bo agrees.", by="Bo")
    erase_person(store, 1, marks=marks, at=NOW)
    run()
    assert only(store).contacts == ("Bo",)


# -- pages that need another one --------------------------------------------------------------

SILENT = "{{Capacity Exchange profile|offers=Wikidata}}"


def test_a_profile_on_a_subpage_speaks_the_languages_of_the_user_page(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada/Capacity Exchange", SILENT, by="Ada")
    wiki.edit("User:Ada", "{{#babel:yo-N|eng-3}}", by="Ada")
    run()
    assert [(one.code, one.level) for one in only(store).languages] == [("yo", 6), ("en", 3)]
    assert codes(store) == []
    wiki.edit("User:Ada", "{{#babel:fr-2}}", by="Ada")
    assert run().read == 0, "the profile itself did not change"
    assert [one.code for one in only(store).languages] == ["fr"]
    run()
    assert wiki.contents == 0, "an unchanged user page is not read again"


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("{{Capacity Exchange profile|offers=Lua|languages=de}}", ["de"]),
        ("{{#babel:es}}{{Capacity Exchange profile|offers=Lua}}", ["es"]),
        ("{{Capacity Exchange request|Lua}}", ["yo"]),
    ],
)
def test_what_the_page_says_itself_counts_first(
    wiki: MemoryWiki, store: Store, run: Run, text: str, languages: list[str]
) -> None:
    wiki.edit("User:Ada", "{{#babel:yo-N}}", by="Ada")
    wiki.edit("User:Ada/Capacity Exchange", text, by="Ada")
    run()
    assert [one.code for one in only(store).languages] == languages


def test_user_pages_are_read_hundreds_at_a_time(wiki: MemoryWiki, store: Store, run: Run) -> None:
    for number in range(600):
        wiki.account(f"P{number}")
        wiki.edit(f"User:P{number}", "{{#babel:yo-N}}", by=f"P{number}")
        wiki.edit(f"User:P{number}/Capacity Exchange", SILENT, by=f"P{number}")
    run()
    asked = wiki.asked["pages"]
    assert asked <= 3, "two batches of user pages and the directory"
    assert {one.code for each in store.profiles.all() for one in each.languages} == {"yo"}
    # What has not changed since is known by its revision and not read again; what has is.
    run()
    assert wiki.asked["pages"] - asked <= 1, "the directory"
    wiki.edit("User:P7", "{{#babel:ha-N}}", by="P7")
    run()
    assert wiki.asked["pages"] - asked <= 3
    spoken = [one.code for each in store.profiles.all() for one in each.languages]
    assert (spoken.count("ha"), spoken.count("yo")) == (1, 599)


def test_whoever_lacks_what_matching_needs_is_told(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada/Capacity Exchange", SILENT, by="Ada")
    wiki.edit("User:Bo", "{{Capacity Exchange profile|offers=none|languages=en}}", by="Bo")
    run()
    assert sorted(codes(store)) == ["no-items", "no-languages"]


TEAM = "{{Capacity Exchange profile|kind=user group|contact=Ada|offers=Lua|languages=en}}"


@pytest.mark.parametrize("sign", ["tag", "source", "FuzzyBot"])
def test_a_translation_is_no_group_of_its_own(
    wiki: MemoryWiki, store: Store, run: Run, sign: str
) -> None:
    wiki.account("FuzzyBot")
    head = "" if sign == "FuzzyBot" else "<languages/>"
    wiki.edit("Project:Foo", head + TEAM, by="Ada")
    for code in ("fr", "ar", "en", "pt-br"):
        text = ("<languages/>" if sign == "tag" else "") + TEAM
        wiki.edit(f"Project:Foo/{code}", text, by="FuzzyBot" if sign == "FuzzyBot" else "Ada")
    run()
    assert only(store).page == "Project:Foo"
    assert codes(store) == []


def test_a_group_whose_title_ends_in_a_code_stays_one(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("Project:Foo", TEAM, by="Ada")
    wiki.edit("Project:Foo/it", TEAM, by="Ada")
    run()
    assert sorted(each.page for each in store.profiles.all()) == ["Project:Foo", "Project:Foo/it"]


@pytest.mark.parametrize("contact", ["", "|contact=Ada"])
def test_a_request_below_a_groups_page_is_that_groups(
    wiki: MemoryWiki, store: Store, run: Run, contact: str
) -> None:
    wiki.edit("Project:Foo", TEAM, by="Ada")
    wiki.edit(
        "Project:Foo/Help/2026", f"{{{{Capacity Exchange request|Finance{contact}}}}}", by="Ada"
    )
    run()
    group = only(store)
    assert (group.page, group.contacts) == ("Project:Foo", ("Ada",))
    assert [want.capacity for want in group.wants] == ["finance"]
    assert [offer.capacity for offer in group.offers] == ["lua"]


def test_a_strangers_request_below_a_groups_page_is_not_the_groups(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("Project:Foo", TEAM, by="Ada")
    wiki.edit("Project:Foo/Help", "{{Capacity Exchange request|Finance}}", by="Bo")
    run()
    assert only(store).wants == ()
    assert codes(store) == ["contact-not-confirmed"]


@pytest.mark.parametrize("name", ["Capacity Exchange Profile", "Capacity exchange profile"])
def test_the_template_counts_with_other_capitals(
    wiki: MemoryWiki, store: Store, run: Run, name: str
) -> None:
    wiki.edit("User:Ada", PROFILE.replace("Capacity Exchange profile", name), by="Ada")
    run()
    assert [offer.capacity for offer in only(store).offers] == ["wikidata"]


GROUP_OF_MANY = "{{Capacity Exchange profile|kind=user group|contacts=%s|wants=Lua}}"


def everything(store: Store) -> str:
    with store.database.reading() as connection:
        return "\n".join(
            repr([*row])
            for table in metadata.sorted_tables
            for row in connection.execute(select(table)).all()
        )


def test_a_new_database_knows_nobody_who_was_forgotten_in_whatever_role(
    wiki: MemoryWiki, store: Store, run: Run, marks: ErasureMarks
) -> None:
    wiki.accounts["Zoë Forgotten"] = User("Zoë Forgotten", 7340211)
    marks.add(7340211, at=NOW)
    many = ", ".join([*(f"Contact {number}" for number in range(8)), "Zoë Forgotten"])
    wiki.edit("User:Zoë Forgotten", PROFILE, by="Zoë Forgotten")
    wiki.edit("User:Zoë Forgotten/Profile", SILENT, by="Zoë Forgotten")
    wiki.edit("User:Zoë Forgotten/Requests", "{{Capacity Exchange request|what=x}}", by="Ada")
    wiki.edit("Project:First", GROUP_OF_MANY % "Zoë Forgotten, Ada", by="Zoë Forgotten")
    wiki.edit("Project:Many", GROUP_OF_MANY % many, by="Ada")
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Ada", PROFILE + " A typo.", by="Zoë Forgotten")
    wiki.edit("Project:Never", GROUP_OF_MANY % "zoë_Forgotten", by="Bo")
    run()
    left = everything(store)
    assert "orgotten" not in left
    assert "7340211" not in left
    assert store.profiles.get("user:1") is not None


def test_a_page_of_theirs_that_cannot_be_read_is_no_problem_with_their_name(
    wiki: MemoryWiki,
    store: Store,
    run: Run,
    marks: ErasureMarks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks.add(1, at=NOW)
    wiki.edit("User:Ada", PROFILE, by="Ada")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reader, "read_page", fail)
    run()
    assert store.problems.all() == []


def test_a_harvest_refuses_to_store_people_whom_it_cannot_test(
    wiki: MemoryWiki, store: Store, run: Run, marks: ErasureMarks
) -> None:
    marks.add(1, at=NOW)
    wiki.edit("User:Ada", PROFILE, by="Ada")
    with pytest.raises(SettingsError, match="CXC_ERASURE_KEYS"):
        run(settings=load({}))
    assert store.pages.all() == []


def test_a_user_page_that_was_read_for_its_languages_is_forgotten_too(
    wiki: MemoryWiki, store: Store, run: Run, marks: ErasureMarks
) -> None:
    wiki.accounts["Zoë Forgotten"] = User("Zoë Forgotten", 7340211)
    for name in ("Zoë Forgotten", "Ada"):
        wiki.edit(f"User:{name}", "{{#babel:yo-N}}", by=name)
        wiki.edit(f"User:{name}/Capacity Exchange", SILENT, by=name)
    run()
    erase_person(store, 7340211, marks=marks, at=NOW)
    assert "orgotten" not in everything(store)
    run()
    assert "orgotten" not in everything(store)
    assert only(store).name == "Ada"


def test_a_hidden_account_leaves_no_problem_behind_and_comes_back(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    bad = PROFILE.replace("}}", "|away until=nonsense}}")
    for number in range(3):
        wiki.account(f"Person {number}")
        wiki.edit(f"User:Person {number}", bad, by=f"Person {number}")
    run()
    assert len(codes(store)) == 3
    seen = wiki.accounts["Person 1"]
    wiki.accounts["Person 1"] = replace(seen, hidden=True)
    run(now=NOW + timedelta(days=1))
    assert {each.page for each in store.problems.all()} == {"User:Person 0", "User:Person 2"}
    assert len(store.profiles.all()) == 2
    wiki.accounts["Person 1"] = seen
    run(now=NOW + timedelta(days=2))
    assert len(store.profiles.all()) == len(codes(store)) == 3


# -- what whoever only joined speaks --------------------------------------------------------------


def spoken_by(store: Store, key: str) -> list[tuple[str, int]]:
    profile = store.profiles.get(key)
    return [(one.code, one.level) for one in profile.languages] if profile else []


def test_whoever_only_joined_speaks_what_their_babel_box_says(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    run()
    assert spoken_by(store, "user:2") == [("en", 2)], "the wiki's own, where there is no box"
    wiki.edit("User:Bo", "Hello! {{#babel:yo|ha-3}}", by="Bo")
    assert run().changed == 1
    assert spoken_by(store, "user:2") == [("yo", NATIVE), ("ha", 3)]
    again = run()
    assert (again.changed, wiki.contents) == (0, 0), "read once, until the page is another one"
    wiki.edit("User:Bo", "{{#babel:yo-1}}", by="Bo")
    run()
    assert spoken_by(store, "user:2") == [("en", 2)], "nobody works in a language of level 1"
    wiki.edit("User:Bo", "{{#babel:fr}}", by="Bo")
    wiki.edit("User:Bo/Capacity Exchange", PROFILE, by="Bo")
    run()
    assert spoken_by(store, "user:2") == [("en", FLUENT)], "a profile says more"
    wiki.edit("User:Ada", ASK, by="Bo")
    run()
    assert store.metadata.get(JOINER_PAGES) == "{}", "nothing is kept of whoever has left"


def test_the_boxes_of_many_who_joined_are_read_in_batches(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    names = [f"Joiner {number}" for number in range(40)]
    wiki.edit("User:Ada", ASK, by="Ada")
    for at, name in enumerate(names):
        wiki.account(name)
        wiki.edit(f"User:{name}", "{{#babel:sw-4}}", by=name)
        wiki.edit("User:Ada", joined_by(*names[: at + 1]), by=name)
    run()
    # Who joined by which edit takes a request each; their user pages take two.
    first = wiki.requests
    assert first <= len(names) + 14, wiki.asked
    joined = [one for one in store.profiles.all() if one.stands_on_request]
    assert {one.languages for one in joined} == {(Language("sw", 4),)}
    assert len(joined) == len(names)
    run()
    assert wiki.requests <= 9, wiki.asked
    assert wiki.contents == 0


def test_whoever_is_forgotten_leaves_no_trace_in_what_was_read_of_joiners(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", ASK, by="Ada")
    wiki.edit("User:Ada", joined_by("Bo"), by="Bo")
    wiki.edit("User:Bo", "{{#babel:yo}}", by="Bo")
    run()
    assert "User:Bo" in (store.metadata.get(JOINER_PAGES) or "")
    assert "User:Bo" in json.dumps(collect_rows(store.database, 2))
    erase_person(store, 2, at=BEGIN, marks=ErasureMarks(store.database, secrets=(b"x" * 32,)))
    assert "Bo" not in (store.metadata.get(JOINER_PAGES) or "")
