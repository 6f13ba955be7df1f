"""Facets, against counting by hand over the same profiles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from exchange.directory import Directory
from exchange.geography import region_of
from exchange.model import Offer, Profile, Want
from exchange.search import FACETS, Index, Query, facets
from exchange.search.facets import bitmap_of
from exchange.search.query import DIRECTIONS, FRESHNESS
from tests.support.examples import examples
from tests.unit.search.movement import NOW

TODAY = NOW.date()


def by_hand(profile: Profile, query: Query, directory: Directory, *, without: str = "") -> bool:
    """Whether a profile fits a query, the slow and plain way."""

    def values(facet: str) -> tuple[str, ...]:
        return () if facet == without else query.values(facet)

    ties = [("offer", offer.capacity) for offer in profile.offers]
    ties += [("want", want.capacity) for want in profile.wants]
    ties += [("request", want.capacity) for want in profile.wants if want.request]
    wider = [(way, one) for way, id in ties for one in (id, *directory.broader(id))]
    ways, capacities = values("direction"), values("capacity")
    if (ways or capacities) and not any(
        (not ways or way in ways)
        and (id in capacities if capacities else not directory.is_thing(id))
        for way, id in wider
    ):
        return False
    methods = {*profile.methods} | {
        method for item in (*profile.offers, *profile.wants) for method in item.methods
    }
    region = profile.region or region_of(profile.country)
    held = {
        "method": {str(method) for method in methods},
        "language": {one.code for one in profile.languages if one.level >= query.level},
        "country": {profile.country},
        "region": {region},
        "affiliation": {*profile.affiliations},
        "kind": {str(profile.kind)},
        "project": {*profile.projects},
        "freshness": {
            name
            for name, days in FRESHNESS.items()
            if profile.edited and profile.edited.date() >= TODAY - timedelta(days=days)
        },
    }
    return all(not values(facet) or held[facet] & {*values(facet)} for facet in held)


def _choices(index: Index) -> st.SearchStrategy[Query]:
    pools = {
        "direction": DIRECTIONS,
        "capacity": index.facets.capacities[:25],
        "freshness": tuple(FRESHNESS),
        "language": index.facets.values("language", 2)[:6],
    }
    for facet in FACETS:
        pools.setdefault(facet, index.facets.values(facet)[:5])
    pairs = st.one_of(
        [st.tuples(st.just(facet), st.sampled_from(pool)) for facet, pool in pools.items()]
    )
    return st.builds(
        lambda chosen, level: Query.of([*chosen, ("level", str(level)), ("size", "100")]),
        st.lists(pairs, max_size=4),
        st.integers(1, 6),
    )


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_results_and_counts_are_what_counting_by_hand_gives(
    index: Index, people: list[Profile], directory: Directory, data: st.DataObject
) -> None:
    query = data.draw(_choices(index))
    found = index.search(query, today=TODAY, limit=0)
    expected = {one.key for one in people if by_hand(one, query, directory)}
    assert found.total == len(expected)
    assert {*index.every(query, today=TODAY)} == expected
    for facet in FACETS:
        others = [one for one in people if by_hand(one, query, directory, without=facet)]
        for value, count in found.counts[facet][:3]:
            narrowed = Query.of([*query.pairs(), (facet, value)])
            only = Query(chosen={**narrowed.chosen, facet: (value,)}, level=query.level)
            assert count == sum(by_hand(one, only, directory) for one in others), (facet, value)


TEXTS = (
    "wikidata",
    "wikid",
    "how do I write a grant",
    "photo contest Nigeria",
    "français",
    "Wikimedia France",
    "e-mail first",
    "i like to learn by doing",
    "図書館",
    "تصوير",
    "Amara",
    "lua and wikidata volcano",
    "nothing of the kind",
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), text=st.sampled_from(TEXTS))
def test_with_words_a_count_is_the_number_of_results_after_the_click(
    index: Index, data: st.DataObject, text: str
) -> None:
    query = replace(data.draw(_choices(index)), text=text)
    found = index.search(query, today=TODAY, limit=0)
    for facet in FACETS:
        shown = found.counts[facet]
        for value, count in shown[:: max(1, len(shown) // 6)]:
            clicked = replace(query, chosen={**query.chosen, facet: (value,)})
            assert index.search(clicked, today=TODAY).total == count, (facet, value)


def test_asking_for_all_three_ways_shows_the_union(directory: Directory) -> None:
    def tied(number: int, **what: object) -> Profile:
        return Profile(f"user:{number}", f"Somebody {number}", **what)  # type: ignore[arg-type]

    index = Index(
        [
            tied(1, offers=(Offer("wikidata"),)),
            tied(2, wants=(Want("wikidata"),)),
            tied(3, wants=(Want("wikidata", request="Meta:Requests"),)),
            tied(4, offers=(Offer("finance"),), wants=(Want("fundraising"),)),
            tied(5, offers=(Offer("finance"),), wants=(Want("wikidata"),)),
        ],
        concepts=(),
        broader={},
    )

    def keys(*ways: str) -> set[str]:
        pairs = [("capacity", "wikidata"), *(("direction", way) for way in ways)]
        return {*index.search(Query.of(pairs), today=TODAY).keys}

    assert keys("offer") == {"user:1"}
    assert keys("want") == {"user:2", "user:3", "user:5"}
    assert keys("request") == {"user:3"}
    assert keys("offer", "want", "request") == {"user:1", "user:2", "user:3", "user:5"}
    assert keys() == keys("offer", "want", "request")


def test_a_wider_capacity_finds_those_who_have_a_narrower_one(directory: Directory) -> None:
    narrow = next(one for one in directory if len(directory.broader(one.id)) >= 2)
    broader = {one.id: directory.broader(one.id) for one in directory}
    index = Index(
        [Profile("user:1", "Ada", offers=(Offer(narrow.id),))], concepts=(), broader=broader
    )
    for wide in directory.broader(narrow.id):
        query = Query.of([("capacity", wide), ("direction", "offer")])
        assert index.search(query, today=TODAY).keys == ("user:1",)


def test_a_short_list_of_a_long_facet_holds_the_largest(index: Index) -> None:
    query = Query.of([("direction", "offer"), ("region", "SSA"), ("region", "LAC")])
    everything = index.search(query, today=TODAY, limit=0).counts["language"]
    short = index.search(query, today=TODAY, limit=5).counts["language"]
    assert len(everything) > 5
    assert short == everything[:5]


def test_pages_of_results_join_without_gap_or_repetition(index: Index) -> None:
    for sort in ("relevance", "freshness", "name"):
        pairs = [("q", "wikidata"), ("sort", sort), ("size", "7")]
        whole = index.every(Query.of(pairs), today=TODAY)
        pages = [
            key
            for number in range(1, len(whole) // 7 + 2)
            for key in index.search(Query.of([*pairs, ("page", str(number))]), today=TODAY).keys
        ]
        assert len(whole) > 20
        assert tuple(pages) == whole


def test_a_page_behind_the_last_is_empty(index: Index) -> None:
    assert index.search(Query(page=999), today=TODAY).keys == ()


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("page", "0")], ("page", 1)),
        ([("page", "-3")], ("page", 1)),
        ([("page", "99999999999999999999")], ("page", 1)),
        ([("size", "100000")], ("size", 100)),
        ([("sort", "nonsense")], ("sort", "relevance")),
        ([("level", "٣")], ("level", 2)),
        ([("q", "a" * 9000)], ("text", "a" * 200)),
        ([("q", "a\0b  c")], ("text", "a b c")),
    ],
)
def test_what_is_out_of_bounds_falls_back(
    pairs: list[tuple[str, str]], expected: tuple[str, object]
) -> None:
    assert getattr(Query.of(pairs), expected[0]) == expected[1]


def test_a_query_survives_its_own_address() -> None:
    pairs = [
        ("q", "ẹ̀kọ́"),
        ("direction", "offer"),
        ("language", "yo"),
        ("level", "3"),
        ("page", "2"),
    ]
    query = Query.of(pairs)
    assert Query.of(query.pairs()) == query


def test_many_values_of_one_facet_are_bounded() -> None:
    query = Query.of([("country", f"C{number}") for number in range(500)])
    assert len(query.values("country")) == 40


@pytest.mark.parametrize("size", [0, 1, 400, 65_536, 200_003])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_a_bitmap_holds_the_numbers_that_are_true(size: int, share: float) -> None:
    mask = np.random.default_rng(7).random(size) < share
    assert list(bitmap_of(mask)) == np.flatnonzero(mask).tolist()


@pytest.mark.parametrize("few", [True, False], ids=["in bitmaps", "in rows of bits"])
def test_counts_are_the_same_however_they_are_counted(
    index: Index, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = BitMap(number for number in range(len(index)) if number % 3)
    monkeypatch.setattr(facets, "_FEWEST_IN_ROWS", len(index) if few else 0)
    for facet in ("language", "country", "affiliation", "project", "method"):
        held = {
            one: len(within & index.facets.with_value(facet, one))
            for one in index.facets.values(facet)
        }
        largest = sorted(
            ((one, n) for one, n in held.items() if n), key=lambda one: (-one[1], one[0])
        )
        assert index.facets.counts(facet, within) == tuple(largest)
        assert index.facets.counts(facet, within, limit=3) == tuple(largest[:3])
