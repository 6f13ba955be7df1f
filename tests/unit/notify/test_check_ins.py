"""Check-ins, whatever people answer and whenever the bot runs: once, the seeker alone, within the caps.

On a small wiki in a file, with a person and a group as seekers and one helper for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.install import on_wiki_pages
from bot.notify import notify_people
from bot.wiki import ArchiveWiki
from exchange.model import (
    UNDER_WAY,
    Kind,
    Language,
    Match,
    Offer,
    Profile,
    Suggestion,
    SuggestionStatus,
    Want,
)
from exchange.model.keys import Recipient
from exchange.notices.answers import ANSWERS
from exchange.notices.message import Role, role_of
from exchange.settings import load
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.support.examples import examples

BOT = "Capacity Exchange bot"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PACE = timedelta(days=14)
PEOPLE = {"Ada": 1, "Ben": 2, "Cleo": 3, "Dan": 4}
ADA, BEN, GROUP = "user:1", "user:2", "page:50"
SPACES = ((0, ""), (2, "User"), (3, "User talk"), (4, "Project"), (10, "Template"))
OFFERING = "{{Capacity Exchange profile|offers=grant writing|languages=en-3}}"
WANTING = "{{Capacity Exchange profile|wants=grant writing|languages=en-3}}"
STARTING = {
    "Project:Group": WANTING.replace("|wants", "|kind=user group|contact=Cleo, Dan|wants"),
    **{f"User:{name}/Capacity Exchange": OFFERING if name == "Ben" else WANTING for name in PEOPLE},
    "Template:Capacity Exchange profile": "",
}


def write_export(path: Path) -> None:
    """Write a wiki with our own pages, four people and a group."""
    ours = on_wiki_pages(names=load({}).names, bot=BOT)
    texts = {page.title: page.text for page in ours if not page.title.startswith("Module:")}
    numbers = {name: number for number, name in SPACES if name}
    rows = []
    for at, (title, text) in enumerate((texts | STARTING).items(), start=100):
        author = title.partition("/")[0].partition(":")[2]
        id = 50 if title == "Project:Group" else at
        rows.append(
            f"<page><title>{escape(title)}</title><ns>{numbers.get(title.partition(':')[0], 0)}</ns>"
            f"<id>{id}</id><revision><id>{at}</id><timestamp>2026-11-01T00:00:00Z</timestamp>"
            f"<contributor><username>{author if author in PEOPLE else 'Ada'}</username>"
            f"<id>{PEOPLE.get(author, 1)}</id></contributor><text>{escape(text)}</text>"
            "</revision></page>"
        )
    spaces = "".join(
        f'<namespace key="{at}" case="first-letter">{n}</namespace>' for at, n in SPACES
    )
    path.write_text(
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="en"><siteinfo>'
        "<sitename>Small</sitename><base>http://small.test/wiki/Main</base>"
        f"<generator>MediaWiki 1.44</generator><namespaces>{spaces}</namespaces></siteinfo>"
        f"{''.join(rows)}</mediawiki>",
        "utf-8",
    )


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.xml"
    write_export(path)
    return path


def fill(store: Store, wiki: ArchiveWiki) -> dict[str, int]:
    """Keep the profiles and a planned suggestion for each seeker: {seeker: its id}."""
    titles = {ADA: "User:Ada/Capacity Exchange", BEN: "User:Ben/Capacity Exchange"}
    pages = wiki.pages(titles=[*titles.values(), "Project:Group"])
    agreed = {ADA: (1,), BEN: (2,), GROUP: (3, 4)}
    for key, title in (titles | {GROUP: "Project:Group"}).items():
        page = pages[title]
        name = title.partition("/")[0].partition(":")[2]
        assert page.revision is not None
        profile = Profile(
            key=key,
            name=name,
            kind=Kind.USER_GROUP if key == GROUP else Kind.PERSON,
            page=title,
            page_id=page.id,
            revision=page.revision.id,
            languages=(Language("en", 3),),
            offers=(Offer("finance", "grant writing"),) if key == BEN else (),
            wants=() if key == BEN else (Want("finance", "grant writing"),),
            contacts=("Cleo", "Dan") if key == GROUP else (name,),
        )
        store.profiles.save_many([profile])
        number = page.namespace
        record = PageRecord(
            page.id, title, number, profile.revision, owner=name, party=key, agreed=agreed[key]
        )
        store.pages.save([record])
    made = store.suggestions.plan(
        Suggestion(Match(key, BEN, "finance", "finance", 3.0), "2026-W47", NOW)
        for key in (ADA, GROUP)
    )
    return {each.match.seeker: each.id for each in made}


class World:
    """One wiki, one store, one clock."""

    def __init__(self, export: Path, folder: Path) -> None:
        self.database = f"sqlite:///{folder}/exchange.db"
        self.settings = load({"CXC_WIKI": f"archive:{export}", "CXC_DATABASE": self.database})
        self.now = NOW
        self.wiki = ArchiveWiki(path=export, out=folder / "out", user=BOT, now=lambda: self.now)
        self.store = Store.open(self.database)
        self.ids = fill(self.store, self.wiki)
        self.stopped: dict[int, datetime] = {}

    def pass_days(self, days: int) -> None:
        """Let days pass, run the bot, and check what it just sent."""
        self.now += timedelta(days=days)
        before = {row.id for row in self.store.notices.sent()}
        standing = self.store.suggestions.get_many(self.ids.values())
        notify_people(settings=self.settings, store=self.store, wiki=self.wiki, now=self.now)
        for row in self.store.notices.sent():
            if row.id in before:
                continue
            assert row.account not in self.stopped, "after a stop nobody hears anything"
            if role_of(row.campaign) is Role.CHECK_IN:
                for id in row.suggestions:
                    each = standing[id]
                    assert each.status in UNDER_WAY
                    assert each.answered_at is not None
                    assert self.now - each.answered_at >= timedelta(days=30)
                    assert str(Recipient.parse(row.recipient).profile) == each.match.seeker

    def answer(self, seeker: str, status: SuggestionStatus, by: str) -> None:
        """Let somebody answer; in one moment only one thing is said."""
        self.now += timedelta(minutes=1)
        if self.store.suggestions.get(self.ids[seeker]).status is not SuggestionStatus.PLANNED:  # type: ignore[union-attr]
            self.store.suggestions.answer(
                self.ids[seeker], status=status, by=by, via="web", at=self.now
            )

    def stop(self, account: int) -> None:
        """Let somebody say stop in the tool."""
        self.store.preferences.set(f"user:{account}", "stop", "yes", at=self.now, via="web")
        self.stopped.setdefault(account, self.now)

    def check(self) -> None:
        """Hold the whole history against the rules."""
        by_account: dict[int, list[datetime]] = {}
        asked = set()
        for row in sorted(self.store.notices.sent(), key=lambda row: row.ended or row.begun):
            by_account.setdefault(row.account, []).append(row.ended or row.begun)
            if role_of(row.campaign) is Role.CHECK_IN:
                assert row.account != PEOPLE["Ben"], "whoever helps is never asked"
                for id in row.suggestions:
                    assert (row.account, id) not in asked, "nobody is asked twice"
                    asked.add((row.account, id))
        for moments in by_account.values():
            gaps = [later - one for one, later in pairwise(moments)]
            assert all(gap >= PACE for gap in gaps), "the pace holds"


@contextmanager
def world(export: Path) -> Iterator[World]:
    with TemporaryDirectory() as folder:
        made = World(export, Path(folder))
        with closing(made.store):
            yield made


SEEKERS = st.sampled_from((ADA, GROUP))
EVENTS = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 45)),
    st.tuples(st.just("answer"), SEEKERS, st.sampled_from(ANSWERS), st.booleans()),
    st.tuples(st.just("stop"), st.sampled_from((1, 3))),
)
Event = tuple[object, ...]
YES = SuggestionStatus.ACCEPTED


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(EVENTS, max_size=12))
@example(
    events=[
        ("days", 1),
        ("answer", ADA, YES, True),
        ("days", 31),
        ("answer", ADA, YES, True),
        ("days", 31),
        ("days", 31),
    ]
)
@example(
    events=[("days", 1), ("answer", GROUP, YES, True), ("days", 31), ("stop", 3), ("days", 15)]
)
def test_a_check_in_keeps_every_promise(export: Path, events: list[Event]) -> None:
    with world(export) as made:
        for event in events:
            match event:
                case ("days", int(days)):
                    made.pass_days(days)
                case ("answer", str(seeker), SuggestionStatus() as status, bool(own)):
                    made.answer(seeker, status, seeker if own else BEN)
                case ("stop", int(account)):
                    made.stop(account)
        made.check()


def asked(made: World) -> list[str]:
    rows = made.store.notices.sent()
    return sorted(row.recipient for row in rows if role_of(row.campaign) is Role.CHECK_IN)


def test_a_person_is_asked_once_and_each_contact_of_a_group(export: Path) -> None:
    with world(export) as made:
        made.pass_days(1)
        for seeker in (ADA, GROUP):
            made.answer(seeker, YES, seeker)
        made.pass_days(15)
        assert asked(made) == []
        for _ in range(4):
            made.pass_days(16)
        assert asked(made) == ["page:50>user:3", "page:50>user:4", ADA]
        made.check()


def test_not_yet_ends_nothing_and_is_not_asked_again(export: Path) -> None:
    with world(export) as made:
        made.pass_days(1)
        made.answer(ADA, YES, ADA)
        made.pass_days(31)
        assert ADA in asked(made)
        made.answer(ADA, YES, ADA)
        for _ in range(5):
            made.pass_days(31)
        assert asked(made).count(ADA) == 1
        kept = made.store.suggestions.get(made.ids[ADA])
        assert kept is not None
        assert kept.status is YES
