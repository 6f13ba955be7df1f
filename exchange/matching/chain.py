"""Chain: moves that serve one person, or one want, more than before.

For a person the search begins with them; for wants it begins at the free seats, which are few where
many wants are left over.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def serve_people(
    seeker_of: Any,
    want_starts: Any,
    edge_starts: Any,
    helper_of: Any,
    slot_starts: Any,
    most: Any,
    helped: Any,
    picked: Any,
    slot: Any,
    load: Any,
) -> None:
    """Serve one person more by chains of moves, as long as there is one; who comes first, first.

    ``helped`` tells who needs no more: they make room for others.

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
        while served[start] == 0 and most[start] > 0 and not helped[start]:
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
                    if served[owner] + helped[owner] > 1 and owner != start:
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


def fill_seats(
    seeker_of: Any,
    want_starts: Any,
    edge_starts: Any,
    helper_of: Any,
    slot_starts: Any,
    most: Any,
    picked: Any,
    slot: Any,
    load: Any,
) -> None:
    """Fill free seats by chains of moves that end with a want nobody meets yet.

    A want may move to a free seat, or make room for another want of its seeker there; the seat that
    it leaves is free then. Helpers that a search in vain has seen lead nowhere for later ones.
    """
    seekers, helpers = len(most), len(slot_starts) - 1
    want_of = np.empty(len(helper_of), np.int32)
    served = np.zeros(seekers, np.int32)
    for want in range(len(seeker_of)):
        if picked[want] >= 0:
            served[seeker_of[want]] += 1
        for edge in range(edge_starts[want], edge_starts[want + 1]):
            want_of[edge] = want
    # The edges of each helper.
    begins = np.zeros(helpers + 1, np.int64)
    for edge in range(len(helper_of)):
        begins[helper_of[edge] + 1] += 1
    for helper in range(helpers):
        begins[helper + 1] += begins[helper]
    place = begins[:-1].copy()
    edges = np.empty(len(helper_of), np.int32)
    for edge in range(len(helper_of)):
        edges[place[helper_of[edge]]] = edge
        place[helper_of[edge]] += 1
    seen = np.zeros(helpers, np.bool_)
    above = np.full(helpers, -1, np.int64)  # the helper whose seat is taken by who leaves this one
    by_edge = np.full(helpers, -1, np.int64)  # ... by this edge
    leaves = np.full(helpers, -1, np.int64)  # ... and the want that leaves
    queue = np.empty(helpers, np.int64)
    met = np.full(seekers, -1, np.int64)
    search = 0
    for start in range(helpers):
        while slot_starts[start] + load[start] < slot_starts[start + 1] and not seen[start]:
            search += 1
            queue[0] = start
            seen[start] = True
            above[start] = -1
            low, high, last, end = 0, 1, -1, -1
            while low < high and last < 0:
                helper = queue[low]
                low += 1
                for at in range(begins[helper], begins[helper + 1]):
                    edge = edges[at]
                    want = want_of[edge]
                    seeker = seeker_of[want]
                    if met[seeker] == search or picked[want] == edge:
                        continue
                    there = -1  # the want of the same seeker that has this helper already
                    for sister in range(want_starts[seeker], want_starts[seeker + 1]):
                        if picked[sister] >= 0 and helper_of[picked[sister]] == helper:
                            there = sister
                    if there >= 0:
                        continue
                    if picked[want] < 0 and served[seeker] < most[seeker]:
                        last, end = edge, helper
                        break
                    for sister in range(want_starts[seeker], want_starts[seeker + 1]):
                        if picked[sister] < 0 or (picked[want] >= 0 and sister != want):
                            continue
                        other = helper_of[picked[sister]]
                        if seen[other]:
                            continue
                        seen[other] = True
                        met[seeker] = search
                        above[other], by_edge[other], leaves[other] = helper, edge, sister
                        queue[high] = other
                        high += 1
            if last < 0:
                break
            served[seeker_of[want_of[last]]] += 1
            while end >= 0:
                want, at = want_of[last], slot_starts[end] + load[end]
                if above[end] < 0:
                    load[end] += 1
                else:
                    at = slot_starts[end]
                    while slot[at] != leaves[end]:
                        at += 1
                    picked[leaves[end]] = -1
                slot[at] = want
                picked[want] = last
                last, end = by_edge[end], above[end]
            for at in range(high):
                seen[queue[at]] = False
    # A search goes through each person once, so it can miss what is quite near.
    for helper in range(helpers):
        for at in range(begins[helper], begins[helper + 1]):
            if slot_starts[helper] + load[helper] == slot_starts[helper + 1]:
                break
            want = want_of[edges[at]]
            seeker = seeker_of[want]
            barred = picked[want] >= 0 or served[seeker] >= most[seeker]
            for sister in range(want_starts[seeker], want_starts[seeker + 1]):
                if picked[sister] >= 0 and helper_of[picked[sister]] == helper:
                    barred = True
            if not barred:
                slot[slot_starts[helper] + load[helper]] = want
                load[helper] += 1
                picked[want] = edges[at]
                served[seeker] += 1
