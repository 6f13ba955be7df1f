"""By hand: what coordinators and organisers decided, and whether people are still to be told of it.

Between a decision and the message there may be days. Whoever withdrew, said no or is gone meanwhile
is not told: it ends, with a reason on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.harvest.reader import build_reader
from bot.wiki.port import Wiki
from exchange.directory import Directory
from exchange.matching.eligibility import TOLD
from exchange.model import Match, Reason, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.model.outcome import OF_PAGE
from exchange.notices.message import Role
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.introductions import Introduction, Refusals, is_refused
from exchange.store.profiles import ProfileRecord
from exchange.store.programmes import ProgrammePair


@dataclass(frozen=True, slots=True)
class _PairCheck:
    """What our records say about two people whom somebody brought together and who were not told."""

    apart: frozenset[tuple[str, str]]
    alone: frozenset[str]
    records: Mapping[str, ProfileRecord]
    now: datetime
    patience: timedelta

    @classmethod
    def of(
        cls, store: Store, known: Iterable[Suggestion], *, now: datetime, wait_days: int
    ) -> _PairCheck:
        """Read what is known of everybody whom these suggestions are about. A few queries."""
        return cls(
            apart=store.preferences.blocked_pairs(),
            alone=store.preferences.left_alone(),
            records=store.profiles.records({key for one in known for key in one.match.pair}),
            now=now,
            patience=timedelta(days=wait_days),
        )

    def reason_against(self, match: Match, *, decided: datetime) -> Reason | None:
        """Return why two people are not to be told of each other any more."""
        if match.pair in self.apart:
            return Reason.DECLINED
        if self.alone & {*match.pair}:
            return Reason.NOTIFY_NO
        seeker, helper = (self.records.get(key) for key in (match.seeker, match.helper))
        if seeker is None or helper is None or not (seeker.active and helper.active):
            return Reason.PROFILE_GONE
        today = self.now.date()
        wants = {want.capacity for want in seeker.profile.open_wants(today)}
        offers = {offer.capacity for offer in helper.profile.open_offers(today)}
        if match.want not in wants or match.offer not in offers:
            return Reason.NOTHING_TO_SAY
        return Reason.WAITED_TOO_LONG if decided <= self.now - self.patience else None


# -- introductions ---------------------------------------------------------------------------------


def settle_introductions(
    store: Store, *, now: datetime, wait_days: int, run: int | None = None
) -> None:
    """End the introductions that wait and of which nobody is to be told any more, each for a reason.

    Somebody said no, is gone or changed their profile, whoever made it is no coordinator any more,
    or there was no day for it in ``wait_days``: then for what stood in the way on the wiki, if that
    is known. Half a dozen queries, however many there are, and one for each that ends so.
    """
    waiting = store.introductions.waiting()
    if not waiting:
        return
    known = store.suggestions.get_many(each.suggestion for each in waiting)
    check = _IntroductionCheck(
        refusals=store.introductions.refusals(),
        coordinators=store.coordinators.all(),
        pairs=_PairCheck.of(store, known.values(), now=now, wait_days=wait_days),
    )
    with store.transaction():
        for each in waiting:
            suggestion = known[each.suggestion]
            if suggestion.status in TOLD:
                store.introductions.end_told([suggestion.id], at=now, run=run)
                continue
            reason = check.reason_against(each, suggestion.match)
            if reason is None and suggestion.status is SuggestionStatus.WITHDRAWN:
                reason = Reason.NOTHING_TO_SAY  # Who took it back has changed their mind since.
            if reason is Reason.WAITED_TOO_LONG:
                reason = _hindrance(store, each, suggestion.match) or reason
            if reason is not None:
                store.introductions.end(each.id, reason, at=now, run=run)


def _hindrance(store: Store, each: Introduction, match: Match) -> Reason | None:
    """Return what lay in the seeker's account or page, as of the newest run, so that they were not told."""
    seeker = ProfileKey.parse(match.seeker)
    said = store.runs.newest_reason(seeker, Role.SEEKER.value, since=each.made)
    reason = Reason(said) if said else None
    return reason if reason in OF_PAGE else None


@dataclass(frozen=True, slots=True)
class _IntroductionCheck:
    """What our records say about introductions that wait."""

    refusals: Refusals
    coordinators: frozenset[int]
    pairs: _PairCheck

    def reason_against(self, each: Introduction, match: Match) -> Reason | None:
        """Return why two people are not to be introduced any more."""
        if is_refused(each, match.pair, self.refusals):
            return Reason.INTRODUCTION_REFUSED
        if match.pair in self.pairs.apart:
            return Reason.DECLINED
        if each.coordinator not in self.coordinators and not self.pairs.alone & {*match.pair}:
            return Reason.NO_COORDINATOR
        return self.pairs.reason_against(match, decided=each.made)


# -- programmes ------------------------------------------------------------------------------------


def settle_programmes(
    store: Store, wiki: Wiki, *, settings: Settings, directory: Directory, now: datetime
) -> None:
    """End the confirmed pairs of programmes of which nobody is to be told any more.

    Whoever took their line off the page has withdrawn, also where no harvest has read that yet: the
    pages are looked at again. Nothing is asked while nothing waits.
    """
    waiting = store.programmes.waiting()
    if not waiting:
        return
    known = store.suggestions.get_many(each.suggestion for each in waiting)
    pairs = _PairCheck.of(store, known.values(), now=now, wait_days=settings.notify.expire_days)
    standing = _standing_applicants(store, wiki, waiting, settings, directory, now)
    with store.transaction():
        for each in waiting:
            match = known[each.suggestion].match
            if all(key in standing.get(each.page, ()) for key in match.pair):
                reason = pairs.reason_against(match, decided=each.at)
            else:
                reason = Reason.WITHDREW
            if reason is not None:
                store.programmes.end(each, reason, at=now)


def _standing_applicants(
    store: Store,
    wiki: Wiki,
    waiting: Iterable[ProgrammePair],
    settings: Settings,
    directory: Directory,
    now: datetime,
) -> dict[int, set[str]]:
    """Return for whom people apply whose line stands on the page now: {page id: profile keys}."""
    reader = build_reader(settings=settings, wiki=wiki, directory=directory, today=now.date())
    pages = {page.id: page for page in wiki.pages(ids=sorted({e.page for e in waiting})).values()}
    groups = store.pages.groups_by_contact()
    found: dict[int, set[str]] = {}
    for id, page in pages.items():
        reading = reader.read(page).reading
        if reading is None or reading.programme is None:
            continue
        accounts = {one.account for one in store.programmes.applications(id)}
        names = {line.name for line in reading.programme.applicants}
        users = store.accounts.get_many(accounts)
        here = {account for account, user in users.items() if user.name in names}
        missing = names - {user.name for user in users.values()}
        # Somebody may have another name by now than the one on the page.
        here |= {user.id for user in wiki.users(names=sorted(missing)).values()} & accounts
        found[id] = {str(ProfileKey.for_person(account)) for account in here}
        found[id] |= {key for account in here for key in groups.get(account, ())}
    return found
