"""Whereabouts: where a thing is, and from when and until when, as people write it.

"in Tirana until March 2027", "bis Ende 2027", "2027-01 – 2027-03", "с 1 по 15 марта 2027". A month
or year without a day is all of it. A month without a year, or numbers that could be a day or a
month, are not read: what they mean would change with the day on which they are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar

from exchange.geography import find_place_country
from exchange.model import Offer, Want
from exchange.profiles import scalars
from exchange.text import fold
from exchange.wikitext.plain_text import single_line

Item = TypeVar("Item", Offer, Want)

MAX_LENGTH = 100
MAX_PLACE_LENGTH = 150
MAX_WORDS = 12
"""More words than "from the 1st of March 2027 until the end of April 2027" has are no days."""


class Days(NamedTuple):
    """The first and the last day, where they are said."""

    since: date | None = None
    until: date | None = None


class Whereabouts(NamedTuple):
    """Where something is, as it was written, and from when until when."""

    place: str = ""
    days: Days = Days()


NOWHERE = Whereabouts()


@lru_cache(maxsize=4096)  # Many people write the same.
def parse_days(text: str) -> Days | None:
    """Read a day, month or year, a stretch of them, or where such a stretch begins or ends.

    A day alone is the last one, as of a want; a month or a year alone is all of it.
    """
    text = single_line(text)
    if not text or len(text) > MAX_LENGTH or text.count(" ") >= MAX_WORDS:
        return None
    rest = _without(text, "since")
    if stretch := _stretch(rest or text):
        return stretch
    if rest and (first := _first_day(rest)):
        return Days(first, None)
    rest = _without(text, "until")
    if last := _last_day(rest) if rest else None:
        return Days(None, last)
    if day := scalars.parse_date(text):
        return Days(None, day)
    whole = _period(text)
    return Days(*whole) if whole else None


def parse_last_day(text: str) -> date | None:
    """Read the last day on which something is of use: "until March 2027", "2027-03-01"."""
    rest = _without(single_line(text), "until")
    if rest and len(text) <= MAX_LENGTH:
        return _last_day(rest)
    return scalars.parse_date(text)


@lru_cache(maxsize=4096)
def read_whereabouts(text: str) -> Whereabouts | None:
    """Read a place, days, or a place and then days; None where any of it is neither.

    A place is what we know for one, or what follows a word such as "in" or "place:".
    """
    text = single_line(text)
    if not text or len(text) > MAX_LENGTH:
        return None
    if days := parse_days(text):
        return Whereabouts("", days)
    words = text.split(" ")
    # The shortest place counts: "Tirana" of "Tirana from 1 to 5 March 2027".
    for at in range(max(1, len(words) - MAX_WORDS), len(words)):
        days = parse_days(" ".join(words[at:]))
        place = _place(" ".join(words[:at]).rstrip(" ,–—-:")) if days else ""
        if days and place:
            return Whereabouts(place, days)
    place = _place(text)
    return Whereabouts(place) if place else None


def is_plain_place(place: str) -> bool:
    """Whether a place reads back from "in Tirana": one of several parts would not."""
    plain = re.fullmatch(r"[^\W\d_](?:[\w .'-]*\w)?", place)
    return plain is not None and read_whereabouts(f"in {place}") == Whereabouts(place)


def write_days(since: date | None, until: date | None) -> str:
    """Return days as we write them: "until 2027-03-01", "from 2027-01-01 to 2027-03-01"."""
    if since and until:
        return f"from {since.isoformat()} to {until.isoformat()}"
    if since:
        return f"from {since.isoformat()}"
    return f"until {until.isoformat()}" if until else ""


def as_skill(item: Item) -> Item:
    """Return an item as that of a skill, which is nowhere: what was said of place and days is its note."""
    wanted = isinstance(item, Want)
    days = write_days(item.since, None if wanted else item.until)
    where: list[str] = [text for text in (item.place, days) if text]
    if not where:
        return item
    kept = item.until if wanted else None
    note = "; ".join([item.note, *where] if item.note else where)
    return replace(item, since=None, until=kept, place="", note=note)


def _place(text: str) -> str:
    """Return a text as a place: a known one, or what a word for place leads to; else nothing."""
    # Short words are more often something else than a code: "TV", "SD", "USB".
    if (len(text) > 3 or not text.isascii()) and find_place_country(text):
        return text
    head, colon, tail = text.partition(":")
    if colon and fold(head) in _words("in"):
        return tail.strip()
    words = text.split(" ")
    for length in (3, 2, 1):
        rest = " ".join(words[length:])
        if rest and fold(" ".join(words[:length])) in _words("in"):
            # "in Shkodër", but not "in the afternoon" or "in 2 weeks".
            return rest if rest[0].isalpha() and not rest[0].islower() else ""
    return ""


# --- days ---


@cache
def _words(term: str) -> frozenset[str]:
    found = {word for word, of in scalars.term_table("days").items() if of == term}
    own = scalars.term_table("times")
    if term in ("until", "to"):
        found |= {word for word, of in own.items() if of == "until"}
    return frozenset(found | {fold(word) for word in scalars.terms_of("days", term)})


_SUFFIXES = {
    "since": ("から", "부터", " से", "より"),
    "until": ("までに", "まで", "까지", " तक", "为止", "為止", " kadar", "止"),
}
_PREFIXES = {"since": ("自", "从", "從"), "until": ("至", "到", "截至", "直到")}
"""Words that nothing separates from the day: of languages that write without spaces."""
_CASE = re.compile(r"(?<=\d)['’](?:y?[eaıiuü]|n?[dt][ea]n)$")
"""Turkish endings of a year: 2027'ye (kadar), 2027'den (itibaren)."""


def _without(text: str, term: str) -> str:
    """Return a text without the word that says that it begins or ends, or "" where none does."""
    lower = text.casefold()
    for suffix in _SUFFIXES[term]:
        if lower.endswith(suffix):
            return _CASE.sub("", text[: -len(suffix)].strip())
    for prefix in _PREFIXES[term]:
        if lower.startswith(prefix):
            return text[len(prefix) :].strip()
    words = text.replace("’", "'").split(" ")
    for length in (3, 2, 1):
        head, rest = " ".join(words[:length]), " ".join(words[length:])
        if rest and fold(head.rstrip(":")) in _words(term):
            return rest
    return ""


_SIGN = re.compile(r"\s*(?:[–—~〜～→]|\s-{1,2}\s|\.\.\.?|…)\s*|(?<=\d)-(?=\d{4}-\d\d-\d\d)")
_SHORT = re.compile(r"(\d{1,2})\.?-(\d{1,2}\.? \D.*)")
_JOINED = re.compile(r"(?<=[日月年])(?:から|至|到|부터)|부터\s|から")


def _stretch(text: str) -> Days | None:
    """Return the days of "A – B", "A to B", where each is a day, month or year."""
    for left, right in _halves(text):
        if days := _both(left, right):
            return days
    return None


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Return what stands before and after each sign or word that may stand between two days."""
    for pattern in (_SIGN, _JOINED):
        for sign in pattern.finditer(text):
            yield text[: sign.start()].strip(), text[sign.end() :].strip()
    if short := _SHORT.fullmatch(text):
        yield short[1], short[2]
    words = text.replace("’", "'").split(" ")
    for at in range(1, len(words) - 1):
        for length in (3, 2, 1):
            middle = fold(" ".join(words[at : at + length]))
            if at + length < len(words) and (middle in _words("to") or words[at] == "-"):
                yield " ".join(words[:at]), " ".join(words[at + length :])


_YEAR = re.compile(r"\d{4}")


def _both(left: str, right: str) -> Days | None:
    right = _without(right, "until") or right
    end = _last_day(right)
    if end is None:
        # The year stands with the first one alone: "January 2027 to March", "2027年1月〜3月".
        year = _YEAR.search(left)
        said = (
            f"{year[0]}年{right}"
            if year and "月" in right
            else f"{right} {year[0]}"
            if year
            else ""
        )
        end = _last_day(said) if said and not right.isdecimal() else None
    if end is None:
        return None
    left = _without(left, "since") or left
    begin = _first_day(left)
    if begin is None and (number := re.fullmatch(r"(\d{1,2})(?:\.|st|nd|rd|th|er|º)?", left)):
        begin = scalars.to_date(end.year, end.month, int(number[1]))
    if begin is None and left and not _YEAR.search(left):
        begin = _first_day(f"{left} {end.year}") or _first_day(f"{left}, {end.year}")
        if begin and begin > end:
            begin = _first_day(f"{left} {end.year - 1}")
    return Days(begin, end) if begin and begin <= end else None


def _first_day(text: str) -> date | None:
    if day := scalars.parse_date(text):
        return day
    whole = _period(text)
    return whole[0] if whole else None


def _last_day(text: str) -> date | None:
    if day := scalars.parse_date(text):
        return day
    for length in (3, 2, 1):
        words = text.split(" ")
        if len(words) > length and fold(" ".join(words[:length])) in _words("end"):
            text = " ".join(words[length:])
            break
    whole = _period(text.removesuffix("末"))
    return whole[1] if whole else None


_YEAR_MONTH = re.compile(r"(\d{4})(?: ?[年년] ?| ?[ ./] ?)(\d{1,2}) ?[月월]?")
_MONTH_YEAR = re.compile(r"(?:tháng )?(\d{1,2})(?: ?[./] ?| năm | )(\d{4})")
_NAME_YEAR = re.compile(r"([^\d,]{2,30}?)\.?,? (?:de |del |do |of |di |d')?(\d{4})\.?")
_YEAR_NAME = re.compile(r"(\d{4})\.?,? ([^\d,]{2,30})")
_ONLY_YEAR = re.compile(r"(\d{4}) ?[年년]?")


@lru_cache(maxsize=1024)
def _period(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month or a year."""
    folded = scalars.without_year_word(fold(_CASE.sub("", text)))
    if found := _YEAR_MONTH.fullmatch(folded):
        return _month(int(found[1]), int(found[2]))
    if found := _MONTH_YEAR.fullmatch(folded):
        return _month(int(found[2]), int(found[1]))
    if found := _NAME_YEAR.fullmatch(folded):
        return _month(int(found[2]), _month_number(found[1]))
    if found := _YEAR_NAME.fullmatch(folded):
        return _month(int(found[1]), _month_number(found[2]))
    if found := _ONLY_YEAR.fullmatch(folded):
        first, after = (
            scalars.to_date(int(found[1]), 1, 1),
            scalars.to_date(int(found[1]) + 1, 1, 1),
        )
        return (first, after - timedelta(1)) if first and after else None
    return None


def _month_number(name: str) -> int:
    months = scalars.month_numbers()
    words = name.replace(".", "").split(" ")
    if scalars.term_table("times").get(words[0]) == "month":  # "oṣù Ẹrẹ́nà", "mwezi Machi"
        words = words[1:]
    return months.get(" ".join(words), 0)


def _month(year: int, month: int) -> tuple[date, date] | None:
    if not 1 <= month <= 12:
        return None
    first = scalars.to_date(year, month, 1)
    after = scalars.to_date(year + month // 12, month % 12 + 1, 1)
    return (first, after - timedelta(1)) if first and after else None
