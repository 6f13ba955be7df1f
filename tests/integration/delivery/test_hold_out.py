"""Who waits for a comparison hears nothing, ends in one outcome, and keeps every right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.model import Reason, Suggestion, SuggestionStatus
from tests.integration.delivery.world import World

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]


def delay(world: World, name: str) -> Suggestion:
    """Have the draw fall on somebody's suggestion."""
    (planned,) = world.store.suggestions.involving(world.key(name))
    world.store.suggestions.plan([replace(planned, status=SuggestionStatus.DELAYED)])
    return planned


def test_who_waits_hears_nothing_and_ends_in_one_outcome(world_of: Worlds) -> None:
    world = world_of("Wait", "Told")
    wait, told = world.name["Wait"], world.name["Told"]
    delay(world, wait)
    run = world.run()
    assert (run.sent, run.skipped) == (1, {Reason.HELD_OUT.value: 1})
    assert (world.copies(wait), world.copies(told)) == (0, 1)
    assert world.status(wait) is SuggestionStatus.DELAYED
    later = world.run(later=timedelta(days=14))
    assert later.planned == 0, "in the next period they are free again"


@pytest.mark.parametrize(
    ("says", "reason"), [("{{nobots}}", Reason.OPTED_OUT_TEMPLATE), ("cap", Reason.CAP)]
)
def test_a_no_comes_before_the_draw(world_of: Worlds, says: str, reason: Reason) -> None:
    world = world_of("Wait")
    name = world.name["Wait"]
    delay(world, name)
    if says == "cap":
        world.told(name, timedelta(days=3))
    else:
        world.wiki.edit(name, f"User talk:{name}", says)
    run = world.run()
    assert (run.sent, run.skipped) == (0, {reason.value: 1})


def test_two_who_find_each_other_are_seen_on_either_side(world_of: Worlds) -> None:
    world = world_of("Wait", "Told")
    waiting = delay(world, world.name["Wait"])
    world.run()
    for name in ("Wait", "Told"):
        who = world.name[name]
        talk = f"User talk:{world.helper}"
        world.wiki.edit(who, talk, f"Hello from {who}", section="new", summary="Hello")
    for _ in range(2):
        world.run(later=timedelta(days=1))
    found = world.store.suggestions.answers(waiting.id)
    assert [(one.status, one.via) for one in found] == [(SuggestionStatus.IN_TOUCH, "seen")]
    assert world.status(world.name["Wait"]) is SuggestionStatus.DELAYED
    assert world.status(world.name["Told"]) is SuggestionStatus.IN_TOUCH
