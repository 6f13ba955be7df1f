"""Latent help on a real MediaWiki: who is counted, who never is, and that fewer than five are nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.install import on_wiki_pages
from bot.latent_help import count_latent_help
from bot.wiki import LiveWiki, RequestPolicy
from exchange.directory import load as load_directory
from exchange.model import Frequency, Offer, Profile, Want
from exchange.privacy import CountryProtection
from exchange.reports import build_tables, find_report, read_report_data
from exchange.reports.data import LATENT_HELP
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.erasure_marks import ErasureMarks
from tests.support.elsewhere import (
    CAPACITIES,
    MENTORS,
    PEOPLE,
    capacities_page,
    mentors_page,
    people_page,
    put_pages,
)
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

BOT = "Exchange Bot"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WILLING = [f"Sample Willing {at}" for at in range(5)]
UNWILLING = {
    "offers": "Sample Offers It Here",
    "never": "Sample Never",
    "stop": "Sample Stop",
    "protected": "Sample Protected",
    "erased": "Sample Erased",
    "category": "Sample Category",
    "list": "Sample List",
    "nobots": "Sample Nobots",
    "blocked": "Sample Blocked",
}
DIRECTORY = load_directory()


@pytest.fixture(scope="module")
def wiki(mediawikis: Callable[..., Any]) -> MediaWiki:
    made: MediaWiki = mediawikis()
    made.account(BOT, groups=("bot",), bot_password=True)
    made.accounts_at_once([*WILLING, *UNWILLING.values()])
    names = load({}).names
    made.fill({page.title: page.text for page in on_wiki_pages(names=names, bot=BOT)})
    put_pages(
        made,
        {
            CAPACITIES: capacities_page(),
            f"User:{UNWILLING['category']}": f"[[{names.opt_out_category}]]",
            names.opt_out_list: f"* [[User:{UNWILLING['list']}]]",
            f"User talk:{UNWILLING['nobots']}": "{{nobots}}",
        },
    )
    made.call("Admin", action="block", user=UNWILLING["blocked"], expiry="never")
    return made


@pytest.fixture
def live(wiki: MediaWiki) -> LiveWiki:
    account = wiki.accounts[BOT]
    policy = RequestPolicy(pause=0, maxlag=5, tries=2, wait=0, timeout=30)
    return LiveWiki(api=wiki.api, user=account.login, password=account.secret, policy=policy)


@pytest.fixture
def store(wiki: MediaWiki, url: str, own: Settings) -> Iterator[Store]:
    opened = Store.open(url)
    found = wiki.call(action="query", list="users", ususers="|".join(UNWILLING.values()))
    ids = {row["name"]: row["userid"] for row in found["query"]["users"]}
    at = {kind: ids[name] for kind, name in UNWILLING.items()}

    def profile(kind: str, **more: Any) -> Profile:
        return replace(Profile(f"user:{at[kind]}", UNWILLING[kind]), **more)

    opened.profiles.save_many(
        [
            profile("offers", offers=(Offer("lua"), Offer("wikimedia-tools"))),
            profile("never", notify=Frequency.NEVER),
            profile("protected", country="IR"),
            Profile("user:999001", "Sample Seeker", wants=(Want("lua"),)),
        ]
    )
    opened.preferences.set(f"user:{at['stop']}", "stop", "yes", at=NOW, via="web")
    ErasureMarks(opened.database, secrets=own.erasure_keys, log=None).add(at["erased"], at=NOW)
    yield opened
    opened.close()


@pytest.fixture
def own() -> Settings:
    return load({"CXC_BOT_USER": BOT, "CXC_SECRET": "a secret that is long enough for the tests"})


def count(own: Settings, store: Store, live: LiveWiki, *, day: int = 0) -> dict[str, int]:
    """Count on a day; what is kept."""
    count_latent_help(
        settings=own,
        store=store,
        wiki=live,
        platform=live,
        directory=DIRECTORY,
        now=NOW + timedelta(days=day),
    )
    return kept(store)


def kept(store: Store) -> dict[str, int]:
    """What the database has of it: numbers by capacity, of one day."""
    days = [NOW.date() + timedelta(days=day) for day in range(-1, 5)]
    kept_on = [row for day in days for row in store.metrics.on(day).items()]
    rows = [(name, one) for name, one in kept_on if name.startswith(LATENT_HELP)]
    assert len({one.day for _, one in rows}) <= 1
    return {
        name.removeprefix(LATENT_HELP): int(one.value) for name, one in rows if name != LATENT_HELP
    }


def say(wiki: MediaWiki, *names: str, mentors: tuple[str, ...] = ()) -> None:
    """Let these people share Lua on the platform, and these mentor newcomers."""
    mentoring = ({"username": name, "message": "", "weight": 2} for name in mentors)
    shares = people_page({**dict.fromkeys(names, "[134]"), "Nobody Of This Name": "[134]"})
    put_pages(wiki, {PEOPLE: shares, MENTORS: mentors_page(*mentoring)})


def test_only_the_willing_are_counted_and_only_five_of_them(
    wiki: MediaWiki, live: LiveWiki, store: Store, own: Settings
) -> None:
    say(wiki, *WILLING, *UNWILLING.values(), mentors=tuple(WILLING[:4]))
    edits = live.edits
    assert count(own, store, live) == {
        "lua": 5,
        "wikimedia-tools": 5,
        "learning-and-evaluation": 5,
    }
    # Four mentors are too few to be told; a fifth makes them a number, counted the next day.
    say(wiki, *WILLING[1:], mentors=tuple(WILLING))
    assert "mentorship" not in count(own, store, live)
    assert count(own, store, live, day=1) == {"mentorship": 5, "social-skill": 5}
    say(wiki, mentors=())
    assert count(own, store, live, day=2) == {}
    assert live.edits == edits


def test_the_report_shows_what_is_wanted_and_nobody(
    wiki: MediaWiki, live: LiveWiki, store: Store, own: Settings
) -> None:
    say(wiki, *WILLING)
    count(own, store, live)
    facts = read_report_data(
        store,
        directory=DIRECTORY,
        today=NOW.date(),
        protection=CountryProtection(own.privacy.protected_countries),
    )
    (table,) = build_tables(find_report("latent"), facts)
    assert ("lua", 1, 1, 5) in table.rows
    assert all("Willing" not in str(row) for row in table.rows)


@pytest.mark.parametrize("text", ["", "{}", "no table"])
def test_a_table_that_cannot_be_read_is_no_help(
    wiki: MediaWiki, live: LiveWiki, store: Store, own: Settings, text: str
) -> None:
    say(wiki, mentors=tuple(WILLING))
    put_pages(wiki, {PEOPLE: text or "-"})
    assert count(own, store, live)["mentorship"] == 5


def test_the_numbers_stay_where_the_wiki_is_away(
    wiki: MediaWiki, live: LiveWiki, store: Store, own: Settings
) -> None:
    say(wiki, *WILLING)
    before = count(own, store, live)
    away = LiveWiki(
        api="http://127.0.0.1:9/api.php",
        user=BOT,
        policy=RequestPolicy(pause=0, maxlag=5, tries=1, wait=0, timeout=1),
    )
    count_latent_help(
        settings=own,
        store=store,
        wiki=live,
        platform=away,
        directory=DIRECTORY,
        now=NOW + timedelta(days=1),
    )
    assert kept(store) == before
