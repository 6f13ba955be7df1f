"""Publishing on a wiki in files: what is written, what is left alone, and what stops it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.away_pages import MOST, away_pages
from bot.publish import BATCH, PublishResult, publish_reports
from bot.wiki import ArchiveWiki, Edit
from exchange.errors import EditRefused, ResponseLost
from exchange.model import Cohort, Page, Profile, Reason, Sent
from exchange.reports import list_reports
from exchange.store import Store
from exchange.store.runs import PublishedPage
from tests.unit.publish.world import (
    BOT,
    LEARNERS,
    NOW,
    READY,
    STOP,
    TEACHER,
    archive,
    filled,
    settings_of,
)
from tests.unit.reports.movement import AMA, UNMET

ROOT = "Capacity Exchange/Reports"
GAPS = f"{ROOT}/gaps"
DRAFT = f"{ROOT}/cohorts/law-en"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield filled(opened)
    opened.close()


@pytest.fixture
def wiki(tmp_path: Path) -> ArchiveWiki:
    made = archive(tmp_path)
    person(made, STOP, "run: yes")
    return made


def person(wiki: ArchiveWiki, title: str, text: str) -> int:
    return wiki.save(edit=Edit(title=title, text=text, summary="")).revision


def text_of(wiki: ArchiveWiki, title: str) -> str:
    return wiki.pages(titles=[title])[title].text or ""


def run(store: Store, wiki: Any, *, days: int = 0, **more: Any) -> PublishResult:
    return publish_reports(
        settings=settings_of(), store=store, wiki=wiki, now=NOW + timedelta(days=days), **more
    )


def test_every_report_is_written_and_a_second_run_makes_no_edit(
    store: Store, wiki: ArchiveWiki
) -> None:
    first = run(store, wiki)
    assert first.published == first.reports > 12
    assert first.failed == 0
    for one in list_reports():
        assert text_of(wiki, f"{ROOT}/{one.id}")
    assert "Unmet wants by capacity" in text_of(wiki, ROOT)
    edits = wiki.edits
    second = run(store, wiki)
    assert (second.published, second.unchanged) == (0, first.reports)
    assert wiki.edits == edits


def test_a_day_that_passes_makes_no_edit(store: Store, wiki: ArchiveWiki) -> None:
    run(store, wiki)
    edits = wiki.edits
    assert run(store, wiki, days=1).published == 0
    assert wiki.edits == edits
    # ... though the history grew by a row.
    assert len(store.metrics.series("overview-people")) == 2


def test_a_database_that_is_lost_makes_no_edit_either(
    store: Store, wiki: ArchiveWiki, tmp_path: Path
) -> None:
    run(store, wiki)
    edits = wiki.edits
    other = filled(Store.open(f"sqlite:///{tmp_path}/other.db"))
    counts = run(other, wiki)
    assert wiki.edits == edits
    assert counts.published == 0
    assert counts.failed == 0
    other.close()


def test_a_changed_profile_writes_only_the_reports_that_it_concerns(
    store: Store, wiki: ArchiveWiki
) -> None:
    run(store, wiki)
    store.profiles.save_many([replace(AMA, name="Ama B.", page="User:Ama B.")])
    counts = run(store, wiki, run=store.runs.begin("publish", at=NOW))
    assert counts.published == 5  # gaps, interventions, queue, a region; the numbers of them all


def test_what_people_write_around_a_report_stays(store: Store, wiki: ArchiveWiki) -> None:
    run(store, wiki)
    ours = text_of(wiki, GAPS)
    person(wiki, GAPS, f"Read this first.\n{ours}\n[[Category:Reports]]")
    store.rounds.replace(unmet=())
    run(store, wiki)
    new = text_of(wiki, GAPS)
    assert new.startswith("Read this first.\n<!-- Capacity Exchange report")
    assert new.endswith("-->\n[[Category:Reports]]")
    assert new != f"Read this first.\n{ours}\n[[Category:Reports]]"


def test_a_page_that_people_took_over_is_left_alone(store: Store, wiki: ArchiveWiki) -> None:
    run(store, wiki)
    person(wiki, GAPS, "We write this ourselves now.")
    store.rounds.replace(unmet=())
    counts = run(store, wiki)
    assert text_of(wiki, GAPS) == "We write this ourselves now."
    assert counts.kept == {Reason.NOT_OURS.value: 1}
    assert counts.failed == 0


def test_a_page_that_was_there_before_is_not_written_over(store: Store, wiki: ArchiveWiki) -> None:
    person(wiki, GAPS, "An essay on gaps.")
    counts = run(store, wiki)
    assert text_of(wiki, GAPS) == "An essay on gaps."
    assert counts.kept == {Reason.NOT_OURS.value: 1}


@pytest.mark.parametrize("text", ["run: no", "", "run: yes\n== Stop! =="])
def test_the_stop_page_stops_it_and_the_next_run_takes_it_up(
    store: Store, wiki: ArchiveWiki, text: str
) -> None:
    person(wiki, STOP, text)
    edits = wiki.edits
    counts = run(store, wiki)
    assert wiki.edits == edits
    assert counts.published == 0
    assert counts.kept == {Reason.STOP_PAGE.value: counts.reports}
    person(wiki, STOP, "run: yes")
    assert run(store, wiki).published == counts.reports


def ready(store: Store, *cohorts: Cohort) -> None:
    store.profiles.save_many((TEACHER, *LEARNERS))
    store.rounds.replace(unmet=UNMET, cohorts=cohorts)


def test_a_cohort_has_a_page_where_somebody_can_start_it_now(
    store: Store, wiki: ArchiveWiki
) -> None:
    unready = (
        replace(READY, capacity="lua"),  # of these nobody asks for it
        replace(READY, capacity="sparql", hours=()),
        replace(READY, capacity="contest", helpers=()),
        replace(READY, language="fr", helpers=("user:1",)),  # all of whose seats are taken
        replace(READY, language="de", members=READY.members[:2]),
    )
    ready(store, READY, *unready)
    run(store, wiki)
    drafts = {title for title in store.published_pages.all() if "/cohorts/" in title}
    assert drafts == {DRAFT}
    table = text_of(wiki, f"{ROOT}/cohorts")
    assert table.count("|Draft]]") == 1
    assert table.count('! scope="row"') == 6


def test_a_page_that_is_not_needed_any_more_says_so_once_and_is_listed_until_it_is_deleted(
    store: Store, wiki: ArchiveWiki, tmp_path: Path
) -> None:
    ready(store, READY)
    run(store, wiki)
    assert "Let us learn together" in text_of(wiki, DRAFT)
    old = f"{ROOT}/gaps.json"  # as earlier versions wrote it
    revision = wiki.save(edit=Edit(title=old, text="{}", summary="", model="json")).revision
    store.published_pages.save(PublishedPage(old, "", revision, NOW))
    own = f"{ROOT}/cohorts/ours-now"
    revision = person(wiki, own, "We learn by ourselves.")
    store.published_pages.save(PublishedPage(own, "", revision, NOW))
    ready(store)
    run(store, wiki)
    assert "no longer needed" in text_of(wiki, DRAFT)
    index = text_of(wiki, ROOT)
    assert "may be deleted (2)" in index
    assert f"* [[:{DRAFT}]]\n* [[:{old}]]" in index
    assert own not in index
    edits = wiki.edits
    run(store, wiki)
    assert wiki.edits == edits
    without = Without(wiki, {DRAFT, old})
    run(store, without)
    assert "may be deleted" not in text_of(wiki, ROOT)
    assert not {DRAFT, old} & set(store.published_pages.all())


class Without:
    """A wiki on which some pages have been deleted."""

    def __init__(self, wiki: ArchiveWiki, titles: Collection[str]) -> None:
        self._wiki, self._titles = wiki, titles

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wiki, name)

    def pages(self, **asked: Any) -> dict[str, Page]:
        found = self._wiki.pages(**asked)
        return found | {title: Page(title) for title in found if title in self._titles}


def test_what_became_of_each_page_is_on_record(store: Store, wiki: ArchiveWiki) -> None:
    number = store.runs.begin("publish", at=NOW)
    run(store, wiki, run=number)
    outcomes = store.runs.outcomes(number)
    assert isinstance(outcomes[f"publish:{GAPS}"], Sent)
    assert store.published_pages.all()[GAPS].revision == outcomes[f"publish:{GAPS}"].revision


def test_the_history_and_the_arrivals_are_kept(store: Store, wiki: ArchiveWiki) -> None:
    run(store, wiki)
    assert store.metrics.on(NOW.date())["overview-wants"].value == 8
    assert set(store.rounds.first_seen()) == {
        "page:10", "page:11", "user:2", "user:3", "user:4", "user:5",
    }  # fmt: skip


class Stopped:
    """A wiki on which somebody stops the bot once it has written one page."""

    def __init__(self, wiki: ArchiveWiki, stop: Callable[[ArchiveWiki], Any]) -> None:
        self._wiki, self._stop = wiki, stop
        self.written = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wiki, name)

    def save(self, *, edit: Edit) -> Any:
        saved = self._wiki.save(edit=edit)
        self.written += 1
        if self.written == 1:
            self._stop(self._wiki)
        return saved


def test_whoever_stops_the_bot_stops_it_within_ten_reports(store: Store, wiki: ArchiveWiki) -> None:
    stopped = Stopped(wiki, lambda wiki: person(wiki, STOP, "run: no"))
    counts = run(store, stopped)
    assert counts.published == stopped.written == BATCH == 10
    assert counts.kept == {Reason.STOP_PAGE.value: counts.reports - BATCH}


class Trouble:
    """A wiki that fails in one way at one page, and is itself otherwise."""

    def __init__(self, wiki: ArchiveWiki, title: str, *, saves: bool, error: Exception) -> None:
        self._wiki, self._title, self._saves, self._error = wiki, title, saves, error
        self.left = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wiki, name)

    def save(self, *, edit: Edit) -> Any:
        if edit.title == self._title and self.left:
            self.left -= 1
            if self._saves:
                self._wiki.save(edit=edit)
            raise self._error
        return self._wiki.save(edit=edit)


def test_a_lost_answer_is_read_back_and_not_written_twice(store: Store, wiki: ArchiveWiki) -> None:
    trouble = Trouble(wiki, GAPS, saves=True, error=ResponseLost("lost"))
    counts = run(store, trouble)
    assert counts.published == counts.reports
    assert len(wiki.history(title=GAPS)) == 1


def test_a_write_that_never_arrived_is_held_for_the_next_run(
    store: Store, wiki: ArchiveWiki
) -> None:
    trouble = Trouble(wiki, GAPS, saves=False, error=ResponseLost("lost"))
    counts = run(store, trouble)
    assert counts.failed == 1
    assert counts.published == counts.reports - 1
    assert run(store, trouble).published == 1


def test_an_edit_conflict_is_looked_at_again_once(store: Store, wiki: ArchiveWiki) -> None:
    trouble = Trouble(wiki, GAPS, saves=False, error=EditRefused("editconflict"))
    counts = run(store, trouble)
    assert counts.published == counts.reports


def test_a_protected_page_is_left_out_and_the_others_are_written(
    store: Store, wiki: ArchiveWiki
) -> None:
    trouble = Trouble(wiki, GAPS, saves=False, error=EditRefused("protectedpage"))
    counts = run(store, trouble)
    assert counts.kept == {Reason.PAGE_PROTECTED.value: 1}
    assert counts.published == counts.reports - 1


def test_a_blocked_bot_stops_at_once(store: Store, wiki: ArchiveWiki) -> None:
    first = f"{ROOT}/data.json"
    trouble = Trouble(wiki, first, saves=False, error=EditRefused("blocked"))
    counts = run(store, trouble)
    assert counts.kept == {Reason.BOT_BLOCKED.value: counts.reports - counts.published}
    assert counts.published <= 1


def test_the_edits_carry_a_summary_and_the_bots_name(store: Store, wiki: ArchiveWiki) -> None:
    run(store, wiki)
    (revision,) = wiki.history(title=GAPS)
    assert revision.user == BOT
    assert revision.summary == "The facts of this report have changed"


AWAY = "Module:Capacity Exchange/away/{}.json"


def silence(store: Store, **since: str) -> None:
    """Say from which days questions to people of the movement count as unanswered; drop the rest."""
    wanted = dict.fromkeys(store.signs_of_life.unanswered(), ())
    given = {key: tuple(map(date.fromisoformat, days.split())) for key, days in since.items()}
    store.signs_of_life.set_unanswered({**wanted, **given}, at=NOW)


def away_on(wiki: ArchiveWiki, digit: int) -> list[str] | None:
    """Return the ids of pages that a look-up names; None where it is not there."""
    text = text_of(wiki, AWAY.format(digit))
    return [id for id in json.loads(text) if id != "digest"] if text else None


def test_who_is_away_by_silence_is_looked_up_by_the_id_of_their_page(
    store: Store, wiki: ArchiveWiki
) -> None:
    twice, once, later = "2026-03-01 2026-11-01", "2026-03-01", "2026-03-01 2026-12-24"
    people = [
        Profile(f"user:{id}", f"P{id}", page=f"User:P{id}", page_id=id)
        for id in (113, 213, 314, 419)
    ]
    store.profiles.save_many([*people, gone := Profile("user:513", "Gone", page_id=513)])
    store.profiles.save_many([gone], states={gone.key: Reason.USER_BLOCKED})
    assert run(store, wiki).published
    assert not any(text_of(wiki, AWAY.format(digit)) for digit in range(10)), "nobody is silent"
    said = {"user:113": twice, "user:213": twice, "user:314": once, "user:419": later}
    silence(store, **said, **{"user:513": twice})
    run(store, wiki, days=1)
    assert away_on(wiki, 3) == ["113", "213"], "only who is active and did not answer twice"
    assert [away_on(wiki, digit) for digit in (4, 9)] == [None, None]
    assert run(store, wiki, days=1).published == 0
    silence(store, **{"user:213": twice, "user:419": later})
    run(store, wiki, days=2)
    assert away_on(wiki, 3) == ["213"]
    silence(store)
    run(store, wiki, days=3)
    assert away_on(wiki, 3) == [], "and none are left"
    silence(store, **{"user:419": later})
    run(store, wiki, days=40)
    assert away_on(wiki, 9) == ["419"]


def test_a_look_up_is_bounded_and_names_those_silent_since_last() -> None:
    first, days = date(2020, 1, 1), timedelta
    silent = [
        Profile(f"user:{n}", f"P{n}", page_id=10 * n, unanswered=(first, first + days(n)))
        for n in range(1, MOST + 3)
    ]
    (page,) = away_pages(silent, module="M", known=())
    named = [id for id in json.loads(page.text) if id != "digest"]
    assert len(named) == MOST
    assert named[0] == "30"
    assert len(page.text) < 150_000
