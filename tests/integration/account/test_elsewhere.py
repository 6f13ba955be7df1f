"""What somebody said elsewhere: read from pages of a real MediaWiki, in their form after their click."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from exchange.model import Kind, Profile
from exchange.settings import load
from exchange.store import Store
from exchange.store.pages import PageRecord
from tests.integration.account.conftest import SECRET, Visitor
from tests.support.elsewhere import (
    AFFILIATES,
    CAPACITIES,
    MENTORS,
    PEOPLE,
    affiliates_module,
    capacities_page,
    mentors_page,
    people_page,
    put_pages,
)
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from webtool import create_app

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


@pytest.fixture
def app(
    provider: Provider,
    store: Store,
    clock: list[datetime],
    mediawiki: MediaWiki,
    tmp_path: Path,
) -> Flask:
    """The web tool, for which this wiki is Commons, too."""
    own = tmp_path / "own.toml"
    own.write_text(f'[sources]\nplatform = "{mediawiki.api}"\nseconds = 30\n')
    settings = load(
        {
            "CXC_CONFIG": str(own),
            "CXC_OAUTH_CONSUMER_KEY": provider.consumer_key,
            "CXC_OAUTH_CONSUMER_SECRET": provider.consumer_secret,
            "CXC_OAUTH_WIKI": provider.index,
            "CXC_SECRET": SECRET,
        }
    )
    return create_app(settings, store, now=lambda: clock[0])


def boxes(visitor: Visitor) -> list[dict[str, str]]:
    """What the page that was seen last offers to take over."""
    return [dict(parse_qsl(one)) for one in visitor.fields().get("shown", ())]


@pytest.fixture
def ada(member: Make, mediawiki: MediaWiki) -> Visitor:
    """Somebody who said something everywhere, and has no profile here."""
    one = member("Ada")
    put_pages(
        mediawiki,
        {
            CAPACITIES: capacities_page(),
            PEOPLE: people_page({"Sample Other": "[12]", one.name: "[134, 12, 900]"}),
            MENTORS: mentors_page(
                {"username": "Sample Other", "message": None, "weight": 2},
                {
                    "username": one.name.replace(" ", "_"),
                    "message": "Ask me about anything",
                    "weight": 4,
                    "awayTimestamp": "2027-01-15T10:00:00Z",
                },
            ),
            AFFILIATES: affiliates_module(one.name),
            # A box in a template of one's own, which only the categories tell.
            f"User:{one.name}/Box": "[[Category:User en-3]][[Category:User yo-N]]",
            f"User:{one.name}": f"{{{{User:{one.name}/Box}}}}[[Category:User JavaScript-4]]",
        },
    )
    return one


EVERYTHING = [
    {"offers": "Lua"},
    {"offers": "budgeting"},
    {"offers": "kite building"},
    {"offers": "JavaScript", "level": "4"},
    {"offers": "mentorship", "note": "Ask me about anything"},
    {"seats": "4"},
    {"away": "2027-01-15"},
    {"affiliations": "Wikimedians of Lagos"},
]


def test_each_source_is_named_and_linked_and_says_what_it_knows(
    ada: Visitor, mediawiki: MediaWiki, provider: Provider
) -> None:
    page = ada.get("/me/profile")
    assert page.status_code == 200
    assert [{k: v.lower() for k, v in one.items()} for one in boxes(ada)] == [
        {k: v.lower() for k, v in one.items()} for one in EVERYTHING
    ]
    for name, address in (
        ("Capacity Exchange platform (table on Commons)", f"{mediawiki.server}/index.php?title="),
        ("Categories of your user page", provider.index),
        ("Mentors of newcomers", provider.index),
        ("List of affiliates", provider.index),
    ):
        assert f">{name}</a>" in page.text
        assert f'href="{address}' in page.text
    # The categories gave the languages, too: they stand in the form, with where from.
    assert "Taken from the categories of your user page." in page.text
    assert ada.fields()["languages-0-code"] == ["English"]
    assert ada.fields()["languages-1-level"] == ["6"]
    # Nothing else is in the form.
    assert ada.fields()["offers-0-capacity"] == [""]
    assert ada.fields()["affiliations"] == [""]
    assert "said" not in ada.fields()


def test_all_of_it_is_taken_over_by_one_click_and_saved_by_another(
    ada: Visitor, mediawiki: MediaWiki
) -> None:
    ada.get("/me/profile")
    preview = ada.post("/me/profile", ada.fields() | {"step": ["take"]})
    assert preview.status_code == 200
    assert "Ask me about anything" in preview.text
    assert "shown" not in ada.fields()
    assert ada.post("/me/profile", ada.fields() | {"step": ["save"]}).status_code == 200
    text = mediawiki.page(f"User:{ada.name}/Capacity Exchange") or ""
    for words in (
        "* budgeting",
        "* kite building",
        "| languages = en-3, yo-N",
        "| affiliations = Wikimedians of Lagos",
        "| seats = 4",
        "| away until = 2027-01-15",
        "Ask me about anything",
    ):
        assert words in text, text
    # And then there is nothing left to be taken over.
    ada.get("/me/profile")
    assert boxes(ada) == []
    assert "You already said elsewhere" not in (ada.last.text if ada.last else "")


def test_only_what_is_ticked_is_taken_over(ada: Visitor) -> None:
    ada.get("/me/profile")
    fields = ada.fields() | {"offers-0-capacity": ["Wikidata"]}
    lua = next(one for one in fields["shown"] if "Lua" in one)
    form = ada.post("/me/profile", fields | {"said": [lua], "step": ["form"]})
    assert form.status_code == 200
    assert [ada.fields()[f"offers-{at}-capacity"][0] for at in (0, 1)] == ["Wikidata", "Lua"]
    assert [{k: v.lower() for k, v in one.items()} for one in boxes(ada)] == [
        {k: v.lower() for k, v in one.items()} for one in EVERYTHING[1:]
    ]
    # What has a form of its own already is not added a second time.
    again = ada.post("/me/profile", ada.fields() | {"said": [lua], "step": ["preview"]})
    assert again.text.count("* Lua") == 1
    assert "budgeting" not in again.text


def test_without_a_tick_nothing_is_taken_over(ada: Visitor) -> None:
    ada.get("/me/profile")
    fields = ada.fields() | {"offers-0-capacity": ["Wikidata"], "step": ["preview"]}
    preview = ada.post("/me/profile", fields).text
    for words in ("Lua", "budgeting", "mentorship", "Lagos"):
        assert words not in preview


def test_somebody_else_is_offered_nothing_of_it(ada: Visitor, member: Make) -> None:
    eve = member("Eve")
    eve.get("/me/profile")
    assert boxes(eve) == []
    assert ada.name not in (eve.last.text if eve.last else "")


def test_who_has_a_profile_is_offered_what_it_lacks(ada: Visitor, mediawiki: MediaWiki) -> None:
    mediawiki.edit(
        ada.name,
        f"User:{ada.name}/Capacity Exchange",
        "{{Capacity Exchange profile|offers=Lua; kite building|languages=en|seats=1}}",
    )
    ada.get("/me/profile")
    told = [next(iter(one.items())) for one in boxes(ada)]
    assert ("offers", "Lua") not in told
    assert ("offers", "kite building") not in told
    assert ("languages", "yo") in told  # and not English again
    assert ("languages", "en") not in told
    assert not [one for one in told if one[0] == "seats"]  # their own word counts


def test_a_contact_finds_what_the_list_says_of_their_group(
    ada: Visitor, member: Make, mediawiki: MediaWiki, store: Store, fresh: Callable[[str], str]
) -> None:
    title = fresh("Project:Wikimedians of Kano")
    mediawiki.edit("Admin", AFFILIATES, affiliates_module(ada.name, title.partition(":")[2]))
    mediawiki.edit("Admin", title, "{{Capacity Exchange profile|kind=informal group|offers=Lua}}")
    found = mediawiki.call(action="query", titles=title)["query"]["pages"][0]
    page, id = found["title"], found["pageid"]
    group = Profile(f"page:{id}", page, Kind.INFORMAL_GROUP, page=page, page_id=id)
    store.profiles.save_many([group])
    eve = member("Eve")
    agreed = tuple(one.provider.accounts[one.name].id for one in (ada, eve))
    store.pages.save([PageRecord(id, page, 4, 1, party=group.key, agreed=agreed)])
    for one in (ada, eve):
        one.get(f"/me/profile?of={group.key}")
    assert boxes(eve) == []  # The list does not name her.
    assert boxes(ada) == [
        {"kind": "user-group"},
        {"region": "SSA"},
        {"contacts": "Somebody Else"},
        {"contacts": ada.name},
    ]
    path = f"/me/profile?of={group.key}"
    preview = ada.post(path, ada.fields() | {"step": ["take"]})
    assert f"Somebody Else, {ada.name}" in preview.text
    assert ada.post(path, ada.fields() | {"step": ["save"]}).status_code == 200
    assert "kind=user group" in (mediawiki.page(page) or "")


@pytest.mark.parametrize("broken", ["", "{", '{"Mentors": 5}', "return os.exit()", "[" * 5000])
def test_a_page_that_cannot_be_read_costs_nothing_else(
    ada: Visitor, mediawiki: MediaWiki, broken: str
) -> None:
    text = broken or json.dumps([1])
    mediawiki.edit("Admin", PEOPLE, text)
    mediawiki.edit("Admin", CAPACITIES, text)
    assert ada.get("/me/profile").status_code == 200
    assert [one for one in boxes(ada) if "seats" in one] == [{"seats": "4"}]
