"""Shared wants: who else wants the same thing that the directory does not know, and how many they are.

A want in a profile has no line that others could sign: editing somebody else's profile would be bad
manners. Whoever needs the same says so in their own; by the name that both wrote, the two count together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from exchange.model import Profile, Want, is_unlisted


@dataclass(frozen=True, slots=True)
class SharedWants:
    """Who wants each unlisted capacity that at least two want: {capacity: profiles, by key}."""

    parties: Mapping[str, tuple[Profile, ...]] = field(default_factory=dict)

    @classmethod
    def among(cls, profiles: Iterable[Profile], today: date) -> SharedWants:
        """Find them among everybody who takes part, by what they want still on a day.

        A group counts beside people unless one of its contacts wants the same as a person: so
        nobody makes a want more pressing by wanting it twice.
        """
        wanting: dict[str, dict[str, Profile]] = defaultdict(dict)
        for profile in profiles:
            for want in profile.open_wants(today):
                if is_unlisted(want.capacity):
                    wanting[want.capacity][profile.key] = profile
        shared = {
            capacity: tuple(_apart(held.values()))
            for capacity, held in sorted(wanting.items())
            if len(held) > 1
        }
        return cls({capacity: held for capacity, held in shared.items() if len(held) > 1})

    def needed_by(self, want: Want) -> int:
        """Return how many need what is wanted: who says so and all who want or joined the same."""
        return max(len(self.parties.get(want.capacity, ())), want.joins + 1)

    def counted(self, profile: Profile) -> Profile:
        """Return a profile whose unlisted wants say how many others want the same.

        What only joins somebody's request counts there, not for whoever joined.
        """
        if not any(want.capacity in self.parties for want in profile.wants):
            return profile
        wants = (
            replace(want, joins=self.needed_by(want) - 1)
            if want.is_own_request or not want.joined
            else want
            for want in profile.wants
        )
        return replace(profile, wants=tuple(wants))


def count_shared(profiles: Iterable[Profile], today: date) -> list[Profile]:
    """Return profiles whose unlisted wants say how many others among them want the same."""
    everyone = list(profiles)
    shared = SharedWants.among(everyone, today)
    return [shared.counted(profile) for profile in everyone]


def _apart(profiles: Collection[Profile]) -> list[Profile]:
    people = {each.name for each in profiles if not each.is_group}
    return sorted(
        (each for each in profiles if not each.is_group or people.isdisjoint(each.contacts)),
        key=lambda each: each.key,
    )
