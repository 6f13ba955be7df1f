"""Wrapper: the thin template of a notice, written and found again on a page as people left it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exchange.notice import mark
from exchange.template.scan import Transclusion, scan

_NUMBERED = re.compile(r"status\s*(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A wrapper found on a page: the notice it names, and what stands after each status.

    ``all`` is the answer to everything (``status=``), ``each`` maps a suggestion's number, from
    one, to the answer written for it; both are as written, without comments, never empty.
    """

    id: str
    all: str
    each: dict[int, str]
    start: int
    end: int

    def answer(self, number: int) -> str:
        """What was answered for one suggestion: its own status, else the one for all."""
        return self.each.get(number, self.all)

    @property
    def answered(self) -> bool:
        """Tell whether anything was written at all."""
        return bool(self.all or self.each)


def write(*, template: str, notice: str, language: str, count: int, words: Sequence[str]) -> str:
    """Write a wrapper for ``count`` suggestions, nothing answered yet.

    ``words`` are shown as a comment where the answer is to be written, so that whoever edits the
    section sees them; they come from our own messages.
    """
    hint = " / ".join(word.replace("--", "—").replace(">", "›") for word in words)
    names = ["status"] if count == 1 else [f"status{n}" for n in range(1, count + 1)]
    lines = "\n".join(f"|{name}= <!-- {hint} -->" for name in names)
    return f"{{{{{template}|id={notice}|lang={language}\n{lines}\n}}}}"


def find(text: str, *, is_wrapper: Callable[[str], bool]) -> Iterator[Wrapper]:
    """Find every wrapper on a page, in order, by MediaWiki's own rules for templates.

    ``is_wrapper`` tells whether a title as written is our template or a redirect to it. What
    stands in nowiki, pre or comments is not found.
    """
    for found in scan(text).transclusions:
        if is_wrapper(found.title):
            wrapper = _read(found)
            if wrapper is not None:
                yield wrapper


def _read(found: Transclusion) -> Wrapper | None:
    values: dict[str, str] = {}
    for part in found.parts:
        # The last of equal parameters wins, as in MediaWiki.
        values[part.key.strip().lower()] = found.scan.visible(part.value, part.end).strip()
    notice = values.get("id", "").lower()
    if not mark.is_id(notice):
        return None
    each = {}
    for key, value in values.items():
        number = _NUMBERED.fullmatch(key)
        if number and value:
            each[int(number[1])] = value
    return Wrapper(notice, values.get("status", ""), each, found.start, found.end)
