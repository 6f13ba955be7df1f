"""Lacks: why a want has no suggestion, the hardest reason to mend that is true."""

from __future__ import annotations

import numpy as np

from exchange.matching.arrays import Bools, Ints, stretch
from exchange.matching.candidates import Candidates, allowed, walk
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.result import Lack, Unmet


def unmet_wants(market: Market, chosen: Candidates) -> tuple[Unmet, ...]:
    """Give every want of the market without a suggestion, with its reason."""
    wants = market.wants
    missing = np.ones(len(wants.person), bool)
    missing[chosen.want] = False
    rows = np.flatnonzero(missing & wants.open)
    reasons = reasons_of(market, rows)
    return tuple(
        Unmet(
            market.keys[wants.person[row]],
            market.words.capacities[wants.capacity[row]],
            reason,
        )
        for row, reason in zip(rows.tolist(), reasons, strict=True)
    )


def reasons_of(market: Market, rows: Ints) -> list[Lack]:
    """Give the reason of each of these wants, all of which are open and have no suggestion.

    A want whose seeker takes no part is ``away``; one with candidates lost them to others, or its
    seeker has all the suggestions of a period. For the rest it is asked who would offer it, who
    of them speaks a common language, and so on.
    """
    person = market.wants.person[rows]
    seeking = market.people.seeks[person]
    full = market.people.most[person] <= 0
    offered = _offered(market, rows)
    speaking = _reached(market, rows, np.ones(len(market), bool), told=False)
    untold = _reached(market, rows, np.ones(len(market), bool), told=True)
    active = _reached(market, rows, market.people.helps, told=True)
    reasons = []
    for at in range(len(rows)):
        if not offered[at]:
            reason = Lack.NOBODY
        elif not speaking[at]:
            reason = Lack.LANGUAGE
        elif not untold[at]:
            reason = Lack.SUGGESTED
        elif not seeking[at] or not active[at]:
            reason = Lack.AWAY
        elif full[at]:
            reason = Lack.LIMIT
        else:
            reason = Lack.SEATS
        reasons.append(reason)
    return reasons


def _offered(market: Market, rows: Ints) -> Bools:
    """Tell for which wants anybody else offers something that meets them."""
    offers, hierarchy = market.offers, market.hierarchy
    count = len(hierarchy.starts) - 1
    by_capacity = np.bincount(offers.capacity, minlength=count)
    wanted = np.repeat(np.arange(count), np.diff(hierarchy.starts))
    meeting = np.bincount(wanted, by_capacity[hierarchy.offered], minlength=count)
    person, capacity = market.wants.person[rows], market.wants.capacity[rows]
    own = np.zeros(len(rows), np.int64)
    begin = offers.starts[person]
    row, mine = stretch(begin, offers.starts[person + 1] - begin)
    np.add.at(own, row, hierarchy.points_of(capacity[row], offers.capacity[mine]) > 0)
    return np.asarray(meeting[capacity] > own, bool)


def _reached(market: Market, rows: Ints, helping: Bools, *, told: bool) -> Bools:
    """Tell which wants somebody could meet in a common language, whoever has seats."""
    reached = np.zeros(len(market.wants.person), bool)
    postings = Postings.of(market, helping)
    looked = market if told else market.without_told()
    want, _, _, begin, length = walk(market, postings, rows)
    # One list is enough, and nearly always its first few rows are.
    while len(want):
        row, place = stretch(begin, np.minimum(length, 8))
        helper = market.offers.person[postings.row[place]]
        fine = allowed(looked, market.wants.person[want[row]], helper)
        reached[want[row[fine]]] = True
        begin, length = begin + 8, length - 8
        more = (length > 0) & ~reached[want]
        want, begin, length = want[more], begin[more], length[more]
    return np.asarray(reached[rows], bool)
