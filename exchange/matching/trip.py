"""Trip: which wants the kernel walks in which order, and where the lists are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints
from exchange.matching.lists import Lists
from exchange.matching.market import Market

AT, SEEKER, WANTED, WISH, WAYS, EXTRA = range(6)
"""Columns of what is asked: where to put what is found, who asks, for which capacity, at which level,
by which methods, and the points that this want has with everybody."""

BEGIN, END, LEAF, FIRST_BLOCK = range(4)
"""Columns of places: where a list begins and ends, its first leaf, its first block (-1: none)."""


def asked_of(market: Market, wants: Ints) -> NDArray[np.int32]:
    """Give a row for each want, such that those which walk the same lists follow each other.

    What they read stays at hand. By capacity, then by the seeker's commonest language, then by what
    the seeker offers first.
    """
    languages, offers = market.languages, market.offers
    person = market.wants.person[wants]
    place = np.empty(len(market.speakers), np.int64)
    place[np.argsort(-market.speakers, kind="stable")] = np.arange(len(place))
    tongue = _least(languages.starts, place[languages.code])
    gift = _least(offers.starts, offers.capacity)
    alike = market.wants.capacity[wants].astype(np.int64) << 40
    order = np.argsort(alike + (tongue[person] << 20) + gift[person])
    found = np.empty((len(wants), 6), np.int32)
    found[:, AT] = order
    sought = wants[order]
    found[:, SEEKER] = market.wants.person[sought]
    found[:, WANTED] = market.wants.capacity[sought]
    found[:, WISH] = market.wants.level[sought]
    found[:, WAYS] = market.wants.methods[sought]
    found[:, EXTRA] = (market.wants.priority + market.wants.deadline)[sought]
    return found


def places_of(lists: Lists) -> NDArray[np.int64]:
    """Give a row for each list."""
    found = np.full((len(lists.starts) - 1, 4), -1, np.int64)
    found[:, BEGIN], found[:, END] = lists.starts[:-1], lists.starts[1:]
    found[:, LEAF] = lists.leaves[:-1]
    some = np.diff(lists.blocks) > 0
    found[some, FIRST_BLOCK] = lists.blocks[:-1][some]
    return found


def _least(starts: Ints, values: Ints) -> NDArray[np.int64]:
    """Give the least value of each list, -1 where it is empty."""
    found = np.full(len(starts) - 1, -1, np.int64)
    some = np.flatnonzero(np.diff(starts))
    if len(some):
        found[some] = np.minimum.reduceat(values, starts[some])
    return found
