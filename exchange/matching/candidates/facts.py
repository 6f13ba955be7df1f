"""Facts: what the compiled loops read of a market, packed so that little memory is touched.

A packed offer or want is ``capacity << 32 | level << 16 | methods``, a packed language is
``code << 8 | level``. A *place* stands for all people of one clock, country and region; places are
numbered by clock, so neighbouring numbers are neighbouring clocks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exchange.matching.columns import Bools, Ints, sort_rows, spread, starts_of
from exchange.matching.market import NOBODY, QUARTERS, Market, Offers, Wants
from exchange.matching.scoring import Tables, rarity_points

PLACE, FRESH, OFFERS, WANTS, LANGUAGES = range(5)
"""Columns of ``Facts.person``: the place, points for freshness, and where three lists begin."""

PLACES = 8192
"""The most places whose pairs are kept as a table; see ``_places``."""


class Facts(NamedTuple):
    """A market for compiled loops; every array has one fixed type.

    ``level[wanted, offered]``, ``language[lower level]``, ``small_language[code]``,
    ``nearby[place, place]`` (time, region and country together) and ``projects[shared]`` are
    points. ``person`` has a row of ``PLACE`` ... ``LANGUAGES`` for each person and one more, which
    ends the lists; ``seed`` decides ties. ``wants`` are the open ones. ``meeting`` lists for each
    wanted capacity the offered ones that meet it, best first; ``met_by`` lists for each offered
    capacity the wants that it meets, best first. ``barred`` lists whom a person is not suggested:
    whoever shares a contact with them, and whom they were told of.
    """

    level: Any
    language: Any
    small_language: Any
    nearby: Any
    projects: Any
    methods: int
    reciprocity: int
    best_fit: int
    person: Any
    seed: Any
    project_bits: Any
    offers: Any
    wants: Any
    languages: Any
    meeting_starts: Any
    meeting: Any
    meeting_points: Any
    met_by_starts: Any
    met_by: Any
    met_by_points: Any
    barred_starts: Any
    barred: Any


def collect_facts(market: Market, tables: Tables) -> Facts:
    """Return what the compiled loops read of a market."""
    people, languages, hierarchy = market.people, market.languages, market.hierarchy
    place, nearby = _places(market, tables)
    person = np.zeros((len(market) + 1, 5), np.int32)
    person[:-1, PLACE], person[:-1, FRESH] = place, people.fresh
    person[:, OFFERS], person[:, LANGUAGES] = market.offers.starts, languages.starts
    person[:, WANTS] = np.append(0, np.cumsum(market.wants.open))[market.wants.starts]
    small = rarity_points(market.speakers, market.size, tables.small_language)
    capacities = len(hierarchy.starts) - 1
    wanted = np.repeat(np.arange(capacities), np.diff(hierarchy.starts))
    barred_starts, barred = _barred_lists(market)
    return Facts(
        level=tables.level.astype(np.int32),
        language=tables.language.astype(np.int32),
        small_language=small.astype(np.int32),
        nearby=nearby,
        projects=tables.projects.astype(np.int32),
        methods=int(tables.methods),
        reciprocity=int(tables.reciprocity),
        best_fit=int(tables.fit),
        person=person,
        seed=_fixed(people.seed, np.uint64),
        project_bits=_fixed(people.projects, np.uint64),
        offers=pack_items(market.offers),
        wants=pack_items(market.wants)[market.wants.open],
        languages=(languages.code.astype(np.int32) << 8) | languages.level,
        **_best_first("meeting", wanted, hierarchy.offered, hierarchy.points, capacities),
        **_best_first("met_by", hierarchy.offered, wanted, hierarchy.points, capacities),
        barred_starts=barred_starts,
        barred=barred,
    )


def pack_items(items: Offers | Wants) -> NDArray[np.int64]:
    """Return offers or wants as ``capacity << 32 | level << 16 | methods``."""
    packed: NDArray[np.int64] = items.capacity.astype(np.int64) << 32
    packed |= items.level.astype(np.int64) << 16
    packed |= items.methods.astype(np.int64)
    return packed


def _places(market: Market, tables: Tables) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Return each person's place, and the points that two places have in common."""
    people = market.people
    columns = (people.clock, people.region, people.country)
    new, order = _new_rows(columns)
    if np.count_nonzero(new) > PLACES:
        # The table would outgrow memory. Without the countries, estimates lack up to 20 points;
        # the final score has them.
        columns = (people.clock, people.region, np.full_like(people.country, NOBODY))
        new, order = _new_rows(columns)
    place = np.empty(len(market), np.int64)
    place[order] = np.cumsum(new) - 1
    clock, region, country = (column[order[new]].astype(np.int64) for column in columns)
    apart = np.abs(clock[:, None] - clock)
    apart = np.minimum(apart, QUARTERS - apart)
    known = (clock[:, None] != NOBODY) & (clock != NOBODY)
    points = np.where(known, tables.time[np.where(known, apart, 0)], 0)
    for same, value in ((region, tables.region), (country, tables.country)):
        points += value * ((same[:, None] == same) & (same != NOBODY))
    return place, points.astype(np.int16)


def _new_rows(columns: tuple[Ints, ...]) -> tuple[Bools, NDArray[np.int64]]:
    """Return whether each row, in order, differs from the one before, and that order."""
    order = sort_rows(*columns)
    new = np.zeros(len(order), bool)
    new[:1] = True
    for column in columns:
        new[1:] |= np.diff(column[order]) != 0
    return new, order


def _best_first(
    name: str, key: Ints, value: Ints, points: Ints, count: int
) -> dict[str, NDArray[Any]]:
    """Return lists of values by key, those with most points first, as three fields of Facts."""
    order = np.lexsort((value, -points, key))
    return {
        f"{name}_starts": starts_of(np.bincount(key, minlength=count)),
        name: _fixed(value[order], np.int32),
        f"{name}_points": _fixed(points[order], np.int32),
    }


def _barred_lists(market: Market) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return for each person whom they are not suggested, as lists."""
    size, hands = len(market), market.people.contacts
    low, high = market.suggested_pairs // max(size, 1), market.suggested_pairs % max(size, 1)
    # Who shares a contact: all pairs among those for whom one person answers.
    owner = np.repeat(np.arange(size), np.diff(market.people.contact_starts))
    shared = np.bincount(hands, minlength=1)[hands] > 1
    order = np.flatnonzero(shared)[np.argsort(hands[shared], kind="stable")]
    group = starts_of(np.unique(hands[order], return_counts=True)[1])
    turn, other = spread(group, np.repeat(np.arange(len(group) - 1), np.diff(group)))
    one, other = owner[order[turn]], owner[order[other]]
    pairs = np.concatenate([low * size + high, high * size + low, one * size + other])
    pairs = np.unique(pairs)
    starts = starts_of(np.bincount(pairs // max(size, 1), minlength=size))
    return starts, (pairs % max(size, 1)).astype(np.int32)


def _fixed(values: Ints, kind: Any) -> NDArray[Any]:
    """Return an array in the one type and layout that the loops are compiled for."""
    return np.require(values, kind, ["C", "W"])
