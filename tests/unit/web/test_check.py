"""What /check and its API say of texts and pages: cases in check.toml, and pages that were read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from exchange.model import Language, Offer, Problem, Profile, Reason
from exchange.profiles.document import PageReading, ProfileTemplate, RequestTemplate
from exchange.store import Store
from exchange.store.pages import PageProblem, PageRecord
from exchange.store.runs import INDEX_VERSION
from tests.unit.search.movement import NOW
from tests.unit.web.site import app_over
from tests.unit.web.test_pages import text_of

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "check.toml").read_text(encoding="utf-8")
)["case"]
WHY = {
    "talk": "it is a talk page",
    "namespace": "are not searched",
    "draft": "it is a sandbox, a draft or documentation",
    "archive": "it is an archive",
    "translation": "it is a translation of",
}
GOOD = "Everything was understood."


def asked(client: FlaskClient, **question: str) -> dict[str, Any]:
    """What the API says, in the few words of the cases."""
    answer = client.get("/api/v1/check", query_string=question)
    assert answer.status_code == 200, answer.text
    said = answer.get_json()
    assert said.pop("licence") == "CC-BY-SA-4.0"
    assert bool(said.pop("history")) == bool(said["page"])
    said["languages"] = [f"{one['code']}-{one['level']}" for one in said["languages"]]
    said["problems"] = [one["code"] for one in said["problems"]]
    said["omissions"] = [
        f"{one['reason']} {one['parameter']}: {one['text']}" for one in said["omissions"]
    ]
    return {name: value for name, value in said.items() if value}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_page_and_api_say_what_the_case_says(client: FlaskClient, case: dict[str, Any]) -> None:
    case = dict(case)
    case.pop("name")
    text, page = case.pop("text"), case.get("page", "")
    said = asked(client, text=text, page=page)
    if "templates" not in case:
        said.pop("templates", None)
    assert said == case
    seen = text_of(client.post("/check", data={"text": text, "page": page}).text)
    assert (GOOD in seen) == case.get("understood", False)
    assert ("What could not be understood" in seen) == bool(case.get("problems"))
    for reason, words in WHY.items():
        assert (words in seen) == (case.get("aside") == reason)
    assert ("Understood, but left out" in seen) == bool(case.get("omissions"))
    if "languages" in case:
        assert "from the Babel box" in seen
    if "babel_unread" in case:
        assert f"If there is a Babel box on {case['babel_unread']}" in seen


# --- pages that the bot has read ---

EN = (Language("en", 3),)
OFFERS = ProfileTemplate(given=("offers",), offers=(Offer("wikidata", "Wikidata"),))


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A tool over a wiki on which profiles stand where they count and where they do not."""
    path = tmp_path_factory.mktemp("check") / "one.db"
    store = Store.open(f"sqlite:///{path}")
    group = PageReading(
        title="Wikimedia Togo", namespace=0, profiles=(OFFERS,), babel=EN, translatable=True
    )
    below = PageReading(
        title="User:Ada/Capacity Exchange", profiles=(OFFERS,), user_babel=(Language("yo", 6),)
    )
    asks = PageReading(
        title="Wikimedia Togo/Request", namespace=0, requests=(RequestTemplate(contacts=("Ada",)),)
    )
    lacking = PageReading(title="User:Cy/Profile", profiles=(OFFERS,))
    pages = [
        (1, below, "user:1", "Ada"),
        (2, PageReading(title="User:Ada/sandbox"), "", "Ada"),
        (3, group, "page:3", "Ada"),
        (4, PageReading(title="Wikimedia Togo/fr", namespace=0), "", "FuzzyBot"),
        (5, asks, "page:3", "Ada"),
        (6, lacking, "user:6", "Cy"),
        (7, PageReading(title="User:Hidden/Profile", profiles=(OFFERS,)), "user:7", "Hidden"),
    ]
    with store.transaction():
        store.pages.save(
            PageRecord(
                id=id,
                title=reading.title,
                namespace=reading.namespace,
                revision=id,
                editor=editor,
                party=party,
                agreed=(1,),
                reading=reading.to_json(),
            )
            for id, reading, party, editor in pages
        )
        store.profiles.save_many(
            [
                Profile("user:1", "Ada", page="User:Ada/Capacity Exchange", offers=OFFERS.offers),
                Profile("page:3", "Wikimedia Togo", page="Wikimedia Togo", offers=OFFERS.offers),
                Profile("user:6", "Cy", page="User:Cy/Profile", offers=OFFERS.offers),
            ]
        )
        store.profiles.save_many(
            [Profile("user:7", "Hidden", page="User:Hidden/Profile")],
            states={"user:7": Reason.USER_HIDDEN},
        )
        none = Problem("no-languages", "languages")
        store.problems.replace({6: [PageProblem(6, "User:Cy/Profile", none, "user:6")]})
        store.metadata.set(INDEX_VERSION, "one", at=NOW)
    store.close()
    return app_over(path).test_client()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            "User:Ada/Capacity Exchange",
            {"profile": "user:1", "languages": ["yo-6"], "babel_page": "User:Ada"}
            | {"understood": True},
        ),
        ("User:Ada/sandbox", {"aside": "draft"}),
        ("Wikimedia Togo", {"profile": "page:3", "languages": ["en-3"], "understood": True}),
        ("Wikimedia Togo/fr", {"aside": "translation", "translates": "Wikimedia Togo"}),
        ("Wikimedia Togo/Request", {"profile": "page:3", "understood": True}),
        ("User:Cy/Profile", {"profile": "user:6", "problems": ["no-languages"]}),
    ],
)
def test_of_a_page_that_was_read_it_is_said_for_whom_it_counts_or_why_not(
    harvested: FlaskClient, page: str, said: dict[str, Any]
) -> None:
    found = asked(harvested, page=page)
    found.pop("templates", None)
    assert found == said | {"page": page}
    seen = text_of(harvested.get("/check", query_string={"page": page}).text)
    names = {"user:1": "Ada", "page:3": "Wikimedia Togo", "user:6": "Cy"}
    if "profile" in said:
        assert f"{page} counts for {names[said['profile']]}" in seen
    else:
        assert f"Nothing on {page} counts" in seen
    assert (GOOD in seen) == said.get("understood", False)


def test_the_languages_of_the_user_page_count_in_a_text_that_is_to_stand_below_it(
    harvested: FlaskClient,
) -> None:
    text = "{{Capacity Exchange profile|offers=Lua}}"
    said = asked(harvested, page="User:Ada/Capacity Exchange", text=text)
    assert (said["languages"], said["babel_page"]) == (["yo-6"], "User:Ada")
    assert said["understood"]
    known = asked(harvested, page="User:Cy/Profile", text=text)
    assert known["problems"] == ["no-languages"], "its user page was read and has no Babel box"


def test_the_title_may_be_written_as_people_do(harvested: FlaskClient) -> None:
    for title in ("User:Ada/Capacity_Exchange", " user:ada/Capacity  Exchange "):
        assert asked(harvested, page=title)["profile"] == "user:1"


def test_nobody_sees_what_a_hidden_account_wrote(harvested: FlaskClient) -> None:
    assert harvested.get("/api/v1/check?page=User:Hidden/Profile").status_code == 404


def test_a_question_about_nothing_is_told_what_is_needed(client: FlaskClient) -> None:
    answer = client.get("/api/v1/check?text=%20")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == "page"
    assert client.get("/api/v1/check?page=Nobody").status_code == 404


def test_a_name_of_two_countries_is_told_with_both(client: FlaskClient) -> None:
    text = "{{Capacity Exchange profile|offers=Lua|languages=en|country=Congo}}"
    seen = text_of(client.post("/check", data={"text": text}).text)
    assert "CD (Congo - Kinshasa), CG (Congo - Brazzaville)" in seen
