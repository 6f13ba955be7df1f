"""Incremental: who could help one person, fresh after every edit, without a round.

A ``Lookup`` holds the movement as columns. After an edit only the edited profiles are put into
columns anew: they stand in a part of their own beside the others, whose old rows count no more.
A part that is not much larger than those after it is put together with them, so parts stay few and
no edit costs much; when half of all were edited, everything is put together again.

What it answers always equals what a new ``Lookup`` of all profiles would answer: the best helpers
for each open want of a person (``helpers_for``) and the best seekers for what they offer
(``seekers_for``), of all who take part now and whose helper has a free seat. Who of them is
suggested is for the next round to decide, since seats are shared by all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from exchange.matching.arrays import Bools
from exchange.matching.build import Tree, build
from exchange.matching.candidates import all_entries, entries_to, ranked
from exchange.matching.explain import WhyNot, described, explain
from exchange.matching.history import History
from exchange.matching.market import Hierarchy, Market, Vocabulary
from exchange.matching.party import account, takes_part
from exchange.matching.postings import Postings
from exchange.matching.tables import Tables
from exchange.matching.weights import Weights
from exchange.model import USABLE, Match, Profile

MERGE = 0.5
"""Share of edited profiles at which all parts are put together again."""


@dataclass(eq=False)
class _Part:
    """Some profiles as columns; ``alive`` tells which rows still count."""

    market: Market
    postings: Postings
    wanted: Postings
    alive: Bools

    def living(self, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
        """Give the profiles that still count."""
        keys = self.market.keys
        return {keys[row]: profiles[keys[row]] for row in np.flatnonzero(self.alive).tolist()}


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
        self._tables = Tables.of(weights)
        self.profiles: dict[str, Profile] = {profile.key: profile for profile in profiles}
        self._told: dict[str, set[str]] = {}
        for one, other in history.pairs:
            self._told.setdefault(one, set()).add(other)
            self._told.setdefault(other, set()).add(one)
        self._merge()

    def _merge(self) -> None:
        self._words = Vocabulary()
        self._hierarchy: Hierarchy | None = None
        self._parts: list[_Part] = []
        self._edited = 0
        self._speakers: dict[str, int] = {}
        self._hands: dict[str, set[str]] = {}
        for profile in self.profiles.values():
            self._count(profile, 1)
        # Every project may be shared with somebody who comes later.
        projects = sorted({one for profile in self.profiles.values() for one in profile.projects})
        self._words = Vocabulary(projects=tuple(projects))
        self._add(self.profiles.values())

    def _count(self, profile: Profile, step: int) -> None:
        for code in {one.code for one in profile.languages if one.level >= USABLE}:
            self._speakers[code] = self._speakers.get(code, 0) + step
        for hand in hands_of(profile):
            keys = self._hands.setdefault(hand, set())
            (keys.add if step > 0 else keys.discard)(profile.key)

    def _columns(self, profiles: Iterable[Profile]) -> Market:
        market = build(
            profiles,
            directory=self.directory,
            weights=self.weights,
            history=self.history,
            today=self.today,
            vocabulary=self._words,
            hierarchy=self._hierarchy,
        )
        self._words, self._hierarchy = market.words, market.hierarchy
        return market

    def _add(self, profiles: Iterable[Profile]) -> None:
        market = self._columns(profiles)
        able = market.people.helps & (market.people.free > 0)
        offered, wanted = Postings.of(market, able), Postings.of_wants(market)
        self._parts.append(_Part(market, offered, wanted, np.ones(len(market), bool)))

    def update(self, changed: Iterable[Profile] = (), removed: Iterable[str] = ()) -> None:
        """Take in edited or new profiles, and leave out those that are gone."""
        fresh = {profile.key: profile for profile in changed}
        for key in (*removed, *fresh):
            old = self.profiles.pop(key, None)
            if old is not None:
                self._count(old, -1)
            for part in self._parts:
                row = part.market.rows.get(key)
                if row is not None:
                    part.alive[row] = False
        for profile in fresh.values():
            self.profiles[profile.key] = profile
            self._count(profile, 1)
        self._edited += len(fresh)
        if self._edited > MERGE * len(self.profiles) + 50:
            self._merge()
        elif fresh:
            while len(self._parts) > 1 and len(self._parts[-1].alive) <= 2 * len(fresh):
                fresh |= self._parts.pop().living(self.profiles)
            self._add(fresh.values())

    def helpers_for(self, key: str, *, most: int = 5) -> list[Match]:
        """Give the best helpers for each open want of a person, best first (``most`` a want)."""
        profile = self.profiles.get(key)
        return [] if profile is None else self._answer(self._columns([profile]), most)

    def seekers_for(self, key: str, *, most: int = 5) -> list[Match]:
        """Give the best seekers for what a person offers: whom they could help, best first."""
        profile = self.profiles.get(key)
        if profile is None or not takes_part(profile, today=self.today, weights=self.weights):
            return []
        alone = self._counted(self._columns([profile]))
        if alone.people.free[0] <= 0:
            return []
        barred = self._barred(key)
        found: list[Match] = []
        for part in self._parts:
            market = self._counted(part.market)
            sought = part.alive.copy()
            sought[[part.market.rows[key] for key in barred if key in part.market.rows]] = False
            entries = entries_to(alone, part.wanted)
            entries = entries.take(sought[market.wants.person[entries.want]])
            best = ranked(
                market, alone, entries, most=1, tables=self._tables, period=0, enough=most
            )
            if len(best) > most:
                best = best.take(best.score >= np.sort(best.score)[-most])
            found += described(
                alone, best, self.profiles, tables=self._tables, today=self.today, seekers=market
            )
        found.sort(key=lambda one: (-one.score, one.seeker, one.want))
        return found[:most]

    def explain(self, seeker: str, helper: str) -> Match | WhyNot:
        """Say why two people match, or why not; both must be known."""
        return explain(
            self.profiles[seeker],
            self.profiles[helper],
            directory=self.directory,
            weights=self.weights,
            today=self.today,
            history=self.history,
            market=self._counted(self._columns([])),
        )

    def _barred(self, key: str) -> set[str]:
        """Who is not suggested to a person: themselves, under any name, and whom they know."""
        same = {
            other for hand in hands_of(self.profiles[key]) for other in self._hands.get(hand, ())
        }
        return {key} | same | self._told.get(key, set())

    def _counted(self, market: Market) -> Market:
        """Count speakers in the whole movement, with the words of the newest part."""
        words = self._words
        speakers = np.array([self._speakers.get(code, 0) for code in words.languages], np.int64)
        return replace(market, speakers=speakers, size=len(self.profiles))

    def _answer(self, alone: Market, most: int) -> list[Match]:
        seeker = self._counted(alone)
        if not seeker.people.seeks[0]:
            return []
        barred = self._barred(seeker.keys[0])
        wants = np.flatnonzero(seeker.wants.open)
        found: list[tuple[int, int, int, Match]] = []
        for part in self._parts:
            helpers = self._counted(part.market)
            open_ = part.alive.copy()
            rows = [part.market.rows[key] for key in barred if key in part.market.rows]
            open_[rows] = False
            for entries in all_entries(seeker, part.postings, wants):
                entries = entries.take(open_[helpers.offers.person[entries.offer]])
                best = ranked(seeker, helpers, entries, most=most, tables=self._tables, period=0)
                told = described(
                    helpers, best, self.profiles, tables=self._tables, today=self.today,
                    seekers=seeker,
                )  # fmt: skip
                ties = zip(best.want.tolist(), best.score.tolist(), best.tie.tolist(), strict=True)
                found += [
                    (w, -score, tie, one) for (w, score, tie), one in zip(ties, told, strict=True)
                ]
        found.sort(key=lambda one: one[:3])
        matches: list[Match] = []
        counts: dict[int, int] = {}
        for want, _, _, match in found:
            counts[want] = counts.get(want, 0) + 1
            if counts[want] <= most:
                matches.append(match)
        return matches


def hands_of(profile: Profile) -> set[str]:
    """Give the user names that answer for a profile."""
    names = {account(name) for name in profile.contacts}
    return names if profile.is_group else names | {account(profile.name)}


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
    """Give the best helpers for each want of one person; for many questions keep a ``Lookup``."""
    others = profiles.values() if isinstance(profiles, Mapping) else profiles
    lookup = Lookup(
        [*others, profile],
        directory=directory,
        weights=weights,
        history=history or History(),
        today=today,
    )
    return lookup.helpers_for(profile.key, most=most)
