"""The committed directory, and what it answers."""

import json

import pytest

from exchange.directory import Directory, check, extend, load
from exchange.directory.directory import name_key, names_of
from exchange.model import Capacity

INTERFACE = ("en", "de", "fr", "es", "pt", "ar")


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load()


RESOLVED = [
    ("Wikidata", "wikidata"),
    ("wikidata-query-service", "wikidata-query-service"),
    ("Grant_Proposal", "grant-proposal"),
    ("Q11024", "communication"),
    ("comunicação", "communication"),
    ("Comunicación", "communication"),
    ("التواصل", "communication"),
    ("संगठनात्मक संरचना", "organizational-structure"),
    ("組織結構", "organizational-structure"),
    ("ìtumọ̀ èdè", "translation"),
    ("SPARQL", "wikidata-query-service"),
    ("Privacy, Security & GDPR", "privacy-and-security"),
    ("privacy,security &amp; gdpr", "privacy-and-security"),
    ("Ｐrivacy，Security & GDPR", "privacy-and-security"),
    ("Advocacy, Policy & Lobbying", "advocacy"),
    ("Gadgets, user scripts, AbuseFilter", "wikimedia-gadget"),
    ("Organising Events", "event-management"),
]
UNKNOWN = ["", " ", ",", "Wikidta", "queries", "Q1", "Wikidata Commons", "unlisted:wikidata", "&"]


@pytest.mark.parametrize(("text", "id"), RESOLVED)
def test_a_name_in_any_language_is_found(directory: Directory, text: str, id: str) -> None:
    assert directory.resolve(text) == id


@pytest.mark.parametrize("text", UNKNOWN)
def test_nothing_is_found_by_similarity(directory: Directory, text: str) -> None:
    assert directory.resolve(text) is None


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Wikidta", "wikidata"),
        ("translatoin", "translation"),
        ("fundrasing", "fundraising"),
        ("comunicaçao", "communication"),
        ("Wikidata querry service", "wikidata-query-service"),
    ],
)
def test_a_near_miss_gets_a_hint(directory: Directory, text: str, id: str) -> None:
    assert directory.resolve(text) is None
    assert directory.suggest(text) == id


@pytest.mark.parametrize("text", ["", "tea", "sign language on video", "x" * 100_000, "日本"])
def test_a_far_miss_gets_no_hint(directory: Directory, text: str) -> None:
    assert directory.suggest(text) is None


def test_every_name_of_every_capacity_leads_back_to_it(directory: Directory) -> None:
    for capacity in directory:
        for name in (*names_of(capacity), capacity.id, capacity.wikidata or capacity.id):
            assert directory.resolve(name) == capacity.id, name


def test_a_name_with_commas_wins_before_a_comma_splits(directory: Directory) -> None:
    text = "Privacy, Security & GDPR, Lua; tea"
    assert directory.match_prefix(text) == ("privacy-and-security", 24)
    assert directory.match_prefix(text, 25) == ("lua", 29)
    assert directory.match_prefix(text, 30) is None
    assert directory.match_prefix("tea, " * 10_000) is None


def test_broader_ones_come_nearest_first(directory: Directory) -> None:
    assert directory.broader("proofreading") == (
        "wikipedia-editing",
        "wikipedia",
        "wikimedia-project",
        "technology",
    )
    assert directory.broader("technology") == ()
    assert "wikipedia" in directory.narrower("wikimedia-project")
    assert "proofreading" in directory.descendants("technology")
    assert "technology" in directory.roots


def test_each_capacity_is_below_exactly_one_root(directory: Directory) -> None:
    below = [id for root in directory.roots for id in (root, *directory.descendants(root))]
    assert sorted(below) == sorted(directory.capacities)
    assert list(directory.capacities) == below


def test_names_fall_back_along_the_languages(directory: Directory) -> None:
    assert directory.label("communication", "de-formal") == ("Kommunikation", "de")
    assert directory.label("lua", "arz") == ("لوا", "ar")
    assert directory.label("hotcat", "bs") == ("HotCat", "en")
    assert directory.name("unlisted:drone photography", "fr") == "drone photography"
    assert directory.name("no-such-id") == "no-such-id"


@pytest.mark.parametrize("language", INTERFACE)
def test_every_capacity_has_a_name_in_the_interface_languages(
    directory: Directory, language: str
) -> None:
    missing = {c.id for c in directory if language not in c.names}
    # Tools go by their own name where a script has no other.
    assert missing <= set(directory.descendants("wikimedia-tools"))


@pytest.mark.parametrize("language", INTERFACE)
def test_every_capacity_is_described_in_the_interface_languages(
    directory: Directory, language: str
) -> None:
    assert [c.id for c in directory if language not in c.descriptions] == []


def test_the_committed_directory_is_valid() -> None:
    assert check() == ()


def test_facts_are_all_there(directory: Directory) -> None:
    assert len(directory) >= 205
    assert {c.id: c.wikidata for c in directory if c.wikidata} == {
        "organizational-structure": "Q759524",
        "communication": "Q11024",
        "learning-and-evaluation": "Q60231731",
        "community-health": "Q28837578",
        "social-skill": "Q1413287",
        "strategic-management-process": "Q30673599",
        "technology": "Q11016",
    }


PILOT = """Wikipedia Editing; Wikimedia Commons; Wikidata; MediaWiki+ setups; Organising Events
Starting an affiliate; Project Management; HR Management; Financial Management
Organisational Development; Fundraising; Governance; Legal; Partnerships; Ethics
Conflict Resolution; Diversity, Equity & Inclusion; Privacy, Security & GDPR
Advocacy, Policy & Lobbying; PR and Branding; Facilitation; Volunteer program management
Event Management; Evaluation; Translation; Simultaneous Interpretation; Proofreading; Research
Legal Review; PR & Communications; Proposal Writing; Web Design; Software Development
Office Management; Train the Trainer; Storytelling skills; Lua scripting; CentralNotice
OTRS handling; Templates; Bots; Community organizer; Programming experience"""


# What people in the movement asked for and missed, as they wrote it.
MISSED = """photography; video; copyright; Creative Commons; licences; Python; libraries; museums
women; gender gap; newcomers; vandalism; patrolling; Content Translation; translatewiki.net; OTRS
VRT; accessibility; OER; Wiki Loves Monuments; UCoC; structured data; SDC; AI; OpenStreetMap
hackathon; oral history; Wikimedian in residence; Kiwix; Toolforge; Phabricator; data analysis
infobox; webinars; SVG; podcasts; Indigenous languages; reliable sources; WikiProject; JavaScript
Urheberrecht; fotografía; vandalisme; mulheres; bibliothèques; Barrierefreiheit"""


@pytest.mark.parametrize("name", MISSED.replace("\n", "; ").split("; "))
def test_what_people_missed_is_there(directory: Directory, name: str) -> None:
    assert directory.resolve(name) is not None


@pytest.mark.parametrize("name", ["WMDE", "CEE", "ESEAP", "Wikimedia Deutschland"])
def test_places_and_affiliates_are_no_capacities(directory: Directory, name: str) -> None:
    assert directory.resolve(name) is None


@pytest.mark.parametrize("name", PILOT.replace("\n", "; ").split("; "))
def test_older_vocabularies_are_understood(directory: Directory, name: str) -> None:
    assert directory.resolve(name) is not None


def test_the_digest_changes_with_the_content_only(directory: Directory) -> None:
    assert directory.digest == load().digest
    more = extend(directory, json.dumps({"capacities": [{"id": "tea", "names": {"en": "tea"}}]}))
    assert more.digest != directory.digest
    assert Directory(reversed(list(directory)), shared=directory.shared).digest == directory.digest


def test_a_capacity_that_nobody_listed_keeps_its_name(directory: Directory) -> None:
    assert directory.identify("Drone–Photography") == "unlisted:drone photography"
    assert directory.identify("Lua") == "lua"


def test_names_shared_by_two_languages_mean_what_the_directory_says() -> None:
    two = [
        Capacity("training", names={"en": "training", "fr": "formation"}),
        Capacity("education", names={"en": "education", "xx": "formation"}),
    ]
    assert Directory(two).resolve("formation") is None
    assert (
        Directory(two, shared={name_key("formation"): "training"}).resolve("Formation")
        == "training"
    )


COMPLETE = """am ar az bg bn ca cs cy da de el en es et eu fa fi fr ga gl ha he hi hr hu hy id ig it ja ka ko lt lv
mk ml ms nb nl pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi yo zh-hans zh-hant"""


@pytest.mark.parametrize("language", COMPLETE.split())
def test_nearly_every_capacity_has_a_name_in_the_languages_of_the_movement(
    directory: Directory, language: str
) -> None:
    named = sum(language in capacity.names for capacity in directory)
    assert named >= 0.95 * len(directory)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("едитатон", "edit-a-thon"),
        ("エディタソン", "edit-a-thon"),
        ("виртуальные выставки", None),
        ("Skrivestue", "edit-a-thon"),
        ("бібліотеки", "libraries"),
        ("ویکی‌داده", "wikidata"),
        ("விக்கித்தரவு", "wikidata"),
        ("साँचा", "templates"),
        ("틀", "templates"),
        ("维基数据查询服务", "wikidata-query-service"),
        ("ויקינתונים", "wikidata"),
        ("prawa autorskie", "copyright-and-licences"),
        ("nhiếp ảnh", "photography"),
    ],
)
def test_the_movement_s_own_words_are_known(
    directory: Directory, text: str, id: str | None
) -> None:
    assert directory.resolve(text) == id
