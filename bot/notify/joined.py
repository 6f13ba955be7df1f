"""Joined: who needs what others asked for, too, and is to hear that somebody helps with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.notify.recipients import MEMORY, AlreadyTold, NoticeCandidate, TakenRequest
from exchange.model import AGREED, Profile, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.notices.message import Role
from exchange.store import Store

CAMPAIGN = "joined/"
"""How the campaigns of notices to those who joined begin; the id of the request's page and the role follow."""


def taken_requests(store: Store, *, now: datetime) -> list[TakenRequest]:
    """Return the joined requests that somebody takes on, the longest known first.

    Somebody does when a helper said yes, or when the two wrote to each other, within ``MEMORY``.
    Half a dozen queries, however many requests there are; one where nobody joined any.
    """
    joined = store.joined_requests.all()
    if not joined:
        return []
    records = store.pages.by_ids(joined)
    asked = {
        (record.party, capacity): record
        for id, record in records.items()
        if record.party and record.consented
        for _, capacity in joined[id]
    }
    found: dict[int, tuple[datetime, TakenRequest]] = {}
    for each in store.suggestions.history():
        match = each.match
        page = asked.get((match.seeker, match.want))
        since = each.answered_at
        if page is None or since is None or since < now - MEMORY or not _is_taken(store, each):
            continue
        helpers = tuple(key for key in match.parties if key != match.seeker)
        taken = TakenRequest(
            page.title, page.id, page.revision, match.want, match.seeker, helpers, each.id
        )
        if page.id not in found or since < found[page.id][0]:
            found[page.id] = since, taken
    return [taken for _, taken in sorted(found.values(), key=lambda one: (one[0], one[1].page_id))]


def _is_taken(store: Store, each: Suggestion) -> bool:
    if each.status is SuggestionStatus.ACCEPTED:
        said = store.suggestions.answers(each.id)
        return any(one.by == each.match.helper and one.status in AGREED for one in said)
    return each.status in AGREED


def waiting_joiners(store: Store, told: AlreadyTold, *, now: datetime) -> dict[str, TakenRequest]:
    """Return who is to hear of which request that they joined: {profile key: request}.

    Each hears of each request once, ever, and of one at a time. Whoever takes it on, and whoever
    learns the same with somebody already, hears nothing.
    """
    taken = taken_requests(store, now=now)
    joined = store.joined_requests.on(each.page_id for each in taken)
    found: dict[str, TakenRequest] = {}
    for each in taken:
        for account, capacity in joined[each.page_id]:
            key = str(ProfileKey.for_person(account))
            if (
                capacity == each.capacity
                and key not in found
                and key not in (each.asker, *each.helpers)
                and not told.has_campaign(key, campaign_of(each))
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


def campaign_of(taken: TakenRequest) -> str:
    """Return the campaign that tells of a request: one notice for each who joined it, ever."""
    return f"{CAMPAIGN}{taken.page_id}/{Role.JOINER}"


def joiner_candidates(
    waiting: Mapping[str, TakenRequest], profiles: Mapping[str, Profile]
) -> Iterable[NoticeCandidate]:
    """Make a candidate of everybody who is to hear that somebody takes on what they joined."""
    for key, taken in waiting.items():
        profile = profiles.get(key)
        if profile is not None and taken.asker in profiles:
            yield NoticeCandidate(
                recipient=key,
                profile=profile,
                name=profile.name,
                account=ProfileKey.parse(key).account,
                role=Role.JOINER,
                campaign=campaign_of(taken),
                taken=taken,
            )
