"""Tallies: how many people offer and want what, counted on the search index's bitmaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyroaring import BitMap

from exchange.search import Index


@dataclass(frozen=True, slots=True)
class Tally:
    """People who offer and who want something. ``id`` is a capacity, country or region."""

    id: str
    offers: int
    wants: int

    @property
    def gap(self) -> int:
        """How many more want it than offer it; below zero where more offer it."""
        return self.wants - self.offers


def of_capacities(
    index: Index, capacities: Iterable[str], *, within: BitMap | None = None, direct: bool = False
) -> list[Tally]:
    """Count each capacity (with what is narrower, unless ``direct``), perhaps within a place."""
    return [
        Tally(
            one,
            _held(index.tied(one, "offer", direct=direct), within),
            _held(index.tied(one, "want", direct=direct), within),
        )
        for one in capacities
    ]


def of_places(
    index: Index, facet: str, places: Iterable[str], *, capacity: str = ""
) -> list[Tally]:
    """Count each country or region: people who offer and want anything, or one capacity."""
    if capacity:
        offers, wants = index.tied(capacity, "offer"), index.tied(capacity, "want")
    else:
        offers, wants = index.of("direction", "offer"), index.of("direction", "want")
    return [
        Tally(one, _held(offers, index.of(facet, one)), _held(wants, index.of(facet, one)))
        for one in places
    ]


def figures(index: Index) -> dict[str, int]:
    """Count what the pages show: people, groups, and what they offer and still want.

    Each capacity counts once a person. Wants whose day has passed are in no index.
    """
    tallies = of_capacities(index, index.facets.capacities, direct=True)
    groups = [kind for kind in index.facets.values("kind") if kind != "person"]
    return {
        "people": len(index.of("kind", "person")),
        "groups": len(index.facets.any_of("kind", groups)),
        "offers": sum(one.offers for one in tallies),
        "wants": sum(one.wants for one in tallies),
    }


def largest(tallies: Iterable[Tally], by: Callable[[Tally], int], limit: int) -> list[Tally]:
    """Give those with the largest number, above zero."""
    found = sorted(tallies, key=lambda one: (-by(one), one.id))
    return [one for one in found[:limit] if by(one) > 0]


def _held(people: BitMap, within: BitMap | None) -> int:
    return len(people) if within is None else people.intersection_cardinality(within)
