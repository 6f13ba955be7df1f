"""Places: offers, wants and unmet wants by region, country, language and affiliate, and who helps whom."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from itertools import islice

import pandas as pd

from exchange.matching.metrics import wilson_interval
from exchange.reports.cells import ColumnType, MessageCell, PartyCell, to_date, to_int
from exchange.reports.data import ReportData
from exchange.reports.flow import (
    COULD_MATRIX,
    FLOW,
    MATCH_MATRIX,
    PLACE_FLOW,
    TEACH,
    flow_rows,
    teach_rows,
)
from exchange.reports.model import Column, Plot, Report, Row, Sheet, Subpage, Table
from exchange.reports.place_counts import (
    COUNTED,
    PLACE_OFFERS,
    PLACE_TREND,
    PLACE_WANTS,
    count_members,
    count_row,
    members_at,
    members_of,
    place_capacities,
    place_trend,
)
from exchange.reports.progress import MANY, find_helpers
from exchange.reports.queue import OVERLOADED, overloaded
from exchange.reports.ways import WAYS, UnmetWays

# -- Requests: what people asked for by itself, with the day by which help is of use.

PRIORITIES = ("normal", "high", "urgent")


def _served(facts: ReportData) -> set[tuple[int, str]]:
    """The wants that somebody was suggested for: (party, capacity)."""
    return {
        (party, capacity)
        for party, capacity, done in facts.rows("wants", "party", "capacity", "served")
        if done
    }


def requests(facts: ReportData, *, here: Collection[int] | None = None) -> list[Row]:
    """Open requests, the nearest deadline first, those without one last; perhaps of some parties."""
    frame = facts.requests
    served, ways = facts.once(_served), facts.once(UnmetWays)
    rows: list[tuple[tuple[object, ...], Row]] = []
    names = ("party", "capacity", "priority", "until", "request", "note", "needed")
    for party, capacity, priority, until, page, note, needed in zip(
        *(frame[name] for name in names), strict=True
    ):
        if here is not None and party not in here:
            continue
        until = to_date(until if until is not None and until == until else None)
        is_open = (party, capacity) not in served
        spoken = facts.spoken.get(party, ())
        who = facts.party(party)
        row: Row = (
            capacity,
            who,
            to_int(needed),
            until,
            MessageCell(f"priority-{PRIORITIES[priority]}"),
            MessageCell("state-open" if is_open else "state-matched"),
            ways.of(capacity, seeker=who.key, languages=spoken, is_request=True) if is_open else (),
            page,
            note,
        )
        rows.append(((until or date.max, -priority, capacity, who.key, page), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


REQUESTS = Sheet(
    id="requests",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("party", ColumnType.PARTY),
        Column("needed", ColumnType.COUNT, "people"),
        Column("until", ColumnType.DATE),
        Column("priority", ColumnType.MESSAGE),
        Column("state", ColumnType.MESSAGE),
        WAYS,
        Column("page", ColumnType.PAGE),
        Column("note", ColumnType.TEXT),
    ),
    rows=requests,
)

REQUESTS_REPORT = Report(id="requests", sheets=(REQUESTS,))


# -- Places: offers, wants and unmet wants by region, country, language and affiliate, and who helps whom.

NOWHERE = ""
"""The place of those who do not say where they are; their row is the last one."""


def _by(facts: ReportData, column: str) -> list[Row]:
    places = facts.parties[column].fillna(NOWHERE)
    rows = count_members(facts, pd.DataFrame({"place": places, "party": facts.parties.index}))
    nowhere = rows.pop(NOWHERE, None)
    return [*_sorted(rows), *([(None, *nowhere)] if nowhere else [])]


def _sorted(rows: dict[str, Row]) -> list[Row]:
    """The widest gap first, then the most wants."""
    ordered = sorted(rows.items(), key=lambda one: (-to_int(one[1][5]), -to_int(one[1][3]), one[0]))
    return [(place, *cells) for place, cells in ordered]


def _total(facts: ReportData) -> Row:
    """Everybody, those whose place is not known as well."""
    members = pd.DataFrame({"place": "all", "party": facts.parties.index})
    cells = count_members(facts, members).get("all", count_row(0, 0, 0, 0, 0))
    return (None, *cells)


def _languages(facts: ReportData) -> list[Row]:
    return _sorted(count_members(facts, members_of(facts, "language")))


def _affiliates(facts: ReportData) -> list[Row]:
    return _sorted(count_members(facts, members_of(facts, "affiliate")))


def _equity(facts: ReportData) -> list[Row]:
    """Seekers served among those who come first and among the rest, with the numbers behind."""
    parties, wants = facts.parties, facts.wants
    seekers = set(wants["party"])
    served = set(wants.loc[wants["served"], "party"])
    emerging = parties["emerging"]
    is_group = parties["group"].astype(bool)
    small = parties["small"].astype(bool)
    sides = (
        ("emerging", emerging.eq(True)),
        ("established", emerging.eq(False)),
        ("unknown", emerging.isna()),
        ("small-groups", is_group & small),
        ("large-groups", is_group & ~small),
        ("persons", ~is_group),
    )
    rows: list[Row] = []
    for name, side in sides:
        here = seekers.intersection(parties.index[side])
        hits = len(here & served)
        low, high = wilson_interval(hits, len(here)) or (None, None)
        rate = hits / len(here) if here else None
        rows.append(
            (MessageCell(f"side-{name}"), len(here), hits, len(here) - hits, rate, low, high)
        )
    return rows


def _sheet(name: str, cell: ColumnType, column: str) -> Sheet:
    return Sheet(
        id=name,
        head=column,
        columns=(Column(column, cell), *COUNTED),
        rows=lambda facts: _by(facts, column),
        total=_total,
        plot=Plot(x=column, y=("wants", "offers")),
    )


REGIONS = _sheet("regions", ColumnType.REGION, "region")
COUNTRIES = _sheet("countries", ColumnType.COUNTRY, "country")
LANGUAGES = Sheet(
    id="languages",
    head="language",
    columns=(Column("language", ColumnType.LANGUAGE), *COUNTED),
    rows=_languages,
    plot=Plot(x="language", y=("wants", "offers")),
)
AFFILIATES = Sheet(
    id="affiliates",
    head="affiliate",
    columns=(Column("affiliate", ColumnType.TEXT), *COUNTED),
    rows=_affiliates,
)
EQUITY = Sheet(
    id="equity",
    head="side",
    columns=(
        Column("side", ColumnType.MESSAGE),
        Column("seekers", ColumnType.COUNT, "people"),
        Column("served-people", ColumnType.COUNT, "people"),
        Column("unmet-people", ColumnType.COUNT, "people"),
        Column("rate", ColumnType.RATE, "share of seekers", bar=True),
        Column("from", ColumnType.RATE, "share of seekers"),
        Column("to", ColumnType.RATE, "share of seekers"),
    ),
    rows=_equity,
    plot=Plot(x="side", y=("rate",), interval=("from", "to")),
)


# -- One page a place: who is here, what is missing, who could help, and what to do next.

SHOWN = 15
"""The most capacities on a place's page."""

COURSES = Sheet(
    id="place-courses",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("language", ColumnType.LANGUAGE),
        Column("people", ColumnType.COUNT, "people"),
        Column("members", ColumnType.PARTIES, wide=True),
        Column("until", ColumnType.DATE),
        Column("window", ColumnType.WINDOW),
        Column("helpers", ColumnType.PARTIES),
    ),
    rows=lambda facts: [],
)

PLACE_UNMET = Sheet(
    id="place-unmet",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("unmet", ColumnType.COUNT, "wants", bar=True),
        Column("asking", ColumnType.PARTIES, wide=True),
        Column("until", ColumnType.DATE),
        Column("helpers", ColumnType.PARTIES, wide=True),
        Column("languages", ColumnType.LANGUAGES),
    ),
    rows=lambda facts: [],
)


PEOPLE_SHOWN = 15
"""The most people and groups on a place's page; search has all of them, page by page."""

PLACE_PEOPLE = Sheet(
    id="place-people",
    head="party",
    columns=(
        Column("party", ColumnType.PARTY),
        Column("offers", ColumnType.CAPACITIES, wide=True),
        Column("wanted", ColumnType.CAPACITIES, wide=True),
        Column("languages", ColumnType.LANGUAGES),
    ),
    rows=lambda facts: [],
)


def place_page(facts: ReportData, kind: str, id: str) -> Subpage | None:
    """Return the page of a region, country, language or affiliate; None where nobody is there."""
    here = members_at(facts, kind, id)
    if not here:
        return None
    courses, unmet = _courses(facts, here), _unmet(facts, here)
    full = [row for at, row in facts.once(_overloaded) if at in here]
    sheet = {"region": REGIONS, "country": COUNTRIES, "language": LANGUAGES}.get(kind, AFFILIATES)
    now = count_members(facts, pd.DataFrame({"place": id, "party": sorted(here)}))[id]
    tables = [
        Table(sheet, ((id, *now),)),
        Table(PLACE_TREND, tuple(place_trend(facts, kind, id, now))),
        Table(COURSES, tuple(courses)),
        Table(PLACE_UNMET, tuple(unmet)),
        Table(PLACE_OFFERS, tuple(place_capacities(facts, here, "offers"))),
        Table(PLACE_WANTS, tuple(place_capacities(facts, here, "wants"))),
        Table(OVERLOADED, tuple(full)),
        Table(REQUESTS, tuple(requests(facts, here=here))),
        Table(PLACE_FLOW, tuple(row[:3] for row in flow_rows(facts, here=here))),
        Table(TEACH, tuple(teach_rows(facts, here))),
    ]
    if kind == "region":
        inside = set(facts.parties.loc[sorted(here), "country"].dropna())
        rows = tuple(row for row in _by(facts, "country") if row[0] in inside)
        tables.append(Table(COUNTRIES, rows))
    tables.append(Table(PLACE_PEOPLE, tuple(_people(facts, here))))
    about = id if kind == "affiliate" else (kind, id)
    lead = _next_steps(facts, courses, unmet, full)
    name = id if kind == "region" else f"{kind}/{id}"
    return Subpage(name, MessageCell("region-title", (about,)), lead, tuple(tables))


def _edited(facts: ReportData) -> list[int]:
    return [(day or date.min).toordinal() for day in facts.parties["edited"].tolist()]


def _listed(facts: ReportData) -> list[dict[int, list[str]]]:
    """The capacities that each party offers, and those that they want."""
    listed: list[dict[int, list[str]]] = [{}, {}]
    for name, found in zip(("offers", "wants"), listed, strict=True):
        for party, capacity in facts.rows(name, "party", "capacity"):
            found.setdefault(party, []).append(capacity)
    return listed


def _people(facts: ReportData, here: Collection[int]) -> list[Row]:
    """Who is in a place: those who edited their profiles last, with what they offer and want."""
    edited = facts.once(_edited)
    newest = sorted(here, key=lambda at: (-edited[at], at))[:PEOPLE_SHOWN]
    offers, wants = facts.once(_listed)
    return [
        (
            facts.party(at),
            tuple(offers.get(at, ())),
            tuple(wants.get(at, ())),
            facts.spoken.get(at, ()),
        )
        for at in newest
    ]


def _overloaded(facts: ReportData) -> list[tuple[int | None, Row]]:
    """The rows of ``overloaded``, each with the number of whom it is about."""
    rows = facts.once(overloaded)
    keys = [row[0].key if isinstance(row[0], PartyCell) else "" for row in rows]
    return [(facts.number(key), row) for key, row in zip(keys, rows, strict=True)]


def _courses(facts: ReportData, here: Collection[int]) -> list[Row]:
    """Cohorts with enough people of a place: most of them first, then the nearest deadline."""
    rows: list[Row] = []
    for cohort in facts.cohorts:
        members = tuple(key for key in cohort.members if facts.number(key) in here)
        if len(members) >= MANY:
            people, helpers = (tuple(map(facts.find, keys)) for keys in (members, cohort.helpers))
            row = (cohort.capacity, cohort.language, len(members), people)
            rows.append((*row, cohort.until, cohort.hours, helpers))
    return sorted(
        rows, key=lambda row: (-to_int(row[2]), str(row[4] or date.max), str(row[0]), str(row[1]))
    )


def _waiting(facts: ReportData) -> dict[int, list[tuple[str, date | None]]]:
    """Unmet wants by who waits: which capacity, until when."""
    found: dict[int, list[tuple[str, date | None]]] = {}
    for party, *want, reason in facts.rows("wants", "party", "capacity", "until", "reason"):
        if reason:
            found.setdefault(party, []).append((want[0], to_date(want[1])))
    return found


def _unmet(facts: ReportData, here: Collection[int]) -> list[Row]:
    """The capacities with most unmet wants in a place, who asks, by when, and who could help."""
    asked: dict[str, dict[int, date | None]] = {}
    waiting = facts.once(_waiting)
    for party in here:
        for capacity, until in waiting.get(party, ()):
            asked.setdefault(capacity, {})[party] = until
    order = sorted(asked, key=lambda one: (-len(asked[one]), one))[:SHOWN]
    offering = facts.once(find_helpers)
    rows: list[Row] = []
    for capacity in order:
        people = asked[capacity]
        spoken = {code for at in people for code in facts.spoken.get(at, ())}
        able = (
            at
            for at in offering.get(capacity, ())
            if at not in people and not spoken.isdisjoint(facts.spoken.get(at, ()))
        )
        helpers = list(islice(able, MAX_HELPERS))
        shared = {code for at in helpers for code in facts.spoken[at]} & spoken
        row = (capacity, len(people), tuple(facts.party(at) for at in sorted(people)))
        until = min((day for day in people.values() if day), default=None)
        could = tuple(map(facts.party, helpers))
        rows.append((*row, until, could, tuple(sorted(shared))))
    return rows


MAX_HELPERS = 5
"""The most people who could help that are named for one capacity."""


def _next_steps(
    facts: ReportData, courses: list[Row], unmet: list[Row], full: list[Row]
) -> tuple[MessageCell, ...]:
    """What to do next in a place, in at most three sentences."""
    steps: list[MessageCell] = []
    if courses:
        capacity, language, people, *_ = courses[0]
        about = (("capacity", capacity), ("language", language), people)
        steps.append(MessageCell("place-course", (*about, *_next_quarter(facts.today))))
    lacking = next((row for row in unmet if not row[4]), None)
    if lacking:
        steps.append(MessageCell("place-invite", (("capacity", lacking[0]), lacking[1])))
    if full:
        steps.append(MessageCell("place-relieve", (full[0][0], full[0][1])))
    return tuple(steps)


def _next_quarter(today: date) -> tuple[date, date]:
    """The first and the last day of the quarter after a day."""
    month = 3 * ((today.month - 1) // 3 + 1)
    first = date(today.year + month // 12, month % 12 + 1, 1)
    after = date(first.year + (first.month + 2) // 12, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


ENOUGH = 50
"""People and groups of a country, language or affiliate from which on it has a page on the wiki."""

PAGES = 10
"""The most such pages of a kind: those of the largest. The web tool has a page of every place."""

_TITLE = re.compile(r"\w(?:[\w.,'’&()–-]| (?! )){0,99}(?<! )")


def _leaves(facts: ReportData) -> list[Subpage]:
    """The places with a page on the wiki: every region, and the largest of the other kinds."""
    places = [("region", one) for one in sorted(set(facts.parties["region"].dropna()))]
    for kind, rows in (
        ("country", _by(facts, "country")),
        ("language", _languages(facts)),
        ("affiliate", _affiliates(facts)),
    ):
        sizes = {str(row[0]): to_int(row[1]) + to_int(row[2]) for row in rows if row[0]}
        large = [one for one, size in sizes.items() if size >= ENOUGH and _TITLE.fullmatch(one)]
        places += [(kind, one) for one in sorted(large, key=lambda one: (-sizes[one], one))[:PAGES]]
    return [page for kind, one in places if (page := place_page(facts, kind, one))]


PLACES_REPORT = Report(
    id="places",
    sheets=(REGIONS, EQUITY, MATCH_MATRIX, COULD_MATRIX, FLOW, COUNTRIES, LANGUAGES, AFFILIATES),
    subpages=_leaves,
)
