"""Merge: the readings of one party's pages -> one profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from exchange.model import Kind, Language, Problem, Profile, Want
from exchange.places import region_of
from exchange.template.declaration import Declaration, Reading
from exchange.template.problems import Code, problem


def merge(
    *, key: str, name: str, readings: Iterable[Reading]
) -> tuple[Profile, tuple[Problem, ...]]:
    """Merge what one person or group declares, on one page or several, into one profile.

    ``key`` is ``user:<central id>`` or ``page:<page id>``, ``name`` for display; ``readings`` are
    the pages that count for this party (the owner rule is the caller's), oldest edit first. Of
    several profiles the newest explicit value of each parameter wins; on one page, the last.
    Requests become wants that carry their page's title. Languages come from ``languages=``, else
    from the newest Babel box. Gives the profile and the problems that the merging itself found;
    those of the pages are in the readings.
    """
    pages = list(readings)
    person = key.startswith("user:")
    values: dict[str, Any] = {}
    declared = [(page, each) for page in pages for each in page.profiles if _of(each, person)]
    for _, each in declared:
        for attribute in each.explicit:
            values[attribute] = getattr(each, attribute)
    asked = [(page, each) for page in pages for each in page.requests if _asks(page, person)]
    values["wants"] = _wants(
        values.get("wants", ()), (want for _, each in asked for want in each.wants)
    )
    if person:
        values |= {"kind": Kind.PERSON, "contacts": (name,)}
    else:
        named = [contact for _, each in asked for contact in each.contacts]
        values.setdefault("contacts", tuple(dict.fromkeys(named)))
        values["kind"] = next((each.kind for _, each in reversed(declared)), Kind.INFORMAL_GROUP)
    home = region_of(values.get("country"))
    if home and values.get("region", home) != home:
        values["region"] = home  # Where the two contradict, the country counts.
    if "languages" not in values:
        values["languages"] = _babel(pages)
    if declared or asked:
        newest = declared[-1][0] if declared else asked[-1][0]
        values |= {
            "page": newest.title,
            "page_id": newest.page_id,
            "revision": newest.revision,
            "edited": newest.edited,
        }
    problems: tuple[Problem, ...] = ()
    titles = list(dict.fromkeys(page.title for page, _ in declared))
    if len(titles) > 1:
        problems = (problem(Code.SEVERAL_PROFILES, "", ", ".join(titles), titles[-1]),)
    return Profile(key, name, **values), problems


def _of(declaration: Declaration, person: bool) -> bool:
    """Tell whether a declaration speaks for a person (or else a group)."""
    return (declaration.kind is Kind.PERSON) == person


def _asks(page: Reading, person: bool) -> bool:
    """Tell whether a page's requests are a person's (or else a group's)."""
    return page.is_group != person


def _wants(own: tuple[Want, ...], asked: Iterable[Want]) -> tuple[Want, ...]:
    """Put requests after the profile's own wants; for one capacity, the newest request counts."""
    found = {want.capacity: want for want in own}
    found |= {want.capacity: want for want in asked}
    return tuple(found.values())


def _babel(pages: list[Reading]) -> tuple[Language, ...]:
    return next((page.babel for page in reversed(pages) if page.babel), ())
