"""Candidate: somebody who is to be told something in this run, and what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from exchange.model import Profile, Status, Suggestion, User
from exchange.notice.message import SPAN, Role
from exchange.store import Store
from exchange.store.notices import State


@dataclass(frozen=True, slots=True)
class Candidate:
    """One account to be written to about one matter.

    ``recipient`` is the profile's key, for a group's contact with ``>`` and the account's key
    behind it. ``name`` is the user name as the profile has it; ``account`` the central user id,
    0 where there is no such account.
    """

    recipient: str
    profile: Profile
    name: str
    account: int
    role: Role
    campaign: str
    suggestions: tuple[Suggestion, ...]

    @property
    def id(self) -> str:
        """The candidate's name in the run's outcomes."""
        return f"{self.recipient} {self.role.value}"[:120]

    @property
    def others(self) -> tuple[str, ...]:
        """The profile keys of those whom the notice names."""
        return tuple(
            s.match.helper if self.role is Role.SEEKER else s.match.seeker for s in self.suggestions
        )


def campaign(today: date, role: Role) -> str:
    """Name a campaign: the week, and the role where it is not the seeker's."""
    year, week, _ = today.isocalendar()
    name = f"{year}-W{week:02}"
    return name if role is Role.SEEKER else f"{name}/{role.value}"


@dataclass(frozen=True, slots=True)
class Addressees:
    """Whom a profile's notices go to: the names as written, and the accounts that they are."""

    users: Mapping[str, User]

    def of(self, profile: Profile) -> Iterable[tuple[str, str, int]]:
        """Give (recipient key, name, central id) for each account that a profile names."""
        if not profile.is_group:
            # A name can change hands; the key is the person.
            yield profile.key, profile.name, account_of(profile.key)
            return
        for name in names(profile):
            user = self.users.get(name)
            account = user.id if user is not None else 0
            yield f"{profile.key}>{f'user:{account}' if account else name}"[:80], name, account


def account_of(key: str) -> int:
    """The central user id in a person's profile key; 0 for a group."""
    kind, _, number = key.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else 0


def names(profile: Profile) -> tuple[str, ...]:
    """Give the user names that a profile's notices go to."""
    return profile.contacts if profile.is_group else (profile.name,)


def pending(store: Store) -> dict[tuple[str, Role], list[Suggestion]]:
    """Everything that somebody is to be told: {(profile key, role): suggestions, best first}.

    Seekers hear of planned suggestions; a helper hears of those who accepted, once.
    """
    waiting: dict[tuple[str, Role], list[Suggestion]] = defaultdict(list)
    for each in store.suggestions.planned():
        waiting[each.match.seeker, Role.SEEKER].append(each)
    told = {
        id
        for row in store.notices.sent()
        if row.campaign.endswith(f"/{Role.HELPER.value}")
        for id in row.suggestions
    }
    for each in store.suggestions.open():
        if each.status is Status.ACCEPTED and each.id not in told:
            waiting[each.match.helper, Role.HELPER].append(each)
    return {
        key: sorted(found, key=lambda s: (-s.match.score, s.id))[:SPAN]
        for key, found in sorted(waiting.items())
    }


def gather(
    waiting: Mapping[tuple[str, Role], list[Suggestion]],
    *,
    profiles: Mapping[str, Profile],
    users: Mapping[str, User],
    now: datetime,
) -> list[Candidate]:
    """Make a candidate of every account that is to be told something, seekers first."""
    addressees = Addressees(users)
    found = [
        Candidate(
            recipient=recipient,
            profile=profile,
            name=name,
            account=account,
            role=role,
            campaign=campaign(now.date(), role),
            suggestions=tuple(suggestions),
        )
        for (key, role), suggestions in waiting.items()
        if (profile := profiles.get(key)) is not None
        for recipient, name, account in addressees.of(profile)
    ]
    return sorted(found, key=lambda c: (c.role is not Role.SEEKER, c.recipient))


UNFINISHED = (State.BEGUN, State.UNKNOWN)
"""Rows that may stand on a page."""
