"""Occasions: who is to be told what in a run, before anybody asks whether they may be written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.notify.recipients import MEMORY, AlreadyTold
from exchange.matching import load_weights
from exchange.matching.hold_out import waiting_seekers
from exchange.model import UNDER_WAY, Suggestion, SuggestionStatus
from exchange.model.keys import is_group_key
from exchange.notices.message import HELPING, Role
from exchange.profiles.document import ProblemCode
from exchange.profiles.merge import find_lacks
from exchange.store import Store
from exchange.store.introductions import is_refused
from exchange.store.notices import Notice


def _waits_for_others(key: str, rows: Iterable[Notice], now: datetime) -> bool:
    """Whether a profile's other contacts are still to be told what these notices told one of them."""
    return is_group_key(key) and any((row.ended or row.begun) > now - MEMORY for row in rows)


def pending_notices(
    store: Store, told: AlreadyTold, *, now: datetime
) -> dict[tuple[str, Role], list[Suggestion]]:
    """Everything that somebody is to be told: {(profile key, role): suggestions, best first}.

    Seekers hear of planned suggestions; a helper, and whoever interprets, hears of those who
    accepted, once. Of a group's contacts each one is told: who could not be in one run is in a
    later one. What a coordinator made or an organiser confirmed comes first, and not at all where one of the two wants no
    such introductions any more.
    """
    refusals = store.introductions.refusals()
    waiting: dict[tuple[str, Role], list[Suggestion]] = defaultdict(list)
    for each in store.suggestions.planned():
        waiting[each.match.seeker, Role.SEEKER].append(each)
    for each in store.suggestions.open():
        for key, role in _hearers(each):
            rows = told.about(each.id, key)
            if (role in HELPING and not rows) or _waits_for_others(key, rows, now):
                waiting[key, role].append(each)
    days = load_weights().bounds.period_days
    delayed = store.delayed.since(now - timedelta(days=days))
    for key, found in waiting_seekers(delayed, day=now.date(), period_days=days).items():
        # Who hears of others now is told of those alone.
        waiting.setdefault((key, Role.SEEKER), found)
    made = store.introductions.of(
        one.id for found in waiting.values() for one in found if one.is_introduction
    )
    left = {
        key: [
            one
            for one in found
            if one.id not in made or not is_refused(made[one.id], one.match.pair, refusals)
        ]
        for key, found in sorted(waiting.items())
    }
    return {
        key: sorted(found, key=lambda s: (not s.is_by_hand, -s.match.score, s.id))
        for key, found in left.items()
        if found
    }


def _hearers(each: Suggestion) -> list[tuple[str, Role]]:
    """Return who is to hear of a suggestion that somebody was told of: (profile key, role)."""
    if each.status is SuggestionStatus.ACCEPTED:
        return list(zip(each.match.parties[1:], HELPING, strict=False))
    return [(each.match.seeker, Role.SEEKER)] if each.status is SuggestionStatus.OPEN else []


CHECK_IN_WITHIN = timedelta(days=60)
"""For how long after its day a check-in can still be made; later on nobody asks any more."""


def due_check_ins(
    store: Store, told: AlreadyTold, *, now: datetime, days: int
) -> dict[tuple[str, Role], list[Suggestion]]:
    """The yeses of ``days`` ago of which nothing was heard since: what became of them?

    Only the seeker is asked, once for each suggestion; nobody about a helper who is gone.
    """
    ends = now - timedelta(days=days)
    due = [
        each
        for each in store.suggestions.open()
        if each.status in UNDER_WAY
        and each.answered_at is not None
        and ends - CHECK_IN_WITHIN < each.answered_at <= ends
        and (
            not (rows := told.about(each.id, each.match.seeker, later=True))
            or _waits_for_others(each.match.seeker, rows, now)
        )
    ]
    there = store.profiles.records({each.match.helper for each in due})
    waiting: dict[tuple[str, Role], list[Suggestion]] = defaultdict(list)
    for each in due:
        if each.match.helper in there and there[each.match.helper].active:
            waiting[each.match.seeker, Role.CHECK_IN].append(each)
    return {key: sorted(found, key=lambda s: s.id) for key, found in sorted(waiting.items())}


GRACE = timedelta(days=1)
"""How long a profile is left alone after an edit: its owner may still be at it."""


def lacking_profiles(store: Store, told: AlreadyTold, *, now: datetime) -> list[str]:
    """The keys of profiles that lack what matching needs, and whose owners were not told so yet.

    Two queries. Of a group's contacts each one is told.
    """
    keys = store.problems.profiles_with([ProblemCode.NO_LANGUAGES, ProblemCode.NO_ITEMS])
    if not keys:
        return []
    done = {key for key, rows in told.lacks.items() if not _waits_for_others(key, rows, now)}
    return [
        key
        for key, record in store.profiles.records(keys - done).items()
        if record.active
        and find_lacks(record.profile)
        and (record.profile.edited is None or record.profile.edited <= now - GRACE)
    ]
