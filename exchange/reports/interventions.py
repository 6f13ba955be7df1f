"""Interventions: what would meet the unmet wants, those that help most people first."""

from __future__ import annotations

from collections import Counter
from datetime import date

from exchange.model import Cohort
from exchange.reports.facts import REASONS, Facts
from exchange.reports.report import Cell, Column, Message, Plot, Report, Row, Sheet, day

MANY = 3
"""From how many people on a course, a clinic or a cohort is worth its organiser's time."""

KINDS = ("course", "invite", "translation", "clinic", "trainers", "nudge", "widen", "wait")
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


def interventions(facts: Facts) -> list[Row]:
    """One row a capacity and reason: every unmet want is in exactly one.

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
    helpers = _helpers(facts, {capacity for capacity, _ in groups})
    clinics = {cohort.capacity: cohort for cohort in reversed(facts.cohorts) if cohort.helpers}
    rows: list[tuple[tuple[object, ...], Row]] = []
    for (capacity, reason), group in sorted(groups.items(), key=lambda pair: pair[0]):
        people = len(group)
        clinic = clinics.get(capacity)
        what = kind(reason, people, clinic=_workable(clinic))
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
            Message(f"intervention-{what}"),
            Message(f"intervention-{what}-how", (people,)),
            people,
            high,
            urgent,
            points,
            len(spread),
            shared,
            tuple(facts.party(at) for at in first),
            day(until),
        )
        order = (-points, -len(spread), -people, capacity, REASONS.index(reason))
        rows.append((order, row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _workable(cohort: Cohort | None) -> bool:
    return cohort is not None and bool(cohort.hours) and len(cohort.members) >= MANY


def _helpers(facts: Facts, capacities: set[str]) -> dict[str, list[int]]:
    """Who offers a capacity or something narrower, those who offer it itself first."""
    found: dict[str, list[tuple[bool, int]]] = {}
    for party, offered in facts.rows("offers", "party", "capacity"):
        for capacity in facts.lineage(offered):
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
        Column("capacity", Cell.CAPACITY),
        Column("intervention", Cell.MESSAGE),
        Column("how", Cell.MESSAGE, wide=True),
        Column("people", Cell.COUNT, "people"),
        Column("high", Cell.COUNT, "people"),
        Column("urgent", Cell.COUNT, "people"),
        Column("points", Cell.COUNT, "points", bar=True),
        Column("regions", Cell.COUNT, "regions"),
        Column("languages", Cell.LANGUAGES),
        Column("helpers", Cell.PARTIES, wide=True),
        Column("until", Cell.DATE),
    ),
    rows=interventions,
    plot=Plot(x="capacity", y=("people",)),
)

REPORT = Report(id="interventions", sheets=(INTERVENTIONS,))
