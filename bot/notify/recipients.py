"""Candidate: somebody who is to be told something in this run, and what."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from exchange.model import Profile, Suggestion, SuggestionStatus, User
from exchange.model.keys import CandidateId, ProfileKey, Recipient
from exchange.notices.message import SPAN, Role, role_of
from exchange.profiles.merge import find_lacks
from exchange.store import Store
from exchange.store.introductions import Introduction, Refusals, is_refused
from exchange.store.notices import Notice, NoticeState
from exchange.store.signs_of_life import SEEN

JOINED = "joined/"
"""How the campaigns of notices to those who need it, too, begin; what it is and the role follow."""


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A request that others joined and that somebody takes on: the page, and what it asks for.

    ``asker`` and ``helpers`` are profile keys, ``suggestion`` the id of what brought them together,
    ``revision`` that of the page when it was read. ``is_want``: nobody joined it, but others want the
    same unlisted thing as the asker, whose profile is on the page.
    """

    page: str
    page_id: int
    revision: int
    capacity: str
    asker: str
    helpers: tuple[str, ...]
    suggestion: int
    is_want: bool = False

    @property
    def campaign(self) -> str:
        """The campaign that tells of it: one notice for each who needs it, ever."""
        digest = hashlib.sha256(self.capacity.encode()).hexdigest()[:16]
        return f"{JOINED}{f'want-{digest}' if self.is_want else self.page_id}/{Role.JOINER}"


@dataclass(frozen=True, slots=True)
class NoticeCandidate:
    """One account to be written to about one matter.

    It is about ``suggestions``, about what the profile ``lacks`` (codes of problems), about a
    request that they joined and that is ``taken``, or asks whether they are still there.
    ``recipient`` is the profile's key, for a group's contact with ``>`` and the account's key
    behind it. ``name`` is the user name as the profile has it; ``account`` the central user id,
    0 where there is no such account.
    """

    recipient: str
    profile: Profile
    name: str
    account: int
    role: Role
    campaign: str
    suggestions: tuple[Suggestion, ...] = ()
    lacks: tuple[str, ...] = ()
    taken: TakenRequest | None = None

    @property
    def id(self) -> str:
        """The candidate's name in the run's outcomes."""
        return str(CandidateId(Recipient.parse(self.recipient), self.role.value))

    @property
    def is_held_out(self) -> bool:
        """Whether there is nothing to tell in this period, for a comparison."""
        return bool(self.suggestions) and all(
            one.status is SuggestionStatus.DELAYED for one in self.suggestions
        )

    @property
    def others(self) -> tuple[str, ...]:
        """The profile keys of those whom the notice names."""
        if self.taken is not None:
            return (self.taken.asker,)
        own = {self.profile.key}
        return tuple(key for s in self.suggestions for key in s.match.parties if key not in own)


ONCE = f"once/{Role.OWNER}"
"""The campaign of notices to owners: one for each profile, ever."""


def campaign_name(today: date, role: Role) -> str:
    """Name a campaign: the week, and the role where it is not the seeker's; an owner's has no week."""
    if role is Role.OWNER:
        return ONCE
    year, week, _ = today.isocalendar()
    name = f"{year}-W{week:02}"
    return name if role is Role.SEEKER else f"{name}/{role.value}"


@dataclass(frozen=True, slots=True)
class Addressees:
    """Whom a profile's notices go to: the names as written, and the accounts that they are."""

    users: Mapping[str, User]

    def of(self, profile: Profile) -> Iterable[tuple[str, str, int]]:
        """Return (recipient key, name, central id) for each account that a profile names."""
        if not profile.is_group:
            # A name can change hands; the key is the person.
            yield profile.key, profile.name, ProfileKey.parse(profile.key).account
            return
        group = ProfileKey.parse(profile.key)
        for name in contact_names(profile):
            user = self.users.get(name)
            account = user.id if user is not None else 0
            contact = ProfileKey.for_person(account) if account else name
            yield str(Recipient(group, contact)), name, account


def contact_names(profile: Profile) -> tuple[str, ...]:
    """Return the user names that a profile's notices go to."""
    return profile.contacts if profile.is_group else (profile.name,)


@dataclass(frozen=True, slots=True)
class AlreadyTold:
    """Which notices stand about what: for each suggestion, and for each profile that lacked something.

    ``asked`` are the days on which an account was asked whether they are still there.
    """

    suggestions: Mapping[int, Sequence[Notice]]
    lacks: Mapping[str, Sequence[Notice]]
    campaigns: frozenset[tuple[str, str]] = frozenset()
    asked: Mapping[int, Sequence[date]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store) -> AlreadyTold:
        """Read every notice that was sent. One query."""
        suggestions: dict[int, list[Notice]] = defaultdict(list)
        lacks: dict[str, list[Notice]] = defaultdict(list)
        asked: dict[int, list[date]] = defaultdict(list)
        rows = store.notices.sent()
        for row in rows:
            if role_of(row.campaign) is Role.AVAILABLE:
                asked[row.account].append((row.ended or row.begun).date())
            if row.campaign == ONCE:
                lacks[str(Recipient.parse(row.recipient).profile)].append(row)
            for id in row.suggestions:
                suggestions[id].append(row)
        campaigns = frozenset((row.recipient, row.campaign) for row in rows)
        return cls(suggestions, lacks, campaigns, dict(asked))

    def about(self, suggestion: int, key: str, *, later: bool = False) -> list[Notice]:
        """The notices by which one side of a suggestion, a profile key, was told of it.

        ``later``: those that asked what became of it.
        """
        rows = self._rows(suggestion, later)
        return [row for row in rows if str(Recipient.parse(row.recipient).profile) == key]

    def has(self, recipient: str, suggestion: int, *, later: bool = False) -> bool:
        """Whether this very recipient was told of a suggestion, or ``later`` asked about it."""
        return any(row.recipient == recipient for row in self._rows(suggestion, later))

    def _rows(self, suggestion: int, later: bool) -> list[Notice]:
        rows = self.suggestions.get(suggestion, ())
        return [row for row in rows if (role_of(row.campaign) is Role.CHECK_IN) is later]

    def was_asked(self, account: int, *, since: datetime) -> bool:
        """Whether an account was asked since then whether they are still there."""
        return any(day > since.date() for day in self.asked.get(account, ()))

    def has_lacks(self, recipient: str) -> bool:
        """Whether this very recipient was told what their profile lacks."""
        rows = self.lacks.get(str(Recipient.parse(recipient).profile), ())
        return any(row.recipient == recipient for row in rows)


def build_candidates(
    waiting: Mapping[tuple[str, Role], list[Suggestion]],
    *,
    profiles: Mapping[str, Profile],
    users: Mapping[str, User],
    told: AlreadyTold,
    now: datetime,
) -> list[NoticeCandidate]:
    """Make a candidate of every account that is to be told something: seekers, helpers, owners.

    What a group's contact was told already is left out, and whoever has nothing left with it.
    """
    addressees = Addressees(users)
    found = []
    for (key, role), suggestions in waiting.items():
        profile = profiles.get(key)
        if profile is None:
            continue
        for recipient, name, account in addressees.of(profile):
            news = suggestions
            if profile.is_group:
                later = role is Role.CHECK_IN
                news = [
                    each for each in suggestions if not told.has(recipient, each.id, later=later)
                ]
                if role is Role.AVAILABLE:
                    if told.was_asked(account, since=now - MEMORY):
                        continue
                elif not news and (role is not Role.OWNER or told.has_lacks(recipient)):
                    continue
            found.append(
                NoticeCandidate(
                    recipient=recipient,
                    profile=profile,
                    name=name,
                    account=account,
                    role=role,
                    campaign=campaign_name(now.date(), role),
                    suggestions=tuple(news[:SPAN]),
                    lacks=find_lacks(profile) if role is Role.OWNER else (),
                )
            )
    order = [*Role]
    return sorted(found, key=lambda c: (order.index(c.role), c.recipient))


UNFINISHED = (NoticeState.BEGUN, NoticeState.UNKNOWN)
"""Rows that may stand on a page."""


MEMORY = timedelta(days=62)
"""How far back earlier messages matter: longer than any pace that somebody can choose."""

FEW = 20
"""Of up to so many candidates only their own messages are read: right before a write it is one."""

WISHES = ("stop", "forget", "pause", "cap", SEEN)
"""The preferences that concern messages."""


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """Our records about some candidates, read in one go."""

    statuses: Mapping[int, SuggestionStatus]
    wishes: Mapping[str, Mapping[str, str]]
    messages: Mapping[int, Sequence[Notice]]
    agreed: Mapping[str, frozenset[int]]
    profiles: Mapping[str, Profile]
    blocked: frozenset[tuple[str, str]] = frozenset()
    unclear: frozenset[int] = frozenset()
    introductions: Mapping[int, Introduction] = field(default_factory=dict)
    refusals: Refusals = frozenset()
    joined: frozenset[tuple[int, int, str]] = frozenset()

    @classmethod
    def of(
        cls, store: Store, candidates: Sequence[NoticeCandidate], *, now: datetime
    ) -> ContactHistory:
        """Read the records; about a dozen queries, however many candidates there are."""
        keys = {each.profile.key for each in candidates}
        few = len(candidates) <= FEW
        people = keys | {
            str(ProfileKey.for_person(each.account)) for each in candidates if each.account
        }
        with store.snapshot():
            ids = [s.id for each in candidates for s in each.suggestions]
            ids += [each.taken.suggestion for each in candidates if each.taken is not None]
            suggestions = store.suggestions.get_many(ids)
            joined = store.joined_requests.by(each.account for each in candidates if each.account)
            wishes: dict[str, dict[str, str]] = defaultdict(dict)
            if len(people) <= 2:
                wishes |= {key: store.preferences.of(key) for key in people}
            else:
                for name in WISHES:
                    for key, value in store.preferences.all(name).items():
                        wishes[key][name] = value
            sent = store.notices.sent(
                since=now - MEMORY,
                accounts={each.account for each in candidates} if few else None,
                groups={Recipient.parse(e.recipient).profile for e in candidates} if few else (),
            )
            rows = [*sent, *store.notices.unfinished()]
            agreed: dict[str, set[int]] = defaultdict(set)
            for record in store.pages.of(keys):
                agreed[record.party].update(record.agreed)
            for rows_of_page in joined.values():
                # Whoever joined a request wrote it there themselves.
                for account in {account for account, capacity in rows_of_page if capacity}:
                    agreed[str(ProfileKey.for_person(account))].add(account)
            profiles = store.profiles.get_many(people)
        messages: dict[int, list[Notice]] = defaultdict(list)
        for row in rows:
            messages[row.account].append(row)
        return cls(
            statuses={id: each.status for id, each in suggestions.items()},
            wishes=wishes,
            messages=messages,
            agreed={key: frozenset(ids) for key, ids in agreed.items()},
            profiles=profiles,
            blocked=store.preferences.blocked_pairs(),
            unclear=store.unclear_answers.accounts(),
            introductions=store.introductions.of(
                s.id for each in candidates for s in each.suggestions if s.is_introduction
            ),
            refusals=store.introductions.refusals(),
            joined=frozenset(
                (account, page, capacity)
                for page, found in joined.items()
                for account, capacity in found
            ),
        )

    def still_needs(self, candidate: NoticeCandidate, taken: TakenRequest) -> bool:
        """Whether somebody needs what is taken on, as far as we know: joined it, or wants the same."""
        if not taken.is_want:
            return (candidate.account, taken.page_id, taken.capacity) in self.joined
        known = self.profiles.get(candidate.profile.key)
        return known is not None and any(w.capacity == taken.capacity for w in known.wants)

    def refuses_introduction(self, candidate: NoticeCandidate) -> bool:
        """Whether a notice would introduce two of whom one wants no such introductions."""
        own = str(ProfileKey.for_person(candidate.account))
        return any(
            is_refused(made, (*suggestion.match.pair, own), self.refusals)
            for suggestion in candidate.suggestions
            if (made := self.introductions.get(suggestion.id)) is not None
        )

    def is_blocked(self, candidate: NoticeCandidate) -> bool:
        """Whether one of them said "never this person", of or to anybody the notice would name.

        Of three people it is asked of any two.
        """
        own = {candidate.profile.key, str(ProfileKey.for_person(candidate.account))}
        pairs = {(min(one, other), max(one, other)) for one in own for other in candidate.others}
        pairs |= {pair for each in candidate.suggestions for pair in each.match.pairs}
        return bool(pairs & self.blocked)

    def told_another_contact(self, candidate: NoticeCandidate, suggestion: int) -> bool:
        """Whether another contact of the same group was told of a suggestion."""
        profile = Recipient.parse(candidate.recipient).profile
        return any(
            row.state is NoticeState.SENT
            and suggestion in row.suggestions
            and row.recipient != candidate.recipient
            and Recipient.parse(row.recipient).profile == profile
            for rows in self.messages.values()
            for row in rows
        )

    def preferences_of(self, key: str) -> Mapping[str, str]:
        """What a profile asked of us beside their page."""
        return self.wishes.get(key, {})

    def last_notified(self, account: int, *, but: str = "") -> datetime | None:
        """When an account last got (or may have got) a message, over all roles."""
        moments = [
            row.ended or row.begun for row in self.messages.get(account, ()) if row.id != but
        ]
        return max(moments, default=None)

    def already_notified(self, candidate: NoticeCandidate) -> Notice | None:
        """The message that a candidate already has in this campaign."""
        for row in self.messages.get(candidate.account, ()):
            if (
                row.state is NoticeState.SENT
                and row.recipient == candidate.recipient
                and row.campaign == candidate.campaign
            ):
                return row
        return None
