"""Template: the thin template of a notice, written and found again on a page as people left it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exchange.wikitext.preprocessor import Transclusion, parse_page

_ID = re.compile(r"[0-9a-f]{16}")
_NUMBERED = re.compile(r"status\s*(\d{1,2})")


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """A wrapper found on a page: the notice it names, and what stands after each status.

    ``all`` is the answer to everything (``status=``), ``each`` maps a suggestion's number, from
    one, to the answer written for it; both are as written, without comments, never empty.
    """

    id: str
    all: str
    each: dict[int, str]
    start: int
    end: int
    language: str = ""

    def answer(self, number: int) -> str:
        """What was answered for one suggestion: its own status, else the one for all."""
        return self.each.get(number, self.all)

    @property
    def answered(self) -> bool:
        """Whether anything was written at all."""
        return bool(self.all or self.each)


def write_template(*, template: str, notice: str, language: str, count: int) -> str:
    """Return the template of a notice with ``count`` suggestions, nothing answered yet."""
    names = ["status"] if count < 2 else [f"status{n}" for n in range(1, count + 1)]
    lines = "\n".join(f"|{name}=" for name in names)
    return f"{{{{{template}|id={notice}|lang={language}\n{lines}\n}}}}"


def write_links(
    *,
    template: str,
    notice: str,
    language: str,
    count: int,
    page: str = "",
    only: Sequence[str] = (),
) -> str:
    """Return the call that shows the answers to ``count`` suggestions as links, 0 for a stop alone.

    ``page`` is where they add a section, empty for the talk page to which the notice belongs.
    ``only`` names the answers that fit, empty for all.
    """
    where = f"|page={page}" if page else ""
    fitting = f"|only={' '.join(only)}" if only else ""
    return f"{{{{{template}/answers|{notice}|{language}|{count}{where}{fitting}}}}}"


def set_parameters(
    text: str,
    notice: str,
    values: Mapping[str, str],
    *,
    is_notice_template: Callable[[str], bool],
) -> str:
    """Return a page with parameters of one notice's template set, everything else as it was.

    A ``status`` that somebody filled in stays theirs; others are replaced, or added at the end.
    An empty value takes a parameter out. The page comes back unchanged where there is no such
    template.
    """
    for found in parse_page(text).transclusions:
        if not is_notice_template(found.title):
            continue
        wrapper = _read(found)
        if wrapper is None or wrapper.id != notice:
            continue
        pieces, at = [], found.start
        left = {name: value for name, value in values.items() if value}
        for part in found.parameters:
            name = part.key.strip().lower()
            if name not in values:
                continue
            written = found.page.visible(part.value, part.end).strip()
            if name.startswith("status") and written:
                left.pop(name, None)
                continue
            pieces.append(text[at : part.start - 1])
            if name in left:
                pieces.append(f"|{name}={left.pop(name)}\n")
            at = part.end
        pieces.append(text[at : found.end - 2])
        inside = "".join(pieces).rstrip("\n")
        more = "".join(f"\n|{name}={value}" for name, value in left.items())
        return f"{text[: found.start]}{inside}{more}\n}}}}{text[found.end :]}"
    return text


def find_templates(
    text: str, *, is_notice_template: Callable[[str], bool]
) -> Iterator[NoticeTemplate]:
    """Find every wrapper on a page, in order, by MediaWiki's own rules for templates.

    ``is_notice_template`` tells whether a title as written is our template or a redirect to it. What
    stands in nowiki, pre or comments is not found.
    """
    for found in parse_page(text).transclusions:
        if is_notice_template(found.title):
            wrapper = _read(found)
            if wrapper is not None:
                yield wrapper


def _read(found: Transclusion) -> NoticeTemplate | None:
    values: dict[str, str] = {}
    for part in found.parameters:
        # The last of equal parameters wins, as in MediaWiki.
        values[part.key.strip().lower()] = found.page.visible(part.value, part.end).strip()
    notice = values.get("id", "").lower()
    if not _ID.fullmatch(notice):
        return None
    each = {}
    for key, value in values.items():
        number = _NUMBERED.fullmatch(key)
        if number and value:
            each[int(number[1])] = value
    return NoticeTemplate(
        notice, values.get("status", ""), each, found.start, found.end, values.get("lang", "")
    )
