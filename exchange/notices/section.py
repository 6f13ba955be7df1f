"""Section: a notice as it stands on a page, put there, found there, and replaced there.

A notice is always written with the whole page around it, upon a named revision. A save that is
repeated by mistake then changes nothing: MediaWiki merges two equal changes into one and refuses
two different ones. (``section=new`` has no such guard as soon as somebody else wrote in between.)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from exchange.model import Interpretation, Match
from exchange.notices.template import find_templates

# -- NoticeMarker: what a notice carries so that we know it again, on a page and in an edit summary.

_COMMENT = re.compile(r"<!-- capacity-exchange (\{[^\n]{1,4000}?\}) -->")
_SUMMARY = re.compile(r"\(#cx-([0-9a-f]{16})\)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion in words that outlive a database: who, who, what, what, and which round.

    Where somebody interprets: who, and the codes of the seeker's and of the helper's language.
    """

    seeker: str
    helper: str
    want: str
    offer: str
    period: str
    interpreter: str = ""
    seeker_language: str = ""
    helper_language: str = ""

    @classmethod
    def of(cls, match: Match, period: str) -> Pair:
        """Return the name of a match of a round."""
        third = match.interpretation
        more = (
            (third.interpreter, third.seeker_language, third.helper_language)
            if third is not None
            else ()
        )
        return cls(match.seeker, match.helper, match.want, match.offer, period, *more)

    @property
    def match(self) -> Match:
        """The match, without its score."""
        third = (
            Interpretation(self.interpreter, self.seeker_language, self.helper_language)
            if self.interpreter
            else None
        )
        return Match(self.seeker, self.helper, self.want, self.offer, 0.0, interpretation=third)

    @property
    def row(self) -> list[str]:
        """The words, without the last ones where nobody interprets."""
        row = [self.seeker, self.helper, self.want, self.offer, self.period]
        if self.interpreter:
            row += [self.interpreter, self.seeker_language, self.helper_language]
        return row


@dataclass(frozen=True, slots=True)
class NoticeMarker:
    """The identity of a notice and the suggestions that it numbers from one."""

    recipient: str
    account: int
    campaign: str
    pairs: tuple[Pair, ...]

    @property
    def id(self) -> str:
        """The notice's id: the same for the same recipient, campaign and suggestions."""
        return notice_id(self.recipient, self.campaign, self.pairs)

    def comment(self) -> str:
        """Return the marker as a comment in wikitext; nothing in it can end the comment early."""
        body = json.dumps(
            {
                "to": self.recipient,
                "account": self.account,
                "campaign": self.campaign,
                "pairs": [pair.row for pair in self.pairs],
            },
            separators=(",", ":"),
        )
        # JSON of our own is ASCII; these would end the comment or mean something to a wiki.
        for sign in ("<", ">", "~"):
            body = body.replace(sign, f"\\u{ord(sign):04x}")
        body = body.replace("--", "-\\u002d")
        return f"<!-- capacity-exchange {body} -->"


def notice_id(recipient: str, campaign: str, pairs: Iterable[Pair]) -> str:
    """Return the name of a notice: sixteen hexadecimal digits, the same for the same matter."""
    parts = [recipient, campaign]
    for pair in sorted(pairs, key=lambda p: (p.seeker, p.helper, p.want, p.period)):
        parts += [pair.seeker, pair.helper, pair.want, pair.period]
        parts += [pair.interpreter] if pair.interpreter else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def read_marker(text: str) -> NoticeMarker | None:
    """Return the marker in a section; None where there is none or it is not as we write it."""
    found = _COMMENT.findall(text)
    if len(found) != 1:
        return None
    try:
        body = json.loads(found[0])
        mark = NoticeMarker(
            recipient=str(body["to"]),
            account=int(body["account"]),
            campaign=str(body["campaign"]),
            pairs=tuple(Pair(*map(str, row)) for row in body["pairs"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
    return mark


def read_markers(text: str) -> list[NoticeMarker]:
    """Return every marker on a page, in order; those that are not as we write them are left out."""
    found = (read_marker(comment[0]) for comment in _COMMENT.finditer(text))
    return [marker for marker in found if marker is not None]


def format_summary_tag(notice: str) -> str:
    """Return a notice's id for an edit summary."""
    return f"(#cx-{notice})"


def parse_summary_tag(summary: str) -> str | None:
    """Return the notice's id out of an edit summary of ours, or None."""
    found = _SUMMARY.search(summary)
    return found[1] if found else None


# -- Section: a notice as it stands on a page, put there, found there, and replaced there.

SIGNATURE = "~~~~"

_HEADING = re.compile(r"^==(?!=)[^\n]*[^=\n]==[ \t]*$", re.MULTILINE)
_TOP_HEADING = re.compile(r"^={1,2}(?!=)[^\n]*[^=\n]={1,2}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """A notice ready to be written: heading (no markup of a heading), wrapper, mark, body.

    ``body`` is everything between the mark and the signature.
    """

    heading: str
    template: str
    marker: NoticeMarker
    body: str

    @property
    def text(self) -> str:
        """The whole section, unsigned texts turned into a signature by the wiki when saved."""
        return (
            f"== {self.heading} ==\n{self.template}\n{self.marker.comment()}\n{self.body}\n"
            f"{SIGNATURE}"
        )


@dataclass(frozen=True, slots=True)
class FoundNotice:
    """A notice found as the last section of a page; ``text`` is that section, as it stands."""

    marker: NoticeMarker
    start: int
    text: str

    def is_untouched(self, written: str | None) -> bool:
        """Whether nobody changed anything since we wrote it: not a word, not a sign.

        ``written`` is the whole page as we saved it, None where that cannot be read any more.
        """
        ours = find_last_notice(written) if written is not None else None
        return ours is not None and self.text.rstrip("\n") == ours.text.rstrip("\n")


def find_last_notice(text: str) -> FoundNotice | None:
    """Return the notice that is the last section of a page, or None."""
    headings = list(_HEADING.finditer(text))
    if not headings:
        return None
    start = headings[-1].start()
    found = read_marker(text[start:])
    return FoundNotice(found, start, text[start:]) if found is not None else None


@dataclass(frozen=True, slots=True)
class Span:
    """Where a section stands on a page: ``text[start:end]``."""

    start: int
    end: int


def find_section(
    text: str, notice: str, *, is_notice_template: Callable[[str], bool]
) -> Span | None:
    """Return where the section of one notice stands by now, or None.

    It begins at the heading before our template (or our comment, where somebody took the template
    out) and ends at the next heading of the first or second level.
    """
    at = next(
        (
            each.start
            for each in find_templates(text, is_notice_template=is_notice_template)
            if each.id == notice
        ),
        None,
    )
    if at is None:
        marks = (each for each in _COMMENT.finditer(text) if _id_of(each[0]) == notice)
        found = next(marks, None)
        if found is None:
            return None
        at = found.start()
    start = 0
    for heading in _TOP_HEADING.finditer(text):
        if heading.start() > at:
            return Span(start, heading.start())
        start = heading.start()
    return Span(start, len(text))


ANSWER_MARK = "<!-- capacity-exchange-answer "
"""How the comment begins with which a preloaded answer begins; its notice's id follows."""

_ANSWER = re.compile(ANSWER_MARK + r"([0-9a-f]{16}) -->")


def find_answers(text: str, notice: str, *, besides: Span | None) -> list[Span]:
    """Return where people answered a notice by its links: sections of their own, headings apart.

    The preloaded text begins with a comment that names the notice. What stands in the notice's own
    section (``besides``) is a reply, and is read as such.
    """
    found: dict[int, Span] = {}
    for mark in _ANSWER.finditer(text):
        at = mark.start()
        if mark[1] != notice or (besides is not None and besides.start <= at < besides.end):
            continue
        headings = list(_TOP_HEADING.finditer(text))
        start = max((each.end() for each in headings if each.end() <= at), default=0)
        end = min((each.start() for each in headings if each.start() > at), default=len(text))
        found[start] = Span(start, end)
    return list(found.values())


def words_before_answer(text: str) -> str:
    """Return what stands above the comment with which a preloaded answer begins."""
    return _ANSWER.split(text, maxsplit=1)[0]


def _id_of(comment: str) -> str:
    found = read_marker(comment)
    return found.id if found is not None else ""


def insert_section(
    text: str, section: NoticeSection, *, replaces: FoundNotice | None = None
) -> str:
    """Return a page with a section at its end, or in place of ``replaces``."""
    before = text[: replaces.start] if replaces is not None else text
    before = before.rstrip()
    return f"{before}\n\n{section.text}" if before else section.text


def read_written_marker(text: str, notice: str) -> NoticeMarker | None:
    """Return the marker of a notice in a revision that we made; ours is its last section."""
    found = find_last_notice(text)
    return found.marker if found is not None and found.marker.id == notice else None
