"""An index made from an earlier one: quicker, and no different."""

from __future__ import annotations

from dataclasses import replace

from exchange.directory import load
from exchange.model import Profile
from exchange.search import Index, Query, build_index
from tests.unit.search.movement import NOW, movement

QUERIES = (
    "wikidata",
    "Amara",
    "begin",
    "e-mail first",
    "Renamed",
    "初心",
    "newly",
    "wikimedia",
    "",
)


def test_an_index_made_from_an_earlier_one_is_the_same_as_one_made_anew() -> None:
    directory = load()
    earlier = list(movement(400, directory=directory))
    later = _changed(earlier)
    before = build_index(earlier, directory=directory)
    anew = build_index(later, directory=directory)
    renewed = build_index(later, directory=directory, before=before)
    again = build_index(later, directory=directory, before=renewed)
    for text in QUERIES:
        expected = _asked(anew, text)
        assert _asked(renewed, text) == expected
        assert _asked(again, text) == expected


def test_a_renewed_index_finds_new_words_and_forgets_old_ones() -> None:
    directory = load()
    earlier = list(movement(60, directory=directory))
    changed = replace(earlier[7], about="Quixotic lanterns")
    before = build_index(earlier, directory=directory)
    renewed = build_index([*earlier[:7], changed, *earlier[8:]], directory=directory, before=before)
    assert _asked(before, "quixotic")[0] == ()
    assert _asked(renewed, "quixotic")[0] == (changed.key,)
    restored = build_index(earlier, directory=directory, before=renewed)
    assert _asked(restored, "quixotic")[0] == ()


def _changed(profiles: list[Profile]) -> list[Profile]:
    """Some leave, some are renamed, some write something else, one comes first."""
    kept = [one for at, one in enumerate(profiles) if at % 9 != 4]
    for at in range(0, len(kept), 11):
        kept[at] = replace(kept[at], name=f"Renamed {at}")
    for at in range(5, len(kept), 13):
        kept[at] = replace(kept[at], about="Something newly begun")
    return [replace(profiles[0], key="user:0", name="Newly Come"), *kept]


def _asked(index: Index, text: str) -> tuple[object, ...]:
    results = index.search(Query(text=text, size=100), today=NOW.date())
    every = index.every(Query(text=text), today=NOW.date())
    return results.keys, results.total, results.counts, results.partial, every
