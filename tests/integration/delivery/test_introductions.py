"""Two people whom a coordinator introduces: told once, as of a suggestion, or a reason on record."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from bot.recover import recover_history
from exchange.model import INTRODUCED, Match, Reason, SuggestionStatus
from exchange.store import Store
from exchange.store.introductions import TOLD, Introduction
from tests.integration.delivery.killed import start
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.test_unclear import edited_by_another
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
LINE = "You both run photo walks [[User:Friend]] {{nobots}} ~~~~ <b>&"
SHOWN = "You both run photo walks"


def introduce(world: World, name: str, *, line: str = LINE) -> Introduction:
    """Let Cleo, a coordinator, introduce somebody to the helper; the round's plan gives way."""
    cleo = world.ids[world.name["Cleo"]]
    world.store.coordinators.replace([cleo], at=world.now)
    planned, *_ = world.store.suggestions.involving(world.key(name))
    return world.store.introductions.make(
        planned.match, coordinator=cleo, name=world.name["Cleo"], line=line, at=world.now
    )


def outcome_of(world: World, made: Introduction) -> str:
    return world.store.introductions.of([made.suggestion])[made.suggestion].outcome


def status_of(world: World, made: Introduction) -> SuggestionStatus:
    suggestion = world.store.suggestions.get(made.suggestion)
    assert suggestion is not None
    return suggestion.status


def alone(world_of: Worlds) -> tuple[World, str]:
    """A world in which only Ada waits to be told of something, and Cleo may introduce people."""
    world = world_of("Ada", "Cleo", "Friend")
    others = [world.key(world.name[name]) for name in ("Cleo", "Friend")]
    world.store.suggestions.withdraw(world.store.suggestions.unanswered(others), at=world.now)
    return world, world.name["Ada"]


def test_the_seeker_hears_first_and_the_helper_after_a_yes(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    assert world.run().sent == 1
    text = world.wiki.page(f"User talk:{ada}") or ""
    assert SHOWN in text
    assert f"[[Special:Contributions/{world.name['Cleo']}|" in text
    assert "[[User:Friend]]" not in text
    assert "{{nobots}}" not in text
    assert text.count("(UTC)") == 1, "only our own signature"
    assert "no introductions" in text
    assert "not by this coordinator" in text
    assert outcome_of(world, made) == TOLD
    last = world.store.runs.last("notify")
    assert last is not None
    (ended,) = world.store.introductions.ended_in(last.id)
    assert ended.suggestion == made.suggestion
    assert world.copies(world.helper) == 0, "nobody accepted yet"
    assert world.run().sent == 0
    answer(world, ada, "yes")
    assert heard(world).answers == 1
    assert world.run().sent == 1
    assert world.copies(world.helper) == 1
    assert SHOWN in (world.wiki.page(f"User talk:{world.helper}") or "")
    assert status_of(world, made) is SuggestionStatus.ACCEPTED
    assert (world.run().sent, world.copies(ada), world.copies(world.helper)) == (0, 1, 1)


def test_the_line_shows_as_it_was_written(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    introduce(world, ada)
    world.run()
    body = world.wiki.body(f"User talk:{ada}")
    shown = re.sub(r"<[^>]+>", "", body)
    assert LINE in unescape(shown)


def objections() -> dict[str, tuple[Callable[[World, str], object], Reason]]:
    """What keeps two people from being introduced, and what stands on record then."""

    def refuse(who: str, about: str = "") -> Callable[[World, str], object]:
        def said(world: World, ada: str) -> None:
            key = world.key(ada if who == "seeker" else world.helper)
            by = world.key(world.name["Cleo"]) if about else ""
            world.store.introductions.refuse(key, by, at=world.now, via="web")

        return said

    def stop(world: World, ada: str) -> None:
        world.store.preferences.set(world.key(world.helper), "stop", "yes", at=world.now, via="web")

    def never(world: World, ada: str) -> None:
        world.store.preferences.block(
            world.key(world.helper), world.key(ada), at=world.now, via="web"
        )

    return {
        "seeker wants none": (refuse("seeker"), Reason.INTRODUCTION_REFUSED),
        "helper wants none": (refuse("helper"), Reason.INTRODUCTION_REFUSED),
        "seeker wants none by her": (refuse("seeker", "her"), Reason.INTRODUCTION_REFUSED),
        "helper wants none by her": (refuse("helper", "her"), Reason.INTRODUCTION_REFUSED),
        "helper said stop": (stop, Reason.NOTIFY_NO),
        "never this person": (never, Reason.DECLINED),
        "no coordinator any more": (
            lambda world, ada: world.store.coordinators.replace([], at=world.now),
            Reason.NO_COORDINATOR,
        ),
        "helper is gone": (
            lambda world, ada: world.store.profiles.save_many(
                [world.store.profiles.get_many([world.key(world.helper)])[world.key(world.helper)]],
                states={world.key(world.helper): Reason.USER_BLOCKED},
            ),
            Reason.PROFILE_GONE,
        ),
        "not wanted any more": (
            lambda world, ada: world.change(ada, wants=()),
            Reason.NOTHING_TO_SAY,
        ),
        "not offered any more": (
            lambda world, ada: world.change(world.helper, offers=()),
            Reason.NOTHING_TO_SAY,
        ),
    }


@pytest.mark.parametrize("why", objections())
def test_whatever_speaks_against_it_ends_it_once_and_nobody_hears(
    world_of: Worlds, why: str
) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    objection, reason = objections()[why]
    objection(world, ada)
    for _ in range(2):
        assert world.run().sent == 0
        assert outcome_of(world, made) == reason.value
    assert status_of(world, made) is SuggestionStatus.WITHDRAWN
    assert (world.copies(ada), world.copies(world.helper)) == (0, 0)


def test_it_waits_for_the_limits_as_a_suggestion_does_and_not_for_ever(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    world.told(ada, timedelta(days=3))
    made = introduce(world, ada)
    assert world.run().skipped == {Reason.CAP.value: 1}
    assert outcome_of(world, made) == ""
    assert world.run(later=timedelta(days=12)).sent == 1
    assert outcome_of(world, made) == TOLD
    friend = world.name["Friend"]
    world.told(friend, timedelta(days=-20))
    late = introduce(world, friend)
    assert world.run(later=timedelta(days=31)).sent == 0
    assert outcome_of(world, late) == Reason.WAITED_TOO_LONG.value


def test_what_stands_in_the_way_on_the_wiki_is_the_reason_in_the_end(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    page = f"User talk:{ada}"
    world.wiki.edit("Admin", page, "Hello!")
    world.wiki.call("Admin", action="protect", title=page, protections="edit=sysop")
    assert world.run().skipped == {Reason.PAGE_PROTECTED.value: 1}
    assert outcome_of(world, made) == "", "somebody may unprotect it"
    assert world.run(later=timedelta(days=31)).sent == 0
    assert outcome_of(world, made) == Reason.PAGE_PROTECTED.value


def test_what_a_coordinator_takes_back_nobody_hears(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    back = world.store.introductions.take_back
    assert not back(made.id, coordinator=made.coordinator + 1, at=world.now), "another one's"
    assert back(made.id, coordinator=made.coordinator, at=world.now)
    assert not back(made.id, coordinator=made.coordinator, at=world.now), "once"
    assert world.run().sent == 0
    assert outcome_of(world, made) == Reason.TAKEN_BACK.value
    assert status_of(world, made) is SuggestionStatus.WITHDRAWN
    again = introduce(world, ada)
    assert world.run().sent == 1
    assert outcome_of(world, again) == TOLD
    assert not back(again.id, coordinator=made.coordinator, at=world.now), "they were told"
    assert outcome_of(world, again) == TOLD


def test_nothing_is_taken_back_while_the_bot_is_at_it(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    run, _ = start(world, "after the write")
    run.join(300)
    assert not world.store.introductions.take_back(
        made.id, coordinator=made.coordinator, at=world.now
    )
    world.run()
    assert world.copies(ada) == 1
    assert outcome_of(world, made) == TOLD


@pytest.mark.parametrize(
    ("words", "about"),
    [("No introductions, please.", ""), ("Thanks, but not by this coordinator", "Cleo")],
)
def test_an_answer_refuses_introductions_for_good(world_of: Worlds, words: str, about: str) -> None:
    world, ada = alone(world_of)
    made = introduce(world, ada)
    world.run()
    answer(world, ada, words)
    told = heard(world)
    assert (told.answers, told.unclear) == (1, 0)
    assert status_of(world, made) is SuggestionStatus.DECLINED
    by = world.key(world.name[about]) if about else ""
    assert world.store.introductions.refusals() == {(world.key(ada), by)}
    again = world.store.introductions.make(
        replace(made_match(world, made), want="other"),
        coordinator=made.coordinator,
        name=made.name,
        line="Once more",
        at=world.now,
    )
    assert world.run(later=timedelta(days=20)).sent == 0
    assert outcome_of(world, again) == Reason.INTRODUCTION_REFUSED.value
    assert "Understood: " in (world.wiki.page(f"User talk:{ada}") or "")
    world.store.introductions.allow(world.key(ada), by)
    edited_by_another(world, ada)
    heard(world)
    assert world.store.introductions.refusals() == frozenset(), "taken back in the tool"


def made_match(world: World, made: Introduction) -> Match:
    suggestion = world.store.suggestions.get(made.suggestion)
    assert suggestion is not None
    return suggestion.match


def test_only_their_own_words_refuse_and_a_round_suggests_all_the_same(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    introduce(world, ada)
    world.run()
    answer(world, ada, "no introductions", by=world.name["Friend"])
    heard(world)
    assert world.store.introductions.refusals() == frozenset()
    world.store.introductions.refuse(world.key(ada), at=world.now, via="web")
    world.match([ada], period="later")
    assert world.run(later=timedelta(days=20)).sent == 1


def test_a_helper_who_refuses_after_the_yes_hears_nothing(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    introduce(world, ada)
    world.run()
    answer(world, ada, "yes")
    world.store.introductions.refuse(world.key(world.helper), at=world.now, via="web")
    assert world.run().sent == 0
    assert world.copies(world.helper) == 0
    assert (
        world.helper not in (world.wiki.page(f"User talk:{ada}") or "").partition("heard=")[2][:100]
    ), "nothing is promised"


@pytest.mark.parametrize(
    "step", ["before the write", "after the write", "inside the closing transaction"]
)
def test_a_run_killed_at_any_step_introduces_once(world_of: Worlds, step: str) -> None:
    """By the same rows and the same way back as every other message."""
    world = world_of("Ada", "Dee", "Cleo")
    people = [world.name["Ada"], world.name["Dee"]]
    cleo = world.key(world.name["Cleo"])
    world.store.suggestions.withdraw(world.store.suggestions.unanswered([cleo]), at=world.now)
    made = [introduce(world, name) for name in people]
    run, _ = start(world, step)
    run.join(300)
    assert run.exitcode == -signal.SIGKILL
    world.run()
    assert [world.copies(name) for name in people] == [1, 1]
    assert [outcome_of(world, one) for one in made] == [TOLD, TOLD]
    assert world.store.introductions.waiting() == []
    assert world.run().sent == 0
    assert [world.copies(name) for name in people] == [1, 1]


def test_what_is_recovered_from_the_wiki_alone_is_not_introduced_again(world_of: Worlds) -> None:
    world, ada = alone(world_of)
    introduce(world, ada)
    world.run()
    empty = Store.open(f"{world.database}.empty")
    recover_history(
        settings=settings_for(world.wiki, world.database),
        store=empty,
        wiki=live(world.wiki),
        now=world.now,
    )
    (again,) = empty.suggestions.involving(world.key(ada))
    assert (again.period, again.status) == (INTRODUCED, SuggestionStatus.OPEN)
    empty.close()
