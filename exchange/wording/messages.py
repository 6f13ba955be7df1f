"""Messages: i18n/<group>/<language>.json in a reader's language, with plural and gender."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache, reduce
from pathlib import Path
from typing import NamedTuple

from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal, format_percent, parse_pattern

from exchange.languages import autonym, direction, fallbacks, locale, modern
from exchange.wording.grammar import Node, parse, render
from exchange.wording.lists import with_and

I18N = Path(__file__).parents[2] / "i18n"


class Person(NamedTuple):
    """A name in a message that the message may also choose its words by ({{GENDER:$1|…}}).

    ``gender`` is ``male``, ``female`` or anything else for unknown, as MediaWiki's users have it.
    ``name`` is put into the text as it is: escape it first where it must be.
    """

    name: str
    gender: str = ""


Param = str | int | float | Person


class Wording:
    """Messages, numbers and dates in one language, with its fallbacks.

    ``language`` is any MediaWiki code; what is missing in it comes from the next language of its
    chain, English at the end. ``groups`` are folders of i18n/ besides ``core``, which always
    counts; a key in an earlier group wins.
    """

    def __init__(self, language: str, *groups: str, folder: Path = I18N) -> None:
        self.language = modern(language)
        self._folder = folder
        self._groups = tuple(dict.fromkeys((*groups, "core")))
        self._chain = (self.language, *fallbacks(self.language))
        self._locale = locale(self.language)
        self._found: dict[str, tuple[str, tuple[Node, ...]]] = {}

    @property
    def direction(self) -> str:
        """The language's direction, ``ltr`` or ``rtl``."""
        return direction(self.language)

    @property
    def autonym(self) -> str:
        """The language's own name for itself."""
        return autonym(self.language)

    def source(self, key: str) -> str | None:
        """Give the language that a message comes in (for its ``lang`` attribute), or None."""
        found = self._find(key)
        return found[0] if found else None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def text(self, key: str, *params: Param) -> str:
        """Give a message with its parameters.

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
        return render(nodes, params, shown, locale(language))

    def _find(self, key: str) -> tuple[str, tuple[Node, ...]] | None:
        found = self._found.get(key) or self._look_up(key)
        if found is not None:  # What there is has an end; what somebody may ask for has none.
            self._found[key] = found
        return found

    def _look_up(self, key: str) -> tuple[str, tuple[Node, ...]] | None:
        for language in self._chain:
            for group in self._groups:
                message = messages(self._folder, group, language).get(key)
                if message is not None:
                    return language, parse(message)
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
        return with_and([*items], self._locale)

    def commas(self, items: Iterable[str]) -> str:
        """Join texts with the language's commas alone."""
        return reduce(lambda before, item: self.text("list-comma", before, item), [*items] or [""])


@lru_cache(maxsize=16)
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0." + "#" * digits if digits else "#,##0")


@cache
def messages(folder: Path, group: str, language: str) -> Mapping[str, str]:
    """Read one message file without its metadata; empty where there is none."""
    path = folder / group / f"{language}.json"
    if not path.is_file():
        return {}
    data = json.loads(path.read_text(encoding="utf-8"))
    return {key: text for key, text in data.items() if not key.startswith("@")}


def available(group: str = "core", *, folder: Path = I18N) -> tuple[str, ...]:
    """Give the languages that a group has messages in, English first."""
    found = sorted(path.stem for path in (folder / group).glob("*.json") if path.stem != "qqq")
    return tuple(sorted(found, key=lambda code: code != "en"))
