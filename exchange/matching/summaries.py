"""Summaries: the compiled loops that lay out twins and sum up leaves and blocks (see ``lists``)."""

from __future__ import annotations

from typing import Any

import numpy as np


def append_twins(
    starts: Any,
    some: Any,
    traits: Any,
    want_starts: Any,
    wanted: Any,
    is_open: Any,
    capacities: int,
) -> Any:
    """Append the twins of long lists to the lists: (members, starts, number by long and want)."""
    entries, lists = len(traits), len(starts) - 1
    counts = np.zeros(len(some) * capacities, np.int64)
    for at in range(len(some)):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = traits[entry, 0]
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
    for entry in range(entries):
        members[entry] = entry
    for at in range(len(some)):
        for entry in range(starts[some[at]], starts[some[at] + 1]):
            helper = traits[entry, 0]
            for want in range(want_starts[helper], want_starts[helper + 1]):
                if is_open[want]:
                    twin = at * capacities + wanted[want]
                    members[place[twin]] = entry
                    place[twin] += 1
    return members, all_starts, twins


def summarise(starts: Any, pieces: Any, members: Any, traits: Any, projects: Any, size: int) -> Any:
    """Summarise each piece of ``size`` entries of each list."""
    count, words = pieces[-1], projects.shape[1]
    found = np.zeros((count, 9), np.int32)
    union = np.zeros((count, words), np.uint64)
    for number in range(len(starts) - 1):
        for at in range(starts[number], starts[number + 1]):
            piece = pieces[number] + (at - starts[number]) // size
            first = (at - starts[number]) % size == 0
            entry = members[at]
            row = found[piece]
            trait = traits[entry]
            row[1] |= 1 << trait[1]
            row[2] |= trait[2]
            row[3] = max(row[3], trait[3])
            row[7] = max(row[7], trait[7])
            if first:
                row[4], row[8] = trait[4], trait[4]
                row[5], row[6] = trait[5], trait[6]
            else:
                if trait[4] >= 0:
                    row[4] = trait[4] if row[4] < 0 else min(row[4], trait[4])
                    row[8] = max(row[8], trait[4])
                if row[5] != trait[5]:
                    row[5] = -2
                if row[6] != trait[6]:
                    row[6] = -2
            for word in range(words):
                union[piece, word] |= projects[trait[0], word]
    return found, union
