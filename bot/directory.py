"""The directory as this wiki has it: the committed one, and the page with which people extend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.wiki.port import Wiki
from exchange import directory
from exchange.directory import Directory
from exchange.errors import DirectoryError
from exchange.model import Page
from exchange.settings import Settings
from exchange.store import Store
from exchange.store.notes import DIRECTORY


@dataclass(frozen=True, slots=True)
class Consulted:
    """The directory to read profiles with, its page, and what is wrong with that page.

    ``text`` is the page's text that is in force, empty where there is none.
    """

    directory: Directory
    text: str = ""
    page: Page | None = None
    problems: tuple[str, ...] = ()

    def keep(self, store: Store, *, at: datetime) -> None:
        """Let the text in force be what ``known`` gives from now on."""
        if self.text:
            store.notes.set(DIRECTORY, self.text, at=at)
        else:
            store.notes.drop(DIRECTORY)


def known(store: Store) -> Directory:
    """The directory as the last harvest left it, without asking the wiki."""
    return directory.load(extra=store.notes.get(DIRECTORY))


def consult(*, settings: Settings, store: Store, wiki: Wiki) -> Consulted:
    """Ask the wiki for the directory's page. One request.

    A page that contradicts itself or the committed directory is refused whole, with its problems,
    and the last good one stays in force.
    """
    title = settings.names.directory
    page = wiki.pages(titles=[title]).get(title)
    text = (page.text or "") if page is not None and page.exists else ""
    if not text.strip():
        return Consulted(directory.load(), page=page)
    try:
        return Consulted(directory.load(extra=text), text, page)
    except DirectoryError as error:
        return Consulted(known(store), store.notes.get(DIRECTORY) or "", page, error.problems)
