from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.errors import StoreError
from exchange.model import (
    Circle,
    Cohort,
    Held,
    Match,
    Outcome,
    Reason,
    ScorePart,
    Sent,
    Skipped,
    Suggestion,
    SuggestionStatus,
    Unknown,
)
from exchange.model.keys import ProfileKey
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from exchange.store.people import OPTED_OUT, LoginSession
from exchange.store.responses import HeldSeat, ResponseRecord
from exchange.store.runs import DIRECTORY_PAGE, INDEX_VERSION, MetricValue, PublishedPage
from exchange.store.store import StoreVersion
from exchange.store.suggestions import SuggestionAnswer

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MATCH = Match(
    "user:1",
    "user:2",
    "sparql",
    "wdqs",
    0.1 + 0.2,
    (ScorePart("capacity", 300.0, ("sparql", "wdqs")), ScorePart("reciprocity", 0.125)),
    (("events", "events"),),
)
NEW = Suggestion(MATCH, "2026-W47", NOW)
NOTICE = Notice("a1", "user:1", 1, "Ada", "2026-W47", NOW, (3, 1))


def test_a_suggestion_is_planned_once_however_often_it_is_planned(store: Store) -> None:
    (first,) = store.suggestions.plan([NEW])
    other = replace(NEW, period="2026-W48")
    again = store.suggestions.plan([other, NEW, other])
    assert first.id > 0
    assert replace(first, id=0) == NEW
    assert again[1] == first
    assert again[0] == again[2]
    assert [each.period for each in store.suggestions.all()] == ["2026-W47", "2026-W48"]
    assert store.suggestions.planned("2026-W48") == [again[0]]


def test_a_suggestion_goes_from_planned_to_open_to_expired(store: Store) -> None:
    (made,) = store.suggestions.plan([NEW])
    assert store.suggestions.open() == []
    store.suggestions.mark_notified([made.id], at=NOW + HOUR)
    (held,) = store.suggestions.open()
    assert (held.status, held.notified_at) == (SuggestionStatus.OPEN, NOW + HOUR)
    store.suggestions.withdraw([made.id], at=NOW + HOUR)
    assert store.suggestions.open() == [held], "what was told cannot be taken back"
    store.suggestions.expire([made.id], at=NOW + 9 * HOUR)
    assert store.suggestions.open() == []
    assert store.suggestions.get(made.id).status is SuggestionStatus.EXPIRED  # type: ignore[union-attr]
    assert store.suggestions.counts() == {"expired": 1}


def test_a_withdrawn_suggestion_was_never_made(store: Store) -> None:
    (made,) = store.suggestions.plan([NEW])
    store.suggestions.withdraw([made.id], at=NOW)
    assert store.suggestions.planned() == []
    assert store.suggestions.history() == []
    assert len(store.suggestions.all()) == 1


def test_the_newest_answer_counts_wherever_it_was_given_and_all_are_kept(store: Store) -> None:
    (made,) = store.suggestions.plan([NEW])
    answer = store.suggestions.answer
    answer(
        made.id,
        status=SuggestionStatus.ACCEPTED,
        by="user:1",
        via="wiki",
        at=NOW + 2 * HOUR,
        revision=9,
    )
    late = answer(made.id, status=SuggestionStatus.DECLINED, by="user:1", via="web", at=NOW + HOUR)
    assert late.status is SuggestionStatus.ACCEPTED
    newest = answer(
        made.id, status=SuggestionStatus.EXCHANGED, by="user:2", via="web", at=NOW + 3 * HOUR
    )
    assert (newest.status, newest.answered_at) == (SuggestionStatus.EXCHANGED, NOW + 3 * HOUR)
    answer(made.id, status=SuggestionStatus.EXCHANGED, by="user:2", via="web", at=NOW + 3 * HOUR)
    assert store.suggestions.answers(made.id) == [
        SuggestionAnswer(made.id, SuggestionStatus.DECLINED, "user:1", "web", NOW + HOUR),
        SuggestionAnswer(made.id, SuggestionStatus.ACCEPTED, "user:1", "wiki", NOW + 2 * HOUR, 9),
        SuggestionAnswer(made.id, SuggestionStatus.EXCHANGED, "user:2", "web", NOW + 3 * HOUR),
    ]


def test_an_answer_to_nothing_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="no suggestion 404"):
        store.suggestions.answer(
            404, status=SuggestionStatus.ACCEPTED, by="user:1", via="web", at=NOW
        )


def test_suggestions_are_found_by_either_of_the_two(store: Store) -> None:
    made = store.suggestions.plan([NEW, replace(NEW, match=replace(MATCH, helper="user:3"))])
    assert store.suggestions.involving("user:1") == made
    assert store.suggestions.involving("user:3") == made[1:]
    assert store.suggestions.get_many([made[1].id, 404]) == {made[1].id: made[1]}
    assert store.suggestions.history(since=NOW + HOUR) == []


def test_a_notice_is_begun_once(store: Store) -> None:
    assert store.notices.open(NOTICE) == (NOTICE, True)
    other = replace(NOTICE, id="b2", suggestions=())
    assert store.notices.open(other) == (NOTICE, False)
    assert store.notices.unfinished() == [NOTICE]
    assert store.notices.open(replace(NOTICE, campaign="2026-W48", id="c3"))[1]
    with pytest.raises(StoreError, match="in use"):
        store.notices.open(replace(NOTICE, recipient="user:7"))


@pytest.mark.parametrize(
    ("outcome", "state", "finished"),
    [
        (Sent(77, "User talk:Ada"), NoticeState.SENT, True),
        (Skipped(Reason.OPTED_OUT_TEMPLATE, "deny=all"), NoticeState.SKIPPED, True),
        (Held(Reason.WIKI_AWAY, "504"), NoticeState.HELD, True),
        (Unknown("no answer"), NoticeState.UNKNOWN, False),
    ],
)
def test_a_notice_ends_with_its_outcome(
    store: Store, outcome: Outcome, state: NoticeState, finished: bool
) -> None:
    store.notices.open(NOTICE)
    done = store.notices.close("a1", outcome, at=NOW + HOUR)
    assert done.state is state
    assert done.ended == NOW + HOUR
    assert store.notices.get("a1") == done
    assert (store.notices.unfinished() == []) is finished
    assert store.notices.counts() == {state.value: 1}


def test_when_somebody_last_got_a_message_counts_what_may_stand(store: Store) -> None:
    store.notices.open(NOTICE)
    store.notices.close("a1", Sent(77, "User talk:Ada"), at=NOW + HOUR)
    store.notices.open(replace(NOTICE, id="b2", recipient="page:5", begun=NOW + 2 * HOUR))
    store.notices.close("b2", Skipped(Reason.CAP), at=NOW + 2 * HOUR)
    assert [each.id for each in store.notices.sent(since=NOW)] == ["a1"]
    assert [each.id for each in store.notices.to(1)] == ["a1", "b2"]


def test_what_was_sent_is_found_by_account_and_by_group(store: Store) -> None:
    told = {"page:5>user:1": 1, "page:5>Old name": 0, "page:5": 8, "page:50>user:2": 2, "user:1": 1}
    for at, (recipient, account) in enumerate(told.items()):
        store.notices.open(replace(NOTICE, id=f"n{at}", recipient=recipient, account=account))
        store.notices.close(f"n{at}", Sent(at, "User talk:Ada"), at=NOW)

    def found(*accounts: int, groups: tuple[ProfileKey, ...] = ()) -> list[str]:
        return [e.id for e in store.notices.sent(accounts=accounts, groups=groups)]

    assert found(1) == ["n0", "n4"]
    assert found(3, groups=(ProfileKey.for_group(5),)) == ["n0", "n1", "n2"]
    assert found(2, groups=(ProfileKey.for_person(1),)) == ["n3", "n4"]
    assert found() == []


def test_a_notice_is_taken_up_again_under_the_same_row(store: Store) -> None:
    store.notices.open(NOTICE)
    store.notices.close("a1", Held(Reason.WIKI_AWAY), at=NOW)
    again = store.notices.retry("a1", begun=NOW + HOUR)
    assert (again.state, again.attempts, again.reason) == (NoticeState.BEGUN, 2, None)
    with pytest.raises(StoreError, match="no notice zz"):
        store.notices.retry("zz", begun=NOW)


def test_notices_that_the_wiki_proves_are_put_back_once(store: Store) -> None:
    proven = replace(NOTICE, state=NoticeState.SENT, revision=5, ended=NOW)
    assert store.notices.restore([proven, replace(proven, id="b2", campaign="x")]) == 2
    assert store.notices.restore([proven]) == 0
    assert store.notices.get("a1") == proven


def test_a_run_tells_how_it_went_and_what_became_of_whom(store: Store) -> None:
    first = store.runs.begin("notify", at=NOW)
    assert store.runs.last("notify").ended is None  # type: ignore[union-attr]
    assert store.runs.last("notify", ended=True) is None
    results: dict[str, Outcome] = {
        "user:1": Sent(5, "User talk:Ada"),
        "user:2": Skipped(Reason.AWAY, "until 2027"),
        "user:3": Held(Reason.STOP_PAGE),
        "user:4": Unknown("lost"),
    }
    store.runs.record_many(first, results)
    store.runs.record_many(first, {"user:4": Sent(6, "User talk:Di")})
    store.runs.end(first, at=NOW + HOUR, status=1, counts={"sent": 2, "skipped": {"away": 1}})
    assert store.runs.outcomes(first) == results | {"user:4": Sent(6, "User talk:Di")}
    second = store.runs.begin("harvest", at=NOW + HOUR)
    assert {run.id for run in store.runs.commands().values()} == {second, first}
    assert store.runs.get(first).counts["skipped"] == {"away": 1}  # type: ignore[union-attr]
    assert {name: run.status for name, run in store.runs.commands().items()} == {
        "harvest": None,
        "notify": 1,
    }


def test_measures_keep_one_value_a_day(store: Store) -> None:
    monday = date(2026, 11, 23)
    store.metrics.record(monday, {"coverage": (0.5, 10), "load": 3})
    store.metrics.record(monday, {"coverage": (0.75, 12)})
    store.metrics.record(monday + timedelta(days=1), {"coverage": (1 / 3, 12)})
    assert store.metrics.series("coverage") == [
        MetricValue(monday, 0.75, 12),
        MetricValue(monday + timedelta(days=1), 1 / 3, 12),
    ]
    assert store.metrics.on(monday)["load"] == MetricValue(monday, 3.0)
    assert store.metrics.latest()["coverage"].value == 1 / 3
    assert store.metrics.latest(until=monday)["coverage"].value == 0.75


def test_a_publication_is_written_over(store: Store) -> None:
    page = PublishedPage("Capacity Exchange/Reports/overview", "d1", 5, NOW)
    store.published_pages.save(page)
    store.published_pages.save(replace(page, digest="d2"))
    assert store.published_pages.all()[page.title] == replace(page, digest="d2")
    assert list(store.published_pages.all()) == [page.title]


def test_preferences_are_by_profile_and_name(store: Store) -> None:
    store.preferences.set("user:1", "pause", "2027-01-01", at=NOW, via="web")
    store.preferences.set("user:1", "pause", "2027-02-01", at=NOW, via="wiki")
    store.preferences.set("user:2", "stop", "yes", at=NOW, via="wiki")
    assert store.preferences.of("user:1") == {"pause": "2027-02-01"}
    assert store.preferences.all("stop") == {"user:2": "yes"}
    store.preferences.drop("user:1", "pause")
    store.preferences.drop("user:2")
    assert store.preferences.of("user:1") == store.preferences.of("user:2") == {}


def test_one_holder_has_a_lease_until_it_expires(store: Store) -> None:
    take, keep = store.locks.acquire, store.locks.renew
    assert take("run", "a", now=NOW, ttl=HOUR)
    assert take("run", "a", now=NOW, ttl=HOUR), "one's own lease can be taken again"
    assert not take("run", "b", now=NOW + HOUR / 2, ttl=HOUR)
    assert keep("run", "a", now=NOW + HOUR / 2, ttl=HOUR)
    assert not keep("run", "b", now=NOW + HOUR / 2, ttl=HOUR)
    assert not take("run", "b", now=NOW + HOUR, ttl=HOUR), "it was renewed"
    assert take("run", "b", now=NOW + 2 * HOUR, ttl=HOUR)
    assert not keep("run", "a", now=NOW + 2 * HOUR, ttl=HOUR), "it was lost"
    assert store.locks.get("run").holder == "b"  # type: ignore[union-attr]
    store.locks.release("run", "a")
    assert store.locks.get("run") is not None, "another's lease cannot be given back"
    store.locks.release("run", "b")
    assert store.locks.get("run") is None


def test_a_session_ends_by_itself_or_on_request(store: Store) -> None:
    ada = LoginSession("hash", 1, "Ada", b"\x00\xff token", NOW, NOW + HOUR)
    store.sessions.begin(ada)
    assert store.sessions.get("hash", now=NOW) == ada
    assert store.sessions.get("hash", now=NOW + HOUR) is None
    assert store.sessions.expire(now=NOW) == 0
    assert store.sessions.expire(now=NOW + HOUR) == 1
    store.sessions.begin(ada)
    store.sessions.begin(replace(ada, id="other"))
    store.sessions.end("hash")
    assert store.sessions.get("hash", now=NOW) is None
    store.sessions.end_all(1)
    assert store.sessions.get("other", now=NOW) is None


def test_a_note_holds_a_long_text(store: Store) -> None:
    store.metadata.set("directory-page", "ẹ" * 200_000, at=NOW)
    assert store.metadata.get("directory-page") == "ẹ" * 200_000
    store.metadata.drop("directory-page")
    assert store.metadata.get("directory-page") is None


def test_what_nobody_was_told_of_is_refreshed_and_revived_and_what_was_told_is_not(
    store: Store,
) -> None:
    (made,) = store.suggestions.plan([NEW])
    better = replace(NEW, match=replace(MATCH, score=9.0), created_at=NOW + HOUR)
    (again,) = store.suggestions.plan([better])
    assert (again.id, again.match.score, again.created_at) == (made.id, 9.0, NOW)
    store.suggestions.withdraw([made.id], at=NOW)
    (revived,) = store.suggestions.plan([better])
    assert (revived.id, revived.status) == (made.id, SuggestionStatus.PLANNED)
    assert store.suggestions.planned() == [revived]
    store.suggestions.mark_notified([made.id], at=NOW + HOUR)
    (told,) = store.suggestions.plan([NEW])
    assert (told.status, told.match.score) == (SuggestionStatus.OPEN, 9.0)


def test_the_newest_round_replaces_the_one_before_and_the_first_arrival_stays(
    store: Store,
) -> None:
    cohort = Cohort("sparql", "yo", ("user:1", "user:2"), ("user:3",), (8, 9), NOW.date())
    circle = Circle(("user:1", "user:2"), ("sparql", "events"), 700.0)
    store.rounds.replace(
        unmet=[("user:2", "sparql", "language"), ("user:1", "wdqs", "seats")],
        cohorts=[cohort],
        circles=[circle],
    )
    assert store.rounds.unmet() == [("user:1", "wdqs", "seats"), ("user:2", "sparql", "language")]
    assert store.rounds.unmet("user:1") == [("user:1", "wdqs", "seats")]
    assert store.rounds.cohorts() == store.rounds.cohorts("sparql") == [cohort]
    assert store.rounds.cohorts("wdqs") == []
    for keys in (cohort.members[:1], cohort.helpers, (*cohort.members, "user:999")):
        assert store.rounds.cohorts_with(keys) == ([cohort] if keys else [])
    assert store.rounds.cohorts_with([]) == []
    assert store.rounds.cohorts_with([cohort.members[0][:-1]]) == []
    assert store.rounds.circles() == [circle]
    store.rounds.replace(unmet=[])
    assert (store.rounds.unmet(), store.rounds.cohorts(), store.rounds.circles()) == ([], [], [])
    assert store.rounds.record_first_seen(["user:1"], day=NOW.date()) == 1
    assert store.rounds.record_first_seen(["user:1", "user:2"], day=date(2027, 1, 1)) == 1
    assert store.rounds.first_seen() == {"user:1": NOW.date(), "user:2": date(2027, 1, 1)}


def test_what_is_known_of_all_seekers_comes_by_one_query(store: Store) -> None:
    assert store.rounds.seekers() == ([], {})
    unmet = [("user:2", "sparql", "language"), ("user:1", "wdqs", "seats"), ("user:1", "a", "away")]
    store.rounds.replace(unmet=unmet)
    store.rounds.record_first_seen(["user:2"], day=date(2027, 1, 1))
    store.rounds.record_first_seen(["user:1", "user:3"], day=NOW.date())
    assert store.rounds.seekers() == (store.rounds.unmet(), store.rounds.first_seen())
    assert len(store.rounds.unmet()) == len(store.rounds.first_seen()) == 3


def test_the_state_changes_with_the_index_and_with_every_run(store: Store) -> None:
    assert store.version() == StoreVersion()
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    assert store.version() == StoreVersion("first", "", NOW)
    run = store.runs.begin("match", at=NOW + HOUR)
    assert store.version() == StoreVersion("first", f"{run}/None", NOW + HOUR)
    store.runs.end(run, at=NOW + 2 * HOUR, status=0, counts={})
    assert store.version() == StoreVersion("first", f"{run}/0", NOW + 2 * HOUR)
    store.metadata.set(INDEX_VERSION, "second", at=NOW + 3 * HOUR)
    assert store.version() == StoreVersion("second", f"{run}/0", NOW + 3 * HOUR)


def test_the_directorys_text_comes_with_a_build_that_is_not_known(store: Store) -> None:
    store.metadata.set(DIRECTORY_PAGE, "{…}", at=NOW)
    assert store.version(known="").directory == "{…}"
    store.metadata.set(INDEX_VERSION, "first", at=NOW)
    assert store.version() == StoreVersion("first", "", NOW, "{…}")
    assert store.version(known="other") == StoreVersion("first", "", NOW, "{…}")
    assert store.version(known="first") == StoreVersion("first", "", NOW)


def test_all_measures_come_by_name_and_day(store: Store) -> None:
    monday = date(2026, 11, 23)
    store.metrics.record(monday + timedelta(days=1), {"coverage": (0.25, 8)})
    store.metrics.record(monday, {"load": 3, "coverage": (0.5, 10)})
    assert store.place_weeks.all_with_measures()[0] == [
        (monday, "coverage", 0.5, 10),
        (monday + timedelta(days=1), "coverage", 0.25, 8),
        (monday, "load", 3.0, None),
    ]


def test_only_notices_that_stand_on_a_page_are_counted_as_sent(store: Store) -> None:
    store.notices.open(NOTICE)
    assert store.notices.delivery_stats() == (0, set(), set(), set())
    store.notices.close("a1", Sent(77, "User talk:Ada"), at=NOW)
    store.notices.open(replace(NOTICE, id="b2", recipient="page:5"))
    store.notices.close("b2", Skipped(Reason.CAP), at=NOW)
    assert store.notices.delivery_stats() == (1, set(), set(), set())
    for key, name in (("user:1", "stop"), ("user:2", "pause"), ("user:3", "stop")):
        store.preferences.set(key, name, "yes", at=NOW, via="web")
    no = {"user:1", "user:3"}
    assert store.notices.delivery_stats() == (1, no, no, set())
    store.preferences.set("user:4", OPTED_OUT, "opted-out-list", at=NOW, via="wiki")
    store.preferences.set("user:5", "cap", "monthly", at=NOW, via="web")
    store.declined_cohorts.decline("user:6", "law", "pt-br", at=NOW, via="web")
    declined = {("user:6", "law", "pt-br")}
    assert store.declined_cohorts.all() == declined
    assert store.notices.delivery_stats() == (1, no, {*no, "user:4"}, declined)


def test_the_last_delivering_run_is_the_newest_that_may_have_written_to_somebody(
    store: Store,
) -> None:
    assert store.runs.last_delivery() is None
    first, second, third = (store.runs.begin("notify", at=NOW + at * HOUR) for at in range(3))
    store.runs.record_many(second, {"user:1": Skipped(Reason.AWAY)})
    run, outcomes, _ = store.runs.last_delivery()  # type: ignore[misc]
    assert (run, outcomes) == (store.runs.get(second), {"user:1": Skipped(Reason.AWAY)})
    store.runs.record_many(first, {"user:1": Unknown("lost")})
    store.runs.record_many(third, {"publish:Portal": Sent(5, "Portal")})
    store.runs.record_many(first, {"publish:Portal": Sent(4, "Portal")})
    run, outcomes, _ = store.runs.last_delivery()  # type: ignore[misc]
    assert (run, outcomes) == (store.runs.get(first), {"user:1": Unknown("lost")})


def test_kept_texts_expire_and_a_login_knows_that_something_is_kept(store: Store) -> None:
    store.sessions.begin(LoginSession("hash", 1, "Ada", b"t", NOW, NOW + HOUR))
    for sealed in (b"first", b"\x00\xffsecond"):
        store.kept_texts.keep("form", sealed, account=1, now=NOW, expires=NOW + HOUR)
    store.kept_texts.keep("other", b"x" * 60_000, account=2, now=NOW, expires=NOW + 2 * HOUR)
    assert store.kept_texts.get("form", account=1, now=NOW) == b"\x00\xffsecond"
    assert store.kept_texts.get("form", account=1, now=NOW + HOUR) is None
    assert store.kept_texts.get("form", account=2, now=NOW) is None
    assert store.kept_texts.count(account=2) == 1
    login = store.sessions.get("hash", now=NOW)
    assert login is not None
    assert login.keeps
    assert store.kept_texts.expire(now=NOW + HOUR) == 1
    login = store.sessions.get("hash", now=NOW)
    assert login is not None
    assert not login.keeps
    assert store.kept_texts.get("other", account=2, now=NOW + HOUR) == b"x" * 60_000
    store.sessions.rename(1, "Ada Lovelace")
    login = store.sessions.get("hash", now=NOW)
    assert login is not None
    assert login.name == "Ada Lovelace"


def test_a_run_covers_the_moments_at_which_it_may_have_written(store: Store) -> None:
    """Minutes before and after it; a day where it never came to its end."""
    run = store.runs.begin("publish", at=NOW)
    for hours, covered in ((-1, False), (0, True), (23, True), (25, False)):
        assert store.runs.covers(NOW + timedelta(hours=hours)) is covered, hours
    store.runs.end(run, at=NOW + timedelta(hours=1), status=0, counts={})
    for minutes, covered in ((-11, False), (-9, True), (30, True), (69, True), (71, False)):
        assert store.runs.covers(NOW + timedelta(minutes=minutes)) is covered, minutes


def test_places_keep_one_row_a_week_for_two_years(store: Store) -> None:
    monday = date(2026, 11, 16)
    store.place_weeks.record(monday, [(monday, "country", "NG", 5, 1, 9, 7, 4)])
    store.place_weeks.record(monday, [(monday, "region", "SSA", 12, 1, 20, 15, 9)])
    later = monday + timedelta(weeks=1)
    store.place_weeks.record(later, [(later, "affiliate", "Wikimédia Ḥ", 6, 0, 1, 0, 0)])
    store.metrics.record(monday, {"load": 3})
    assert store.place_weeks.all_with_measures() == (
        [(monday, "load", 3.0, None)],
        [
            (later, "affiliate", "Wikimédia Ḥ", 6, 0, 1, 0, 0),
            (monday, "region", "SSA", 12, 1, 20, 15, 9),
        ],
    )
    store.place_weeks.record(monday + timedelta(weeks=107), [])
    assert store.place_weeks.all_with_measures()[1] == [
        (later, "affiliate", "Wikimédia Ḥ", 6, 0, 1, 0, 0)
    ]


def test_responses_are_read_out_of_what_is_kept_anyway(store: Store) -> None:
    (made,) = store.suggestions.plan([NEW])
    assert store.responses.of(["user:2"])["user:2"] == ResponseRecord()
    store.suggestions.mark_notified([made.id], at=NOW)
    row = replace(NOTICE, suggestions=(made.id,))
    store.notices.open(row)
    store.notices.close(row.id, Sent(5, "User talk:Ada"), at=NOW + HOUR)
    store.notices.open(replace(row, id="b2", campaign="2026-W48"))
    found = store.responses.of(["user:1", "user:2", "user:3"])
    assert found["user:2"].held == [HeldSeat(made.id, SuggestionStatus.OPEN, NOW)]
    assert found["user:1"] == ResponseRecord(told=[(made.id, NOW + HOUR)]), (
        "an open row is no message"
    )
    assert found["user:3"] == ResponseRecord()
    at = NOW + 3 * HOUR
    store.suggestions.answer(
        made.id, status=SuggestionStatus.ACCEPTED, by="user:1", via="web", at=at
    )
    found = store.responses.of(["user:1", "user:2"])
    assert found["user:1"].said == [(made.id, at)]
    assert found["user:2"].held == [HeldSeat(made.id, SuggestionStatus.ACCEPTED, at)]
