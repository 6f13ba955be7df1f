"""One user name, as people write it in a field."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.profiles.names import TemplateNames

NAMES = TemplateNames.of()
CASES = [
    (written, case["names"])
    for case in tomllib.loads(Path(__file__).with_name("user_names.toml").read_text("utf-8"))[
        "case"
    ]
    for written in case["written"]
]


@pytest.mark.parametrize(("written", "names"), CASES)
def test_whoever_could_be_meant_is_meant(written: str, names: list[str]) -> None:
    assert list(NAMES.users_written(written)) == names


@given(st.text(alphabet="Aa _:/|[]{}()#.?&=%@'-أ", max_size=40))
def test_whatever_somebody_writes_gives_names_that_can_be(written: str) -> None:
    for name in NAMES.users_written(written):
        assert name
        assert not set(name) & set("[]{}|#/@")
        assert NAMES.user_name(name) == name
