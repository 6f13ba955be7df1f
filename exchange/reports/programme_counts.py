"""Programme counts: how far the pairs of each programme round got, and what of it may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.matching.eligibility import TOLD
from exchange.model import Suggestion, SuggestionStatus
from exchange.privacy import SMALLEST_CELL, tellable_parts

if TYPE_CHECKING:
    from exchange.store import Store

STEPS = ("told", "accepted", "exchanged")
"""How far a confirmed pair can get, in this order."""


@dataclass(frozen=True, slots=True)
class ProgrammeCounts:
    """A programme's page, how many applied, and the step that each confirmed pair reached, 0 to 3."""

    title: str
    applicants: int
    reached: Sequence[int]

    def tellable(self) -> tuple[int | None, ...]:
        """Return how many pairs were confirmed, told, said yes and exchanged; None for a few."""
        sizes = Counter(self.reached)
        if not sizes:
            return (0,) * (1 + len(STEPS))
        if sizes.total() < SMALLEST_CELL:
            return (None,) * (1 + len(STEPS))
        told = tellable_parts(dict(sizes))
        counts: list[int | None] = [sizes.total()]
        for step in range(1, 1 + len(STEPS)):
            within = [level for level in sizes if level >= step]
            known = told.issuperset(within)
            counts.append(sum(sizes[level] for level in within) if known else None)
        return tuple(counts)


def count_programmes(store: Store, suggestions: Iterable[Suggestion]) -> list[ProgrammeCounts]:
    """Count every programme whose page is there. Two queries, however many there are."""
    known: Mapping[int, Suggestion] = {one.id: one for one in suggestions if one.is_of_programme}
    yes = store.programmes.yeses(known)
    return [
        ProgrammeCounts(title, applied, [_step(known.get(id), yes.get(id, ())) for id in pairs])
        for title, applied, pairs in store.programmes.counts()
    ]


def _step(one: Suggestion | None, yes: Collection[str]) -> int:
    if one is None or one.status not in TOLD:
        return 0
    if one.status is SuggestionStatus.EXCHANGED:
        return 3
    return 2 if one.is_agreed(yes) else 1
