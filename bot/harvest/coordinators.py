"""Coordinators: those whom a protected page names. Unprotected, it names nobody."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

from bot.wiki.port import Wiki
from exchange.model import Page
from exchange.profiles.names import TemplateNames

OPEN_LEVELS = frozenset({"", "*", "user", "autoconfirmed", "editsemiprotected"})
"""Levels of protection that anybody reaches who waits a few days."""

FORM = 'write a list of user names, such as ["Ada", "Ben"]'

_WRAPPING = re.compile(
    r"<(?:nowiki|pre|syntaxhighlight|source)\b[^<>]*>|</[a-z]+\s*>|<!--.*?-->", re.S
)
_LAST_COMMA = re.compile(r",(?=\s*[\]}])")
_QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)


@dataclass(frozen=True, slots=True)
class CoordinatorPage:
    """Whom the page names: ``names``, as written, count only where there is no ``problem``.

    ``unreadable``: it is protected and cannot be read, so that those whom it last named stay.
    """

    names: tuple[str, ...] = ()
    problem: str = ""
    unreadable: bool = False


def is_open(page: Page) -> bool:
    """Whether anybody can edit a page who waits a few days."""
    return page.protection.get("edit", "").casefold() in OPEN_LEVELS


def read_coordinator_page(page: Page) -> CoordinatorPage:
    """Return whom a page names as coordinators; a page that anybody can edit names nobody."""
    if not page.exists:
        return CoordinatorPage()
    if is_open(page):
        return CoordinatorPage(problem=f"{page.title} is not protected, so it names nobody")
    try:
        if page.text is None:
            raise ValueError("its text is hidden; show it again")
        return CoordinatorPage(parse_coordinators(page.text))
    except ValueError as error:
        problem = f"{page.title} cannot be read, so those whom it last named stay: {error}"
        return CoordinatorPage(problem=problem, unreadable=True)


class NamedAccounts(NamedTuple):
    """The central user ids of those whom the page names, and names that no account has."""

    accounts: frozenset[int] = frozenset()
    unknown: tuple[str, ...] = ()


def find_coordinators(
    page: Page | None, *, wiki: Wiki, names: TemplateNames
) -> NamedAccounts | None:
    """Return whom the page names; None where it cannot be read. One request where it names any."""
    found = read_coordinator_page(page) if page is not None else CoordinatorPage()
    if found.unreadable:
        return None
    meant = {one: names.users_written(one) for one in found.names}
    if not meant:
        return NamedAccounts()
    users = wiki.users(names=list(dict.fromkeys(name for each in meant.values() for name in each)))
    there = {name: user for name, user in users.items() if user.exists}
    # "Ada (talk)" may mean Ada, or somebody of just this name: whoever there is.
    named = {
        one: next((there[name] for name in each if name in there), None)
        for one, each in meant.items()
    }
    return NamedAccounts(
        frozenset(user.id for user in named.values() if user is not None and not user.locked),
        tuple(one for one, user in named.items() if user is None),
    )


def parse_coordinators(text: str) -> tuple[str, ...]:
    """Return the user names that the page lists, as written; ValueError says where it is wrong.

    Wrapping tags, curly quotation marks, a comma behind the last name, and an object around the
    one list are no mistakes; nor are links, and ``{"name": "Ada"}``.
    """
    plain = _LAST_COMMA.sub("", _WRAPPING.sub("", text).translate(_QUOTES)).strip()
    if not plain:
        return ()
    try:
        listed = json.loads(plain)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise ValueError(f"{where}; {FORM}") from None
    except RecursionError:
        raise ValueError(f"too deeply nested; {FORM}") from None
    if isinstance(listed, dict):
        lists = [each for each in listed.values() if isinstance(each, list)]
        if len(lists) != 1:
            raise ValueError(f"it must be a list of user names; {FORM}")
        listed = lists[0]
    if not isinstance(listed, list):
        raise ValueError(f"it must be a list of user names; {FORM}")
    found = [_written(place, one) for place, one in enumerate(listed, 1)]
    return tuple(dict.fromkeys(one for one in found if one))


def _written(place: int, one: object) -> str:
    if isinstance(one, dict):
        one = next((one[key] for key in ("name", "user", "username") if key in one), one)
    if not isinstance(one, str):
        said = json.dumps(one, ensure_ascii=False)[:60]
        raise ValueError(f'entry {place} is {said}, no user name; write it as "Ada"')
    return one.strip()
