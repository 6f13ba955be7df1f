"""Parties: the pages of one person or group -> one profile in the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from bot.harvest.reader import ReadPage
from exchange.model import (
    GONE,
    USABLE,
    Language,
    Problem,
    Profile,
    Reason,
    User,
    account_problem,
)
from exchange.model.keys import ProfileKey, is_group_key
from exchange.profiles.document import PageReading
from exchange.profiles.merge import JoinedWant, merge_readings
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.pages import PageProblem, PageRecord


@dataclass(slots=True)
class _MergedProfiles:
    """What became of some parties: their profiles, why some take no part, who is gone."""

    profiles: list[Profile] = field(default_factory=list)
    states: dict[str, Reason] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    problems: dict[int, list[PageProblem]] = field(default_factory=dict)


def rebuild_profiles(
    store: Store,
    parties: Iterable[str],
    *,
    group_suffix: str,
    language: str,
    spoken: Mapping[int, tuple[Language, ...]],
) -> tuple[list[str], int]:
    """Put the profiles of these parties together again from what the store has of their pages.

    Gives (the keys of profiles that changed, how many went). ``group_suffix`` is the last part
    of a group's page that does not belong to its name, ``language`` the wiki's own, ``spoken`` what
    the user pages of those who joined requests say: {central id: languages}.
    """
    changed: list[str] = []
    gone: set[str] = set()
    for part in batches(sorted(set(parties))):
        pages = store.pages.of(part)
        people = {ProfileKey.parse(key).account for key in part if not is_group_key(key)}
        joined = store.joined_requests.on(page.id for page in pages)
        joining = {account for several in joined.values() for account, _ in several}
        accounts = store.accounts.get_many(people.union(joining, *(page.agreed for page in pages)))
        joins = _count_joins(joined, accounts)
        merged = _merge(part, pages, accounts, group_suffix, _joined_wants(store, people), joins)
        merged.profiles = [_speaking(profile, language, spoken) for profile in merged.profiles]
        there = store.profiles.records(merged.gone)
        changed += store.profiles.save_many(merged.profiles, states=merged.states)
        store.profiles.forget(there)
        store.problems.replace(merged.problems)
        gone.update(there)
    return changed, len(gone)


def with_hidden_joiners(
    store: Store,
    made: Sequence[PageRecord],
    found: Iterable[ReadPage],
    users: Mapping[str, User],
    now: datetime,
) -> list[PageRecord]:
    """Keep by number what accounts joined that are gone now, while their line stands on the page.

    When an account is back, what it joined counts again without another edit. ``users`` are those
    whom the wiki knows by the names on the pages ``found``.
    """
    written = {each.page.id: each.reading.joined for each in found if each.reading}
    looked = [each for each in made if each.joined is not None and each.id in written]
    before = store.joined_requests.on(each.id for each in looked)
    accounts = store.accounts.get_many({id for rows in before.values() for id, _ in rows})
    here = {user.id for user in users.values() if account_problem(user) not in GONE}
    called: dict[int, set[str]] = {id: {user.name} for id, user in accounts.items()}
    for name, user in users.items():
        called.setdefault(user.id, set()).add(name)
    kept: dict[int, list[tuple[int, str]]] = {}
    for page, rows in before.items():
        for id, capacity in rows:
            if id in accounts and id not in here and called[id].intersection(written[page]):
                kept.setdefault(page, []).append((id, capacity))
    lost = (accounts[id] for rows in kept.values() for id, _ in rows)
    store.accounts.save(
        (replace(user, local=False) for user in lost if account_problem(user) not in GONE), seen=now
    )
    return [
        replace(each, joined=[*each.joined, *kept[each.id]])
        if each.joined is not None and each.id in kept
        else each
        for each in made
    ]


def _joined_wants(store: Store, people: Iterable[int]) -> dict[str, list[JoinedWant]]:
    """Return what these accounts joined of what others ask for now: {profile key: wants}."""
    rows = store.joined_requests.by(people)
    found: dict[str, list[JoinedWant]] = {}
    for id, record in store.pages.by_ids(rows).items():
        if not record.consented:
            continue  # Nobody's request: neither does it count, nor who joined it.
        reading = PageReading.from_json(record.reading)
        asked = {want.capacity: want for one in reading.requests for want in one.wants}
        for account, capacity in rows[id]:
            key = str(ProfileKey.for_person(account))
            if want := asked.get(capacity):
                found.setdefault(key, []).append(JoinedWant(reading, want))
    return found


def _count_joins(
    joined: Mapping[int, Sequence[tuple[int, str]]], accounts: Mapping[int, User]
) -> dict[int, Counter[str]]:
    """Return how many people who can take part joined what: {page id: {capacity: number}}."""
    able = {id for id, user in accounts.items() if account_problem(user) is None}
    return {
        page: Counter(capacity for account, capacity in several if account in able)
        for page, several in joined.items()
    }


def _speaking(
    profile: Profile, language: str, spoken: Mapping[int, tuple[Language, ...]]
) -> Profile:
    """Let whoever only joined others' requests speak what the Babel box on their user page says.

    Without one they speak the wiki's language: they wrote a line there. At the lowest level at
    which two can work together, until a profile of their own says more.
    """
    if profile.languages or not profile.stands_on_request:
        return profile
    said = spoken.get(ProfileKey.parse(profile.key).account, ())
    if not any(one.level >= USABLE for one in said):
        said = (Language(language, USABLE),)
    return replace(profile, languages=said)


def _with_joins(reading: PageReading, joins: Mapping[str, int]) -> PageReading:
    requests = tuple(
        replace(one, wants=tuple(replace(w, joins=joins.get(w.capacity, 0)) for w in one.wants))
        for one in reading.requests
    )
    return replace(reading, requests=requests)


def _merge(
    parties: Iterable[str],
    pages: Iterable[PageRecord],
    accounts: Mapping[int, User],
    group_suffix: str,
    joined: Mapping[str, Sequence[JoinedWant]],
    joins: Mapping[int, Mapping[str, int]],
) -> _MergedProfiles:
    merged = _MergedProfiles()
    by_party = {
        key: sorted(group, key=_by_edit_time)
        for key, group in groupby(sorted(pages, key=lambda page: page.party), lambda p: p.party)
    }
    for key in parties:
        readings = [(page, PageReading.from_json(page.reading)) for page in by_party.get(key, ())]
        for page, reading in readings:
            _add_problems(merged, page, key, reading.problems)
        counting = [
            (page, _with_joins(reading, joins[page.id]) if page.id in joins else reading)
            for page, reading in readings
            if page.party == key
        ]
        group = is_group_key(key)
        # A group's page stands for itself; what somebody asks below it needs a contact's hand.
        counting = [
            (page, reading)
            for page, reading in counting
            if page.consented or (group and str(ProfileKey.for_group(page.id)) == key)
        ]
        others = joined.get(key, ())
        if others and account_problem(accounts.get(ProfileKey.parse(key).account)) in GONE:
            others = ()  # Hidden, perhaps not for ever: that they joined is kept, by number.
        if not counting and not others:
            merged.gone.append(key)
            continue
        newest = counting[-1][0] if counting else None
        if group and newest is not None:
            newest = next((page for page, reading in counting if reading.profiles), newest)
            agreed = [user for id in newest.agreed if (user := accounts.get(id))]
            contacts = [user for user in agreed if account_problem(user) not in GONE]
            name = group_name(newest.title, newest.namespace, group_suffix)
            able = any(account_problem(user) is None for user in contacts)
            state = None if able else Reason.NO_CONTACT
        else:
            user = accounts.get(ProfileKey.parse(key).account)
            contacts = [user] if user else []
            name = user.name if user else newest.owner if newest else ""
            state = account_problem(user)
        if state in GONE:
            # Hidden or suppressed: their name stands in no list of problems either.
            for each, _ in readings:
                merged.problems[each.id] = []
        profile, problems = merge_readings(
            key=key, name=name, readings=[each for _, each in counting], joined=others
        )
        if state not in GONE and newest is not None:
            _add_problems(merged, newest, key, problems)
        merged.profiles.append(replace(profile, contacts=tuple(user.name for user in contacts)))
        if state is not None:
            merged.states[key] = state
    return merged


def group_name(title: str, namespace: int, suffix: str) -> str:
    """A group's name: its page's title, without the namespace and our own subpage's name."""
    name = title.partition(":")[2] if namespace else title
    return name.removesuffix(f"/{suffix}").strip() or title


def _by_edit_time(page: PageRecord) -> tuple[float, int]:
    return (page.edited.timestamp() if page.edited else 0.0, page.id)


def _add_problems(
    merged: _MergedProfiles, page: PageRecord, key: str, problems: Iterable[Problem]
) -> None:
    found = merged.problems.setdefault(page.id, [])
    found.extend(PageProblem(page.id, page.title, problem, key) for problem in problems)
