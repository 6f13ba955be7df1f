"""Programmes on pages: who organises one and who applied, by their own hand.

Only what people write there themselves counts: somebody applies, or organises, where a revision of
their own has their name in its place. The first who does so organises; whoever comes after needs,
beside that, a revision of somebody who organises already that has their name in its place. So nobody
writes themselves into somebody else's programme. Whose application is known and still stands is not asked
about again, so that a page with many applicants costs what is new on it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from exchange.text import fold

ORGANISER_NOT_CONFIRMED = "organiser-not-confirmed"
"""The problem of somebody who is said to organise a programme and did not write it themselves."""

ORGANISER_NOT_ACCEPTED = "organiser-not-accepted"
"""The problem of somebody who named themselves and whom nobody who organises already left there."""

APPLICATION_NOT_CONFIRMED = "application-not-confirmed"
"""The problem of somebody who is said to apply to a programme and did not write it themselves."""

UNKNOWN_ACCOUNT = "unknown-account"
"""The problem of a name that no account has; its text is its place in the list."""

MOST_ORGANISERS = 20
"""How many organisers of a programme are asked about."""


Editors = Callable[[Page], Sequence[str]]


@dataclass(frozen=True, slots=True)
class KnownApplications:
    """What is stored of the programmes on some pages, and how those who applied are called.

    ``applications`` is {page id: {central id: application}}, ``organisers`` {page id: central ids},
    ``names`` {central id: name as last seen}; ``coordinators`` organise wherever they name themselves.
    ``editors`` gives the user names of a page's editors.
    """

    applications: Mapping[int, Mapping[int, Application]] = field(default_factory=dict)
    organisers: Mapping[int, frozenset[int]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    editors: Editors = lambda page: ()
    coordinators: frozenset[int] = frozenset()

    @classmethod
    def of(cls, store: Store, found: Iterable[ReadPage], *, editors: Editors) -> KnownApplications:
        """Read what is known of the programmes on these pages; no query where there is none."""
        pages = [each.page.id for each in found if each.reading and each.reading.programme]
        applications = {
            id: {a.account: a for a in store.programmes.applications(id)} for id in pages
        }
        organisers = {id: frozenset(store.programmes.organisers(id)) for id in pages}
        accounts = {account for several in applications.values() for account in several}
        users = store.accounts.get_many(accounts.union(*organisers.values()))
        names = {id: user.name for id, user in users.items()}
        coordinators = store.coordinators.all() if pages else ()
        return cls(applications, organisers, names, editors, frozenset(coordinators))

    def is_settled(self, page: Page, reading: PageReading, name: str, user: User) -> bool:
        """Whether all that a name says on a page is known already to be by its own hand."""
        programme = reading.programme
        if programme is None:
            return False
        named = programme.organisers[:MOST_ORGANISERS]
        # While somebody waits to be accepted, it is asked what those who organise left standing.
        if name in named and not self.called(self.organisers.get(page.id, ())).issuperset(named):
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
    claims: dict[int, PageReading | None] = {}
    called: dict[str, int] = {}
    before_them = known.organisers.get(page.id, frozenset())
    if len(programme.organisers) > MOST_ORGANISERS:
        rest = ", ".join(programme.organisers[MOST_ORGANISERS:])
        problems.append(make_problem(ProblemCode.TOO_MANY, "organisers", rest))
    unknown: list[tuple[str, int, str]] = []
    for number, name in enumerate(programme.organisers[:MOST_ORGANISERS], 1):
        user = users.get(name)
        if user is None or _is_gone(user):
            if name not in known.called(known.organisers.get(page.id, ())):
                unknown.append(("organisers", number, name))
            continue
        then = own(user)
        stood = then is not None and then.programme is not None
        if user.id in before_them or (
            stood and name in then.programme.organisers  # type: ignore[union-attr]
        ):
            claims[user.id], called[name] = then, user.id
        else:
            problems.append(Problem(ORGANISER_NOT_CONFIRMED, "organisers", name))
    organisers = accept_organisers(
        claims, called, before=before_them, coordinators=known.coordinators
    )
    for name, id in called.items():
        if id not in organisers:
            problems.append(Problem(ORGANISER_NOT_ACCEPTED, "organisers", name))
    applications: dict[int, Application] = {}
    before = known.applications.get(page.id, {})
    hidden = {known.names[id]: one for id, one in before.items() if id in known.names}
    for number, line in enumerate(programme.applicants, 1):
        unknown += [
            ("applicants", number, one) for one in line.partners if _is_gone(users.get(one))
        ]
        user = users.get(line.name)
        if user is None or _is_gone(user):
            # Hidden, perhaps not for ever: what is known of them is kept, by number.
            if kept := hidden.get(line.name):
                applications.setdefault(kept.account, kept)
            else:
                unknown.append(("applicants", number, line.name))
            continue
        application = _application(line, user, users, own(user), before.get(user.id), known)
        if application is not None:
            applications.setdefault(user.id, application)
        else:
            problems.append(Problem(APPLICATION_NOT_CONFIRMED, "applicants", line.name))
    if unknown:
        problems += _unknown_accounts(unknown, known.editors(page))
    record = ProgrammeRecord(
        replace(programme.programme, page=page.id, title=page.title),
        tuple(sorted(organisers)),
        tuple(sorted(applications.values(), key=lambda one: (one.applied, one.account))),
    )
    return record, problems


def _is_gone(user: User | None) -> bool:
    return user is None or account_problem(user) in GONE


def _unknown_accounts(
    unknown: Iterable[tuple[str, int, str]], editors: Sequence[str]
) -> list[Problem]:
    """Return a problem for each name that no account has, with the editor who may be meant.

    The name itself stands in none of them: it may be that of somebody who is hidden.
    """
    return list(
        dict.fromkeys(
            Problem(UNKNOWN_ACCOUNT, parameter, str(number), _likely_editor(name, editors))
            for parameter, number, name in unknown
        )
    )


def _likely_editor(name: str, editors: Sequence[str]) -> str:
    """Return the editor of the page who is called nearly so, or whose name stands in it; else ``""``."""
    called = {fold(editor): editor for editor in reversed(editors)}
    written = fold(name)
    within = [one for one in called if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", written)]
    longer = [one for one in called if re.match(rf"{re.escape(written)}(?!\w)", one)]
    near = difflib.get_close_matches(written, called, n=1, cutoff=0.75)
    found = [*sorted(within, key=len, reverse=True), *near, *longer]
    return called[found[0]] if found else ""


def accept_organisers(
    claims: Mapping[int, PageReading | None],
    called: Mapping[str, int],
    *,
    before: Collection[int],
    coordinators: Collection[int],
) -> set[int]:
    """Return who organises a programme, of those who named themselves: {account: their own reading}.

    ``called`` says who the names on the page are, ``before`` who organised it so far: they stay while
    their name stands. Where none of them stands any more they stay all the same: a programme is taken
    over by nobody who takes its organisers out. Linear in the names that people left standing.
    """
    accepted = claims.keys() & {*before, *coordinators}
    if not before and claims:
        accepted.add(min(claims, key=lambda one: _place(one, claims, called)))
    waiting = list(accepted)
    while waiting:
        for other in _named(claims[waiting.pop()], called):
            if other in claims and other not in accepted:
                accepted.add(other)
                waiting.append(other)
    return accepted if accepted.intersection(before) else accepted | {*before}


def _place(
    account: int, claims: Mapping[int, PageReading | None], called: Mapping[str, int]
) -> tuple[int, float, int]:
    """Return a place in the order of those who named themselves: who was there already comes first.

    Whoever left another name standing and is in no edit of that other came after them.
    """
    then = claims[account]
    earlier = sum(
        account not in _named(claims[other], called)
        for other in _named(then, called) & claims.keys() - {account}
    )
    moment = then.edited.timestamp() if then is not None and then.edited else 0.0
    return earlier, moment, account


def _named(then: PageReading | None, called: Mapping[str, int]) -> set[int]:
    if then is None or then.programme is None:
        return set()
    return {called[name] for name in then.programme.organisers if name in called}


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
