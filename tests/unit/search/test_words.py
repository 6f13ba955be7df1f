"""How text is found: one case a sentence, in cases/words.json."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.model import Profile
from exchange.search import Index, Query
from exchange.search.tokenizer import index_terms, parse_query

CASES = json.loads((Path(__file__).parent / "cases" / "words.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_words(case: dict[str, Any]) -> None:
    profiles = [Profile("user:1", "Ada", about=case["written"]), Profile("user:2", "Somebody else")]
    index = Index(profiles, concepts=(), broader={})
    found = index.search(Query(text=case["asked"]), today=TODAY)
    assert found.keys == (("user:1",) if case["found"] else ())


@given(st.text(max_size=80))
def test_any_text_is_found_by_itself(text: str) -> None:
    held = set(index_terms(text))
    for word in parse_query(text):
        assert any(set(way) <= held for way in word), (word, held)


@given(st.text(max_size=60))
def test_nothing_that_is_asked_raises(text: str) -> None:
    index = Index([Profile("user:1", "Ada Lovelace")], concepts=(), broader={})
    index.search(Query(text=text), today=TODAY)
