"""Lists: who offers each (capacity, language), laid out so that whole blocks can be passed over.

Each list is in an order that keeps like beside like, and cut into leaves of 16 entries: a leaf has
each trait of its entries side by side, so that all 16 are appraised at a time. Of every leaf a
summary is known: the best that any entry in it could have in each part of a score. A seeker whose
best helpers so far score more than a summary allows need not look inside. Summaries stand side by
side as well, in blocks of 16 leaves.

Long lists have twins: for each capacity the entries whose helper wants it. Who could learn in
both directions stands there, so the list itself is bounded without the points for reciprocity.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Bools, Ints, starts_of
from exchange.matching.compiled import compiled
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.summaries import (
    CLOCK,
    COUNTRY,
    FRESH,
    HEARD,
    HELPER,
    LEVEL,
    METHODS,
    REGION,
    TRAITS,
    WIDTH,
    count_twins,
    fill_leaves,
    fill_twins,
    summarise,
)
from exchange.matching.tables import Tables
from exchange.matching.who import folded, marks_of, who_is

BLOCK = WIDTH * WIDTH
"""Entries in a block: sixteen leaves, whose summaries are looked at together."""

SHORT = 2 * WIDTH
"""Lists up to so many entries have no summaries: looking at the leaves themselves is as quick."""

LONG = 256
"""Lists of at least so many entries have twins by what the helper wants."""

TWINS = 30_000_000
"""At most so many twins (long lists times capacities)."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Entries, lists of them, twins, leaves, and the summaries of blocks.

    ``find[capacity * languages + language]`` is a list's number, or -1. Entry ``e`` is the offer
    ``offer[e]`` in the language row ``heard[e]``. List ``i`` is ``members[starts[i]:starts[i+1]]``
    (``who`` says whose they are), with leaves from ``leaves[i]`` on in ``traits[leaf, trait, place]``
    and, if it is not short, the summaries of its leaves from ``blocks[i]`` on in
    ``summaries[block, trait, leaf]``.
    ``twins[long[i] * capacities + c]`` is the number of list ``i``'s twin for helpers who want
    ``c``, or -1. ``marks`` has a bit (capacity modulo 64) for each want of the entry's helper.
    ``who_is`` has a row for each person. ``wishes`` are what somebody wants: capacity, level and
    methods from bits 32, 28 and 0 on.
    """

    find: Ints
    offer: Ints
    heard: Ints
    starts: Ints
    members: Ints
    who: Ints
    leaves: Ints
    traits: Ints
    blocks: Ints
    summaries: Ints
    long: Ints
    twins: Ints
    capacities: int
    marks: NDArray[np.uint64]
    who_is: NDArray[np.uint64]
    wishes: Ints


def lists_of(
    market: Market,
    helping: Bools,
    tables: Tables,
    *,
    long: int = LONG,
    capacities: Bools | None = None,
    threads: int = 2,
) -> Lists:
    """Lay out the offers of everybody for whom ``helping`` is true.

    Lists of at least ``long`` entries have twins. ``capacities`` tells which capacities are asked
    for at all (None: any).
    """
    postings = Postings.of(market, helping, capacities, within=partial(_alike, market))
    people, offers = market.people, market.offers
    count = len(market.hierarchy.starts) - 1
    offer, heard = postings.row, postings.spoken
    helper = offers.person[offer]
    traits = np.empty((len(offer), 8), np.int32)
    traits[:, HELPER] = helper
    for trait, values in (
        (LEVEL, offers.level[offer]),
        (METHODS, offers.methods[offer]),
        (HEARD, tables.language[market.languages.level[heard]]),
        (CLOCK, people.clock[helper]),
        (REGION, people.region[helper]),
        (COUNTRY, people.country[helper]),
        (FRESH, people.fresh[helper]),
    ):
        if len(values) and not -1 <= int(values.min()) <= int(values.max()) < 1 << 15:
            raise ValueError(f"trait {trait} of the offers does not fit 15 bits")
        traits[:, trait] = values
    find = np.full(count * postings.languages, -1, np.int32)
    find[postings.codes] = np.arange(len(postings.codes), dtype=np.int32)
    lengths = np.diff(postings.starts)
    least = long
    while int((lengths >= least).sum()) * count > TWINS:
        least *= 2
    number_of = np.full(len(lengths), -1, np.int32)
    some = np.flatnonzero(lengths >= least)
    number_of[some] = np.arange(len(some), dtype=np.int32)
    members, starts, theirs, twins = _with_twins(market, postings.starts, some, helper, threads)
    lengths = np.diff(starts)
    leaves = starts_of(-(-lengths // WIDTH))
    blocks = starts_of(np.where(lengths > SHORT, -(-lengths // BLOCK), 0))
    side_by_side = np.zeros((leaves[-1], TRAITS, WIDTH), np.int16)
    summaries = np.zeros((blocks[-1], TRAITS, WIDTH), np.int16)
    folds = folded(people.projects)
    fill, sum_up = compiled(fill_leaves), compiled(summarise)

    def lay_out(first: int, last: int) -> None:
        fill(first, last, side_by_side, starts, leaves, members, theirs, traits, folds)
        sum_up(first, last, summaries, starts, leaves, blocks, side_by_side)

    _shared_out(lay_out, starts, threads)
    rows, wishes = who_is(market, folds)
    return Lists(
        find=find,
        offer=offer.astype(np.int32),
        heard=heard.astype(np.int32),
        starts=starts,
        members=members,
        who=traits[members, HELPER],
        leaves=leaves,
        traits=side_by_side,
        blocks=blocks,
        summaries=summaries,
        long=number_of,
        twins=twins,
        capacities=count,
        marks=marks_of(market)[helper],
        who_is=rows,
        wishes=wishes,
    )


def _with_twins(
    market: Market, starts: Ints, some: Ints, helper: Ints, threads: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Append the twins of ``some`` lists: (members, starts, their wishes, number by list and want)."""
    wants, capacities = market.wants, len(market.hierarchy.starts) - 1
    counts = np.zeros(len(some) * capacities, np.int64)
    entries = (starts.astype(np.int64), some, helper, wants.starts.astype(np.int64))
    wanted = wants.capacity.astype(np.int32)
    is_open = np.require(wants.open, np.bool_, ["C", "W"])
    wish = (wants.level.astype(np.int32) << 16) | wants.methods.astype(np.int32)
    count, fill = compiled(count_twins), compiled(fill_twins)
    size = starts_of(np.diff(starts)[some])

    def counting(first: int, last: int) -> None:
        count(first, last, counts, *entries, wanted, is_open, capacities)

    _shared_out(counting, size, threads)
    there = np.flatnonzero(counts)
    twins = np.full(len(counts), -1, np.int32)
    twins[there] = len(starts) - 1 + np.arange(len(there))
    whole = np.append(starts, starts[-1] + np.cumsum(counts[there]))
    members = np.empty(whole[-1], np.int32)
    members[: starts[-1]] = np.arange(starts[-1])
    theirs = np.zeros(whole[-1], np.int32)
    counts[there] = whole[len(starts) - 1 : -1]

    def filling(first: int, last: int) -> None:
        fill(first, last, members, theirs, counts, *entries, wanted, wish, is_open, capacities)

    _shared_out(filling, size, threads)
    return members, whole, theirs, twins


def _shared_out(work: Callable[[int, int], None], starts: Ints, threads: int) -> None:
    """Do the work on ranges of lists, about as many entries in each thread."""
    cuts = np.searchsorted(starts, np.linspace(0, starts[-1], threads + 1)).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, cuts[:-1], [*cuts[1:-1], len(starts) - 1]))


def _alike(market: Market, offer: Ints, heard: Ints) -> Ints:
    """Give numbers of ``WITHIN`` bits that put like beside like: what counts most comes first."""
    people, offers = market.people, market.offers
    helper = offers.person[offer]
    found = np.zeros(len(offer), np.int64)
    for values, bits in (
        (7 - market.languages.level[heard], 3),
        (7 - offers.level[offer], 3),
        (people.clock[helper] >> 2, 5),
        (people.region[helper], 4),
        (people.country[helper], 8),
        (offers.methods[offer], 9),
        (people.fresh[helper] >> 1, 4),
    ):
        found = (found << bits) | (values & ((1 << bits) - 1))
    return found
