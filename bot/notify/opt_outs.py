"""Opt-outs: whoever says no on the wiki, or is not there any more, leaves matching and holds no seat.

They are looked for among everybody before each round, not only among those who would be written
to; whoever takes the no back takes part again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.notify.answers import STOP
from bot.notify.eligibility import Eligibility
from bot.notify.facts import collect_facts
from bot.notify.recipients import Addressees, NoticeCandidate, contact_names
from exchange.model import Frequency, Outcome, Profile, Reason, Skipped, User
from exchange.model.keys import ProfileKey
from exchange.notices.message import Role
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.people import OPTED_OUT

OPT_OUTS = frozenset(
    {
        Reason.OPTED_OUT_TEMPLATE,
        Reason.OPTED_OUT_CATEGORY,
        Reason.OPTED_OUT_LIST,
        Reason.UNREADABLE_CONSENT,
    }
)
"""Reasons with which somebody says no on the wiki, for good: they leave matching."""


_GONE = frozenset(
    {
        Reason.USER_BLOCKED,
        Reason.USER_HIDDEN,
        Reason.USER_LOCKED,
        Reason.USER_VANISHED,
    }
)
"""Reasons why somebody is not there any more: they leave search, too."""

_NEVER_FOR_A_GROUP = OPT_OUTS | _GONE | {Reason.USER_MISSING}
"""Reasons with which a contact is not told what concerns their group."""


def check_opt_outs(
    eligibility: Eligibility, store: Store, *, now: datetime, everybody: bool = False
) -> None:
    """Let those take part again who no longer say no, and where ``everybody``, nobody who does.

    A group says no where each of its contacts does, here or to all messages. About one request for
    15 or 150 people: their pages, the talk pages and the profiles; and as many queries however
    many said no.
    """
    known = store.preferences.all(OPTED_OUT)
    if everybody:
        free_seats(store, store.preferences.all(STOP), at=now)
        profiles: Iterable[Profile] = store.profiles.all()
    else:
        profiles = store.profiles.get_many(known).values()
    silent = frozenset(key for name in (STOP, "forget") for key in store.preferences.all(name))
    refusals: dict[str, str] = {}
    for part in batches([*profiles]):
        refusals |= _refusals(eligibility, part, silent, now)
    with store.transaction():
        for key, reason in refusals.items():
            if known.get(key) != reason:
                store.preferences.set(key, OPTED_OUT, reason, at=now, via="wiki")
        for key in known.keys() & {each.key for each in profiles} - refusals.keys():
            store.preferences.drop(key, OPTED_OUT)
        free_seats(store, refusals, at=now)


def _refusals(
    eligibility: Eligibility, profiles: Iterable[Profile], silent: frozenset[str], now: datetime
) -> dict[str, str]:
    """Return who of some profiles says no on the wiki, or through all contacts: {key: reason}."""
    profiles = [*profiles]
    names = {name for each in profiles for name in contact_names(each)}
    users = eligibility.wiki.users(names=sorted(names))
    candidates = [
        _as_candidate(profile, *addressed)
        for profile in profiles
        for addressed in Addressees(users).of(profile)
    ]
    facts = collect_facts(
        eligibility.wiki,
        candidates,
        users=users,
        besides=[eligibility.opt_out_list],
        templates=eligibility.rules.templates,
    )
    speakers = {str(ProfileKey.for_person(e.account)) for e in candidates if e.profile.is_group}
    silent |= {
        key
        for key, profile in eligibility.store.profiles.get_many(speakers).items()
        if profile.notify is Frequency.NEVER
    }
    said: dict[str, list[str]] = {each.key: [] for each in profiles}
    for each in candidates:
        outcome = eligibility.ask_wiki(each, facts, now=now)
        reasons = _NEVER_FOR_A_GROUP if each.profile.is_group else OPT_OUTS
        reason = ""
        if isinstance(outcome, Skipped) and outcome.reason in reasons:
            reason = outcome.reason.value
        elif each.profile.is_group and str(ProfileKey.for_person(each.account)) in silent:
            reason = Reason.NOTIFY_NO.value
        said[each.profile.key].append(reason)
    # A group without any contact takes no part anyway.
    return {key: reasons[0] for key, reasons in said.items() if reasons and all(reasons)}


def refusing_accounts(eligibility: Eligibility, users: Iterable[User]) -> frozenset[int]:
    """Return which accounts say no on the wiki, of people who need not take part at all.

    As many requests as for those who do; what cannot be read counts as a no.
    """
    found: set[int] = set()
    for part in batches([*users]):
        candidates = [
            _as_candidate(
                Profile(str(ProfileKey.for_person(user.id)), user.name), "", user.name, user.id
            )
            for user in part
        ]
        facts = collect_facts(
            eligibility.wiki,
            candidates,
            users={user.name: user for user in part},
            besides=[eligibility.opt_out_list],
            templates=eligibility.rules.templates,
        )
        found |= {user.id for user in part if eligibility.is_refusal(user, facts)}
    return frozenset(found)


def _as_candidate(profile: Profile, recipient: str, name: str, account: int) -> NoticeCandidate:
    return NoticeCandidate(
        recipient=recipient,
        profile=profile,
        name=name,
        account=account,
        role=Role.SEEKER,
        campaign="",
    )


def leave_alone(
    candidate: NoticeCandidate, outcome: Outcome, store: Store, *, at: datetime
) -> None:
    """Keep somebody out of the next round whose outcome says that they said no, or are gone."""
    profile = candidate.profile
    if not isinstance(outcome, Skipped) or profile.is_group:
        return
    if outcome.reason in OPT_OUTS:
        if store.preferences.of(profile.key).get(OPTED_OUT) != outcome.reason.value:
            store.preferences.set(profile.key, OPTED_OUT, outcome.reason.value, at=at, via="wiki")
        free_seats(store, [profile.key], at=at)
    if outcome.reason in _GONE:
        # Out of search, too, until a harvest finds the account as it was.
        store.profiles.save_many([profile], states={profile.key: outcome.reason})
        user = store.accounts.get(candidate.account)
        if user is not None and outcome.reason is Reason.USER_LOCKED:
            store.accounts.save([replace(user, locked=True)], seen=at)
        free_seats(store, [profile.key], at=at)


def free_seats(store: Store, keys: Iterable[str], *, at: datetime) -> None:
    """End what is planned with these profiles, and what is open and nobody answered."""
    found = store.suggestions.unanswered(keys)
    store.suggestions.withdraw(found, at=at)
    store.suggestions.expire(found, at=at)
