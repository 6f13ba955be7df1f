"""Listening: what happened since the last run, before anything new is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.edits import ANOTHER_RUN, run_lock
from bot.notify.answers import AnswersRead, notice_template_test, read_answers
from bot.notify.availability import note_unanswered
from bot.notify.deliver import UnfinishedNotices, recover_unfinished
from bot.notify.eligibility import build_eligibility
from bot.notify.opt_outs import check_opt_outs
from bot.notify.person import USER_TALK, talk_page_owner
from bot.notify.recipients import contact_names
from bot.wiki.port import Wiki
from exchange.errors import WikiUnavailable
from exchange.i18n.messages import I18N, available_languages, load_messages
from exchange.model import Reason, Suggestion, SuggestionStatus, User
from exchange.notices.answers import AnswerReader
from exchange.notices.reader_language import GROUP
from exchange.settings import Settings
from exchange.store import Store
from exchange.titles import normalise_title

VIA = "seen"
"""How an answer is recorded that nobody gave: we saw them write to each other."""


@dataclass(frozen=True, slots=True)
class ContactsSeen:
    """How many people were seen to meet, and how many suggestions ended in silence."""

    met: int = 0
    expired: int = 0


def record_contacts(
    store: Store,
    wiki: Wiki,
    *,
    answer_days: int,
    expire_days: int,
    clock: Callable[[], datetime],
) -> ContactsSeen:
    """See who wrote on whose talk page within ``answer_days``; end what was silent for too long.

    Batches of users, so about one request for 50 or 500 people (more where they edit much).
    """
    now = clock()
    window = timedelta(days=answer_days)
    waiting = [
        each
        for each in store.suggestions.open()
        if each.status in (SuggestionStatus.OPEN, SuggestionStatus.ACCEPTED)
        and each.notified_at is not None
    ]
    # One day longer than the window: what was written on its last day is still seen the day after.
    young = [
        each
        for each in waiting
        if each.notified_at and each.notified_at > now - window - timedelta(days=1)
    ]
    # Two who are not told of each other are watched in the same way, or nothing could be compared.
    held = store.delayed.since(now - window - timedelta(days=1))
    young += [replace(each, notified_at=each.created_at) for each in held]
    met = _met(store, wiki, young, window) if young else {}
    apart = {each.id: met.pop(each.id) for each in held if each.id in met}
    with store.transaction():
        store.delayed.record_contacts(apart, via=VIA)
        for id, at in sorted(met.items()):
            store.suggestions.answer(id, status=SuggestionStatus.IN_TOUCH, by="", via=VIA, at=at)
        ends = now - timedelta(days=expire_days)
        silent = [
            each.id
            for each in waiting
            if each.status is SuggestionStatus.OPEN
            and each.id not in met
            and each.notified_at is not None
            and each.notified_at <= ends
        ]
        store.suggestions.expire(silent, at=now)
    return ContactsSeen(len(met), len(silent))


def _met(
    store: Store, wiki: Wiki, suggestions: Iterable[Suggestion], window: timedelta
) -> dict[int, datetime]:
    """When the two of a suggestion first wrote to each other: {suggestion id: moment}.

    The wiki counts in whole seconds, so what was written in the second of the notice counts.
    """
    wanted = [each for each in suggestions if each.notified_at is not None]
    keys = {key for each in wanted for key in each.match.parties}
    profiles = store.profiles.get_many(keys)
    accounts = {
        key: frozenset(map(normalise_title, contact_names(p))) for key, p in profiles.items()
    }
    people = sorted({name for each in accounts.values() for name in each})
    if not people:
        return {}
    since = min(each.notified_at for each in wanted if each.notified_at is not None)
    wrote: dict[tuple[str, str], list[datetime]] = {}
    site = wiki.site()
    for edit in wiki.contributions(users=people, since=since, namespaces=[USER_TALK]):
        whose = talk_page_owner(edit.title, site)
        if whose:
            pair = (normalise_title(edit.revision.user), whose)
            wrote.setdefault(pair, []).append(edit.revision.timestamp)
    met: dict[int, datetime] = {}
    for each in wanted:
        told = each.notified_at.replace(microsecond=0) if each.notified_at else None
        moments = [
            moment
            for one in accounts.get(each.match.seeker, ())
            for key in each.match.parties[1:]  # Through an interpreter they meet, too.
            for other in accounts.get(key, ())
            for pair in ((one, other), (other, one))
            for moment in wrote.get(pair, ())
            if told is not None and told <= moment <= told + window
        ]
        if moments:
            met[each.id] = min(moments)
    return met


MEASURE = "reverts"
"""The measure of messages that were undone, of those that were sent lately."""

LATELY = timedelta(days=90)
SEEN = timedelta(days=1)
"""So old is a message before it counts: nobody can have undone what they have not seen."""

_USER_TALK = 3


def count_reverts(store: Store, wiki: Wiki, *, me: str, now: datetime) -> None:
    """Count the messages of the last 90 days that were undone; one request for each 500 edits.

    Kept only when it changed, so that a day on which nothing happened changes nothing.
    """
    since = now - LATELY
    sent = {
        row.revision
        for row in store.notices.sent(since=since)
        if row.revision and (row.ended or row.begun) <= now - SEEN
    }
    if not sent:
        return
    edits = wiki.contributions(users=[me], since=since, namespaces=[_USER_TALK])
    undone = sum(each.reverted for each in edits if each.revision.id in sent)
    newest = store.metrics.latest().get(MEASURE)
    if newest is None or (newest.value, newest.n) != (undone, len(sent)):
        store.metrics.record(now.date(), {MEASURE: (float(undone), len(sent))})


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class FollowUpResult:
    """What happened since the last run: recovered notices, answers, meetings."""

    recovered: UnfinishedNotices = field(default_factory=UnfinishedNotices)
    heard: AnswersRead = field(default_factory=AnswersRead)
    settled: ContactsSeen = field(default_factory=ContactsSeen)

    def counts(self) -> dict[str, Any]:
        """Return the figures of a ``ListenResult``: {its field: number}."""
        return {
            "answers": self.heard.answers,
            "unclear": self.heard.unclear,
            "foreign": self.heard.foreign,
            "met": self.settled.met,
            "expired": self.settled.expired,
            "recovered": self.recovered.standing,
            "interrupted": self.recovered.absent,
        }


@dataclass(frozen=True, slots=True)
class ListenResult:
    """What happened since the last run, in figures.

    ``answers`` were read from talk pages (``unclear`` ones not understood, ``foreign`` ones not by
    the recipient), ``met`` pairs were seen to write to each other, ``expired`` suggestions ended
    in silence. ``recovered`` notices of an earlier run stood on their page, ``interrupted`` ones
    had left nothing. ``because`` gives the reasons for what was held, ``details`` an example of
    each.
    """

    answers: int = 0
    unclear: int = 0
    foreign: int = 0
    met: int = 0
    expired: int = 0
    recovered: int = 0
    interrupted: int = 0
    because: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def listen_for_answers(
    *, settings: Settings, store: Store, wiki: Wiki, now: datetime
) -> ListenResult:
    """Read what people answered and who said no since, so that matching knows which seats are free.

    ``notify`` does the same before it writes; a run over everything does it before it matches.
    """
    with run_lock(store) as lock:
        if lock is None:
            reason = Reason.INTERRUPTED.value
            return ListenResult(because={reason: 1}, details={reason: ANOTHER_RUN})
        clock = clock_from(settings, now)
        followed = follow_up_notices(settings=settings, store=store, wiki=wiki, clock=clock)
        me = require_account(settings, wiki)
        eligibility = build_eligibility(
            settings, store, wiki, me=me, users={}, today=clock().date()
        )
        check_opt_outs(eligibility, store, now=clock(), everybody=True)
    return ListenResult(**followed.counts())


def follow_up_notices(
    *, settings: Settings, store: Store, wiki: Wiki, clock: Clock
) -> FollowUpResult:
    """Close what a dead run left open, read people's answers, and see who met whom.

    Called before matching too, so that seats that came free are given away at once.
    """
    me = require_account(settings, wiki).name
    recovered = recover_unfinished(store, wiki, me=me, clock=clock)
    count_reverts(store, wiki, me=me, now=clock())
    title = f"Template:{settings.names.notice}"
    heard = read_answers(
        store,
        wiki,
        is_notice_template=notice_template_test(wiki.redirects_to(titles=[title])),
        words=AnswerReader(
            {code: load_messages(I18N, GROUP, code) for code in available_languages(GROUP)}
        ),
        me=me,
        clock=clock,
    )
    note_unanswered(store, settings.notify, now=clock())
    settled = record_contacts(
        store,
        wiki,
        answer_days=settings.notify.answer_days,
        expire_days=settings.notify.expire_days,
        clock=clock,
    )
    return FollowUpResult(recovered, heard, settled)


def require_account(settings: Settings, wiki: Wiki) -> User:
    """The bot's own account; ``WikiUnavailable`` where we are not logged in as anybody."""
    me = wiki.own_account()
    if not me.name:
        raise WikiUnavailable(
            f"not logged in as {settings.bot.user or 'the bot'}; see CXC_BOT_USER"
        )
    return me


def clock_from(settings: Settings, now: datetime) -> Clock:
    """A clock that starts at ``now`` and runs, or stands still where the settings fix it."""
    if settings.now is not None:
        return lambda: now
    begun = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - begun)
