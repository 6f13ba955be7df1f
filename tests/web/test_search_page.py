"""The search page where it is asked for what is not there, or for everything at once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from exchange.directory import load
from exchange.model import Profile


def total(client: FlaskClient, query: str) -> int:
    found = client.get(f"/api/v1/profiles?{query}").get_json()
    return int(found["total"])


def test_who_offers_or_wants_or_asked_is_the_union(
    client: FlaskClient, people: list[Profile]
) -> None:
    def those(side: str, id: str) -> set[str]:
        return {one.key for one in people if id in {it.capacity for it in getattr(one, side)}}

    directory = load()
    narrowest = [id for id in directory.capacities if not directory.narrower(id)]
    capacity = max(narrowest, key=lambda id: min(len(those(s, id)) for s in ("offers", "wants")))
    offer, want = those("offers", capacity), those("wants", capacity)
    assert offer - want
    assert want - offer
    asked = "direction=offer&direction=want&direction=request"
    assert total(client, f"capacity={capacity}&{asked}") == len(offer | want)
    assert total(client, f"capacity={capacity}") == len(offer | want)
    html = client.get(f"/search?capacity={capacity}&{asked}").text
    assert f"{len(offer | want)} people and groups" in html


def test_a_value_that_is_no_value_is_shown_as_it_is(client: FlaskClient) -> None:
    for query in ("kind", "method", "direction", "freshness", "language", "country", "region"):
        html = client.get(f"/search?{query}=no-such-thing").text
        assert "⧼" not in html, query
        assert "no-such-thing" in html, query


def test_where_nobody_fits_a_way_on_is_shown(client: FlaskClient) -> None:
    html = client.get("/search?q=wikidatta&country=NG").text
    assert 'Did you mean <a href="/search?capacity=wikidata">Wikidata</a>?' in html
    links = re.findall(r'<a class="chip" href="([^"]*)">[^<]*(?:<bdi>)?[^<]*(?:</bdi>)?', html)
    assert [unescape(link) for link in links] == ["/search?country=NG"]
    html = client.get("/search?q=wikidata&country=NG&country=GH&language=tlh&view=table").text
    shown = re.search(r'href="([^"]*)">without Klingon <span class="count">(\d+)<', html)
    assert shown
    query = unescape(shown[1]).removeprefix("/search?view=table&")
    assert query == "q=wikidata&country=NG&country=GH"
    assert total(client, query) == int(shown[2]) > 0


@pytest.mark.parametrize("page", ["9", "1000"])
def test_past_the_last_page_stands_the_last_one(client: FlaskClient, page: str) -> None:
    html = client.get(f"/search?size=100&page={page}").text
    assert "Page 3 of 3" in html
    assert html.count('class="card"') == 40
