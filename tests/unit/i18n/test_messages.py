"""Messages in a reader's language: parameters, plural, gender, fallbacks, numbers and dates."""

import json
from datetime import date
from pathlib import Path

import pytest

from exchange.i18n.messages import Localizer, Person, available_languages
from exchange.languages import all_codes

MESSAGES = {
    "en": {
        "@metadata": {"authors": []},
        "plain": "A [[page|label]] {{int:ok}} {{tl|x}} $2, $1, $3",
        "people": "{{PLURAL:$1|one person|$1 people}}",
        "none": "{{PLURAL:$1|0=nobody|one person|$1 people}}",
        "answer": "{{GENDER:$1|He|She|They}} said: $1",
        "two": "{{GENDER:$1|His|Her}} page",
        "nested": "{{GENDER:$1|he has {{PLURAL:$2|a cat|$2 cats}}|she has [[Cat|{{PLURAL:$2|cat|cats}}]]}}",
        "link": "{{PLURAL:$1|[[A|one]]|[[B|$1 more]]}}",
        "broken": "{{PLURAL:$1|one",
        "only": "English",
    },
    "ar": {"people": "{{PLURAL:$1|صفر|واحد|اثنان|قليل $1|كثير $1|آخر $1}}"},
    "pl": {"people": "{{PLURAL:$1|osoba|osoby|osób}}"},
    "fr": {"people": "{{PLURAL:$1|une personne|$1 personnes}}"},
    "yo": {"people": "ènìyàn $1"},
    "de": {"two": "{{GENDER:$1|Seine|Ihre|Deren}} Seite"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "core").mkdir()
    for language, messages in MESSAGES.items():
        (tmp_path / "core" / f"{language}.json").write_text(json.dumps(messages), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "one person"),
        ("en", 2, "2 people"),
        ("en", 1234, "1,234 people"),
        ("fr", 0, "une personne"),
        ("fr", 1.5, "une personne"),
        ("fr", 2, "2 personnes"),
        ("pl", 1, "osoba"),
        ("pl", 3, "osoby"),
        ("pl", 5, "osób"),
        ("pl", 22, "osoby"),
        ("ar", 0, "صفر"),
        ("ar", 2, "اثنان"),
        ("ar", 3, "قليل 3"),
        ("ar", 11, "كثير 11"),
        ("ar", 100, "آخر 100"),
        ("yo", 7, "ènìyàn 7"),
        ("arz", 2, "اثنان"),
        ("szl", 2, "osoby"),
        ("dag", 2, "2 people"),
    ],
)
def test_plural_follows_the_language_that_the_message_is_in(
    folder: Path, language: str, count: float, said: str
) -> None:
    assert Localizer(language, folder=folder).text("people", count) == said


def test_a_form_for_one_number_wins(folder: Path) -> None:
    wording = Localizer("en", folder=folder)
    assert [wording.text("none", n) for n in (0, 1, 2)] == ["nobody", "one person", "2 people"]


@pytest.mark.parametrize(
    ("gender", "said"), [("male", "He"), ("female", "She"), ("", "They"), ("other", "They")]
)
def test_gender_chooses_the_form_and_shows_the_name(folder: Path, gender: str, said: str) -> None:
    assert (
        Localizer("en", folder=folder).text("answer", Person("Ada", gender)) == f"{said} said: Ada"
    )


def test_without_a_form_for_the_unknown_the_first_one_stands(folder: Path) -> None:
    assert Localizer("en", folder=folder).text("two", Person("Ada")) == "His page"
    assert Localizer("de", folder=folder).text("two", Person("Ada")) == "Deren Seite"


def test_choices_nest_and_pipes_in_links_are_the_links(folder: Path) -> None:
    wording = Localizer("en", folder=folder)
    assert wording.text("nested", Person("", "male"), 2) == "he has 2 cats"
    assert wording.text("nested", Person("", "female"), 1) == "she has [[Cat|cat]]"
    assert wording.text("link", 3) == "[[B|3 more]]"


def test_other_wikitext_in_a_message_is_left_alone(folder: Path) -> None:
    said = Localizer("en", folder=folder).text("plain", "one", "two")
    assert said == "A [[page|label]] {{int:ok}} {{tl|x}} two, one, $3"


def test_what_a_parameter_holds_is_never_read_as_a_message(folder: Path) -> None:
    hostile = "{{PLURAL:$1|a|b}} $1 $2 {{GENDER:$1|x|y}} |"
    assert Localizer("en", folder=folder).text("answer", hostile).endswith(f"said: {hostile}")


def test_a_broken_or_unknown_message_never_raises(folder: Path) -> None:
    wording = Localizer("en", folder=folder)
    assert wording.text("broken", 1) == "{{PLURAL:$1|one"
    assert wording.text("no-such-key", 1) == "⧼no-such-key⧽"
    assert "no-such-key" not in wording
    assert "only" in wording


def test_missing_messages_come_from_the_fallbacks(folder: Path) -> None:
    wording = Localizer("szl", folder=folder)
    assert wording.source("people") == "pl"
    assert wording.text("only") == "English"
    assert wording.source("only") == "en"
    assert wording.source("nothing") is None


def test_an_earlier_group_wins(folder: Path) -> None:
    (folder / "web").mkdir()
    (folder / "web" / "en.json").write_text('{"only": "from web"}', encoding="utf-8")
    assert Localizer("fr", "web", folder=folder).text("only") == "from web"
    assert Localizer("fr", folder=folder).text("only") == "English"


def test_numbers_dates_and_lists_are_the_languages() -> None:
    day = date(2026, 11, 23)
    german, english, arabic = Localizer("de"), Localizer("en"), Localizer("ar")
    assert german.number(1234567.25) == "1.234.567,2"
    assert german.percent(0.5) == "50\xa0%"
    assert english.percent(0.1234, 1) == "12.3%"
    assert german.date(day) == "23. November 2026"
    # What comes in English altogether has English dates, in the reader's own variant.
    assert Localizer("ta", "web").date(day) == "November 23, 2026"
    assert Localizer("en-gb", "web").date(day) == "23 November 2026"
    assert german.list(["a", "b", "c"]) == "a, b und c"
    assert arabic.direction == "rtl"
    assert "2026" in arabic.date(day)


def test_lists_are_joined_as_the_language_writes_them() -> None:
    said = {
        code: (Localizer(code).list(["1", "2"]), Localizer(code).commas(["1", "2", "3"]))
        for code in ("en", "de", "ar", "yo")
    }
    assert said == {
        "en": ("1 and 2", "1, 2, 3"),
        "de": ("1 und 2", "1, 2, 3"),
        "ar": ("1 و2", "1، 2، 3"),
        "yo": ("1 àti 2", "1, 2, 3"),
    }
    assert Localizer("en").list([]) == Localizer("en").commas([]) == ""


def test_no_language_crashes() -> None:
    for code in (*all_codes(), "", "xx", "no-such-language"):
        wording = Localizer(code)
        assert wording.number(1234.5)
        assert wording.percent(0.25, 1)
        assert wording.date(date(2026, 11, 23), "short")
        for texts in (["⟨a⟩"], ["⟨a⟩", "{⟨b⟩}"], ["⟨a⟩", "⟨b⟩", "⟨c⟩"], [*"⟨⟩{}"]):
            for said in (wording.list(texts), wording.commas(texts)):
                assert [said.count(text) for text in texts] == [1] * len(texts), (code, said)
        assert wording.text("kind-person") != "⧼kind-person⧽"


def test_english_is_first_of_the_languages_that_are_there() -> None:
    """What reaches people who chose no tool: twenty languages beside the first eight."""
    for group in ("core", "notice"):
        assert available_languages(group)[0] == "en"
        assert {"ar", "de", "es", "fr", "pt", "yo"} <= {*available_languages(group)}
        assert len(available_languages(group)) >= 27


def test_no_page_is_half_in_one_language_and_half_in_another(folder: Path) -> None:
    """``core`` has more languages than a page's own messages: it says nothing in those."""
    (folder / "web").mkdir()
    (folder / "web" / "en.json").write_text('{"title": "People"}', encoding="utf-8")
    said = Localizer("pl", "web", folder=folder)
    assert (said.text("title"), said.text("people", 3)) == ("People", "3 people")
