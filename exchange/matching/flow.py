"""Flow: the best assignment there is, by shortest augmenting paths.

Each seeker has a few units, each of which ends at a helper's seat or is given up at a price. The
price of a seeker's last unit is above everything (people first, higher ranks dearer), the price
of the others above all points together (then wants). So one minimum-cost flow answers the whole
objective. Units come one after another; each takes the cheapest path to a free seat or to a unit
that is given up instead (Dijkstra with potentials; Jonker and Volgenant's early stop). The order
in which units come does not change how good the result is.

The same code runs as it is on lists (small markets, at once) and compiled on arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import numpy as np

from exchange.matching.arrays import Ints, starts_of
from exchange.matching.compiled import compiled

PLAIN = 12_000
"""Up to so many edges plain Python is quicker than waiting for the compiler."""


def best_flow(
    seeker_of: Ints,
    want_starts: Ints,
    edge_starts: Ints,
    helper: Ints,
    value: Ints,
    seats: Ints,
    units: Ints,
    rank: Ints,
) -> Ints:
    """Give for each want the chosen edge, or -1.

    Seekers come in the order in which their units are placed; seeker ``s`` has the wants
    ``want_starts[s]:want_starts[s + 1]``, want ``w`` the edges ``edge_starts[w]:...`` to
    ``helper`` with ``value`` (points of at least 0). ``units`` is the most suggestions of each
    seeker. All numbers are dense.
    """
    if not len(helper):
        return np.full(len(seeker_of), -1, np.int64)
    most = np.minimum(units, np.diff(want_starts))
    slots = np.minimum(seats, np.bincount(helper, minlength=len(seats)))
    # Below one point: how many a helper helps already.
    value = value.astype(np.int64) * (1 + int(slots @ slots))
    ceiling = int(value.max()) + 1
    want_price = ceiling * (len(seeker_of) + 1)
    person_price = want_price * (len(seeker_of) + 1)
    tables = [
        seeker_of, want_starts, edge_starts, helper, ceiling - value, starts_of(slots),
        most, want_price + person_price * (1 + rank.astype(np.int64)),
    ]  # fmt: skip
    columns = [np.ascontiguousarray(table, np.int64) for table in tables]
    if len(helper) <= PLAIN:
        plain: Callable[..., list[int]] = _augment
        return np.array(plain(*(column.tolist() for column in columns), want_price), np.int64)
    return np.array(compiled(_augment)(*columns, want_price), np.int64)


def _augment(
    seeker_of: Any,
    want_starts: Any,
    edge_starts: Any,
    helper_of: Any,
    cost: Any,
    slot_starts: Any,
    most: Any,
    last_price: Any,
    want_price: int,
) -> Any:
    """Place all units. Nodes: seekers, then wants, then helpers."""
    seekers, wants = len(most), len(seeker_of)
    helpers = len(slot_starts) - 1
    first_want, first_helper = seekers, seekers + wants
    nodes = first_helper + helpers
    far = 1 << 62
    picked = [-1] * wants  # the edge of each want
    slot = [-1] * slot_starts[helpers]  # the want in each seat
    load = [0] * helpers
    given_up = [0] * seekers
    potential = [0] * nodes
    distance = [far] * nodes
    before = [-1] * nodes  # the node from which a node was reached
    by_edge = [-1] * nodes  # ... and the edge taken to it
    done = [False] * nodes
    for start in range(seekers):
        for _ in range(most[start]):
            heap = [(0, start)]
            touched = [start]
            distance[start] = 0
            end = -1
            shortest = far
            while len(heap) > 0:
                reach, node = heappop(heap)
                if reach >= shortest:
                    break
                if done[node] or reach > distance[node]:
                    continue
                done[node] = True
                base = reach + potential[node]
                if node >= first_helper:
                    helper = node - first_helper
                    begin = slot_starts[helper]
                    if begin + load[helper] < slot_starts[helper + 1]:
                        # Who helps fewer comes first, where nothing else differs.
                        if base + load[helper] < shortest:
                            shortest, end = base + load[helper], node
                        if load[helper] == 0:
                            continue
                    for at in range(begin, begin + load[helper]):
                        want = slot[at]
                        other = first_want + want
                        length = base - cost[picked[want]] - potential[other]
                        if not done[other] and length < distance[other]:
                            if distance[other] == far:
                                touched.append(other)
                            distance[other] = length
                            before[other] = node
                            by_edge[other] = -1
                            heappush(heap, (length, other))
                    continue
                if node < first_want:
                    price = want_price if given_up[node] < most[node] - 1 else last_price[node]
                    if base + price < shortest:
                        shortest, end = base + price, node
                    for want in range(want_starts[node], want_starts[node + 1]):
                        other = first_want + want
                        if picked[want] < 0 and not done[other]:
                            length = base - potential[other]
                            if length < distance[other]:
                                if distance[other] == far:
                                    touched.append(other)
                                distance[other] = length
                                before[other] = node
                                by_edge[other] = -1
                                heappush(heap, (length, other))
                    continue
                want = node - first_want
                seeker = seeker_of[want]
                own = picked[want]
                if own >= 0 and not done[seeker]:
                    length = base - potential[seeker]
                    if length < distance[seeker]:
                        if distance[seeker] == far:
                            touched.append(seeker)
                        distance[seeker] = length
                        before[seeker] = node
                        by_edge[seeker] = -1
                        heappush(heap, (length, seeker))
                for edge in range(edge_starts[want], edge_starts[want + 1]):
                    if edge == own:
                        continue
                    helper = helper_of[edge]
                    other = first_helper + helper
                    length = base + cost[edge]
                    # A helper meets a seeker once: another want of theirs must make room.
                    for sister in range(want_starts[seeker], want_starts[seeker + 1]):
                        taken = picked[sister]
                        if sister != want and taken >= 0 and helper_of[taken] == helper:
                            other = first_want + sister
                            length -= cost[taken]
                    if done[other]:
                        continue
                    length -= potential[other]
                    if length < distance[other] and length < shortest:
                        if distance[other] == far:
                            touched.append(other)
                        distance[other] = length
                        before[other] = node
                        by_edge[other] = edge
                        heappush(heap, (length, other))
            for node in touched:
                if done[node]:
                    if distance[node] < shortest:
                        potential[node] += distance[node] - shortest
                    done[node] = False
                distance[node] = far
            # Walk the path back: each want on it leaves its seat to the one that pushed it out.
            node, after = end, -1
            if node < first_want:
                given_up[node] += 1
            while node != start:
                previous = before[node]
                if node < first_want:
                    picked[previous - first_want] = -1
                elif previous >= first_want and previous < first_helper:
                    want, edge = previous - first_want, by_edge[node]
                    picked[want] = edge
                    helper = helper_of[edge]
                    at = slot_starts[helper]
                    if node == end:
                        at += load[helper]
                        load[helper] += 1
                    else:
                        left = (after if node >= first_helper else node) - first_want
                        while slot[at] != left:
                            at += 1
                    slot[at] = want
                after = node
                node = previous
    return picked
