"""Search: every profile found by free text in any language and by facets, in memory.

::

    index = build_index(store.profiles.all(), directory=directory, name=store.metadata.get(INDEX_VERSION))
    results = index.search(Query.of(pairs), today=date(2026, 11, 23))
"""

from exchange.search.index import Index, SearchResults, build_index
from exchange.search.lexicon import Concept
from exchange.search.query import FACETS, Query, Sort

__all__ = ["FACETS", "Concept", "Index", "Query", "SearchResults", "Sort", "build_index"]
