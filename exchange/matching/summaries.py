"""Summaries: the compiled loops that lay out twins, leaves and blocks (see ``lists``)."""

from __future__ import annotations

from typing import Any

import numpy as np

WIDTH = 16
"""Entries in a leaf."""

HELPER, LEVEL, METHODS, HEARD, CLOCK, REGION, COUNTRY, FRESH = range(8)
"""Columns of an entry's traits. ``HEARD`` is the points for the helper's level of the language."""

WISH_LEVEL, WISH_METHODS = 8, 9
"""In a leaf of a twin, and in its summary: the level and methods of what the helper wants."""

PROJECTS = 10
"""In a leaf only: the helper's projects folded into 16 bits. Who shares none here shares none."""

TRAITS = 11
"""Traits in a leaf."""

CLOCK_TO = 10
"""In a summary only: clocks span a range, ``CLOCK`` to ``CLOCK_TO`` (-1 for none known).

``HELPER`` is not used there; levels and methods are sets of bits; ``HEARD`` and ``FRESH`` the
highest; ``REGION`` and ``COUNTRY`` the only one, or -2 for several.
"""


def append_twins(
    starts: Any,
    some: Any,
    traits: Any,
    want_starts: Any,
    wanted: Any,
    wish: Any,
    is_open: Any,
    capacities: int,
) -> Any:
    """Append the twins of long lists: (members, starts, their wishes, number by long and want)."""
    entries, lists = len(traits), len(starts) - 1
    counts = np.zeros(len(some) * capacities, np.int64)
    for at in range(len(some)):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = traits[entry, HELPER]
            for want in range(want_starts[helper], want_starts[helper + 1]):
                if is_open[want]:
                    counts[at * capacities + wanted[want]] += 1
    twins = np.full(len(counts), -1, np.int32)
    number, whole = lists, entries
    for at in range(len(counts)):
        if counts[at] > 0:
            twins[at] = number
            number += 1
            whole += counts[at]
    all_starts = np.empty(number + 1, np.int64)
    all_starts[: lists + 1] = starts
    place = np.empty(len(counts), np.int64)
    for at in range(len(counts)):
        if counts[at] > 0:
            place[at] = all_starts[twins[at]]
            all_starts[twins[at] + 1] = place[at] + counts[at]
    members = np.empty(whole, np.int32)
    wishes = np.zeros(whole, np.int32)
    for entry in range(entries):
        members[entry] = entry
    for at in range(len(some)):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = traits[entry, HELPER]
            for want in range(want_starts[helper], want_starts[helper + 1]):
                if is_open[want]:
                    twin = at * capacities + wanted[want]
                    members[place[twin]] = entry
                    wishes[place[twin]] = wish[want]
                    place[twin] += 1
    return members, all_starts, wishes, twins


def fill_leaves(
    found: Any, starts: Any, leaves: Any, members: Any, wishes: Any, traits: Any, folded: Any
) -> None:
    """Lay out the entries of each list in leaves: ``found[leaf, trait, place]``."""
    for number in range(len(starts) - 1):
        for at in range(starts[number], starts[number + 1]):
            leaf = leaves[number] + (at - starts[number]) // WIDTH
            place = (at - starts[number]) % WIDTH
            entry = members[at]
            for trait in range(1, 8):
                found[leaf, trait, place] = traits[entry, trait]
            found[leaf, WISH_LEVEL, place] = wishes[at] >> 16
            found[leaf, WISH_METHODS, place] = wishes[at] & 0xFFFF
            found[leaf, PROJECTS, place] = folded[traits[entry, HELPER]]


def summarise(
    starts: Any, blocks: Any, members: Any, wishes: Any, traits: Any, projects: Any, size: int
) -> Any:
    """Summarise each block of ``size`` entries of each list."""
    count, words = blocks[-1], projects.shape[1]
    found = np.zeros((count, 11), np.int32)
    union = np.zeros((count, words), np.uint64)
    for number in range(len(starts) - 1):
        for at in range(starts[number], starts[number + 1]):
            block = blocks[number] + (at - starts[number]) // size
            entry = members[at]
            row = found[block]
            trait = traits[entry]
            row[LEVEL] |= 1 << trait[LEVEL]
            row[METHODS] |= trait[METHODS]
            row[HEARD] = max(row[HEARD], trait[HEARD])
            row[FRESH] = max(row[FRESH], trait[FRESH])
            row[WISH_LEVEL] |= 1 << (wishes[at] >> 16)
            row[WISH_METHODS] |= wishes[at] & 0xFFFF
            if (at - starts[number]) % size == 0:
                row[CLOCK], row[CLOCK_TO] = trait[CLOCK], trait[CLOCK]
                row[REGION], row[COUNTRY] = trait[REGION], trait[COUNTRY]
            else:
                if trait[CLOCK] >= 0:
                    row[CLOCK] = trait[CLOCK] if row[CLOCK] < 0 else min(row[CLOCK], trait[CLOCK])
                    row[CLOCK_TO] = max(row[CLOCK_TO], trait[CLOCK])
                if row[REGION] != trait[REGION]:
                    row[REGION] = -2
                if row[COUNTRY] != trait[COUNTRY]:
                    row[COUNTRY] = -2
            for word in range(words):
                union[block, word] |= projects[trait[HELPER], word]
    return found, union
