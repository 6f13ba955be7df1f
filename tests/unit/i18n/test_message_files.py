"""Every message file: documented, complete, and the same in substance as the English one."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from exchange.i18n.messages import Choice, Node, parse_message, plural_forms
from exchange.languages import is_known, nearest_locale
from exchange.model import Frequency, Kind, Level, Method, Priority, Reason, SuggestionStatus

I18N = Path(__file__).parents[3] / "i18n"
LANGUAGES = ("de", "fr", "es", "pt", "ar", "yo")
GROUPS = sorted(path.name for path in I18N.iterdir() if path.is_dir())
WANTED = [(group, language) for group in GROUPS for language in LANGUAGES]
PAIRS = [
    (path.parent.name, path.stem)
    for path in sorted(I18N.glob("*/*.json"))
    if path.stem not in ("en", "qqq")
]


def messages(group: str, language: str) -> dict[str, str]:
    data = json.loads((I18N / group / f"{language}.json").read_text(encoding="utf-8"))
    return {key: text for key, text in data.items() if not key.startswith("@")}


def choices(nodes: tuple[Node, ...]) -> list[Choice]:
    found = []
    for node in nodes:
        if isinstance(node, Choice):
            found.append(node)
            for form in node.forms:
                found += choices(form)
    return found


def parameters(text: str) -> set[str]:
    return set(re.findall(r"\$\d", text))


def shown(text: str) -> set[str]:
    """The parameters that are not only there to choose a form by."""
    return parameters(re.sub(r"\{\{(PLURAL|GENDER):\$\d", "", text))


def markup(text: str) -> Counter[str]:
    """What must be as in English: links, bold, tags, templates (but choices)."""
    plain = re.sub(r"\{\{(PLURAL|GENDER):", "", text)
    return Counter(re.findall(r"\[\[|''+|</?[a-z]+|\{\{", plain))


def varied(text: str) -> bool:
    return any(
        markup(str(form)) for choice in choices(parse_message(text)) for form in choice.forms
    )


@pytest.mark.parametrize("group", GROUPS)
def test_every_message_is_documented_and_nothing_else_is(group: str) -> None:
    assert set(messages(group, "qqq")) == set(messages(group, "en"))
    assert all(text.strip() for text in messages(group, "qqq").values())


@pytest.mark.parametrize(("group", "language"), sorted({*WANTED, *PAIRS}))
def test_every_message_is_there_in_every_language_of_its_group(group: str, language: str) -> None:
    assert set(messages(group, "en")) - set(messages(group, language)) == set()


@pytest.mark.parametrize(
    ("group", "needed"), [("notice", ["core"]), ("web", ["account", "report", "core"])]
)
def test_a_language_is_whole_where_it_is_read(group: str, needed: list[str]) -> None:
    """A notice gives reasons, a page holds a form: in the same language."""
    for other in needed:
        assert {code for one, code in PAIRS if one == group} <= {
            code for one, code in PAIRS if one == other
        }


@pytest.mark.parametrize(("group", "language"), PAIRS)
def test_no_translation_is_of_a_message_that_is_gone(group: str, language: str) -> None:
    assert set(messages(group, language)) - set(messages(group, "en")) == set()


@pytest.mark.parametrize(("group", "language"), PAIRS)
def test_translations_have_the_parameters_and_markup_of_the_english(
    group: str, language: str
) -> None:
    english, documented = messages(group, "en"), messages(group, "qqq")
    for key, text in messages(group, language).items():
        assert parameters(text) <= parameters(english[key] + documented[key]), key
        assert parameters(text) >= shown(english[key]), key
        if not varied(text) and not varied(english[key]):
            assert markup(text) == markup(english[key]), key


@pytest.mark.parametrize(("group", "language"), [*PAIRS, *((group, "en") for group in GROUPS)])
def test_plural_forms_are_those_of_the_language(group: str, language: str) -> None:
    most = len(plural_forms(nearest_locale(language)))
    for key, text in messages(group, language).items():
        found = choices(parse_message(text))
        assert text.count("{{PLURAL:") + text.count("{{GENDER:") == len(found), key
        for choice in found:
            if choice.kind == "GENDER":
                assert len(choice.forms) in (2, 3), key
                continue
            plain = [f for f in choice.forms if not (f and re.match(r"\d+=", str(f[0])))]
            assert 1 <= len(plain) <= most, key
            # Two forms at least where the language has two, or there is nothing to choose.
            assert len(choice.forms) >= min(2, most), key


@pytest.mark.parametrize(("group", "language"), PAIRS)
def test_translations_are_about_as_long_as_the_english(group: str, language: str) -> None:
    english = messages(group, "en")
    for key, text in messages(group, language).items():
        assert text.strip() == text != "", key
        assert len(text) <= 2.5 * len(english[key]) + 40, key
        assert len(text) >= 0.25 * len(english[key]) - 5, key


@pytest.mark.parametrize(("group", "language"), PAIRS)
def test_translations_say_that_they_need_review(group: str, language: str) -> None:
    data = json.loads((I18N / group / f"{language}.json").read_text(encoding="utf-8"))
    assert "review" in json.dumps(data["@metadata"])
    assert is_known(language)


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("method", Method),
        ("kind", Kind),
        ("frequency", Frequency),
        ("status", SuggestionStatus),
        ("outcome", Reason),
        ("level", [level.name.lower() for level in Level]),
        ("priority", [priority.name.lower() for priority in Priority]),
        ("proficiency", range(7)),
    ],
)
def test_every_value_of_the_model_has_its_words(prefix: str, values: object) -> None:
    english = messages("core", "en")
    assert [str(v) for v in values if f"{prefix}-{v}" not in english] == []  # type: ignore[attr-defined]
