"""Joined: who needs what others asked for, too, and is to hear that somebody helps with it.

They joined a request, or want the same thing that the directory does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.notify.recipients import (
    MEMORY,
    Addressees,
    AlreadyTold,
    NoticeCandidate,
    TakenRequest,
)
from exchange.matching.shared_wants import SharedWants
from exchange.model import AGREED, Profile, Suggestion, SuggestionStatus, User
from exchange.model.keys import ProfileKey, Recipient
from exchange.notices.message import Role
from exchange.store import Store


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody takes on, and who needs it, too: by the requests' pages, or by what they want."""

    requests: tuple[TakenRequest, ...] = ()
    joined: Mapping[int, Sequence[tuple[int, str]]] = field(default_factory=dict)
    shared: SharedWants = field(default_factory=SharedWants)

    def needing(self, taken: TakenRequest) -> list[str]:
        """Return the profile keys of those who need it, too, the asker perhaps among them."""
        if taken.is_want:
            return [profile.key for profile in self.shared.parties[taken.capacity]]
        return [
            str(ProfileKey.for_person(account))
            for account, capacity in self.joined[taken.page_id]
            if capacity == taken.capacity
        ]


def find_taken(store: Store, *, now: datetime) -> Taken:
    """Return what somebody takes on and others need, too, the longest known first.

    Somebody does when a helper said yes, or when the two wrote to each other, within ``MEMORY``.
    About ten queries, however much there is; two where nobody joined or shares anything.
    """
    joined = store.joined_requests.all()
    sharing = store.profiles.sharing_unlisted()
    if not joined and not sharing:
        return Taken()
    records = store.pages.by_ids(joined)
    asked = {
        (record.party, capacity): record
        for id, record in records.items()
        if record.party and record.consented
        for _, capacity in joined[id]
    }
    profiles = store.profiles.get_many({key for keys in sharing.values() for key in keys})
    shared = SharedWants.among(profiles.values(), now.date())
    found: dict[str, tuple[datetime, TakenRequest]] = {}
    for each in store.suggestions.history():
        match, since = each.match, each.answered_at
        page = asked.get((match.seeker, match.want))
        asker = profiles.get(match.seeker) if match.want in shared.parties else None
        if page is None and asker is None:
            continue
        if since is None or since < now - MEMORY or not _is_taken(store, each):
            continue
        helpers = tuple(key for key in match.parties if key != match.seeker)
        places = [(page.title, page.id, page.revision, False)] if page is not None else []
        if asker is not None:
            places.append((asker.page, asker.page_id, asker.revision, True))
        new = [
            TakenRequest(title, id, revision, match.want, match.seeker, helpers, each.id, is_want)
            for title, id, revision, is_want in places
        ]
        for one in new:
            if one.campaign not in found or since < found[one.campaign][0]:
                found[one.campaign] = since, one
    ordered = [one for _, one in sorted(found.values(), key=lambda one: (one[0], one[1].campaign))]
    return Taken(
        tuple(ordered),
        {id: joined[id] for each in ordered if (id := each.page_id) in joined},
        shared,
    )


def _is_taken(store: Store, each: Suggestion) -> bool:
    if each.status is SuggestionStatus.ACCEPTED:
        said = store.suggestions.answers(each.id)
        return any(one.by == each.match.helper and one.status in AGREED for one in said)
    return each.status in AGREED


def waiting_joiners(store: Store, told: AlreadyTold, *, now: datetime) -> dict[str, TakenRequest]:
    """Return who is to hear of what they need, too, that somebody takes it on: {profile key: what}.

    Each hears of each request, and of each want that several share, once, ever, and of one at a
    time. Whoever takes it on, and whoever learns the same with somebody already, hears nothing.
    """
    taken = find_taken(store, now=now)
    heard = {(str(Recipient.parse(one).profile), campaign) for one, campaign in told.campaigns}
    signed: set[tuple[str, str]] = (
        set()
    )  # Who joined hears of the request, not of the want as well.
    found: dict[str, TakenRequest] = {}
    for each in sorted(taken.requests, key=lambda one: one.is_want):
        for key in taken.needing(each):
            if each.is_want and (key, each.capacity) in signed:
                continue
            if not each.is_want:
                signed.add((key, each.capacity))
            if (
                key not in found
                and key not in (each.asker, *each.helpers)
                and (key, each.campaign) not in heard
            ):
                found[key] = each
    return {
        key: each
        for key, each in sorted(found.items())
        if not any(
            one.status in AGREED and (one.match.seeker, one.match.want) == (key, each.capacity)
            for one in store.suggestions.involving(key)
        )
    }


def joiner_candidates(
    waiting: Mapping[str, TakenRequest],
    profiles: Mapping[str, Profile],
    users: Mapping[str, User],
) -> Iterable[NoticeCandidate]:
    """Make a candidate of every account that is to hear that somebody takes on what they need."""
    addressees = Addressees(users)
    for key, taken in waiting.items():
        profile = profiles.get(key)
        if profile is None or taken.asker not in profiles:
            continue
        for recipient, name, account in addressees.of(profile):
            yield NoticeCandidate(
                recipient=recipient,
                profile=profile,
                name=name,
                account=account,
                role=Role.JOINER,
                campaign=taken.campaign,
                taken=taken,
            )
