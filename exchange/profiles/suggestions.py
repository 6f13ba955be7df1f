"""Suggestions: what somebody probably meant who misspelt a language, a day or whom a round is for."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Callable, Mapping
from functools import cache

from exchange.geography import all_affiliates, all_countries, all_regions, country_name
from exchange.languages import language_names
from exchange.profiles import scalars
from exchange.profiles.document import ProblemCode
from exchange.text import fold

_LONGEST = 60
_NUMBERS = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def suggest(code: ProblemCode, text: str) -> str:
    """Return what was probably meant by a text that is such a problem, or ``""``: a hint only."""
    guess = _GUESSES.get(code)
    return guess(text) if guess is not None and len(text) <= _LONGEST else ""


def _nearest(text: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(fold(text), known, n=1, cutoff=0.8)
    return known[near[0]] if near else ""


def _language(text: str) -> str:
    return _nearest(text, _languages())


@cache
def _languages() -> Mapping[str, str]:
    names = {fold(name): name for name in language_names("en").values()}
    return {key: name for key, name in names.items() if len(key) > 3}


def _day(text: str) -> str:
    """Return the day in a text whose month is misspelt, or has fewer days than that."""
    if found := _NUMBERS.fullmatch(text.strip()):
        year, month, day = map(int, found.groups())
        if not (2000 <= year < 2100 and 1 <= month <= 12 and 28 < day <= 31):
            return ""
        return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]}"
    words = re.split(r"([^\W\d]+)", text)
    for at, word in enumerate(words):
        near = difflib.get_close_matches(fold(word), _MONTHS, n=1, cutoff=0.75)
        if len(word) > 3 and near:
            meant = scalars.parse_date("".join([*words[:at], near[0], *words[at + 1 :]]))
            return meant.isoformat() if meant else ""
    return ""


_MONTHS = tuple(name.casefold() for name in calendar.month_name if name)


def _audience(text: str) -> str:
    return _nearest(text, _audiences())


@cache
def _audiences() -> Mapping[str, str]:
    """Every kind of group, region, country and affiliate by its folded English names."""
    kinds = [f"{kind.replace('-', ' ')}s" for kind in {*scalars.term_table("kinds").values()}]
    regions = [name for one in all_regions() for name in (one.names["en"], *one.aliases)]
    countries = [country_name(code) for code in all_countries()]
    return {fold(name): name for name in (*all_affiliates(), *countries, *regions, *kinds)}


_GUESSES: Mapping[ProblemCode, Callable[[str], str]] = {
    ProblemCode.UNKNOWN_LANGUAGE: _language,
    ProblemCode.BAD_DATE: _day,
    ProblemCode.UNKNOWN_AUDIENCE: _audience,
}
