"""docs/matching.md: its numbers are those of the weights, and its example comes out as told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from exchange.directory import Directory, load
from exchange.matching import History, explain_pair, load_weights
from exchange.matching.build_market import build_market
from exchange.matching.groups import LONGEST_CHAIN
from exchange.matching.interpreters import HELPERS, INTERPRETERS
from exchange.matching.scoring import JOIN_STEPS, LANGUAGE_SHARES, capacity_points, rarity_points
from exchange.matching.shared_wants import count_shared
from exchange.matching.things import weights_of_things
from exchange.model import (
    FLUENT,
    Capacity,
    Kind,
    Language,
    Level,
    Match,
    Method,
    Offer,
    Priority,
    Profile,
    Want,
)

PAGE = (Path(__file__).parents[3] / "docs" / "matching.md").read_text(encoding="utf-8")
WEIGHTS = load_weights()
DIRECTORY = Directory(
    [
        Capacity("tools", names={"en": "Wikidata tools"}),
        Capacity("queries", "tools", names={"en": "Wikidata queries"}),
        Capacity("events", names={"en": "event management"}),
    ]
)
TODAY = date(2026, 11, 23)
ADA = Profile(
    "user:1",
    "Ada",
    offers=(Offer("events"),),
    wants=(
        Want(
            "tools",
            methods=(Method.MENTORING,),
            level=Level.INTERMEDIATE,
            priority=Priority.HIGH,
        ),
    ),
    languages=(Language("yo"),),
    country="NG",
    timezone="UTC+1",
)
BO = Profile(
    "user:2",
    "Bo",
    offers=(Offer("queries", methods=(Method.MENTORING,), level=Level.EXPERT),),
    wants=(Want("events"),),
    languages=(Language("yo", 4),),
    country="GH",
    timezone="UTC+0",
    edited=datetime(2026, 11, 2, tzinfo=UTC),
)


def table(heading: str) -> list[list[str]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_worked_example_comes_out_as_told() -> None:
    others = [
        Profile(f"user:{at}", f"Other {at}", languages=(Language("yo" if at == 3 else "en"),))
        for at in range(3, 410)
    ]
    market = build_market(
        [ADA, BO, *others],
        directory=DIRECTORY,
        weights=WEIGHTS,
        history=History(),
        today=TODAY,
    )
    assert market.size == 409
    found = explain_pair(ADA, BO, directory=DIRECTORY, weights=WEIGHTS, today=TODAY, market=market)
    assert isinstance(found, Match)
    told = {row[0]: int(row[-1]) for row in table("A worked example")[:-1]}
    assert {part.name: part.points for part in found.parts} == told
    assert f"**{found.score:.0f}**" == table("A worked example")[-1][-1]


def test_the_example_of_a_thing_comes_out_as_told() -> None:
    directory = load()
    chi = Profile(
        "user:3",
        "Chi",
        wants=(Want("venue", priority=Priority.HIGH, until=date(2026, 12, 7)),),
        languages=(Language("en", 4),),
        country="NG",
    )
    club = Profile(
        "page:4",
        "Wiki Club",
        kind=Kind.INFORMAL_GROUP,
        offers=(Offer("venue", level=Level.EXPERT, methods=(Method.TRAINING,)),),
        languages=(Language("en", 5),),
        country="NG",
        edited=datetime(2026, 11, 2, tzinfo=UTC),
    )
    found = explain_pair(chi, club, directory=directory, weights=WEIGHTS, today=TODAY)
    assert isinstance(found, Match)
    rows = table("Money and things")
    assert {part.name: part.points for part in found.parts} == {r[0]: int(r[2]) for r in rows[:-1]}
    assert f"**{found.score:.0f}**" == rows[-1][-1]
    for other in (replace(club, country="GH"), replace(club, offers=(Offer("equipment"),))):
        none = explain_pair(chi, other, directory=directory, weights=WEIGHTS, today=TODAY)
        assert not isinstance(none, Match)
    points = weights_of_things(WEIGHTS).points.model_dump()
    assert f"the best match has\n  {sum(points.values())} points" in PAGE
    unbound = {"small-grant", "travel-support", "prizes", "exchange-visit", "money-and-things"}
    assert directory.things - directory.bound == unbound, "money, and a place to stay for visitors"


def test_joins_make_the_examples_request_more_pressing_as_told() -> None:
    first, second = JOIN_STEPS
    assert f"from {first} join on" in PAGE
    assert f"two steps from {second} joins on" in PAGE
    points = {joins: priority_points(Priority.NORMAL, joins) for joins in range(6)}
    assert points == {0: 0, 1: 10, 2: 10, 3: 10, 4: 20, 5: 20}
    assert [priority_points(Priority.HIGH, joins) for joins in (0, 1, 4)] == [10, 20, 20]
    assert priority_points(Priority.URGENT, 9) == 20, "nothing is more than urgent"
    assert f"the same {points[1]} points with {first} join, and {points[4]} with {second}" in PAGE


def test_what_several_want_is_as_pressing_as_told() -> None:
    said = re.search(
        r"of (\d+) people who wrote .* each has (\d+) joins, so with normal priority each has (\d+)"
        r" points, and (\d+) from (\d+) people on",
        " ".join(PAGE.split()),
    )
    assert said
    people, joins, points, most, many = map(int, said.groups())

    def counted(number: int) -> Want:
        wanting = [
            replace(ADA, key=f"user:{at}", name=str(at), wants=(Want("unlisted:bookbinding"),))
            for at in range(number)
        ]
        return count_shared(wanting, TODAY)[0].wants[0]

    assert counted(people).joins == joins
    assert priority_points(Priority.NORMAL, counted(people).joins) == points
    reached = [priority_points(Priority.NORMAL, counted(at).joins) for at in (many - 1, many)]
    assert reached == [points, most]


def priority_points(priority: Priority, joins: int) -> int:
    want = replace(ADA.wants[0], priority=priority, joins=joins, request="User:Ada")
    asked = replace(ADA, wants=(want,))
    found = explain_pair(asked, BO, directory=DIRECTORY, weights=WEIGHTS, today=TODAY)
    assert isinstance(found, Match)
    return sum(int(part.points) for part in found.parts if part.name == "priority")


def test_the_points_of_the_table_are_those_of_the_weights() -> None:
    points = WEIGHTS.points.model_dump(by_alias=True)
    told: dict[str, int] = {}
    for names, numbers, _ in table("How well two people fit"):
        for name, number in zip(names.split(", "), numbers.split(" + "), strict=True):
            told[name.replace(" ", "-")] = int(number)
    assert told == points


def test_the_shares_of_the_table_are_those_of_the_weights() -> None:
    assert f"narrower counts {capacity_points(1, WEIGHTS)}, one step broader" in PAGE
    assert f"broader {capacity_points(-1, WEIGHTS)}" in PAGE
    for level, points in re.findall(r"(\d): (\d+)", PAGE.split("By the lower level: ")[1][:40]):
        assert WEIGHTS.points.language * LANGUAGE_SHARES[int(level)] // 100 == int(points)
    few, many = rarity_points([3, 200], 409, WEIGHTS.points.small_language)  # type: ignore[arg-type]
    assert f"3 of them speak has {few} of the 80 points" in PAGE
    assert f"one that 200 speak has {many}" in PAGE
    best = WEIGHTS.points.capacity + WEIGHTS.points.level + WEIGHTS.points.methods
    assert f"× {best})" in PAGE
    assert f"After {WEIGHTS.bounds.silence_days} days of silence" in PAGE
    assert f"their seat for {WEIGHTS.bounds.exchange_days} days" in PAGE


def test_the_bounds_of_interpreters_and_chains_are_as_stated() -> None:
    text = " ".join(PAGE.split())
    assert f"the best {HELPERS} helpers" in text
    assert f"the {INTERPRETERS} interpreters" in text
    assert f"at Babel level {FLUENT} or better, and offers it" in text
    assert LONGEST_CHAIN == 4, "who may help a fourth"
