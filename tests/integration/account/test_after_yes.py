"""After a yes: a goal and a date on one's own page, a first message, thanks, and passing it on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from exchange.model import Suggestion, SuggestionStatus
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_me import NOW, key_of, pair
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


def agreed(
    store: Store, ada: Visitor, ben: Visitor, status: SuggestionStatus = SuggestionStatus.ACCEPTED
) -> Suggestion:
    made = pair(store, key_of(ada), key_of(ben), names=(ada.name, ben.name))
    return store.suggestions.answer(made.id, status=status, by=key_of(ada), via="web", at=NOW)


def plan_page(visitor: Visitor) -> str:
    return f"User:{visitor.name}/Capacity Exchange/Plan"


def test_a_goal_and_a_date_stand_on_ones_own_page_in_ones_own_name(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = member("Ada"), member("Ben")
    made = agreed(store, ada, ben)
    assert f"/me/matches/{made.id}/plan" in ada.get("/me").text
    address = f"/me/matches/{made.id}/plan"
    form = ada.get(address).text
    assert "everybody can read it there" in form
    assert mediawiki.page(plan_page(ada)) is None, "looking writes nothing"
    fields = {k: v[0] for k, v in ada.fields().items()}
    typed = fields | {"step": "save", "goal": "My [[first]] query''", "next": "2026-12-24"}
    assert ada.post(address, typed).status_code == 200
    text = mediawiki.page(plan_page(ada)) or ""
    assert "'''Next date:''' 2026-12-24" in text
    assert "Everybody can read this" in text
    assert "[[first]]" not in text, "nothing that was typed is markup"
    assert mediawiki.history(plan_page(ada))[0]["user"] == ada.name
    shown = ada.get(address).text
    assert "My [[first]] query" in unescape(shown)
    assert 'value="2026-12-24"' in shown
    ada.get(address)
    again = {k: v[0] for k, v in ada.fields().items()} | {"step": "save", "goal": "Another"}
    assert ada.post(address, again).status_code == 200
    text = mediawiki.page(plan_page(ada)) or ""
    assert text.count("capacity-exchange-plan") == 1
    assert "Another" in text
    assert text.count("== ") == 1
    assert "plan" not in ben.get("/me").text.partition(f"match-{made.id}")[2].partition("</li>")[0]
    assert ben.get(address).status_code == 403


def test_what_changed_on_the_wiki_meanwhile_is_not_written_over_unseen(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = member("Ada"), member("Ben")
    address = f"/me/matches/{agreed(store, ada, ben).id}/plan"
    ada.get(address)
    first = {k: v[0] for k, v in ada.fields().items()} | {"step": "save", "goal": "First"}
    ada.post(address, first)
    ada.get(address)
    typed = {k: v[0] for k, v in ada.fields().items()} | {"step": "save", "goal": "Mine"}
    text = mediawiki.page(plan_page(ada)) or ""
    mediawiki.edit(ada.name, plan_page(ada), f"{text.replace('First', 'Theirs')}\nMore words.")
    asked = ada.post(address, typed)
    assert asked.status_code == 409
    assert "Theirs" in asked.text
    assert 'value="Mine"' in asked.text
    again = {k: v[0] for k, v in ada.fields().items()} | {"step": "save"}
    assert ada.post(address, again).status_code == 200
    text = mediawiki.page(plan_page(ada)) or ""
    assert "Mine" in text
    assert "More words." in text, "what stands around it stays"


@pytest.mark.parametrize("goal", ["", "   "])
def test_a_plan_needs_a_goal_and_no_day_that_is_over(
    member: Make, store: Store, mediawiki: MediaWiki, goal: str
) -> None:
    ada, ben = member("Ada"), member("Ben")
    address = f"/me/matches/{agreed(store, ada, ben).id}/plan"
    ada.get(address)
    fields = {k: v[0] for k, v in ada.fields().items()} | {"step": "save"}
    assert ada.post(address, fields | {"goal": goal}).status_code == 422
    past = ada.post(address, fields | {"goal": "A goal", "next": "2020-01-01"})
    assert past.status_code == 422
    assert 'value="A goal"' in past.text
    assert mediawiki.page(plan_page(ada)) is None


def preloaded(visitor: Visitor, key: str, made: Suggestion) -> tuple[str, str]:
    """Return the heading and the words with which a message on the wiki begins."""
    found = visitor.get(f"/me/write/{key}?match={made.id}")
    assert found.status_code == 302
    query = parse_qs(urlsplit(found.location).query)
    return query["preloadtitle"][0], query["preloadparams[]"][0]


def test_the_first_message_is_about_the_match_and_later_on_it_thanks(
    member: Make, store: Store
) -> None:
    ada, ben, eve = member("Ada"), member("Ben"), member("Eve")
    made = agreed(store, ada, ben)
    for one, other, word in ((ada, ben, "learn"), (ben, ada, "")):
        _, said = preloaded(one, key_of(other), made)
        assert "inance" in said
        assert word in said
        assert said.endswith("When would a first talk suit you?")
    done = SuggestionStatus.EXCHANGED
    store.suggestions.answer(
        made.id, status=done, by=key_of(ada), via="web", at=NOW.replace(day=22)
    )
    for one, other in ((ada, ben), (ben, ada)):
        assert f"Thank <bdi>{other.name}" in one.get("/me").text.replace(
            '<bdi dir="auto">', "<bdi>"
        )
        title, said = preloaded(one, key_of(other), made)
        assert title == "Thank you"
        assert "it helped" in said
    _, said = preloaded(eve, key_of(ben), made)
    assert "it helped" not in said, "it is the match of somebody else"


def test_what_was_learnt_is_offered_by_one_click_and_taken_back_by_another(
    member: Make, store: Store, mediawiki: MediaWiki
) -> None:
    ada, ben = member("Ada"), member("Ben")
    page = f"User:{ada.name}/Capacity Exchange"
    before = "{{Capacity Exchange profile\n| wants = finance\n| languages = en\n}}\nHello."
    mediawiki.edit(ada.name, page, before)
    made = agreed(store, ada, ben, SuggestionStatus.EXCHANGED)
    address = f"/me/matches/{made.id}/share"
    assert address in ada.get("/me").text
    assert address not in ben.get("/me").text
    ben.get("/me")
    assert ben.post(address).status_code == 403
    ada.get("/me")
    shared = ada.post(address)
    assert shared.status_code == 200
    text = mediawiki.page(page) or ""
    assert re.search(r"\| offers\s*=\s*\S", text)
    assert text.endswith("Hello.")
    assert mediawiki.history(page)[0]["user"] == ada.name
    assert len(mediawiki.history(page)) == 2
    ada.post(address)
    assert len(mediawiki.history(page)) == 2, "a second click changes nothing"
    assert address not in ada.get("/me").text, "it is not asked again"
    ada.get("/me")
    assert ada.post(address, {"step": "undo"}).status_code == 200
    assert mediawiki.page(page) == before


def test_whoever_has_no_profile_yet_is_led_to_the_form(member: Make, store: Store) -> None:
    ada, ben = member("Ada"), member("Ben")
    made = agreed(store, ada, ben, SuggestionStatus.EXCHANGED)
    ada.get("/me")
    there = ada.post(f"/me/matches/{made.id}/share")
    assert there.status_code == 302
    assert "offer=finance" in there.location


def test_how_much_it_helped_is_said_in_one_click_by_whoever_learnt(
    member: Make, store: Store
) -> None:
    ada, ben = member("Ada"), member("Ben")
    made = agreed(store, ada, ben, SuggestionStatus.EXCHANGED)
    address = f"/me/matches/{made.id}/quality"
    assert address in ada.get("/me").text
    assert address not in ben.get("/me").text
    assert ben.post(address, {"quality": "3"}).status_code == 403
    ada.get("/me")
    for wrong in ("0", "4", "x", ""):
        assert ada.post(address, {"quality": wrong}).status_code == 400
    for quality in (2, 3):
        assert ada.post(address, {"quality": str(quality)}).status_code == 302
        kept = store.suggestions.get(made.id)
        assert kept is not None
        assert (kept.quality, kept.status) == (quality, SuggestionStatus.EXCHANGED)
    page = ada.get("/me").text
    assert re.search(r'answers__now">.*It helped a lot', page)
    assert ">It helped a little</button>" in page, "one may think again"
    status = SuggestionStatus.IN_TOUCH
    store.suggestions.answer(
        made.id, status=status, by=key_of(ada), via="web", at=NOW.replace(day=25)
    )
    assert address not in ada.get("/me").text
    assert ada.post(address, {"quality": "1"}).status_code == 404


def test_who_gets_a_room_is_asked_for_no_plan_and_no_offer(member: Make, store: Store) -> None:
    ada, ben = member("Ada"), member("Ben")
    learnt = agreed(store, ada, ben)
    about = replace(learnt.match, want="venue", offer="venue")
    (made,) = store.suggestions.plan([Suggestion(about, "2026-W49", NOW)])
    store.suggestions.mark_notified([made.id], at=NOW)
    for status, deed in (
        (SuggestionStatus.ACCEPTED, "plan"),
        (SuggestionStatus.IN_TOUCH, "plan"),
        (SuggestionStatus.EXCHANGED, "share"),
    ):
        store.suggestions.answer(made.id, status=status, by=key_of(ada), via="web", at=NOW)
        page = ada.get("/me").text
        assert f'id="match-{made.id}"' in page
        address = f"/me/matches/{made.id}/{deed}"
        assert address not in page
        if deed == "plan":
            assert ada.get(address).status_code == 404
            ada.get("/me")
        assert ada.post(address, {"goal": "A room", "step": "save"}).status_code == 404
    assert f"/me/matches/{learnt.id}/plan" in ada.get("/me").text
