"""Every figure of every report on a small movement, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.model import UNLISTED, Cohort, Profile
from exchange.reports import Facts, Figure, Message, Party, Table, build, report, reports
from exchange.reports.figures import gini, quantile, wilson
from tests.reports.movement import BO, KNITTING, PROFILES, movement


@pytest.fixture(scope="module")
def facts() -> Facts:
    return movement()


def sheet(facts: Facts, name: str) -> Table:
    for one in reports():
        for table in build(one, facts):
            if table.sheet.id == name:
                return table
    raise AssertionError(f"there is no sheet {name}")


def names(value: object) -> list[str]:
    assert isinstance(value, tuple)
    return [party.name for party in value]


def by_head(table: Table) -> dict[object, tuple[object, ...]]:
    return {row[0].key if isinstance(row[0], Message) else row[0]: row[1:] for row in table.rows}


# --- overview ------------------------------------------------------------------------------


def test_the_overview_counts_people_offers_wants_and_matches(facts: Facts) -> None:
    now = {
        head: row[0].value
        for head, row in by_head(sheet(facts, "overview")).items()
        if isinstance(row[0], Figure)
    }
    assert now == {
        "figure-people": 5,
        "figure-groups": 2,
        "figure-offers": 5,  # Ama 2, Bo, Eve, the group
        "figure-wants": 8,  # Bo 1, Cy 2, Di 2, Eve 1 (the other is over), group 1, chapter 1
        "figure-requests": 1,
        "figure-matches": 2,
        "figure-coverage": 2 / 6,  # Bo and Cy of six seekers
        "figure-wants-served": 2 / 8,
        "figure-reciprocity": 1 / 2,
        "figure-load": 2.0,  # both matches are Ama's
    }


def test_the_overview_says_what_changed_since_a_week_and_a_month(facts: Facts) -> None:
    rows = by_head(sheet(facts, "overview"))
    week, month, quarter = rows["figure-people"][1:]
    assert isinstance(week, Figure)
    assert isinstance(month, Figure)
    assert (week.value, month.value, quarter) == (2, 3, None)
    share = rows["figure-coverage"][1]
    assert isinstance(share, Figure)
    assert share.value == pytest.approx(2 / 6 - 0.5)


def test_the_history_keeps_the_newest_day_of_each_week(facts: Facts) -> None:
    table = sheet(facts, "history")
    assert table.column("day") == (date(2026, 10, 24), date(2026, 11, 16))
    assert table.column("people") == (2, 3)
    assert table.column("coverage") == (None, 0.5)


# --- gaps ----------------------------------------------------------------------------------


def test_gaps_are_rolled_up_the_hierarchy_with_a_person_counted_once(facts: Facts) -> None:
    head = ("offers", "seats", "wants", "high", "urgent", "ratio", "served", "unmet")
    reasons = ("nobody", "language", "suggested", "away", "seats", "waiting")
    table = sheet(facts, "gaps")
    assert [column.name for column in table.sheet.columns[1:]] == [
        *head,
        *(f"unmet-{reason}" for reason in reasons),
    ]
    assert table.rows == (
        ("law", 0, 0, 2, 0, 0, None, 0, 2, 2, 0, 0, 0, 0, 0),
        # Ama offers two things in here and counts once; Cy wants two and counts once.
        ("tech", 1, 2, 3, 1, 1, 3.0, 1, 2, 0, 0, 1, 0, 1, 0),
        ("wikidata", 1, 2, 3, 1, 1, 3.0, 1, 2, 0, 0, 1, 0, 1, 0),
        ("sparql", 1, 2, 2, 1, 0, 2.0, 1, 1, 0, 0, 0, 0, 1, 0),
        ("events", 2, 3, 1, 0, 0, 0.5, 0, 1, 0, 1, 0, 0, 0, 0),
        ("contest", 1, 1, 1, 0, 0, 1.0, 0, 1, 0, 1, 0, 0, 0, 0),
        (UNLISTED, 1, 2, 1, 0, 0, 1.0, 0, 1, 0, 0, 0, 0, 0, 1),
    )


def test_single_points_of_failure_are_capacities_that_one_person_holds_up(facts: Facts) -> None:
    rows = by_head(sheet(facts, "single"))
    assert {capacity: (row[0].name, *row[1:]) for capacity, row in rows.items()} == {
        "wikidata": ("Ama", 2, 3, 2),
        "sparql": ("Ama", 2, 2, 1),
        "contest": ("Bo", 1, 1, 1),
        KNITTING: ("Eve", 2, 1, 1),
    }


def test_surplus_is_seats_beyond_wants(facts: Facts) -> None:
    assert by_head(sheet(facts, "surplus")) == {
        "events": (2, 3, 1, 2),
        KNITTING: (1, 2, 1, 1),
    }


# --- interventions -------------------------------------------------------------------------


def test_every_unmet_want_is_in_one_intervention_and_the_most_helpful_comes_first(
    facts: Facts,
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
        ("wait", KNITTING, 1),
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
    from exchange.reports.interventions import kind

    assert kind(reason, people, clinic=clinic) == step


def test_an_urgent_want_counts_three_points_and_a_high_one_two() -> None:
    facts = movement(suggestions=(), unmet=())
    points = {row["capacity"]: row["points"] for row in sheet(facts, "interventions").records()}
    assert points == {
        "wikidata": 3 + 1,  # Cy urgent, the group
        "sparql": 2 + 1,  # Bo high, Cy
        "law": 2,
        "contest": 1,
        KNITTING: 1,
    }


# --- cohorts and requests ------------------------------------------------------------------


def test_a_cohort_names_its_people_hours_and_draft(facts: Facts) -> None:
    (row,) = sheet(facts, "cohorts").records()
    assert (row["capacity"], row["language"], row["people"]) == ("law", "en", 2)
    assert row["window"] == (9, 10, 20)
    assert names(row["members"]) == ["Di", "Eve"]
    assert row["invitation"] == "law-en"
    leaves = report("cohorts").leaves
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


def test_two_cohorts_of_one_capacity_and_language_have_pages_of_their_own() -> None:
    twice = (
        Cohort("law", "en", ("user:4", "user:5")),
        Cohort("law", "en", ("user:1", "user:2", "user:3")),
    )
    table = sheet(movement(cohorts=twice), "cohorts")
    assert table.column("invitation") == ("law-en", "law-en-2")
    assert table.column("people") == (3, 2)


def test_open_requests_stand_with_their_deadline_and_state(facts: Facts) -> None:
    (row,) = sheet(facts, "requests").rows
    assert row == (
        "law",
        Party("user:4", "Di"),
        date(2026, 12, 1),
        Message("priority-normal"),
        Message("state-open"),
        "Help/Law",
        "",
    )


# --- places --------------------------------------------------------------------------------


def test_regions_count_people_groups_offers_wants_and_what_is_served(facts: Facts) -> None:
    table = sheet(facts, "regions")
    assert table.rows == (
        ("NWE", 2, 1, 1, 4, 1, 3, 1 / 4),
        ("SSA", 2, 1, 3, 3, 1, 2, 1 / 3),
        (None, 1, 0, 1, 1, 0, 1, 0.0),  # nobody knows where Eve is
    )
    assert table.total == (None, 5, 2, 5, 8, 2, 6, 2 / 8)


def test_countries_languages_and_affiliates_count_the_same_way(facts: Facts) -> None:
    assert sheet(facts, "countries").rows == (
        ("GH", 2, 1, 3, 3, 1, 2, 1 / 3),
        ("FR", 1, 0, 0, 2, 0, 2, 0.0),
        ("DE", 1, 1, 1, 2, 1, 1, 1 / 2),
        (None, 1, 0, 1, 1, 0, 1, 0.0),
    )
    assert by_head(sheet(facts, "languages"))["en"] == (4, 1, 5, 5, 2, 3, 2 / 5)
    assert sheet(facts, "affiliates").rows == (("Wikimedians of X", 1, 0, 2, 0, 0, 0, None),)


def test_help_flows_from_the_helpers_region_to_the_seekers(facts: Facts) -> None:
    assert sheet(facts, "flow").rows == (("SSA", "NWE", 1, 1), ("SSA", "SSA", 1, 0))


def test_the_served_rate_of_emerging_communities_and_small_affiliates_has_its_numbers(
    facts: Facts,
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


def test_a_regions_own_page_has_its_gaps_countries_requests_and_flow(facts: Facts) -> None:
    leaves = report("places").leaves
    assert leaves is not None
    pages = {leaf.name: leaf for leaf in leaves(facts)}
    assert sorted(pages) == ["NWE", "SSA"]
    region, gaps, countries, requests, flow = pages["NWE"].tables
    assert region.rows == (("NWE", 2, 1, 1, 4, 1, 3, 1 / 4),)
    assert gaps.rows == (
        ("contest", 1, 1, 0, 1),
        ("law", 0, 1, 0, 1),
        (KNITTING, 0, 1, 0, 1),
        ("sparql", 0, 1, 1, 0),
    )
    assert countries.column("country") == ("FR", "DE")
    assert requests.column("capacity") == ("law",)
    assert flow.rows == (("SSA", "NWE", 1, 1),)


# --- fairness ------------------------------------------------------------------------------


def test_load_waiting_acceptance_and_annoyance(facts: Facts) -> None:
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
    # Accepted one of: accepted, declined, expired.
    assert figures["acceptance"] == (1 / 3, 3)
    assert rows["figure-acceptance"][2:] == (
        pytest.approx(0.0615, abs=1e-4),
        pytest.approx(0.7923, abs=1e-4),
    )
    assert figures["optouts"] == (1 / 50, 50)
    assert figures["reverts"] == (2 / 40, 40)
    assert sheet(facts, "load").rows == ((0, 3), (2, 1))
    assert {
        head.removeprefix("status-"): row for head, row in by_head(sheet(facts, "outcomes")).items()
    } == {
        "accepted": (1,),
        "not-a-match": (1,),
        "open": (1,),
        "expired": (1,),
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
    assert wilson(hits, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_share_of_nothing_is_not_known() -> None:
    assert wilson(0, 0) is None
    assert quantile([], 0.5) is None


# --- queue ---------------------------------------------------------------------------------


def test_unmatched_people_stand_once_with_the_hardest_reason(facts: Facts) -> None:
    rows = [
        (row["party"].name, row["wanted"], row["why"].key)
        for row in sheet(facts, "unmatched").records()
    ]
    assert rows == [
        ("Di", ("contest", "law"), "unmatched-nobody"),
        ("Eve", ("law",), "unmatched-nobody"),
        ("Wikimedians of X", ("wikidata",), "unmatched-suggested"),
        ("Chapter of Y", (KNITTING,), "unmatched-stale"),
    ]


def test_a_helper_with_all_seats_taken_is_named_with_who_waits(facts: Facts) -> None:
    assert sheet(facts, "overloaded").rows == ((Party("user:1", "Ama"), 2, 2, 1, ("sparql",)),)


def test_unlisted_capacities_come_with_the_entry_to_add(facts: Facts) -> None:
    entry = '{"id": "knitting", "broader": null, "names": {"en": "Knitting"}}'
    assert sheet(facts, "unlisted").rows == (("Knitting", 2, 1, 1, entry),)


def test_the_entry_to_add_is_one_that_the_directory_takes() -> None:
    from exchange.directory import extend, load
    from exchange.reports.queue import entry

    known = load()
    for text, capacity in (
        ("Underwater basket weaving", "unlisted:underwater basket weaving"),
        ("Häkeln", "unlisted:häkeln"),
        ("編み物", "unlisted:編み物"),
    ):
        extended = extend(known, f'{{"capacities": [{entry(text, capacity)}]}}')
        assert extended.resolve(text) is not None


def test_stale_profiles_are_those_that_nobody_edited_for_a_year(facts: Facts) -> None:
    assert sheet(facts, "stale").rows == ((Party("user:5", "Eve"), date(2025, 1, 1)),)


def test_problems_say_where_and_what_was_perhaps_meant(facts: Facts) -> None:
    (row,) = sheet(facts, "problems").records()
    assert row["page"] == "User:Bo"
    assert row["problem"] == Message("problem-unknown-language", ("languages", "qqx", "de"))
    assert row["hint"] == "de"


def test_profiles_of_one_name_and_regions_that_disagree_are_found() -> None:
    odd = Profile("page:12", "  bo ", page="Bo", country="DE", region="SA")
    facts = movement(profiles=(*PROFILES, odd))
    (row,) = sheet(facts, "duplicates").rows
    assert row[1] == 2
    assert row[2] == (Party("page:12", ""), Party(BO.key, ""))
    assert sheet(facts, "elsewhere").rows == ((Party("page:12", ""), "DE", "SA", "NWE"),)


# --- run -----------------------------------------------------------------------------------


def test_planned_is_sent_skipped_by_reason_held_and_unknown(facts: Facts) -> None:
    table = sheet(facts, "run")
    rows = [(kind.key, reason.key if reason else None, count) for kind, reason, count in table.rows]
    assert rows == [
        ("run-sent", None, 2),
        ("run-skipped", "outcome-cap", 2),
        ("run-held", "outcome-wiki-away", 1),
        ("run-unknown", None, 1),
    ]
    assert table.total is not None
    assert table.total[2] == 6 == sum(count for _, _, count in rows)
    assert sheet(facts, "sent").rows == (("User talk:Bo", 71), ("User talk:Cy", 70))
    assert sheet(facts, "unsent").column("party") == (
        Party("page:10", ""),
        Party("page:11", ""),
    )


def test_a_movement_of_nobody_has_every_report() -> None:
    from tests.reports.movement import TODAY

    nobody = Facts(today=TODAY, profiles=(), broader={})
    for one in reports():
        for table in build(one, nobody):
            assert all(len(row) == len(table.sheet.columns) for row in table.rows)
