"""Merge: the readings of one party's pages -> one profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from exchange.geography import region_of
from exchange.model import Kind, Language, Priority, Problem, Profile, Want
from exchange.model.keys import is_group_key
from exchange.profiles.document import PageReading, ProblemCode, ProfileTemplate, make_problem


@dataclass(frozen=True, slots=True)
class JoinedWant:
    """What somebody joined: a want of a request, and the reading of the page that asks for it."""

    page: PageReading
    want: Want


def merge_readings(
    *,
    key: str,
    name: str,
    readings: Iterable[PageReading],
    joined: Iterable[JoinedWant] = (),
) -> tuple[Profile, tuple[Problem, ...]]:
    """Merge what one person or group declares, on one page or several, into one profile.

    ``key`` is ``user:<central id>`` or ``page:<page id>``, ``name`` for display; ``readings`` are
    the pages that count for this party (the owner rule is the caller's), oldest edit first. Of
    several profiles the newest explicit value of each parameter wins; on one page, the last.
    Requests become wants that carry their page's title, and so does what they ``joined`` of others'
    requests. Who has no page of their own stands on the newest page that they joined. Languages come from ``languages=``, else
    from the newest Babel box. Returns the profile and the problems that the merging itself found;
    those of the pages are in the readings.
    """
    pages = list(readings)
    person = not is_group_key(key)
    values: dict[str, Any] = {}
    declared = [
        (page, each) for page in pages for each in page.profiles if _speaks_for(each, person)
    ]
    for _, each in declared:
        for attribute in each.given:
            values[attribute] = getattr(each, attribute)
    asked = [(page, each) for page in pages for each in page.requests if _requests_of(page, person)]
    values["wants"] = _merge_wants(
        values.get("wants", ()), (want for _, each in asked for want in each.wants)
    )
    others = sorted(joined, key=lambda one: (one.page.revision, one.page.title))
    values["wants"] = _join_wants(values["wants"], others)
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
        values["languages"] = _newest_babel(pages)
    if declared or asked or others:
        newest = (declared or asked)[-1][0] if declared or asked else others[-1].page
        values |= {
            "page": newest.title,
            "page_id": newest.page_id,
            "revision": newest.revision,
            "edited": newest.edited,
        }
    profile = Profile(key, name, **values)
    problems = tuple(make_problem(code, _LACKED[code]) for code in find_lacks(profile))
    titles = list(dict.fromkeys(page.title for page, _ in declared))
    if len(titles) > 1:
        problems += (make_problem(ProblemCode.SEVERAL_PROFILES, "", ", ".join(titles), titles[-1]),)
    return profile, problems


_LACKED = {ProblemCode.NO_LANGUAGES: "languages", ProblemCode.NO_ITEMS: "offers"}


def find_lacks(profile: Profile) -> tuple[ProblemCode, ...]:
    """Return what matching needs and a profile has not: a language, an offer or want."""
    has = {
        ProblemCode.NO_LANGUAGES: profile.languages,
        ProblemCode.NO_ITEMS: profile.offers or profile.wants,
    }
    return tuple(code for code in _LACKED if not has[code])


def _speaks_for(template: ProfileTemplate, person: bool) -> bool:
    """Whether a template speaks for a person (or else a group)."""
    return (template.kind is Kind.PERSON) == person


def _requests_of(page: PageReading, person: bool) -> bool:
    """Whether a page's requests are a person's (or else a group's)."""
    return page.is_group != person


def _merge_wants(own: tuple[Want, ...], asked: Iterable[Want]) -> tuple[Want, ...]:
    """Put requests after the profile's own wants; for one capacity, the newest request counts."""
    found = {want.capacity: want for want in own}
    found |= {want.capacity: want for want in asked}
    return tuple(found.values())


def _join_wants(own: tuple[Want, ...], joined: Iterable[JoinedWant]) -> tuple[Want, ...]:
    """Add what somebody joined. What they want anyway stays as they wrote it, and joins as well."""
    found = {want.capacity: want for want in own}
    for each in joined:
        title = each.page.title
        want = found.get(each.want.capacity) or replace(
            each.want, priority=Priority.NORMAL, note="", request=title
        )
        found[want.capacity] = replace(want, joined=(*want.joined, title))
    return tuple(found.values())


def _newest_babel(pages: list[PageReading]) -> tuple[Language, ...]:
    own = next((page.babel for page in reversed(pages) if page.babel), ())
    return own or next((page.user_babel for page in reversed(pages) if page.user_babel), ())
