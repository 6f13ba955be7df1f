"""Value: what a stretch of wikitext says as plain text, and which templates stand in it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from exchange.directory.directory import SEPARATORS
from exchange.fold import unescape
from exchange.languages import parse_level
from exchange.model import Language
from exchange.template.scan import Scan, Transclusion

HOLE = "\x02"
"""Stands for a transclusion inside a value; the n-th hole is the n-th of ``Value.inner``."""

_PROTECTED = ",;\n،؛、，；・•|()（）–—-*#:/·[]'<{"
_GUARDS = "".join(chr(0xFDD0 + at) for at in range(len(_PROTECTED)))
# Noncharacters stand for separators that were written as entities or in nowiki: they separate
# nothing. Nobody can write them: they are taken out of the text first.
_GUARD = str.maketrans(_PROTECTED, _GUARDS)
_UNGUARD = str.maketrans(_GUARDS, _PROTECTED)
_GUARDED = re.compile(f"[{_GUARDS[0]}-{_GUARDS[-1]}]")
_TAKEN_OUT = str.maketrans("", "", HOLE + _GUARDS)

_CHARACTERS = {"{{!}}": "|".translate(_GUARD), "{{=}}": "="}
"""Transclusions that are another way to write a character."""

_SPECIAL = re.compile(rf"[&<\[{{{HOLE}{_GUARDS[0]}-{_GUARDS[-1]}]|''")
_BETWEEN = re.compile(rf"\n\s*(?:[*#:]+|-(?=\s))|^\s*[*#:]+|[{re.escape(SEPARATORS)}·]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK = re.compile(r"<br\b[^<>]*>|</?(?:p|div|ul|ol)\b[^<>]*>", re.IGNORECASE)
_ENTRY = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINK = re.compile(r"\[\[:?\s*([^\[\]|\n]*)(?:\|([^\[\]]*))?\]\]")
_EXTERNAL = re.compile(r"\[((?:https?:)?//[^\s\[\]]+)(?:\s+([^\[\]]*))?\]")
_HOLE = re.compile(HOLE)
_NUMBERED = re.compile(rf"{HOLE}(\d+){HOLE}")
_QUOTES = re.compile(r"'{2,}")


class Value(NamedTuple):
    """A parameter's value: ``text`` with a hole for each of the transclusions ``inner``."""

    text: str
    inner: tuple[Transclusion, ...] = ()


def value_of(scan: Scan, start: int, end: int, *, targets: bool = False) -> Value:
    """Give a stretch as plain text: no comments, tags or quotes; links by their labels.

    ``targets`` gives links by what they point to instead, guarded against being split. Separators
    written as entities or inside ``<nowiki>`` are guarded too; ``unguard`` brings them back.
    """
    text = scan.text[start:end]
    if not _SPECIAL.search(text):
        return Value(text)
    pieces: list[str] = []
    inner: list[Transclusion] = []
    events: list[tuple[int, int, str]] = [
        (each.start, each.end, _shown(scan, each.tag, each.inner, each.inner_end))
        for each in scan.concealed(start, end)
    ]
    outermost = {each.start: each for each in scan.within(start, end)}
    events += [
        (each.start, each.end, _CHARACTERS.get(each.raw, HOLE)) for each in outermost.values()
    ]
    at = start
    for first, last, shown in sorted(events):
        if first < at:
            continue  # Inside a comment, a tag or a transclusion that was dealt with.
        pieces.append(scan.text[at:first].translate(_TAKEN_OUT))
        pieces.append(shown)
        if shown == HOLE:
            inner.append(outermost[first])
        at = last
    pieces.append(scan.text[at:end].translate(_TAKEN_OUT))
    text = "".join(pieces)
    plain = _plain(text, targets)
    if plain.count(HOLE) < len(inner):
        # A tag or a link's target took some with it: with numbers they tell which are left.
        numbers = count()
        plain = _plain(_HOLE.sub(lambda _: f"{HOLE}{next(numbers)}{HOLE}", text), targets)
        inner = [inner[int(number)] for number in _NUMBERED.findall(plain)]
        plain = _NUMBERED.sub(HOLE, plain)
    return Value(plain, tuple(inner))


def _plain(text: str, targets: bool) -> str:
    """Take links, tags, quotes and entities out of the text, holes in what is taken out as well."""
    if "[" in text:
        text = _LINK.sub(_target if targets else _label, text)
        text = _EXTERNAL.sub(lambda match: match.group(2) or match.group(1), text)
    if "<" in text:
        text = _TAG.sub("", _ENTRY.sub("\n* ", _BREAK.sub("\n", text)))
    text = _QUOTES.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: unescape(match.group()).translate(_GUARD), text)
    return text


def unguard(text: str) -> str:
    """Bring guarded separators back."""
    return text.translate(_UNGUARD) if _GUARDED.search(text) else text


def line(text: str) -> str:
    """Put text on one line: guarded separators back, spaces collapsed, ends trimmed."""
    return " ".join(unguard(text).split())


def filled(value: Value) -> str:
    """Give the text with the transclusions as they were written back in their holes."""
    if not value.inner:
        return unguard(value.text)
    first, *rest = value.text.split(HOLE)
    pairs = zip(value.inner, rest, strict=True)
    return unguard(first + "".join(each.raw + text for each, text in pairs))


def entries(value: Value) -> list[str]:
    """Split a simple list (no details, no notes) at lines, bullets, semicolons and commas."""
    texts = (line(each) for each in _BETWEEN.split(value.text))
    return [text for text in texts if text]


@lru_cache(maxsize=4096)
def _level(text: str) -> Language | None:
    return parse_level(text)


def remembered_level(text: str) -> Language | None:
    """Read a language with its level; what many people write is read once."""
    return _level(text) if len(text) <= 100 else None


def _shown(scan: Scan, tag: str, start: int, end: int) -> str:
    """What a hidden stretch shows: nowiki shows its inside, letter by letter; others nothing."""
    if tag in ("nowiki", "pre"):
        return scan.text[start:end].translate(_TAKEN_OUT).translate(_GUARD)
    return ""


def _label(match: re.Match[str]) -> str:
    return match.group(2) or match.group(1)


def _target(match: re.Match[str]) -> str:
    return match.group(1).translate(_GUARD)
