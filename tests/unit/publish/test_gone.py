"""Who is forgotten, hidden or kept apart: searched for on every page that the bot and the tool make."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.harvest import harvest_pages
from bot.match import match_profiles
from bot.publish import publish_reports
from bot.wiki import ArchiveWiki, Edit
from exchange.model import Held, Match, Reason, Sent, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.reports import list_reports
from exchange.settings import Settings, load
from exchange.store import Store
from exchange.store.erasure import erase_person
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.notices import Notice
from tests.support.examples import slow
from tests.unit.harvest.wiki import BEGIN, MemoryWiki
from tests.unit.publish.world import BOT, STOP, archive
from webtool import create_app
from webtool.api.feeds import KINDS
from webtool.api.routes import OPERATIONS

NOW = BEGIN + timedelta(days=20)
ZELDA, SAID = "Zelda Quay", "spoken of by Zelda"
PROFILE = "{{{{Capacity Exchange profile|offers={}|wants={}|languages=en-3|country=GH{}}}}}"
GROUP = "{{{{Capacity Exchange profile|kind=user group|contact={}|offers=Lua|languages=en-3}}}}"
KEY = "a-key-of-at-least-32-characters!"


@dataclass
class Place:
    """A wiki with profiles, what the bot keeps of it, and a wiki that reports are written to."""

    wiki: MemoryWiki
    reports: ArchiveWiki
    path: Path
    store: Store
    settings: Settings

    def run(self, day: int = 0) -> None:
        """Do what a daily run does: harvest, match, publish."""
        now = NOW + timedelta(days=day)
        harvest_pages(settings=self.settings, store=self.store, wiki=self.wiki, now=now)
        match_profiles(store=self.store, now=now)
        self.publish(day)

    def publish(self, day: int = 0) -> None:
        publish_reports(
            settings=self.settings,
            store=self.store,
            wiki=self.reports,
            now=NOW + timedelta(days=day),
        )

    def key(self, name: str) -> str:
        return str(ProfileKey.for_person(self.wiki.accounts[name].id))

    def published(self) -> dict[str, str]:
        """Every page of the reports as it stands on the wiki, files for machines included."""
        titles = self.store.published_pages.all()
        return {t: p.text or "" for t, p in self.reports.pages(titles=titles).items()}

    def web(self, day: int = 0) -> dict[str, str]:
        """Every page and file of the web tool that may name somebody."""
        settings = load(
            {
                "CXC_DATABASE": f"sqlite:///{self.path}",
                "CXC_WIKI": "https://wiki.example.org/w/api.php",
                "CXC_NOW": (NOW + timedelta(days=day)).isoformat(),
            }
        )
        client = create_app(settings).test_client()
        found = {each: client.get(each) for each in self._addresses()}
        assert sum(one.status_code == 200 for one in found.values()) > 80
        return {each: one.text for each, one in found.items()}

    def _addresses(self) -> Iterator[str]:
        yield from ("/", "/search?view=table", "/search.csv", "/search.atom", "/map", "/status")
        yield from (
            "/search?view=map",
            "/places/GH",
            "/capacities/lua",
            "/requests",
            "/suggestions?q=z&all",
        )
        yield from (f"/feeds/{kind}.atom" for kind in KINDS)
        yield from (
            each.path for each in OPERATIONS if "<" not in each.path and not each.needs_page
        )
        for report in list_reports():
            yield from (f"/reports/{report.id}", f"/reports/{report.id}.json")
            for sheet in report.sheets:
                yield f"/reports/{report.id}.{sheet.id}.csv"
        for leaf in ("lua", "outreach"):
            yield f"/reports/cohorts/{leaf}-en"
        for profile in self.store.profiles.all(active=None):
            kind = "groups" if profile.is_group else "people"
            yield f"/{kind}/{quote(profile.name.replace(' ', '_'))}"
            yield f"/api/v1/profiles/{profile.key}"
            yield f"/api/v1/profiles/{profile.key}/matches"
            yield f"/api/v1/profiles/{profile.key}/jsonld"
        for title in self.wiki.titles.values():
            yield f"/check?page={quote(title)}"
            yield f"/api/v1/check?page={quote(title)}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryWiki]:
    """The folder of a place after its first runs, and its wiki: each test gets a copy."""
    folder = tmp_path_factory.mktemp("kept")
    wiki = MemoryWiki()
    for name in ("Ada", "Bo", "Cy", "Dov", ZELDA):
        wiki.account(name)
    for name in ("Ada", "Bo", "Cy", "Dov"):
        wiki.edit(f"User:{name}", PROFILE.format("outreach", "Lua", ""), by=name)
    odd = "|away until=some day|about=" + SAID
    wiki.edit(f"User:{ZELDA}", PROFILE.format("Lua, zithers", "outreach", odd), by=ZELDA)
    wiki.edit("Project:Both", GROUP.format(f"Ada, {ZELDA}"), by=ZELDA)
    wiki.edit("Project:Both", GROUP.format(f"Ada, {ZELDA}") + " ", by="Ada")
    wiki.edit("Project:Asked", GROUP.format(f"Ada, {ZELDA}"), by="Ada")
    wiki.edit(f"User:{ZELDA}/Club", GROUP.format("Ada"), by="Ada")
    archive(folder).save(edit=Edit(title=STOP, text="run: yes", summary=""))
    made = place_in(folder, wiki)
    made.run()
    delivered(made)
    made.publish()
    made.store.close()
    return folder, wiki


@pytest.fixture
def place(kept: tuple[Path, MemoryWiki], tmp_path: Path) -> Iterator[Place]:
    shutil.copytree(kept[0], tmp_path, dirs_exist_ok=True)
    made = place_in(tmp_path, deepcopy(kept[1]))
    yield made
    made.store.close()


def place_in(folder: Path, wiki: MemoryWiki) -> Place:
    path = folder / "exchange.db"
    store = Store.open(f"sqlite:///{path}")
    settings = load({"CXC_BOT_USER": BOT, "CXC_ERASURE_KEYS": KEY, "CXC_NOW": NOW.isoformat()})
    return Place(wiki, archive(folder), path, store, settings)


def delivered(place: Place) -> None:
    """Let Zelda have got a notice and written under it what nobody understood, and another be held.

    As a coordinator she introduced two people.
    """
    store, key = place.store, place.key(ZELDA)
    account = place.wiki.accounts[ZELDA].id
    match = Match(place.key("Ada"), key, "lua", "lua", 3.0)
    (told,) = store.suggestions.plan([Suggestion(match, "2026-W46", NOW)])
    store.suggestions.mark_notified([told.id], at=NOW)
    store.suggestions.answer(
        told.id, status=SuggestionStatus.ACCEPTED, by=place.key("Ada"), via="web", at=NOW
    )
    sent = Sent(71, f"User talk:{ZELDA}")
    store.notices.open(Notice("0" * 16, key, account, ZELDA, "2026-W46/helper", NOW, (told.id,)))
    store.notices.close("0" * 16, sent, at=NOW)
    store.unclear_answers.note("0" * 16, account=account, revision=72, at=NOW)
    run = store.runs.begin("notify", at=NOW)
    group = next(p.key for p in store.profiles.all() if p.name == "Both")
    held = Held(Reason.PAGE_IN_USE, f"User talk:{ZELDA}")
    store.runs.record_many(run, {f"{key} helper": sent, f"{group}>{key} seeker": held})
    by_hand = Match(place.key("Bo"), place.key("Dov"), "lua", "outreach", 3.0)
    made = store.introductions.make(
        by_hand, coordinator=account, name=ZELDA, line=f"{ZELDA} knows you both", at=NOW
    )
    store.suggestions.mark_notified([made.suggestion], at=NOW)
    store.introductions.end_told([made.suggestion], at=NOW, run=run)
    store.runs.end(run, at=NOW, status=0, counts={"sent": 1})


def naming(pages: dict[str, str], *words: str) -> list[str]:
    """The pages on which one of these words stands: as text, in an address, or escaped.

    What somebody asks for in an address stands on the page that answers.
    """
    found = []
    for title, text in pages.items():
        for word in words:
            forms = {
                each for form in (word, word.replace(" ", "_")) for each in (form, quote(form))
            }
            if not forms & {title, *(f for f in forms if f in title)} and any(
                f in text for f in forms
            ):
                found.append(title)
    return sorted(set(found))


def forget(place: Place) -> None:
    erase_person(
        place.store,
        place.wiki.accounts[ZELDA].id,
        marks=ErasureMarks(place.store.database, secrets=place.settings.erasure_keys),
        at=NOW,
    )


def suppress(place: Place) -> None:
    """Hidden from the list of accounts: to us there is no such account any more."""
    del place.wiki.accounts[ZELDA]


def suppress_globally(place: Place) -> None:
    place.wiki.accounts[ZELDA] = replace(place.wiki.accounts[ZELDA], hidden=True)


def suppress_and_edit_the_pages(place: Place) -> None:
    """Others clean up behind them, and our pages are read anew."""
    suppress(place)
    for title in [*place.wiki.titles.values()]:
        text = place.wiki.histories[next(i for i, t in place.wiki.titles.items() if t == title)]
        place.wiki.edit(title, text[-1][1] + "\n", by="Bo")


def vanish(place: Place) -> None:
    user = place.wiki.accounts.pop(ZELDA)
    place.wiki.accounts["Vanished user 4711"] = replace(user, name="Vanished user 4711")


def test_before_that_the_name_stands_where_it_belongs(place: Place) -> None:
    """The other tests look where there is something to be seen."""
    on_wiki, on_web = place.published(), place.web()
    root = "Capacity Exchange/Reports"
    assert {f"{root}/queue", f"{root}/run", f"{root}/data.json"} <= {*naming(on_wiki, ZELDA)}
    seen = naming(on_web, ZELDA)
    for address in (
        "/search.csv",
        "/reports/queue",
        "/reports/queue.unclear.csv",
        "/reports/run.json",
        "/reports/run.introductions.csv",
        "/reports/cohorts/lua-en",
    ):
        assert address in seen
    assert {"/check?page=Project%3ABoth", "/check?page=Project%3AAsked", "/groups/Both"} <= {*seen}


@pytest.mark.parametrize(
    "leave",
    [forget, suppress, slow(suppress_globally), slow(suppress_and_edit_the_pages), vanish],
    ids=lambda leave: leave.__name__,
)
def test_within_one_run_they_are_gone_from_every_page(
    place: Place, leave: Callable[[Place], None]
) -> None:
    leave(place)
    place.run(day=1)
    assert naming(place.published(), ZELDA, SAID, "zithers") == []
    assert naming(place.web(day=1), ZELDA, SAID, "zithers") == []


def test_what_is_forgotten_is_gone_at_the_next_publish_without_a_harvest(place: Place) -> None:
    forget(place)
    place.publish()
    assert naming(place.published(), ZELDA, SAID, "zithers") == []


def test_who_came_back_from_being_hidden_is_there_again(place: Place) -> None:
    seen = place.wiki.accounts[ZELDA]
    suppress(place)
    place.run(day=1)
    place.wiki.accounts[ZELDA] = seen
    place.run(day=2)
    assert "/groups/Both" in naming(place.web(day=2), ZELDA)
    assert place.key(ZELDA) in {each.key for each in place.store.profiles.all()}


# -- never this person ------------------------------------------------------------------------


@pytest.mark.parametrize("speaker", [slow("Ada"), ZELDA])
def test_never_this_person_changes_no_report_but_that_they_are_apart(
    place: Place, speaker: str
) -> None:
    """Nobody can tell from any page that it was said, by whom, or of whom."""
    other = ({"Ada", ZELDA} - {speaker}).pop()
    place.store.preferences.block(
        place.key(speaker), place.key(other), at=NOW, via="web", name="Quite Unsaid"
    )
    (told,) = (e for e in place.store.suggestions.involving(place.key(other)) if e.notified_at)
    place.store.suggestions.answer(
        told.id, status=SuggestionStatus.DECLINED, by=place.key(speaker), via="web", at=NOW
    )
    place.run(day=1)
    pages = place.published() | place.web(day=1)
    assert naming(pages, "Quite Unsaid", f"never {place.key(other)}", "never-this-person") == []
    together = [
        title
        for title, text in pages.items()
        if title.startswith(("/people/", "/api/v1/profiles/user"))
        and place.key(speaker) in text
        and place.key(other) in text
    ]
    assert together == []
    for each in place.store.rounds.cohorts():
        assert len({place.key("Ada"), place.key(ZELDA)} & {*each.members, *each.helpers}) < 2
    assert not [
        e
        for e in place.store.suggestions.planned()
        if {*e.match.pair} == {place.key("Ada"), place.key(ZELDA)}
    ]


def test_a_wish_alone_changes_no_byte_of_the_reports(place: Place) -> None:
    """Between two who are in no suggestion and in no group it shows nowhere at all."""
    place.run(day=1)
    before = place.published(), {t: x for t, x in place.web(day=1).items() if "report" in t}
    place.store.preferences.block(
        place.key("Bo"), place.key("Cy"), at=NOW, via="wiki", name="Quite Unsaid"
    )
    place.publish(day=1)
    assert place.published() == before[0]
    assert {t: x for t, x in place.web(day=1).items() if "report" in t} == before[1]
