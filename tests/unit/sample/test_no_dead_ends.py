"""No dead ends: every unmet want of the sample movement leads somewhere, in the tool and on the wiki."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.harvest.harvest import stored_directory
from bot.wiki import ArchiveWiki
from exchange.model import Profile
from exchange.privacy import CountryProtection
from exchange.reports import ReportData, read_report_data
from exchange.settings import load as load_settings
from exchange.store import Store
from exchange.ways import MOST_WAYS
from tests.support.sample import SAMPLE, SampleMovement
from tests.unit.web.site import address
from webtool import create_app

SECTION = re.compile(r'<section aria-labelledby="unmet">.*?</section>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)"')
ON_WIKI = re.compile(r"\[\[:([^|\]]+)\|")


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample movement after a run: its people, its facts, its wiki, and the tool over it."""

    profiles: dict[str, Profile]
    facts: ReportData
    wiki: ArchiveWiki
    client: FlaskClient
    folder: Path

    def page(self, address: str) -> str:
        answer = self.client.get(address, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, address
        return answer.text

    def missing(self, titles: set[str]) -> list[str]:
        found = self.wiki.pages(titles=sorted(titles))
        return [title for title in sorted(titles) if not found[title].exists]


@pytest.fixture(scope="module")
def sample(sample_at: Callable[[str], SampleMovement]) -> Sample:
    made = sample_at("told")
    settings = load_settings(made.environment)
    wiki = ArchiveWiki(path=SAMPLE, out=made.wiki)
    with closing(Store.open(made.environment["CXC_DATABASE"])) as store:
        directory = stored_directory(store)
        facts = read_report_data(
            store,
            directory=directory,
            today=settings.clock().date(),
            protection=CountryProtection(settings.privacy.protected_countries),
        )
        profiles = {profile.key: profile for profile in store.profiles.all()}
    return Sample(profiles, facts, wiki, create_app(settings).test_client(), made.wiki)


def test_every_unmet_want_leads_somewhere_on_its_own_page(sample: Sample) -> None:
    wants: dict[str, dict[str, str]] = defaultdict(dict)
    for party, want, lack in sample.facts.rows("wants", "party", "capacity", "lack"):
        if lack:
            wants[sample.facts.party(party).key][want] = lack
    assert len({reason for mine in wants.values() for reason in mine.values()}) > 4
    led: set[str] = set()
    for key, mine in wants.items():
        section = SECTION.search(sample.page(address(sample.profiles[key])))
        assert section, key
        lists = re.findall(r'<ul class="reasons">(.*?)</ul>', section.group(), re.DOTALL)
        assert len(lists) == len(mine), key
        for ways in lists:
            links = list(map(unescape, LINK.findall(ways)))
            assert 0 < len(links) <= MOST_WAYS, key
            led.update(links)
    resources = {one.url for each in sample.facts.directory for one in each.resources}
    assert {link for link in led if not link.startswith("/")} <= resources
    for link in sorted(led - resources):
        assert (anchor := link.partition("#")[2]) in sample.page(link), link
        assert not anchor or f'id="{anchor}"' in sample.page(link), link


def test_every_capacity_with_an_unmet_want_leads_somewhere_on_its_page(sample: Sample) -> None:
    assert sample.facts.unmet
    for capacity in sample.facts.unmet:
        page = sample.page(f"/capacities/{capacity}")
        section = re.search(r'<section aria-labelledby="ways">.*?</section>', page, re.DOTALL)
        assert section, capacity
        assert LINK.search(section.group()), capacity


def test_the_report_on_the_wiki_says_where_it_leads_and_no_link_is_red(sample: Sample) -> None:
    titles = {f"Capacity Exchange/Reports/{name}" for name in ("gaps", "requests")}
    found = sample.wiki.pages(titles=sorted(titles))
    text = "".join(found[title].text or "" for title in titles)
    gaps = sample.client.get("/reports/gaps.json").json
    rows = next(sheet for sheet in gaps["sheets"] if sheet["id"] == "gaps")["rows"]
    assert [row["capacity"] for row in rows if bool(row["unmet"]) != bool(row["ways"])] == []
    assert text.count("https://meta.wikimedia.org/") > 10
    assert sample.missing(set(ON_WIKI.findall(text))) == []


def test_a_message_says_it_of_the_wants_that_it_has_no_suggestion_for(sample: Sample) -> None:
    lines = [
        line
        for page in sample.folder.rglob("*")
        if page.is_file()
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("* There is no suggestion yet for")
    ]
    assert len(lines) > 10
    assert [line for line in lines if "[" not in line] == []
    assert sample.missing({title for line in lines for title in ON_WIKI.findall(line)}) == []
