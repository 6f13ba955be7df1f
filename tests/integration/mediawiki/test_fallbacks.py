"""Fallback languages: what a real MediaWiki tries where it has no text in a language."""

from __future__ import annotations

import pytest

from exchange.languages import canonical, fallback_chain
from tests.support.wiki.mediawiki import MediaWiki

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]


def test_we_try_the_languages_that_mediawiki_tries(mediawiki: MediaWiki) -> None:
    asked = {"action": "query", "meta": "languageinfo", "liprop": "fallbacks"}
    rows: dict[str, dict[str, list[str]]] = {}
    more: dict[str, str] = {}
    while not rows or more:
        answer = mediawiki.call(**asked, **more)
        rows |= answer["query"]["languageinfo"]
        more = answer.get("continue", {})
    theirs = {code: [canonical(one) for one in row["fallbacks"]] for code, row in rows.items()}
    assert len(theirs) > 400
    assert {
        code: chain
        for code, chain in theirs.items()
        if canonical(code) == code
        and chain
        and [*dict.fromkeys(one for one in chain if one not in (code, "en")), "en"]
        != list(fallback_chain(code))
    } == {}
    alone = {code for code, chain in theirs.items() if not chain and canonical(code) == code}
    plain = {code for code in alone if "-" not in code and code != "en"}
    assert {code for code in plain if fallback_chain(code) != ("en",)} == set()
