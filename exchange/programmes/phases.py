"""Phases: whether a programme takes applications and who can confirm it, and whom it would take."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from exchange.directory import Directory
from exchange.model import Kind
from exchange.model.keys import ProfileKey
from exchange.model.programme import ApplicantStep, Application, Programme
from exchange.programmes.applicants import admit_applicants
from exchange.store import Store

OPENING = frozenset((Kind.HUB, Kind.CHAPTER, Kind.THEMATIC_ORGANISATION, Kind.USER_GROUP))
"""The kinds of group whose contacts may open a programme."""


class Phase(StrEnum):
    """Where a programme is."""

    OPEN = "open"  # people can apply, or soon can
    UNCONFIRMED = "unconfirmed"  # nobody who may organise one stands there by their own hand
    CLOSED = "closed"  # its last day is over


def phase_of(programme: Programme, confirmable: set[int], today: date) -> Phase:
    """Return where a programme is; ``confirmable`` are the pages of those that somebody can confirm."""
    if programme.is_closed(today):
        return Phase.CLOSED
    return Phase.OPEN if programme.page in confirmable else Phase.UNCONFIRMED


def may_organise(store: Store, account: int) -> bool:
    """Whether somebody may act for the programmes that they organise.

    Coordinators may, and whoever speaks, by their own hand, for a hub or an affiliate that takes
    part. So opening one takes what everybody can see on the wiki, and can take back there.
    """
    if account in store.coordinators.all():
        return True
    groups = store.profiles.records(store.pages.groups_of(account))
    return any(one.active and one.profile.kind in OPENING for one in groups.values())


def confirmable_programmes(store: Store) -> set[int]:
    """Return the pages of the programmes that have an organiser who may act. Four queries."""
    organisers = store.programmes.organisers_by_page()
    asked = set().union(*organisers.values())
    if not asked:
        return set()
    able = asked & store.coordinators.all()
    spoken = {one: keys for one, keys in store.pages.groups_by_contact().items() if one in asked}
    groups = store.profiles.records({key for keys in spoken.values() for key in keys})
    opening = {key for key, one in groups.items() if one.active and one.profile.kind in OPENING}
    able |= {one for one, keys in spoken.items() if opening.intersection(keys)}
    return {page for page, accounts in organisers.items() if accounts & able}


def able_organisers(store: Store, programme: Programme) -> set[int]:
    """Return who may act for a programme: they wrote it there themselves, and may open one."""
    return {one for one in store.programmes.organisers(programme.page) if may_organise(store, one)}


def refusal_of(
    store: Store, programme: Programme, account: int, *, directory: Directory, at: datetime
) -> ApplicantStep | None:
    """Return why somebody who applies now would take no part; None where they would."""
    groups = store.pages.groups_of(account)
    keys = {account: (str(ProfileKey.for_person(account)), *groups)}
    records = store.profiles.records(keys[account])
    admission = admit_applicants(
        programme,
        [Application(account, at)],
        keys=keys,
        profiles={key: one.profile for key, one in records.items() if one.active},
        directory=directory,
        silent=store.preferences.left_alone(),
        today=at.date(),
    )
    return admission.refused.get(account)
