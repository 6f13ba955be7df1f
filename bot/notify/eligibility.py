"""Guard: may this candidate be written to now? Asked of everybody first, and again at each write.

The same checks run twice: over batches, so that those who are left out cost nothing, and on
fresh facts right before the write, because people edit their pages while we run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.edits import CircuitBreaker
from bot.harvest.harvest import stored_directory
from bot.harvest.reader import build_reader
from bot.install import installed_text
from bot.notify.facts import WikiFacts, collect_facts
from bot.notify.person import (
    Rules,
    check_consent,
    check_in_use,
    check_opt_out_list,
    check_page,
    check_user,
    follow_redirect,
    redirect_target,
)
from bot.notify.recipients import ContactHistory, NoticeCandidate
from bot.wiki.port import Wiki
from exchange.directory import Directory
from exchange.model import (
    AGREED,
    UNDER_WAY,
    Frequency,
    Held,
    Page,
    Profile,
    Reason,
    Skipped,
    SuggestionStatus,
    User,
)
from exchange.model.keys import ProfileKey
from exchange.notices.message import Role
from exchange.profiles.document import PageReading, ProblemCode
from exchange.profiles.merge import find_lacks, merge_readings
from exchange.profiles.names import TemplateNames
from exchange.profiles.parser import read_page
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.signs_of_life import SEEN
from exchange.titles import normalise_title

LONGEST_WAIT = timedelta(days=366)
"""How far ahead it is looked when somebody can be told; longer than every pace and most pauses."""

_WAITING = {
    Role.SEEKER: (SuggestionStatus.PLANNED,),
    Role.HELPER: (SuggestionStatus.ACCEPTED,),
    Role.INTERPRETER: (SuggestionStatus.ACCEPTED,),
    Role.CHECK_IN: UNDER_WAY,
}


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing speaks against it: whom to write to, and the page as it stands."""

    user: User
    page: Page


@dataclass(frozen=True, slots=True)
class Cooldown:
    """How many days lie between two messages to one person, by what they chose."""

    usual: int = 14

    def days(self, frequency: Frequency) -> int:
        """Return the days for a choice; 0 for never."""
        return {
            Frequency.WEEKLY: min(7, self.usual),
            Frequency.FORTNIGHTLY: self.usual,
            Frequency.MONTHLY: max(30, self.usual),
            Frequency.NEVER: 0,
        }[frequency]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Everything that the decision about a candidate rests on, but the facts of the moment."""

    wiki: Wiki
    store: Store
    rules: Rules
    names: TemplateNames
    directory: Directory
    opt_out_list: str
    pace: Cooldown = Cooldown()
    trial: frozenset[str] = frozenset()

    def precheck(
        self,
        candidate: NoticeCandidate,
        facts: WikiFacts,
        history: ContactHistory,
        *,
        now: datetime,
    ) -> Clear | Skipped | Held:
        """Decide by facts and records that were read for everybody at once."""
        said = self._wish(candidate, history, now) or self._decide(candidate, facts, now)
        # A no comes first: who waits for a comparison has the same rights as everybody.
        waits = candidate.is_held_out and isinstance(said, Clear)
        return Skipped(Reason.HELD_OUT) if waits else said

    def recheck(
        self,
        candidate: NoticeCandidate,
        *,
        notice: str,
        circuit_breaker: CircuitBreaker,
        now: datetime,
    ) -> Clear | Skipped | Held:
        """Decide right before a write, on facts read now. ``notice`` is the row that was begun."""
        stop, optout = circuit_breaker.stop_page, self.opt_out_list
        history = ContactHistory.of(self.store, [candidate], now=now)
        facts = collect_facts(
            self.wiki,
            [candidate],
            besides=(stop, optout),
            closely=True,
            templates=self.rules.templates,
        )
        return (
            circuit_breaker.check_write(facts.page(stop))
            or self._wish(candidate, history, now, notice)
            or self._decide(candidate, facts, now)
        )

    def ask_wiki(
        self, candidate: NoticeCandidate, facts: WikiFacts, *, now: datetime
    ) -> Clear | Skipped | Held:
        """Decide by what the wiki says alone, whatever our records say."""
        return self._decide(candidate, facts, now)

    def first_day(
        self, candidate: NoticeCandidate, history: ContactHistory, *, now: datetime
    ) -> date | None:
        """Return the first day on which no wish speaks against a message; None: not in a year."""
        for days in range(LONGEST_WAIT.days):
            then = now + timedelta(days=days)
            if self._wish(candidate, history, then) is None:
                return then.date()
        return None

    # -- what they asked for --------------------------------------------------------------------

    def _wish(
        self, candidate: NoticeCandidate, history: ContactHistory, now: datetime, notice: str = ""
    ) -> Skipped | Held | None:
        profile = candidate.profile
        if self.trial and not self.trial & {
            normalise_title(candidate.name),
            normalise_title(profile.name),
        }:
            return Skipped(Reason.NOT_ON_TRIAL)
        if candidate.role is Role.OWNER:
            known = history.profiles.get(profile.key)
            if known is None or find_lacks(known) != candidate.lacks:
                return Skipped(Reason.NOTHING_TO_SAY, "what was to be told has changed")
        elif candidate.taken is not None:
            taken = candidate.taken
            if (
                not history.still_needs(candidate, taken)
                or history.statuses.get(taken.suggestion) not in AGREED
            ):
                return Skipped(Reason.NOTHING_TO_SAY, "what was to be told has changed")
        elif candidate.role is Role.AVAILABLE:
            own = history.preferences_of(str(ProfileKey.for_person(candidate.account)))
            if own.get(SEEN, "") >= (now - timedelta(days=1)).date().isoformat():
                return Skipped(Reason.NOTHING_TO_SAY, "they were here since")
        elif not candidate.suggestions:
            return Skipped(Reason.NOTHING_TO_SAY)
        if not all(self._is_waiting(each.id, candidate, history) for each in candidate.suggestions):
            return Skipped(Reason.NOTHING_TO_SAY, "what was to be told has changed")
        told = history.already_notified(candidate)
        if told is not None:
            return Skipped(Reason.ALREADY_TOLD, told.page)
        if candidate.account and candidate.account not in history.agreed.get(profile.key, ()):
            return Skipped(Reason.NOT_THE_OWNER, profile.page)
        person = str(ProfileKey.for_person(candidate.account))
        preferences = history.preferences_of(person)
        if preferences.get("stop") or preferences.get("forget"):
            return Skipped(Reason.NOTIFY_NO, "asked us to stop")
        if history.is_blocked(candidate):
            return Skipped(Reason.DECLINED)
        if history.refuses_introduction(candidate):
            return Skipped(Reason.INTRODUCTION_REFUSED)
        if candidate.account in history.unclear:
            return Held(Reason.UNCLEAR_ANSWER, candidate.name)
        parties: dict[str, Profile | None] = {profile.key: profile}
        if candidate.account:
            # Whoever speaks for a group keeps what they asked for themselves, profile or none.
            parties[person] = history.profiles.get(person) or parties.get(person)
        days = 0
        for key, party in parties.items():
            preferences = history.preferences_of(key)
            said = _unwilling(party, preferences, now)
            if said is not None:
                return said
            chosen = _frequency(party, preferences)
            if chosen is Frequency.NEVER:
                return Skipped(Reason.NOTIFY_NO, party.page if party else candidate.name)
            days = max(days, self.pace.days(chosen) if chosen else 0)
        last = history.last_notified(candidate.account, but=notice)
        if last is not None and last > now - timedelta(days=days):
            return Skipped(Reason.CAP, f"last message {last:%Y-%m-%d}")
        return None

    def _is_waiting(
        self, suggestion: int, candidate: NoticeCandidate, history: ContactHistory
    ) -> bool:
        """Whether a suggestion is still to be told to this candidate.

        Each of a group's contacts is told, so what one of them was told of is news to the others.
        """
        status = history.statuses.get(suggestion)
        if status in _WAITING.get(candidate.role, ()) or candidate.is_held_out:
            return True
        return (
            candidate.role is not Role.CHECK_IN
            and candidate.profile.is_group
            and status is SuggestionStatus.OPEN
            and history.told_another_contact(candidate, suggestion)
        )

    # -- what the wiki says ---------------------------------------------------------------------

    def _decide(
        self, candidate: NoticeCandidate, facts: WikiFacts, now: datetime
    ) -> Clear | Skipped | Held:
        user = facts.user(candidate.name)
        said = check_user(user, account=candidate.account, me=self.rules.me)
        if said is not None:
            return said
        optout = facts.page(self.opt_out_list)
        if not optout.exists:
            missing = f"{self.opt_out_list} is missing: run python -m bot install"
            return Held(Reason.UNREADABLE_CONSENT, missing)
        if optout.text is None:
            return Held(Reason.UNREADABLE_CONSENT, f"{self.opt_out_list} cannot be read")
        listed = check_opt_out_list(
            optout.text, user=user, names=[candidate.name], rules=self.rules
        )
        if listed is not None:
            return listed
        talk, home = facts.talk(user), facts.home(user)
        said = self._joined(candidate, facts, now)
        said = said or self._profile(candidate, facts.page(candidate.profile.page), home, now)
        if said is not None:
            return said
        said = check_consent([talk, home], rules=self.rules)
        if said is not None:
            return said
        title, whose = redirect_target(talk, facts.site)
        target = facts.page(title) if title else None
        page = follow_redirect(
            talk,
            user=user,
            target=target if target is not None and target.exists else None,
            target_user=facts.user(whose) if whose else None,
            rules=self.rules,
        )
        if isinstance(page, Skipped):
            return page
        if page is not talk:
            # Everything once more where the message would really stand.
            said = check_consent([page], rules=self.rules)
            if said is not None:
                return said
            if whose:
                said = check_user(facts.user(whose), account=user.id, me=self.rules.me)
                if said is not None:
                    return said
        return (
            check_page(page, rules=self.rules)
            or check_in_use(page, rules=self.rules, now=now)
            or Clear(user, page)
        )

    def is_refusal(self, user: User, facts: WikiFacts) -> bool:
        """Whether somebody says no on the wiki, whatever it is about; so does what cannot be read."""
        optout = facts.page(self.opt_out_list)
        if not optout.exists or optout.text is None:
            return True
        names = [user.name]
        listed = check_opt_out_list(optout.text, user=user, names=names, rules=self.rules)
        pages = [facts.talk(user), facts.home(user)]
        return listed is not None or check_consent(pages, rules=self.rules) is not None

    def _joined(
        self, candidate: NoticeCandidate, facts: WikiFacts, now: datetime
    ) -> Skipped | None:
        """Return why somebody no longer needs what they joined or wanted, too, or None."""
        taken, profile = candidate.taken, candidate.profile
        titles = {}
        if profile.stands_on_request:
            titles[profile.page] = profile.revision
        if taken is not None and not taken.is_want:
            titles[taken.page] = taken.revision
        elif taken is not None:
            asked, own = facts.page(taken.page), facts.page(profile.page)
            if not asked.exists or asked.text is None:
                return Skipped(Reason.PROFILE_GONE, taken.page)
            changed = own.revision is not None and own.revision.id != profile.revision
            stood = any(
                want.capacity == taken.capacity and want.request in ("", profile.page)
                for want in profile.wants
            )
            reading = self._read(own, now)
            if changed and stood and not (reading.is_empty or reading.wants(taken.capacity)):
                return Skipped(Reason.NOTHING_TO_SAY, "what was to be told has changed")
        for title, revision in titles.items():
            page = facts.page(title)
            if not page.exists or page.text is None:
                return Skipped(Reason.PROFILE_GONE, title)
            if page.revision is not None and page.revision.id == revision:
                continue
            if candidate.name not in self._read(page, now).joined:
                return Skipped(Reason.NOTHING_TO_SAY, f"{title} does not name them any more")
        return None

    def _profile(
        self, candidate: NoticeCandidate, page: Page, home: Page, now: datetime
    ) -> Skipped | None:
        profile = candidate.profile
        if profile.stands_on_request:
            return None  # What else stands there is somebody else's.
        if not page.exists or page.text is None:
            return Skipped(Reason.PROFILE_GONE, profile.page)
        speechless = ProblemCode.NO_LANGUAGES in candidate.lacks and not profile.is_group
        if speechless and self._read(home, now).babel:
            return Skipped(Reason.NOTHING_TO_SAY, f"there is a Babel box on {home.title}")
        if page.revision is not None and page.revision.id == profile.revision:
            return None
        if candidate.role is Role.AVAILABLE:
            return Skipped(Reason.NOTHING_TO_SAY, f"{page.title} was edited")
        reading = self._read(page, now)
        if reading.is_empty:
            return Skipped(Reason.PROFILE_GONE, profile.page)
        for each in reading.profiles:
            if each.notify is Frequency.NEVER:
                return Skipped(Reason.NOTIFY_NO, profile.page)
            if each.away is not None and each.away >= now.date():
                return Skipped(Reason.AWAY, each.away.isoformat())
        if profile.is_group and candidate.name not in reading.contacts:
            return Skipped(Reason.NOT_THE_OWNER, f"{candidate.name} is no contact any more")
        if candidate.lacks:
            # What is missing may be there by now: the next harvest tells.
            fresh, _ = merge_readings(key=profile.key, name=profile.name, readings=[reading])
            if not set(candidate.lacks) <= set(find_lacks(fresh)):
                return Skipped(Reason.NOTHING_TO_SAY, f"{page.title} was edited")
        return None

    def _read(self, page: Page, now: datetime) -> PageReading:
        return read_page(
            page.text or "",
            names=self.names,
            directory=self.directory,
            today=now.date(),
            title=page.title,
            namespace=page.namespace,
            page_id=page.id,
        )


def build_eligibility(
    settings: Settings,
    store: Store,
    wiki: Wiki,
    *,
    me: User,
    users: Mapping[str, User],
    today: date,
) -> Eligibility:
    """Read from the wiki and the settings what decisions rest on. Two requests."""
    known = stored_directory(store)
    category = settings.names.opt_out_category
    titles = ["Template:Bots", "Template:Nobots", "Template:In use", category]
    called = wiki.redirects_to(titles=titles)
    bots, nobots, in_use, categories = (_titles_of(called, title) for title in titles)
    return Eligibility(
        wiki=wiki,
        store=store,
        rules=Rules(
            me=me,
            site=wiki.site(),
            category=frozenset(map(normalise_title, categories)),
            bots=bots,
            nobots=nobots,
            people=frozenset(user.id for user in users.values() if user.exists),
            installed=installed_text(settings.names, settings.names.opt_out_list),
            in_use=in_use,
        ),
        names=build_reader(settings=settings, wiki=wiki, directory=known, today=today).names,
        directory=known,
        opt_out_list=settings.names.opt_out_list,
        pace=Cooldown(settings.notify.days_between),
        trial=frozenset(map(normalise_title, settings.notify.trial)),
    )


def _titles_of(called: Mapping[str, str], title: str) -> list[str]:
    """Return every title that is ``title`` or redirects to it."""
    return [title, *(name for name, target in called.items() if target == title and name != title)]


def _unwilling(
    party: Profile | None, preferences: Mapping[str, str], now: datetime
) -> Skipped | None:
    if preferences.get("stop") or preferences.get("forget"):
        return Skipped(Reason.NOTIFY_NO, "asked us to stop")
    if party is not None and party.is_away(now.date()):
        until = party.away.isoformat() if party.away is not None else ""
        return Skipped(Reason.AWAY, until or "did not answer whether they are still there")
    pause = preferences.get("pause", "")
    if pause and (not pause[:4].isdigit() or pause >= now.date().isoformat()):
        return Skipped(Reason.AWAY, f"paused until {pause}")
    return None


def _frequency(party: Profile | None, preferences: Mapping[str, str]) -> Frequency | None:
    if party is not None and party.notify is Frequency.NEVER:
        return Frequency.NEVER  # A pace that was once chosen in the tool is no answer to a no.
    try:
        return Frequency(preferences["cap"])
    except (KeyError, ValueError):
        return party.notify if party is not None else None
