"""Whoever says no, or is not there any more, leaves matching before the next round."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from bot.match import match_profiles
from bot.wiki import LiveWiki
from exchange.model import Reason, SuggestionStatus, User
from exchange.store.people import OPTED_OUT
from tests.integration.delivery.test_answers import heard
from tests.integration.delivery.world import BOT, OPT_OUT, QUICK, World

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
CATEGORY = "Category:Wikimedians who opt out of Capacity Exchange messages"


def taking_part(world: World) -> set[str]:
    """Who is in the next round, by the names of the tests: suggestions, circles, cohorts, wants."""
    found = match_profiles(store=world.store, now=world.now)
    plain = {real: name for name, real in world.name.items()}
    keys = {key for each in world.store.rounds.cohorts() for key in (*each.members, *each.helpers)}
    keys |= {key for each in world.store.suggestions.planned() for key in each.match.pair}
    keys |= {key for key, _, _ in world.store.rounds.unmet()}
    names = {plain[name] for name in world.ids if world.key(name) in keys}
    assert found.profiles >= len(names)
    return names


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("User talk:{}", "{{{{nobots}}}}", Reason.OPTED_OUT_TEMPLATE),
        ("User:{}", "{{{{bots|deny=Exchange Bot}}}}", Reason.OPTED_OUT_TEMPLATE),
        ("User talk:{}", f"[[{CATEGORY}]]", Reason.OPTED_OUT_CATEGORY),
        (OPT_OUT, "* [[User:{}]]", Reason.OPTED_OUT_LIST),
        ("User:{}", "{{{{bots|deny={{{{{{1}}}}}}}}}}", Reason.UNREADABLE_CONSENT),
    ],
)
def test_a_helper_whom_nobody_writes_to_leaves_too(
    world_of: Worlds, title: str, text: str, reason: Reason
) -> None:
    """Their seats are free again at once; and they are back as soon as the no is gone."""
    world = world_of("Ada", "Cleo")
    helper = world.name["Ben"]
    assert world.run().sent == 2
    place = title.format(helper)
    before = world.wiki.page(place) or "Hello."
    world.wiki.edit("Admin", place, f"{before}\n{text.format(helper)}")
    try:
        heard(world)
        assert world.store.preferences.of(world.key(helper)) == {OPTED_OUT: reason.value}
        assert {world.status(world.name[name]) for name in ("Ada", "Cleo")} == {
            SuggestionStatus.EXPIRED
        }
        assert "Ben" not in taking_part(world)
    finally:
        world.wiki.edit("Admin", place, before)
    heard(world)
    assert world.store.preferences.of(world.key(helper)) == {}
    assert taking_part(world) >= {"Ada", "Cleo"}


def test_who_said_stop_is_in_no_group_of_the_next_round(world_of: Worlds) -> None:
    world = world_of("Ada", "Cleo", "Dov")
    assert taking_part(world) >= {"Ada", "Cleo", "Dov"}
    assert world.run().sent > 0
    # A helper has two seats, so one of the three waits.
    who = next(
        name
        for name in ("Ada", "Cleo", "Dov")
        if any(each.holds_seat for each in statuses(world, world.key(world.name[name])))
    )
    key = world.key(world.name[who])
    world.store.preferences.set(key, "stop", "yes", at=world.now, via="web")
    heard(world)
    assert not any(each.holds_seat for each in statuses(world, key))
    assert who not in taking_part(world)


def statuses(world: World, key: str) -> list[SuggestionStatus]:
    return [each.status for each in world.store.suggestions.involving(key)]


class LockingWiki(LiveWiki):
    """The real wiki with an account that CentralAuth would call locked; Debian has no CentralAuth.

    As CentralAuth does, it tells that only where it is asked about locks.
    """

    locked = ""

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """The accounts of these names."""
        found = super().users(names=names, locks=locks)
        return {n: replace(u, locked=locks and u.name == self.locked) for n, u in found.items()}


def test_who_is_locked_globally_gets_nothing_and_leaves_search_and_matching(
    world_of: Worlds,
) -> None:
    """Seen in the moment of writing, if no harvest saw it before."""
    world = world_of("Locked", "Other")
    name = world.name["Locked"]
    account = world.wiki.accounts[BOT]
    wiki = LockingWiki(
        api=world.wiki.api, user=account.login, password=account.secret, policy=QUICK
    )
    wiki.locked = name
    world.store.accounts.save([User(name, world.ids[name])], seen=world.now)
    counts = world.run(port=wiki)
    assert (counts.sent, counts.skipped) == (1, {Reason.USER_LOCKED.value: 1})
    assert world.copies(name) == 0
    assert world.store.profiles.states() == {world.key(name): Reason.USER_LOCKED}
    assert world.status(name) is SuggestionStatus.WITHDRAWN
    assert "Locked" not in taking_part(world)
    kept = world.store.accounts.get(world.ids[name])
    assert kept is not None
    assert kept.locked


def test_who_is_blocked_leaves_search_and_matching(world_of: Worlds) -> None:
    """A ban is a block; this the wiki of the tests can do itself."""
    world = world_of("Banned", "Other")
    name = world.name["Banned"]
    world.wiki.call("Admin", action="block", userid=str(world.ids[name]), expiry="never")
    counts = world.run()
    assert (counts.sent, counts.skipped) == (1, {Reason.USER_BLOCKED.value: 1})
    assert world.store.profiles.states() == {world.key(name): Reason.USER_BLOCKED}
    assert "Banned" not in taking_part(world)
