"""Scoring: what a seeker and a helper have in common, in whole points by named parts.

The one definition of every part, for any number of pairs at a time. The compiled search estimates
the same points for speed, and a plain reading of docs/matching.md repeats them in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from exchange.matching.columns import Bools, Ints, Words, sort_rows, spread, stretch, tie_of, turns
from exchange.matching.market import NOBODY, QUARTERS, Hierarchy, Market
from exchange.matching.weights import Weights
from exchange.model import NATIVE, Priority, Profile, Want

LANGUAGE_SHARES = {2: 40, 3: 60, 4: 80, 5: 90, NATIVE: 100}
"""Per cent of the points for language by the lower of both levels."""

JOIN_STEPS = (1, 4)
"""From how many joins on a request is a step more pressing, and another one, up to urgent."""


def capacity_points(steps: int, weights: Weights) -> int:
    """Points for an offer that is ``steps`` narrower than the want (negative: broader)."""
    points = weights.points.capacity
    share = weights.shares.narrower if steps > 0 else weights.shares.broader
    for _ in range(abs(steps)):
        points = points * share // 100
    return points


def fresh_points(profile: Profile, today: date, weights: Weights) -> int:
    """Points for a profile that was looked after lately; none where that is not known.

    None either where a question whether they are still there was not answered.
    """
    if profile.edited is None or profile.questions_unanswered(today):
        return 0
    age = (today - profile.edited.date()).days
    full, none = weights.bounds.fresh_days, weights.bounds.faded_days
    return weights.points.freshness * min(max(none - age, 0), none - full) // (none - full)


def urgency_points(want: Want, today: date, weights: Weights) -> tuple[int, int]:
    """Points for a want's priority, with what joins add to it, and for its near last day."""
    steps = sum(want.joins >= least for least in JOIN_STEPS)
    priority = {
        Priority.NORMAL: 0,
        Priority.HIGH: weights.points.priority // 2,
        Priority.URGENT: weights.points.priority,
    }[Priority(min(want.priority + steps, Priority.URGENT))]
    near = want.until is not None and (want.until - today).days <= weights.bounds.deadline_days
    return priority, weights.points.deadline if near else 0


@dataclass(frozen=True, eq=False)
class Tables:
    """Points as tables, so that a score is a sum of look-ups.

    ``level[want, offer]``, ``language[lower level]``, ``time[quarters apart]``,
    ``projects[shared]`` (0 to 2, 2 for more). ``reciprocity`` is the most for it and ``fit`` the
    most that one direction can have in capacity, level and methods. Clocks up to ``near`` quarters
    of an hour apart have all points for time, and from ``far`` on none.
    """

    level: NDArray[np.int32]
    language: NDArray[np.int32]
    time: NDArray[np.int32]
    projects: NDArray[np.int32]
    methods: int
    region: int
    country: int
    reciprocity: int
    fit: int
    small_language: int
    near: int
    far: int

    @classmethod
    def of(cls, weights: Weights) -> Self:
        """Work the tables out from the weights."""
        points, shares, bounds = weights.points, weights.shares, weights.bounds
        level = np.zeros((5, 5), np.int32)
        for want in range(1, 5):
            level[want, want:] = points.level
            if want > 1:
                level[want, want - 1] = points.level * shares.one_level_below // 100
        language = np.zeros(NATIVE + 1, np.int32)
        for known, share in LANGUAGE_SHARES.items():
            language[known] = points.language * share // 100
        near, far = bounds.near_hours * 4, bounds.far_hours * 4
        apart = np.arange(QUARTERS // 2 + 1)
        time = points.time * np.clip(far - apart, 0, far - near) // (far - near)
        return cls(
            level=level,
            language=language,
            time=time.astype(np.int32),
            projects=np.array([0, points.projects // 2, points.projects], np.int32),
            methods=points.methods,
            region=points.region,
            country=points.country,
            reciprocity=points.reciprocity,
            fit=points.capacity + points.level + points.methods,
            small_language=points.small_language,
            near=near,
            far=far,
        )


def rarity_points(speakers: Ints, size: int, most: int) -> NDArray[np.int32]:
    """Points for sharing each language: the fewer speak it among ``size`` people, the more.

    In steps of doublings, so that one person more or less seldom changes anything.
    """
    whole = max(int(size).bit_length() - 1, 1)
    lengths = np.array([int(count).bit_length() for count in speakers], np.int64)
    steps = np.clip(int(size).bit_length() - np.maximum(lengths, 1), 0, whole)
    return np.asarray(most * steps // whole, np.int32)


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
class Exchanges:
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

    def take(self, which: Ints | NDArray[np.bool_] | slice) -> Exchanges:
        """Return some of the rows."""
        return Exchanges(
            self.want[which],
            self.offer[which],
            self.spoken[which],
            self.heard[which],
            self.capacity[which],
        )


@dataclass(frozen=True, eq=False)
class RankedExchanges:
    """The best exchange of each want with each helper. Wants rise; each has its best first."""

    exchanges: Exchanges
    helper: Ints
    score: Ints
    tie: Words

    def __len__(self) -> int:
        return len(self.score)

    @property
    def want(self) -> Ints:
        """The row of the want of each exchange."""
        return self.exchanges.want

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put ranked exchanges one after another; there is at least one part."""
        columns = (
            np.concatenate([getattr(part.exchanges, column.name) for part in parts])
            for column in fields(Exchanges)
        )
        return cls(
            Exchanges(*columns),
            np.concatenate([part.helper for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.tie for part in parts]),
        )

    def take(self, which: Ints | Bools | slice) -> RankedExchanges:
        """Return some of the rows."""
        return RankedExchanges(
            self.exchanges.take(which), self.helper[which], self.score[which], self.tie[which]
        )


Parts = Mapping[str, Ints]


def score_parts(seekers: Market, helpers: Market, entries: Exchanges, tables: Tables) -> Parts:
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


def sum_parts(parts: Parts) -> NDArray[np.int64]:
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
    order = sort_rows(seeker, helper)
    ordered, other = seeker[order], helper[order]
    new = np.ones(len(order), bool)
    new[1:] = (ordered[1:] != ordered[:-1]) | (other[1:] != other[:-1])
    best = np.zeros(int(new.sum()), np.int64)
    row, want, offer, points = returns_of_pairs(seekers, helpers, ordered[new], other[new])
    level = tables.level[helpers.wants.level[want], seekers.offers.level[offer]]
    methods = (helpers.wants.methods[want] & seekers.offers.methods[offer]) != 0
    np.maximum.at(best, row, points + level + tables.methods * methods)
    back = np.empty(len(order), np.int64)
    back[order] = best[np.cumsum(new) - 1]
    return back


def returns_of_pairs(
    seekers: Market, helpers: Market, seeker: Ints, helper: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """List what each helper wants and the seeker offers.

    Returns (row of the pair, the helper's want, the seeker's offer, points for capacity).
    """
    row, want = spread(helpers.wants.starts, helper)
    open_ = helpers.wants.open[want]
    row, want = row[open_], want[open_]
    begin = seekers.offers.starts[seeker[row]]
    turn, offer = stretch(begin, seekers.offers.starts[seeker[row] + 1] - begin)
    wanted = helpers.wants.capacity[want]
    points = wider(seekers, helpers).matrix[wanted[turn], seekers.offers.capacity[offer]]
    meets = np.flatnonzero(points)
    turn = turn[meets]
    return row[turn], want[turn], offer[meets], points[meets]


def wider(one: Market, other: Market) -> Hierarchy:
    """Return the hierarchy that knows the words of both: the younger vocabulary has all words."""
    return max(one.hierarchy, other.hierarchy, key=lambda hierarchy: len(hierarchy.starts))


def exchanges_of_pairs(market: Market, want: Ints, helper: Ints) -> Exchanges:
    """Return everything that could be exchanged for each want with one given helper."""
    offers, languages = market.offers, market.languages
    pair, offer = spread(offers.starts, helper)
    points = market.hierarchy.matrix[market.wants.capacity[want[pair]], offers.capacity[offer]]
    meets = points > 0
    pair, offer, points = pair[meets], offer[meets], points[meets]
    turn, spoken = spread(languages.starts, market.wants.person[want[pair]])
    pair, offer, points = pair[turn], offer[turn], points[turn]
    turn, heard = spread(languages.starts, helper[pair])
    same = languages.code[spoken[turn]] == languages.code[heard]
    turn, heard = turn[same], heard[same]
    return Exchanges(want[pair[turn]], offer[turn], spoken[turn], heard, points[turn])


def best_exchanges(seekers: Market, helpers: Market, exchanges: Exchanges, score: Ints) -> Ints:
    """Choose one exchange for each (want, helper): the best, then the first offer and language."""
    seeker, helper = (
        seekers.wants.person[exchanges.want],
        helpers.offers.person[exchanges.offer],
    )
    # Offers and languages are counted by person: small numbers are sorted faster.
    offer = exchanges.offer - helpers.offers.starts[helper]
    spoken = exchanges.spoken - seekers.languages.starts[seeker]
    order = sort_rows(exchanges.want, helper, -score, offer, spoken)
    want, helper = exchanges.want[order], helper[order]
    new = np.ones(len(order), bool)
    new[1:] = (want[1:] != want[:-1]) | (helper[1:] != helper[:-1])
    return order[new]


def rank_exchanges(
    seekers: Market,
    helpers: Market,
    exchanges: Exchanges,
    *,
    most: int,
    tables: Tables,
    period: int,
    enough: int | None = None,
) -> RankedExchanges:
    """Score exchanges and keep each want's best ``most`` helpers.

    With ``enough``, wants that are surely not among the best so many may be left out.
    """
    score = sum_parts(score_parts(seekers, helpers, exchanges, tables))
    if enough is not None and len(score):
        # Among so many exchanges there are enough wants, however many of them one want has.
        many = enough * int(np.bincount(exchanges.want).max())
        if many < len(score):
            high = score >= np.partition(score, -many)[-many]
            exchanges, score = exchanges.take(high), score[high]
    keep = best_exchanges(seekers, helpers, exchanges, score)
    exchanges, score = exchanges.take(keep), score[keep]
    seeker = seekers.wants.person[exchanges.want]
    helper = helpers.offers.person[exchanges.offer]
    tie = tie_of(seekers.people.seed[seeker], helpers.people.seed[helper], np.uint64(period))
    order = np.argsort(tie)
    order = order[sort_rows(exchanges.want[order], -score[order])]
    order = order[turns(exchanges.want[order]) < most]
    return RankedExchanges(exchanges, helper, score, tie).take(order)


def score_pairs(
    market: Market, want: Ints, helper: Ints, *, tables: Tables, period: int
) -> tuple[RankedExchanges, Parts]:
    """Return the best exchange of each want (all different, rising) with one helper, by parts.

    Pairs between whom nothing can be exchanged are left out.
    """
    exchanges = exchanges_of_pairs(market, want, helper)
    parts = score_parts(market, market, exchanges, tables)
    score = sum_parts(parts)
    # The exchanges of a pair stand together, by offer and language: the first of the best is it.
    first = np.flatnonzero(np.diff(exchanges.want, prepend=-1))
    sizes = np.diff(np.append(first, len(score)))
    best = np.maximum.reduceat(score, first) if len(first) else score
    top = np.flatnonzero(score == np.repeat(best, sizes))
    keep = top[np.flatnonzero(np.diff(exchanges.want[top], prepend=-1))]
    seeker = market.wants.person[exchanges.want[keep]]
    helper = market.offers.person[exchanges.offer[keep]]
    tie = tie_of(market.people.seed[seeker], market.people.seed[helper], np.uint64(period))
    ranked = RankedExchanges(exchanges.take(keep), helper, score[keep], tie)
    return ranked, {name: points[keep] for name, points in parts.items()}
