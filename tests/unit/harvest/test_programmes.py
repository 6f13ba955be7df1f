"""Programmes on pages: only what people write there themselves counts, at the cost of what is new."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from bot.harvest import HarvestResult, harvest_pages
from exchange.directory import load as load_directory
from exchange.matching import load_weights
from exchange.model import Kind
from exchange.programmes.phases import able_organisers, may_organise
from exchange.programmes.state import read_programme
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from tests.support.examples import examples
from tests.unit.harvest.wiki import BEGIN, MemoryWiki

NOW = BEGIN + timedelta(days=20)
PAGE = "Project:Spring round"


def template(*lines: str, organisers: str = "User:Olu", more: str = "") -> str:
    rows = "".join(f"* {line}\n" for line in lines)
    return (
        "Welcome!\n{{Capacity Exchange round|name=Spring|capacities=Wikidata\n"
        f"|organisers={organisers}{more}\n|applicants=\n{rows}}}}}\n"
    )


@pytest.fixture
def wiki() -> MemoryWiki:
    made = MemoryWiki()
    for name in ("Olu", "Ada", "Ben", "Cy", "Eve"):
        made.account(name)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield opened
    opened.close()


@pytest.fixture
def settings() -> Settings:
    return load({"CXC_ERASURE_KEYS": "a-key-of-at-least-32-characters!"})


class Harvester:
    def __init__(self, settings: Settings, store: Store, wiki: MemoryWiki) -> None:
        self.settings, self.store, self.wiki = settings, store, wiki

    def __call__(self) -> HarvestResult:
        self.wiki.forget_requests()
        return harvest_pages(settings=self.settings, store=self.store, wiki=self.wiki, now=NOW)

    def page(self) -> int:
        (programme,) = self.store.programmes.all()
        return programme.page

    def applied(self) -> dict[str, set[str]]:
        """Who applied, and with whom, by name."""
        names = {user.id: user.name for user in self.wiki.accounts.values()}
        return {
            names[one.account]: {names[id] for id in one.partners}
            for one in self.store.programmes.applications(self.page())
        }

    def problems(self) -> set[tuple[str, str]]:
        return {(each.problem.code, each.problem.text) for each in self.store.problems.all()}


@pytest.fixture
def run(settings: Settings, store: Store, wiki: MemoryWiki) -> Harvester:
    return Harvester(settings, store, wiki)


def test_who_writes_their_own_line_applies_and_whom_others_write_does_not(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template(), by="Olu")
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Ben]]"), by="Ada")
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Ben]]", "[[User:Cy]]"), by="Eve")
    run()
    assert run.applied() == {"Ada": {"Ben"}}
    assert run.problems() == {("application-not-confirmed", "Cy")}
    (programme,) = run.store.programmes.all()
    assert (programme.name, programme.title, programme.capacities) == (
        "Spring",
        PAGE,
        ("wikidata",),
    )


def test_a_partner_whom_somebody_else_added_does_not_count(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Eve]]"), by="Eve")
    run()
    assert run.applied() == {"Ada": set()}
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Eve]] – yes!"), by="Ada")
    run()
    assert run.applied() == {"Ada": {"Eve"}}


def test_whoever_takes_their_line_out_has_withdrawn(wiki: MemoryWiki, run: Harvester) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    wiki.edit(PAGE, template("[[User:Ada]]", "[[User:Ben]]"), by="Ben")
    run()
    assert set(run.applied()) == {"Ada", "Ben"}
    wiki.edit(PAGE, template("[[User:Ben]]"), by="Ada")
    run()
    assert set(run.applied()) == {"Ben"}
    # Somebody else puts it back: that is not theirs.
    wiki.edit(PAGE, template("[[User:Ada]]", "[[User:Ben]]"), by="Eve")
    run()
    assert set(run.applied()) == {"Ben"}


def test_when_somebody_applied_stays_what_they_wrote_first(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    run()
    (first,) = run.store.programmes.applications(run.page())
    wiki.edit(PAGE, template("[[User:Ada]] – I look forward to it"), by="Ada")
    run()
    assert run.store.programmes.applications(run.page()) == [first]


def test_a_hundred_applicants_cost_what_is_new(wiki: MemoryWiki, run: Harvester) -> None:
    lines: list[str] = []
    wiki.edit(PAGE, template(), by="Olu")
    for number in range(100):
        name = f"Person {number}"
        wiki.account(name)
        lines.append(f"[[User:{name}]]")
        wiki.edit(PAGE, template(*lines), by=name)
    run()
    assert len(run.applied()) == 100
    wiki.account("Late")
    wiki.edit(PAGE, template(*lines, "[[User:Late]]"), by="Late")
    run()
    assert len(run.applied()) == 101
    assert wiki.asked.get("last_revision_by", 0) == 0
    wiki.edit(PAGE, template(*lines, "[[User:Late]]", more="|note=Soon!"), by="Eve")
    run()
    assert len(run.applied()) == 101
    assert wiki.asked.get("last_revision_by", 0) == 0


def test_a_page_without_its_template_has_no_programme(wiki: MemoryWiki, run: Harvester) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    run()
    page = run.page()
    wiki.edit(PAGE, "Over.", by="Olu")
    run()
    assert run.store.programmes.all() == []
    assert run.store.programmes.applications(page) == []
    assert organising(run) == set()


def test_only_an_organiser_by_their_own_hand_who_speaks_for_an_affiliate_may_act(
    wiki: MemoryWiki, run: Harvester
) -> None:
    ids = {name: user.id for name, user in wiki.accounts.items()}
    group = "{{Capacity Exchange profile|kind=%s|contact=User:%s|offers=Wikidata|languages=en}}"
    wiki.edit("Project:Hub", group % ("hub", "Olu"), by="Olu")
    wiki.edit("Project:Friends", group % ("informal group", "Ben"), by="Ben")
    wiki.edit("Project:Stolen", group % ("chapter", "Cy"), by="Eve")
    wiki.edit(PAGE, template(organisers="User:Olu, User:Ben, User:Cy"), by="Eve")
    run()
    (programme,) = run.store.programmes.all()
    assert able_organisers(run.store, programme) == set()
    assert ("organiser-not-confirmed", "Olu") in run.problems()
    for name in ("Olu", "Ben", "Cy"):
        wiki.edit(PAGE, template(organisers="User:Olu, User:Ben, User:Cy") + name, by=name)
    run()
    assert able_organisers(run.store, programme) == {ids["Olu"]}
    assert run.store.programmes.organisers(programme.page) == {ids[n] for n in ("Olu", "Ben", "Cy")}
    run.store.coordinators.replace({ids["Ben"], ids["Eve"]}, at=NOW)
    assert able_organisers(run.store, programme) == {ids["Olu"], ids["Ben"]}
    assert may_organise(run.store, ids["Eve"])
    assert run.store.profiles.get("page:11").kind is Kind.HUB  # type: ignore[union-attr]


def organising(run: Harvester) -> set[str]:
    """Who organises the round, by name."""
    names = {user.id: user.name for user in run.wiki.accounts.values()}
    found = run.store.programmes.all()
    return {names[id] for one in found for id in run.store.programmes.organisers(one.page)}


def test_nobody_writes_themselves_into_another_s_round(wiki: MemoryWiki, run: Harvester) -> None:
    wiki.edit(PAGE, template(), by="Olu")
    run()
    both = "User:Eve, User:Olu"
    wiki.edit(PAGE, template(organisers=both), by="Eve")
    run()
    assert organising(run) == {"Olu"}
    assert run.problems() == {("organiser-not-accepted", "Eve")}
    wiki.edit(PAGE, template("[[User:Ada]]", organisers=both), by="Ada")
    run()
    assert organising(run) == {"Olu"}, "who does not organise accepts nobody"
    wiki.edit(PAGE, template("[[User:Ada]]", organisers=both, more="|seats=3"), by="Olu")
    run()
    assert (organising(run), run.problems()) == ({"Olu", "Eve"}, set())
    wiki.edit(PAGE, template(organisers=both), by="Ada")
    run()
    assert organising(run) == {"Olu", "Eve"}, "once accepted they stay while their name stands"
    assert wiki.asked.get("last_revision_by", 0) == 0


def test_it_is_the_same_where_all_is_read_at_once(wiki: MemoryWiki, run: Harvester) -> None:
    wiki.edit(PAGE, template(), by="Olu")
    wiki.edit(PAGE, template(organisers="User:Eve, User:Olu"), by="Eve")
    wiki.edit(PAGE, template(), by="Olu")
    wiki.edit(PAGE, template(organisers="User:Eve, User:Olu"), by="Ada")
    run()
    assert organising(run) == {"Olu"}, "their own newest edit is the older one, and names Olu"


@pytest.mark.parametrize("names", ["User:Olu, User:Ben", "User:Ben, User:Olu"])
def test_an_organiser_names_another_before_or_after_they_agree(
    wiki: MemoryWiki, run: Harvester, names: str
) -> None:
    wiki.edit(PAGE, template(organisers=names), by="Olu")
    run()
    assert organising(run) == {"Olu"}
    assert run.problems() == {("organiser-not-confirmed", "Ben")}
    wiki.edit(PAGE, template(organisers=names, more="|note=Hi"), by="Ben")
    run()
    assert organising(run) == {"Olu", "Ben"}


def test_nobody_takes_a_round_over_by_taking_its_organiser_out(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Olu")
    run()
    wiki.edit(PAGE, template("[[User:Ada]]", organisers="User:Eve"), by="Eve")
    run()
    assert organising(run) == {"Olu"}
    wiki.edit(PAGE, "Nothing here.", by="Eve")
    run()
    wiki.edit(PAGE, template("[[User:Ada]]", organisers="User:Eve"), by="Eve")
    run()
    assert organising(run) == {"Olu"}
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Olu")
    run()
    assert (organising(run), run.problems()) == ({"Olu"}, {("application-not-confirmed", "Ada")})


def test_a_coordinator_organises_where_they_name_themselves(
    wiki: MemoryWiki, run: Harvester
) -> None:
    run.store.coordinators.replace({wiki.accounts["Cy"].id}, at=NOW)
    wiki.edit(PAGE, template(), by="Olu")
    run()
    run.store.coordinators.replace({wiki.accounts["Cy"].id}, at=NOW)
    wiki.edit(PAGE, template(organisers="User:Olu, User:Cy"), by="Cy")
    run()
    assert organising(run) == {"Olu", "Cy"}


@given(st.integers(0, 2**32))
@drawn(max_examples=examples(25))
def test_whoever_organises_was_let_in_by_somebody_who_does(seed: int) -> None:
    rng, wiki = random.Random(seed), MemoryWiki()
    people = ("Olu", "Ben", "Cy", "Eve")
    for name in people:
        wiki.account(name)
    with TemporaryDirectory() as folder, closing(Store.open(f"sqlite:///{folder}/x.db")) as store:
        keys = load({"CXC_ERASURE_KEYS": "a-key-of-at-least-32-characters!"})
        run = Harvester(keys, store, wiki)
        wiki.edit(PAGE, template(), by="Olu")
        run()
        edits: list[tuple[str, set[str]]] = [("Olu", {"Olu"})]
        for number in range(12):
            by, names = rng.choice(people), rng.sample(people, rng.randint(1, 4))
            text = template(
                organisers=", ".join(f"User:{one}" for one in names), more=f"|note={number}"
            )
            wiki.edit(PAGE, text, by=by)
            edits.append((by, {*names}))
            if rng.random() < 0.4:
                continue
            before = organising(run)
            run()
            found = organising(run)
            newest = dict(edits)
            let_in, size = {"Olu"}, 0
            while len(let_in) > size:
                size = len(let_in)
                let_in |= {
                    one
                    for one in people
                    if (one, True) in {(by, one in left) for by, left in edits}
                    if any(by in let_in and one in left for by, left in edits)
                }
            assert found <= let_in, "by two hands, their own and that of somebody who organises"
            assert found, "a round is never without who organised it"
            here = before & {*names}
            for one in {*names} - found:
                assert one not in newest.get(one, set()) or not any(
                    one in newest[other] for other in here if other in newest
                ), "who is let in is in"


def test_a_hidden_account_keeps_its_place_by_number_and_takes_no_part(
    wiki: MemoryWiki, run: Harvester
) -> None:
    profile = "{{Capacity Exchange profile|wants=Wikidata|languages=en}}"
    wiki.edit("User:Ada", profile, by="Ada")
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    run()
    ada = wiki.accounts.pop("Ada")
    wiki.edit(PAGE, template("[[User:Ada]]", "[[User:Ben]]"), by="Ben")
    wiki.edit("User:Ada", profile + " ", by="Eve")
    run()
    (programme,) = run.store.programmes.all()
    assert {one.account for one in run.store.programmes.applications(programme.page)} >= {ada.id}
    state = read_programme(
        run.store,
        programme,
        directory=load_directory(),
        weights=load_weights(),
        today=NOW.date(),
    )
    assert state.draft.steps[ada.id] == "no-profile"


def test_whoever_is_forgotten_is_in_no_programme(
    wiki: MemoryWiki, run: Harvester, settings: Settings
) -> None:
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Ben]]"), by="Ada")
    wiki.edit(PAGE, template("[[User:Ada]] with [[User:Ben]]", "[[User:Ben]]"), by="Ben")
    run()
    ben = wiki.accounts["Ben"]
    marks = ErasureMarks(run.store.database, secrets=settings.erasure_keys, log=None)
    erase_person(run.store, ben.id, marks=marks, at=NOW)
    assert run.applied() == {"Ada": set()}
    wiki.edit(
        PAGE, template("[[User:Ada]] with [[User:Ben]]", "[[User:Ben]]", "[[User:Cy]]"), by="Cy"
    )
    run()
    assert run.applied() == {"Ada": set(), "Cy": set()}


WAYS = [
    "Mina",
    "[[Mina]]",
    "@Mina",
    "user:mina",
    "[[user:mina]]",
    "[[Mina|M.]]",
    "'''Mina'''",
    "“Mina”",
    "1. Mina",
    "[[:de:Benutzer:Mina]]",
]


@pytest.mark.parametrize("written", WAYS)
def test_however_somebody_writes_their_own_name_it_counts(
    wiki: MemoryWiki, run: Harvester, written: str
) -> None:
    mina = wiki.account("Mina")
    wiki.edit(PAGE, template(written, organisers=f"\n* {written}"), by="Mina")
    run()
    assert run.problems() == set()
    assert run.applied() == {"Mina": set()}
    assert run.store.programmes.organisers(run.page()) == {mina.id}


@pytest.mark.parametrize("written", WAYS)
def test_however_others_write_it_it_does_not(
    wiki: MemoryWiki, run: Harvester, written: str
) -> None:
    wiki.account("Mina")
    wiki.edit(PAGE, template(written, organisers=f"\n* {written}"), by="Eve")
    run()
    assert run.applied() == {}
    assert run.store.programmes.organisers(run.page()) == set()
    assert run.problems() == {
        ("organiser-not-confirmed", "Mina"),
        ("application-not-confirmed", "Mina"),
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mina Rosee", "Mina Rose"),
        ("minarose", "Mina Rose"),
        ("Mina", "Mina Rose"),
        ("Mina Rose – looking forward!", "Mina Rose"),
        ("I am Mina Rose", "Mina Rose"),
        ("User:Mina_Ros", "Mina Rose"),
        ("Somebody", ""),
        ("Ro", ""),
    ],
)
def test_a_name_that_no_account_has_is_a_problem_with_the_editor_who_may_be_meant(
    wiki: MemoryWiki, run: Harvester, written: str, meant: str
) -> None:
    wiki.account("Mina Rose")
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    lines = ("[[User:Ada]]", written)
    wiki.edit(PAGE, template(*lines, organisers=written), by="Mina Rose")
    run()
    assert run.applied() == {"Ada": set()}
    found = {
        (one.problem.code, one.problem.parameter, one.problem.text, one.problem.hint)
        for one in run.store.problems.all()
    }
    assert found == {
        ("unknown-account", "organisers", "1", meant),
        ("unknown-account", "applicants", "2", meant),
    }, "by number: it may be the name of somebody who is hidden"
    assert run.wiki.asked["history"] == 1


def test_a_partner_whom_no_account_has_is_a_problem_of_the_line(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template("[[User:Cy]]"), by="Cy")
    wiki.edit(PAGE, template("[[User:Cy]]", "[[User:Ada]] with [[User:Cyy]]"), by="Ada")
    run()
    assert run.applied() == {"Ada": set(), "Cy": set()}
    assert ("unknown-account", "2") in run.problems()


def test_a_page_on_which_every_name_is_somebodys_asks_for_no_history(
    wiki: MemoryWiki, run: Harvester
) -> None:
    wiki.edit(PAGE, template("[[User:Ada]]"), by="Ada")
    run()
    assert "history" not in wiki.asked


def test_nobody_who_was_forgotten_is_named_as_whom_a_name_may_mean(
    wiki: MemoryWiki, run: Harvester, settings: Settings
) -> None:
    ada = wiki.accounts["Ada"]
    wiki.edit(PAGE, template("[[User:Adaa]]"), by="Ada")
    marks = ErasureMarks(run.store.database, secrets=settings.erasure_keys, log=None)
    erase_person(run.store, ada.id, marks=marks, at=NOW)
    run()
    (problem,) = (
        o.problem for o in run.store.problems.all() if o.problem.code == "unknown-account"
    )
    assert problem.hint == ""
