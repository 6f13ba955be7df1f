"""Countries, regions, emerging communities and affiliates."""

import pytest

from exchange.languages import all_codes
from exchange.model import Kind
from exchange.places import (
    affiliate,
    affiliates,
    countries,
    country,
    country_name,
    emerging,
    members,
    region,
    region_name,
    region_of,
    regions,
    small_or_to_be,
)

COUNTRIES = [
    ("NG", "NG"),
    ("ng", "NG"),
    ("NGA", "NG"),
    ("nga", "RU"),  # Vietnamese for Russia; the ISO code is written in capitals.
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
    assert country(text) == code


@pytest.mark.parametrize("text", ["", "Atlantis", "XX", "EU", "Kongo", "Africa", "N" * 300])
def test_what_is_no_country_or_two_is_none(text: str) -> None:
    assert country(text) is None


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
        (code, country_name(code, language), country(country_name(code, language)))
        for code in countries()
        if country(country_name(code, language)) != code
    }
    assert not wrong


def test_no_language_is_without_country_names() -> None:
    assert all(country_name("NG", language) != "NG" for language in all_codes())
    assert country_name("NG", "dag") == "Nigeria"
    assert country_name("NG", "no such language") == "Nigeria"


def test_every_country_is_in_one_of_eight_regions() -> None:
    assert [row.id for row in regions()] == [
        *("SSA", "NWE", "ESEAP", "LAC", "CEECA", "SA", "MENA", "NA")
    ]
    listed = [code for row in regions() for code in row.countries]
    assert len(listed) == len(set(listed)) == len(countries()) == 243
    assert all(region_of(code) == row.id for row in regions() for code in row.countries)
    assert region_of(None) is None
    assert members("CEECA")[0] == "AL"


def test_every_name_of_a_region_is_understood() -> None:
    for row in regions():
        for name in (row.id, row.id.lower(), *row.names.values(), *row.aliases):
            assert region(name) == row.id
    assert region("Middle East and North Africa") == "MENA"
    assert region("Moon") is None


def test_every_region_has_a_name_in_the_interface_languages() -> None:
    for language in ("en", "de", "fr", "es", "pt", "ar", "yo"):
        names = {region_name(row.id, language) for row in regions()}
        assert len(names) == 8
        assert not names & {row.id for row in regions()}


def test_emerging_communities_are_those_of_the_list() -> None:
    assert emerging("NG")
    assert emerging("in")
    assert not emerging("DE")
    assert not emerging()


def test_a_region_is_emerging_where_most_of_it_is() -> None:
    shown = {row.id for row in regions() if emerging(region=row.id)}
    assert shown == {"SSA", "ESEAP", "LAC", "SA", "MENA"}
    assert not emerging("JP", "ESEAP")


def test_affiliates_are_found_by_name_and_acronym() -> None:
    found = affiliate("Yoruba Wikimedians")
    assert found is not None
    assert found.kind is Kind.USER_GROUP
    assert affiliate("the Yorùbá Wikimedians User Group") == found
    assert affiliate("NGA-YO") == found
    assert affiliate("WMDE") == affiliate("wikimedia deutschland") == affiliate("Wikimedia Germany")
    assert affiliate("DE") is None
    assert affiliate("Sample User Group") is None


def test_every_affiliate_has_an_id_of_its_own_and_is_found() -> None:
    rows = affiliates()
    assert len({row.id for row in rows}) == len(rows) == 186
    assert [row.name for row in rows if affiliate(row.name) != row] == []


def test_user_groups_and_groups_to_be_are_small() -> None:
    small = {kind for kind in Kind if small_or_to_be(kind)}
    assert small == {Kind.USER_GROUP, Kind.INFORMAL_GROUP, Kind.AFFILIATE_TO_BE}
