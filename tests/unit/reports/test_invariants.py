"""What holds for every movement: counts add up, nobody counts twice, cells are plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.model import (
    Kind,
    Language,
    Match,
    Offer,
    Priority,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.reports import (
    MessageCell,
    PartyCell,
    Quantity,
    ReportData,
    Table,
    build_tables,
    list_reports,
)
from exchange.reports.cells import StepCell
from exchange.reports.data import REASONS, RoundHistory
from exchange.ways import WayOn
from tests.support.examples import examples
from tests.unit.reports.movement import BROADER, TODAY

CAPACITIES = st.sampled_from([*BROADER, "unlisted:knitting", "unlisted:chess"])
PLACES = st.sampled_from([None, "GH", "DE", "FR", "BR"])
LACKS = ("nobody", "language", "suggested", "away", "seats", "limit")


@st.composite
def profiles(draw: st.DrawFn) -> list[Profile]:
    people = []
    for number in range(draw(st.integers(0, 7))):
        group = draw(st.booleans())
        wants = st.builds(
            Want,
            capacity=CAPACITIES,
            priority=st.sampled_from(Priority),
            until=st.sampled_from([None, TODAY - timedelta(1), TODAY, TODAY + timedelta(9)]),
            request=st.sampled_from(["", "Help/Me"]),
        )
        people.append(
            Profile(
                f"{'page' if group else 'user'}:{number}",
                draw(st.sampled_from(["Ada", "ada", "Bo", "Cy"])),
                kind=draw(st.sampled_from([k for k in Kind if (k is not Kind.PERSON) == group])),
                country=draw(PLACES),
                offers=tuple(draw(st.lists(st.builds(Offer, capacity=CAPACITIES), max_size=3))),
                wants=tuple(draw(st.lists(wants, max_size=4))),
                languages=tuple(
                    Language(code, 3)
                    for code in draw(st.lists(st.sampled_from(["en", "fr", "yo"]), max_size=3))
                ),
                seats=draw(st.integers(0, 3)),
                away=draw(st.sampled_from([None, TODAY + timedelta(3)])),
            )
        )
    return people


@st.composite
def movements(draw: st.DrawFn) -> ReportData:
    people = draw(profiles())
    keys = [person.key for person in people] or ["user:99"]
    made = datetime(2026, 11, 20, tzinfo=UTC)
    pair = st.tuples(st.sampled_from([*keys, "user:99"]), st.sampled_from(keys), CAPACITIES)
    suggestions = [
        Suggestion(
            Match(seeker, helper, want, want, 1.0),
            "2026-W47",
            made,
            draw(st.sampled_from(SuggestionStatus)),
        )
        for seeker, helper, want in draw(st.lists(pair, max_size=6, unique=True))
    ]
    lack = st.tuples(st.sampled_from(keys), CAPACITIES, st.sampled_from(LACKS))
    return ReportData(
        today=TODAY,
        profiles=people,
        broader=BROADER,
        suggestions=suggestions,
        round_history=RoundHistory(draw(st.lists(lack, max_size=6))),
    )


def tables(facts: ReportData, *sheets: str) -> dict[str, Table]:
    """The tables of these sheets, with all of the reports that they are in."""
    return {
        table.sheet.id: table
        for one in list_reports()
        if {sheet.id for sheet in one.sheets} & set(sheets)
        for table in build_tables(one, facts)
    }


@settings(max_examples=examples(30), deadline=None)
@given(movements())
def test_served_and_unmet_are_all_wants_in_every_row(facts: ReportData) -> None:
    counted = ("gaps", "regions", "countries", "languages", "affiliates")
    made = tables(facts, *counted, "equity")
    for name in counted:
        table = made[name]
        for row in [*table.records(), *([_total(table)] if table.total else [])]:
            assert row["served"] + row["unmet"] == row["wants"]
            if name == "gaps":
                assert sum(row[f"unmet-{reason}"] for reason in REASONS) == row["unmet"]
    for row in made["equity"].records():
        assert row["served-people"] + row["unmet-people"] == row["seekers"]


@settings(max_examples=examples(30), deadline=None)
@given(movements())
def test_rolling_up_counts_nobody_twice(facts: ReportData) -> None:
    rows = {row["capacity"]: row for row in tables(facts, "gaps")["gaps"].records()}
    seekers = facts.wants["party"].nunique()
    helpers = facts.offers["party"].nunique()
    for capacity, row in rows.items():
        # Against a count that knows nothing of frames.
        below = {own for own in BROADER if capacity in facts.ancestors(own)} | {
            own for own in facts.written["capacity"] if capacity in facts.ancestors(own)
        }
        wanting = {
            party
            for party, own in zip(facts.wants["party"], facts.wants["capacity"], strict=True)
            if own in below
        }
        offering = {
            party
            for party, own in zip(facts.offers["party"], facts.offers["capacity"], strict=True)
            if own in below
        }
        assert row["wanting"] == len(wanting) <= seekers
        assert row["offering"] == len(offering) <= helpers
        above = facts.ancestors(str(capacity))[1:2]
        if above:
            assert row["wanting"] <= rows[above[0]]["wanting"]
            assert row["offering"] <= rows[above[0]]["offering"]


@settings(max_examples=examples(30), deadline=None)
@given(movements())
def test_every_unmet_want_and_every_unmatched_person_is_in_one_row(facts: ReportData) -> None:
    made = tables(facts, "interventions", "unmatched", "regions", "flow")
    lacking = facts.wants[~facts.wants["served"].astype(bool)]
    waiting = int((lacking["reason"] == REASONS[-1]).sum())
    assert sum(made["interventions"].column("people")) + waiting == len(lacking)
    unmatched = made["unmatched"].column("party")
    assert len(set(unmatched)) == len(unmatched)
    served = set(facts.wants.loc[facts.wants["served"].astype(bool), "party"])
    assert len(unmatched) == facts.wants["party"].nunique() - len(served)
    regions = made["regions"]
    assert regions.total is not None
    for at in range(1, 7):
        assert sum(row[at] for row in regions.rows) == regions.total[at]
    assert sum(made["flow"].column("matches")) == len(facts.live)


@settings(max_examples=examples(15), deadline=None)
@given(movements())
def test_cells_are_plain_values_and_the_same_facts_give_the_same_tables(facts: ReportData) -> None:
    for one in list_reports():
        first = build_tables(one, facts)
        assert build_tables(one, facts) == first
        for table in first:
            for row in table.rows:
                for cell in row:
                    _plain(cell)


def _plain(cell: object) -> None:
    if isinstance(cell, tuple):
        for each in cell:
            _plain(each)
    elif isinstance(cell, Quantity):
        _plain(cell.value)
    else:
        assert type(cell) in (
            type(None),
            str,
            int,
            float,
            bool,
            date,
            PartyCell,
            MessageCell,
            StepCell,
            WayOn,
        ), repr(cell)
        assert not (isinstance(cell, float) and pd.isna(cell))


def _total(table: Table) -> dict[str, object]:
    assert table.total is not None
    return dict(zip((c.name for c in table.sheet.columns), table.total, strict=True))
