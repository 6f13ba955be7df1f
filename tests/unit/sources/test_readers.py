"""Readers of what people said elsewhere: lenient with what people write, silent about the rest."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exchange.directory import load
from exchange.model import NATIVE, Kind, Language, Level, Offer
from exchange.sources.affiliates import (
    MAX_DEPTH,
    affiliation_statements,
    group_statements,
    read_affiliates,
    read_tables,
)
from exchange.sources.platform import platform_offers, read_capacities, read_people
from exchange.sources.statements import (
    EarlierStatement,
    mentor_statements,
    read_badges,
    read_categories,
    read_mentors,
    read_tools,
)
from tests.support.elsewhere import (
    affiliates_module,
    capacities_page,
    mentors_page,
    people_page,
    tabular,
)

DIRECTORY = load()
TODAY = date(2026, 11, 23)


def said(found: tuple[EarlierStatement, ...]) -> list[tuple[str, object]]:
    return [
        (one.attribute, one.value.capacity if isinstance(one.value, Offer) else one.value)
        for one in found
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("[12, 134]", ["budgeting", "lua"]),
        ("12,134", ["budgeting", "lua"]),
        ([12, 134, 12], ["budgeting", "lua"]),
        ("[]", []),
        ("", []),
        (None, []),
        ("[69]", ["mentorship"]),
        ("[901]", ["photography"]),  # by its name
        ("[900]", ["unlisted:kite building"]),  # in their words
        ("[133]", ["hotcat"]),  # by the number that we know, though the table lacks it
        ("[99999]", []),  # nobody knows it
    ],
)
def test_what_somebody_shares_on_the_platform(cell: object, expected: list[str]) -> None:
    people = read_people(people_page({"Sample Other": "[12]", "sample_Ada": cell}))
    capacities, problems = read_capacities(capacities_page())
    found = platform_offers(people, capacities, "Sample Ada", DIRECTORY)
    assert [capacity for _, capacity in said(found)] == expected
    assert problems == []


def test_a_number_that_the_platform_gave_away_again_means_what_its_name_says() -> None:
    columns = {"id": "number", "name": "localized", "description": "localized"}
    page = tabular(columns | {"wikidata_item": "string"}, [[12, {"en": "Lua"}, {}, ""]])
    capacities, _ = read_capacities(page)
    people = read_people(people_page({"Ada": "[12]"}))
    assert said(platform_offers(people, capacities, "Ada", DIRECTORY)) == [("offers", "lua")]


def test_a_bad_row_costs_nobody_else_anything() -> None:
    table = json.loads(people_page({"Ada": "[12]", "Ben": "[134]"}))
    table["data"] += [["cut"], [None, "", "[12]", ""], "no row", [5, "", "[12]", ""]]
    assert [one.name for one in read_people(json.dumps(table))] == ["Ada", "Ben"]
    table = json.loads(capacities_page())
    table["data"] += [["cut"], ["x", {}, {}, ""]]
    capacities, problems = read_capacities(json.dumps(table))
    assert (len(capacities), len(problems)) == (5, 2)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000, '{"schema": {}}'])
def test_what_is_no_table_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="not tabular data"):
        read_people(text)
    assert read_mentors(text) == read_badges(text, DIRECTORY) == ()
    assert read_tools(text, "Ada", DIRECTORY) == read_affiliates(text) == ()


def test_categories_say_languages_and_capacities() -> None:
    found = read_categories(
        [
            "Category:User en-3",
            "Category:User en",
            "Category:User yo-N",
            "Category:User_pt-br-2",
            "Kategorie:User fr-0",
            "Category:User lua-2",
            "Category:User lua",
            "Category:User JavaScript-4",
            "Category:Wikimedians who use OpenRefine",
            "Category:User photographer",
            "Category:User xx-3",
            "Category:Wikimedians in Lagos",
            "Category:Users",
            "Category:User",
            "",
        ],
        DIRECTORY,
    )
    assert {one.value for one in found if one.attribute == "languages"} == {
        Language("en", 3),
        Language("yo", NATIVE),
        Language("pt-br", 2),
    }
    offers = {one.value for one in found if one.attribute == "offers"}
    assert offers == {
        Offer("lua", "lua", level=Level.INTERMEDIATE),
        Offer("javascript", "JavaScript", level=Level.EXPERT),
        Offer("openrefine", "OpenRefine"),
        Offer("photography", "photographer"),
    }


@pytest.mark.parametrize(
    ("mentor", "expected"),
    [
        ({"weight": 4}, [("offers", "mentorship"), ("seats", 4)]),
        ({"weight": 1}, [("offers", "mentorship"), ("seats", 1)]),
        ({"weight": 0}, [("offers", "mentorship")]),  # Nobody by lot: they choose themselves.
        ({"weight": "many"}, [("offers", "mentorship"), ("seats", 2)]),
        (
            {"awayTimestamp": "2027-01-15T10:00:00Z"},
            [("offers", "mentorship"), ("seats", 2), ("away", date(2027, 1, 15))],
        ),
        (
            {"awayTimestamp": "20270115100000"},
            [("offers", "mentorship"), ("seats", 2), ("away", date(2027, 1, 15))],
        ),
        ({"awayTimestamp": "2026-01-15T10:00:00Z"}, [("offers", "mentorship"), ("seats", 2)]),
        ({"awayTimestamp": "soon"}, [("offers", "mentorship"), ("seats", 2)]),
    ],
)
def test_a_mentor(mentor: dict[str, object], expected: list[tuple[str, object]]) -> None:
    page = mentors_page({"username": "Sample Ada", "message": None} | mentor)
    (found,) = read_mentors(page)
    assert said(mentor_statements(found, DIRECTORY, TODAY)) == expected


def test_what_a_mentor_writes_is_the_note() -> None:
    (found,) = read_mentors(mentors_page({"username": "Ada", "message": "Ask me\nanything!"}))
    assert mentor_statements(found, DIRECTORY, TODAY)[0].value == Offer(
        "mentorship", "mentorship", note="Ask me anything!"
    )


def test_the_affiliates_of_a_contact() -> None:
    affiliates = read_affiliates(affiliates_module("Sample_Ada"))
    assert [one.name for one in affiliates] == ['Wikimedia "Far" Away', "Wikimedians of Lagos"]
    assert said(affiliation_statements(affiliates, "sample Ada")) == [
        ("affiliations", "Wikimedians of Lagos")
    ]
    assert affiliation_statements(affiliates, "Nobody") == ()
    assert said(group_statements(affiliates, "Meta:wikimedians of Lagos", "Sample Ada")) == [
        ("kind", Kind.USER_GROUP),
        ("region", "SSA"),
        ("contacts", "Somebody Else"),
        ("contacts", "Sample Ada"),
    ]
    # Only to whom the list itself names.
    assert group_statements(affiliates, "Wikimedians of Lagos", "Nobody") == ()


@pytest.mark.parametrize(
    ("lua", "expected"),
    [
        ("return {{a='x', b=\"y\"}}", [{"a": "x", "b": "y"}]),
        ("return {['a']='x', [\"b\"]=[==[y]]z]==]}", [{"a": "x", "b": "y]]z"}]),
        ("return {a='it\\'s', b='\\x41\\u{e9}\\065\\n.'}", [{"a": "it's", "b": "AéA\n."}]),
        ("return {a='x' .. 'y', b=f('z'), c='w'}", [{"c": "w"}]),
        ("return {a=nil, b=true, c=x, d=5, e='w'}", [{"e": "w"}]),
        ("--[[ {a='x'} ]] return {b='y' -- {c='z'}\n}", [{"b": "y"}]),
        ("return {a='x'", []),
        ("return {a='x', b={c='y'}}", [{"c": "y"}, {"a": "x"}]),
        ("a='x'; b={'y'}", []),
        ("}}} {a='x'}", [{"a": "x"}]),
        ("return {a='unclosed\n, b='y'}", [{"b": "y"}]),
    ],
)
def test_lua_is_read_and_never_run(lua: str, expected: list[dict[str, str]]) -> None:
    assert read_tables(lua) == expected


def test_hostile_lua_is_read_once_and_not_deeper_than_allowed() -> None:
    assert read_tables("{a=" * (MAX_DEPTH + 1) + "'x'" + "}" * (MAX_DEPTH + 1)) == []
    assert read_tables("--[==[ " * 200_000) == []
    assert read_tables("{'" * 200_000) == []


@given(some.text(alphabet="{}[]=,;-\"'\\ ab\n.", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(table for table in read_tables(text))


def test_badges_name_capacities() -> None:
    badges = [
        {"badge_class": {"display_name": "OpenRefine", "description": ""}},
        {"badge_class": {"display_name": "Introduction to Wikidata"}},
        {"badge_class": {"display_name": "Seven"}},
        {"badge_class": None},
        "no badge",
    ]
    found = read_badges(json.dumps({"results": badges}), DIRECTORY)
    assert [capacity for _, capacity in said(found)] == ["openrefine", "wikidata"]
    assert found[1].value == Offer("wikidata", "Wikidata", note="Introduction to Wikidata")


def test_tools_count_for_who_made_them() -> None:
    tools = [
        {
            "title": "Sample tool",
            "author": [{"name": "A", "wiki_username": "sample_Ada"}],
            "technology_used": ["JavaScript", "COBOL", 5],
        },
        {"title": "Other", "author": [{"wiki_username": "Ben"}], "technology_used": ["Lua"]},
        {"title": "Odd", "author": "Sample Ada"},
    ]
    found = read_tools(json.dumps({"results": tools}), "Sample Ada", DIRECTORY)
    assert [capacity for _, capacity in said(found)] == ["software-development", "javascript"]
    assert said(read_tools(json.dumps(tools), "Ben", DIRECTORY))[-1] == ("offers", "lua")
