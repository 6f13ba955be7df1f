"""Profiles: what people and groups share and want, merged, and the items in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from exchange.model import UNLISTED, Profile, Reason
from exchange.store.codec import digest, pack_profile, unpack_profile
from exchange.store.database import Database, batches
from exchange.store.schema import item, problem, profile

OFFER = "offer"
WANT = "want"
_BODY = (profile.c.body, profile.c.unanswered)
"""What a profile is put together from."""
_READ = 5_000
"""How many profiles one query reads: as many as an export has rows."""


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A profile and its standing. ``state`` tells why somebody takes no part now, or is None."""

    profile: Profile
    state: Reason | None
    digest: str

    @property
    def active(self) -> bool:
        """Whether they take part in matching and search."""
        return self.state is None


@dataclass(frozen=True, slots=True)
class ActiveProfiles:
    """Every active profile by key; ``marks`` tells by key which version of it this is."""

    profiles: Mapping[str, Profile]
    marks: Mapping[str, str]


class Profiles:
    """The profiles of the index, by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, *, active: bool | None = True) -> list[Profile]:
        """Every profile by key: the active ones, the others (False), or all (None)."""
        query = select(*_BODY).order_by(profile.c.key)
        if active is not None:
            query = query.where(profile.c.active == active)
        with self._database.reading() as connection:
            return [_unpack(*row) for row in connection.execute(query)]

    def active(self, before: ActiveProfiles | None = None) -> ActiveProfiles:
        """Every active profile; those that are as they were ``before`` are the same objects.

        Their bodies are not read again: where few changed, this takes a fraction of the time.
        """
        everybody = profile.c.active.is_(True)
        columns = (profile.c.key, profile.c.digest, profile.c.name, profile.c.unanswered)
        query = select(*columns).where(everybody).order_by(profile.c.key)
        found: dict[str, Profile] = {}
        marks: dict[str, str] = {}
        with self._database.reading() as connection:
            if before is None:
                for key, *version, body in connection.execute(query.add_columns(profile.c.body)):
                    found[key], marks[key] = _unpack(body, version[-1]), _mark(*version)
                return ActiveProfiles(found, marks)
            for key, *version in connection.execute(query):
                marks[key] = _mark(*version)
            fresh = self.get_many(
                key for key, mark in marks.items() if before.marks.get(key) != mark
            )
        for key in marks:
            found[key] = fresh[key] if key in fresh else before.profiles[key]
        return ActiveProfiles(found, marks)

    def records(self, keys: Iterable[str] | None = None) -> dict[str, ProfileRecord]:
        """Profiles with their standing: those of ``keys``, or all."""
        query = select(profile.c.key, profile.c.state, profile.c.digest, *_BODY)
        found = {}
        with self._database.reading() as connection:
            for each in _parts(query, profile.c.key, keys):
                for key, state, mark, *body in connection.execute(each):
                    found[key] = ProfileRecord(
                        _unpack(*body), Reason(state) if state else None, mark
                    )
        return dict(sorted(found.items()))

    def get(self, key: str) -> Profile | None:
        """The profile of this key, active or not."""
        return self._first(profile.c.key == key)

    def get_many(self, keys: Iterable[str]) -> dict[str, Profile]:
        """The profiles of these keys, active or not, as far as there are any."""
        query = select(profile.c.key, *_BODY)
        with self._database.reading() as connection:
            return {
                key: _unpack(*body)
                for each in _parts(query, profile.c.key, keys)
                for key, *body in connection.execute(each)
            }

    def named(self, name: str) -> list[Profile]:
        """Every profile of this user or group name, by key: people and groups may share one."""
        query = select(*_BODY).where(profile.c.name == name).order_by(profile.c.key)
        with self._database.reading() as connection:
            return [_unpack(*row) for row in connection.execute(query)]

    def by_name(self, name: str) -> Profile | None:
        """The profile of this user or group name; the first by key where several have it."""
        return self._first(profile.c.name == name)

    def sharing_unlisted(self) -> dict[str, list[str]]:
        """Who wants an unlisted capacity that others want, too: {capacity: keys}. One query."""
        unlisted = (item.c.direction == WANT) & item.c.capacity.startswith(UNLISTED)
        query = select(item.c.capacity, item.c.profile).where(
            unlisted, item.c.profile == profile.c.key, profile.c.active.is_(True)
        )
        found: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for capacity, key in connection.execute(query):
                found.setdefault(capacity, set()).add(key)
        return {name: sorted(keys) for name, keys in sorted(found.items()) if len(keys) > 1}

    def digests_of(self, keys: Iterable[str]) -> dict[str, str]:
        """The digests of these profiles: {key: digest}."""
        query = select(profile.c.key, profile.c.digest)
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for each in _parts(query, profile.c.key, keys):
                found |= dict(connection.execute(each).all())
        return dict(sorted(found.items()))

    def states(self) -> dict[str, Reason]:
        """Those who take no part now, and why: {key: reason}."""
        query = select(profile.c.key, profile.c.state).where(profile.c.active.is_(False))
        with self._database.reading() as connection:
            return {key: Reason(state) for key, state in connection.execute(query) if state}

    def save_many(
        self, profiles: Iterable[Profile], *, states: Mapping[str, Reason] | None = None
    ) -> list[str]:
        """Keep these profiles with their items; give back the keys of those that changed.

        ``states`` names those who take no part now, and why; all others of ``profiles`` are
        active. Whoever edited their profile since is there: no question is unanswered then.
        """
        states = states or {}
        rows = [_row(each, states.get(each.key)) for each in profiles]
        columns = (profile.c.key, profile.c.digest, profile.c.state, profile.c.name)
        asked = (profile.c.edited, profile.c.unanswered)
        with self._database.writing() as connection:
            before = {
                key: rest
                for query in _parts(
                    select(*columns, *asked), profile.c.key, [r["key"] for r in rows]
                )
                for key, *rest in connection.execute(query)
            }
            changed = []
            for row in rows:
                *was, edited, unanswered = before.get(row["key"], ("", None, ""))
                if was != [row["digest"], row["state"], row["name"]]:
                    row["unanswered"] = unanswered if row["edited"] == edited else ""
                    changed.append(row)
            keys = sorted(row["key"] for row in changed)
            self._database.upsert(profile, changed)
            self._database.delete(item, "profile", keys)
            items = [entry for row in changed for entry in _items(row["key"], row["body"])]
            for part in batches(items):
                connection.execute(item.insert(), part)
        return keys

    def forget(self, keys: Iterable[str]) -> None:
        """Remove these profiles, their items and the problems of their pages from the index."""
        wanted = sorted(set(keys))
        with self._database.writing():
            self._database.delete(problem, "profile", wanted)
            self._database.delete(item, "profile", wanted)
            self._database.delete(profile, "key", wanted)

    def _first(self, condition: ColumnElement[bool]) -> Profile | None:
        query = select(*_BODY).where(condition).order_by(profile.c.key).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _unpack(*row)


def _parts(query: Select[Any], column: Any, keys: Iterable[str] | None) -> list[Select[Any]]:
    if keys is None:
        return [query]
    return [query.where(column.in_(part)) for part in batches(sorted(set(keys)), _READ)]


def _unpack(body: dict[str, Any], unanswered: str) -> Profile:
    return unpack_profile(body | {"unanswered": unanswered.split()} if unanswered else body)


def _mark(digest: str, name: str, unanswered: str) -> str:
    # The digest leaves both out.
    return f"{digest} {unanswered} {name}"


def _row(each: Profile, state: Reason | None) -> dict[str, Any]:
    body = pack_profile(each)
    body.pop("unanswered", None)  # It is no part of what the page says: see ``SignsOfLife``.
    return {
        "key": each.key,
        "name": each.name,
        "kind": each.kind.value,
        "page": each.page,
        "page_id": each.page_id,
        "revision": each.revision,
        "edited": each.edited,
        "country": each.country,
        "region": each.region,
        "active": state is None,
        "state": "" if state is None else state.value,
        "body": body,
        "digest": digest({name: value for name, value in body.items() if name != "name"}),
    }


def _items(key: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "profile": key,
            "direction": direction,
            "position": position,
            "capacity": entry["capacity"][:190],
            "text": entry.get("text", "")[:255],
            "level": entry.get("level"),
            "priority": entry.get("priority", 0),
            "until": date.fromisoformat(entry["until"]) if "until" in entry else None,
            "request": entry.get("request", ""),
        }
        for direction, name in ((OFFER, "offers"), (WANT, "wants"))
        for position, entry in enumerate(body.get(name, ()))
    ]
