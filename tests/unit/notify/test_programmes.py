"""Confirmed pairs of a round: whoever withdrew, said no or is gone meanwhile is not told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.harvest import harvest_pages
from bot.notify.by_hand import settle_programmes
from exchange.directory import load as load_directory
from exchange.matching import load_weights
from exchange.model import SuggestionStatus
from exchange.model.programme import DraftPair
from exchange.programmes.state import ProgrammeState, read_programme
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.blocks import add_block
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.programmes import NotConfirmed, ProgrammePair
from tests.unit.harvest.wiki import BEGIN, MemoryWiki

NOW = BEGIN + timedelta(days=20)
PAGE = "Project:Round"
ROUND = (
    "{{Capacity Exchange round|capacities=Wikidata|organisers=User:Olu|applicants=\n"
    "* [[User:Ada]]\n* [[User:Ben]]\n* [[User:Cy]]\n}}"
)
LEARNS = "{{Capacity Exchange profile|wants=Wikidata|languages=en}}"
HELPS = "{{Capacity Exchange profile|offers=Wikidata|languages=en|seats=1}}"


class Confirmed:
    """A round on a wiki in memory: Ben can help one of Ada and Cy, and a pair is confirmed."""

    def __init__(self, folder: Path) -> None:
        self.wiki = MemoryWiki()
        self.store = Store.open(f"sqlite:///{folder}/exchange.db")
        self.settings: Settings = load({"CXC_ERASURE_KEYS": "a-key-of-at-least-32-characters!"})
        for name in ("Olu", "Ada", "Ben", "Cy"):
            self.wiki.account(name)
        for name, text in (("Ada", LEARNS), ("Ben", HELPS), ("Cy", LEARNS)):
            self.wiki.edit(f"User:{name}", text, by=name)
        for name in ("Olu", "Ada", "Ben", "Cy"):
            self.wiki.edit(PAGE, ROUND + f"<!-- {name} -->", by=name)
        self.harvest()
        (self.programme,) = self.store.programmes.all()
        self.confirm()
        self.seeker = self.pair().seeker
        self.learner = next(
            name for name in ("Ada", "Cy") if f"user:{self.wiki.accounts[name].id}" == self.seeker
        )

    def harvest(self) -> None:
        harvest_pages(settings=self.settings, store=self.store, wiki=self.wiki, now=NOW)

    def state(self) -> ProgrammeState:
        return read_programme(
            self.store,
            self.programme,
            directory=load_directory(),
            weights=load_weights(),
            today=NOW.date(),
        )

    def confirm(self) -> None:
        pairs = self.state().draft.pairs
        self.store.programmes.confirm(self.programme, pairs, (), organiser=1, at=NOW)

    def pair(self) -> ProgrammePair:
        return self.store.programmes.pairs(self.programme.page)[-1]

    def settle(self, *, later: timedelta = timedelta()) -> str:
        settle_programmes(
            self.store,
            self.wiki,
            settings=self.settings,
            directory=load_directory(),
            now=NOW + later,
        )
        return self.pair().outcome

    def without(self, name: str) -> None:
        text = ROUND.replace(f"* [[User:{name}]]\n", "")
        self.wiki.edit(PAGE, text, by=name)

    def block(self) -> None:
        marks = ErasureMarks(self.store.database, secrets=self.settings.erasure_keys, log=None)
        other = self.pair().helper
        add_block(self.store, speaker=self.seeker, about=other, marks=marks, at=NOW, via="web")

    def profile(self, name: str, text: str) -> None:
        self.wiki.edit(f"User:{name}", text, by=name)
        self.harvest()


@pytest.fixture
def round_(tmp_path: Path) -> Iterator[Confirmed]:
    made = Confirmed(tmp_path)
    yield made
    made.store.close()


def test_a_pair_that_stands_is_left_alone_and_asked_about_in_few_requests(
    round_: Confirmed,
) -> None:
    round_.wiki.forget_requests()
    assert [round_.settle() for _ in range(2)] == ["", ""]
    assert round_.wiki.requests <= 8
    (planned,) = round_.store.suggestions.planned()
    assert planned.is_of_programme


CHANGES: dict[str, tuple[Callable[[Confirmed], object], str]] = {
    "the learner took their line off": (lambda r: r.without(r.learner), "withdrew"),
    "the helper took their line off": (lambda r: r.without("Ben"), "withdrew"),
    "the round is gone": (lambda r: r.wiki.delete(PAGE), "withdrew"),
    "its template is gone": (lambda r: r.wiki.edit(PAGE, "Over.", by="Olu"), "withdrew"),
    "the learner withdrew in the tool": (
        lambda r: r.store.programmes.withdraw(r.programme.page, int(r.seeker[5:])),
        "withdrew",
    ),
    "the learner said stop": (
        lambda r: r.store.preferences.set(r.seeker, "stop", "yes", at=NOW, via="web"),
        "notify-no",
    ),
    "they never want to meet": (lambda r: r.block(), "declined"),
    "the learner wants something else": (
        lambda r: r.profile(r.learner, LEARNS.replace("Wikidata", "Finance")),
        "nothing-to-say",
    ),
    "the helper has no profile any more": (lambda r: r.profile("Ben", "Bye."), "profile-gone"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whoever_said_no_or_is_gone_is_not_told_and_why_is_on_record(
    round_: Confirmed, what: str
) -> None:
    change, outcome = CHANGES[what]
    change(round_)
    assert round_.settle() == outcome
    assert round_.store.suggestions.planned() == []
    assert round_.settle() == outcome, "a second time changes nothing"
    assert round_.store.programmes.waiting() == []


def test_whoever_could_not_be_told_for_a_month_is_not_told_any_more(round_: Confirmed) -> None:
    days = timedelta(days=round_.settings.notify.expire_days)
    assert round_.settle(later=days - timedelta(days=1)) == ""
    assert round_.settle(later=days) == "waited-too-long"


def test_once_told_nothing_is_settled_any_more(round_: Confirmed) -> None:
    (planned,) = round_.store.suggestions.planned()
    round_.store.suggestions.mark_notified([planned.id], at=NOW)
    round_.without(round_.learner)
    assert round_.settle() == ""
    (told,) = round_.store.suggestions.all()
    assert told.status is SuggestionStatus.OPEN


def test_whoever_withdrew_and_comes_back_can_be_confirmed_again(round_: Confirmed) -> None:
    round_.without(round_.learner)
    assert round_.settle() == "withdrew"
    round_.harvest()
    round_.wiki.edit(PAGE, ROUND + " again", by=round_.learner)
    round_.harvest()
    draft = round_.state().draft
    assert len(draft.pairs) == 1
    round_.confirm()
    assert round_.settle() == ""
    (planned,) = round_.store.suggestions.planned()
    assert planned.period == round_.programme.period


def test_two_organisers_cannot_decide_twice_about_the_same_two(tmp_path: Path) -> None:
    round_ = Confirmed(tmp_path)
    match = round_.store.suggestions.planned()[0].match
    programmes = round_.store.programmes

    with pytest.raises(NotConfirmed):
        programmes.confirm(round_.programme, (), [DraftPair(match)], organiser=9, at=NOW)
    assert [one.state for one in programmes.pairs()] == ["confirmed"]
    assert len(round_.store.suggestions.planned()) == 1
    round_.store.close()
