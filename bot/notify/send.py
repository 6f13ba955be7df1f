"""Send: one notice, once. The recipe that stands behind "exactly one message, or none"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.notify import readback
from bot.notify.candidate import UNFINISHED, Candidate
from bot.notify.compose import Composer
from bot.notify.governor import Governor
from bot.notify.guard import Clear, Guard
from bot.notify.readback import Found
from bot.notify.recipient import check_room
from bot.notify.refusal import Then, meaning
from bot.wiki.port import Edit, Wiki
from exchange.errors import NoAnswer, Refused, WikiAway
from exchange.model import Held, Outcome, Page, Reason, Sent, Skipped, Status, Unknown
from exchange.notice import section
from exchange.notice.message import Message
from exchange.notice.section import Standing
from exchange.store import Store
from exchange.store.notices import Notice, State

TRIES = 2
"""One try, and one more under the same row where we know that the first left nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The edit that would be made, and the untouched section of ours that it replaces."""

    edit: Edit
    replaces: Standing | None


def draft(message: Message, page: Page, store: Store) -> Draft:
    """Put a message on a page: the whole page, upon the revision that we read.

    A section of ours that is still the last one and that nobody touched is replaced.
    """
    text = page.text or ""
    last = section.last(text) if page.exists else None
    if last is not None:
        known = store.notices.get(last.mark.id)
        mine = known is not None and known.state is State.SENT
        if not (mine and last.untouched and last.mark.recipient == message.section.mark.recipient):
            last = None
    edit = Edit(
        title=page.title,
        text=section.place(text, message.section, replaces=last),
        summary=f"/* {message.section.heading} */ {message.summary}",
        base=page.revision.id if page.revision is not None else None,
        create=not page.exists,
        bot=True,
        minor=False,
    )
    return Draft(edit, last)


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending takes. ``run`` is the run's id."""

    wiki: Wiki
    store: Store
    guard: Guard
    governor: Governor
    composer: Composer
    clock: Callable[[], datetime]
    run: int | None = None

    def send(self, candidate: Candidate) -> Outcome:
        """Bring one notice to one page, once, and say what became of it."""
        message = self.composer.compose(candidate)
        row = self._begin(candidate, message)
        if not isinstance(row, Notice):
            return row
        outcome = self._attempts(candidate, message, row)
        if not isinstance(outcome, Sent):
            self.store.notices.finish(row.id, outcome, at=self.clock())
        return outcome

    # -- the row --------------------------------------------------------------------------------

    def _begin(self, candidate: Candidate, message: Message) -> Notice | Outcome:
        """Commit the row before anything is written anywhere."""
        store, now = self.store, self.clock()
        wanted = Notice(
            id=message.section.mark.id,
            recipient=candidate.recipient,
            account=candidate.account,
            name=candidate.name,
            campaign=candidate.campaign,
            begun=now,
            suggestions=tuple(each.id for each in candidate.suggestions),
            run=self.run,
        )
        row, new = store.notices.begin(wanted)
        if new:
            return row
        if row.state is State.SENT:
            return Skipped(Reason.ALREADY_TOLD, row.page)
        if row.state in UNFINISHED:
            # Somebody else is at it, or recovery could not find out: not ours to write.
            return Unknown(f"the notice {row.id} is unfinished")
        if row.id != wanted.id:
            return store.notices.renew(row.id, wanted)
        return store.notices.again(row.id, begun=now, run=self.run)

    # -- the write ------------------------------------------------------------------------------

    def _attempts(self, candidate: Candidate, message: Message, row: Notice) -> Outcome:
        outcome: Outcome = Unknown()
        for _ in range(TRIES):
            try:
                outcome, then = self._attempt(candidate, message, row)
            except WikiAway as error:
                # Reads did not answer; nothing was written in this attempt.
                outcome, then = Held(Reason.WIKI_AWAY, str(error)[:255]), Then.NEXT
            if then is Then.HALT and isinstance(outcome, Held):
                self.governor.halt(outcome)
            if then is not Then.AGAIN:
                break
        self._count(outcome)
        return outcome

    def _attempt(self, candidate: Candidate, message: Message, row: Notice) -> tuple[Outcome, Then]:
        now = self.clock()
        clear = self.guard.look(candidate, notice=row.id, governor=self.governor, now=now)
        if not isinstance(clear, Clear):
            return clear, Then.NEXT
        drafted = draft(message, clear.page, self.store)
        full = check_room(drafted.edit.text, site=self.composer.site)
        if full is not None:
            return full, Then.NEXT
        row = self.store.notices.aim(row.id, page=clear.page.title)
        try:
            saved = self.wiki.save(edit=drafted.edit)
        except Refused as refused:
            meant = meaning(refused)
            return meant.outcome, meant.then
        except NoAnswer as lost:
            return self._unsure(row, drafted, str(lost))
        try:
            found = readback.confirm(self.wiki, saved, row)
        except (WikiAway, Refused) as error:
            return Unknown(f"saved, but could not be read back: {error}"[:255]), Then.NEXT
        if found is None:
            return Unknown("saved, but not to be found on the page"), Then.NEXT
        return self._settle(row, found, drafted), Then.NEXT

    def _unsure(self, row: Notice, drafted: Draft, why: str) -> tuple[Outcome, Then]:
        """The answer was lost: look at the page and at our contributions before anything else."""
        me = self.guard.rules.me.name
        try:
            found = readback.in_history(self.wiki, row, me=me)
            if found is None:
                found = readback.in_contributions(self.wiki, [row], me=me).get(row.id)
        except (WikiAway, Refused) as error:
            return Unknown(f"{why}; then: {error}"[:255]), Then.NEXT
        if found is not None:
            return self._settle(row, found, drafted), Then.NEXT
        return Unknown(why[:255]), Then.AGAIN

    def _settle(self, row: Notice, found: Found, drafted: Draft) -> Sent:
        """It stands: close the row and open its suggestions, in one transaction."""
        settle(self.store, row, found, at=self.clock())
        if drafted.replaces is not None:
            supersede(self.store, drafted.replaces.mark.id, by=row, at=self.clock())
        return Sent(found.revision, found.page)

    def _count(self, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                self.governor.sent()
            case (
                Unknown()
                | Held(reason=Reason.WIKI_AWAY)
                | Skipped(reason=Reason.REFUSED | Reason.CAPTCHA | Reason.SPAM_BLACKLIST)
            ):
                self.governor.failed()


def settle(store: Store, row: Notice, found: Found, *, at: datetime) -> Notice:
    """Close a row whose notice stands, and open its suggestions."""
    with store.transaction():
        closed = store.notices.finish(row.id, Sent(found.revision, found.page), at=at)
        store.suggestions.tell(row.suggestions, at=at)
    return closed


def supersede(store: Store, notice: str, *, by: Notice, at: datetime) -> None:
    """End what a replaced notice suggested and nobody answered: its place on the page is gone."""
    old = store.notices.get(notice)
    if old is None:
        return
    known = store.suggestions.get_many(old.suggestions)
    store.suggestions.expire(
        [
            id
            for id, each in known.items()
            if each.status is Status.OPEN and id not in by.suggestions
        ],
        at=at,
    )
