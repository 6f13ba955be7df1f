"""The Wiki port over an XML export, and a folder for what is written.

The export is never changed. Every edit becomes a line of ``edits.jsonl`` in the folder and the
page's newest text a ``.wikitext`` file beside it; opening the folder again reads the log back, so
pages, histories and contributions show what was written. The log is what counts: a line that was
cut short when the power went is dropped.

What an export does not know is answered as if all were well: nobody is blocked, nothing deleted.
Ids go on from the highest there is, so the same edits give the same folder, byte for byte.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.wiki import export
from bot.wiki.archive_edits import (
    EditLog,
    check_edit,
    check_title,
    expand_signatures,
    find_transcluded_uses,
    find_uses,
    redirect_target,
)
from bot.wiki.port import Change, Contribution, Edit, Saved, Site
from bot.wiki.rows import format_time
from exchange.errors import EditRefused, WikiError
from exchange.model import WIKITEXT, Page, Revision, User
from exchange.titles import Titles, normalise_user_name

BOT = "Capacity Exchange bot"

_TABLES = """
CREATE TABLE page (
    id INTEGER PRIMARY KEY, title TEXT UNIQUE, namespace INTEGER, redirect TEXT,
    restrictions TEXT, latest INTEGER
);
CREATE TABLE revision (
    id INTEGER PRIMARY KEY, page INTEGER, parent INTEGER, user TEXT, user_id INTEGER,
    timestamp TEXT, summary TEXT, model TEXT, size INTEGER, text TEXT
);
CREATE TABLE account (name TEXT PRIMARY KEY, id INTEGER, first TEXT);
"""
_INDEXES = """
CREATE INDEX by_page ON revision (page, id);
CREATE INDEX by_user ON revision (user, timestamp);
CREATE INDEX redirects ON page (redirect);
"""
_REVISION = "r.id, r.user, r.timestamp, r.user_id, r.parent, r.summary, r.size"
_PAGE = f"SELECT p.id AS page_id, p.title, p.namespace, p.redirect, p.restrictions, r.model, {_REVISION}"
_FROM = "FROM page p JOIN revision r ON r.id = p.latest"


class ArchiveWiki:
    """A wiki in files. ``requests`` stays 0."""

    requests: int = 0

    def __init__(
        self,
        *,
        path: Path,
        out: Path | None = None,
        user: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``path`` is the export; ``out`` the folder for edits (None: nothing can be written).

        ``user`` is the name that edits are made under; ``now`` the clock that stamps them. The
        export is read through once, into a database on disk that goes with the object.
        """
        if not path.is_file():
            raise WikiError(f"{path}: there is no such file; CXC_WIKI=archive:FILE names an export")
        self.edits = 0
        self._log = EditLog(out) if out is not None else None
        self._now = now
        self._user = user.partition("@")[0] or BOT
        self._db = sqlite3.connect("")  # a file of its own that nobody else sees
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)
        self._header = export.ExportHeader()
        self._load(path)
        self._titles = Titles(self._header.namespaces)
        self._db.executescript(_INDEXES)
        if self._log is not None:
            self._replay(self._log)

    # -- reading in ---------------------------------------------------------------------------

    def _load(self, path: Path) -> None:
        for row in export.read_export(path):
            if isinstance(row, export.ExportHeader):
                self._header = row
            else:
                self._add(row)
        self._db.commit()

    def _add(self, row: export.ExportRow) -> None:
        size = len(row.text.encode()) if row.text is not None else 0
        self._db.execute(
            "INSERT OR REPLACE INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(row.id, row.page_id, row.parent, row.user, row.user_id),
                *(row.timestamp, row.summary, row.model, size, row.text),
            ),
        )
        self._db.execute(
            "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET latest = "
            "(SELECT id FROM revision WHERE page = excluded.id ORDER BY timestamp DESC, id DESC), "
            "redirect = excluded.redirect",
            (row.page_id, row.title, row.namespace, row.redirect, row.restrictions, row.id),
        )
        if row.user_id:
            self._db.execute(
                "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
                "SET first = min(first, excluded.first)",
                (row.user, row.user_id, row.timestamp),
            )

    def _replay(self, log: EditLog) -> None:
        last = log.replay(lambda line: self._add(self._logged(line)))
        if last:  # the one file that may be older than the log
            log.write_page(self._titles.file_path(str(last["title"])), str(last["text"]))
        self._db.commit()

    def _logged(self, line: dict[str, Any]) -> export.ExportRow:
        return export.ExportRow(
            page_id=line["pageid"],
            title=line["title"],
            namespace=self._titles.split(line["title"])[0],
            redirect=redirect_target(line["text"]),
            restrictions="",
            id=line["revid"],
            parent=line["parent"],
            user=line["user"],
            user_id=line["userid"],
            timestamp=line["timestamp"],
            summary=line["summary"],
            model=line["model"],
            text=line["text"],
        )

    # -- the wiki and ourselves ---------------------------------------------------------------

    def site(self) -> Site:
        """Describe the wiki, as far as the export does."""
        server, _, rest = self._header.base.partition("//")
        host = rest.partition("/")[0]
        return Site(
            name=self._header.name,
            language=self._header.language or "en",
            namespaces=self._titles.namespaces,
            server=f"{server}//{host}" if host else "",
            generator=self._header.generator,
        )

    def own_account(self) -> User:
        """The account that edits are made under."""
        row = self._one("SELECT id FROM account WHERE name = ?", self._user)
        number = row["id"] if row else self._one("SELECT max(id) AS id FROM account")["id"] or 0
        return User(
            name=self._user, id=number if row else number + 1, groups=frozenset({"bot", "user"})
        )

    def has_new_messages(self) -> bool:
        """Nobody writes to us here."""
        return False

    # -- pages --------------------------------------------------------------------------------

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        """Every title that is one of ``titles`` or redirects to one: {title: the target}."""
        found: dict[str, str] = {}
        for title in titles:
            target = self._titles.normalise(title)
            found |= {title: target, target: target}
            for row in self._db.execute(
                "SELECT title, redirect FROM page WHERE redirect != '' AND redirect >= ? "
                "AND redirect < ? ORDER BY title",
                (target, target + "\U0010ffff"),
            ):
                if row["redirect"].partition("#")[0].strip() == target:
                    found[row["title"]] = target
        return found

    def pages_using(
        self, *, templates: Iterable[str], namespaces: Iterable[int], content: bool = True
    ) -> Iterator[Page]:
        """Every page whose text transcludes one of ``templates``, each once, by page id."""
        wanted = set(self.redirects_to(titles=templates))
        spaces = sorted(set(namespaces))
        names = {re.escape(title.partition(":")[2] or title) for title in wanted}
        likely = re.compile("|".join(names).replace(r"\ ", "[ _]+"), re.IGNORECASE)
        rows = self._db.execute(
            f"{_PAGE}, r.text {_FROM} WHERE p.namespace IN ({','.join('?' * len(spaces))}) "
            "ORDER BY p.id",
            spaces,
        )
        for row in rows:
            text = row["text"]
            if text and likely.search(text) and self._transcludes(text, wanted):
                yield self._page(row, content=content)

    def _transcludes(self, text: str, wanted: set[str]) -> bool:
        return any(self._template(title) in wanted for title in find_uses(text).templates)

    def _template(self, title: str) -> str:
        return self._titles.normalise(title, default=10)

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
        templates: Iterable[str] = (),
    ) -> dict[str, Page]:
        """The pages of these titles (or ids), missing ones too."""
        wanted = {self._titles.normalise(title, default=10) for title in templates}
        found: dict[str, Page] = {}
        for title in titles:
            number, name = self._titles.split(title)
            normal = self._titles.join(number, name)
            row = self._one(f"{_PAGE}, r.text {_FROM} WHERE p.title = ?", normal)
            found[title] = (
                self._page(row, content=content, categories=content, templates=wanted)
                if row
                else Page(title=normal, namespace=number)
            )
        for page_id in ids:
            row = self._one(f"{_PAGE}, r.text {_FROM} WHERE p.id = ?", page_id)
            if row:
                found[row["title"]] = self._page(
                    row, content=content, categories=content, templates=wanted
                )
        return found

    def last_revision_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        """The newest revision of a page that ``user`` made, or None."""
        row = self._one(
            f"SELECT {_REVISION} FROM revision r WHERE r.page = ? AND r.user = ? "
            "ORDER BY r.timestamp DESC, r.id DESC LIMIT 1",
            page_id,
            normalise_user_name(user),
        )
        return _revision(row) if row else None

    def revision_texts(self, *, revisions: Iterable[int]) -> dict[int, str]:
        """The wikitext of these revisions."""
        found = {}
        for number in revisions:
            row = self._one("SELECT text FROM revision WHERE id = ?", number)
            if row and row["text"] is not None:
                found[number] = str(row["text"])
        return found

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        """The newest revisions of a page, newest first."""
        rows = self._db.execute(
            f"SELECT {_REVISION} FROM revision r JOIN page p ON p.id = r.page WHERE p.title = ? "
            "ORDER BY r.timestamp DESC, r.id DESC LIMIT ?",
            (self._titles.normalise(title), limit),
        )
        return [_revision(row) for row in rows]

    # -- people -------------------------------------------------------------------------------

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """Everyone who made a revision; a name whose user page redirects is a renamed one."""
        found = {}
        for name in names:
            now = normalise_user_name(name)
            user = self._account(now)
            for _ in range(3):
                target = "" if user else self._moved(now)
                if not target:
                    break
                now, user = target, self._account(target)
            found[name] = user or User(name=normalise_user_name(name), local=False)
        return found

    def _account(self, name: str) -> User | None:
        if name == self._user:
            return self.own_account()
        row = self._one("SELECT * FROM account WHERE name = ?", name)
        if not row:
            return None
        return User(
            name=name,
            id=row["id"],
            groups=frozenset({"user"}),
            registered=datetime.fromisoformat(row["first"]),
        )

    def _moved(self, name: str) -> str:
        row = self._one("SELECT redirect FROM page WHERE title = ?", self._titles.join(2, name))
        number, target = self._titles.split(row["redirect"]) if row else (0, "")
        return target if number == 2 and "/" not in target else ""

    # -- what happened ------------------------------------------------------------------------

    def contributions(
        self, *, users: Iterable[str], since: datetime | None = None, namespaces: Iterable[int] = ()
    ) -> Iterator[Contribution]:
        """What these users edited since then, newest first."""
        names = list(dict.fromkeys(users))
        spaces = set(namespaces)
        rows = self._db.execute(
            f"SELECT p.title, p.id AS page_id, p.namespace, {_REVISION} FROM revision r "
            f"JOIN page p ON p.id = r.page WHERE r.user IN ({','.join('?' * len(names))}) "
            "AND r.timestamp >= ? ORDER BY r.timestamp DESC, r.id DESC",
            (*names, format_time(since) if since else ""),
        )
        for row in rows:
            if not spaces or row["namespace"] in spaces:
                yield Contribution(
                    title=row["title"],
                    revision=_revision(row),
                    page_id=row["page_id"],
                    namespace=row["namespace"],
                )

    def changes(self, *, since: datetime, namespaces: Iterable[int]) -> Iterator[Change]:
        """Every revision since then, oldest first."""
        spaces = sorted(set(namespaces))
        rows = self._db.execute(
            f"SELECT p.title, p.id AS page_id, {_REVISION} FROM revision r "
            f"JOIN page p ON p.id = r.page WHERE p.namespace IN ({','.join('?' * len(spaces))}) "
            "AND r.timestamp >= ? ORDER BY r.timestamp, r.id",
            (*spaces, format_time(since)),
        )
        for row in rows:
            yield Change(
                title=row["title"],
                page_id=row["page_id"],
                revision=row["id"],
                user=row["user"],
                timestamp=datetime.fromisoformat(row["timestamp"]),
                kind="edit" if row["parent"] else "new",
            )

    # -- writing ------------------------------------------------------------------------------

    def save(self, *, edit: Edit) -> Saved:
        """Write one edit into the folder."""
        if self._log is None:
            raise EditRefused(
                "readonly", "an archive without a folder for its edits (CXC_WIKI_OUT)"
            )
        number, name = self._titles.split(edit.title)
        title = self._titles.join(number, name)
        check_title(edit.title, number, name)
        page = self.pages(titles=[title], content=False)[title]
        check_edit(edit, page)
        old = self._one(f"SELECT r.text {_FROM} WHERE p.id = ?", page.id)
        before = str(old["text"] or "") if old else ""
        now = self._now()
        text = expand_signatures(edit.text, user=self._user, now=now)
        if page.exists and text == before:
            return Saved(revision=0)
        line: dict[str, Any] = {
            "revid": (self._one("SELECT max(id) AS id FROM revision")["id"] or 0) + 1,
            "parent": page.revision.id if page.revision else 0,
            "pageid": page.id or (self._one("SELECT max(id) AS id FROM page")["id"] or 0) + 1,
            "title": title,
            "user": self._user,
            "userid": self.own_account().id,
            "timestamp": format_time(now),
            "summary": edit.summary,
            "base": edit.base_revision,
            "model": edit.model or (page.model if page.exists else WIKITEXT),
            "text": text,
        }
        self._log.append(line, self._titles.file_path(title))
        self._add(self._logged(line))
        self._db.commit()
        self.edits += 1
        return Saved(revision=line["revid"], timestamp=now.replace(microsecond=0))

    # -- rows as our values -------------------------------------------------------------------

    def _one(self, sql: str, *values: object) -> Any:
        return self._db.execute(sql, values).fetchone()

    def _page(
        self,
        row: sqlite3.Row,
        *,
        content: bool,
        categories: bool = False,
        templates: Collection[str] = (),
    ) -> Page:
        text = row["text"]
        found: frozenset[str] = frozenset()
        used: frozenset[str] = frozenset()
        if categories and text:
            found, used = self._categories_and_templates(text)
        return Page(
            title=row["title"],
            id=row["page_id"],
            namespace=row["namespace"],
            revision=_revision(row),
            text=text if content else None,
            model=row["model"],
            redirect=row["redirect"] if content else "",
            protection=export.parse_restrictions(row["restrictions"]),
            categories=found,
            templates=used & frozenset(templates),
        )

    def _categories_and_templates(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """The categories that a text and its templates put a page into, and these templates."""
        found: set[str] = set()
        seen: set[str] = set()
        rounds = [find_uses(text)]
        while rounds:
            uses = rounds.pop()
            for space, name in uses.categories:
                number, title = self._titles.split(f"{space}:{name}")
                if number == 14:
                    found.add(self._titles.join(14, title))
            for each in uses.templates:
                template = self._template(each)
                if template not in seen:
                    seen.add(template)
                    row = self._one(f"SELECT r.text {_FROM} WHERE p.title = ?", template)
                    if row and row["text"]:
                        rounds.append(find_transcluded_uses(row["text"]))
        return frozenset(found), frozenset(seen)


def _revision(row: sqlite3.Row) -> Revision:
    return Revision(
        id=row["id"],
        user=row["user"],
        timestamp=datetime.fromisoformat(row["timestamp"]),
        user_id=row["user_id"],
        parent=row["parent"],
        summary=row["summary"],
        size=row["size"],
    )
