"""Queue: what waits for a coordinator, each with the one step that clears it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta

from exchange.fold import fold
from exchange.model import UNLISTED
from exchange.places import region_of
from exchange.reports.facts import REASONS, Facts
from exchange.reports.report import Cell, Column, Message, Report, Row, Sheet, whole

STALE_DAYS = 365
"""A profile that nobody edited for so long may no longer be true."""


def _unmatched(facts: Facts) -> list[Row]:
    """Everybody none of whose wants is served, once, under the hardest reason of theirs."""
    wants = facts.wants
    served = set(wants.loc[wants["served"], "party"])
    mine: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for party, capacity, reason, lack in zip(
        wants["party"], wants["capacity"], wants["reason"], wants["lack"], strict=True
    ):
        if party not in served:
            mine[party].append((REASONS.index(reason), lack, capacity))
    regions = facts.parties["region"].tolist()
    rows: list[tuple[tuple[object, ...], Row]] = []
    for party, lacks in mine.items():
        rank, lack, _ = min(lacks)
        who = facts.party(party)
        row: Row = (
            who,
            tuple(capacity for _, _, capacity in lacks),
            Message(f"unmatched-{lack}"),
            regions[party],
        )
        rows.append(((rank, lack, who.name, who.key), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


UNMATCHED = Sheet(
    id="unmatched",
    head="party",
    columns=(
        Column("party", Cell.PARTY),
        Column("wanted", Cell.CAPACITIES),
        Column("why", Cell.MESSAGE),
        Column("region", Cell.REGION),
    ),
    rows=_unmatched,
)


def _overloaded(facts: Facts) -> list[Row]:
    """Helpers whose every seat is taken, those wanted by most unserved people first."""
    taken = Counter(facts.live.loc[facts.live["holds"], "helper"].tolist())
    seats = facts.parties["seats"].tolist()
    blocked = facts.wants[facts.wants["reason"] == "seats"]
    waiting = blocked["capacity"].value_counts().to_dict()
    offers: dict[int, list[str]] = defaultdict(list)
    full = {helper for helper, count in taken.items() if count >= seats[helper]}
    mine = facts.offers[facts.offers["party"].isin(full)]
    for party, capacity in zip(mine["party"], mine["capacity"], strict=True):
        offers[party].append(capacity)
    rows: list[Row] = [
        (
            facts.party(helper),
            seats[helper],
            taken[helper],
            sum(waiting.get(capacity, 0) for capacity in offers[helper]),
            tuple(capacity for capacity in offers[helper] if capacity in waiting),
        )
        for helper in sorted(full)
    ]
    return sorted(rows, key=lambda row: (-whole(row[3]), -whole(row[2]), row[0]))


OVERLOADED = Sheet(
    id="overloaded",
    head="helper",
    columns=(
        Column("helper", Cell.PARTY),
        Column("seats", Cell.COUNT, "seats"),
        Column("taken", Cell.COUNT, "seats"),
        Column("waiting", Cell.COUNT, "wants", bar=True),
        Column("wanted", Cell.CAPACITIES),
    ),
    rows=_overloaded,
)


def _stale(facts: Facts) -> list[Row]:
    oldest = facts.today - timedelta(days=STALE_DAYS)
    rows: list[Row] = [
        (facts.party(at), edited)
        for at, edited in enumerate(facts.parties["edited"])
        if edited is not None and edited == edited and edited < oldest
    ]
    return sorted(rows, key=lambda row: str(row[1]))


STALE = Sheet(
    id="stale",
    head="party",
    columns=(Column("party", Cell.PARTY), Column("edited", Cell.DATE)),
    rows=_stale,
)


def entry(text: str, capacity: str) -> str:
    """The entry to add to the directory for a name that it does not know, as JSON to edit.

    ``broader`` is for a person to fill in; the language of the name as well.
    """
    name = capacity.removeprefix(UNLISTED)
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    slug = "-".join(filter(None, plain.split("-"))) or "new-capacity"
    entry = {"id": slug[:100], "broader": None, "names": {"en": text[:150]}}
    return json.dumps(entry, ensure_ascii=False)


def _unlisted(facts: Facts) -> list[Row]:
    """Names that the directory does not know, those that most people write first."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    writers: dict[str, dict[str, set[int]]] = defaultdict(lambda: {"offer": set(), "want": set()})
    for party, direction, capacity, text in facts.rows(
        "written", "party", "direction", "capacity", "text"
    ):
        if capacity.startswith(UNLISTED):
            texts[capacity][text or capacity.removeprefix(UNLISTED)] += 1
            writers[capacity][direction].add(party)
    rows: list[Row] = []
    for capacity, spellings in texts.items():
        text = min(spellings, key=lambda one: (-spellings[one], one))
        offering, wanting = writers[capacity]["offer"], writers[capacity]["want"]
        rows.append(
            (text, len(offering | wanting), len(offering), len(wanting), entry(text, capacity))
        )
    return sorted(rows, key=lambda row: (-whole(row[1]), row[0]))


UNLISTED_NAMES = Sheet(
    id="unlisted",
    head="name",
    columns=(
        Column("name", Cell.TEXT),
        Column("people", Cell.COUNT, "people", bar=True),
        Column("offers", Cell.COUNT, "people"),
        Column("wants", Cell.COUNT, "people"),
        Column("entry", Cell.CODE),
    ),
    rows=_unlisted,
)


def _problems(facts: Facts) -> list[Row]:
    rows: list[Row] = [
        (
            page,
            Message(f"problem-{problem.code}", (problem.parameter, problem.text, problem.hint)),
            problem.parameter,
            problem.text,
            problem.hint,
        )
        for page, _, problem in facts.problems
    ]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2]), str(row[3])))


PROBLEMS = Sheet(
    id="problems",
    head="page",
    columns=(
        Column("page", Cell.PAGE),
        Column("problem", Cell.MESSAGE),
        Column("parameter", Cell.TEXT),
        Column("text", Cell.TEXT),
        Column("hint", Cell.TEXT),
    ),
    rows=_problems,
)


def _duplicates(facts: Facts) -> list[Row]:
    """Profiles with one name after folding: groups written twice, people with two profiles."""
    named: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(facts.parties["name"]):
        if name:
            named[fold(name)].append(at)
    return [
        (name, len(same), tuple(facts.party(at) for at in same))
        for name, same in sorted(named.items())
        if len(same) > 1
    ]


DUPLICATES = Sheet(
    id="duplicates",
    head="name",
    columns=(
        Column("name", Cell.TEXT),
        Column("profiles", Cell.COUNT, "profiles"),
        Column("parties", Cell.PARTIES),
    ),
    rows=_duplicates,
)


def _elsewhere(facts: Facts) -> list[Row]:
    """Profiles whose region is not the one that their country is in."""
    rows: list[Row] = []
    for at, (country, said) in enumerate(
        zip(facts.parties["country"], facts.parties["said_region"], strict=True)
    ):
        known = region_of(country) if isinstance(country, str) else None
        if known and isinstance(said, str) and said and said != known:
            rows.append((facts.party(at), country, said, known))
    return rows


ELSEWHERE = Sheet(
    id="elsewhere",
    head="party",
    columns=(
        Column("party", Cell.PARTY),
        Column("country", Cell.COUNTRY),
        Column("said-region", Cell.REGION),
        Column("region", Cell.REGION),
    ),
    rows=_elsewhere,
)

REPORT = Report(
    id="queue",
    sheets=(UNMATCHED, OVERLOADED, UNLISTED_NAMES, PROBLEMS, STALE, DUPLICATES, ELSEWHERE),
)
