"""Sections: what MediaWiki makes of an edit of a section, for wikis that are files."""

from __future__ import annotations

import re
from datetime import datetime

from exchange.template.scan import scan

_HEADING = re.compile(r"^(={1,6})(.+?)\1[ \t]*$", re.MULTILINE)
_SIGNATURE = re.compile(r"~{3,5}")


def added(text: str, heading: str, body: str) -> str:
    """A page with a new section at its end."""
    section = f"== {heading} ==\n\n{body}" if heading else body
    return f"{text.rstrip()}\n\n{section}" if text.strip() else section


def replaced(text: str, number: int, body: str) -> str | None:
    """A page with one section (0: what is before the first heading) replaced; None: no such one.

    A section reaches to the next heading of its own level or a higher one.
    """
    heads = _headings(text)
    if number > len(heads):
        return None
    if number == 0:
        start, end = 0, heads[0][0] if heads else len(text)
    else:
        start, level = heads[number - 1]
        later = [at for at, depth in heads[number:] if depth <= level]
        end = later[0] if later else len(text)
    rest = text[end:]
    return text[:start] + (body.rstrip() + "\n\n" + rest if rest else body)


def _headings(text: str) -> list[tuple[int, int]]:
    """Where headings begin, and how deep they are; not those in nowiki, pre or comments."""
    hidden = [(span.start, span.end) for span in scan(text).hidden]
    return [
        (found.start(), len(found[1]))
        for found in _HEADING.finditer(text)
        if not any(start <= found.start() < end for start, end in hidden)
    ]


def signed(text: str, *, user: str, now: datetime) -> str:
    """A text with its tildes turned into the user's name and the time, as on saving."""
    name = f"[[User:{user}|{user}]] ([[User talk:{user}|talk]])"
    time = f"{now:%H:%M}, {now.day} {now:%B %Y} (UTC)"
    forms = {3: name, 4: f"{name} {time}", 5: time}
    hidden = [(span.start, span.end) for span in scan(text).hidden]

    def expand(found: re.Match[str]) -> str:
        inside = any(start <= found.start() < end for start, end in hidden)
        return found[0] if inside else forms[len(found[0])]

    return _SIGNATURE.sub(expand, text).rstrip()
