"""What we do not understand is not silence: it holds messages, once, until somebody settles it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from exchange.model import Reason
from exchange.store.unclear_answers import VIA_COORDINATOR
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.world import World

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
LATER = timedelta(days=40)


def edited_by_another(world: World, name: str) -> None:
    """Let somebody else write on a talk page, so that all of it is read once more."""
    title = f"User talk:{name}"
    text = world.wiki.page(title) or ""
    world.wiki.edit(world.name["Friend"], title, f"{text}\n== Lunch ==\nOn Friday? ~~~~\n")


def test_it_holds_every_message_and_counts_once(world_of: Worlds) -> None:
    world = world_of("Odd", "Friend")
    name = world.name["Odd"]
    world.run()
    answer(world, name, "perhaps in spring")
    assert heard(world).unclear == 1
    world.match([name], period="later")
    for _ in range(2):
        edited_by_another(world, name)
        told = world.run(later=LATER)
        assert (told.unclear, told.because) == (0, {Reason.UNCLEAR_ANSWER.value: 1})
    assert world.copies(name) == 1
    (waiting,) = world.store.unclear_answers.waiting()
    assert (waiting.name, waiting.page) == (name, f"User talk:{name}")
    revisions = [row["revid"] for row in world.wiki.history(waiting.page) if row["user"] == name]
    assert revisions == [waiting.revision], "the link shows their words"


@pytest.mark.parametrize("via", ["coordinator", "understood", "tool"])
def test_it_ends_when_it_is_settled_and_does_not_come_back(world_of: Worlds, via: str) -> None:
    world = world_of("Odd", "Friend")
    name = world.name["Odd"]
    world.run()
    answer(world, name, "perhaps in spring")
    heard(world)
    account, answers = world.ids[name], world.store.unclear_answers
    if via == "understood":
        title = f"User talk:{name}"
        text = world.wiki.page(title) or ""
        world.wiki.edit(name, title, text.replace("perhaps in spring", "accepted"))
        assert heard(world).answers == 1
    elif via == "coordinator":
        (waiting,) = answers.waiting()
        answers.settle(waiting.notice, by="user:9", via=VIA_COORDINATOR, at=world.now)
    else:
        answers.settle_all(account, by=world.key(name), via="web", at=world.now)
    assert answers.accounts() == frozenset()
    edited_by_another(world, name)
    world.match([name], period="later")
    told = world.run(later=LATER)
    to_helper = int(via == "understood")
    assert (told.unclear, told.sent) == (0, 1 + to_helper)
    assert answers.accounts() == frozenset()
    assert world.copies(name) == 2


def test_new_words_that_are_unclear_again_hold_again(world_of: Worlds) -> None:
    world = world_of("Odd", "Friend")
    name = world.name["Odd"]
    world.run()
    answer(world, name, "perhaps in spring")
    heard(world)
    world.store.unclear_answers.settle_all(
        world.ids[name], by=world.key(name), via="web", at=world.now
    )
    title = f"User talk:{name}"
    text = world.wiki.page(title) or ""
    world.wiki.edit(name, title, text.replace("perhaps in spring", "rather in autumn?"))
    assert heard(world).unclear == 1
    assert world.store.unclear_answers.accounts() == {world.ids[name]}
