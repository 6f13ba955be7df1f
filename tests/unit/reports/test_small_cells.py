"""No number below five follows from what is told of answers, whichever counts are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.model import AGREED, Cohort, Match, Profile, Suggestion, SuggestionStatus, Want
from exchange.privacy import SMALLEST_CELL, is_tellable, tellable_parts
from exchange.reports import MessageCell, Quantity, ReportData, build_tables, find_report
from exchange.reports.arms import STEPS
from exchange.reports.data import RoundHistory
from exchange.reports.fairness import DECIDED, tally_answers
from exchange.reports.places import place_page
from tests.support.examples import examples
from tests.unit.reports.movement import BROADER, TODAY

COUNTRIES = ("GH", "DE", "BR")
REGION = {"GH": "SSA", "DE": "NWE", "BR": "LAC"}
PEOPLE = [Profile(f"user:{at}", f"P{at}", country=COUNTRIES[at % 3]) for at in range(6)]
TOLD = [one for one in SuggestionStatus if one not in ("planned", "delayed", "withdrawn")]


def made(status: SuggestionStatus, seeker: int, helper: int, days: int) -> Suggestion:
    at = datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(days)
    match = Match(PEOPLE[seeker].key, PEOPLE[helper].key, "law", "law", 1.0)
    return Suggestion(match, "2026-W47", at, status, notified_at=at, answered_at=at)


@st.composite
def answered(draw: st.DrawFn) -> list[Suggestion]:
    """Suggestions in groups of a status, a pair of places and an age, each of some size."""
    group = st.tuples(
        st.sampled_from(SuggestionStatus),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from([3, 400]),
        st.integers(1, 9),
    )
    groups = draw(st.lists(group, max_size=9))
    return [made(*one) for *one, number in groups for _ in range(number)]  # type: ignore[arg-type]


Told = list[frozenset[int]]


def rows_of(facts: ReportData, report: str, sheet: str) -> tuple[tuple[object, ...], ...]:
    tables = build_tables(find_report(report), facts)
    return next(table.rows for table in tables if table.sheet.id == sheet)


def published(suggestions: list[Suggestion], facts: ReportData) -> Told:
    """Every set of suggestions whose size the reports tell, by what was answered."""
    by_status = {
        status: frozenset(at for at, one in enumerate(suggestions) if one.status is status)
        for status in SuggestionStatus
    }
    told = frozenset().union(*(by_status[one] for one in TOLD))
    found: Told = [told]
    shown: frozenset[int] = frozenset()
    for head, number in rows_of(facts, "fairness", "outcomes"):
        assert isinstance(head, MessageCell)
        if head.key == "answers-other":
            found.append(told - shown)
        else:
            found.append(by_status[SuggestionStatus(head.key.removeprefix("status-"))])
            shown |= found[-1]
        assert number == len(found[-1])
    agreed, decided = (
        frozenset().union(*(by_status[s] for s in some)) for some in (AGREED, DECIDED)
    )
    for head, value, n, *_ in rows_of(facts, "fairness", "fairness"):
        assert isinstance(head, MessageCell)
        if head.key == "figure-acceptance" and n is not None:
            assert isinstance(value, Quantity)
            assert n == len(decided)
            assert value.value is None or round(value.value * n) == len(agreed)  # type: ignore[operator]
            found += [agreed, decided]
    steps = dict(STEPS)
    for head, _, number, *_ in rows_of(facts, "fairness", "effect"):
        assert isinstance(head, MessageCell)
        if head.key in steps and number is not None:
            found.append(frozenset().union(*(by_status[one] for one in steps[head.key])))
            assert number == len(found[-1])
    return [*found, *flows(suggestions, agreed, facts)]


def flows(
    suggestions: list[Suggestion], agreed: frozenset[int], facts: ReportData
) -> Iterator[frozenset[int]]:
    places = {one.key: REGION[str(one.country)] for one in PEOPLE}
    live = facts.suggestions["live"].tolist()
    for source, target, matches, number in rows_of(facts, "places", "flow"):
        if number is None:
            continue
        pair = frozenset(
            at
            for at, one in enumerate(suggestions)
            if live[at] and (places[one.match.helper], places[one.match.seeker]) == (source, target)
        )
        assert (matches, number) == (len(pair), len(pair & agreed))
        yield pair & agreed
        yield pair - agreed


def unions(parts: Iterable[frozenset[int]]) -> set[frozenset[int]]:
    """All unions of parts that have nothing in common."""
    found: set[frozenset[int]] = {frozenset()}
    for part in set(parts):
        found |= {one | part for one in found if not one & part}
    return found


@given(answered())
@example(
    [made(SuggestionStatus.ACCEPTED, 0, 1, 3)] * 6 + [made(SuggestionStatus.EXCHANGED, 0, 1, 3)] * 2
)
@example(
    [made(SuggestionStatus.ACCEPTED, 0, 1, 3)] * 6
    + [made(SuggestionStatus.ACCEPTED, 0, 1, 400)] * 2
)
@example(
    [made(SuggestionStatus.OPEN, 0, 1, 3)] * 2 + [made(SuggestionStatus.ACCEPTED, 0, 1, 3)] * 9
)
@settings(max_examples=examples(60), deadline=None)
def test_no_small_number_of_answers_follows_from_what_is_told(
    suggestions: list[Suggestion],
) -> None:
    facts = ReportData(today=TODAY, profiles=PEOPLE, broader=BROADER, suggestions=suggestions)
    told = published(suggestions, facts)
    # How many were told of anything is public: their notices stand on the wiki.
    everything, together = told[0], unions(told)
    follow = together | {whole - part for whole in told for part in together if part <= whole}
    follow |= {whole - part for whole in together for part in told if part <= whole}
    assert {len(one) for one in follow - {everything}}.isdisjoint(range(1, SMALLEST_CELL))


@given(answered(), st.sampled_from(["region", "country", "language", "affiliate"]))
@settings(max_examples=examples(40), deadline=None)
def test_no_page_of_a_place_tells_who_agreed(suggestions: list[Suggestion], kind: str) -> None:
    """Places overlap: two pages together would tell of a few."""
    facts = ReportData(today=TODAY, profiles=PEOPLE, broader=BROADER, suggestions=suggestions)
    for country, region in REGION.items():
        page = place_page(facts, kind, {"region": region, "country": country}.get(kind, "en"))
        for table in page.tables if page else ():
            names = {column.name for column in table.sheet.columns}
            assert names.isdisjoint({"agreed", "status", "seekers"})


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12)), st.integers(0, 12))
def test_the_parts_that_are_told_leave_none_or_enough(sizes: dict[str, int], untold: int) -> None:
    told = tellable_parts(sizes, untold=untold)
    rest = untold + sum(size for part, size in sizes.items() if part not in told)
    assert all(sizes[part] >= SMALLEST_CELL for part in told)
    assert rest == 0 or rest >= SMALLEST_CELL or not told
    for part in told:
        assert is_tellable(sizes[part], sizes[part] + rest) or rest == 0


@given(st.dictionaries(st.sampled_from([str(one) for one in TOLD]), st.integers(0, 12)))
def test_the_metrics_for_operators_add_up(counts: dict[str, int]) -> None:
    tally = tally_answers(counts)
    assert sum(tally.statuses.values()) + tally.rest == sum(counts.values())


@given(
    said=st.sets(st.tuples(st.integers(0, 11), st.sampled_from(["law", "lua"])), max_size=20),
    members=st.sets(st.integers(0, 11), min_size=3),
)
def test_who_declined_a_cohort_is_left_out_and_a_few_are_not_counted(
    said: set[tuple[int, str]], members: set[int]
) -> None:
    people = [Profile(f"user:{n}", f"P{n}", wants=(Want("law"),)) for n in range(12)]
    declined = {(f"user:{n}", capacity, "en") for n, capacity in said}
    cohort = Cohort("law", "en", tuple(f"user:{n}" for n in sorted(members)))
    history = RoundHistory(cohorts=[cohort], declined=declined)
    facts = ReportData(today=TODAY, profiles=people, broader=BROADER, round_history=history)
    refusing = {n for n, capacity in said if capacity == "law"}
    left = members - refusing
    rows = rows_of(facts, "cohorts", "cohorts")
    if len(left) < 3:
        assert rows == ()
        return
    assert [one.name for one in rows[0][7]] == [f"P{n}" for n in sorted(left)]  # type: ignore[attr-defined]
    told = rows[0][8]
    assert told == (len(refusing) if len(refusing) >= SMALLEST_CELL else None)
    (leaf,) = find_report("cohorts").subpages(facts)  # type: ignore[misc]
    assert {one.name for one in leaf.invitation.people} == {f"P{n}" for n in left}  # type: ignore[union-attr]
