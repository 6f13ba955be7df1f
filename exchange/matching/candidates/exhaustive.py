"""Exhaustive: everybody who could help, tried one by one with numpy.

This is exact, and quick for markets of some thousand people and for one person in a market of any
size. A *possible exchange* is a want, an offer that meets it, and a language that both use.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from exchange.matching.columns import Ints, sort_rows, spread, stretch
from exchange.matching.market import Market, PostingLists, allowed_pairs
from exchange.matching.scoring import Exchanges, RankedExchanges, Tables, rank_exchanges

CHUNK = 500_000
"""Exchanges that are scored at a time: bounds memory, changes nothing else."""


def find_lists(
    seekers: Market, lists: PostingLists, wants: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Find the lists that meet each want: (want, spoken, points for capacity, begin, length)."""
    hierarchy = seekers.hierarchy
    row, related = spread(hierarchy.starts, seekers.wants.capacity[wants])
    want = wants[row]
    turn, spoken = spread(seekers.languages.starts, seekers.wants.person[want])
    want, related = want[turn], related[turn]
    begin, length = lists.find(hierarchy.offered[related], seekers.languages.code[spoken])
    some = length > 0
    return want[some], spoken[some], hierarchy.points[related[some]], begin[some], length[some]


def possible_exchanges(seekers: Market, lists: PostingLists, wants: Ints) -> Iterator[Exchanges]:
    """Yield everything that could be exchanged for these wants, in parts of bounded size."""
    want, spoken, points, begin, length = find_lists(seekers, lists, wants)
    # Whole wants stay together: a want's best are known when its part is done.
    order = sort_rows(want)
    want, spoken, points = want[order], spoken[order], points[order]
    begin, length = begin[order], length[order]
    if not len(want):
        return
    first = np.flatnonzero(np.diff(want, prepend=-1))
    ends = np.cumsum(length)[np.append(first[1:], len(want)) - 1]
    part = (ends - 1) // CHUNK
    cuts = np.append(first[np.flatnonzero(np.diff(part, prepend=-1))], len(want))
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        row, place = stretch(begin[low:high], length[low:high])
        yield Exchanges(
            want=want[low:high][row],
            offer=lists.row[place],
            spoken=spoken[low:high][row],
            heard=lists.spoken[place],
            capacity=points[low:high][row],
        )


def rank_all_helpers(
    market: Market, lists: PostingLists, wants: Ints, *, most: int, tables: Tables, period: int
) -> RankedExchanges:
    """Find the best ``most`` helpers for each of these wants (rows of the market's wants)."""
    none = np.zeros(0, np.int64)
    parts = [RankedExchanges(Exchanges(*[none] * 5), none, none, none.astype(np.uint64))]
    for exchanges in possible_exchanges(market, lists, np.asarray(wants, np.int64)):
        seeker = market.wants.person[exchanges.want]
        helper = market.offers.person[exchanges.offer]
        exchanges = exchanges.take(allowed_pairs(market, seeker, helper))
        parts.append(
            rank_exchanges(market, market, exchanges, most=most, tables=tables, period=period)
        )
    return RankedExchanges.joined(parts)
