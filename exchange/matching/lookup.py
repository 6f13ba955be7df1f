"""Lookup: who could help one person, without a round, and with an edit taken in at once.

A ``Lookup`` holds the movement as columns. With an edit (``with_profiles``) only the edited
profiles are put into columns: they are a part of their own, and their rows in older parts no longer
count. A part that is not much larger than those after it is merged with them, so parts stay few
and no edit costs much.

What it answers always equals what a new ``Lookup`` of all profiles would answer: the best helpers
for each open want of a person (``helpers_for``) and the best seekers for what they offer
(``seekers_for``), of all who take part now and whose helper has a free seat. Who of them is
suggested is for the next round to decide, since seats are shared by all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np

from exchange.matching.build_market import build_market
from exchange.matching.candidates.exhaustive import possible_exchanges
from exchange.matching.columns import Bools, spread, stretch
from exchange.matching.eligibility import History, takes_part
from exchange.matching.explain import WhyNot, explain_pair, matches_from_rows
from exchange.matching.market import Hierarchy, Market, MarketWords, PostingLists
from exchange.matching.scoring import (
    Exchanges,
    RankedExchanges,
    Tables,
    rank_exchanges,
    score_parts,
)
from exchange.matching.things import CapacityTree, Grounds, weights_of_things, without_things
from exchange.matching.weights import Weights
from exchange.model import USABLE, Match, Profile
from exchange.titles import normalise_user_name

REBUILD = 0.5
"""Share of edited profiles at which all columns are rebuilt."""
_MOST_EDITS = 0.02
"""Share of what was edited at which a mapping is copied."""

Value = TypeVar("Value")


@dataclass(eq=False)
class _Part:
    """Some profiles as columns; ``alive`` tells which rows still count."""

    market: Market
    postings: PostingLists
    wanted: PostingLists
    alive: Bools

    def without(self, keys: Iterable[str]) -> _Part:
        """Return the part with these profiles left out."""
        rows = [row for key in keys if (row := self.market.rows.get(key)) is not None]
        if not rows:
            return self
        alive = self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)

    def living(self, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
        """Return the profiles that still count."""
        keys = self.market.keys
        return {keys[row]: profiles[keys[row]] for row in np.flatnonzero(self.alive).tolist()}


class _Edited(Mapping[str, Value]):
    """A mapping with some edits, which shares all that was not edited; it never changes."""

    def __init__(self, base: Mapping[str, Value], edits: Mapping[str, Value | None]) -> None:
        """``edits`` has None for what is gone."""
        self._base: Mapping[str, Value] = base
        self._edits: Mapping[str, Value | None] = edits
        if isinstance(base, _Edited):
            self._base, self._edits = base._base, {**base._edits, **edits}
        new = sum((value is not None) - (key in self._base) for key, value in self._edits.items())
        self._size = len(self._base) + new
        if len(self._edits) > _MOST_EDITS * len(self._base):
            self._base, self._edits = dict(self), {}

    def __getitem__(self, key: str) -> Value:
        if key not in self._edits:
            return self._base[key]
        value = self._edits[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in self._base if self._edits.get(key, key) is not None)
        new = ((key, value) for key, value in self._edits.items() if key not in self._base)
        yield from (key for key, value in new if value is not None)

    def __len__(self) -> int:
        return self._size


class Lookup:
    """The movement, ready to answer who could help whom; it never changes (``with_profiles``)."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        *,
        directory: CapacityTree,
        weights: Weights,
        history: History,
        today: date,
    ) -> None:
        """Put the active profiles into columns, as of ``today``."""
        self.directory, self.weights = directory, weights
        self.history, self.today = history, today
        self._tables = Tables.of(weights)
        self.profiles: Mapping[str, Profile] = {profile.key: profile for profile in profiles}
        self._suggested: dict[str, set[str]] = {}
        for one, other in history.pairs:
            self._suggested.setdefault(one, set()).add(other)
            self._suggested.setdefault(other, set()).add(one)
        self._build()

    def _build(self) -> None:
        self._lent = self._lookup_of_things()
        self._hierarchy: Hierarchy | None = None
        self._parts: tuple[_Part, ...] = ()
        self._edited = 0
        self._speakers: Counter[str] = Counter()
        by_contact: dict[str, frozenset[str]] = {}
        for profile in self.profiles.values():
            self._count(profile, 1, by_contact)
        self._by_contact: Mapping[str, frozenset[str]] = by_contact
        # Every project may be shared with somebody who comes later.
        projects = sorted({one for profile in self.profiles.values() for one in profile.projects})
        self._words = MarketWords(projects=tuple(projects))
        self._add_part(self.profiles.values())

    def _lookup_of_things(self) -> Lookup | None:
        """Return who has what is given or lent, by the same rules as a round; None in itself."""
        if isinstance(self.directory, Grounds):
            return None
        grounds = Grounds(self.directory, self.today)
        marked = [grounds.mark(one) for one in self.profiles.values()]
        return Lookup(
            [one for one in marked if one.offers or one.wants],
            directory=grounds,
            weights=weights_of_things(self.weights),
            history=grounds.history(self.history.things or History()),
            today=self.today,
        )

    def _plain(self, found: Iterable[Match]) -> list[Match]:
        """Return matches of things by the names that they have outside of their own lookup."""
        grounds = Grounds(self.directory, self.today)
        return [grounds.plain_match(one, self.profiles) for one in found]

    def _count(self, profile: Profile, step: int, by_contact: dict[str, frozenset[str]]) -> None:
        for code in {one.code for one in profile.languages if one.level >= USABLE}:
            self._speakers[code] += step
        for contact in contacts_of(profile):
            keys = by_contact.get(contact, frozenset())
            this = frozenset({profile.key})
            by_contact[contact] = keys | this if step > 0 else keys - this

    def _columns(self, profiles: Iterable[Profile]) -> Market:
        market = build_market(
            (without_things(one, self.directory) for one in profiles),
            directory=self.directory,
            weights=self.weights,
            history=self.history,
            today=self.today,
            vocabulary=self._words,
            hierarchy=self._hierarchy,
        )
        self._words, self._hierarchy = market.words, market.hierarchy
        return market

    def _add_part(self, profiles: Iterable[Profile]) -> None:
        market = self._columns(profiles)
        able = market.people.helps & (market.people.free > 0)
        offered, wanted = PostingLists.of_offers(market, able), PostingLists.of_wants(market)
        self._parts += (_Part(market, offered, wanted, np.ones(len(market), bool)),)

    def with_profiles(self, changed: Iterable[Profile], removed: Iterable[str] = ()) -> Lookup:
        """Return a lookup with edited or new profiles and without those that are gone.

        The columns of all others are shared with this one.
        """
        fresh = {profile.key: profile for profile in changed}
        gone = {*removed, *fresh}
        after = copy(self)
        before = [old for key in gone if (old := self.profiles.get(key)) is not None]
        after.profiles = _Edited(self.profiles, {**dict.fromkeys(gone), **fresh})
        after._speakers = self._speakers.copy()
        contacts = {one for profile in (*before, *fresh.values()) for one in contacts_of(profile)}
        known = {one: self._by_contact.get(one, frozenset[str]()) for one in contacts}
        for step, profiles in ((-1, before), (1, fresh.values())):
            for profile in profiles:
                after._count(profile, step, known)
        after._by_contact = _Edited(self._by_contact, known)
        after._edited += len(gone)
        if self._lent is not None:
            grounds = Grounds(self.directory, self.today)
            marked = [grounds.mark(one) for one in fresh.values()]
            having = [one for one in marked if one.offers or one.wants]
            after._lent = self._lent.with_profiles(having, gone)
        if after._edited > REBUILD * len(after.profiles) + 50:
            after._build()
            return after
        after._parts = tuple(part.without(gone) for part in self._parts)
        while len(after._parts) > 1 and len(after._parts[-1].alive) <= 2 * len(fresh):
            fresh |= after._parts[-1].living(after.profiles)
            after._parts = after._parts[:-1]
        if fresh:
            after._add_part(fresh.values())
        return after

    def helpers_for(self, key: str, *, most: int = 5) -> list[Match]:
        """Return the best helpers for each open want of a person, best first (``most`` a want)."""
        profile = self.profiles.get(key)
        if profile is None:
            return []
        lent = self._lent.helpers_for(key, most=most) if self._lent else []
        return self._answer(self._columns([profile]), most) + self._plain(lent)

    def seekers_for(self, key: str, *, most: int = 5) -> list[Match]:
        """Return the best seekers for what a person offers: whom they could help, best first."""
        lent = self._lent.seekers_for(key, most=most) if self._lent else []
        profile = self.profiles.get(key)
        if profile is None or not takes_part(profile, today=self.today):
            return []
        alone = self._counted(self._columns([profile]))
        if alone.people.free[0] <= 0:
            return self._plain(lent)
        barred = self._barred(key)
        found: list[Match] = []
        for part in self._parts:
            market = self._counted(part.market)
            sought = part.alive.copy()
            sought[[part.market.rows[key] for key in barred if key in part.market.rows]] = False
            exchanges = exchanges_with_wants(alone, part.wanted)
            exchanges = exchanges.take(sought[market.wants.person[exchanges.want]])
            best = rank_exchanges(
                market, alone, exchanges, most=1, tables=self._tables, period=0, enough=most
            )
            if len(best) > most:
                best = best.take(best.score >= np.sort(best.score)[-most])
            found += self._matches(market, alone, best)
        found += self._plain(lent)
        found.sort(key=lambda one: (-one.score, one.seeker, one.want))
        return found[:most]

    def explain(self, seeker: str, helper: str, *, want: str = "") -> Match | WhyNot:
        """Return the best match of two people (for one want), or why they do not match."""
        asking = self.profiles[seeker]
        wants = tuple(one for one in asking.wants if one.capacity == want)
        return explain_pair(
            replace(asking, wants=wants) if wants else asking,
            self.profiles[helper],
            directory=self.directory,
            weights=self.weights,
            today=self.today,
            history=self.history,
            market=self._counted(self._parts[-1].market),
        )

    def _matches(self, seekers: Market, helpers: Market, best: RankedExchanges) -> list[Match]:
        parts = score_parts(seekers, helpers, best.exchanges, self._tables)
        return matches_from_rows(
            helpers,
            best,
            parts,
            self.profiles,
            tables=self._tables,
            today=self.today,
            seekers=seekers,
        )

    def _barred(self, key: str) -> set[str]:
        """Who is not suggested to a person: themselves, under any name, and whom they know."""
        same = {
            other
            for contact in contacts_of(self.profiles[key])
            for other in self._by_contact.get(contact, ())
        }
        return {key} | same | self._suggested.get(key, set())

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
            for exchanges in possible_exchanges(seeker, part.postings, wants):
                exchanges = exchanges.take(open_[helpers.offers.person[exchanges.offer]])
                best = rank_exchanges(
                    seeker, helpers, exchanges, most=most, tables=self._tables, period=0
                )
                matches = self._matches(seeker, helpers, best)
                ties = zip(best.want.tolist(), best.score.tolist(), best.tie.tolist(), strict=True)
                found += [
                    (w, -score, tie, one)
                    for (w, score, tie), one in zip(ties, matches, strict=True)
                ]
        found.sort(key=lambda one: one[:3])
        answer: list[Match] = []
        counts: dict[int, int] = {}
        for want, _, _, match in found:
            counts[want] = counts.get(want, 0) + 1
            if counts[want] <= most:
                answer.append(match)
        return answer


def exchanges_with_wants(helpers: Market, wanted: PostingLists) -> Exchanges:
    """Return everything that the people of a (small) market could give to the wants listed."""
    hierarchy, offers, languages = helpers.hierarchy, helpers.offers, helpers.languages
    capacities = np.repeat(np.arange(len(hierarchy.starts) - 1), np.diff(hierarchy.starts))
    met = np.flatnonzero(np.isin(hierarchy.offered, offers.capacity))
    offer, at = np.nonzero(offers.capacity[:, None] == hierarchy.offered[met][None, :])
    turn, heard = spread(languages.starts, offers.person[offer])
    offer, at = offer[turn], met[at[turn]]
    begin, length = wanted.find(capacities[at], languages.code[heard])
    row, place = stretch(begin, length)
    return Exchanges(
        want=wanted.row[place],
        offer=offer[row],
        spoken=wanted.spoken[place],
        heard=heard[row],
        capacity=hierarchy.points[at[row]],
    )


def contacts_of(profile: Profile) -> set[str]:
    """Return the user names that answer for a profile."""
    names = {normalise_user_name(name) for name in profile.contacts}
    return names if profile.is_group else names | {normalise_user_name(profile.name)}
