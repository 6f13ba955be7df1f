"""How many queries an answer asks: ten at most, whatever it lists, also the first after a change."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from exchange.directory import load
from exchange.model import Sent
from exchange.settings import load as load_settings
from exchange.store import Store
from exchange.store.runs import DIRECTORY_PAGE, INDEX_VERSION
from tests.support.examples import slow
from tests.unit.search.movement import NOW, movement
from tests.unit.web.site import WIKI, addresses, fill
from webtool import create_app

MOST = 11
"""The most queries of a page: what its reports count stands in so many tables, rounds among them."""
SIZES = (1, 20, 100)
LISTS = {"cards": "/search?", "rows": "/search?view=table&", "of the API": "/api/v1/profiles?"}


def pages() -> dict[str, str]:
    """Return an address of every kind of answer."""
    found = addresses(movement(60, directory=load()))
    found |= {
        "csv": "/search.csv", "feed": "/feeds/offers.atom", "metrics": "/metrics",
        "leaf": "/places/language/en", "report as JSON": "/reports/gaps.json",
        "report as CSV": "/reports/gaps.gaps.csv", "healthz": "/healthz",
        "requests of the API": "/api/v1/requests?size=100", "capacities of the API":
        "/api/v1/capacities", "places of the API": "/api/v1/places", "report of the API":
        "/api/v1/reports/queue", "profile of the API": "/api/v1/profiles/user:3",
        "matches of the API": "/api/v1/profiles/user:3/matches", "unlisted":
        "/capacities/unlisted:oral%20history",
    }  # fmt: skip
    return found


def lists() -> dict[str, str]:
    """Return the addresses of lists of people, in several sizes of page."""
    return {
        f"{most} {what}": f"{page}size={most}" for what, page in LISTS.items() for most in SIZES
    }


def test_an_answer_asks_at_most_ten_queries_whatever_it_lists(url: str) -> None:
    store = Store.open(url)
    client, count = counting(store)
    asked: dict[int, dict[str, int]] = {}
    for size in (300, 600):
        fill(store, size)
        store.metadata.set(INDEX_VERSION, f"{size} profiles", at=NOW)
        for number in range(size // 20):
            store.runs.begin(f"command-{number}", at=NOW)
        for page in pages().values():
            client.get(page)  # what is made once for each state of the store is made
        asked[size] = {name: count(page) for name, page in (pages() | lists()).items()}
    assert max(asked[600].values()) <= MOST, asked
    assert asked[300] == asked[600]
    for what in LISTS:
        assert len({asked[300][f"{most} {what}"] for most in SIZES}) == 1, asked
    store.close()


@pytest.mark.parametrize("every", [4, slow(1)], ids="every_{}".format)
def test_the_first_answer_after_the_bot_has_written_asks_no_more(url: str, every: int) -> None:
    store = fill(Store.open(url), 60)
    _, count = counting(store)
    # The first answer of a process asks which form the tables have, too.
    assert count("/reports/gaps") <= MOST + 1
    asked = {}
    for number, (name, page) in enumerate(islice(pages().items(), 0, None, every)):
        write(store, number)
        asked[name] = count(page)
        assert count(page) <= asked[name], name
    # The page of a capacity lists people beside what the reports count.
    assert max(asked.values()) <= MOST + 1, asked
    assert max(asked.values()) > 6, "the bot wrote, and nothing was read anew"
    store.close()


def write(store: Store, number: int) -> None:
    """Write everything that a run of the bot writes: profiles, directory, messages, measures.

    All of it differs from what was written before.
    """
    profile = store.profiles.all()[number % 7]
    run = store.runs.begin("run", at=NOW)
    with store.transaction():
        store.profiles.save_many([profile], states={})
        store.runs.record_many(run, {f"{profile.key} seeker": Sent(number, profile.page)})
        store.preferences.set(profile.key, "stop", "yes", at=NOW, via="wiki")
        store.metrics.record(NOW.date(), {"reverts": (number, 9), "coverage": (0.5, 9)})
        store.rounds.replace(unmet=[(profile.key, "lua", "nobody")], cohorts=store.rounds.cohorts())
        store.rounds.record_first_seen([profile.key], day=NOW.date())
        moon = {"id": f"moon-{number % 2}", "names": {"en": f"Moon {number % 2}"}}
        store.metadata.set(DIRECTORY_PAGE, json.dumps({"capacities": [moon]}), at=NOW)
        store.metadata.set(INDEX_VERSION, f"build {number}", at=NOW)
    store.runs.end(run, at=NOW, status=0, counts={})


def counting(store: Store) -> tuple[FlaskClient, Callable[[str], int]]:
    """Put the web tool over a store; give it, and what counts the queries of an answer."""
    settings = load_settings({"CXC_WIKI": WIKI, "CXC_NOW": NOW.isoformat()})
    client = create_app(settings, store).test_client()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        words = statement.lstrip("( \n").upper()
        if words.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            asked.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)

    def count(page: str) -> int:
        asked.clear()
        assert client.get(page).status_code in (200, 404)
        return len(asked)

    return client, count
