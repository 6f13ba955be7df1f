"""Three people, of whom one interprets: each hears once, and nobody before the seeker's yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.match import match_profiles
from bot.recover import recover_history
from exchange.matching import History, load_weights
from exchange.model import Language, Method, Suggestion, SuggestionStatus
from exchange.notices.section import read_markers
from exchange.store import Store
from tests.integration.delivery.test_answers import answer, heard
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]


def three(world_of: Worlds) -> tuple[World, str, str, str]:
    """Ada wants what Ben offers in another language; Cleo speaks both, as matching finds."""
    world = world_of("Ada", "Cleo")
    ada, ben, cleo = world.name["Ada"], world.helper, world.name["Cleo"]
    world.change(ada, languages=(Language("fr"),))
    world.change(ben, languages=(Language("de"),))
    world.change(
        cleo,
        wants=(),
        methods=(Method.INTERPRETING,),
        languages=(Language("en"), Language("de", 4), Language("fr", 4)),
    )
    planned = world.store.suggestions.planned()
    world.store.suggestions.withdraw([one.id for one in planned], at=world.now)
    return world, ada, ben, cleo


def suggest(world_of: Worlds) -> tuple[World, str, str, str]:
    world, ada, ben, cleo = three(world_of)
    result = match_profiles(store=world.store, now=world.now)
    assert (result.matches, result.interpreted, result.unmet) == (1, 1, 0)
    return world, ada, ben, cleo


def text_of(world: World, name: str) -> str:
    return world.wiki.page(f"User talk:{name}") or ""


def only(world: World) -> Suggestion:
    (suggestion,) = (
        one for one in world.store.suggestions.all() if one.status is not SuggestionStatus.WITHDRAWN
    )
    return suggestion


def test_one_notice_names_both_and_the_two_hear_after_a_yes(world_of: Worlds) -> None:
    world, ada, ben, cleo = suggest(world_of)
    assert world.run().sent == 1
    text = text_of(world, ada)
    assert ben in text
    assert cleo in text
    assert "français ↔ allemand" in text
    assert f"Special:NewSection/User talk:{cleo}" in text
    assert (world.copies(ben), world.copies(cleo)) == (0, 0), "nobody said yes yet"
    assert world.run().sent == 0
    answer(world, ada, "oui")
    assert heard(world).answers == 1
    assert world.run().sent == 2
    assert (world.copies(ada), world.copies(ben), world.copies(cleo)) == (1, 1, 1)
    assert cleo in text_of(world, ben)
    assert "Französisch ↔ Deutsch" in text_of(world, ben)
    theirs = text_of(world, cleo)
    assert "can you interpret" in theirs
    assert ada in theirs
    assert ben in theirs
    assert "French ↔ German" in theirs
    shown = world.wiki.body(f"User talk:{cleo}")
    assert ">Write to" in shown
    again = world.run()
    assert (again.sent, again.failed) == (0, 0), "nobody hears twice"


def test_an_interpreters_no_ends_it_for_all_three(world_of: Worlds) -> None:
    world, ada, _, cleo = suggest(world_of)
    world.run()
    answer(world, ada, "oui")
    world.run()
    answer(world, cleo, "not this one")
    assert heard(world).answers == 1
    assert only(world).status is SuggestionStatus.DECLINED
    history = History.of(
        world.store.suggestions.history(),
        today=world.now.date(),
        period="2026-W01",
        bounds=load_weights().bounds,
    )
    assert history.seats_taken == {}
    assert len(history.pairs) == 3


@pytest.mark.parametrize("pair", [("Ada", "Ben"), ("Ada", "Cleo"), ("Ben", "Cleo")])
@pytest.mark.parametrize("when", ["before the round", "before the notice", "after the yes"])
def test_never_this_person_holds_between_any_two(
    world_of: Worlds, pair: tuple[str, str], when: str
) -> None:
    world, ada, ben, cleo = three(world_of)
    keys = dict(zip(("Ada", "Ben", "Cleo"), map(world.key, (ada, ben, cleo)), strict=True))

    def never() -> None:
        world.store.preferences.block(keys[pair[0]], keys[pair[1]], at=world.now, via="web")

    if when == "before the round":
        never()
        assert match_profiles(store=world.store, now=world.now).matches == 0
        assert world.run().sent == 0
        return
    match_profiles(store=world.store, now=world.now)
    if when == "before the notice":
        never()
        assert world.run().sent == 0
        assert set(world.outcomes().values()) == {"declined"}
        return
    assert world.run().sent == 1
    answer(world, ada, "oui")
    never()
    assert world.run().sent == 0
    assert (world.copies(ben), world.copies(cleo)) == (0, 0)


def test_an_interpreter_who_says_stop_is_suggested_to_nobody(world_of: Worlds) -> None:
    world, ada, _, cleo = suggest(world_of)
    world.store.preferences.set(world.key(cleo), "stop", "yes", at=world.now, via="web")
    found = match_profiles(store=world.store, now=world.now)
    assert (found.withdrawn, found.matches, found.unmet) == (1, 0, 1)
    assert world.run().sent == 0
    assert world.copies(ada) == 0


def test_the_interpreters_own_limit_holds(world_of: Worlds) -> None:
    world, ada, ben, cleo = suggest(world_of)
    world.run()
    answer(world, ada, "oui")
    world.told(cleo, timedelta(days=3))
    assert world.run().sent == 1
    assert (world.copies(ben), world.copies(cleo)) == (1, 0)
    assert world.run(later=timedelta(days=12)).sent == 1
    assert world.copies(cleo) == 1


def test_all_three_are_known_again_from_the_wiki_alone(
    world_of: Worlds, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world, ada, _, cleo = suggest(world_of)
    world.run()
    before = only(world)
    (marker,) = read_markers(text_of(world, ada))
    assert marker.pairs[0].match.parties == before.match.parties
    database = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'x.db'}"
    empty = Store.open(database)
    recover_history(
        settings=settings_for(world.wiki, database),
        store=empty,
        wiki=live(world.wiki),
        now=world.now,
    )
    (found,) = empty.suggestions.involving(world.key(cleo))
    assert found.match.interpretation == before.match.interpretation
    assert found.status is SuggestionStatus.OPEN
