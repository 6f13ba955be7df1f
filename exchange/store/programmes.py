"""Programmes: programme rounds as their pages say, who applied, and what organisers decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from exchange.model import AGREED, Kind, Reason, Suggestion
from exchange.model.programme import (
    Application,
    Audience,
    DraftPair,
    Programme,
    ProgrammeRecord,
)
from exchange.store.database import Database, batches
from exchange.store.programme_tables import application, organiser, programme, programme_pair
from exchange.store.schema import answer
from exchange.store.suggestions import Suggestions

CONFIRMED = "confirmed"
LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class ProgrammePair:
    """What an organiser decided about two people: ``CONFIRMED`` or ``LEFT_OUT``.

    ``suggestion`` is the id of what was confirmed, 0 otherwise; ``outcome`` says why the seeker was
    not told of it, and is empty until then.
    """

    page: int
    seeker: str
    helper: str
    state: str
    suggestion: int
    agreed: bool
    organiser: int
    at: datetime
    outcome: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two, the smaller key first."""
        return min(self.seeker, self.helper), max(self.seeker, self.helper)


class NotConfirmed(Exception):
    """Another organiser decided about the same two meanwhile."""


class Programmes:
    """The programmes, by the id of their page."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suggestions = Suggestions(database)

    # -- what the pages say ------------------------------------------------------------------------

    def replace(self, found: Mapping[int, ProgrammeRecord | None]) -> None:
        """Keep what was read on these pages over what was known: {page id: record, None for none}."""
        records = {id: record for id, record in sorted(found.items()) if record is not None}
        with self._database.writing() as connection:
            self.forget_pages(records)
            # Who organised it is kept: whoever puts the template back does not take it over.
            for each in (programme, application):
                self._database.delete(each, "page", sorted(found.keys() - records.keys()))
            for id, record in records.items():
                row = {"page": id, "title": record.programme.title, "body": _pack(record.programme)}
                connection.execute(programme.insert(), row)
                for part in batches(sorted(set(record.organisers))):
                    rows = [{"page": id, "account": account} for account in part]
                    connection.execute(organiser.insert(), rows)
                for several in batches(record.applications):
                    rows = [_application_row(id, each) for each in several]
                    connection.execute(application.insert(), rows)

    def forget_pages(self, pages: Iterable[int]) -> None:
        """Remove the programmes of these pages; what was decided about people stays."""
        wanted = sorted(set(pages))
        for each in (programme, organiser, application):
            self._database.delete(each, "page", wanted)

    def all(self) -> list[Programme]:
        """Every programme, by page id."""
        return self._programmes()

    def get(self, page: int) -> Programme | None:
        """The programme of this page."""
        found = self._programmes(programme.c.page == page)
        return found[0] if found else None

    def organised_by(self, account: int) -> list[Programme]:
        """The programmes that name an account as organiser, by its own hand."""
        pages = select(organiser.c.page).where(organiser.c.account == account)
        return self._programmes(programme.c.page.in_(pages))

    def applied_to(self, account: int) -> list[tuple[Programme, Application]]:
        """The programmes to which an account applied, with its application."""
        mine = dict(self._applications(application.c.account == account))
        if not mine:
            return []
        found = self._programmes(programme.c.page.in_(sorted(mine)))
        return [(each, mine[each.page]) for each in found]

    def organisers(self, page: int) -> set[int]:
        """Who organises a programme, or did while it was on its page: central user ids."""
        query = select(organiser.c.account).where(organiser.c.page == page)
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def organisers_by_page(self) -> dict[int, set[int]]:
        """Who organises which programme, by their own hand: {page id: central user ids}."""
        found: dict[int, set[int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(organiser)):
                found.setdefault(row.page, set()).add(row.account)
        return found

    def applications(self, page: int) -> list[Application]:
        """Who applied to a programme, the earliest first."""
        return [one for _, one in self._applications(application.c.page == page)]

    def all_applications(self) -> dict[int, list[Application]]:
        """Who applied to each programme, the earliest first: {page: applications}."""
        found: dict[int, list[Application]] = {}
        for page, one in self._applications():
            found.setdefault(page, []).append(one)
        return found

    def counts(self) -> list[tuple[str, int, list[int]]]:
        """Return (title, how many applied, suggestions of confirmed pairs) of each. One query."""
        applied = (
            select(func.count())
            .where(application.c.page == programme.c.page)
            .scalar_subquery()
            .label("applied")
        )
        confirmed = (programme_pair.c.page == programme.c.page) & (
            programme_pair.c.state == CONFIRMED
        )
        query = (
            select(programme.c.page, programme.c.title, applied, programme_pair.c.suggestion)
            .outerjoin(programme_pair, confirmed)
            .order_by(programme.c.page, programme_pair.c.suggestion)
        )
        found: dict[int, tuple[str, int, list[int]]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                _, _, pairs = found.setdefault(row.page, (row.title, row.applied, []))
                if row.suggestion is not None:
                    pairs.append(row.suggestion)
        return list(found.values())

    def apply(self, page: int, account: int, *, partners: Collection[int], at: datetime) -> None:
        """Keep that somebody has just applied in the tool, until the page is read.

        Whoever applied before keeps their place in the order.
        """
        key = (application.c.page == page) & (application.c.account == account)
        new = Application(account, at, tuple(sorted(partners)))
        with self._database.writing() as connection:
            if not self._database.insert_new(application, _application_row(page, new)):
                connection.execute(application.update().where(key).values(partners=[*new.partners]))

    def withdraw(self, page: int, account: int) -> None:
        """Forget that somebody applied: they have just taken their name out."""
        key = (application.c.page == page) & (application.c.account == account)
        with self._database.writing() as connection:
            connection.execute(application.delete().where(key))

    def _programmes(self, *conditions: ColumnElement[Any]) -> list[Programme]:
        query = select(programme).where(*conditions).order_by(programme.c.page)
        with self._database.reading() as connection:
            return [_unpack(row) for row in connection.execute(query)]

    def _applications(self, *conditions: ColumnElement[Any]) -> list[tuple[int, Application]]:
        query = select(application).where(*conditions)
        with self._database.reading() as connection:
            rows = connection.execute(
                query.order_by(application.c.page, application.c.applied, application.c.account)
            ).all()
        return [
            (row.page, Application(row.account, row.applied, tuple(row.partners))) for row in rows
        ]

    # -- what organisers decided -------------------------------------------------------------------

    def pairs(self, *pages: int) -> list[ProgrammePair]:
        """What was decided in these programmes, or in all, in the order in which it was."""
        conditions = [programme_pair.c.page.in_(pages)] if pages else []
        return self._pairs(*conditions)

    def confirm(
        self,
        of: Programme,
        confirmed: Iterable[DraftPair],
        left_out: Iterable[DraftPair],
        *,
        organiser: int,
        at: datetime,
    ) -> list[Suggestion]:
        """Keep what an organiser decided, and plan the suggestions of what they confirmed.

        What was planned for the same two otherwise is taken back. Raises ``NotConfirmed`` where
        another organiser decided about one of them meanwhile; nothing is kept then.
        """
        chosen, others = list(confirmed), list(left_out)
        with self._database.writing():
            planned = self._suggestions.plan(Suggestion(one.match, of.period, at) for one in chosen)
            known = self._suggestions.planned()
            pairs = {one.match.pair for one in chosen}
            self._suggestions.withdraw(
                [one.id for one in known if one.match.pair in pairs and not one.is_by_hand], at=at
            )
            self._drop_ended(of.page, {*pairs, *(one.match.pair for one in others)})
            rows = [
                *(
                    _pair_row(of, one, CONFIRMED, kept.id)
                    for one, kept in zip(chosen, planned, strict=True)
                ),
                *(_pair_row(of, one, LEFT_OUT, 0) for one in others),
            ]
            for row in rows:
                row |= {"organiser": organiser, "at": at, "outcome": "", "ended": None}
                if not self._database.insert_new(programme_pair, row):
                    raise NotConfirmed
        return planned

    def _drop_ended(self, page: int, pairs: Collection[tuple[str, str]]) -> None:
        """Let two be decided about again of whom nobody was told then."""
        with self._database.writing() as connection:
            for each in self.pairs(page):
                if each.pair in pairs and each.outcome:
                    connection.execute(programme_pair.delete().where(*_is(each)))

    def take_up(self, page: int, seeker: str, helper: str) -> bool:
        """Let two whom an organiser left out be proposed again; whether there was such a pair."""
        query = programme_pair.delete().where(
            programme_pair.c.page == page,
            programme_pair.c.seeker == seeker,
            programme_pair.c.helper == helper,
            programme_pair.c.state == LEFT_OUT,
        )
        with self._database.writing() as connection:
            return bool(connection.execute(query).rowcount)

    def waiting(self) -> list[ProgrammePair]:
        """What was confirmed and nobody was told of yet, oldest first."""
        planned = {one.id for one in self._suggestions.planned() if one.is_of_programme}
        rows = self._pairs(programme_pair.c.state == CONFIRMED, programme_pair.c.outcome == "")
        return [one for one in rows if one.suggestion in planned]

    def end(self, each: ProgrammePair, outcome: Reason, *, at: datetime) -> None:
        """Record why nobody is told of a pair any more, and take its suggestion back."""
        query = programme_pair.update().where(*_is(each)).values(outcome=outcome.value, ended=at)
        with self._database.writing() as connection:
            self._suggestions.withdraw([each.suggestion], at=at)
            connection.execute(query)

    def yeses(self, ids: Iterable[int]) -> dict[int, frozenset[str]]:
        """Whose newest answer to each of these suggestions is a yes: {id: profile keys}."""
        newest: dict[tuple[int, str], str] = {}
        for part in batches(sorted(set(ids))):
            query = select(answer).where(answer.c.suggestion.in_(part))
            with self._database.reading() as connection:
                for row in connection.execute(query.order_by(answer.c.at, answer.c.id)):
                    newest[row.suggestion, row.by] = row.status
        found: dict[int, set[str]] = {}
        for (id, key), status in newest.items():
            if status in AGREED:
                found.setdefault(id, set()).add(key)
        return {id: frozenset(keys) for id, keys in found.items()}

    def _pairs(self, *conditions: ColumnElement[Any]) -> list[ProgrammePair]:
        order = (programme_pair.c.at, *programme_pair.primary_key)
        query = select(programme_pair).where(*conditions).order_by(*order)
        with self._database.reading() as connection:
            return [_unpack_pair(row) for row in connection.execute(query)]


def _is(each: ProgrammePair) -> list[ColumnElement[bool]]:
    return [
        programme_pair.c.page == each.page,
        programme_pair.c.seeker == each.seeker,
        programme_pair.c.helper == each.helper,
    ]


def _application_row(page: int, each: Application) -> dict[str, Any]:
    return {
        "page": page,
        "account": each.account,
        "applied": each.applied,
        "partners": [*each.partners],
    }


def _pair_row(of: Programme, each: DraftPair, state: str, suggestion: int) -> dict[str, Any]:
    return {
        "page": of.page,
        "seeker": each.match.seeker,
        "helper": each.match.helper,
        "state": state,
        "suggestion": suggestion,
        "agreed": int(each.agreed),
    }


def _unpack_pair(row: Row[Any]) -> ProgrammePair:
    return ProgrammePair(
        page=row.page,
        seeker=row.seeker,
        helper=row.helper,
        state=row.state,
        suggestion=row.suggestion,
        agreed=bool(row.agreed),
        organiser=row.organiser or 0,
        at=row.at,
        outcome=row.outcome,
    )


def _pack(each: Programme) -> dict[str, Any]:
    audience = each.audience
    body: dict[str, Any] = {
        "name": each.name,
        "capacities": [*each.capacities],
        "texts": [*each.texts],
        "kinds": [kind.value for kind in audience.kinds],
        "countries": [*audience.countries],
        "regions": [*audience.regions],
        "affiliations": [*audience.affiliations],
        "opens": each.opens.isoformat() if each.opens else "",
        "closes": each.closes.isoformat() if each.closes else "",
        "languages": [*each.languages],
    }
    body = {name: value for name, value in body.items() if value}
    return body if each.seats is None else body | {"seats": each.seats}


def _unpack(row: Row[Any]) -> Programme:
    body: dict[str, Any] = row.body
    opens, closes = body.get("opens"), body.get("closes")
    return Programme(
        page=row.page,
        title=row.title,
        name=body.get("name", ""),
        capacities=tuple(body.get("capacities", ())),
        audience=Audience(
            tuple(Kind(kind) for kind in body.get("kinds", ())),
            tuple(body.get("countries", ())),
            tuple(body.get("regions", ())),
            tuple(body.get("affiliations", ())),
        ),
        opens=date.fromisoformat(opens) if opens else None,
        closes=date.fromisoformat(closes) if closes else None,
        seats=body.get("seats"),
        languages=tuple(body.get("languages", ())),
        texts=tuple(body.get("texts", ())),
    )


# -- erasure ---------------------------------------------------------------------------------------


def forget_in_programmes(connection: Connection, account: int, key: str) -> None:
    """Delete what somebody applied to and organised, and every pair that they were in.

    Where others named them, or they decided about others, only their number goes.
    """
    for each in (organiser, application):
        connection.execute(each.delete().where(each.c.account == account))
    theirs = or_(programme_pair.c.seeker == key, programme_pair.c.helper == key)
    connection.execute(programme_pair.delete().where(theirs))
    decided = programme_pair.update().where(programme_pair.c.organiser == account)
    connection.execute(decided.values(organiser=None))
    for row in connection.execute(select(application)).all():
        if account in row.partners:
            mine = (application.c.page == row.page) & (application.c.account == row.account)
            left = [one for one in row.partners if one != account]
            connection.execute(application.update().where(mine).values(partners=left))
