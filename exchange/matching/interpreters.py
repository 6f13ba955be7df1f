"""Interpreters: wants that nobody can meet in a language of the seeker's, met with a third person.

Only wants that were left for their language are looked at, each with its ``HELPERS`` best helpers,
and for each two languages the ``INTERPRETERS`` who have most room: the cost grows with those wants,
and not with all pairs. Who was suggested to somebody already keeps what they have: only seats and
suggestions that are left are given away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from exchange.matching.columns import Bools, Ints, mix
from exchange.matching.market import Market, allowed_pairs
from exchange.matching.scoring import (
    Exchanges,
    Parts,
    RankedExchanges,
    Tables,
    best_exchanges,
    score_parts,
    sum_parts,
)
from exchange.model import FLUENT, Interpretation

HELPERS = 16
"""How many helpers are looked at for a want."""

INTERPRETERS = 8
"""How many interpreters are looked at for two languages."""

KEEP = 40
"""Points that an interpreter of an earlier plan of this period is worth more, so that they stay."""


@dataclass(frozen=True, eq=False)
class InterpretedExchanges:
    """The exchanges chosen, their parts, and who interprets at each, in the same order."""

    exchanges: RankedExchanges
    parts: Parts
    interpreter: Ints
    interpretations: tuple[Interpretation, ...] = ()


@dataclass(frozen=True, eq=False)
class Room:
    """What is left after everybody was suggested somebody: seats, suggestions, and pairs taken.

    ``seats`` and ``most`` are by person; ``pairs`` are the pairs of rows, the lower first, that
    this round brings together anyway.
    """

    seats: Ints
    most: Ints
    pairs: Collection[tuple[int, int]] = ()

    @classmethod
    def after(cls, market: Market, want: Ints, helper: Ints) -> Room:
        """Return what the assignment of helpers to wants leaves."""
        people, seeker = market.people, market.wants.person[want]
        pairs = zip(
            np.minimum(seeker, helper).tolist(), np.maximum(seeker, helper).tolist(), strict=True
        )
        return cls(
            people.free - np.bincount(helper, minlength=len(market)),
            people.most - np.bincount(seeker, minlength=len(market)),
            frozenset(pairs),
        )


class _Triple(NamedTuple):
    """A possible exchange: the best comes first. ``exchange`` is its row among those scored."""

    minus_points: int
    minus_level: int
    minus_seats: int
    tie: int
    exchange: int
    interpreter: int
    languages: tuple[int, int]


def find_interpreted(
    market: Market,
    wants: Ints,
    interpreters: Iterable[int],
    *,
    room: Room,
    tables: Tables,
    period: int,
    planned: Mapping[tuple[str, str, str], str] | None = None,
) -> InterpretedExchanges:
    """Choose helpers and interpreters for ``wants``, whose seekers share a language with no helper.

    Those who have nothing yet come first, then the solidarity order, then who asks most urgently.
    ``interpreters`` are the rows of those who offer it. ``planned`` gives the interpreter of a
    (seeker, helper, want) of an earlier plan of this period.
    """
    able = market.people.helps & (room.seats > 0)
    speaking = _Speakers(market, [row for row in interpreters if able[row]], room.seats, period)
    seeker = market.wants.person[wants]
    wants = wants[market.people.seeks[seeker] & (room.most[seeker] > 0)]
    exchanges = _exchanges(market, wants, able & speaking.reached, period)
    parts = _without_language(score_parts(market, market, exchanges, tables))
    score = sum_parts(parts)
    keep = best_exchanges(market, market, exchanges, score)
    exchanges, score = exchanges.take(keep), score[keep]
    parts = {name: points[keep] for name, points in parts.items()}
    helper = market.offers.person[exchanges.offer]
    triples = _triples(market, exchanges, score, speaking, planned or {})
    chosen = _choose(market, exchanges, helper, triples, room)
    rows = np.array([one.exchange for one in chosen], np.int64)
    codes = market.words.languages
    ranked = RankedExchanges(exchanges, helper, score, np.zeros(len(score), np.uint64))
    return InterpretedExchanges(
        ranked.take(rows),
        {name: points[rows] for name, points in parts.items()},
        np.array([one.interpreter for one in chosen], np.int64),
        tuple(
            Interpretation(market.keys[one.interpreter], *(codes[code] for code in one.languages))
            for one in chosen
        ),
    )


class _Speakers:
    """Who can interpret between which two languages; those with most room come first."""

    def __init__(self, market: Market, rows: list[int], seats: Ints, period: int) -> None:
        languages = market.languages
        with np.errstate(over="ignore"):
            ties = mix(market.people.seed ^ np.uint64(period))
        self.tie, self.seats = ties, seats
        self.levels: dict[int, dict[int, int]] = {}
        for row in sorted(rows, key=lambda one: (-int(seats[one]), int(ties[one]))):
            own = slice(languages.starts[row], languages.starts[row + 1])
            spoken = zip(languages.code[own].tolist(), languages.level[own].tolist(), strict=True)
            self.levels[row] = {code: level for code, level in spoken if level >= FLUENT}
        self._by_language: dict[int, list[int]] = defaultdict(list)
        for row, levels in self.levels.items():
            if len(levels) > 1:
                for code in levels:
                    self._by_language[code].append(row)
        # Whoever speaks a language into which somebody interprets.
        self.reached = np.zeros(len(market), bool)
        owner = np.repeat(np.arange(len(market)), np.diff(languages.starts))
        self.reached[owner[np.isin(languages.code, list(self._by_language))]] = True
        self._between: dict[tuple[int, int], list[int]] = {}

    def between(self, one: int, other: int) -> list[int]:
        """Return the first few who speak both languages well."""
        pair = (min(one, other), max(one, other))
        if pair not in self._between:
            second = self.levels
            both = (row for row in self._by_language.get(pair[0], ()) if pair[1] in second[row])
            self._between[pair] = [row for row, _ in zip(both, range(INTERPRETERS), strict=False)]
        return self._between[pair]


def _exchanges(market: Market, wants: Ints, able: Bools, period: int) -> Exchanges:
    """Return the best few offers for each want; each language stands for the first of its owner."""
    offers, hierarchy, starts = market.offers, market.hierarchy, market.languages.starts
    rows = np.flatnonzero(able[offers.person])
    with np.errstate(over="ignore"):
        tie = mix(market.people.seed[offers.person[rows]] ^ np.uint64(period))
    fresh = market.people.fresh[offers.person[rows]]
    rows = rows[np.lexsort((tie, -fresh, -offers.level[rows], offers.capacity[rows]))]
    begin = np.searchsorted(offers.capacity[rows], np.arange(len(hierarchy.starts)))
    known: dict[int, list[tuple[int, int]]] = {}
    found: list[tuple[int, int, int]] = []
    for want in wants.tolist():
        wanted = int(market.wants.capacity[want])
        if wanted not in known:
            meeting = range(hierarchy.starts[wanted], hierarchy.starts[wanted + 1])
            known[wanted] = [
                (offer, int(hierarchy.points[at]))
                for at in sorted(meeting, key=lambda one: -int(hierarchy.points[one]))
                for offer in _first(rows, begin, int(hierarchy.offered[at]))
            ][: HELPERS + 1]  # One of them may be the seeker.
        found += [(want, offer, points) for offer, points in known[wanted]]
    table = np.array(found, np.int64).reshape(-1, 3)
    want, offer, points = table.T
    person, helper = market.wants.person[want], offers.person[offer]
    spoken, heard = starts[person], starts[helper]
    # Whoever speaks no language at all has nobody to interpret for them.
    kept = allowed_pairs(market, person, helper) & (spoken < starts[person + 1])
    return Exchanges(want, offer, spoken, heard, points).take(kept)


def _first(rows: Ints, begin: Ints, capacity: int) -> list[int]:
    found: list[int] = rows[begin[capacity] : begin[capacity + 1]][: HELPERS + 1].tolist()
    return found


def _without_language(parts: Parts) -> dict[str, Ints]:
    """Return the parts without those for a common language: there is none."""
    none = np.zeros_like(parts["language"])
    return {**parts, "language": none, "small-language": none}


def _triples(
    market: Market,
    exchanges: Exchanges,
    score: Ints,
    speaking: _Speakers,
    planned: Mapping[tuple[str, str, str], str],
) -> list[_Triple]:
    """Return every possible exchange with everybody who can interpret at it."""
    languages = market.languages
    found: list[_Triple] = []
    helpers = market.offers.person[exchanges.offer].tolist()
    seekers = market.wants.person[exchanges.want].tolist()
    for at, (seeker, helper) in enumerate(zip(seekers, helpers, strict=True)):
        want = market.words.capacities[market.wants.capacity[exchanges.want[at]]]
        before = planned.get((market.keys[seeker], market.keys[helper], want), "")
        for mine in range(languages.starts[seeker], languages.starts[seeker + 1]):
            for theirs in range(languages.starts[helper], languages.starts[helper + 1]):
                pair = int(languages.code[mine]), int(languages.code[theirs])
                heard = min(int(languages.level[mine]), int(languages.level[theirs]))
                for row in speaking.between(*pair):
                    levels = speaking.levels[row]
                    found.append(
                        _Triple(
                            -int(score[at]) - KEEP * (market.keys[row] == before),
                            -min(heard, levels[pair[0]], levels[pair[1]]),
                            -int(speaking.seats[row]),
                            int(speaking.tie[row]),
                            at,
                            row,
                            pair,
                        )
                    )
    if not found:
        return []
    third = np.array([one.interpreter for one in found], np.int64)
    rows = np.array([one.exchange for one in found], np.int64)
    allowed = np.ones(len(found), bool)
    for person in (np.array(seekers)[rows], np.array(helpers)[rows]):
        allowed &= allowed_pairs(market, person, third)
    return [found[one] for one in np.flatnonzero(allowed).tolist()]


def _choose(
    market: Market, exchanges: Exchanges, helper: Ints, triples: list[_Triple], room: Room
) -> list[_Triple]:
    """Choose for each want its best triple that can still be had, of what is left."""
    wants, people = market.wants, market.people
    by_want: dict[int, list[_Triple]] = defaultdict(list)
    for triple in triples:
        by_want[int(exchanges.want[triple.exchange])].append(triple)
    seats, most = room.seats.copy(), room.most.copy()
    pairs, chosen = set(room.pairs), []

    def first_come(want: int) -> tuple[bool, int, int, int, int]:
        person = int(wants.person[want])
        urgent = int(wants.priority[want] + wants.deadline[want])
        helped = bool(room.most[person] < people.most[person])
        return (helped, -int(people.rank[person]), -urgent, -min(by_want[want])[0], want)

    # A second want of a person's waits until everybody's first was looked at.
    waiting = sorted(by_want, key=first_come)
    turn: dict[int, int] = defaultdict(int)
    ordered = []
    for want in waiting:
        person = int(wants.person[want])
        ordered.append((turn[person], want))
        turn[person] += 1
    order = [want for _, want in sorted(ordered, key=lambda one: one[0])]
    for want in order:
        person = int(wants.person[want])
        for one in sorted(by_want[want]):
            other, third = int(helper[one.exchange]), one.interpreter
            three = {
                (min(two), max(two)) for two in ((person, other), (person, third), (other, third))
            }
            if most[person] > 0 and seats[other] > 0 and seats[third] > 0 and not three & pairs:
                most[person] -= 1
                seats[[other, third]] -= 1
                pairs |= three
                chosen.append(one)
                break
    return sorted(chosen, key=lambda one: int(exchanges.want[one.exchange]))
