"""Send: one notice, once. The recipe that stands behind "exactly one message, or none"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.edits import CircuitBreaker, NextStep, classify_refusal
from bot.notify.compose import Composer
from bot.notify.eligibility import Clear, Eligibility
from bot.notify.person import USER_TALK, check_size
from bot.notify.recipients import UNFINISHED, NoticeCandidate
from bot.wiki.port import Edit, Saved, Wiki
from exchange.errors import EditRefused, ResponseLost, WikiUnavailable
from exchange.model import Held, Outcome, Page, Reason, Sent, Skipped, SuggestionStatus, Unknown
from exchange.notices import section
from exchange.notices.message import QUESTIONS, NoticeText, role_of
from exchange.notices.section import FoundNotice, NoticeMarker
from exchange.store import Store
from exchange.store.notices import Notice, NoticeState
from exchange.wikitext.markup import find_concealment

HISTORY = 50
"""How many of a page's newest revisions are looked through."""

_SKEW = timedelta(days=1)
"""How far our clock and the wiki's may be apart."""


@dataclass(frozen=True, slots=True)
class DeliveredNotice:
    """A notice that stands: in which revision, on which page."""

    revision: int
    page: str
    at: datetime | None = None


def confirm_saved(wiki: Wiki, saved: Saved, notice: Notice) -> DeliveredNotice | None:
    """Read back what a save is said to have written; None where the notice is not in it."""
    if saved.revision:
        text = wiki.revision_texts(revisions=[saved.revision]).get(saved.revision)
        if text is not None and section.read_written_marker(text, notice.id):
            return DeliveredNotice(saved.revision, notice.page, saved.timestamp)
    # Nothing changed, or the revision is hidden: the summary in the history is our witness.
    return find_in_history(wiki, notice, me="")


def find_in_history(wiki: Wiki, notice: Notice, *, me: str) -> DeliveredNotice | None:
    """Look for a notice's id in the summaries of its page. One request."""
    if not notice.page:
        return None  # never aimed at a page, so never sent
    for revision in wiki.history(title=notice.page, limit=HISTORY):
        if section.parse_summary_tag(revision.summary) == notice.id and (
            not me or revision.user == me
        ):
            return DeliveredNotice(revision.id, notice.page, revision.timestamp)
    return None


def find_in_contributions(
    wiki: Wiki, rows: Iterable[Notice], *, me: str
) -> dict[str, DeliveredNotice]:
    """Look for notices in the bot's own contributions: {notice id: where}. About one request."""
    wanted = {row.id: row for row in rows}
    found: dict[str, DeliveredNotice] = {}
    if not wanted:
        return found
    since = min(row.begun for row in wanted.values()) - _SKEW
    for each in wiki.contributions(users=[me], since=since, namespaces=[USER_TALK]):
        notice = section.parse_summary_tag(each.revision.summary)
        if notice in wanted and notice not in found:
            found[notice] = DeliveredNotice(each.revision.id, each.title, each.revision.timestamp)
    return found


TRIES = 2
"""One try, and one more under the same row where we know that the first left nothing."""


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """The edit that would be made, and the untouched section of ours that it replaces."""

    edit: Edit
    replaces: FoundNotice | None


def draft_notice(message: NoticeText, page: Page, store: Store, wiki: Wiki) -> NoticeDraft:
    """Put a message on a page: the whole page, upon the revision that we read.

    A section of ours that is still the last one is replaced, if it is byte for byte as we wrote
    it: one more request, to read what we wrote.
    """
    text = page.text or ""
    last = section.find_last_notice(text) if page.exists else None
    if last is not None and not _is_replaceable(last, message.section.marker, store, wiki):
        last = None
    edit = Edit(
        title=page.title,
        text=section.insert_section(text, message.section, replaces=last),
        summary=f"/* {message.section.heading} */ {message.summary}",
        base_revision=page.revision.id if page.revision is not None else None,
        create=not page.exists,
        bot=True,
        minor=False,
    )
    return NoticeDraft(edit, last)


def _is_replaceable(last: FoundNotice, marker: NoticeMarker, store: Store, wiki: Wiki) -> bool:
    known = store.notices.get(last.marker.id)
    if known is None or known.state is not NoticeState.SENT or known.revision is None:
        return False
    if last.marker.recipient != marker.recipient:
        return False
    if last.marker.pairs and not marker.pairs:
        return False  # What a profile lacks ends no suggestion.
    roles = {role_of(last.marker.campaign), role_of(marker.campaign)}
    if len(roles) > 1 and roles & QUESTIONS.keys():
        return False  # A question ends no suggestion, nor does a suggestion end a question.
    return last.is_untouched(wiki.revision_texts(revisions=[known.revision]).get(known.revision))


def check_draft(
    drafted: NoticeDraft, marker: NoticeMarker, page: Page, store: Store
) -> Skipped | Held | None:
    """Return why a drafted page must not be saved, or None.

    Nothing is written where nobody would see it, nor where the page itself shows that our records
    have a hole: a notice of ours to this account that they do not know.
    """
    for found in section.read_markers(page.text or ""):
        if found.account == marker.account and store.notices.get(found.id) is None:
            return Held(Reason.HISTORY_LOST, f"{page.title} has a notice that we do not know")
    text = drafted.edit.text
    place = text.rfind("{{", 0, text.find(f"|id={marker.id}|"))
    hidden = find_concealment(text, place)
    if hidden:
        return Skipped(Reason.PAGE_HIDES, f"{page.title}: {hidden}"[:255])
    return None


@dataclass(frozen=True, slots=True)
class NoticeSender:
    """What sending takes. ``run`` is the run's id."""

    wiki: Wiki
    store: Store
    eligibility: Eligibility
    circuit_breaker: CircuitBreaker
    composer: Composer
    clock: Callable[[], datetime]
    run: int | None = None

    def send(self, candidate: NoticeCandidate) -> Outcome:
        """Bring one notice to one page, once, and say what became of it."""
        message = self.composer.compose(candidate)
        row = self._begin(candidate, message)
        if not isinstance(row, Notice):
            return row
        outcome = self._attempts(candidate, message, row)
        if not isinstance(outcome, Sent):
            self.store.notices.close(row.id, outcome, at=self.clock())
        return outcome

    # -- the row --------------------------------------------------------------------------------

    def _begin(self, candidate: NoticeCandidate, message: NoticeText) -> Notice | Outcome:
        """Commit the row before anything is written anywhere."""
        store, now = self.store, self.clock()
        wanted = Notice(
            id=message.section.marker.id,
            recipient=candidate.recipient,
            account=candidate.account,
            name=candidate.name,
            campaign=candidate.campaign,
            begun=now,
            suggestions=tuple(each.id for each in candidate.suggestions),
            run=self.run,
        )
        row, new = store.notices.open(wanted)
        if new:
            return row
        if row.state is NoticeState.SENT:
            return Skipped(Reason.ALREADY_TOLD, row.page)
        if row.state in UNFINISHED:
            # Somebody else is at it, or recovery could not find out: not ours to write.
            return Unknown(f"the notice {row.id} is unfinished")
        if row.id != wanted.id:
            return store.notices.replace(row.id, wanted)
        return store.notices.retry(row.id, begun=now, run=self.run)

    # -- the write ------------------------------------------------------------------------------

    def _attempts(self, candidate: NoticeCandidate, message: NoticeText, row: Notice) -> Outcome:
        outcome: Outcome = Unknown()
        for _ in range(TRIES):
            try:
                outcome, then = self._attempt(candidate, message, row)
            except WikiUnavailable as error:
                # Reads did not answer; nothing was written in this attempt.
                outcome, then = Held(Reason.WIKI_AWAY, str(error)[:255]), NextStep.NEXT
            if then is NextStep.HALT and isinstance(outcome, Held):
                self.circuit_breaker.halt(outcome)
            if then is not NextStep.RETRY:
                break
        self._count(outcome)
        return outcome

    def _attempt(
        self, candidate: NoticeCandidate, message: NoticeText, row: Notice
    ) -> tuple[Outcome, NextStep]:
        now = self.clock()
        clear = self.eligibility.recheck(
            candidate, notice=row.id, circuit_breaker=self.circuit_breaker, now=now
        )
        if not isinstance(clear, Clear):
            return clear, NextStep.NEXT
        drafted = draft_notice(message, clear.page, self.store, self.wiki)
        if any(found.id == row.id for found in section.read_markers(clear.page.text or "")):
            return self._standing(row, clear.page, drafted), NextStep.NEXT
        wrong = check_draft(drafted, message.section.marker, clear.page, self.store)
        if wrong is not None:
            return wrong, NextStep.NEXT
        full = check_size(drafted.edit.text, site=self.composer.site)
        if full is not None:
            return full, NextStep.NEXT
        row = self.store.notices.set_target_page(row.id, page=clear.page.title)
        try:
            saved = self.wiki.save(edit=drafted.edit)
        except EditRefused as refused:
            meant = classify_refusal(refused)
            return meant.outcome, meant.then
        except ResponseLost as lost:
            return self._unsure(row, drafted, str(lost))
        try:
            found = confirm_saved(self.wiki, saved, row)
        except (WikiUnavailable, EditRefused) as error:
            return Unknown(f"saved, but could not be read back: {error}"[:255]), NextStep.NEXT
        if found is None:
            return Unknown("saved, but not to be found on the page"), NextStep.NEXT
        return self._settle(row, found, drafted), NextStep.NEXT

    def _standing(self, row: Notice, page: Page, drafted: NoticeDraft) -> Outcome:
        """The page that we just read has this very notice: record it, write nothing."""
        row = self.store.notices.set_target_page(row.id, page=page.title)
        found = find_in_history(self.wiki, row, me=self.eligibility.rules.me.name)
        if found is None:
            return Skipped(Reason.ALREADY_TOLD, page.title)
        return self._settle(row, found, drafted)

    def _unsure(self, row: Notice, drafted: NoticeDraft, why: str) -> tuple[Outcome, NextStep]:
        """The answer was lost: look at the page and at our contributions before anything else."""
        me = self.eligibility.rules.me.name
        try:
            found = find_in_history(self.wiki, row, me=me)
            if found is None:
                found = find_in_contributions(self.wiki, [row], me=me).get(row.id)
        except (WikiUnavailable, EditRefused) as error:
            return Unknown(f"{why}; then: {error}"[:255]), NextStep.NEXT
        if found is not None:
            return self._settle(row, found, drafted), NextStep.NEXT
        return Unknown(why[:255]), NextStep.RETRY

    def _settle(self, row: Notice, found: DeliveredNotice, drafted: NoticeDraft) -> Sent:
        """It stands: close the row and open its suggestions, in one transaction."""
        mark_sent(self.store, row, found, at=self.clock())
        if drafted.replaces is not None:
            supersede_notice(self.store, drafted.replaces.marker.id, by=row, at=self.clock())
        return Sent(found.revision, found.page)

    def _count(self, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                self.circuit_breaker.sent()
            case (
                Unknown()
                | Held(reason=Reason.WIKI_AWAY)
                | Skipped(reason=Reason.REFUSED | Reason.CAPTCHA | Reason.SPAM_BLACKLIST)
            ):
                self.circuit_breaker.failed()


def mark_sent(store: Store, row: Notice, found: DeliveredNotice, *, at: datetime) -> Notice:
    """Close a row whose notice stands, and open its suggestions."""
    with store.transaction():
        closed = store.notices.close(row.id, Sent(found.revision, found.page), at=at)
        store.suggestions.mark_notified(row.suggestions, at=at)
        store.introductions.end_told(row.suggestions, at=at, run=row.run)
    return closed


def supersede_notice(store: Store, notice: str, *, by: Notice, at: datetime) -> None:
    """End what a replaced notice suggested and nobody answered: its place on the page is gone."""
    old = store.notices.get(notice)
    if old is None:
        return
    known = store.suggestions.get_many(old.suggestions)
    store.suggestions.expire(
        [
            id
            for id, each in known.items()
            if each.status is SuggestionStatus.OPEN and id not in by.suggestions
        ],
        at=at,
    )


@dataclass(frozen=True, slots=True)
class UnfinishedNotices:
    """How many unfinished notices stood on their page, and how many had left nothing."""

    standing: int = 0
    absent: int = 0


def recover_unfinished(
    store: Store, wiki: Wiki, *, me: str, clock: Callable[[], datetime]
) -> UnfinishedNotices:
    """Find out what became of every unfinished notice.

    Those that stand become sent; those that do not are held, and may be sent again under the same
    row. Errors: ``WikiUnavailable`` where the wiki does not answer; the rows then stay open, and nothing
    else may be written to these people.
    """
    rows = store.notices.unfinished()
    found = find_in_contributions(wiki, rows, me=me)
    standing = absent = 0
    for row in rows:
        where = found.get(row.id) or find_in_history(wiki, row, me=me)
        if where is not None:
            mark_sent(store, row, where, at=where.at or clock())
            standing += 1
        else:
            left = Held(Reason.INTERRUPTED, "an earlier run ended before it was written")
            store.notices.close(row.id, left, at=clock())
            absent += 1
    return UnfinishedNotices(standing, absent)
