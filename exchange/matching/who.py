"""Who: what the kernel needs to know of each person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Ints
from exchange.matching.market import Market
from exchange.matching.summaries import OTHERS

SEED, WISHES, OFFERS, TONGUES, ABOUT, FIRST_WORD = range(6)
"""Columns of ``who_is``: a person's seed; where their wishes, offers and languages begin and how many
there are; clock, region, country and ``folded`` projects; and the words of bits for projects. They
stand together, since each look at somebody costs a trip to memory.
"""

COUNT = 24
"""Bits for how many; those above say where the first is."""

LINE = 8
"""Columns that fit into one line of the processor's cache."""


def folded(projects: NDArray[np.uint64]) -> NDArray[np.int16]:
    """Fold each person's projects into 16 bits: the 15 commonest, and whether there are others."""
    bits = np.arange(64, dtype=np.uint64)
    counts = [int((column >> bit & np.uint64(1)).sum()) for column in projects.T for bit in bits]
    common = np.argsort(-np.array(counts), kind="stable")[:15]
    found = np.zeros(len(projects), np.uint16)
    others = projects.copy()
    for at, project in enumerate(common.tolist()):
        word, bit = divmod(project, 64)
        found |= ((projects[:, word] >> np.uint64(bit)).astype(np.uint16) & 1) << at
        others[:, word] &= ~(np.uint64(1) << np.uint64(bit))
    found |= np.where(others.any(axis=1), OTHERS, 0).astype(np.uint16)
    return found.view(np.int16)


def who_is(market: Market, folds: Ints) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Give a row for each person, whole lines long, and what all still want."""
    wants, people = market.wants, market.people
    columns = FIRST_WORD + people.projects.shape[1]
    found = np.zeros((len(market), -(-columns // LINE) * LINE), np.uint64)
    found[:, SEED] = people.seed
    found[:, WISHES] = _ranges(np.append(0, np.cumsum(wants.open))[wants.starts])
    found[:, OFFERS] = _ranges(market.offers.starts)
    found[:, TONGUES] = _ranges(market.languages.starts)
    about = np.stack([people.clock, people.region, people.country, folds], axis=1)
    found[:, ABOUT] = about.astype(np.int16).view(np.uint64)[:, 0]
    found[:, FIRST_WORD:columns] = people.projects
    wishes = wants.capacity.astype(np.int64) << 32
    wishes |= (wants.level.astype(np.int64) << 28) | wants.methods
    return found, wishes[wants.open]


def _ranges(starts: Ints) -> NDArray[np.int64]:
    return np.asarray((starts[:-1].astype(np.int64) << COUNT) | np.diff(starts))


def marks_of(market: Market) -> NDArray[np.uint64]:
    """Give the capacities that each person wants as bits, modulo 64."""
    wants = market.wants
    bits = np.uint64(1) << (wants.capacity & 63).astype(np.uint64)
    bits[~wants.open] = 0
    found = np.zeros(len(market), np.uint64)
    some = np.flatnonzero(np.diff(wants.starts))
    if len(some):
        found[some] = np.bitwise_or.reduceat(bits, wants.starts[some])
    return found
