"""The page on the wiki that extends the directory: good ones are used, bad ones refused whole."""

import json
from pathlib import Path

import pytest

from exchange.directory import check, extend, load
from exchange.directory.validation import MAX_DEPTH, MAX_ENTRIES
from exchange.errors import DirectoryError

BROKEN = json.loads(Path(__file__).with_name("broken.json").read_text(encoding="utf-8"))
TEA = {
    "about": "for our wiki",
    "capacities": [
        {"id": "tea", "broader": "event", "names": {"en": "tea"}, "aliases": {"": ["cha"]}},
        {"id": "lua", "names": {"sw": "Lua ya wiki"}, "aliases": {"en": ["Scribunto modules"]}},
        {"id": "wikinews", "names": {"en": "news writing"}},
    ],
}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["sentence"])
def test_a_bad_page_is_refused_with_its_error(case: dict[str, object]) -> None:
    repeat = case.get("repeat")
    text = case["text"] if not isinstance(repeat, list) else repeat[0] * repeat[1]
    before = load()
    digest = before.digest
    with pytest.raises(DirectoryError) as caught:
        extend(before, str(text))
    assert str(case["says"]) in str(caught.value)
    assert all(problem.startswith("page:") for problem in caught.value.problems)
    assert before.digest == digest


def test_a_good_page_adds_capacities_and_names() -> None:
    directory = load(extra=json.dumps(TEA))
    assert directory.resolve("Cha") == "tea"
    assert directory.broader("tea")[0] == "event"
    assert directory.resolve("lua ya wiki") == directory.resolve("Scribunto modules") == "lua"
    assert directory.name("lua", "de") == "Lua"


def test_what_was_written_under_a_replaced_name_is_still_found() -> None:
    directory = load(extra=json.dumps(TEA))
    assert directory.name("wikinews") == "news writing"
    assert directory.resolve("Wikinews") == "wikinews"


def test_an_entry_that_says_nothing_of_its_place_leaves_it() -> None:
    assert load(extra=json.dumps(TEA)).broader("lua") == load().broader("lua")


def test_an_empty_page_changes_nothing() -> None:
    assert load(extra="").digest == load(extra=" \n").digest == load().digest


def test_check_lists_every_problem_at_once() -> None:
    page = {
        "capacities": [
            {"id": "tea", "names": {"en": "Lua"}, "broader": "drinks"},
            {"id": "cake", "names": {"zzz-zzz": "cake"}},
        ]
    }
    problems = check(extra=json.dumps(page))
    assert len(problems) == 3
    assert any("drinks" in problem for problem in problems)


def chain(length: int, *, under: str | None = None) -> str:
    """Return a page with a chain of capacities, each broader than the next."""
    entries = [
        {"id": f"link-{at}", "names": {"en": f"link {at}"}, "broader": f"link-{at - 1}"}
        for at in range(1, length)
    ]
    first = {"id": "link-0", "names": {"en": "link 0"}, **({"broader": under} if under else {})}
    return json.dumps({"capacities": [*reversed(entries), first]})


def test_six_levels_are_possible_and_a_seventh_is_refused() -> None:
    assert len(load(extra=chain(MAX_DEPTH)).broader(f"link-{MAX_DEPTH - 1}")) == MAX_DEPTH - 1
    (problem,) = check(extra=chain(MAX_DEPTH + 1))
    assert problem.startswith("page: link-6: stands 7 levels deep (link-6 < link-5 <")
    above = load()
    levels = len(above.broader("lua")) + 1
    assert check(extra=chain(MAX_DEPTH - levels, under="lua")) == ()
    (problem,) = check(extra=chain(MAX_DEPTH - levels + 1, under="lua"))
    assert "levels deep" in problem


@pytest.mark.parametrize("length", [1_500, MAX_ENTRIES])
def test_a_very_deep_page_is_refused_with_one_reason(length: int) -> None:
    (problem,) = check(extra=chain(length))
    assert "link-6: stands 7 levels deep" in problem


def test_a_circle_far_above_is_told_as_a_circle_only() -> None:
    page = json.loads(chain(40))
    page["capacities"][-1]["broader"] = "link-9"
    (problem,) = check(extra=json.dumps(page))
    assert "link-0: is broader than itself" in problem


@pytest.mark.parametrize("length", [MAX_ENTRIES + 1, 20_000])
def test_a_page_of_too_many_entries_is_refused(length: int) -> None:
    (problem,) = check(extra=chain(length))
    assert problem.startswith(f"page: capacities: List should have at most {MAX_ENTRIES} items")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (problem,) = check(tmp_path / "none.json")
    assert "none.json" in problem
