"""Auction: a nearly best assignment of a market of any size, in about linear time.

Helpers' seats are auctioned: a seeker bids what the best helper is worth more to them than the
second best, plus a step; who is outbid bids again, until all are placed or have given up
(Bertsekas). Who has nobody yet bids more than anybody pays for a further want, by rank.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from exchange.matching.assignment.contest import Contest
from exchange.matching.columns import Ints, starts_of
from exchange.matching.compiled import compiled

STEPS = ((1_000_000, 16), (4_000_000, 24))
"""Points by which a bid is at least raised, below so many candidates: less is better and slower."""

FINE_STEP, LARGE_STEP = 12, 64
"""... where no candidate was left out, and in larger markets."""

GIVE_UP_WANTS = 600_000
"""In the first round of so many wants, a further want (of somebody who has a helper) gives up
below ``GIVE_UP`` of what the wants' first candidates are worth in the mean.

Where more want a seat than have it, prices climb until enough give up. Who that is changes little
if all give up earlier, and prices need not climb so far. Who gave up too early bids in the next
round.
"""

GIVE_UP = 0.75

PERSON_PRICE = 2500
"""Points that a helper for one more person is worth besides, for each rank and one."""

WANTS, MOST, FLOOR, SERVED, QUEUED = range(5)
"""Columns of a seeker: where their wants begin, the most helpers, what the first helper must be worth
at least, how many helpers they have, and whether they wait."""

CANDIDATES, CHOICE, CHOSEN = range(3)
"""Columns of a want: where its candidates begin, the one chosen and their helper, or -1."""

PRICE, SEATS, TAKEN = range(3)
"""Columns of a helper: what a seat costs, where the seats begin, and how many are taken."""

WANT, SEEKER, PAID = range(3)
"""Columns of a seat: the want that has it, its seeker, and what is paid."""


class Sale(NamedTuple):
    """An auction: a row for each seeker, want and helper (and one that ends lists), and seat.

    What is read together stands together, as a large market is larger than a processor's cache.
    ``packed`` are the candidates; ``waiting`` is a ring of seekers.
    """

    seekers: Any
    wants: Any
    helpers: Any
    seats: Any
    packed: Any
    waiting: Any


def auction_seats(contest: Contest, *, step: int | None = None, first_round: bool = False) -> Ints:
    """Choose candidates: as many people and wants as can be, and nearly the most points."""
    candidates, seats = contest.candidates, contest.useful_seats
    if not len(candidates):
        return np.full(len(contest.seeker), -1, np.int64)
    if step is None:
        step = next((step for below, step in STEPS if len(candidates) < below), LARGE_STEP)
        step = FINE_STEP if candidates.complete else step
    least = 0
    if first_round and len(candidates.want) >= GIVE_UP_WANTS:
        least = int(GIVE_UP * (candidates.packed[candidates.starts[:-1]] >> 32).mean())
    rank = contest.rank[contest.seekers].astype(np.int64)
    seekers = np.zeros((len(rank) + 1, 5), np.int32)
    seekers[:, WANTS], seekers[:-1, MOST] = contest.want_starts, contest.useful_most
    seekers[:-1, FLOOR] = np.where(rank < 0, least, -PERSON_PRICE * (1 + rank))
    seekers[:-1, QUEUED] = True
    wants = np.full((len(contest.seeker) + 1, 3), -1, np.int64)
    wants[:, CANDIDATES] = candidates.starts
    helpers = np.zeros((len(seats) + 1, 3), np.int32)
    helpers[:, SEATS] = starts_of(seats)
    helpers[:-1, PRICE] = np.where(seats > 0, 0, 1 << 30)
    sale = Sale(
        seekers,
        wants,
        helpers,
        np.zeros((helpers[-1, SEATS], 3), np.int32),
        np.require(candidates.packed, np.int64, ["C", "W"]),
        np.arange(len(rank), dtype=np.int32),
    )
    compiled(_take_bids)(sale, least, step)
    return wants[:-1, CHOICE].copy()


def _take_bids(sale: Any, least: int, step: int) -> None:
    """Let everybody bid until nobody waits."""
    seekers, wants, helpers, seats = sale.seekers, sale.wants, sale.helpers, sale.seats
    head, count = 0, len(sale.waiting)
    while count > 0:
        seeker = sale.waiting[head]
        head = (head + 1) % len(sale.waiting)
        count -= 1
        seekers[seeker, QUEUED] = False
        begin, end = seekers[seeker, WANTS], seekers[seeker + 1, WANTS]
        while seekers[seeker, SERVED] < seekers[seeker, MOST]:
            floor = np.int64(least if seekers[seeker, SERVED] > 0 else seekers[seeker, FLOOR])
            best, second, chosen, chosen_want = floor, floor, -1, -1
            for want in range(begin, end):
                if wants[want, CHOICE] >= 0:
                    continue
                for at in range(wants[want, CANDIDATES], wants[want + 1, CANDIDATES]):
                    helper = sale.packed[at] & 0xFFFFFFFF
                    net = (sale.packed[at] >> 32) - helpers[helper, PRICE]
                    if net <= second:
                        continue
                    barred = False
                    for sister in range(begin, end):
                        barred |= wants[sister, CHOSEN] == helper
                    if barred:
                        continue
                    if net > best:
                        second, best, chosen, chosen_want = best, net, at, want
                    else:
                        second = net
            if chosen < 0:
                break
            helper = sale.packed[chosen] & 0xFFFFFFFF
            first, last = helpers[helper, SEATS], helpers[helper + 1, SEATS]
            seat = first + helpers[helper, TAKEN]
            if seat < last:
                helpers[helper, TAKEN] += 1
            else:
                seat = first
                for other in range(first, last):
                    if seats[other, PAID] < seats[seat, PAID]:
                        seat = other
                loser = seats[seat, SEEKER]
                wants[seats[seat, WANT], CHOICE] = -1
                wants[seats[seat, WANT], CHOSEN] = -1
                seekers[loser, SERVED] -= 1
                if not seekers[loser, QUEUED] and loser != seeker:
                    seekers[loser, QUEUED] = True
                    sale.waiting[(head + count) % len(sale.waiting)] = loser
                    count += 1
            seats[seat, WANT], seats[seat, SEEKER] = chosen_want, seeker
            seats[seat, PAID] = helpers[helper, PRICE] + best - second + step
            wants[chosen_want, CHOICE], wants[chosen_want, CHOSEN] = chosen, helper
            seekers[seeker, SERVED] += 1
            if first + helpers[helper, TAKEN] == last:
                lowest = seats[first, PAID]
                for other in range(first, last):
                    lowest = min(lowest, seats[other, PAID])
                helpers[helper, PRICE] = lowest
