"""A message says where the reader's other wants lead, on a real wiki, and links to no page that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.publish import publish_reports
from exchange.model import Cohort, Want
from tests.integration.delivery.world import World, live, settings_for

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]
WANTS = (Want("finance", "grant writing"), Want("lua"), Want("unlisted:knitting", "knitting"))


def found_unmet(world: World, *reasons: tuple[str, str], cohorts: tuple[Cohort, ...] = ()) -> str:
    """Let a round leave some of Ada's wants open; give what Ada is told of them."""
    ada = world.name["Ada"]
    world.change(ada, wants=WANTS)
    key = world.key(ada)
    world.store.rounds.replace(unmet=[(key, *one) for one in reasons], cohorts=cohorts)
    assert world.run().sent == 1
    lines = (world.wiki.page(f"User talk:{ada}") or "").splitlines()
    return "\n".join(line for line in lines if line.startswith("* There is no suggestion yet for"))


def test_a_message_says_where_wants_without_a_suggestion_lead(world_of: Worlds) -> None:
    world = world_of("Ada")
    said = found_unmet(world, ("lua", "nobody"), ("unlisted:knitting", "nobody"))
    assert "'''Lua'''" in said
    assert "Lua/Tutorial Learn it by yourself: Lua tutorial]" in said
    assert "'''knitting'''. Until there is: [[:Capacity Exchange|Ask for it once" in said
    assert "grant writing" not in said
    linked = set(re.findall(r"\[\[:([^|\]]+)", said))
    pages = live(world.wiki).pages(titles=sorted(linked))
    assert [title for title in sorted(linked) if not pages[title].exists] == []
    assert world.copies(world.name["Ada"]) == 1
    assert world.run().planned == 0


def test_what_only_waits_for_the_next_round_is_not_told(world_of: Worlds) -> None:
    assert found_unmet(world_of("Ada"), ("lua", "limit"), ("finance", "seats")) == ""


def test_a_cohort_that_one_declined_is_not_offered_again(world_of: Worlds) -> None:
    world = world_of("Ada")
    key = world.key(world.name["Ada"])
    settings = settings_for(world.wiki, world.database)
    publish_reports(settings=settings, store=world.store, wiki=live(world.wiki), now=world.now)
    world.store.declined_cohorts.decline(key, "lua", "en", at=world.now, via="web")
    cohorts = (
        Cohort("lua", "en", (key, "user:1")),
        Cohort("unlisted:knitting", "en", (key, "user:1")),
    )
    said = found_unmet(
        world, ("lua", "seats"), ("unlisted:knitting", "seats"), cohorts=cohorts
    ).splitlines()
    about = {line.split("'''")[1]: line for line in said}
    assert "Reports/cohorts" not in about["Lua"]
    assert "[[:Capacity Exchange/Reports/cohorts|Learn it with others" in about["knitting"]
    assert "[[:Capacity Exchange/Reports/interventions|People who share it" in about["Lua"]
