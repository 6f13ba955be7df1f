"""Reader: pages -> readings, by this wiki's template names and directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bot.wiki.port import Wiki
from exchange import __version__
from exchange.directory import Directory
from exchange.model import WIKITEXT, Page, Problem
from exchange.settings import Settings
from exchange.store.codec import digest
from exchange.template import Names, Reading, read

UNREADABLE = "unreadable-page"
"""The problem of a page on which the reader failed: our mistake, not the page's."""

HIDDEN = "hidden-text"
"""The problem of a page whose text the wiki does not show."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page, without its text, and what it says; ``reading`` is None where reading failed."""

    page: Page
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that reading a page depends on."""

    names: Names
    directory: Directory
    today: date

    @property
    def mark(self) -> str:
        """What changes when the same page would be read differently, apart from the date."""
        names = {
            name: sorted(getattr(self.names, name))
            for name in ("profile", "request", "item", "babel")
        }
        return digest([__version__, names, self.directory.digest])

    def read(self, page: Page) -> Found:
        """Read a page. Never raises: one bad page never stops a run."""
        bare = replace(page, text=None)
        revision = page.revision
        if revision is None or page.model != WIKITEXT:
            return Found(bare, Reading(title=page.title, namespace=page.namespace, page_id=page.id))
        try:
            reading = read(
                page.text or "",
                names=self.names,
                directory=self.directory,
                today=self.today,
                title=page.title,
                namespace=page.namespace,
                page_id=page.id,
                revision=revision.id,
                edited=revision.timestamp,
            )
        except Exception:  # whatever it is, the other pages are read
            return Found(bare, None)
        if page.text is None:
            reading = replace(reading, problems=(*reading.problems, Problem(HIDDEN)))
        return Found(bare, reading)


def templates(settings: Settings) -> dict[str, str]:
    """The titles of our templates: {what it is for: title}."""
    names = settings.names
    return {
        "profile": f"Template:{names.profile}",
        "request": f"Template:{names.request}",
        "item": f"Template:{names.capacity}",
    }


def reader_for(*, settings: Settings, wiki: Wiki, directory: Directory, today: date) -> Reader:
    """Ask the wiki what our templates are called there, redirects included. Two requests."""
    titles = templates(settings)
    known = wiki.redirects_to(titles=titles.values())
    called = {
        use: [*(name for name, target in known.items() if target == title), title]
        for use, title in titles.items()
    }
    return Reader(
        names=Names.of(**called, namespaces=wiki.site().namespaces),
        directory=directory,
        today=today,
    )
