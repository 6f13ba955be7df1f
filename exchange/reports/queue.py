"""Queue: what waits for a coordinator, each with the one step that clears it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from exchange.geography import region_of
from exchange.model import UNLISTED
from exchange.model.keys import is_group_key
from exchange.reports.cells import ColumnType, MessageCell, PartyCell, StepCell, to_int
from exchange.reports.data import ReportData
from exchange.reports.frames import REASONS
from exchange.reports.model import Column, Report, Row, Sheet
from exchange.text import fold


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row of the queue, and by which regions and languages it is found: those of its people."""

    row: Row
    regions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


Waiting = Iterable[tuple[Row, Iterable[int]]]
"""Rows, each with the people whom it concerns."""


def queue_rows(facts: ReportData) -> dict[str, tuple[WaitingRow, ...]]:
    """Return everything that waits, by sheet, in the order of the sheets."""
    regions = facts.parties["region"].tolist()

    def waiting(row: Row, people: Iterable[int]) -> WaitingRow:
        spoken = (facts.spoken.get(at, ()) for at in people)
        here = frozenset(regions[at] for at in people if isinstance(regions[at], str))
        return WaitingRow(row, here, frozenset(chain.from_iterable(spoken)))

    return {
        sheet.id: tuple(waiting(row, [*people]) for row, people in find(facts))
        for sheet, find in _KINDS
    }


def _rows(find: Callable[[ReportData], Waiting]) -> Callable[[ReportData], list[Row]]:
    return lambda facts: [row for row, _ in find(facts)]


STEP = Column("step", ColumnType.STEP)


def _write_to(party: PartyCell) -> StepCell:
    """Write to a person on their talk page; a group's page says who its contacts are."""
    if is_group_key(party.key):
        return StepCell("step-group", page=party.page)
    # A person's profile is on a user page of theirs, whatever the wiki calls that namespace.
    own = party.page.partition(":")[2].partition("/")[0] or party.name
    new = (("action", "edit"), ("section", "new"))
    return StepCell("step-write", page=f"User talk:{own}", query=new)


def _unclear(facts: ReportData) -> Waiting:
    """Answers that nobody understood, those that wait longest first, each with what was written."""
    for page, revision, day, key in sorted(
        facts.delivery.unclear, key=lambda one: (one[2], one[1])
    ):
        at = facts.number(key)
        step = StepCell("step-read", page=f"Special:Diff/{revision}")
        yield (page, step, revision, day), () if at is None else (at,)


UNCLEAR = Sheet(
    id="unclear",
    head="page",
    columns=(
        Column("page", ColumnType.PAGE),
        STEP,
        Column("revision", ColumnType.REVISION),
        Column("day", ColumnType.DATE),
    ),
    rows=_rows(_unclear),
)


def _unmatched(facts: ReportData) -> Waiting:
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
    rows: list[tuple[tuple[object, ...], Row, int]] = []
    for party, lacks in mine.items():
        rank, lack, _ = min(lacks)
        who = facts.party(party)
        row: Row = (
            who,
            tuple(capacity for _, _, capacity in lacks),
            _write_to(who),
            MessageCell(f"unmatched-{lack}"),
            regions[party],
        )
        rows.append(((rank, lack, who.name, who.key), row, party))
    rows.sort(key=lambda one: one[0])
    return [(row, (party,)) for _, row, party in rows]


UNMATCHED = Sheet(
    id="unmatched",
    head="party",
    columns=(
        Column("party", ColumnType.PARTY),
        Column("wanted", ColumnType.CAPACITIES),
        STEP,
        Column("why", ColumnType.MESSAGE),
        Column("region", ColumnType.REGION),
    ),
    rows=_rows(_unmatched),
)


def _full(facts: ReportData) -> list[tuple[Row, tuple[int, ...]]]:
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
    rows: list[tuple[Row, tuple[int, ...]]] = [
        (
            (
                facts.party(helper),
                sum(waiting.get(capacity, 0) for capacity in offers[helper]),
                _write_to(facts.party(helper)),
                seats[helper],
                taken[helper],
                tuple(capacity for capacity in offers[helper] if capacity in waiting),
            ),
            (helper,),
        )
        for helper in sorted(full)
    ]
    return sorted(rows, key=lambda one: (-to_int(one[0][1]), -to_int(one[0][4]), one[0][0]))


overloaded = _rows(_full)

OVERLOADED = Sheet(
    id="overloaded",
    head="helper",
    columns=(
        Column("helper", ColumnType.PARTY),
        Column("waiting", ColumnType.COUNT, "wants", bar=True),
        STEP,
        Column("seats", ColumnType.COUNT, "seats"),
        Column("taken", ColumnType.COUNT, "seats"),
        Column("wanted", ColumnType.CAPACITIES),
    ),
    rows=overloaded,
)


def _unanswered(facts: ReportData) -> Waiting:
    """Whoever did not answer whether they are still there; first those who count as away by it."""
    parties = facts.parties
    rows = [
        ((facts.party(at), _write_to(facts.party(at)), count, edited), (at,))
        for at, count, edited in zip(
            parties.index, parties["unanswered"], parties["edited"], strict=True
        )
        if count
    ]
    return sorted(rows, key=lambda one: (-to_int(one[0][2]), str(one[0][3]), one[0][0]))


UNANSWERED = Sheet(
    id="unanswered",
    head="party",
    columns=(
        Column("party", ColumnType.PARTY),
        STEP,
        Column("unanswered", ColumnType.COUNT, "questions"),
        Column("edited", ColumnType.DATE),
    ),
    rows=_rows(_unanswered),
)


def entry(text: str, capacity: str, known: Collection[str] = ()) -> str:
    """The entry to add to the directory for a name that it does not know, as JSON to edit.

    ``broader`` is for a person to fill in; the language of the name as well: nobody said which it
    is, so it is ``und``. Its id is none of the ``known`` ones, whose entries it would change.
    """
    name = capacity.removeprefix(UNLISTED)
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    slug = "-".join(filter(None, plain.split("-"))) or "new-capacity"
    slug, number = slug[:100], 1
    free = slug
    while free in known:
        number += 1
        free = f"{slug}-{number}"
    entry = {"id": free, "broader": None, "names": {"und": text[:150]}}
    return json.dumps(entry, ensure_ascii=False)


def _unlisted(facts: ReportData) -> Waiting:
    """Names that the directory does not know, those that most people ask for first."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    writers: dict[str, dict[str, set[int]]] = defaultdict(lambda: {"offer": set(), "want": set()})
    for party, direction, capacity, text in facts.rows(
        "written", "party", "direction", "capacity", "text"
    ):
        if capacity.startswith(UNLISTED):
            texts[capacity][text or capacity.removeprefix(UNLISTED)] += 1
            writers[capacity][direction].add(party)
    rows: list[tuple[Row, set[int]]] = []
    step = StepCell("step-add", page=facts.directory_page, query=(("action", "edit"),))
    for capacity, spellings in texts.items():
        text = min(spellings, key=lambda one: (-spellings[one], one))
        offering, wanting = writers[capacity]["offer"], writers[capacity]["want"]
        new = entry(text, capacity, facts.broader)
        row = (text, len(wanting), step, len(offering), len(offering | wanting), new)
        rows.append((row, offering | wanting))
    return sorted(rows, key=lambda one: (-to_int(one[0][1]), -to_int(one[0][4]), one[0][0]))


UNLISTED_NAMES = Sheet(
    id="unlisted",
    head="name",
    columns=(
        Column("name", ColumnType.TEXT),
        Column("wants", ColumnType.COUNT, "people", bar=True),
        STEP,
        Column("offers", ColumnType.COUNT, "people"),
        Column("people", ColumnType.COUNT, "people"),
        Column("entry", ColumnType.CODE),
    ),
    rows=_rows(_unlisted),
)


def _problems(facts: ReportData) -> Waiting:
    rows: list[tuple[Row, tuple[int, ...]]] = []
    for page, key, problem in facts.problems:
        at = facts.number(key)
        said = MessageCell(
            f"problem-{problem.code}", (problem.parameter, problem.text, problem.hint)
        )
        step = StepCell("step-fix", page=page, query=(("action", "edit"),))
        row = (page, said, step, problem.parameter, problem.text, problem.hint)
        rows.append((row, () if at is None else (at,)))
    return sorted(rows, key=lambda one: (str(one[0][0]), str(one[0][3]), str(one[0][4])))


PROBLEMS = Sheet(
    id="problems",
    head="page",
    columns=(
        Column("page", ColumnType.PAGE),
        Column("problem", ColumnType.MESSAGE),
        STEP,
        Column("parameter", ColumnType.TEXT),
        Column("text", ColumnType.TEXT),
        Column("hint", ColumnType.TEXT),
    ),
    rows=_rows(_problems),
)


def _duplicates(facts: ReportData) -> Waiting:
    """Profiles with one name after folding: groups written twice, people with two profiles."""
    named: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(facts.parties["name"]):
        if name:
            named[fold(name)].append(at)
    for name, same in sorted(named.items()):
        if len(same) > 1:
            parties = tuple(facts.party(at) for at in same)
            yield (name, parties, _write_to(parties[0]), len(same)), same


DUPLICATES = Sheet(
    id="duplicates",
    head="name",
    columns=(
        Column("name", ColumnType.TEXT),
        Column("parties", ColumnType.PARTIES),
        STEP,
        Column("profiles", ColumnType.COUNT, "profiles"),
    ),
    rows=_rows(_duplicates),
)


def _elsewhere(facts: ReportData) -> Waiting:
    """Profiles whose region is not the one that their country is in."""
    for at, (country, said) in enumerate(
        zip(facts.parties["country"], facts.parties["said_region"], strict=True)
    ):
        known = region_of(country) if isinstance(country, str) else None
        if known and isinstance(said, str) and said and said != known:
            who = facts.party(at)
            yield (who, country, said, _write_to(who), known), (at,)


ELSEWHERE = Sheet(
    id="elsewhere",
    head="party",
    columns=(
        Column("party", ColumnType.PARTY),
        Column("country", ColumnType.COUNTRY),
        Column("said-region", ColumnType.REGION),
        STEP,
        Column("region", ColumnType.REGION),
    ),
    rows=_rows(_elsewhere),
)

_KINDS: tuple[tuple[Sheet, Callable[[ReportData], Waiting]], ...] = (
    (UNCLEAR, _unclear),
    (UNMATCHED, _unmatched),
    (OVERLOADED, _full),
    (UNLISTED_NAMES, _unlisted),
    (PROBLEMS, _problems),
    (UNANSWERED, _unanswered),
    (DUPLICATES, _duplicates),
    (ELSEWHERE, _elsewhere),
)

QUEUE_REPORT = Report(id="queue", sheets=tuple(sheet for sheet, _ in _KINDS))
