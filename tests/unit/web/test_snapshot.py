"""What is made anew beside the answers: nobody waits, nothing passes for newer than it is."""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from exchange.errors import StoreUnavailable
from exchange.model import Language, Offer, Profile, Want
from exchange.reports import list_reports
from exchange.settings import load as load_settings
from exchange.store import Store
from exchange.store.runs import INDEX_VERSION
from tests.unit.search.movement import NOW
from tests.unit.web.site import WIKI, address, filled
from webtool import context, create_app, snapshot
from webtool.context import context_of
from webtool.snapshot import REST_FACTOR, RETRY_SECONDS, BackgroundRefresh, Versioned

HOUR = timedelta(hours=1)
ENGLISH = (Language("en", 5),)
SEEKER = Profile(
    "user:901", "Sample Seeker", edited=NOW, page_id=901, languages=ENGLISH, wants=(Want("lua"),)
)
HELPER = Profile(
    "user:902", "Sample Helper", edited=NOW, page_id=902, languages=ENGLISH, offers=(Offer("lua"),)
)


class Later:
    """Does what is to be done beside the answers when the test says so, in its own thread."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []
        self.now = 0.0

    def __call__(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def clock(self) -> float:
        return self.now

    def work(self) -> int:
        jobs, self.jobs = self.jobs, []
        for job in jobs:
            job()
        return len(jobs)


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = filled(tmp_path / "one.db", 20)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, later: Later, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A tool for which twenty profiles are many."""
    monkeypatch.setattr(snapshot, "MANY_PROFILES", 10)
    settings = load_settings({"CXC_WIKI": WIKI, "CXC_NOW": NOW.isoformat()})
    return create_app(settings, store, background=later)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def write(store: Store, build: str, *profiles: Profile, hours: int = 1) -> None:
    """Write what a run of the bot writes, so many hours after the first."""
    at = NOW + hours * HOUR
    run = store.runs.begin("run", at=at)
    store.profiles.save_many(profiles)
    store.metadata.set(INDEX_VERSION, build, at=at)
    store.runs.end(run, at=at, status=0, counts={})


def people(html: str) -> int:
    """Read off the report how many people there are."""
    found = re.search(r">People</th>\s*<td[^>]*>(\d+)<", html)
    assert found
    return int(found[1])


def behind(client: FlaskClient) -> float:
    """Read off the metrics for how long the index has been older than the store."""
    found = re.search(
        r'^exchange_behind_seconds{what="index"} (\S+)$', client.get("/metrics").text, re.M
    )
    assert found
    return float(found[1])


def test_a_report_is_counted_beside_the_answers_and_says_of_when_it_is(
    client: FlaskClient, store: Store, later: Later
) -> None:
    first = client.get("/reports/overview")
    assert not later.jobs
    assert "As of <time" in first.text
    assert "08:00 UTC</time>.</p>" in first.text
    write(store, "second", SEEKER)
    while_index = client.get("/reports/overview")
    assert later.work() == 1, "the index comes first: the reports are counted on its basis"
    while_reports = client.get("/reports/overview")
    for answer in (while_index, while_reports):
        assert people(answer.text) == people(first.text)
        assert "08:00 UTC</time>. The bot has written since" in answer.text
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-cache"
    assert later.work() == 1
    new = client.get("/reports/overview")
    assert people(new.text) == people(first.text) + 1
    assert "09:00 UTC</time>.</p>" in new.text
    assert new.headers["ETag"] != first.headers["ETag"]
    assert not later.jobs


def test_a_file_of_an_earlier_state_is_not_kept_under_the_tag_of_a_newer_one(
    client: FlaskClient, store: Store, later: Later
) -> None:
    pages = ("/reports/gaps.json", "/reports/gaps.gaps.csv", "/api/v1/reports/gaps")
    tags = {page: client.get(page).headers["ETag"] for page in pages}
    write(store, "first", SEEKER)  # A run that changes no profile: the index stays.
    for page, tag in tags.items():
        old = client.get(page, headers={"If-None-Match": tag})
        assert (old.status_code, "ETag" in old.headers) == (200, False), page
    later.work()
    for page, tag in tags.items():
        new = client.get(page, headers={"If-None-Match": tag})
        assert (new.status_code, "ETag" in new.headers) == (200, True), page
        again = client.get(page, headers={"If-None-Match": new.headers["ETag"]})
        assert again.status_code == 304, page


def test_what_shows_no_earlier_state_keeps_its_tag_meanwhile(
    client: FlaskClient, store: Store, later: Later
) -> None:
    client.get("/reports/gaps")
    write(store, "first")
    tag = client.get("/search").headers["ETag"]
    assert later.jobs, "any answer begins the count, so that nobody comes for an old one"
    later.work()
    assert client.get("/search", headers={"If-None-Match": tag}).status_code == 304
    assert "As of" in client.get("/reports/gaps").text
    assert "The bot has written since" not in client.get("/reports/gaps").text


def test_helpers_are_those_of_the_lookup_before_until_the_new_one_is_there(
    client: FlaskClient, store: Store, later: Later
) -> None:
    write(store, "first again", SEEKER, hours=0)
    page = address(SEEKER)
    assert HELPER.name not in client.get(page).text
    write(store, "second", HELPER)
    client.get("/")
    later.work()  # the index
    old = client.get(page)
    assert HELPER.name in client.get("/search?q=Sample+Helper").text
    assert HELPER.name not in old.text
    assert "08:00 UTC</time>. The bot has written since" in old.text
    assert "ETag" not in old.headers
    assert "ETag" not in client.get(f"/api/v1/profiles/{SEEKER.key}/matches").headers
    later.work()
    new = client.get(page)
    assert HELPER.name in new.text
    assert "The bot has written since" not in new.text
    assert "ETag" in new.headers


def test_what_somebody_changed_on_their_own_page_shows_before_anything_is_made_anew(
    client: FlaskClient, store: Store
) -> None:
    write(store, "first again", SEEKER, hours=0)
    client.get(address(SEEKER))
    write(store, "second", replace(SEEKER, about="I have moved to Accra", revision=2))
    assert "I have moved to Accra" in client.get(address(SEEKER)).text


def test_the_status_tells_of_when_the_index_is(
    client: FlaskClient, store: Store, later: Later
) -> None:
    client.get("/")
    assert "The bot has written since" not in client.get("/status").text
    write(store, "second")
    assert "08:00 UTC</time>. The bot has written since" in client.get("/status").text
    assert behind(client) > 0
    later.work()
    assert "The bot has written since" not in client.get("/status").text
    assert behind(client) == 0


def test_while_anything_is_made_no_answer_reads_everybody(
    client: FlaskClient, store: Store, later: Later
) -> None:
    pages = ("/", "/search", "/reports/gaps", address(store.profiles.all()[0]), "/status")
    for page in pages:
        client.get(page)
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if re.search(r"FROM profile\s+WHERE profile\.active", statement):
            read.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    write(store, "second", SEEKER)
    for _ in range(3):
        for page in pages:
            assert client.get(page).status_code == 200
        assert not read
        later.work()
        read.clear()


def test_no_answer_fills_in_a_report_that_was_counted_beside_it(
    client: FlaskClient, store: Store, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/reports/gaps")
    write(store, "first")
    client.get("/")
    assert later.work() == 1

    def broken(*_: object) -> None:
        raise AssertionError("filled in by an answer")

    monkeypatch.setattr(snapshot, "build_report", broken)
    for one in list_reports():
        page = client.get(f"/reports/{one.id}")
        assert page.status_code == 200, one.id
        assert "09:00 UTC</time>.</p>" in page.text, one.id


def test_an_old_state_goes_when_nothing_is_made_from_it_any_more(
    app: Flask, client: FlaskClient, store: Store, later: Later
) -> None:
    client.get("/reports/gaps")
    snapshots = context_of(app).snapshots
    index = weakref.ref(snapshots.current(NOW.date()).index)
    filled_in = weakref.ref(snapshots.reports(snapshots.current(NOW.date())).value)
    write(store, "second", SEEKER)
    for _ in range(2):
        client.get("/reports/gaps")
        later.work()
    client.get("/reports/gaps")
    assert index() is None
    assert filled_in() is None


def test_where_there_are_few_nothing_is_ever_late(tmp_path: Path, later: Later) -> None:
    store = filled(tmp_path / "few.db", 20)
    client = create_app(load_settings({}), store, background=later, now=lambda: NOW).test_client()
    before = people(client.get("/reports/overview").text)
    write(store, "second", SEEKER)
    assert people(client.get("/reports/overview").text) == before + 1
    assert not later.jobs
    store.close()


def test_looking_makes_everything_before_anybody_asks(
    app: Flask, client: FlaskClient, store: Store, later: Later
) -> None:
    here = context_of(app)
    seen: list[float] = []

    class Enough(Exception):
        pass

    def pause(seconds: float) -> None:
        seen.append(seconds)
        if len(seen) == 1:
            write(store, "second", SEEKER)
        if len(seen) == 4:
            raise Enough
        later.work()

    with pytest.raises(Enough):
        context.watch_store(here, pause=pause)
    assert seen == [context.WATCH_SECONDS] * 4
    assert not later.jobs, "after a quiet day the first visitor finds what is new"
    current = here.snapshots.current(NOW.date())
    assert current.index.build == "second"
    assert here.snapshots.reports(current).version == current.version
    assert here.snapshots.lookup(current).version == current.index_version


def test_looking_goes_on_after_an_error(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[None] = []

    class Enough(Exception):
        pass

    def away(*_: object) -> None:
        calls.append(None)
        raise StoreUnavailable("away")

    def pause(_: float) -> None:
        if len(calls) == 2:
            raise Enough

    monkeypatch.setattr(context, "refresh_snapshots", away)
    with pytest.raises(Enough):
        context.watch_store(context_of(app), pause=pause)
    assert [record.getMessage() for record in caplog.records] == [
        "cannot refresh the snapshots"
    ] * 2


# --- one refresh by itself -------------------------------------------------------------------


@pytest.fixture
def refresh(later: Later) -> BackgroundRefresh[str]:
    return BackgroundRefresh[str]("thing", threading.Lock(), start=later, clock=later.clock)


def made(state: str) -> Callable[[], Versioned[str]]:
    return lambda: Versioned(f"thing of {state}", state)


def broken() -> Versioned[str]:
    raise RuntimeError("broken")


def test_of_states_that_come_while_one_waits_only_the_last_is_made(
    refresh: BackgroundRefresh[str], later: Later
) -> None:
    refresh.get("a", made("a"), background=True)
    made_of: list[str] = []

    def making(state: str) -> Callable[[], Versioned[str]]:
        return lambda: (made_of.append(state), Versioned("", state))[1]

    for state in "bcd":
        assert refresh.get(state, making(state), background=True).version == "a"
    assert len(later.jobs) == 1
    later.work()
    assert refresh.get("d", broken, background=True).version == "d"
    assert made_of == ["d"]


def test_after_a_making_it_rests_for_some_times_as_long(
    refresh: BackgroundRefresh[str], later: Later
) -> None:
    def slowly() -> Versioned[str]:
        later.now += 10
        return Versioned("", "b")

    refresh.get("a", made("a"), background=True)
    refresh.get("b", slowly, background=True)
    later.work()
    refresh.get("c", made("c"), background=True)
    assert not later.jobs
    later.now += 10 * REST_FACTOR - 1
    assert refresh.get("c", made("c"), background=True).version == "b"
    assert not later.jobs
    later.now += 1
    refresh.get("c", made("c"), background=True)
    later.work()
    assert refresh.get("c", broken, background=True).value == "thing of c"


def test_an_error_is_told_and_tried_again_and_how_long_it_is_behind_is_known(
    refresh: BackgroundRefresh[str], later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    refresh.get("a", made("a"), background=True)
    assert refresh.stale_seconds() == 0
    for attempt in range(1, 4):
        assert refresh.get("b", broken, background=True).value == "thing of a"
        assert later.work() == 1
        assert len(caplog.records) == attempt
        assert caplog.records[-1].what == "thing"  # type: ignore[attr-defined]
        assert caplog.records[-1].exc_info
        refresh.get("b", broken, background=True)
        assert not later.jobs, "not again at once"
        later.now += RETRY_SECONDS
        assert refresh.stale_seconds() == attempt * RETRY_SECONDS
    refresh.get("b", made("b"), background=True)
    later.work()
    assert refresh.get("b", broken, background=True).value == "thing of b"
    assert refresh.stale_seconds() == 0


def test_where_no_thread_can_begin_the_answer_comes_and_the_next_one_tries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[None] = []

    def start(_: Callable[[], None]) -> None:
        tries.append(None)
        raise RuntimeError("can't start new thread")

    refresh = BackgroundRefresh[str]("thing", threading.Lock(), start=start)
    refresh.get("a", made("a"), background=True)
    for _ in range(2):
        assert refresh.get("b", made("b"), background=True).version == "a"
    assert len(tries) == len(caplog.records) == 2


def test_who_comes_while_the_first_is_made_waits_for_that_one() -> None:
    refresh = BackgroundRefresh[str]("thing", threading.Lock())
    begun, go = threading.Event(), threading.Event()
    found: list[str] = []

    def slowly() -> Versioned[str]:
        begun.set()
        assert go.wait(timeout=60)
        return Versioned("the first", "a")

    def ask(make: Callable[[], Versioned[str]]) -> None:
        found.append(refresh.get("a", make, background=True).value)

    threads = [threading.Thread(target=ask, args=(make,)) for make in (slowly, broken, broken)]
    threads[0].start()
    assert begun.wait(timeout=60)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(timeout=60)
    assert found == ["the first"] * 3


def test_real_threads_renew_in_turn_while_answers_go_on() -> None:
    turn = threading.Lock()
    refreshes = [BackgroundRefresh[int](f"thing {number}", turn) for number in range(3)]
    in_turn: list[bool] = []
    done = [threading.Event() for _ in refreshes]

    def making(number: int) -> Callable[[], Versioned[int]]:
        def make() -> Versioned[int]:
            in_turn.append(turn.locked())
            assert refreshes[number].get("b", make, background=True).version == "a"
            done[number].set()
            return Versioned(number, "b")

        return make

    for refresh in refreshes:
        refresh.get("a", lambda: Versioned(0, "a"), background=True)
    for number, refresh in enumerate(refreshes):
        refresh.get("b", making(number), background=True)
    assert all(one.wait(timeout=60) for one in done)
    assert in_turn == [True] * 3, "made once each, and never two at a time"
