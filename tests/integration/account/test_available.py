"""Still there? One click in the tool, or a login, is an answer; until then it says who is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from exchange.model import Kind, Profile, Sent
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.store.pages import PageRecord
from exchange.store.personal_data import collect_rows
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import key_of

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
ID = "0123456789abcdef"
AWAY = "Away: two questions whether they are still available stayed unanswered"
BUTTON = "I am available"


@pytest.fixture
def ada(member: Make, store: Store, clock: list[datetime]) -> Visitor:
    """Somebody with a profile, and a group, who did not answer two questions."""
    ada = member("Ada")
    number = ada.provider.accounts[ada.name].id
    today = clock[0].date()
    own = Profile(key_of(ada), ada.name, page=f"User:{ada.name}", edited=clock[0])
    group = replace(own, key="page:9", name="A group", kind=Kind.USER_GROUP, page="A group")
    store.profiles.save_many([own, group])
    store.pages.save([PageRecord(9, "A group", 0, 1, party=group.key, agreed=(number,))])
    twice = (today - timedelta(days=180), today)
    store.signs_of_life.set_unanswered({own.key: twice, group.key: twice}, at=clock[0])
    row = Notice(ID, own.key, number, ada.name, "2026-W48/available", clock[0])
    store.notices.open(row)
    store.notices.close(ID, Sent(5, f"User talk:{ada.name}"), at=clock[0])
    return ada


def shown_away(who: Visitor) -> list[bool]:
    """Whether the tool shows the person, and the group, as away."""
    pages = (f"/people/{who.name.replace(' ', '_')}", "/groups/A_group", "/search")
    texts = [who.get(page).text for page in pages]
    assert texts[2].count(AWAY) == sum(AWAY in text for text in texts[:2]), "cards say the same"
    return [AWAY in text for text in texts[:2]]


def test_a_notices_link_brings_back_in_one_click(ada: Visitor, store: Store) -> None:
    assert shown_away(ada) == [True, True]
    page = ada.get(f"/answer/{ID}/yes").text
    assert page.count('value="give"') == 1
    assert BUTTON in page
    assert shown_away(ada) == [True, True], "looking writes nothing"
    assert ada.post(f"/answer/{ID}/yes", {}).status_code == 302
    assert "you are available" in ada.get(f"/answer/{ID}/yes").text
    assert shown_away(ada) == [False, False]
    assert store.signs_of_life.unanswered() == {}


def test_a_stop_to_the_question_is_a_stop(ada: Visitor, store: Store) -> None:
    ada.post(f"/answer/{ID}/stop", {})
    assert store.preferences.of(key_of(ada))["stop"] == "yes"
    for word in ("no", "nonsense"):
        assert ada.get(f"/answer/{ID}/{word}").status_code == 404


def test_my_matches_ask_as_long_as_a_question_is_open(ada: Visitor) -> None:
    assert ada.get("/me").text.count(BUTTON) == 1
    assert ada.post("/me/available", {}, forged=True).status_code == 400
    assert shown_away(ada) == [True, True]
    assert ada.post("/me/available", {}).status_code == 302
    assert shown_away(ada) == [False, False]
    assert BUTTON not in ada.get("/me").text


def test_a_login_brings_back_and_is_kept_as_a_day_that_can_be_seen_and_erased(
    ada: Visitor, visitor: Callable[[], Visitor], store: Store, clock: list[datetime]
) -> None:
    assert shown_away(ada) == [True, True]
    clock[0] += timedelta(days=1)
    visitor().login(ada.name)
    assert shown_away(ada) == [False, False]
    assert store.preferences.of(key_of(ada))["seen"] == clock[0].date().isoformat()
    assert "Last answer or login" in ada.get("/me/known").text
    number = ada.provider.accounts[ada.name].id
    rows = collect_rows(store.database, number)["preference"]
    assert [row["name"] for row in rows] == ["seen"]
    ada.post("/me/forget", {"sure": "yes"})
    assert store.preferences.all("seen") == {}


def test_of_whoever_has_no_profile_no_day_is_kept(member: Make, store: Store) -> None:
    member("Ben")
    assert store.preferences.all("seen") == {}
