"""Overview: the movement in a few numbers, and how they moved since last week, month, quarter."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from exchange.model import Cohort
from exchange.reports.cells import ColumnType, MessageCell, Quantity, to_date
from exchange.reports.data import ReportData
from exchange.reports.frames import REASONS
from exchange.reports.model import (
    CohortInvitation,
    Column,
    Plot,
    Report,
    Row,
    Sheet,
    Subpage,
    Table,
)
from exchange.reports.place_counts import HISTORY_LENGTH, thin
from exchange.text import fold

PREFIX = "overview-"
"""What the names of these figures begin with in the history."""

FIGURES: tuple[tuple[str, ColumnType], ...] = (
    ("people", ColumnType.COUNT),
    ("groups", ColumnType.COUNT),
    ("offers", ColumnType.COUNT),
    ("wants", ColumnType.COUNT),
    ("unmet", ColumnType.COUNT),
    ("requests", ColumnType.COUNT),
    ("matches", ColumnType.COUNT),
    ("interpreted", ColumnType.COUNT),
    ("coverage", ColumnType.RATE),
    ("wants-served", ColumnType.RATE),
    ("reciprocity", ColumnType.RATE),
    ("load", ColumnType.NUMBER),
)
SPANS = (("week", 7), ("month", 30), ("quarter", 91))


def figures(facts: ReportData) -> dict[str, int | float | None]:
    """The figures of today by name; a rate of nothing is None.

    ``coverage`` is the share of seekers with a suggestion that stands, ``wants-served`` the same
    of wants, ``interpreted`` how many suggestions name an interpreter, ``reciprocity`` the share of
    suggestions in which the helper gets something back,
    ``load`` the mean number of suggestions of those who help at all.
    """
    wants, live = facts.wants, facts.live
    seekers = wants["party"].nunique()
    served = wants.loc[wants["served"], "party"].nunique()
    return {
        "people": int((~facts.parties["group"].astype(bool)).sum()),
        "groups": int(facts.parties["group"].astype(bool).sum()),
        "offers": len(facts.offers),
        "wants": len(wants),
        "unmet": len(wants) - int(wants["served"].sum()),
        "requests": len(facts.requests),
        "matches": len(live),
        "interpreted": int(live["interpreted"].sum()),
        "coverage": served / seekers if seekers else None,
        "wants-served": int(wants["served"].sum()) / len(wants) if len(wants) else None,
        "reciprocity": int(live["back"].sum()) / len(live) if len(live) else None,
        "load": len(live) / live["helper"].nunique() if len(live) else None,
    }


def measures(facts: ReportData) -> list[tuple[date, str, float, int | None]]:
    """Today's row of the history: (day, name, value, n); what is not known is left out."""
    return [
        (facts.today, PREFIX + name, float(value), None)
        for name, value in figures(facts).items()
        if value is not None
    ]


def _before(facts: ReportData, name: str, days: int) -> float | None:
    """What the history says of that day, or of the nearest day before it within a week more."""
    until, since = facts.today - timedelta(days=days), facts.today - timedelta(days=days + 7)
    frame = facts.measures
    known = frame[
        (frame["name"] == PREFIX + name) & (frame["day"] <= until) & (frame["day"] > since)
    ]
    return None if known.empty else float(known["value"].iloc[-1])


def _overview(facts: ReportData) -> list[Row]:
    now = figures(facts)
    rows: list[Row] = []
    for name, unit in FIGURES:
        value = now[name]
        changes: list[Quantity | None] = []
        for _, days in SPANS:
            then = _before(facts, name, days)
            known = then is not None and value is not None
            kind = ColumnType.POINTS if unit is ColumnType.RATE else ColumnType.CHANGE
            changes.append(Quantity(kind, _less(value, then, unit)) if known else None)
        rows.append((MessageCell(f"figure-{name}"), Quantity(unit, value), *changes))
    return rows


def _less(now: int | float | None, then: float | None, unit: ColumnType) -> int | float:
    difference = (now or 0) - (then or 0)
    return round(difference) if unit is ColumnType.COUNT else difference


def _history(facts: ReportData) -> list[Row]:
    """One row a week, and before that one a month: the newest day of each, oldest first."""
    frame = facts.measures
    frame = frame[frame["name"].str.startswith(PREFIX) & (frame["day"] <= facts.today)]
    if frame.empty:
        return []
    known: dict[date, dict[str, float]] = {}
    for moment, name, value in zip(frame["day"], frame["name"], frame["value"], strict=True):
        known.setdefault(moment, {})[name] = value
    return [
        (
            to_date(moment),
            *(_cell(known[moment].get(PREFIX + name), unit) for name, unit in FIGURES),
        )
        for moment in thin(known, facts.today)
    ]


def _cell(value: float | None, unit: ColumnType) -> int | float | None:
    if value is None:
        return None
    return round(value) if unit is ColumnType.COUNT else float(value)


OVERVIEW = Sheet(
    id="overview",
    head="figure",
    columns=(
        Column("figure", ColumnType.MESSAGE),
        Column("now", ColumnType.FIGURE),
        *(Column(f"since-{name}", ColumnType.FIGURE, volatile=True) for name, _ in SPANS),
    ),
    rows=_overview,
)

_UNITS = {
    "unmet": "wants",
    "matches": "suggestions",
    "interpreted": "suggestions",
    "coverage": "share of seekers",
    "wants-served": "share of wants",
    "reciprocity": "share of suggestions",
    "load": "suggestions for each helper",
}
"""The units of those figures that are not called after what they count."""

HISTORY = Sheet(
    id="history",
    head="day",
    columns=(
        Column("day", ColumnType.DATE),
        *(Column(name, unit, _UNITS.get(name, name)) for name, unit in FIGURES),
    ),
    rows=_history,
    plot=Plot(
        x="day",
        y=("people", "offers", "wants", "unmet", "matches"),
        kind="line",
        limit=HISTORY_LENGTH,
    ),
    volatile=True,
)

OVERVIEW_REPORT = Report(id="overview", sheets=(OVERVIEW, HISTORY))


# -- Interventions: what would meet the unmet wants, those that help most people first.

MANY = 3
"""From how many people on a course, a clinic or a cohort is worth its organiser's time."""

KINDS = ("course", "invite", "translation", "clinic", "trainers", "nudge", "widen")
"""What can be done; ``intervention-<kind>`` names it and ``intervention-<kind>-how`` says how."""


def kind(reason: str, people: int, *, clinic: bool) -> str:
    """What would meet wants that are unmet for this reason.

    Nobody helps: a course where many want it, else an invitation to somebody who could. No shared
    language: translation. All seats taken: a clinic where a helper, a shared language and hours
    are known for many, else a training of trainers. Helper away: a nudge. All who could help were
    suggested before: widen the circle of helpers. The rest can wait for the next round.
    """
    if reason == "nobody":
        return "course" if people >= MANY else "invite"
    if reason == "seats":
        return "clinic" if clinic and people >= MANY else "trainers"
    return {"language": "translation", "away": "nudge", "suggested": "widen"}.get(reason, "wait")


def interventions(facts: ReportData) -> list[Row]:
    """One row a capacity and reason: every unmet want is in at most one.

    Those that only wait for the next round are in none: there is nothing to do about them.

    Ranked by points (a person counts one, two where the want is high, three where it is urgent),
    then by the regions it is spread over, then by people.
    """
    groups: dict[tuple[str, str], list[tuple[int, int, date | None]]] = {}
    for capacity, reason, *want in facts.rows(
        "wants", "capacity", "reason", "party", "priority", "until"
    ):
        if reason:
            groups.setdefault((capacity, reason), []).append((want[0], want[1], want[2]))
    regions = facts.parties["region"].tolist()
    spoken = facts.spoken
    helpers = facts.once(find_helpers)
    clinics = {cohort.capacity: cohort for cohort in reversed(facts.cohorts) if cohort.helpers}
    rows: list[tuple[tuple[object, ...], Row]] = []
    for (capacity, reason), group in sorted(groups.items(), key=lambda pair: pair[0]):
        people = len(group)
        clinic = clinics.get(capacity)
        what = kind(reason, people, clinic=_workable(clinic))
        if what == "wait":
            continue
        urgent, high = (sum(one == level for _, one, _ in group) for level in (2, 1))
        points = people + high + 2 * urgent
        spread = {regions[at] for at, _, _ in group if regions[at]}
        tongues = Counter(code for at, _, _ in group for code in spoken.get(at, ()))
        shared = tuple(
            code for code, _ in sorted(tongues.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
        )
        until = min((one for _, _, one in group if one is not None), default=None)
        first = helpers.get(capacity, [])[:3]
        row: Row = (
            capacity,
            MessageCell(f"intervention-{what}"),
            MessageCell(f"intervention-{what}-how", (people,)),
            people,
            high,
            urgent,
            points,
            len(spread),
            shared,
            tuple(facts.party(at) for at in first),
            to_date(until),
        )
        order = (-points, -len(spread), -people, capacity, REASONS.index(reason))
        rows.append((order, row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _workable(cohort: Cohort | None) -> bool:
    return cohort is not None and bool(cohort.hours) and len(cohort.members) >= MANY


def find_helpers(facts: ReportData) -> dict[str, list[int]]:
    """Who offers what is wanted or something narrower, those who offer it itself first."""
    capacities = {capacity for (capacity,) in facts.rows("wants", "capacity")}
    found: dict[str, list[tuple[bool, int]]] = {}
    for party, offered in facts.rows("offers", "party", "capacity"):
        for capacity in facts.ancestors(offered):
            if capacity in capacities:
                found.setdefault(capacity, []).append((capacity != offered, party))
    return {
        capacity: list(dict.fromkeys(party for _, party in sorted(near)))
        for capacity, near in found.items()
    }


INTERVENTIONS = Sheet(
    id="interventions",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("intervention", ColumnType.MESSAGE),
        Column("how", ColumnType.MESSAGE, wide=True),
        Column("people", ColumnType.COUNT, "people"),
        Column("high", ColumnType.COUNT, "people"),
        Column("urgent", ColumnType.COUNT, "people"),
        Column("points", ColumnType.COUNT, "points", bar=True),
        Column("regions", ColumnType.COUNT, "regions"),
        Column("languages", ColumnType.LANGUAGES),
        Column("helpers", ColumnType.PARTIES, wide=True),
        Column("until", ColumnType.DATE),
    ),
    rows=interventions,
    plot=Plot(x="capacity", y=("people",)),
)

INTERVENTIONS_REPORT = Report(id="interventions", sheets=(INTERVENTIONS,))


# -- Cohorts: people who want the same thing, share a language and are awake at the same hours.


def slug(cohort: Cohort) -> str:
    """The name of a cohort's page: stable as long as its capacity and language are."""
    name = fold(cohort.capacity.removeprefix("unlisted:"))
    safe = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    return f"{safe or 'cohort'}-{cohort.language}"


def _named(facts: ReportData) -> list[tuple[str, Cohort]]:
    """Cohorts with their pages' names; a second one of the same capacity and language gets -2."""
    ordered = sorted(
        facts.cohorts, key=lambda one: (-len(one.members), one.capacity, one.language, one.members)
    )
    seen: dict[str, int] = {}
    named: list[tuple[str, Cohort]] = []
    for cohort in ordered:
        name = slug(cohort)
        seen[name] = seen.get(name, 0) + 1
        named.append((name if seen[name] == 1 else f"{name}-{seen[name]}", cohort))
    return named


def _cohorts(facts: ReportData) -> list[Row]:
    return [
        (
            cohort.capacity,
            name,
            cohort.language,
            len(cohort.members),
            cohort.until,
            cohort.hours,
            tuple(facts.find(key) for key in cohort.helpers),
            tuple(facts.find(key) for key in cohort.members),
            facts.declined(cohort),
        )
        for name, cohort in _named(facts)
    ]


COHORTS = Sheet(
    id="cohorts",
    head="capacity",
    columns=(
        Column("capacity", ColumnType.CAPACITY),
        Column("invitation", ColumnType.LEAF),
        Column("language", ColumnType.LANGUAGE),
        Column("people", ColumnType.COUNT, "people", bar=True),
        Column("until", ColumnType.DATE),
        Column("window", ColumnType.WINDOW),
        Column("helpers", ColumnType.PARTIES),
        Column("members", ColumnType.PARTIES, wide=True),
        Column("declined", ColumnType.COUNT, "people"),
    ),
    rows=_cohorts,
)


HANDS_ON = 8
"""The most people with whom a helper can work on their own tasks, one after the other."""


def event_type(cohort: Cohort) -> str:
    """Return what a cohort's event is, as the CampaignEvents extension calls its types.

    Without anybody who teaches, people meet; a few work through it together; many are trained.
    """
    if not cohort.helpers:
        return "meetup"
    return "workshop" if len(cohort.members) <= HANDS_ON else "training-seminar"


def _ready(facts: ReportData, cohort: Cohort) -> bool:
    """Whether somebody can start a cohort now, and it is needed.

    There are hours that suit all, one of the helpers has a free seat, and enough of the members
    have no match yet.
    """
    taken = facts.live.loc[facts.live["holds"], "helper"].value_counts()
    seats = facts.parties["seats"]
    helpers = [at for key in cohort.helpers if (at := facts.number(key)) is not None]
    lacking = len(set(facts.unmet.get(cohort.capacity, ())).intersection(cohort.members))
    free = any(taken.get(at, 0) < seats[at] for at in helpers)
    return bool(cohort.hours) and free and lacking >= MANY


MEMBERS = Sheet(
    id="cohort-members",
    head="member",
    columns=(
        Column("member", ColumnType.PARTY),
        Column("role", ColumnType.MESSAGE),
        Column("region", ColumnType.REGION),
        Column("country", ColumnType.COUNTRY),
        Column("languages", ColumnType.LANGUAGES),
    ),
    rows=lambda facts: [],
)


def _leaves(facts: ReportData) -> list[Subpage]:
    """One page a cohort: a draft of the invitation, and the people it is for."""
    leaves: list[Subpage] = []
    for name, cohort in _named(facts):
        about = (("capacity", cohort.capacity), ("language", cohort.language))
        lead = [
            MessageCell("cohort-greeting", about),
            MessageCell("cohort-why", (*about, len(cohort.members))),
        ]
        if cohort.helpers:
            helpers = tuple(facts.find(key) for key in cohort.helpers)
            lead.append(MessageCell("cohort-helpers", (*about, ("parties", helpers), len(helpers))))
        else:
            lead.append(MessageCell("cohort-no-helper", about))
        if cohort.hours:
            lead.append(MessageCell("cohort-hours", (("window", cohort.hours),)))
        if cohort.until:
            lead.append(MessageCell("cohort-until", (cohort.until,)))
        lead.append(MessageCell("cohort-next", about))
        rows = [
            *(_person(facts, key, "helper") for key in cohort.helpers),
            *(_person(facts, key, "member") for key in cohort.members),
        ]
        leaves.append(
            Subpage(
                name,
                MessageCell("cohort-title", about),
                tuple(lead),
                (Table(MEMBERS, tuple(rows)),),
                on_wiki=_ready(facts, cohort),
                invitation=CohortInvitation(
                    cohort.language,
                    tuple(facts.find(key) for key in (*cohort.helpers, *cohort.members)),
                    event_type(cohort),
                ),
            )
        )
    return leaves


def _person(facts: ReportData, key: str, role: str) -> Row:
    at = facts.number(key)
    if at is None:
        return (facts.find(key), MessageCell(f"role-{role}"), None, None, ())
    place = facts.parties.iloc[at]
    return (
        facts.find(key),
        MessageCell(f"role-{role}"),
        place["region"],
        place["country"],
        facts.spoken.get(at, ()),
    )


COHORTS_REPORT = Report(id="cohorts", sheets=(COHORTS,), subpages=_leaves)
