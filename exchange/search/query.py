"""Query: what somebody searches for, as a value that a URL can carry and bring back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

FACETS = (
    "direction",
    "capacity",
    "method",
    "language",
    "country",
    "region",
    "affiliation",
    "kind",
    "project",
    "freshness",
)
"""The facets, in the order in which a page shows them."""

DIRECTIONS = ("offer", "want", "request")
"""What ties a person to a capacity: they offer it, want it, or asked for it with a deadline."""

FRESHNESS = {"month": 31, "quarter": 92, "year": 366}
"""How many days ago a profile was last edited, at most."""

MAX_TEXT = 200
MAX_VALUES = 40
MAX_SIZE = 100
MAX_PAGE = 1000


class Sort(StrEnum):
    """In which order results come."""

    RELEVANCE = "relevance"
    FRESHNESS = "freshness"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Query:
    """Free text and chosen facet values: values of one facet are OR, facets are AND.

    ``chosen`` maps a facet of ``FACETS`` to its values. ``level`` is the lowest Babel level at
    which a language counts. ``page`` counts from 1, ``size`` is results a page.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    level: int = 2
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Query:
        """Read a query string's pairs; anything out of bounds falls back to what is allowed."""
        chosen: dict[str, list[str]] = {}
        single: dict[str, str] = {}
        for name, value in pairs:
            value = " ".join(value.replace("\0", " ").split())[:MAX_TEXT]
            if name in FACETS:
                values = chosen.setdefault(name, [])
                if value and value not in values and len(values) < MAX_VALUES:
                    values.append(value)
            else:
                single.setdefault(name, value)
        sort = single.get("sort", "")
        return cls(
            text=single.get("q", ""),
            chosen=MappingProxyType(
                {name: tuple(chosen[name]) for name in FACETS if chosen.get(name)}
            ),
            level=_bounded(single.get("level", ""), 1, 6, default=2),
            sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
            page=_bounded(single.get("page", ""), 1, MAX_PAGE, default=1),
            size=_bounded(single.get("size", ""), 1, MAX_SIZE, default=20),
        )

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of a query string, in one order, without what is the default anyway."""
        pairs = [("q", self.text)] if self.text else []
        for name in FACETS:
            pairs += [(name, value) for value in self.values(name)]
        if self.level != 2:
            pairs.append(("level", str(self.level)))
        if self.sort is not Sort.RELEVANCE:
            pairs.append(("sort", str(self.sort)))
        if self.page != 1:
            pairs.append(("page", str(self.page)))
        if self.size != 20:
            pairs.append(("size", str(self.size)))
        return tuple(pairs)

    def values(self, facet: str) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(facet, ())

    def without_value(self, facet: str, value: str) -> Query:
        """Drop one value; back to the first page."""
        chosen = {**self.chosen, facet: tuple(v for v in self.values(facet) if v != value)}
        kept = {name: chosen[name] for name in FACETS if chosen.get(name)}
        return replace(self, chosen=MappingProxyType(kept), page=1)


def _bounded(text: str, low: int, high: int, *, default: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return default
    return min(max(int(text), low), high)
