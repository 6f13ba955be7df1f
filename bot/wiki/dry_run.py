"""A wiki that is read as it is and written nowhere: what would be written goes into a folder.

A dry run is the run itself, with this wiki and a copy of the database: it plans, checks and counts
the same, and whoever reads a page back finds what would stand there. What only the wiki decides
when it saves (an abuse filter, a protection that came a second ago, the number of a revision) it
cannot foresee.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from bot.wiki.archive_edits import check_edit, check_title, expand_signatures
from bot.wiki.port import Change, Contribution, Edit, Saved, Site, Wiki
from exchange.model import WIKITEXT, Page, Revision, User
from exchange.titles import Titles, normalise_user_name

LOG = "edits.jsonl"

_FIRST_ID = 10**12
"""Pages and revisions that would be made are numbered from here, above every real one."""


class DryRunWiki:
    """The Wiki port over another one; its edits are files of ``folder``.

    Every page stands there as it would on the wiki, and ``edits.jsonl`` lists them in order, with
    their summaries. What an earlier dry run left in the folder goes first. Pages that would be
    made are found by title, not by what they transclude.
    """

    def __init__(self, wiki: Wiki, *, folder: Path, now: Callable[[], datetime]) -> None:
        self._wiki = wiki
        self._folder = folder
        self._now = now
        self._pages: dict[str, Page] = {}
        self._edits: list[tuple[Page, Revision]] = []
        if (folder / LOG).exists():
            shutil.rmtree(folder)

    @cached_property
    def _titles(self) -> Titles:
        return Titles(self.site().namespaces)

    @property
    def requests(self) -> int:
        """How many HTTP requests have gone out so far."""
        return self._wiki.requests

    @property
    def edits(self) -> int:
        """How many edits would have been made so far."""
        return len(self._edits)

    def site(self) -> Site:
        """Describe the wiki."""
        return self._wiki.site()

    def own_account(self) -> User:
        """The account that the bot would write as."""
        return self._wiki.own_account()

    def has_new_messages(self) -> bool:
        """Whether somebody wrote on the bot's talk page and it has not been read yet."""
        return self._wiki.has_new_messages()

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        """Every title that is one of ``titles`` or redirects to one: {title: the target}."""
        return self._wiki.redirects_to(titles=titles)

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """The accounts of these names."""
        return self._wiki.users(names=names, locks=locks)

    def changes(self, *, since: datetime, namespaces: Iterable[int]) -> Iterator[Change]:
        """Recent changes since then, oldest first."""
        return self._wiki.changes(since=since, namespaces=namespaces)

    def pages_using(
        self, *, templates: Iterable[str], namespaces: Iterable[int], content: bool = True
    ) -> Iterator[Page]:
        """Every page that transcludes one of ``templates`` on the wiki, as it would stand."""
        found = self._wiki.pages_using(templates=templates, namespaces=namespaces, content=content)
        for page in found:
            yield self._as_written(page, content)

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
        templates: Iterable[str] = (),
    ) -> dict[str, Page]:
        """The pages of these titles (or ids), as they would stand."""
        found = self._wiki.pages(
            titles=titles, ids=ids, content=content, deletions=deletions, templates=templates
        )
        return {asked: self._as_written(page, content) for asked, page in found.items()}

    def _as_written(self, page: Page, content: bool) -> Page:
        written = self._pages.get(page.title)
        if written is None:
            return page
        # What it transcludes and which categories it is in stays as the wiki says.
        return replace(
            page,
            id=written.id,
            namespace=written.namespace,
            revision=written.revision,
            text=written.text if content else None,
            model=written.model,
            deleted=False,
        )

    def last_revision_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        """The newest revision of a page that ``user`` made, or None."""
        name = normalise_user_name(user)
        for page, revision in reversed(self._edits):
            if page.id == page_id and revision.user == name:
                return revision
        return self._wiki.last_revision_by(page_id=page_id, title=title, user=user)

    def revision_texts(self, *, revisions: Iterable[int]) -> dict[int, str]:
        """The wikitext of these revisions."""
        wanted = list(revisions)
        ours = {revision.id: page.text or "" for page, revision in self._edits}
        theirs = [number for number in wanted if number not in ours]
        found = self._wiki.revision_texts(revisions=theirs) if theirs else {}
        return found | {number: ours[number] for number in wanted if number in ours}

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        """The newest revisions of a page, newest first."""
        name = self._titles.normalise(title)
        ours = [revision for page, revision in reversed(self._edits) if page.title == name]
        return [*ours, *self._wiki.history(title=title, limit=limit)][:limit]

    def contributions(
        self, *, users: Iterable[str], since: datetime | None = None, namespaces: Iterable[int] = ()
    ) -> Iterator[Contribution]:
        """What these users edited since then, newest first."""
        names, spaces = list(users), set(namespaces)
        spelt = {normalise_user_name(name) for name in names}
        for page, revision in reversed(self._edits):
            if (
                revision.user in spelt
                and (not spaces or page.namespace in spaces)
                and (since is None or revision.timestamp >= since)
            ):
                yield Contribution(page.title, revision, page.id, page.namespace)
        yield from self._wiki.contributions(users=names, since=since, namespaces=spaces)

    def save(self, *, edit: Edit) -> Saved:
        """Keep one edit in the folder; refused where the wiki would refuse it."""
        check_title(edit.title, *self._titles.split(edit.title))
        page = self.pages(titles=[edit.title], deletions=edit.create)[edit.title]
        check_edit(edit, page)
        account, now = self.own_account(), self._now().replace(microsecond=0)
        text = expand_signatures(edit.text, user=account.name, now=now)
        if page.exists and text == page.text:
            return Saved(revision=0)
        number = _FIRST_ID + len(self._edits)
        revision = Revision(
            id=number,
            user=account.name,
            timestamp=now,
            user_id=account.id,
            parent=page.revision.id if page.revision else 0,
            summary=edit.summary,
            size=len(text.encode()),
        )
        written = replace(
            page,
            id=page.id or number,
            namespace=self._titles.split(page.title)[0],
            revision=revision,
            text=text,
            model=page.model if page.exists else edit.model or WIKITEXT,
            deleted=False,
        )
        self._pages[written.title] = written
        self._edits.append((written, revision))
        self._write_files(written, edit.summary)
        return Saved(revision=number, timestamp=now)

    def _write_files(self, page: Page, summary: str) -> None:
        file = self._titles.file_path(page.title)
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{page.text}\n", "utf-8")
        line = {"title": page.title, "summary": summary, "file": str(file)}
        with (self._folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
