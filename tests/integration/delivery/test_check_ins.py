"""A month after a yes the seeker is asked once what became of it; the helper is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest

from bot.notify import listen_for_answers
from bot.recover import recover_history
from exchange.model import Reason, SuggestionStatus
from exchange.notices.message import Role, role_of
from exchange.store import Store
from tests.integration.delivery.test_answers import answer
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
DAY = timedelta(days=1)
MONTH = timedelta(days=31)


def under_way(
    world: World,
    who: str,
    *,
    ago: timedelta = MONTH,
    status: SuggestionStatus = SuggestionStatus.IN_TOUCH,
) -> str:
    """Let somebody have said yes some time ago; return their name."""
    name, at = world.name[who], world.now - ago
    (made,) = world.store.suggestions.involving(world.key(name))
    world.store.suggestions.mark_notified([made.id], at=at)
    world.store.suggestions.answer(made.id, status=status, by=world.key(name), via="web", at=at)
    return name


def asked(world: World, name: str) -> list[str]:
    """The check-ins that somebody got, as they stand on the talk page."""
    page = world.wiki.page(f"User talk:{name}") or ""
    return re.findall(r"^== .*did you meet\? ==$", page, re.MULTILINE)


def listen(world: World, later: timedelta = timedelta()) -> None:
    listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now + later,
    )


def test_the_seeker_is_asked_once_and_the_helper_never(world_of: Worlds) -> None:
    world = world_of("Ada")
    ada, ben = under_way(world, "Ada"), world.name["Ben"]
    first = world.run()
    assert (first.planned, first.sent) == (1, 1)
    assert world.outcomes() == {ada: "sent"}
    assert len(asked(world, ada)) == 1
    said = world.wiki.page(f"User talk:{ada}") or ""
    assert "Did you meet, and was it enough?" in said
    assert f"|{ben}]]" in said, "with whom it was"
    assert "|only=in-touch not-yet it-helped not-this-one stop}}" in said
    shown = world.wiki.body(f"User talk:{ada}")
    assert "it helped</a>" in shown
    assert ">yes</a>" not in shown
    assert shown.index(">not yet</a>") < shown.index(">not this one</a>")
    for days in (1, 15, 40):
        assert world.run(later=days * DAY).planned == 0
    assert len(asked(world, ada)) == 1
    assert world.wiki.page(f"User talk:{ben}") is None
    assert world.status(ada) is SuggestionStatus.IN_TOUCH, "asking changes nothing"


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("Yes, we did, last week.", SuggestionStatus.IN_TOUCH),
        ("It helped, thank you.", SuggestionStatus.EXCHANGED),
        ("No.", SuggestionStatus.ACCEPTED),
        ("Not yet, we were both ill.", SuggestionStatus.ACCEPTED),
        ("Not this one.", SuggestionStatus.DECLINED),
        ("stop", SuggestionStatus.STOPPED),
    ],
)
def test_the_answer_is_read_as_an_answer_to_that_question(
    world_of: Worlds, reply: str, status: SuggestionStatus
) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada", status=SuggestionStatus.ACCEPTED)
    world.told(world.name["Ben"], timedelta(days=20))
    world.run()
    before = world.wiki.page(f"User talk:{ada}") or ""
    assert len(asked(world, ada)) == 1
    world.wiki.edit(ada, f"User talk:{ada}", f"{before}\n: {reply} ~~~~")
    listen(world, DAY)
    assert world.status(ada) is status


def test_whoever_has_not_met_yet_is_asked_whether_they_want_somebody_else(
    world_of: Worlds,
) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada")
    world.run()
    answer(world, ada, "No")
    world.run(later=DAY)
    said = "Understood: not yet. Would you like somebody else instead? Then reply ''not this one''."
    assert said in (world.wiki.page(f"User talk:{ada}") or "")
    assert world.status(ada) is SuggestionStatus.ACCEPTED
    world.run(later=2 * DAY)
    assert world.status(ada) is SuggestionStatus.ACCEPTED, "our own words are no answer"
    assert len(asked(world, ada)) == 1


@pytest.mark.parametrize(
    ("ago", "status", "due"),
    [
        (timedelta(days=29), SuggestionStatus.IN_TOUCH, False),
        (timedelta(days=30), SuggestionStatus.IN_TOUCH, True),
        (timedelta(days=89), SuggestionStatus.IN_TOUCH, True),
        (timedelta(days=91), SuggestionStatus.IN_TOUCH, False),
        (MONTH, SuggestionStatus.EXCHANGED, False),
        (MONTH, SuggestionStatus.DECLINED, False),
        (MONTH, SuggestionStatus.EXPIRED, False),
    ],
)
def test_only_what_is_under_way_is_asked_about(
    world_of: Worlds, ago: timedelta, status: SuggestionStatus, due: bool
) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada", ago=ago, status=status)
    assert world.run().planned == int(due)
    assert len(asked(world, ada)) == int(due)


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("no", Reason.NOTIFY_NO),
        ("stop", Reason.NOTIFY_NO),
        ("nobots", Reason.OPTED_OUT_TEMPLATE),
        ("cap", Reason.CAP),
        ("never", Reason.DECLINED),
        ("trial", Reason.NOT_ON_TRIAL),
    ],
)
def test_consent_and_caps_count_as_for_any_message(
    world_of: Worlds, says: str, reason: Reason
) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada")
    key, store = world.key(ada), world.store
    match says:
        case "no" | "stop" | "nobots" | "cap":
            world.refuse(ada, says)
        case "never":
            store.preferences.block(key, world.key(world.name["Ben"]), at=world.now, via="web")
    run = world.run(trial=("Nobody",) if says == "trial" else ())
    assert (run.planned, run.sent) == (1, 0)
    assert world.outcomes() == {ada: reason}
    assert asked(world, ada) == []


def test_a_check_in_and_a_suggestion_are_two_weeks_apart(world_of: Worlds) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada")
    world.match([ada], period="2026-W50")
    world.run()
    assert [role_of(row.campaign) for row in world.store.notices.sent()] == [Role.CHECK_IN]
    world.run(later=15 * DAY)
    assert [role_of(row.campaign) for row in world.store.notices.sent()] == [
        Role.CHECK_IN,
        Role.SEEKER,
    ]
    assert len(asked(world, ada)) == 1, "a suggestion does not take the place of a question"
    assert world.copies(ada) == 2


def test_nobody_is_asked_about_somebody_who_is_gone(world_of: Worlds) -> None:
    world = world_of("Ada")
    under_way(world, "Ada")
    ben = world.store.profiles.get(world.key(world.name["Ben"]))
    assert ben is not None
    world.store.profiles.save_many([ben], states={ben.key: Reason.USER_VANISHED})
    assert world.run().planned == 0


def test_after_the_database_was_lost_it_is_known_who_was_asked(world_of: Worlds) -> None:
    world = world_of("Ada")
    ada = under_way(world, "Ada")
    world.run()
    lost = world.database.replace("exchange.db", "again.db")
    with closing(Store.open(lost)) as again:
        settings = settings_for(world.wiki, lost)
        recover_history(settings=settings, store=again, wiki=live(world.wiki), now=world.now)
        (row,) = [each for each in again.notices.sent() if each.name == ada]
        assert role_of(row.campaign) is Role.CHECK_IN
        assert len(row.suggestions) == 1
