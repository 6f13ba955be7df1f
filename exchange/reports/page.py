"""Page: the text of a wiki page of ours, and how it is told from what people wrote around it.

Each page carries, in the comments around its content, the digest of what it says: what changes
by the calendar alone (volatile columns and sheets, the day in the footer) is not in the digest,
so it never makes an edit by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

BEGIN = "<!-- Capacity Exchange report: what stands between these two comments is written by the bot; digest "
END = "<!-- Capacity Exchange report ends -->"
_BLOCK = re.compile(
    re.escape(BEGIN) + r"(?P<digest>[0-9a-f]{16}) -->.*?" + re.escape(END), re.DOTALL
)
FORM = 1
"""Raise this where the form changes, so that every page is written once in the new one."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page to write: ``digest`` tells whether it says anything new.

    ``model`` is the content model (``wikitext`` or ``json``). ``text`` of a wikitext page stands
    between two comments; what people write before and after them is
    theirs (``merge``).
    """

    title: str
    text: str
    digest: str
    model: str = "wikitext"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages go and what they link to.

    ``root`` is the title of the page that lists all reports; ``bar`` the name of the bar
    template; ``directory`` the page with which people extend the directory. ``data`` is the
    namespace of Extension:Chart's pages (``Data``), empty where the wiki has none.
    """

    root: str
    bar: str = "Capacity Exchange bar"
    directory: str = ""
    data: str = ""
    rows: int = 300
    rows_below: int = 1000
    pages: int = 40
    """Rows of a table on a report's own page, on a page below it, and the most pages below."""

    def page(self, report: str, *below: str) -> str:
        """The title of a report's page, or of one below it."""
        return "/".join((self.root, report, *below))


def merge(old: str, new: str) -> str | None:
    """Put a page's new text where the old one stands; None where somebody took the comments out."""
    found = _BLOCK.search(old)
    return None if found is None else old[: found.start()] + new + old[found.end() :]


def digest_of(text: str) -> str:
    """The digest that a page carries; empty where it has none."""
    found = _BLOCK.search(text)
    return found["digest"] if found else ""


class Text:
    """Lines of a page, in full and without what changes by the calendar alone."""

    def __init__(self) -> None:
        self.full: list[str] = []
        self.stable: list[str] = []

    def add(self, *lines: str, volatile: bool = False) -> None:
        """Add lines; ``volatile`` ones are shown and do not count as a change."""
        self.full += lines
        if not volatile:
            self.stable += lines

    def page(self, title: str) -> PageText:
        """The page of these lines."""
        digest = digest_texts([str(FORM), *self.stable])
        text = "\n".join([f"{BEGIN}{digest} -->", *self.full, END])
        return PageText(title, text, digest)


def digest_texts(texts: Iterable[str]) -> str:
    """A short digest of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
