"""Terms: the words for methods, levels, kinds and so on, in the languages that have some."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from exchange.fold import fold
from exchange.model import Frequency, Kind, Level, Method, Priority

FILE = Path(__file__).parents[2] / "config" / "terms.json"

Term = TypeVar("Term", bound=Enum)


@cache
def _words() -> Mapping[str, Mapping[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def table(group: str) -> Mapping[str, str]:
    """Give every folded word of a group -> its term, as config/terms.json has them."""
    return MappingProxyType(
        {fold(word): term for term, words in _words()[group].items() for word in (term, *words)}
    )


def _find(group: str, text: str, kind: type[Term], by_name: bool = False) -> Term | None:
    if len(text) > 100:
        return None
    term = table(group).get(fold(text))
    if term is None:
        return None
    return kind[term.upper()] if by_name else kind(term)


def method(text: str) -> Method | None:
    """Find the method that a word names, in any language."""
    return _find("methods", text, Method)


def level(text: str) -> Level | None:
    """Find the level that a word names, in any language."""
    return _find("levels", text, Level, by_name=True)


def priority(text: str) -> Priority | None:
    """Find the priority that a word names, in any language."""
    return _find("priorities", text, Priority, by_name=True)


def frequency(text: str) -> Frequency | None:
    """Find the frequency that a word names, in any language."""
    return _find("frequencies", text, Frequency)


def kind(text: str) -> Kind | None:
    """Find the kind of party that a word names, in any language."""
    return _find("kinds", text, Kind)
