"""Items: the lists of offers and wants -> one item for each capacity, with its details.

An item is ``Wikidata (mentoring, training; expert) – queries above all`` or ``{{Capacity|…}}``.
Lines, bullets, semicolons and commas separate items; the longest known name wins first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from exchange.directory import Directory
from exchange.directory.directory import name_key
from exchange.model import Method, Problem, is_unlisted
from exchange.profiles import scalars
from exchange.profiles.document import (
    Omission,
    OmissionReason,
    ProblemCode,
    make_omission,
    make_problem,
)
from exchange.profiles.item_words import (
    ListItem,
    Row,
    are_details,
    closing_bracket,
    ends_in_filler,
    first_joined,
    is_detail,
    is_no_name,
    is_unticked,
    parents_of,
    restore_raw,
    skip_spaces,
    split_details,
    split_rows,
    with_plain_boxes,
    without_until,
)
from exchange.profiles.whereabouts import MAX_WORDS, parse_last_day, read_whereabouts
from exchange.text import JOINER, LIST_SIGN, SEPARATORS
from exchange.wikitext.plain_text import PLACEHOLDER, PlainValue, single_line
from exchange.wikitext.preprocessor import Transclusion

MAX_ITEMS = 200
MAX_GUESSES = 20
MAX_NAME_LENGTH = 150
MAX_UNKNOWN_LENGTH = 80
"""A longer text that the directory does not know is a sentence, not the name of a capacity."""
_LONGEST_KNOWN = 200
MAX_ID_LENGTH = 190
MAX_NOTE_LENGTH = 500

_TICKS = "☑✅✔✓"
_STOPS = SEPARATORS + "·"
_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
_HARD = re.compile(r"[;；؛\n]")
_HEAD_END = re.compile(rf"[(（{PLACEHOLDER}]|—|\s[-–―·]{{1,2}}(?:\s|$)")
_DASHES = frozenset("-–—")
_DASH = re.compile(r"\s*(?:[-–—―]{1,2}|[:\uff1a])\s*")
_COLON = re.compile(r":(?=\s)|\uff1a")
_LEAD = re.compile(r"([^:\uff1a,;\n]{2,60})(?::\s+|\uff1a\s*)")
_PLAIN_ITEM = re.compile(
    r"\s*+([^\W\d_][^\W_]*+(?:[ '-][^\W_]++)*+)(?: \(([^()\uff08\uff09\x02\n]*+)\))?+\s*+"
)
"""What most rows are: a name in which nothing separates, and perhaps details."""
_SIGN_BEFORE = re.compile(rf"[^\w\s()（）{PLACEHOLDER}]{{1,3}}\s*(?={PLACEHOLDER})")
_SHARE = re.compile(r"(\d{1,3} ?[%٪％])\s*(.+)", re.DOTALL)
_NO_NAME = re.compile(rf"[\n{PLACEHOLDER}]")
_ORDINAL = re.compile(rf"{LIST_SIGN}\s*")
_OPENING = re.compile(r"\s*[(（]")
_LINE = re.compile(r"[\n•]")
_WORD = re.compile(r"\S+")
_PUNCTUATION = re.compile(r"[^\w?]+")
_DEBRIS = re.compile(r"[{\[\]<]|^=|^!(?!\w)")  # As written; "!Kung" is no head of a table.


NestedReader = Callable[[Transclusion], ListItem | None]
"""Reads a nested template: an item without its capacity id, or None where it is another one."""


@dataclass(slots=True)
class ItemReader:
    """Reads one list. ``wanted`` says whether priority and deadline make sense in it."""

    parameter: str
    directory: Directory
    today: date
    wanted: bool
    nested: NestedReader
    is_item: Callable[[Transclusion], bool]
    problems: list[Problem] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)
    guesses: int = 0

    def read(self, value: PlainValue) -> tuple[ListItem, ...]:
        """Return the items of a list in their order, each capacity once."""
        found: dict[str, ListItem] = {}
        for number, item in enumerate(self._items(split_rows(with_plain_boxes(value)))):
            if number >= MAX_ITEMS:
                self._problem(ProblemCode.TOO_MANY, item.text)
                break
            known = self._identify(item)
            if known is None:
                continue
            if known.capacity in found:
                self._problem(ProblemCode.REPEATED_ITEM, known.text)
                continue
            found[known.capacity] = known
            if is_unlisted(known.capacity):
                self._suggest(known.text)
        return tuple(found.values())

    def _suggest(self, text: str) -> None:
        """Note a near miss. Guessing takes its time, so only the first few of a list get one."""
        self.guesses += 1
        meant = self.directory.suggest(text) if self.guesses <= MAX_GUESSES else None
        if meant:
            self._problem(ProblemCode.NEAR_MISS, text, meant)

    def _problem(self, code: ProblemCode, text: str, hint: str = "") -> None:
        self.problems.append(make_problem(code, self.parameter, text, hint))

    def _omit(self, text: str, reason: OmissionReason) -> None:
        self.omissions.append(make_omission(self.parameter, text, reason))

    def _identify(self, item: ListItem) -> ListItem | None:
        """Return an item with its capacity; None where it is nothing, or no capacity by its form."""
        if is_unticked(item.text, item.note):
            self._omit(item.text, OmissionReason.UNTICKED)
            return None
        if item.text[:1] in _TICKS:
            item = item._replace(text=item.text.lstrip(_TICKS + "\ufe0f ") or item.text)
        if not self.wanted and scalars.parse_method(item.text) is Method.INTERPRETING:
            item = item._replace(methods=_with_method(item.methods, Method.INTERPRETING))
        capacity = item.capacity or self.directory.resolve(item.text)
        if capacity is None:
            if scalars.is_nothing(item.text):
                if not _PUNCTUATION.fullmatch(item.text):
                    self._omit(item.text, OmissionReason.NOTHING)
                return None
            if end := ends_in_filler(item.text):
                note = _join_notes(item.text[end:].strip(), item.note)
                item = item._replace(text=item.text[:end].rstrip(" &+/"), note=note)
            if len(item.text) > MAX_UNKNOWN_LENGTH:
                self._problem(ProblemCode.TOO_LONG, item.text)
                return None
            if is_no_name(item.text):
                self._problem(ProblemCode.NOT_A_CAPACITY, item.text)
                return None
            capacity = self.directory.identify(item.text)
        if len(item.text) > MAX_NAME_LENGTH or len(capacity) > MAX_ID_LENGTH:
            self._problem(ProblemCode.TOO_LONG, item.text)
            return None
        if len(item.note) > MAX_NOTE_LENGTH:
            self._problem(ProblemCode.TOO_LONG, item.note)
            item = item._replace(note=item.note[: MAX_NOTE_LENGTH - 1].rstrip() + "…")
        item = item if self.directory.is_thing(capacity) else item.of_skill(wanted=self.wanted)
        return item if item.capacity else item._replace(capacity=capacity)

    # --- one list --------------------------------------------------------------------------

    def _items(self, rows: Sequence[Row]) -> Iterator[ListItem]:
        """Return the items of a list.

        A row that groups others is none, and what stands under an item without naming a capacity
        is that item's note.
        """
        if all(row.depth == 1 and row.kind == "item" for row in rows):
            for row in rows:  # Most lists: nothing stands under anything.
                plain = self._plain_item(row.text)
                yield from (plain,) if plain else self._items_of(row)
            return
        parents = parents_of(rows)
        named = [self._names_capacity(row) for row in rows]
        for at, row in enumerate(rows):
            # "mentoring; expert" under a capacity is about it, though mentoring is one as well.
            if parents[at] >= 0 and named[parents[at]] and row.kind == "item" and not row.inner:
                named[at] = named[at] and not all(map(self._is_detail, split_details(row.text)))
        holding = set(parents)
        # Whether a row leads to what stands under it: "On Wikipedia:", or something there is named.
        grouped = [at in holding and _ends_in_colon(row) for at, row in enumerate(rows)]
        for at in range(len(rows) - 1, -1, -1):
            if parents[at] >= 0:
                grouped[parents[at]] |= named[at] or grouped[at]
        made: dict[int, list[ListItem]] = {}
        holders: dict[int, list[ListItem]] = {}
        for at, row in enumerate(rows):
            holder = holders.get(parents[at])
            heads = row.kind != "item" and at in holding and (grouped[at] or not named[at])
            if heads or (row.kind != "heading" and grouped[at] and not named[at]):
                self._omit(restore_raw(row.text, iter(row.inner)), OmissionReason.HEADING)
            elif row.kind == "heading" and not named[at]:
                self._problem(ProblemCode.NOT_A_CAPACITY, row.text)
            elif holder and not named[at]:
                holder[-1] = self._with_row(holder[-1], row)
                holders[at] = holder
            else:
                made[at] = holders[at] = list(self._items_of(row))
        for items in made.values():
            yield from items

    def _plain_item(self, text: str) -> ListItem | None:
        """Return the item of a row that is a known name, with details in brackets or none."""
        plain = _PLAIN_ITEM.fullmatch(text)
        capacity = self.directory.resolve(plain[1]) if plain else None
        if plain is None or capacity is None:
            return None
        item = ListItem(single_line(plain[1]), capacity)
        if plain[2] is None:
            return item
        return None if self.directory.resolve(text) else self._with_details(item, plain[2])

    def _names_capacity(self, row: Row) -> bool:
        """Whether a row begins with a capacity of the directory."""
        at = skip_spaces(row.text, 0)
        if row.text.startswith(PLACEHOLDER, at):
            return self.is_item(row.inner[0])
        return at < len(row.text) and self._name(row.text, at)[1] != ""

    def _with_row(self, item: ListItem, row: Row) -> ListItem:
        """Add a row that stands under an item."""
        return self._with_note(item, single_line(restore_raw(row.text, iter(row.inner))))

    def _with_note(self, item: ListItem, text: str) -> ListItem:
        """Add what follows an item: details where it is nothing else, else a note."""
        if self._are_details(text, item.capacity):
            return self._with_details(item, text)
        return item._replace(note=_join_notes(item.note, text))

    def _are_details(self, text: str, capacity: str = "") -> bool:
        """Whether a text is nothing but details of a capacity."""
        thing = self.directory.is_thing(capacity)
        return are_details(text, wanted=self.wanted, thing=thing)

    def _items_of(self, row: Row) -> Iterator[ListItem]:
        text, inner, at = row.text, iter(row.inner), 0
        last: ListItem | None = None
        details = 0
        while at < len(text):
            if text[at].isspace() or text[at] in _STOPS:
                at += 1
                continue
            if begin := self._begin(text, at):
                at = begin
                continue
            written = text[at] != PLACEHOLDER
            item, at = self._item(text, at, row.bullet, inner)
            if item and last and written and details < 9 and self._is_bare_detail(item):
                last = self._with_detail(last, item.text)  # "Wikidata, expert"
                details += 1
            elif item:
                if last:
                    yield last
                last = item
        if last:
            yield last

    def _begin(self, row: str, at: int) -> int:
        """Where an item begins after a sign, a joining word or what leads to it, or 0 if at once."""
        if sign := _ORDINAL.match(row, at):
            return sign.end() if sign.end() < len(row) else 0
        joiner = JOINER.match(row, at - 1) if at and row[at - 1].isspace() else None
        if joiner and joiner.end() > at and self._name(row, joiner.end())[1]:
            return joiner.end()
        lead = _LEAD.match(row, at) if ":" in row or "\uff1a" in row else None
        if lead and not self.directory.resolve(lead[1]) and self._name(row, lead.end())[1]:
            self._omit(lead[1], OmissionReason.HEADING)
            return lead.end()
        return 0

    def _is_bare_detail(self, item: ListItem) -> bool:
        """Whether an item is nothing but a detail, and so belongs to the one before it."""
        bare = ListItem(item.text)
        return item == bare and self._is_detail(item.text) and not self.directory.resolve(item.text)

    def _item(
        self, row: str, at: int, bulleted: bool, inner: Iterator[Transclusion]
    ) -> tuple[ListItem | None, int]:
        """Read the item that begins at ``at``; return it and where the next one may begin."""
        item: ListItem | None
        sign = _SIGN_BEFORE.match(row, at)
        at = sign.end() if sign else at
        if row[at] == PLACEHOLDER:
            transclusion = next(inner)
            item = self.nested(transclusion)
            at += 1
            if item is None:
                self._problem(ProblemCode.UNKNOWN_TEMPLATE, transclusion.raw)
                return None, at
            if sign and is_unticked(sign.group(), ""):
                item = item._replace(text=sign.group() + item.text)
        else:
            end, capacity = self._name(row, at)
            if not capacity and _DEBRIS.search(row, at, end):
                self._problem(ProblemCode.NOT_A_CAPACITY, single_line(row[at:end]))
                return None, end
            # A colon leads to what stands under the name and is no part of it.
            item = ListItem(single_line(row[at:end]).rstrip(" :\uff1a"), capacity)
            item = item if capacity else self._levelled(item)
            at = end
        while opening := _OPENING.match(row, at):
            end = closing_bracket(row, opening.end() - 1)
            item = self._with_details(item, restore_raw(row[opening.end() : end], inner))
            at = end + 1
        joiner = JOINER.match(row, at)
        # A dash leads to a note, though the note may be a name.
        joins = joiner and joiner.group().strip() not in _DASHES
        if joiner and joins and self._name(row, joiner.end())[1]:
            return item, joiner.end()
        at = skip_spaces(row, at)
        if at >= len(row) or row[at] in _STOPS or row[at] == PLACEHOLDER:
            return item, at
        # Whatever follows on, with or without a dash before it, is the note.
        if dash := _DASH.match(row, at):
            at = dash.end()
        end = self._note_end(row, at, _LINE if bulleted else _SEPARATOR)
        if not row[at:end].strip(" /&+"):
            return item, end
        first = None if bulleted else _SEPARATOR.search(row, at, end)
        if first and self._are_details(row[at : first.start()]):
            end = first.start()  # "Knitting - expert, sewing"
        return self._with_note(item, single_line(restore_raw(row[at:end], inner))), end

    def _levelled(self, item: ListItem) -> ListItem:
        """Take a level or share away from before a known name: "advanced Wikidata", "50% Lua"."""
        if (share := _SHARE.match(item.text)) and (known := self.directory.resolve(share[2])):
            return ListItem(share[2], known, note=share[1])
        word, _, name = item.text.partition(" ")
        level = scalars.parse_level(word) if name else None
        if level is None or not (capacity := self.directory.resolve(name)):
            return item
        return ListItem(name, capacity, level=level)

    def _known(self, row: str, at: int, stop: int) -> tuple[int, str]:
        """Where the longest known name from ``at`` on ends and its capacity, or (0, "")."""
        found = self.directory.match_prefix(row[at : min(stop, at + _LONGEST_KNOWN + 1)])
        if found is None:
            return 0, ""
        capacity, length = found
        # What follows a separator may be punctuation only, which names do not need; a word belongs
        # to the longer name, though the shorter one is a name of the same ("Diversity, Equity").
        for separator in _SEPARATOR.finditer(row, at, at + length):
            following = row[separator.end() : at + length]
            if not any(map(str.isalnum, following)):
                return separator.start(), capacity
        return at + length, capacity

    def _name(self, row: str, at: int) -> tuple[int, str]:
        """Where the name that begins at ``at`` ends, and its capacity where it is known."""
        head = _HEAD_END.search(row, at + 1)
        stop = head.start() if head else len(row)
        separator = _SEPARATOR.search(row, at, stop)
        if separator and not name_key(row[at : separator.start()][:_LONGEST_KNOWN]):
            return separator.start(), ""
        end, capacity = self._known(row, at, stop)
        if head and (not end or head.group() in "(（"):
            # A known name may itself hold brackets or a dash.
            limit = _NO_NAME.search(row, at)
            whole, other = self._known(row, at, limit.start() if limit else len(row))
            if whole > stop:
                end, capacity = whole, other
        if end:
            return end, capacity
        return self._first_name(row, at, separator.start() if separator else stop)

    def _first_name(self, row: str, at: int, end: int) -> tuple[int, str]:
        """Where a known name ends that more follows in its entry; all of the entry where none is.

        "Lua and Python" where both are known, "Wikidata: queries", "Wikidata expert".
        """
        text = row[at:end]
        if len(text) > _LONGEST_KNOWN:
            return end, ""
        if stop := first_joined(text, self.directory.resolve):
            return at + stop, self.directory.identify(text[:stop])
        if (colon := _COLON.search(text)) and self._are_details(text[colon.end() :]):
            return at + colon.start(), self.directory.resolve(text[: colon.start()]) or ""
        if colon and (known := self.directory.resolve(text[: colon.start()])):
            return at + colon.start(), known
        words = [*_WORD.finditer(text)]
        for word in words[-1 : -MAX_WORDS - 1 : -1]:
            known = self.directory.resolve(text[: word.start()])
            if known and self._are_details(text[word.start() :], known):
                return at + len(text[: word.start()].rstrip()), known
        return end, ""

    def _note_end(self, row: str, at: int, separators: re.Pattern[str]) -> int:
        """Where a note ends: in running text at a semicolon, or before a known name.

        In a row with a bullet, only a line that begins with a known name ends it.
        """
        hard = _HARD.search(row, at) if separators is _SEPARATOR else None
        end = hard.start() if hard else len(row)
        for separator in separators.finditer(row, at, min(end, at + MAX_NOTE_LENGTH)):
            following = skip_spaces(row, separator.end())
            if following >= end:
                break
            head = _HEAD_END.search(row, following, end)
            stop = head.start() if head else end
            if row[following] == PLACEHOLDER or self._known(row, following, stop)[0]:
                return separator.start()
        return end

    # --- details ---------------------------------------------------------------------------

    def _with_details(self, item: ListItem, text: str) -> ListItem:
        for word in split_details(text, thing=self.directory.is_thing(item.capacity)):
            item = self._with_detail(item, word)
        return item

    def _is_detail(self, word: str) -> bool:
        return is_detail(word, self.wanted)

    def _with_detail(self, item: ListItem, word: str) -> ListItem:
        if method := scalars.parse_method(word):
            return item._replace(methods=_with_method(item.methods, method))
        if level := scalars.parse_level(word):
            return item._replace(level=level)
        thing = self.directory.is_thing(item.capacity)
        if thing and (found := read_whereabouts(word)):
            if found.days.until and found.days.until < self.today:
                self._problem(ProblemCode.PAST_DATE, word)
            return item.at(found)
        if self.wanted:
            if (priority := scalars.parse_priority(word)) is not None:
                return item._replace(priority=priority)
            if day := parse_last_day(word):
                if day < self.today:
                    self._problem(ProblemCode.PAST_DATE, word)
                return item._replace(until=day)
        guess = scalars.suggest_date(without_until(word)) if self.wanted or thing else ""
        if guess or not thing:  # Whatever else is said of a thing is a note: "20 seats".
            self._problem(ProblemCode.UNKNOWN_DETAIL, word, guess)
        return item._replace(note=_join_notes(item.note, word))


def _ends_in_colon(row: Row) -> bool:
    return row.text.rstrip().endswith((":", "："))


def _with_method(methods: tuple[Method, ...], method: Method) -> tuple[Method, ...]:
    return methods if method in methods else (*methods, method)


def _join_notes(first: str, second: str) -> str:
    return f"{first}; {second}" if first and second else first or second
