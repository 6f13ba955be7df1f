"""Reserve: what a programme keeps from the daily matching until its organiser has decided.

What an applicant wants of a programme waits for it, and whoever could help there keeps their seats
for it: else the daily matching would empty it before its last day. Nothing is kept for ever, so that
a programme of which nobody thinks any more locks nobody out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.matching.things import CapacityTree
from exchange.model import Profile, Want
from exchange.model.programme import Application, Programme
from exchange.programmes.applicants import Participant, admit_applicants

PATIENCE = timedelta(days=30)
"""How long after its last day a programme keeps what its organiser has not decided about. Without a
last day it is so long after each application: there is no other day that everybody can see."""

LONGEST = timedelta(days=90)
"""How long an application keeps anything at most, whatever its programme's last day is."""


def kept_until(programme: Programme, application: Application) -> date:
    """Return the last day on which an application keeps what somebody wants and offers."""
    applied = application.applied.date()
    return min((programme.closes or applied) + PATIENCE, applied + LONGEST)


def keeps(
    programme: Programme, application: Application, *, decided: datetime | None, today: date
) -> bool:
    """Whether an application still keeps anything.

    ``decided`` is when its organiser decided last on a day before ``today``: what they left is free
    again on the day after. Whoever applied since waits for the next decision.
    """
    waits = decided is None or decided <= application.applied
    return waits and today <= kept_until(programme, application)


def waits_for(
    programme: Programme, application: Application, want: Want, directory: CapacityTree
) -> bool:
    """Whether a want waits for a programme: not one that could be over before it is free again.

    Programmes pair people for skills alone, so money, places and equipment never wait.
    """
    lasts = want.until is None or want.until > kept_until(programme, application)
    return lasts and want.capacity not in directory.things


@dataclass(frozen=True, slots=True)
class Reserve:
    """What the daily matching leaves alone: (seeker, capacity), and helpers with all their seats."""

    wants: frozenset[tuple[str, str]] = frozenset()
    helpers: frozenset[str] = frozenset()


def reserve_applicants(
    programmes: Iterable[Programme],
    applications: Mapping[int, Sequence[Application]],
    decided: Mapping[int, datetime],
    *,
    keys: Mapping[int, Sequence[str]],
    profiles: Mapping[str, Profile],
    directory: CapacityTree,
    silent: Collection[str],
    today: date,
) -> Reserve:
    """Return what these programmes keep: {page: applications}, {page: when they were decided last}.

    ``keys``, ``profiles`` and ``silent`` are as for ``admit_applicants``: who takes no part keeps
    nothing. Linear in the applications.
    """
    wants: set[tuple[str, str]] = set()
    helpers: set[str] = set()
    for programme in programmes:
        mine = applications.get(programme.page, ())
        latest = decided.get(programme.page)
        if not any(keeps(programme, one, decided=latest, today=today) for one in mine):
            continue
        admission = admit_applicants(
            programme,
            mine,
            keys=keys,
            profiles=profiles,
            directory=directory,
            silent=silent,
            today=today,
        )
        waiting = [
            one
            for one in admission.participants
            if keeps(programme, one.application, decided=latest, today=today)
        ]
        asked = {
            (one.profile.key, capacity)
            for one in waiting
            for capacity in waiting_wants(programme, one, directory, today)
        }
        if programme.is_closed(today):
            # Nobody can apply any more: what nobody here shares waits for nothing.
            shared = _Capacities.of(waiting, directory)
            asked = {(key, capacity) for key, capacity in asked if shared.meet(capacity)}
        wants |= asked
        sought = _Capacities({capacity for _, capacity in asked}, directory)
        helpers |= {
            one.profile.key
            for one in waiting
            if any(sought.meet(offer.capacity) for offer in one.profile.offers)
        }
    return Reserve(frozenset(wants), frozenset(helpers))


def waiting_wants(
    programme: Programme, one: Participant, directory: CapacityTree, today: date
) -> set[str]:
    """Return the capacities that somebody can wait for: not one that they need before that, too."""
    wants = one.profile.open_wants(today)
    waits = {want: waits_for(programme, one.application, want, directory) for want in wants}
    hasty = {want.capacity for want, waiting in waits.items() if not waiting}
    return {want.capacity for want in waits} - hasty


class _Capacities:
    """Capacities, to be asked whether one of them and another meet: the same, narrower or broader."""

    def __init__(self, own: Collection[str], directory: CapacityTree) -> None:
        self._directory = directory
        self._own = frozenset(own)
        self._line = self._own.union(*(directory.broader(each) for each in self._own))

    @classmethod
    def of(cls, people: Iterable[Participant], directory: CapacityTree) -> _Capacities:
        """Return what these people offer."""
        return cls({offer.capacity for one in people for offer in one.profile.offers}, directory)

    def meet(self, capacity: str) -> bool:
        """Whether a capacity is one of these, or above or below one."""
        if capacity in self._line:
            return True
        return not self._own.isdisjoint(self._directory.broader(capacity))
