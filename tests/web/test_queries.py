"""How many queries an answer asks: ten at most, whatever it lists, also the first after a change."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import event

from exchange.directory import load
from exchange.model import Sent
from exchange.settings import load as load_settings
from exchange.store import Store
from exchange.store.notes import BUILD, DIRECTORY
from tests.search.movement import NOW, movement
from tests.web.site import WIKI, addresses, fill
from webtool import create_app

MOST = 10
SIZES = (1, 20, 50, 100)


def pages() -> dict[str, str]:
    """Give an address of every kind of answer, with every size of page."""
    found = addresses(movement(60, directory=load()))
    found |= {
        "csv": "/search.csv", "feed": "/feeds/offers.atom", "metrics": "/metrics",
        "leaf": "/reports/places/SSA", "report as JSON": "/reports/gaps.json",
        "report as CSV": "/reports/gaps.gaps.csv", "healthz": "/healthz",
        "requests of the API": "/api/v1/requests?size=100", "capacities of the API":
        "/api/v1/capacities", "places of the API": "/api/v1/places", "report of the API":
        "/api/v1/reports/queue", "profile of the API": "/api/v1/profiles/user:3",
        "matches of the API": "/api/v1/profiles/user:3/matches", "unlisted":
        "/capacities/unlisted:oral%20history",
    }  # fmt: skip
    for most in SIZES:
        found[f"{most} cards"] = f"/search?size={most}"
        found[f"{most} rows"] = f"/search?size={most}&view=table"
        found[f"{most} of the API"] = f"/api/v1/profiles?size={most}"
    return found


def test_an_answer_asks_at_most_ten_queries_whatever_it_lists(url: str) -> None:
    store = Store.open(url)
    client, count = counting(store)
    asked: dict[int, dict[str, int]] = {}
    for size in (60, 1_200):
        fill(store, size)
        store.notes.set(BUILD, f"{size} profiles", at=NOW)
        for number in range(size // 100):
            store.runs.begin(f"command-{number}", at=NOW)
        for page in pages().values():
            client.get(page)  # what is made once for each state of the store is made
        asked[size] = {name: count(page) for name, page in pages().items()}
    assert max(asked[1_200].values()) <= MOST, asked
    assert asked[60] == asked[1_200]
    for many in ("cards", "rows", "of the API"):
        assert len({asked[60][f"{most} {many}"] for most in SIZES}) == 1, asked
    store.close()


def test_the_first_answer_after_the_bot_has_written_asks_no_more(url: str) -> None:
    store = fill(Store.open(url), 60)
    _, count = counting(store)
    # The first answer of a process asks which form the tables have, too.
    asked = {"the first of all": count("/reports/gaps")}
    for number, (name, page) in enumerate(pages().items()):
        write(store, number)
        asked[name] = count(page)
        assert count(page) <= asked[name], name
    assert max(asked.values()) <= MOST, asked
    assert asked["report-gaps"] > 6, "the bot wrote, and nothing was read anew"
    store.close()


def write(store: Store, number: int) -> None:
    """Write everything that a run of the bot writes: profiles, directory, messages, measures."""
    profile = store.profiles.all()[number % 7]
    run = store.runs.begin("run", at=NOW)
    with store.transaction():
        store.profiles.save_many([profile], states={})
        store.runs.record(run, profile.key, Sent(number, profile.page))
        store.preferences.set(profile.key, "stop", "yes", at=NOW, via="wiki")
        store.measures.record(NOW.date(), {"reverts": (number, 9), "coverage": (0.5, 9)})
        store.rounds.replace(unmet=[(profile.key, "lua", "nobody")], cohorts=store.rounds.cohorts())
        store.rounds.arrive([profile.key], day=NOW.date())
        directory = (
            f'{{"capacities": [{{"id": "moon-{number}", "names": {{"en": "Moon {number}"}}}}]}}'
        )
        store.notes.set(DIRECTORY, directory, at=NOW)
        store.notes.set(BUILD, f"build {number}", at=NOW)
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
