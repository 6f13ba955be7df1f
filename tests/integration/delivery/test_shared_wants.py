"""Whoever wants the same unlisted thing hears once that somebody takes it on; on a real wiki."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.harvest import harvest_pages
from bot.match import match_profiles
from exchange.model import Match, Reason, Suggestion, SuggestionStatus
from tests.integration.delivery.world import PERIOD, World, live, profile_page, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
WANT = "unlisted:bookbinding"
TEXT = "{{{{Capacity Exchange profile|{0}|languages=en-3}}}}"
GROUP = "kind=user group|contact={0}|wants=Bookbinding"


def harvest(world: World, *titles: str) -> None:
    pages = live(world.wiki).pages(titles=titles, content=False)
    harvest_pages(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
        only=[pages[title].id for title in titles],
    )


def say(world: World, who: str, what: str) -> str:
    """Let somebody write a profile with their own hand; return its page."""
    name = world.name[who]
    world.wiki.edit(name, profile_page(name), TEXT.format(what))
    return profile_page(name)


def heard(world: World, name: str) -> int:
    """How many messages stand on somebody's talk page that what they need is taken on."""
    said = world.wiki.page(f"User talk:{name}") or ""
    return said.count("== Capacity Exchange: somebody helps with what you need, too ==")


def plan(world: World, seeker: str) -> Suggestion:
    match = Match(world.key(seeker), world.key(world.name["Hal"]), WANT, WANT, 3.0)
    (made,) = world.store.suggestions.plan([Suggestion(match, PERIOD, world.now)])
    return made


def shared(world: World, *others: str, is_told: bool = True) -> Suggestion:
    """Let Ada and others want what no list knows, Hal offer it; return Ada's suggestion, told."""
    ada = world.name["Ada"]
    pages = [
        say(world, "Ada", "wants=bookbinding"),
        say(world, "Hal", "offers=bookbinding|seats=1"),
    ]
    pages += [say(world, who, "wants=Bookbinding") for who in others]
    for each in world.store.suggestions.planned():
        world.store.suggestions.withdraw([each.id], at=world.now)
    harvest(world, *pages)
    made = plan(world, ada)
    if is_told:
        world.store.suggestions.mark_notified([made.id], at=world.now)
    return made


def take_on(world: World, made: Suggestion) -> None:
    world.store.suggestions.answer(
        made.id,
        status=SuggestionStatus.IN_TOUCH,
        by=made.match.helper,
        via="web",
        at=world.now - timedelta(hours=1),
    )


def test_all_who_want_it_hear_once_when_somebody_helps_one_of_them(world_of: Worlds) -> None:
    world = world_of("Ada", "Hal", "Jo", "Kim", "Other")
    ada, jo, kim = (world.name[one] for one in ("Ada", "Jo", "Kim"))
    say(world, "Other", "wants=Bookbinder")  # nothing is guessed by likeness
    harvest(world, profile_page(world.name["Other"]))
    made = shared(world, "Jo", "Kim")
    assert world.run().planned == 0
    take_on(world, made)
    first = world.run()
    assert (first.planned, first.sent) == (2, 2)
    for name in (jo, kim):
        said = world.wiki.page(f"User talk:{name}") or ""
        assert "== Capacity Exchange: somebody helps with what you need, too ==" in said
        assert f"'''bookbinding''': somebody helps [[:{profile_page(ada)}|{ada}]] with it" in said
        assert f"Special:NewSection/User talk:{ada}" in said
        assert "because you have [[:" in said
        assert world.name["Hal"] not in said
    assert world.run().planned == 0
    for later in (timedelta(days=35), timedelta(days=170)):
        world.run(later=later)  # Ada is asked what came of it.
    everybody = (ada, jo, kim, world.name["Hal"], world.name["Other"])
    assert [heard(world, one) for one in everybody] == [0, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("no", Reason.NOTIFY_NO),
        ("stop", Reason.NOTIFY_NO),
        ("nobots", Reason.OPTED_OUT_TEMPLATE),
        ("cap", Reason.CAP),
        ("never", Reason.DECLINED),
        ("wants something else", Reason.NOTHING_TO_SAY),
        ("asker gone", Reason.PROFILE_GONE),
        ("profile gone", Reason.PROFILE_GONE),
    ],
)
def test_consent_caps_and_fresh_facts_count_as_for_any_message(
    world_of: Worlds, says: str, reason: Reason
) -> None:
    world = world_of("Ada", "Hal", "Jo")
    ada, jo = world.name["Ada"], world.name["Jo"]
    take_on(world, shared(world, "Jo"))
    match says:
        case "never":
            world.store.preferences.block(
                world.key(jo), world.key(ada), at=world.now, via="web", name=ada
            )
        case "wants something else":
            say(world, "Jo", "wants=Lua")
        case "asker gone":
            world.wiki.call("Admin", action="delete", title=profile_page(ada), reason="test")
        case "profile gone":
            world.wiki.edit(jo, profile_page(jo), "Hello.")
        case _:
            world.refuse(jo, says)
    counts = world.run()
    assert (counts.planned, counts.sent, counts.skipped) == (1, 0, {reason.value: 1})
    assert world.copies(jo) == 0


def test_who_learns_it_already_and_who_signed_the_request_hear_no_second_time(
    world_of: Worlds,
) -> None:
    world = world_of("Ada", "Hal", "Jo", "Kim")
    ada, jo, kim = (world.name[one] for one in ("Ada", "Jo", "Kim"))
    made = shared(world, "Jo", "Kim")
    ask = f"{{{{Capacity Exchange request|want=bookbinding|joined=[[User:{kim}]]}}}}"
    page = f"User:{ada}/Ask"
    world.wiki.edit(kim, page, ask)
    world.wiki.edit(ada, page, ask + " Please.")
    harvest(world, page)
    own = plan(world, jo)
    world.store.suggestions.mark_notified([own.id], at=world.now)
    take_on(world, own)
    take_on(world, made)
    for later in (timedelta(), timedelta(), timedelta(days=20), timedelta(days=40)):
        world.run(later=later)
    assert [heard(world, one) for one in (ada, jo, kim)] == [0, 0, 1]
    assert "a request that you joined" in (world.wiki.page(f"User talk:{kim}") or "")


def test_a_groups_contact_hears_for_the_group(world_of: Worlds) -> None:
    world = world_of("Ada", "Hal", "Jo")
    made = shared(world)
    jo = world.name["Jo"]
    title = f"Project:Binders of {jo}"
    world.wiki.edit(jo, title, TEXT.format(GROUP.format(jo)))
    harvest(world, title)
    take_on(world, made)
    assert world.run().sent == 1
    world.run(later=timedelta(days=35))
    assert heard(world, jo) == 1


def test_who_wants_the_same_makes_it_more_pressing_in_a_round(world_of: Worlds) -> None:
    world = world_of("Ada", "Hal", "Jo")
    shared(world, "Jo", is_told=False)
    match_profiles(store=world.store, now=world.now)
    (match,) = [each.match for each in world.store.suggestions.planned() if each.match.want == WANT]
    assert {part.name: part.facts for part in match.parts}["priority"] == ("normal", "2")
