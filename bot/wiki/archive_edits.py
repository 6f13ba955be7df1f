"""Edits of wikis that are files: what MediaWiki does on saving, and the log of an archive."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from bot.wiki.port import Edit
from exchange.errors import EditRefused, WikiError
from exchange.model import Page
from exchange.wikitext.preprocessor import parse_page

_ILLEGAL = re.compile(r"[\[\]{}|<>#]")
_SIGNATURE = re.compile(r"~{3,5}")
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
_NOT_INCLUDED = re.compile(r"<noinclude\s*>.*?</noinclude\s*>", re.DOTALL | re.IGNORECASE)
_INCLUDED = re.compile(r"<includeonly\s*>(.*?)</includeonly\s*>", re.DOTALL | re.IGNORECASE)


def check_title(title: str, namespace: int, name: str) -> None:
    """Raise ``EditRefused`` where no page can have this title."""
    if namespace < 0:
        raise EditRefused("pagecannotexist", f"there are no pages in the namespace of {title}")
    if not name or _ILLEGAL.search(name):
        raise EditRefused("invalidtitle", f"no page can have the title {title!r}")


def check_edit(edit: Edit, page: Page) -> None:
    """Raise ``EditRefused`` where the page is not as the edit demands."""
    if edit.create and page.exists:
        raise EditRefused("articleexists", f"{page.title} is there already")
    if edit.create and page.deleted:
        raise EditRefused("pagedeleted", f"{page.title} was deleted")
    if edit.base_revision and not page.exists:
        raise EditRefused("missingtitle", f"{page.title} is not there any more")
    if edit.base_revision and page.revision and page.revision.id != edit.base_revision:
        raise EditRefused("editconflict", f"{page.title} was edited after {edit.base_revision}")


def redirect_target(text: str) -> str:
    """Return the title that a text redirects to, or ``""``."""
    found = _REDIRECT.match(text)
    if found and found[1].casefold() in _REDIRECTS:
        return " ".join(found[2].replace("_", " ").split())
    return ""


class Uses(NamedTuple):
    """What a text uses: templates by their titles, and what may be a category as (space, name)."""

    templates: tuple[str, ...]
    categories: tuple[tuple[str, str], ...]


# The same few templates stand on every page, and a run looks at each page more than once.
@lru_cache(maxsize=256)
def find_uses(text: str) -> Uses:
    """Return which templates and categories a page uses by its own text."""
    page = parse_page(text)
    pieces, start = [], 0
    for span in page.opaque:
        pieces.append(text[start : max(start, span.start)])
        start = max(start, span.end)
    links = _CATEGORY.findall("".join(pieces) + text[start:])
    titles = dict.fromkeys(each.title for each in page.transclusions)
    return Uses(tuple(titles), tuple(dict.fromkeys(links)))


@lru_cache(maxsize=256)
def find_transcluded_uses(text: str) -> Uses:
    """Return which templates and categories come to a page with this text of a template."""
    return find_uses(_INCLUDED.sub(r"\1", _NOT_INCLUDED.sub("", text)))


def expand_signatures(text: str, *, user: str, now: datetime) -> str:
    """Return a text with its tildes turned into the user's name and the time, as on saving."""
    name = f"[[User:{user}|{user}]] ([[User talk:{user}|talk]])"
    time = f"{now:%H:%M}, {now.day} {now:%B %Y} (UTC)"
    forms = {3: name, 4: f"{name} {time}", 5: time}
    opaque = [(span.start, span.end) for span in parse_page(text).opaque]

    def expand(found: re.Match[str]) -> str:
        inside = any(start <= found.start() < end for start, end in opaque)
        return found[0] if inside else forms[len(found[0])]

    return _SIGNATURE.sub(expand, text).rstrip()


# --- the log of an archive ---


LOG = "edits.jsonl"


@dataclass(frozen=True, slots=True)
class EditLog:
    """The folder into which an archive's edits go. The log is what counts."""

    folder: Path

    def replay(self, apply: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Apply every edit, oldest first, and return the last one.

        A line that was cut short when the power went is dropped. ``WikiError`` names the line
        that is no edit.
        """
        log = self.folder / LOG
        edit: dict[str, Any] = {}
        if not log.exists():
            return edit
        whole, newline, torn = log.read_text("utf-8").rpartition("\n")
        for number, line in enumerate(whole.splitlines() if newline else (), 1):
            try:
                edit = json.loads(line)
                apply(edit)
            except (ValueError, KeyError, TypeError) as error:
                raise WikiError(f"{log}, line {number}: not an edit ({error})") from None
        if torn:
            log.write_text(whole + newline, "utf-8")
        return edit

    def append(self, edit: dict[str, Any], page: PurePosixPath) -> None:
        """Add an edit to the log, and write its text as the page's file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(edit, ensure_ascii=False) + "\n")
        self.write_page(page, str(edit["text"]))

    def write_page(self, page: PurePosixPath, text: str) -> None:
        """Write a page's newest text."""
        path = self.folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")
