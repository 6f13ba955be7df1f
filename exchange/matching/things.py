"""Things: money, places and equipment, matched by the same rules as skills, and apart from them.

Nobody's seats, suggestions or plans for skills change by what is offered or wanted here. A thing
that is *bound* (a room, a camera) is of use only where it stands: it goes to people of the same
country. So each bound thing is one capacity a country here, named ``venue@NG``; whoever says no
country has one of their own, which nobody else's meets. Where an entry names a place whose country
we know, that counts. What is there, or needed, on some days only is a capacity of its own as well,
``venue@NG~2027-01-01/2027-03-31`` (``venue@NG~?…`` where it is wanted), which meets those with
which it has a day in common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from exchange.geography import find_place_country
from exchange.matching.days import Span, span_of, spans_in_common
from exchange.matching.eligibility import History, merge_wants
from exchange.matching.unmet import Unmet, UnmetReason
from exchange.matching.weights import Weights
from exchange.model import Match, Offer, Profile, ScorePart, Want

_AT = "@"
"""Between a capacity and its ground; no id has it."""

_DAYS = "~"
"""Before the days on which it is there, or needed; no id and no ground has it."""

_WANTED = "?"
"""Before wanted days, which only offered ones meet."""

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
    """The directory as matching of things sees it: bound ones apart by country, all by their days."""

    def __init__(self, directory: CapacityTree, today: date) -> None:
        self._directory, self._today = directory, today
        self.things: frozenset[str] = frozenset()
        self.bound: frozenset[str] = frozenset()
        self._wants: dict[tuple[str, str], str] = {}
        self._offers: dict[tuple[str, str], None] = {}
        self._over: dict[tuple[str, str], None] = {}

    def broader(self, id: str) -> tuple[str, ...]:
        """Return what is wider; of a bound thing only what is bound as well, in its country."""
        capacity, at, ground = id.partition(_AT)
        wider = self._directory.broader(capacity)
        if not at:
            return wider
        return tuple(f"{one}@{ground}" for one in wider if one in self._directory.bound)

    def relate(self, names: Sequence[str]) -> list[dict[int, int]]:
        """Return as ``relate`` does, for each wanted name offered ones with a day in common."""
        stands = list(dict.fromkeys(name.partition(_DAYS)[0] for name in names))
        wanted: list[list[tuple[int, Span]]] = [[] for _ in stands]
        offered: list[list[tuple[int, Span]]] = [[] for _ in stands]
        always: list[list[int]] = [[] for _ in stands]
        number = {stand: at for at, stand in enumerate(stands)}
        for at, name in enumerate(names):
            stand, dated, said = name.partition(_DAYS)
            if not dated:
                always[number[stand]].append(at)
            elif said.startswith(_WANTED):
                wanted[number[stand]].append((at, span_of(said.removeprefix(_WANTED))))
            else:
                offered[number[stand]].append((at, span_of(said)))
        rows: list[dict[int, int]] = [{} for _ in names]
        for mine, row in enumerate(relate(stands, self.broader)):
            for one, steps in row.items():
                seeking, having = wanted[mine], offered[one]
                for at in always[mine]:
                    rows[at].update((other, steps) for other in always[one])
                    rows[at].update((other, steps) for other, _ in having)
                for at, _ in seeking:
                    rows[at].update((other, steps) for other in always[one])
                spans = [[days for _, days in each] for each in (seeking, having)]
                for at, other in spans_in_common(*spans):
                    rows[seeking[at][0]][having[other][0]] = steps
        return rows

    def mark(self, profile: Profile) -> Profile:
        """Return a profile with its things only, each where it stands, those that are over left out."""
        held = profile.only(self._directory.things.__contains__)
        offers, wants = [], []
        for one in held.offers:
            name = self._name(one, profile)
            if one.is_over(self._today):
                self._over[profile.key, name] = None
                continue
            self._offers[profile.key, name] = None
            offers.append(Offer(name, one.text, note=one.note))
        for want in merge_wants(held):
            name = self._name(want, profile)
            self._wants[profile.key, want.capacity] = name
            wants.append(replace(want, capacity=name, methods=(), level=None))
        return replace(held, methods=(), offers=tuple(offers), wants=tuple(wants))

    def _name(self, one: Offer | Want, profile: Profile) -> str:
        """Return what a capacity of somebody's is called here."""
        return f"{one.capacity}{self._ground(one, profile)}{self._days(one)}"

    def _ground(self, one: Offer | Want, profile: Profile) -> str:
        if one.capacity not in self._directory.bound:
            return ""
        country = find_place_country(one.place) if one.place else None
        return f"{_AT}{country or profile.country or profile.key}"

    def _days(self, one: Offer | Want) -> str:
        """Return its days where they say anything: a first day that is over says nothing."""
        since = one.since if one.since and one.since > self._today else None
        until = one.until if one.until and not one.is_over(self._today) else None
        if since is None and until is None:
            return ""
        days = (day.isoformat() if day else "" for day in (since, until))
        return _DAYS + _WANTED * isinstance(one, Want) + "/".join(days)

    def history(self, before: History) -> History:
        """Return the history of things by the names that they have here."""

        def named(seeker: str, want: str) -> str:
            return self._wants.get((seeker, want), want)

        return replace(
            before,
            served=frozenset((seeker, named(seeker, want)) for seeker, want in before.served),
            planned=frozenset(
                (seeker, helper, named(seeker, want)) for seeker, helper, want in before.planned
            ),
        )

    def explain(self, unmet: Iterable[Unmet]) -> tuple[Unmet, ...]:
        """Return unmet wants by their own names; where only place or days are in the way, say so."""
        sharing: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for key, name in (*self._offers, *self._over):
            for capacity in self._line(plain(name)):
                sharing[capacity].add((key, name))
        holding: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for key, name in (*self._offers, *self._over):
            holding[plain(name)].add((key, name))
        found = []
        for one in unmet:
            want, reason = plain(one.want), one.reason
            if reason is UnmetReason.NOBODY:
                related = sharing[want].union(*(holding[wider] for wider in self._line(want)))
                others = {(key, name) for key, name in related if key != one.seeker}
                here = {name for _, name in others if _stand(name) == _stand(one.want)}
                if here:
                    reason = UnmetReason.DAYS
                elif any(other in self._offers for other in others):
                    reason = UnmetReason.PLACE
            found.append(Unmet(one.seeker, want, reason))
        return tuple(found)

    def _line(self, capacity: str) -> tuple[str, ...]:
        """Return a capacity and what is wider, as far as one of them can meet the other."""
        bound = capacity in self._directory.bound
        line = (capacity, *self._directory.broader(capacity))
        return tuple(one for one in line if (one in self._directory.bound) is bound)

    def plain_match(self, match: Match, profiles: Mapping[str, Profile]) -> Match:
        """Return a match with the ids of its capacities, and where and when it is.

        ``profiles`` are those of both as they are, not as they are marked.
        """
        helper, seeker = profiles[match.helper], profiles[match.seeker]
        offers = (one for one in helper.offers if self._name(one, helper) == match.offer)
        offer = next(offers, None)
        wants = (one for one in merge_wants(seeker) if one.capacity == plain(match.want))
        want = next(wants, None)
        places = tuple(
            ScorePart(name, 0.0, (one.place, *_iso(one.since), *_iso(one.until)))
            for name, one in (("where", offer), ("needed", want))
            if one is not None
            and (one.place or one.since or (one.until and isinstance(one, Offer)))
        )
        return replace(
            match,
            want=plain(match.want),
            offer=plain(match.offer),
            parts=(*map(_plain_part, match.parts), *places),
            reciprocal=tuple(
                dict.fromkeys((plain(want), plain(offer)) for want, offer in match.reciprocal)
            ),
        )


def _plain_part(part: ScorePart) -> ScorePart:
    if part.name not in _CAPACITIES:
        return part
    facts = tuple(map(plain, part.facts))
    return replace(part, facts=tuple(dict.fromkeys(facts)) if part.name == "capacity" else facts)


def _iso(day: date | None) -> tuple[str]:
    return (day.isoformat() if day else "",)


def relate(names: Sequence[str], broader: Callable[[str], Iterable[str]]) -> list[dict[int, int]]:
    """Return for each name those that meet it, by number, with how many steps they are narrower."""
    number = {name: at for at, name in enumerate(names)}
    rows: list[dict[int, int]] = [{at: 0} for at in range(len(names))]
    for name, at in number.items():
        for steps, wider in enumerate(broader(name), start=1):
            above = number.get(wider)
            if above is not None:
                rows[at][above] = -steps
                rows[above][at] = steps
    return rows


def plain(name: str) -> str:
    """Return the id of the capacity that has a name here."""
    return name.partition(_AT)[0].partition(_DAYS)[0]


def _stand(name: str) -> str:
    """Return where what has a name here stands; empty where that does not matter."""
    return name.partition(_DAYS)[0].partition(_AT)[2]
