"""Relevance: who comes first, as a person would say."""

from __future__ import annotations

from exchange.directory import Directory
from exchange.model import Language, Offer, Profile, Want
from exchange.search import Index, Query, build_index
from tests.unit.search.movement import NOW

TODAY = NOW.date()


def order(index: Index, text: str, **chosen: str) -> list[str]:
    query = Query.of([("q", text), *chosen.items()])
    return [key.partition(":")[2] for key in index.search(query, today=TODAY).keys]


def made(directory: Directory, *profiles: Profile) -> Index:
    return build_index(profiles, directory=directory, name="test")


def test_a_name_comes_before_a_mention(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:mention", "Grace", about="I learned from Ada Okafor."),
        Profile("user:name", "Ada Okafor"),
    )
    assert order(index, "ada okafor") == ["name", "mention"]


def test_a_capacity_is_found_in_any_language(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:offers", "One", offers=(Offer("communication"),)),
        Profile("user:nothing", "Two", offers=(Offer("finance"),)),
    )
    names = directory.capacities["communication"].names
    assert len(names) > 5
    for code, name in names.items():
        assert order(index, name)[0] == "offers", code
    assert order(index, "comunicação") == ["offers"]


def test_the_very_capacity_comes_before_a_narrower_one(directory: Directory) -> None:
    narrow = directory.narrower("finance")[0]
    index = made(
        directory,
        Profile("user:narrow", "One", offers=(Offer(narrow),)),
        Profile("user:exact", "Two", offers=(Offer("finance"),)),
    )
    assert order(index, "finance") == ["exact", "narrow"]


def test_the_whole_name_comes_before_a_part_of_a_longer_one(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:query-service", "One", offers=(Offer("wikidata-query-service"),)),
        Profile("user:wikidata", "Two", offers=(Offer("wikidata"),)),
    )
    assert order(index, "Wikidata")[0] == "wikidata"


def test_words_of_several_kinds_must_all_fit(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:both", "One", offers=(Offer("wikidata"),), country="NG"),
        Profile("user:place", "Two", offers=(Offer("finance"),), country="NG"),
        Profile("user:skill", "Three", offers=(Offer("wikidata"),), country="FR"),
    )
    assert order(index, "wikidata nigeria") == ["both"]
    assert order(index, "wikidata نيجيريا") == ["both"]


def test_a_language_is_found_by_its_name(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:yo", "One", languages=(Language("yo"),)),
        Profile("user:fr", "Two", languages=(Language("fr"),)),
    )
    assert order(index, "yoruba") == ["yo"]
    assert order(index, "français") == ["fr"]


def test_where_nobody_has_every_word_those_with_most_are_shown_and_it_is_said(
    directory: Directory,
) -> None:
    index = made(
        directory,
        Profile("user:two", "One", about="herbarium limnology"),
        Profile("user:one", "Two", about="herbarium"),
    )
    found = index.search(Query(text="herbarium limnology volcano"), today=TODAY)
    assert found.partial
    assert found.keys == ("user:two",)


def test_what_only_wanters_have_is_not_found_among_offers(directory: Directory) -> None:
    index = made(
        directory,
        Profile("user:offers", "One", offers=(Offer("wikidata"),)),
        Profile("user:wants", "Two", offers=(Offer("finance"),), wants=(Want("wikidata"),)),
    )
    assert order(index, "wikidata", direction="offer") == ["offers"]


def test_an_unlisted_capacity_is_found_by_what_was_written(directory: Directory) -> None:
    offer = Offer("unlisted:drone photography", text="Drone Photography")
    index = made(directory, Profile("user:1", "One", offers=(offer,)))
    assert order(index, "drone") == ["1"]


def test_the_same_profiles_in_another_order_are_found_in_the_same_order(
    directory: Directory, people: list[Profile]
) -> None:
    there, back = made(directory, *people), made(directory, *reversed(people))
    for text in ("wikidata", "facilitation nigeria", "ليلى", "花子", "a"):
        query = Query(text=text, size=100)
        one = there.search(query, today=TODAY)
        assert one.keys
        assert one.keys == back.search(query, today=TODAY).keys
