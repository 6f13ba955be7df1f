"""Folding: one way to compare names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.text import fold, search_fold, unescape_entities

SAME = [
    ("Grant_Proposal", "grant proposal"),
    ("  GLAM \t wiki ", "glam wiki"),
    ("ＧＬＡＭ－Ｗｉｋｉ", "glam wiki"),
    ("edit–a‑thon", "Edit-a-thon"),
    ("R&amp;D", "R&D"),
    ("R&amp;amp;D", "R&D"),
    ("l’eau", "L'eau"),
    ("lʼeau", "l'eau"),
    ("“quoted”", '"quoted"'),
    ("İstanbul", "istanbul"),
    ("Straße", "STRASSE"),
    ("Wiki\u200bdata", "Wikidata"),
    ("\u202eWikidata\u202c", "Wikidata"),
    ("co\u00adoperation", "cooperation"),
    ("caf\u00e9", "cafe\u0301"),
    ("الـــعربية", "العربية"),
    ("٢٠٣٠", "2030"),
    ("Wikidata&nbsp;queries", "Wikidata queries"),
    ("ﬁnance", "finance"),
]
FOUND = [
    ("comunicação", "comunicacao"),
    ("Yorùbá ẹ̀kọ́", "yoruba eko"),
    ("إدارة", "اداره"),
    ("کتاب", "كتاب"),
    ("Łódź", "lodz"),
    ("Ærøskøbing", "aeroskobing"),
    ("Ελλάδα", "ελλαδα"),
    ("שָׁלוֹם", "שלום"),
]
LETTERS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("&;#amp<>AaİıßŐ’‘'-–—־_ \u200e\u202e\u0307\u0345ﬀＡ゛ﾞ가각ªºⅣ½"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ways_of_writing_one_name_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("se", "sé"), ("lua", "luas"), ("c", "c++"), ("हिंद", "हिंदी"), ("é", "è")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(("written", "typed"), FOUND)
def test_search_finds_names_without_their_accents(written: str, typed: str) -> None:
    assert search_fold(written) == search_fold(typed)


def test_search_keeps_the_vowels_of_indic_scripts() -> None:
    assert search_fold("हिन्दी") == fold("हिन्दी")
    assert search_fold("கல்வி") != search_fold("கலவ")


@given(LETTERS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert search_fold(search_fold(text)) == search_fold(text)


@given(LETTERS)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(LETTERS)
def test_a_folded_name_has_no_edges_and_no_invisible_characters(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not [char for char in folded if unicodedata.category(char) in ("Cf", "Cc")]


def test_entities_without_a_semicolon_are_not_entities() -> None:
    assert unescape_entities("R&Drive &copy; &amp") == "R&Drive © &amp"


def test_a_long_nest_of_entities_costs_no_more_than_its_length() -> None:
    assert fold("&" + "amp;" * 500_000) == "&"
