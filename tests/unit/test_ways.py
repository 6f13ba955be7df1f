"""Where unmet wants lead: one to three ways in one order, the same whatever the reason, and never none."""

from __future__ import annotations

import re

import mwparserfromhell
import pytest

from exchange.directory import Directory, load
from exchange.i18n.messages import Localizer, available_languages
from exchange.model import Capacity, Cohort, Resource
from exchange.ways import MOST_WAYS, WayKind, WayOn, WayTitles, way_words, ways_on

LUA = Resource("Lua tutorial", "https://www.mediawiki.org/wiki/Lua/Tutorial", "en")
DIRECTORY = Directory(
    (
        Capacity("tools", names={"en": "tools"}),
        Capacity("lua", "tools", names={"en": "Lua"}, resources=(LUA,)),
        Capacity("lua-tables", "lua", names={"en": "Lua tables"}),
        Capacity("bots", "tools", names={"en": "bots"}),
    )
)
US = Cohort("bots", "fr", members=("user:1", "user:2", "user:3"))
THEM = Cohort("bots", "en", members=("user:4", "user:5", "user:6", "user:7"))


def kinds(capacity: str, *cohorts: Cohort, offered: bool = False, asked: bool = False) -> list[str]:
    found = ways_on(
        capacity, directory=DIRECTORY, is_offered=offered, cohorts=cohorts, is_request=asked
    )
    return [one.kind for one in found[:MOST_WAYS]]


def test_what_is_nearest_to_learning_comes_first_and_three_are_enough() -> None:
    group = Cohort("lua", "en", ("user:1", "user:2"))
    assert kinds("lua", group, offered=True) == ["resource", "cohort", "trainers"]
    assert kinds("lua") == ["resource", "request", "coordinators"]
    assert kinds("bots", asked=True) == ["coordinators", "nearby", "help"]


def test_links_of_what_is_broader_stand_in_where_a_capacity_has_none() -> None:
    first = ways_on("lua-tables", directory=DIRECTORY, is_offered=False)[0]
    assert (first.capacity, first.resources) == ("lua", (LUA,))


def test_a_want_that_the_directory_does_not_know_leads_somewhere_too() -> None:
    assert kinds("unlisted:knitting", asked=True) == ["coordinators", "help"]


@pytest.mark.parametrize(("seeker", "languages", "people"), [
    ("", (), 4),  # anybody's want: the largest
    ("user:1", ("en",), 3),  # one's own before a larger one
    ("user:9", ("fr",), 3),  # one that could be joined
    ("user:9", ("de",), 0),  # none in a language of theirs
])  # fmt: skip
def test_the_cohort_is_ones_own_or_one_in_a_language_of_ones_own(
    seeker: str, languages: tuple[str, ...], people: int
) -> None:
    found = ways_on(
        "bots",
        directory=DIRECTORY,
        is_offered=False,
        cohorts=[US, THEM],
        seeker=seeker,
        languages=languages,
    )
    assert sum(one.people for one in found) == people


@pytest.mark.parametrize(("language", "title"), [
    ("de", "Deutsch"), ("de-at", "Deutsch"), ("fr", "Alle"), ("en", "English"),
])  # fmt: skip
def test_a_reader_gets_the_link_in_their_language_before_the_others(
    language: str, title: str
) -> None:
    links = (
        Resource("English", "https://a.example/en", "en"),
        Resource("Alle", "https://a.example/"),
        Resource("Deutsch", "https://a.example/de", "de"),
    )
    chosen = WayOn(WayKind.RESOURCE, "lua", links).resource(language)
    assert chosen is not None
    assert chosen.title == title


@pytest.mark.parametrize(("url", "linked"), [
    ("https://www.mediawiki.org/wiki/Lua/Tutorial", True),
    ("https://learn.wiki/", True),
    ("https://wikimedia.org.evil.example/", False),
    ("https://video.example/lua", False),
])  # fmt: skip
def test_a_wiki_links_to_no_site_that_it_could_refuse(url: str, linked: bool) -> None:
    way = WayOn(WayKind.RESOURCE, "lua", (Resource("Lua", url),))
    titles = WayTitles()
    link = titles.link(way, "Lua", "en")
    assert (titles.title(way, "en") == "") is linked
    assert (url in link, titles.directory in link) == (linked, not linked)


def test_no_address_changes_the_structure_of_a_page() -> None:
    hostile = "https://meta.wikimedia.org/wiki/A]x[[B]]{{C}}|'''~~~~<b>__NOTOC__\"x"
    link = WayTitles().link(WayOn(WayKind.RESOURCE, "lua", (Resource("x", hostile),)), "x", "en")
    code = mwparserfromhell.parse(link)
    assert not code.filter_wikilinks()
    assert not code.filter_templates()
    assert [str(tag.tag) for tag in code.filter_tags()] == ["span"]
    assert re.findall(r"~~~|__|''", link) == []


def test_every_way_has_words_in_every_language() -> None:
    for code in available_languages():
        wording = Localizer(code)
        for kind in WayKind:
            links = (LUA,) if kind is WayKind.RESOURCE else ()
            words = way_words(WayOn(kind, "lua", links, 1234), wording, DIRECTORY)
            assert not re.search(r"[⧼$]", words), (code, kind)


def test_every_listed_capacity_leads_to_something_to_learn_it_from() -> None:
    directory = load()
    for capacity in directory:
        found = ways_on(capacity.id, directory=directory, is_offered=False)
        first = WayKind.THINGS if directory.is_thing(capacity.id) else WayKind.RESOURCE
        assert found[0].kind is first, capacity.id


def test_a_thing_is_neither_learnt_nor_trained() -> None:
    directory = load()
    us = Cohort("venue", "en", members=("user:1", "user:2", "user:3"))

    def found(thing: str, *, asked: bool) -> list[str]:
        ways = ways_on(thing, directory=directory, is_offered=True, cohorts=[us], is_request=asked)
        return [one.kind for one in ways]

    for thing in directory.things:
        assert found(thing, asked=False) == ["things", "request", "coordinators", "help"]
        assert found(thing, asked=True) == ["things", "coordinators", "help"]
    way = ways_on("venue", directory=directory, is_offered=True)[0]
    assert WayTitles().title(way, "en") == "Capacity Exchange/Reports/things"
