"""Privacy: countries by which nobody may be found, and counts that are too small to be told.

The Wikimedia Foundation lists countries and territories about whose people nothing is published by
country. Whoever lives there takes part like everybody else; only their country is not shown
anywhere but on their own page, which they wrote themselves.

What is public is counted as it is. Of what is not (answers, and what became of suggestions), no
number below ``SMALLEST_CELL`` is told, nor can one be told from the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from babel.core import get_global

from exchange.geography import find_place_country, region_of
from exchange.model import Match, Offer, Profile, ScorePart, Want

P = TypeVar("P", bound=Hashable)
Item = TypeVar("Item", Offer, Want)


SMALLEST_CELL = 5
"""The fewest people and groups of whom something is told that is not public anyway."""


def is_tellable(number: int, whole: int) -> bool:
    """Whether a part of a whole may be told: it and the others are none or enough."""
    return all(one == 0 or one >= SMALLEST_CELL for one in (number, whole - number))


def tellable_parts(sizes: Mapping[P, int], *, untold: int = 0) -> set[P]:
    """Return the parts of a whole that may be told: the others together are none or enough.

    So nobody can tell a smaller number than ``SMALLEST_CELL`` from the whole and its parts.
    ``untold`` is the size of what else is in the whole, which is never told.
    """
    told = {part for part, size in sizes.items() if size >= SMALLEST_CELL}
    rest = untold + sum(size for part, size in sizes.items() if part not in told)
    for part in sorted(told, key=lambda part: (sizes[part], str(part))):
        if rest == 0 or rest >= SMALLEST_CELL:
            break
        told.remove(part)
        rest += sizes[part]
    return told


@dataclass(frozen=True, slots=True)
class CountryProtection:
    """The protected countries (ISO 3166-1 alpha-2)."""

    countries: frozenset[str] = frozenset()

    def covers(self, country: str | None) -> bool:
        """Whether nobody may be found by this country."""
        return country is not None and country in self.countries

    def hides(self, place: str) -> bool:
        """Whether a place, as it was written, is in such a country."""
        return bool(place) and self.covers(find_place_country(place))

    def _conceal_place(self, one: Item) -> Item:
        return replace(one, place="") if self.hides(one.place) else one

    def conceal(self, profile: Profile) -> Profile:
        """Return a profile as others may see it: without a protected country, in its region.

        A time zone that is only kept in protected countries (``Asia/Tehran``) goes as well, and so
        does the place of a thing that is in one.
        """
        offers = tuple(map(self._conceal_place, profile.offers))
        wants = tuple(map(self._conceal_place, profile.wants))
        if offers != profile.offers or wants != profile.wants:
            profile = replace(profile, offers=offers, wants=wants)
        zone = profile.timezone
        if zone is not None and self.covers(_country_of_zone(zone)):
            profile = replace(profile, timezone=None)
        if not self.covers(profile.country):
            return profile
        return replace(
            profile,
            country=None,
            region=profile.region or region_of(profile.country),
            timezone=None,
        )

    def conceal_all(self, profiles: Iterable[Profile]) -> list[Profile]:
        """Return profiles as others may see them, in the same order."""
        return [self.conceal(one) for one in profiles]

    def conceal_match(self, match: Match) -> Match:
        """Return a match whose reasons do not name a protected country, nor a place in one.

        Its points go as well: what is missing in the sum would tell. Of a thing, the days stay.
        """
        told = [one for part in match.parts for one in self._tell(part)]
        if tuple(told) == match.parts:
            return match
        lost = sum(one.points for one in match.parts) - sum(one.points for one in told)
        return replace(match, parts=tuple(told), score=match.score - lost)

    def _tell(self, part: ScorePart) -> Iterable[ScorePart]:
        """Return a reason as it may be told, if it may be."""
        if part.name == "country" and self._names(part.facts):
            return ()
        if part.name in ("where", "needed") and any(map(self.hides, part.facts[:1])):
            days = part.facts[1:]
            return (replace(part, facts=("", *days)),) if any(days) else ()
        return (part,)

    def _names(self, facts: Iterable[str]) -> bool:
        return any(map(self.covers, facts))


UNPROTECTED = CountryProtection()
"""No country is protected."""


@cache
def _country_of_zone(zone: str) -> str | None:
    return get_global("zone_territories").get(zone)
