"""The words of the pages: complete, documented, and with every parameter, in each language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from exchange.i18n.messages import Choice, Localizer, parse_message, plural_forms
from exchange.languages import nearest_locale

ROOT = Path(__file__).parents[3]
WEB = ROOT / "i18n" / "web"
LANGUAGES = (
    *("ar", "de", "en", "es", "fa", "fr", "id", "it"),
    *("ja", "pl", "pt", "ru", "tr", "uk", "yo"),
)


def read(code: str) -> dict[str, str]:
    held: dict[str, Any] = json.loads((WEB / f"{code}.json").read_text(encoding="utf-8"))
    return {key: text for key, text in held.items() if not key.startswith("@")}


def test_the_languages_of_the_pages_are_there() -> None:
    assert {path.stem for path in WEB.glob("*.json")} == {*LANGUAGES, "qqq"}


@pytest.mark.parametrize("code", [*LANGUAGES, "qqq"])
def test_a_language_has_exactly_the_messages_of_english(code: str) -> None:
    assert read(code).keys() == read("en").keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_uses_the_parameters_of_english(code: str) -> None:
    def parameters(text: str) -> set[str]:
        return set(re.findall(r"\$\d", text))

    english = read("en")
    for key, text in read(code).items():
        assert parameters(text) == parameters(english[key]), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_number_gives_whole_words(code: str) -> None:
    wording = Localizer(code, "web")
    for key, text in read(code).items():
        if "{{PLURAL" not in text:
            continue
        for number in (0, 1, 2, 3, 5, 11, 21, 100, 1000):
            shown = wording.text(key, *(number,) * 3)
            assert shown.strip(), (key, number)
            assert "{{" not in shown, (key, number)
            assert "$" not in shown, (key, number)


def test_a_form_for_one_number_takes_the_place_of_no_other() -> None:
    # Arabic has six forms. Where "0=" stood for the first of them, one person was called two.
    categories = plural_forms(nearest_locale("ar"))
    for path in (ROOT / "i18n").glob("*/ar.json"):
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            for choice in (node for node in parse_message(str(text)) if isinstance(node, Choice)):
                explicit = [form for form in choice.forms if re.match(r"\d+=", str(form[:1])[2:])]
                plain = len(choice.forms) - len(explicit)
                assert not explicit or plain in (1, len(categories)), (path.parent.name, key)
    assert Localizer("ar", "web").text("web-check-profiles", 1) == "عُثر على ملف شخصي واحد"


def test_every_message_that_the_pages_ask_for_exists() -> None:
    asked = set()
    for path in [*(ROOT / "webtool").rglob("*.html"), *(ROOT / "webtool").rglob("*.py")]:
        if "account" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"""\bmsg(?:_html)?\(['"](web-[a-z0-9-]+)['"][,)]""", source))
    assert len(asked) > 120
    assert asked - read("en").keys() == set()


def test_no_message_is_left_over() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("webtool", "exchange")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".py")
    )
    beginnings = re.findall(r"""['"f](web-[a-z-]+-)(?:['"] ~|\{)""", source)
    beginnings += ["web-direction-", "web-freshness-"]  # the values of these facets
    left = [
        key
        for key in read("en")
        if key not in source and not any(key.startswith(one) for one in beginnings)
    ]
    assert left == []
