"""ErasureMarks: who was forgotten, told by a keyed hash, so that the database holds neither name nor number.

A mark is the HMAC-SHA256 of a profile key. Its key is a secret outside of the database: without
it nobody can tell whose mark it is, with it everybody who is about to be stored can be tested.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from exchange.errors import SettingsError, StoreError
from exchange.model.keys import ProfileKey
from exchange.store.database import BATCH, Database, batches
from exchange.store.schema import block_mark, erasure

NO_KEY = (
    "CXC_ERASURE_KEYS: {count} people were forgotten, and the key that tells who they are is not "
    "set; put it back, behind newer ones (docs/operations.md, \u201cForgetting\u201d)"
)


FORGOTTEN, RETURNED = "forgotten", "returned"


@dataclass(frozen=True, slots=True)
class ErasureMark:
    """That somebody was forgotten, and when. ``key`` tells which secret made the mark.

    ``returned`` is when they took part again, None while they are forgotten.
    """

    mark: str
    key: str
    at: datetime
    returned: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether they are forgotten now."""
        return self.returned is None

    @property
    def said(self) -> datetime:
        """When the last word about them was said."""
        return self.returned or self.at


@dataclass(frozen=True, slots=True)
class ErasureLog:
    """The marks once more, in a file outside of the database: an old backup does not lose them.

    A line is a moment, ``forgotten`` or ``returned``, the mark and its key; the last line about a
    mark counts. Without a ``path`` there is no file.
    """

    path: Path | None = None

    def read(self) -> dict[str, ErasureMark]:
        """Return the last word about each mark: {mark: as it stands then}."""
        if self.path is None or not self.path.exists():
            return {}
        try:
            lines = self.path.read_text("ascii").splitlines()
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.path} cannot be read: {error}") from None
        return {each.mark: each for each in self._parsed(lines)}

    def append(self, marks: Iterable[ErasureMark]) -> None:
        """Add a line for each mark, on the disk when this returns. Raises StoreError."""
        lines = [
            f"{_moment(each.said)} {FORGOTTEN if each.stands else RETURNED} {each.mark} {each.key}\n"
            for each in marks
        ]
        if self.path is None or not lines:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="ascii") as file:
                file.write("".join(lines))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error}") from None

    def _parsed(self, lines: Sequence[str]) -> Iterator[ErasureMark]:
        for number, line in enumerate(lines, 1):
            try:
                moment, word, mark, key = line.split()
                if word not in (FORGOTTEN, RETURNED) or len(bytes.fromhex(mark)) != 32:
                    raise ValueError
                at = datetime.fromisoformat(moment)
            except ValueError:
                if number == len(lines):
                    return  # A write that was cut off; the database has that mark.
                raise StoreError(f"{self.path}, line {number}: {line!r} is no mark") from None
            yield ErasureMark(mark, key, at, at if word == RETURNED else None)


class ErasureMarks:
    """The marks in the database, and the tests against them.

    ``secrets`` are the keys, the newest first: new marks are made with it, the others are still
    tested, and marks of theirs are renewed when the person is met.
    """

    def __init__(
        self, database: Database, *, secrets: Sequence[bytes], log: Path | None = None
    ) -> None:
        self._database = database
        self._keys = {_key_id(secret): secret for secret in secrets}
        self._log = ErasureLog(log)

    def all(self) -> dict[str, ErasureMark]:
        """Return every mark of somebody who is forgotten now."""
        return {name: each for name, each in self._all().items() if each.stands}

    def require_keys(self) -> None:
        """Raise ``SettingsError`` where there are marks that no key of ours can test."""
        lost = [each for each in self.all().values() if each.key not in self._keys]
        if lost:
            raise SettingsError([NO_KEY.format(count=len(lost))])

    def add(self, account: int, *, at: datetime) -> ErasureMark:
        """Mark the person with this central user id. Raises ``SettingsError`` without a key."""
        if not self._keys:
            raise SettingsError(
                [
                    "CXC_ERASURE_KEYS: nobody can be forgotten without a key; make one with: "
                    "openssl rand -hex 32"
                ]
            )
        known = self.of([account]).get(account)
        key = next(iter(self._keys))
        if known is not None and known.key == key:
            return known
        new = ErasureMark(self._digest(key, account), key, known.at if known else at)
        self._save([new])
        self._log.append([new])
        if known is not None:
            self._database.delete(erasure, "mark", [known.mark])
            self._renew_blocks(known.mark, new.mark)
            self._log.append([replace(known, returned=at)])
        return new

    def remove(self, account: int, *, at: datetime) -> None:
        """Take somebody's marks back: they take part again. That they were marked is kept."""
        wanted = {self._digest(key, account) for key in self._keys}
        standing = [each for name, each in self.all().items() if name in wanted]
        returned = [replace(each, returned=at) for each in standing]
        self._save(returned)
        self._log.append(returned)

    def of(self, accounts: Iterable[int]) -> dict[int, ErasureMark]:
        """Return those of these people who are forgotten now, with their marks."""
        return {account: each for account, each in self.ever(accounts).items() if each.stands}

    def ever(self, accounts: Iterable[int]) -> dict[int, ErasureMark]:
        """Return those of these people who are forgotten or once were, with their marks."""
        digests = {
            self._digest(key, account): account for account in set(accounts) for key in self._keys
        }
        if len(digests) > BATCH:
            known = self._all()
        else:
            query = select(erasure).where(erasure.c.mark.in_(sorted(digests)))
            with self._database.reading() as connection:
                known = {row.mark: ErasureMark(*row) for row in connection.execute(query)}
        found: dict[int, ErasureMark] = {}
        for digest in digests.keys() & known.keys():
            before = found.get(digests[digest])
            if before is None or known[digest].stands:
                found[digests[digest]] = known[digest]
        return found

    def has(self, account: int) -> bool:
        """Whether the person with this central user id is forgotten."""
        return bool(self.of([account]))

    def digests_of(self, account: int) -> frozenset[str]:
        """Return every mark that somebody could have, one for each key."""
        return frozenset(self._digest(key, account) for key in self._keys)

    def unite(self) -> int:
        """Bring the database and the file to the same marks; the later word counts.

        Return of how many people only the file told: then the database is older than the file.
        """
        stored, logged = self._all(), self._log.read()
        newer = [
            replace(each, at=stored[name].at) if name in stored and not each.stands else each
            for name, each in logged.items()
            if name not in stored or stored[name].said < each.said
        ]
        self._save(newer)
        self._log.append(
            each
            for name, each in stored.items()
            if name not in logged or logged[name].said < each.said
        )
        return len(newer)

    def _renew_blocks(self, old: str, new: str) -> None:
        """Let a renewed mark stand where the old one did, in what must never come together."""
        with self._database.writing() as connection:
            for column in (block_mark.c.speaker, block_mark.c.about):
                connection.execute(
                    block_mark.update().where(column == old).values({column.name: new})
                )

    def _all(self) -> dict[str, ErasureMark]:
        with self._database.reading() as connection:
            return {row.mark: ErasureMark(*row) for row in connection.execute(select(erasure))}

    def _save(self, marks: Iterable[ErasureMark]) -> None:
        for part in batches([asdict(each) for each in marks]):
            self._database.upsert(erasure, part)

    def _digest(self, key: str, account: int) -> str:
        text = str(ProfileKey.for_person(account))
        return hmac.new(self._keys[key], text.encode(), hashlib.sha256).hexdigest()


def _key_id(secret: bytes) -> str:
    """Return a short name of a key that does not tell the key."""
    return hmac.new(secret, b"cxc which erasure key", hashlib.sha256).hexdigest()[:16]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
