"""Programmes on pages: who organises one and who applied, by their own hand.

Only what people write there themselves counts: somebody applies, or organises, where a revision of
their own has their name in its place. Whose application is known and still stands is not asked
about again, so that a page with many applicants costs what is new on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.harvest.reader import ReadPage
from exchange.model import GONE, Page, Problem, User, account_problem
from exchange.model.programme import (
    Application,
    ProgrammeRecord,
)
from exchange.profiles.document import PageReading, ProblemCode, make_problem
from exchange.profiles.programme_values import ApplicantLine
from exchange.store import Store

ORGANISER_NOT_CONFIRMED = "organiser-not-confirmed"
"""The problem of somebody who is said to organise a programme and did not write it themselves."""

APPLICATION_NOT_CONFIRMED = "application-not-confirmed"
"""The problem of somebody who is said to apply to a programme and did not write it themselves."""

MOST_ORGANISERS = 20
"""How many organisers of a programme are asked about."""


@dataclass(frozen=True, slots=True)
class KnownApplications:
    """What is stored of the programmes on some pages, and how those who applied are called.

    ``applications`` is {page id: {central id: application}}, ``organisers`` {page id: central ids},
    ``names`` {central id: name as last seen}.
    """

    applications: Mapping[int, Mapping[int, Application]] = field(default_factory=dict)
    organisers: Mapping[int, frozenset[int]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, found: Iterable[ReadPage]) -> KnownApplications:
        """Read what is known of the programmes on these pages; no query where there is none."""
        pages = [each.page.id for each in found if each.reading and each.reading.programme]
        applications = {
            id: {a.account: a for a in store.programmes.applications(id)} for id in pages
        }
        organisers = {id: frozenset(store.programmes.organisers(id)) for id in pages}
        accounts = {account for several in applications.values() for account in several}
        users = store.accounts.get_many(accounts.union(*organisers.values()))
        return cls(applications, organisers, {id: user.name for id, user in users.items()})

    def is_settled(self, page: Page, reading: PageReading, name: str, user: User) -> bool:
        """Whether all that a name says on a page is known already to be by its own hand."""
        programme = reading.programme
        if programme is None:
            return False
        if name in programme.organisers and user.id not in self.organisers.get(page.id, ()):
            return False
        lines = [line for line in programme.applicants if line.name == name]
        known = self.applications.get(page.id, {}).get(user.id)
        if not lines:
            return name in programme.organisers
        return known is not None and {*lines[0].partners} <= self.called(known.partners)

    def called(self, accounts: Iterable[int]) -> set[str]:
        """Return the names of these accounts, as far as they are known."""
        return {self.names[id] for id in accounts if id in self.names}


def confirm_programme(
    page: Page,
    reading: PageReading,
    *,
    users: Mapping[str, User],
    own: Callable[[User], PageReading | None],
    known: KnownApplications,
) -> tuple[ProgrammeRecord | None, list[Problem]]:
    """Return the programme of a page with those who stand there by their own hand, and problems.

    ``own`` gives what stood on the page in an account's own newest revision. When somebody applied
    is when they wrote it: the moment of that revision, or what is known from an earlier harvest. Of
    those whom a line names, only those count whom its owner wrote there.
    """
    programme = reading.programme
    if programme is None:
        return None, []
    problems = []
    organisers: list[int] = []
    if len(programme.organisers) > MOST_ORGANISERS:
        rest = ", ".join(programme.organisers[MOST_ORGANISERS:])
        problems.append(make_problem(ProblemCode.TOO_MANY, "organisers", rest))
    for name in programme.organisers[:MOST_ORGANISERS]:
        user = users.get(name)
        if user is None or account_problem(user) in GONE:
            continue
        then = own(user)
        stood = then is not None and then.programme is not None
        if user.id in known.organisers.get(page.id, ()) or (
            stood and name in then.programme.organisers  # type: ignore[union-attr]
        ):
            organisers.append(user.id)
        else:
            problems.append(Problem(ORGANISER_NOT_CONFIRMED, "organisers", name))
    applications: dict[int, Application] = {}
    before = known.applications.get(page.id, {})
    hidden = {known.names[id]: one for id, one in before.items() if id in known.names}
    for line in programme.applicants:
        user = users.get(line.name)
        if user is None or account_problem(user) in GONE:
            # Hidden, perhaps not for ever: what is known of them is kept, by number.
            if kept := hidden.get(line.name):
                applications.setdefault(kept.account, kept)
            continue
        application = _application(line, user, users, own(user), before.get(user.id), known)
        if application is not None:
            applications.setdefault(user.id, application)
        else:
            problems.append(Problem(APPLICATION_NOT_CONFIRMED, "applicants", line.name))
    record = ProgrammeRecord(
        replace(programme.programme, page=page.id, title=page.title),
        tuple(dict.fromkeys(organisers)),
        tuple(sorted(applications.values(), key=lambda one: (one.applied, one.account))),
    )
    return record, problems


def _application(
    line: ApplicantLine,
    user: User,
    users: Mapping[str, User],
    then: PageReading | None,
    before: Application | None,
    known: KnownApplications,
) -> Application | None:
    """Return an application that somebody wrote themselves; None where nobody knows that they did."""
    theirs: set[str] | None = None
    if then is not None and then.programme is not None:
        for each in then.programme.applicants:
            if each.name == line.name:
                theirs = {*each.partners}
    if theirs is None and before is None:
        return None
    meant = (theirs or set()) | known.called(before.partners if before else ())
    partners = sorted(
        {partner.id for name in line.partners if name in meant and (partner := users.get(name))}
        - {0, user.id}
    )
    applied = before.applied if before else then.edited if then else None
    return Application(user.id, applied, tuple(partners)) if applied else None


def named_partners(reading: PageReading) -> tuple[str, ...]:
    """Return the user names with whom somebody on a page wants to be paired."""
    if reading.programme is None:
        return ()
    lines = reading.programme.applicants
    return tuple(dict.fromkeys(name for line in lines for name in line.partners))


def without_accounts(
    found: ProgrammeRecord | None, accounts: Collection[int]
) -> ProgrammeRecord | None:
    """Return a programme's record without those who were forgotten."""
    if found is None:
        return None
    return replace(
        found,
        organisers=tuple(id for id in found.organisers if id not in accounts),
        applications=tuple(
            replace(one, partners=tuple(id for id in one.partners if id not in accounts))
            for one in found.applications
            if one.account not in accounts
        ),
    )
