"""Programme values: whom a programme round is for, and the lines of those who apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange import geography
from exchange.model import Kind
from exchange.model.programme import (
    Audience,
    Programme,
)
from exchange.profiles.names import TemplateNames
from exchange.profiles.scalars import is_nothing, parse_kind, term_table
from exchange.text import SEPARATORS, fold
from exchange.wikitext.plain_text import link_targets, single_line


@dataclass(frozen=True, slots=True)
class ApplicantLine:
    """A line of a programme's page: a user name that applies, and those whom it names with it."""

    name: str
    partners: tuple[str, ...] = ()


MAX_NAME_LENGTH = 200


def make_programme(values: Mapping[str, Any], *, title: str, page: int) -> Programme:
    """Return the programme of which a template's ``values`` are, by attribute."""
    wants = (item.want() for item in values.get("capacities", ()))
    written: dict[str, str] = {}
    for want in wants:
        written.setdefault(want.capacity, want.text)
    return Programme(
        page=page,
        title=title,
        name=single_line(values.get("name", ""))[:MAX_NAME_LENGTH],
        capacities=(*written,),
        texts=(*written.values(),),
        audience=values.get("audience", Audience()),
        opens=values.get("opens"),
        closes=values.get("closes"),
        seats=values.get("seats"),
        languages=tuple(language.code for language in values.get("languages", ())),
    )


# -- whom it is for ------------------------------------------------------------------------------


def read_audience(texts: Iterable[str]) -> tuple[Audience, list[str]]:
    """Return whom a list of words means, and the entries that name no kind, place or affiliate.

    Those count as affiliations, as they are written: a group that we do not know may be meant.
    """
    kinds: dict[Kind, None] = {}
    countries: dict[str, None] = {}
    regions: dict[str, None] = {}
    affiliations: dict[str, str] = {}
    unknown = []
    for text in texts:
        if fold(text) in term_table("everybody"):
            continue
        if (region := geography.find_region(text)) is not None:
            regions[region] = None
        elif (country := geography.find_country(text)) is not None:
            countries[country] = None
        elif geography.affiliate_names(text):
            affiliations.setdefault(fold(text), text)
        elif kind := _find_kind(text):
            kinds[kind] = None
        else:
            affiliations.setdefault(fold(text), text)
            unknown.append(text)
    found = Audience((*kinds,), (*countries,), (*regions,), (*affiliations.values(),))
    return found, unknown


def _find_kind(text: str) -> Kind | None:
    """Return the kind that a word names, in the plural, too: a programme is for several."""
    forms = (text, text.removesuffix("s"), text.removesuffix("es"))
    return next((kind for form in forms if (kind := parse_kind(form))), None)


# -- who applies ---------------------------------------------------------------------------------

_LINES = re.compile(r"\n\s*(?:[*#:;]+|-(?=\s))?|^\s*[*#:;]+")
_ENTRIES = re.compile(rf"\s*[{re.escape(SEPARATORS)}]\s*|\s·\s")
_SIGNED = re.compile(r"^\W*\d{1,2}[:.]\d{2}\b|\b\d{4}\b[^()]*\([A-Z]{2,5}\)\W*$|^\W*$")
_TALK = re.compile(r"^\W*\(?\w{0,9}\)?\W*$")
"""What stands behind a name in a signature, such as "(talk)": a name only where none is before it."""
_SPACES = re.compile(r"\s+")


def read_applicants(
    text: str, *, names: TemplateNames, most: int
) -> tuple[tuple[ApplicantLine, ...], list[str], bool]:
    """Return the lines of those who apply: (lines, texts that name nobody, whether more follow).

    The first user name of an entry applies; the others in it, and those in an entry that begins
    with a word such as "with", are whom they want to be paired with. Somebody who stands there
    twice is one applicant. ``text`` has its links marked.
    """
    found: dict[str, dict[str, None]] = {}
    unread: list[str] = []
    for line in _LINES.split(text):
        before = ""
        for entry in _ENTRIES.split(line):
            users, said = _users(entry, names, signed=bool(before))
            if not users:
                if said and not _SIGNED.search(said) and not before and not is_nothing(said):
                    unread.append(said)
                continue
            if before and _is_with(said):
                found[before] |= dict.fromkeys(one for one in users if one != before)
                continue
            before = users[0]
            if before not in found and len(found) >= most:
                return _lines(found), unread, True
            mine = found.setdefault(before, {})
            mine |= dict.fromkeys(one for one in users[1:] if one != before)
    return _lines(found), unread, False


def _lines(found: dict[str, dict[str, None]]) -> tuple[ApplicantLine, ...]:
    return tuple(ApplicantLine(name, (*partners,)) for name, partners in found.items())


def _users(entry: str, names: TemplateNames, *, signed: bool) -> tuple[list[str], str]:
    """Return the user names of an entry, in order, and the entry as plain words.

    Where it may be the rest of a signature, a single short word names nobody.
    """
    said = single_line(entry)
    links = [user for link in link_targets(entry) if (user := names.user_of_link(link))]
    if links:
        return list(dict.fromkeys(links)), said
    if is_nothing(said) or (signed and _TALK.search(said)):
        return [], said
    parts: Sequence[str] = _parts(said, names)
    users = [names.user_name(part) or names.user_of_link(part) for part in parts]
    if _SIGNED.search(said) or not all(users):
        return [], said
    return list(dict.fromkeys(users)), said


def _parts(said: str, names: TemplateNames) -> list[str]:
    """Split "User:Ada with User:Ben" and "Ada + Ben" at what stands between the two names."""
    words = said.split(" ")
    for at in range(1, len(words) - 1):
        for length in (3, 2, 1):
            if fold(" ".join(words[at : at + length])) in term_table("partners"):
                left, right = words[:at], words[at + length :]
                if left and right:
                    return [" ".join(left), " ".join(right)]
    if " + " in said:
        return [part.strip() for part in said.split(" + ")]
    return names.split_users(said)


def _is_with(said: str) -> bool:
    """Whether an entry goes on with whom the entry before it named: "with [[User:Ben]]"."""
    words = _SPACES.split(said.strip(" (–—-:"))[:3]
    heads = (" ".join(words[:length]).rstrip(":") for length in (1, 2, 3))
    return any(fold(head) in term_table("partners") for head in heads)
