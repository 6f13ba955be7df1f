"""The languages' files: what they may hold, and which name gives way to which."""

import json
from pathlib import Path

import pytest

from exchange.directory import check, load
from exchange.errors import DirectoryError
from exchange.model import Capacity

EVERYTHING: dict[str, object] = {"@metadata": {"reviewed": True}}
NOTHING: dict[str, object] = {"@metadata": {"reviewed": False}}
ENGLISH = {**EVERYTHING, "tea": "tea", "cake": "cake", "bread": "bread"}


def folder(base: Path, /, descriptions: object = None, **names: object) -> Path:
    """Write a directory of three capacities with these languages' files; return its folder."""
    capacities = [{"id": "tea", "wikidata": "Q6097"}, {"id": "cake"}, {"id": "bread"}]
    (base / "capacities.json").write_text(json.dumps({"capacities": capacities}))
    (base / "names").mkdir()
    (base / "descriptions").mkdir()
    for code, content in {"en": ENGLISH, **names}.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (base / "names" / f"{code.replace('_', '-')}.json").write_text(text)
    if descriptions is not None:
        (base / "descriptions" / "de.json").write_text(json.dumps(descriptions))
    return base


def get(path: Path, id: str) -> Capacity:
    capacity = load(path).get(id)
    assert capacity is not None
    return capacity


def test_a_language_gives_names_aliases_and_sentences(tmp_path: Path) -> None:
    folder(
        tmp_path,
        de={**NOTHING, "tea": ["Tee", "Teestunde"], "cake": "Kuchen"},
        pt_br={**EVERYTHING, "tea": "chá"},
        descriptions={**NOTHING, "tea": "Ein Aufguss."},
    )
    directory = load(tmp_path)
    assert directory.resolve("teestunde") == directory.resolve("Chá") == "tea"
    assert directory.label("cake", "de-at") == ("Kuchen", "de")
    assert get(tmp_path, "tea").descriptions == {"de": "Ein Aufguss."}
    assert get(tmp_path, "tea").unreviewed == {
        ("de", "Tee"),
        ("de", "Teestunde"),
        ("de", "Ein Aufguss."),
    }
    assert check(tmp_path) == ()


def test_a_list_of_ids_says_whose_name_was_reviewed(tmp_path: Path) -> None:
    german = {"@metadata": {"reviewed": ["tea"]}, "tea": ["Tee", "Teestunde"], "cake": "Kuchen"}
    folder(tmp_path, de=german)
    assert get(tmp_path, "tea").unreviewed == {("de", "Teestunde")}
    assert get(tmp_path, "cake").unreviewed == {("de", "Kuchen")}


def test_what_translators_tools_write_beside_it_is_for_readers(tmp_path: Path) -> None:
    folder(tmp_path, de={"@metadata": {"authors": ["Ada"]}, "tea": "Tee"})
    assert get(tmp_path, "tea").unreviewed == {("de", "Tee")}


RIVALS = [
    ("a reviewed name of another language", {"de": {**NOTHING, "bread": "cake"}}, "cake"),
    ("an alias that people gave", {"fr": {**EVERYTHING, "cake": ["gâteau", "kage"]}}, "cake"),
    ("an id", {"de": {**NOTHING, "bread": "tea"}}, "tea"),
    ("an item", {"de": {**NOTHING, "bread": "q6097"}}, "tea"),
    ("a reviewed name of its own language", {"en": {"@metadata": {"reviewed": ["tea"]},
        "tea": "tea", "cake": ["cake", "Tea"], "bread": "bread"}}, "tea"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "names", "id"), RIVALS, ids=lambda one: str(one)[:40])
def test_a_machine_made_name_gives_way(
    tmp_path: Path, sentence: str, names: dict[str, object], id: str
) -> None:
    word = {"an alias that people gave": "kage", "an id": "tea", "an item": "Q6097"}.get(sentence)
    folder(tmp_path, **names, da={**NOTHING, "tea": "kage", "cake": "lagkage"})
    directory = load(tmp_path)
    assert directory.resolve(word or id) == id
    assert directory.left_out
    assert check(tmp_path) == directory.left_out
    assert "left out" in directory.left_out[0]


@pytest.mark.parametrize("languages", [("da", "sv"), ("da", "da")])
def test_of_two_machine_made_names_neither_has_the_word(
    tmp_path: Path, languages: tuple[str, str]
) -> None:
    files: dict[str, dict[str, object]] = {}
    for code, id in zip(languages, ("tea", "cake"), strict=True):
        files.setdefault(code, dict(NOTHING))[id] = ["fika", f"{id} fika"]
    folder(tmp_path, **files)
    directory = load(tmp_path)
    assert directory.resolve("fika") is None
    assert directory.resolve("tea fika") == "tea"
    assert len(directory.left_out) == 2
    assert "names/" not in directory.left_out[0]
    assert "'fika' (da)" in directory.left_out[0] or "'fika' (sv)" in directory.left_out[0]


def test_two_reviewed_names_are_for_people_to_settle(tmp_path: Path) -> None:
    folder(tmp_path, fr={**EVERYTHING, "cake": "pain"}, nl={**EVERYTHING, "bread": "Pain"})
    assert "'pain' is also a name of cake in another language" in check(tmp_path)[0]


def test_a_page_that_people_wrote_wins_over_a_machine_made_name(tmp_path: Path) -> None:
    folder(tmp_path, de={**NOTHING, "cake": ["Kuchen", "Torte"]})
    page = {"capacities": [{"id": "pie", "names": {"de": "Torte"}}, {"id": "tea"}]}
    directory = load(tmp_path, extra=json.dumps(page))
    assert directory.resolve("torte") == "pie"
    assert directory.resolve("kuchen") == "cake"
    assert check(tmp_path, extra=json.dumps(page)) == ()


def test_a_name_that_the_page_repeats_is_reviewed(tmp_path: Path) -> None:
    folder(tmp_path, de={**NOTHING, "cake": ["Kuchen", "Torte"]})
    page = {"capacities": [{"id": "cake", "names": {"de": "Kuchen"}}]}
    cake = load(tmp_path, extra=json.dumps(page)).get("cake")
    assert cake is not None
    assert cake.unreviewed == {("de", "Torte")}


BROKEN = [
    ("de", "{", "names/de.json: not JSON in line 1"),
    ("de", "[]", "names/de.json: must be an object"),
    ("de", {"tea": "Tee"}, 'names/de.json: "@metadata" is missing'),
    ("de", {"@metadata": {"reviewed": "perhaps"}}, "names/de.json: @metadata: reviewed"),
    ("de", {**NOTHING, "coffee": "Kaffee"}, "names/de.json: 'coffee' is not in the directory"),
    ("de", {"@metadata": {"reviewed": ["milk"]}}, "names/de.json: 'milk' is not in the directory"),
    ("de", {**NOTHING, "tea": ""}, "names/de.json: tea"),
    ("de", {**NOTHING, "tea": []}, "names/de.json: tea"),
    ("de", {**NOTHING, "tea": "T" * 101}, "at most 100 characters"),
    ("de", {**NOTHING, "tea": {"name": "Tee"}}, "names/de.json: tea"),
    ("de", '{"@metadata": {}, "tea": "Tee", "tea": "Tea"}', "names/de.json: 'tea' stands twice"),
    ("klingonish", {**NOTHING}, "'klingonish' is not a language code of MediaWiki"),
]


@pytest.mark.parametrize(("code", "content", "says"), BROKEN)
def test_a_bad_file_is_refused_with_its_error(
    tmp_path: Path, code: str, content: object, says: str
) -> None:
    folder(tmp_path, **{code: content})
    with pytest.raises(DirectoryError) as caught:
        load(tmp_path)
    assert says in str(caught.value)


def test_a_sentence_of_401_letters_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, descriptions={**NOTHING, "tea": "t" * 401})
    assert "descriptions/de.json: tea" in check(tmp_path)[0]
