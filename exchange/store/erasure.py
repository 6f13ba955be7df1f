"""Erasure: everything that is kept about somebody goes, and one mark stays (see ``erasure_marks``).

What concerns only them is deleted. What concerns others as well keeps the others' part: a group
loses a contact, a notice to somebody else the number of the suggestion that named them. Their
pages keep an id and a revision, so that they are not read anew every run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, Text, cast, false, or_, select

from exchange.model import Reason
from exchange.model.keys import (
    GROUP_PREFIX,
    PUBLICATION_PREFIX,
    CandidateId,
    ProfileKey,
    Recipient,
)
from exchange.store.blocks import hide_blocks, read_blocks, show_blocks
from exchange.store.codec import digest
from exchange.store.database import batches
from exchange.store.erasure_marks import ErasureMarks
from exchange.store.joined_requests import leave_requests, uncount_joins
from exchange.store.pages import CONTACT_CODES, strip_contacts
from exchange.store.people import BLOCK, names_of, stored_accounts
from exchange.store.programme_tables import application, organiser, programme
from exchange.store.programmes import forget_in_programmes
from exchange.store.runs import INDEX_VERSION, REBUILT
from exchange.store.schema import account as accounts
from exchange.store.schema import (
    answer,
    first_seen,
    group_proposal,
    introduction,
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
from exchange.store.store import Store
from exchange.store.suggestions import involves

ERASED = 0
"""What stands in a notice in the place of a suggestion that is no more."""


def erase_person(
    store: Store,
    account: int,
    *,
    marks: ErasureMarks,
    at: datetime,
    names: Iterable[str] = (),
) -> None:
    """Forget the person with this central user id; all or nothing.

    ``names`` are theirs beside those that are stored.
    Errors: ``SettingsError`` where there is no key for the mark, ``StoreUnavailable``.
    """
    with store.transaction():
        _forget_person(store, account, marks, at, names=names)
        _renew_index(store, at)


def restore_person(store: Store, account: int, *, marks: ErasureMarks, at: datetime) -> None:
    """Let somebody who was forgotten take part again: the next harvest reads their pages anew."""
    with store.transaction():
        show_blocks(store, account, marks)
        key = ProfileKey.for_person(account)
        store.introductions.rename(marks.digests_of(account), str(key))
        marks.remove(account, at=at)
        # Whose the emptied pages are is not known any more; they are few, and tested again.
        store.pages.forget_emptied()


def apply_erasures(
    store: Store, *, marks: ErasureMarks, at: datetime, everybody: bool = True
) -> int:
    """Make sure that whoever was forgotten can be told, and that nothing is kept of them; how many.

    Where only the file of the marks knew of somebody, the database is an older copy: nothing is
    sent until the operator has confirmed it. ``SettingsError`` where a key is missing.
    """
    if marks.unite():
        store.metadata.set(REBUILT, at.isoformat(), at=at)
    marks.require_keys()
    return purge_erased(store, marks=marks, at=at) if everybody else 0


def purge_erased(store: Store, *, marks: ErasureMarks, at: datetime) -> int:
    """Purge everybody who is marked and stored all the same, as after an old backup; how many.

    Wishes to be forgotten from before there were marks become marks.
    """
    wishes = store.preferences.all("forget")
    with store.transaction():
        for key in wishes:
            if (person := ProfileKey.parse(key)).account:
                marks.add(person.account, at=at)
            store.preferences.drop(key, "forget")
        if not marks.all():
            return 0
        with store.database.reading() as connection:
            stored = stored_accounts(connection)
        found = marks.of(stored)
        for account, mark in sorted(found.items()):
            # Whoever logged in since then may be about to come back.
            _forget_person(store, account, marks, at, since=mark.at)
        if found:
            _renew_index(store, at)
    return len(found)


def _forget_person(
    store: Store,
    account: int,
    marks: ErasureMarks,
    at: datetime,
    *,
    names: Iterable[str] = (),
    since: datetime | None = None,
) -> None:
    """Leave of somebody one mark, which also stands for them in what must never come together."""
    kept = read_blocks(store, account)
    purge_person(store, account, names=names, since=since)
    store.coordinators.replace(store.coordinators.all() - {account}, at=at)
    mark = marks.add(account, at=at)
    hide_blocks(store, kept, account, mark)
    store.introductions.rename([str(ProfileKey.for_person(account))], mark.mark)


def purge_person(
    store: Store, account: int, *, names: Iterable[str], since: datetime | None
) -> None:
    """Delete all that is kept about somebody. ``since`` spares what they did in the tool after it."""
    key = ProfileKey.for_person(account)
    with store.database.writing() as connection:
        known = {*names, *names_of(connection, account)} - {""}
        person = _Person(connection, key, frozenset(known))
        spoken_for = [str(key), *person.empty_pages()]
        person.leave_groups()
        store.introductions.forget(account, known)
        person.drop_suggestions()
        person.drop_notices()
        person.drop_outcomes()
        person.leave_proposals(spoken_for)
        person.leave_runs()
        person.leave_metadata()
        person.drop_unclear_answers()
        store.profiles.forget(spoken_for)
        connection.execute(unmet.delete().where(unmet.c.profile == str(key)))
        connection.execute(first_seen.delete().where(first_seen.c.profile == str(key)))
        connection.execute(
            preference.delete().where(
                or_(
                    preference.c.profile == str(key),
                    # What somebody else asked about them: never to be brought together.
                    preference.c.name.in_([f"{BLOCK}{key}"]),
                )
            )
        )
        connection.execute(accounts.delete().where(accounts.c.id == account))
        uncount_joins(connection, account)
        forget_in_programmes(connection, account, str(key))
        moments = {session: "begun", kept_text: "begun", web_edit: "at"}
        for table, moment in ((each, each.c[name]) for each, name in moments.items()):
            query = table.delete().where(table.c.account == account)
            connection.execute(query if since is None else query.where(moment <= since))


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody who is to be forgotten: their key, and the names under which they are known."""

    connection: Connection
    key: ProfileKey
    names: frozenset[str]

    def empty_pages(self) -> list[str]:
        """Keep of their pages that they were read; give the keys of the groups that stood there."""
        theirs = or_(page.c.party == str(self.key), page.c.owner.in_(sorted(self.names)))
        ids = list(self.connection.scalars(select(page.c.id).where(theirs)))
        for part in batches(ids):
            self.connection.execute(problem.delete().where(problem.c.page_id.in_(part)))
            for table in (joining, programme, organiser, application):
                self.connection.execute(table.delete().where(table.c.page.in_(part)))
            self.connection.execute(
                page.update()
                .where(page.c.id.in_(part))
                .values(title="", edited=None, editor="", owner="", party="", agreed=[], reading={})
            )
        self.connection.execute(problem.delete().where(problem.c.profile == str(self.key)))
        return [str(ProfileKey.for_group(id)) for id in ids]

    def leave_groups(self) -> None:
        """Take them out of others' pages and profiles, where they are contacts or the editor."""
        query = select(page.c.id, page.c.party, page.c.editor, page.c.agreed, page.c.reading).where(
            or_(
                page.c.editor.in_(sorted(self.names)),
                _mentions(page.c.agreed, [str(self.key.id)]),
                _mentions(page.c.reading, map(_in_json, self.names)),
            )
        )
        for row in self.connection.execute(query).all():
            agreed = [id for id in row.agreed if id != self.key.id]
            self.connection.execute(
                page.update()
                .where(page.c.id == row.id)
                .values(
                    editor="" if row.editor in self.names else row.editor,
                    agreed=agreed,
                    reading=strip_contacts(row.reading, self.names),
                )
            )
            self._strip_problems(row.id)
        bodies = select(profile.c.key, profile.c.body).where(
            _mentions(profile.c.body, map(_in_json, self.names)), profile.c.key != str(self.key)
        )
        for key, body in self.connection.execute(bodies).all():
            body = body | {
                "contacts": [name for name in body.get("contacts", ()) if name not in self.names]
            }
            left = leave_requests(self.connection, key, body, self._is_page)
            if left is None:
                continue
            body = left
            values: dict[str, Any] = {
                "body": body,
                "digest": digest({name: each for name, each in body.items() if name != "name"}),
            }
            if key.startswith(GROUP_PREFIX) and not body["contacts"]:
                values |= {"active": False, "state": Reason.NO_CONTACT.value}
            self.connection.execute(profile.update().where(profile.c.key == key).values(values))

    def drop_suggestions(self) -> None:
        """Delete what was suggested to them or about them, with every answer to it."""
        rows = self.connection.execute(
            select(
                suggestion.c.id,
                suggestion.c.seeker,
                suggestion.c.helper,
                suggestion.c.interpreter,
            ).where(involves(str(self.key)))
        ).all()
        ids = {row.id for row in rows}
        others = {key for row in rows for key in row[1:]} - {str(self.key), ""}
        for part in batches(sorted(ids)):
            for table in (answer, introduction):
                self.connection.execute(table.delete().where(table.c.suggestion.in_(part)))
            self.connection.execute(suggestion.delete().where(suggestion.c.id.in_(part)))
        self.connection.execute(answer.update().where(answer.c.by == str(self.key)).values(by=""))
        for part in batches(sorted(others)):
            wanted: list[ColumnElement[bool]] = [notice.c.recipient.in_(part)]
            wanted += [
                notice.c.recipient.startswith(f"{key}>", autoescape=True)
                for key in part
                if key.startswith(GROUP_PREFIX)
            ]
            query = select(notice.c.id, notice.c.suggestions).where(or_(*wanted))
            for id, told in self.connection.execute(query).all():
                if ids & {*told}:
                    # The others keep their numbers: people answer "2 yes".
                    kept = [ERASED if each in ids else each for each in told]
                    self.connection.execute(
                        notice.update().where(notice.c.id == id).values(suggestions=kept)
                    )

    def drop_notices(self) -> None:
        """Delete every notice to them in whatever role, and their talk page in those of others."""
        # The database narrows down by text, the value decides: user:5 is in user:55, too.
        query = select(notice.c.id, notice.c.recipient, notice.c.account, notice.c.name).where(
            or_(
                notice.c.recipient.contains(str(self.key), autoescape=True),
                notice.c.account == self.key.id,
                (notice.c.account == 0) & notice.c.name.in_(sorted(self.names)),
            )
        )
        ids = [
            row.id
            for row in self.connection.execute(query).all()
            if row.account == self.key.id
            or Recipient.parse(row.recipient).concerns(self.key)
            or (not row.account and row.name in self.names)
        ]
        for part in batches(ids):
            self.connection.execute(notice.delete().where(notice.c.id.in_(part)))
        self._blank(notice)

    def drop_unclear_answers(self) -> None:
        """Delete what they wrote, and their key where they settled what others wrote."""
        self.connection.execute(
            unclear_answer.delete().where(unclear_answer.c.account == self.key.id)
        )
        self.connection.execute(
            unclear_answer.update()
            .where(unclear_answer.c.settled_by == str(self.key))
            .values(settled_by="")
        )

    def drop_outcomes(self) -> None:
        """Delete what became of them as a candidate, and their name in what became of others."""
        # A long name is cut there: see ``Recipient``.
        begun = [f">{name[:50]}" for name in self.names]
        query = select(outcome.c.run, outcome.c.candidate).where(
            or_(
                outcome.c.candidate.contains(str(self.key), autoescape=True),
                _mentions(outcome.c.candidate, begun),
            ),
            ~outcome.c.candidate.startswith(PUBLICATION_PREFIX),
        )
        for id, candidate in self.connection.execute(query).all():
            recipient = CandidateId.parse(candidate).recipient
            if recipient.concerns(self.key) or self._is_named(recipient):
                self.connection.execute(
                    outcome.delete().where(outcome.c.run == id, outcome.c.candidate == candidate)
                )
        self._blank(outcome)

    def leave_proposals(self, keys: Collection[str]) -> None:
        """Take back the proposed groups in which one of these profiles is."""
        rows = self.connection.execute(
            select(group_proposal.c.kind, group_proposal.c.position, group_proposal.c.body)
        )
        for kind, position, body in rows.all():
            if {*keys} & {*body["members"], *body.get("helpers", ())}:
                self.connection.execute(
                    group_proposal.delete().where(
                        group_proposal.c.kind == kind, group_proposal.c.position == position
                    )
                )

    def leave_runs(self) -> None:
        """Take their name out of what went wrong in a run."""
        query = select(run.c.id, run.c.counts).where(
            _mentions(run.c.counts, map(_in_json, self.names))
        )
        for id, counts in self.connection.execute(query).all():
            kept = {
                name: ""
                if isinstance(value, str) and any(one in value for one in self.names)
                else value
                for name, value in counts.items()
            }
            self.connection.execute(run.update().where(run.c.id == id).values(counts=kept))

    def _blank(self, table: Table) -> None:
        """Take their pages and their name out of what others' notices or outcomes tell."""
        details = table.update().where(_mentions(table.c.detail, self.names))
        self.connection.execute(details.values(detail=""))
        query = select(table.c.page).where(_mentions(table.c.page, self.names)).distinct()
        titles = [
            title
            for title in self.connection.scalars(query)
            if title.partition(":")[2].partition("/")[0] in self.names
        ]
        for part in batches(titles):
            self.connection.execute(table.update().where(table.c.page.in_(part)).values(page=""))

    def _is_named(self, recipient: Recipient) -> bool:
        """Whether it is they as a group's contact, known by name alone."""
        return str(recipient) in {str(Recipient(recipient.profile, name)) for name in self.names}

    def leave_metadata(self) -> None:
        """Take their pages out of what is noted about pages, by page id as JSON."""
        query = select(metadata_text.c.name, metadata_text.c.value).where(
            _mentions(
                metadata_text.c.value,
                [*map(_in_json, self.names), *(json.dumps(name)[1:-1] for name in self.names)],
            )
        )
        for name, value in self.connection.execute(query).all():
            try:
                noted = json.loads(value)
            except ValueError:
                continue
            if isinstance(noted, dict):
                kept = {id: each for id, each in noted.items() if not self._is_page(each)}
                text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
                self.connection.execute(
                    metadata_text.update()
                    .where(metadata_text.c.name == name)
                    .values(value=text if kept != noted else value)
                )

    def _is_page(self, noted: object) -> bool:
        titles = noted if isinstance(noted, list) else [noted]
        return any(
            isinstance(one, str) and one.partition(":")[2].partition("/")[0] in self.names
            for one in titles
        )

    def _strip_problems(self, page_id: int) -> None:
        self.connection.execute(
            problem.update()
            .where(problem.c.page_id == page_id, problem.c.code.in_(CONTACT_CODES))
            .where(_mentions(problem.c.text, self.names))
            .values(text="")
        )


def _mentions(column: ColumnElement[Any], texts: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds one of these texts; nothing holds none of them."""
    if not isinstance(column.type, (String, Text)):
        column = cast(column, Text)
    return or_(false(), *(column.contains(text, autoescape=True) for text in sorted(texts)))


def _in_json(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)[1:-1]


def _renew_index(store: Store, at: datetime) -> None:
    """Mark the index as rebuilt, so that the web tool lets go of the one that it holds."""
    before = store.metadata.get(INDEX_VERSION)
    store.metadata.set(INDEX_VERSION, digest([before, "erasure", at.isoformat()])[:16], at=at)
