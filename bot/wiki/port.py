"""What the bot asks of a wiki. Every implementation passes one contract suite.

Implementations: ``live`` (pywikibot against any MediaWiki), ``archive`` (an XML export in, a folder
out), ``dry_run`` (over one of them, written nowhere), and a fake in the tests to inject faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from exchange.model import Page, Revision, User

CHANGE_TAG = "capacity-exchange"
"""The change tag of the bot's edits, on wikis where it may be applied."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a wiki is like. ``change_tags`` are those that edits may carry. ``namespaces`` maps a number to all its names, the local one first."""

    name: str
    language: str
    namespaces: Mapping[int, tuple[str, ...]]
    server: str = ""
    generator: str = ""
    extensions: frozenset[str] = frozenset()
    page_limit: int = 2_097_152
    change_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """One write of a whole page.

    ``base_revision`` is the revision id that the text was made from; a stale one is
    ``editconflict``. ``create`` demands that the page does not exist and never did:
    ``articleexists``, or ``pagedeleted`` where one of this title was deleted. Neither of the two
    means: write over whatever is there. ``model`` is the content model of a page that is made
    (``json``), where it is not its title's own.
    """

    title: str
    text: str
    summary: str
    base_revision: int | None = None
    create: bool = False
    bot: bool = True
    minor: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """The wiki's word that an edit stands: the revision, or 0 where nothing changed."""

    revision: int
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One edit by a user, as their list of contributions shows it.

    ``reverted`` tells that somebody undid it (MediaWiki's tag ``mw-reverted``).
    """

    title: str
    revision: Revision
    page_id: int = 0
    namespace: int = 0
    reverted: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One recent change, as ``watch`` follows them.

    ``kind`` is ``edit``, ``new``, or the kind of log entry (``move``, ``delete``, ``renameuser``).
    """

    title: str
    page_id: int
    revision: int
    user: str
    timestamp: datetime
    kind: str = "edit"


class Wiki(Protocol):
    """A wiki that the bot can read and write.

    Errors: ``WikiUnavailable`` where a read got no answer after the configured tries; ``Refused`` where
    the wiki said no; ``ResponseLost`` where a write's answer was lost. ``requests`` and ``edits``
    count what was asked of the wiki so far.
    """

    @property
    def requests(self) -> int:
        """How many HTTP requests have gone out to the wiki so far, of every kind; 0 without HTTP."""
        ...

    @property
    def edits(self) -> int:
        """How many edits the wiki has confirmed so far (nothing changed: not counted)."""
        ...

    def site(self) -> Site:
        """Describe the wiki. One request, once."""
        ...

    def own_account(self) -> User:
        """The account that the bot writes as, asked anew each time (blocked? logged in?)."""
        ...

    def redirects_to(self, *, titles: Iterable[str]) -> dict[str, str]:
        """Every title that is one of ``titles`` or redirects to one: {title: the target}."""
        ...

    def pages_using(
        self, *, templates: Iterable[str], namespaces: Iterable[int], content: bool = True
    ) -> Iterator[Page]:
        """Every page that transcludes one of ``templates`` (or a redirect to it), each once.

        With content: ``text`` and the latest revision; about one request for 500 pages. Without:
        only ``id``, ``title`` and the latest revision's id, to tell what changed.
        """
        ...

    def pages(
        self,
        *,
        titles: Iterable[str] = (),
        ids: Iterable[int] = (),
        content: bool = True,
        deletions: bool = False,
        templates: Iterable[str] = (),
    ) -> dict[str, Page]:
        """The pages of these titles (or ids), missing ones too, in batches: {title asked: page}.

        Pages asked by id come under their title; ids of no page are left out. Redirects are not
        followed. With content, also protection and categories (through templates too).
        ``templates`` asks which of these templates' titles (at most 50) each page transcludes,
        directly or through others (``Page.templates``). ``deletions`` asks whether missing ones were deleted (``Page.deleted``): one more request
        for each missing page, so for a page at a time, before it is written.
        """
        ...

    def users(self, *, names: Iterable[str], locks: bool = False) -> dict[str, User]:
        """The accounts of these names, in batches: {name asked: user}; missing ones have id 0.

        A renamed account comes under the name asked, with its name of today. ``locks`` asks
        whether they are globally locked: one more request for each where the wiki has
        CentralAuth (which has no batch for it), so for one at a time, before they are written to.
        """
        ...

    def last_revision_by(self, *, page_id: int, title: str, user: str) -> Revision | None:
        """The newest revision of a page that ``user`` made, or None. One request."""
        ...

    def revision_texts(self, *, revisions: Iterable[int]) -> dict[int, str]:
        """The wikitext of these revisions, in batches; hidden or deleted ones are left out."""
        ...

    def history(self, *, title: str, limit: int = 20) -> list[Revision]:
        """The newest revisions of a page, newest first; empty where there is no such page."""
        ...

    def contributions(
        self, *, users: Iterable[str], since: datetime | None = None, namespaces: Iterable[int] = ()
    ) -> Iterator[Contribution]:
        """What these users edited since then, newest first, in batches of users."""
        ...

    def changes(self, *, since: datetime, namespaces: Iterable[int]) -> Iterator[Change]:
        """Recent changes since then, oldest first."""
        ...

    def has_new_messages(self) -> bool:
        """Whether somebody wrote on the bot's talk page and it has not been read yet."""
        ...

    def save(self, *, edit: Edit) -> Saved:
        """Send one edit, once. Never sent again by itself: ``ResponseLost`` is for the caller."""
        ...
