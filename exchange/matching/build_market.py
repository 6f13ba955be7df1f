"""Build: from profiles to a market."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from exchange.matching.columns import seeds_of, starts_of
from exchange.matching.eligibility import (
    History,
    merge_wants,
    rank_of,
    region_of_profile,
    takes_part,
)
from exchange.matching.market import (
    NOBODY,
    Hierarchy,
    Languages,
    Market,
    MarketWords,
    Offers,
    People,
    Wants,
    counted,
    utc_offset,
)
from exchange.matching.scoring import capacity_points, fresh_points, urgency_points
from exchange.matching.things import CapacityTree, Grounds, relate
from exchange.matching.weights import Weights
from exchange.model import USABLE, Method, Profile
from exchange.titles import normalise_user_name

METHODS: Mapping[Method, int] = {
    method: 1 << at for at, method in enumerate(Method) if method is not Method.INTERPRETING
}
"""One bit a method; interpreting between others is none in which two exchange."""


class _Numbers:
    """Words as numbers, in the order in which they come."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.of: dict[str, int] = {}
        for word in words:
            self(word)

    def __call__(self, word: str | None) -> int:
        return NOBODY if not word else self.of.setdefault(word, len(self.of))

    def words(self) -> tuple[str, ...]:
        return tuple(self.of)


def bits_of(methods: Iterable[Method]) -> int:
    """Return methods as a set of bits."""
    bits = 0
    for method in methods:
        bits |= METHODS.get(method, 0)
    return bits


def build_market(
    profiles: Iterable[Profile],
    *,
    directory: CapacityTree,
    weights: Weights,
    history: History,
    today: date,
    vocabulary: MarketWords | None = None,
    hierarchy: Hierarchy | None = None,
) -> Market:
    """Put profiles into columns, in the order of their keys.

    ``vocabulary`` continues the numbers of an earlier market, so that both can be compared;
    ``hierarchy`` is that market's, which stays where no capacity is new.
    """
    ordered = sorted(profiles, key=lambda profile: profile.key)
    size, most = len(ordered), weights.bounds.suggestions
    known = vocabulary or MarketWords()
    capacities, languages = _Numbers(known.capacities), _Numbers(known.languages)
    countries, regions = _Numbers(known.countries), _Numbers(known.regions)
    hands, project_numbers = _Numbers(), _Numbers(known.projects)
    people: list[tuple[int, ...]] = []
    offers: list[tuple[int, int, int, int]] = []
    wants: list[tuple[int, int, int, int, int, int, bool]] = []
    speaks: list[tuple[int, int, int]] = []
    hand: list[tuple[int, int]] = []
    works: list[tuple[int, int]] = []
    shared = Counter(project for profile in ordered for project in set(profile.projects))
    for row, profile in enumerate(ordered):
        active = takes_part(profile, today=today)
        held, used = (
            history.seats_taken.get(profile.key, 0),
            history.suggested_this_period.get(profile.key, 0),
        )
        people.append(
            (
                profile.seats,
                max(profile.seats - held, 0),
                max(most - used, 0),
                active,
                active,
                rank_of(profile, history),
                utc_offset(profile.timezone, today),
                regions(region_of_profile(profile)),
                countries(profile.country),
                fresh_points(profile, today, weights),
            )
        )
        methods = bits_of(profile.methods)
        listed: dict[str, tuple[int, int, int, int]] = {}
        for offer in profile.offers:
            old = listed.get(offer.capacity, (row, 0, 0, 0))
            listed[offer.capacity] = (
                row,
                capacities(offer.capacity),
                max(old[2], int(offer.level or 0)),
                old[3] | (bits_of(offer.methods) or methods),
            )
        offers += listed.values()
        for want in merge_wants(profile):
            pressing = urgency_points(want, today, weights)
            late = want.until is not None and want.until < today
            named = (profile.key, want.capacity)
            open_ = not (late or named in history.served or named in history.reserved)
            wants.append(
                (
                    row,
                    capacities(want.capacity),
                    int(want.level or 0),
                    bits_of(want.methods) or methods,
                    *pressing,
                    open_,
                )
            )
        levels: dict[str, int] = {}
        for language in profile.languages:
            if language.level >= USABLE:
                levels[language.code] = max(levels.get(language.code, 0), language.level)
        speaks += ((row, languages(code), levels[code]) for code in sorted(levels))
        hand += ((row, number) for number in sorted({hands(name) for name in _hands(profile)}))
        # A project that nobody else works on cannot be shared: it needs no bit.
        works += (
            (row, project_numbers(project))
            for project in sorted(set(profile.projects))
            if vocabulary is not None or shared[project] > 1
        )
    words = MarketWords(
        capacities.words(),
        languages.words(),
        countries.words(),
        regions.words(),
        project_numbers.words(),
    )
    if hierarchy is None or words.capacities != known.capacities:
        related = (
            directory.relate(words.capacities)
            if isinstance(directory, Grounds)
            else relate(words.capacities, directory.broader)
        )
        hierarchy = hierarchy_of(related, weights)
    keys = tuple(profile.key for profile in ordered)
    column = _columns(people, 10)
    offered, wanted, speak = _columns(offers, 4), _columns(wants, 7), _columns(speaks, 3)
    answer, work = _columns(hand, 2), _columns(works, 2)
    spoken = Languages(_starts(speak[0], size), speak[1], speak[2].astype(np.int8))
    return Market(
        keys=keys,
        people=People(
            seed=seeds_of(keys),
            seats=column[0],
            free=column[1],
            most=column[2],
            helps=column[3].astype(bool),
            seeks=column[4].astype(bool),
            rank=column[5],
            clock=column[6],
            region=column[7],
            country=column[8],
            fresh=column[9],
            projects=_matrix(work[0], work[1], size, len(words.projects)),
            contact_starts=_starts(answer[0], size),
            contacts=answer[1],
        ),
        offers=Offers(_starts(offered[0], size), *offered),
        wants=_wants(wanted, size),
        languages=spoken,
        hierarchy=hierarchy,
        speakers=counted(spoken, len(words.languages)),
        size=size,
        suggested_pairs=suggested_pairs_of(history.pairs, keys),
        words=words,
    )


def suggested_pairs_of(pairs: Iterable[tuple[str, str]], keys: Sequence[str]) -> NDArray[np.int64]:
    """Return pairs of keys as rising numbers ``low * rows + high``; unknown keys are left out."""
    rows = {key: row for row, key in enumerate(keys)}
    codes = {
        min(rows[one], rows[other]) * len(keys) + max(rows[one], rows[other])
        for one, other in pairs
        if one in rows and other in rows
    }
    return np.array(sorted(codes), np.int64)


def _hands(profile: Profile) -> set[str]:
    """Those who answer for a profile: the key of a person, and the names of all contacts."""
    names = {normalise_user_name(name) for name in profile.contacts}
    return (
        {profile.key} | names | (set() if profile.is_group else {normalise_user_name(profile.name)})
    )


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[NDArray[np.int32]]:
    table = np.array(rows, np.int32).reshape(len(rows), width)
    return [np.ascontiguousarray(table[:, at]) for at in range(width)]


def _starts(owner: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    return starts_of(np.bincount(owner, minlength=size))


def _wants(columns: Sequence[NDArray[np.int32]], size: int) -> Wants:
    person, capacity, level, methods, priority, deadline, open_ = columns
    return Wants(
        starts=_starts(person, size),
        person=person,
        capacity=capacity,
        level=level,
        methods=methods,
        priority=priority,
        deadline=deadline,
        open=open_.astype(bool),
    )


def _matrix(
    row: NDArray[np.int32], bit: NDArray[np.int32], size: int, bits: int
) -> NDArray[np.uint64]:
    matrix = np.zeros((size, max(1, -(-bits // 64))), np.uint64)
    np.bitwise_or.at(matrix, (row, bit // 64), np.uint64(1) << (bit % 64).astype(np.uint64))
    return matrix


def hierarchy_of(rows: Sequence[Mapping[int, int]], weights: Weights) -> Hierarchy:
    """Work out which offers meet which wants, from what ``relate`` returns."""
    points = {
        step: capacity_points(step, weights)
        for step in {step for row in rows for step in row.values()}
    }
    meets = [[(other, step) for other, step in sorted(row.items()) if points[step]] for row in rows]
    flat = [pair for row in meets for pair in row]
    return Hierarchy(
        starts_of(len(row) for row in meets),
        np.array([other for other, _ in flat], np.int32),
        np.array([points[step] for _, step in flat], np.int32),
        np.array([step for _, step in flat], np.int32),
    )
