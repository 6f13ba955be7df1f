"""The real MediaWiki shows every report page whole: no errors, no red links, no raw markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.publish import Counts, publish
from bot.wiki import Live, Manners
from exchange.store import Store
from tests.publish.world import BOT, NOW, STOP, filled, settings_of
from tests.reports.movement import AMA, PROFILES
from tests.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

ROOT = "Capacity Exchange/Reports"
ODD = "A|b [[c]] {{d}} ''e'' <b>f</b> ~~~~"
BAR = Path("templates/Template/Capacity_Exchange_bar.wikitext")


@pytest.fixture(scope="module")
def wiki(mediawikis: Any) -> MediaWiki:
    made: MediaWiki = mediawikis()
    made.account(BOT, groups=("bot",), bot_password=True)
    pages = {profile.page: "A profile." for profile in PROFILES}
    bar = BAR.read_text(encoding="utf-8").split("<noinclude>")[0]
    made.fill(
        {**pages, STOP: "run: yes", "Help/Law": "A request.", "Template:Capacity Exchange bar": bar}
    )
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('publish')}/exchange.db")
    odd = replace(AMA, name=ODD, affiliations=(ODD, "=1"))
    yield filled(opened, (odd, *PROFILES[1:]))
    opened.close()


@pytest.fixture(scope="module")
def live(wiki: MediaWiki) -> Live:
    account = wiki.accounts[BOT]
    return Live(
        api=wiki.api,
        user=account.login,
        password=account.secret,
        manners=Manners(pause=0, maxlag=5, tries=2, wait=0, timeout=30),
    )


@pytest.fixture(scope="module")
def written(wiki: MediaWiki, store: Store, live: Live) -> Counts:
    return publish(settings=settings_of(), store=store, wiki=live, now=NOW)


def test_every_page_is_written_once(written: Counts, store: Store, live: Live) -> None:
    assert written.published == written.reports
    edits = live.edits
    again = publish(settings=settings_of(), store=store, wiki=live, now=NOW)
    assert (again.published, again.unchanged) == (0, written.reports)
    assert live.edits == edits


def test_every_page_renders_whole(written: Counts, wiki: MediaWiki, store: Store) -> None:
    titles = [title for title in store.publications.all() if not title.endswith((".json", ".tab", ".chart"))]  # fmt: skip
    assert len(titles) > 10
    for title in titles:
        html = wiki.body(title)
        assert "redlink" not in html, title
        assert 'class="error"' not in html, title
        text = re.sub(r"<[^>]+>", "", html)
        shown = re.sub(r"\{\{:[^}]*\}\}", "", text)  # how to transclude is shown on purpose
        for markup in ("{{", "}}", "[[", "]]", "{|", "|}", "''", "==", "⧼", "onlyinclude"):
            assert markup not in shown, (title, markup)


def test_tables_have_captions_scopes_and_bars(written: Counts, wiki: MediaWiki) -> None:
    html = wiki.body(f"{ROOT}/gaps")
    assert html.count("<caption") == html.count("<table") == 3
    assert 'scope="col"' in html
    assert 'scope="row"' in html
    assert "capacity-exchange-bar" in html
    assert 'id="single"' in html


def test_a_name_shows_as_it_was_written(written: Counts, wiki: MediaWiki) -> None:
    html = wiki.body(f"{ROOT}/queue")
    assert ODD in unescape(html)
    assert "<b>f</b>" not in html


def test_a_regions_tables_can_be_shown_on_a_page_of_its_own(
    written: Counts, wiki: MediaWiki
) -> None:
    html = wiki.parse(f"{{{{:{ROOT}/places/SSA}}}}", title="Our region")
    assert html.count("<table") == 2
    assert "All reports" not in html
    assert "Sub-Saharan Africa" in html


def test_the_twin_is_json_for_the_wiki_too(written: Counts, wiki: MediaWiki) -> None:
    answer = wiki.call(
        action="query", prop="info", titles=f"{ROOT}/gaps.json|{ROOT}/gaps.tab", formatversion=2
    )
    assert {page["contentmodel"] for page in answer["query"]["pages"]} == {"json"}
