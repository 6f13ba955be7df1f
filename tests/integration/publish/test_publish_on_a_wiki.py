"""The real MediaWiki shows every report page whole: no errors, no red links, no raw markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from bot.harvest import harvest_pages
from bot.install import on_wiki_pages
from bot.publish import BATCH, PublishResult, publish_reports
from bot.wiki import LiveWiki, RequestPolicy
from exchange.store import Store
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.publish.world import BOT, NOW, STOP, filled, settings_of
from tests.unit.reports.movement import AMA, PROFILES

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

ROOT = "Capacity Exchange/Reports"
ODD = "A|b [[c]] {{d}} ''e'' <b>f</b> ~~~~"


@pytest.fixture(scope="module")
def wiki(mediawikis: Any) -> MediaWiki:
    made: MediaWiki = mediawikis()
    made.account(BOT, groups=("bot",), bot_password=True)
    pages = {profile.page: "A profile." for profile in PROFILES}
    made.fill({**pages, STOP: "run: yes", "Help/Law": "A request."})
    ours = on_wiki_pages(names=settings_of().names, bot=BOT)
    needed = ("Module:", "Template:Capacity Exchange bar")
    names = settings_of().names
    linked = {names.portal, names.coordinators, names.directory}
    made.fill(
        {p.title: p.text for p in ours if p.title.startswith(needed) or p.title in linked},
        refresh=False,
    )
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('publish')}/exchange.db")
    odd = replace(AMA, name=ODD, affiliations=(ODD, "=1"))
    yield filled(opened, (odd, *PROFILES[1:]))
    opened.close()


@pytest.fixture(scope="module")
def live(wiki: MediaWiki) -> LiveWiki:
    account = wiki.accounts[BOT]
    return LiveWiki(
        api=wiki.api,
        user=account.login,
        password=account.secret,
        policy=RequestPolicy(pause=0, maxlag=5, tries=2, wait=0, timeout=30),
    )


@pytest.fixture(scope="module")
def written(wiki: MediaWiki, store: Store, live: LiveWiki) -> PublishResult:
    return publish_reports(settings=settings_of(), store=store, wiki=live, now=NOW)


def test_every_page_is_written_once(written: PublishResult, store: Store, live: LiveWiki) -> None:
    assert written.published == written.reports
    edits = live.edits
    again = publish_reports(settings=settings_of(), store=store, wiki=live, now=NOW)
    assert (again.published, again.unchanged) == (0, written.reports)
    assert live.edits == edits


def test_every_page_renders_whole(written: PublishResult, wiki: MediaWiki, store: Store) -> None:
    titles = [title for title in store.published_pages.all() if not title.endswith((".json", ".tab", ".chart"))]  # fmt: skip
    assert len(titles) > 10
    for title in titles:
        html = wiki.body(title)
        assert "redlink" not in html, title
        assert 'class="error"' not in html, title
        text = re.sub(r"<[^>]+>", "", html)
        shown = re.sub(r"\{\{:[^}]*\}\}", "", text)  # how to transclude is shown on purpose
        for markup in ("{{", "}}", "[[", "]]", "{|", "|}", "''", "==", "⧼", "onlyinclude"):
            assert markup not in shown, (title, markup)


def test_tables_have_captions_scopes_and_bars(written: PublishResult, wiki: MediaWiki) -> None:
    html = wiki.body(f"{ROOT}/gaps")
    assert html.count("<caption") == html.count("<table") == 3
    assert 'scope="col"' in html
    assert 'scope="row"' in html
    assert "capacity-exchange-bar" in html
    assert 'id="single"' in html


def test_unmet_wants_lead_somewhere(written: PublishResult, wiki: MediaWiki) -> None:
    gaps, asked = wiki.body(f"{ROOT}/gaps"), wiki.body(f"{ROOT}/requests")
    assert "Where it leads" in gaps
    for page, title in (("interventions", "People who share it"), ("Coordinators.json", "Ask a")):
        assert re.search(rf'<a href="[^"]*{page}"[^>]*>{title}', gaps), page
    assert re.search(r'<a href="[^"]*Reports/cohorts"[^>]*>Learn it with others', asked)


def test_a_name_shows_as_it_was_written(written: PublishResult, wiki: MediaWiki) -> None:
    html = wiki.body(f"{ROOT}/queue")
    assert ODD in unescape(html)
    assert "<b>f</b>" not in html


def test_a_regions_tables_can_be_shown_on_a_page_of_its_own(
    written: PublishResult, wiki: MediaWiki
) -> None:
    html = wiki.parse(f"{{{{:{ROOT}/places/SSA}}}}", title="Our region")
    assert html.count("<table") == 2
    assert "All reports" not in html
    assert "Sub-Saharan Africa" in html


def test_the_numbers_are_json_for_the_wiki_too(written: PublishResult, wiki: MediaWiki) -> None:
    page = f"{ROOT}/data.json"
    answer = wiki.call(action="query", prop="info", titles=page, formatversion=2)
    assert {page["contentmodel"] for page in answer["query"]["pages"]} == {"json"}


def test_any_page_may_ask_how_many_people_offer_and_want_a_capacity(
    written: PublishResult, wiki: MediaWiki
) -> None:
    page = "Module:Capacity Exchange/figures.json"
    answer = wiki.call(action="query", prop="info", titles=page, formatversion=2)
    assert answer["query"]["pages"][0]["contentmodel"] == "json"
    figures = json.loads(wiki.page(page) or "")["capacities"]
    (sheet,) = [
        each
        for report in json.loads(wiki.page(f"{ROOT}/data.json") or "")["reports"]
        for each in report["sheets"]
        if each["id"] == "gaps"
    ]
    of = {row["capacity"]: row for row in sheet["rows"]}
    assert {
        each: (row["offering"], row["wanting"]) for each, row in of.items() if each in figures
    } == {each: (row["offers"], row["wants"]) for each, row in figures.items()}
    assert not [each for each in figures if each.startswith("unlisted")], "no word of anybody's"

    def said(call: str, language: str = "en") -> str:
        html = wiki.parse(f"{{{{#invoke:Capacity Exchange|{call}}}}}", language=language)
        return unescape(re.sub(r"<[^>]+>", "", html)).strip()

    assert said("count|Wikidata|lang=en") == "1 person offers this"
    assert said("count|ويكي بيانات|wants|lang=en") == "2 people would like to learn this"
    assert said("count|photography|lang=de") == "Noch bietet das niemand an"
    assert said("count|knitting socks|lang=en") == "No capacity is called “knitting socks”"
    lines = said("list|wikidata|lang=en").splitlines()
    assert lines[0] == "Wikidata: 1 person offers this · 2 people would like to learn this"
    assert len(lines) == 1 + len(figures["wikidata"].get("narrower", ()))


def test_reads_are_for_ten_pages_at_once(
    written: PublishResult, store: Store, live: LiveWiki
) -> None:
    store.published_pages.forget(store.published_pages.all())
    store.profiles.save_many([replace(AMA, name="Ama the second")])
    requests, edits = live.requests, live.edits
    again = publish_reports(settings=settings_of(), store=store, wiki=live, now=NOW)
    assert again.published + again.unchanged == written.reports > BATCH
    # Ten pages, the stop page with them, are read in one request, read back in one, and one asks
    # whether somebody wrote to the bot; the account is asked for once.
    reads = live.requests - requests - (live.edits - edits)
    assert reads <= 3 * ceil(written.reports / BATCH) + 1


def test_the_portal_links_the_list_of_reports_and_no_page_below_it(
    written: PublishResult, wiki: MediaWiki
) -> None:
    html = wiki.body(settings_of().names.portal)
    assert re.findall(r'title="(Capacity Exchange/Reports[^"]*)"', html) == [ROOT]


def test_the_box_on_the_wiki_says_who_is_away_by_silence_until_they_are_back(
    written: PublishResult, wiki: MediaWiki, live: LiveWiki, tmp_path: Path
) -> None:
    settings, title = settings_of(), "User:Silent/Capacity Exchange"
    wiki.account("Silent")
    ours = on_wiki_pages(names=settings.names, bot=BOT)
    wiki.fill(
        {p.title: p.text for p in ours if p.title.startswith("Template:Capacity")}
        | {"MediaWiki:Lang": "en", "MediaWiki:Lang/de": "de"},
        refresh=False,
    )
    text = "{{Capacity Exchange profile|offers=Lua|languages=en}}"
    wiki.edit("Silent", title, text)
    wiki.edit("Silent", "User:Silent/Other", text.replace("Lua", "SQL"))
    store = Store.open(f"sqlite:///{tmp_path}/away.db")

    def said(page: str = title, language: str = "en") -> bool:
        wiki.jobs()
        words = {"en": "Away: two questions", "de": "Abwesend: hat zweimal nicht geantwortet"}
        return words[language] in wiki.body(page, language=language)

    def read_and_publish() -> PublishResult:
        (page,) = live.pages(titles=[title], content=False).values()
        harvest_pages(settings=settings, store=store, wiki=live, now=NOW, only=[page.id])
        return publish_reports(settings=settings, store=store, wiki=live, now=NOW)

    assert read_and_publish().failed == 0
    assert not said()
    (silent,) = store.profiles.all()
    days = NOW.date() - timedelta(days=200), NOW.date() - timedelta(days=10)
    store.signs_of_life.set_unanswered({silent.key: days[:1]}, at=NOW)
    read_and_publish()
    assert not said(), "one question makes nobody away"
    store.signs_of_life.set_unanswered({silent.key: days}, at=NOW)
    assert read_and_publish().published >= 1
    assert [said(), said(language="de"), said("User:Silent/Other")] == [True, True, False]
    (page,) = live.pages(titles=[title], content=False).values()
    look_up = json.loads(wiki.page(f"Module:Capacity Exchange/away/{page.id % 10}.json") or "")
    assert look_up.keys() == {"digest", str(page.id)}, "an id, and nothing else of anybody"
    wiki.edit("Silent", title, text.replace("Lua", "Lua, SQL"))
    read_and_publish()
    assert [said(), said(language="de")] == [False, False]
    store.close()
