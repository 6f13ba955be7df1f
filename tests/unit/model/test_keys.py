"""Keys: parsed and written in one place, and compared as what they mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exchange.model.keys import (
    CANDIDATE_LENGTH,
    RECIPIENT_LENGTH,
    CandidateId,
    ProfileKey,
    Recipient,
    format_publication,
    is_group_key,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("text", ["user:5", "page:9", "user:123456789"])
def test_a_profile_key_is_read_as_it_is_written(text: str) -> None:
    assert str(ProfileKey.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "user", "user:", "user:Ada", "User:5", "user:5 ", "user:5 seeker", "page:-1", "5"]
)
def test_what_is_no_profile_key_is_refused_with_what_it_should_be(text: str) -> None:
    with pytest.raises(ValueError, match="write it as user:123"):
        ProfileKey.parse(text)


def test_a_person_has_an_account_and_a_group_has_none() -> None:
    assert ProfileKey.for_person(5) == ProfileKey.parse("user:5")
    assert (ProfileKey.parse("user:5").account, ProfileKey.parse("page:5").account) == (5, 0)
    assert is_group_key("page:5")
    assert not is_group_key("user:5")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("user:5", None),
        ("page:9>user:5", ProfileKey.for_person(5)),
        ("page:9>Ada Example", "Ada Example"),
        ("page:9>用户 甲", "用户 甲"),
    ],
)
def test_a_recipient_is_read_as_it_is_written(text: str, contact: ProfileKey | str | None) -> None:
    found = Recipient.parse(text)
    assert (found.contact, str(found)) == (contact, text)


@pytest.mark.parametrize(
    "text", ["user:5 seeker", "page:9>user:5 helper", "page:9>Ada the Example seeker"]
)
def test_a_candidate_is_read_as_it_is_written(text: str) -> None:
    found = CandidateId.parse(text)
    assert str(found) == text
    assert found.role in ("seeker", "helper")


@pytest.mark.parametrize(
    ("candidate", "concerned"),
    [
        ("user:5 seeker", True),
        ("page:9>user:5 seeker", True),
        ("user:55 seeker", False),
        ("page:5 seeker", False),
        ("page:5>user:55 helper", False),
    ],
)
def test_a_candidate_concerns_the_person_and_nobody_else(candidate: str, concerned: bool) -> None:
    assert CandidateId.parse(candidate).recipient.concerns(ProfileKey.parse("user:5")) is concerned


def test_two_long_names_stay_two_recipients_and_fit_their_column() -> None:
    names = ["x" * 200 + "1", "x" * 200 + "2"]
    texts = {str(Recipient(ProfileKey.for_group(9), name)) for name in names}
    titles = {format_publication("Project:Report/" + name) for name in names}
    assert len(texts) == len(titles) == 2
    assert max(map(len, texts)) <= RECIPIENT_LENGTH
    assert max(map(len, titles)) <= CANDIDATE_LENGTH
    for text in texts:
        assert str(Recipient.parse(text)) == text
        assert len(str(CandidateId(Recipient.parse(text), "seeker"))) <= CANDIDATE_LENGTH


BUILDS_A_KEY = re.compile(
    r"""f['"](user|page):             # f"user:{id}"
      | ['"](user|page|publish):['"]   # "user:" + id, startswith("page:")
      | ['"](user|page):%              # a pattern for a query
      | f['"]\{[^<}]*\}>\{            # f"{group}>{contact}"
      | (partition|split)\(['"]>['"]   # partition(">"), split(">")
      | recipient\}\ \{               # f"{recipient} {role}"
      | key\[\d:\]                    # int(key[5:])
    """,
    re.VERBOSE,
)


def test_no_other_module_builds_or_cuts_a_key() -> None:
    places = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in ("exchange", "bot", "webtool", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.relative_to(ROOT).as_posix() != "exchange/model/keys.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if BUILDS_A_KEY.search(line)
    ]
    assert not places, "\n".join(places)


@pytest.mark.parametrize(
    "line",
    ['f"user:{id}"', "key.startswith('page:')", 'f"{a}>{b}"', "x.rpartition('>')", "int(key[5:])"],
)
def test_the_rule_sees_what_it_is_for(line: str) -> None:
    assert BUILDS_A_KEY.search(line)
