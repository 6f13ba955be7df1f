"""Round: everything that one round of matching finds, from profiles to suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

import numpy as np

from exchange.matching import measures
from exchange.matching.arrays import Bools, Ints, seed_of
from exchange.matching.build import Tree, build
from exchange.matching.candidates import Candidates
from exchange.matching.circles import circles, swaps
from exchange.matching.cohorts import cohorts
from exchange.matching.explain import described
from exchange.matching.history import History
from exchange.matching.lacks import unmet_wants
from exchange.matching.market import Market
from exchange.matching.party import is_away, is_emerging, is_quiet, is_stale
from exchange.matching.result import Lack, Result, Unmet
from exchange.matching.rounds import assigned
from exchange.matching.search import find
from exchange.matching.tables import Tables
from exchange.matching.weights import Weights
from exchange.model import Profile

KEEP = 40
"""Points that a suggestion of an earlier plan of this period is worth more, so that it stays."""


def match(
    profiles: Iterable[Profile],
    *,
    directory: Tree,
    weights: Weights,
    history: History,
    today: date,
    period: str,
) -> Result:
    """Match everybody who takes part: data in, data out, the same for the same input.

    ``profiles`` are the active ones, in any order. Raises nothing on odd profiles: who has no
    language, no wants or no seats simply gets no suggestion, and ``unmet`` says why.
    """
    by_key = {profile.key: profile for profile in profiles}
    market = build(
        by_key.values(), directory=directory, weights=weights, history=history, today=today
    )
    tables = Tables.of(weights)
    seed = seed_of(period) >> 1

    def finder(wants: Ints, helpers: Bools) -> Candidates:
        return find(market, tables=tables, period=seed, wants=wants, helpers=helpers)

    done = assigned(market, finder, bonus=lambda found: KEEP * _planned(market, found, history))
    chosen, edges = done.chosen, done.edges
    matches = described(market, chosen, by_key, tables=tables, today=today)
    matches.sort(key=lambda one: (one.seeker, -one.score, one.want))
    pairs = swaps(matches)
    swapping = {market.rows[key] for swap in pairs for key in swap.members}
    alone = set(np.unique(edges.seeker).tolist()) - swapping
    missing = _about_seekers(unmet_wants(market, chosen), by_key, today, weights)
    untils = {
        (profile.key, want.capacity): want.until
        for profile in by_key.values()
        for want in profile.wants
        if want.until
    }
    served = np.zeros(len(market.wants.person), bool)
    served[chosen.want] = True
    figures = {
        **measures.of_people(
            market,
            served,
            emerging=np.array([is_emerging(by_key[key]) for key in market.keys], bool),
            mutual=np.array([bool(one.back) for one in matches], bool),
            live=_live(market, history),
        ),
        **measures.of_suggestions(market, chosen),
        "unstable": measures.unstable(edges, done.picked),
        **measures.of_unmet(missing),
    }
    if history.planned:
        before = [(seeker, helper) for seeker, helper, _ in sorted(history.planned)]
        figures["kept"] = measures.kept(before, [(one.seeker, one.helper) for one in matches])
    return Result(
        period=period,
        matches=tuple(matches),
        unmet=missing,
        swaps=pairs,
        circles=circles(market, done.found, alone),
        cohorts=cohorts(market, weights.bounds, untils),
        measures=MappingProxyType(dict(sorted(figures.items()))),
    )


def _planned(market: Market, found: Candidates, history: History) -> Ints:
    """Tell (1 or 0) which candidates an earlier plan of this period chose already."""
    same = np.zeros(len(found), np.int64)
    if history.planned:
        keys, words = market.keys, market.words.capacities
        seekers = market.wants.person[found.want].tolist()
        wants = market.wants.capacity[found.want].tolist()
        for at, helper in enumerate(found.helper.tolist()):
            triple = (keys[seekers[at]], keys[helper], words[wants[at]])
            same[at] = triple in history.planned
    return same


def _live(market: Market, history: History) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    live = np.zeros(len(market.wants.person), bool)
    for row, (person, capacity) in enumerate(
        zip(market.wants.person.tolist(), market.wants.capacity.tolist(), strict=True)
    ):
        live[row] = (market.keys[person], market.words.capacities[capacity]) in history.served
    return live


def _about_seekers(
    unmet: tuple[Unmet, ...], profiles: dict[str, Profile], today: date, weights: Weights
) -> tuple[Unmet, ...]:
    """Say where it is the seeker who does not take part now, and how."""
    found = []
    for one in unmet:
        seeker, reason = profiles[one.seeker], one.reason
        if is_quiet(seeker):
            reason = Lack.QUIET
        elif is_stale(seeker, today, weights):
            reason = Lack.STALE
        elif is_away(seeker, today):
            reason = Lack.AWAY
        found.append(Unmet(one.seeker, one.want, reason))
    return tuple(found)
