"""Listening: what happened since the last run, before anything new is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.notify.answers import Heard, is_wrapper_of, read_answers
from bot.notify.meetings import Settled, settle_meetings
from bot.notify.recovery import Recovered, recover
from bot.notify.reverts import count_reverts
from bot.notify.turn import turn
from bot.wiki.port import Wiki
from exchange.errors import WikiAway
from exchange.model import User
from exchange.notice.answer import Answers
from exchange.notice.message import GROUP
from exchange.settings import Settings
from exchange.store import Store
from exchange.wording import available
from exchange.wording.messages import I18N, messages

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What happened since the last run: recovered notices, answers, meetings."""

    recovered: Recovered = field(default_factory=Recovered)
    heard: Heard = field(default_factory=Heard)
    settled: Settled = field(default_factory=Settled)


@dataclass(frozen=True, slots=True)
class Listened:
    """What people answered, who was seen to meet, what ended; see ``Counts`` for the words."""

    answers: int = 0
    unclear: int = 0
    foreign: int = 0
    met: int = 0
    expired: int = 0
    recovered: int = 0
    interrupted: int = 0


def listen(
    *, settings: Settings, store: Store, wiki: Wiki, now: datetime, dry_run: bool = False
) -> Listened:
    """Read what people answered since the last run, so that matching knows which seats are free.

    ``notify`` does the same before it writes; a run over everything does it before it matches.
    """
    if dry_run:
        return Listened()
    with turn(store) as renew:
        if renew is None:
            return Listened()
        caught = catch_up(
            settings=settings, store=store, wiki=wiki, clock=clock_from(settings, now)
        )
    return Listened(
        answers=caught.heard.answers,
        unclear=caught.heard.unclear,
        foreign=caught.heard.foreign,
        met=caught.settled.met,
        expired=caught.settled.expired,
        recovered=caught.recovered.standing,
        interrupted=caught.recovered.absent,
    )


def catch_up(*, settings: Settings, store: Store, wiki: Wiki, clock: Clock) -> CaughtUp:
    """Close what a dead run left open, read people's answers, and see who met whom.

    Called before matching too, so that seats that came free are given away at once.
    """
    me = own_account(settings, wiki).name
    recovered = recover(store, wiki, me=me, clock=clock)
    count_reverts(store, wiki, me=me, now=clock())
    title = f"Template:{settings.names.notice}"
    heard = read_answers(
        store,
        wiki,
        is_wrapper=is_wrapper_of(wiki.redirects_to(titles=[title])),
        words=Answers(messages(I18N, GROUP, code) for code in available(GROUP)),
        clock=clock,
    )
    settled = settle_meetings(
        store,
        wiki,
        answer_days=settings.notify.answer_days,
        expire_days=settings.notify.expire_days,
        clock=clock,
    )
    return CaughtUp(recovered, heard, settled)


def own_account(settings: Settings, wiki: Wiki) -> User:
    """The bot's own account; ``WikiAway`` where we are not logged in as anybody."""
    me = wiki.me()
    if not me.name:
        raise WikiAway(f"not logged in as {settings.bot.user or 'the bot'}; see CXC_BOT_USER")
    return me


def clock_from(settings: Settings, now: datetime) -> Clock:
    """A clock that starts at ``now`` and runs, or stands still where the settings fix it."""
    if settings.now is not None:
        return lambda: now
    begun = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - begun)
