"""Assign: who is suggested to whom, when not everybody can have the best.

Everybody's best helper is the same few people. So suggestions are assigned: each helper has
seats, each seeker at most a few suggestions, each want one helper, each pair one suggestion. The
objective, in this order: people served at all (higher ranks of the solidarity order first), wants
served, total points. What is equal in all of these is decided by the order of the candidates,
which the hash of both people and the period gives.

A small market is assigned once, over all candidates. In a large one each want has only its best
neighbours, and the same popular helpers are among those of many; so whoever is left over looks
again, among the helpers with seats left. What is assigned stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exchange.matching.assignment.auction import auction_seats
from exchange.matching.assignment.contest import SERVED, Contest
from exchange.matching.assignment.min_cost_flow import best_assignment
from exchange.matching.candidates.find import Candidates, able_helpers, seeking_wants
from exchange.matching.columns import Bools, Ints, turns
from exchange.matching.market import Market

ROUNDS = 3
"""The most rounds; later ones would serve very few."""

OPTIMUM = 120_000
"""Up to so many candidates the optimum itself is worth its time."""

Finder = Callable[[Ints, Bools], Candidates]
"""Finds the best of these helpers (by person) for each of these wants, which rise."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """Suggestions: a helper for each ``want`` (rows of the market, rising).

    ``found`` are the candidates of the first round.
    """

    want: Ints
    helper: Ints
    found: Candidates

    def __len__(self) -> int:
        return len(self.want)


def assign_helpers(
    market: Market,
    find: Finder,
    *,
    rounds: int = ROUNDS,
    prefer: Callable[[Candidates, Bools], Candidates] | None = None,
) -> Assignment:
    """Assign a market's helpers by rounds.

    ``prefer`` changes candidates before they are assigned; it gets them and who can help.
    """
    people, helpers = market.people, able_helpers(market)
    wants: Ints = seeking_wants(market)
    free, most, rank = people.free.copy(), people.most.copy(), people.rank.copy()
    helper_of = np.full(len(market.wants.person), -1, np.int32)
    # The helpers that each person has been given, so that no pair is suggested twice.
    given = np.full((len(market), int(most.max(initial=0))), -1, np.int32)
    first: Candidates | None = None
    for number in range(rounds):
        found = find(wants, helpers)
        first = first or found
        if prefer is not None:
            found = prefer(found, helpers)
        if number:
            seeker = market.wants.person[found.want][found.rows]
            found = found.select(~(given[seeker] == found.helper[:, None]).any(axis=1))
        contest = Contest(found, market.wants.person[found.want], free, most, rank, people.seed)
        picked = choose_candidates(contest, first_round=not number)
        chosen = picked >= 0
        if not chosen.any():
            break
        want, helper = found.want[chosen], found.packed[picked[chosen]] & 0xFFFFFFFF
        seeker = market.wants.person[want]
        helper_of[want] = helper
        given[seeker, most[seeker] - 1 - turns(seeker)] = helper
        free = free - np.bincount(helper, minlength=len(market))
        most = most - np.bincount(seeker, minlength=len(market))
        rank[seeker] = SERVED
        helpers = helpers & (free > 0)
        # Who had no candidate at all finds none among fewer helpers.
        wants = found.want[~chosen]
        wants = wants[most[market.wants.person[wants]] > 0]
        if found.complete or not len(wants) or not helpers.any():
            break
    assert first is not None, "there is at least one round"
    served = np.flatnonzero(helper_of >= 0)
    return Assignment(served, helper_of[served], first)


def choose_candidates(contest: Contest, *, first_round: bool = True) -> Ints:
    """Choose a candidate for each want, or -1: the optimum where it can be had, else an auction."""
    if first_round and len(contest.candidates) <= OPTIMUM:
        return best_assignment(contest)
    return auction_seats(contest, first_round=first_round)
