"""Joining: one's own name comes and goes, and no other byte of the page changes with it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import directory
from exchange.profiles.document import PageReading
from exchange.profiles.joining import JoinableRequest
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page

NAMES = TemplateNames()
DIRECTORY = directory.load()


def read(text: str) -> PageReading:
    return read_page(
        text, names=NAMES, directory=DIRECTORY, today=date(2026, 11, 23), title="User:Ada"
    )


def found(text: str, capacity: str = "finance") -> JoinableRequest:
    request = JoinableRequest.find(text, capacity, names=NAMES, read=read)
    assert request is not None
    return request


BARE = "{{Capacity Exchange request|want=Finance}}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BARE, "{{Capacity Exchange request|want=Finance|joined=\n* [[User:Ada B.]]}}"),
        (
            "Hello.\n{{Capacity Exchange request\n| want = Finance\n| until = 2027-03-01\n}}\nBye.",
            "Hello.\n{{Capacity Exchange request\n| want = Finance\n| until = 2027-03-01\n"
            "| joined =\n* [[User:Ada B.]]\n}}\nBye.",
        ),
        (
            "{{Capacity Exchange request\n| want = Finance\n| joined =\n}}",
            "{{Capacity Exchange request\n| want = Finance\n| joined =\n* [[User:Ada B.]]\n}}",
        ),
        (
            "{{Capacity Exchange request|want=Finance|joined=Ben, Carla}}",
            "{{Capacity Exchange request|want=Finance|joined=Ben, Carla, [[User:Ada B.]]}}",
        ),
        (
            "{{Capacity Exchange request|want=Finance|me too=\n* [[User:Ben|Ben]] please!\n}}",
            "{{Capacity Exchange request|want=Finance|me too=\n* [[User:Ben|Ben]] please!"
            "\n* [[User:Ada B.]]\n}}",
        ),
    ],
)
def test_a_name_stands_as_the_others_do_and_goes_without_a_trace(before: str, after: str) -> None:
    joined = found(before).with_name("Ada B.")
    assert joined == after
    assert found(joined).with_name("Ada B.") == joined, "a second time changes nothing"
    left = found(joined).without_names(["Ada B."])
    assert found(left).joined == found(before).joined
    assert found(left).without_names(["Ada B."]) == left


def test_of_several_requests_the_one_that_asks_for_it_is_joined() -> None:
    other = "{{Capacity Exchange request|want=Lua}}"
    text = f"{other}\n{BARE}\n{other}"
    assert found(text).with_name("Bo") == text.replace(
        BARE, "{{Capacity Exchange request|want=Finance|joined=\n* [[User:Bo]]}}"
    )
    assert JoinableRequest.find(text, "photography", names=NAMES, read=read) is None


ROWS = ["* [[User:Ben]]", "* Carla", "* [[User:Dee|D.]] ([[User talk:Dee|talk]])", "<!-- x -->"]
PEOPLE = ["Ada", "Bo", "Efe Ö", "Zo'e"]


@given(
    st.lists(st.sampled_from(ROWS), unique=True),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.booleans()), max_size=8),
)
def test_whoever_comes_and_goes_leaves_all_others_and_their_words(
    rows: list[str], moves: list[tuple[str, bool]]
) -> None:
    text = "\n".join(
        ["Hello.", "{{Capacity Exchange request", "| want = Finance", "| joined =", *rows, "}}", ""]
    )
    here = list(found(text).joined)
    for name, comes in moves:
        request = found(text)
        text = request.with_name(name) if comes else request.without_names([name])
        if comes != (name in here):
            (here.append if comes else here.remove)(name)
        assert found(text).joined == tuple(here)
        assert all(row in text for row in rows)
        assert text.startswith("Hello.\n{{Capacity Exchange request\n| want = Finance\n")
        assert read(text).problems == ()


def test_several_names_of_one_person_are_taken_out_at_once() -> None:
    both = found(found(BARE).with_name("Old")).with_name("New")
    assert found(found(both).with_name("Ben")).without_names(["Old", "New", "Nobody"]) == found(
        BARE
    ).with_name("Ben")
