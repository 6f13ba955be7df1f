"""The provider itself, met by the library that the tool uses."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import mwoauth
import pytest

from tests.support.provider import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider(wiki_api="http://127.0.0.1:9/api.php").start()
    provider.add("Sample Ada", "irrelevant here", 41)
    yield provider
    provider.stop()


def handshake(provider: Provider) -> mwoauth.Handshaker:
    consumer = mwoauth.ConsumerToken(provider.consumer_key, provider.consumer_secret)
    return mwoauth.Handshaker(
        provider.index, consumer, callback="http://127.0.0.1/back?x=1", user_agent="tests"
    )


def test_the_whole_hand_shake_ends_in_an_identity(provider: Provider) -> None:
    hand = handshake(provider)
    address, token = hand.initiate()
    assert parse_qs(urlsplit(address).query)["oauth_token"] == [token.key]
    back = provider.allow(token.key, "Sample Ada")
    access = hand.complete(token, urlsplit(back).query)
    identity = hand.identify(access)
    assert (identity["username"], identity["sub"]) == ("Sample Ada", "41")


def test_a_request_token_serves_only_once(provider: Provider) -> None:
    hand = handshake(provider)
    _, token = hand.initiate()
    query = urlsplit(provider.allow(token.key, "Sample Ada")).query
    hand.complete(token, query)
    with pytest.raises((mwoauth.OAuthException, TypeError)):
        hand.complete(token, query)


def test_a_wrong_consumer_secret_gets_no_token(provider: Provider) -> None:
    consumer = mwoauth.ConsumerToken(provider.consumer_key, "wrong-secret")
    hand = mwoauth.Handshaker(
        provider.index, consumer, callback="http://127.0.0.1/back", user_agent="tests"
    )
    with pytest.raises(mwoauth.OAuthException):
        hand.initiate()


@pytest.mark.parametrize("bend", ["nonce", "forged", "late"])
def test_an_identity_that_was_tampered_with_is_refused(provider: Provider, bend: str) -> None:
    hand = handshake(provider)
    _, token = hand.initiate()
    access = hand.complete(token, urlsplit(provider.allow(token.key, "Sample Ada")).query)
    provider.bend = bend
    with pytest.raises(mwoauth.OAuthException):
        hand.identify(access)
