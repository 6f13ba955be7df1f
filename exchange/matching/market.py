"""Market: everybody who takes part in a round, as columns.

Rows are people and groups, in the order of their keys; offers, wants and languages are lists of
lists (``starts`` and values, see ``arrays``). Words (capacities, languages, countries, regions)
are numbers; ``words`` gives them back. Built from profiles (``Market.of``) or straight from
arrays by the benchmarks and by Spark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from exchange.matching.columns import Bools, Ints, Words, spread, starts_of, stretch

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
    away or quiet). ``rank`` is the solidarity order: the higher, the earlier served.
    ``clock`` is in quarters of an hour (see ``zone``). ``fresh`` is points. ``projects`` is a
    matrix of bits. ``contacts`` are the people who answer for somebody: oneself, a group's contacts.
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
    contact_starts: Ints
    contacts: Ints


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
        """Return how many steps narrower than the want an offer is that meets it."""
        row = slice(self.starts[wanted], self.starts[wanted + 1])
        return int(self.steps[row][self.offered[row] == offered][0])

    @cached_property
    def matrix(self) -> NDArray[np.int16]:
        """Points for capacity by wanted and offered, 0 where the offer does not meet the want."""
        count = len(self.starts) - 1
        matrix = np.zeros((count, count), np.int16)
        matrix[np.repeat(np.arange(count), np.diff(self.starts)), self.offered] = self.points
        return matrix


@dataclass(frozen=True)
class MarketWords:
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
    more than the rows where this is one part of a market). ``suggested_pairs`` are the pairs that are not
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
    suggested_pairs: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    words: MarketWords = field(default_factory=MarketWords)

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

    def without_suggested_pairs(self) -> Market:
        """Forget which pairs were told of each other."""
        return replace(self, suggested_pairs=np.zeros(0, np.int64))

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


@dataclass(frozen=True, eq=False)
class PostingLists:
    """Who offers (or wants) each capacity in each language.

    ``codes`` are capacity * languages + language, rising. List ``i`` is
    ``row[starts[i]:starts[i + 1]]``, rows of the market's offers (or wants), with ``spoken`` their
    owner's row in languages.
    """

    languages: int
    codes: Ints
    starts: Ints
    row: Ints
    spoken: Ints

    @classmethod
    def of_offers(cls, market: Market, helpers: Bools) -> Self:
        """List the offers of all people for whom ``helpers`` is true."""
        offers = market.offers
        return cls._list_items(market, offers.person, offers.capacity, helpers[offers.person])

    @classmethod
    def of_wants(cls, market: Market) -> Self:
        """List the open wants of all people who seek."""
        wants = market.wants
        listed = wants.open & market.people.seeks[wants.person]
        return cls._list_items(market, wants.person, wants.capacity, listed)

    @classmethod
    def _list_items(cls, market: Market, person: Ints, capacity: Ints, listed: Bools) -> Self:
        languages = max(len(market.speakers), 1)
        rows = np.flatnonzero(listed)
        at, spoken = spread(market.languages.starts, person[rows])
        row = rows[at]
        codes = capacity[row].astype(np.int64) * languages + market.languages.code[spoken]
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        starts = np.append(first, len(order))
        return cls(languages, codes[first], starts, row[order], spoken[order])

    def find(self, capacity: Ints, language: Ints) -> tuple[Ints, Ints]:
        """Return (begin, length) of each list, length 0 where there is none.

        Words that came after these lists were made are in none of them.
        """
        if not len(self.codes):
            return np.zeros(len(capacity), np.int64), np.zeros(len(capacity), np.int64)
        sought = capacity.astype(np.int64) * self.languages + language
        at = np.minimum(np.searchsorted(self.codes, sought), len(self.codes) - 1)
        begin = self.starts[at]
        there = (self.codes[at] == sought) & (language < self.languages)
        return begin, np.where(there, self.starts[at + 1] - begin, 0)


def allowed_pairs(market: Market, seeker: Ints, helper: Ints) -> Bools:
    """Return which pairs may be suggested: two people, not told of each other before."""
    allowed = seeker != helper
    allowed &= ~share_a_contact(market, seeker, helper)
    if len(market.suggested_pairs):
        low, high = np.minimum(seeker, helper), np.maximum(seeker, helper)
        codes = low.astype(np.int64) * len(market) + high
        at = np.minimum(
            np.searchsorted(market.suggested_pairs, codes), len(market.suggested_pairs) - 1
        )
        allowed &= market.suggested_pairs[at] != codes
    return np.asarray(allowed, bool)


def share_a_contact(market: Market, seeker: Ints, helper: Ints) -> Bools:
    """Return which pairs have somebody who answers for both."""
    people = market.people
    row, mine = spread(people.contact_starts, seeker)
    begin = people.contact_starts[helper[row]]
    turn, theirs = stretch(begin, people.contact_starts[helper[row] + 1] - begin)
    same = np.zeros(len(seeker), bool)
    equal = people.contacts[mine[turn]] == people.contacts[theirs]
    same[row[turn[equal]]] = True
    return same


UNKNOWN = -1
"""A clock that is not known; known ones are quarters of an hour, 0 to 95, from UTC eastwards."""

QUARTERS = 96
"""Quarters of an hour in a day."""

_OFFSET = re.compile(r"^(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def utc_offset(timezone: str | None, day: date) -> int:
    """Return the clock's distance from UTC at noon of ``day`` in quarters of an hour, 0 to 95.

    ``timezone`` is an IANA name (``Africa/Lagos``) or an offset (``UTC+5:30``). What is not known
    gives ``UNKNOWN``.
    """
    if not timezone:
        return UNKNOWN
    if timezone.strip().upper() in ("UTC", "GMT", "Z"):
        return 0
    if found := _OFFSET.match(timezone.strip()):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return _quarters(minutes if found[1] == "+" else -minutes)
    try:
        offset = datetime.combine(day, time(12), UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    except (KeyError, ValueError, OSError):
        return UNKNOWN
    return UNKNOWN if offset is None else _quarters(round(offset.total_seconds() / 60))


def _quarters(minutes: int) -> int:
    return round(minutes / 15) % QUARTERS


def hours_apart(one: int, other: int) -> float:
    """Return the hours between two known clocks, 0 to 12, the short way round."""
    apart = abs(one - other)
    return min(apart, QUARTERS - apart) / 4
