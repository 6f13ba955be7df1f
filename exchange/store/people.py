"""People: what somebody asked of the bot, their logins and writes, who coordinates, and every row about them."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from exchange.model.keys import GROUP_PREFIX, PUBLICATION_PREFIX, CandidateId, ProfileKey, Recipient
from exchange.store.database import Database
from exchange.store.programme_tables import application, organiser, programme_pair
from exchange.store.runs import MetadataTexts
from exchange.store.schema import (
    account,
    answer,
    block_mark,
    first_seen,
    group_proposal,
    introduction,
    introduction_refusal,
    kept_text,
    metadata_text,
    notice,
    outcome,
    page,
    preference,
    profile,
    session,
    suggestion,
    unclear_answer,
    unmet,
    web_edit,
)

BLOCK = "never "
"""How the name of a preference begins that says "never this person": their key follows."""

OPTED_OUT = "opted-out"
"""The preference of those whom a run found to have said no on the wiki; its value is the reason."""


SILENT = ("stop", "forget", OPTED_OUT)
"""The preferences of those with whom nobody is matched."""


class Preferences:
    """Named values by profile key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, profile: str, name: str, value: str, *, at: datetime, via: str) -> None:
        """Keep a value; ``via`` is ``wiki`` or ``web``."""
        row = {"profile": profile, "name": name, "value": value, "at": at, "via": via}
        self._database.upsert(preference, [row])

    def of(self, profile: str) -> dict[str, str]:
        """Everything that one profile asked: {name: value}."""
        query = select(preference).where(preference.c.profile == profile)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(preference.c.name))
            return {row.name: row.value for row in rows}

    def all(self, name: str) -> dict[str, str]:
        """Everyone who asked one thing: {profile key: value}."""
        query = select(preference).where(preference.c.name == name)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(preference.c.profile))
            return {row.profile: row.value for row in rows}

    def left_alone(self) -> frozenset[str]:
        """The profile keys of those who said stop, or were found to have said no: nobody is matched with them."""
        query = select(preference.c.profile).where(preference.c.name.in_(SILENT)).distinct()
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query))

    def block(self, profile: str, other: str, *, at: datetime, via: str, name: str = "") -> None:
        """Never bring these two together again, in whatever role; nobody else may know.

        ``name`` is what the other is called, for whoever said it to see.
        """
        self.set(profile, f"{BLOCK}{other}", name or "yes", at=at, via=via)

    def kept_apart(self, key: str) -> frozenset[str]:
        """Whom nobody brings together with a profile: blocked pairs, and whoever is left alone.

        The profile's own key is among them where it is to be left alone itself. Two queries.
        """
        pairs, alone = self._apart()
        return alone | {each for pair in pairs if key in pair for each in pair if each != key}

    def blocked_pairs(self) -> frozenset[tuple[str, str]]:
        """Every two who are never brought together, the smaller key first, as ``Match.pair``.

        A person stands for the groups that they speak for, too: whoever writes to such a group
        may meet them.
        """
        return self._apart()[0]

    def _apart(self) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        blocks = preference.c.name.startswith(BLOCK, autoescape=True)
        said = select(preference.c.profile, preference.c.name).where(
            or_(blocks, preference.c.name.in_(SILENT))
        )
        speaking = select(page.c.party, page.c.agreed).where(
            page.c.party.startswith(GROUP_PREFIX), select(preference).where(blocks).exists()
        )
        roles: dict[str, set[str]] = defaultdict(set)
        with self._database.reading() as connection:
            rows = connection.execute(said).all()
            for row in connection.execute(speaking):
                for account in row.agreed:
                    roles[str(ProfileKey.for_person(account))].add(row.party)
        pairs = frozenset(
            (min(one, other), max(one, other))
            for speaker, name in rows
            if name.startswith(BLOCK)
            for about in (name.removeprefix(BLOCK),)
            for one in {speaker, *roles.get(speaker, ())}
            for other in {about, *roles.get(about, ())}
            if one != other
        )
        return pairs, frozenset(key for key, name in rows if name in SILENT)

    def drop(self, profile: str, name: str | None = None) -> None:
        """Remove one value of a profile, or all of them."""
        query = preference.delete().where(preference.c.profile == profile)
        if name is not None:
            query = query.where(preference.c.name == name)
        with self._database.writing() as connection:
            connection.execute(query)


# -- Sessions: logins of the web tool. The cookie's secret and the token are never kept in clear.


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A login: ``id`` is the hash of the cookie's secret, ``token`` is encrypted.

    ``keeps`` says that a text is kept for the account (see ``KeptTexts``).
    """

    id: str
    account: int
    name: str
    token: bytes
    begun: datetime
    expires: datetime
    keeps: bool = False


class LoginSessions:
    """The logins, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, each: LoginSession) -> None:
        """Keep a new login."""
        values = {
            "id": each.id,
            "account": each.account,
            "name": each.name,
            "token": each.token,
            "begun": each.begun,
            "expires": each.expires,
        }
        with self._database.writing() as connection:
            connection.execute(session.insert(), values)

    def get(self, id: str, *, now: datetime) -> LoginSession | None:
        """The login of this id, if it has not expired."""
        keeps = select(kept_text.c.id).where(kept_text.c.account == session.c.account).exists()
        query = select(session, keeps).where(session.c.id == id, session.c.expires > now)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else LoginSession(*row)

    def rename(self, account: int, name: str) -> None:
        """Rename the logins of an account: its name is another one now."""
        theirs = session.c.account == account
        with self._database.writing() as connection:
            connection.execute(session.update().where(theirs).values(name=name))

    def end(self, id: str) -> None:
        """Drop a login and its token."""
        with self._database.writing() as connection:
            connection.execute(session.delete().where(session.c.id == id))

    def end_all(self, account: int) -> None:
        """Drop every login of an account."""
        with self._database.writing() as connection:
            connection.execute(session.delete().where(session.c.account == account))

    def expire(self, *, now: datetime) -> int:
        """Drop the logins that have expired; return how many."""
        with self._database.writing() as connection:
            return connection.execute(session.delete().where(session.c.expires <= now)).rowcount


# -- Kept texts: what the web tool holds for somebody for a while, encrypted.


class KeptTexts:
    """Encrypted texts by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, id: str, sealed: bytes, *, account: int, now: datetime, expires: datetime
    ) -> None:
        """Keep a text, in the place of an earlier one of this id."""
        row = {"id": id, "account": account, "sealed": sealed, "begun": now, "expires": expires}
        self._database.upsert(kept_text, [row])

    def expire(self, *, now: datetime) -> int:
        """Drop the texts that have expired; return how many."""
        with self._database.writing() as connection:
            return connection.execute(kept_text.delete().where(kept_text.c.expires <= now)).rowcount

    def get(self, id: str, *, account: int, now: datetime) -> bytes | None:
        """The text of this id, if it is kept for this account and has not expired."""
        query = select(kept_text.c.sealed).where(kept_text.c.id == id, kept_text.c.expires > now)
        query = query.where(kept_text.c.account == account)
        with self._database.reading() as connection:
            return connection.scalar(query)

    def drop(self, id: str) -> None:
        """Drop a text."""
        with self._database.writing() as connection:
            connection.execute(kept_text.delete().where(kept_text.c.id == id))

    def count(self, *, account: int) -> int:
        """How many texts are kept for an account."""
        query = select(func.count()).where(kept_text.c.account == account)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)


# -- Rate limits: what somebody did in the tool lately, so that one person cannot do too much.

WEB_EDITS_KEPT = timedelta(days=2)


class RateLimits:
    """Kind and moment of writes by account; older ones than ``WEB_EDITS_KEPT`` are dropped on the way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: int, kind: str, *, at: datetime, within: timedelta, most: int) -> bool:
        """Remember that somebody does something, and return whether they may.

        They may not where they did it ``most`` times lately; then nothing is remembered.
        """
        lately = (web_edit.c.account == account) & (web_edit.c.at > at - within)
        old = web_edit.c.at < at - WEB_EDITS_KEPT
        query = select(
            func.coalesce(func.sum(case((lately, 1), else_=0)), 0),
            func.coalesce(func.sum(case((old, 1), else_=0)), 0),
        )
        with self._database.writing() as connection:
            done, gone = connection.execute(query).one()
            if gone:
                connection.execute(web_edit.delete().where(old))
            if done < most:
                connection.execute(web_edit.insert(), {"account": account, "kind": kind, "at": at})
        return bool(done < most)


# -- Coordinators: who may settle what waits in the queue, as a protected page on the wiki names them.

COORDINATORS = "coordinators"
"""The note that holds the central user ids of the coordinators, as JSON."""

UNKNOWN_COORDINATORS = "coordinators-unknown"
"""The note that holds the names on their page that no account has, as JSON."""


class Coordinators:
    """The coordinators, by central user id."""

    def __init__(self, database: Database) -> None:
        self._texts = MetadataTexts(database)

    def all(self) -> frozenset[int]:
        """The central user ids of the coordinators."""
        return frozenset(json.loads(self._texts.get(COORDINATORS) or "[]"))

    def replace(self, accounts: Iterable[int], *, at: datetime) -> None:
        """Let these be the coordinators, and nobody else."""
        self._keep(COORDINATORS, sorted({*accounts} - {0}), at)

    def unknown(self) -> tuple[str, ...]:
        """The names on the coordinators' page that no account has, as they are written there."""
        return tuple(json.loads(self._texts.get(UNKNOWN_COORDINATORS) or "[]"))

    def note_unknown(self, names: Iterable[str], *, at: datetime) -> None:
        """Keep which names on their page no account has."""
        self._keep(UNKNOWN_COORDINATORS, [*names], at)

    def _keep(self, name: str, values: list[Any], at: datetime) -> None:
        wanted = json.dumps(values, ensure_ascii=False)
        if not values:
            self._texts.drop(name)
        elif wanted != self._texts.get(name):
            self._texts.set(name, wanted, at=at)


# -- Whom the database knows: central user ids, and the names under which somebody stands there.


def stored_accounts(connection: Connection) -> set[int]:
    """Return the central user ids of everybody of whom something is kept."""
    found: set[int] = set()
    for column in (
        account.c.id,
        notice.c.account,
        session.c.account,
        web_edit.c.account,
        kept_text.c.account,
        unclear_answer.c.account,
        introduction.c.coordinator,
        organiser.c.account,
        application.c.account,
        programme_pair.c.organiser,
    ):
        found.update(connection.scalars(select(column).distinct()))
    for column in (page.c.agreed, application.c.partners):
        for numbers in connection.scalars(select(column)):
            found.update(numbers)
    keys: set[str] = set()
    for column in (
        profile.c.key,
        page.c.party,
        suggestion.c.seeker,
        suggestion.c.helper,
        suggestion.c.interpreter,
        programme_pair.c.seeker,
        programme_pair.c.helper,
        answer.c.by,
        preference.c.profile,
        unmet.c.profile,
        first_seen.c.profile,
        notice.c.recipient,
        unclear_answer.c.settled_by,
        block_mark.c.speaker,
        block_mark.c.about,
        introduction_refusal.c.speaker,
        introduction_refusal.c.about,
    ):
        keys.update(connection.scalars(select(column).distinct()))
    named = select(preference.c.name).where(preference.c.name.startswith(BLOCK, autoescape=True))
    keys.update(name.removeprefix(BLOCK) for name in connection.scalars(named.distinct()))
    listed = select(metadata_text.c.value).where(metadata_text.c.name == COORDINATORS)
    for value in connection.scalars(listed):
        found.update(json.loads(value))
    for body in connection.scalars(select(group_proposal.c.body)):
        keys.update(body["members"], body.get("helpers", ()))
    for candidate in connection.scalars(
        select(outcome.c.candidate)
        .where(~outcome.c.candidate.startswith(PUBLICATION_PREFIX))
        .distinct()
    ):
        keys.add(str(CandidateId.parse(candidate).recipient))
    for key in keys - {""}:
        with contextlib.suppress(ValueError):
            recipient = Recipient.parse(key)
            found.add(recipient.profile.account)
            if isinstance(recipient.contact, ProfileKey):
                found.add(recipient.contact.account)
    return {each for each in found if each}


def names_of(connection: Connection, account_id: int) -> set[str]:
    """Return every name under which the person with this central user id stands somewhere."""
    key = str(ProfileKey.for_person(account_id))
    queries = (
        select(account.c.name).where(account.c.id == account_id),
        select(profile.c.name).where(profile.c.key == key),
        select(page.c.owner).where(page.c.party == key),
        select(notice.c.name).where(notice.c.account == account_id),
        select(session.c.name).where(session.c.account == account_id),
        select(introduction.c.name).where(introduction.c.coordinator == account_id),
    )
    return {name for query in queries for name in connection.scalars(query.distinct())} - {""}
