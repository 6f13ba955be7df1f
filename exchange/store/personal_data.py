"""Personal data: every row that holds somebody's name or number, for them to see."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, Text, cast, false, or_, select

from exchange.model.keys import PUBLICATION_PREFIX, CandidateId, ProfileKey, Recipient
from exchange.store.database import Database
from exchange.store.people import names_of
from exchange.store.programme_tables import (
    application,
    organiser,
    programme,
    programme_pair,
)
from exchange.store.schema import (
    account,
    answer,
    block_mark,
    first_seen,
    group_proposal,
    introduction,
    introduction_refusal,
    item,
    joining,
    kept_text,
    metadata_text,
    notice,
    outcome,
    page,
    preference,
    problem,
    profile,
    run,
    session,
    suggestion,
    unclear_answer,
    unmet,
    web_edit,
)
from exchange.store.suggestions import involves

SECRET_COLUMNS = {session.c.id, session.c.token, kept_text.c.id, kept_text.c.sealed}
"""What is shown to nobody: whoever has it is logged in."""


def collect_rows(database: Database, person: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row about the person with this central user id, as JSON: {table: rows}.

    Of a row that concerns somebody else and names them, what names them is shown, and where it
    stands. What others asked about them in private ("never this person") is not theirs to see.
    """
    key = str(ProfileKey.for_person(person))
    with database.reading() as connection:
        theirs = select(suggestion.c.id).where(involves(key))
        conditions: dict[Table, ColumnElement[bool]] = {
            account: account.c.id == person,
            profile: profile.c.key == key,
            item: item.c.profile == key,
            page: or_(page.c.party == key, _mentions(page.c.agreed, str(person))),
            problem: problem.c.profile == key,
            suggestion: suggestion.c.id.in_(theirs),
            answer: or_(answer.c.suggestion.in_(theirs), answer.c.by == key),
            introduction: or_(
                introduction.c.suggestion.in_(theirs), introduction.c.coordinator == person
            ),
            introduction_refusal: introduction_refusal.c.speaker == key,
            notice: or_(notice.c.account == person, _mentions(notice.c.recipient, key)),
            outcome: _mentions(outcome.c.candidate, key)
            & ~outcome.c.candidate.startswith(PUBLICATION_PREFIX),
            unmet: unmet.c.profile == key,
            first_seen: first_seen.c.profile == key,
            group_proposal: _mentions(group_proposal.c.body, f'"{key}"'),
            joining: joining.c.account == person,
            organiser: organiser.c.account == person,
            application: or_(
                application.c.account == person, _mentions(application.c.partners, str(person))
            ),
            programme_pair: or_(
                programme_pair.c.seeker == key,
                programme_pair.c.helper == key,
                programme_pair.c.organiser == person,
            ),
            preference: preference.c.profile == key,
            block_mark: block_mark.c.speaker == key,
            unclear_answer: or_(
                unclear_answer.c.account == person, unclear_answer.c.settled_by == key
            ),
            session: session.c.account == person,
            kept_text: kept_text.c.account == person,
            web_edit: web_edit.c.account == person,
        }
        found = {
            table.name: [
                dict(zip(names, map(_plain, row), strict=True))
                for row in connection.execute(select(*columns).where(condition))
                if _concerns(table, row._mapping, person, key)
            ]
            for table, condition in conditions.items()
            if (columns := [one for one in table.columns if one not in SECRET_COLUMNS])
            and (names := [one.name for one in columns])
        }
        for name, naming in _naming_rows(connection, person, found).items():
            found[name] = [*found.get(name, ()), *naming]
    return {name: rows for name, rows in found.items() if rows}


def _naming_rows(
    connection: Connection, person: int, shown: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Return what names somebody in rows that are not ``shown`` as theirs: {table: parts of rows}."""
    who = _Mention(person, names_of(connection, person))
    found: dict[str, list[dict[str, Any]]] = {}
    for table, (places, columns) in MENTIONING.items():
        keys = [column.name for column in table.primary_key or table.columns]
        known = [tuple(row[name] for name in keys) for row in shown.get(table.name, ())]
        query = select(table).where(or_(*(who.stands_in(one) for one in columns)))
        for row in connection.execute(query):
            cells = row._mapping
            parts = {one.name: who.part_of(cells[one]) for one in columns}
            parts = {name: part for name, part in parts.items() if part is not None}
            if parts and tuple(_plain(cells[name]) for name in keys) not in known:
                place = {one.name: _plain(cells[one]) for one in places}
                found.setdefault(table.name, []).append(place | parts)
    return found


MENTIONING: dict[Table, tuple[tuple[Column[Any], ...], tuple[Column[Any], ...]]] = {
    page: ((page.c.id, page.c.title), (page.c.editor, page.c.owner, page.c.title, page.c.reading)),
    profile: ((profile.c.name, profile.c.page), (profile.c.name, profile.c.page, profile.c.body)),
    item: ((item.c.direction, item.c.capacity), (item.c.request,)),
    problem: ((problem.c.page, problem.c.code), (problem.c.page, problem.c.text)),
    introduction: ((introduction.c.made,), (introduction.c.name, introduction.c.line)),
    programme: ((programme.c.page, programme.c.title), (programme.c.title, programme.c.body)),
    notice: ((notice.c.begun,), (notice.c.name, notice.c.page, notice.c.detail)),
    outcome: (
        (outcome.c.run, outcome.c.kind, outcome.c.reason),
        (outcome.c.candidate, outcome.c.page, outcome.c.detail),
    ),
    run: ((run.c.id, run.c.command, run.c.begun), (run.c.counts,)),
    metadata_text: ((metadata_text.c.name, metadata_text.c.at), (metadata_text.c.value,)),
}
"""Where rows about others may name somebody: what says where that is, and the columns that may."""


class _Mention:
    """Somebody's names, as words, and their number where it stands in a list for itself."""

    def __init__(self, number: int, names: set[str]) -> None:
        self.number = number
        self.names = names
        self._words = re.compile(
            "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(names))
        )

    def stands_in(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a column may name them; ``part_of`` decides."""
        written = {
            json.dumps(name, ensure_ascii=ascii_)[1:-1]
            for name in self.names
            for ascii_ in (True, False)
        }
        if column is metadata_text.c.value:
            written.add(str(self.number))
        texts = sorted(written | self.names)
        return or_(false(), *(_mentions(column, each) for each in texts))

    def part_of(self, value: Any) -> Any:
        """Return what of a value names them, None where nothing does."""
        if isinstance(value, Mapping):
            parts = {
                name: each if self._names(name) else self.part_of(each)
                for name, each in value.items()
            }
            return {name: part for name, part in parts.items() if part is not None} or None
        if isinstance(value, list):
            own = [each for each in value if type(each) is int and each == self.number]
            return [*own, *filter(None, map(self.part_of, value))] or None
        if isinstance(value, str) and value[:1] in ("[", "{"):
            try:
                return self.part_of(json.loads(value))
            except ValueError:
                pass
        return value if isinstance(value, str) and self._names(value) else None

    def _names(self, text: str) -> bool:
        return bool(self.names) and self._words.search(text) is not None


def _concerns(table: Table, row: Any, person: int, key: str) -> bool:
    """Whether a row is really theirs: the database narrows down by text, and user:5 is in user:55."""
    if table is page:
        return row["party"] == key or person in row["agreed"]
    if table is application:
        return row["account"] == person or person in row["partners"]
    if table is notice:
        theirs = Recipient.parse(row["recipient"]).concerns(ProfileKey.parse(key))
        return row["account"] == person or theirs
    if table is outcome:
        recipient = CandidateId.parse(row["candidate"]).recipient
        return recipient.concerns(ProfileKey.parse(key))
    return True


def _mentions(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    return cast(column, Text).contains(text, autoescape=True)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
