"""What somebody asked for holds for every message to them, also as a contact of a group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.notify.eligibility import Eligibility
from bot.notify.facts import WikiFacts
from bot.notify.person import Rules
from bot.notify.recipients import ContactHistory, NoticeCandidate
from bot.wiki import Site
from exchange import directory
from exchange.model import Held, Kind, Match, Offer, Profile, Reason, Sent, Suggestion, User, Want
from exchange.notices.message import Role
from exchange.profiles.names import TemplateNames
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.store.pages import PageRecord

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA = User("Sample Ada", 5)
GROUP = Profile(
    "page:9",
    "Sample Group",
    Kind.USER_GROUP,
    contacts=(ADA.name,),
    page="Project:Sample Group",
    page_id=9,
    wants=(Want("lua", "Lua"),),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    store.accounts.save([ADA], seen=NOW)
    store.pages.save([PageRecord(9, GROUP.page, 4, 1, party=GROUP.key, agreed=(ADA.id,))])
    store.profiles.save_many([GROUP])
    yield store
    store.close()


def decide(store: Store) -> Any:
    match = Match("page:9", "user:7", "lua", "lua", 2.0)
    (made,) = store.suggestions.plan([Suggestion(match, "2026-W47", NOW)])
    candidate = NoticeCandidate(
        "page:9>user:5", GROUP, ADA.name, ADA.id, Role.SEEKER, "2026-W48", (made,)
    )
    site = Site("Memory", "en", {})
    rules = Rules(me=User("Bot", 99), site=site, category=frozenset())
    eligibility = Eligibility(
        wiki=cast(Any, None),
        store=store,
        rules=rules,
        names=TemplateNames.of(profile=["P"], request=["R"], item=["I"]),
        directory=directory.load(),
        opt_out_list="Project:Opt-out",
    )
    history = ContactHistory.of(store, [candidate], now=NOW)
    facts = WikiFacts(site, {ADA.name: ADA})
    return eligibility.precheck(candidate, facts, history, now=NOW)


def got_a_message(store: Store, *, days: int) -> None:
    at = NOW - timedelta(days=days)
    store.notices.open(Notice("0" * 16, "page:8>user:5", ADA.id, ADA.name, "2026-W40", at))
    store.notices.close("0" * 16, Sent(3, "User talk:Sample Ada"), at=at)


def test_without_a_wish_the_wiki_is_asked_next(store: Store) -> None:
    got_a_message(store, days=20)
    assert isinstance(decide(store), Held), "no opt-out list can be read in this test"


@pytest.mark.parametrize(
    ("wish", "value", "reason"),
    [
        ("stop", "yes", Reason.NOTIFY_NO),
        ("forget", "yes", Reason.NOTIFY_NO),
        ("pause", "2026-12-24", Reason.AWAY),
        ("pause", "nobody can read this", Reason.AWAY),
        ("cap", "no", Reason.NOTIFY_NO),
        ("cap", "monthly", Reason.CAP),
    ],
)
@pytest.mark.parametrize("has_profile", [False, True])
def test_a_wish_of_the_contact_holds(
    store: Store, wish: str, value: str, reason: Reason, has_profile: bool
) -> None:
    if has_profile:
        store.profiles.save_many([Profile("user:5", ADA.name, offers=(Offer("lua", "Lua"),))])
    got_a_message(store, days=20)
    store.preferences.set("user:5", wish, value, at=NOW, via="web")
    assert decide(store).reason is reason


def test_a_wish_of_somebody_else_does_not(store: Store) -> None:
    for key in ("user:55", "user:7", "page:5"):
        store.preferences.set(key, "stop", "yes", at=NOW, via="web")
    assert isinstance(decide(store), Held)


@pytest.mark.parametrize("few", [True, False])
def test_of_one_candidate_the_same_is_known_as_among_all(
    store: Store, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right before a write only what concerns one of them is read."""
    if not few:
        monkeypatch.setattr("bot.notify.recipients.FEW", 0)
    told = {
        "page:9>user:6": (6, 1),  # another contact of the group
        "page:9>Sample Old Name": (0, 2),
        "page:90>user:7": (7, 3),
        "page:9": (8, 4),
        "page:8>user:5": (5, 5),  # the same person for another group
        "user:55": (55, 6),
    }
    for at, (recipient, (account, suggestion)) in enumerate(told.items()):
        id = f"{at:016}"
        store.notices.open(Notice(id, recipient, account, "N", "2026-W40", NOW, (suggestion,)))
        store.notices.close(id, Sent(at, "User talk:N"), at=NOW - timedelta(days=at))
    candidate = NoticeCandidate("page:9>user:5", GROUP, ADA.name, ADA.id, Role.SEEKER, "2026-W48")
    history = ContactHistory.of(store, [candidate], now=NOW)
    by_others = [each for each in range(7) if history.told_another_contact(candidate, each)]
    assert by_others == [1, 2, 4]
    assert history.last_notified(ADA.id) == NOW - timedelta(days=4)
    read = {row.recipient for rows in history.messages.values() for row in rows}
    assert read == ({*told} - {"page:90>user:7", "user:55"} if few else {*told})
