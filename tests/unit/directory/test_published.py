"""What the platform publishes: taken over where we lack it, told where the two disagree."""

import json
from pathlib import Path

import pytest

from bot.published_directory import compare_directories, parse_table, write_update
from exchange.directory import check, load
from exchange.directory.load import CAPACITIES
from exchange.directory.names import dump_language
from exchange.directory.validation import parse_language
from exchange.errors import DirectoryError
from tests.unit.directory.published import ROWS, folder, table


def test_what_we_lack_is_added_and_the_rest_is_told(tmp_path: Path) -> None:
    folder(tmp_path)
    update = compare_directories(parse_table(table()), load(tmp_path), tmp_path)
    assert update.added == [
        "tea: Q6097",
        "tea: 'Tee' (de) instead of 'Teee'",
        "tea: 'thé' (fr)",
        "tea: description in en",
        "cake: number 2",
        "cake: 'Torte' (de) instead of 'Kuchen'",
        "milk: number 6",
    ]
    assert update.contradictions == [
        "cake: Q13276 there, Q1 here",
        "cake: 'x' (zxx-no): 'zxx-no' is not a language code of MediaWiki",
        "bread: 'Laib' (de) there, 'Brot' here",
        "bread: 'loaf' (en) there, 'bread' here",
        "number 4: 'juice' is not in the directory",
        "milk: Q6097 there, which is tea here",
        "milk: 'thé' (fr) there, which is tea here",
    ]


def test_what_is_written_is_valid_and_nothing_is_left_to_add(tmp_path: Path) -> None:
    folder(tmp_path)
    before = load(tmp_path)
    update = compare_directories(parse_table(table()), before, tmp_path)
    write_update(update, tmp_path)
    assert check(tmp_path) == ()
    after = load(tmp_path)
    assert {name: after.resolve(name) for name in before.keys} == dict(before.keys)
    tea, cake = after.capacities["tea"], after.capacities["cake"]
    assert (tea.wikidata, tea.descriptions["en"], tea.names["de"]) == ("Q6097", "A drink.", "Tee")
    assert tea.aliases["de"] == ("Teee",)
    assert tea.unreviewed == {("de", "Teee")}
    assert (cake.platform, cake.wikidata) == (2, "Q1")
    again = compare_directories(parse_table(table()), after, tmp_path)
    assert (again.added, again.files) == ([], {})
    assert again.contradictions == update.contradictions


def test_a_thing_stays_a_thing_bound_to_its_place(tmp_path: Path) -> None:
    path = folder(tmp_path) / "capacities.json"
    things = '{"id": "cake", "wikidata": "Q1", "kind": "thing", "bound": true}'
    path.write_text(path.read_text().replace('{"id": "cake", "wikidata": "Q1"}', things))
    update = compare_directories(parse_table(table()), load(tmp_path), tmp_path)
    assert "cake: number 2" in update.added
    write_update(update, tmp_path)
    assert check(tmp_path) == ()
    after = load(tmp_path)
    assert (after.things, after.bound) == ({"cake"}, {"cake"})
    assert after.capacities["cake"].platform == 2


def test_the_change_shows_only_what_changed(tmp_path: Path) -> None:
    before = (folder(tmp_path) / "names" / "de.json").read_text().splitlines()
    update = compare_directories(parse_table(table()), load(tmp_path), tmp_path)
    after = update.files[Path("names/de.json")].splitlines()
    changed = [line for line in after if line not in before]
    assert changed == [
        ' "@metadata": {"reviewed": ["tea", "cake", "bread"]},',
        ' "tea": ["Tee", "Teee"],',
        ' "cake": ["Torte", "Kuchen"],',
    ]


def test_a_number_whose_name_is_another_capacity_here_is_only_told(tmp_path: Path) -> None:
    folder(tmp_path)
    rows = parse_table(table([[1, {"en": "cake", "fr": "gâteau"}, {}, "Q5"]]))
    update = compare_directories(rows, load(tmp_path), tmp_path)
    assert update.contradictions == ["tea: number 1 is 'cake', which is cake here"]
    assert (update.added, update.files) == ([], {})


BAD = [
    ("", "not tabular data"),
    ("[]", "not tabular data"),
    ('{"schema": {"fields": []}, "data": []}', "there is no column 'id'"),
    (table([["one", {}, {}, ""]]), "row 1: id 'one' is not a whole number"),
    (table([ROWS[0], [2, {}, {}, "P31"]]), "row 2: wikidata_item 'P31' is no item"),
    (table([[1, "tea", {}, ""]]), "row 1: name must map language codes"),
    (table([[1, {}, {}]]), "row 1"),
    (table([ROWS[0], ROWS[0]]), "row 2: number 1 stands twice"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_bad_table_is_refused_with_its_error(text: str, says: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        parse_table(text)
    assert says in str(caught.value)


def test_committed_language_files_are_in_the_form_that_an_update_writes() -> None:
    ids = list(json.loads(CAPACITIES.read_text())["capacities"])
    order = [entry["id"] for entry in ids]
    for kind in ("names", "descriptions"):
        for path in sorted((CAPACITIES.parent / kind).glob("*.json")):
            text = path.read_text(encoding="utf-8")
            file = parse_language(text, path.name, described=kind == "descriptions")
            assert dump_language(file.metadata, file.texts, order) == text, path.name
