"""Confirm: tell people on their page what was understood of their answer, and nothing but the truth.

One minor edit for each answer, and only by an account whose minor edits notify nobody
(``nominornewtalk``): an answer must not bring its writer another message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.edits import CircuitBreaker
from bot.notify.answers import STOP, VIA, stop_in
from bot.notify.compose import Composer
from bot.notify.eligibility import Eligibility
from bot.notify.facts import WikiFacts, collect_facts
from bot.notify.person import check_consent, check_page
from bot.notify.recipients import AlreadyTold, ContactHistory, NoticeCandidate, build_candidates
from bot.wiki.port import Edit
from exchange.errors import EditRefused, ResponseLost
from exchange.i18n.escape import escape_wikitext, one_line
from exchange.i18n.messages import Localizer
from exchange.model import (
    GONE,
    Held,
    Outcome,
    Page,
    Reason,
    Skipped,
    Suggestion,
    SuggestionStatus,
)
from exchange.model.keys import ProfileKey, Recipient
from exchange.notices.answers import READ_FOR, STILL_OPEN
from exchange.notices.message import HELPING, Role, answer_word, role_of
from exchange.notices.template import find_templates, set_parameters
from exchange.notices.vocabulary import Meaning
from exchange.store import Store
from exchange.store.notices import Notice
from exchange.store.suggestions import SuggestionAnswer
from exchange.store.unclear_answers import UnclearAnswer

RIGHT = "nominornewtalk"
"""The right of accounts whose minor edits to a talk page do not notify its owner."""

WITHIN = timedelta(days=7)
"""How long after the end of a helper's pause between messages they are told at the latest."""

_NOT_NAMED = GONE | {
    Reason.USER_BLOCKED,
    Reason.USER_LOCKED,
    Reason.USER_TEMPORARY,
    Reason.PROFILE_GONE,
}
"""Why nobody is sent to somebody: they are not there, cannot answer, or take no part any more."""

_PASSING = frozenset({Reason.CAP, Reason.AWAY, Reason.ALREADY_TOLD, Reason.NOTHING_TO_SAY})
"""Why a run left somebody out who can be told later; until when is asked of their wishes."""


NewestAnswers = Mapping[tuple[int, str], SuggestionAnswer]
"""The newest answers, by suggestion and whose they are: a profile's, or empty for anybody's."""


def _said(row: Notice, suggestion: int, newest: NewestAnswers) -> SuggestionAnswer | None:
    """Return what was answered to a suggestion by a notice's reader, or by a passer-by for them.

    What another of those whom it is about answered stands in their own notice.
    """
    own = str(Recipient.parse(row.recipient).profile)
    given = [newest[key] for by in (own, "") if (key := (suggestion, by)) in newest]
    return max(given, key=lambda each: each.at, default=None)


@dataclass(frozen=True, slots=True)
class Confirmer:
    """What confirming takes.

    ``waiting`` are the answers that nobody understood, by notice; ``outcomes`` what became of this
    run's candidates. ``lost_history`` says why the records may be too old to write by.
    """

    store: Store
    eligibility: Eligibility
    circuit_breaker: CircuitBreaker
    composer: Composer
    is_notice_template: Callable[[str], bool]
    clock: Callable[[], datetime]
    waiting: Mapping[str, UnclearAnswer]
    outcomes: Mapping[str, Outcome]
    lost_history: Callable[[], Held | None]

    def confirm_answers(self) -> int:
        """Confirm every answer that is not confirmed yet; return how many pages were edited.

        One request for 50 pages to read them, and one for each edit.
        """
        if RIGHT not in self.eligibility.rules.me.rights:
            return 0
        now = self.clock()
        newest = self._newest_answers()
        said = {*self.store.preferences.all(STOP).values()}
        said |= self.store.signs_of_life.answered_notices()
        stops = frozenset(said)
        rows = [
            row
            for row in self.store.notices.sent(since=now - READ_FOR)
            if self._due(row, newest, stops) > row.confirmed_revision
        ]
        if not rows or self.lost_history() is not None:
            return 0
        pages = self.eligibility.wiki.pages(
            titles=dict.fromkeys(row.page for row in rows),
            templates=self.eligibility.rules.templates,
        )
        edited = 0
        for row in rows:
            page = pages.get(row.page)
            if page is None or self.circuit_breaker.check_write() is not None:
                continue
            edited += self._confirm(row, page, newest, stops, now)
        return edited

    def _newest_answers(self) -> NewestAnswers:
        """The newest answer of everybody to each suggestion, as far as it came from a page."""
        return {(e.suggestion, e.by): e for e in self.store.suggestions.answers() if e.via == VIA}

    def _due(self, row: Notice, newest: NewestAnswers, stops: frozenset[str]) -> int:
        """Return the revision of the newest answer in a notice, understood or not; 0 for none.

        ``stops`` are the places where somebody said stop, and the notices below which somebody said
        that they are there. A notice that suggests nothing has no other answer, and is confirmed
        once.
        """
        if not row.suggestions and not row.confirmed_revision and stops & {stop_in(row), row.id}:
            return row.read_revision
        found = [each.revision or 0 for id in row.suggestions if (each := _said(row, id, newest))]
        return max([*found, self._unclear(row)], default=0)

    def _unclear(self, row: Notice) -> int:
        """Return the revision in which its reader wrote what we do not understand; 0 for none."""
        found = self.waiting.get(row.id)
        return found.revision if found is not None else 0

    def _confirm(
        self,
        row: Notice,
        page: Page,
        newest: NewestAnswers,
        stops: frozenset[str],
        now: datetime,
    ) -> int:
        due = self._due(row, newest, stops)
        wrapper = next(
            (
                found
                for found in find_templates(
                    page.text or "", is_notice_template=self.is_notice_template
                )
                if found.id == row.id
            ),
            None,
        )
        if (
            wrapper is None
            or page.revision is None
            or check_consent([page], rules=self.eligibility.rules)
            or check_page(page, rules=self.eligibility.rules)
        ):
            self.store.notices.mark_confirmed(row.id, revision=due)
            return 0
        wording = self.composer.wording_for(wrapper.language or self.composer.site.language)
        values = {"unclear": "yes", "heard": ""}
        if not self._unclear(row):
            values = self._heard(row, newest, wording, now)
        text = set_parameters(
            page.text or "", row.id, values, is_notice_template=self.is_notice_template
        )
        if text != page.text:
            summary = self.composer.page_wording.text("notice-heard-summary")
            try:
                self.eligibility.wiki.save(
                    edit=Edit(
                        title=page.title,
                        text=text,
                        summary=one_line(summary),
                        base_revision=page.revision.id,
                        minor=True,
                    )
                )
            except (EditRefused, ResponseLost):
                return 0  # The next run finds the page as it is by then.
        self.store.notices.mark_confirmed(row.id, revision=due)
        return 1

    def _heard(
        self, row: Notice, newest: NewestAnswers, wording: Localizer, now: datetime
    ) -> dict[str, str]:
        """Return the template's parameters that say what was understood, and what comes of it."""
        several = len(row.suggestions) > 1
        values = {"unclear": ""}
        said: list[str] = []
        if not row.suggestions:
            stop = role_of(row.campaign) is not Role.AVAILABLE or self._is_stopped(row)
            word = answer_word(
                wording, SuggestionStatus.STOPPED if stop else SuggestionStatus.ACCEPTED
            )
            more = wording.text("notice-heard-stop" if stop else "notice-heard-thanks")
            said.append(f"{wording.text('notice-heard', word)} {more}")
            values["status"] = word
        for number, id in enumerate(row.suggestions, 1):
            answer = _said(row, id, newest)
            suggestion = self.store.suggestions.get(id)
            if answer is None or suggestion is None:
                continue
            not_yet = answer.status is STILL_OPEN and role_of(row.campaign) is Role.CHECK_IN
            word = answer_word(wording, Meaning.NOT_YET if not_yet else answer.status)
            values[f"status{number}" if several else "status"] = word
            known = f"{number} {word}" if several else word
            sentence = wording.text("notice-heard", known)
            more = self._consequence(row, answer.status, suggestion, wording, now)
            said.append(f"{sentence} {more}")
        refused = self._refused(row)
        if said and refused is not None:
            said.append(wording.text("notice-heard", answer_word(wording, refused)))
        # A stop to three suggestions is one stop.
        sentences = list(dict.fromkeys(said))
        values["heard"] = " ".join(sentences)
        return values

    def _consequence(
        self,
        row: Notice,
        status: SuggestionStatus,
        suggestion: Suggestion,
        wording: Localizer,
        now: datetime,
    ) -> str:
        match status:
            case SuggestionStatus.STOPPED if self._is_stopped(row):
                return wording.text("notice-heard-stop")
            case SuggestionStatus.DECLINED:
                return wording.text("notice-heard-no")
            case SuggestionStatus.ACCEPTED if role_of(row.campaign) is Role.CHECK_IN:
                another = answer_word(wording, SuggestionStatus.DECLINED)
                return wording.text("notice-heard-not-yet", another)
            case SuggestionStatus.ACCEPTED if role_of(row.campaign) not in HELPING:
                return self._telling(suggestion, wording, now)
        return wording.text("notice-heard-thanks")

    def _refused(self, row: Notice) -> Meaning | None:
        """Return which introductions the reader wants no more, where one of this notice is meant."""
        made = self.store.introductions.of(row.suggestions).values()
        refusals = self.store.introductions.refusals(str(ProfileKey.for_person(row.account)))
        about = {each for _, each in refusals}
        if made and "" in about:
            return Meaning.NO_INTRODUCTIONS
        by = {each.coordinator_key for each in made} - {""}
        return Meaning.NO_INTRODUCER if by & about else None

    def _is_stopped(self, row: Notice) -> bool:
        """Whether the reader of a notice gets no messages; in the tool they may have begun again."""
        person = str(ProfileKey.for_person(row.account))
        return bool(self.store.preferences.of(person).get(STOP))

    def _telling(self, suggestion: Suggestion, wording: Localizer, now: datetime) -> str:
        """Return whether the helper has been told, will be, or cannot be; never more than is true.

        The same rules decide as when they are written to, so a promise holds unless something new
        happens.
        """
        key = suggestion.match.helper
        profile = self.composer.profiles.get(key)
        thanks = wording.text("notice-heard-thanks")
        record = self.store.profiles.records([key]).get(key)
        if profile is None or record is None or record.state in _NOT_NAMED:
            return thanks
        person = self.composer.person_of(profile)
        name = escape_wikitext(person.name) or "…"
        told = AlreadyTold.of(self.store)
        if told.about(suggestion.id, key):
            return wording.text("notice-heard-told", name)
        if suggestion.status is not SuggestionStatus.ACCEPTED:
            return thanks  # They met, or one of them said no since: nobody is told any more.
        candidates = build_candidates(
            {(key, Role.HELPER): [suggestion]},
            profiles=self.composer.profiles,
            users=self.composer.users,
            told=told,
            now=now,
        )
        history = ContactHistory.of(self.store, candidates, now=now)
        facts = collect_facts(
            self.eligibility.wiki,
            candidates,
            besides=[self.eligibility.opt_out_list],
            templates=self.eligibility.rules.templates,
        )
        days: list[date] = []
        refusals: list[Reason] = []
        for each in candidates:
            said = self._refusal(each, facts, now)
            day = None if said else self.eligibility.first_day(each, history, now=now)
            days += [day] if day else []
            refusals += [said] if said else []
        if days:
            return wording.text("notice-heard-later", name, wording.date(min(days) + WITHIN))
        apart = any(
            history.is_blocked(each) or history.refuses_introduction(each) for each in candidates
        )
        if apart or {*refusals} & _NOT_NAMED:
            return thanks
        return wording.text("notice-heard-write", name, self.composer.write_to(person))

    def _refusal(
        self, candidate: NoticeCandidate, facts: WikiFacts, now: datetime
    ) -> Reason | None:
        """Return why the wiki keeps us from telling somebody; None where nothing does, or not for long.

        What only a try tells, such as a filter, is known from this run.
        """
        found = self.eligibility.ask_wiki(candidate, facts, now=now)
        if isinstance(found, (Skipped, Held)) and found.reason is not Reason.PAGE_IN_USE:
            return found.reason
        tried = self.outcomes.get(candidate.id)
        if isinstance(tried, Skipped) and tried.reason not in _PASSING:
            return tried.reason
        return None
