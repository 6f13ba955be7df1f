"""A round of thirty from its template to confirmed pairs, on a real wiki, from all sides.

A hub's contact opens it on the wiki, people apply by hand and in the tool, somebody careless and
somebody hostile edit the page; the bot reads it; the organiser logs in through OAuth and confirms;
the bot tells people on their talk pages, and they answer there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.harvest import harvest_pages
from bot.match import match_profiles
from exchange.directory import load as load_directory
from exchange.matching import load_weights
from exchange.model import SuggestionStatus
from exchange.model.programme import Programme, ProgrammeDraft
from exchange.programmes.state import ProgrammeState, read_programme
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_joining import known
from tests.integration.delivery.test_ownership import reply
from tests.integration.delivery.world import World, live, people, prepare, settings_for
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
HELPERS, LEARNERS, SEATS = 8, 20, 12
HELPING = "{{Capacity Exchange profile|offers=Wikidata|languages=en-4|seats=2}}"
LEARNING = "{{Capacity Exchange profile|wants=Wikidata|languages=en-4}}"
HUB = "{{Capacity Exchange profile|kind=hub|contact=User:%s|offers=Wikidata|languages=en}}"
ROUND = (
    "{{Capacity Exchange round\n|name=Spring round\n|capacities=Wikidata\n|closes=%s\n|seats=%d"
    "\n|language=en\n|organisers=[[User:%s]]\n|applicants=\n}}\nSee you there!"
)


class Spring:
    """The round, its page, and everybody in it."""

    def __init__(self, world: World, title: str, organiser: str, names: dict[str, str]) -> None:
        self.world, self.wiki, self.store = world, world.wiki, world.store
        self.title, self.organiser, self.names = title, organiser, names
        self.intruder = ""

    def key(self, name: str) -> str:
        return f"user:{self.account(name)}"

    def account(self, name: str) -> int:
        (found,) = self.wiki.call(action="query", list="users", ususers=name)["query"]["users"]
        return int(found["userid"])

    def apply(self, name: str, line: str = "", *, by: str = "") -> None:
        """Let somebody write a line onto the page, as people do: before the closing braces."""
        text = self.wiki.page(self.title) or ""
        line = line or f"* [[User:{name}]] ~~~~"
        self.wiki.edit(by or name, self.title, text.replace("\n}}", f"\n{line}\n}}}}", 1))

    def pages(self) -> list[int]:
        hubs = (f"Project:Hub of {name}" for name in (self.organiser, self.intruder) if name)
        titles = [self.title, *hubs, *map(self.profile, self.names)]
        found: list[int] = []
        for at in range(0, len(titles), 40):
            part = "|".join(titles[at : at + 40])
            answer = self.wiki.call("Admin", action="query", titles=part)["query"]["pages"]
            found += [page["pageid"] for page in answer if "pageid" in page]
        return found

    def profile(self, name: str) -> str:
        return f"User:{name}/Capacity Exchange"

    def harvest(self) -> None:
        harvest_pages(
            settings=settings_for(self.wiki, self.world.database),
            store=self.store,
            wiki=live(self.wiki),
            now=datetime.now(UTC),
            only=self.pages(),
        )

    def programme(self) -> Programme:
        (found,) = self.store.programmes.all()
        return found

    def state(self, today: datetime) -> ProgrammeState:
        return read_programme(
            self.store,
            self.programme(),
            directory=load_directory(),
            weights=load_weights(),
            today=today.date(),
        )

    def told(self) -> set[str]:
        return {name for name in self.names if self.world.copies(name)}


def draft_form(organiser: Visitor, address: str) -> tuple[str, list[str]]:
    page = organiser.get(address).text
    digest = re.search(r'name="draft" value="(\w+)"', page)
    return digest[1] if digest else "", re.findall(r'checkbox" name="pair" value="([^"]+)"', page)


@pytest.fixture
def spring(
    member: Make,
    store: Store,
    mediawiki: MediaWiki,
    fresh: Callable[[str], str],
    tmp_path: Path,
    clock: list[datetime],
) -> tuple[Spring, Visitor, Visitor]:
    """The round with everybody's line on its page, the organiser, and somebody hostile, logged in."""
    clock[0] = now = datetime.now(UTC)
    prepare(mediawiki)
    olu, eve = known(member, mediawiki, "Olu"), known(member, mediawiki, "Eve")
    names = {fresh("Helper"): HELPING for _ in range(HELPERS)}
    names |= {fresh("Learner"): LEARNING for _ in range(LEARNERS)}
    lost, busy = fresh("Without"), fresh("Busy")
    names |= {lost: "", busy: LEARNING.replace("Wikidata", "grant writing")}
    people(mediawiki, [*names])
    database = store.database.engine.url.render_as_string(False)
    world = World(mediawiki, store, database, now, {})
    title = f"Project:{fresh('Spring round')}"
    made = Spring(world, title, olu.name, names)
    mediawiki.edit(olu.name, f"Project:Hub of {olu.name}", HUB % olu.name)
    mediawiki.edit(olu.name, title, ROUND % (now.date().isoformat(), SEATS, olu.name))
    for name, profile in names.items():
        if profile:
            mediawiki.edit(name, made.profile(name), profile)
    helpers, learners = [*names][:HELPERS], [*names][HELPERS : HELPERS + LEARNERS]
    made.apply(helpers[0], f"* [[User:{helpers[0]}]] with [[User:{learners[-1]}]] ~~~~")
    for name in (*helpers[1:], *learners[:-1], lost, busy):
        made.apply(name)
    made.apply(learners[-1], f"* [[User:{learners[-1]}]], with [[User:{helpers[0]}]]")
    # Careless: an organiser signs up somebody else. Hostile: somebody makes themselves organiser.
    made.apply("", "* [[User:Admin]]", by=olu.name)
    # They even speak for a hub, which they have made up themselves.
    made.intruder = eve.name
    mediawiki.edit(eve.name, f"Project:Hub of {eve.name}", HUB % eve.name)
    text = mediawiki.page(title) or ""
    mediawiki.edit(
        eve.name, title, text.replace("|organisers=", f"|organisers=[[User:{eve.name}]], ")
    )
    return made, olu, eve


def test_a_round_of_thirty_from_its_template_to_answers(
    spring: tuple[Spring, Visitor, Visitor], clock: list[datetime]
) -> None:
    made, olu, eve = spring
    names = [*made.names]
    helpers, learners = names[:HELPERS], names[HELPERS : HELPERS + LEARNERS]
    made.harvest()
    programme = made.programme()
    address = f"/me/rounds/{programme.page}/pairs"
    assert (programme.seats, programme.capacities, programme.languages) == (
        SEATS,
        ("wikidata",),
        ("en",),
    )
    applied = {one.account for one in made.store.programmes.applications(programme.page)}
    assert applied == {made.account(name) for name in names}, "nobody whom others signed up"
    problems = {(e.problem.code, e.problem.text) for e in made.store.problems.on(programme.page)}
    assert ("application-not-confirmed", "Admin") in problems

    # The daily matching leaves all of them to the round, and says so of each learner.
    found = match_profiles(store=made.store, now=clock[0])
    assert (found.matches, found.in_rounds) == (0, LEARNERS)
    reasons = {key: reason for key, _, reason in made.store.rounds.unmet()}
    assert {reasons[made.key(name)] for name in learners} == {"in-round"}

    # Somebody withdraws and applies again, in the tool: their own line, by OAuth.
    assert eve.get(address).status_code == 403, "named by no hand but their own"
    assert ("organiser-not-accepted", eve.name) in problems
    assert f"“{eve.name}” named themselves as organiser" in olu.get(address).text
    assert "People can still apply" in olu.get(address).text

    clock[0] += timedelta(days=1)
    digest, pairs = draft_form(olu, address)
    assert len(pairs) == SEATS
    assert pairs[0] == f"{made.key(learners[-1])} {made.key(helpers[0])}", "they chose each other"
    state = made.state(clock[0])
    assert_complete(state.draft, len(names))
    steps = {name: state.draft.steps[made.account(name)].value for name in names}
    assert [steps[name] for name in names[-2:]] == ["no-profile", "nothing"]
    assert len(state.draft.waiting) == LEARNERS - SEATS + _idle(state.draft, helpers, made)
    before = made.wiki.history(made.title)[0]["revid"]

    # Nobody is told before the organiser confirms, however often the bot runs.
    assert match_profiles(store=made.store, now=clock[0]).matches == 0
    made.world.run(later=timedelta(days=1))
    assert made.told() == set()
    assert eve.post(address, {"draft": digest, "pair": pairs}).status_code == 403
    olu.get(address)
    assert olu.post(address, {"draft": digest, "pair": pairs}).status_code == 302
    olu.get(address)
    assert olu.post(address, {"draft": digest, "pair": pairs}).status_code == 409, "twice is once"
    assert made.wiki.history(made.title)[0]["revid"] == before, "nothing of it stands on the wiki"
    seekers = {pair.split()[0] for pair in pairs}
    paired = [name for name in learners if made.key(name) in seekers]
    assert len(paired) == SEATS

    # One of them takes their line off the page before the bot's next run: they are not told.
    gone = next(name for name in paired if name != learners[-1])
    text = made.wiki.page(made.title) or ""
    kept = [line for line in text.split("\n") if f"[[User:{gone}]]" not in line]
    made.wiki.edit(gone, made.title, "\n".join(kept))
    made.world.run(later=timedelta(days=1))
    assert made.told() == {*paired} - {gone}
    notice = made.wiki.page(f"User talk:{learners[-1]}") or ""
    assert f"[[:{programme.title}|Spring round]]" in notice
    outcomes = {one.seeker: one.outcome for one in made.store.programmes.pairs(programme.page)}
    assert outcomes[made.key(gone)] == "withdrew"
    made.world.run(later=timedelta(days=1))
    assert all(made.world.copies(name) == 1 for name in paired if name != gone)

    # Answers on the talk page: a yes tells the helper, a no frees a seat for the next to be proposed.
    yes, no = learners[-1], next(name for name in paired if name not in (gone, learners[-1]))
    reply(made.world, yes, "yes")
    reply(made.world, no, "not this one")
    made.world.run(later=timedelta(days=1))
    status = {
        one.match.seeker: one.status
        for one in made.store.suggestions.all()
        if one.period == programme.period
    }
    assert status[made.key(yes)] is SuggestionStatus.ACCEPTED
    assert status[made.key(no)] is SuggestionStatus.DECLINED
    assert made.world.copies(helpers[0]) == 1
    made.harvest()
    _, again = draft_form(olu, address)
    assert len(again) == 2, "the seats of who withdrew and of who said no"
    assert not {pair.split()[0] for pair in again} & seekers - {made.key(no)}
    assert f"{made.key(no)} " not in " ".join(set(again) & set(pairs))
    told = made.told()
    made.world.run(later=timedelta(days=2))
    assert made.told() == told, "the next are proposed to the organiser, not told"
    figures = made.state(clock[0]).figures()
    assert (figures.applied, figures.confirmed, figures.told, figures.accepted) == (29, 12, 11, 0)
    page = olu.get(address).text
    assert "Applied: 29." in page
    assert "both said yes: 0" in page
    assert f"{yes} said yes; the other has not answered yet" in page

    # The helper's yes makes it two, on their own talk page.
    reply(made.world, helpers[0], "yes")
    made.world.run(later=timedelta(days=1))
    assert "both said yes: 1" in olu.get(address).text

    # Only once an organiser saves the page with that name in it, it counts.
    made.wiki.edit(olu.name, made.title, f"{made.wiki.page(made.title)}\nAll said.")
    made.harvest()
    assert eve.get(address).status_code == 200

    # The round is over: whom it left unmatched the daily matching takes up again.
    before_then = {one.id for one in made.store.suggestions.all()}
    found = match_profiles(store=made.store, now=clock[0] + timedelta(days=1))
    assert found.in_rounds == 0 < found.matches, "there are seats that the round left"
    fresh = [one.match for one in made.store.suggestions.all() if one.id not in before_then]
    already = {one.pair for one in made.store.programmes.pairs(programme.page)}
    assert not {one.pair for one in fresh} & already


def _idle(draft: ProgrammeDraft, helpers: list[str], made: Spring) -> int:
    """How many helpers are in no pair, so that they wait, too."""
    helping = {one.match.helper for one in draft.pairs}
    return sum(made.key(name) not in helping for name in helpers)


def assert_complete(draft: ProgrammeDraft, everybody: int) -> None:
    """Everybody has one step, and the waiting list is all who take part and are in no pair."""
    assert len(draft.steps) == everybody
    paired = {key for one in draft.pairs for key in one.match.pair}
    waiting = [one.key for one in draft.waiting]
    assert len({*waiting}) == len(waiting)
    assert not paired & {*waiting}
    eligible = {draft.keys[account] for account, step in draft.steps.items() if step.is_eligible}
    assert eligible == paired | {*waiting}


def test_one_applies_and_withdraws_in_the_tool_in_ones_own_name(
    member: Make,
    store: Store,
    mediawiki: MediaWiki,
    fresh: Callable[[str], str],
    clock: list[datetime],
) -> None:
    clock[0] = datetime.now(UTC)
    olu, ada = (known(member, mediawiki, name) for name in ("Olu", "Ada"))
    title = f"Project:{fresh('Autumn round')}"
    mediawiki.edit(olu.name, title, ROUND % (clock[0].date().isoformat(), 3, olu.name))
    world = World(mediawiki, store, store.database.engine.url.render_as_string(False), clock[0], {})
    made = Spring(world, title, olu.name, {})
    made.harvest()
    programme = made.programme()
    address = f"/me/rounds/{programme.page}"
    before = mediawiki.page(title)
    assert "A line with your user name is written onto" in ada.get(address).text
    assert mediawiki.page(title) == before, "looking writes nothing"
    for _ in range(2):
        assert (
            ada.post(address, {"step": "apply", "partner": f"User:{olu.name}"}).status_code == 200
        )
    line = f"* [[User:{ada.name}]] with [[User:{olu.name}]]"
    assert (mediawiki.page(title) or "").count(line) == 1
    newest, *_ = mediawiki.history(title)
    assert newest["user"] == ada.name
    made.harvest()
    (application,) = store.programmes.applications(programme.page)
    assert application.account == made.account(ada.name)
    assert application.partners == (made.account(olu.name),)
    ada.get(address)
    assert ada.post(address, {"step": "withdraw"}).status_code == 200
    assert (mediawiki.page(title) or "").split() == (before or "").split()
    made.harvest()
    assert store.programmes.applications(programme.page) == []
