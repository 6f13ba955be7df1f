"""A room for a meetup on a real wiki: found, told in words that fit, answered, and counted by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.match import match_profiles
from bot.publish import publish_reports
from exchange.matching import UnmetReason
from exchange.model import Level, Method, Offer, Reason, SuggestionStatus, Want
from exchange.store.introductions import Introduction
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
LEARNING = ("learn", "teach", "train")


def with_a_room(world_of: Worlds, *, here: str = "NG", there: str = "NG") -> tuple[World, str, str]:
    """Ada wants a room that Ben offers: no planned suggestion of another kind is left."""
    world = world_of("Ada")
    ada, ben = world.name["Ada"], world.helper
    room = Want("venue", "meeting room", level=Level.EXPERT, methods=(Method.MENTORING,))
    world.change(ada, wants=(room,), country=here)
    world.change(ben, offers=(Offer("venue", "venue", note="Lagos, weekends"),), country=there)
    planned = world.store.suggestions.planned()
    world.store.suggestions.withdraw([one.id for one in planned], at=world.now)
    return world, ada, ben


def said_to(world: World, name: str) -> str:
    """The part of somebody's talk page that speaks to them, without what everybody is told."""
    return (world.wiki.page(f"User talk:{name}") or "").partition("<small>")[0]


def test_seeker_and_helper_hear_in_words_that_fit_and_the_answer_is_read(
    world_of: Worlds,
) -> None:
    world, ada, ben = with_a_room(world_of)
    found = match_profiles(store=world.store, now=world.now)
    assert (found.matches, found.things, found.unmet, found.unmet_things) == (0, 1, 0, 0)
    assert world.run().sent == 1
    text = said_to(world, ada)
    assert "you wrote what you are looking for. This could help:" in text
    assert "can help you with '''venue'''" in text
    assert "Both live in the same country&#58; Nigeria" in text
    assert world.copies(ben) == 0, "nobody said yes yet"
    answer(world, ada, "yes")
    assert heard(world).answers == 1
    about = {one.match.want: one.status for one in world.store.suggestions.all()}
    assert about["venue"] is SuggestionStatus.ACCEPTED
    assert world.run().sent == 1
    theirs = said_to(world, ben)
    assert "what you offer is asked for" in theirs
    assert "could use '''venue'''" in theirs
    for text in (said_to(world, ada), theirs):
        assert [word for word in LEARNING if word in text.casefold()] == []
    again = world.run()
    assert (again.sent, again.failed) == (0, 0), "nobody hears twice"
    assert match_profiles(store=world.store, now=world.now).things == 0


def test_a_message_about_both_kinds_fits_both(world_of: Worlds) -> None:
    world, ada, ben = with_a_room(world_of)
    world.change(ada, wants=(Want("lua"), Want("venue")))
    world.change(ben, offers=(Offer("lua"), Offer("venue")))
    found = match_profiles(store=world.store, now=world.now)
    assert (found.matches, found.things) == (1, 1)
    assert world.run().sent == 1
    text = said_to(world, ada)
    assert "'''Lua'''" in text
    assert "'''venue'''" in text
    for number in (1, 2):
        answer(world, ada, "yes", name=f"status{number}")
    assert heard(world).answers == 2
    world.run()
    theirs = said_to(world, ben)
    assert "wants to learn '''Lua'''" in theirs
    assert "could use '''venue'''" in theirs


@pytest.mark.parametrize("where", [{"there": "GH"}, {"here": ""}])
def test_a_room_elsewhere_is_not_suggested_and_the_message_says_where_to_look(
    world_of: Worlds, where: dict[str, str]
) -> None:
    world, ada, ben = with_a_room(world_of, **where)
    world.change(ada, wants=(Want("lua"), Want("venue")))
    world.change(ben, offers=(Offer("lua"), Offer("venue")))
    found = match_profiles(store=world.store, now=world.now)
    assert (found.matches, found.things, found.unmet_things) == (1, 0, 1)
    settings = settings_for(world.wiki, world.database)
    publish_reports(settings=settings, store=world.store, wiki=live(world.wiki), now=world.now)
    assert world.run().sent == 1
    lines = said_to(world, ada).splitlines()
    (line,) = (
        one for one in lines if one.startswith("* There is no suggestion yet for '''venue'''")
    )
    assert "[[:Capacity Exchange/Reports/things|See what is offered of money and things]]" in line
    report = world.wiki.page("Capacity Exchange/Reports/things") or ""
    assert "venue" in report
    gaps = world.wiki.page("Capacity Exchange/Reports/gaps") or ""
    assert "Lua" in gaps
    assert "venue" not in gaps


def test_lending_takes_no_mentors_seat(world_of: Worlds) -> None:
    world, ada, ben = with_a_room(world_of)
    world.change(ben, offers=(Offer("lua"), Offer("venue")), seats=1)
    match_profiles(store=world.store, now=world.now)
    assert world.run().sent == 1
    world.change(ada, wants=(Want("venue"), Want("lua")))
    later = world.now + timedelta(hours=1)
    assert match_profiles(store=world.store, now=later).matches == 1


def test_both_hear_where_and_when_and_what_is_over_is_not_offered_again(world_of: Worlds) -> None:
    world, ada, ben = with_a_room(world_of, there="")
    today = world.now.date()
    last = today + timedelta(days=90)
    world.change(ben, offers=(Offer("venue", "venue", until=last, place="Lagos"),))
    world.change(ada, wants=(Want("venue", until=last, place="Ikeja"),))
    assert match_profiles(store=world.store, now=world.now).things == 1, "Lagos is in Nigeria"
    assert world.run().sent == 1
    day = f"{last:%B} {last.day}, {last.year}"
    assert f"Available&#58; Lagos, until {day}" in said_to(world, ada)
    assert "Needed&#58; Ikeja" in said_to(world, ada)
    after = world.now + timedelta(days=91)
    sent = world.store.suggestions.all()
    world.store.suggestions.withdraw([one.id for one in sent], at=after)
    world.change(ada, wants=(Want("venue", place="Ikeja"),))
    found = match_profiles(store=world.store, now=after)
    assert (found.things, found.unmet_things) == (0, 1)
    reasons = [why for _, want, why in world.store.rounds.unmet() if want == "venue"]
    assert reasons == [UnmetReason.DAYS]


def introduce(world: World, ada: str, ben: str) -> Introduction:
    """Let Ben, who is a coordinator as well, introduce Ada to himself for a room."""
    (learnt,) = world.store.suggestions.involving(world.key(ada))
    about = replace(learnt.match, want="venue", offer="venue", parts=())
    cleo = world.ids[ben]
    world.store.coordinators.replace([cleo], at=world.now)
    return world.store.introductions.make(
        about, coordinator=cleo, name=ben, line="They travel with it.", at=world.now
    )


def outcome_of(world: World, made: Introduction) -> str:
    (told,) = world.store.introductions.of([made.suggestion]).values()
    return told.outcome


def test_a_coordinator_introduces_whoever_has_the_room(world_of: Worlds) -> None:
    world, ada, ben = with_a_room(world_of, there="GH")
    assert match_profiles(store=world.store, now=world.now).things == 0, "no round would"
    made = introduce(world, ada, ben)
    assert world.run().sent == 1
    text = said_to(world, ada)
    assert "They travel with it." in text
    assert "'''venue'''" in text
    assert [word for word in LEARNING if word in text.casefold()] == []
    assert outcome_of(world, made) == "sent"


def test_a_room_that_is_over_is_introduced_to_nobody(world_of: Worlds) -> None:
    world, ada, ben = with_a_room(world_of)
    made = introduce(world, ada, ben)
    world.change(ben, offers=(Offer("venue", until=world.now.date() - timedelta(days=1)),))
    assert world.run().sent == 0
    assert outcome_of(world, made) == Reason.NOTHING_TO_SAY.value
