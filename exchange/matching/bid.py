"""Bid: the loop of the auction. Only ``auction`` imports this module, in large markets."""

from __future__ import annotations

from typing import Any

import numpy as np

from exchange.matching.compiled import compiled
from exchange.matching.soon import soon

LINE = 16
"""Numbers of 32 bits that fit into one line of the processor's cache."""


def _look_ahead(
    head: Any, waiting: Any, want_starts: Any, edge_starts: Any, helper_of: Any, value: Any,
    picked: Any, price: Any,
) -> None:  # fmt: skip
    """Fetch what the next ones in the queue will look at, each a step before it is needed."""
    seekers = len(waiting)
    want = want_starts[waiting[(head + 2) % seekers]]
    soon(edge_starts, want)
    soon(picked, want)
    seeker = waiting[(head + 1) % seekers]
    for edge in range(edge_starts[want_starts[seeker]], edge_starts[want_starts[seeker + 1]], LINE):
        soon(helper_of, edge)
        soon(value, edge)
    seeker = waiting[head]
    for edge in range(edge_starts[want_starts[seeker]], edge_starts[want_starts[seeker + 1]]):
        soon(price, helper_of[edge])


look_ahead = compiled(_look_ahead, inner=True)


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
        if count > 2:
            look_ahead(head, waiting, want_starts, edge_starts, helper_of, value, picked, price)
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


bid = compiled(_bid)
