"""Section: a notice as it stands on a page, put there, found there, and replaced there.

A notice is always written with the whole page around it, upon a named revision. A save that is
repeated by mistake then changes nothing: MediaWiki merges two equal changes into one and refuses
two different ones. (``section=new`` has no such guard as soon as somebody else wrote in between.)
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from exchange.notice import mark
from exchange.notice.mark import Mark

SIGNATURE = "~~~~"

_HEADING = re.compile(r"^==(?!=)[^\n]*[^=\n]==[ \t]*$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^<!-- capacity-exchange \{[^\n]*\} -->\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A notice ready to be written: heading (no markup of a heading), wrapper, mark, body.

    ``body`` is everything between the mark and the signature.
    """

    heading: str
    wrapper: str
    mark: Mark
    body: str

    @property
    def text(self) -> str:
        """The whole section, unsigned texts turned into a signature by the wiki when saved."""
        signed = replace(self.mark, digest=_digest(f"{self.heading}\n{self.wrapper}\n{self.body}"))
        return f"== {self.heading} ==\n{self.wrapper}\n{signed.comment()}\n{self.body}\n{SIGNATURE}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice found as the last section of a page.

    ``untouched`` tells that nobody answered, replied or changed a word since we wrote it.
    """

    mark: Mark
    start: int
    untouched: bool


def last(text: str) -> Standing | None:
    """Find the notice that is the last section of a page, if it is one."""
    headings = list(_HEADING.finditer(text))
    if not headings:
        return None
    start = headings[-1].start()
    tail = text[start:]
    found = mark.read(tail)
    if found is None:
        return None
    return Standing(found, start, _untouched(tail, found))


def _untouched(tail: str, found: Mark) -> bool:
    """Compare a section with what we wrote: all of it but the one line of the signature."""
    lines = tail.rstrip().split("\n")
    # DiscussionTools and people add replies as further lines, so the signature must be the last.
    rest = _COMMENT_LINE.sub("", "\n".join(lines[:-1]) + "\n", count=1).rstrip("\n")
    heading, _, below = rest.partition("\n")
    return _digest(f"{heading.strip('= ')}\n{below}") == found.digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def place(text: str, section: Section, *, replaces: Standing | None = None) -> str:
    """Put a section at the end of a page, or in the place of an untouched one of ours there."""
    before = text[: replaces.start] if replaces is not None else text
    before = before.rstrip()
    return f"{before}\n\n{section.text}" if before else section.text


def written_by_us(text: str, notice: str) -> Mark | None:
    """Read the mark of a notice out of a revision that we made: ours is always its last section."""
    standing = last(text)
    return standing.mark if standing is not None and standing.mark.id == notice else None
