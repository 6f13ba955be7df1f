"""Countries, regions, emerging communities and affiliates."""

import pytest

from exchange.geography import (
    all_countries,
    all_regions,
    country_name,
    find_ambiguous,
    find_country,
    find_region,
    is_emerging_community,
    is_small_affiliate,
    region_countries,
    region_name,
    region_of,
)
from exchange.i18n.messages import available_languages
from exchange.languages import all_codes
from exchange.model import Kind

COUNTRIES = [
    ("NG", "NG"),
    ("ng", "NG"),
    ("NGA", "NG"),
    ("nga", "NG"),
    ("Nga", "RU"),  # Vietnamese for Russia; the ISO code is written in capitals.
    ("Nigeria", "NG"),
    ("Nàìjíríà", "NG"),
    ("نيجيريا", "NG"),
    ("Deutschland", "DE"),
    ("ALLEMAGNE", "DE"),
    ("ドイツ", "DE"),
    ("Côte d’Ivoire", "CI"),
    ("Ivory Coast", "CI"),
    ("the Gambia", "GM"),
    ("UK", "GB"),
    ("U.S.A.", "US"),
    ("México", "MX"),
    ("Türkiye", "TR"),
    ("中国", "CN"),
    ("Kosovo", "XK"),
    ("Guinea-Bissau", "GW"),
    ("DRC", "CD"),
]


@pytest.mark.parametrize(("text", "code"), COUNTRIES)
def test_a_country_is_found_by_any_common_name(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize("text", ["", "Atlantis", "XX", "EU", "Kongo", "Africa", "N" * 300])
def test_what_is_no_country_or_two_is_none(text: str) -> None:
    assert find_country(text) is None


@pytest.mark.parametrize(
    "language",
    [
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "pt-br",
        "ar",
        "yo",
        "ru",
        "zh-hans",
        "zh-hant",
        "ja",
        "hi",
        "sw",
    ],
)
def test_every_name_that_we_show_is_understood(language: str) -> None:
    wrong = {
        (code, country_name(code, language), find_country(country_name(code, language)))
        for code in all_countries()
        if find_country(country_name(code, language)) != code
        and code not in find_ambiguous(country_name(code, language))
    }
    assert not wrong


@pytest.mark.parametrize("name", ["Congo", "the Congo", "Korea", "Virgin Islands", "Конго", "刚果"])
def test_a_name_of_two_countries_is_neither_and_both_are_named(name: str) -> None:
    assert find_country(name) is None
    assert len(find_ambiguous(name)) == 2
    assert find_country("Congo-Kinshasa") == "CD"
    assert find_country("République du Congo") == "CG"


def test_no_language_is_without_country_names() -> None:
    assert all(country_name("NG", language) != "NG" for language in all_codes())
    assert country_name("NG", "dag") == "Nigeria"
    assert country_name("NG", "no such language") == "Nigeria"


def test_every_country_is_in_one_of_eight_regions() -> None:
    assert [row.id for row in all_regions()] == [
        *("SSA", "NWE", "ESEAP", "LAC", "CEECA", "SA", "MENA", "NA")
    ]
    listed = [code for row in all_regions() for code in row.countries]
    assert len(listed) == len(set(listed)) == len(all_countries()) == 243
    assert all(region_of(code) == row.id for row in all_regions() for code in row.countries)
    assert region_of(None) is None
    assert region_countries("CEECA")[0] == "AL"


def test_every_name_of_a_region_is_understood() -> None:
    for row in all_regions():
        for name in (row.id, row.id.lower(), *row.names.values(), *row.aliases):
            assert find_region(name) == row.id
    assert find_region("Middle East and North Africa") == "MENA"
    assert find_region("Moon") is None


def test_every_region_has_a_name_in_the_interface_languages() -> None:
    for language in available_languages("web"):
        names = {region_name(row.id, language) for row in all_regions()}
        assert len(names) == 8
        assert not names & {row.id for row in all_regions()}


def test_emerging_communities_are_those_of_the_list() -> None:
    assert is_emerging_community("NG")
    assert is_emerging_community("in")
    assert not is_emerging_community("DE")
    assert not is_emerging_community()


def test_a_region_is_emerging_where_most_of_it_is() -> None:
    shown = {row.id for row in all_regions() if is_emerging_community(region=row.id)}
    assert shown == {"SSA", "ESEAP", "LAC", "SA", "MENA"}
    assert not is_emerging_community("JP", "ESEAP")


def test_user_groups_and_groups_to_be_are_small() -> None:
    small = {kind for kind in Kind if is_small_affiliate(kind)}
    assert small == {Kind.USER_GROUP, Kind.INFORMAL_GROUP, Kind.AFFILIATE_TO_BE}
