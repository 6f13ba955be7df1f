"""A store with the small movement in it, and settings for a wiki in files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bot.wiki import ArchiveWiki
from exchange.model import Cohort, Language, Offer, Profile, Want
from exchange.settings import Settings, load
from exchange.store import Store
from tests.unit.reports.movement import COHORT, PROFILES, SUGGESTIONS, UNMET

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BOT = "Exchange Bot"
STOP = f"User:{BOT}/Stop"
EMPTY = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">'
    "<siteinfo><sitename>Test</sitename><dbname>test</dbname>"
    "<base>https://wiki.example/wiki/Main</base><generator>MediaWiki 1.39</generator>"
    '<case>first-letter</case><namespaces><namespace key="0" case="first-letter" />'
    '<namespace key="2" case="first-letter">User</namespace>'
    '<namespace key="10" case="first-letter">Template</namespace></namespaces></siteinfo>'
    "</mediawiki>"
)


TEACHER = Profile("user:30", "Tau", page="User:Tau", offers=(Offer("law"),), seats=2)
LEARNERS = tuple(
    Profile(
        f"user:{n}",
        f"Lea {n}",
        page=f"User:Lea {n}",
        wants=(Want("law"),),
        languages=(Language("en", 5),),
    )
    for n in (31, 32, 33)
)
READY = Cohort("law", "en", tuple(one.key for one in LEARNERS), (TEACHER.key,), (16, 17))
"""A cohort that somebody can start now: a helper with a free seat, hours, three without a match."""


def filled(store: Store, profiles: Iterable[Profile] = PROFILES) -> Store:
    """The small movement, in a store."""
    store.profiles.save_many(profiles)
    store.suggestions.plan(SUGGESTIONS)
    store.rounds.replace(unmet=UNMET, cohorts=[COHORT])
    return store


def settings_of(**environment: str) -> Settings:
    return load({"CXC_BOT_USER": BOT, "CXC_NOW": NOW.isoformat(), **environment})


def archive(folder: Path) -> ArchiveWiki:
    """A wiki in files that holds nothing yet; what is written there stays."""
    export = folder / "export.xml"
    export.write_text(EMPTY, encoding="utf-8")
    return ArchiveWiki(path=export, out=folder / "out", user=BOT, now=lambda: NOW)
