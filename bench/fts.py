"""FTS: the baseline for searching, SQLite's full text search with facets counted by SQL.

The same profiles in memory, a table a facet with the indexes that its questions want, and the
same answer: a page by rank, the total, and each facet's counts without the facet's own choice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date

from exchange.directory import Directory
from exchange.geography import country_name, region_name
from exchange.languages import autonym
from exchange.languages import language_name as language_name
from exchange.model import Profile
from exchange.search.facets import SIMPLE, capacity_links, facet_values, offers_and_wants
from exchange.search.query import DIRECTIONS, FRESHNESS, Query, Sort

_ORDER = {Sort.NAME: "profile.name", Sort.FRESHNESS: "profile.edited DESC"}


class Fts:
    """A fixed set of profiles in SQLite."""

    def __init__(self, profiles: Iterable[Profile], *, directory: Directory) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.executescript(
            """
            CREATE TABLE profile (id INTEGER PRIMARY KEY, key TEXT, name TEXT, edited INTEGER);
            CREATE VIRTUAL TABLE words USING
                fts5(text, content='', tokenize="unicode61 remove_diacritics 2", prefix='2 3');
            CREATE TABLE tie (capacity TEXT, direction TEXT, id INTEGER,
                PRIMARY KEY (capacity, direction, id)) WITHOUT ROWID;
            CREATE TABLE language (value TEXT, level INTEGER, id INTEGER, PRIMARY KEY (value, id)) WITHOUT ROWID;
            CREATE TEMP TABLE found (id INTEGER PRIMARY KEY);
            """
        )
        for facet in SIMPLE:
            self._db.execute(
                f"CREATE TABLE {facet} (value TEXT, id INTEGER, PRIMARY KEY (value, id)) WITHOUT ROWID"
            )
        for number, profile in enumerate(profiles):
            self._add(number, profile, directory)
        for facet, columns in {"tie": "direction, capacity", "language": "level, value"}.items():
            self._db.execute(f"CREATE INDEX {facet}_of ON {facet} (id, {columns})")
        for facet in SIMPLE:
            self._db.execute(f"CREATE INDEX {facet}_of ON {facet} (id, value)")
        self._db.execute("CREATE INDEX fresh ON profile (edited)")
        self._db.execute("ANALYZE")

    def _add(self, number: int, profile: Profile, directory: Directory) -> None:
        insert = self._db.execute
        edited = profile.edited.toordinal() if profile.edited else -1
        insert(
            "INSERT INTO profile VALUES (?, ?, ?, ?)", (number, profile.key, profile.name, edited)
        )
        held = {
            (wider, direction, number)
            for direction, capacity in capacity_links(profile)
            for wider in (capacity, *directory.broader(capacity))
        }
        self._db.executemany("INSERT INTO tie VALUES (?, ?, ?)", sorted(held))
        for facet, value in sorted(set(facet_values(profile))):
            insert(f"INSERT INTO {facet} VALUES (?, ?)", (value, number))
        for one in profile.languages:
            insert("INSERT OR IGNORE INTO language VALUES (?, ?, ?)", (one.code, one.level, number))
        text = " ".join(
            [
                profile.name,
                *profile.affiliations,
                *profile.projects,
                profile.about,
                *(item.note for item in offers_and_wants(profile)),
                *(directory.name(capacity) for capacity, _, _ in sorted(held)),
                *(f"{language_name(one.code)} {autonym(one.code)}" for one in profile.languages),
                country_name(profile.country, "en") if profile.country else "",
                region_name(profile.region, "en") if profile.region else "",
            ]
        )
        insert("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))

    def search(self, query: Query, *, today: date) -> tuple[list[str], int, dict[str, object]]:
        """Return a page of keys, the total, and the counts of every facet."""
        held = self._restrictions(query, today)
        counts: dict[str, object] = {}
        facets = ("direction", "capacity", "freshness", "language", *SIMPLE)
        own = {facet: "tie" if facet in ("direction", "capacity") else facet for facet in facets}
        for left_out in {*own.values()} & held.keys():
            self._fill(query.text, {name: one for name, one in held.items() if name != left_out})
            for facet in facets:
                if own[facet] == left_out:
                    counts[facet] = self._counts(facet, query, today)
        self._fill(query.text, held)
        for facet in facets:
            if own[facet] not in held:
                counts[facet] = self._counts(facet, query, today)
        total = self._db.execute("SELECT count(*) FROM found").fetchone()[0]
        rank = _ORDER.get(query.sort, "profile.edited DESC")
        source, given = "found JOIN profile USING (id)", []
        if query.text and query.sort is Sort.RELEVANCE:
            rank, given = "words.rank", [_match(query.text)]
            source += " JOIN words ON words.rowid = id AND words MATCH ?"
        page = self._db.execute(
            f"SELECT key FROM {source} ORDER BY {rank} LIMIT ? OFFSET ?",
            (*given, query.size, (query.page - 1) * query.size),
        )
        return [key for (key,) in page], total, counts

    def _restrictions(self, query: Query, today: date) -> dict[str, tuple[str, tuple[object, ...]]]:
        held: dict[str, tuple[str, tuple[object, ...]]] = {}
        ways = query.values("direction") or DIRECTIONS
        if capacities := query.values("capacity"):
            held["tie"] = (
                f"SELECT id FROM tie WHERE capacity IN ({_marks(capacities)})"
                f" AND direction IN ({_marks(ways)})",
                (*capacities, *ways),
            )
        elif query.values("direction"):
            held["tie"] = f"SELECT id FROM tie WHERE direction IN ({_marks(ways)})", tuple(ways)
        for facet in SIMPLE:
            if values := query.values(facet):
                held[facet] = f"SELECT id FROM {facet} WHERE value IN ({_marks(values)})", values
        if values := query.values("language"):
            held["language"] = (
                f"SELECT id FROM language WHERE value IN ({_marks(values)}) AND level >= ?",
                (*values, query.level),
            )
        if values := query.values("freshness"):
            days = max(FRESHNESS.get(value, 0) for value in values)
            held["freshness"] = (
                "SELECT id FROM profile WHERE edited >= ?",
                (today.toordinal() - days,),
            )
        return held

    def _fill(self, text: str, held: Mapping[str, tuple[str, tuple[object, ...]]]) -> None:
        self._db.execute("DELETE FROM found")
        where, given = ["1"], list[object]()
        if text:
            where.append("id IN (SELECT rowid FROM words WHERE words MATCH ?)")
            given.append(_match(text))
        for select, values in held.values():
            where.append(f"id IN ({select})")
            given += values
        self._db.execute(
            f"INSERT INTO found SELECT id FROM profile WHERE {' AND '.join(where)}", given
        )

    def _counts(self, facet: str, query: Query, today: date) -> list[tuple[str, int]]:
        given: tuple[object, ...] = ()
        if facet == "freshness":
            days = [today.toordinal() - one for one in FRESHNESS.values()]
            sums = ", ".join("sum(edited >= ?)" for _ in days)
            row = self._db.execute(f"SELECT {sums} FROM found JOIN profile USING (id)", days)
            return list(zip(FRESHNESS, row.fetchone(), strict=True))
        if facet == "capacity":
            ways = query.values("direction") or DIRECTIONS
            select = "capacity, count(DISTINCT id) FROM found CROSS JOIN tie USING (id)"
            select += f" WHERE direction IN ({_marks(ways)}) GROUP BY capacity"
            given = tuple(ways)
        elif facet == "direction":
            capacities = query.values("capacity")
            select = "direction, count(DISTINCT id) FROM found CROSS JOIN tie USING (id)"
            if capacities:
                select += f" WHERE capacity IN ({_marks(capacities)})"
            select += " GROUP BY direction"
            given = capacities
        elif facet == "language":
            select = "value, count(*) FROM found CROSS JOIN language USING (id) WHERE level >= ?"
            select += " GROUP BY value"
            given = (query.level,)
        else:
            select = f"value, count(*) FROM found CROSS JOIN {facet} USING (id) GROUP BY value"
        return self._db.execute(f"SELECT {select} ORDER BY 2 DESC", given).fetchall()


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _match(text: str) -> str:
    words = ["".join(char if char.isalnum() else " " for char in word) for word in text.split()]
    quoted = [f'"{word.strip()}"' for word in words if word.strip()]
    return " ".join(quoted) + "*" if quoted else '""'
