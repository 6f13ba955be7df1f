"""Single rows of a list changed, and no other byte.

Where a row begins and ends in the wikitext is found by reading: by a mark that comes back in the
note of the item, or a place is a boundary if what stands before it reads as the first items and
what stands after it as the others. So whatever else is in a list (bold, comments, templates,
headings, cells) stays, and so does every row that nobody changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from typing import Any, NamedTuple, TypeVar

from exchange.model import Offer, Want
from exchange.profiles.item_words import HEADING, series_on_lines
from exchange.text import JOINER, LIST_SIGN, SEPARATORS
from exchange.wikitext.markup import TAG, template_role
from exchange.wikitext.plain_text import BOLD_LINE, ListEntry, list_entries
from exchange.wikitext.preprocessor import parse_page

Item = TypeVar("Item")
Reader = Callable[[str], Sequence[Item]]

MAX_PLACES = 240
_BULLET = rf"(?:[*#:;]+|{LIST_SIGN}|o(?= ))"
_PLACE = re.compile(
    rf"\n\s*{_BULLET}?[ \t]*|[{re.escape(SEPARATORS)}][ \t]*|<br ?/?>[ \t]*"
    rf"|{JOINER.pattern}|\s·\s+",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"(?:{JOINER.pattern})\Z", re.IGNORECASE)
_FIRST = re.compile(rf"\s*{_BULLET}[ \t]*")
_TAIL = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->)+\Z", re.DOTALL)
_MARKED = re.compile(rf"[ \t]*{_BULLET}[ \t]*")
_BOX = re.compile(r"(?:\{\{([^{}|]{1,30})\}\}|\[[ xX✓✔]?\](?=\s)|[☐☑✅❌✔✗✘✓])[ \t]*")
_COMMENT = re.compile(r"[ \t]*<!--(?:(?!-->).)*-->", re.DOTALL)
_LINE = re.compile(r"(?m)^.*$")
_MARK_START, _MARK_END = "\ue000", "z"  # It ends like a word, before what follows on a word.
_MARK = re.compile(f"{_MARK_START}([0-9]+){_MARK_END}")
_MARKED_NOTE = re.compile(f"^{_MARK.pattern}(?:; ?)?|(?:;? ?– ?|; ?)?{_MARK.pattern}")
_NUMBERED = re.compile(r"\|\s*(\d+)\s*=")
_NO_TEXT = re.compile(
    r"\s*(?:\{\{[^{}|]*\|?|\}\}|\{\|.*|\|[-+}].*|\{\{\{!\}\}.*|\{\{!\}\}[-+}].*)?\s*"
)
_TERM_ALONE = re.compile(r"\s*<dt\b[^<>]*>(?:(?!<(?:/?dl|dt|dd)\b).)*\Z", re.DOTALL | re.IGNORECASE)
_NO_MORE = re.compile(r"\s*(?:<dt\b|</dl\b|\Z)", re.IGNORECASE)


def edit_rows(
    raw: str,
    before: Sequence[Item],
    after: Sequence[Item],
    *,
    read: Reader[Item],
    render: Callable[[Item], str],
    apart: Callable[[Item], str] | None = None,
) -> str | None:
    """Return a list's wikitext with only the changed rows changed.

    ``raw`` is the value as written and reads as ``before``. ``apart`` writes a row so that it takes
    nothing of what follows on its line; it is asked where ``render`` would. None where the rows
    cannot be told apart, or where they would not read as ``after``.
    """
    if not before or not after:
        return None
    spread = series_on_lines(raw)
    if spread != raw and tuple(read(spread)) == tuple(before):
        raw = spread  # Items in one line after numbers or stars: each gets a line of its own.
    noted = all(isinstance(each, Offer | Want) for each in before)
    places = (_places_by_mark if noted else _places_by_row)(raw, before, read)
    places = places or _places(raw, before, read)
    if places is None:
        return None
    for whole in (False, True):
        for write in (render, apart or render):
            editor = _RowEditor(raw, places, read, write, whole=whole)
            changed = editor.rewritten(before, after)
            if tuple(read(changed)) == tuple(after):
                return changed
    return None


class _Place(NamedTuple):
    """Where an item is written, and the entry around it where it has one to itself."""

    start: int
    end: int
    entry: ListEntry | None = None


@dataclass(frozen=True, slots=True)
class _RowEditor:
    """Writes a list anew, with other bytes in the changed rows alone.

    ``whole`` says that a changed row is written whole, though cells beside it said a part of it.
    """

    raw: str
    places: Sequence[_Place]
    read: Reader[Any]
    render: Callable[[Any], str]
    whole: bool

    def rewritten(self, before: Sequence[Any], after: Sequence[Any]) -> str:
        """Return the list with ``after`` in place of ``before``."""
        changed = self.raw
        opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        for tag, first, last, start, end in reversed(opcodes):
            if tag == "equal":
                continue
            pairs = min(last - first, end - start)
            for item in reversed(after[start + pairs : end]):
                changed = _insert(changed, self.places, first + pairs, self.render(item))
            for at in range(last - 1, first + pairs - 1, -1):
                changed = _delete(changed, self.places, at)
            for offset in range(pairs - 1, -1, -1):
                old, new = before[first + offset], after[start + offset]
                changed = self._changed(changed, self.places[first + offset], old, new)
        return changed

    def _changed(self, text: str, place: _Place, old: Any, new: Any) -> str:
        begin, stop, entry = place
        beside = [part for part in entry.parts if part[0] >= stop] if entry else []
        if self.whole:
            for start, end in reversed(beside):
                text = text[:start] + text[end:]
        elif beside and len(alone := self.read(self.raw[begin:stop])) == 1:
            names = (each.name for each in fields(new))
            changes = {
                name: getattr(new, name)
                for name in names
                if getattr(new, name) != getattr(old, name)
            }
            new = replace(alone[0], **changes)
        row = self.render(new)
        return (
            text[:begin]
            + (_as_parameter(row) if entry and entry.is_parameter else row)
            + text[stop:]
        )


def _as_parameter(row: str) -> str:
    """Write a row so that it is the value of a parameter without a name."""
    pieces, at = [], 0
    for each in parse_page(row).within(0, len(row)):
        pieces += [row[at : each.start].replace("=", "&#61;"), each.raw]
        at = each.end
    return "".join([*pieces, row[at:].replace("=", "&#61;")])


def _places_by_mark(raw: str, items: Sequence[Item], read: Reader[Item]) -> list[_Place] | None:
    """Return where each item is written, by a mark at the end of each row; None where marks change it.

    A mark comes back in the note of the last item of its row. So a row is read among the others,
    and what is above it and below it still counts.
    """
    rows = _rows_as_written(raw)
    found = _marked_items(raw, rows, items, read)
    if found is None:  # A mark takes a cell that is nothing but a level for a note.
        rows = [row for row in rows if not row.entry or row.start == row.entry.parts[0][0]]
        found = _marked_items(raw, rows, items, read)
    if found is None:
        return None
    places: list[_Place] = []
    first = 0
    for at, item in enumerate(found):
        on = [int(number) for number in _MARK.findall(getattr(item, "note", ""))]
        if not on:
            continue  # The last item of its row has the mark.
        row = rows[on[0]]._replace(end=rows[on[-1]].end)
        if at == first:
            places.append(row)
        else:
            inside = _places(raw[row.start : row.end], items[first : at + 1], read)
            if inside is None:
                return None
            places += [_Place(row.start + begin, row.start + stop) for begin, stop, _ in inside]
        first = at + 1
    return places if len(places) == len(items) else None


def _places_by_row(raw: str, items: Sequence[Item], read: Reader[Item]) -> list[_Place] | None:
    """Return where each item is written, where it does not matter what stands around its row."""
    places: list[_Place] = []
    said: list[Item] = []
    for row in _rows_as_written(raw):
        text = raw[row.start : row.end]
        alone = read(text)
        said += alone
        if len(alone) == 1:
            places.append(row)
        elif alone:
            inside = _places(text, alone, read)
            if inside is None:
                return None
            places += [_Place(row.start + begin, row.start + stop) for begin, stop, _ in inside]
    return places if tuple(said) == tuple(items) else None


def _marked_items(
    raw: str, rows: Sequence[_Place], items: Sequence[Item], read: Reader[Item]
) -> Sequence[Item] | None:
    pieces, at = [], 0
    for number, row in enumerate(rows):
        pieces.append(f"{raw[at : row.end]} – {_MARK_START}{number}{_MARK_END}")
        at = row.end
    found = read("".join([*pieces, raw[at:]]))
    return found if tuple(map(_without_mark, found)) == tuple(items) else None


def _rows_as_written(raw: str) -> list[_Place]:
    """Return what may hold an item each: a line, a cell, an entry of a list in tags or a template."""
    entries = [*list_entries(raw), *_box_entries(raw)]
    rows = [_Place(*part, entry) for entry in entries for part in entry.parts]
    for line in _LINE.finditer(raw):
        start, end = _row_start(raw, line.start()), line.end()
        blank = _TAIL.search(raw, start, end)
        end = blank.start() if blank else end
        inside = any(each.start < end and start < each.end for each in entries)
        leads = BOLD_LINE.match(raw, line.start())
        if not inside and not leads and _may_hold_item(line.group()):
            rows.append(_Place(start, end))
    return sorted(rows)


def _box_entries(raw: str) -> Iterator[ListEntry]:
    """Return what stands behind each of several boxes in one line: "{{yes}} A {{no}} B"."""
    for line in _LINE.finditer(raw):
        boxes = [box for box in _BOX.finditer(raw, *line.span()) if _is_box(box)]
        if len(boxes) < 2 or _row_start(raw, line.start()) != boxes[0].end():
            continue
        starts = [boxes[0].start()]
        starts += [len(raw[: box.start()].rstrip(" \t,;")) for box in boxes[1:]]
        for box, start, end in zip(boxes, starts, [*starts[1:], line.end()], strict=True):
            stop = len(raw[:end].rstrip(" \t,;"))
            apart = " " if start == box.start() else ""
            yield ListEntry(start, end, ((box.end(), stop),), apart)


def _is_box(box: re.Match[str]) -> bool:
    return not box[1] or template_role(box[1]) in ("ticked", "unticked")


def _may_hold_item(line: str) -> bool:
    """Whether a line may hold an item: a heading or what leads to a list does not."""
    line = line.rstrip("' \t")
    if _NO_TEXT.fullmatch(TAG.sub("", line)):
        return False
    return not line.endswith((":", "：")) and not HEADING.fullmatch(line)


def _row_start(raw: str, line: int) -> int:
    """Return where a row begins behind the bullet of its line, and behind its box."""
    bullet = _MARKED.match(raw, line)
    at = bullet.end() if bullet else line
    box = _BOX.match(raw, at)
    return box.end() if box and _is_box(box) else at


def _without_mark(item: Item) -> Item:
    if not isinstance(item, Offer | Want):
        return item
    return replace(item, note=_MARKED_NOTE.sub("", item.note).strip())


def _places(raw: str, items: Sequence[Item], read: Reader[Item]) -> list[_Place] | None:
    """Return where each item is written, without the bullet before it or the comment after it."""
    found = list(_PLACE.finditer(raw))
    first = _FIRST.match(raw)
    bounds = {0, len(raw), first.end() if first else 0}
    bounds |= {place for one in found for place in one.span()}
    if len(bounds) > MAX_PLACES:
        return None
    wanted = tuple(items)
    starts, ends = [-1] * (len(wanted) + 1), [-1] * (len(wanted) + 1)
    for place in sorted(bounds):
        head = tuple(read(raw[:place]))
        # With its bullet before it, too: a note in running text ends sooner.
        for tail in dict.fromkeys((raw[place:], (_line_prefix(raw, place) or "") + raw[place:])):
            rest = tuple(read(tail))
            count = len(wanted) - len(rest)
            if count < 0 or wanted[count:] != rest or wanted[:count] != head[:count]:
                continue
            if len(head) <= count + 1:  # A heading with nothing under it yet reads as an item.
                starts[count] = place
            if len(head) == count and ends[count] < 0:
                ends[count] = place
    if -1 in starts or -1 in ends[1:]:
        return None
    places = []
    for at in range(len(items)):
        begin, end = _without_joiners(raw, starts[at], ends[at + 1], wanted[at], read)
        blank = _TAIL.search(raw, begin, end)
        places.append(_Place(begin, blank.start() if blank else end))
    return places


def _without_joiners(
    raw: str, begin: int, end: int, item: Item, read: Reader[Item]
) -> tuple[int, int]:
    """Take what joins an item to its neighbours from its ends: " and " in "Lua and Python"."""
    lead = JOINER.match(raw, begin, end)
    if lead and tuple(read(raw[lead.end() : end])) == (item,):
        begin = lead.end()
    tail = _JOINED.search(raw, begin, end)
    if tail and tuple(read(raw[begin : tail.start()])) == (item,):
        end = tail.start()
    return begin, end


def _line_prefix(raw: str, start: int) -> str | None:
    """Return the bullet before a row that begins its line, or None where the row does not."""
    line = raw.rfind("\n", 0, start) + 1
    return raw[line:start] if line < start == _row_start(raw, line) else None


def _insert(raw: str, places: Sequence[_Place], at: int, row: str) -> str:
    """Write a row before the item ``at``, in the way of its neighbour."""
    start, end, entry = places[max(0, at - 1)]
    if entry:
        new = _like_entry(raw, entry, row)
        if at == 0:
            return raw[: entry.start] + new + entry.apart + raw[entry.start :]
        return raw[: entry.end] + entry.apart + new + raw[entry.end :]
    prefix = _line_prefix(raw, start)
    if at == 0:
        if prefix is None:
            return f"{raw[:start]}{row}, {raw[start:]}"
        return f"{raw[: start - len(prefix)]}{prefix}{row}\n{raw[start - len(prefix) :]}"
    if prefix is None:
        # As the neighbours are separated: by a comma, a line break, <br>.
        last = len(places) > 1 and at == len(places)
        between = raw[places[-2].end : places[-1].start] if last else ", "
        return f"{raw[:end]}{between}{row}{raw[end:]}"
    line = raw.find("\n", end)
    line = len(raw) if line < 0 else line
    return f"{raw[:line]}\n{prefix}{row}{raw[line:]}"


def _like_entry(raw: str, entry: ListEntry, row: str) -> str:
    """Write a row with the markup of another entry, and nothing in its other cells."""
    pieces, at = [], entry.start
    for number, (start, end) in enumerate(entry.parts):
        pieces += [raw[at:start], row if number == 0 else ""]
        at = end
    markup = [_COMMENT.sub("", each) for each in (pieces[0], *pieces[2:], raw[at : entry.end])]
    new = _as_parameter(row) if entry.is_parameter else row
    if entry.is_parameter and _NUMBERED.match(markup[0]):
        free = 1 + max(map(int, _NUMBERED.findall(raw)))
        markup[0] = re.sub(r"\d+", str(free), markup[0], count=1)
    return "".join([markup[0], new, *markup[1:]])


def _group_start(raw: str, begin: int, end: int, least: int) -> int:
    """Return where the lines begin that group nothing any more once ``raw[begin:end]`` is gone.

    Left alone, such a heading would be an item itself. ``least`` is where the item before ends.
    """
    below = next(filter(str.strip, raw[end:].split("\n")), None)
    own = _level_of(raw[begin:end]) or 0
    while begin > least + 1:
        above = raw.rfind("\n", 0, begin - 1) + 1
        line = raw[above : begin - 1]
        level = _level_of(line)
        if above < least or level is None or level >= own:
            break
        if below and (_level_of(below) or 0) > level:
            break
        begin, own = above, level
    return begin


def _level_of(line: str) -> int | None:
    """Return how deep a line stands that may group others, headings below 0; None for other lines."""
    if heading := HEADING.fullmatch(line):
        return len(heading[1]) - 20
    if bullet := _MARKED.match(line):
        signs = bullet.group().strip()
        return -1 if signs[0] == ";" else len(signs) if signs[0] in "*#:" else 1
    leads = line.rstrip("' \t").endswith((":", "：")) or BOLD_LINE.match(f"{line}\n*")
    return -2 if leads else None


def _delete(raw: str, places: Sequence[_Place], at: int) -> str:
    """Take a row out, with its bullet and line, or with one separator beside it."""
    start, end, entry = places[at]
    if entry:
        if sum(entry.start <= each.start < entry.end for each in places) > 1:
            return raw[:start] + raw[end:]  # A cell of a row with several items.
        rest, begin = raw[entry.end :], entry.start
        if _NO_MORE.match(rest) and (term := _TERM_ALONE.search(raw, 0, begin)):
            begin = term.start()  # With nothing under it, it would be an item itself.
        if entry.apart and not rest.startswith(f"{entry.apart}\n"):
            rest = rest.lstrip(" \t,;")
        return raw[:begin] + rest.removeprefix(entry.apart)
    prefix = _line_prefix(raw, start)
    if prefix is not None:
        line = raw.find("\n", end)
        line = len(raw) if line < 0 else line
        if at + 1 < len(places) and places[at + 1].start < line:
            return raw[:start] + raw[places[at + 1].start :]  # The next one has its bullet now.
        begin = _group_start(raw, start - len(prefix), line, places[at - 1].end if at else 0)
        return raw[: begin - 1] + raw[line:] if begin > 0 else raw[line + 1 :]
    if at > 0:
        return raw[: places[at - 1].end] + raw[end:]
    return raw[:start] + raw[places[1].start :] if len(places) > 1 else raw[:start] + raw[end:]
