"""How many people offer and want what, counted on the search index, and which wants are unmet.

What each figure means is in docs/glossary.md; the reports count the same in ``exchange/reports``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple
from weakref import WeakKeyDictionary

from pyroaring import BitMap

from exchange.reports.export import pick_apart
from exchange.search import Index
from webtool.context import context, current_reports, current_snapshot
from webtool.snapshot import ReportCache


@dataclass(frozen=True, slots=True)
class Tally:
    """A capacity, country or region (``id``): people who offer and want, and unmet wants."""

    id: str
    offers: int
    wants: int
    unmet: int = 0


class _Counted:
    """What is counted once for an index and a state of the reports."""

    def __init__(self, unmet: Mapping[str, BitMap]) -> None:
        self.unmet = unmet
        self.tallies: dict[tuple[str, bool], Tally] = {}
        self._missing: dict[tuple[str, bool], list[BitMap]] = {}

    def missing(self, capacity: str, *, direct: bool = False) -> list[BitMap]:
        """Return who has an unmet want for a capacity and for each that is narrower."""
        held = self._missing.get((capacity, direct))
        if held is None:
            below = () if direct else current_snapshot().directory.descendants(capacity)
            meant = (capacity, *below)
            held = [self.unmet[one] for one in meant if one in self.unmet]
            self._missing[capacity, direct] = held
        return held


_counted: WeakKeyDictionary[ReportCache, _Counted] = WeakKeyDictionary()


def _counted_on(index: Index) -> _Counted:
    reports = current_reports().value
    unmet = reports.unmet(index)
    held = _counted.get(reports)
    if held is None or held.unmet is not unmet:
        held = _counted[reports] = _Counted(unmet)
    return held


def count_capacities(
    index: Index, capacities: Iterable[str], *, within: BitMap | None = None, direct: bool = False
) -> list[Tally]:
    """Return a tally of each capacity, with narrower ones unless ``direct``, perhaps in a place."""
    counted = _counted_on(index)
    tallies = counted.tallies if within is None else {}
    found = []
    for one in capacities:
        tally = tallies.get((one, direct))
        if tally is None:
            tally = tallies[one, direct] = Tally(
                one,
                _held(index.tied(one, "offer", direct=direct), within),
                _held(index.tied(one, "want", direct=direct), within),
                sum(_held(people, within) for people in counted.missing(one, direct=direct)),
            )
        found.append(tally)
    return found


def count_places(
    index: Index, facet: str, places: Iterable[str], *, capacity: str = ""
) -> list[Tally]:
    """Return a tally of each country or region: of all skills, or of one capacity."""
    counted = _counted_on(index)
    if capacity:
        offers, wants = index.tied(capacity, "offer"), index.tied(capacity, "want")
        missing = counted.missing(capacity)
    else:
        offers, wants = index.of("direction", "offer"), index.of("direction", "want")
        missing = list(_of_skills(counted.unmet).values())
    return [
        Tally(
            one,
            _held(offers, here),
            _held(wants, here),
            sum(_held(people, here) for people in missing),
        )
        for one in places
        for here in (index.of(facet, one),)
    ]


def unmet_wants(index: Index) -> Mapping[str, BitMap]:
    """Return who has an unmet want for each skill itself, as the newest reports count them."""
    return _of_skills(_counted_on(index).unmet)


def _of_skills(people: Mapping[str, BitMap]) -> dict[str, BitMap]:
    """Return what is about skills: money, places and equipment are in no figure of theirs."""
    return {capacity: held for capacity, held in people.items() if is_skill(capacity)}


def is_skill(capacity: str) -> bool:
    """Whether a capacity is no thing."""
    return not current_snapshot().directory.is_thing(capacity)


def count_unplaced(index: Index, within: BitMap | None = None) -> int:
    """Return how many people and groups are of no country that is shown, perhaps in a set of them.

    They did not say it, or it is one by which nobody may be found.
    """
    placed = index.facets.any_of("country", index.facets.values("country"))
    if within is None:
        return len(index) - len(placed)
    return len(within) - placed.intersection_cardinality(within)


def count_totals(index: Index) -> dict[str, int]:
    """Return how many people, groups, offers and open wants of skills there are.

    Each skill counts once a person. Wants whose day has passed are in no index.
    """
    groups = [kind for kind in index.facets.values("kind") if kind != "person"]
    return {
        "people": len(index.of("kind", "person")),
        "groups": len(index.facets.any_of("kind", groups)),
        **{
            name: sum(
                len(index.tied(one, way, direct=True))
                for one in filter(is_skill, index.facets.capacities)
            )
            for name, way in (("offers", "offer"), ("wants", "want"))
        },
    }


class TopCapacities(NamedTuple):
    """The capacities with the largest numbers, largest first, and how many have one at all."""

    rows: list[tuple[str, int]]
    whole: int


def top_capacities(index: Index, limit: int) -> dict[str, TopCapacities]:
    """Return the skills with the largest ``offers``, ``wants`` and ``unmet``.

    Each counts with what is narrower, and none is within another of its list.
    """
    everything = [*filter(is_skill, index.facets.capacities)]
    whole = count_capacities(index, everything)
    own = count_capacities(index, everything, direct=True)
    found = {}
    for name, figure in _FIGURES.items():
        figures = {one.id: figure(one) for one in whole}
        itself = {one.id: figure(one) for one in own}
        apart = pick_apart(figures, itself, context().directory.broader)
        rows = [(id, figures[id]) for id in apart[:limit]]
        found[name] = TopCapacities(rows, sum(value > 0 for value in figures.values()))
    return found


def capacities_in(index: Index, within: BitMap) -> list[Tally]:
    """Return the skills that people in a place offer or want, none of which is within another."""
    whole, itself = (_tie_counts(index, within, direct=direct) for direct in (False, True))
    apart = pick_apart(whole, itself, context().directory.broader)
    return count_capacities(index, apart, within=within)


def _tie_counts(index: Index, within: BitMap, *, direct: bool) -> Counter[str]:
    """Return for each capacity how many in a set of people offer it, and how many want it, added."""
    found: Counter[str] = Counter()
    for way in ("offer", "want"):
        for id, people in index.facets.ties(frozenset({way}), direct=direct).items():
            if is_skill(id):
                found[id] += within.intersection_cardinality(people)
    return found


_FIGURES: dict[str, Callable[[Tally], int]] = {
    "offers": attrgetter("offers"),
    "wants": attrgetter("wants"),
    "unmet": attrgetter("unmet"),
}


def top_tallies(tallies: Iterable[Tally], by: Callable[[Tally], int], limit: int) -> list[Tally]:
    """Return those with the largest numbers above zero, largest first."""
    found = sorted(tallies, key=lambda one: (-by(one), one.id))
    return [one for one in found[:limit] if by(one) > 0]


def _held(people: BitMap, within: BitMap | None) -> int:
    return len(people) if within is None else people.intersection_cardinality(within)
