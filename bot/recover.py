"""Recover: the delivery history, put together again from the bot's own contributions.

Every notice carries its mark: who, about whom, in which round. After the database is lost, the
wiki alone tells whom we wrote to and what they answered, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.cli.output import Progress, Silent
from bot.notify import follow_up_notices
from bot.notify.history import CONFIRMED
from bot.notify.person import USER_TALK, talk_page_owner
from bot.wiki.port import Contribution, Wiki
from exchange.errors import WikiUnavailable
from exchange.model import Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey, Recipient
from exchange.notices import section
from exchange.notices.message import Role, role_of
from exchange.notices.section import NoticeMarker
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.erasure import ERASED, apply_erasures
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.notices import Notice, NoticeState
from exchange.store.runs import REBUILT


@dataclass(frozen=True, slots=True)
class ConfirmHistoryResult:
    """Whether messages were held because the history had been rebuilt; they no longer are."""

    confirmed: int = 0


def confirm_history(*, store: Store, now: datetime) -> ConfirmHistoryResult:
    """Let messages go out again after the history was rebuilt: its operator looked at it."""
    rebuilt = store.metadata.get(REBUILT) is not None
    store.metadata.drop(REBUILT)
    store.metadata.set(CONFIRMED, now.isoformat(), at=now)
    return ConfirmHistoryResult(int(rebuilt))


@dataclass(frozen=True, slots=True)
class RecoverResult:
    """What a recovery found: our edits that carry a notice, and what was not known of them.

    ``told`` counts the suggestions of which it is known again when people were told. ``erased``
    people had asked to be forgotten: what the database had of them is gone again, and their notices
    stay unknown. ``unreadable`` notices are hidden, or the wiki changed them when they were saved. What they
    said is not known, but to whom: it counts for the limits of whoever's talk page it was.
    """

    found: int = 0
    notices: int = 0
    suggestions: int = 0
    told: int = 0
    erased: int = 0
    answers: int = 0
    unreadable: int = 0


def recover_history(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
) -> RecoverResult:
    """Put back every notice that our contributions prove, with its suggestions and answers.

    What the store knows already stays as it is, so a second recovery changes nothing. About one
    request for 500 edits, and one for 50 or 500 texts. Errors: ``WikiUnavailable``.
    """
    me = wiki.own_account()
    if not me.name:
        raise WikiUnavailable(
            "not logged in: our contributions are those of nobody; see CXC_BOT_USER"
        )
    edits = {}
    for each in wiki.contributions(users=[me.name], namespaces=[USER_TALK]):
        notice = section.parse_summary_tag(each.revision.summary)
        if notice is not None:
            # Newest first, so the oldest edit of a notice stays: the one that wrote it.
            edits[notice] = each
    ordered = sorted(edits.items(), key=lambda pair: pair[1].revision.id)
    site, notices, suggestions, told = wiki.site(), 0, 0, 0
    marks = ErasureMarks(store.database, secrets=settings.erasure_keys, log=settings.erasure.log)
    purged = apply_erasures(store, marks=marks, at=now)
    forgotten: set[int] = set()
    unreadable: list[tuple[str, Contribution]] = []
    with store.transaction():
        for part in (progress or Silent()).track([*batches(ordered)], "Reading our own edits"):
            texts = wiki.revision_texts(revisions=[edit.revision.id for _, edit in part])
            read = [
                (notice, edit, section.read_written_marker(texts.get(edit.revision.id, ""), notice))
                for notice, edit in part
            ]
            erased = marks.of(id for *_, found in read if found for id in _people(found))
            for notice, edit, found in read:
                if found is None:
                    unreadable.append((notice, edit))
                    continue
                forgotten |= erased.keys() & _recipients(found)
                if erased.keys() & _recipients(found):
                    continue
                ids, new, again = _suggestions(store, found, edit, erased)
                suggestions += new
                told += again
                row = _row(notice, found, edit, talk_page_owner(edit.title, site), ids)
                notices += store.notices.restore([row])
        whose = {edit.title: talk_page_owner(edit.title, site) for _, edit in unreadable}
        users = wiki.users(names=sorted(set(whose.values()) - {""})) if whose else {}
        for notice, edit in unreadable:
            user = users.get(whose[edit.title])
            if user is not None and user.exists and marks.has(user.id):
                forgotten.add(user.id)
            elif user is not None and user.exists:
                found = NoticeMarker(
                    str(ProfileKey.for_person(user.id)), user.id, f"recovered/{notice}", ()
                )
                notices += store.notices.restore([_row(notice, found, edit, user.name, ())])
    if notices:
        # What people answered and asked for elsewhere is not on the wiki, so it may be missing.
        store.metadata.set(REBUILT, now.isoformat(), at=now)
    followed = follow_up_notices(settings=settings, store=store, wiki=wiki, clock=lambda: now)
    return RecoverResult(
        found=len(ordered),
        notices=notices,
        suggestions=suggestions,
        told=told,
        erased=max(purged, len(forgotten)),
        answers=followed.heard.answers,
        unreadable=len(unreadable),
    )


def _recipients(found: NoticeMarker) -> set[int]:
    """The accounts that a notice went to: its own, and that of the profile it was about."""
    recipient = Recipient.parse(found.recipient)
    contact = recipient.contact
    return {
        found.account,
        recipient.profile.account,
        contact.account if isinstance(contact, ProfileKey) else 0,
    } - {0}


def _people(found: NoticeMarker) -> set[int]:
    """Every account that a notice tells of."""
    keys = {key for pair in found.pairs for key in pair.match.parties}
    return _recipients(found) | {ProfileKey.parse(key).account for key in keys} - {0}


def _suggestions(
    store: Store, found: NoticeMarker, edit: Contribution, erased: Collection[int]
) -> tuple[tuple[int, ...], int, int]:
    """The suggestions that a notice numbers, put back where they are missing.

    Give (their ids, how many were not known, of how many it was not known that they were told).
    One with somebody who was forgotten keeps its number, and nothing else.
    """
    told = edit.revision.timestamp
    gone = {str(ProfileKey.for_person(id)) for id in erased}
    standing = [not gone & {*pair.match.parties} for pair in found.pairs]
    before = {each.id: each.notified_at for each in _known(store, found)}
    kept = store.suggestions.plan(
        Suggestion(
            match=pair.match,
            period=pair.period,
            created_at=told,
            status=SuggestionStatus.OPEN,
            notified_at=told,
        )
        for pair, stands in zip(found.pairs, standing, strict=True)
        if stands
    )
    back = iter(kept)
    ids = tuple(next(back).id if stands else ERASED for stands in standing)
    if role_of(found.campaign) is Role.SEEKER:
        store.suggestions.mark_notified(ids, at=told)  # where they were planned anew since
    unknown = {*ids} - before.keys() - {ERASED}
    silent = {id for id in {*ids} & before.keys() if before[id] is None}
    return ids, len(unknown), len(unknown | silent)


def _known(store: Store, found: NoticeMarker) -> Iterable[Suggestion]:
    return [each for pair in found.pairs for each in store.suggestions.involving(pair.seeker)]


def _row(
    notice: str, found: NoticeMarker, edit: Contribution, name: str, suggestions: tuple[int, ...]
) -> Notice:
    return Notice(
        id=notice,
        recipient=found.recipient,
        account=found.account,
        name=name,
        campaign=found.campaign,
        begun=edit.revision.timestamp,
        suggestions=suggestions,
        state=NoticeState.SENT,
        page=edit.title,
        revision=edit.revision.id,
        ended=edit.revision.timestamp,
    )
