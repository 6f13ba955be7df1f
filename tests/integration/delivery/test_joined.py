"""Whoever joined a request hears once that somebody takes it on, by the rules of any message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.harvest import harvest_pages
from bot.match import explain_pair, match_profiles
from bot.notify import listen_for_answers
from bot.recover import recover_history
from exchange.model import NATIVE, Match, Reason, Suggestion, SuggestionStatus
from exchange.store import Store
from tests.integration.delivery.world import (
    OFFERING,
    PROFILE,
    World,
    live,
    profile_page,
    settings_for,
)

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
ASK = "{{Capacity Exchange request|want=Finance|joined=}}{{#babel:en}}"
MONTH = timedelta(days=35)


def joined_by(*names: str) -> str:
    return ASK.replace("joined=", "joined=" + "".join(f"\n* [[User:{one}]]" for one in names))


def harvest(world: World) -> None:
    harvest_pages(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
        only=sorted(world.store.pages.known()),
    )


def asked(world: World, *joiners: str) -> Suggestion:
    """Let Ada ask and others join, each by their own edit; return Ada's suggestion, told."""
    ada = world.name["Ada"]
    world.wiki.edit(ada, profile_page(ada), ASK)
    names: list[str] = []
    for who in joiners:
        names.append(world.name[who])
        if who == "Jo":  # The others have no profile of their own.
            world.wiki.edit(names[-1], profile_page(names[-1]), f"{PROFILE} Hello.")
        world.wiki.edit(names[-1], profile_page(ada), joined_by(*names))
    for who in joiners:
        ids = [one.id for one in world.store.suggestions.involving(world.key(world.name[who]))]
        world.store.suggestions.withdraw(ids, at=world.now)
    harvest(world)
    (made,) = world.store.suggestions.involving(world.key(ada))
    world.store.suggestions.mark_notified([made.id], at=world.now)
    return made


def take_on(world: World, made: Suggestion, status: str = "in-touch") -> None:
    world.store.suggestions.answer(
        made.id,
        status=SuggestionStatus(status),
        by=made.match.helper,
        via="web",
        at=world.now - timedelta(hours=1),
    )


def test_all_who_joined_hear_once_when_somebody_helps(world_of: Worlds) -> None:
    world = world_of("Ada", "Jo", "Kim")
    ada, jo, kim = (world.name[one] for one in ("Ada", "Jo", "Kim"))
    made = asked(world, "Jo", "Kim")
    assert world.run().planned == 0
    take_on(world, made)
    first = world.run()
    assert (first.planned, first.sent) == (2, 2)
    for name in (jo, kim):
        said = world.wiki.page(f"User talk:{name}") or ""
        assert "== Capacity Exchange: somebody helps with what you need, too ==" in said
        assert f"[[:{profile_page(ada)}|a request that you joined]]" in said
        assert f"Special:NewSection/User talk:{ada}" in said
        assert world.helper not in said
        assert f"because you joined [[:{profile_page(ada)}|a request]] in the" in said
        assert "take your name out there to leave it" in said
        assert "a profile]]" not in said
    # Later than half a year, they would be asked whether they are still available.
    for later in (timedelta(), MONTH, 5 * MONTH):
        assert world.run(later=later).planned == 0
    assert [world.copies(one) for one in (ada, jo, kim)] == [0, 1, 1]


SAID = [
    ("stop", Reason.NOTIFY_NO),
    ("nobots", Reason.OPTED_OUT_TEMPLATE),
    ("cap", Reason.CAP),
    ("never", Reason.DECLINED),
    ("left", Reason.NOTHING_TO_SAY),
    ("taken out", Reason.NOTHING_TO_SAY),
    ("gone", Reason.PROFILE_GONE),
]


@pytest.mark.parametrize(
    ("who", "says", "reason"),
    [
        *((who, *said) for who in ("Jo", "Kim") for said in SAID),
        ("Jo", "profile says no", Reason.NOTIFY_NO),  # Kim has none
    ],
)
def test_consent_caps_and_fresh_facts_count_as_for_any_message(
    world_of: Worlds, says: str, reason: Reason, who: str
) -> None:
    world = world_of("Ada", who)
    ada, jo = world.name["Ada"], world.name[who]
    take_on(world, asked(world, who))
    match says:
        case "never":
            world.store.preferences.block(
                world.key(jo), world.key(ada), at=world.now, via="web", name=ada
            )
        case "left":
            world.wiki.edit(jo, profile_page(ada), ASK)
        case "taken out":
            world.wiki.edit(ada, profile_page(ada), ASK)
        case "profile says no":
            text = "{{Capacity Exchange profile|offers=Lua|languages=en|notify=no}}"
            world.wiki.edit(jo, profile_page(jo), text)
        case "gone":
            world.wiki.call("Admin", action="delete", title=profile_page(ada), reason="test")
        case _:
            world.refuse(jo, says)
    counts = world.run()
    assert (counts.planned, counts.sent, counts.skipped) == (1, 0, {reason.value: 1})
    assert world.copies(jo) == 0


def joined_and_matched(world: World) -> str:
    """Let Kim join Ada's request, and a suggestion of the helper be planned; return Kim's name."""
    kim = world.name["Kim"]
    world.wiki.edit(world.helper, profile_page(world.helper), f"{OFFERING} Hello.")
    asked(world, "Kim")
    match = Match(world.key(kim), world.key(world.helper), "finance", "finance", 3.0)
    world.store.suggestions.plan([Suggestion(match, "2026-W49", world.now)])
    return kim


def test_whoever_only_joined_is_told_of_a_helper_for_their_request_and_no_profile(
    world_of: Worlds,
) -> None:
    world = world_of("Ada", "Kim")
    ada, kim = world.name["Ada"], joined_and_matched(world)
    assert world.run().sent == 1
    said = world.wiki.page(f"User talk:{kim}") or ""
    assert f"You joined [[:{profile_page(ada)}|a request]]. Here is somebody who can help:" in said
    assert f"because you joined [[:{profile_page(ada)}|a request]] in the" in said
    assert "profile]]" not in said


def test_whoever_only_joined_is_asked_whether_they_still_need_it(world_of: Worlds) -> None:
    world = world_of("Ada", "Kim")
    ada, kim = world.name["Ada"], joined_and_matched(world)
    world.change(kim, edited=world.now - timedelta(days=180))
    assert world.run().sent == 1
    said = world.wiki.page(f"User talk:{kim}") or ""
    assert f"You joined [[:{profile_page(ada)}|a request]], and nothing was heard of you" in said
    assert "profile]]" not in said


def test_whoever_only_joined_is_matched_and_told_in_the_languages_of_their_babel_box(
    world_of: Worlds,
) -> None:
    world = world_of("Ada", "Kim")
    kim, helper = world.name["Kim"], world.helper
    text = "{{Capacity Exchange profile|offers=Finance|languages=ar-3}}"
    world.wiki.edit(helper, profile_page(helper), text)
    world.wiki.edit(kim, f"User:{kim}", "Hello! {{#babel:ar|fr-1}}")
    asked(world, "Kim")
    profile = world.store.profiles.get(world.key(kim))
    assert profile is not None
    assert [(one.code, one.level) for one in profile.languages] == [("ar", NATIVE), ("fr", 1)]
    match_profiles(store=world.store, now=world.now)
    pairs = {(one.match.seeker, one.match.helper) for one in world.store.suggestions.planned()}
    assert (world.key(kim), world.key(helper)) in pairs, explain_pair(
        store=world.store, now=world.now, seeker=world.key(kim), helper=world.key(helper)
    )
    assert world.run().sent == 1
    assert 'lang="ar"' in (world.wiki.page(f"User talk:{kim}") or "")


def test_a_yes_of_the_seeker_alone_takes_nothing_on(world_of: Worlds) -> None:
    world = world_of("Ada", "Jo")
    made = asked(world, "Jo")
    world.store.suggestions.answer(
        made.id, status=SuggestionStatus.ACCEPTED, by=made.match.seeker, via="web", at=world.now
    )
    world.run()
    assert world.copies(world.name["Jo"]) == 0
    take_on(world, made, "accepted")
    assert world.run().sent == 1
    assert world.copies(world.name["Jo"]) == 1


def test_a_reply_of_stop_is_heard_and_a_lost_database_tells_nobody_twice(
    world_of: Worlds, tmp_path: Path
) -> None:
    world = world_of("Ada", "Jo")
    jo = world.name["Jo"]
    made = asked(world, "Jo")
    take_on(world, made)
    assert world.run().sent == 1
    (row,) = world.store.notices.to(world.ids[jo])
    store = Store.open(f"sqlite:///{tmp_path}/lost.db")
    recover_history(
        settings=settings_for(world.wiki, world.database),
        store=store,
        wiki=live(world.wiki),
        now=world.now,
    )
    again = store.notices.get(row.id)
    assert again is not None
    assert (again.recipient, again.campaign, again.suggestions) == (
        row.recipient,
        row.campaign,
        (),
    )
    store.close()
    talk = f"User talk:{jo}"
    world.wiki.edit(jo, talk, (world.wiki.page(talk) or "") + "\n:stop. ~~~~")
    listen_for_answers(
        settings=settings_for(world.wiki, world.database),
        store=world.store,
        wiki=live(world.wiki),
        now=world.now,
    )
    assert world.store.preferences.of(world.key(jo)).get("stop")
