"""The page that a notice's links open: whose notice it is, which, and nothing written by looking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exchange.model import Sent, SuggestionStatus
from exchange.notices.answers import LINKS
from exchange.store import Store
from exchange.store.notices import Notice
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import key_of, pair

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
ID = "0123456789abcdef"


@pytest.fixture
def ada(member: Make, store: Store, clock: list[datetime]) -> Visitor:
    """Somebody who was told of two people."""
    ada = member("Ada")
    told(store, ada, clock[0], helpers=("user:7", "user:8"))
    return ada


def told(
    store: Store,
    who: Visitor,
    at: datetime,
    *,
    helpers: tuple[str, ...],
    id: str = ID,
    campaign: str = "2026-W47",
) -> list[int]:
    """Let a notice stand that suggested these helpers, or asks about them."""
    key = key_of(who)
    made = [pair(store, key, each, names=(who.name, f"Helper {each[-1]}")).id for each in helpers]
    account = who.provider.accounts[who.name].id
    row = Notice(id, key, account, who.name, campaign, at, tuple(made))
    store.notices.open(row)
    store.notices.close(id, Sent(5, f"User talk:{who.name}"), at=at)
    return made


def test_of_several_each_has_a_button_and_one_is_answered(ada: Visitor, store: Store) -> None:
    page = ada.get(f"/answer/{ID}/yes").text
    assert page.count('value="give"') == 2
    assert "Helper 7" in page
    assert ada.post(f"/answer/{ID}/yes", {"number": "2"}).status_code == 302
    first, second = sorted(store.suggestions.involving(key_of(ada)), key=lambda one: one.id)
    assert (first.status, second.status) == (SuggestionStatus.OPEN, SuggestionStatus.ACCEPTED)
    again = ada.get(f"/answer/{ID}/yes").text
    assert (again.count('value="give"'), again.count('value="undo"')) == (1, 1)


def test_a_stop_is_one_button_for_all_and_stands_where_a_reply_would_be(
    ada: Visitor, store: Store
) -> None:
    assert ada.get(f"/answer/{ID}/stop").text.count('value="give"') == 1
    ada.post(f"/answer/{ID}/stop", {})
    assert {one.status for one in store.suggestions.involving(key_of(ada))} == {
        SuggestionStatus.STOPPED
    }
    assert store.preferences.of(key_of(ada))["stop"] == "yes"
    ada.get(f"/answer/{ID}/stop")
    ada.post(f"/answer/{ID}/stop", {"step": "undo"})
    assert "stop" not in store.preferences.of(key_of(ada))
    assert store.suggestions.answers() == []


def test_what_was_said_on_the_wiki_is_taken_back_there(
    ada: Visitor, store: Store, clock: list[datetime]
) -> None:
    one = store.suggestions.involving(key_of(ada))[0]
    at = clock[0] + timedelta(hours=1)
    status = SuggestionStatus.ACCEPTED
    store.suggestions.answer(one.id, status=status, by=key_of(ada), via="wiki", at=at, revision=9)
    page = ada.get(f"/answer/{ID}/yes").text
    assert "Saved: Yes." in page
    assert 'value="undo"' not in page
    ada.post(f"/answer/{ID}/yes", {"number": "1", "step": "undo"})
    assert len(store.suggestions.answers(one.id)) == 1


def test_undoing_brings_back_the_answer_before_it(ada: Visitor, store: Store) -> None:
    one = store.suggestions.involving(key_of(ada))[0]
    ada.get("/me")
    ada.post(f"/me/matches/{one.id}", {"status": "in-touch"})
    ada.get(f"/answer/{ID}/it-helped")
    ada.post(f"/answer/{ID}/it-helped", {"number": "1"})
    ada.get(f"/answer/{ID}/it-helped")
    ada.post(f"/answer/{ID}/it-helped", {"number": "1", "step": "undo"})
    (left,) = store.suggestions.answers(one.id)
    assert left.status is SuggestionStatus.IN_TOUCH


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{ID[::-1]}/yes", 404, "There is no such message"),
        ("x/yes", 404, "There is no such message"),
        (f"{ID}/perhaps", 404, "There is no such message"),
    ],
)
def test_a_link_that_leads_nowhere_says_so(ada: Visitor, path: str, status: int, said: str) -> None:
    found = ada.get(f"/answer/{path}")
    assert (found.status_code, said in found.text) == (status, True)
    assert ada.post(f"/answer/{path}", {"number": "1"}).status_code == status


def test_somebody_else_s_message_and_an_old_one_are_told_apart(
    ada: Visitor, member: Make, store: Store, clock: list[datetime]
) -> None:
    eve = member("Eve")
    page = eve.get(f"/answer/{ID}/yes")
    assert page.status_code == 403
    assert f"logged in as <bdi>{eve.name}</bdi>" in page.text
    assert "Helper 7" not in page.text
    assert eve.post(f"/answer/{ID}/yes", {"number": "1"}).status_code == 403
    clock[0] += timedelta(days=201)
    ada.login(ada.name)
    assert ada.get(f"/answer/{ID}/yes").status_code == 410
    assert ada.post(f"/answer/{ID}/yes", {"number": "1"}).status_code == 410
    assert store.suggestions.answers() == []


def test_looking_needs_a_login_and_comes_back_and_a_post_needs_both(
    ada: Visitor, visitor: Make, store: Store
) -> None:
    anybody = visitor()
    there = anybody.get(f"/answer/{ID}/yes?uselang=de")
    assert there.status_code == 302
    assert f"next=/answer/{ID}/yes?uselang%3Dde" in there.location
    assert anybody.client.post(f"/answer/{ID}/yes", data={"number": "1"}).status_code == 403
    ada.get(f"/answer/{ID}/yes")
    assert ada.post(f"/answer/{ID}/yes", {"number": "1"}, forged=True).status_code == 400
    for number in ("", "3", "x", "-1"):
        assert ada.post(f"/answer/{ID}/yes", {"number": number}).status_code == 400
    assert store.suggestions.answers() == []


@pytest.mark.parametrize("word", LINKS)
def test_my_matches_offer_the_same_answers_and_undo_them(
    ada: Visitor, store: Store, word: str
) -> None:
    one = store.suggestions.involving(key_of(ada))[0]
    status = LINKS[word]
    assert f'value="{status}"' in ada.get("/me").text
    answered = ada.post(f"/me/matches/{one.id}", {"status": status.value})
    assert ada.get(answered.location).text.count('value="undo"') == 1
    (given,) = store.suggestions.answers()
    assert (given.status, given.by, given.via) == (status, key_of(ada), "web")
    assert ("stop" in store.preferences.of(key_of(ada))) == (word == "stop")
    ada.post(f"/me/matches/{one.id}", {"status": status.value, "step": "undo"})
    assert store.suggestions.answers() == []
    assert "stop" not in store.preferences.of(key_of(ada))


def test_not_yet_answers_a_check_in_alone_and_ends_nothing(
    member: Make, ada: Visitor, store: Store, clock: list[datetime]
) -> None:
    assert ada.get(f"/answer/{ID}/not-yet").status_code == 404, "below a suggestion nobody asked"
    cleo, asking = member("Cleo"), "fedcba9876543210"
    at = clock[0]
    (made,) = told(store, cleo, at, helpers=("user:7",), id=asking, campaign="2026-W52/check-in")
    yes, before = SuggestionStatus.ACCEPTED, at - timedelta(days=31)
    store.suggestions.answer(made, status=yes, by=key_of(cleo), via="web", at=before)
    page = cleo.get(f"/answer/{asking}/not-yet").text
    assert (page.count('value="give"'), page.count('value="undo"')) == (1, 0)
    assert ">Not yet</button>" in page
    cleo.post(f"/answer/{asking}/not-yet", {"number": "1"})
    page = cleo.get(f"/answer/{asking}/not-yet").text
    assert "Saved: Not yet." in page
    assert f'href="/answer/{asking}/not-this-one"' in page
    assert [one.status for one in store.suggestions.answers(made)] == [yes, yes]
    cleo.post(f"/answer/{asking}/not-yet", {"number": "1", "step": "undo"})
    assert [one.at for one in store.suggestions.answers(made)] == [before]
    cleo.get(f"/answer/{asking}/not-this-one")
    cleo.post(f"/answer/{asking}/not-this-one", {"number": "1"})
    kept = store.suggestions.get(made)
    assert kept is not None
    assert kept.status is SuggestionStatus.DECLINED
