"""Archive: the Wiki port over an XML export, and a folder for what is written.

The export is never changed. Every edit becomes a line of ``edits.jsonl`` in the folder and the
page's newest text a ``.wikitext`` file beside it; opening the folder again reads the log back, so
pages, histories and contributions show what was written. The log is what counts: a line that was
cut short when the power went is dropped.

What an export does not know is answered as if all were well: nobody is blocked, nothing was
deleted. Revision and page ids go on from the highest that are there, so the same edits on the
same export at the same times give the same folder, byte for byte.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.wiki import export, sections
from bot.wiki.port import Change, Contribution, Edit, Saved, Site
from bot.wiki.titles import Titles, capital
from exchange.errors import Refused, WikiError
from exchange.model import WIKITEXT, Page, Revision, User
from exchange.template.scan import Scan, scan

LOG = "edits.jsonl"
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

_REDIRECT = re.compile(r"\s*#([^\s\[:：]+)[\s:：]*\[\[:?([^\]|]+)")
# The words that make a redirect, in the languages that most exports are in.
_REDIRECTS = frozenset(
    [
        "redirect",
        "redirection",
        "redirección",
        "redirecciona",
        "redirecionamento",
        "weiterleitung",
        "rinvia",
        "doorverwijzing",
        "patrz",
        "перенаправление",
        "yönlendirme",
        "تحويل",
        "重定向",
        "転送",
        "넘겨주기",
    ]
)
_CATEGORY = re.compile(r"\[\[\s*([^\[\]:|]+):([^\[\]|]+)(?:\|[^\[\]]*)?\]\]")
_ASIDE = re.compile(r"<noinclude\s*>.*?</noinclude\s*>", re.DOTALL | re.IGNORECASE)
_ONLY = re.compile(r"<includeonly\s*>(.*?)</includeonly\s*>", re.DOTALL | re.IGNORECASE)


class Archive:
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
        self._out = out
        self._now = now
        self._user = user.partition("@")[0] or BOT
        self._db = sqlite3.connect("")  # a file of its own that nobody else sees
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)
        self._header = export.Header()
        self._load(path)
        self._titles = Titles(self._header.namespaces)
        self._db.executescript(_INDEXES)
        if out is not None:
            self._replay(out)

    # -- reading in ---------------------------------------------------------------------------

    def _load(self, path: Path) -> None:
        for row in export.read(path):
            if isinstance(row, export.Header):
                self._header = row
            else:
                self._add(row)
        self._db.commit()

    def _add(self, row: export.Row) -> None:
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

    def _replay(self, out: Path) -> None:
        log = out / LOG
        if not log.exists():
            return
        whole, newline, torn = log.read_text("utf-8").rpartition("\n")
        last: dict[str, Any] = {}
        for number, line in enumerate(whole.splitlines() if newline else (), 1):
            try:
                last = json.loads(line)
                self._add(self._logged(last))
            except (ValueError, KeyError, TypeError) as error:
                raise WikiError(f"{log}, line {number}: not an edit ({error})") from None
        if torn:
            log.write_text(whole + newline, "utf-8")
        if last:  # the one file that may be older than the log
            self._write(str(last["title"]), str(last["text"]))
        self._db.commit()

    def _logged(self, line: dict[str, Any]) -> export.Row:
        return export.Row(
            page_id=line["pageid"],
            title=line["title"],
            namespace=self._titles.split(line["title"])[0],
            redirect=self._redirect(line["text"]),
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

    def _redirect(self, text: str) -> str:
        found = _REDIRECT.match(text)
        if found and found[1].casefold() in _REDIRECTS:
            return " ".join(found[2].replace("_", " ").split())
        return ""

    # -- the wiki and ourselves ---------------------------------------------------------------

    def site(self) -> Site:
        """Describe the wiki, as far as the export does."""
        server, _, rest = self._header.base.partition("//")
        host, slash, path = rest.partition("/")
        return Site(
            name=self._header.name,
            language=self._header.language or "en",
            namespaces=self._titles.namespaces,
            server=f"{server}//{host}" if host else "",
            article_path=slash + path.rpartition("/")[0] + "/$1" if "/" in path else "/wiki/$1",
            generator=self._header.generator,
        )

    def me(self) -> User:
        """The account that edits are made under."""
        row = self._one("SELECT id FROM account WHERE name = ?", self._user)
        number = row["id"] if row else self._one("SELECT max(id) AS id FROM account")["id"] or 0
        return User(
            name=self._user, id=number if row else number + 1, groups=frozenset({"bot", "user"})
        )

    def notified(self) -> bool:
        """Nobody writes to us here."""
        return False

    # -- pages --------------------------------------------------------------------------------

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        """Every title that is one of ``titles`` or redirects to one: {title: the target}."""
        found: dict[str, str] = {}
        for title in titles:
            target = self._titles.normal(title)
            found |= {title: target, target: target}
            for row in self._db.execute(
                "SELECT title, redirect FROM page WHERE redirect != '' AND redirect >= ? "
                "AND redirect < ? ORDER BY title",
                (target, target + "\U0010ffff"),
            ):
                if row["redirect"].partition("#")[0].strip() == target:
                    found[row["title"]] = target
        return found

    def embedding(
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
        return any(self._template(each.title) in wanted for each in scan(text).transclusions)

    def _template(self, title: str) -> str:
        return self._titles.normal(title, default=10)

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
    ) -> dict[str, Page]:
        """The pages of these titles (or ids), missing ones too."""
        found: dict[str, Page] = {}
        for title in titles:
            number, name = self._titles.split(title)
            normal = self._titles.join(number, name)
            row = self._one(f"{_PAGE}, r.text {_FROM} WHERE p.title = ?", normal)
            found[title] = (
                self._page(row, content=content, categories=content)
                if row
                else Page(title=normal, namespace=number)
            )
        for page_id in ids:
            row = self._one(f"{_PAGE}, r.text {_FROM} WHERE p.id = ?", page_id)
            if row:
                found[row["title"]] = self._page(row, content=content, categories=content)
        return found

    def last_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        """The newest revision of a page that ``user`` made, or None."""
        row = self._one(
            f"SELECT {_REVISION} FROM revision r WHERE r.page = ? AND r.user = ? "
            "ORDER BY r.timestamp DESC, r.id DESC LIMIT 1",
            page_id,
            capital(user.replace("_", " ")),
        )
        return _revision(row) if row else None

    def text_of(self, *, revisions: Iterable[int]) -> dict[int, str]:
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
            (self._titles.normal(title), limit),
        )
        return [_revision(row) for row in rows]

    # -- people -------------------------------------------------------------------------------

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """Everyone who made a revision; a name whose user page redirects is a renamed one."""
        found = {}
        for name in names:
            now = capital(" ".join(name.replace("_", " ").split()))
            user = self._account(now)
            for _ in range(3):
                target = "" if user else self._moved(now)
                if not target:
                    break
                now, user = target, self._account(target)
            found[name] = user or User(name=capital(name.replace("_", " ")), local=False)
        return found

    def _account(self, name: str) -> User | None:
        if name == self._user:
            return self.me()
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
            (*names, _stamp(since) if since else ""),
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
            (*spaces, _stamp(since)),
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
        if self._out is None:
            raise Refused("readonly", "an archive without a folder for its edits (CXC_WIKI_OUT)")
        number, name = self._titles.split(edit.title)
        title = self._titles.join(number, name)
        if number < 0:
            raise Refused("pagecannotexist", f"there are no pages in the namespace of {title}")
        if not name or re.search(r"[\[\]{}|<>#]", name):
            raise Refused("invalidtitle", f"no page can have the title {edit.title!r}")
        page = self.pages(titles=[title], content=False)[title]
        old = self._one(f"SELECT r.text {_FROM} WHERE p.id = ?", page.id)
        before = str(old["text"] or "") if old else ""
        if edit.create and page.exists:
            raise Refused("articleexists", f"{title} is there already")
        if edit.base and not page.exists:
            raise Refused("missingtitle", f"{title} is not there any more")
        if edit.base and page.revision and page.revision.id != edit.base:
            raise Refused("editconflict", f"{title} was edited after revision {edit.base}")
        now = self._now()
        text = _apply(before, edit, sections.signed(edit.text, user=self._user, now=now))
        if page.exists and text == before:
            return Saved(revision=0)
        line: dict[str, Any] = {
            "revid": (self._one("SELECT max(id) AS id FROM revision")["id"] or 0) + 1,
            "parent": page.revision.id if page.revision else 0,
            "pageid": page.id or (self._one("SELECT max(id) AS id FROM page")["id"] or 0) + 1,
            "title": title,
            "user": self._user,
            "userid": self.me().id,
            "timestamp": _stamp(now),
            "summary": edit.summary
            or (f"/* {edit.heading} */ new section" if edit.heading else ""),
            "section": edit.section,
            "heading": edit.heading,
            "base": edit.base,
            "model": edit.model or (page.model if page.exists else WIKITEXT),
            "text": text,
        }
        self._out.mkdir(parents=True, exist_ok=True)
        with (self._out / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._write(title, text)
        self._add(self._logged(line))
        self._db.commit()
        self.edits += 1
        return Saved(revision=line["revid"], timestamp=now.replace(microsecond=0))

    def _write(self, title: str, text: str) -> None:
        if self._out is None:
            return
        path = self._out / self._titles.file(title)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")

    def parse(self, *, text: str, title: str) -> str:
        """An archive has no parser."""
        raise Refused("unknown_action", "an archive cannot render pages")

    # -- rows as our values -------------------------------------------------------------------

    def _one(self, sql: str, *values: object) -> Any:
        return self._db.execute(sql, values).fetchone()

    def _page(self, row: sqlite3.Row, *, content: bool, categories: bool = False) -> Page:
        text = row["text"]
        return Page(
            title=row["title"],
            id=row["page_id"],
            namespace=row["namespace"],
            revision=_revision(row),
            text=text if content else None,
            model=row["model"],
            redirect=row["redirect"] if content else "",
            protection=_protection(row["restrictions"]),
            categories=self._categories(text) if categories and text else frozenset(),
        )

    def _categories(self, text: str) -> frozenset[str]:
        """The categories that a text and the templates it uses put a page into."""
        found: set[str] = set()
        seen: set[str] = set()
        rounds = [text]
        while rounds:
            text = rounds.pop()
            view = scan(text)
            visible = _without(text, view)
            for space, name in _CATEGORY.findall(visible):
                number, title = self._titles.split(f"{space}:{name}")
                if number == 14:
                    found.add(self._titles.join(14, title))
            for each in view.transclusions:
                template = self._template(each.title)
                if template not in seen:
                    seen.add(template)
                    row = self._one(f"SELECT r.text {_FROM} WHERE p.title = ?", template)
                    if row and row["text"]:
                        rounds.append(_ONLY.sub(r"\1", _ASIDE.sub("", row["text"])))
        return frozenset(found)


def _without(text: str, view: Scan) -> str:
    """A text without its comments, nowiki and the like."""
    pieces, start = [], 0
    for span in view.hidden:
        pieces.append(text[start : max(start, span.start)])
        start = max(start, span.end)
    return "".join(pieces) + text[start:]


def _apply(before: str, edit: Edit, text: str) -> str:
    if edit.section is None:
        return text
    if edit.section == "new":
        return sections.added(before, edit.heading, text)
    number = int(edit.section) if edit.section.isdecimal() else -1
    after = sections.replaced(before, number, text) if number >= 0 else None
    if after is None:
        raise Refused("nosuchsection", f"{edit.title} has no section {edit.section}")
    return after.rstrip()


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


def _protection(restrictions: str) -> dict[str, str]:
    rules = (rule.partition("=") for rule in restrictions.split(":") if "=" in rule)
    return {action: level for action, _, level in rules if action in {"edit", "create"} and level}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
