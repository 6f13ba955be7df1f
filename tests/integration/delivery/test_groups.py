"""A group's contacts: each who agreed is told, whoever could not be in one run is in a later one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.harvest import HarvestResult, harvest_pages
from exchange.model import Match, Reason, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
GROUP = (
    "{{{{Capacity Exchange profile|kind=user group|contact={0}|{1}=grant writing|languages=en-3}}}}"
)


def harvest(world: World, *titles: str) -> HarvestResult:
    """Read these pages into the store, as a harvest does when they change."""
    wiki = live(world.wiki)
    pages = wiki.pages(titles=titles, content=False)
    return harvest_pages(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=wiki,
        now=world.now,
        only=[pages[title].id for title in titles],
    )


def found_group(world: World, contacts: list[str], *, says: str = "wants") -> str:
    """Let people put their group's profile on its page, each with a hand of their own; its key."""
    title = f"Project:Group of {contacts[0]}"
    for last in range(len(contacts)):
        text = GROUP.format(", ".join(contacts[: last + 1]), says)
        world.wiki.edit(contacts[last], title, text)
    harvest(world, title)
    page = live(world.wiki).pages(titles=[title])[title]
    return str(ProfileKey.for_group(page.id))


def plan(world: World, seeker: str, helper: str, *, period: str = "2026-W48") -> int:
    match = Match(seeker=seeker, helper=helper, want="finance", offer="finance", score=3.0)
    (planned,) = world.store.suggestions.plan([Suggestion(match, period, world.now)])
    return planned.id


def told(world: World, *names: str) -> list[int]:
    return [world.copies(world.name[name]) for name in names]


def test_every_contact_is_told_and_one_who_was_held_is_told_later(world_of: Worlds) -> None:
    """Held by what nobody understood; told once it is, of the same suggestion, and never twice."""
    world = world_of("First", "Second", "Held", "Stopped")
    names = [world.name[name] for name in ("First", "Second", "Held", "Stopped")]
    trial = tuple(names)
    group = found_group(world, names)
    world.run(trial=(world.name["Held"],))
    answer(world, world.name["Held"], "perhaps in spring")
    heard(world)
    for suggestion in world.store.suggestions.planned():
        world.store.suggestions.withdraw([suggestion.id], at=world.now)
    world.store.preferences.set(
        world.key(world.name["Stopped"]), "stop", "yes", at=world.now, via="web"
    )
    plan(world, group, world.key(world.name["Ben"]))
    result = world.run(trial=trial)
    assert (result.sent, result.because) == (2, {Reason.UNCLEAR_ANSWER.value: 1})
    assert told(world, "First", "Second", "Held", "Stopped") == [1, 1, 1, 0]
    again = world.run(trial=trial)
    assert (again.sent, again.because) == (0, {Reason.UNCLEAR_ANSWER.value: 1})
    world.store.unclear_answers.settle_all(
        world.ids[world.name["Held"]],
        by=world.key(world.name["Held"]),
        via="web",
        at=world.now,
    )
    assert world.run(trial=trial, later=timedelta(days=21)).sent == 1
    assert told(world, "First", "Second", "Held", "Stopped") == [1, 1, 2, 0]
    assert world.run(trial=trial, later=timedelta(days=29)).sent == 0


def test_who_is_held_is_not_told_of_what_a_contact_has_answered(world_of: Worlds) -> None:
    world = world_of("First", "Held")
    names = [world.name["First"], world.name["Held"]]
    group = found_group(world, names)
    world.told(world.name["Held"], timedelta(days=5))
    for suggestion in world.store.suggestions.planned():
        world.store.suggestions.withdraw([suggestion.id], at=world.now)
    made = plan(world, group, world.key(world.name["Ben"]))
    result = world.run(trial=tuple(names))
    assert (result.sent, result.skipped) == (1, {Reason.CAP.value: 1})
    answer(world, world.name["First"], "not a match")
    result = world.run(trial=tuple(names), later=timedelta(days=20))
    assert result.planned == 0
    (suggestion,) = world.store.suggestions.get_many([made]).values()
    assert suggestion.status is SuggestionStatus.DECLINED
    assert told(world, "Held") == [0]


def test_every_contact_of_a_helping_group_hears_of_a_yes(world_of: Worlds) -> None:
    """Two at once, the third when their two weeks are over; once each."""
    world = world_of("Seeker", "One", "Two", "Later")
    contacts = [world.name[name] for name in ("One", "Two", "Later")]
    group = found_group(world, contacts, says="offers")
    for suggestion in world.store.suggestions.planned():
        world.store.suggestions.withdraw([suggestion.id], at=world.now)
    plan(world, world.key(world.name["Seeker"]), group)
    assert world.run().sent == 1
    world.told(world.name["Later"], timedelta(days=5))
    answer(world, world.name["Seeker"], "accepted")
    result = world.run()
    assert (result.sent, result.skipped) == (2, {Reason.CAP.value: 1})
    assert told(world, "One", "Two", "Later") == [1, 1, 0]
    assert world.run(later=timedelta(days=10)).sent == 1
    assert world.run(later=timedelta(days=30)).sent == 0
    assert told(world, "One", "Two", "Later") == [1, 1, 1]
