"""Statements: what somebody said about themselves elsewhere, each as one value of a profile's field.

Readers take the text of a page and a name. They are lenient: what they do not know they pass over,
and a page that is no such page says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.directory import Directory
from exchange.languages import has_autonym, is_known, parse_language
from exchange.model import FLUENT, Kind, Language, Level, Offer
from exchange.titles import normalise_user_name

Value = Offer | Language | Kind | str | int | date

MENTORSHIP = "mentorship"
SOFTWARE = "software-development"
"""The capacities of who mentors newcomers, and of who maintains a tool."""

_MAX_NOTE = 300
_BOX = re.compile(r"User[ :-]+(?P<what>.+?)(?:[ -](?P<level>[0-5N]))?", re.IGNORECASE)
_CODE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})*", re.IGNORECASE)
_SAYING = re.compile(
    r"(?:Wikimedians|Wikipedians|Users) (?:who|that) (?:use|know|teach|program in|code in) (?P<what>.+)",
    re.IGNORECASE,
)
_LEVELS = {
    "1": Level.BASIC,
    "2": Level.INTERMEDIATE,
    "3": Level.ADVANCED,
    "4": Level.EXPERT,
    "5": Level.EXPERT,
    "N": Level.EXPERT,
}
_SEATS = {1: 1, 2: 2, 4: 4}
"""The weight of a mentor (half as many, as many, twice as many newcomers as usual) as seats."""


@dataclass(frozen=True, slots=True)
class EarlierStatement:
    """One value of a profile's field: ``attribute`` is the field's, ``value`` what it would hold."""

    attribute: str
    value: Value


def parse_json(text: str) -> Any:
    """Return what a JSON text holds; None where it is none, or nested beyond measure."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def one_line(text: object, most: int = _MAX_NOTE) -> str:
    """Return a text on one line, cut to ``most`` characters; anything else as an empty one."""
    return " ".join(text.split())[:most] if isinstance(text, str) else ""


def same_user(one: object, other: str) -> bool:
    """Whether two spellings name one account."""
    return isinstance(one, str) and normalise_user_name(one) == normalise_user_name(other)


def offer_of(name: str, directory: Directory, **more: Any) -> Iterator[EarlierStatement]:
    """Return the offer of a listed capacity by any of its names; nothing for any other words."""
    if capacity := directory.resolve(name):
        yield EarlierStatement("offers", Offer(capacity, name, **more))


# -- Categories of the own user page: those of Babel and of userboxes.


def read_categories(
    categories: Iterable[str], directory: Directory
) -> tuple[EarlierStatement, ...]:
    """Return languages and capacities by the categories of somebody's user page.

    ``User en-3`` is a language with its level, ``User lua-2`` and ``Wikimedians who use Lua`` are
    capacities. The highest level counts; without one, a language is fluent.
    """
    languages: dict[str, Language] = {}
    stated: dict[str, Language] = {}
    offers: dict[str, Offer] = {}
    for category in sorted(categories):
        name = " ".join(category.partition(":")[2].replace("_", " ").split())
        box = _BOX.fullmatch(name)
        said = box or _SAYING.fullmatch(name)
        if said is None or (box and box["level"] == "0"):
            continue  # Whoever does not know it may say so, too.
        level = (box["level"] or "").upper() if box else ""
        if box and (language := _language_of(said["what"], level, directory)):
            if level:
                stated[language.code] = max(stated.get(language.code, language), language)
            else:
                languages[language.code] = language
        elif capacity := directory.resolve(said["what"]):
            before_that = offers.get(capacity)
            offer = Offer(capacity, said["what"], level=_LEVELS.get(level))
            if before_that is None or (offer.level or 0) > (before_that.level or 0):
                offers[capacity] = offer
    return (
        *(EarlierStatement("languages", each) for each in (languages | stated).values()),
        *(EarlierStatement("offers", each) for each in offers.values()),
    )


def _language_of(code: str, level: str, directory: Directory) -> Language | None:
    """Return the language of a category; ``lua`` is one, too, and hardly ever the one meant."""
    if not _CODE.fullmatch(code) or directory.resolve(code):
        return None
    if is_known(code) if level else has_autonym(code):
        return parse_language(f"{code}-{level}" if level else code, unstated=FLUENT)
    return None


# -- The mentors of newcomers: MediaWiki:GrowthMentors.json.


@dataclass(frozen=True, slots=True)
class Mentor:
    """Somebody who mentors newcomers: their words, their weight (0: nobody by lot), until when away."""

    name: str
    message: str = ""
    weight: int = 2
    away: date | None = None


def read_mentors(text: str) -> tuple[Mentor, ...]:
    """Return the mentors of a wiki; entries that are none are left out."""
    content = parse_json(text)
    listed = content.get("Mentors") if isinstance(content, Mapping) else None
    if not isinstance(listed, Mapping):
        return ()
    return tuple(
        Mentor(
            name,
            one_line(each.get("message")),
            each["weight"] if each.get("weight") in (0, *_SEATS) else 2,
            _day_of(each.get("awayTimestamp")),
        )
        for each in listed.values()
        if isinstance(each, Mapping) and (name := one_line(each.get("username"), 255))
    )


def mentor_statements(
    mentor: Mentor, directory: Directory, today: date
) -> tuple[EarlierStatement, ...]:
    """Return what a mentor said: that they mentor newcomers, seats by their weight, and away."""
    found = list(offer_of(MENTORSHIP, directory, note=mentor.message))
    if found and mentor.weight:
        found.append(EarlierStatement("seats", _SEATS[mentor.weight]))
    if found and mentor.away and mentor.away > today:
        found.append(EarlierStatement("away", mentor.away))
    return tuple(found)


def _day_of(moment: object) -> date | None:
    """Return the day of a moment as MediaWiki writes it: ISO 8601, or fourteen digits."""
    text = moment if isinstance(moment, str) else ""
    try:
        return date.fromisoformat(text[:8] if text.isdecimal() else text[:10])
    except ValueError:
        return None


# -- Badges and tools, which other servers list by a person's name.


def read_badges(text: str, directory: Directory) -> tuple[EarlierStatement, ...]:
    """Return the capacities that somebody's badges name: ``{"results": [{"badge_class": ...}]}``."""
    found: dict[str, EarlierStatement] = {}
    for row in _results(text):
        badge = row.get("badge_class")
        name = one_line(badge.get("display_name")) if isinstance(badge, Mapping) else ""
        for capacity in _named_in(name, directory):
            label = directory.name(capacity)
            found.setdefault(
                capacity, EarlierStatement("offers", Offer(capacity, label, note=name))
            )
    return tuple(found.values())


def read_tools(text: str, user: str, directory: Directory) -> tuple[EarlierStatement, ...]:
    """Return what somebody who maintains tools can share: ``{"results": [{"author": ...}]}``."""
    found: dict[str, EarlierStatement] = {}
    for row in _results(text):
        authors = row.get("author")
        if not isinstance(authors, list) or not any(
            isinstance(one, Mapping) and same_user(one.get("wiki_username"), user)
            for one in authors
        ):
            continue
        used = row.get("technology_used")
        names = [SOFTWARE, *(used if isinstance(used, list) else ())]
        for name in (one for one in names if isinstance(one, str)):
            for each in offer_of(name, directory, note=one_line(row.get("title"))):
                found.setdefault(directory.identify(name), each)
    return tuple(found.values())


def _results(text: str) -> list[Mapping[str, Any]]:
    content = parse_json(text)
    rows = content.get("results") if isinstance(content, Mapping) else content
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _named_in(words: str, directory: Directory) -> Iterator[str]:
    """Return the capacity that a title is, or else those that its longest parts name."""
    parts, at = words.split(), 0
    while at < len(parts):
        for end in range(min(len(parts), at + 6), at, -1):
            if capacity := directory.resolve(" ".join(parts[at:end])):
                yield capacity
                at = end - 1
                break
        at += 1
