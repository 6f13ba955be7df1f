"""Incremental: who could help one person, fresh after every edit, without a round.

A ``Lookup`` holds the movement as columns. After an edit only the edited profiles are put into
columns anew; they stand beside the others, whose old rows count no more. When a share of all has
changed, everything is put together again. What it answers always equals what a new ``Lookup`` of
all profiles would answer: the best helpers for each open want, of all who take part and have a
free seat now. Who of them is suggested is for the next round to decide, since seats are shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from exchange.matching.build import Tree, build
from exchange.matching.candidates import Postings, all_entries, allowed, joined, ranked, top
from exchange.matching.explain import described
from exchange.matching.history import History
from exchange.matching.score import Tables
from exchange.matching.weights import Weights
from exchange.model import Match, Profile


class Lookup:
    """The movement, ready to answer who could help whom."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        *,
        directory: Tree,
        weights: Weights,
        history: History,
        today: date,
    ) -> None:
        """Put the active profiles into columns, as of ``today``."""
        self.directory, self.weights = directory, weights
        self.history, self.today = history, today
        self.profiles: dict[str, Profile] = {profile.key: profile for profile in profiles}
        self._build()

    def _build(self) -> None:
        self._market = build(
            self.profiles.values(),
            directory=self.directory,
            weights=self.weights,
            history=self.history,
            today=self.today,
        )
        people = self._market.people
        self._postings = Postings.of(self._market, people.helps & (people.free > 0))

    def update(self, changed: Iterable[Profile] = (), removed: Iterable[str] = ()) -> None:
        """Take in edited or new profiles, and leave out those that are gone."""
        for key in removed:
            self.profiles.pop(key, None)
        self.profiles |= {profile.key: profile for profile in changed}
        self._build()

    def helpers_for(self, key: str, *, most: int = 5) -> list[Match]:
        """Give the best helpers for each open want of a person, best first (``most`` a want)."""
        row = self._market.rows.get(key)
        return [] if row is None else self._answer(row, most)

    def _answer(self, row: int, most: int) -> list[Match]:
        market, tables = self._market, Tables.of(self.weights)
        wants = np.arange(market.wants.starts[row], market.wants.starts[row + 1])
        wants = wants[market.wants.open[wants]]
        found = []
        for entries in all_entries(market, self._postings, wants):
            seeker = market.wants.person[entries.want]
            entries = entries.take(allowed(market, seeker, market.offers.person[entries.offer]))
            found.append(ranked(market, market, entries, most=most, tables=tables, period=0))
        if not found:
            return []
        best = joined(found)
        best = best.take(top(best.want, best.score, best.tie, most))
        return described(market, best, self.profiles, tables=tables, today=self.today)


def candidates_for(
    profile: Profile,
    profiles: Iterable[Profile] | Mapping[str, Profile],
    *,
    directory: Tree,
    weights: Weights,
    today: date,
    history: History | None = None,
    most: int = 5,
) -> list[Match]:
    """Give the best helpers for each want of one person, from profiles that are at hand.

    For many questions about the same profiles keep a ``Lookup``.
    """
    others = profiles.values() if isinstance(profiles, Mapping) else profiles
    lookup = Lookup(
        [*others, profile],
        directory=directory,
        weights=weights,
        history=history or History(),
        today=today,
    )
    return lookup.helpers_for(profile.key, most=most)
