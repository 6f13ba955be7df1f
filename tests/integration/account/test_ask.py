"""Ask once: a request in three fields, on a real MediaWiki."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.model import Language, Offer, Profile
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
ASKED = {"what": "Finance", "until": "2027-01-31", "note": "Our first budget | with }} care"}


def ask(visitor: Visitor, **more: str) -> int:
    visitor.get("/me/request")
    return visitor.post("/me/request", ASKED | more).status_code


def page_of(visitor: Visitor) -> str:
    return f"User:{visitor.name}/Capacity Exchange"


def test_a_request_is_written_below_what_is_there(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    mediawiki.edit(ada.name, page_of(ada), "{{Capacity Exchange profile|offers=Lua}}")
    assert ask(ada) == 200
    text = mediawiki.page(page_of(ada))
    assert text is not None
    assert text.startswith(
        "{{Capacity Exchange profile|offers=Lua}}\n\n{{Capacity Exchange request"
    )
    assert "| want = Finance\n| until = 2027-01-31\n| note = Our first budget" in text
    assert text.count("}}") == 2
    entry = mediawiki.history(page_of(ada))[0]
    assert (entry["user"], entry["comment"]) == (
        ada.name,
        "Ask for help through the Capacity Exchange",
    )


def test_a_request_ends_with_who_could_help(
    member: Make, mediawiki: MediaWiki, store: Store
) -> None:
    english = (Language("en", 5),)
    store.profiles.save_many(
        [Profile("user:7", "Sample Helper", languages=english, offers=(Offer("finance"),))]
    )
    ada = member()
    mediawiki.edit(ada.name, page_of(ada), "{{Capacity Exchange profile|languages=en}}")
    assert ask(ada) == 200
    assert ada.last is not None
    assert "Sample Helper" in ada.last.text
    assert "want = Finance" in (mediawiki.page(page_of(ada)) or "")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("what", "  ", "Please say what you need."),
        ("until", "2027-02-30", "is not a day"),
        ("until", "2026-11-22", "has passed"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_lost(
    member: Make, mediawiki: MediaWiki, field: str, value: str, said: str
) -> None:
    ada = member()
    assert ask(ada, **{field: value}) == 422
    assert ada.last is not None
    assert said in ada.last.text
    assert ada.fields()["note"] == [ASKED["note"]]
    assert mediawiki.page(page_of(ada)) is None


def test_today_is_still_a_day_to_help(member: Make) -> None:
    assert ask(member(), until="2026-11-23") == 200


def test_somebody_else_s_edit_in_the_very_moment_is_kept_above(
    member: Make, mediawiki: MediaWiki, provider: Provider, fresh: Callable[[str], str]
) -> None:
    ada, ben = member(), fresh("Ben")
    mediawiki.edit(ada.name, page_of(ada), "One line.")
    provider.meanwhile = lambda: mediawiki.edit(ben, page_of(ada), "Quite another line.")
    assert ask(ada) == 200
    text = mediawiki.page(page_of(ada))
    assert text is not None
    assert text.startswith("Quite another line.\n\n{{Capacity Exchange request")
    assert text.count("Capacity Exchange request") == 1


def test_a_lost_answer_is_looked_after_and_nothing_is_asked_twice(
    member: Make, mediawiki: MediaWiki, provider: Provider
) -> None:
    ada = member()
    assert mediawiki.page(page_of(ada)) is None, "a request alone makes the page"
    provider.bend = "lost"
    assert ask(ada) == 200
    assert "want = Finance" in (mediawiki.page(page_of(ada)) or "")
    assert len(mediawiki.history(page_of(ada))) == 1


def test_a_blocked_person_is_told(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    mediawiki.call("Admin", action="block", user=ada.name, expiry="never", reason="test")
    assert ask(ada) == 409
    assert ada.last is not None
    assert "Your account is blocked" in ada.last.text
    mediawiki.call("Admin", action="unblock", user=ada.name)


def test_a_capacity_can_be_asked_for_by_a_link(member: Make) -> None:
    ada = member()
    ada.get("/me/request?what=Finance")
    assert ada.fields()["what"] == ["Finance"]
    ada.get("/me/request?what=wikidata&uselang=ar")
    assert ada.fields()["what"] == ["ويكي بيانات"], "its name, not its id"
