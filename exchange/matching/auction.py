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


def step_for(edges: int) -> int:
    """Give the step for a market of so many edges."""
    return next((step for below, step in STEPS if edges < below), LONG_STEP)


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
    from exchange.matching.bid import bid

    if not len(helper):
        return np.full(len(seeker_of), -1, np.int64)
    step = step or step_for(len(helper))
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
    picked, slot, load = bid(*columns, left, step)
    graph = (*columns[:4], columns[5], columns[6])
    compiled(serve_people)(*graph, rank < 0, picked, slot, load)
    compiled(fill_seats)(*graph, picked, slot, load)
    return np.asarray(picked, np.int64)
