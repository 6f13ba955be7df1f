"""Things: money, places and equipment, matched by the same rules as skills, and apart from them.

Nobody's seats, suggestions or plans for skills change by what is offered or wanted here. A thing
that is *bound* (a room, a camera) is of use only where it stands: it goes to people of the same
country. So each bound thing is one capacity a country here, named ``venue@NG``; whoever says no
country has one of their own, which nobody else's meets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from exchange.matching.unmet import Unmet, UnmetReason
from exchange.matching.weights import Weights
from exchange.model import Match, Offer, Profile, Want

if TYPE_CHECKING:
    from exchange.matching.eligibility import History

_AT = "@"
"""Between a capacity and its ground; no id has it."""

_CAPACITIES = frozenset(("capacity", "narrower", "broader", "reciprocity"))
"""The parts of a score whose facts are capacities."""


class CapacityTree(Protocol):
    """What matching asks of the capacity directory."""

    def broader(self, id: str) -> tuple[str, ...]:
        """Return the ids of all wider capacities, nearest first; none for unlisted ones."""
        ...

    @property
    def things(self) -> frozenset[str]:
        """The ids of what is given or lent; all others are skills."""
        ...

    @property
    def bound(self) -> frozenset[str]:
        """The ids of things that are only of use where they stand."""
        ...


def without_things(profile: Profile, directory: CapacityTree) -> Profile:
    """Return a profile with its skills only."""
    return profile.only(lambda capacity: capacity not in directory.things)


def weights_of_things(weights: Weights) -> Weights:
    """Return the weights for things: how well somebody knows it, or how they teach, is nothing to
    a thing, and who lends one need not be awake at the same hours or speak a small language.
    """
    none = dict.fromkeys(("level", "methods", "time", "small_language"), 0)
    return weights.model_copy(update={"points": weights.points.model_copy(update=none)})


class Grounds:
    """The directory as matching of things sees it: bound ones apart by country."""

    def __init__(self, directory: CapacityTree) -> None:
        self._directory = directory
        self.things: frozenset[str] = frozenset()
        self.bound: frozenset[str] = frozenset()

    def broader(self, id: str) -> tuple[str, ...]:
        """Return what is wider; of a bound thing only what is bound as well, in its country."""
        capacity, at, ground = id.partition(_AT)
        wider = self._directory.broader(capacity)
        if not at:
            return wider
        return tuple(f"{one}@{ground}" for one in wider if one in self._directory.bound)

    def mark(self, profile: Profile) -> Profile:
        """Return a profile with its things only, each where it stands."""
        held = profile.only(self._directory.things.__contains__)
        return replace(
            held,
            methods=(),
            offers=tuple(
                Offer(self.name(one.capacity, profile), one.text, note=one.note)
                for one in held.offers
            ),
            wants=tuple(self._marked(one, profile) for one in held.wants),
        )

    def _marked(self, want: Want, profile: Profile) -> Want:
        name = self.name(want.capacity, profile)
        return replace(want, capacity=name, methods=(), level=None)

    def name(self, capacity: str, profile: Profile) -> str:
        """Return what a capacity of somebody's is called here."""
        if capacity not in self._directory.bound:
            return capacity
        return f"{capacity}@{profile.country or profile.key}"

    def history(self, before: History, profiles: Mapping[str, Profile]) -> History:
        """Return the history of things by the names that they have here."""

        def named(seeker: str, want: str) -> str:
            return self.name(want, profiles[seeker]) if seeker in profiles else want

        return replace(
            before,
            served=frozenset((seeker, named(seeker, want)) for seeker, want in before.served),
            planned=frozenset(
                (seeker, helper, named(seeker, want)) for seeker, helper, want in before.planned
            ),
        )

    def explain(self, unmet: Iterable[Unmet], profiles: Iterable[Profile]) -> tuple[Unmet, ...]:
        """Return unmet wants by their own names, and where only the place is in the way, say so."""
        sharing: dict[str, set[str]] = defaultdict(set)
        for profile in profiles:
            for offer in profile.offers:
                for capacity in self._bound_line(plain(offer.capacity)):
                    sharing[capacity].add(profile.key)
        holding = {
            key: {plain(one.capacity) for one in profile.offers}
            for profile in profiles
            for key in (profile.key,)
        }
        everything = {id for held in holding.values() for id in held}
        found = []
        for one in unmet:
            want, reason = plain(one.want), one.reason
            if reason is UnmetReason.NOBODY and want in self._directory.bound:
                wider = everything.intersection(self._bound_line(want))
                others = sharing[want].union(
                    key for key, held in holding.items() if not wider.isdisjoint(held)
                ) - {one.seeker}
                reason = UnmetReason.PLACE if others else reason
            found.append(Unmet(one.seeker, want, reason))
        return tuple(found)

    def _bound_line(self, capacity: str) -> tuple[str, ...]:
        line = (capacity, *self._directory.broader(capacity))
        return tuple(one for one in line if one in self._directory.bound)


def plain(name: str) -> str:
    """Return the id of the capacity that has a name here."""
    return name.partition(_AT)[0]


def plain_match(match: Match) -> Match:
    """Return a match with the ids of its capacities."""
    return replace(
        match,
        want=plain(match.want),
        offer=plain(match.offer),
        parts=tuple(
            replace(part, facts=tuple(map(plain, part.facts))) if part.name in _CAPACITIES else part
            for part in match.parts
        ),
        reciprocal=tuple((plain(want), plain(offer)) for want, offer in match.reciprocal),
    )
