"""Several readings of one party become one profile."""

from __future__ import annotations

from datetime import UTC, date, datetime

from exchange.model import Frequency, Kind, Language, Profile
from exchange.profiles.document import PageReading, ProfileTemplate
from exchange.profiles.merge import merge_readings
from exchange.profiles.parser import read_page
from exchange.profiles.writer import to_parameters
from tests.unit.profiles.strategies import DIRECTORY, NAMES, TODAY

PROFILE = "Capacity Exchange profile"


def reading(text: str, title: str = "User:Ada", namespace: int = 2, number: int = 1) -> PageReading:
    return read_page(
        text,
        names=NAMES,
        directory=DIRECTORY,
        today=TODAY,
        title=title,
        namespace=namespace,
        page_id=number,
        revision=number * 10,
        edited=datetime(2026, 11, number, tzinfo=UTC),
    )


def person(*readings: PageReading) -> Profile:
    return merge_readings(key="user:7", name="Ada", readings=readings)[0]


def test_one_page_gives_its_own_values_and_facts() -> None:
    profile = person(reading(f"{{{{{PROFILE}|offers=Wikidata|seats=4|notify=monthly}}}}"))
    assert profile.key == "user:7"
    assert profile.contacts == ("Ada",)
    assert (profile.page, profile.page_id, profile.revision) == ("User:Ada", 1, 10)
    assert profile.edited == datetime(2026, 11, 1, tzinfo=UTC)
    assert [offer.capacity for offer in profile.offers] == ["wikidata"]
    assert (profile.seats, profile.notify) == (4, Frequency.MONTHLY)


def test_the_newest_explicit_value_wins_and_older_ones_stay_where_it_says_nothing() -> None:
    older = reading(f"{{{{{PROFILE}|offers=Wikidata|seats=4|notify=no}}}}")
    newer = reading(
        f"{{{{{PROFILE}|offers=Lua|country=NG|languages=en}}}}", "User:Ada/Box", number=2
    )
    profile, problems = merge_readings(key="user:7", name="Ada", readings=[older, newer])
    assert [offer.capacity for offer in profile.offers] == ["lua"]
    assert (profile.seats, profile.notify, profile.country) == (4, Frequency.NEVER, "NG")
    assert profile.page == "User:Ada/Box"
    assert [problem.code for problem in problems] == ["several-profiles"]


def test_of_two_profiles_on_one_page_the_last_wins_and_the_page_says_so() -> None:
    page = reading(f"{{{{{PROFILE}|seats=4|country=NG}}}}{{{{{PROFILE}|seats=5}}}}")
    assert (person(page).seats, person(page).country) == (5, "NG")
    assert [problem.code for problem in page.problems] == ["several-profiles"]


def test_requests_become_wants_that_say_where_they_were_asked() -> None:
    page = reading(
        f"{{{{{PROFILE}|wants=Governance, Lua}}}}"
        "{{Capacity Exchange request|want=Governance|until=2027-03-01}}"
    )
    wants = {want.capacity: want for want in person(page).wants}
    assert list(wants) == ["governance", "lua"]
    assert wants["governance"].until == date(2027, 3, 1)
    assert wants["governance"].request == "User:Ada"
    assert wants["lua"].request == ""


def test_a_request_alone_makes_a_profile() -> None:
    profile = person(reading("{{Capacity Exchange request|want=Governance}}"))
    assert [want.capacity for want in profile.wants] == ["governance"]
    assert profile.page == "User:Ada"


def test_languages_come_from_the_parameter_and_else_from_the_newest_babel_box() -> None:
    old = reading("{{#babel:de}}" + f"{{{{{PROFILE}|offers=Lua}}}}")
    new = reading("{{#babel:yo-3}}", "User:Ada/Box", number=2)
    said = reading(f"{{{{{PROFILE}|languages=fr-2}}}}", "User:Ada/Other", number=3)
    assert person(old).languages == (Language("de"),)
    assert person(old, new).languages == (Language("yo", 3),)
    assert person(old, new, said).languages == (Language("fr", 2),)


def test_a_persons_page_with_a_groups_profile_speaks_for_both_apart() -> None:
    page = reading(
        f"{{{{{PROFILE}|offers=Lua}}}}"
        f"{{{{{PROFILE}|kind=user group|contact=User:Bo|offers=Wikidata}}}}"
    )
    group = merge_readings(key="page:1", name="Our group", readings=[page])[0]
    assert [offer.capacity for offer in person(page).offers] == ["lua"]
    assert person(page).kind is Kind.PERSON
    assert [offer.capacity for offer in group.offers] == ["wikidata"]
    assert (group.kind, group.contacts) == (Kind.USER_GROUP, ("Bo",))


def test_a_groups_request_names_its_contacts() -> None:
    page = reading(
        "{{Capacity Exchange request|want=Governance|contact=User:Bo}}", "Project:Ghana", 4
    )
    group = merge_readings(key="page:1", name="Ghana", readings=[page])[0]
    assert (group.kind, group.contacts) == (Kind.INFORMAL_GROUP, ("Bo",))
    assert page.contacts == ("Bo",)
    assert page.is_group


def test_readings_kept_as_json_merge_to_the_same_profile() -> None:
    page = reading(
        f"{{{{{PROFILE}|offers=Wikidata (mentoring; expert)|wants=Lua (until 2027-01-01)}}}}"
        "{{#babel:en-3}}"
    )
    assert person(PageReading.from_json(page.to_json())) == person(page)


def test_where_country_and_region_contradict_the_country_counts() -> None:
    page = reading(f"{{{{{PROFILE}|country=BR|region=SSA}}}}")
    assert (person(page).country, person(page).region) == ("BR", "LAC")
    assert [problem.code for problem in page.problems] == ["region-contradicts"]


def test_nothing_at_all_is_an_empty_profile() -> None:
    assert person() == Profile("user:7", "Ada", contacts=("Ada",))


def test_a_declaration_of_a_profile_leaves_out_defaults_and_requests() -> None:
    page = reading(
        f"{{{{{PROFILE}|offers=Wikidata|seats=2}}}}{{{{Capacity Exchange request|want=Lua}}}}"
    )
    assert to_parameters(ProfileTemplate.of(person(page)), names=NAMES) == {"offers": "* Wikidata"}
