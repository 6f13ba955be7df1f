"""Search: every profile found by free text in any language and by facets, in memory.

::

    index = build(store.profiles.all(), directory=directory, name=store.notes.get(BUILD))
    results = index.search(Query.of(pairs), today=date(2026, 11, 23))
"""

from exchange.search.build import build
from exchange.search.concepts import Concept
from exchange.search.index import Index, Results
from exchange.search.query import FACETS, Query, Sort

__all__ = ["FACETS", "Concept", "Index", "Query", "Results", "Sort", "build"]
