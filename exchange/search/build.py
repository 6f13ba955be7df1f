"""Build: an index from profiles, with the names of everything that a word may stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from exchange.directory import Directory
from exchange.directory.directory import names_of
from exchange.languages import all_codes, autonym
from exchange.languages import name as language_name
from exchange.model import Profile
from exchange.places import countries, country_name, region_name, regions
from exchange.search.concepts import Concept
from exchange.search.index import Index

NAMED_IN = ("en", "de", "fr", "es", "pt", "ar", "yo", "ru", "zh", "ja", "hi", "id")
"""Languages in whose names countries, regions and languages are found."""


def build(
    profiles: Iterable[Profile],
    *,
    directory: Directory,
    name: str = "",
    before: Index | None = None,
) -> Index:
    """Index profiles; ``name`` says which state of the store they are (``Index.build``).

    ``before`` is the index of an earlier state, whose work on the same texts is taken over.
    """
    return Index(
        profiles,
        concepts=[*_capacities(directory), *_places()],
        broader={capacity.id: directory.broader(capacity.id) for capacity in directory},
        build=name,
        before=before,
    )


def _capacities(directory: Directory) -> Iterator[Concept]:
    for capacity in directory:
        yield Concept("capacity", capacity.id, (*names_of(capacity), capacity.id))


@cache
def _places() -> tuple[Concept, ...]:
    found = [
        Concept("country", code, tuple(dict.fromkeys(country_name(code, one) for one in NAMED_IN)))
        for code in countries()
    ]
    found += [
        Concept(
            "region", one.id, tuple(dict.fromkeys(region_name(one.id, code) for code in NAMED_IN))
        )
        for one in regions()
    ]
    found += [
        Concept("language", code, tuple(dict.fromkeys((autonym(code), *_names(code)))))
        for code in all_codes()
    ]
    return tuple(found)


def _names(code: str) -> Iterator[str]:
    for one in NAMED_IN[:7]:
        yield language_name(code, one)
