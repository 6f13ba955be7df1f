"""Three hundred faults between the bot and a real MediaWiki: no copy, nobody lost.

Every kind of fault strikes on pages that exist, that do not exist yet, and that redirect to the
same person's new name. Most plans hold several faults in a row. The bot is run again until
nothing is left to say; then exactly one notice must stand on every page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from bot.edits import run_lock
from exchange.errors import WikiUnavailable
from exchange.model import SuggestionStatus
from exchange.store.notices import NoticeState
from tests.integration.delivery.proxy import FAULTS, Proxy
from tests.integration.delivery.world import BOT, World, live
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("delivery-faults")]

TALK = "Welcome!\n\n== Your article ==\nThank you for it. --Somebody"
RUNS = 160
"""More than enough; a fault that stops a run takes one."""

injected: Counter[str] = Counter()


def plans() -> list[list[str]]:
    """Every fault once in the lead, with others around it, in an order that never changes.

    After a fault that lets the edit through nothing more is tried, so those come last.
    """
    before = [fault for fault in FAULTS if fault.endswith(" before")]
    last = [fault for fault in FAULTS if not fault.endswith(" before")]
    quick = [fault for fault in last if fault != "slow after"]
    return [
        *(
            [f, before[(5 * i + 3) % len(before)], quick[i % len(quick)]]
            for i, f in enumerate(before)
        ),
        *([before[(7 * i + 1) % len(before)], f] for i, f in enumerate(last)),
    ]


def page_that_exists(wiki: MediaWiki, names: list[str]) -> dict[str, str]:
    titles = {name: f"User talk:{name}" for name in names}
    wiki.fill(dict.fromkeys(titles.values(), TALK))
    return titles


def page_that_is_missing(wiki: MediaWiki, names: list[str]) -> dict[str, str]:
    return {name: f"User talk:{name}" for name in names}


def page_that_redirects(wiki: MediaWiki, names: list[str]) -> dict[str, str]:
    titles = {name: f"User talk:{name}/Inbox" for name in names}
    wiki.fill(dict.fromkeys(titles.values(), TALK))
    wiki.fill({f"User talk:{n}": f"#REDIRECT [[{title}]]" for n, title in titles.items()})
    return titles


@pytest.mark.parametrize(
    "pages", [page_that_exists, page_that_is_missing, page_that_redirects], ids=lambda f: f.__name__
)
def test_every_fault_leaves_one_notice(
    world_of: Callable[..., World],
    delivery_wiki: MediaWiki,
    pages: Callable[[MediaWiki, list[str]], dict[str, str]],
) -> None:
    """However often an answer is lost, one notice stands, and every run takes up where it was."""
    wanted = plans()
    world = world_of(*(f"Fault{i}" for i in range(len(wanted))))
    names = [world.name[f"Fault{i}"] for i in range(len(wanted))]
    titles = pages(delivery_wiki, names)
    with Proxy(delivery_wiki.server).running() as proxy:
        for name, plan in zip(names, wanted, strict=True):
            proxy.plan[titles[name]] = list(plan)
        port = live(delivery_wiki, api=proxy.api)
        for _ in range(RUNS):
            try:
                counts = world.run(port=port, breaker=50, daily_cap=5000)
            except WikiUnavailable:
                continue  # it could not even begin; nothing was written
            total = counts.sent + sum(counts.skipped.values()) + counts.held
            assert counts.planned == total + counts.unknown
            if not counts.planned:
                break
        left = {title: plan for title, plan in proxy.plan.items() if plan}
    assert counts.planned == 0, counts
    assert left == {}
    assert sum(proxy.injected.values()) == sum(map(len, wanted))
    injected.update(proxy.injected)
    assert {n: world.copies(n, title=titles[n]) for n in names} == dict.fromkeys(names, 1)
    for name in names:
        text = delivery_wiki.page(titles[name]) or ""
        assert text.startswith(TALK) or pages is page_that_is_missing
        # A null edit leaves no revision, so one notice is one revision of ours.
        assert len(world.revisions_by_bot(titles[name])) == 1
        assert world.status(name) is SuggestionStatus.OPEN
    rows = world.store.notices.sent()
    assert sorted(row.name for row in rows) == sorted(names)
    assert world.store.notices.unfinished() == []
    assert world.run().planned == 0


def test_three_hundred_faults_were_injected() -> None:
    """The three tests above together: every kind, on every kind of page."""
    assert set(injected) == set(FAULTS)
    assert sum(injected.values()) >= 300


def test_a_late_edit_after_somebody_elses_leaves_no_copy(
    world_of: Callable[..., World], delivery_wiki: MediaWiki
) -> None:
    """The first try arrives after the second, and after somebody wrote in between."""
    world = world_of("Late", "Later")
    name, other = world.name["Late"], world.name["Later"]
    for each in (name, other):
        delivery_wiki.edit("Admin", f"User talk:{each}", TALK)
    with Proxy(delivery_wiki.server).running() as proxy:
        proxy.plan[f"User talk:{name}"] = ["late"]
        proxy.before_late = lambda title: delivery_wiki.edit(
            "Admin", title, "Somebody else.", section="new", sectiontitle="In between"
        )
        assert world.run(api=proxy.api).sent == 2
    assert world.copies(name) == world.copies(other) == 1
    assert "In between" in (delivery_wiki.page(f"User talk:{name}") or "")


def test_the_breaker_stops_a_run_after_failures_in_a_row(world_of: Callable[..., World]) -> None:
    """Five unknown outcomes in a row, and nobody else is written to."""
    world = world_of(*(f"Breaker{i}" for i in range(8)))
    with Proxy(world.wiki.server).running() as proxy:
        for i in range(8):
            proxy.plan[f"User talk:{world.name[f'Breaker{i}']}"] = ["lost before", "lost before"]
        counts = world.run(api=proxy.api, breaker=5)
    assert (counts.unknown, counts.because) == (5, {"breaker": 3})
    rows = world.store.notices.unfinished()
    assert {row.state for row in rows} == {NoticeState.UNKNOWN}
    assert world.run().sent == 8


def test_a_run_that_lost_its_turn_stops_before_the_next_write(
    world_of: Callable[..., World],
) -> None:
    """Another machine took the lease over: this run writes nothing more."""
    world = world_of("Turn1", "Turn2", "Turn3")

    class Stolen(Proxy):
        def saved(self, title: str) -> None:
            with world.store.database.writing() as connection:
                connection.exec_driver_sql("UPDATE lease SET holder = 'elsewhere:x:1'")

    with Stolen(world.wiki.server).running() as proxy:
        counts = world.run(api=proxy.api)
    assert (counts.sent, counts.because) == (1, {"interrupted": 2})


def test_a_second_run_at_the_same_time_writes_nothing(world_of: Callable[..., World]) -> None:
    """One run at a time: the second one holds everybody and says why."""
    world = world_of("Once", "Twice")
    with run_lock(world.store) as first:
        assert first is not None
        counts = world.run()
    assert (counts.sent, counts.because) == (0, {"interrupted": 2})
    assert world.run().sent == 2


def test_plain_pywikibot_leaves_copies_where_ours_leaves_one(
    world_of: Callable[..., World], delivery_wiki: MediaWiki
) -> None:
    """The reason for all this: a new section by ``Page.save`` is sent again after a lost answer."""
    world = world_of("Plain")
    name = world.name["Plain"]
    delivery_wiki.edit("Admin", f"User talk:{name}", TALK)
    delivery_wiki.edit("Admin", "User talk:Somebody plain", TALK)
    with Proxy(delivery_wiki.server).running() as proxy:
        proxy.plan["User talk:Somebody plain"] = ["lost after", "504 after"]
        proxy.plan[f"User talk:{name}"] = ["lost after", "504 after"]
        site = plain_site(proxy, delivery_wiki)
        import pywikibot

        page = pywikibot.Page(site, "User talk:Somebody plain")
        said = {"text": "A suggestion for you.", "summary": "A suggestion", "section": "new"}
        page.save(**said, minor=False, quiet=True)
        assert world.run(api=proxy.api).sent == 1
    assert (delivery_wiki.page("User talk:Somebody plain") or "").count(
        "A suggestion for you."
    ) == 3
    assert world.copies(name) == 1


def plain_site(proxy: Proxy, wiki: MediaWiki):  # type: ignore[no-untyped-def]
    """pywikibot as it comes, logged in through the proxy."""
    from bot.wiki.client import _family, _library

    lib = _library()
    lib.config.max_retries, lib.config.retry_wait = 3, 0
    account = wiki.accounts[BOT]
    site = lib.Site(code=_family(proxy.api).code, fam=_family(proxy.api), user=BOT)
    site.secret, site.login_name = account.secret, account.login
    site.login()
    return site
