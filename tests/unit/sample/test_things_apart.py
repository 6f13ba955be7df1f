"""Money and things apart: who offers and wants them changes no figure about people's skills anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from exchange.directory import load
from exchange.model import Offer, Priority, Profile, Want
from exchange.reports import list_reports
from exchange.store import Store
from tests.support.sample import SampleMovement
from tests.unit.sample.test_one_number import Movement, figures

DIRECTORY = load()
THINGS = sorted(DIRECTORY.things)
PAGES = ("/", "/map", "/places", "/requests", "/places/SSA", "/places/country/NG")


def with_things(profile: Profile) -> Profile:
    """Give three of four people something to offer or want, some of it asked for on its own page."""
    turn = crc32(profile.key.encode())
    if turn % 4 == 0 or not (profile.offers or profile.wants):
        return profile
    offered, wanted = THINGS[turn % len(THINGS)], THINGS[turn // 7 % len(THINGS)]
    want = Want(
        wanted,
        wanted,
        priority=Priority(turn % 3),
        until=date(2026, 12, 20) if turn % 5 == 0 else None,
        request=f"{profile.page}/Room" if turn % 3 == 0 else "",
    )
    return replace(
        profile,
        offers=(*profile.offers, *([Offer(offered, offered)] if turn % 4 != 1 else [])),
        wants=(*profile.wants, *([want] if turn % 4 != 2 else [])),
    )


@pytest.fixture(scope="module")
def without(sample_at: Callable[[str], SampleMovement]) -> Movement:
    return Movement(sample_at("harvested"))


@pytest.fixture(scope="module")
def having(sample_at: Callable[[str], SampleMovement]) -> Movement:
    """The sample movement in which most people have something to do with money and things, too."""
    harvested = sample_at("harvested")
    with closing(Store.open(harvested.environment["CXC_DATABASE"])) as store:
        given = [with_things(one) for one in store.profiles.all()]
        with store.transaction():
            store.profiles.save_many(given)
    return Movement(harvested)


def test_they_are_offered_wanted_and_matched(having: Movement) -> None:
    told = having.told["match"]["steps"]["match"]
    assert told["things"] > 20
    assert told["unmet_things"] > 20
    rows = {row["capacity"]: row for row in having.sheet("things", "things")}
    assert set(rows) <= DIRECTORY.things
    root = rows["money-and-things"]
    assert root["wants"] == told["things"] + told["unmet_things"]
    assert root["served"] == told["things"]
    assert root["unmet"] == told["unmet_things"]
    for name in ("things-regions", "things-countries"):
        assert sum(row["unmet"] for row in having.sheet("things", name)) == root["unmet"]
    assert len(having.sheet("things", "things-requests")) > 20


REPORTS = [one.id for one in list_reports() if one.id != "things"]


@pytest.mark.parametrize("report", REPORTS)
def test_no_figure_of_another_report_changes(
    report: str, having: Movement, without: Movement
) -> None:
    sheets, others = (one.json(f"/reports/{report}.json")["sheets"] for one in (having, without))
    assert sheets == others
    names = [sheet["id"] for sheet in sheets]
    for name in names:
        assert having.csv(report, name) == without.csv(report, name)
    assert not any(f'"{thing}"' in json.dumps(sheets) for thing in THINGS), (
        "nothing of it is listed, either"
    )


def test_every_page_on_the_wiki_but_its_own_is_the_same(
    having: Movement, without: Movement
) -> None:
    def pages(movement: Movement) -> dict[str, str]:
        base = movement.folder / "wiki"
        return {
            str(path.relative_to(base)): path.read_text(encoding="utf-8")
            for path in base.rglob("*")
            if path.is_file() and is_report(path)
        }

    def is_report(path: Path) -> bool:
        return "Reports" in str(path) and not re.search(r"things|data", path.stem, re.IGNORECASE)

    mine, others = pages(having), pages(without)
    assert mine.keys() == others.keys()
    assert {name for name in mine if mine[name] != others[name]} == set()
    assert len(mine) > 20


def test_what_a_round_says_of_itself_is_the_same(having: Movement, without: Movement) -> None:
    apart = ("things", "unmet_things", "seconds")
    mine, others = (
        {
            name: value
            for name, value in one.told["match"]["steps"]["match"].items()
            if name not in apart
        }
        for one in (having, without)
    )
    assert mine == others
    with (
        closing(Store.open(having.environment["CXC_DATABASE"])) as store,
        closing(Store.open(without.environment["CXC_DATABASE"])) as other,
    ):
        assert store.place_weeks.all_with_measures() == other.place_weeks.all_with_measures()
        assert store.rounds.cohorts() == other.rounds.cohorts()
        assert store.rounds.first_seen() == other.rounds.first_seen()


def test_the_module_on_the_wiki_counts_each_by_itself(having: Movement, without: Movement) -> None:
    def figures_of(movement: Movement) -> dict[str, Any]:
        (path,) = movement.folder.glob("wiki/**/figures.json*")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["capacities"]
        return found

    mine, others = figures_of(having), figures_of(without)
    assert {id: one for id, one in mine.items() if id not in THINGS} == others
    rows = {row["capacity"]: row for row in having.sheet("things", "things")}
    assert {id: mine[id]["offers"] for id in mine.keys() & THINGS} == {
        id: row["offering"] for id, row in rows.items()
    }


def numbers(html: str) -> list[str]:
    """The numbers that a page shows, outside of addresses and what changes with each run."""
    main = html.partition("<main")[2].partition("</main>")[0]
    # What was asked for last is a list, of skills and things alike.
    main = main.partition('id="newest"')[0]
    bare = re.sub(r"<time.*?</time>|<svg.*?</svg>|<[^>]+>", " ", main, flags=re.DOTALL)
    return re.findall(r"\d[\d,.]*", bare)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_shows_the_same_numbers(address: str, having: Movement, without: Movement) -> None:
    assert numbers(having.page(address)) == numbers(without.page(address))


@pytest.mark.parametrize(
    "address", ["/map.csv", "/map.csv?measure=unmet", "/api/v1/places", "/search?direction=offer"]
)
def test_a_file_or_a_search_has_the_same_numbers(
    address: str, having: Movement, without: Movement
) -> None:
    mine, others = having.page(address), without.page(address)
    if address.startswith("/search"):
        mine, others = (re.findall(r'id="results">(.*?)<', one)[0] for one in (mine, others))
    assert mine == others


def test_the_page_on_the_tool_itself_has_the_same_figures(
    having: Movement, without: Movement
) -> None:
    assert figures(having.page("/status")) == figures(without.page("/status")) != {}


def test_the_interface_counts_the_same_of_every_skill(having: Movement, without: Movement) -> None:
    mine, others = (
        {one["id"]: one for one in movement.json("/api/v1/capacities")["capacities"]}
        for movement in (having, without)
    )
    skills = set(mine) - DIRECTORY.things
    assert {id: mine[id] for id in skills} == {id: others[id] for id in skills}
