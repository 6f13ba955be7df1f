"""Minimum-cost flow: the best assignment there is, by shortest augmenting paths.

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

from exchange.matching.assignment.contest import Contest
from exchange.matching.columns import Ints, starts_of, stretch
from exchange.matching.compiled import compiled

PLAIN = 12_000
"""Up to so many edges plain Python is quicker than waiting for the compiler."""


def best_assignment(contest: Contest) -> Ints:
    """Choose the best candidates that there are."""
    candidates, tie = contest.candidates, contest.tie[contest.seekers]
    if not len(candidates):
        return np.full(len(contest.seeker), -1, np.int64)
    rank = contest.rank[contest.seekers].astype(np.int64)
    # Seekers come in the order in which they are served, with their wants and candidates.
    serving = np.lexsort((tie, -rank))
    sizes = np.diff(contest.want_starts)[serving]
    seeker_of, wants = stretch(contest.want_starts[:-1][serving], sizes)
    counts = np.diff(candidates.starts)[wants]
    _, order = stretch(candidates.starts[:-1][wants], counts)
    helpers, helper = np.unique(candidates.helper[order], return_inverse=True)
    slots = contest.useful_seats[helpers]
    # Below one point: how many a helper helps already.
    value = candidates.points[order] * (1 + int(slots @ slots))
    ceiling = int(value.max()) + 1
    want_price = ceiling * (len(seeker_of) + 1)
    person_price = want_price * (len(seeker_of) + 1)
    tables = (
        seeker_of, starts_of(sizes), starts_of(counts), helper, ceiling - value,
        starts_of(slots), contest.useful_most[serving],
        want_price + person_price * (1 + rank[serving]),
    )  # fmt: skip
    columns = [np.ascontiguousarray(table, np.int64) for table in tables]
    if len(order) <= PLAIN:
        plain: Callable[..., list[int]] = _place_units
        picked = np.array(plain(*(column.tolist() for column in columns), want_price), np.int64)
    else:
        picked = np.array(compiled(_place_units, allocates=True)(*columns, want_price), np.int64)
    chosen = np.full(len(wants), -1, np.int64)
    chosen[wants[picked >= 0]] = order[picked[picked >= 0]]
    return chosen


def _place_units(
    seeker_of: Any, want_starts: Any, edge_starts: Any, helper_of: Any, cost: Any,
    slot_starts: Any, most: Any, last_price: Any, want_price: int,
) -> Any:  # fmt: skip
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
    heap = [(0, 0)]
    touched = [0]

    def reach_node(other: Any, length: Any, node: Any, edge: Any) -> None:
        """Keep the shorter way to another node, if this is one."""
        if length < distance[other]:
            if distance[other] == far:
                touched.append(other)
            distance[other] = length
            before[other] = node
            by_edge[other] = edge
            heappush(heap, (length, other))

    for start in range(seekers):
        for _ in range(most[start]):
            heap.clear()
            touched.clear()
            heap.append((0, start))
            touched.append(start)
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
                        if not done[other]:
                            reach_node(other, length, node, -1)
                    continue
                if node < first_want:
                    price = want_price if given_up[node] < most[node] - 1 else last_price[node]
                    if base + price < shortest:
                        shortest, end = base + price, node
                    for want in range(want_starts[node], want_starts[node + 1]):
                        other = first_want + want
                        if picked[want] < 0 and not done[other]:
                            reach_node(other, base - potential[other], node, -1)
                    continue
                want = node - first_want
                seeker = seeker_of[want]
                own = picked[want]
                if own >= 0 and not done[seeker]:
                    reach_node(seeker, base - potential[seeker], node, -1)
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
                    if length < shortest:
                        reach_node(other, length, node, edge)
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
