"""Scalars: one date, number, time zone or amount of time, as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from exchange.fold import fold
from exchange.languages import locale
from exchange.template.terms import table

MOST_SEATS = 50
MOST_HOURS = 168.0

_MONTH_LANGUAGES = "en de fr es pt ar yo it nl ru uk pl tr id ca sv hi bn".split()  # noqa: SIM905
_YEAR_FIRST = re.compile(r"(\d{4})[ ./年]+(\d{1,2})[ ./月]+(\d{1,2})日?")
_DAY_FIRST = re.compile(r"(\d{1,2})[ ./]+(\d{1,2})[ ./]+(\d{4})")
_DAY_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º)?\.? (?:de |d')?([^\d ,.]{2,20})\.?,? (?:de )?(\d{4})"
)
_NAME_DAY = re.compile(r"([^\d ,.]{2,20})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_OFFSET = re.compile(r"(?:(utc|gmt) ?)?([+-])? ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_HOURS = re.compile(r"(\d+(?:[.,]\d+)?)(?: ?[-–—~] ?\d+(?:[.,]\d+)?)? ?([^\d\s/.]+)\.? ?(.*)")


def day(text: str) -> date | None:
    """Read a date: year first (2027-01-31), or with the month's name in one of many languages."""
    if len(text) > 60:
        return None
    folded = fold(text)
    if found := _YEAR_FIRST.fullmatch(folded):
        year, month, number = map(int, found.groups())
        return _date(year, month, number)
    if found := _DAY_NAME.fullmatch(folded):
        return _date(int(found[3]), _months().get(found[2], 0), int(found[1]))
    if found := _NAME_DAY.fullmatch(folded):
        return _date(int(found[3]), _months().get(found[1], 0), int(found[2]))
    return None


def likely_day(text: str) -> str:
    """Guess the date in a text that ``day`` does not read, as ``YYYY-MM-DD``, or give ``""``.

    Numbers with the year last are guessed only where one of them cannot be a month.
    """
    if len(text) > 60 or not (found := _DAY_FIRST.fullmatch(fold(text))):
        return ""
    first, second, year = map(int, found.groups())
    if first > 12 or first == second:
        guess = _date(year, second, first)
    else:
        guess = _date(year, first, second) if second > 12 else None
    return guess.isoformat() if guess else ""


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number) if year >= 1900 else None
    except ValueError:
        return None


@cache
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for language in reversed(_MONTH_LANGUAGES):
        months = locale(language).months
        for form in ("stand-alone", "format"):
            for width in ("abbreviated", "wide"):
                for number, name in months[form][width].items():
                    found[fold(str(name)).rstrip(".")] = number
    return found


def count(text: str) -> int | None:
    """Read a whole number from 0 to 50, in the digits of any script."""
    folded = fold(text)
    if not re.fullmatch(r"\d{1,3}", folded) or int(folded) > MOST_SEATS:
        return None
    return int(folded)


@cache
def _zones() -> Mapping[str, str]:
    return {name.lower().replace("_", " "): name for name in sorted(available_timezones())}


def timezone(text: str) -> str | None:
    """Read a time zone: an IANA name gives itself, an offset ``UTC+05:30``, no offset ``UTC``."""
    text = _plain(text)
    if len(text) > 60:
        return None
    if name := _zones().get(text.lower().replace("_", " ")):
        return "UTC" if name in ("GMT", "Z", "Zulu", "Universal", "UCT", "Etc/UTC") else name
    found = _OFFSET.fullmatch(text)
    if not found or not (found[1] or found[2]) or (not found[2] and int(found[3])):
        return None
    minutes = int(found[3]) * 60 + int(found[4] or 0)
    if minutes % 15 or int(found[4] or 0) > 45 or minutes > (14 if found[2] == "+" else 12) * 60:
        return None
    if not minutes:
        return "UTC"
    return f"UTC{found[2]}{minutes // 60:02}:{minutes % 60:02}"


def likely_timezone(text: str) -> str:
    """Guess the zone of a city that is written without its continent, or give ``""``."""
    city = "/" + _plain(text).lower().replace("_", " ")
    found = [zone for name, zone in _zones().items() if name.endswith(city)]
    return found[0] if len(found) == 1 else ""


def hours(text: str) -> float | None:
    """Read an amount of time, such as ``2 h/week`` or ``8 hours a month``, as hours a week.

    Of a range the lower end counts. A month has 52/12 weeks. Rounded to hundredths.
    """
    found = _HOURS.fullmatch(_plain(text).lower())
    if not found or len(text) > 100:
        return None
    times = table("times")
    if times.get(fold(found[2])) != "hour":
        return None
    weeks = _period(found[3])
    if not weeks:
        return None
    amount = round(float(found[1].replace(",", ".")) * weeks, 2)
    return amount if amount <= MOST_HOURS else None


def _period(text: str) -> float:
    """How many times a week a period begins: ``/week``, ``per month``; 0 where it is none."""
    times = table("times")
    words = fold(text.replace("/", " / ")).split()
    for at in range(len(words)):
        per, period = " ".join(words[:at]), times.get(" ".join(words[at:]))
        if period in _PERIODS and (not per or times.get(per) == "per"):
            return _PERIODS[period]
    return 0


_PERIODS = {"day": 7.0, "week": 1.0, "month": 12 / 52}


def _plain(text: str) -> str:
    """Fold what does not matter to a number: digits of any script, spaces, kinds of minus."""
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return " ".join(text.split())
