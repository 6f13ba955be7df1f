"""Items: the lists of offers and wants -> one item for each capacity, with its details.

An item is ``Wikidata (mentoring, training; expert) – queries above all`` or ``{{Capacity|…}}``.
Lines, bullets, semicolons and commas separate items; the longest known name wins first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from exchange.directory import Directory
from exchange.directory.directory import SEPARATORS, key
from exchange.fold import fold
from exchange.model import UNLISTED, Method, Problem, is_unlisted
from exchange.template import scalars, terms
from exchange.template.item import Item, closing, fill, rows, skip_spaces
from exchange.template.problems import Code, problem
from exchange.template.scan import Transclusion
from exchange.template.value import HOLE, Value, line

MOST_ITEMS = 200
MOST_GUESSES = 20
LONGEST_NAME = 150
_LONGEST_KNOWN = 200
LONGEST_ID = 190
LONGEST_NOTE = 500

_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
_HARD = re.compile(r"[;；؛\n]")
_HEAD_END = re.compile(rf"[(（{HOLE}]|—|\s[-–―]{{1,2}}(?:\s|$)")
_DASH = re.compile(r"\s*[-–—―]{1,2}\s*")
_OPENING = re.compile(r"\s*[(（]")
_LINE = re.compile(r"\n")
_DETAIL = re.compile(r"[,;،؛、，；/|\n・]")
_LABEL = re.compile(r"\s*(?:level|methods?|priority|until|deadline)\s*[:=]\s*", re.IGNORECASE)


Nested = Callable[[Transclusion], Item | None]
"""Reads a nested template: an item without its capacity id, or None where it is another one."""


@dataclass(slots=True)
class ItemReader:
    """Reads one list. ``wanted`` tells whether priority and deadline make sense in it."""

    parameter: str
    directory: Directory
    today: date
    wanted: bool
    nested: Nested
    problems: list[Problem] = field(default_factory=list)
    guesses: int = 0

    def read(self, value: Value) -> tuple[Item, ...]:
        """Give the items of a list in their order, each capacity once."""
        found: dict[str, Item] = {}
        inner = iter(value.inner)
        for number, item in enumerate(self._items(value.text, inner)):
            if number >= MOST_ITEMS:
                self._problem(Code.TOO_MANY, item.text)
                break
            known = self._identify(item)
            if known is None:
                continue
            if known.capacity in found:
                self._problem(Code.REPEATED_ITEM, known.text)
                continue
            found[known.capacity] = known
            if is_unlisted(known.capacity):
                self._suggest(known.text)
        return tuple(found.values())

    def _suggest(self, text: str) -> None:
        """Note a near miss. Guessing takes its time, so only the first few of a list get one."""
        self.guesses += 1
        meant = self.directory.suggest(text) if self.guesses <= MOST_GUESSES else None
        if meant:
            self._problem(Code.NEAR_MISS, text, meant)

    def _problem(self, code: Code, text: str, hint: str = "") -> None:
        self.problems.append(problem(code, self.parameter, text, hint))

    def _identify(self, item: Item) -> Item | None:
        capacity = item.capacity or self.directory.identify(item.text)
        if capacity == UNLISTED:
            return None  # Nothing but punctuation.
        if len(item.text) > LONGEST_NAME or len(capacity) > LONGEST_ID:
            self._problem(Code.TOO_LONG, item.text)
            return None
        if len(item.note) > LONGEST_NOTE:
            self._problem(Code.TOO_LONG, item.note)
            item = replace(item, note=item.note[: LONGEST_NOTE - 1].rstrip() + "…")
        if item.capacity:
            return item
        return Item(
            item.text, capacity, item.methods, item.level, item.priority, item.until, item.note
        )

    # --- one list --------------------------------------------------------------------------

    def _items(self, text: str, inner: Iterator[Transclusion]) -> Iterator[Item]:
        for bulleted, row in rows(text):
            at = 0
            while at < len(row):
                if row[at].isspace() or row[at] in SEPARATORS:
                    at += 1
                    continue
                item, at = self._item(row, at, bulleted, inner)
                if item:
                    yield item

    def _item(
        self, row: str, at: int, bulleted: bool, inner: Iterator[Transclusion]
    ) -> tuple[Item | None, int]:
        """Read the item that begins at ``at``; give it and where the next one may begin."""
        item: Item | None
        if row[at] == HOLE:
            transclusion = next(inner)
            item = self.nested(transclusion)
            at += 1
            if item is None:
                self._problem(Code.UNKNOWN_TEMPLATE, transclusion.raw)
                return None, at
        else:
            end, capacity = self._name(row, at)
            item = Item(line(row[at:end]), capacity)
            at = end
        while opening := _OPENING.match(row, at):
            end = closing(row, opening.end() - 1)
            item = self._with_details(item, fill(row[opening.end() : end], inner))
            at = end + 1
        at = skip_spaces(row, at)
        if at >= len(row) or row[at] in SEPARATORS or row[at] == HOLE:
            return item, at
        # Whatever follows on, with or without a dash before it, is the note.
        if dash := _DASH.match(row, at):
            at = dash.end()
        end = self._note_end(row, at, _LINE if bulleted else _SEPARATOR)
        return replace(item, note=_join(item.note, line(fill(row[at:end], inner)))), end

    def _known(self, row: str, at: int, stop: int) -> tuple[int, str]:
        """Where the longest known name from ``at`` on ends and its capacity, or (0, "")."""
        found = self.directory.longest(row[at : min(stop, at + _LONGEST_KNOWN + 1)])
        if found is None:
            return 0, ""
        capacity, length = found
        # What follows a separator may be punctuation only, which names do not need.
        for separator in _SEPARATOR.finditer(row, at, at + length):
            if self.directory.resolve(row[at : separator.start()]) == capacity:
                return separator.start(), capacity
        return at + length, capacity

    def _name(self, row: str, at: int) -> tuple[int, str]:
        """Where the name that begins at ``at`` ends, and its capacity where it is known."""
        head = _HEAD_END.search(row, at + 1)
        stop = head.start() if head else len(row)
        separator = _SEPARATOR.search(row, at, stop)
        if separator and not key(row[at : separator.start()][:_LONGEST_KNOWN]):
            return separator.start(), ""
        end, capacity = self._known(row, at, stop)
        if head and (not end or head.group() in "(（"):
            # A known name may itself hold brackets or a dash.
            whole, other = self._known(row, at, len(row))
            if whole > stop:
                end, capacity = whole, other
        if end:
            return end, capacity
        return (separator.start() if separator else stop), ""

    def _note_end(self, row: str, at: int, separators: re.Pattern[str]) -> int:
        """Where a note ends: in running text at a semicolon, or before a known name.

        In a row with a bullet, only a line that begins with a known name ends it.
        """
        hard = _HARD.search(row, at) if separators is _SEPARATOR else None
        end = hard.start() if hard else len(row)
        for separator in separators.finditer(row, at, min(end, at + LONGEST_NOTE)):
            following = skip_spaces(row, separator.end())
            if following >= end:
                break
            head = _HEAD_END.search(row, following, end)
            stop = head.start() if head else end
            if row[following] == HOLE or self._known(row, following, stop)[0]:
                return separator.start()
        return end

    # --- details ---------------------------------------------------------------------------

    def _with_details(self, item: Item, text: str) -> Item:
        for word in _DETAIL.split(text):
            word = line(_LABEL.sub("", word, count=1))
            if word:
                item = self._with_detail(item, word)
        return item

    def _with_detail(self, item: Item, word: str) -> Item:
        if method := terms.method(word):
            return replace(item, methods=_once(item.methods, method))
        if level := terms.level(word):
            return replace(item, level=level)
        if self.wanted:
            if (priority := terms.priority(word)) is not None:
                return replace(item, priority=priority)
            if day := scalars.day(_without_until(word)):
                if day < self.today:
                    self._problem(Code.PAST_DATE, word)
                return replace(item, until=day)
        guess = scalars.likely_day(_without_until(word)) if self.wanted else ""
        self._problem(Code.UNKNOWN_DETAIL, word, guess)
        return replace(item, note=_join(item.note, word))


def _without_until(word: str) -> str:
    """Take the word for until away from before a date."""
    words = word.split(" ")
    for length in (1, 2):
        if terms.table("times").get(fold(" ".join(words[:length]))) == "until":
            return " ".join(words[length:])
    return word


def _once(methods: tuple[Method, ...], method: Method) -> tuple[Method, ...]:
    return methods if method in methods else (*methods, method)


def _join(first: str, second: str) -> str:
    return f"{first}; {second}" if first and second else first or second
