from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.model import Profile, User
from exchange.store import codec
from tests.unit.store import values

PAIRS = [
    pytest.param(values.OFFERS, codec.pack_offer, codec.unpack_offer, id="an offer"),
    pytest.param(values.WANTS, codec.pack_want, codec.unpack_want, id="a want"),
    pytest.param(values.PROFILES, codec.pack_profile, codec.unpack_profile, id="a profile"),
    pytest.param(values.PARTS, codec.pack_part, codec.unpack_part, id="a part of a score"),
    pytest.param(values.USERS, codec.pack_user, codec.unpack_user, id="an account"),
]


@pytest.mark.parametrize(("strategy", "pack", "unpack"), PAIRS)
def test_every_value_comes_back_from_json_as_it_went_in(
    strategy: st.SearchStrategy[Any], pack: Callable[[Any], Any], unpack: Callable[[Any], Any]
) -> None:
    @given(strategy)
    def holds(value: Any) -> None:
        back = unpack(json.loads(json.dumps(pack(value), ensure_ascii=False)))
        assert [getattr(back, field.name) for field in fields(back)] == [
            getattr(value, field.name) for field in fields(value)
        ]
        assert type(back) is type(value)

    holds()


def test_what_is_as_by_default_takes_no_room() -> None:
    assert codec.pack_profile(Profile("user:1", "Ada")) == {"key": "user:1", "name": "Ada"}
    assert codec.pack_user(User("Ada", 1)) == {"name": "Ada", "id": 1}


@given(values.PROFILES)
def test_a_digest_depends_on_the_content_and_not_on_the_order(profile: Profile) -> None:
    body = codec.pack_profile(profile)
    assert codec.digest(body) == codec.digest(dict(reversed(body.items())))
    assert codec.digest(body) != codec.digest({**body, "seats": 100})
