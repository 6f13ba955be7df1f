"""Any sequence of joins, leaves, yeses and runs: each is told once, and only while they want it.

The harvest and the run are the real ones, over a wiki in memory; the moves are drawn at random.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.harvest import harvest_pages
from bot.match import match_profiles
from bot.notify import notify_people
from bot.wiki.port import Change, Contribution, Edit, Saved
from exchange import directory
from exchange.matching import load_weights
from exchange.matching.eligibility import is_live
from exchange.model import Match, Revision, Suggestion, SuggestionStatus, User
from exchange.profiles.joining import JoinableRequest
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import Settings
from exchange.settings import load as load_settings
from exchange.store import Store
from tests.support.examples import examples
from tests.unit.harvest.wiki import MemoryWiki

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ASK = "{{Capacity Exchange request|want=Finance}}{{#babel:en}}"
HELP = "{{Capacity Exchange profile|offers=Finance|seats=1|languages=en}}"
PAGE = "User:Ada"
PEOPLE = ("Bo", "Cy", "Dee")
NAMES = TemplateNames()
DIRECTORY = directory.load()


@dataclass
class TalkingWiki(MemoryWiki):
    """The wiki in memory, which the bot may also write to."""

    me: User = field(default_factory=lambda: User("Bot", 999))
    now: datetime = NOW

    def own_account(self) -> User:
        return self.me

    def has_new_messages(self) -> bool:
        return False

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        id = next((id for id, known in self.titles.items() if known == title), 0)
        return [revision for revision, _ in reversed(self.histories.get(id, []))][:limit]

    def contributions(
        self, *, users: Iterable[str], since: datetime | None = None, namespaces: Iterable[int] = ()
    ) -> Iterator[Contribution]:
        wanted = {*users}
        for id, history in self.histories.items():
            for revision, _ in history:
                if revision.user in wanted:
                    yield Contribution(
                        self.titles[id], revision, id, self._page(id, content=False).namespace
                    )

    def changes(self, *, since: datetime, namespaces: Iterable[int]) -> Iterator[Change]:
        return iter(())

    def save(self, *, edit: Edit) -> Saved:
        id = self.edit(edit.title, edit.text, by=self.me.name)
        revision, text = self.histories[id][-1]
        revision = replace(revision, summary=edit.summary, user_id=self.me.id, timestamp=self.now)
        self.histories[id][-1] = revision, text
        self.edits += 1
        return Saved(revision.id, self.now)

    def text(self, title: str) -> str:
        return next(
            (self.histories[id][-1][1] for id, known in self.titles.items() if known == title), ""
        )


@dataclass
class Exchange:
    """Ada asks, Hal offers, the others join and leave; what each wants is kept beside it."""

    store: Store
    wiki: TalkingWiki = field(default_factory=TalkingWiki)
    now: datetime = NOW
    joined: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in ("Ada", "Hal", *PEOPLE):
            self.wiki.account(name)
        self.wiki.accounts["Bot"] = self.wiki.me
        called = self.settings.names
        notice = f"Template:{called.notice}"
        parts = (notice, f"{notice}/answers", f"{notice}/answer")
        for title in (called.opt_out_list, called.portal, called.stop_page("Bot"), *parts):
            self.wiki.edit(title, "run: yes", by="Bot")
        self.wiki.edit(PAGE, ASK, by="Ada")
        self.wiki.edit("User:Hal", HELP, by="Hal")
        self.harvest()

    @property
    def settings(self) -> Settings:
        return load_settings(
            {
                "CXC_WIKI": "https://wiki.example/w/api.php",
                "CXC_BOT_USER": "Bot",
                "CXC_BOT_PASSWORD": "x",
            }
        )

    def key(self, name: str) -> str:
        return f"user:{self.wiki.accounts[name].id}"

    def move(self, what: str, who: str) -> None:
        """Let somebody join or leave by hand, be joined by another, say stop, or time pass."""
        match what:
            case "join" | "leave" | "joined by another":
                self._write(
                    who, by="Ada" if what == "joined by another" else who, leaves=what == "leave"
                )
            case "stop" | "go on":
                (self.silent.add if what == "stop" else self.silent.discard)(who)
                said = "yes" if what == "stop" else ""
                self.store.preferences.set(self.key(who), "stop", said, at=self.now, via="web")
                if not said:
                    self.store.preferences.drop(self.key(who), "stop")
            case "take on":
                self._take_on()
            case "harvest":
                self.harvest()
            case "match":
                match_profiles(store=self.store, now=self.now)
            case "wait":
                self.now += timedelta(days=20)
                self.wiki.now = self.now
            case "run":
                self.run()

    def _write(self, who: str, *, by: str, leaves: bool) -> None:
        text = self.wiki.text(PAGE)
        request = JoinableRequest.find(
            text,
            "finance",
            names=NAMES,
            read=lambda raw: read_page(
                raw, names=NAMES, directory=DIRECTORY, today=NOW.date(), title=PAGE
            ),
        )
        assert request is not None
        was_there = who in request.joined
        changed = request.without_names([who]) if leaves else request.with_name(who)
        self.wiki.edit(PAGE, changed if changed != text else f"{text} Yes.", by=by)
        if leaves:
            self.joined.discard(who)
        elif by == who:
            self.joined.add(who)
        elif not was_there:
            self.joined.discard(who)

    def _take_on(self) -> None:
        match = Match(self.key("Ada"), self.key("Hal"), "finance", "finance", 1.0)
        made = [
            one
            for one in self.store.suggestions.involving(self.key("Ada"))
            if one.match == match or one.match.pair == match.pair
        ]
        if not made:
            made = self.store.suggestions.plan([Suggestion(match, "2026-W48", self.now)])
        if made[0].notified_at is None:
            self.store.suggestions.mark_notified([made[0].id], at=self.now)
        self.store.suggestions.answer(
            made[0].id,
            status=SuggestionStatus.ACCEPTED,
            by=match.helper,
            via="web",
            at=self.now,
        )

    def harvest(self) -> None:
        harvest_pages(settings=self.settings, store=self.store, wiki=self.wiki, now=self.now)

    def run(self) -> None:
        before = self.told()
        notify_people(settings=self.settings, store=self.store, wiki=self.wiki, now=self.now)
        new = self.told() - before
        assert set(new) <= self.joined, "told who never joined, or left"
        assert not set(new) & self.silent, "told who wants no messages"
        began: dict[int, list[datetime]] = {}
        for one in self.store.notices.sent():
            began.setdefault(one.account, []).append(one.begun)
        for times in map(sorted, began.values()):
            assert all(b - a >= timedelta(days=13) for a, b in pairwise(times)), "too often"
        helping = self.store.suggestions.involving(self.key("Hal"))
        held = [
            one
            for one in helping
            if one.status.holds_seat
            and is_live(one, today=self.now.date(), bounds=load_weights().bounds)
        ]
        assert len(held) <= 1, "more learners than seats"

    def told(self) -> Counter[str]:
        """Return how many notices of a request that they joined stand on whose talk page."""
        return Counter(
            {
                name: self.wiki.text(f"User talk:{name}").count("somebody helps with what you need")
                for name in ("Ada", "Hal", *PEOPLE)
            }
        )


moves = st.tuples(
    st.sampled_from(
        ["join", "join", "leave", "joined by another", "stop", "go on", "take on", "harvest",
         "harvest", "match", "run", "run", "wait"]
    ),
    st.sampled_from(PEOPLE),
)  # fmt: skip


@settings(max_examples=examples(12))
@given(st.lists(moves, max_size=14))
def test_nobody_is_told_twice_or_who_left_or_wants_no_messages(
    drawn: list[tuple[str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'one.db'}")
        try:
            world = Exchange(store)
            for what, who in drawn:
                world.move(what, who)
            for what in ("harvest", "take on", "run", "wait", "run"):
                world.move(what, "Bo")
            told = world.told()
            assert max(told.values()) <= 1, "told twice"
            assert (told["Ada"], told["Hal"]) == (0, 0)
            for name in world.joined - world.silent:
                assert told[name] == 1, "joined and was never told"
        finally:
            store.close()
