"""Neighbours: helpers in groups of those who can give, speak and want the same.

For each capacity, language and *wish* (a capacity that the helper wants in return; wish 0 stands
for all helpers) there is a group of entries. In a group those stand together who live in the same
place and have the same levels: their *likeness*. So whoever suits a seeker best stands near the
seeker's own likeness, and a window there stands for the whole group (sorted neighbourhoods, as
record linkage calls it).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from exchange.matching.candidates.facts import FRESH, LANGUAGES, OFFERS, PLACE, WANTS, Facts
from exchange.matching.columns import Bools, starts_of
from exchange.matching.compiled import compiled
from exchange.matching.market import Market

LIKE, HELPER, GIVES, WANTED = range(4)
"""Columns of an entry: likeness, the helper's row, ``freshness << 16 | methods`` of the offer, and
``level << 16 | methods`` of what is wanted in return."""

FIRST, LAST = 0, 3
"""Columns of a helper looked up, beside ``HELPER`` and ``GIVES``: where their wants begin and end."""

PART = 100_000
"""Offers that one thread takes at a time."""


class Groups(NamedTuple):
    """Helpers by capacity, language and wish.

    ``find[capacity * languages + language]`` is a number or -1. Number ``i`` has the groups from
    ``firsts[i]`` to before ``lasts[i]``, in the order of their ``wish`` (a capacity and 1; 0 for
    any), and group ``g`` the entries ``starts[g]:starts[g + 1]``, in the order of likeness.
    """

    find: Any
    firsts: Any
    lasts: Any
    wish: Any
    starts: Any
    entries: Any
    languages: int


class OfferLists(NamedTuple):
    """Offers by capacity and language, those of each list in the order of likeness.

    List ``i`` is ``keys[starts[i]:starts[i + 1]]``, and has the entries ``begins[i]:begins[i + 1]``.
    The low ``bits[0]`` bits of a key are the row of the offer, the ``bits[1]`` bits above are the
    likeness. ``owner`` is by row of the offer.
    """

    keys: Any
    starts: Any
    begins: Any
    bits: Any
    owner: Any


def group_helpers(
    market: Market,
    facts: Facts,
    helpers: Bools,
    *,
    offered: Bools | None = None,
    threads: int = 2,
) -> Groups:
    """Put the offers of all ``helpers`` into groups (of some ``offered`` capacities only).

    Raises ``ValueError`` where capacities, places and offers are too many for keys of 63 bits.
    """
    capacities, languages = len(facts.meeting_starts) - 1, max(len(market.speakers), 1)
    offered = np.ones(capacities, bool) if offered is None else offered
    bits = check_key_bits(facts)
    counts = np.diff(facts.person[:, OFFERS]) * np.diff(facts.person[:, LANGUAGES])
    keys = np.empty(counts[helpers].sum(), np.int64)
    sizes = np.zeros((capacities * languages, 2), np.int64)
    helpers = np.require(helpers, np.bool_, ["C", "W"])
    compiled(_fill_keys)(facts, helpers, offered, bits, keys, sizes)
    codes = np.flatnonzero(sizes[:, 0])
    starts, begins = starts_of(sizes[codes, 0]), starts_of(sizes[codes, 1])
    keys = keys[: starts[-1]]
    keys.sort()
    owner = np.require(market.offers.person, np.int32, ["C", "W"])
    lists = OfferLists(keys, starts, begins, bits, owner)
    find = np.full(capacities * languages, -1, np.int32)
    find[codes] = np.arange(len(codes))
    # A list has at most one group a wish or entry; and a place for where its last group ends.
    firsts = starts_of(np.minimum(sizes[codes, 1], capacities + 1) + 1)
    lasts, entries = np.empty(len(codes), np.int64), np.empty((begins[-1], 4), np.int32)
    wish, wish_starts = np.empty(firsts[-1], np.int32), np.empty(firsts[-1], np.int64)
    groups = Groups(find, firsts, lasts, wish, wish_starts, entries, languages)

    def fill(span: tuple[int, int]) -> None:
        cursor = np.empty(capacities + 1, np.int64)
        rows = np.empty((starts[span[1]] - starts[span[0]], 4), np.int32)
        compiled(_fill_groups)(facts, lists, span, cursor, rows, groups)

    # Threads share the lists out.
    cuts = np.flatnonzero(np.diff(starts[:-1] // PART, prepend=-1))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, pairwise([*cuts.tolist(), len(codes)])))
    return groups


def check_key_bits(facts: Facts) -> tuple[int, int]:
    """Return how many bits of a key the offer and the likeness take; ``ValueError`` if too many."""
    lists = (len(facts.meeting_starts) - 1) * len(facts.small_language)
    row_bits = len(facts.offers).bit_length()
    like_bits = (int(facts.person[:, PLACE].max(initial=0)) << 6 | 63).bit_length()
    if row_bits + like_bits + lists.bit_length() > 63:
        raise ValueError(f"{lists} lists, with places and offers, are too many for one key")
    return row_bits, like_bits


def _fill_keys(facts: Any, helpers: Any, offered: Any, bits: Any, keys: Any, sizes: Any) -> None:
    """Write a key for each offer and language: list, likeness, offer. Count keys and entries."""
    to, languages = 0, len(sizes) // len(offered)
    for person in range(len(helpers)):
        if not helpers[person]:
            continue
        entries = 1 + facts.person[person + 1, WANTS] - facts.person[person, WANTS]
        for offer in range(facts.person[person, OFFERS], facts.person[person + 1, OFFERS]):
            capacity, level = facts.offers[offer] >> 32, facts.offers[offer] >> 16 & 7
            if not offered[capacity]:
                continue
            for at in range(facts.person[person, LANGUAGES], facts.person[person + 1, LANGUAGES]):
                code, known = facts.languages[at] >> 8, facts.languages[at] & 7
                like = np.int64(facts.person[person, PLACE]) << 6 | level << 3 | known
                number = capacity * languages + code
                keys[to] = (number << bits[1] | like) << bits[0] | offer
                to += 1
                sizes[number, 0] += 1
                sizes[number, 1] += entries


@compiled
def look_up_helpers(facts: Any, lists: Any, begin: int, rows: Any) -> None:
    """Write a row of ``HELPER`` ... ``LAST`` for each key from ``begin`` on.

    Short loops without branches: many reads at once take little longer than one.
    """
    for at in range(len(rows)):
        offer = lists.keys[begin + at] & ((1 << lists.bits[0]) - 1)
        rows[at, HELPER], rows[at, GIVES] = lists.owner[offer], facts.offers[offer] & 0xFFFF
    for at in range(len(rows)):
        person = rows[at, HELPER]
        rows[at, GIVES] |= facts.person[person, FRESH] << 16
        rows[at, FIRST] = facts.person[person, WANTS]
        rows[at, LAST] = facts.person[person + 1, WANTS]


def _fill_groups(facts: Any, lists: Any, span: Any, cursor: Any, rows: Any, groups: Any) -> None:
    """Write the groups of some lists and their entries.

    ``cursor`` (by wish) and ``rows`` (for each offer in these lists) are room to work in.
    """
    origin = lists.starts[span[0]]
    look_up_helpers(facts, lists, origin, rows)
    for number in range(span[0], span[1]):
        begin, end = lists.starts[number] - origin, lists.starts[number + 1] - origin
        cursor[:] = 0
        cursor[0] = end - begin
        for at in range(begin, end):
            for want in range(rows[at, FIRST], rows[at, LAST]):
                cursor[(facts.wants[want] >> 32) + 1] += 1
        group, to = groups.firsts[number], lists.begins[number]
        for wish in range(len(cursor)):
            if cursor[wish] > 0:
                groups.wish[group], groups.starts[group] = wish, to
                cursor[wish], to = to, to + cursor[wish]
                group += 1
        groups.lasts[number], groups.starts[group] = group, to
        for at in range(begin, end):
            like = lists.keys[origin + at] >> lists.bits[0] & ((1 << lists.bits[1]) - 1)
            # One entry among all, then one for each wish.
            for want in range(rows[at, FIRST] - 1, rows[at, LAST]):
                wish, wanted = 0, np.int64(0)
                if want >= rows[at, FIRST]:
                    wish, wanted = (facts.wants[want] >> 32) + 1, facts.wants[want] & 0xFFFFFFF
                to = cursor[wish]
                cursor[wish] = to + 1
                groups.entries[to, LIKE], groups.entries[to, HELPER] = like, rows[at, HELPER]
                groups.entries[to, GIVES], groups.entries[to, WANTED] = rows[at, GIVES], wanted
