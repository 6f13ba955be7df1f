"""Recover: the delivery history, put together again from the bot's own contributions.

Every notice carries its mark: who, about whom, in which round. After the database is lost, the
wiki alone tells whom we wrote to and what they answered, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.notify import catch_up
from bot.notify.recipient import USER_TALK, owner
from bot.progress import Progress, Silent
from bot.wiki.port import Contribution, Wiki
from exchange.errors import WikiAway
from exchange.model import Match, Status, Suggestion
from exchange.notice import mark, section
from exchange.notice.mark import Mark
from exchange.notice.message import Role
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.notices import Notice, State


@dataclass(frozen=True, slots=True)
class Counts:
    """What a recovery found: our edits that carry a notice, and what was not known of them.

    ``unreadable`` notices are hidden, or the wiki changed them when they were saved. What they
    said is not known, but to whom: it counts for the limits of whoever's talk page it was.
    """

    found: int = 0
    notices: int = 0
    suggestions: int = 0
    answers: int = 0
    unreadable: int = 0


class _Undone(Exception):
    """A dry run ends here."""


def recover(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> Counts:
    """Put back every notice that our contributions prove, with its suggestions and answers.

    What the store knows already stays as it is, so a second recovery changes nothing. About one
    request for 500 edits, and one for 50 or 500 texts. Errors: ``WikiAway``.
    """
    me = wiki.me()
    if not me.name:
        raise WikiAway("not logged in: our contributions are those of nobody; see CXC_BOT_USER")
    edits = {}
    for each in wiki.contributions(users=[me.name], namespaces=[USER_TALK]):
        notice = mark.tagged(each.revision.summary)
        if notice is not None:
            # Newest first, so the oldest edit of a notice stays: the one that wrote it.
            edits[notice] = each
    ordered = sorted(edits.items(), key=lambda pair: pair[1].revision.id)
    site, notices, suggestions = wiki.site(), 0, 0
    unreadable: list[tuple[str, Contribution]] = []
    try:
        with store.transaction():
            for part in (progress or Silent()).track([*batches(ordered)], "Reading our own edits"):
                texts = wiki.text_of(revisions=[edit.revision.id for _, edit in part])
                for notice, edit in part:
                    found = section.written_by_us(texts.get(edit.revision.id, ""), notice)
                    if found is None:
                        unreadable.append((notice, edit))
                        continue
                    ids, new = _suggestions(store, found, edit)
                    suggestions += new
                    row = _row(notice, found, edit, owner(edit.title, site), ids)
                    notices += store.notices.restore([row])
            whose = {edit.title: owner(edit.title, site) for _, edit in unreadable}
            users = wiki.users(names=sorted(set(whose.values()) - {""})) if whose else {}
            for notice, edit in unreadable:
                user = users.get(whose[edit.title])
                if user is not None and user.exists:
                    found = Mark(f"user:{user.id}", user.id, f"recovered/{notice}", ())
                    notices += store.notices.restore([_row(notice, found, edit, user.name, ())])
            if dry_run:
                raise _Undone
    except _Undone:
        return Counts(len(ordered), notices, suggestions, 0, len(unreadable))
    caught = catch_up(settings=settings, store=store, wiki=wiki, clock=lambda: now)
    return Counts(len(ordered), notices, suggestions, caught.heard.answers, len(unreadable))


def _suggestions(store: Store, found: Mark, edit: Contribution) -> tuple[tuple[int, ...], int]:
    """The suggestions that a notice numbers, put back where they are missing: (ids, how many)."""
    told = edit.revision.timestamp
    before = {each.id for each in _known(store, found)}
    kept = store.suggestions.plan(
        Suggestion(
            match=Match(pair.seeker, pair.helper, pair.want, pair.offer, 0.0),
            period=pair.period,
            made=told,
            status=Status.OPEN,
            told=told,
        )
        for pair in found.pairs
    )
    ids = tuple(each.id for each in kept)
    if not found.campaign.endswith(f"/{Role.HELPER.value}"):
        store.suggestions.tell(ids, at=told)  # where they were planned anew since
    return ids, len(set(ids) - before)


def _known(store: Store, found: Mark) -> Iterable[Suggestion]:
    return [each for pair in found.pairs for each in store.suggestions.of(pair.seeker)]


def _row(
    notice: str, found: Mark, edit: Contribution, name: str, suggestions: tuple[int, ...]
) -> Notice:
    return Notice(
        id=notice,
        recipient=found.recipient,
        account=found.account,
        name=name,
        campaign=found.campaign,
        begun=edit.revision.timestamp,
        suggestions=suggestions,
        state=State.SENT,
        page=edit.title,
        revision=edit.revision.id,
        ended=edit.revision.timestamp,
    )
