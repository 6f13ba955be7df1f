"""The comparison column of the exclusion table: what pywikibot's own botMayEdit says."""

from __future__ import annotations

from typing import Any

import pytest

from bot.wiki.client import Client
from tests.support.wiki.mediawiki import MediaWiki
from tests.unit.wikitext.test_bots_template import ROWS

pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

TEMPLATES = {
    "Template:Bots": "",
    "Template:Nobots": "",
    "Template:NoBots": "#REDIRECT [[Template:Nobots]]",
    "Template:Keine Bots": "#REDIRECT [[Template:Nobots]]",
    "Template:Bot rules": "#REDIRECT [[Template:Bots]]",
}


@pytest.fixture(scope="module")
def theirs(mediawiki: MediaWiki) -> dict[str, bool]:
    """What pywikibot says of each row, each on a real page: {name: whether it would edit}."""
    pages = {f"User talk:Exclusion {at}": row["text"] or "-" for at, row in enumerate(ROWS)}
    mediawiki.fill({**TEMPLATES, **pages})
    account = mediawiki.accounts["Exchange Bot"]
    site: Any = Client(api=mediawiki.api, user=account.login, password=account.secret)._site
    pywikibot = Client(api=mediawiki.api)._lib.pywikibot
    return {
        row["name"]: pywikibot.Page(site, title).botMayEdit()
        for row, title in zip(ROWS, pages, strict=True)
    }


def test_the_comparison_column_is_what_pywikibot_says(theirs: dict[str, bool]) -> None:
    said = {row["name"]: "yes" if theirs[row["name"]] else "no" for row in ROWS}
    assert said == {row["name"]: row["pywikibot"] for row in ROWS}


def test_pywikibot_misses_opt_outs_that_are_not_missed_here(theirs: dict[str, bool]) -> None:
    missed = {row["name"] for row in ROWS if row["verdict"] == "no" and theirs[row["name"]]}
    assert {"opt out of what we send", "deny all in capitals", "no bots with a space"} <= missed
