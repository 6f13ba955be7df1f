"""Languages: codes, names, direction, fallbacks, Babel levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.languages import (
    all_codes,
    autonym,
    base_language,
    canonical,
    fallback_chain,
    find_language,
    is_known,
    language_name,
    nearest_locale,
    parse_language,
    parse_languages,
    text_direction,
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
    ("Deutsch Muttersprache", "de", NATIVE),
    ("español nativo", "es", NATIVE),
    ("English - native", "en", NATIVE),
    ("fluent: English", "en", 3),
    ("Mother tongue: Yoruba", "yo", NATIVE),
    ("en (C1)", "en", 4),
    ("de A1", "de", 1),
    ("한국어 (모국어)", "ko", NATIVE),
    ("עברית (שפת אם)", "he", NATIVE),
    ("فارسی (زبان مادری)", "fa", NATIVE),
    ("Hausa (uwar gida)", "ha", NATIVE),
    ("Mandarin", "zh", NATIVE),  # not Mandari at level N
    ("English (UK)", "en-gb", NATIVE),
    ("English (Nigeria) – 3", "en", 3),
    ("Chinese (Traditional)", "zh-hant", NATIVE),
    ("português (Brasil)", "pt-br", NATIVE),
    ("Español (México) 2", "es", 2),
    ("Canadian French", "fr", NATIVE),
    ("castellano", "es", NATIVE),
    ("Farsi", "fa", NATIVE),
    ("Italian (limited)", "it", 1),
    ("French – conversational", "fr", 2),
    # A name beside a code, or any remark beside a code with its level.
    ("en-3 (English)", "en", 3),
    ("san-2 (Sanskrit)", "sa", 2),
    ("idu-N (Idoma)", "idu", NATIVE),
    ("Yoruba (yo-N)", "yo", NATIVE),
    ("fr-1（フランス語）", "fr", 1),
    ("yo (Yoruba)", "yo", NATIVE),
    ("de-2 (rusty)", "de", 2),
    ("EN-3 (rusty)", "en", 3),
    ("Deutsch-2 (etwas eingerostet)", "de", 2),
]
NO_LANGUAGES = [
    "de-2 (French)",
    "men-N (Manx)",
    "English (from school)",
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
    "en-",
    "-en",
    "en-x",
    "yor-",
    "(en",
    "Pidgin",  # Several languages are called so.
    "English (tea)",
    "English and tea",
]


@pytest.mark.parametrize(("text", "code", "level"), LEVELS)
def test_a_language_is_read_as_people_write_it(text: str, code: str, level: int) -> None:
    found = parse_language(text)
    assert found is not None
    assert (found.code, found.level) == (code, level)


@pytest.mark.parametrize("text", NO_LANGUAGES)
def test_what_is_no_language_is_none(text: str) -> None:
    assert parse_language(text) is None


SEVERAL = [
    ("en/fr", ["en", "fr"]),
    ("English – French", ["en", "fr"]),
    ("en - fr", ["en", "fr"]),
    ("Deutsch — Englisch", ["de", "en"]),
    ("en-3/fr-2", ["en", "fr"]),
    ("English and French (basic)", ["en", "fr"]),
    ("en fr de", ["en", "fr", "de"]),
    ("Hausa/English/Yoruba", ["ha", "en", "yo"]),
    ("inglés y español", ["en", "es"]),
    ("العربية والإنجليزية", ["ar", "en"]),
    ("“Deutsch”", ["de"]),
    ("🇬🇧 English.", ["en"]),
    ("1. English", ["en"]),
    ("Old English", ["ang"]),
    # Codes that also mean "and": what counts is the language beside them.
    ("fr en de", ["fr", "en", "de"]),
    ("nl en fr", ["nl", "en", "fr"]),
    ("FR EN", ["fr", "en"]),
    ("fr et en", ["fr", "en"]),
    ("fi et en", ["fi", "et", "en"]),
    ("fr-N et en-3", ["fr", "en"]),
    ("es e pt", ["es", "pt"]),
    ("and French", ["fr"]),  # "and" is the code of Ansus.
    ("and a little fr", ["fr"]),
    ("English and", ["en"]),
    ("English!", ["en"]),
    ("English only", ["en"]),
    ("nur Deutsch", ["de"]),
    ("only", []),
    ("English/coffee", []),
    ("en-", []),
    ("/", []),
]

WITH_A_WORD = [
    ("English language", "en"),
    ("the English language", "en"),
    ("English lang.", "en"),
    ("US English", "en-us"),
    ("langue française", "fr"),
    ("la langue anglaise", "en"),
    ("lingua italiana", "it"),
    ("lengua española", "es"),
    ("idioma español", "es"),
    ("língua portuguesa", "pt"),
    ("limba română", "ro"),
    ("Nederlandse taal", "nl"),
    ("język polski", "pl"),
    ("český jazyk", "cs"),
    ("slovenský jazyk", "sk"),
    ("hrvatski jezik", "hr"),
    ("английский язык", "en"),
    ("українська мова", "uk"),
    ("български език", "bg"),
    ("српски језик", "sr"),
    ("lietuvių kalba", "lt"),
    ("suomen kieli", "fi"),
    ("magyar nyelv", "hu"),
    ("Türk dili", "tr"),
    ("қазақ тілі", "kk"),
    ("اللغة العربية", "ar"),
    ("اللغة الإنجليزية", "en"),
    ("زبان فارسی", "fa"),
    ("اردو زبان", "ur"),
    ("हिन्दी भाषा", "hi"),
    ("தமிழ் மொழி", "ta"),
    ("ภาษาไทย", "th"),
    ("አማርኛ ቋንቋ", "am"),
    ("bahasa Inggris", "en"),
    ("lugha ya Kiswahili", "sw"),
    ("yaren Hausa", "ha"),
    ("Gẹ̀ẹ́sì", "en"),
    ("Đức", "de"),
    ("ພາສາອັງກິດ", "en"),
    ("ភាសាបារាំង", "fr"),
    ("asụsụ Igbo", "ig"),
    ("BCMS", "sh"),
    ("language", None),
    ("sign language", None),
    ("język", None),
    ("und", None),
    ("mul", None),
]


@pytest.mark.parametrize(("text", "code"), WITH_A_WORD)
def test_a_name_may_stand_beside_the_word_for_a_language(text: str, code: str | None) -> None:
    assert [each.code for each in parse_languages(text)] == ([code] if code else [])


@pytest.mark.parametrize(("text", "codes"), SEVERAL)
def test_one_entry_may_hold_several_languages(text: str, codes: list[str]) -> None:
    assert [each.code for each in parse_languages(text)] == codes


@given(st.text(max_size=60))
def test_no_text_at_all_raises(text: str) -> None:
    parse_language(text)
    fallback_chain(text)
    assert nearest_locale(text) is not None
    assert language_name(text) and autonym(text) if text.strip() else True


@pytest.mark.parametrize("code", LACKING)
def test_languages_that_babel_lacks_work(code: str) -> None:
    assert is_known(code)
    assert autonym(code) != code
    assert nearest_locale(code).plural_form(1)
    assert language_name(code, "fr")
    assert language_name("fr", code)
    assert text_direction(code) in ("ltr", "rtl")


def test_every_code_has_a_name_a_locale_and_an_end_to_its_fallbacks() -> None:
    for code in all_codes():
        chain = fallback_chain(code)
        assert autonym(code)
        assert nearest_locale(code)
        assert code not in chain
        assert len(chain) == len(set(chain))
        assert all(is_known(each) for each in chain), code
        assert chain[-1:] == (() if code == "en" else ("en",))


def test_every_autonym_leads_to_its_language() -> None:
    wrong = [
        c for c in all_codes() if base_language(find_language(autonym(c)) or "") != base_language(c)
    ]
    # The code of one language is another's name for itself; ike-cans is a script of iu.
    assert wrong == ["gaa", "hoc-latn", "ike-cans", "tsu"]


def test_names_in_many_languages_are_understood() -> None:
    for inside in ("en", "de", "fr", "es", "pt", "ar", "ru", "zh-hans", "ja", "sw"):
        for code in ("en", "fr", "de", "ar", "ru", "ja", "pt", "hi", "sw", "tr", "id", "uk"):
            assert find_language(language_name(code, inside)) == code, (inside, code)


@pytest.mark.parametrize(
    ("old", "new"),
    [("als", "gsw"), ("no", "nb"), ("zh-yue", "yue"), ("simple", "en"), ("be-x-old", "be-tarask")],
)
def test_old_codes_mean_todays(old: str, new: str) -> None:
    assert canonical(old) == find_language(old) == new


def test_directions() -> None:
    assert [
        text_direction(code) for code in ("ar", "arz", "he", "fa", "ur", "ckb", "dv", "nqo", "pnb")
    ] == ["rtl"] * 9
    assert [text_direction(code) for code in ("en", "yo", "zh-hant", "ku", "az", "xx")] == [
        "ltr"
    ] * 6


def test_fallbacks_end_in_english() -> None:
    assert fallback_chain("arz") == ("ar", "en")
    assert fallback_chain("map-bms") == ("jv", "id", "en")
    assert fallback_chain("de-formal") == ("de", "en")
    assert fallback_chain("pt-br") == ("pt", "en")
    assert fallback_chain("en") == ()
    assert fallback_chain("no such code") == ("en",)


@pytest.mark.parametrize(
    ("code", "chain"),
    [
        # MediaWiki gives a reader of Belarusian, Ukrainian or Kazakh English, and not Russian.
        ("be", ("en",)),
        ("be-tarask", ("be", "en")),
        ("uk", ("en",)),
        ("kk", ("kk-cyrl", "en")),
        ("kk-arab", ("kk", "kk-cyrl", "en")),
        ("tt", ("ru", "en")),
        ("sah", ("ru", "en")),
        ("gl", ("pt", "en")),
        ("sdh", ("ckb", "fa", "en")),
        ("kea", ("pt", "en")),
        ("fon", ("fr", "en")),
        ("sr", ("sr-cyrl", "sr-latn", "en")),
        ("zh-hk", ("zh-hant", "zh-tw", "zh", "zh-hans", "en")),
        ("se-no", ("se", "nb", "nn", "en")),
    ],
)
def test_fallbacks_are_those_of_mediawiki(code: str, chain: tuple[str, ...]) -> None:
    assert fallback_chain(code) == chain


def test_portuguese_of_portugal_is_not_that_of_brazil() -> None:
    assert str(nearest_locale("pt")) == "pt_PT"
    assert str(nearest_locale("pt-br")) == "pt"
    assert str(nearest_locale("dag")) == "en"


def test_people_of_one_root_understand_each_other() -> None:
    assert base_language("pt-br") == base_language("pt") == "pt"
    assert base_language("zh-hant") == base_language("zh-hans") == "zh"
    assert base_language("sr-el") == base_language("sr-ec") == "sr"
    assert base_language("be-tarask") == "be"
    assert base_language("simple") == "en"
    assert base_language("map-bms") == "map-bms"
