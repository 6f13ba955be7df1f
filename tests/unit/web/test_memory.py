"""What pages remember: within bounds, for one reader only, and never anything else than the truth."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange.model import Profile
from tests.support.examples import slow
from tests.unit.search.movement import NOW
from tests.unit.web.site import addresses, app_over, filled
from webtool.context import (
    cached_per_language,
    context,
    language_caches,
    reader,
    reader_of,
)

QUERIES = (
    "/search?size=100",
    "/search?q=wikidata&direction=offer&language=en&language=fr",
    "/search?view=table&sort=name&size=50",
    "/search?q=e-mail&capacity=communication&country=NG&country=%3Cb%3E&kind=user-group",
    "/search?capacity=unlisted:oral%20history&affiliation=Wikimedia+France",
    "/capacities",
    "/places/SSA",
)


def clear_caches() -> None:
    for cache in language_caches.values():
        cache.cache_clear()


@pytest.mark.parametrize("language", ["en", "ar", slow("de"), slow("qqx")])
def test_a_page_is_the_same_whether_its_pieces_are_remembered_or_made_anew(
    client: FlaskClient, people: list[Profile], language: str
) -> None:
    pages = [*QUERIES, *addresses(people).values()]
    asked = [f"{page}{'&' if '?' in page else '?'}uselang={language}" for page in pages]
    for page in asked:
        client.get(page)
    warm = [client.get(page).data for page in asked]
    cold = []
    for page in asked:
        clear_caches()
        reader_of.cache_clear()
        cold.append(client.get(page).data)
    assert warm == cold


def test_readers_and_places_do_not_share_what_is_remembered(app: Flask) -> None:
    client = app.test_client()
    clear_caches()
    page = "/search?q=wikidata"
    other = client.get(page, environ_overrides={"SCRIPT_NAME": "/under"}).text
    assert 'href="/under/capacities/' in other
    here = client.get(page).text
    assert "/under/" not in here
    asked = client.get(f"{page}&uselang=de").text
    assert "uselang=de" in asked
    unasked = client.get(page, headers={"Accept-Language": "de"}).text
    assert 'lang="de"' in unasked
    assert unasked.count("uselang=de") == 1  # the choice of languages


def test_what_somebody_makes_up_fills_no_memory(app: Flask) -> None:
    client = app.test_client()

    def ask(number: int) -> tuple[int, int]:
        parts = "&".join(
            f"{facet}=nonsense{number}"
            for facet in ("direction", "capacity", "kind", "method", "country")
        )
        assert client.get(f"/search?{parts}&uselang=de").status_code == 200
        return len(wording._found), sum(map(len, index.facets._tied.values()))

    client.get("/search?uselang=de")
    with app.app_context():
        index = context().snapshots.current(context().today).index
    wording = reader_of("de", True, "").wording
    assert len({ask(number) for number in range(60)}) == 1
    for name, cache in language_caches.items():
        info = cache.cache_info()
        assert 0 < info.maxsize <= 16_384, name
        assert info.currsize <= info.maxsize, name
    assert index._found.cache_info().maxsize is not None
    assert reader_of.cache_info().maxsize is not None


def test_the_least_used_make_room(app: Flask) -> None:
    made: list[int] = []

    @cached_per_language(2)
    def twice(number: int) -> int:
        made.append(number)
        return 2 * number

    with app.test_request_context("/"):
        assert [twice(number) for number in (1, 2, 1, 3, 2)] == [2, 4, 2, 6, 4]
        assert made == [1, 2, 3, 2]
        assert reader() is reader()
    with app.test_request_context("/?uselang=de"):
        assert twice(2) == 4
    assert made == [1, 2, 3, 2, 2]


def test_a_name_or_directory_that_changed_shows_at_once(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 3)
    client = app_over(tmp_path / "one.db").test_client()
    profile = store.profiles.all()[0]
    assert profile.name in client.get("/search").text
    store.profiles.save_many([replace(profile, name="Somebody Else")])
    store.metadata.set("index-build", "second", at=NOW)
    shown = client.get("/search").text
    assert "Somebody Else" in shown
    assert profile.name not in shown
    store.close()


def test_an_old_index_goes_when_a_new_one_comes(tmp_path: Path) -> None:
    store = filled(tmp_path / "one.db", 20)
    app = app_over(tmp_path / "one.db")
    client = app.test_client()
    with app.app_context():
        snapshots = context().snapshots
    client.get("/search?q=wikidata&freshness=year")
    old = weakref.ref(snapshots.current(NOW.date()).index)
    store.metadata.set("index-build", "second", at=NOW)
    client.get("/search?q=wikidata&freshness=year")
    assert snapshots.current(NOW.date()).index.build == "second"
    assert old() is None  # at once: it is in no circle that the garbage collector would seek
    store.close()
