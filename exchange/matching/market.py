"""Market: everybody who takes part in a round, as columns.

Rows are people and groups, in the order of their keys; offers, wants and languages are lists of
lists (``starts`` and values, see ``arrays``). Words (capacities, languages, countries, regions)
are numbers; ``words`` gives them back. Built from profiles (``Market.of``) or straight from
arrays by the benchmarks and by Spark.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from exchange.matching.arrays import Bools, Ints, Words, starts_of

NOBODY = -1
"""A country, region or clock that is not known."""


@dataclass(frozen=True, eq=False)
class Offers:
    """Offers of all people, one row each; person ``i`` has rows ``starts[i]:starts[i + 1]``.

    ``level`` 0 is not said; ``methods`` is a set of bits, 0 for not said.
    """

    starts: Ints
    person: Ints
    capacity: Ints
    level: Ints
    methods: Ints


@dataclass(frozen=True, eq=False)
class Wants:
    """Wants of all people, one row a person and capacity, like ``Offers``.

    ``priority`` and ``deadline`` are points already; ``open`` tells which take part in this round
    (not over, not in somebody's hands).
    """

    starts: Ints
    person: Ints
    capacity: Ints
    level: Ints
    methods: Ints
    priority: Ints
    deadline: Ints
    open: Bools


@dataclass(frozen=True, eq=False)
class Languages:
    """Usable languages of all people, one row each, in the order of their codes."""

    starts: Ints
    code: Ints
    level: Ints


@dataclass(frozen=True, eq=False)
class People:
    """One row a person or group.

    ``seed`` decides ties. ``seats`` are all seats, ``free`` those not held. ``most`` is how many
    suggestions a seeker can still get. ``helps`` and ``seeks`` tell who takes part at all (not
    away, quiet or stale). ``rank`` is the solidarity order: the higher, the earlier served.
    ``clock`` is in quarters of an hour (see ``zone``). ``fresh`` is points. ``projects`` is a
    matrix of bits. ``hands`` are the people who answer for somebody: oneself, a group's contacts.
    """

    seed: Words
    seats: Ints
    free: Ints
    most: Ints
    helps: Bools
    seeks: Bools
    rank: Ints
    clock: Ints
    region: Ints
    country: Ints
    fresh: Ints
    projects: Words
    hand_starts: Ints
    hand: Ints


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """For each wanted capacity the offers that meet it, with the points for capacity.

    ``offered[starts[c]:starts[c + 1]]`` are capacity numbers: ``c`` itself, narrower, broader.
    ``steps`` says how many steps narrower than the want the offer is (below 0: broader).
    """

    starts: Ints
    offered: Ints
    points: Ints
    steps: Ints

    @classmethod
    def flat(cls, capacities: int, points: int) -> Self:
        """Nothing is broader than anything: each capacity meets only itself."""
        everything = np.arange(capacities, dtype=np.int32)
        return cls(
            np.arange(capacities + 1),
            everything,
            np.full(capacities, points, np.int32),
            np.zeros(capacities, np.int32),
        )

    def step(self, wanted: int, offered: int) -> int:
        """Tell how many steps narrower than the want an offer is that meets it."""
        row = slice(self.starts[wanted], self.starts[wanted + 1])
        return int(self.steps[row][self.offered[row] == offered][0])

    @cached_property
    def codes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(wanted * capacities + offered) in rising order, and the points of each."""
        count = len(self.starts) - 1
        wanted = np.repeat(np.arange(count, dtype=np.int64), np.diff(self.starts))
        codes = wanted * count + self.offered
        order = np.argsort(codes, kind="stable")
        return codes[order], self.points[order].astype(np.int64)

    def points_of(self, wanted: Ints, offered: Ints) -> NDArray[np.int64]:
        """Points for capacity of each (wanted, offered), 0 where the offer does not meet it."""
        codes, points = self.codes
        if not len(codes):
            return np.zeros(len(wanted), np.int64)
        sought = wanted.astype(np.int64) * (len(self.starts) - 1) + offered
        at = np.minimum(np.searchsorted(codes, sought), len(codes) - 1)
        return np.where(codes[at] == sought, points[at], 0)


@dataclass(frozen=True)
class Vocabulary:
    """The words behind the numbers: ids and codes by number."""

    capacities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Market:
    """Everybody who takes part, as columns.

    ``speakers`` counts the people of each language, in a movement of ``size`` people (which is
    more than the rows where this is one part of a market). ``told`` are the pairs that are not
    suggested again, as rising numbers ``low * rows + high``.
    """

    keys: tuple[str, ...]
    people: People
    offers: Offers
    wants: Wants
    languages: Languages
    hierarchy: Hierarchy
    speakers: Ints
    size: int
    told: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    words: Vocabulary = field(default_factory=Vocabulary)

    def __len__(self) -> int:
        return len(self.people.seed)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row by key."""
        return {key: row for row, key in enumerate(self.keys)}

    def counting(self, whole: Market) -> Market:
        """Count speakers as in the whole market, of which this is a part."""
        speakers = np.zeros(max(len(self.words.languages), len(whole.speakers)), np.int64)
        speakers[: len(whole.speakers)] = whole.speakers
        return replace(self, speakers=speakers, size=whole.size)

    def without_told(self) -> Market:
        """Forget which pairs were told of each other."""
        return replace(self, told=np.zeros(0, np.int64))

    @property
    def bytes(self) -> int:
        """Memory that the columns take."""
        return sum(
            getattr(table, column.name).nbytes
            for table in (self.people, self.offers, self.wants, self.languages)
            for column in fields(table)
        )


def counted(languages: Languages, words: int) -> Ints:
    """Count the speakers of each language."""
    return np.bincount(languages.code, minlength=words).astype(np.int64)


def listed(owners: Ints, rows: int) -> Ints:
    """Offsets of the lists of ``rows`` people from the rising owner of each value."""
    return starts_of(np.bincount(owners, minlength=rows))
