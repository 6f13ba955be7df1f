"""Summaries: the compiled loops that lay out twins, leaves and blocks (see ``lists``)."""

from __future__ import annotations

from typing import Any

WIDTH = 16
"""Entries in a leaf."""

HELPER, LEVEL, METHODS, HEARD, CLOCK, REGION, COUNTRY, FRESH = range(8)
"""Columns of an entry's traits. ``HEARD`` is the points for the helper's level of the language."""

WISH_LEVEL, WISH_METHODS = 8, 9
"""In a leaf of a twin, and in its summary: the level and methods of what the helper wants."""

PROJECTS, OTHERS = 10, 1 << 15
"""In leaves and summaries only: a bit for each of the commonest projects, one for all ``OTHERS``."""

TRAITS = 11
"""Traits in a leaf, and in its summary."""

CLOCK_TO = 0
"""In leaves and summaries only: clocks span a range, ``CLOCK`` to ``CLOCK_TO`` (-1: none known)."""

SEVERAL = -2
"""In a summary, the region or country of a leaf that has several.

Levels, methods and projects are sets of bits in leaves and summaries, those of an entry with one
level each; ``HEARD`` and ``FRESH`` are the highest.
"""


def count_twins(
    first: int, last: int, counts: Any, starts: Any, some: Any, helpers: Any, want_starts: Any,
    wanted: Any, is_open: Any, capacities: int,
) -> None:  # fmt: skip
    """Count the entries of each twin of ``some`` lists: ``counts[at * capacities + wanted]``."""
    for at in range(first, last):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = helpers[entry]
            for want in range(want_starts[helper], want_starts[helper + 1]):
                if is_open[want]:
                    counts[at * capacities + wanted[want]] += 1


def fill_twins(
    first: int, last: int, members: Any, wishes: Any, place: Any, starts: Any, some: Any,
    helpers: Any, want_starts: Any, wanted: Any, wish: Any, is_open: Any, capacities: int,
) -> None:  # fmt: skip
    """Fill the twins of ``some`` lists from ``place`` on: who is in them, and what they wish."""
    for at in range(first, last):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = helpers[entry]
            for want in range(want_starts[helper], want_starts[helper + 1]):
                if is_open[want]:
                    twin = at * capacities + wanted[want]
                    members[place[twin]] = entry
                    wishes[place[twin]] = wish[want]
                    place[twin] += 1


def fill_leaves(
    first: int, last: int, found: Any, starts: Any, leaves: Any, members: Any, wishes: Any,
    traits: Any, folded: Any,
) -> None:  # fmt: skip
    """Lay out the entries of some lists in leaves: ``found[leaf, trait, place]``."""
    for number in range(first, last):
        for at in range(starts[number], starts[number + 1]):
            leaf = leaves[number] + (at - starts[number]) // WIDTH
            place = (at - starts[number]) % WIDTH
            entry = members[at]
            for trait in (METHODS, HEARD, CLOCK, REGION, COUNTRY, FRESH):
                found[leaf, trait, place] = traits[entry, trait]
            found[leaf, CLOCK_TO, place] = traits[entry, CLOCK]
            found[leaf, LEVEL, place] = 1 << traits[entry, LEVEL]
            found[leaf, WISH_LEVEL, place] = 1 << (wishes[at] >> 16)
            found[leaf, WISH_METHODS, place] = wishes[at] & 0xFFFF
            found[leaf, PROJECTS, place] = folded[traits[entry, HELPER]]


def summarise(
    first: int, last: int, found: Any, starts: Any, leaves: Any, blocks: Any, traits: Any
) -> None:
    """Summarise the leaves of those of some lists that have blocks: ``found[block, trait, leaf]``."""
    for number in range(first, last):
        if blocks[number] == blocks[number + 1]:
            continue
        for at in range(starts[number], starts[number + 1]):
            index = (at - starts[number]) // WIDTH
            block, place = blocks[number] + index // WIDTH, index % WIDTH
            leaf, inside = traits[leaves[number] + index], (at - starts[number]) % WIDTH
            row = found[block]
            for trait in (LEVEL, METHODS, WISH_LEVEL, WISH_METHODS, PROJECTS):
                row[trait, place] |= leaf[trait, inside]
            for trait in (HEARD, FRESH):
                row[trait, place] = max(row[trait, place], leaf[trait, inside])
            hour = leaf[CLOCK, inside]
            if inside == 0:
                row[CLOCK, place] = row[CLOCK_TO, place] = hour
            elif hour >= 0:
                early = row[CLOCK, place]
                row[CLOCK, place] = min(early, hour) if early >= 0 else hour
                row[CLOCK_TO, place] = max(row[CLOCK_TO, place], hour)
            for trait in (REGION, COUNTRY):
                if inside == 0:
                    row[trait, place] = leaf[trait, inside]
                elif row[trait, place] != leaf[trait, inside]:
                    row[trait, place] = SEVERAL
