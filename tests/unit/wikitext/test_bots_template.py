"""The exclusion table: what pages say about bots, and what becomes of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.notices.stop_pages import Mention, find_mention
from exchange.wikitext.bots_template import Allowed, Denied, Verdict, check_bots
from tests.unit.profiles.strategies import wikitext

BOT = "Exchange Bot"
NOBOTS = ("Nobots", "NoBots", "Template:Keine Bots")
BOTS = ("Bots", "Bot rules")
LIST = [
    tuple(row)
    for row in tomllib.loads(
        (Path(__file__).parent / "opt_out_list.toml").read_text(encoding="utf-8")
    )["rows"]
]
INSTALLED = "People listed here get no messages. Add your own name."
ROWS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "table.toml").read_text(encoding="utf-8")
)["row"]


def judged(text: str) -> Verdict:
    return check_bots(
        text, bot=BOT, bots=BOTS, nobots=NOBOTS, kinds=("capacity-exchange", "matches")
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["name"]).replace(" ", "_"))
def test_the_row_is_judged_as_it_says(row: dict[str, Any]) -> None:
    found = judged(row["text"])
    allowed = row["verdict"] == "yes" and not row.get("over")
    assert isinstance(found, Allowed if allowed else Denied), found


def test_no_opt_out_of_the_table_is_missed_and_at_most_two_rows_are_over_blocked() -> None:
    names = [row["name"] for row in ROWS]
    assert len(names) >= 80
    assert len(set(names)) == len(names)
    denied = {row["name"]: isinstance(judged(row["text"]), Denied) for row in ROWS}
    assert [row["name"] for row in ROWS if row["verdict"] == "no" and not denied[row["name"]]] == []
    over = [row["name"] for row in ROWS if row["verdict"] == "yes" and denied[row["name"]]]
    assert len(over) <= 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{nobots}}", "nobots"),
        ("{{bots|deny=all}}", "deny"),
        ("{{bots|allow=none}}", "allow"),
        ("{{bots|optout=all}}", "optout"),
        ("{{bots|what=ever}}", "unreadable"),
    ],
)
def test_a_refusal_says_why_and_what_stands_there(text: str, why: str) -> None:
    assert judged(f"Hello. {text} Bye.") == Denied(why, text)


@given(wikitext, wikitext)
def test_no_text_raises_and_an_opt_out_in_front_of_any_text_counts(before: str, after: str) -> None:
    assert isinstance(judged(before), Allowed | Denied)
    assert isinstance(judged("{{nobots}}" + after), Denied)


def mentioned(name: str, text: str) -> Mention:
    return find_mention(
        text,
        [name],
        installed=INSTALLED,
        namespaces=("User", "User talk", "Benutzer", "Benutzer Diskussion"),
    )


@pytest.mark.parametrize(("name", "text", "said"), LIST)
def test_the_opt_out_list_is_read_as_it_says(name: str, text: str, said: str) -> None:
    assert mentioned(name, text).value == said


def test_the_exclusion_table_has_200_rows_and_misses_nobody() -> None:
    """Both tables together: whoever may have said no is not written to."""
    assert len(ROWS) + len(LIST) >= 200
    assert len(set(LIST)) == len(LIST)
    missed = [row for row in LIST if row[2] != "none" and mentioned(*row[:2]) is Mention.NONE]
    missed += [row for row in ROWS if row["verdict"] == "no" and judged(row["text"]) == Allowed()]
    assert missed == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_name_alone_on_its_line_is_listed_whatever_else_the_page_says(a: str, b: str) -> None:
    a, b = a.replace("<!--", ""), b.replace("-->", "")
    assert mentioned("Ada Example", f"{a}\n* Ada Example\n{b}") is Mention.LISTED
    assert mentioned("Ada Example", a + b) in Mention
