"""Every figure of every report on a small movement, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.geography import region_of
from exchange.matching.metrics import wilson_interval
from exchange.model import (
    UNLISTED,
    Cohort,
    Frequency,
    Language,
    Offer,
    Profile,
    Reason,
    Skipped,
    SuggestionStatus,
    Want,
)
from exchange.privacy import SMALLEST_CELL, CountryProtection
from exchange.reports import (
    ColumnType,
    DeliveryRun,
    MessageCell,
    PartyCell,
    Quantity,
    ReportData,
    Table,
    build_tables,
    find_report,
    list_reports,
    place_page,
)
from exchange.reports.fairness import gini, quantile
from exchange.reports.gaps import figures
from exchange.reports.place_counts import RECENT_WEEKS, thin, week_counts
from exchange.reports.places import ENOUGH, PEOPLE_SHOWN
from exchange.reports.progress import event_type
from exchange.reports.queue import entry, queue_rows
from exchange.ways import WayKind, WayOn
from tests.support.examples import examples
from tests.unit.reports.movement import (
    AMA,
    BO,
    CY,
    KNITTING,
    PROFILES,
    SUGGESTIONS,
    TODAY,
    movement,
    suggestion,
)


@pytest.fixture(scope="module")
def facts() -> ReportData:
    return movement()


def sheet(facts: ReportData, name: str) -> Table:
    for one in list_reports():
        for table in build_tables(one, facts):
            if table.sheet.id == name:
                return table
    raise AssertionError(f"there is no sheet {name}")


def names(value: object) -> list[str]:
    assert isinstance(value, tuple)
    return [party.name for party in value]


def by_head(table: Table) -> dict[object, tuple[object, ...]]:
    return {
        row[0].key if isinstance(row[0], MessageCell) else row[0]: row[1:] for row in table.rows
    }


# --- what any page of the wiki may ask ---------------------------------------------------------


def test_the_wiki_s_figures_are_those_of_the_report_without_a_word_of_anybody_s(
    facts: ReportData,
) -> None:
    of = by_head(sheet(facts, "gaps"))
    found = figures(facts)
    assert (found["wikidata"]["offers"], found["wikidata"]["wants"]) == (1, 3)
    assert {id: (one["offers"], one["wants"]) for id, one in found.items()} == {
        id: (row[0], row[2]) for id, row in of.items() if id != UNLISTED and (row[0] or row[2])
    }
    assert not [id for id in found if id.startswith(UNLISTED)]
    assert all(part in found for one in found.values() for part in one.get("narrower", ()))


def test_a_movement_of_nobody_has_no_figures() -> None:
    assert figures(movement(profiles=(), unmet=())) == {}


# --- overview ------------------------------------------------------------------------------


def test_the_overview_counts_people_offers_wants_and_matches(facts: ReportData) -> None:
    now = {
        head: row[0].value
        for head, row in by_head(sheet(facts, "overview")).items()
        if isinstance(row[0], Quantity)
    }
    assert now == {
        "figure-people": 5,
        "figure-groups": 2,
        "figure-offers": 5,  # Ama 2, Bo, Eve, the group
        "figure-wants": 8,  # Bo 1, Cy 2, Di 2, Eve 1 (the other is over), group 1, chapter 1
        "figure-unmet": 6,
        "figure-requests": 1,
        "figure-matches": 2,
        "figure-interpreted": 0,
        "figure-coverage": 2 / 6,  # Bo and Cy of six seekers
        "figure-wants-served": 2 / 8,
        "figure-reciprocity": 1 / 2,
        "figure-load": 2.0,  # both matches are Ama's
    }


def test_the_overview_says_what_changed_since_a_week_and_a_month(facts: ReportData) -> None:
    rows = by_head(sheet(facts, "overview"))
    week, month, quarter = rows["figure-people"][1:]
    assert isinstance(week, Quantity)
    assert isinstance(month, Quantity)
    assert (week.value, month.value, quarter) == (2, 3, None)
    share = rows["figure-coverage"][1]
    assert isinstance(share, Quantity)
    assert share.value == pytest.approx(2 / 6 - 0.5)


def test_the_history_keeps_the_newest_day_of_each_week(facts: ReportData) -> None:
    table = sheet(facts, "history")
    assert table.column("day") == (date(2026, 10, 24), date(2026, 11, 16))
    assert table.column("people") == (2, 3)
    assert table.column("coverage") == (None, 0.5)


# --- gaps ----------------------------------------------------------------------------------


def test_capacities_count_people_once_and_wants_one_by_one_with_what_is_narrower(
    facts: ReportData,
) -> None:
    head = (
        "offering", "seats", "wanting", "ratio", "wants", "high", "urgent", "served", "unmet",
    )  # fmt: skip
    reasons = ("nobody", "language", "suggested", "away", "seats", "waiting")
    table = sheet(facts, "gaps")
    assert [column.name for column in table.sheet.columns[1:]] == [
        *head,
        "ways",
        *(f"unmet-{reason}" for reason in reasons),
    ]
    at = len(head) + 1
    assert tuple((*row[:at], *row[at + 1 :]) for row in table.rows) == (
        ("law", 0, 0, 2, None, 2, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0),
        # Ama offers two things in here and counts once; Cy wants two: one person, two wants.
        ("tech", 1, 2, 3, 3.0, 4, 1, 1, 2, 2, 0, 0, 1, 0, 1, 0),
        ("wikidata", 1, 2, 3, 3.0, 4, 1, 1, 2, 2, 0, 0, 1, 0, 1, 0),
        ("sparql", 1, 2, 2, 2.0, 2, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0),
        ("events", 2, 3, 1, 0.5, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
        ("contest", 1, 1, 1, 1.0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0),
        (UNLISTED, 1, 2, 1, 1.0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1),
    )


def test_where_unmet_wants_lead_is_said_of_every_capacity_that_has_any(facts: ReportData) -> None:
    table = sheet(facts, "gaps")
    ways = {
        capacity: [one.kind for one in found]
        for capacity, found in zip(table.column("capacity"), table.column("ways"), strict=True)
    }
    asked = [WayKind.REQUEST, WayKind.COORDINATORS]
    shared = [WayKind.TRAINERS, *asked]
    assert ways == {
        "law": [WayKind.COHORT, *asked],
        "tech": shared,
        "wikidata": shared,
        "sparql": shared,
        "events": shared,
        "contest": shared,
        UNLISTED: shared,
    }


def test_single_points_of_failure_are_capacities_that_one_person_holds_up(
    facts: ReportData,
) -> None:
    rows = by_head(sheet(facts, "single"))
    assert {capacity: (row[0].name, *row[1:]) for capacity, row in rows.items()} == {
        "wikidata": ("Ama", 2, 3, 2),
        "sparql": ("Ama", 2, 2, 1),
        "contest": ("Bo", 1, 1, 1),
        KNITTING: ("Eve", 2, 1, 1),
    }


def test_surplus_is_seats_beyond_wants(facts: ReportData) -> None:
    assert by_head(sheet(facts, "surplus")) == {
        "events": (2, 3, 1, 2),
        KNITTING: (1, 2, 1, 1),
    }


# --- interventions -------------------------------------------------------------------------


def test_the_most_helpful_intervention_comes_first_and_none_is_to_wait(
    facts: ReportData,
) -> None:
    table = sheet(facts, "interventions")
    found = [
        (row["intervention"].key.removeprefix("intervention-"), row["capacity"], row["people"])
        for row in table.records()
    ]
    assert found == [
        ("invite", "law", 2),
        ("translation", "contest", 1),
        ("trainers", "sparql", 1),
        ("widen", "wikidata", 1),
    ]
    first = table.records()[0]
    assert first["until"] == date(2026, 12, 1)
    assert first["regions"] == 1  # Di's; nobody knows where Eve is
    assert first["languages"] == ("en", "fr")
    assert names(table.records()[1]["helpers"]) == ["Bo"]


@pytest.mark.parametrize(
    ("reason", "people", "clinic", "step"),
    [
        ("nobody", 3, False, "course"),
        ("nobody", 2, False, "invite"),
        ("seats", 3, True, "clinic"),
        ("seats", 3, False, "trainers"),
        ("seats", 2, True, "trainers"),
        ("language", 9, False, "translation"),
        ("away", 1, False, "nudge"),
        ("suggested", 1, False, "widen"),
        ("waiting", 1, False, "wait"),
    ],
)
def test_the_step_follows_from_the_reason_and_the_number_of_people(
    reason: str, people: int, clinic: bool, step: str
) -> None:
    from exchange.reports.progress import kind

    assert kind(reason, people, clinic=clinic) == step


def test_an_urgent_want_counts_three_points_and_a_high_one_two() -> None:
    lacking = [
        *((key, "wikidata") for key in ("user:3", "page:10")),
        *((key, "sparql") for key in ("user:2", "user:3")),
        *((key, "law") for key in ("user:4", "user:5")),
        ("user:4", "contest"),
        ("page:11", KNITTING),
    ]
    unmet = tuple((key, capacity, "nobody") for key, capacity in lacking)
    facts = movement(suggestions=(), unmet=unmet)
    points = {row["capacity"]: row["points"] for row in sheet(facts, "interventions").records()}
    assert points == {
        "wikidata": 3 + 1,  # Cy urgent, the group
        "sparql": 2 + 1,  # Bo high, Cy
        "law": 2,
        "contest": 1,
        KNITTING: 1,
    }


# --- cohorts and requests ------------------------------------------------------------------


def test_a_cohort_names_its_people_hours_and_draft(facts: ReportData) -> None:
    (row,) = sheet(facts, "cohorts").records()
    assert (row["capacity"], row["language"], row["people"]) == ("law", "en", 2)
    assert row["window"] == (9, 10, 20)
    assert names(row["members"]) == ["Di", "Eve"]
    assert row["invitation"] == "law-en"
    leaves = find_report("cohorts").subpages
    assert leaves is not None
    (leaf,) = leaves(facts)
    assert leaf.name == "law-en"
    assert [message.key for message in leaf.lead] == [
        "cohort-greeting",
        "cohort-why",
        "cohort-no-helper",
        "cohort-hours",
        "cohort-until",
        "cohort-next",
    ]
    assert [row[0].name for row in leaf.tables[0].rows] == ["Di", "Eve"]
    assert leaf.invitation is not None
    assert (leaf.invitation.language, leaf.invitation.event) == ("en", "meetup")
    assert names(leaf.invitation.people) == ["Di", "Eve"]


@pytest.mark.parametrize(
    ("members", "helpers", "event"),
    [(3, 0, "meetup"), (8, 1, "workshop"), (9, 1, "training-seminar"), (20, 0, "meetup")],
)
def test_the_event_of_a_cohort_is_of_a_type_of_campaign_events(
    members: int, helpers: int, event: str
) -> None:
    keys = tuple(f"user:{n}" for n in range(members))
    assert event_type(Cohort("law", "en", keys, ("user:99",) * helpers)) == event


def test_nobody_who_said_no_or_wants_no_messages_is_in_a_cohort() -> None:
    def asks(number: int, **given: object) -> Profile:
        return Profile(f"user:{number}", f"P{number}", page=f"User:P{number}", **given)  # type: ignore[arg-type]

    people = [asks(n, wants=(Want("law"),)) for n in range(50, 54)]
    people += [asks(54, wants=(Want("law"),), notify=Frequency.NEVER), asks(55), asks(56)]
    keys = tuple(f"user:{n}" for n in (50, 51, 52, 53, 54, 99))
    cohort = Cohort("law", "en", keys, ("user:55", "user:56"), (9,))
    facts = movement(profiles=people, cohorts=(cohort,), alone={"user:53", "user:56"})
    (left,) = facts.cohorts
    assert (left.members, left.helpers) == (("user:50", "user:51", "user:52"), ("user:55",))
    alone = {"user:52", "user:53"}
    assert movement(profiles=people, cohorts=(cohort,), alone=alone).cohorts == ()


def test_two_cohorts_of_one_capacity_and_language_have_pages_of_their_own() -> None:
    twice = (
        Cohort("law", "en", ("user:4", "user:5")),
        Cohort("law", "en", ("user:1", "user:2", "user:3")),
    )
    table = sheet(movement(cohorts=twice), "cohorts")
    assert table.column("invitation") == ("law-en", "law-en-2")
    assert table.column("people") == (3, 2)


def test_open_requests_stand_with_their_deadline_and_state(facts: ReportData) -> None:
    (row,) = sheet(facts, "requests").rows
    assert row == (
        "law",
        PartyCell("user:4", "Di"),
        1,
        date(2026, 12, 1),
        MessageCell("priority-normal"),
        MessageCell("state-open"),
        # It is a request already, so nobody is told to ask for it once more.
        (
            WayOn(WayKind.COHORT, "law", people=2),
            WayOn(WayKind.COORDINATORS, "law"),
            WayOn(WayKind.HELP, "law"),
        ),
        "Help/Law",
        "",
    )


# --- places --------------------------------------------------------------------------------


def test_regions_count_people_groups_offers_wants_and_what_is_served(facts: ReportData) -> None:
    table = sheet(facts, "regions")
    assert table.rows == (
        ("NWE", 2, 1, 1, 4, 1, 3, 1 / 4),
        ("SSA", 2, 1, 3, 3, 1, 2, 1 / 3),
        (None, 1, 0, 1, 1, 0, 1, 0.0),  # nobody knows where Eve is
    )
    assert table.total == (None, 5, 2, 5, 8, 2, 6, 2 / 8)


def test_countries_languages_and_affiliates_count_the_same_way(facts: ReportData) -> None:
    assert sheet(facts, "countries").rows == (
        ("GH", 2, 1, 3, 3, 1, 2, 1 / 3),
        ("FR", 1, 0, 0, 2, 0, 2, 0.0),
        ("DE", 1, 1, 1, 2, 1, 1, 1 / 2),
        (None, 1, 0, 1, 1, 0, 1, 0.0),
    )
    assert by_head(sheet(facts, "languages"))["en"] == (4, 1, 5, 5, 2, 3, 2 / 5)
    assert sheet(facts, "affiliates").rows == (("Wikimedians of X", 1, 0, 2, 0, 0, 0, None),)


def test_help_flows_from_the_helpers_region_to_the_seekers(facts: ReportData) -> None:
    # How many agreed is not told of so few.
    assert sheet(facts, "flow").rows == (("SSA", "NWE", 1, None), ("SSA", "SSA", 1, None))
    agreed = [suggestion("user:2", "user:1", "sparql", SuggestionStatus.ACCEPTED, "2026-11-01")] * 6
    assert sheet(movement(suggestions=agreed), "flow").rows == (("SSA", "NWE", 6, 6),)


def test_the_served_rate_of_emerging_communities_and_small_affiliates_has_its_numbers(
    facts: ReportData,
) -> None:
    rows = by_head(sheet(facts, "equity"))
    assert {side.removeprefix("side-"): row[:4] for side, row in rows.items()} == {
        "emerging": (2, 1, 1, 1 / 2),
        "established": (3, 1, 2, 1 / 3),
        "unknown": (1, 0, 1, 0.0),
        "small-groups": (1, 0, 1, 0.0),
        "large-groups": (1, 0, 1, 0.0),
        "persons": (4, 2, 2, 1 / 2),
    }
    low, high = rows["side-established"][4:]
    assert low == pytest.approx(0.0615, abs=1e-4)
    assert high == pytest.approx(0.7923, abs=1e-4)


def test_a_regions_own_page_has_its_unmet_wants_countries_requests_and_flow(
    facts: ReportData,
) -> None:
    leaves = find_report("places").subpages
    assert leaves is not None
    pages = {leaf.name: leaf for leaf in leaves(facts)}
    assert sorted(pages) == ["NWE", "SSA"]
    region, trend, courses, unmet, offers, wants, *rest = pages["NWE"].tables
    full, requests, flow, teach, countries, people = rest
    assert trend.rows == teach.rows == ()
    assert offers.rows == (("contest", 1),)
    # What is broader stands for nothing where people wrote the narrower capacity itself.
    assert wants.rows == (("contest", 1), ("law", 1), ("sparql", 1), (KNITTING, 1))
    assert region.rows == (("NWE", 2, 1, 1, 4, 1, 3, 1 / 4),)
    assert courses.rows == ()
    assert [(row[0], row[1], names(row[2]), names(row[4])) for row in unmet.rows] == [
        ("contest", 1, ["Di"], []),
        ("law", 1, ["Di"], []),
        (KNITTING, 1, ["Chapter of Y"], []),
    ]
    assert unmet.column("until") == (None, date(2026, 12, 1), None)
    assert full.rows == ()
    assert [step.key for step in pages["NWE"].lead] == ["place-invite"]
    assert countries.column("country") == ("FR", "DE")
    assert {(str(row[0].name), *row[1:3]) for row in people.rows} == {
        ("Bo", ("contest",), ("sparql",)),
        ("Di", (), ("contest", "law")),
        ("Chapter of Y", (), (KNITTING,)),
    }
    assert requests.column("capacity") == ("law",)
    assert flow.rows == (("SSA", "NWE", 1),)


def test_large_places_have_a_page_on_the_wiki_and_every_region() -> None:
    many = [
        replace(
            BO,
            key=f"user:{100 + at}",
            country="GH" if at < ENOUGH else "IR",
            region="SSA",
            languages=(Language("tw", 3), Language("pcm" if at < ENOUGH - 1 else "ha", 3)),
            affiliations=("Wikimedians of X & Y", "[[Big]]|~~~~", "two  blanks", "x" * 101),
        )
        for at in range(2 * ENOUGH)
    ]
    facts = movement(
        profiles=many,
        suggestions=(),
        unmet=(),
        cohorts=(),
        protection=CountryProtection(frozenset({"IR"})),
    )
    leaves = find_report("places").subpages
    assert leaves is not None
    pages = [leaf.name for leaf in leaves(facts)]
    assert pages == [
        "SSA",
        "country/GH",
        "language/tw",
        "language/ha",
        "affiliate/Wikimedians of X & Y",
    ]
    shown = next(table for table in leaves(facts)[0].tables if table.sheet.id == "place-people")
    assert len(shown.rows) == PEOPLE_SHOWN < len(many)


def test_matches_and_what_could_be_are_counted_from_region_to_region(facts: ReportData) -> None:
    def cells(name: str) -> dict[tuple[object, str], object]:
        table = sheet(facts, name)
        heads = [column.region for column in table.sheet.columns[1:]]
        return {
            (row[0], head): n
            for row in table.rows
            for head, n in zip(heads, row[1:], strict=True)
            if n
        }

    # Ama (Ghana) has a match with Cy (Ghana) and one with Bo (Germany).
    assert cells("match-matrix") == {("SSA", "SSA"): 1, ("SSA", "NWE"): 1}
    # Ama could help Cy with SPARQL and the group with Wikidata, in English; nobody offers law,
    # contests are offered in no language of Di's, and the chapter says no language.
    assert cells("could-matrix") == {("SSA", "SSA"): 2}


def test_a_place_shows_who_could_teach_whom_and_names_nobody_who_wants_no_messages(
    facts: ReportData,
) -> None:
    page = place_page(facts, "country", "GH")
    assert page is not None
    (table,) = [one for one in page.tables if one.sheet.id == "place-teach"]
    told = [(names((row[0],)), row[1], names((row[2],)), row[3]) for row in table.rows]
    assert told == [
        (["Ama"], "sparql", ["Cy"], ("en",)),
        (["Ama"], "wikidata", ["Wikimedians of X"], ("en",)),
    ]
    silent = movement(profiles=(replace(AMA, notify=Frequency.NEVER), *PROFILES[1:]))
    page = place_page(silent, "country", "GH")
    assert page is not None
    assert [one.rows for one in page.tables if one.sheet.id == "place-teach"] == [()]


def test_the_trend_of_a_place_ends_with_what_its_table_says_now() -> None:
    facts = movement()
    week = date(2026, 11, 9)
    facts.add_place_weeks(
        [(week, "country", "GH", 6, 1, 9, 8, 7), (week, "country", "DE", 5, 0, 1, 1, 1)]
    )
    page = place_page(facts, "country", "GH")
    assert page is not None
    now, trend = page.tables[:2]
    assert trend.rows == (
        (week, 6, 1, 9, 8, 7),
        (date(2026, 11, 23), *now.rows[0][1:5], now.rows[0][6]),
    )


def test_no_trend_is_told_of_a_country_that_became_protected() -> None:
    week = date(2026, 11, 9)
    facts = movement(protection=CountryProtection(frozenset(["GH"])))
    facts.add_place_weeks([(week, "country", "GH", 6, 1, 9, 8, 7)])
    assert facts.weeks_of("country", "GH") == []
    assert ("country", "GH") not in {row[1:3] for row in week_counts(facts)}


def test_a_history_has_each_recent_week_and_before_that_each_month() -> None:
    today = date(2026, 11, 23)
    days = [today - timedelta(days=ago) for ago in range(800)]
    shown = thin(days, today)
    weeks = [day for day in shown if (today - day).days < 7 * RECENT_WEEKS]
    assert len(weeks) == RECENT_WEEKS
    months = [(day.year, day.month) for day in shown if day not in weeks]
    assert len(months) == len(set(months)) == 21
    assert shown == sorted(shown)


PLACES = st.sampled_from([None, "GH", "NG", "KE", "DE", "FR", "PL"])


@settings(max_examples=examples(150), deadline=None)
@given(where=st.lists(PLACES, min_size=1, max_size=60))
def test_no_number_below_five_can_be_told_from_the_weeks_that_are_kept(
    where: list[str | None],
) -> None:
    people = [replace(BO, key=f"user:{at}", country=one) for at, one in enumerate(where, start=1)]
    kept = week_counts(movement(profiles=people))
    sizes = {(kind, place): n + groups for _, kind, place, n, groups, *_ in kept}
    assert all(n >= SMALLEST_CELL for n in sizes.values())
    regions = {place: n for (kind, place), n in sizes.items() if kind == "region"}
    countries = {place: n for (kind, place), n in sizes.items() if kind == "country"}
    rests = [len(where) - sum(regions.values())] if regions else []
    rests += [
        n - sum(m for country, m in countries.items() if region_of(country) == region)
        for region, n in regions.items()
    ]
    # Of a region that is not kept no country is kept.
    assert {region_of(one) for one in countries} <= set(regions)
    assert all(rest == 0 or rest >= SMALLEST_CELL for rest in rests), (sizes, rests)


# --- fairness ------------------------------------------------------------------------------


def test_load_waiting_acceptance_and_annoyance(facts: ReportData) -> None:
    rows = by_head(sheet(facts, "fairness"))
    figures = {
        str(head).removeprefix("figure-"): (row[0].value, row[1]) for head, row in rows.items()
    }
    # Ama carries both; Bo, Eve and the group could help and carry none.
    assert figures["load-max"] == (2, 4)
    assert figures["load-p90"] == (2, 4)
    assert figures["load-gini"] == (pytest.approx(0.75), 4)
    assert figures["load-idle"] == (3 / 4, 4)
    # Cy waited 2 days, Bo none, Di 7.
    assert figures["wait-median"] == (2, 3)
    assert figures["wait-p90"] == (7, 3)
    # What three people answered is not told, nor that one wants no more messages.
    assert figures["acceptance"] == figures["optouts"] == (None, None)
    assert figures["reverts"] == (2 / 40, 40)
    assert sheet(facts, "load").rows == ((0, 3), (2, 1))
    assert by_head(sheet(facts, "outcomes")) == {"answers-other": (4,)}


def test_answers_are_counted_once_there_are_enough_of_them() -> None:
    facts = movement(suggestions=[one for one in SUGGESTIONS for _ in range(5)], optouts=5)
    rows = by_head(sheet(facts, "fairness"))
    # Accepted one of: accepted, declined, expired.
    assert rows["figure-acceptance"][1:] == (
        15,
        pytest.approx(0.1518, abs=1e-4),
        pytest.approx(0.5829, abs=1e-4),
    )
    assert rows["figure-optouts"][:2] == (Quantity(ColumnType.RATE, 0.1), 50)
    assert {
        head.removeprefix("status-"): row for head, row in by_head(sheet(facts, "outcomes")).items()
    } == {
        "accepted": (5,),
        "not-a-match": (5,),
        "open": (5,),
        "expired": (5,),
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([], None), ([0, 0], None)],
)
def test_gini(values: list[int], expected: float | None) -> None:
    assert gini(values) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # R's prop.test(correct = FALSE) and Wilson's formula give these.
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(hits, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_share_of_nothing_is_not_known() -> None:
    assert wilson_interval(0, 0) is None
    assert quantile([], 0.5) is None


# --- queue ---------------------------------------------------------------------------------


def test_unmatched_people_stand_once_with_the_hardest_reason(facts: ReportData) -> None:
    rows = [
        (row["party"].name, row["wanted"], row["why"].key)
        for row in sheet(facts, "unmatched").records()
    ]
    assert rows == [
        ("Di", ("contest", "law"), "unmatched-nobody"),
        ("Eve", ("law",), "unmatched-nobody"),
        ("Wikimedians of X", ("wikidata",), "unmatched-suggested"),
        ("Chapter of Y", (KNITTING,), "unmatched-quiet"),
    ]


def test_a_helper_with_all_seats_taken_is_named_with_who_waits(facts: ReportData) -> None:
    (row,) = sheet(facts, "overloaded").records()
    assert row["helper"] == PartyCell("user:1", "Ama")
    assert (row["waiting"], row["seats"], row["taken"]) == (1, 2, 2)
    assert row["wanted"] == ("sparql",)


def test_unlisted_capacities_come_with_the_entry_to_add(facts: ReportData) -> None:
    entry = '{"id": "knitting", "broader": null, "names": {"und": "Knitting"}}'
    (row,) = sheet(facts, "unlisted").records()
    assert (row["name"], row["people"], row["offers"], row["wants"]) == ("Knitting", 2, 1, 1)
    assert row["entry"] == entry


def test_unlisted_names_that_most_people_ask_for_come_first() -> None:
    def asks(number: int, **given: object) -> Profile:
        return Profile(f"user:{number}", f"P{number}", page=f"User:P{number}", **given)  # type: ignore[arg-type]

    offered, asked = "unlisted:offered often", "unlisted:asked for twice"
    people = [asks(n, offers=(Offer(offered),)) for n in range(60, 65)]
    people += [asks(n, wants=(Want(asked),)) for n in (70, 71)]
    names = sheet(movement(profiles=(*PROFILES, *people)), "unlisted").column("name")
    assert names == ("asked for twice", "Knitting", "offered often")


def test_each_row_of_the_queue_says_what_to_do_and_where() -> None:
    unclear = (("User talk:Bo", 81, date(2026, 11, 20), "user:2"),)
    facts = movement(directory_page="Directory.json", unclear=unclear)
    steps = {
        one.id: {(step.key, step.page, step.query) for step in sheet(facts, one.id).column("step")}
        for one in find_report("queue").sheets
    }
    new = (("action", "edit"), ("section", "new"))
    edit = (("action", "edit"),)
    assert steps["unclear"] == {("step-read", "Special:Diff/81", ())}
    assert ("step-write", "User talk:Di", new) in steps["unmatched"]
    assert ("step-group", "Chapter of Y", ()) in steps["unmatched"]
    assert steps["overloaded"] == {("step-write", "User talk:Ama", new)}
    assert steps["unlisted"] == {("step-add", "Directory.json", edit)}
    assert steps["problems"] == {("step-fix", "User:Bo", edit)}
    assert steps["unanswered"] == {("step-write", "User talk:Eve", new)}


def test_what_waits_is_found_by_the_regions_and_languages_of_its_people(facts: ReportData) -> None:
    waiting = queue_rows(facts)
    for one in find_report("queue").sheets:
        assert tuple(each.row for each in waiting[one.id]) == sheet(facts, one.id).rows
    where = {each.row[0].name: (each.regions, each.languages) for each in waiting["unmatched"]}
    assert where["Di"] == ({"NWE"}, {"fr"})
    assert where["Eve"] == (set(), {"en"})
    (knitting,) = waiting["unlisted"]
    assert (knitting.regions, knitting.languages) == ({"NWE"}, {"en"})
    (problem,) = waiting["problems"]
    assert (problem.regions, problem.languages) == ({"NWE"}, {"de", "en"})


def test_the_entry_to_add_is_one_that_the_directory_takes() -> None:
    from exchange.directory import extend, load

    known = load()
    for text, capacity in (
        ("Underwater basket weaving", "unlisted:underwater basket weaving"),
        ("Häkeln", "unlisted:häkeln"),
        ("編み物", "unlisted:編み物"),
    ):
        extended = extend(known, f'{{"capacities": [{entry(text, capacity)}]}}')
        assert extended.resolve(text) is not None


@pytest.mark.parametrize(
    ("written", "offered"),
    [("wikidata?", "wikidata-3"), ("wikidata!", "wikidata-3"), ("law ", "law-2"), ("moon", "moon")],
)
def test_the_entry_to_add_never_has_an_id_that_exists(written: str, offered: str) -> None:
    known = ("wikidata", "wikidata-2", "law")
    assert json.loads(entry(written, f"unlisted:{written}", known))["id"] == offered


def test_whoever_does_not_say_whether_they_are_still_there_waits_for_a_coordinator() -> None:
    twice = (date(2025, 8, 1), date(2026, 2, 1))
    facts = movement(profiles=(*PROFILES, replace(CY, key="user:9", name="Fay", unanswered=twice)))
    first, second = sheet(facts, "unanswered").records()
    assert (first["party"].name, first["unanswered"]) == ("Fay", 2)
    assert (second["party"], second["unanswered"]) == (PartyCell("user:5", "Eve"), 1)
    assert second["edited"] == date(2025, 1, 1)
    figures = by_head(sheet(facts, "fairness"))
    assert figures["figure-unheard"][0].value == 1 / 8, "only who is away by it"


def test_problems_say_where_and_what_was_perhaps_meant(facts: ReportData) -> None:
    (row,) = sheet(facts, "problems").records()
    assert row["page"] == "User:Bo"
    assert row["problem"] == MessageCell("problem-unknown-language", ("languages", "qqx", "de"))
    assert row["hint"] == "de"


def test_profiles_of_one_name_and_regions_that_disagree_are_found() -> None:
    odd = Profile("page:12", "  bo ", page="Bo", country="DE", region="SA")
    facts = movement(profiles=(*PROFILES, odd))
    (row,) = sheet(facts, "duplicates").records()
    assert row["profiles"] == 2
    assert row["parties"] == (PartyCell("page:12", ""), PartyCell(BO.key, ""))
    (row,) = sheet(facts, "elsewhere").records()
    assert row["party"] == PartyCell("page:12", "")
    assert (row["country"], row["said-region"], row["region"]) == ("DE", "SA", "NWE")


# --- run -----------------------------------------------------------------------------------


def test_planned_is_sent_skipped_by_reason_held_and_unknown(facts: ReportData) -> None:
    table = sheet(facts, "run")
    rows = [(kind.key, reason.key if reason else None, count) for kind, reason, count in table.rows]
    assert rows == [
        ("run-sent", None, 2),
        ("run-skipped", None, 2),
        ("run-held", "outcome-wiki-away", 1),
        ("run-unknown", None, 1),
    ]
    assert table.total is not None
    assert table.total[2] == 6 == sum(count for _, _, count in rows)
    assert sheet(facts, "sent").rows == (("User talk:Bo", 71), ("User talk:Cy", 70))
    assert sheet(facts, "unsent").column("party") == (
        PartyCell("page:10", ""),
        PartyCell("page:11", ""),
    )


def test_a_movement_of_nobody_has_every_report() -> None:
    from tests.unit.reports.movement import TODAY

    nobody = ReportData(today=TODAY, profiles=(), broader={})
    for one in list_reports():
        for table in build_tables(one, nobody):
            assert all(len(row) == len(table.sheet.columns) for row in table.rows)


@pytest.mark.parametrize(
    ("skipped", "told"),
    [
        (
            {Reason.CAP: 5, Reason.PAGE_PROTECTED: 1},
            {"outcome-cap": 5, "outcome-page-protected": 1},
        ),
        ({Reason.AWAY: 2, Reason.PAGE_PROTECTED: 4}, {None: 6}),
        ({Reason.AWAY: 2, Reason.CAP: 6, Reason.USER_BOT: 1}, {None: 8, "outcome-user-bot": 1}),
    ],
)
def test_few_who_were_skipped_for_a_wish_are_counted_with_others(
    skipped: dict[Reason, int], told: dict[str | None, int]
) -> None:
    reasons = [reason for reason, number in skipped.items() for _ in range(number)]
    outcomes = {f"user:{at} seeker": Skipped(one) for at, one in enumerate(reasons)}
    rows = sheet(movement(run=DeliveryRun(7, TODAY, outcomes)), "run").rows
    assert {getattr(reason, "key", None): count for _, reason, count in rows} == told


def test_the_run_counts_introductions_by_coordinator_and_names_no_one_else() -> None:
    ended = [("Cleo", "sent"), ("Cleo", "introduction-refused"), ("Cleo", "sent"), ("", "sent")]
    run = DeliveryRun(7, TODAY, {}, ended)
    rows = sheet(movement(run=run), "introductions").rows
    assert [(name, one.key, n) for name, one, n in rows] == [  # type: ignore[attr-defined]
        ("", "run-sent", 1),
        ("Cleo", "outcome-introduction-refused", 1),
        ("Cleo", "run-sent", 2),
    ]
