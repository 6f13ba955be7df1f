"""Cohorts: people who want the same thing, share a language and are awake at the same hours."""

from __future__ import annotations

from exchange.fold import fold
from exchange.model import Cohort
from exchange.reports.facts import Facts
from exchange.reports.report import (
    Cell,
    Column,
    Leaf,
    Message,
    Report,
    Row,
    Sheet,
    Table,
)


def slug(cohort: Cohort) -> str:
    """The name of a cohort's page: stable as long as its capacity and language are."""
    name = fold(cohort.capacity.removeprefix("unlisted:"))
    safe = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    return f"{safe or 'cohort'}-{cohort.language}"


def _named(facts: Facts) -> list[tuple[str, Cohort]]:
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


def _cohorts(facts: Facts) -> list[Row]:
    return [
        (
            cohort.capacity,
            cohort.language,
            len(cohort.members),
            cohort.hours,
            tuple(facts.find(key) for key in cohort.members),
            tuple(facts.find(key) for key in cohort.helpers),
            cohort.until,
            name,
        )
        for name, cohort in _named(facts)
    ]


COHORTS = Sheet(
    id="cohorts",
    head="capacity",
    columns=(
        Column("capacity", Cell.CAPACITY),
        Column("language", Cell.LANGUAGE),
        Column("people", Cell.COUNT, "people", bar=True),
        Column("window", Cell.WINDOW),
        Column("members", Cell.PARTIES, wide=True),
        Column("helpers", Cell.PARTIES),
        Column("until", Cell.DATE),
        Column("invitation", Cell.LEAF),
    ),
    rows=_cohorts,
)

MEMBERS = Sheet(
    id="cohort-members",
    head="member",
    columns=(
        Column("member", Cell.PARTY),
        Column("role", Cell.MESSAGE),
        Column("region", Cell.REGION),
        Column("country", Cell.COUNTRY),
        Column("languages", Cell.LANGUAGES),
    ),
    rows=lambda facts: [],
)


def _leaves(facts: Facts) -> list[Leaf]:
    """One page a cohort: a draft of the invitation, and the people it is for."""
    leaves: list[Leaf] = []
    for name, cohort in _named(facts):
        about = (("capacity", cohort.capacity), ("language", cohort.language))
        lead = [
            Message("cohort-greeting", about),
            Message("cohort-why", (*about, len(cohort.members))),
        ]
        if cohort.helpers:
            helpers = tuple(facts.find(key) for key in cohort.helpers)
            lead.append(Message("cohort-helpers", (*about, ("parties", helpers), len(helpers))))
        else:
            lead.append(Message("cohort-no-helper", about))
        if cohort.hours:
            lead.append(Message("cohort-hours", (("window", cohort.hours),)))
        if cohort.until:
            lead.append(Message("cohort-until", (cohort.until,)))
        lead.append(Message("cohort-next", about))
        rows = [
            *(_person(facts, key, "helper") for key in cohort.helpers),
            *(_person(facts, key, "member") for key in cohort.members),
        ]
        leaves.append(
            Leaf(name, Message("cohort-title", about), tuple(lead), (Table(MEMBERS, tuple(rows)),))
        )
    return leaves


def _person(facts: Facts, key: str, role: str) -> Row:
    at = facts.number(key)
    if at is None:
        return (facts.find(key), Message(f"role-{role}"), None, None, ())
    place = facts.parties.iloc[at]
    return (
        facts.find(key),
        Message(f"role-{role}"),
        place["region"],
        place["country"],
        facts.spoken.get(at, ()),
    )


REPORT = Report(id="cohorts", sheets=(COHORTS,), leaves=_leaves)
