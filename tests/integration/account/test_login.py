"""Logging in and out of the web tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exchange.settings import load
from exchange.store import Store
from tests.integration.account.conftest import Visitor
from tests.support.provider import Provider
from tests.support.wiki.mediawiki import MediaWiki
from webtool import create_app

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Make = Callable[..., Visitor]


def begin(visitor: Visitor, *, after: str = "") -> str:
    """Go to the wiki and stop there; the temporary token."""
    there = visitor.get("/login", query_string={"next": after} if after else {})
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
    for evil in (
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "javascript:alert(1)",
        "/me\r\nX: y",
        "/me\x00",
        "/me\u2028",
        "/\t/example.org",
        "me",
        "",
    ):
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


def test_a_blocked_person_reads_exports_and_is_forgotten(
    member: Make, visitor: Make, mediawiki: MediaWiki, store: Store
) -> None:
    name = member().name
    mediawiki.call("Admin", action="block", user=name, expiry="never", reason="test")
    one = visitor()
    assert one.login(name).location == "/me"
    assert one.get("/me").status_code == 200
    assert name in one.get("/me/known").text
    assert one.get("/me/known.json").status_code == 200
    one.get("/me/known")
    assert one.post("/me/wishes", {"messages": "no"}).status_code == 302
    assert store.preferences.of(f"user:{one.provider.accounts[name].id}") == {"stop": "yes"}
    assert one.post("/me/forget", {"sure": "yes"}).location == "/me/gone?page=leave"


@pytest.mark.parametrize("first", [0, 1])
def test_two_tabs_log_in_in_any_order(
    member: Make, visitor: Make, provider: Provider, first: int
) -> None:
    name = member().name
    both = visitor()
    tokens = [begin(both, after=f"/me?tab={at}") for at in (0, 1)]
    for at in (first, 1 - first):
        back = provider.allow(tokens[at], name)
        answer = both.get(back[back.index("/login/done") :])
        assert (answer.status_code, answer.location) == (302, f"/me?tab={at}")
        assert both.get("/me").status_code == 200


def test_a_second_login_of_the_same_person_ends_the_first_and_spares_its_forms(
    member: Make, visitor: Make, provider: Provider, store: Store
) -> None:
    name = member().name
    both = visitor()
    token = begin(both)
    both.login(name)
    before = both.client.get_cookie("exchange")
    assert before is not None
    both.get("/me")
    form = both.token()
    back = provider.allow(token, name)
    assert both.get(back[back.index("/login/done") :]).status_code == 302
    answer = both.client.post("/me/wishes", data={"messages": "no", "csrf_token": form})
    assert answer.status_code == 302
    other = visitor()
    other.client.set_cookie("exchange", before.value)
    assert other.get("/me").status_code == 302


def test_another_person_s_login_takes_no_form_token_along(
    member: Make, visitor: Make, provider: Provider
) -> None:
    ada, ben = member("Ada").name, member("Ben").name
    both = visitor()
    token = begin(both)
    both.login(ada)
    both.get("/me")
    form = both.token()
    back = provider.allow(token, ben)
    assert both.get(back[back.index("/login/done") :]).status_code == 302
    answer = both.client.post("/me/wishes", data={"messages": "no", "csrf_token": form})
    assert answer.status_code == 400


def test_many_logins_that_nobody_finishes_fit_into_one_cookie(
    member: Make, visitor: Make, provider: Provider
) -> None:
    name = member().name
    one = visitor()
    for at in range(9):
        begin(one, after=f"/search?q={at}{'x' * 450}")
    cookie = one.client.get_cookie("exchange")
    assert cookie is not None
    assert len(cookie.value) < 3_900
    assert one.login(name).status_code == 302


def test_whoever_says_no_finds_the_way_back_and_on(visitor: Make, provider: Provider) -> None:
    one = visitor()
    begin(one, after="/people/Sample_Helper?uselang=de")
    page = one.get("/login/done?error=access_denied").text
    assert 'href="/people/Sample_Helper?uselang=de"' in page
    assert 'href="/login?next=/people/Sample_Helper?uselang%3Dde"' in page


def test_log_in_again_leads_where_one_wanted_to_go(
    member: Make, visitor: Make, provider: Provider
) -> None:
    name = member().name
    one = visitor()
    back = provider.allow(begin(one, after="/me/known"), name)
    provider.bend = "expired"
    page = one.get(back[back.index("/login/done") :])
    assert page.status_code == 403
    assert 'href="/login?next=/me/known"' in page.text


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
