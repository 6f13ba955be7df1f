"""Name search: what somebody may mean while they type, in any language, with typos."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import Directory, load
from exchange.directory.name_search import NameSearch, name_search_of
from exchange.model import Capacity

WHOLE = load()
SEARCH = name_search_of(WHOLE)


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("wikid", "en", "wikidata"),
        ("WIKÍDATA", "en", "wikidata"),
        ("Lua", "ar", "lua"),
        ("fotogr", "en", "photography"),  # a name in another language
        ("fotogr", "de", "photography"),
        ("摄影", "en", "photography"),
        ("사진", "fr", "photography"),
        ("تصوير", "ar", "photography"),  # the article does not count
        ("comunicacao", "pt", "communication"),  # nor do accents
        ("speaking", "en", "public-speaking"),  # a word in the middle
        ("Active Wikidata", "en", "wikidata"),  # an alias
        # Typos: a letter too few, too many, two of them swapped, a wrong one, two words.
        ("wikdata", "en", "wikidata"),
        ("wikiidata", "en", "wikidata"),
        ("wkiidata", "en", "wikidata"),
        ("wkdata", "en", "wikidata"),
        ("fotgrafie", "de", "photography"),
        ("publik speaking", "en", "public-speaking"),
        ("grnat writting", "en", WHOLE.resolve("grant writing")),
        ("fundrasing", "en", "fundraising"),
    ],
)
def test_what_is_meant_comes_first(typed: str, language: str, first: str) -> None:
    assert SEARCH.find(typed, language=language)[0].id == first


@pytest.mark.parametrize("typed", ["", "  ", "flying kites", "zzzz", "?!", "q" * 5000])
def test_what_is_no_name_is_like_nothing(typed: str) -> None:
    assert SEARCH.find(typed) == []


def test_a_hit_says_which_name_was_found_and_in_which_language() -> None:
    (hit, *_) = SEARCH.find("Fotografie", language="en")
    assert (hit.name, hit.written) == ("photography", "Fotografie")
    assert hit.language in ("de", "nl", "ro", "cs")
    (hit, *_) = SEARCH.find("Fotografie", language="de")
    assert (hit.name, hit.written, hit.language) == ("Fotografie", "", "")


def test_only_what_begins_so_is_sure() -> None:
    assert SEARCH.find("photogr")[0].sure
    assert not SEARCH.find("phtography")[0].sure
    assert not SEARCH.find("-thon")[0].sure


def test_what_is_within_a_word_counts_where_words_have_no_spaces() -> None:
    assert "photography" in {hit.id for hit in SEARCH.find("影", language="en")}
    assert "photography" not in {hit.id for hit in SEARCH.find("ografi", language="yo")}


def test_one_letter_shows_only_names_that_the_reader_reads() -> None:
    names = [hit.written or hit.name for hit in SEARCH.find("l", language="de", limit=50)]
    assert "Lua" in names
    assert all(name[:1] in "lL" or " l" in name.lower() or "-l" in name.lower() for name in names)


@given(st.sampled_from(sorted(WHOLE.capacities)), st.sampled_from(["en", "ar", "yo", "de", "zh"]))
def test_every_capacity_is_found_by_its_name_and_that_name_leads_to_it(
    id: str, language: str
) -> None:
    hit = SEARCH.find(WHOLE.name(id, language), language=language)[0]
    assert hit.id == id
    assert WHOLE.resolve(hit.name) == id


@given(st.text(max_size=120), st.integers(1, 12))
def test_any_text_gives_each_capacity_at_most_once(text: str, limit: int) -> None:
    found = [hit.id for hit in SEARCH.find(text, limit=limit)]
    assert len(found) == len(set(found)) <= limit


def test_a_name_that_means_another_capacity_is_not_offered() -> None:
    one = Capacity("one", names={"en": "Mentoring", "de": "Begleitung"})
    two = Capacity("two", names={"en": "Support", "de": "Mentoring"})
    directory = Directory([one, two], shared={"mentoring": "one"})
    hits = NameSearch(directory).find("ment", language="de")
    assert [(hit.id, hit.name, hit.written) for hit in hits] == [("one", "Begleitung", "Mentoring")]
