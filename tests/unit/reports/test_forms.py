"""Wiki pages, CSV, JSON, .tab and .chart: the same cells, each in a form that holds."""

from __future__ import annotations

import csv as comma_separated
import io
import json
import re
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.directory import load
from exchange.i18n.messages import available_languages
from exchange.reports import (
    Column,
    ColumnType,
    Licence,
    ReportData,
    Sheet,
    Table,
    build_tables,
    find_report,
    list_reports,
)
from exchange.reports.export import (
    MAX_TAB_BYTES,
    csv_columns,
    guard_formula,
    has_chart,
    machine_copy,
    report_json,
    table_chart,
    table_csv,
    table_tab,
)
from exchange.reports.labels import Labels
from exchange.reports.wiki_pages import (
    PageText,
    ReportPages,
    ReportWriter,
    digest_of,
    replace_report,
)
from tests.support.examples import examples
from tests.unit.reports.movement import AMA, PROFILES, TODAY, movement

DIRECTORY = load()
LABELS = Labels.of("en", DIRECTORY)
HOSTILE = [
    "{{Delete}}",
    "[[Category:Spam]]",
    "|}\n{| class=x",
    "|-\n! head",
    "</td></table><script>",
    "<!-- Capacity Exchange report ends -->",
    "<onlyinclude>mine</onlyinclude>",
    "~~~~",
    "''bold'' '''x",
    "__NOTOC__",
    "\u202eevil",
    "a|b||c!!d",
    "=HYPERLINK(1)",
    "&#91;[x]]",
    "-{zh}-",
]


def pages(
    facts: ReportData, language: str = "en", place: ReportPages | None = None
) -> dict[str, PageText]:
    labels = Labels.of(language, DIRECTORY)
    writer = ReportWriter(labels, place or ReportPages("R"), today=facts.today, site_language="en")
    found = {}
    for one in list_reports():
        leaves = one.subpages(facts) if one.subpages else ()
        for page in writer.pages(one, build_tables(one, facts), leaves):
            found[page.title] = page
    return found


# --- wiki pages ----------------------------------------------------------------------------


def test_every_report_has_its_page_and_leaves_and_charts_only_where_they_are_drawn() -> None:
    titles = set(pages(movement()))
    assert titles >= {f"R/{one.id}" for one in list_reports()} | {"R/places/SSA"}
    assert not [title for title in titles if title.endswith((".json", ".tab", ".chart"))]
    drawn = set(pages(movement(), place=ReportPages("R", data="Data"))) - titles
    assert drawn >= {"Data:R/gaps.tab", "Data:R/gaps.chart"}


def copy_of(facts: ReportData) -> tuple[str, str]:
    filled = [(one, build_tables(one, facts)) for one in list_reports()]
    return machine_copy(filled, LABELS)


def test_one_page_has_the_numbers_of_all_reports_for_programs() -> None:
    text, digest = copy_of(movement())
    body = json.loads(text)
    assert body["digest"] == digest
    assert [one["report"] for one in body["reports"]] == [one.id for one in list_reports()]
    for one, copied in zip(list_reports(), body["reports"], strict=True):
        alone = json.loads(report_json(one, build_tables(one, movement()), LABELS))
        assert copied["sheets"] == alone["sheets"]


def test_the_numbers_of_a_large_movement_fit_into_a_page() -> None:
    wanting = [
        replace(AMA, key=f"user:{n}", name="Ọ̀pọ̀lọpọ̀ ènìyàn " * 5, wants=movement_want(), offers=())
        for n in range(1000, 3100)
    ]
    text, _ = copy_of(movement(profiles=(*PROFILES, *wanting)))
    tabbed = json.dumps(json.loads(text), ensure_ascii=False, indent="\t")
    assert len(tabbed.encode()) < 2_000_000
    (queue,) = [one for one in json.loads(text)["reports"] if one["report"] == "queue"]
    sheet = next(one for one in queue["sheets"] if one["id"] == "unmatched")
    assert 100 < len(sheet["rows"]) < sheet["count"]


def test_no_message_is_missing_in_any_language() -> None:
    for language in available_languages("report"):
        for page in pages(movement(), language).values():
            assert "⧼" not in page.text, page.title
            assert not re.search(r"\$\d", page.text), page.title


def test_what_goes_by_the_calendar_does_not_change_a_digest() -> None:
    before = pages(movement())
    later = pages(
        movement(
            measures=((TODAY, "overview-people", 1.0, None),),
        )
    )
    assert {title: page.digest for title, page in before.items()} == {
        title: page.digest for title, page in later.items()
    }
    assert before["R/overview"].text != later["R/overview"].text


def test_a_changed_profile_changes_only_the_reports_that_it_concerns() -> None:
    before = pages(movement())
    after = pages(movement(profiles=(replace(AMA, name="Ama B."), *PROFILES[1:])))
    changed = {title for title in before if before[title].digest != after[title].digest}
    # Ama stands as a helper in these; no number changed anywhere.
    assert changed == {
        "R/gaps", "R/interventions", "R/queue", "R/places/SSA",
    }  # fmt: skip


@settings(max_examples=examples(15), deadline=None)
@given(st.text(min_size=1, max_size=60))
@example("|}")
@example("\n|-\n")
def test_no_text_of_a_profile_changes_the_structure_of_a_page(text: str) -> None:
    _same_structure(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    _same_structure(text)


def _same_structure(text: str) -> None:
    for benign, hostile in zip(_bones("Zed"), _bones(f"Z{text}"), strict=True):
        assert benign == hostile


@lru_cache(maxsize=4)
def _bones(name: str) -> list[list[str]]:
    """Of each page on which this name stands, the markup that could open or close anything."""
    ama = replace(AMA, name=name, affiliations=(name,))
    labels = Labels.of("en", DIRECTORY)
    writer = ReportWriter(labels, ReportPages("R"), today=TODAY, site_language="en")
    facts = movement(profiles=(ama, *PROFILES[1:]))
    texts = []
    for name_of in ("gaps", "places", "queue"):
        one = find_report(name_of)
        leaves = one.subpages(facts) if one.subpages else ()
        texts += [p.text for p in writer.pages(one, build_tables(one, facts), leaves)
                  if p.model == "wikitext"]  # fmt: skip
    markup = r"^[|!][-}+]?|\[\[|\]\]|\{\{|\}\}|\{\||<[a-z/!-]+|'{2,}|~~~|__"
    return [re.findall(markup, page, re.M) for page in texts]


def test_what_people_write_around_a_report_stays() -> None:
    one = pages(movement())["R/gaps"]
    assert digest_of(one.text) == one.digest
    framed = f"Our notes.\n{one.text}\n[[Category:Reports]]"
    new = pages(movement(unmet=()))["R/gaps"]
    merged = replace_report(framed, new.text)
    assert merged == f"Our notes.\n{new.text}\n[[Category:Reports]]"
    assert digest_of(merged) == new.digest
    assert replace_report("People wrote their own page.", new.text) is None


def test_long_tables_are_paged_with_every_row_once() -> None:
    place = ReportPages("R", rows=2, rows_below=3)
    made = pages(movement(), place=place)
    whole = build_tables(find_report("gaps"), movement())[0]
    shown = [made[f"R/gaps/gaps/{at}"] for at in (1, 2, 3)]
    assert "R/gaps/gaps/4" not in made
    rows = [
        row for page in shown for row in re.findall(r'^! scope="row".* \| (.*)$', page.text, re.M)
    ]
    assert rows == [LABELS.cell(ColumnType.CAPACITY, row[0]) for row in whole.rows]
    main = made["R/gaps"].text
    assert main.count("[[:R/gaps/gaps/") == 3
    assert "first 2 of 7 rows" in main


def test_pages_stay_below_the_page_limit_of_a_wiki() -> None:
    many = [
        replace(AMA, key=f"user:{n}", name="Ọ̀pọ̀lọpọ̀ ènìyàn " * 5 + str(n))
        for n in range(1000, 3100)
    ]
    wanting = [replace(each, wants=movement_want(), offers=()) for each in many]
    made = pages(movement(profiles=(*PROFILES, *wanting)))
    assert "R/queue/unmatched/3" in made
    assert max(len(page.text.encode()) for page in made.values()) < 2_000_000


def movement_want():
    from exchange.model import Want

    return (Want("law"), Want("contest"))


def test_a_page_in_another_language_says_so_and_which_way_it_is_written() -> None:
    text = pages(movement(), "ar")["R/gaps"].text
    assert '<div lang="ar" dir="rtl">' in text
    assert "<div lang" not in pages(movement())["R/gaps"].text


def test_numbers_are_written_for_the_language() -> None:
    german, english = Labels.of("de", DIRECTORY), Labels.of("en", DIRECTORY)
    assert german.cell(ColumnType.COUNT, 12345) == "12.345"
    assert english.cell(ColumnType.COUNT, 12345) == "12,345"
    assert english.cell(ColumnType.RATE, 0.414) == "41%"
    assert english.cell(ColumnType.POINTS, -0.05) == "−5"
    assert english.cell(ColumnType.CHANGE, 3) == "+3"
    assert english.cell(ColumnType.CHANGE, 0) == "0"
    assert english.cell(ColumnType.COUNT, None) == "–"
    assert english.cell(ColumnType.COUNT, 0) == "0"


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        ((9, 10, 11), "9:00–12:00 (UTC)"),
        ((9, 11), "9:00–10:00, 11:00–12:00 (UTC)"),
        ((22, 23, 0, 1), "22:00–2:00 (UTC)"),
        (tuple(range(24)), "any hour"),
    ],
)
def test_hours_are_shown_as_spans(hours: tuple[int, ...], shown: str) -> None:
    assert LABELS.window(hours) == shown


# --- downloads -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
        ("  =1", "'=1"),
        ("\t=1", "'=1"),
        ("|calc", "'|calc"),
        ("Ada", "Ada"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_no_cell_of_a_csv_is_a_formula(text: str, safe: str) -> None:
    assert guard_formula(text) == safe


def test_csv_has_ids_and_names_and_reads_back() -> None:
    facts = movement(profiles=(replace(AMA, name='=HYPERLINK("x")'), *PROFILES[1:]))
    table = next(t for t in build_tables(find_report("gaps"), facts) if t.sheet.id == "single")
    head, *rows = comma_separated.reader(io.StringIO(table_csv(table, LABELS)))
    assert head == [
        "capacity",
        "capacity_name",
        "helper",
        "helper_name",
        "seats",
        "wanting",
        "unmet",
        "licence",
        "history",
    ]
    assert len(rows) == len(table.rows)
    assert rows[0][:4] == ["wikidata", "Wikidata", "user:1", '\'=HYPERLINK("x")']
    assert rows[0][-2:] == ["CC-BY-SA-4.0", ""]


def test_every_row_of_a_csv_says_its_licence_and_whom_to_name() -> None:
    history = "https://wiki.example/w/index.php?title={page}&action=history"
    counts = words = 0
    for one in list_reports():
        for table in build_tables(one, movement()):
            text = table_csv(table, LABELS, history)
            head, *rows = comma_separated.reader(io.StringIO(text))
            assert head == [column.name for column in csv_columns(table.sheet)]
            assert len(set(head)) == len(head)
            for row in rows:
                assert len(row) == len(head)
                assert row[head.index("licence")] == table.sheet.licence
            if table.sheet.licence is Licence.COUNTS:
                counts += 1
                assert head[-1] == "licence"
                assert "user:" not in text
            elif rows:
                words += 1
                assert head[-1] == "history"
                assert any("action=history" in row[-1] for row in rows)
    assert counts > 8
    assert words > 5


def test_every_number_of_every_table_has_a_unit() -> None:
    for one in list_reports():
        for sheet in one.sheets:
            for column in sheet.columns:
                assert bool(column.unit) == (
                    column.cell.is_number and column.cell is not ColumnType.FIGURE
                ), (sheet.id, column.name)


def test_json_has_every_sheet_column_unit_and_row() -> None:
    one = find_report("fairness")
    tables = build_tables(one, movement())
    body = json.loads(report_json(one, tables, LABELS))
    assert body["licence"] == "CC0-1.0"
    assert [sheet["id"] for sheet in body["sheets"]] == [table.sheet.id for table in tables]
    first = body["sheets"][1]
    assert first["rows"][3]["value"] == {"value": pytest.approx(3 / 4), "unit": "rate"}
    assert first["columns"][2] == {"name": "n", "type": "count", "unit": "cases", "title": "Cases"}


# --- Extension:Chart -----------------------------------------------------------------------

FIELD = re.compile(r"[^\W\d]\w*")


def check_tab(text: str) -> dict[str, object]:
    """The published rules of tabular data and of charts."""
    assert len(text.encode()) <= MAX_TAB_BYTES
    body = json.loads(text)
    assert body["license"] == "CC0-1.0"
    fields = body["schema"]["fields"]
    assert fields[0]["type"] == "string"
    assert {field["type"] for field in fields[1:]} == {"number"}
    assert all(FIELD.fullmatch(field["name"]) for field in fields)
    assert len({field["name"] for field in fields}) == len(fields)
    for row in body["data"]:
        assert len(row) == len(fields)
        assert isinstance(row[0], str)
        assert len(row[0]) <= 400
        assert not re.search(r"[\n\t]", row[0])
        assert all(value is None or isinstance(value, int | float) for value in row[1:])
    for text_of in (body["description"], *(field["title"] for field in fields)):
        assert all(0 < len(value) <= 400 for value in text_of.values())
    return body


def test_every_plot_is_valid_tabular_data_and_a_valid_chart() -> None:
    drawn = 0
    for one in list_reports():
        for table in build_tables(one, movement()):
            if not has_chart(table):
                continue
            drawn += 1
            check_tab(table_tab(table, LABELS))
            body = json.loads(table_chart(table, LABELS, source="X.tab"))
            assert body["version"] == 1
            assert body["license"] == "CC0-1.0"
            assert body["type"] in ("bar", "line", "pie", "area")
            assert body["source"] == "X.tab"
            assert set(body) == {
                "license", "version", "source", "type", "title", "xAxis", "yAxis",
            }  # fmt: skip
    assert drawn >= 6


def test_a_table_that_is_too_large_for_a_chart_is_cut_from_its_end() -> None:
    gaps = find_report("gaps").sheets[0]
    assert gaps.plot is not None
    sheet = Sheet(
        id="gaps",
        columns=(Column("capacity", ColumnType.TEXT), Column("wants", ColumnType.COUNT)),
        rows=lambda facts: [],
        plot=replace(gaps.plot, y=("wants",), limit=10_000),
    )
    rows = tuple((f"{n} " + "ö" * 500, n) for n in range(2000))
    body = check_tab(table_tab(Table(sheet, rows), LABELS))
    data = body["data"]
    assert isinstance(data, list)
    assert [row[1] for row in data] == list(range(1999, 1999 - len(data), -1))
    assert len(data) > 80


def test_the_chart_stands_beside_its_table_where_the_wiki_draws_charts() -> None:
    made = pages(movement(), place=ReportPages("R", data="Data"))
    assert "{{#chart:R/gaps.chart|data=R/gaps.tab}}" in made["R/gaps"].text
    assert json.loads(made["Data:R/gaps.chart"].text)["source"] == "R/gaps.tab"
    assert "{{#chart" not in pages(movement())["R/gaps"].text
