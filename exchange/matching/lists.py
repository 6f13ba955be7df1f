"""Lists: who offers each (capacity, language), laid out so that whole blocks can be passed over.

Each list is in an order that keeps like beside like, cut into leaves of 16 entries and blocks of
16 leaves. Of every leaf and block its summary is known: the best that any entry in it could have
in each part of a score. A seeker whose best helpers so far score more than a summary allows need
not look inside.

Long lists have twins: for each capacity the entries whose helper wants it. Who could learn in
both directions stands there, so the list itself is bounded without the points for reciprocity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Bools, Ints
from exchange.matching.candidates import Postings
from exchange.matching.compiled import compiled
from exchange.matching.market import Market
from exchange.matching.summaries import append_twins, summarise

LEAF = 16
"""Entries in a leaf."""

BLOCK = 256
"""Entries in a block: a whole number of leaves."""

LONG = 512
"""Lists of at least so many entries have twins by what the helper wants."""

TWINS = 30_000_000
"""At most so many twins (long lists times capacities)."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Entries, lists of them, twins, and the summaries of their leaves.

    ``find[capacity * languages + language]`` is a list's number, or -1. Entry ``e`` is the offer
    ``offer[e]`` in the language row ``heard[e]``. List ``i`` is ``members[starts[i]:starts[i+1]]``
    with leaves from ``leaves[i]`` on; the summaries of blocks follow those of the leaves, from
    ``first_block`` on. ``twins[long[i] * capacities + c]`` is the number of list
    ``i``'s twin for helpers who want ``c``, or -1; lists from ``first_twin`` on are twins.
    ``who`` and ``packed`` say of each member whose the entry is and all its traits (see
    ``pack``), side by side as they are walked. ``marks`` has a bit (capacity modulo 64) for each
    want of the entry's helper. Person ``p`` wants ``wishes[wish_starts[p]:wish_starts[p + 1]]``:
    capacity, level and methods from bits 32, 28 and 0 on.
    """

    find: Ints
    offer: Ints
    heard: Ints
    starts: Ints
    members: Ints
    who: Ints
    packed: Ints
    leaves: Ints
    summaries: Ints
    blocks: Ints
    first_block: int
    projects: NDArray[np.uint64]
    long: Ints
    twins: Ints
    first_twin: int
    capacities: int
    marks: NDArray[np.uint64]
    wish_starts: Ints
    wishes: Ints


HELPER, LEVEL, METHODS, HEARD, CLOCK, REGION, COUNTRY, FRESH = range(8)
"""Columns of an entry's traits. A summary has the same, and one more: clocks span a range.

In a summary: the lowest helper is not used; levels and methods are sets of bits; ``HEARD`` and
``FRESH`` the highest; ``CLOCK`` and ``CLOCK_TO`` the range of known clocks (-1 for none);
``REGION`` and ``COUNTRY`` the only one, or -2 for several.
"""
CLOCK_TO = 8


def lists_of(
    market: Market, helping: Bools, *, long: int = LONG, capacities: Bools | None = None
) -> Lists:
    """Lay out the offers of everybody for whom ``helping`` is true.

    Lists of at least ``long`` entries have twins. ``capacities`` tells which capacities are asked
    for at all (None: any).
    """
    postings = Postings.of(market, helping, capacities)
    people, offers = market.people, market.offers
    count = len(market.hierarchy.starts) - 1
    offer, heard = postings.offer, postings.heard
    helper = offers.person[offer]
    number = np.repeat(np.arange(len(postings.codes)), np.diff(postings.starts))
    level = offers.level[offer].astype(np.int64)
    spoken = market.languages.level[heard].astype(np.int64)
    order = np.argsort(
        (number.astype(np.int64) << 36)
        | ((7 - spoken) << 33)
        | ((7 - level) << 30)
        | ((people.region[helper].astype(np.int64) & 63) << 24)
        | ((people.country[helper].astype(np.int64) & 1023) << 14)
        | ((offers.methods[offer].astype(np.int64) & 511) << 5)
        | (people.fresh[helper].astype(np.int64) & 31)
    )
    offer, heard, helper = offer[order], heard[order], helper[order]
    traits = np.empty((len(order), 8), np.int32)
    traits[:, HELPER] = helper
    traits[:, LEVEL] = level[order]
    traits[:, METHODS] = offers.methods[offer]
    traits[:, HEARD] = spoken[order]
    traits[:, CLOCK] = people.clock[helper]
    traits[:, REGION] = people.region[helper]
    traits[:, COUNTRY] = people.country[helper]
    traits[:, FRESH] = people.fresh[helper]
    find = np.full(count * postings.languages, -1, np.int32)
    find[postings.codes] = np.arange(len(postings.codes), dtype=np.int32)
    lengths = np.diff(postings.starts)
    least = long
    while int((lengths >= least).sum()) * count > TWINS:
        least *= 2
    number_of = np.full(len(lengths), -1, np.int32)
    some = np.flatnonzero(lengths >= least)
    number_of[some] = np.arange(len(some), dtype=np.int32)
    members, starts, twins = compiled(append_twins)(
        postings.starts.astype(np.int64),
        some,
        traits,
        market.wants.starts.astype(np.int64),
        market.wants.capacity.astype(np.int32),
        np.require(market.wants.open, np.bool_, ["C", "W"]),
        count,
    )
    leaves = _pieces(starts, LEAF)
    blocks = _pieces(starts, BLOCK)
    summaries, projects = compiled(summarise)(
        starts, leaves, members, traits, people.projects, LEAF
    )
    block_summaries, block_projects = compiled(summarise)(
        starts, blocks, members, traits, people.projects, BLOCK
    )
    wish_starts, wishes = _wishes(market)
    return Lists(
        find=find,
        offer=offer.astype(np.int32),
        heard=heard.astype(np.int32),
        starts=starts,
        members=members,
        who=traits[members, HELPER],
        packed=pack(traits)[members],
        leaves=leaves,
        summaries=np.concatenate([summaries, block_summaries]),
        blocks=blocks,
        first_block=len(summaries),
        projects=np.concatenate([projects, block_projects]),
        long=number_of,
        twins=twins,
        first_twin=len(postings.codes),
        capacities=count,
        marks=_marks(market)[helper],
        wish_starts=wish_starts,
        wishes=wishes,
    )


def pack(traits: Ints) -> NDArray[np.int64]:
    """Put the traits of an entry into one number, so that all are read at once.

    From the lowest bit: level (3 bits), language level (3), clock + 1 (7), freshness (10),
    region + 1 (10), country + 1 (14), methods (16).
    """
    found = traits[:, METHODS].astype(np.int64)
    for column, bits, more in (
        (COUNTRY, 14, 1), (REGION, 10, 1), (FRESH, 10, 0), (CLOCK, 7, 1), (HEARD, 3, 0),
        (LEVEL, 3, 0),
    ):  # fmt: skip
        values = traits[:, column] + more
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < 1 << bits:
            raise ValueError(f"column {column} of the offers' traits does not fit {bits} bits")
        found = (found << bits) | values
    return found


def _wishes(market: Market) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List what each person still wants, one number a want."""
    wants = market.wants
    all_open = np.append(0, np.cumsum(wants.open))
    packed = wants.capacity.astype(np.int64) << 32
    packed |= (wants.level.astype(np.int64) << 28) | wants.methods
    return all_open[wants.starts].astype(np.int64), packed[wants.open]


def _marks(market: Market) -> NDArray[np.uint64]:
    """Give the capacities that each person wants as bits, modulo 64."""
    wants = market.wants
    bits = np.uint64(1) << (wants.capacity & 63).astype(np.uint64)
    bits[~wants.open] = 0
    found = np.zeros(len(market), np.uint64)
    some = np.flatnonzero(np.diff(wants.starts))
    if len(some):
        found[some] = np.bitwise_or.reduceat(bits, wants.starts[some])
    return found


def _pieces(starts: Ints, size: int) -> NDArray[np.int64]:
    """Number the first piece of each list, where each list is cut into pieces of ``size``."""
    pieces = np.zeros(len(starts), np.int64)
    np.cumsum(-(-np.diff(starts) // size), out=pieces[1:])
    return pieces
