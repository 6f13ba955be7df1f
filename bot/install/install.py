"""Install: our pages on the wiki, made or brought up to date, and left alone where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.install.onwiki import OnWiki, on_wiki_pages
from bot.progress import Progress
from bot.wiki.port import Edit, Wiki
from exchange.errors import Refused
from exchange.model import Page
from exchange.settings import Settings


@dataclass(frozen=True, slots=True)
class Installed:
    """What became of each page: ``pages = created + updated + unchanged + kept + failed``.

    ``kept`` are pages that people edit and that are there, or that somebody deleted. ``refused``
    gives the wiki's reason for each that failed.
    """

    pages: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    failed: int = 0
    edits: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)


def install(
    *, settings: Settings, wiki: Wiki, progress: Progress, dry_run: bool = False
) -> Installed:
    """Write every page whose text is not what it should be; a second time nothing is written.

    All pages are read in one batch. Pages that people edit (opt-out list, stop page, directory)
    are made once and never written over. A page that was deleted on the wiki is not made again:
    somebody decided that. ``dry_run`` counts what would be done.
    """
    ours = on_wiki_pages(names=settings.names, bot=wiki.me().name or settings.bot.user or "Bot")
    there = wiki.pages(titles=[page.title for page in ours])
    counts = dict.fromkeys(("created", "updated", "unchanged", "kept", "failed"), 0)
    refused: dict[str, str] = {}
    for page in progress.track(ours, "install"):
        now = there[page.title]
        became = _compare(page, now)
        if became in {"created", "updated"} and not dry_run:
            try:
                wiki.save(edit=_edit(page, now))
            except Refused as error:
                became = "kept" if page.keep and error.code == "pagedeleted" else "failed"
                if became == "failed":
                    refused[page.title] = str(error)
        counts[became] += 1
    edits = 0 if dry_run else counts["created"] + counts["updated"]
    return Installed(pages=len(ours), edits=edits, refused=refused, **counts)


def _compare(page: OnWiki, now: Page) -> str:
    if not now.exists:
        return "created"
    if page.keep:
        return "kept"
    return "unchanged" if now.text == page.text else "updated"


def _edit(page: OnWiki, now: Page) -> Edit:
    return Edit(
        title=page.title,
        text=page.text,
        summary=page.summary,
        base=now.revision.id if now.revision else None,
        create=not now.exists,
        model=page.model,
    )
