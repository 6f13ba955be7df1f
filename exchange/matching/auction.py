"""Auction: a nearly best assignment of a large market, in about linear time.

Three steps. First helpers' seats are auctioned: a seeker bids what the best helper is worth more
than the second best, plus a little; who is outbid bids again, until all are placed or have given
up (Bertsekas). A seeker's last hope is worth more than a further want, by rank. Then whoever is
still without any helper looks for a chain of moves that serves one person more, and at last each
free seat for a chain that serves one want more. The chains make people and wants as many as the
candidates allow (but for rare chains through one person twice); the auction keeps the points
high.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.arrays import Ints, starts_of
from exchange.matching.chain import fill_seats, serve_people
from exchange.matching.compiled import compiled

STEPS = ((1_000_000, 12), (5_000_000, 32))
"""Points by which a bid is at least raised, in markets below so many edges: smaller is better and
slower."""

LONG_STEP = 64
"""... and in larger ones. There a further want also bids no more once less is left to it than half
of what nearly all are worth.

Where more want a seat than have it, prices climb till enough give up. It changes little who that
is if all give up so many points earlier, and the prices need not climb so far. Who gave up too
early finds a seat that stayed free at the end.
"""

PERSON_PRICE = 2500
"""Points that a helper for one more person is worth besides, for each rank and one."""


def auctioned(
    seeker_of: Ints,
    want_starts: Ints,
    edge_starts: Ints,
    helper: Ints,
    value: Ints,
    seats: Ints,
    units: Ints,
    rank: Ints,
    *,
    step: int | None = None,
) -> Ints:
    """Give for each want the chosen edge, or -1; arguments as those of ``flow.best_flow``."""
    if not len(helper):
        return np.full(len(seeker_of), -1, np.int64)
    step = step or next((short for below, short in STEPS if len(helper) < below), LONG_STEP)
    left = int(np.quantile(value, 0.01)) // 2 if step >= LONG_STEP else 0
    most = np.minimum(units, np.diff(want_starts))
    slots = np.minimum(seats, np.bincount(helper, minlength=len(seats)))
    last_price = PERSON_PRICE * (1 + rank.astype(np.int64)) - np.where(rank < 0, left, 0)
    columns = [
        np.ascontiguousarray(table, kind)
        for table, kind in (
            (seeker_of, np.int32),
            (want_starts, np.int64),
            (edge_starts, np.int64),
            (helper, np.int32),
            (value, np.int32),
            (starts_of(slots), np.int64),
            (most, np.int32),
            (last_price, np.int32),
        )
    ]
    picked, slot, load = compiled(_bid)(*columns, left, step)
    graph = (*columns[:4], columns[5], columns[6])
    compiled(serve_people)(*graph, rank < 0, picked, slot, load)
    compiled(fill_seats)(*graph, picked, slot, load)
    return np.asarray(picked, np.int64)


def _bid(
    seeker_of: Any,
    want_starts: Any,
    edge_starts: Any,
    helper_of: Any,
    value: Any,
    slot_starts: Any,
    most: Any,
    last_price: Any,
    left: int,
    step: int,
) -> Any:
    """Auction the seats: (edge of each want, want in each seat, seats taken of each helper)."""
    seekers, helpers = len(most), len(slot_starts) - 1
    picked = np.full(len(seeker_of), -1, np.int32)
    slot = np.full(slot_starts[helpers], -1, np.int32)
    paid = np.zeros(slot_starts[helpers], np.int32)
    load = np.zeros(helpers, np.int32)
    price = np.zeros(helpers, np.int32)
    served = np.zeros(seekers, np.int32)
    waiting = np.empty(seekers, np.int32)
    queued = np.ones(seekers, np.bool_)
    for seeker in range(seekers):
        waiting[seeker] = seeker
    head, count = 0, seekers
    for helper in range(helpers):
        if slot_starts[helper] == slot_starts[helper + 1]:
            price[helper] = 1 << 30
    while count > 0:
        seeker = waiting[head]
        head = (head + 1) % seekers
        count -= 1
        queued[seeker] = False
        while served[seeker] < most[seeker]:
            least = -last_price[seeker] if served[seeker] == 0 else left
            best, second, chosen, chosen_want = least, least, -1, -1
            for want in range(want_starts[seeker], want_starts[seeker + 1]):
                if picked[want] >= 0:
                    continue
                for edge in range(edge_starts[want], edge_starts[want + 1]):
                    net = value[edge] - price[helper_of[edge]]
                    if net <= second:
                        continue
                    barred = False
                    for sister in range(want_starts[seeker], want_starts[seeker + 1]):
                        taken = picked[sister]
                        if taken >= 0 and helper_of[taken] == helper_of[edge]:
                            barred = True
                    if barred:
                        continue
                    if net > best:
                        second, best = best, net
                        chosen, chosen_want = edge, want
                    else:
                        second = net
            if chosen < 0:
                break
            helper = helper_of[chosen]
            offer = price[helper] + best - second + step
            begin, end = slot_starts[helper], slot_starts[helper + 1]
            at = begin + load[helper]
            if at < end:
                load[helper] += 1
            else:
                at = begin
                for other in range(begin, end):
                    if paid[other] < paid[at]:
                        at = other
                loser = seeker_of[slot[at]]
                picked[slot[at]] = -1
                served[loser] -= 1
                if not queued[loser] and loser != seeker:
                    queued[loser] = True
                    waiting[(head + count) % seekers] = loser
                    count += 1
            slot[at], paid[at] = chosen_want, offer
            picked[chosen_want] = chosen
            served[seeker] += 1
            if begin + load[helper] == end:
                lowest = paid[begin]
                for other in range(begin, end):
                    lowest = min(lowest, paid[other])
                price[helper] = lowest
    return picked, slot, load
