"""Governance: one edit stops everything, and nothing runs away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.wiki import DryRunWiki
from exchange.notices.stop_pages import allows_run
from tests.integration.delivery.proxy import Proxy
from tests.integration.delivery.world import BOT, GO, OPT_OUT, STOP, WRAPPER, World, live
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery")]

Worlds = Callable[..., World]


@pytest.fixture
def stop_page(delivery_wiki: MediaWiki) -> Iterator[MediaWiki]:
    """The wiki; its stop page says go again afterwards."""
    yield delivery_wiki
    delivery_wiki.edit("Admin", STOP, GO)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run: no",
        f"{GO}\n== Stop! ==\nIt writes nonsense. --~~~~",
        f"{GO} Please stop.",
        "<noinclude>run: yes</noinclude>",
        "<!-- run: yes -->",
        "run: yes run: yes",
        "#REDIRECT [[User:Exchange Bot]]",
        "<noinclude>run: yes",
    ],
)
def test_whatever_else_stands_on_the_stop_page_stops_the_bot(text: str) -> None:
    """Only ``run: yes`` alone lets it run."""
    assert not allows_run(text)


@pytest.mark.parametrize(
    "text",
    ["run: yes", GO, "'''run: yes'''\n", "Run:  Yes", "<noinclude>a</noinclude>run: yes<!-- b -->"],
)
def test_the_switch_may_be_dressed_up(text: str) -> None:
    """Explanations in noinclude, bold type, comments and space do not matter."""
    assert allows_run(text)
    assert not allows_run(None)


def test_one_edit_of_the_stop_page_stops_a_run_before_its_next_write(
    world_of: Worlds, stop_page: MediaWiki
) -> None:
    """Somebody edits it while the bot writes: the notice that is under way is the last."""
    world = world_of("Stop1", "Stop2", "Stop3")

    class Protest(Proxy):
        def saved(self, title: str) -> None:
            stop_page.edit("Admin", STOP, "No more!")

    with Protest(stop_page.server).running() as proxy:
        counts = world.run(api=proxy.api)
    assert (counts.sent, counts.because) == (1, {"stop-page": 2})
    assert world.run().because == {"stop-page": 2}
    stop_page.edit("Admin", STOP, GO)
    assert world.run().sent == 2


def test_a_missing_stop_page_stops_the_bot(world_of: Worlds, stop_page: MediaWiki) -> None:
    """What is not there does not say go."""
    world = world_of("Gone")
    stop_page.call("Admin", action="delete", title=STOP, reason="test")
    assert world.run().because == {"stop-page": 1}
    assert world.copies(world.name["Gone"]) == 0


def test_a_message_on_the_bots_talk_page_pauses_it(
    world_of: Worlds, delivery_wiki: MediaWiki
) -> None:
    """Until somebody has read it."""
    world = world_of("Paused")
    delivery_wiki.edit("Admin", f"User talk:{BOT}", "What is this?", section="new")
    assert world.run().because == {"paused": 1}
    delivery_wiki.call(BOT, action="clearhasmsg")
    assert world.run().sent == 1


def test_a_missing_opt_out_list_holds_everybody(world_of: Worlds, delivery_wiki: MediaWiki) -> None:
    """Who cannot be asked has not agreed."""
    world = world_of("List")
    delivery_wiki.call("Admin", action="delete", title=OPT_OUT, reason="test")
    try:
        assert world.run().because == {"unreadable-consent": 1}
    finally:
        delivery_wiki.edit("Admin", OPT_OUT, "Nobody.")
    assert world.run().sent == 1


def test_a_missing_template_holds_everybody(world_of: Worlds, delivery_wiki: MediaWiki) -> None:
    """A notice with a red link in it is not sent."""
    world = world_of("Red")
    delivery_wiki.call("Admin", action="delete", title=f"Template:{WRAPPER}", reason="test")
    try:
        assert world.run().because == {"red-in-result": 1}
    finally:
        delivery_wiki.edit("Admin", f"Template:{WRAPPER}", "<span></span>")
    assert world.run().sent == 1


def test_the_daily_cap_counts_earlier_runs(world_of: Worlds) -> None:
    """Two a day: the third is for tomorrow."""
    world = world_of("Cap1", "Cap2", "Cap3", "Cap4", "Cap5")
    counts = world.run(daily_cap=2)
    assert (counts.sent, counts.because, counts.failed) == (2, {"daily-cap": 3}, 0)
    assert world.run(daily_cap=2).sent == 0
    assert world.run(daily_cap=2, later=timedelta(days=1, hours=1)).sent == 2


def test_a_trial_writes_to_those_on_its_list_only(world_of: Worlds) -> None:
    """The rest is skipped, with that reason."""
    world = world_of("Trial", "Other")
    counts = world.run(trial=(world.name["Trial"].replace(" ", "_"),))
    assert (counts.sent, counts.skipped) == (1, {"not-on-trial": 1})
    assert world.copies(world.name["Other"]) == 0


def test_a_dry_run_shows_every_page_and_writes_nothing(
    world_of: Worlds, delivery_wiki: MediaWiki, tmp_path: Path
) -> None:
    """On a copy of the database: a file for each page as it would stand, and the run's figures."""
    world = world_of("Dry1", "Dry2")
    one, two = world.name["Dry1"], world.name["Dry2"]
    delivery_wiki.edit("Admin", f"User talk:{one}", "Hello.")
    delivery_wiki.edit("Admin", f"User talk:{two}", "{{nobots}}")
    folder = tmp_path / "dry"
    dry = DryRunWiki(live(delivery_wiki), folder=folder, now=lambda: world.now)
    kept, world.store = world.store, world.store.copy_into(f"sqlite:///{tmp_path}/copy.db")
    would = world.run(wiki=dry)
    world.store.close()
    world.store = kept
    assert (would.sent, would.skipped) == (1, {"opted-out-template": 1})
    (line,) = (folder / "edits.jsonl").read_text().splitlines()
    shown = json.loads(line)
    assert shown["title"] == f"User talk:{one}"
    assert (folder / shown["file"]).read_text().startswith("Hello.\n\n== Capacity Exchange")
    assert world.store.notices.to(world.ids[one]) == []
    assert world.store.runs.last("notify") is None
    assert world.revisions_by_bot(f"User talk:{one}") == []
    assert world.run() == would
    written = delivery_wiki.page(f"User talk:{one}") or ""
    unsigned = re.compile(r"\[\[User:.*", re.DOTALL)
    rendered = (folder / shown["file"]).read_text()
    assert unsigned.sub("", written) == unsigned.sub("", rendered)


def test_a_blocked_bot_stops_at_once(world_of: Worlds, delivery_wiki: MediaWiki) -> None:
    """Blocked in the middle of a run, for real."""
    world = world_of("Block1", "Block2", "Block3")

    class Admins(Proxy):
        def saved(self, title: str) -> None:
            me = delivery_wiki.call(action="query", list="users", ususers=BOT)
            number = str(me["query"]["users"][0]["userid"])
            delivery_wiki.call("Admin", action="block", userid=number, expiry="never", reblock="1")

    try:
        with Admins(delivery_wiki.server).running() as proxy:
            counts = world.run(api=proxy.api)
    finally:
        me = delivery_wiki.call(action="query", list="users", ususers=BOT)
        number = str(me["query"]["users"][0]["userid"])
        delivery_wiki.call("Admin", action="unblock", userid=number)
        delivery_wiki.call(BOT, action="clearhasmsg")
    assert (counts.sent, counts.because) == (1, {"bot-blocked": 2})
    assert world.run().sent == 2


def test_a_run_asks_in_batches_and_each_write_costs_the_same(world_of: Worlds) -> None:
    """Twenty more people who get nothing cost no further request; who gets one costs five."""
    spent = []
    for number in (2, 22):
        world = world_of(*(f"Batch{i}" for i in range(number)))
        port = live(world.wiki)
        port.own_account()
        before = port.requests
        assert world.run(port=port, trial=("Nobody",)).skipped == {"not-on-trial": number}
        spent.append(port.requests - before)
    assert spent[0] == spent[1] <= 16
    before = port.requests
    assert world.run(port=port, trial=(world.name["Batch1"], world.name["Batch2"])).sent == 2
    talk_pages_are_missing = 2  # each is asked about deletion, listed and then logged
    assert port.requests - before <= spent[1] + 2 * (5 + talk_pages_are_missing) + 2
