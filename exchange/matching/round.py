"""Round: everything that one round of matching finds, from profiles to suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from exchange.matching.arrays import seed_of
from exchange.matching.assignment import Edges, greedy
from exchange.matching.build import Tree, build
from exchange.matching.candidates import Postings, candidates
from exchange.matching.explain import described
from exchange.matching.history import History
from exchange.matching.lacks import unmet_wants
from exchange.matching.result import Result
from exchange.matching.score import Tables
from exchange.matching.weights import Weights
from exchange.model import Profile


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

    ``profiles`` are the active ones, in any order.
    """
    by_key = {profile.key: profile for profile in profiles}
    market = build(
        by_key.values(), directory=directory, weights=weights, history=history, today=today
    )
    tables = Tables.of(weights)
    wants = np.flatnonzero(market.wants.open & market.people.seeks[market.wants.person])
    postings = Postings.of(market, market.people.helps & (market.people.free > 0))
    found = candidates(
        market, postings, wants, most=len(market), tables=tables, period=seed_of(period) >> 1
    )
    chosen = found.take(np.flatnonzero(greedy(Edges.of(market, found))))
    matches = described(market, chosen, by_key, tables=tables, today=today)
    matches.sort(key=lambda one: (one.seeker, -one.score, one.want))
    return Result(
        period=period,
        matches=tuple(matches),
        unmet=unmet_wants(market, chosen),
    )
