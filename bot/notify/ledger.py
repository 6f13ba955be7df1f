"""Ledger: what our own records say about candidates: wishes, earlier messages, who agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.candidate import Candidate
from exchange.model import Profile, Status
from exchange.store import Store
from exchange.store.notices import Notice, State

MEMORY = timedelta(days=62)
"""How far back earlier messages matter: longer than any pace that somebody can choose."""

WISHES = ("stop", "forget", "pause", "cap")
"""The preferences that concern messages."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Our records about some candidates, read in one go."""

    statuses: Mapping[int, Status]
    wishes: Mapping[str, Mapping[str, str]]
    messages: Mapping[int, Sequence[Notice]]
    agreed: Mapping[str, frozenset[int]]
    profiles: Mapping[str, Profile]

    @classmethod
    def of(cls, store: Store, candidates: Sequence[Candidate], *, now: datetime) -> Ledger:
        """Read the records; about a dozen queries, however many candidates there are."""
        keys = {each.profile.key for each in candidates}
        people = keys | {f"user:{each.account}" for each in candidates if each.account}
        with store.snapshot():
            suggestions = store.suggestions.get_many(
                s.id for each in candidates for s in each.suggestions
            )
            wishes: dict[str, dict[str, str]] = defaultdict(dict)
            if len(people) <= 2:
                wishes |= {key: store.preferences.of(key) for key in people}
            else:
                for name in WISHES:
                    for key, value in store.preferences.all(name).items():
                        wishes[key][name] = value
            rows = [*store.notices.sent(since=now - MEMORY), *store.notices.unfinished()]
            agreed: dict[str, set[int]] = defaultdict(set)
            for record in store.pages.of(keys):
                agreed[record.party].update(record.agreed)
            profiles = store.profiles.get_many(people)
        messages: dict[int, list[Notice]] = defaultdict(list)
        for row in rows:
            messages[row.account].append(row)
        return cls(
            statuses={id: each.status for id, each in suggestions.items()},
            wishes=wishes,
            messages=messages,
            agreed={key: frozenset(ids) for key, ids in agreed.items()},
            profiles=profiles,
        )

    def asked(self, key: str) -> Mapping[str, str]:
        """What a profile asked of us beside their page."""
        return self.wishes.get(key, {})

    def last_to(self, account: int, *, but: str = "") -> datetime | None:
        """When an account last got (or may have got) a message, over all roles."""
        moments = [
            row.ended or row.begun for row in self.messages.get(account, ()) if row.id != but
        ]
        return max(moments, default=None)

    def told(self, candidate: Candidate) -> Notice | None:
        """The message that a candidate already has in this campaign."""
        for row in self.messages.get(candidate.account, ()):
            if (
                row.state is State.SENT
                and row.recipient == candidate.recipient
                and row.campaign == candidate.campaign
            ):
                return row
        return None
