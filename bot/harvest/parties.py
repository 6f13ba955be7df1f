"""Parties: the pages of one person or group -> one profile in the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from bot.harvest.owners import state_of
from exchange.model import Problem, Profile, Reason, User
from exchange.store import Store
from exchange.store.database import batches
from exchange.store.pages import PageRecord
from exchange.store.problems import PageProblem
from exchange.template import Reading, merge


@dataclass(slots=True)
class Merged:
    """What became of some parties: their profiles, why some take no part, who is gone."""

    profiles: list[Profile] = field(default_factory=list)
    states: dict[str, Reason] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    problems: dict[int, list[PageProblem]] = field(default_factory=dict)


def rebuild(store: Store, parties: Iterable[str], *, group_suffix: str) -> tuple[list[str], int]:
    """Put the profiles of these parties together again from what the store has of their pages.

    Gives (the keys of profiles that changed, how many went). ``group_suffix`` is the last part
    of a group's page that does not belong to its name.
    """
    changed: list[str] = []
    gone: set[str] = set()
    for part in batches(sorted(set(parties))):
        pages = store.pages.of(part)
        people = {int(key[5:]) for key in part if key.startswith("user:")}
        accounts = store.accounts.get_many(people.union(*(page.agreed for page in pages)))
        merged = _merge(part, pages, accounts, group_suffix)
        there = store.profiles.records(merged.gone)
        changed += store.profiles.save_many(merged.profiles, states=merged.states)
        store.profiles.forget(there)
        store.problems.replace(merged.problems)
        gone.update(there)
    return changed, len(gone)


def _merge(
    parties: Iterable[str],
    pages: Iterable[PageRecord],
    accounts: Mapping[int, User],
    group_suffix: str,
) -> Merged:
    merged = Merged()
    by_party = {
        key: sorted(group, key=_age)
        for key, group in groupby(sorted(pages, key=lambda page: page.party), lambda p: p.party)
    }
    for key in parties:
        readings = [(page, Reading.from_json(page.reading)) for page in by_party.get(key, ())]
        for page, reading in readings:
            _note(merged, page, key, reading.problems)
        counting = [(page, reading) for page, reading in readings if page.party == key]
        group = key.startswith("page:")
        if not group:
            counting = [(page, reading) for page, reading in counting if page.consented]
        if not counting:
            merged.gone.append(key)
            continue
        page = counting[-1][0]
        if group:
            contacts = [user for id in page.agreed if (user := accounts.get(id))]
            name = group_name(page.title, page.namespace, group_suffix)
            able = any(state_of(user) is None for user in contacts)
            state = None if able else Reason.NO_CONTACT
        else:
            user = accounts.get(int(key[5:]))
            contacts = [user] if user else []
            name = user.name if user else page.owner
            state = state_of(user)
        profile, problems = merge(key=key, name=name, readings=[each for _, each in counting])
        _note(merged, page, key, problems)
        merged.profiles.append(replace(profile, contacts=tuple(user.name for user in contacts)))
        if state is not None:
            merged.states[key] = state
    return merged


def group_name(title: str, namespace: int, suffix: str) -> str:
    """A group's name: its page's title, without the namespace and our own subpage's name."""
    name = title.partition(":")[2] if namespace else title
    return name.removesuffix(f"/{suffix}").strip() or title


def _age(page: PageRecord) -> tuple[float, int]:
    return (page.edited.timestamp() if page.edited else 0.0, page.id)


def _note(merged: Merged, page: PageRecord, key: str, problems: Iterable[Problem]) -> None:
    found = merged.problems.setdefault(page.id, [])
    found.extend(PageProblem(page.id, page.title, problem, key) for problem in problems)
