"""The walks of docs/architecture.md: traced over one profile, one want and one search.

What is listed must take part, and what takes part must be listed: so no walk grows unnoticed.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.cli.output import Silent
from bot.harvest import harvest_pages
from bot.install import install_pages
from bot.match import match_profiles
from bot.notify import notify_people
from bot.wiki import ArchiveWiki
from exchange.directory import load as load_directory
from exchange.settings import Settings, load
from exchange.store import Store
from tests.unit.web.site import app_over, filled

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8").partition("\n## Three walks\n")[2]
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

WALKS = {
    "From wikitext to the store": 15,
    "From a want to an outcome": 21,
    "From `/search` to the response": 15,
}
"""The heading of each walk, and how many files may have to be opened at most."""


class Walk:
    """What the page says: the files to open, in order, and what is only asked on the way."""

    def __init__(self, heading: str) -> None:
        section = PAGE.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
        everywhere = PAGE.partition("\n### ")[0]
        self.files = re.findall(r"^\d+\. `([^`]+)`", section, re.MULTILINE)
        self.asked = tuple(
            re.findall(r"`([^`]+)`", everywhere + section.partition("\nAsked on the way:")[2])
        )

    def check(self, traced: set[str]) -> None:
        """Fail where something listed took no part, or something else did."""
        assert [file for file in self.files if file not in traced] == []
        unlisted = traced.difference(self.files)
        assert sorted(file for file in unlisted if not file.startswith(self.asked)) == []


@contextmanager
def traced() -> Iterator[set[str]]:
    """Return the files of ours of which a function runs, templates included."""
    found: set[str] = set()
    ours = tuple(f"{ROOT}/{name}/" for name in ("exchange", "bot", "webtool"))

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        # The body of a module or class that is imported here runs, too, but is no step.
        is_function = code.co_flags & 0x2  # CO_NEWLOCALS
        if event == "call" and is_function and code.co_filename.startswith(ours):
            found.add(code.co_filename.removeprefix(f"{ROOT}/"))

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/exchange.db")
    yield opened
    opened.close()


def open_wiki(folder: Path, *texts: tuple[str, str]) -> tuple[Settings, ArchiveWiki]:
    """Return a wiki with these people's profiles: (name, parameters) each."""
    pages = (
        f"<page><title>User:{name}</title><ns>2</ns><id>{id}</id><revision><id>{id}</id>"
        f"<timestamp>2026-11-20T06:00:00Z</timestamp><contributor><username>{name}</username>"
        f"<id>{id}</id></contributor><model>wikitext</model><format>text/x-wiki</format>"
        f"<text>{{{{Capacity Exchange profile|{text}}}}}</text></revision></page>"
        for id, (name, text) in enumerate(texts, 1)
    )
    with gzip.open(ROOT / "config/sample/movement.xml.gz", "rt", encoding="utf-8") as sample:
        site = sample.read().partition("</siteinfo>")[0]
    export = folder / "wiki.xml"
    export.write_text(f"{site}</siteinfo>{''.join(pages)}</mediawiki>", encoding="utf-8")
    settings = load({"CXC_WIKI": f"archive:{export}", "CXC_NOW": NOW.isoformat()})
    wiki = ArchiveWiki(path=export, out=folder / "out", user="Exchange Bot", now=lambda: NOW)
    install_pages(settings=settings, wiki=wiki, progress=Silent())
    return settings, wiki


@pytest.mark.parametrize("heading", WALKS)
def test_a_walk_is_short(heading: str) -> None:
    files = Walk(heading).files
    assert 0 < len(files) <= WALKS[heading]
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_from_wikitext_to_the_store(tmp_path: Path, store: Store) -> None:
    offers = (
        "offers=\n* Wikidata (training)\n* grant writing|wants=\n* photo contests|languages=en-3"
    )
    settings, wiki = open_wiki(tmp_path, ("Ada", offers))
    with traced() as found:
        result = harvest_pages(settings=settings, store=store, wiki=wiki, now=NOW)
    assert (result.profiles, result.offers, result.wants) == (1, 2, 1)
    Walk("From wikitext to the store").check(found)


def test_from_a_want_to_an_outcome(tmp_path: Path, store: Store) -> None:
    settings, wiki = open_wiki(
        tmp_path, ("Ada", "wants=grant writing|languages=en"), ("Bo", "offers=grant writing|languages=en")
    )  # fmt: skip
    harvest_pages(settings=settings, store=store, wiki=wiki, now=NOW)
    with traced() as found:
        match_profiles(store=store, now=NOW, directory=load_directory())
        result = notify_people(settings=settings, store=store, wiki=wiki, now=NOW)
    assert (result.planned, result.sent) == (1, 1)
    Walk("From a want to an outcome").check(found)


def test_from_search_to_the_response(tmp_path: Path) -> None:
    filled(tmp_path / "exchange.db", 60).close()
    with app_over(tmp_path / "exchange.db").test_client() as client:
        client.get("/search")  # the snapshot is there before somebody searches
        with traced() as found:
            response = client.get("/search?q=wikidata")
    assert (response.status_code, 'class="card"' in response.text) == (200, True)
    Walk("From `/search` to the response").check(found)
