"""Chain: moves that serve one person, or one want, more than before."""

from __future__ import annotations

from typing import Any

import numpy as np


def find_chains(
    seeker_of: Any,
    want_starts: Any,
    edge_starts: Any,
    helper_of: Any,
    slot_starts: Any,
    most: Any,
    picked: Any,
    slot: Any,
    load: Any,
    people: bool,
) -> None:
    """Serve one person (or want) more by chains of moves, as long as there is one.

    Helpers that a search in vain has seen lead nowhere for later searches either.
    """
    seekers, helpers = len(most), len(slot_starts) - 1
    seen = np.zeros(helpers, np.bool_)
    by_edge = np.full(helpers, -1, np.int64)  # the edge by which a helper was reached
    by_want = np.full(helpers, -1, np.int64)  # the want that this edge is for
    leaves = np.full(helpers, -1, np.int64)  # the want that gives up its seat for that, or -1
    queue = np.empty(helpers, np.int64)
    met = np.full(seekers, -1, np.int64)
    served = np.zeros(seekers, np.int32)
    for want in range(len(seeker_of)):
        if picked[want] >= 0:
            served[seeker_of[want]] += 1
    for start in range(seekers):
        while served[start] < most[start] and (served[start] == 0 or not people):
            low, high, end, spare = 0, 0, -1, -1
            met[start] = start
            current, leaving = start, -1
            position = 0
            while end < 0:
                # Everything that ``current`` could take, if it leaves its seat ``leaving``.
                for want in range(want_starts[current], want_starts[current + 1]):
                    if picked[want] >= 0 and want != leaving:
                        continue
                    for edge in range(edge_starts[want], edge_starts[want + 1]):
                        helper = helper_of[edge]
                        if seen[helper] or slot_starts[helper] == slot_starts[helper + 1]:
                            continue
                        barred = False
                        for sister in range(want_starts[current], want_starts[current + 1]):
                            taken = picked[sister]
                            if taken >= 0 and helper_of[taken] == helper:
                                barred = True
                        if barred:
                            continue
                        seen[helper] = True
                        by_edge[helper], by_want[helper] = edge, want
                        leaves[helper] = leaving
                        queue[high] = helper
                        high += 1
                        if slot_starts[helper] + load[helper] < slot_starts[helper + 1]:
                            end = helper
                            break
                    if end >= 0:
                        break
                # The next holder of a seat that was reached.
                found = False
                while end < 0 and not found and low < high:
                    helper = queue[low]
                    begin = slot_starts[helper]
                    if begin + position >= slot_starts[helper + 1]:
                        low += 1
                        position = 0
                        continue
                    holder = slot[begin + position]
                    position += 1
                    owner = seeker_of[holder]
                    if people and served[owner] > 1 and owner != start:
                        end, spare = helper, holder
                        break
                    if met[owner] == start:
                        continue
                    met[owner] = start
                    current, leaving = owner, holder
                    found = True
                if end < 0 and not found:
                    break
            if end < 0:
                break
            # Walk back: each takes the seat that the next one left.
            helper, free = end, spare
            if spare >= 0:
                picked[spare] = -1
                served[seeker_of[spare]] -= 1
            while True:
                want, edge, left = by_want[helper], by_edge[helper], leaves[helper]
                at = slot_starts[helper]
                if free < 0:
                    at += load[helper]
                    load[helper] += 1
                else:
                    while slot[at] != free:
                        at += 1
                before = -1 if left < 0 else helper_of[picked[left]]
                if left >= 0:
                    picked[left] = -1
                picked[want] = edge
                slot[at] = want
                if left < 0:
                    break
                helper, free = before, left
            served[start] += 1
            for at in range(high):
                seen[queue[at]] = False
            met[start] = -1
