"""What was typed outlives the login: it ended, it changed, the wiki withdrew it, it is another's."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest

from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.integration.account.test_editor import key_of, preview, save, shown
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from webtool.account import kept

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]
WORDS = "Only I know these words – ünïcode & <b>"


def write(visitor: Visitor) -> dict[str, list[str]]:
    """Fill in the form as it was opened; what was typed, not sent yet."""
    return shown(visitor, offers__0__capacity="Lua", wants__0__capacity="kites", about=WORDS)


def end_login(visitor: Visitor, store: Store) -> None:
    store.sessions.end_all(int(key_of(visitor)[5:]))


def holds(visitor: Visitor, typed: dict[str, list[str]]) -> bool:
    """Whether the page that was seen last holds everything that was typed."""
    held = visitor.fields()
    own = ("csrf_token", "step", "base", "uselang")
    return all(held.get(name) == value for name, value in typed.items() if name not in own)


def log_in_and_go_on(visitor: Visitor, name: str) -> int:
    """Follow the page's own link to the login, through the wiki, and to where it leads after it."""
    assert visitor.last is not None
    found = re.search(r'href="(/login\?[^"]*kept[^"]*)"', visitor.last.text)
    assert found, visitor.last.text
    there = visitor.get(unescape(found[1]))
    token = re.search(r"oauth_token=([^&]+)", there.location)
    assert token
    back = visitor.provider.allow(token[1], name)
    after = visitor.get(back[back.index("/login/done") :])
    assert after.status_code == 302
    return visitor.get(after.location).status_code


@pytest.mark.parametrize("step", ["preview", "save"])
def test_a_login_that_ended_mid_form_loses_nothing(
    member: Make, mediawiki: MediaWiki, store: Store, step: str
) -> None:
    ada = member()
    typed = write(ada)
    if step == "save":
        assert preview(ada, typed) == 200
        typed = ada.fields()
    end_login(ada, store)
    page = ada.post("/me/profile?of=" + key_of(ada), typed | {"step": [step]})
    assert page.status_code == 403
    assert "Your login has ended while you were writing" in page.text
    assert holds(ada, typed)
    assert "Lua" in page.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert log_in_and_go_on(ada, ada.name) == 200
    assert ada.last is not None
    assert "Check before you save" in ada.last.text
    assert holds(ada, typed)
    assert mediawiki.page(f"User:{ada.name}/Capacity Exchange") is None, "nothing saves by itself"
    assert save(ada) == 200
    assert "Only I know these words" in (mediawiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_what_is_kept_is_sealed_and_given_to_nobody_else(
    member: Make, store: Store, clock: list[datetime]
) -> None:
    ada = member()
    typed = write(ada)
    end_login(ada, store)
    ada.post("/me/profile?of=" + key_of(ada), typed | {"step": ["preview"]})
    assert ada.last is not None
    found = re.search(r"kept%3D([\w-]+)", ada.last.text)
    assert found
    with store.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM kept_text").all()
    assert len(rows) == 1
    assert b"Lua" not in rows[0].sealed
    assert found[1] not in str(rows)
    eve = member("Eve")
    for whose in (key_of(ada), key_of(eve)):
        page = eve.get(f"/me/profile?of={whose}&kept={found[1]}")
        assert WORDS not in unescape(page.text)
    ada.login(ada.name)
    clock[0] += timedelta(hours=1, seconds=1)
    page = ada.get(f"/me/profile?of={key_of(ada)}&kept={found[1]}")
    assert page.status_code == 200
    assert WORDS not in unescape(page.text)


def test_a_login_that_the_wiki_withdrew_is_renewed_and_the_words_come_back(
    member: Make, mediawiki: MediaWiki, provider: Provider
) -> None:
    ada = member()
    typed = write(ada)
    assert preview(ada, typed) == 200
    provider.validator.accesses.clear()
    assert save(ada) == 409
    assert holds(ada, typed)
    assert log_in_and_go_on(ada, ada.name) == 200
    assert holds(ada, typed)
    assert save(ada) == 200
    assert "Only I know these words" in (mediawiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_a_login_in_another_window_leads_to_the_preview(member: Make, mediawiki: MediaWiki) -> None:
    ada = member()
    typed = write(ada)
    form = ada.token()
    ada.post("/logout")
    ada.login(ada.name)
    page = ada.client.post("/me/profile", data=typed | {"csrf_token": form, "step": "save"})
    ada.last = page
    assert page.status_code == 400
    assert "You have logged in again since this page was opened" in page.text
    assert f"you are {ada.name} now" in page.text
    assert mediawiki.page(f"User:{ada.name}/Capacity Exchange") is None
    assert holds(ada, typed)
    assert preview(ada, ada.fields()) == 200
    assert save(ada) == 200
    assert "Only I know these words" in (mediawiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_a_form_of_another_account_is_written_on_nobody_s_page(
    member: Make, mediawiki: MediaWiki
) -> None:
    ada, ben = member("Ada"), member("Ben")
    typed = write(ada)
    whose = ada.name
    address = "/me/profile?of=" + key_of(ada)
    ada.post("/logout")
    ada.login(ben.name)
    stale = ada.client.post(address, data=typed | {"step": "save"})
    assert stale.status_code == 403
    ada.get("/me")
    page = ada.post(address, typed | {"step": ["save"]})
    for one in (stale, page):
        assert one.status_code == 403
        assert "opened with another account" in one.text
        assert ben.name in one.text
    assert holds(ada, typed)
    held = ada.last
    assert log_in_and_go_on(ada, ben.name) == 403
    assert WORDS not in unescape(ada.last.text if ada.last else WORDS)
    ada.last = held
    for name in (whose, ben.name):
        assert mediawiki.page(f"User:{name}/Capacity Exchange") is None
    assert log_in_and_go_on(ada, whose) == 200
    assert holds(ada, typed)


def test_a_request_outlives_the_login(member: Make, mediawiki: MediaWiki, store: Store) -> None:
    ada = member()
    ada.get("/me/request")
    asked = {"what": ["Lua"], "note": [WORDS]}
    end_login(ada, store)
    assert ada.post("/me/request", ada.fields() | asked).status_code == 403
    assert holds(ada, asked)
    assert log_in_and_go_on(ada, ada.name) == 200
    assert holds(ada, asked)
    assert ada.post("/me/request", ada.fields()).status_code == 200
    assert "want = Lua" in (mediawiki.page(f"User:{ada.name}/Capacity Exchange") or "")


def test_a_text_too_long_to_be_kept_stays_on_the_page(member: Make, store: Store) -> None:
    ada = member()
    chance = random.Random(2)
    long = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(40_000))
    typed = write(ada) | {"about": [long]}
    end_login(ada, store)
    page = ada.post("/me/profile", typed | {"step": ["preview"]})
    assert page.status_code == 403
    assert "Log in in another window" in page.text
    assert holds(ada, typed)
    ada.login(ada.name)
    assert ada.client.post("/me/profile", data=typed | {"step": "preview"}).status_code == 400


def test_a_form_from_another_site_is_neither_shown_nor_kept(member: Make, store: Store) -> None:
    ada = member()
    typed = write(ada)
    evil = {"Origin": "https://evil.example"}
    forged = ada.client.post("/me/profile", data=typed | {"csrf_token": "x"}, headers=evil)
    assert forged.status_code == 400
    assert "Lua" not in forged.text
    end_login(ada, store)
    page = ada.client.post("/me/profile", data=typed, headers=evil)
    assert page.status_code == 403
    assert "Lua" not in page.text
    assert store.kept_texts.count(account=int(key_of(ada)[5:])) == 0


def test_nothing_is_kept_of_nobody_knows_whom_nor_without_end(
    member: Make, visitor: Make, store: Store
) -> None:
    page = visitor().client.post("/me/request", data={"what": "Lua", "began": "nonsense"})
    assert page.status_code == 403
    assert "Log in in another window" in page.text
    assert 'value="Lua"' in page.text
    assert store.kept_texts.count(account=0) == 0
    ada = member()
    typed = write(ada)
    end_login(ada, store)
    for _ in range(kept.MAX_FORMS + 2):
        assert ada.post("/me/profile", typed | {"step": ["preview"]}).status_code == 403
    assert store.kept_texts.count(account=int(key_of(ada)[5:])) == kept.MAX_FORMS
