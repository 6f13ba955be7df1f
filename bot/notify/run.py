"""The job: everything that ``python -m bot notify`` does, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from bot.cli.output import Progress, Silent
from bot.edits import ANOTHER_RUN, CircuitBreaker, RunLock, first_details, run_lock
from bot.harvest.harvest import stored_directory as stored_directory
from bot.notify.answers import STOP, notice_template_test
from bot.notify.availability import ask_instead, due_questions
from bot.notify.by_hand import settle_introductions, settle_programmes
from bot.notify.compose import Composer
from bot.notify.confirm import RIGHT, Confirmer
from bot.notify.deliver import NoticeSender
from bot.notify.eligibility import Clear, Eligibility, build_eligibility
from bot.notify.facts import collect_facts, talk_title
from bot.notify.follow_up import (
    Clock,
    FollowUpResult,
    ListenResult,
    clock_from,
    follow_up_notices,
    require_account,
)
from bot.notify.history import check_history
from bot.notify.joined import joiner_candidates, waiting_joiners
from bot.notify.occasions import due_check_ins, lacking_profiles, pending_notices
from bot.notify.opt_outs import check_opt_outs, leave_alone
from bot.notify.person import is_archive, redirect_target
from bot.notify.recipients import (
    AlreadyTold,
    ContactHistory,
    NoticeCandidate,
    build_candidates,
    contact_names,
)
from bot.notify.unmet import UnmetWants
from bot.template_pages import way_titles
from bot.wiki.port import Wiki
from exchange.model import (
    Held,
    Outcome,
    Profile,
    Reason,
    Sent,
    Skipped,
    Suggestion,
    SuggestionStatus,
    Unknown,
    User,
)
from exchange.notices.message import NoticeTitles, Role, needed_titles
from exchange.privacy import CountryProtection
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.erasure import apply_erasures
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.introductions import Introduction
from exchange.store.people import OPTED_OUT


@dataclass(frozen=True, slots=True)
class NotifyResult(ListenResult):
    """What a run of notify did: it listens first, then writes.

    Every candidate is in exactly one of ``sent``, ``skipped`` (by reason), ``held`` (see
    ``because``) and ``unknown``. ``failed`` counts what needs a person: unknown ones, and
    everything that was held because the run was stopped.
    """

    planned: int = 0
    sent: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    held: int = 0
    unknown: int = 0
    failed: int = 0

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome], **more: int) -> NotifyResult:
        """Count outcomes: {candidate: outcome}."""
        values = list(outcomes.values())
        held = [each for each in values if isinstance(each, Held)]
        unknown = sum(isinstance(each, Unknown) for each in values)
        return cls(
            planned=len(values),
            sent=sum(isinstance(each, Sent) for each in values),
            skipped=_by_reason(each for each in values if isinstance(each, Skipped)),
            held=len(held),
            because=_by_reason(held),
            details=first_details(held),
            unknown=unknown,
            failed=unknown + sum(each.reason not in _IN_ORDER for each in held),
            **more,
        )


_IN_ORDER = {
    Reason.DAILY_CAP,
    Reason.POSSIBLE_OPT_OUT,
    Reason.UNCLEAR_ANSWER,
    Reason.PAGE_IN_USE,
}
"""Reasons for holding back that are as they should be."""


def _by_reason(outcomes: Iterable[Skipped | Held]) -> dict[str, int]:
    return dict(sorted(Counter(each.reason.value for each in outcomes).items()))


COMMAND = "notify"


def notify_people(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    now: datetime,
    progress: Progress | None = None,
    run: int | None = None,
) -> NotifyResult:
    """Tell people of suggestions, and what their profiles lack: each once, or a reason on record.

    What became of every candidate is recorded under ``run`` (a run of its own where None). Errors:
    ``WikiUnavailable`` where the wiki does not answer before anything was written,
    ``StoreUnavailable``; the next run goes on where this one ended.
    """
    clock = clock_from(settings, now)
    own = None if run is not None else store.runs.begin(COMMAND, at=now)
    with run_lock(store) as lock:
        followed = FollowUpResult()
        if lock is not None:
            apply_erasures(store, marks=_erasure_marks(settings, store), at=clock())
            followed = follow_up_notices(settings=settings, store=store, wiki=wiki, clock=clock)
        job = _Run(
            settings=settings,
            store=store,
            wiki=wiki,
            clock=clock,
            progress=progress or Silent(),
            run=run if run is not None else own,
        )
        outcomes = job.write(lock)
        if lock is not None:
            job.confirm(lock, outcomes)
    counts = NotifyResult.of(outcomes, **followed.counts())
    if own is not None:
        report = {"planned": counts.planned, "sent": counts.sent, "unknown": counts.unknown}
        store.runs.end(own, at=clock(), status=int(counts.failed > 0), counts=report)
    return counts


@dataclass
class _Run:
    """One run over all candidates."""

    settings: Settings
    store: Store
    wiki: Wiki
    clock: Clock
    progress: Progress
    run: int | None

    def write(self, lock: RunLock | None) -> dict[str, Outcome]:
        """Bring every candidate to its outcome."""
        now = self.clock()
        if lock is not None and self.store.preferences.all(OPTED_OUT):
            check_opt_outs(
                self._eligibility(require_account(self.settings, self.wiki), {}),
                self.store,
                now=now,
            )
        if lock is not None:
            settle_introductions(
                self.store, now=now, wait_days=self.settings.notify.expire_days, run=self.run
            )
            settle_programmes(
                self.store,
                self.wiki,
                settings=self.settings,
                directory=stored_directory(self.store),
                now=now,
            )
        told = AlreadyTold.of(self.store)
        days = self.settings.notify.check_in_days
        waiting = due_check_ins(self.store, told, now=now, days=days)
        waiting |= pending_notices(self.store, told, now=now)
        waiting |= {(key, Role.OWNER): [] for key in lacking_profiles(self.store, told, now=now)}
        joiners = waiting_joiners(self.store, told, now=now)
        silent = self.settings.notify.available_days
        due = due_questions(self.store, told.asked, now=now, days=silent)
        ask_instead(waiting, due, besides=joiners.keys())
        if not waiting and not joiners:
            return {}
        profiles = self.store.profiles.get_many(
            {key for key, _ in waiting}
            | {key for one, taken in joiners.items() for key in (one, taken.asker)}
            | {key for found in waiting.values() for each in found for key in each.match.parties}
        )
        people = sorted({name for profile in profiles.values() for name in contact_names(profile)})
        users = self.wiki.users(names=people)
        candidates = build_candidates(waiting, profiles=profiles, users=users, told=told, now=now)
        candidates += joiner_candidates(joiners, profiles, users)
        outcomes: dict[str, Outcome] = {}
        if lock is None:
            held = Held(Reason.INTERRUPTED, ANOTHER_RUN)
            return self._record({each.id: held for each in candidates})
        me = require_account(self.settings, self.wiki)
        lost = self._lost_history
        if lost is not None:
            return self._record({each.id: lost for each in candidates})
        eligibility = self._eligibility(me, users)
        composer = replace(
            self._composer(eligibility, profiles, users),
            introductions=self._introductions(waiting),
            programmes={one.period: one for one in self.store.programmes.all()},
            unmet=UnmetWants.read(
                self.store,
                (key for key, role in waiting if role is Role.SEEKER),
                titles=way_titles(self.settings.names),
                today=now.date(),
            ),
        )
        optout = self.settings.names.opt_out_list
        facts = collect_facts(
            self.wiki,
            candidates,
            users=users,
            besides=[optout],
            templates=eligibility.rules.templates,
        )
        history = ContactHistory.of(self.store, candidates, now=now)
        clear: list[tuple[NoticeCandidate, Clear]] = []
        for each in candidates:
            said = eligibility.precheck(each, facts, history, now=now)
            if isinstance(said, Clear):
                clear.append((each, said))
            else:
                outcomes[each.id] = said
        for each in candidates:
            if each.id in outcomes:
                leave_alone(each, outcomes[each.id], self.store, at=now)
        clear = self._without_withdrawn(clear)
        composer = self._linked(composer, [each for each, _ in clear])
        circuit_breaker = self._circuit_breaker(me, lock, now)
        self._record(outcomes)
        sender = NoticeSender(
            wiki=self.wiki,
            store=self.store,
            eligibility=eligibility,
            circuit_breaker=circuit_breaker,
            composer=composer,
            clock=self.clock,
            run=self.run,
        )
        for each, _ in self.progress.track(clear, "Writing notices"):
            outcome = circuit_breaker.halted or self._unlinkable(composer) or sender.send(each)
            outcomes |= self._record({each.id: outcome})
            leave_alone(each, outcome, self.store, at=self.clock())
        return outcomes

    def _without_withdrawn(
        self, clear: Sequence[tuple[NoticeCandidate, Clear]]
    ) -> list[tuple[NoticeCandidate, Clear]]:
        """Leave out of what people are told the suggestions of those whom we just found to say no."""
        known = self.store.suggestions.get_many(s.id for each, _ in clear for s in each.suggestions)
        gone = {id for id, s in known.items() if s.status is SuggestionStatus.WITHDRAWN}
        found = []
        for each, said in clear:
            left = tuple(s for s in each.suggestions if s.id not in gone)
            # With nothing left it ends as "nothing to say".
            found.append((replace(each, suggestions=left) if left else each, said))
        return found

    def confirm(self, lock: RunLock, outcomes: Mapping[str, Outcome]) -> int:
        """Confirm on their pages what people answered; return how many pages were edited.

        ``outcomes`` are what became of this run's candidates. By records that may be too old
        nothing is confirmed, as nothing is sent.
        """
        answered = {e.suggestion for e in self.store.suggestions.answers() if e.via == "wiki"}
        waiting = {each.notice: each for each in self.store.unclear_answers.waiting()}
        if not (
            answered
            or waiting
            or self.store.preferences.all(STOP)
            or self.store.signs_of_life.answered_notices()
        ):
            return 0
        me = require_account(self.settings, self.wiki)
        if RIGHT not in me.rights:
            return 0
        suggestions = self.store.suggestions.get_many(answered)
        profiles = self.store.profiles.get_many(
            {key for each in suggestions.values() for key in each.match.parties}
        )
        users = self.wiki.users(
            names=sorted({name for each in profiles.values() for name in contact_names(each)})
        )
        eligibility = self._eligibility(me, users)
        composer = self._composer(eligibility, profiles, users)
        title = f"Template:{self.settings.names.notice}"
        return Confirmer(
            store=self.store,
            eligibility=eligibility,
            circuit_breaker=self._circuit_breaker(me, lock, self.clock()),
            composer=composer,
            is_notice_template=notice_template_test(self.wiki.redirects_to(titles=[title])),
            clock=self.clock,
            waiting=waiting,
            outcomes=outcomes,
            lost_history=lambda: self._lost_history,
        ).confirm_answers()

    @cached_property
    def _lost_history(self) -> Held | None:
        """Why the records may be too old to write by; asked of the wiki once a run."""
        return check_history(
            self.store,
            self.wiki,
            me=require_account(self.settings, self.wiki).name,
            now=self.clock(),
            marks=_erasure_marks(self.settings, self.store),
            # Where the clock is fixed, no run is recorded at the time of its edits.
            reports=self.settings.names.reports if self.settings.now is None else "",
        )

    # -- what a run rests on --------------------------------------------------------------------

    def _composer(
        self,
        eligibility: Eligibility,
        profiles: Mapping[str, Profile],
        users: Mapping[str, User],
    ) -> Composer:
        return Composer(
            site=self.wiki.site(),
            names=self._names(),
            directory=eligibility.directory,
            profiles=profiles,
            users=users,
            protection=CountryProtection(self.settings.privacy.protected_countries),
            languages_off=self.settings.notify.languages_off,
        )

    def _introductions(
        self, waiting: Mapping[tuple[str, Role], list[Suggestion]]
    ) -> dict[int, Introduction]:
        """What coordinators wrote to these suggestions; nothing of those whose account is hidden."""
        ids = {s.id for found in waiting.values() for s in found if s.is_introduction}
        made = self.store.introductions.of(ids)
        gone = self.store.accounts.gone(each.coordinator for each in made.values())
        return {id: each for id, each in made.items() if each.coordinator not in gone}

    def _names(self) -> NoticeTitles:
        called = self.settings.names
        spaces = self.wiki.site().namespaces
        return NoticeTitles(
            template=called.notice,
            portal=called.portal,
            user=(*spaces.get(2, ()), "User")[0],
            user_talk=(*spaces.get(3, ()), "User talk")[0],
        )

    def _eligibility(self, me: User, users: dict[str, User]) -> Eligibility:
        return build_eligibility(
            self.settings, self.store, self.wiki, me=me, users=users, today=self.clock().date()
        )

    def _circuit_breaker(self, me: User, lock: RunLock, now: datetime) -> CircuitBreaker:
        return CircuitBreaker(
            self.wiki,
            stop_page=self.settings.names.stop_page(me.name),
            daily_cap=self.settings.notify.daily_cap,
            max_failures=self.settings.notify.breaker,
            sent_today=len(self.store.notices.sent(since=now - timedelta(days=1))),
            renew=lock.renew,
        )

    def _linked(self, composer: Composer, candidates: Sequence[NoticeCandidate]) -> Composer:
        """Learn in one go which of the pages that notices link to do not exist."""
        wanted = {title for each in candidates for title in composer.links(each)}
        if not wanted:
            return composer
        pages = self.wiki.pages(titles=sorted(wanted), content=False)
        missing = frozenset(title for title, page in pages.items() if not page.exists)
        return replace(composer, missing=missing, talk_pages=self._talk_pages(composer, candidates))

    def _talk_pages(
        self, composer: Composer, candidates: Iterable[NoticeCandidate]
    ) -> dict[str, str]:
        """Where messages to those whom notices name are read, if their talk page redirects."""
        others = {key for each in candidates for key in (each.profile.key, *each.others)}
        users = {
            user.name: user
            for key in others
            if (profile := composer.profiles.get(key)) is not None
            for name in contact_names(profile)
            if (user := composer.users.get(name)) is not None and user.exists
        }
        site = composer.site
        titles = {talk_title(user, site): name for name, user in users.items()}
        found = {}
        for title, page in self.wiki.pages(titles=sorted(titles)).items():
            target, whose = redirect_target(page, site)
            if target and whose and not is_archive(target):
                found[titles[title]] = target
        return found

    def _unlinkable(self, composer: Composer) -> Held | None:
        """Hold everything while the template or the portal is missing: it would show red."""
        absent = sorted(composer.missing.intersection(needed_titles(composer.names)))
        if not absent:
            return None
        return Held(Reason.RED_IN_RESULT, f"{absent[0]} is missing: run python -m bot install")

    def _record(self, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        if self.run is not None and outcomes:
            self.store.runs.record_many(self.run, outcomes)
        return outcomes


def _erasure_marks(settings: Settings, store: Store) -> ErasureMarks:
    return ErasureMarks(store.database, secrets=settings.erasure_keys, log=settings.erasure.log)
