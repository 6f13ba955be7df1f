"""Who says no leaves matching: people, and groups whose every contact does; in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.harvest import harvest_pages
from bot.match import match_profiles
from bot.notify.eligibility import Eligibility
from bot.notify.opt_outs import check_opt_outs
from bot.notify.person import Rules
from exchange import directory
from exchange.model import Match, Reason, Suggestion, SuggestionStatus, User
from exchange.model.keys import ProfileKey
from exchange.profiles.names import TemplateNames
from exchange.settings import load
from exchange.store import Store
from exchange.store.people import OPTED_OUT
from tests.unit.harvest.wiki import BEGIN, MemoryWiki

NOW = BEGIN + timedelta(days=20)
LIST = "Project:Opt-out"
ASKS = "{{Capacity Exchange profile|wants=Lua|languages=en-3}}"
GROUP = "{{{{Capacity Exchange profile|kind=user group|contact={}|offers=Lua|languages=en-3}}}}"
CONTACTS = ("One", "Two")
CATEGORY = "Category:Opted-out of message delivery"


@dataclass
class Place:
    """A group with two contacts that could help somebody, and is suggested to them."""

    wiki: MemoryWiki
    store: Store

    def harvest(self, days: int = 0) -> None:
        settings = load({"CXC_ERASURE_KEYS": "a-key-of-at-least-32-characters!"})
        harvest_pages(
            settings=settings, store=self.store, wiki=self.wiki, now=NOW + timedelta(days=days)
        )

    def check(self, *, everybody: bool = True) -> None:
        rules = Rules(me=User("Bot", 999), site=self.wiki.site(), category=frozenset())
        check_opt_outs(
            Eligibility(
                wiki=self.wiki,
                store=self.store,
                rules=rules,
                names=TemplateNames.of(
                    profile=["Capacity Exchange profile"], request=["R"], item=["I"]
                ),
                directory=directory.load(),
                opt_out_list=LIST,
            ),
            self.store,
            now=NOW,
            everybody=everybody,
        )

    def key(self, name: str) -> str:
        return str(ProfileKey.for_person(self.wiki.accounts[name].id))

    @property
    def group(self) -> str:
        (found,) = (each.key for each in self.store.profiles.all(active=None) if each.is_group)
        return found

    def matched(self) -> set[str]:
        """Everybody in the suggestions and groups of the next round."""
        match_profiles(store=self.store, now=NOW)
        found = {key for each in self.store.suggestions.planned() for key in each.match.pair}
        for each in self.store.rounds.cohorts():
            found |= {*each.members, *each.helpers}
        return found

    def wish(self, name: str, what: str, value: str = "yes") -> None:
        self.store.preferences.set(self.key(name), what, value, at=NOW, via="web")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    wiki = MemoryWiki()
    for name in ("Ada", *CONTACTS):
        wiki.account(name)
    wiki.edit(LIST, "Nobody.", by="Ada")
    wiki.edit("User:Ada", ASKS, by="Ada")
    for last in (1, 2):
        wiki.edit("Project:Group", GROUP.format(", ".join(CONTACTS[:last])), by=CONTACTS[last - 1])
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    made = Place(wiki, store)
    made.harvest()
    yield made
    store.close()


Say = Callable[[Place, str], None]


def stop(place: Place, name: str) -> None:
    place.wish(name, "stop", "notice 00")


def list_(place: Place, name: str) -> None:
    place.wiki.edit(
        LIST, f"{place.wiki.pages(titles=[LIST])[LIST].text}\n* [[User:{name}]]", by=name
    )


def nobots(place: Place, name: str) -> None:
    place.wiki.edit(f"User talk:{name}", "{{nobots}}", by=name)


def unreadable(place: Place, name: str) -> None:
    place.wiki.edit(f"User:{name}", "{{bots|deny={{{1}}}}}", by=name)


def notify_no(place: Place, name: str) -> None:
    place.wiki.edit(f"User:{name}", ASKS.replace("}}", "|notify=no}}"), by=name)
    place.harvest()


def block(place: Place, name: str) -> None:
    user = place.wiki.accounts[name]
    place.wiki.accounts[name] = User(name, user.id, blocked="sitewide")


def hide(place: Place, name: str) -> None:
    user = place.wiki.accounts[name]
    place.wiki.accounts[name] = User(name, user.id, hidden=True)


NOES: tuple[Say, ...] = (stop, list_, nobots, unreadable, notify_no, block, hide)


@pytest.mark.parametrize("second", NOES, ids=lambda say: say.__name__.strip("_"))
@pytest.mark.parametrize("first", [stop, nobots, notify_no], ids=lambda say: say.__name__)
def test_a_group_leaves_once_its_last_contact_says_no(
    place: Place, first: Say, second: Say
) -> None:
    match = Match(place.key("Ada"), place.group, "lua", "lua", 3.0)
    (told,) = place.store.suggestions.plan([Suggestion(match, "2026-W40", NOW)])
    place.store.suggestions.mark_notified([told.id], at=NOW)
    first(place, CONTACTS[0])
    place.check()
    assert place.store.suggestions.get(told.id).status is SuggestionStatus.OPEN  # type: ignore[union-attr]
    assert OPTED_OUT not in place.store.preferences.of(place.group)
    second(place, CONTACTS[1])
    place.check()
    assert place.store.suggestions.get(told.id).status is SuggestionStatus.EXPIRED  # type: ignore[union-attr]
    assert place.store.preferences.of(place.group)[OPTED_OUT]
    assert place.group not in place.matched()
    assert place.store.profiles.get(place.group) is not None, "it stays in the search"


def test_a_group_is_back_as_soon_as_one_contact_may_be_told_again(place: Place) -> None:
    assert place.group in place.matched()
    for name in CONTACTS:
        place.wish(name, "stop")
    place.check()
    assert place.store.preferences.of(place.group) == {OPTED_OUT: Reason.NOTIFY_NO.value}
    assert place.group not in place.matched()
    place.store.preferences.drop(place.key("Two"), "stop")
    place.check(everybody=False)
    assert place.store.preferences.of(place.group) == {}
    assert place.group in place.matched()


def test_what_a_contact_said_is_not_said_of_their_own_profile_by_the_group(place: Place) -> None:
    place.wish("One", "stop")
    place.check()
    assert place.store.preferences.left_alone() == {place.key("One")}


@pytest.mark.parametrize("everybody", [True, False])
def test_it_takes_as_many_queries_for_many_as_for_few(place: Place, everybody: bool) -> None:
    counted: list[str] = []
    event.listen(
        place.store.database.engine,
        "before_cursor_execute",
        lambda *call: counted.append(str(call[2])),
    )

    def queries() -> int:
        counted.clear()
        place.check(everybody=everybody)
        return len(counted)

    place.wish("One", "stop")
    place.wish("Two", OPTED_OUT, Reason.OPTED_OUT_TEMPLATE.value)
    nobots(place, "Two")
    place.check()
    few = queries()
    for number in range(60):
        name = f"Person {number}"
        place.wiki.account(name)
        place.wiki.edit(f"User:{name}", ASKS, by=name)
        if number % 2:
            place.wiki.edit(f"User talk:{name}", "{{nobots}}", by=name)
        place.wish(name, "stop")
    place.harvest()
    place.check()
    assert len(place.store.preferences.left_alone()) > 60
    assert queries() == few
