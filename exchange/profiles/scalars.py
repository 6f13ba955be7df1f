"""Scalars: one date, number, time zone or amount of time, as people write them."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from exchange.languages import nearest_locale
from exchange.model import Frequency, Kind, Level, Method, Priority
from exchange.text import fold

# --- words for methods, levels, kinds and so on ---

FILE = Path(__file__).parents[2] / "config" / "terms.json"

Term = TypeVar("Term", bound=Enum)


@cache
def _load_terms() -> Mapping[str, Mapping[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def term_table(group: str) -> Mapping[str, str]:
    """Return every folded word of a group -> its term, as config/terms.json has them."""
    return MappingProxyType(
        {
            fold(word): term
            for term, words in _load_terms()[group].items()
            for word in (term, *words)
        }
    )


def is_placeholder(name: str) -> bool:
    """Whether a user name is one of the words that stand for a name in an example."""
    return fold(name) in term_table("placeholders")


def terms_of(group: str, term: str) -> list[str]:
    """Return the words for one term; a word of ``days`` may stand for several."""
    return _load_terms()[group][term]


def _find_term(group: str, text: str, kind: type[Term], by_name: bool = False) -> Term | None:
    if len(text) > 100:
        return None
    term = term_table(group).get(fold(text))
    if term is None:
        return None
    return kind[term.upper()] if by_name else kind(term)


def parse_method(text: str) -> Method | None:
    """Find the method that a word names, in any language."""
    return _find_term("methods", text, Method)


def parse_level(text: str) -> Level | None:
    """Find the level that a word names, in any language."""
    return _find_term("levels", text, Level, by_name=True)


def parse_priority(text: str) -> Priority | None:
    """Find the priority that a word names, in any language."""
    return _find_term("priorities", text, Priority, by_name=True)


def parse_frequency(text: str) -> Frequency | None:
    """Find the frequency that a text names: "monthly", "at most once a month", "no, thanks".

    What is less often than monthly, or says no and a time at once, is none that we know.
    """
    if len(text) > 100:
        return None
    words = _without_manners(_MARKS.sub(" ", fold(text)).replace("/", " / ").split())
    found = _find_term("frequencies", text, Frequency)
    found = found or _find_term("frequencies", " ".join(words), Frequency)
    if found:
        return found
    if times := _times_a_week(words):
        return next((each for each, least in _OFTEN if times >= least), None)
    table, times_table = term_table("frequencies"), term_table("times")
    says_no = any(table.get(" ".join(words[:length])) == "no" for length in (1, 2))
    return Frequency.NEVER if says_no and not any(map(times_table.get, words)) else None


_MARKS = re.compile(r"[!.,()]+")
_OFTEN = (
    (Frequency.WEEKLY, 0.9),
    (Frequency.FORTNIGHTLY, 0.45),
    (Frequency.MONTHLY, 0.22),
)
"""How many times a week each frequency is at least, so that nobody hears more than they said."""


def _without_manners(words: list[str]) -> list[str]:
    """Take "please" and "thanks" away from both ends."""
    manners = term_table("manners")
    for length in (3, 2, 1):
        while len(words) > length and " ".join(words[:length]) in manners:
            words = words[length:]
        while len(words) > length and " ".join(words[-length:]) in manners:
            words = words[:-length]
    return words


def _times_a_week(words: list[str]) -> float:
    """How many times a week "at most twice a month" or "every two weeks" is; 0 where it is none."""
    words = _without_about(words)
    for length in (3, 2, 1, 0):
        count = term_table("counts").get(" ".join(words[:length])) if length else "1"
        if count and (times := _period(" ".join(words[length:]))):
            return float(count) * times
    if len(words) > 1 and (times := _period(words[0])):
        count = term_table("counts").get(" ".join(words[1:]))  # "ayda bir kez"
        return times * float(count) if count else 0
    if len(words) > 1 and words[0].isdecimal() and words[1] == "/":
        return int(words[0]) * _period(" ".join(words[1:]))
    return 0


@cache
def _about() -> frozenset[str]:
    times = term_table("times").items()
    return frozenset(word for word, term in times if term in ("about", "until"))


def _without_about(words: list[str]) -> list[str]:
    """Take "about", "up to" and "not more than" away from both ends."""
    about = _about()
    for length in (4, 3, 2, 1):
        while len(words) > length and " ".join(words[:length]).rstrip(".") in about:
            words = words[length:]
        if len(words) > length and " ".join(words[-length:]).rstrip(".") in about:
            words = words[:-length]
    return words


def parse_kind(text: str) -> Kind | None:
    """Find the kind of party that a word names, in any language."""
    found = _find_term("kinds", text, Kind)
    return found or _find_term("kinds", fold(text[:100]).removeprefix("wikimedia "), Kind)


def is_nothing(text: str) -> bool:
    """Whether a text says that there is nothing: ``none``, ``n/a``, ``?``, ``—``, ``etc.``."""
    return len(text) <= 60 and _is_nothing(text)


@lru_cache(maxsize=4096)
def _is_nothing(text: str) -> bool:
    if not (folded := fold(text)).strip(" -.…?"):
        return True
    folded = folded.strip(" .!…")
    words = term_table("nothing")
    return folded in words or folded.strip("()[]") in words


def is_filler(text: str) -> bool:
    """Whether a text only says that a list could go on: ``etc.``, ``and more``."""
    return term_table("nothing").get(fold(text).strip(" .!…")) == "etc"


# --- dates, numbers, time zones ---

MAX_SEATS = 50
MAX_HOURS = 168.0

_MONTH_LANGUAGES = [
    "en", "de", "fr", "es", "pt", "ar", "yo", "it", "nl", "ru", "uk", "pl", "tr", "id", "ca",
    "sv", "hi", "bn", "th", "fa", "he", "vi", "sw", "ha", "cs", "ro", "hu", "fi", "el",
]  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})[ ./年년]+(\d{1,2})[ ./月월]+(\d{1,2})[日일]?")
_ERAS = {"民國": 1911, "民国": 1911, "令和": 2018}
_ERA = re.compile(rf"({'|'.join(_ERAS)}) ?(\d{{1,3}})(?=年)")
_TIME = re.compile(
    r"[,t ]*\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:z|utc|gmt|[ap]\.?m\.?)?(?: ?[+-]?\d{2}:?\d{2})?$|(?<=\d)t(?:\d.*)?$"
)
_YEAR_WORD = re.compile(
    r"(?<=\d) ?(?:г|год|года|р|року|ce|ad|b\.?e\.?|พ\.?ศ\.?)\.?$|\bพ\.?ศ\.? ?(?=\d)"
)
_BUDDHIST = range(2400, 2700)
_PERSIAN = range(1390, 1430)
_PERSIAN_LEAPS = (1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428)
_ISLAMIC = range(1435, 1500)
_HEBREW = range(5770, 5830)
_DAY_FIRST = re.compile(r"(\d{1,2})[ ./]+(\d{1,2})[ ./]+(\d{4})")
_DAY_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º)?\.? (?:de |d')?([^\d ,]{2,20}?)\.?,? (?:del? )?(\d{4})"
)
_WEEKDAY = re.compile(
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|on|by|le|el|am|den|em|au|the),? "
)
_NAME_DAY = re.compile(r"([^\d ,.]{2,20})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_OFFSET = re.compile(r"(?:(utc|gmt) ?)?([+-])? ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_NUMBER = r"\d+(?:[.,]\d+)?"
_RANGE = r"(?: ?(?:[-–—~]|to|bis|à|a|y|or|ou|oder|até|إلى|до) ?\d+(?:[.,]\d+)?)?"
_HOURS = re.compile(rf"({_NUMBER}){_RANGE} ?([^\d\s/.]+)\.? ?(.*)")
_HOURS_LAST = re.compile(rf"(\D+?):? ?({_NUMBER}){_RANGE} ?([^\d/.]+)\.?")


def parse_date(text: str) -> date | None:
    """Read a date: year first (2027-01-31), or with the month's name in one of many languages.

    A time of day after it does not count. Thai and Persian years become those meant.
    """
    if len(text) > 60:
        return None
    parts = _date_parts(text)
    return to_date(*parts) if parts else None


def without_year_word(folded: str) -> str:
    """Return a folded date without the word for year after it."""
    return _YEAR_WORD.sub("", folded).strip()


def _date_parts(text: str) -> tuple[int, int, int] | None:
    folded = without_year_word(_TIME.sub("", fold(text)).strip())
    folded = _WEEKDAY.sub("", folded)
    if found := _ERA.match(folded):
        folded = f"{int(found[2]) + _ERAS[found[1]]}{folded[found.end() :]}"
    if found := _YEAR_FIRST.fullmatch(folded):
        year, month, number = map(int, found.groups())
        return year, month, number
    if found := _DAY_NAME.fullmatch(folded):
        return int(found[3]), month_numbers().get(found[2].replace(".", ""), 0), int(found[1])
    if found := _NAME_DAY.fullmatch(folded):
        return int(found[3]), month_numbers().get(found[1], 0), int(found[2])
    return None


def suggest_date(text: str) -> str:
    """Guess the date in a text that ``parse_date`` does not read, as ``YYYY-MM-DD``, or ``""``.

    Numbers with the year last are guessed only where one of them cannot be a month. Of a
    Hebrew date only the year is turned into ours, as its months have no numbers that all agree on.
    """
    if len(text) > 60:
        return ""
    if parts := _date_parts(text):
        year, month, number = parts
        if year in _ISLAMIC and 1 <= month <= 12 and 1 <= number <= 30:
            days = number + math.ceil(29.5 * (month - 1)) + (year - 1) * 354
            return date.fromordinal(days + (3 + 11 * year) // 30 + 227_014).isoformat()
        guess = to_date(year - 3760, month, number) if year in _HEBREW else None
        return guess.isoformat() if guess else ""
    if not (found := _DAY_FIRST.fullmatch(fold(text))):
        return ""
    first, second, year = map(int, found.groups())
    if first > 12 or first == second:
        guess = to_date(year, second, first)
    else:
        guess = to_date(year, first, second) if second > 12 else None
    return guess.isoformat() if guess else ""


def to_date(year: int, month: int, number: int) -> date | None:
    """Return a day by numbers, of Thai and Persian years the one meant; None where it is none."""
    if year in _BUDDHIST:
        year -= 543
    if year in _PERSIAN and 1 <= month <= 12 and 1 <= number <= 31 - (month > 6):
        leaps = sum(leap < year for leap in _PERSIAN_LEAPS)
        days = 365 * (year - 1390) + leaps + 31 * (month - 1) - max(0, month - 7) + number - 1
        return date(2011, 3, 21) + timedelta(days)
    if not 1900 <= year <= 2200 and year != date.max.year:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


@cache
def month_numbers() -> Mapping[str, int]:
    """Return the number of each month by its folded names."""
    found: dict[str, int] = {}
    for language in reversed(_MONTH_LANGUAGES):
        months = nearest_locale(language).months
        for form in ("stand-alone", "format"):
            for width in ("abbreviated", "wide"):
                for number, name in months[form][width].items():
                    found[fold(str(name)).replace(".", "")] = number
    return found


def parse_count(text: str) -> int | None:
    """Read a whole number from 0 to 50: in the digits of any script, or "up to three people"."""
    words = _with_digits(_fold_number(text[:60])).split()
    people = term_table("people")
    for length in (3, 2, 1, 3, 2, 1):  # "3 people at a time"
        if len(words) > length and fold(" ".join(words[-length:])) in people:
            words = words[:-length]
    written = " ".join(words)
    digits = written if written[:1] in "-+" else term_table("numbers").get(fold(written), written)
    if not re.fullmatch(r"\d{1,3}", digits) or int(digits) > MAX_SEATS:
        return None
    return int(digits)


_NO_ZONES = {"Factory", "localtime", "posixrules"}
"""Names in the database that stand for "not set" on one machine or another."""


@cache
def _zones() -> Mapping[str, str]:
    return {
        name.lower().replace("_", " "): name for name in sorted(available_timezones() - _NO_ZONES)
    }


def parse_timezone(text: str) -> str | None:
    """Read a time zone: an IANA name gives itself, an offset ``UTC+05:30``, no offset ``UTC``."""
    text = _fold_number(text)
    if len(text) > 60:
        return None
    return _one_zone(text) or _zone_of_parts(_ZONE_PARTS.split(text))


_ZONE_PARTS = re.compile(r"\s*[(),;=]\s*|\s+/\s+")


def _zone_of_parts(parts: list[str]) -> str | None:
    """Return the zone that every part names: ``Africa/Lagos (UTC+1)``, ``UTC+1 (Lagos)``."""
    found = [_one_zone(part) or suggest_timezone(part) for part in parts if part]
    if len(found) < 2 or not all(found):
        return None
    first = min(found, key=lambda zone: zone.startswith("UTC"))
    offsets = [_offsets(zone) for zone in found]
    return first if all(each & _offsets(first) for each in offsets) else None


def _offsets(zone: str) -> set[timedelta | None]:
    """Return how far a zone is from UTC, in winter and in summer."""
    if zone.startswith("UTC"):
        sign = -1 if "-" in zone else 1
        hours, minutes = map(int, (zone[4:] or "0:0").split(":"))
        return {sign * timedelta(hours=hours, minutes=minutes)}
    return {datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)}


def _one_zone(text: str) -> str | None:
    if name := _zones().get(text.lower().replace("_", " ")):
        return "UTC" if name in ("GMT", "Z", "Zulu", "Universal", "UCT", "Etc/UTC") else name
    if named := _named_zones().get(fold(text)):
        return named
    found = _OFFSET.fullmatch(text)
    if not found or not (found[1] or found[2]) or (not found[2] and int(found[3])):
        return None
    minutes = int(found[3]) * 60 + int(found[4] or 0)
    if minutes % 15 or int(found[4] or 0) > 45 or minutes > (14 if found[2] == "+" else 12) * 60:
        return None
    if not minutes:
        return "UTC"
    return f"UTC{found[2]}{minutes // 60:02}:{minutes % 60:02}"


@cache
def _named_zones() -> Mapping[str, str]:
    return {fold(name): zone for zone, row in _load_terms()["timezones"].items() for name in row}


def suggest_timezone(text: str) -> str:
    """Guess the zone of a city without its continent, or of several zones' name, or ``""``."""
    if hint := term_table("timezone hints").get(fold(text[:60])):
        return hint
    city = "/" + _fold_number(text).lower().replace("_", " ")
    found = [zone for name, zone in _zones().items() if name.endswith(city)]
    return found[0] if len(found) == 1 else ""


@lru_cache(maxsize=1024)  # Many people write the same.
def parse_hours(text: str) -> float | None:
    """Read an amount of time, such as ``2 h/week`` or ``8 hours a month``, as hours a week.

    Of a range the lower end counts. A month has 52/12 weeks. Rounded to hundredths.
    """
    if len(text) > 100:
        return None
    written = _with_digits(_fold_number(text).lower())
    if found := _HOURS.fullmatch(written):
        number, unit, period = found.groups()
    elif found := _HOURS_LAST.fullmatch(written):
        period, number, unit = found.groups()
        if " " in unit.strip():  # "saa 2 kwa wiki": the unit comes first.
            period, unit = unit, period
    else:
        return None
    share = _SHARES.get(term_table("times").get(fold(unit), ""), 0) * _period(period)
    amount = round(float(number.replace(",", ".")) * share, 2)
    return amount if share and amount <= MAX_HOURS else None


_SHARES = {"hour": 1.0, "minute": 1 / 60}
"""What part of an hour a unit is."""


def _with_digits(text: str) -> str:
    """Take "about" away from before a number, and write the number in digits."""
    words = _without_about(text.lstrip("~≈<≤> ").split())
    numbers = {} if text[:1] in "-+" else term_table("numbers")
    for length in (3, 2, 1):
        number = numbers.get(fold(" ".join(words[:length])))
        if number and len(words) > length:
            return " ".join([number, *words[length:]])
    return " ".join(words)


def _period(text: str) -> float:
    """How many times a week a period begins: ``/week``, ``every 2 months``; 0 where it is none."""
    times, numbers = term_table("times"), term_table("numbers")
    words = fold(text.replace("/", " / ")).split()
    for at in range(len(words)):
        per, rest = " ".join(words[:at]), words[at:]
        if per and times.get(per) != "per":
            continue
        if period := _PERIODS.get(times.get(" ".join(rest), "")):
            return period
        number = numbers.get(rest[0], rest[0]) if per else ""
        period = _PERIODS.get(times.get(" ".join(rest[1:]), ""))
        if period and number.isdecimal() and int(number):
            return period / int(number)
    return 0


_PERIODS = {"day": 7.0, "week": 1.0, "month": 12 / 52}


def _fold_number(text: str) -> str:
    """Fold what does not matter to a number: digits of any script, spaces, kinds of minus."""
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return " ".join(text.split())
