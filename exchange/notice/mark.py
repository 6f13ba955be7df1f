"""Mark: what a notice carries so that we know it again, on a page and in an edit summary.

A page can be edited by anyone, so a mark proves nothing by itself: it counts where it stands in
the last section of a revision that we made ourselves, or where its id is in our own records.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.model import Match

_COMMENT = re.compile(r"<!-- capacity-exchange (\{[^\n]{1,4000}?\}) -->")
_SUMMARY = re.compile(r"\(#cx-([0-9a-f]{16})\)")
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion in words that outlive a database: who, who, what, what, and which round."""

    seeker: str
    helper: str
    want: str
    offer: str
    period: str

    @classmethod
    def of(cls, match: Match, period: str) -> Pair:
        """Name a match of a round."""
        return cls(match.seeker, match.helper, match.want, match.offer, period)


@dataclass(frozen=True, slots=True)
class Mark:
    """The identity of a notice and the suggestions that it numbers from one."""

    recipient: str
    account: int
    campaign: str
    pairs: tuple[Pair, ...]
    digest: str = ""

    @property
    def id(self) -> str:
        """The notice's id: the same for the same recipient, campaign and suggestions."""
        return notice_id(self.recipient, self.campaign, self.pairs)

    def comment(self) -> str:
        """Write the mark as a comment in wikitext; nothing in it can end the comment early."""
        body = json.dumps(
            {
                "to": self.recipient,
                "account": self.account,
                "campaign": self.campaign,
                "pairs": [[p.seeker, p.helper, p.want, p.offer, p.period] for p in self.pairs],
                "digest": self.digest,
            },
            separators=(",", ":"),
        )
        # JSON of our own is ASCII; these would end the comment or mean something to a wiki.
        for sign in ("<", ">", "~"):
            body = body.replace(sign, f"\\u{ord(sign):04x}")
        body = body.replace("--", "-\\u002d")
        return f"<!-- capacity-exchange {body} -->"


def notice_id(recipient: str, campaign: str, pairs: Iterable[Pair]) -> str:
    """Name a notice: sixteen hexadecimal digits, the same for the same matter."""
    parts = [recipient, campaign]
    for pair in sorted(pairs, key=lambda p: (p.seeker, p.helper, p.want, p.period)):
        parts += [pair.seeker, pair.helper, pair.want, pair.period]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def read(text: str) -> Mark | None:
    """Read the mark in a section; None where there is none or it is not as we write it."""
    found = _COMMENT.findall(text)
    if len(found) != 1:
        return None
    try:
        body = json.loads(found[0])
        mark = Mark(
            recipient=str(body["to"]),
            account=int(body["account"]),
            campaign=str(body["campaign"]),
            pairs=tuple(Pair(*map(str, row)) for row in body["pairs"]),
            digest=str(body["digest"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
    return mark


def tag(notice: str) -> str:
    """Write a notice's id for an edit summary."""
    return f"(#cx-{notice})"


def tagged(summary: str) -> str | None:
    """Read the notice's id out of an edit summary of ours, or None."""
    found = _SUMMARY.search(summary)
    return found[1] if found else None


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a notice's id."""
    return _ID.fullmatch(text) is not None
