from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.harvest import Counts, harvest, reader
from exchange.errors import Refused, WikiAway
from exchange.model import Frequency, Profile, Reason
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.notes import BUILD
from exchange.store.oblivion import forget, welcome
from tests.harvest.wiki import BEGIN, MemoryWiki

NOW = BEGIN + timedelta(days=20)
PROFILE = "{{Capacity Exchange profile|offers=Wikidata|wants=grant writing|languages=en}}"
Run = Callable[..., Counts]


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
    return load({})


@pytest.fixture
def run(wiki: MemoryWiki, store: Store, settings: Settings) -> Run:
    def again(**more: Any) -> Counts:
        wiki.forget_requests()
        return harvest(**{"settings": settings, "store": store, "wiki": wiki, "now": NOW} | more)

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
    build = store.notes.get(BUILD)
    second = run()
    assert wiki.contents == 0
    assert wiki.requests <= 600 / 500 + 5, wiki.asked
    assert second == replace(first, read=0, changed=0, unchanged=600)
    assert store.notes.get(BUILD) == build


def test_only_a_page_that_changed_is_read_again(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", PROFILE, by="Bo")
    run()
    build = store.notes.get(BUILD)
    wiki.edit("User:Ada", PROFILE.replace("Wikidata", "Finance"), by="Ada")
    counts = run()
    assert wiki.contents == 1
    assert (counts.read, counts.unchanged, counts.changed) == (1, 1, 1)
    assert store.profiles.get("user:1").offers[0].capacity == "finance"  # type: ignore[union-attr]
    assert store.notes.get(BUILD) != build


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
    assert wiki.asked["last_by"] == 1
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


def test_a_profile_on_the_page_of_nobody_is_a_problem(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Nobody", PROFILE, by="Bo")
    run()
    assert store.profiles.all(active=None) == []
    assert codes(store) == ["no-such-user"]


# -- groups -----------------------------------------------------------------------------------

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
        ({"hidden": True}, Reason.USER_HIDDEN),
        ({"temporary": True}, Reason.USER_TEMPORARY),
        ({"groups": frozenset({"bot"})}, Reason.USER_BOT),
        ({"local": False}, Reason.USER_MISSING),
    ],
)
def test_an_account_that_cannot_take_part_is_out_with_its_reason(
    wiki: MemoryWiki, store: Store, run: Run, state: dict[str, Any], reason: Reason
) -> None:
    wiki.account("Di", **state)
    wiki.edit("User:Di", PROFILE, by="Di")
    run()
    assert store.profiles.states() == {"user:4": reason}


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
    build = store.notes.get(BUILD)
    run(now=NOW + timedelta(days=2))
    assert store.profiles.states() == {"user:1": Reason.USER_BLOCKED}
    assert store.notes.get(BUILD) != build


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


# -- what goes wrong --------------------------------------------------------------------------


def test_one_bad_page_never_stops_a_run(
    wiki: MemoryWiki, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("User:Bo", "{{Capacity Exchange profile|offers=boom}}", by="Bo")
    honest = reader.read

    def breaking(text: str, **rest: Any) -> Any:
        if "boom" in text:
            raise RecursionError
        return honest(text, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(reader, "read", breaking)
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
    wiki.fail_on["User:Ada"] = Refused("permissiondenied", "You may not.")
    counts = run()
    assert (counts.failed, counts.profiles) == (1, 1)
    wiki.fail_on.clear()
    assert run().profiles == 2


@pytest.mark.parametrize("what", ["redirects_to", "embedding", "users", "pages"])
def test_a_wiki_that_goes_away_leaves_the_index_as_it_was(
    wiki: MemoryWiki, store: Store, run: Run, what: str
) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    run()
    before = (store.profiles.all(), store.pages.known(), store.notes.get(BUILD))
    wiki.edit("User:Bo", PROFILE, by="Bo")
    wiki.fail_on[what] = WikiAway("504")
    with pytest.raises(WikiAway):
        run()
    assert (store.profiles.all(), store.pages.known(), store.notes.get(BUILD)) == before


def test_a_dry_run_counts_and_writes_nothing(wiki: MemoryWiki, store: Store, run: Run) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    counts = run(dry_run=True)
    assert (counts.profiles, counts.changed) == (1, 1)
    assert store.profiles.all() == []
    assert store.pages.known() == {}
    assert store.notes.get(BUILD) is None


def test_the_same_wiki_gives_the_same_database(wiki: MemoryWiki, run: Run, tmp_path: Path) -> None:
    wiki.edit("User:Ada", PROFILE, by="Ada")
    wiki.edit("Moon", GROUP, by="Bo")
    builds = []
    for number in (1, 2):
        store = Store.open(f"sqlite:///{tmp_path}/{number}.db")
        run(store=store)
        builds.append((store.notes.get(BUILD), store.profiles.records()))
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


def test_the_directory_page_on_the_wiki_extends_the_directory(
    wiki: MemoryWiki, store: Store, run: Run, settings: Settings
) -> None:
    title = settings.names.directory
    wiki.edit("User:Ada", "{{Capacity Exchange profile|offers=Moon gardening}}", by="Ada")
    run()
    assert only(store).offers[0].capacity == "unlisted:moon gardening"
    wiki.edit(title, '{"capacities": [{"id": "moon", "names": {"en": "Moon gardening"}}]}', by="Bo")
    run()
    assert only(store).offers[0].capacity == "moon"
    wiki.edit(title, '{"capacities": [{"id": "moon", "broader": "nowhere"}]}', by="Bo")
    run()
    assert only(store).offers[0].capacity == "moon", "the last good one stays"
    assert set(codes(store)) == {"directory-page"}


def test_somebody_who_asked_to_be_forgotten_leaves_no_trace_until_they_come_back(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("User:Ada", PROFILE + " {{Capacity Exchange profile|languages=Klingonish}}", by="Ada")
    run()
    forget(store, "user:1", account=1, at=NOW)
    run()
    assert wiki.contents == 0, "what was read stays read"
    wiki.redirects["Template:New name"] = "Template:Capacity Exchange profile"
    wiki.edit("User:Ada", PROFILE + " An edit is no wish to come back.", by="Ada")
    run()
    assert store.profiles.all(active=None) == []
    assert store.accounts.all() == {}
    assert store.problems.all() == []
    (page,) = store.pages.all()
    assert (page.title, page.owner, page.editor, page.agreed, page.reading) == ("", "", "", (), {})
    assert run().read == 0
    welcome(store, "user:1")
    assert run().read == 1
    assert only(store).key == "user:1"


def test_a_forgotten_contact_is_no_contact_and_the_group_stays(
    wiki: MemoryWiki, store: Store, run: Run
) -> None:
    wiki.edit("Project:Group", GROUP, by="Ada")
    wiki.edit("Project:Group", GROUP + " Bo agrees.", by="Bo")
    forget(store, "user:1", account=1, at=NOW)
    run()
    assert only(store).contacts == ("Bo",)
