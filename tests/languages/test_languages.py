"""Languages: codes, names, direction, fallbacks, Babel levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.languages import (
    all_codes,
    autonym,
    cldr,
    direction,
    fallbacks,
    known,
    locale,
    modern,
    name,
    normalise,
    parse_level,
    root,
)
from exchange.model import NATIVE

LACKING = ["dag", "crh", "arz", "ary", "ban", "pnb", "gur", "nyn", "zh-yue", "simple", "map-bms"]
LEVELS = [
    ("en-3", "en", 3),
    ("yo-N", "yo", NATIVE),
    ("yo-n", "yo", NATIVE),
    ("ga-5", "ga", 5),
    ("ha-4", "ha", 4),
    ("fr", "fr", NATIVE),
    ("pt-br-2", "pt-br", 2),
    ("PT_BR 2", "pt-br", 2),
    ("zh-min-nan-1", "nan", 1),
    ("no-0", "nb", 0),
    ("English", "en", NATIVE),
    ("English 4", "en", 4),
    ("English – 4", "en", 4),
    ("français: 3", "fr", 3),
    ("Deutsch (Muttersprachler)", "de", NATIVE),
    ("Swahili (basic)", "sw", 1),
    ("Kiswahili-2", "sw", 2),
    ("العربية", "ar", NATIVE),
    ("العربية (متقدم)", "ar", 3),
    ("英語（3）", "en", 3),
    ("Yorùbá-5", "yo", 5),
    ("dagbanli-1", "dag", 1),
]
NO_LANGUAGES = [
    "",
    " ",
    "-3",
    "3",
    "en-7",
    "Klingonish",
    "xx-9",
    "en-3-4",
    "e" * 200,
    "-",
    "en (tea)",
]


@pytest.mark.parametrize(("text", "code", "level"), LEVELS)
def test_a_language_is_read_as_people_write_it(text: str, code: str, level: int) -> None:
    found = parse_level(text)
    assert found is not None
    assert (found.code, found.level) == (code, level)


@pytest.mark.parametrize("text", NO_LANGUAGES)
def test_what_is_no_language_is_none(text: str) -> None:
    assert parse_level(text) is None


@given(st.text(max_size=60))
def test_no_text_at_all_raises(text: str) -> None:
    parse_level(text)
    fallbacks(text)
    assert locale(text) is not None
    assert name(text) and autonym(text) if text.strip() else True


@pytest.mark.parametrize("code", LACKING)
def test_languages_that_babel_lacks_work(code: str) -> None:
    assert known(code)
    assert autonym(code) != code
    assert locale(code).plural_form(1)
    assert name(code, "fr")
    assert name("fr", code)
    assert direction(code) in ("ltr", "rtl")


def test_every_code_has_a_name_a_locale_and_an_end_to_its_fallbacks() -> None:
    for code in all_codes():
        chain = fallbacks(code)
        assert autonym(code)
        assert locale(code)
        assert code not in chain
        assert len(chain) == len(set(chain))
        assert all(known(each) for each in chain), code
        assert chain[-1:] == (() if code == "en" else ("en",))


def test_every_autonym_leads_to_its_language() -> None:
    wrong = [c for c in all_codes() if root(normalise(autonym(c)) or "") != root(c)]
    # The code of one language is another's name for itself; ike-cans is a script of iu.
    assert wrong == ["gaa", "hoc-latn", "ike-cans"]


def test_names_in_many_languages_are_understood() -> None:
    for inside in ("en", "de", "fr", "es", "pt", "ar", "ru", "zh-hans", "ja", "sw"):
        for code in ("en", "fr", "de", "ar", "ru", "ja", "pt", "hi", "sw", "tr", "id", "uk"):
            assert normalise(name(code, inside)) == code, (inside, code)


@pytest.mark.parametrize(
    ("old", "new"),
    [("als", "gsw"), ("no", "nb"), ("zh-yue", "yue"), ("simple", "en"), ("be-x-old", "be-tarask")],
)
def test_old_codes_mean_todays(old: str, new: str) -> None:
    assert modern(old) == normalise(old) == new


def test_directions() -> None:
    assert [
        direction(code) for code in ("ar", "arz", "he", "fa", "ur", "ckb", "dv", "nqo", "pnb")
    ] == ["rtl"] * 9
    assert [direction(code) for code in ("en", "yo", "zh-hant", "ku", "az", "xx")] == ["ltr"] * 6


def test_fallbacks_go_step_by_step_to_english() -> None:
    assert fallbacks("arz") == ("ar", "en")
    assert fallbacks("map-bms") == ("jv", "id", "en")
    assert fallbacks("de-formal") == ("de", "en")
    assert fallbacks("pt-br") == ("pt", "en")
    assert fallbacks("en") == ()
    assert fallbacks("no such code") == ("en",)


def test_portuguese_of_portugal_is_not_that_of_brazil() -> None:
    assert cldr("pt") == "pt_PT"
    assert cldr("pt-br") == "pt"
    assert cldr("dag") is None


def test_people_of_one_root_understand_each_other() -> None:
    assert root("pt-br") == root("pt") == "pt"
    assert root("zh-hant") == root("zh-hans") == "zh"
    assert root("sr-el") == root("sr-ec") == "sr"
    assert root("be-tarask") == "be"
    assert root("simple") == "en"
    assert root("map-bms") == "map-bms"
