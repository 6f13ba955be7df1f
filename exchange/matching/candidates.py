"""Candidates: the best helpers for each want, found by trying all who could help.

This is exact and quick for markets of some thousand people, and for one person in a market of any
size. ``kernel`` finds the same candidates in large markets without trying all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Bools, Ints, spread, stretch, tie_of, turns
from exchange.matching.market import Market
from exchange.matching.postings import Postings
from exchange.matching.score import Entries, parts_of, total
from exchange.matching.tables import Tables

CHUNK = 2_000_000
"""Entries that are scored at a time: bounds memory, changes nothing else."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Helpers for wants, best first within each want; wants rise. ``entries`` says how.

    ``whole`` tells that no candidate of these wants was left out.
    """

    entries: Entries
    helper: Ints
    score: Ints
    tie: NDArray[np.uint64]
    whole: bool = False

    def __len__(self) -> int:
        return len(self.score)

    @property
    def want(self) -> Ints:
        """The row of the want of each candidate."""
        return self.entries.want

    def take(self, which: Ints | Bools | slice) -> Candidates:
        """Give some of the rows."""
        return Candidates(
            self.entries.take(which),
            self.helper[which],
            self.score[which],
            self.tie[which],
            self.whole,
        )


def walk(seekers: Market, postings: Postings, wants: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Find the lists that meet each want: (want, spoken, points for capacity, begin, length)."""
    hierarchy = seekers.hierarchy
    row, related = spread(hierarchy.starts, seekers.wants.capacity[wants])
    want = wants[row]
    turn, spoken = spread(seekers.languages.starts, seekers.wants.person[want])
    want, related = want[turn], related[turn]
    begin, length = postings.find(hierarchy.offered[related], seekers.languages.code[spoken])
    some = length > 0
    return want[some], spoken[some], hierarchy.points[related[some]], begin[some], length[some]


def all_entries(seekers: Market, postings: Postings, wants: Ints) -> Iterator[Entries]:
    """Give everything that could be exchanged for these wants, in parts of bounded size."""
    want, spoken, points, begin, length = walk(seekers, postings, wants)
    # Whole wants stay together: a want's best are known when its part is done.
    order = np.argsort(want, kind="stable")
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
        yield Entries(
            want=want[low:high][row],
            offer=postings.row[place],
            spoken=spoken[low:high][row],
            heard=postings.spoken[place],
            capacity=points[low:high][row],
        )


def entries_to(helpers: Market, wanted: Postings) -> Entries:
    """Give everything that the people of a (small) market could give to the wants listed."""
    hierarchy, offers, languages = helpers.hierarchy, helpers.offers, helpers.languages
    capacities = np.repeat(np.arange(len(hierarchy.starts) - 1), np.diff(hierarchy.starts))
    met = np.flatnonzero(np.isin(hierarchy.offered, offers.capacity))
    offer, at = np.nonzero(offers.capacity[:, None] == hierarchy.offered[met][None, :])
    turn, heard = spread(languages.starts, offers.person[offer])
    offer, at = offer[turn], met[at[turn]]
    begin, length = wanted.find(capacities[at], languages.code[heard])
    row, place = stretch(begin, length)
    return Entries(
        want=wanted.row[place],
        offer=offer[row],
        spoken=wanted.spoken[place],
        heard=heard[row],
        capacity=hierarchy.points[at[row]],
    )


def allowed(market: Market, seeker: Ints, helper: Ints) -> Bools:
    """Tell which pairs may be suggested: two people, not told of each other before."""
    fine = seeker != helper
    fine &= ~same_hands(market, seeker, helper)
    if len(market.told):
        low, high = np.minimum(seeker, helper), np.maximum(seeker, helper)
        codes = low.astype(np.int64) * len(market) + high
        at = np.minimum(np.searchsorted(market.told, codes), len(market.told) - 1)
        fine &= market.told[at] != codes
    return np.asarray(fine, bool)


def same_hands(market: Market, seeker: Ints, helper: Ints) -> Bools:
    """Tell which pairs have somebody who answers for both."""
    people = market.people
    row, mine = spread(people.hand_starts, seeker)
    begin = people.hand_starts[helper[row]]
    turn, theirs = stretch(begin, people.hand_starts[helper[row] + 1] - begin)
    same = np.zeros(len(seeker), bool)
    equal = people.hand[mine[turn]] == people.hand[theirs]
    same[row[turn[equal]]] = True
    return same


def best_entries(entries: Entries, helper: Ints, score: Ints) -> Ints:
    """Choose one entry for each (want, helper): the best, then the first offer and language."""
    order = np.lexsort((entries.spoken, entries.offer, -score, helper, entries.want))
    want, helper = entries.want[order], helper[order]
    new = np.ones(len(order), bool)
    new[1:] = (want[1:] != want[:-1]) | (helper[1:] != helper[:-1])
    return order[new]


def top(want: Ints, score: Ints, tie: NDArray[np.uint64], most: int) -> Ints:
    """Choose the best ``most`` rows of each want, in order."""
    order = np.lexsort((tie, -score, want))
    return order[turns(want[order]) < most]


def candidates(
    market: Market, postings: Postings, wants: Ints, *, most: int, tables: Tables, period: int
) -> Candidates:
    """Find the best ``most`` helpers for each of these wants (rows of the market's wants)."""
    found = [_empty()]
    for entries in all_entries(market, postings, np.asarray(wants, np.int64)):
        seeker = market.wants.person[entries.want]
        entries = entries.take(allowed(market, seeker, market.offers.person[entries.offer]))
        found.append(ranked(market, market, entries, most=most, tables=tables, period=period))
    return joined(found)


def ranked(
    seekers: Market,
    helpers: Market,
    entries: Entries,
    *,
    most: int,
    tables: Tables,
    period: int,
    enough: int | None = None,
) -> Candidates:
    """Score entries and keep each want's best; those of the best wants alone, so many are ``enough``."""
    score = total(parts_of(seekers, helpers, entries, tables))
    if enough is not None and len(score):
        # Among so many entries there are enough wants, however many of them one want has.
        many = enough * int(np.bincount(entries.want).max())
        if many < len(score):
            high = score >= np.partition(score, -many)[-many]
            entries, score = entries.take(high), score[high]
    helper = helpers.offers.person[entries.offer]
    keep = best_entries(entries, helper, score)
    entries, helper, score = entries.take(keep), helper[keep], score[keep]
    seeker = seekers.wants.person[entries.want]
    tie = tie_of(seekers.people.seed[seeker], helpers.people.seed[helper], np.uint64(period))
    return Candidates(entries, helper, score, tie).take(top(entries.want, score, tie, most))


def joined(parts: list[Candidates]) -> Candidates:
    """Put candidates of different wants one after another."""
    return Candidates(
        Entries(
            np.concatenate([part.entries.want for part in parts]),
            np.concatenate([part.entries.offer for part in parts]),
            np.concatenate([part.entries.spoken for part in parts]),
            np.concatenate([part.entries.heard for part in parts]),
            np.concatenate([part.entries.capacity for part in parts]),
        ),
        np.concatenate([part.helper for part in parts]),
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.tie for part in parts]),
    )


def _empty() -> Candidates:
    none = np.zeros(0, np.int64)
    return Candidates(Entries(none, none, none, none, none), none, none, np.zeros(0, np.uint64))
