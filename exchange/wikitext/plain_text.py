"""Value: what a stretch of wikitext says as plain text, and which templates stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from exchange.text import ENTITY, SEPARATORS, unescape_entities
from exchange.wikitext.markup import (
    TAG,
    live_branch,
    replace_links,
    template_role,
    without_struck,
)
from exchange.wikitext.nodes import OpaqueSpan, ParsedPage, Transclusion
from exchange.wikitext.preprocessor import parse_page

PLACEHOLDER = "\x02"
"""Stands for a transclusion inside a value; the n-th placeholder is the n-th of ``PlainValue.inner``."""

_PROTECTED = ",;\n،؛、，；・•|()（）–—-*#:/·[]'<{"
_GUARDS = "".join(chr(0xFDD0 + at) for at in range(len(_PROTECTED)))
# Noncharacters stand for separators that were written as entities or in nowiki: they separate
# nothing. Nobody can write them: they are taken out of the text first.
_LINK_START, _LINK_END = "\ufdee", "\ufdef"  # Around what a link points to.
_GUARD = str.maketrans(_PROTECTED, _GUARDS)
_UNGUARD = str.maketrans(_GUARDS, _PROTECTED, _LINK_START + _LINK_END)
_GUARDED = re.compile(f"[{_GUARDS[0]}-{_LINK_END}]")
_TAKEN_OUT = str.maketrans("", "", PLACEHOLDER + _GUARDS + _LINK_START + _LINK_END)
_LINKED = re.compile(f"{_LINK_START}([^{_LINK_START}{_LINK_END}]*){_LINK_END}")

_PIPE = "|".translate(_GUARD)

_CHARACTERS = {"{{!}}": _PIPE, "{{=}}": "="}
"""Transclusions that are another way to write a character."""

_SPECIAL = re.compile(rf"[&<\[{{{PLACEHOLDER}{_GUARDS[0]}-{_LINK_END}]|''|~~|__[A-Z]")
_BETWEEN = re.compile(
    rf"\n\s*(?:[*#:;]+|-(?=\s))|^\s*[*#:;]+|[{re.escape(SEPARATORS)}]|(?<=\s)·(?=\s)|\n\s*={{1,6}}[^=\n][^\n]*="
)
_EXTERNAL = re.compile(r"\[((?:https?:)?//[^\s\[\]]+)(?:\s+([^\[\]]*))?\]")
_PLACEHOLDER = re.compile(PLACEHOLDER)
_NUMBERED = re.compile(rf"{PLACEHOLDER}(\d+){PLACEHOLDER}")
_QUOTES = re.compile(r"'{2,}")
BOLD_LINE = re.compile(
    r"^[ \t]*(?:'{3,5}|<(?:b|strong)>)([^\n']*[^\n':])(?:'{3,5}|</(?:b|strong)>)[ \t]*(?=\n+[ \t]*[*#])",
    re.MULTILINE | re.IGNORECASE,
)
"""A line that is bold, over a list: it leads to what is in the list."""
_SWITCH = re.compile(r"__[A-Z]+(?:_[A-Z]+)?__")
_DEEPEST = 8
"""How deep lists and conditions may be nested in each other."""


class PlainValue(NamedTuple):
    """A parameter's value: ``text`` with a placeholder for each of the transclusions ``inner``."""

    text: str
    inner: tuple[Transclusion, ...] = ()


def plain_value(
    page: ParsedPage, start: int, end: int, *, targets: bool = False, heads: bool = False
) -> PlainValue:
    """Return a stretch as plain text: what a reader would see of it, links by their labels.

    Comments, tags, files, categories, struck-out and hidden text are gone; list templates and
    tables are lists; of ``{{#if:}}`` the branch that shows counts. ``targets`` gives links by
    what they point to instead, guarded against being split; ``heads`` puts a colon after a bold
    line over a list. Separators written as entities or
    inside ``<nowiki>`` are guarded too; ``unescape_separators`` brings them back.
    """
    text = page.text[start:end]
    if not _SPECIAL.search(text):
        return PlainValue(text)
    inner: list[Transclusion] = []
    text = "".join(_pieces(page, start, end, inner, 0))
    if heads:
        text = BOLD_LINE.sub(r"\1:", text)
    plain = _plain(text, targets)
    if plain.count(PLACEHOLDER) < len(inner):
        # A tag or a link's target took some with it: with numbers they tell which are left.
        numbers = count()
        plain = _plain(
            _PLACEHOLDER.sub(lambda _: f"{PLACEHOLDER}{next(numbers)}{PLACEHOLDER}", text), targets
        )
        inner = [inner[int(number)] for number in _NUMBERED.findall(plain)]
        plain = _NUMBERED.sub(PLACEHOLDER, plain)
    return PlainValue(plain, tuple(inner))


def _pieces(
    page: ParsedPage, start: int, end: int, inner: list[Transclusion], depth: int
) -> Iterator[str]:
    """Return the text of a stretch bit by bit; transclusions that stay are added to ``inner``."""
    spans: list[tuple[int, int, OpaqueSpan | Transclusion]] = [
        (each.start, each.end, each) for each in page.within(start, end)
    ]
    opaque = [(each.start, each.end, each) for each in page.opaque_spans(start, end)]
    if opaque:
        spans = sorted([*spans, *opaque], key=itemgetter(0, 1))
    at = start
    for first, last, span in spans:
        if first < at:
            continue  # Inside a comment, a tag or a transclusion that was dealt with.
        yield page.text[at:first].translate(_TAKEN_OUT)
        if isinstance(span, Transclusion):
            yield from _shown_by(span, inner, depth)
        elif span.tag in ("nowiki", "pre"):
            # It shows its inside, letter by letter.
            shown = page.text[span.inner : span.inner_end]
            yield shown.translate(_TAKEN_OUT).translate(_GUARD)
        at = last
    yield page.text[at:end].translate(_TAKEN_OUT)


def _shown_by(each: Transclusion, inner: list[Transclusion], depth: int) -> Iterator[str]:
    """Return what a transclusion shows, as far as that can be told without the wiki."""
    if (character := _CHARACTERS.get(each.raw)) is not None:
        yield character
        return
    page = each.page
    if depth < _DEEPEST:
        title = each.title
        if title.startswith("#") and (branch := live_branch(each)) is not None:
            yield from _pieces(page, *branch, inner, depth + 1)
            return
        match template_role(title):
            case "list":
                for entry in each.parameters:
                    if entry.key.isdecimal():
                        yield "\n* "
                        yield from _pieces(page, entry.value, entry.end, inner, depth + 1)
                yield "\n"
                return
            case "struck":
                return
            case "ticked":
                yield "☑"
                return
            case "unticked":
                yield "☐"
                return
    inner.append(each)
    yield PLACEHOLDER


def _plain(text: str, targets: bool) -> str:
    """Take links, tags, quotes and entities out of the text, with the placeholders in them."""
    if "<" in text or "~~" in text:
        text = without_struck(text)
    if "[" in text:
        text = replace_links(text, mark_link if targets else None)
        text = _EXTERNAL.sub(lambda match: match.group(2) or match.group(1), text)
    if "<" in text:
        text = lists_of_tags(text)
    text = _QUOTES.sub("", _SWITCH.sub("", text))
    if "&" in text:
        text = ENTITY.sub(lambda match: unescape_entities(match.group()).translate(_GUARD), text)
    return rows_of_tables(text, _PIPE) if "{" in text else text


def unescape_separators(text: str) -> str:
    """Bring guarded separators back."""
    if text.isascii() or not _GUARDED.search(text):
        return text
    return text.translate(_UNGUARD)


def single_line(text: str) -> str:
    """Put text on one line: guarded separators back, spaces collapsed, ends trimmed."""
    return " ".join((text if text.isascii() else unescape_separators(text)).split())


def restore_templates(value: PlainValue) -> str:
    """Return the text with the transclusions as they were written back in their placeholders."""
    if not value.inner:
        return unescape_separators(value.text)
    first, *rest = value.text.split(PLACEHOLDER)
    pairs = zip(value.inner, rest, strict=True)
    return unescape_separators(first + "".join(each.raw + text for each, text in pairs))


def mark_link(target: str) -> str:
    """Return a link's target as text that nothing splits, and that ``link_targets`` finds."""
    return f"{_LINK_START}{target.translate(_GUARD)}{_LINK_END}"


def link_targets(text: str) -> list[str]:
    """Return what the links in a text point to, where it was read by its targets."""
    return [unescape_separators(target) for target in _LINKED.findall(text)]


def split_entries(value: PlainValue, *, raw: bool = False) -> list[str]:
    """Split a simple list (no details, no notes) at lines, bullets, semicolons and commas.

    ``raw`` entries still have their links and guarded separators marked.
    """
    texts = _BETWEEN.split(value.text)
    return [text for each in texts if (text := each.strip() if raw else single_line(each))]


# --- lists in tags and tables ---

_LISTS = frozenset({"ul", "ol", "dl"})
_BLOCKS = frozenset({"br", "p", "div", "tr", "table", "hr", "center"})
_HEADINGS = {"caption": "=="} | {f"h{number}": "=" * number for number in range(1, 7)}
_TABLE_START = re.compile(r"\s*\{\|")
_CELLS = re.compile(r"\|\||!!")
_ATTRIBUTES = re.compile(r"[^|\[\]]*=[^|\[\]]*\|\0*(?!\|)")


def lists_of_tags(text: str) -> str:
    """Write lists and tables in HTML as lists in wikitext, and take every other tag away."""
    depth = 0
    cells = heads = 0

    def shown(tag: re.Match[str]) -> str:
        nonlocal depth, cells, heads
        name = tag[2].lower()
        if tag[1]:
            depth -= name in _LISTS and depth > 0
            if signs := _HEADINGS.get(name):
                return f" {signs}\n"
            return "\n" if name in _BLOCKS | _LISTS else ""
        if name in _LISTS:
            depth += 1
            return "\n"
        match name:
            case "li":
                return f"\n{'*' * max(1, min(depth, 9))} "
            case "dd":
                return "\n: "
            case "dt":
                return "\n; "
            case "caption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                return f"\n{_HEADINGS[name]} "
            case "th":
                heads += 1
                return "\n; " if heads == 1 else " / "
            case "td":
                cells += 1
                return "\n* " if cells == 1 else "\n** "
            case "tr":
                cells = heads = 0
        return "\n" if name in _BLOCKS else ""

    return TAG.sub(shown, text)


def rows_of_tables(text: str, guarded: str) -> str:
    """Write wikitext tables as lists: a row's first cell is an item, the others are under it.

    ``guarded`` is the sign that stands for a ``{{!}}``. A row of nothing but headers groups.
    """
    plain = text.replace(guarded, "|")
    if not any(map(_TABLE_START.match, plain.split("\n"))):
        return text
    lines: list[str] = []
    row: list[tuple[bool, str]] = []
    inside = 0
    for written, line in zip(text.split("\n"), plain.split("\n"), strict=True):
        bare = line.lstrip()
        if bare.startswith("{|"):
            inside += 1
        elif not inside:
            lines.append(written)
        elif bare.startswith(("|}", "|-")):
            lines += _row(row)
            row = []
            inside -= bare.startswith("|}")
        elif bare.startswith("|+"):
            lines.append(f"== {bare[2:].strip()} ==")
        elif bare.startswith(("|", "!")):
            cells = _CELLS.split(bare[1:]) if bare[0] == "!" else bare[1:].split("||")
            row += [(bare[0] == "!", _ATTRIBUTES.sub("", cell, count=1)) for cell in cells]
        elif row:
            row[-1] = (row[-1][0], f"{row[-1][1]}\n{line}")
    return "\n".join([*lines, *_row(row)])


def _row(row: list[tuple[bool, str]]) -> Iterator[str]:
    cells = [cell.strip() for _, cell in row]
    if all(header for header, _ in row):
        yield "; " + " / ".join(cells).replace(":", " ")
        return
    first = True
    for cell in filter(None, cells):
        yield cell if cell.startswith(("*", "#")) else f"{'*' if first else '**'} {cell}"
        first = False


# --- where the entries of such lists are written ---


class ListEntry(NamedTuple):
    """An entry of a list in a template, tags or a table: where it is written, with its own markup.

    ``parts`` are where its text stands, a cell each in a table. ``apart`` is what has to be put
    between it and another one, where its own markup does not begin with that.
    """

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    apart: str = ""
    is_parameter: bool = False


_COMMENTS = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->)+", re.DOTALL)
_LINES = re.compile(r"\n\s*[*#:;]|^\s*\{\||\{\{|<(?:li|td)\b")
_ENTRY_TAGS = frozenset({"li", "dd", "tr"})
_PART_TAGS = _ENTRY_TAGS | _LISTS | _HEADINGS.keys() | {"td", "th", "dt", "table"}
_ROW_SIGN = re.compile(r"[ \t]*(?:(\{\|)|(\|\0*|!)([-+}]?))")
_CELLS_APART = (re.compile(r"\|\0*\|\0*"), re.compile(r"\|\0*\|\0*|!!"))


def list_entries(text: str) -> list[ListEntry]:
    """Return where the entries of lists in templates, tags and tables are written, in order."""
    page = parse_page(text)
    shown = _masked(page)
    found = [*_parameter_entries(page, shown), *_tag_entries(shown), *_table_entries(shown)]
    trimmed = []
    for each in found:
        parts = tuple(part for one in each.parts if (part := _trimmed(text, *one)))
        if parts:
            trimmed.append(each._replace(parts=parts))
    return sorted(trimmed, key=itemgetter(0))


def _masked(page: ParsedPage) -> str:
    """Return the text, as long as it is, without what is no markup of a list."""
    pieces = list(page.text)
    for each in page.transclusions:
        if each.raw == "{{!}}":
            pieces[each.start : each.end] = "|\0\0\0\0"
        elif template_role(each.title) != "list":
            pieces[each.start : each.end] = "x" * (each.end - each.start)
    for span in page.opaque:
        pieces[span.start : span.end] = " " * (span.end - span.start)
    return "".join(pieces)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Take spaces and comments from both ends of a stretch; None where nothing is left."""
    if blank := _COMMENTS.match(text, start, end):
        start = blank.end()
    for blank in _COMMENTS.finditer(text, start, end):
        if blank.end() == end:
            end = blank.start()
    return (start, end) if start < end else None


def _parameter_entries(page: ParsedPage, shown: str) -> Iterator[ListEntry]:
    for template in page.transclusions:
        if template_role(template.title) != "list":
            continue
        for each in template.parameters:
            inside = shown[each.value : each.end]
            if not each.key.isdecimal() or _LINES.search(inside):
                continue  # Its lines are entries themselves.
            start, end = each.start - 1, each.end
            line = page.text.rfind("\n", 0, start)
            if line >= 0 and not page.text[line:start].strip():
                start, end = line, each.start + len(page.text[each.start : end].rstrip())
            yield ListEntry(start, end, ((each.value, each.end),), is_parameter=True)


def _tag_entries(shown: str) -> Iterator[ListEntry]:
    open_: list[tuple[str, int, list[tuple[int, int]]]] = []
    at = 0

    def closed(end: int) -> ListEntry:
        _, start, parts = open_.pop()
        line = shown.rfind("\n", 0, start)
        if line >= 0 and not shown[line:start].strip():
            start, end = line, start + len(shown[start:end].rstrip())
        return ListEntry(start, end, tuple(parts))

    for tag in TAG.finditer(shown):
        name = tag[2].lower()
        if name not in _PART_TAGS:
            continue
        if open_ and open_[-1][0] in _ENTRY_TAGS:
            open_[-1][2].append((at, tag.start()))
        at = tag.end()
        if not tag[1] and name in _ENTRY_TAGS | {"dt"} and open_ and open_[-1][0] in _ENTRY_TAGS:
            yield closed(tag.start())  # <li> ends the one before it.
        if tag[1] and name in _ENTRY_TAGS | _LISTS | {"table"}:
            while open_ and open_[-1][0] != name:
                if open_[-1][0] in _ENTRY_TAGS:
                    yield closed(tag.start())
                else:
                    open_.pop()
            if open_:
                if name in _ENTRY_TAGS:
                    yield closed(tag.end())
                else:
                    open_.pop()
        elif not tag[1] and name in _ENTRY_TAGS | _LISTS | {"table"}:
            open_.append((name, tag.start(), []))


def _table_entries(shown: str) -> Iterator[ListEntry]:
    depth = at = 0
    row: ListEntry | None = None
    has_cell = False  # A row of nothing but headers is no entry.
    for line in shown.split("\n"):
        start, end = at, at + len(line)
        at = end + 1
        sign = _ROW_SIGN.match(line)
        if sign and sign[1]:
            depth += 1
        elif depth == 1 and sign and not sign[3]:
            pipe = "{{!}}" if "\0" in sign[2] else "|"
            row = row or ListEntry(start - 1, end, (), f"\n{pipe}-")
            row = row._replace(end=end, parts=(*row.parts, *_cells(line, sign, start)))
            has_cell |= sign[2] != "!"
        elif depth == 1 and sign:
            if row and has_cell:
                yield row
            row = ListEntry(start - 1, end, ()) if sign[3] == "-" else None
            has_cell = False
            depth -= sign[3] == "}"
        elif depth and row and row.parts:
            row = row._replace(end=end, parts=(*row.parts[:-1], (row.parts[-1][0], end)))
            depth -= sign is not None and sign[3] == "}"


def _cells(line: str, sign: re.Match[str], start: int) -> Iterator[tuple[int, int]]:
    at = sign.end()
    for between in [*_CELLS_APART[sign[2] == "!"].finditer(line, at), None]:
        stop = between.start() if between else len(line)
        attributes = _ATTRIBUTES.match(line, at, stop)
        yield start + (attributes.end() if attributes else at), start + stop
        at = between.end() if between else stop
