"""Kernel: the best helpers for each want of a large market, without trying all.

The same answer as ``candidates`` gives, to the last tie. For each want the lists that meet it are
walked, best hopes first; a block or leaf whose summary cannot beat the worst of the best so far
is passed over. The scores' definition is in ``score``; here it is repeated for one pair.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints, starts_of
from exchange.matching.candidates import Candidates
from exchange.matching.lists import Lists
from exchange.matching.market import Market
from exchange.matching.question import factors_of, sides_of
from exchange.matching.score import Entries
from exchange.matching.tables import Tables, gains, rarity_points
from exchange.matching.trip import asked_of, places_of
from exchange.matching.walk import walk

CHUNK = 20_000
"""Wants that one thread takes at a time."""


LISTS = 4096
"""Lists and twins that are looked at for one want; with more, only the lists."""


def best(
    market: Market,
    lists: Lists,
    wants: Ints,
    *,
    most: int,
    tables: Tables,
    period: int,
    threads: int = 2,
) -> Candidates:
    """Find the best ``most`` helpers for each of these wants, which must rise."""
    hierarchy, people = market.hierarchy, market.people
    reverse = _reversed(hierarchy.starts, hierarchy.offered, hierarchy.points)
    rare = rarity_points(market.speakers, market.size, tables.small_language)
    sought = np.asarray(wants, np.int64)
    asked, places = asked_of(market, sought), places_of(lists)
    count = np.zeros(len(sought), np.int32)
    rows = np.empty((5, len(sought), most), np.int32)
    points = np.empty((len(sought), most), np.int32)
    ties = np.empty((len(sought), most), np.uint64)
    side = np.array(
        [tables.methods, tables.region, tables.country, int(people.fresh.max(initial=0))], np.int64
    )
    ways_back = _longest(market.offers.starts, np.diff(reverse[0])[market.offers.capacity])
    reached = np.diff(hierarchy.starts)[market.wants.capacity[sought]]
    reached *= np.diff(market.languages.starts)[market.wants.person[sought]]
    fixed = (
        most, np.uint64(period), side, tables.level.astype(np.int32),
        tables.language.astype(np.int32), tables.time.astype(np.int32),
        tables.projects.astype(np.int32),
        *gains(tables, hierarchy.points), rare.astype(np.int32), sides_of(tables),
        factors_of(tables),
        _wide(hierarchy.starts), hierarchy.offered.astype(np.int32),
        hierarchy.points.astype(np.int32), *reverse,
        lists.who_is, _wide(people.hand_starts), people.hand, _wide(market.told),
        market.offers.capacity, market.offers.level, market.offers.methods,
        market.languages.code, market.languages.level,
        lists.find, len(market.speakers), lists.offer, lists.heard, places,
        lists.members, lists.who, lists.traits.ravel(), lists.summaries.ravel(),
        people.projects.shape[1], lists.long, lists.twins, lists.capacities,
        lists.marks, lists.wishes, _alone(people.hand_starts, people.hand),
        ways_back, LISTS + int(reached.max(initial=0)),
    )  # fmt: skip

    settled = [_settled(each) for each in fixed]

    def part(begin: int) -> None:
        walk(asked[begin : begin + CHUNK], count, rows, points, ties, *settled)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(0, len(asked), CHUNK)))
    filled = np.arange(most)[None, :] < count[:, None]
    helper, offer, spoken, heard, near = (row[filled] for row in rows)
    return Candidates(
        Entries(np.repeat(sought, count).astype(np.int32), offer, spoken, heard, near),
        helper=helper,
        score=points[filled],
        tie=ties[filled],
    )


def _alone(starts: Ints, hand: Ints) -> NDArray[np.bool_]:
    """Tell for whom nobody answers who also answers for somebody else."""
    shared = np.bincount(hand)[hand] > 1
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return np.asarray(np.bincount(owner[shared], minlength=len(starts) - 1) == 0, bool)


def _longest(starts: Ints, values: Ints) -> int:
    """Give the largest sum of the values in one list."""
    sums = np.append(0, np.cumsum(values))
    return int((sums[starts[1:]] - sums[starts[:-1]]).max(initial=0))


def _wide(values: Ints) -> NDArray[np.int64]:
    return np.ascontiguousarray(values, np.int64)


def _settled(value: Any) -> Any:
    """Give every column one of few types, so that all markets share what was compiled."""
    if not isinstance(value, np.ndarray):
        return value
    kept = (np.int64, np.uint64, np.bool_, np.float32, np.int16)
    kind = value.dtype if value.dtype in kept else np.int32
    return np.require(value, kind, ["C", "W"])


def _reversed(starts: Ints, offered: Ints, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Turn (wanted -> offered) round: for each offered capacity the wants that it meets."""
    count = len(starts) - 1
    wanted = np.repeat(np.arange(count, dtype=np.int32), np.diff(starts))
    order = np.argsort(offered, kind="stable")
    turned = starts_of(np.bincount(offered, minlength=count))
    return turned, wanted[order], points[order].astype(np.int32)
