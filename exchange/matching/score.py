"""Score: what a seeker and a helper have in common, in whole points by named parts.

The definition of every part stands here, once for all pairs of a market at a time. The compiled
kernel repeats it for speed, and a plain reading of docs/matching.md repeats it in the tests; the
three must agree to the point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints, spread, stretch
from exchange.matching.market import NOBODY, Hierarchy, Market
from exchange.matching.tables import Tables, rarity_points
from exchange.matching.zone import QUARTERS

PARTS = (
    "capacity",
    "reciprocity",
    "language",
    "small-language",
    "level",
    "methods",
    "time",
    "projects",
    "region",
    "country",
    "freshness",
    "priority",
    "deadline",
)
"""The parts of a score, in the order in which a person reads them."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Possible exchanges, one row each: a want, an offer that meets it, a shared language.

    All are row numbers: of the market's wants, offers, and of the seeker's and the helper's row
    in languages. ``capacity`` is the points for how near the offer is to the want.
    """

    want: Ints
    offer: Ints
    spoken: Ints
    heard: Ints
    capacity: Ints

    def __len__(self) -> int:
        return len(self.want)

    def take(self, which: Ints | NDArray[np.bool_] | slice) -> Entries:
        """Give some of the rows."""
        return Entries(
            self.want[which],
            self.offer[which],
            self.spoken[which],
            self.heard[which],
            self.capacity[which],
        )


Parts = Mapping[str, Ints]


def parts_of(seekers: Market, helpers: Market, entries: Entries, tables: Tables) -> Parts:
    """Score entries by named parts; wants are ``seekers``' rows, offers are ``helpers``'.

    Usually both are one market; two are given where one is a change that was not merged yet.
    """
    wants, offers = seekers.wants, helpers.offers
    want, offer = entries.want, entries.offer
    seeker, helper = wants.person[want], offers.person[offer]
    asking, giving = seekers.people, helpers.people
    code = helpers.languages.code[entries.heard]
    lower = np.minimum(
        seekers.languages.level[entries.spoken], helpers.languages.level[entries.heard]
    )
    rare = rarity_points(seekers.speakers, seekers.size, tables.small_language)
    level = tables.level[wants.level[want], offers.level[offer]].astype(np.int64)
    methods = tables.methods * ((wants.methods[want] & offers.methods[offer]) != 0)
    fit = entries.capacity + level + methods
    region, other_region = asking.region[seeker], giving.region[helper]
    country, other_country = asking.country[seeker], giving.country[helper]
    return {
        "capacity": entries.capacity.astype(np.int64),
        "reciprocity": _harmonic(fit, _back(seekers, helpers, seeker, helper, tables), tables),
        "language": tables.language[lower].astype(np.int64),
        "small-language": rare[code].astype(np.int64),
        "level": level,
        "methods": methods.astype(np.int64),
        "time": _time(asking.clock[seeker], giving.clock[helper], tables),
        "projects": _projects(asking.projects[seeker], giving.projects[helper], tables),
        "region": tables.region * ((region == other_region) & (region != NOBODY)),
        "country": tables.country * ((country == other_country) & (country != NOBODY)),
        "freshness": giving.fresh[helper].astype(np.int64),
        "priority": wants.priority[want].astype(np.int64),
        "deadline": wants.deadline[want].astype(np.int64),
    }


def total(parts: Parts) -> NDArray[np.int64]:
    """Add the parts up: the score of each entry."""
    return np.asarray(sum(parts[name] for name in PARTS), np.int64)


def _time(one: Ints, other: Ints, tables: Tables) -> NDArray[np.int64]:
    apart = np.abs(one.astype(np.int64) - other)
    apart = np.minimum(apart, QUARTERS - apart)
    known = (one != NOBODY) & (other != NOBODY)
    return np.where(known, tables.time[np.where(known, apart, 0)], 0).astype(np.int64)


def _projects(
    one: NDArray[np.uint64], other: NDArray[np.uint64], tables: Tables
) -> NDArray[np.int64]:
    width = min(one.shape[1], other.shape[1])
    shared = np.bitwise_count(one[:, :width] & other[:, :width]).sum(axis=1)
    return np.asarray(tables.projects[np.minimum(shared, 2)], np.int64)


def _harmonic(fit: Ints, back: Ints, tables: Tables) -> NDArray[np.int64]:
    """Learning is a two-way street: the harmonic mean is high only where both ways are good."""
    both = np.where(back > 0, fit + back, 1)
    mean = 2 * tables.reciprocity * fit * back // (both * tables.fit)
    return np.where(back > 0, mean, 0)


def _back(
    seekers: Market, helpers: Market, seeker: Ints, helper: Ints, tables: Tables
) -> NDArray[np.int64]:
    """Find for each (seeker, helper) how well the seeker can help the helper, 0 for not at all."""
    pair, where = np.unique(seeker.astype(np.int64) * len(helpers) + helper, return_inverse=True)
    best = np.zeros(len(pair), np.int64)
    row, want, offer, points = ways_back(
        seekers, helpers, pair // len(helpers), pair % len(helpers)
    )
    level = tables.level[helpers.wants.level[want], seekers.offers.level[offer]]
    methods = (helpers.wants.methods[want] & seekers.offers.methods[offer]) != 0
    np.maximum.at(best, row, points + level + tables.methods * methods)
    return best[where]


def ways_back(
    seekers: Market, helpers: Market, seeker: Ints, helper: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """List what each helper wants and the seeker offers.

    Gives (row of the pair, the helper's want, the seeker's offer, points for capacity).
    """
    row, want = spread(helpers.wants.starts, helper)
    open_ = helpers.wants.open[want]
    row, want = row[open_], want[open_]
    begin = seekers.offers.starts[seeker[row]]
    turn, offer = stretch(begin, seekers.offers.starts[seeker[row] + 1] - begin)
    row, want = row[turn], want[turn]
    hierarchy = wider(seekers, helpers)
    points = hierarchy.points_of(helpers.wants.capacity[want], seekers.offers.capacity[offer])
    meets = points > 0
    return row[meets], want[meets], offer[meets], points[meets]


def wider(one: Market, other: Market) -> Hierarchy:
    """Give the hierarchy that knows the words of both: the younger vocabulary has all words."""
    return max(one.hierarchy, other.hierarchy, key=lambda hierarchy: len(hierarchy.starts))
