"""Texts: what somebody wrote in a profile, as the fields that words are found in."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.model import Profile
from exchange.search.analysis import remembered_terms, terms
from exchange.search.facets import items

_SHORT = 80
"""Up to so many characters others may have written the same."""

Texts = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def texts_of(profile: Profile) -> Texts:
    """Give what somebody wrote: name, affiliations, projects, notes."""
    notes = [item.note for item in items(profile) if item.note]
    return profile.name, profile.affiliations, profile.projects, (profile.about, *notes)


def fields(texts: Texts) -> Iterable[tuple[Iterable[str], float]]:
    """Give the terms of each text and how much they count."""
    name, affiliations, projects, notes = texts
    yield terms(name), 5.0
    for written, weight in ((affiliations, 2.0), (projects, 1.0), (notes, 0.6)):
        for text in written:
            yield remembered_terms(text) if len(text) <= _SHORT else terms(text), weight
