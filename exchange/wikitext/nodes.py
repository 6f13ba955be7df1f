"""Spans: what a scan of a page finds, and where it stands. Offsets count characters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SIGN = re.compile(r"[|=]")


class Parameter(NamedTuple):
    """One parameter: ``key`` as MediaWiki counts it, and where it stands.

    ``start`` is the offset after the pipe, ``equals`` that of the equals sign (-1 where the
    parameter has none and ``key`` is its number), ``end`` that of the next pipe or the braces.
    """

    key: str
    start: int
    equals: int
    end: int

    @property
    def value(self) -> int:
        """Where the value begins."""
        return self.equals + 1 if self.equals >= 0 else self.start


class OpaqueSpan(NamedTuple):
    """A stretch that is no text of the page: a comment, an ignored tag or an extension tag.

    ``tag`` is ``""`` for a comment, ``"ignore"`` for inclusion tags, else the extension tag's
    name in lower case; ``inner`` and ``inner_end`` are where its inside stands.
    """

    start: int
    end: int
    tag: str
    inner: int
    inner_end: int


class Transclusion:
    """One ``{{…}}``: a template, a variable or a parser function."""

    __slots__ = ("_marks", "end", "inside", "page", "start")

    def __init__(
        self, page: ParsedPage, start: int, end: int, marks: Sequence[int] | None, inside: str = ""
    ) -> None:
        """``marks`` are its pipes, and each first equals sign as ``-offset - 1``.

        None where nothing is nested in it, and they can be found when somebody asks.
        """
        self.page = page
        self.start = start
        self.end = end
        self.inside = inside
        self._marks = marks

    def __repr__(self) -> str:
        return f"<Transclusion {self.start}:{self.end} {self.title!r}>"

    @property
    def raw(self) -> str:
        """The whole of it as it stands on the page."""
        return self.page.text[self.start : self.end]

    @property
    def title_end(self) -> int:
        """Where the title ends: at the first pipe or the closing braces."""
        if self._marks is None:
            pipe = self.page.text.find("|", self.start, self.end)
            return pipe if pipe >= 0 else self.end - 2
        return self._marks[0] if self._marks else self.end - 2

    @property
    def title(self) -> str:
        """The title as written, trimmed, without comments; at most about 500 characters."""
        start = self.start + 2
        end = min(self.title_end, start + 500)
        if self._marks is None:  # Nothing is nested in it, so no comment either.
            return self.page.text[start:end].strip()
        return self.page.visible(start, end).strip()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in the order they stand, repeated ones too."""
        found: list[Parameter] = []
        number = 0
        marks = self._marks if self._marks is not None else self._found()
        last = len(marks)
        at = 0
        while at < last:
            start = marks[at] + 1
            at += 1
            equals = -1
            if at < last and marks[at] < 0:
                equals = -marks[at] - 1
                at += 1
            end = marks[at] if at < last else self.end - 2
            if equals < 0:
                number += 1
                key = str(number)
            else:
                key = self.page.visible(start, equals).strip()
            found.append(Parameter(key, start, equals, end))
        return tuple(found)

    def _found(self) -> list[int]:
        """Find the marks of a transclusion that has nothing nested in it."""
        marks: list[int] = []
        wanted = False
        for sign in _SIGN.finditer(self.page.text, self.title_end, self.end - 2):
            if sign.group() == "|":
                marks.append(sign.start())
                wanted = True
            elif wanted:
                marks.append(-sign.start() - 1)
                wanted = False
        return marks


class ParsedPage:
    """What a scan found. Everything is in the order it stands on the page.

    ``transclusions`` holds every closed ``{{…}}``, nested ones after the one around them.
    ``openings`` holds where a ``{{`` was opened that nothing closes.
    """

    __slots__ = ("_opaque_starts", "_starts", "opaque", "openings", "text", "transclusions")

    def __init__(self, text: str) -> None:
        self.text = text
        self.transclusions: list[Transclusion] = []
        self.opaque: list[OpaqueSpan] = []
        self.openings: list[tuple[int, int]] = []
        self._starts: list[int] | None = None
        self._opaque_starts: list[int] | None = None

    def within(self, start: int, end: int) -> Iterator[Transclusion]:
        """The outermost transclusions that begin in this stretch, in order."""
        if self._starts is None:
            self._starts = [each.start for each in self.transclusions]
        at = bisect_left(self._starts, start)
        while at < len(self._starts) and self._starts[at] < end:
            each = self.transclusions[at]
            yield each
            at = bisect_left(self._starts, each.end, at + 1)

    def opaque_spans(self, start: int, end: int) -> Iterator[OpaqueSpan]:
        """The hidden stretches that begin in this one, in order."""
        if not self.opaque:
            return
        if self._opaque_starts is None:
            self._opaque_starts = [each.start for each in self.opaque]
        at = bisect_left(self._opaque_starts, start)
        while at < len(self.opaque) and self.opaque[at].start < end:
            yield self.opaque[at]
            at += 1

    def visible(self, start: int, end: int) -> str:
        """The text of a stretch without its comments and ignored tags."""
        if not self.opaque or self.text.find("<", start, end) < 0:
            return self.text[start:end]
        pieces = []
        for each in self.opaque_spans(start, end):
            if each.tag in ("", "ignore"):
                pieces.append(self.text[start : each.start])
                start = max(start, each.end)
        pieces.append(self.text[start:end])
        return "".join(pieces)
