"""Pages that stop the bot: for everybody (the stop page), or for whom the opt-out list names.

The bot runs only as long as the stop page says ``run: yes``, and nothing else. Explanations stand
in ``<noinclude>`` or comments, so they can be translated freely; whatever else stands on the page
(a new section, ``run: no``, a word of protest, nothing at all) stops the bot. What is missing or
cannot be read stops it too.

People write themselves, or others, onto the opt-out list in whatever form. So the page is not
parsed for names; it is asked of each person who is about to be written to. A name in a link, an
address, a list item, a table cell, a template or alone on its line is an opt-out. A name inside of
prose or in somebody's signature may be one (there are users called May): it holds messages until a
person has looked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

from exchange.text import unescape_entities

SWITCH = "run: yes"
"""What a stop page must say, alone, outside of comments and ``<noinclude>``."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ASIDE = re.compile(r"<noinclude\s*>.*?</noinclude\s*>", re.DOTALL | re.IGNORECASE)
_QUOTES = re.compile(r"'{2,5}")


def allows_run(text: str | None) -> bool:
    """Whether a stop page's wikitext lets the bot write; None (no page, unreadable) does not.

    >>> allows_run("<noinclude>How to stop the bot: change this page.</noinclude>'''run: yes'''")
    True
    >>> allows_run("run: yes\\n== Stop! ==\\nIt writes nonsense. --~~~~")
    False
    """
    if text is None:
        return False
    rest = _QUOTES.sub("", _ASIDE.sub(" ", _COMMENT.sub("", text)))
    return " ".join(rest.split()).casefold() == SWITCH


# --- the opt-out list ---


class Mention(StrEnum):
    """How a list speaks of somebody."""

    NONE = "none"
    POSSIBLE = "possible"
    LISTED = "listed"


_TIMESTAMP = re.compile(r"\d{1,2}[:.]\d{2}[^\n]{0,40}?\([^()\n]{1,12}\)")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_SPACE = re.compile(r"[ _\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MARKUP = re.compile(r"'{2,}|</?[a-z][a-z0-9]*(?:\s[^<>\n]*)?/?>")
_LINE_START = re.compile(r"(?m)^[\s*#:;\-–—•·>]+")

# What may stand right before and right after a name that is an entry, not a part of a sentence.
_BEFORE = re.compile(
    r"(?:^|[\[\]{}()<>|,;:/=&?#@+*•·!\"'“”„«»‘’\\،؛、，；/]|(?:^|\s)[-–—~]+\s?|"
    r"(?:^|[\s\[|])(?:and|und|et|y|e|i|и|و|àti|ati|en|og|och|ve|dan|na|user|u)\s)\s*$"
)
_AFTER = re.compile(
    r"^\s*(?:$|[\[\]{}()<>|,;:/=&?#+*•·.!\"'“”„«»‘’\\،؛、，；。/]|\s[-–—~→]+(?:\s|$)|[-–—]{1,2}\s|"
    r"\s(?:and|und|et|y|e|i|и|و|àti|ati|en|og|och|ve|dan|na)\s)"
)
_ADDRESS = re.compile(r"//\S*[:/=]$")
_ARABIC_PREFIX = re.compile(r"(?:^|[^\u0620-\u064a])[وفبكلا]{1,3}$")


def find_mention(
    text: str, names: Collection[str], *, installed: str = "", namespaces: Iterable[str] = ()
) -> Mention:
    """Return how an opt-out list speaks of the person who goes by these names.

    ``installed`` is the text that we put on the page ourselves: its lines count for nothing.
    ``namespaces`` are the wiki's names of its user namespaces. Never raises; takes time in
    proportion to the text, and little of it where no name stands there.
    """
    page = _prepare(text, installed)
    found = Mention.NONE
    for name in sorted({_fold(name) for name in names} - {""}):
        if name not in page.whole:
            continue
        prefixes = tuple(sorted({_fold(each) for each in namespaces} - {""}))
        for line in page.lines:
            if name in line.text:
                said = _in_line(line, name, prefixes)
                if said is Mention.LISTED:
                    return said
                found = said if said is not Mention.NONE else found
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, folded. ``signed``: a time stamp stood in it. ``item``: it is a list's or table's."""

    text: str
    signed: bool
    item: bool


@dataclass(frozen=True, slots=True)
class _Page:
    whole: str
    lines: tuple[_Line, ...]


@lru_cache(maxsize=4)
def _prepare(text: str, installed: str) -> _Page:
    ours = {line.strip() for line in installed.splitlines()} - {""}
    lines = []
    for line in _COMMENT.sub(" ", text).splitlines():
        if line.strip() in ours:
            continue
        signed = _TIMESTAMP.search(line) is not None
        plain = _MARKUP.sub("", _fold(_TIMESTAMP.sub(" ", _addresses(line))))
        start = _LINE_START.match(plain)
        plain = plain[start.end() :].strip() if start else plain.strip()
        if plain:
            lines.append(_Line(plain, signed, item=start is not None))
    return _Page("\n".join(line.text for line in lines), tuple(lines))


def _addresses(line: str) -> str:
    """Decode percent signs, as in the address of a user page."""
    return unquote(line) if "%" in line else line


def _fold(text: str) -> str:
    """Fold for comparison: letter case, underscores, invisible marks and entities do not count."""
    text = unicodedata.normalize("NFC", unescape_entities(text))
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip().casefold()


def _in_line(line: _Line, name: str, prefixes: tuple[str, ...]) -> Mention:
    found = Mention.NONE
    at = line.text.find(name)
    while at >= 0:
        before, after = line.text[:at], line.text[at + len(name) :]
        if _is_word(before, name, after):
            if _is_entry(line, before, after, prefixes) and not _is_signature(line, before):
                return Mention.LISTED
            found = Mention.POSSIBLE
        at = line.text.find(name, at + 1)
    return found


def _is_word(before: str, name: str, after: str) -> bool:
    """Whether a name stands there for itself, not as a part of a longer word."""
    left = _joins(before[-1:], name[0])
    if left and _ARABIC_PREFIX.search(before):
        left = False  # "to Ahmad" is one word in Arabic.
    return not left and not _joins(name[-1], after[:1])


def _joins(one: str, other: str) -> bool:
    if not (one and other and (one.isalnum() and other.isalnum())):
        return False
    # Scripts without spaces between words: any place may be a word's beginning.
    return not (_spaceless(one) or _spaceless(other))


def _spaceless(char: str) -> bool:
    return "\u0e00" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" or char >= "\u2e80"


def _is_entry(line: _Line, before: str, after: str, prefixes: tuple[str, ...]) -> bool:
    if _ADDRESS.search(before) and after[:1].isspace():
        return True
    before = before.rstrip()
    for prefix in prefixes:
        if before.endswith(prefix) and not before[: -len(prefix)][-1:].isalnum():
            before = before[: -len(prefix)].rstrip()
    if line.item and not before:
        return True  # A list's item that begins with the name, whatever follows.
    return _BEFORE.search(f"{before} " if before else "") is not None and bool(_AFTER.match(after))


def _is_signature(line: _Line, before: str) -> bool:
    """Whether a name stands in the signature behind somebody's sentence.

    A line that is nothing but a signature is an entry: so people put themselves on a list.
    """
    if not line.signed:
        return False
    words = re.sub(r"\[\[[^\[\]]*(?:\]\]|$)|\[+[^\]]*$", " ", before)
    return any(char.isalnum() for char in words)
