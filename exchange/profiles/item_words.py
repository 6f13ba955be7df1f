"""Items as they are read, the rows of a list, and words: details, fillers, ticks, no names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from exchange.model import Level, Method, Offer, Priority, Want
from exchange.profiles import scalars
from exchange.profiles.whereabouts import (
    MAX_PLACE_LENGTH,
    Days,
    Whereabouts,
    parse_last_day,
    read_whereabouts,
)
from exchange.text import JOINER, LIST_SIGN, fold
from exchange.wikitext.nodes import Transclusion
from exchange.wikitext.plain_text import PLACEHOLDER, PlainValue, single_line


class ListItem(NamedTuple):
    """One item of a list, whether offered or wanted. ``text`` is the capacity as written."""

    text: str
    capacity: str = ""
    methods: tuple[Method, ...] = ()
    level: Level | None = None
    priority: Priority = Priority.NORMAL
    until: date | None = None
    note: str = ""
    since: date | None = None
    place: str = ""

    def at(self, found: Whereabouts) -> ListItem:
        """Return the item with where it is, and when; of several places the whole address."""
        since, until = found.days
        place = ", ".join(filter(None, (self.place, found.place)))
        return self._replace(
            since=since or self.since, until=until or self.until, place=place[:MAX_PLACE_LENGTH]
        )

    def of_skill(self, *, wanted: bool) -> ListItem:
        """Return the item of a skill, which is nowhere: what was said for its place is a note."""
        if not self.place and not self.since and (wanted or not self.until):
            return self
        note = "; ".join(filter(None, (self.note, self.place)))
        return self._replace(place="", since=None, until=self.until if wanted else None, note=note)

    def offer(self) -> Offer:
        """Return the item as an offer."""
        return Offer(
            self.capacity,
            self.text,
            self.methods,
            self.level,
            self.note,
            self.since,
            self.until,
            self.place,
        )

    def want(self, request: str = "") -> Want:
        """Return the item as a want; ``request`` is the title of the page that asks."""
        return Want(
            self.capacity,
            self.text,
            self.methods,
            self.level,
            self.priority,
            self.until,
            self.note,
            request,
            since=self.since,
            place=self.place,
        )


def complete_request(item: ListItem, values: Mapping[str, Any], title: str) -> Want:
    """Complete an item of a request with what the request says for all of them."""
    priority: Priority = values.get("priority", Priority.NORMAL)
    days = values.get("days", Days())
    return item._replace(
        methods=item.methods or values.get("methods", ()),
        level=item.level or values.get("level"),
        priority=item.priority or priority,
        until=item.until or days.until,
        note=item.note or single_line(values.get("note", "")),
    ).want(title)


_BOX = re.compile(r"\[([ xX✓✔]?)\](?=\s)")
_BRACKETS = re.compile(r"(?<=[\w.)])([ \t]*)[\[{【［]([^\[\]{}【】［］()（）\n]{1,80})[\]}】］]")
"""Brackets of other kinds after a name: "governance [expert]"."""
_BOXES = ("☐", "☑", "✅", "❌", "✔", "✗", "✘", "✓")
_BEFORE_BOX = re.compile(
    rf"(?<=[\w.)）{PLACEHOLDER}])[ \t,;]+(?=[{''.join(_BOXES)}]\s*[\w{PLACEHOLDER}])"
)
_MANY_SIGNS = re.compile(r"(?m)^\s*\*[^*\n]+ \* |^[\s*#:]*[(（]?1[.)）].+?[\s,;]\(?2[.)）]")
_STARS = re.compile(r"\s*\*[^*]+(?: \* [^*]+)+")
_WORD_START = rf"[^\W\d]|['\[{{{PLACEHOLDER}]"
_FIRST_NUMBER = re.compile(rf"[\s*#:]*[(（]?1[.)）]\s*(?={_WORD_START})")
_NEXT_NUMBER = rf"[\s,;]+([(（]?%d[.)）]\s*(?={_WORD_START}))"
_NO = "☐❌❎✗✘✖🚫⛔"
_UNTICKED = re.compile(rf"^\W*[{_NO}]|[{_NO}]\W*$")
_DETAIL = re.compile(r"[,;،؛、，；/|\n・]")
_DETAIL_OF_THING = re.compile(r"[,;،؛、，；|\n・]")
_ADDRESS = re.compile(r"https?:|//|\bwww\.|\w@\w", re.IGNORECASE)
_UNTIL = re.compile(r"\s*(?:until|deadline)\s*[:=]\s*", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:level|methods?|priority)\s*[:=]\s*", re.IGNORECASE)


def with_plain_boxes(value: PlainValue) -> PlainValue:
    """Return a list in which what stands for a box is one, ticked or not, and begins its line."""
    text = value.text
    if "]" in text:
        text = _BOX.sub(_ticked, text)
    if any(map(text.__contains__, "]}】］")):
        text = _BRACKETS.sub(r"\1 (\2)", text)
    if text.lstrip("*#:- \n")[:1] in _BOXES:
        text = _BEFORE_BOX.sub("\n", text)
    if _MANY_SIGNS.search(text):
        text = series_on_lines(text)
    return value if text is value.text else value._replace(text=text)


def series_on_lines(text: str) -> str:
    """Return a list with numbered or starred items of one line on lines: "1) Lua 2) Python"."""
    return "\n".join(map(_on_lines, text.split("\n")))


def _on_lines(line: str) -> str:
    if _STARS.fullmatch(line):
        return line.replace(" * ", "\n* ")
    number, cuts = 2, []
    if first := _FIRST_NUMBER.match(line):
        at = first.end()
        while found := re.compile(_NEXT_NUMBER % number).search(line, at):
            cuts.append(found)
            at, number = found.end(), number + 1
    for found in reversed(cuts):
        line = f"{line[: found.start()]}\n{line[found.start(1) :]}"
    return line


def _ticked(box: re.Match[str]) -> str:
    return "☑" if box[1].strip() else "☐"


def is_unticked(text: str, note: str) -> bool:
    """Whether an item has a box that is not ticked, or a cross, beside its name or as its note."""
    if note and not note.strip(_NO):
        return True
    return not text.isascii() and len(text) < 200 and _UNTICKED.search(text) is not None


def ends_in_filler(text: str) -> int:
    """Return where "etc." or "and more" begins at the end of a name, or 0."""
    words = text.split(" ")
    for at in range(max(1, len(words) - 3), len(words)):
        if scalars.is_filler(" ".join(words[at:])):
            return len(" ".join(words[:at]))
    return 0


def are_details(text: str, *, wanted: bool, thing: bool = False) -> bool:
    """Whether a text is nothing but details: those that ``is_detail`` says."""
    words = split_details(text, thing=thing)
    return bool(words) and all(is_detail(word, wanted, thing=thing) for word in words)


def is_detail(word: str, wanted: bool, *, thing: bool = False) -> bool:
    """Whether a word is a level, a method, of a want a priority or a deadline, of a thing its
    place and days.
    """
    if scalars.parse_method(word) or scalars.parse_level(word):
        return True
    if thing and read_whereabouts(word):
        return True
    return wanted and (scalars.parse_priority(word) is not None or parse_last_day(word) is not None)


def may_be_several(text: str) -> bool:
    """Whether a name that stands alone could be read as several, or as one with its level."""
    if JOINER.search(text) or not text.isascii() or "%" in text[:5]:
        return True
    first, _, rest = text.partition(" ")
    last = text.split(" ")[-2:]
    return bool(rest) and any(map(scalars.parse_level, (first, last[-1], " ".join(last))))


def is_no_name(text: str) -> bool:
    """Whether a text is no capacity by its form: one sign, an address, a scrap of wikitext."""
    letters = sum(map(str.isalnum, text))
    return letters == 0 or len(text) == 1 or _ADDRESS.search(text) is not None


def split_details(text: str, *, thing: bool = False) -> tuple[str, ...]:
    """Split details at whatever separates them, without labels such as ``level:``.

    In those of a thing a slash separates none, as it stands in days: "03/2027".
    """
    if thing:
        return _split(text, _DETAIL_OF_THING)
    return _split_cached(text) if len(text) <= 100 else _split(text)


def _split(text: str, signs: re.Pattern[str] = _DETAIL) -> tuple[str, ...]:
    words = (
        single_line(_UNTIL.sub("until ", _LABEL.sub("", each, count=1), count=1))
        for each in signs.split(text)
    )
    return tuple(word for word in words if word)


# Many people write the same.
_split_cached = lru_cache(maxsize=4096)(_split)


def without_until(word: str) -> str:
    """Take the word for until away from before a date."""
    words = word.split(" ")
    for length in (1, 2):
        if scalars.term_table("times").get(fold(" ".join(words[:length]))) == "until":
            return " ".join(words[length:])
    return word


MAX_JOINED = 12


def first_joined(text: str, resolve: Callable[[str], str | None]) -> int:
    """Return where the first of several names in one entry ends, if all of them are known, or 0."""
    joiners = [*JOINER.finditer(text)][:MAX_JOINED]
    good = {len(text)}  # From where on everything is known.
    first = 0
    for start in [*(joiner.end() for joiner in reversed(joiners)), 0]:
        for joiner in [*joiners, None]:
            stop, follows = joiner.span() if joiner else (len(text), len(text))
            if stop > start and follows in good and resolve(text[start:stop]):
                good.add(start)
                first = stop
    return first if 0 in good and first < len(text) else 0


# --- rows ---

_MARKER = re.compile(rf"\s*([*#:;]+|{LIST_SIGN})\s*(?:{LIST_SIGN}\s*)?")
_LETTER_O = re.compile(r"\s*o\s+(?=\S)")
HEADING = re.compile(r"\s*(={1,6})([^=\n].*?)\1\s*")
_PAREN = re.compile(r"[()（）]")


class Row(NamedTuple):
    """One row of a list: its text, how deep it stands, and the transclusions in it.

    ``kind`` is ``"item"`` or, where it groups what stands under it, ``"term"`` or ``"heading"``.
    ``bullet`` says whether it is a line of its own in a list.
    """

    kind: str
    depth: int
    bullet: bool
    text: str
    inner: tuple[Transclusion, ...]


_LEVELS = {"heading": -20, "term": -1}  # A heading stands over those with more signs.


def split_rows(value: PlainValue) -> list[Row]:
    """Return the rows of a list that are not empty.

    Lines without a bullet belong to the row before them; there the line break separates.
    """
    found: list[tuple[str, int, bool, list[str]]] = [("item", 1, False, [])]
    before = ""
    lines = _without_letters(value.text.split("\n"))
    for number, each in enumerate(lines):
        if "=" in each and (heading := HEADING.fullmatch(each)):
            found.append(("heading", len(heading[1]), True, [heading[2]]))
            found.append(("item", 1, False, []))
            before = ""
        elif bullet := _MARKER.match(each):
            signs, text = bullet[1], each[bullet.end() :]
            if signs[-1] == ";":
                term, _, text = text.partition(":")
                found.append(("term", 0, True, [term]))
                found.append(("item", len(signs), True, [text]))
                before = ""
                continue
            if signs[0] not in "*#:;":
                signs = "•"
            # A colon right under a bullet is about that bullet's item.
            deeper = signs[-1] == ":" and len(signs) == len(before) and before[-1] in "*#•"
            found.append(("item", len(signs) + deeper, True, [text]))
            before = before if deeper else signs
        elif _introduces(each, lines, number):
            found.append(("term", 0, True, [each]))
            before = ""
        else:
            found[-1][3].append(each)
    rows, at = [], 0
    for kind, depth, is_bullet, lines in found:
        text = "\n".join(lines)
        count = text.count(PLACEHOLDER)
        if text.strip():
            rows.append(Row(kind, depth, is_bullet, text, value.inner[at : at + count]))
        at += count
    return rows


def _without_letters(lines: list[str]) -> list[str]:
    """Return lines with a bullet for each letter o, where every line begins with one."""
    first = next(filter(str.strip, lines), "")
    if not _LETTER_O.match(first) or len(lines) < 2:
        return lines
    marks = [_LETTER_O.match(line) for line in lines]
    if any(not mark and line.strip() for mark, line in zip(marks, lines, strict=True)):
        return lines
    return [
        f"* {line[mark.end() :]}" if mark else line for mark, line in zip(marks, lines, strict=True)
    ]


def _introduces(line: str, lines: Sequence[str], number: int) -> bool:
    """Whether a line without a bullet leads to the list below it: "I can help with:"."""
    if not line.rstrip().endswith((":", "：")):
        return False
    below = next(filter(str.strip, lines[number + 1 :]), "")
    return _MARKER.match(below) is not None


def parents_of(rows: Sequence[Row]) -> list[int]:
    """Return for each row the index of the row that it stands under, or -1."""
    found: list[int] = []
    above: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        level = _LEVELS.get(row.kind, 0) + row.depth
        while above and above[-1][0] >= level:
            above.pop()
        found.append(above[-1][1] if above else -1)
        above.append((level, at))
    return found


def restore_raw(text: str, inner: Iterator[Transclusion]) -> str:
    """Put the transclusions back into the placeholders of a text, as they were written."""
    if PLACEHOLDER not in text:
        return text
    first, *rest = text.split(PLACEHOLDER)
    return first + "".join(next(inner).raw.replace(PLACEHOLDER, "") + each for each in rest)


def closing_bracket(row: str, at: int) -> int:
    """Where the bracket that opens at ``at`` closes, or the end of the row."""
    depth = 0
    for bracket in _PAREN.finditer(row, at):
        depth += 1 if bracket.group() in "(（" else -1
        if not depth:
            return bracket.start()
    line_end = row.find("\n", at)
    return line_end if line_end >= 0 else len(row)


def skip_spaces(row: str, at: int) -> int:
    """Where the text goes on after the spaces from ``at`` on."""
    while at < len(row) and row[at] in " \t\u00a0\u3000":
        at += 1
    return at
