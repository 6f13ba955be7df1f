"""Whoever lacks what matching needs is told so once, by the same rules as any other message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.notify import listen_for_answers
from bot.notify.recipients import ONCE
from bot.recover import recover_history
from exchange.model import Problem, Profile, Reason
from exchange.notices.section import find_last_notice
from exchange.store import Store
from exchange.store.pages import PageProblem
from tests.integration.delivery.world import World, live, profile_page, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
BARE = "{{Capacity Exchange profile|country=NG}}"
WHOLE = "{{Capacity Exchange profile|offers=Lua|languages=en-3}}"
MONTH = timedelta(days=35)


def lacking(world: World, who: str, text: str = BARE, **values: Any) -> str:
    """Let somebody's profile lack something, as a harvest would find it; return their name."""
    name = world.name[who]
    world.wiki.edit(name, profile_page(name), text)
    page = live(world.wiki).pages(titles=[profile_page(name)])[profile_page(name)]
    assert page.revision is not None
    lacks = {"languages": (), "offers": (), "wants": (), "revision": page.revision.id} | values
    world.change(name, **lacks)
    profile = stored(world, name)
    codes = [] if profile.languages else ["no-languages"]
    codes += [] if profile.wants else ["no-items"]
    world.store.problems.replace(
        {
            profile.page_id: [
                PageProblem(profile.page_id, profile.page, Problem(code), profile.key)
                for code in codes
            ]
        }
    )
    world.store.suggestions.withdraw(
        (each.id for each in world.store.suggestions.involving(profile.key)), at=world.now
    )
    return name


def stored(world: World, name: str) -> Profile:
    profile = world.store.profiles.get(world.key(name))
    assert profile is not None
    return profile


def test_what_is_missing_is_told_once_with_what_to_do(world_of: Worlds) -> None:
    world = world_of("Bare", "Mute")
    bare, mute = lacking(world, "Bare"), world.name["Mute"]
    lacking(world, "Mute", wants=stored(world, mute).wants)
    first = world.run()
    assert (first.planned, first.sent) == (2, 2)
    assert set(world.outcomes().values()) == {"sent"}
    said = world.wiki.page(f"User talk:{bare}") or ""
    assert "== Capacity Exchange: your profile lacks something ==" in said
    assert "'''Languages:'''" in said
    assert "'''What you offer or want to learn:'''" in said
    other = world.wiki.page(f"User talk:{mute}") or ""
    assert "'''Languages:'''" in other
    assert "'''What you offer" not in other
    for later in (timedelta(), MONTH, 10 * MONTH):
        assert world.run(later=later).planned == 0
    for name in (bare, mute):
        assert world.copies(name) == 1
        assert len(world.revisions_by_bot(f"User talk:{name}")) == 1
    (row,) = world.store.notices.to(world.ids[bare])
    assert (row.campaign, row.suggestions) == (ONCE, ())


def test_it_is_told_in_their_language(world_of: Worlds) -> None:
    world = world_of("Leer")
    name = world.name["Leer"]
    text = "{{Capacity Exchange profile|languages=de-N}}"
    spoken = (type(stored(world, name).languages[0])("de", 6),)
    lacking(world, "Leer", text, languages=spoken)
    assert world.run().sent == 1
    assert "In deinem Profil fehlt etwas" in (world.wiki.page(f"User talk:{name}") or "")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("no", Reason.NOTIFY_NO),
        ("stop", Reason.NOTIFY_NO),
        ("nobots", Reason.OPTED_OUT_TEMPLATE),
        ("cap", Reason.CAP),
        ("not theirs", Reason.NOT_THE_OWNER),
        ("trial", Reason.NOT_ON_TRIAL),
        ("fixed", Reason.NOTHING_TO_SAY),
        ("box", Reason.NOTHING_TO_SAY),
        ("gone", Reason.PROFILE_GONE),
    ],
)
def test_consent_caps_and_fresh_facts_count_as_for_any_message(
    world_of: Worlds, says: str, reason: Reason
) -> None:
    world = world_of("Bare")
    name = lacking(world, "Bare")
    options: dict[str, Any] = {}
    match says:
        case "not theirs":
            world.agree(name, ())
        case "trial":
            options["trial"] = ("Nobody",)
        case "fixed":
            world.wiki.edit(name, profile_page(name), WHOLE)
        case "box":
            world.wiki.edit(name, f"User:{name}", "{{#babel:yo|en-3}}")
        case "gone":
            world.wiki.edit(name, profile_page(name), "Nothing here.")
        case _:
            world.refuse(name, says)
    run = world.run(**options)
    assert (run.sent, run.skipped) == (0, {reason.value: 1})
    assert world.copies(name) == 0


def test_somebody_who_edited_today_is_left_alone_until_tomorrow(world_of: Worlds) -> None:
    world = world_of("Busy")
    name = lacking(world, "Busy", edited=None)
    world.change(name, edited=world.now - timedelta(hours=2))
    assert world.run().planned == 0
    assert world.run(later=timedelta(days=1)).sent == 1


def test_stop_is_heard_and_other_words_hold_nothing(world_of: Worlds) -> None:
    world = world_of("Stops", "Thanks")
    stops, thanks = lacking(world, "Stops"), lacking(world, "Thanks")
    assert world.run().sent == 2
    for name, word in ((stops, "stop"), (thanks, "Oh, I put my languages there. Is it good now?")):
        title = f"User talk:{name}"
        world.wiki.edit(name, title, f"{world.wiki.page(title)}\n:{word} ~~~~")
    heard = listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
    )
    assert (heard.answers, heard.unclear) == (0, 0)
    assert world.store.preferences.of(world.key(stops)).get("stop")
    assert "stop" not in world.store.preferences.of(world.key(thanks))


def test_a_stop_is_confirmed_in_its_bar_once(world_of: Worlds) -> None:
    world = world_of("Stops", "Writes", "Thanks")
    stops, writes, thanks = (lacking(world, who) for who in ("Stops", "Writes", "Thanks"))
    assert world.run().sent == 3
    for name, old, new in (
        (stops, "", "\n:Please stop. ~~~~"),
        (writes, "|status=", "|status= stop"),
        (thanks, "", "\n:Thanks! ~~~~"),
    ):
        title = f"User talk:{name}"
        text = world.wiki.page(title) or ""
        world.wiki.edit(name, title, text.replace(old, new, 1) if old else text + new)
    world.run(later=timedelta(hours=1))
    for name in (stops, writes):
        title = f"User talk:{name}"
        said = world.wiki.page(title) or ""
        assert "|heard=Understood: stop." in said
        assert "You get no more messages from us." in said
        world.run(later=timedelta(hours=2))
        assert world.wiki.page(title) == said
        (newest, *_) = world.revisions_by_bot(title)
        assert newest["minor"]
    assert "|status=stop" in (world.wiki.page(f"User talk:{stops}") or "")
    assert "|status= stop" in (world.wiki.page(f"User talk:{writes}") or "")
    assert "|heard=" not in (world.wiki.page(f"User talk:{thanks}") or "")


def test_the_first_suggestion_takes_its_place_and_it_ends_no_suggestion(world_of: Worlds) -> None:
    world = world_of("Fixed", "Emptied")
    fixed, emptied = lacking(world, "Fixed"), world.name["Emptied"]
    assert world.run().sent == 2, "one lacks something, one has a suggestion"
    world.store.problems.replace({stored(world, fixed).page_id: []})
    world.match([fixed], period="2026-W52")
    lacking(world, "Emptied")
    assert world.run(later=MONTH).sent == 2
    assert world.copies(fixed) == 1
    assert "a suggestion for you" in (world.wiki.page(f"User talk:{fixed}") or "")
    assert world.copies(emptied) == 2, "what was suggested before stands, and can be answered"


def test_a_database_that_was_lost_does_not_tell_it_twice(world_of: Worlds) -> None:
    world = world_of("Bare")
    name = lacking(world, "Bare")
    assert world.run().sent == 1
    (row,) = world.store.notices.to(world.ids[name])
    empty = Store.open(f"{world.database}.new")
    found = recover_history(
        settings=settings_for(world.wiki, f"{world.database}.new"),
        store=empty,
        wiki=live(world.wiki),
        now=world.now,
    )
    assert found.found >= 1
    (again,) = empty.notices.to(world.ids[name])
    assert (again.id, again.campaign, again.revision) == (row.id, ONCE, row.revision)
    empty.close()
    marker = find_last_notice(world.wiki.page(f"User talk:{name}") or "")
    assert marker is not None
    assert marker.marker.pairs == ()
