"""The hand-shake against the provider: it comes about, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.provider import Provider
from webtool.account.oauth import Handshake, LoginFailed, Token

BACK = "http://127.0.0.1/login/done"


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider(wiki_api="http://127.0.0.1:9/api.php").start()
    provider.add("Sample Ada", "irrelevant here", 41)
    yield provider
    provider.stop()


def handshake(provider: Provider, *, secret: str = "", seconds: float = 15.0) -> Handshake:
    consumer = Token(provider.consumer_key, secret or provider.consumer_secret)
    return Handshake(index=provider.index, consumer=consumer, user_agent="tests", seconds=seconds)


def code_of(failure: pytest.ExceptionInfo[LoginFailed]) -> str:
    return failure.value.code


def test_it_ends_with_who_it_is(provider: Provider) -> None:
    hand = handshake(provider)
    address, token = hand.start(callback=BACK)
    assert address.startswith(provider.index)
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    identity = hand.identify(access=hand.complete(token=token, query=query))
    assert (identity.id, identity.name) == (41, "Sample Ada")


def test_a_blocked_person_is_identified_like_anybody(provider: Provider) -> None:
    provider.accounts["Sample Ada"].blocked = True
    hand = handshake(provider)
    _, token = hand.start(callback=BACK)
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    identity = hand.identify(access=hand.complete(token=token, query=query))
    assert identity.name == "Sample Ada"


@pytest.mark.parametrize(
    ("bend", "code"),
    [("refuse", "not-approved"), ("garbage", "garbage"), ("slow", "time-out")],
)
def test_a_failure_at_the_start_has_its_code(provider: Provider, bend: str, code: str) -> None:
    provider.bend = bend
    with pytest.raises(LoginFailed) as failure:
        handshake(provider, seconds=0.5).start(callback=BACK)
    assert code_of(failure) == code


def test_a_tool_with_a_wrong_secret_is_not_approved(provider: Provider) -> None:
    with pytest.raises(LoginFailed) as failure:
        handshake(provider, secret="wrong").start(callback=BACK)
    assert code_of(failure) in ("not-approved", "garbage")


def test_no_server_at_all_is_garbage_and_not_a_crash() -> None:
    hand = Handshake(
        index="http://127.0.0.1:9/index.php", consumer=Token("k", "s"), user_agent="tests"
    )
    with pytest.raises(LoginFailed) as failure:
        hand.start(callback=BACK)
    assert code_of(failure) == "garbage"


@pytest.mark.parametrize(
    ("bend", "code"),
    [("expired", "expired"), ("garbage", "expired"), ("slow", "time-out")],
)
def test_a_failure_on_the_way_back_has_its_code(provider: Provider, bend: str, code: str) -> None:
    hand = handshake(provider, seconds=0.5)
    _, token = hand.start(callback=BACK)
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    provider.bend = bend
    with pytest.raises(LoginFailed) as failure:
        hand.complete(token=token, query=query)
    assert code_of(failure) == code


def test_an_answer_that_was_used_before_is_expired(provider: Provider) -> None:
    hand = handshake(provider)
    _, token = hand.start(callback=BACK)
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    hand.complete(token=token, query=query)
    with pytest.raises(LoginFailed) as failure:
        hand.complete(token=token, query=query)
    assert code_of(failure) == "expired"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("error=access_denied", "denied"),
        ("oauth_token=somebody-elses&oauth_verifier=x", "mixed-up"),
        ("", "mixed-up"),
    ],
)
def test_an_answer_that_is_not_ours_is_told_apart(
    provider: Provider, query: str, code: str
) -> None:
    hand = handshake(provider)
    _, token = hand.start(callback=BACK)
    with pytest.raises(LoginFailed) as failure:
        hand.complete(token=token, query=query)
    assert code_of(failure) == code


@pytest.mark.parametrize("bend", ["nonce", "forged", "late"])
def test_an_identity_that_the_wiki_did_not_sign_is_tampered(provider: Provider, bend: str) -> None:
    hand = handshake(provider)
    _, token = hand.start(callback=BACK)
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    access = hand.complete(token=token, query=query)
    provider.bend = bend
    with pytest.raises(LoginFailed) as failure:
        hand.identify(access=access)
    assert code_of(failure) == "tampered"
