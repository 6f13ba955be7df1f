"""Messages: i18n/<group>/<language>.json in a reader's language, with plural and gender."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache, reduce
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal, format_percent, parse_pattern

from exchange.languages import autonym, canonical, fallback_chain, nearest_locale, text_direction

_START = re.compile(r"\{\{\s*(PLURAL|GENDER)\s*:\s*\$(\d)\s*\|", re.IGNORECASE)
_TOKEN = re.compile(
    r"\{\{\s*(?:PLURAL|GENDER)\s*:\s*\$\d\s*\|"
    r"|\[\[|\]\]|\{\{|\}\}|\||\$\d",
    re.IGNORECASE | re.DOTALL,
)
_EXPLICIT = re.compile(r"\s*(\d+)\s*=")
_ORDER = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True, slots=True)
class Choice:
    """``{{PLURAL:$n|…}}`` or ``{{GENDER:$n|…}}``; ``forms`` are texts with nodes in them."""

    kind: str
    parameter: int
    forms: tuple[tuple[Node, ...], ...]


Node = str | int | Choice
"""A text, the number of a parameter (from 1), or a choice."""


@lru_cache(maxsize=4096)
def parse_message(message: str) -> tuple[Node, ...]:
    """Read a message into nodes. Braces that do not close are text; never raises."""
    return _nodes(message, 0, inside=False)[0][0]


def _nodes(text: str, start: int, *, inside: bool) -> tuple[list[tuple[Node, ...]], int]:
    """Read from ``start``: the forms, and where they end (-1 where a choice does not close)."""
    forms: list[tuple[Node, ...]] = []
    nodes: list[Node] = []
    position, literal, links = start, 0, 0
    while found := _TOKEN.search(text, position):
        nodes.append(text[position : found.start()])
        token, position = found.group(), found.end()
        if len(token) == 2 and token[0] == "$":
            nodes.append(int(token[1]))
        elif begun := _START.match(token):
            inner, end = _nodes(text, position, inside=True)
            if end < 0:
                nodes.append(token)
            else:
                nodes.append(Choice(begun[1].upper(), int(begun[2]), tuple(inner)))
                position = end
        elif token in ("[[", "]]"):
            # A pipe in a link is the link's.
            links = links + 1 if token == "[[" else max(links - 1, 0)
            nodes.append(token)
        elif token == "{{":
            literal += 1
            nodes.append(token)
        elif token == "}}" and literal:
            literal -= 1
            nodes.append(token)
        elif token == "}}" and inside:
            return [*forms, _join_texts(nodes)], position
        elif token == "|" and inside and not literal and not links:
            forms.append(_join_texts(nodes))
            nodes = []
        else:
            nodes.append(token)
    nodes.append(text[position:])
    return [_join_texts(nodes)], -1


def _join_texts(nodes: list[Node]) -> tuple[Node, ...]:
    joined: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        elif node != "":
            joined.append(node)
    return tuple(joined)


@lru_cache
def plural_forms(locale: Locale) -> tuple[str, ...]:
    """Return a language's plural categories in the order in which messages list their forms."""
    return tuple(tag for tag in _ORDER if tag in locale.plural_form.tags or tag == "other")


def render_message(
    nodes: Sequence[Node], params: Sequence[object], shown: Sequence[str], locale: Locale
) -> str:
    """Put parameters in: ``shown`` as texts, ``params`` to choose forms by the locale's rules."""
    parts = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, int):
            parts.append(shown[node - 1] if 0 < node <= len(shown) else f"${node}")
        else:
            value = params[node.parameter - 1] if 0 < node.parameter <= len(params) else ""
            chosen = _plural(node, value, locale) if node.kind == "PLURAL" else _gender(node, value)
            parts.append(render_message(chosen, params, shown, locale))
    return "".join(parts)


def _plural(choice: Choice, value: object, locale: Locale) -> tuple[Node, ...]:
    number = _as_number(value)
    forms = []
    for form in choice.forms:
        explicit = _EXPLICIT.match(form[0]) if form and isinstance(form[0], str) else None
        if explicit is None:
            forms.append(form)
        elif float(explicit[1]) == number:
            return (str(form[0])[explicit.end() :], *form[1:])
    if not forms:
        return ()
    tags = plural_forms(locale)
    return forms[min(tags.index(locale.plural_form(number)), len(forms) - 1)]


def _gender(choice: Choice, value: object) -> tuple[Node, ...]:
    gender = getattr(value, "gender", value)
    at = {"male": 0, "female": 1}.get(gender if isinstance(gender, str) else "", 2)
    # Without a form for the unknown, the first one stands for it, as in MediaWiki.
    return choice.forms[at] if at < len(choice.forms) else choice.forms[0]


def _as_number(value: object) -> float:
    if isinstance(value, int | float):
        return value
    digits = re.sub(r"[^\d.]", "", str(value))
    try:
        return float(digits)
    except ValueError:
        return 0.0


# --- messages of a language ---


# --- lists, by CLDR's patterns ---

_GLUED = re.compile(r"([a-zà-ɏ])\{1\}")
"""A Latin word right before the next text: CLDR's pattern for Yoruba lacks the space there."""


def join_with_and(items: Sequence[str], locale: Locale) -> str:
    """Join texts as a sentence of the language would."""
    if len(items) < 2:
        return "".join(items)
    patterns = locale.list_patterns["standard"]

    def put(name: str, first: str, second: str) -> str:
        # By hand, as braces in a text are the text's.
        pattern = _GLUED.sub(r"\1 {1}", str(patterns[name]))
        before, between, after = re.split(r"\{[01]\}", pattern)
        return f"{before}{first}{between}{second}{after}"

    if len(items) == 2:
        return put("2", *items)
    said = put("start", items[0], items[1])
    for item in items[2:-1]:
        said = put("middle", said, item)
    return put("end", said, items[-1])


# --- messages ---

I18N = Path(__file__).parents[2] / "i18n"


class Person(NamedTuple):
    """A name in a message that the message may also choose its words by ({{GENDER:$1|…}}).

    ``gender`` is ``male``, ``female`` or anything else for unknown, as MediaWiki's users have it.
    ``name`` is put into the text as it is: escape it first where it must be.
    """

    name: str
    gender: str = ""


Param = str | int | float | Person


class Localizer:
    """Messages, numbers and dates in one language, with its fallbacks.

    ``language`` is any MediaWiki code; what is missing in it comes from the next language of its
    chain, English at the end. ``groups`` are folders of i18n/ besides ``core``, which always
    counts; a key in an earlier group wins.
    """

    def __init__(self, language: str, *groups: str, folder: Path = I18N) -> None:
        self.language = canonical(language)
        self._folder = folder
        self._groups = tuple(dict.fromkeys((*groups, "core")))
        # What the first group cannot say in a language, ``core`` does not either: no page is mixed.
        spoken = available_languages(self._groups[0], folder=folder)
        chain = (self.language, *fallback_chain(self.language))
        self._chain = tuple(each for each in chain if each in spoken)
        # Dates and numbers as the messages around them, but in the reader's own variant (en-GB).
        first = next(iter(self._chain), "en")
        same = first.partition("-")[0] == self.language.partition("-")[0]
        self._locale = nearest_locale(self.language if same else first)
        self._found: dict[str, tuple[str, tuple[Node, ...]]] = {}

    @property
    def direction(self) -> str:
        """The language's direction, ``ltr`` or ``rtl``."""
        return text_direction(self.language)

    @property
    def autonym(self) -> str:
        """The language's own name for itself."""
        return autonym(self.language)

    def source(self, key: str) -> str | None:
        """Return the language that a message comes in (for its ``lang`` attribute), or None."""
        found = self._find(key)
        return found[0] if found else None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def text(self, key: str, *params: Param) -> str:
        """Return a message with its parameters.

        Numbers are formatted for the language and choose plural forms; a ``Person`` chooses
        gender forms; texts go in as they are, so escape first what somebody else wrote. An
        unknown key gives ``⧼key⧽``, as MediaWiki does, and never raises.
        """
        found = self._find(key)
        if found is None:
            return f"⧼{key}⧽"
        language, nodes = found
        shown = [
            param.name
            if isinstance(param, Person)
            else param
            if isinstance(param, str)
            else self.number(param)
            for param in params
        ]
        return render_message(nodes, params, shown, nearest_locale(language))

    def _find(self, key: str) -> tuple[str, tuple[Node, ...]] | None:
        found = self._found.get(key) or self._look_up(key)
        if found is not None:  # What there is has an end; what somebody may ask for has none.
            self._found[key] = found
        return found

    def _look_up(self, key: str) -> tuple[str, tuple[Node, ...]] | None:
        for language in self._chain:
            for group in self._groups:
                message = load_messages(self._folder, group, language).get(key)
                if message is not None:
                    return language, parse_message(message)
        return None

    def number(self, value: float, digits: int = 1) -> str:
        """Write a number for the language, with at most so many digits after the point."""
        return str(format_decimal(value, format=_pattern(digits), locale=self._locale))

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share (1 is all) as per cent for the language."""
        pattern = self._locale.percent_formats[None].pattern
        if digits:
            pattern = (
                pattern.replace("0", "0." + "#" * digits, 1) if "." not in pattern else pattern
            )
        return str(format_percent(share, format=pattern, locale=self._locale))

    def date(self, day: date | datetime, style: str = "long") -> str:
        """Write a day for the language; ``style`` is ``short``, ``medium``, ``long`` or ``full``."""
        return str(format_date(day, format=style, locale=self._locale))

    def list(self, items: Iterable[str]) -> str:
        """Join texts with the language's commas and its "and"."""
        return join_with_and([*items], self._locale)

    def commas(self, items: Iterable[str]) -> str:
        """Join texts with the language's commas alone."""
        before, after = "\x00", "\x01"
        said = self.text("list-comma", before, after)
        if said.startswith(before) and said.endswith(after):
            return said[1:-1].join(items)
        return reduce(lambda before, item: self.text("list-comma", before, item), [*items] or [""])


@lru_cache(maxsize=16)
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0." + "#" * digits if digits else "#,##0")


@cache
def _read_file(folder: Path, group: str, language: str) -> Mapping[str, Any]:
    path = folder / group / f"{language}.json"
    data: Mapping[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return data


@cache
def load_messages(folder: Path, group: str, language: str) -> Mapping[str, str]:
    """Read one message file without its metadata; empty where there is none."""
    data = _read_file(folder, group, language)
    return {key: text for key, text in data.items() if not key.startswith("@")}


def is_reviewed(group: str, language: str, *, folder: Path = I18N) -> bool:
    """Return whether somebody who speaks a language has read what a group says in it.

    A file that nobody has reviewed says so itself: ``needs-review`` in its ``@metadata``.
    """
    data = _read_file(folder, group, language)
    return bool(data) and "needs-review" not in data["@metadata"]


@cache
def available_languages(group: str = "core", *, folder: Path = I18N) -> tuple[str, ...]:
    """Return the languages that a group has messages in, English first."""
    found = sorted(path.stem for path in (folder / group).glob("*.json") if path.stem != "qqq")
    return tuple(sorted(found, key=lambda code: code != "en"))
