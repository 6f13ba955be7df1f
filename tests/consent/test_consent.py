"""The exclusion table: what pages say about bots, and what becomes of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from exchange.consent import Allowed, Denied, Verdict, verdict
from tests.template.strategies import wikitext

BOT = "Exchange Bot"
NOBOTS = ("Nobots", "NoBots", "Template:Keine Bots")
BOTS = ("Bots", "Bot rules")
ROWS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "table.toml").read_text(encoding="utf-8")
)["row"]


def judged(text: str) -> Verdict:
    return verdict(text, bot=BOT, bots=BOTS, nobots=NOBOTS, kinds=("capacity-exchange", "matches"))


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


@settings(max_examples=200, deadline=None)
@given(wikitext, wikitext)
def test_no_text_raises_and_an_opt_out_in_front_of_any_text_counts(before: str, after: str) -> None:
    assert isinstance(judged(before), Allowed | Denied)
    assert isinstance(judged("{{nobots}}" + after), Denied)
