"""The sample movement: made anew it is the same, and it holds what it promises."""

import gzip
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.sample.generate import OUTPUT, generate, sha1
from config.sample.odd import BY_OTHERS
from config.sample.people import NOTE
from exchange.directory import load
from exchange.geography import region_of
from exchange.model import Kind
from exchange.profiles.document import PageReading
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page

NAMES = TemplateNames.of(
    profile=["Capacity Exchange profile", "CapEx profile"],
    request=["Capacity Exchange request", "CapEx request"],
    item=["Capacity", "CX item"],
)
SPACE = "{http://www.mediawiki.org/xml/export-0.11/}"


@pytest.fixture(scope="module")
def root() -> ElementTree.Element:
    return ElementTree.fromstring(gzip.decompress(OUTPUT.read_bytes()))


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(SPACE + name) or ""


def _pages(root: ElementTree.Element) -> Iterator[tuple[str, int, list[ElementTree.Element]]]:
    for page in root.iter(SPACE + "page"):
        yield _text(page, "title"), int(_text(page, "ns")), page.findall(SPACE + "revision")


@pytest.fixture(scope="module")
def readings(root: ElementTree.Element) -> list[PageReading]:
    directory, today = load(), date(2026, 11, 23)
    return [
        read_page(
            _text(revisions[-1], "text"),
            names=NAMES,
            directory=directory,
            today=today,
            title=title,
            namespace=namespace,
        )
        for title, namespace, revisions in _pages(root)
    ]


def test_the_committed_export_is_what_the_generator_makes() -> None:
    assert gzip.decompress(OUTPUT.read_bytes()) == b"".join(generate())


def test_the_packed_file_tells_no_time_and_no_name() -> None:
    packed = OUTPUT.read_bytes()
    assert packed[4:8] == b"\0\0\0\0"
    assert not packed[3] & 0x08


def test_another_seed_makes_another_movement() -> None:
    one, other = (b"".join(generate(people=60, seed=seed)) for seed in (1, 2))
    assert one != other
    assert one == b"".join(generate(people=60, seed=1))


def test_it_is_an_export_as_mediawiki_writes_it(root: ElementTree.Element) -> None:
    assert root.tag == f"{SPACE}mediawiki"
    assert root.get("version") == "0.11"
    assert len(root.findall(f"{SPACE}siteinfo/{SPACE}namespaces/{SPACE}namespace")) == 18
    page_ids, revision_ids, titles = [], [], []
    for page in root.iter(SPACE + "page"):
        page_ids.append(_text(page, "id"))
        titles.append(_text(page, "title"))
        times = []
        for revision in page.findall(SPACE + "revision"):
            revision_ids.append(_text(revision, "id"))
            times.append(_text(revision, "timestamp"))
            content = _text(revision, "text").encode()
            assert _text(revision, "sha1") == sha1(content)
            assert revision.find(SPACE + "text").get("bytes") == str(len(content))  # type: ignore[union-attr]
            assert int(revision.findtext(f"{SPACE}contributor/{SPACE}id") or 0) > 1000
        assert times == sorted(times)
    for listed in (page_ids, revision_ids, titles):
        assert len(listed) == len(set(listed))


def test_sha1_is_in_base_36_as_mediawiki_has_it() -> None:
    assert sha1(b"") == "phoiac9h4m842xq45sp7s6u21eteeq1"


def test_every_page_says_that_it_is_made_up(root: ElementTree.Element) -> None:
    for title, _, revisions in _pages(root):
        for revision in revisions:
            text = _text(revision, "text")
            assert NOTE in text or text.startswith("#REDIRECT") or "made up" in text, title


def test_people_are_of_all_regions_and_many_languages(readings: list[PageReading]) -> None:
    profiles = [profile for reading in readings for profile in reading.profiles]
    assert len(profiles) >= 400
    assert {p.region or region_of(p.country) for p in profiles} >= {
        *("SSA", "NWE", "ESEAP", "LAC", "CEECA", "SA", "MENA", "NA")
    }
    spoken = {language.code for profile in profiles for language in profile.languages}
    boxed = {language.code for reading in readings for language in reading.babel}
    assert len(spoken | boxed) >= 80
    assert len(boxed) >= 40
    assert {profile.kind for profile in profiles} == set(Kind)


def test_names_are_in_many_scripts(root: ElementTree.Element) -> None:
    letters = {char for title, space, _ in _pages(root) if space == 2 for char in title}
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in letters if char.isalpha()}
    assert scripts >= {"LATIN", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HANGUL", "BENGALI"}
    assert len(scripts) >= 12


def test_nearly_everything_that_people_wrote_is_understood(readings: list[PageReading]) -> None:
    for reading in readings:
        if "Odd" in reading.title or "group" in reading.title or reading.namespace == 14:
            continue
        codes = {problem.code for problem in reading.problems}
        assert codes <= {"past-date", "near-miss"}, (reading.title, reading.problems)


def test_offers_and_wants_have_a_long_tail_and_real_gaps(readings: list[PageReading]) -> None:
    profiles = [profile for reading in readings for profile in reading.profiles]
    offered = Counter(offer.capacity for profile in profiles for offer in profile.offers)
    wanted = Counter(want.capacity for profile in profiles for want in profile.wants)
    assert offered.most_common(1)[0][1] > 8 * sorted(offered.values())[len(offered) // 2]
    gaps = [id for id in wanted if id not in offered]
    assert "fundraising" in gaps
    assert 10 <= len(gaps) <= len(wanted) / 2


def test_requests_opt_outs_renames_and_strangers_are_there(
    root: ElementTree.Element, readings: list[PageReading]
) -> None:
    assert sum(len(reading.requests) for reading in readings) >= 30
    texts = {title: _text(revisions[-1], "text") for title, _, revisions in _pages(root)}
    talk = [text for title, text in texts.items() if title.startswith("User talk:")]
    for sign in ("{{nobots}}", "{{bots|deny=all}}", "[[Category:Wikimedians who opt out"):
        assert any(sign in text for text in talk), sign
    assert texts["Capacity Exchange/Opt-out"].count("* [[User:") >= 3
    assert texts["Template:CapEx profile"] == "#REDIRECT [[Template:Capacity Exchange profile]]"
    assert sum(title.endswith("(old name)") for title in texts) >= 10
    for account, _ in BY_OTHERS:
        editors = {
            revision.findtext(f"{SPACE}contributor/{SPACE}username")
            for title, _, revisions in _pages(root)
            if title == f"User:{account}"
            for revision in revisions
        }
        assert editors == {"Sample Helpful Stranger"}


def test_a_larger_movement_is_as_large_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    path.write_bytes(b"".join(generate(people=1000)))
    found = ElementTree.parse(path).getroot()
    profiles = sum(
        "apEx profile" in _text(r[-1], "text") or "xchange" in _text(r[-1], "text")
        for _, _, r in _pages(found)
    )
    assert profiles >= 1000
