"""The JSON pages from which a profile's box on the wiki says that somebody is away by silence.

That two questions stayed unanswered stands on no page of theirs: the box looks their page's id up.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from exchange.model import Profile
from exchange.reports.wiki_pages import PageText, digest_texts
from exchange.store import Store

DIGITS = "0123456789"
"""The last digits of pages' ids, over which the look-up is spread: a change makes the wiki draw a tenth
of the profiles anew. ``words.lua`` counts in the same way."""

MOST = 5_000
"""How many pages one look-up names, those silent for the shortest time: each profile reads one."""

UNHEARD = "unheard"
"""What stands beside an id."""


def read_unheard(store: Store, today: date) -> list[Profile]:
    """Return who takes part and counts as away by silence, by key. Two queries."""
    records = store.profiles.records(store.signs_of_life.unanswered())
    people = (one.profile for one in records.values() if one.active)
    return [one for one in people if one.page_id and one.is_unheard_of(today)]


def away_pages(
    unheard: Iterable[Profile], *, module: str, known: Collection[str]
) -> Iterator[PageText]:
    """Yield the pages below the module that name somebody, or are ``known`` to have done so.

    They say nothing but ids of pages, whose profile in the tool says the same.
    """
    silent = sorted(unheard, key=lambda one: (max(one.unanswered), one.page_id), reverse=True)
    for digit in DIGITS:
        title = f"Module:{module}/away/{digit}.json"
        ids = [str(one.page_id) for one in silent if str(one.page_id)[-1] == digit][:MOST]
        if not ids and title not in known:
            continue
        found = dict.fromkeys(sorted(ids, key=int), UNHEARD)
        digest = digest_texts([json.dumps(found)])
        text = json.dumps({"digest": digest, **found}, indent="\t")
        yield PageText(title, text, digest, "json")
