"""Whoever was not heard of for long is asked whether they are still there, on a real wiki."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from bot.match import match_profiles
from bot.notify import listen_for_answers
from bot.notify.availability import ask_instead
from bot.recover import recover_history
from exchange.model import Profile, Reason, SuggestionStatus
from exchange.notices.message import Role, role_of
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
DAY = timedelta(days=1)
HALF_A_YEAR = timedelta(days=180)


def silent(world: World, who: str, *, ago: timedelta = HALF_A_YEAR) -> str:
    """Let somebody not have been heard of for some time; return their name."""
    name = world.name[who]
    world.change(name, edited=world.now - ago)
    return name


def asked(world: World, name: str) -> int:
    page = world.wiki.page(f"User talk:{name}") or ""
    return len(re.findall(r"^== .*are you still available\? ==$", page, re.MULTILINE))


def asked_before(world: World, name: str, ago: timedelta) -> None:
    """Let somebody have been asked some time ago."""
    at = world.now - ago
    earlier = Notice(
        id=f"{world.ids[name]:016x}",
        recipient=world.key(name),
        account=world.ids[name],
        name=name,
        campaign=f"{at:%G-W%V}/available",
        begun=at,
        state=NoticeState.SENT,
        page=f"User talk:{name}",
        revision=1,
        ended=at,
    )
    world.store.notices.restore([earlier])


def profile_of(world: World, name: str) -> Profile:
    profile = world.store.profiles.get(world.key(name))
    assert profile is not None
    return profile


def listen(world: World, later: timedelta = timedelta()) -> None:
    listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now + later,
    )


def matched(world: World, later: timedelta) -> set[str]:
    """Whom a round would bring together with somebody."""
    match_profiles(store=world.store, now=world.now + later)
    found = world.store.suggestions.planned()
    return {key for each in found for key in each.match.parties}


def test_the_question_takes_the_place_of_a_suggestion_which_follows_later(
    world_of: Worlds,
) -> None:
    world = world_of("Ada")
    ada = silent(world, "Ada")
    first = world.run()
    assert (first.planned, first.sent) == (1, 1)
    assert world.outcomes() == {ada: "sent"}
    assert (asked(world, ada), world.copies(ada)) == (1, 1)
    assert world.status(ada) is SuggestionStatus.PLANNED, "it waits"
    said = world.wiki.page(f"User talk:{ada}") or ""
    assert "|only=yes stop}}" in said
    assert world.name["Ben"] not in said
    shown = world.wiki.body(f"User talk:{ada}")
    assert ">yes</a>" in shown
    assert ">it helped</a>" not in shown
    assert world.wiki.page(f"User talk:{world.name['Ben']}") is None, "nothing is known of him"
    assert world.run(later=DAY).sent == 0
    assert world.run(later=15 * DAY).sent == 1
    assert (asked(world, ada), world.copies(ada)) == (1, 2)
    roles = [role_of(row.campaign) for row in world.store.notices.sent()]
    assert roles == [Role.AVAILABLE, Role.SEEKER]


@pytest.mark.parametrize(
    ("reply", "stops"),
    [("Yes", False), ("Of course, glad to help", False), ("No", True), ("stop", True)],
)
def test_whatever_they_reply_they_are_there_and_no_means_stop(
    world_of: Worlds, reply: str, stops: bool
) -> None:
    world = world_of("Ada")
    ada = silent(world, "Ada")
    world.run()
    listen(world, DAY)
    assert len(profile_of(world, ada).unanswered) == 1
    before = world.wiki.page(f"User talk:{ada}") or ""
    world.wiki.edit(ada, f"User talk:{ada}", f"{before}\n: {reply} ~~~~")
    world.run(later=2 * DAY)
    assert profile_of(world, ada).unanswered == ()
    assert bool(world.store.preferences.of(world.key(ada)).get("stop")) is stops
    assert world.store.unclear_answers.accounts() == frozenset(), "nothing waits for anybody"
    page = world.wiki.page(f"User talk:{ada}") or ""
    if reply in ("Yes", "No", "stop"):
        assert f"|status={'stop' if stops else 'yes'}" in page, "it says what was understood"
    assert world.run(later=30 * DAY).sent == int(not stops), "suggestions go on"
    assert asked(world, ada) == 1


def test_only_the_second_silence_makes_away_and_an_edit_or_an_answer_brings_back(
    world_of: Worlds,
) -> None:
    world = world_of("Ada", "Cleo")
    for who in ("Ada", "Cleo"):
        asked_before(world, silent(world, who, ago=timedelta(days=400)), HALF_A_YEAR)
    ada, cleo = world.name["Ada"], world.name["Cleo"]
    listen(world)
    day = world.now.date()
    assert {profile_of(world, n).questions_unanswered(day) for n in (ada, cleo)} == {1}
    assert {world.key(ada), world.key(cleo)} <= matched(world, timedelta())

    assert world.run().sent == 2
    assert (asked(world, ada), asked(world, cleo)) == (1, 1)
    month = timedelta(days=30)
    listen(world, month - DAY)
    assert not profile_of(world, ada).is_away(day + month - DAY)
    listen(world, month)
    assert profile_of(world, ada).is_away(day + month)
    assert not {world.key(ada), world.key(cleo)} & matched(world, month)
    assert world.run(later=400 * DAY).sent == 0, "nobody is asked a third time"

    world.change(ada, edited=world.now + month)
    assert matched(world, month) >= {world.key(ada)}
    page = world.wiki.page(f"User talk:{cleo}") or ""
    world.wiki.edit(cleo, f"User talk:{cleo}", f"{page}\n: Yes, I am back! ~~~~")
    listen(world, month + DAY)
    assert matched(world, month + DAY) >= {world.key(ada), world.key(cleo)}


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("no", Reason.NOTIFY_NO),
        ("stop", Reason.NOTIFY_NO),
        ("nobots", Reason.OPTED_OUT_TEMPLATE),
        ("cap", Reason.CAP),
        ("trial", Reason.NOT_ON_TRIAL),
        ("edited", Reason.NOTHING_TO_SAY),
    ],
)
def test_consent_and_caps_count_as_for_any_message(
    world_of: Worlds, says: str, reason: Reason
) -> None:
    world = world_of("Ada")
    ada = silent(world, "Ada")
    match says:
        case "no" | "stop" | "nobots" | "cap":
            world.refuse(ada, says)
        case "edited":
            page = f"User:{ada}/Capacity Exchange"
            world.wiki.edit(ada, page, f"{world.wiki.page(page)}\nI am here.")
    run = world.run(trial=("Nobody",) if says == "trial" else ())
    assert (run.planned, run.sent) == (1, 0)
    assert world.outcomes() == {ada: reason}
    assert asked(world, ada) == 0


def test_nobody_is_asked_who_logs_in_while_the_run_is_under_way(
    world_of: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of("Ada")
    ada = silent(world, "Ada")

    def ask_and_meet(*args: Any, **more: Any) -> None:
        ask_instead(*args, **more)
        world.store.signs_of_life.record(world.ids[ada], at=world.now, via="web")

    monkeypatch.setattr("bot.notify.run.ask_instead", ask_and_meet)
    assert world.run().sent == 0
    assert world.outcomes() == {ada: Reason.NOTHING_TO_SAY}


def test_after_the_database_was_lost_it_is_known_who_was_asked(world_of: Worlds) -> None:
    world = world_of("Ada")
    ada = silent(world, "Ada")
    world.run()
    lost = world.database.replace("exchange.db", "again.db")
    with closing(Store.open(lost)) as again:
        settings = settings_for(world.wiki, lost)
        recover_history(settings=settings, store=again, wiki=live(world.wiki), now=world.now)
        (row,) = [each for each in again.notices.sent() if each.name == ada]
        assert role_of(row.campaign) is Role.AVAILABLE
