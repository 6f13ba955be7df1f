"""Guard: may this candidate be written to now? Asked of everybody first, and again at each write.

The same checks run twice: over batches, so that those who are left out cost nothing, and on
fresh facts right before the write, because people edit their pages while we run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notify.candidate import Candidate
from bot.notify.facts import Facts, collect
from bot.notify.governor import Governor
from bot.notify.ledger import Ledger
from bot.notify.recipient import (
    Rules,
    check_consent,
    check_page,
    check_user,
    follow,
    listed,
    redirects_to,
)
from bot.wiki.port import Wiki
from exchange.directory import Directory
from exchange.model import Frequency, Held, Page, Profile, Reason, Skipped, Status, User
from exchange.notice.message import Role
from exchange.store import Store
from exchange.template import Names, read
from exchange.template.names import normalise

_WAITING = {Role.SEEKER: Status.PLANNED, Role.HELPER: Status.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing speaks against it: whom to write to, and the page as it stands."""

    user: User
    page: Page


@dataclass(frozen=True, slots=True)
class Pace:
    """How many days lie between two messages to one person, by what they chose."""

    usual: int = 14

    def days(self, frequency: Frequency) -> int:
        """Give the days for a choice; 0 for never."""
        return {
            Frequency.WEEKLY: min(7, self.usual),
            Frequency.FORTNIGHTLY: self.usual,
            Frequency.MONTHLY: max(30, self.usual),
            Frequency.NEVER: 0,
        }[frequency]


@dataclass(frozen=True, slots=True)
class Guard:
    """Everything that the decision about a candidate rests on, but the facts of the moment."""

    wiki: Wiki
    store: Store
    rules: Rules
    names: Names
    directory: Directory
    opt_out_list: str
    pace: Pace = Pace()
    trial: frozenset[str] = frozenset()

    def screen(
        self, candidate: Candidate, facts: Facts, ledger: Ledger, *, now: datetime
    ) -> Clear | Skipped | Held:
        """Decide by facts and records that were read for everybody at once."""
        return self._wish(candidate, ledger, now) or self._decide(candidate, facts, now)

    def look(
        self, candidate: Candidate, *, notice: str, governor: Governor, now: datetime
    ) -> Clear | Skipped | Held:
        """Decide right before a write, on facts read now. ``notice`` is the row that was begun."""
        stop, optout = governor.stop_page, self.opt_out_list
        ledger = Ledger.of(self.store, [candidate], now=now)
        facts = collect(self.wiki, [candidate], besides=(stop, optout), closely=True)
        return (
            governor.may_write(facts.page(stop))
            or self._wish(candidate, ledger, now, notice)
            or self._decide(candidate, facts, now)
        )

    # -- what they asked for --------------------------------------------------------------------

    def _wish(
        self, candidate: Candidate, ledger: Ledger, now: datetime, notice: str = ""
    ) -> Skipped | None:
        profile = candidate.profile
        if self.trial and not self.trial & {normalise(candidate.name), normalise(profile.name)}:
            return Skipped(Reason.NOT_ON_TRIAL)
        waiting = _WAITING[candidate.role]
        if not candidate.suggestions:
            return Skipped(Reason.NOTHING_TO_SAY)
        if any(ledger.statuses.get(each.id) is not waiting for each in candidate.suggestions):
            return Skipped(Reason.NOTHING_TO_SAY, "what was to be told has changed")
        told = ledger.told(candidate)
        if told is not None:
            return Skipped(Reason.ALREADY_TOLD, told.page)
        if candidate.account and candidate.account not in ledger.agreed.get(profile.key, ()):
            return Skipped(Reason.NOT_THE_OWNER, profile.page)
        person = f"user:{candidate.account}"
        if ledger.asked(person).get("stop"):
            return Skipped(Reason.NOTIFY_NO, "asked us to stop")
        days = 0
        for party in dict.fromkeys((profile, ledger.profiles.get(person, profile))):
            said = _unwilling(party, ledger.asked(party.key), now)
            if said is not None:
                return said
            chosen = _frequency(party, ledger.asked(party.key))
            if chosen is Frequency.NEVER:
                return Skipped(Reason.NOTIFY_NO, party.page)
            days = max(days, self.pace.days(chosen))
        last = ledger.last_to(candidate.account, but=notice)
        if last is not None and last > now - timedelta(days=days):
            return Skipped(Reason.CAP, f"last message {last:%Y-%m-%d}")
        return None

    # -- what the wiki says ---------------------------------------------------------------------

    def _decide(self, candidate: Candidate, facts: Facts, now: datetime) -> Clear | Skipped | Held:
        user = facts.user(candidate.name)
        said = check_user(user, account=candidate.account, me=self.rules.me)
        if said is not None:
            return said
        optout = facts.page(self.opt_out_list)
        if not optout.exists or optout.text is None:
            return Held(Reason.UNREADABLE_CONSENT, f"{self.opt_out_list} cannot be read")
        gone = listed(optout.text, facts.site)
        if {normalise(user.name), normalise(candidate.name)} & gone:
            return Skipped(Reason.OPTED_OUT_LIST)
        said = self._profile(candidate, facts.page(candidate.profile.page), now)
        if said is not None:
            return said
        talk, home = facts.talk(user), facts.home(user)
        said = check_consent([talk, home], rules=self.rules)
        if said is not None:
            return said
        title, whose = redirects_to(talk, facts.site)
        target = facts.page(title) if title else None
        page = follow(
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
        return check_page(page, rules=self.rules) or Clear(user, page)

    def _profile(self, candidate: Candidate, page: Page, now: datetime) -> Skipped | None:
        profile = candidate.profile
        if not page.exists or page.text is None:
            return Skipped(Reason.PROFILE_GONE, profile.page)
        if page.revision is not None and page.revision.id == profile.revision:
            return None
        reading = read(
            page.text,
            names=self.names,
            directory=self.directory,
            today=now.date(),
            title=page.title,
            namespace=page.namespace,
            page_id=page.id,
        )
        if reading.is_empty:
            return Skipped(Reason.PROFILE_GONE, profile.page)
        for each in reading.profiles:
            if each.notify is Frequency.NEVER:
                return Skipped(Reason.NOTIFY_NO, profile.page)
            if each.away is not None and each.away >= now.date():
                return Skipped(Reason.AWAY, each.away.isoformat())
        if profile.is_group and candidate.name not in reading.contacts:
            return Skipped(Reason.NOT_THE_OWNER, f"{candidate.name} is no contact any more")
        return None


def _unwilling(party: Profile, asked: Mapping[str, str], now: datetime) -> Skipped | None:
    if asked.get("stop") or asked.get("forget"):
        return Skipped(Reason.NOTIFY_NO, "asked us to stop")
    if party.away is not None and party.away >= now.date():
        return Skipped(Reason.AWAY, party.away.isoformat())
    pause = asked.get("pause", "")
    if pause and (not pause[:4].isdigit() or pause >= now.date().isoformat()):
        return Skipped(Reason.AWAY, f"paused until {pause}")
    return None


def _frequency(party: Profile, asked: Mapping[str, str]) -> Frequency:
    try:
        return Frequency(asked["cap"])
    except (KeyError, ValueError):
        return party.notify
