"""Instead: what somebody could ask for where nobody was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exchange.search import FACETS, Query
from webtool.context import context, shelf

_MOST = 6


@dataclass(frozen=True, slots=True)
class Wider:
    """The same query without one thing, and how many it finds; no facet: without the words."""

    query: Query
    total: int
    facet: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Instead:
    """``meant`` is the capacity whose name is nearest to the words, ``wider`` begins with most."""

    meant: str = ""
    wider: tuple[Wider, ...] = ()


def instead(query: Query) -> Instead:
    """Look for what finds somebody: a name that was perhaps meant, or one filter less."""
    directory = context().directory
    meant = directory.resolve(query.text) or directory.suggest(query.text) or ""
    chosen = [(facet, value) for facet in FACETS for value in query.values(facet)]
    tried = [
        Wider(without, _total(without), facet, value)
        for facet, value in chosen[:_MOST]
        for without in (query.without_value(facet, value),)
    ]
    if query.text and chosen:
        without = replace(query, text="", page=1)
        tried.append(Wider(without, _total(without)))
    found = [one for one in tried if one.total]
    return Instead(meant, tuple(sorted(found, key=lambda one: -one.total)))


def _total(query: Query) -> int:
    return shelf().index.search(replace(query, size=1), today=context().today).total
