"""Meetings: did the two write to each other? And what was never answered comes to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.candidate import names
from bot.notify.recipient import USER_TALK, owner
from bot.wiki.port import Wiki
from exchange.model import Status, Suggestion
from exchange.store import Store
from exchange.template.names import normalise

VIA = "seen"
"""How an answer is recorded that nobody gave: we saw them write to each other."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many people were seen to meet, and how many suggestions ended in silence."""

    met: int = 0
    expired: int = 0


def settle_meetings(
    store: Store,
    wiki: Wiki,
    *,
    answer_days: int,
    expire_days: int,
    clock: Callable[[], datetime],
) -> Settled:
    """See who wrote on whose talk page within ``answer_days``; end what was silent for too long.

    Batches of users, so about one request for 50 or 500 people (more where they edit much).
    """
    now = clock()
    window = timedelta(days=answer_days)
    waiting = [
        each
        for each in store.suggestions.open()
        if each.status in (Status.OPEN, Status.ACCEPTED) and each.told is not None
    ]
    # One day longer than the window: what was written on its last day is still seen the day after.
    young = [each for each in waiting if each.told and each.told > now - window - timedelta(days=1)]
    met = _met(store, wiki, young, window) if young else {}
    with store.transaction():
        for id, at in sorted(met.items()):
            store.suggestions.answer(id, status=Status.IN_TOUCH, by="", via=VIA, at=at)
        ends = now - timedelta(days=expire_days)
        silent = [
            each.id
            for each in waiting
            if each.status is Status.OPEN
            and each.id not in met
            and each.told is not None
            and each.told <= ends
        ]
        store.suggestions.expire(silent, at=now)
    return Settled(len(met), len(silent))


def _met(
    store: Store, wiki: Wiki, suggestions: Iterable[Suggestion], window: timedelta
) -> dict[int, datetime]:
    """When the two of a suggestion first wrote to each other: {suggestion id: moment}."""
    wanted = [each for each in suggestions if each.told is not None]
    keys = {key for each in wanted for key in each.match.pair}
    profiles = store.profiles.get_many(keys)
    accounts = {key: frozenset(map(normalise, names(p))) for key, p in profiles.items()}
    people = sorted({name for each in accounts.values() for name in each})
    if not people:
        return {}
    since = min(each.told for each in wanted if each.told is not None)
    wrote: dict[tuple[str, str], list[datetime]] = {}
    site = wiki.site()
    for edit in wiki.contributions(users=people, since=since, namespaces=[USER_TALK]):
        whose = owner(edit.title, site)
        if whose:
            pair = (normalise(edit.revision.user), whose)
            wrote.setdefault(pair, []).append(edit.revision.timestamp)
    met: dict[int, datetime] = {}
    for each in wanted:
        told = each.told
        moments = [
            moment
            for one in accounts.get(each.match.seeker, ())
            for other in accounts.get(each.match.helper, ())
            for pair in ((one, other), (other, one))
            for moment in wrote.get(pair, ())
            if told is not None and told <= moment <= told + window
        ]
        if moments:
            met[each.id] = min(moments)
    return met
