"""Logging in and out of the web tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exchange.settings import load
from exchange.store import Store
from tests.account.conftest import Visitor
from tests.oauth.provider import Provider
from tests.wiki.mediawiki import MediaWiki
from webtool import create_app

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


def begin(visitor: Visitor) -> str:
    """Go to the wiki and stop there; the temporary token."""
    there = visitor.get("/login")
    found = re.search(r"oauth_token=([^&]+)", there.location)
    assert found
    return found[1]


def test_a_login_leads_back_to_where_one_was(member: Make) -> None:
    ada = member("Ada")
    assert ada.last is not None
    assert ada.last.location == "/me"
    page = ada.get("/me")
    assert page.status_code == 200
    assert ada.name in page.text


def test_visitors_get_no_cookie_and_a_way_to_log_in(visitor: Make) -> None:
    page = visitor().get("/")
    assert "Set-Cookie" not in page.headers
    assert "/login" in page.text


def test_the_cookie_is_for_the_server_alone(member: Make) -> None:
    ada = member()
    assert ada.last is not None
    cookie = ada.last.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_cookie_that_was_planted_before_the_login_is_worth_nothing(
    member: Make, visitor: Make, provider: Provider
) -> None:
    known = member()
    planted = visitor()
    planted.get("/login")
    before = planted.client.get_cookie("exchange")
    assert before is not None
    planted.login(known.name)
    after = planted.client.get_cookie("exchange")
    assert after is not None
    assert after.value != before.value
    thief = visitor()
    thief.client.set_cookie("exchange", before.value)
    assert thief.get("/me").status_code == 302


def test_pages_behind_the_login_ask_for_it_and_come_back(visitor: Make) -> None:
    there = visitor().get("/me/known")
    assert there.status_code == 302
    assert there.location.startswith("/login?next=/me/known")


def test_nobody_is_sent_to_another_site(member: Make, visitor: Make) -> None:
    name = member().name
    for evil in ("https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"):
        other = visitor()
        assert other.login(name, after=evil).location == "/me"


def test_the_language_asked_for_stays(member: Make, visitor: Make) -> None:
    other = visitor()
    name = member().name
    assert other.login(name, after="/me?uselang=de").location == "/me?uselang=de"


@pytest.mark.parametrize("bend", ["refuse", "garbage"])
def test_a_wiki_that_refuses_ends_on_a_page_that_says_what_to_do(
    visitor: Make, provider: Provider, bend: str
) -> None:
    provider.bend = bend
    page = visitor().get("/login")
    assert page.status_code == 502
    assert "Log in again" in page.text


@pytest.mark.parametrize("bend", ["expired", "nonce", "forged", "late"])
def test_a_failure_on_the_way_back_ends_on_a_page_and_without_a_login(
    member: Make, visitor: Make, provider: Provider, bend: str
) -> None:
    name = member().name
    other = visitor()
    token = begin(other)
    back = provider.allow(token, name)
    provider.bend = bend
    page = other.get(back[back.index("/login/done") :])
    assert page.status_code in (403, 502)
    assert "You are not logged in" in page.text
    assert other.get("/me").status_code == 302


def test_saying_no_at_the_wiki_is_fine(visitor: Make) -> None:
    other = visitor()
    begin(other)
    page = other.get("/login/done?error=access_denied")
    assert page.status_code == 403
    assert "searching works without it" in page.text


def test_an_answer_serves_once(member: Make, visitor: Make, provider: Provider) -> None:
    name = member().name
    other = visitor()
    back = provider.allow(begin(other), name)
    path = back[back.index("/login/done") :]
    assert other.get(path).status_code == 302
    assert other.get(path).status_code == 403


def test_somebody_else_s_answer_logs_nobody_in(
    member: Make, visitor: Make, provider: Provider
) -> None:
    """Login fixation: an attacker's answer, opened in a victim's browser."""
    name = member().name
    attacker, victim = visitor(), visitor()
    back = provider.allow(begin(attacker), name)
    path = back[back.index("/login/done") :]
    assert victim.get(path).status_code == 403
    begin(victim)
    assert victim.get(path).status_code == 403
    assert victim.get("/me").status_code == 302


def test_a_blocked_person_is_not_logged_in(member: Make, visitor: Make, provider: Provider) -> None:
    name = member().name
    provider.accounts[name].blocked = True
    page = visitor().login(name)
    assert page.status_code == 403
    assert "blocked" in page.text


def test_logging_out_drops_the_token(member: Make, store: Store) -> None:
    ada = member()
    secret = ada.client.get_cookie("exchange")
    assert ada.post("/logout").status_code == 302
    assert ada.get("/me").status_code == 302
    assert secret is not None
    ada.client.set_cookie("exchange", secret.value)
    assert ada.get("/me").status_code == 302


def test_logging_out_is_never_a_link_nor_a_forged_form(member: Make) -> None:
    ada = member()
    assert ada.get("/logout").status_code == 405
    assert ada.post("/logout", forged=True).status_code == 400
    assert ada.get("/me").status_code == 200


def test_a_login_ends_after_thirty_days(member: Make, clock: list[datetime]) -> None:
    ada = member()
    clock[0] += timedelta(days=30, seconds=1)
    assert ada.get("/me").status_code == 302


def test_without_oauth_settings_there_is_no_login(store: Store) -> None:
    client = create_app(load({}), store).test_client()
    assert client.get("/login").status_code == 404
    assert client.get("/me").status_code == 404
    assert "/login" not in client.get("/").text


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(
    provider: Provider, store: Store, mediawiki: MediaWiki, fresh: Callable[[str], str]
) -> None:
    settings = load(
        {
            "CXC_OAUTH_CONSUMER_KEY": provider.consumer_key,
            "CXC_OAUTH_CONSUMER_SECRET": provider.consumer_secret,
            "CXC_OAUTH_WIKI": provider.index,
            "CXC_SECRET": "x" * 40,
            "CXC_WEB_ADDRESS": "https://localhost",
        }
    )
    there = create_app(settings, store).test_client().get("/login")
    cookie = there.headers["Set-Cookie"]
    assert cookie.startswith("__Host-exchange=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
